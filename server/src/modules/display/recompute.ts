/**
 * A change of regime: every live record is judged by the rules of before and of now, and what differs is logged and told.
 * Display itself needs no run, since it is computed at every read; this says to whom the change mattered.
 */
import type { AppContext } from '../../context.ts';
import { publish } from '../../platform/access-log/index.ts';
import { addDays, type PlainDateString } from '../../platform/clock.ts';
import { withTransaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import { type Disclosure, discloseRecord } from '../disclosure/index.ts';
import type { PolicyRuntime } from '../policy/index.ts';
import { loadOneRecord } from '../subjects/index.ts';
import * as queries from './queries.ts';

const task = 'display.recompute';
const settingKey = 'display.judged';
const pageSize = 500;

interface Judged {
  readonly setId: number;
  readonly on: string;
  /** How far a run got that did not finish. */
  readonly after: string | null;
}

const said = (disclosure: Disclosure) => ({
  regime: disclosure.regime.key,
  until: disclosure.until,
  shown: disclosure.shown,
  severity: disclosure.severity,
});
/** The passing of days is no change of regime: what is compared is the rule and where its period ends. */
const differs = (before: Disclosure, after: Disclosure): boolean =>
  before.until !== after.until || before.severity !== after.severity || before.regime.key !== after.regime.key;

const items = (policy: PolicyRuntime): string[] =>
  policy
    .catalogue()
    .items.map((item) => item.key)
    .filter((item) => policy.disclosureRegimes(item).length > 0);

/** Regimes that began or ended after the day that was judged last. */
function regimeChanged(policy: PolicyRuntime, since: string, today: string): boolean {
  const began = (day: string | undefined): boolean => day !== undefined && day > since && day <= today;
  return items(policy).some((item) => policy.disclosureRegimes(item).some(({ validFrom }) => began(validFrom)));
}

/** Gives the number of records whose display changed. The first run only keeps where it stands. */
export async function recomputeDisplay(ctx: AppContext, signal?: AbortSignal): Promise<number> {
  const policy = ctx.policy();
  const today = ctx.clock.today();
  const judged = await queries.readSetting<Judged>(ctx.db.app, settingKey);
  const done = (): Promise<void> =>
    queries.writeSetting(ctx.db.app, settingKey, { setId: policy.setId, on: today, after: null }, ctx.clock.now());
  if (!judged || (judged.setId === policy.setId && !regimeChanged(policy, judged.on, today))) {
    await done();
    return 0;
  }
  const before = judged.setId === policy.setId ? policy : await ctx.policySet(judged.setId);
  const changed = await walk(ctx, { before, judged, today }, signal);
  if (!signal?.aborted) await done();
  return changed;
}

async function walk(
  ctx: AppContext,
  of: { readonly before: PolicyRuntime; readonly judged: Judged; readonly today: PlainDateString },
  signal: AbortSignal | undefined,
): Promise<number> {
  const policy = ctx.policy();
  // The same rules on the day before a new regime began, or the old rules today.
  const dayBefore = of.before === policy ? (of.judged.on as PlainDateString) : addDays(of.today, 0);
  let changed = 0;
  let after = of.judged.after;
  for (;;) {
    const rows = await queries.liveAfter(ctx.db.app, items(policy), after, pageSize);
    for (const { record_id } of rows) {
      const record = await loadOneRecord(ctx.db.app, policy, record_id);
      if (!record) continue;
      const old = discloseRecord(record.facts, record.events, dayBefore, of.before);
      const now = discloseRecord(record.facts, record.events, of.today, policy);
      if (differs(old, now) && (await log(ctx, record.row, old, now))) changed++;
    }
    const last = rows.at(-1);
    if (!last || rows.length < pageSize || signal?.aborted) return changed;
    after = last.record_id;
    await queries.writeSetting(ctx.db.app, settingKey, { ...of.judged, after }, ctx.clock.now());
  }
}

async function log(
  ctx: AppContext,
  row: { readonly subject_id: string; readonly record_id: string },
  old: Disclosure,
  now: Disclosure,
): Promise<boolean> {
  return withTransaction(ctx.db.app, async (tx) => {
    const added = await queries.insertChange(tx, {
      subjectId: row.subject_id,
      changeId: newId(),
      recordId: row.record_id,
      policySetId: ctx.policy().setId,
      before: said(old),
      after: said(now),
      at: ctx.clock.now(),
    });
    if (added === 0) return false;
    await publish(tx, ctx, [
      { kind: 'record.disclosureChanged', subjectId: row.subject_id, payload: { recordId: row.record_id } },
    ]);
    return true;
  });
}

export function displayJobs(ctx: Pick<AppContext, 'jobs'>): void {
  ctx.jobs.register(task, async (context, _payload, job) => {
    await recomputeDisplay(context, job.signal);
  });
  ctx.jobs.schedule(task, '41 * * * *');
}
