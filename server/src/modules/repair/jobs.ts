/** What time does to repairs: a case whose record stopped being shown ends; the first day of a record is told once. */
import type { AppContext } from '../../context.ts';
import { publish } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { actOnCase, loadCaseRow } from '../casework/index.ts';
import { platformActor } from '../identity/index.ts';
import { sendNotice } from '../notices/index.ts';
import { kindFor } from './apply-for-repair.ts';
import { factsOf } from './case-facts.ts';
import { openDuties, planDuties } from './duties.ts';
import * as queries from './queries.ts';
import type { RepairPorts } from './removal-hook.ts';
import type { RepairKinds } from './repair-kind.ts';
import { repairableItems, situationOf } from './situation.ts';
import { repairKeys, undecided } from './state.ts';

const task = 'repair.daily';
const pageSize = 200;
const maxPages = 500;

/** Why nothing is left to repair; null while there is. */
async function mootReason(ctx: AppContext, ports: RepairPorts, recordId: string, lane: string): Promise<string | null> {
  const seen = await situationOf(ctx, ctx.db.app, recordId, lane, ports.removals);
  if (!seen) return 'ended';
  if (!seen.record.live) return 'ended';
  switch (seen.of.disclosure.state) {
    case 'expired':
      return 'expired';
    case 'repaired':
      return 'repaired';
    case 'withdrawn':
    case 'annulled':
      return 'ended';
    default:
      return null;
  }
}

/** Ends undecided cases whose record is shown no longer. Gives how many. */
export async function closeMootCases(ctx: AppContext, kinds: RepairKinds, ports: RepairPorts): Promise<number> {
  let closed = 0;
  let after: string | null = null;
  for (let page = 0; page < maxPages; page++) {
    const rows = await queries.undecidedCases(ctx.db.app, repairKeys, undecided, after, pageSize);
    for (const { case_id, record_id } of rows) {
      const row = record_id === null ? null : await loadCaseRow(ctx.db.app, case_id);
      if (!row || record_id === null) continue;
      const reason = await mootReason(ctx, ports, record_id, factsOf(row).lane);
      if (reason === null) continue;
      const kind = kindFor(kinds, row.procedure);
      try {
        await withTransaction(ctx.db.app, (tx) =>
          actOnCase(tx, ctx, platformActor('repair'), kind, case_id, {
            command: 'closeMoot',
            party: 'platform',
            reason,
          }),
        );
        closed++;
      } catch (error) {
        // Decided meanwhile by somebody else.
        if (!(error instanceof DomainError)) throw error;
      }
    }
    if (rows.length < pageSize) break;
    after = rows.at(-1)?.case_id ?? null;
  }
  return closed;
}

const positionKey = 'repair.reminders';
const begin = { at: '2000-01-01T00:00:00.000Z', id: '00000000-0000-0000-0000-000000000000' };

/** Looks at what was recorded since the last run and keeps each record's first day. */
export async function planReminders(ctx: AppContext, ports: RepairPorts): Promise<number> {
  const items = repairableItems(ctx.policy());
  let planned = 0;
  for (let page = 0; page < maxPages; page++) {
    const after = (await queries.readPosition(ctx.db.app, positionKey)) ?? begin;
    const rows = await queries.recordedSince(ctx.db.app, items, after, pageSize);
    const last = rows.at(-1);
    if (!last) break;
    for (const { record_id } of rows) {
      const seen = await situationOf(ctx, ctx.db.app, record_id, 'creditPlatform', ports.removals);
      if (!seen?.record.live || seen.firstDay === null) continue;
      const { row } = seen.record;
      await queries.keepReminder(ctx.db.app, row.subject_id, row.record_id, seen.firstDay);
      planned++;
    }
    await queries.writePosition(ctx.db.app, positionKey, { at: last.recorded_at, id: last.record_id }, ctx.clock.now());
    if (rows.length < pageSize) break;
  }
  return planned;
}

/** Tells the organisations whose first day has come; a record that is shown no longer is told to nobody. */
export async function tellFirstDays(ctx: AppContext, ports: RepairPorts): Promise<number> {
  let told = 0;
  for (let page = 0; page < maxPages; page++) {
    const rows = await queries.dueReminders(ctx.db.app, ctx.clock.today(), pageSize);
    for (const row of rows) {
      const seen = await situationOf(ctx, ctx.db.app, row.record_id, 'creditPlatform', ports.removals);
      const later = seen?.firstDay ?? null;
      // A confirmed class or another regime may have moved the day.
      if (later !== null && later > ctx.clock.today()) {
        await queries.keepReminder(ctx.db.app, row.subject_id, row.record_id, later);
        continue;
      }
      const due = later !== null && seen?.record.live && !seen.obstacles.some(({ code }) => code === 'R8');
      const document = seen?.record.row.document_number ?? '';
      if (await tellOne(ctx, row, due === true, document)) told++;
    }
    if (rows.length < pageSize) break;
  }
  return told;
}

async function tellOne(
  ctx: AppContext,
  of: { readonly subject_id: string; readonly record_id: string },
  due: boolean,
  document: string,
): Promise<boolean> {
  return withTransaction(ctx.db.app, async (tx) => {
    if ((await queries.markTold(tx, of.subject_id, of.record_id, ctx.clock.now())) !== 1 || !due) return false;
    await publish(tx, ctx, [
      { kind: 'repair.firstDay', subjectId: of.subject_id, payload: { recordId: of.record_id } },
    ]);
    await sendNotice(tx, ctx, {
      topic: 'repair.firstDay',
      to: { kind: 'organisation', subjectId: of.subject_id },
      params: { document },
    });
    return true;
  });
}

/** Registers the daily work; it runs early, and again during the day for what was recorded meanwhile. */
export function repairJobs(ctx: Pick<AppContext, 'jobs'>, kinds: RepairKinds, ports: RepairPorts): void {
  ctx.jobs.register(task, async (context) => {
    await closeMootCases(context, kinds, ports);
    await planReminders(context, ports);
    await tellFirstDays(context, ports);
    await planDuties(context, ports);
    await openDuties(context, ports);
  });
  ctx.jobs.schedule(task, '23 * * * *');
}
