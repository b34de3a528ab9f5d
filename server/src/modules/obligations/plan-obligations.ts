/**
 * Brings what was sent to bodies into agreement with the entries that hold: new ones are sent, those whose cause is gone are to be
 * lifted. Idempotent, whoever runs it and however often: after a crash the next run does what is left.
 */
import type { AppContext } from '../../context.ts';
import type { PlainDateString } from '../../platform/clock.ts';
import type { Transaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import { listBodies } from '../identity/index.ts';
import { liveEntriesOf, type StandingEntry } from '../lists/index.ts';
import { measuresOf } from '../measures/index.ts';
import { sendNotice } from '../notices/index.ts';
import type { PolicyRuntime } from '../policy/index.ts';
import { type Bodies, bodiesOf, type Kept, livingBody, obligedBodies, planOf, type Wanted } from './plan.ts';
import * as queries from './queries.ts';
import { afterObligationAct, endedStates, type ObligationAct } from './state.ts';

/** What bodies have to do now that they did not have to before. */
export interface Planned {
  readonly sent: number;
  readonly toLift: number;
}

export const cityBodies = async (ctx: Pick<AppContext, 'db'>): Promise<Bodies> =>
  bodiesOf(await listBodies(ctx.db.app));

function wantedOf(
  policy: PolicyRuntime,
  bodies: Bodies,
  subject: queries.PlanSubject,
  entries: readonly StandingEntry[],
  on: string,
): Wanted[] {
  const measures = policy.measures();
  const byId = new Map(entries.map((entry) => [entry.entryId, entry]));
  const source = { measures, list: (key: string) => policy.list(key) };
  return measuresOf(subject.subject_id, entries, source, null, on).flatMap((found) => {
    const entry = byId.get(found.entryId);
    const measure = measures.measures.find(({ id }) => id === found.id);
    return obligedBodies(bodies, found, measure, subject.region).map((body) => ({
      subjectId: entry?.subjectId ?? subject.subject_id,
      entryId: found.entryId,
      list: found.list,
      measure: found.id,
      force: found.force,
      document: found.document,
      article: found.article,
      until: found.until,
      bodyId: body.bodyId,
    }));
  });
}

type KeptRow = Kept & { readonly row: queries.PlanRow };
const keptOf = (row: queries.PlanRow): KeptRow => ({
  obligationId: row.obligation_id,
  entryId: row.entry_id,
  measure: row.measure,
  bodyId: row.body_id,
  round: row.round,
  state: row.state,
  until: row.until_on,
  row,
});

const newRow = (ctx: AppContext, one: Wanted & { round: number }): queries.NewObligation => {
  const policy = ctx.policy();
  const on = ctx.clock.today();
  return {
    subject_id: one.subjectId,
    obligation_id: newId(),
    entry_id: one.entryId,
    list: one.list,
    measure: one.measure,
    force: one.force,
    body_id: one.bodyId,
    document: one.document,
    article: one.article,
    policy_set_id: policy.setId,
    round: one.round,
    due_on: policy.addWorkingDays(on, policy.checkRules().acknowledgeWorkingDays).on,
    until_on: one.until,
    sent_on: on,
    sent_at: ctx.clock.now(),
  };
};

async function move(
  tx: Transaction,
  ctx: AppContext,
  row: queries.PlanRow,
  act: ObligationAct,
  by: { accountId: string | null; on: PlainDateString } | null = null,
): Promise<queries.PlanRow | null> {
  const to = afterObligationAct(row, act);
  if (!to) return null;
  const policy = ctx.policy();
  const today = ctx.clock.today();
  const liftDueOn = to.state === 'toLift' ? policy.addWorkingDays(today, policy.checkRules().liftWorkingDays).on : null;
  const moved = await queries.moveObligation(tx, row, {
    ...to,
    on: by?.on ?? today,
    at: ctx.clock.now(),
    by: by?.accountId ?? null,
    liftDueOn,
  });
  return moved === 1 ? { ...row, ...to } : null;
}

/** What was fed back at the check itself counts here: nobody says the same thing twice. */
async function countHits(
  tx: Transaction,
  ctx: AppContext,
  bodies: Bodies,
  canonicalIds: readonly string[],
  rows: readonly queries.PlanRow[],
): Promise<void> {
  const entries = [...new Set(rows.map((row) => row.entry_id))];
  const now = new Map(rows.map((row) => [row.obligation_id, row]));
  for (const hit of await queries.answeredHits(tx, canonicalIds, entries)) {
    const row = [...now.values()].findLast(
      (one) =>
        one.entry_id === hit.entry_id &&
        one.measure === hit.measure &&
        livingBody(bodies, one.body_id) === livingBody(bodies, hit.body_id) &&
        !endedStates.includes(one.state) &&
        (one.round === 1 || hit.answered_at >= one.sent_at),
    );
    if (!row) continue;
    const applied = hit.state !== 'notApplied';
    const kept = await queries.insertFeedback(tx, {
      subject_id: row.subject_id,
      feedback_id: newId(),
      obligation_id: row.obligation_id,
      action: applied ? 'applied' : 'none',
      matter: hit.matter,
      case_number: hit.case_number,
      acted_on: hit.answered_on,
      document: hit.document,
      reason: hit.reason,
      hit_id: hit.hit_id,
      account_id: hit.answered_by,
      recorded_at: ctx.clock.now(),
    });
    if (kept === 0) continue;
    const on = hit.answered_on > row.sent_on ? hit.answered_on : row.sent_on;
    const moved = await move(tx, ctx, row, applied ? 'apply' : 'notApply', { accountId: hit.answered_by, on });
    if (moved) now.set(row.obligation_id, moved);
  }
}

const count = (map: Map<string, number>, bodyId: string): void => {
  map.set(bodyId, (map.get(bodyId) ?? 0) + 1);
};

/** One notice a body and run, with how many: an entry of a city's lists would otherwise be a dozen. */
async function tell(tx: Transaction, ctx: AppContext, topic: string, counts: ReadonlyMap<string, number>) {
  const rules = ctx.policy().checkRules();
  const days = topic === 'obligation.arrived' ? rules.acknowledgeWorkingDays : rules.liftWorkingDays;
  const due = ctx.policy().addWorkingDays(ctx.clock.today(), days).on;
  for (const [bodyId, n] of counts)
    await sendNotice(tx, ctx, {
      topic,
      to: { kind: 'body', bodyId, permission: 'obligation.answer' },
      params: { count: String(n), due },
    });
}

/** @param subjectIds of any member of a cluster; a few hundred at most */
export async function planSubjects(
  tx: Transaction,
  ctx: AppContext,
  bodies: Bodies,
  subjectIds: readonly string[],
): Promise<Planned> {
  const policy = ctx.policy();
  const on = ctx.clock.today();
  const subjects = await queries.canonicalSubjects(tx, subjectIds);
  const ids = subjects.map((one) => one.subject_id);
  if (ids.length === 0) return { sent: 0, toLift: 0 };
  const entries = await liveEntriesOf(tx, policy, ids, on);
  const wanted = new Map(
    subjects.map((one) => [one.subject_id, wantedOf(policy, bodies, one, entries.get(one.subject_id) ?? [], on)]),
  );
  const read = async (): Promise<Map<string, KeptRow[]>> => {
    const out = new Map<string, KeptRow[]>();
    for (const row of await queries.obligationsOfSubjects(tx, ids))
      out.set(row.canonical_id, [...(out.get(row.canonical_id) ?? []), keptOf(row)]);
    return out;
  };
  const plans = (kept: ReadonlyMap<string, KeptRow[]>) =>
    ids.map((id) => planOf(bodies, kept.get(id) ?? [], wanted.get(id) ?? []));

  const first = await read();
  const rows = plans(first).flatMap(({ send }) => send.map((one) => newRow(ctx, one)));
  const sent = new Map<string, number>();
  for (const { body_id } of await queries.insertObligations(tx, rows)) count(sent, body_id);

  const second = rows.length > 0 ? await read() : first;
  const all = [...second.values()].flat().map(({ row }) => row);
  if (all.length > 0) await countHits(tx, ctx, bodies, ids, all);

  const toLift = new Map<string, number>();
  for (const { end, back, moved } of plans(all.length > 0 ? await read() : second)) {
    for (const { row } of end)
      if ((await move(tx, ctx, row, 'causeGone'))?.state === 'toLift') count(toLift, row.body_id);
    for (const { row } of back) await move(tx, ctx, row, 'causeBack');
    for (const { kept, until } of moved) await queries.moveUntil(tx, kept.row, until);
  }
  await tell(tx, ctx, 'obligation.arrived', sent);
  await tell(tx, ctx, 'obligation.toLift', toLift);
  const total = (map: ReadonlyMap<string, number>): number => [...map.values()].reduce((sum, n) => sum + n, 0);
  return { sent: total(sent), toLift: total(toLift) };
}
