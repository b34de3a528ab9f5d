/** A record as a repair looks at it: loaded through its live version, judged by the lane's rules of today. */
import type { AppContext } from '../../context.ts';
import type { Pool, Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { type Disclosure, discloseRecord, transitionOf } from '../disclosure/index.ts';
import type { PolicyRuntime, RepairRules } from '../policy/index.ts';
import { clusterOf, loadOneRecord, type OneRecord } from '../subjects/index.ts';
import { firstDay, type Obstacle, obstaclesOf, type RecordSituation } from './conditions.ts';
import { banOf, sameConductAfter } from './queries.ts';
import type { RemovalHook } from './removal-hook.ts';

type Client = Pool | Transaction;

export const lanes = ['creditPlatform', 'marketRegister'] as const;
export type Lane = (typeof lanes)[number];
export type Rules = NonNullable<ReturnType<PolicyRuntime['repair']>>;

export interface Situation {
  readonly record: OneRecord;
  readonly rules: Rules;
  readonly kind: string;
  readonly of: RecordSituation;
  readonly firstDay: string | null;
  readonly obstacles: readonly Obstacle[];
  readonly cluster: readonly string[];
}

export function rulesOf(policy: PolicyRuntime, lane: string): Rules {
  const rules = (lanes as readonly string[]).includes(lane) ? policy.repair(lane as Lane) : undefined;
  if (!rules)
    throw new DomainError('unprocessable', {
      zh: '本市没有这一修复通道，请选择其他通道。',
      en: 'This city has no such lane of repair. Choose another.',
    });
  return rules;
}

/** The kind of application that an item calls for. */
export const kindOf = (rules: RepairRules, item: string): string =>
  rules.kinds.find((kind) => kind.items.includes(item))?.key ??
  rules.kinds.find((kind) => kind.items.length === 0)?.key ??
  '';

/** Every item that some kind names: what can be repaired at all. */
export const repairableItems = (policy: PolicyRuntime): string[] => [
  ...new Set(lanes.flatMap((lane) => policy.repair(lane)?.kinds.flatMap((kind) => kind.items) ?? [])),
];

function withHook(
  ctx: AppContext,
  disclosure: Disclosure,
  hook: RemovalHook | undefined,
  record: OneRecord,
): Disclosure {
  return hook ? { ...disclosure, earliestRepairOn: hook.firstDay(ctx, record) } : disclosure;
}

async function sameConductOn(
  client: Client,
  policy: PolicyRuntime,
  rules: Rules,
  record: OneRecord,
  cluster: readonly string[],
): Promise<string | null> {
  const { row, conduct } = record;
  if (!rules.sameConductBlocks || row.decided_on === null || conduct === '') return null;
  const field = policy.standard(row.standard).fields.find(({ role }) => role === 'conduct')?.code;
  if (field === undefined) return null;
  return sameConductAfter(client, cluster, {
    item: row.item,
    decidedOn: row.decided_on,
    decidingBodyId: row.deciding_body_id,
    conductField: field,
    conduct,
  });
}

/** Null when there is no such record. */
export async function situationOf(
  ctx: AppContext,
  client: Client,
  recordId: string,
  lane: string,
  removals: readonly RemovalHook[] = [],
): Promise<Situation | null> {
  const policy = ctx.policy();
  const rules = rulesOf(policy, lane);
  const record = await loadOneRecord(client, policy, recordId);
  if (!record) return null;
  const { row } = record;
  const today = ctx.clock.today();
  const cluster = await clusterOf(client, row.canonical_id);
  const kind = kindOf(rules, row.item);
  const hook = removals.find((one) => one.kind === kind);
  const shown = discloseRecord(record.facts, record.events, today, policy, transitionOf(policy), lane as Lane);
  const of: RecordSituation = {
    today,
    live: record.live,
    categories: row.categories,
    decidedOn: row.decided_on,
    effectiveTo: row.effective_to,
    text: record.text,
    decidingBody: row.deciding_body,
    disclosure: withHook(ctx, shown, hook, record),
    sameConductOn: await sameConductOn(client, policy, rules, record, cluster),
    banUntil: await banOf(client, cluster),
  };
  const obstacles = [...obstaclesOf(rules, of), ...(hook?.obstacles(ctx, record, today) ?? [])];
  return { record, rules, kind, of, firstDay: firstDay(rules, of), obstacles, cluster };
}
