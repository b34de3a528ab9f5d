/** The list of measures in force, with what leads to each and how it ends. Everybody may read it. */
import type { MeasureList, MeasureView } from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import { basisLine, type Measure, type MeasureRule, type PolicyRuntime } from '../policy/index.ts';
import { editionOn, expressible } from './measures-of.ts';

function causeOf(policy: PolicyRuntime, rule: MeasureRule): MeasureView['causes'][number] {
  const list = policy.list(rule.list);
  const name = { zh: rule.list, en: rule.list };
  return {
    list: rule.list,
    listName: list?.name ?? name,
    force: rule.force,
    article: rule.basis.map((one) => basisLine(one)).join('；'),
    relevance: rule.relevance,
    proportion: rule.proportion,
    matters: rule.matters.flatMap((code) => policy.matter(code)?.name ?? []),
    leave: list?.removal ?? name,
    confirmed: rule.confirmed ?? true,
  };
}

function viewOf(policy: PolicyRuntime, measure: Measure & { local: boolean }, on: string): MeasureView {
  const holds = (rule: MeasureRule): boolean =>
    rule.measure === measure.id && (rule.from ?? '') <= on && on <= (rule.to ?? '9999-12-31');
  return {
    id: measure.id,
    class: measure.class,
    name: measure.name,
    content: measure.content,
    local: measure.local,
    basis: measure.basis.map((one) => basisLine(one)).join('；'),
    confirmed: measure.confirmed ?? true,
    causes: policy
      .measures()
      .rules.filter(holds)
      .map((rule) => causeOf(policy, rule)),
  };
}

export function readMeasures(ctx: Pick<AppContext, 'policy' | 'clock'>): MeasureList {
  const policy = ctx.policy();
  const on = ctx.clock.today();
  const measures = policy.measures();
  const edition = editionOn(measures, on);
  return {
    edition: edition?.key ?? null,
    since: edition?.from ?? null,
    items: measures.measures
      .filter(({ id }) => expressible(measures, id, on) !== null)
      .map((measure) => viewOf(policy, measure, on)),
  };
}
