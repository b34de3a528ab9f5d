/**
 * The longest period is over and the duties are not shown to be fulfilled: display has ended (it is never prolonged by itself,
 * 36号令), and the body that recognised is asked how they stand. Its answer is kept beside the record; it does not bring it back.
 */
import type { AnswerDutyRequest, OpenDutyList, OpenDutyQuery } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { publish, withAccess, writeAccess } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { withoutPersonNumbers } from '../casework/index.ts';
import { authorize, may, scopeOf } from '../identity/index.ts';
import { sendNotice } from '../notices/index.ts';
import { dutiesOf } from './conditions.ts';
import * as duties from './duty-queries.ts';
import * as queries from './queries.ts';
import type { RepairPorts } from './removal-hook.ts';
import { repairableItems, type Situation, situationOf } from './situation.ts';

const positionKey = 'repair.duties';
const begin = { at: '2000-01-01T00:00:00.000Z', id: '00000000-0000-0000-0000-000000000000' };
const pageSize = 200;
const maxPages = 500;
const lane = 'creditPlatform';

/** The last day of display of a record with duties; null where there is nothing to watch. */
function lastDay(seen: Situation | null): string | null {
  if (!seen?.record.live || dutiesOf(seen.rules, seen.of.categories).length === 0) return null;
  const { shown, state, until } = seen.of.disclosure;
  return until !== null && (shown || state === 'expired') ? until : null;
}

/** Watches what was recorded since the last run. What had ended before it came here was another register's business. */
export async function planDuties(ctx: AppContext, ports: RepairPorts): Promise<number> {
  const items = repairableItems(ctx.policy());
  let planned = 0;
  for (let page = 0; page < maxPages; page++) {
    const after = (await queries.readPosition(ctx.db.app, positionKey)) ?? begin;
    const rows = await queries.recordedSince(ctx.db.app, items, after, pageSize);
    const last = rows.at(-1);
    if (!last) break;
    for (const { record_id, recorded_at } of rows) {
      const seen = await situationOf(ctx, ctx.db.app, record_id, lane, ports.removals);
      const until = lastDay(seen);
      if (!seen || until === null || until < recorded_at.slice(0, 10)) continue;
      const { subject_id, deciding_body_id } = seen.record.row;
      await duties.watchDuty(ctx.db.app, { subject_id, record_id, body_id: deciding_body_id, until_on: until });
      planned++;
    }
    await queries.writePosition(ctx.db.app, positionKey, { at: last.recorded_at, id: last.record_id }, ctx.clock.now());
    if (rows.length < pageSize) break;
  }
  return planned;
}

/** Opens the tasks whose day is over. A period that another regime or a confirmed class moved is watched on. */
export async function openDuties(ctx: AppContext, ports: RepairPorts): Promise<number> {
  const today = ctx.clock.today();
  let opened = 0;
  for (let page = 0; page < maxPages; page++) {
    const rows = await duties.dueDuties(ctx.db.app, today, pageSize);
    for (const row of rows) {
      const seen = await situationOf(ctx, ctx.db.app, row.record_id, lane, ports.removals);
      const until = lastDay(seen);
      if (until !== null && until >= today) await duties.watchDuty(ctx.db.app, { ...row, until_on: until });
      else if (await openOne(ctx, row, seen, until !== null)) opened++;
    }
    if (rows.length < pageSize) break;
  }
  return opened;
}

async function openOne(
  ctx: AppContext,
  row: duties.DutyRow,
  seen: Situation | null,
  expired: boolean,
): Promise<boolean> {
  return withTransaction(ctx.db.app, async (tx) => {
    const state = expired ? 'open' : 'ended';
    if ((await duties.moveDuty(tx, row, { state, at: ctx.clock.now() })) !== 1 || !expired) return false;
    await publish(tx, ctx, [
      { kind: 'repair.dutyOpen', subjectId: row.subject_id, payload: { recordId: row.record_id } },
    ]);
    await sendNotice(tx, ctx, {
      topic: 'repair.dutyOpen',
      to: { kind: 'body', bodyId: row.body_id, permission: 'repair.decide' },
      params: {
        document: seen?.record.row.document_number ?? null,
        subject: seen?.record.row.name ?? null,
        until: row.until_on,
      },
      recordId: row.record_id,
    });
    return true;
  });
}

const defaultLimit = 50;

export async function listDuties(ctx: AppContext, actor: Actor, input: OpenDutyQuery): Promise<OpenDutyList> {
  const scope = scopeOf(actor, 'repair.decide');
  const limit = input.limit ?? defaultLimit;
  const position = openPosition(ctx.keys, 'duties', input.cursor);
  const of = { bodies: scope.kind === 'all' ? null : scope.bodyIds, state: input.state ?? 'open' };
  const entry = { action: 'repair.duties', resourceKind: 'record', detail: { state: of.state } };
  const rows = await withAccess(ctx, actor, entry, (tx) =>
    duties.dutyPage(tx, of, position && { at: String(position[0]), id: String(position[1]) }, limit + 1),
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const names = new Map(
    ctx
      .policy()
      .catalogue()
      .items.map((item) => [item.key, item.name]),
  );
  return {
    items: page.map((row) => ({
      recordId: row.record_id,
      subject: { name: row.name, code: row.unified_code },
      itemName: names.get(row.item) ?? { zh: row.item, en: row.item },
      documentNumber: row.document_number,
      decidedOn: row.decided_on,
      body: row.body,
      shownUntil: row.until_on,
      openedAt: row.opened_at,
      outcome: row.outcome,
      note: row.note,
      answeredAt: row.answered_at,
    })),
    nextCursor:
      rows.length > limit && last ? sealPosition(ctx.keys, 'duties', [last.opened_at ?? '', last.record_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

/** Errors: not-found (hidden from other bodies), conflict (answered already). */
export async function answerDuty(
  ctx: AppContext,
  actor: Actor,
  recordId: string,
  input: AnswerDutyRequest,
): Promise<void> {
  authorize(actor, 'repair.decide');
  withoutPersonNumbers(input.note);
  const row = await duties.dutyOf(ctx.db.app, recordId);
  if (!row) throw new DomainError('not-found');
  if (!may(actor, 'repair.decide', { bodyId: row.body_id })) throw new HiddenError();
  await withTransaction(ctx.db.app, async (tx) => {
    const by = { accountId: actor.accountId, outcome: input.outcome, note: input.note, at: ctx.clock.now() };
    if ((await duties.answerDuty(tx, row, by)) !== 1) throw new DomainError('conflict');
    await writeAccess(tx, ctx, actor, {
      action: 'repair.duty',
      resourceKind: 'record',
      resourceId: recordId,
      subjectId: row.subject_id,
      detail: { outcome: input.outcome },
    });
  });
}
