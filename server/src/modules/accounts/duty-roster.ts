/** Who is on duty for a body, for urgent cases: planned by hand or by Excel, asked by other modules through `onDutyOf`. */
import type { DutyView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { addDays, isPlainDate, toPlainDate } from '../../platform/clock.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { execute, type Queryable, sql, type Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { authorize, findBody, normaliseLogin } from '../identity/index.ts';
import { type DutyRow, deleteDuty, listDuties, loadDuty, onDuty, putDuty, type Shift } from './duty-queries.ts';
import { bodiesOf, callerOf } from './guard.ts';
import { accountsByLogin, loadAccount } from './queries.ts';
import type { SheetColumn, SheetProblem, SheetRow } from './read-sheet.ts';
import { stateOf } from './state.ts';

export interface DutyOfficer {
  readonly accountId: string;
  readonly name: string;
  readonly shift: Shift;
  readonly phone: string | null;
}

/** Who is on duty for a body on a day; empty where nobody was planned. For modules with urgent cases. */
export async function onDutyOf(client: Queryable, bodyId: string, on: string): Promise<DutyOfficer[]> {
  const rows = await onDuty(client, bodyId, toPlainDate(on));
  return rows.map((row) => ({ accountId: row.account_id, name: row.name, shift: row.shift, phone: row.phone }));
}

export interface DutyInput {
  readonly bodyId: string;
  readonly onDate: string;
  readonly shift: Shift;
  readonly accountId: string;
  readonly phone: string | null;
}

const maxAhead = 400;

export async function planDuty(ctx: AppContext, tx: Transaction, actor: Actor, input: DutyInput): Promise<void> {
  authorize(actor, 'duty.manage', { bodyId: input.bodyId });
  const caller = await callerOf(tx, actor);
  const today = ctx.clock.today();
  if (input.onDate < today || input.onDate > addDays(today, maxAhead))
    throw new DomainError('unprocessable', {
      zh: '值班日期应在今天至一年后之间。',
      en: 'A day of duty lies between today and a year from now.',
    });
  const officer = await loadAccount(tx, input.accountId);
  // Somebody of another body is as unknown here as nobody.
  if (!officer || officer.body_id !== input.bodyId) throw new DomainError('not-found');
  if (stateOf(officer, today) !== 'active' || officer.kind !== 'staff')
    throw new DomainError('unprocessable', {
      zh: '值班人员的账号应在用，且为本单位工作人员。',
      en: 'Whoever is on duty is staff of the body with an account in use.',
    });
  await putDuty(tx, { dutyId: newId(), ...input, by: caller.accountId, at: ctx.clock.now() });
  await writeAccess(tx, ctx, actor, {
    action: 'duty.plan',
    resourceKind: 'body',
    resourceId: input.bodyId,
    detail: { on: input.onDate, shift: input.shift, account: input.accountId },
  });
}

export async function removeDuty(ctx: AppContext, tx: Transaction, actor: Actor, dutyId: string): Promise<void> {
  const row = await loadDuty(tx, dutyId);
  if (!row) throw new DomainError('not-found');
  authorize(actor, 'duty.manage', { bodyId: row.body_id });
  if ((await deleteDuty(tx, dutyId)) === 0) throw new DomainError('conflict');
  await writeAccess(tx, ctx, actor, {
    action: 'duty.remove',
    resourceKind: 'body',
    resourceId: row.body_id,
    detail: { on: row.on_date, shift: row.shift, account: row.account_id },
  });
}

export const dutyColumns: readonly SheetColumn[] = [
  { key: 'on', heading: '日期', required: true, hint: '年-月-日' },
  { key: 'shift', heading: '班次', required: true, hint: '白班或夜班' },
  { key: 'login', heading: '登录名', required: true, hint: '本单位在用账号' },
  { key: 'phone', heading: '值班电话', required: false, hint: '办公电话或值班手机' },
  { key: 'body', heading: '单位代码', required: false, hint: '空为本单位' },
];
const shifts: Readonly<Record<string, Shift>> = { 白班: 'day', 夜班: 'night' };

export interface DutyImportRow {
  readonly row: number;
  readonly login: string;
  readonly ok: boolean;
  readonly problems: readonly SheetProblem[];
}

/** Each row in a savepoint of its own; the caller decides whether the whole is kept. */
export async function importDuties(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  rows: readonly SheetRow[],
): Promise<DutyImportRow[]> {
  const logins = rows.map((row) => normaliseLogin(row.cells.login ?? ''));
  const accounts = new Map((await accountsByLogin(tx, logins)).map((row) => [row.login, row.account_id]));
  const results: DutyImportRow[] = [];
  for (const row of rows) {
    const problems: SheetProblem[] = [...row.problems];
    const on = (row.cells.on ?? '').slice(0, 10).replaceAll('/', '-');
    const shift = shifts[row.cells.shift ?? ''];
    const login = normaliseLogin(row.cells.login ?? '');
    const accountId = accounts.get(login);
    const phone = row.cells.phone ?? '';
    if (!isPlainDate(on))
      problems.push({ column: '日期', zh: '日期应写作 2026-12-31', en: 'a date is written 2026-12-31' });
    if (!shift) problems.push({ column: '班次', zh: '应为白班或夜班', en: 'is 白班 or 夜班' });
    if (!accountId) problems.push({ column: '登录名', zh: '本单位没有这个账号', en: 'no such account in this body' });
    if (!/^[0-9+() -]{0,40}$/.test(phone))
      problems.push({ column: '值班电话', zh: '只能填数字和连字符', en: 'digits and hyphens only' });
    if (problems.length === 0 && shift && accountId) {
      await execute(tx, sql`savepoint duty_row`);
      try {
        const bodyId = await bodyOf(tx, actor, row.cells.body ?? '');
        await planDuty(ctx, tx, actor, { bodyId, onDate: on, shift, accountId, phone: phone || null });
        await execute(tx, sql`release savepoint duty_row`);
      } catch (error) {
        if (!(error instanceof DomainError) || error.status >= 500) throw error;
        await execute(tx, sql`rollback to savepoint duty_row`);
        problems.push({ column: null, zh: error.zh, en: error.en });
      }
    }
    results.push({ row: row.row, login, ok: problems.length === 0, problems });
  }
  return results;
}

async function bodyOf(tx: Transaction, actor: Actor, code: string): Promise<string> {
  const body = code === '' ? null : await findBody(tx, { code });
  const bodyId = code === '' ? actor.bodyId : (body?.bodyId ?? null);
  if (bodyId === null)
    throw new DomainError('unprocessable', { zh: '没有这个单位代码。', en: 'There is no body of this code.' });
  return bodyId;
}

const viewOf = (row: DutyRow): DutyView => ({
  id: row.duty_id,
  body: { id: row.body_id, name: row.body_name },
  onDate: row.on_date,
  shift: row.shift,
  officer: { id: row.account_id, login: row.login, name: row.name },
  phone: row.phone,
});

const shownDays = 31;
const defaultLimit = 100;

export async function dutiesPage(
  ctx: AppContext,
  actor: Actor,
  request: {
    from?: string | undefined;
    to?: string | undefined;
    body?: string | undefined;
    cursor?: string | undefined;
    limit?: number | undefined;
  },
) {
  const scope = bodiesOf(actor, 'duty.read');
  const bodies =
    request.body === undefined ? scope : scope === 'all' || scope.includes(request.body) ? [request.body] : [];
  const from = toPlainDate(request.from ?? ctx.clock.today());
  const to = request.to ?? addDays(from, shownDays);
  const limit = request.limit ?? defaultLimit;
  const position = openPosition(ctx.keys, 'duty', request.cursor);
  const after = position ? { on: String(position[0]), id: String(position[1]) } : null;
  const rows = await listDuties(ctx.db.app, { bodies, from, to }, after, limit);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    items: rows.map(viewOf),
    nextCursor: last ? sealPosition(ctx.keys, 'duty', [last.on_date, last.duty_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}
