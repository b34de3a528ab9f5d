/** The list of measures in force, with what leads to each and how it ends; and incentives likewise. Everybody may read it. */
import type { IncentiveView, MeasureList, MeasureView } from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import { basisLine, type Incentive, type Measure, type MeasureRule, type PolicyRuntime } from '../policy/index.ts';
import { editionOn, expressible } from './measures-of.ts';

function listFacts(policy: PolicyRuntime, key: string): IncentiveView['lists'][number] {
  const list = policy.list(key);
  const words = { zh: key, en: key };
  return {
    list: key,
    listName: list?.name ?? words,
    term: list?.term ? { months: list.term.months, maxMonths: list.term.maxMonths } : null,
    leave: list?.removal ?? words,
  };
}

const matterNames = (policy: PolicyRuntime, codes: readonly string[]) =>
  codes.flatMap((code) => policy.matter(code)?.name ?? []);

const causeOf = (policy: PolicyRuntime, rule: MeasureRule): MeasureView['causes'][number] => ({
  ...listFacts(policy, rule.list),
  force: rule.force,
  article: rule.basis.map((one) => basisLine(one)).join('；'),
  relevance: rule.relevance,
  proportion: rule.proportion,
  matters: matterNames(policy, rule.matters),
  bodies: rule.bodies,
  confirmed: rule.confirmed ?? true,
});

const inTime = (one: { from?: string; to?: string }, on: string): boolean =>
  (one.from ?? '') <= on && on <= (one.to ?? '9999-12-31');

const viewOf = (policy: PolicyRuntime, measure: Measure & { local: boolean }, on: string): MeasureView => ({
  id: measure.id,
  class: measure.class,
  name: measure.name,
  content: measure.content,
  local: measure.local,
  basis: measure.basis.map((one) => basisLine(one)).join('；'),
  confirmed: measure.confirmed ?? true,
  causes: policy
    .measures()
    .rules.filter((rule) => rule.measure === measure.id && inTime(rule, on))
    .map((rule) => causeOf(policy, rule)),
});

const incentiveView = (policy: PolicyRuntime, one: Incentive): IncentiveView => ({
  id: one.id,
  name: one.name,
  condition: one.condition,
  basis: one.basis.map((line) => basisLine(line)).join('；'),
  matters: matterNames(policy, one.matters),
  bodies: one.bodies,
  lists: one.lists.map((key) => listFacts(policy, key)),
  confirmed: one.confirmed ?? true,
});

export function readMeasures(ctx: Pick<AppContext, 'policy' | 'clock'>): MeasureList {
  const policy = ctx.policy();
  const on = ctx.clock.today();
  const measures = policy.measures();
  const edition = editionOn(measures, on);
  return {
    edition: edition?.key ?? null,
    since: edition?.from ?? null,
    editionBasis: edition ? basisLine(edition.basis) : null,
    items: measures.measures
      .filter(({ id }) => expressible(measures, id, on) !== null)
      .map((measure) => viewOf(policy, measure, on)),
    incentives: measures.incentives.filter((one) => inTime(one, on)).map((one) => incentiveView(policy, one)),
  };
}
