/**
 * Leave and deputies (AB 角): the deputy takes up the absent one's business role for a period and by an act of its own, so
 * that each entry of the log says who acted for whom. Administrators have no deputies: another administrator acts.
 */
import type { DeputyView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { addDays, toPlainDate } from '../../platform/clock.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import type { Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { administratorRoles, may } from '../identity/index.ts';
import {
  type DeputyRow,
  endDeputy,
  insertDeputy,
  listDeputies,
  loadDeputy,
  overlapping,
  setSessionDeputy,
} from './deputy-queries.ts';
import { bodiesOf, callerOf } from './guard.ts';
import { note } from './note.ts';
import { type AccountRow, colleagues, loadAccount, lockAccount } from './queries.ts';
import { stateOf } from './state.ts';
import { personOf } from './views.ts';

/** Roles in which somebody may be represented; identity.findSession gives no other. */
const covered = ['departmentOfficer', 'creditOffice'];

const refuse = (zh: string, en: string): never => {
  throw new DomainError('unprocessable', { zh, en });
};

function checkPeriod(ctx: AppContext, fromOn: string, toOn: string): void {
  const { deputyMaxDays } = ctx.policy().accounts();
  const today = ctx.clock.today();
  if (toOn < fromOn || toOn < today)
    refuse('止期不能早于起期，也不能早于今天。', 'The last day is not before the first, nor before today.');
  if (toOn > addDays(toPlainDate(fromOn), deputyMaxDays - 1))
    refuse(
      `代理最长 ${deputyMaxDays} 天；更长的请办理调动或离岗。`,
      `A deputy acts for at most ${deputyMaxDays} days. For longer, transfer or departure is the way.`,
    );
}

/** Not the caller's own act means that the caller manages the account. */
async function absentOf(tx: Transaction, actor: Actor, absentId: string, callerId: string): Promise<AccountRow> {
  await lockAccount(tx, absentId);
  const row = await loadAccount(tx, absentId);
  if (!row) throw new DomainError('not-found');
  if (absentId === callerId) return row;
  const bodies = may(actor, 'account.manage') ? bodiesOf(actor, 'account.manage') : [];
  if (bodies !== 'all' && (row.body_id === null || !bodies.includes(row.body_id))) throw new DomainError('not-found');
  return row;
}

export async function addDeputy(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  input: { absentId?: string | undefined; deputyId: string; fromOn: string; toOn: string; reason: string },
): Promise<string> {
  const caller = await callerOf(tx, actor);
  const today = ctx.clock.today();
  const absent = await absentOf(tx, actor, input.absentId ?? caller.accountId, caller.accountId);
  checkPeriod(ctx, input.fromOn, input.toOn);
  if (!absent.roles.some(({ role }) => covered.includes(role)) || stateOf(absent, today) !== 'active')
    refuse(
      '只有在岗的业务人员可以设代理人。',
      'Only somebody with a business role and an account in use has a deputy.',
    );
  const deputy = await loadAccount(tx, input.deputyId);
  // A deputy is a colleague: outside the absent one's body its business is nobody's to know.
  if (!deputy || deputy.body_id === null || deputy.body_id !== absent.body_id) throw new DomainError('not-found');
  if (deputy.holder_id === absent.holder_id || stateOf(deputy, today) !== 'active' || deputy.kind !== 'staff')
    refuse(
      '代理人应是本单位另一位在用账号的人员。',
      'The deputy is another person of the same body with an account in use.',
    );
  if (deputy.roles.some(({ role }) => administratorRoles.includes(role)) || deputy.roles.length === 0)
    refuse(
      '代理人须有业务角色，且不是三员管理员。',
      'The deputy has a business role and is none of the three administrators.',
    );
  const other = await overlapping(tx, { ...input, absentId: absent.account_id });
  if (other)
    throw new DomainError('conflict', {
      zh: `与已登记的代理重叠：${other.absent_name} 由 ${other.deputy_name} 代理，${other.from_on} 至 ${other.to_on}。`,
      en: `It overlaps with another: ${other.deputy_name} acts for ${other.absent_name} from ${other.from_on} to ${other.to_on}.`,
    });
  const deputyId = newId();
  await insertDeputy(tx, {
    deputyId,
    absentId: absent.account_id,
    deputyAccountId: deputy.account_id,
    fromOn: input.fromOn,
    toOn: input.toOn,
    reason: input.reason,
    createdBy: caller.accountId,
    at: ctx.clock.now(),
  });
  await note(ctx, tx, actor, absent.account_id, 'addDeputy', {
    deputy: deputy.account_id,
    deputyName: deputy.name,
    from: input.fromOn,
    to: input.toOn,
  });
  return deputyId;
}

/** By the absent one, the deputy, or whoever manages the account. A session that acts for it stops at its next request. */
export async function stopDeputy(ctx: AppContext, tx: Transaction, actor: Actor, deputyId: string): Promise<void> {
  const caller = await callerOf(tx, actor);
  const row = await loadDeputy(tx, deputyId);
  if (!row) throw new DomainError('not-found');
  if (row.deputy_account_id !== caller.accountId) await absentOf(tx, actor, row.absent_id, caller.accountId);
  if ((await endDeputy(tx, deputyId, caller.accountId, ctx.clock.now())) === 0) throw new DomainError('conflict');
  await note(ctx, tx, actor, row.absent_id, 'endDeputy', {
    deputy: row.deputy_account_id,
    deputyName: row.deputy_name,
  });
}

function stateOfDeputy(row: DeputyRow, today: string): DeputyView['state'] {
  if (row.ended_at !== null) return 'ended';
  if (row.to_on < today) return 'over';
  return row.from_on > today ? 'coming' : 'running';
}

/** Takes up the absent one's role in this session, or lays it down (`null`). The next request has the other rights. */
export async function actAs(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  tokenHash: Buffer | null,
  deputyId: string | null,
): Promise<void> {
  const caller = await callerOf(tx, actor);
  if (!tokenHash) throw new DomainError('unauthenticated');
  let absentId = caller.accountId;
  if (deputyId !== null) {
    const row = await loadDeputy(tx, deputyId);
    if (!row || row.deputy_account_id !== caller.accountId) throw new DomainError('not-found');
    if (stateOfDeputy(row, ctx.clock.today()) !== 'running')
      throw new DomainError('conflict', {
        zh: '该代理不在有效期内。',
        en: 'This deputyship is not running today.',
      });
    absentId = row.absent_id;
  }
  if ((await setSessionDeputy(tx, tokenHash, caller.accountId, deputyId)) === 0)
    throw new DomainError('unauthenticated');
  await note(ctx, tx, actor, absentId, deputyId === null ? 'layDownDeputy' : 'actAsDeputy', {
    deputy: caller.accountId,
  });
}

const viewOf = (row: DeputyRow, today: string, own: string | null): DeputyView => ({
  id: row.deputy_id,
  absent: { id: row.absent_id, login: row.absent_login, name: row.absent_name },
  deputy: { id: row.deputy_account_id, login: row.deputy_login, name: row.deputy_name },
  fromOn: row.from_on,
  toOn: row.to_on,
  reason: row.reason,
  state: stateOfDeputy(row, today),
  mine: row.absent_id === own ? 'absent' : row.deputy_account_id === own ? 'deputy' : 'other',
});

const defaultLimit = 50;

export async function deputiesPage(
  ctx: AppContext,
  actor: Actor,
  request: { cursor?: string | undefined; limit?: number | undefined },
) {
  const limit = request.limit ?? defaultLimit;
  const position = openPosition(ctx.keys, 'deputies', request.cursor);
  const after = position ? { on: String(position[0]), id: String(position[1]) } : null;
  const bodies = may(actor, 'account.manage') ? bodiesOf(actor, 'account.manage') : [];
  const rows = await listDeputies(ctx.db.app, { accountId: actor.accountId ?? '', bodies }, after, limit);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    items: rows.map((row) => viewOf(row, ctx.clock.today(), actor.accountId)),
    nextCursor: last ? sealPosition(ctx.keys, 'deputies', [last.from_on, last.deputy_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

/** Whom one can name as deputy, successor or officer on duty: colleagues of the own body, or of the bodies one manages. */
export async function colleaguesPage(ctx: AppContext, actor: Actor, q: string, bodyId: string | undefined) {
  const managed = may(actor, 'account.manage') ? bodiesOf(actor, 'account.manage') : [];
  const own = actor.bodyId === null ? [] : [actor.bodyId];
  const reach = managed === 'all' ? 'all' : [...managed, ...own];
  const bodies = bodyId === undefined ? reach : reach === 'all' || reach.includes(bodyId) ? [bodyId] : [];
  const rows = await colleagues(
    ctx.db.app,
    { bodies, q, today: ctx.clock.today(), except: actor.accountId ?? '' },
    defaultLimit,
  );
  return {
    items: rows.map((row) => ({
      ...personOf(row),
      body: row.body_id === null ? null : { id: row.body_id, name: row.body_name ?? '' },
    })),
    nextCursor: null,
    dataAsOf: ctx.clock.now(),
  };
}
