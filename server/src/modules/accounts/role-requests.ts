/**
 * Roles: asked for by one, granted by a security administrator who is neither that one nor the person it is for (objections.md
 * §6: business privileges need a second pair of eyes). The database compares the persons, not the accounts.
 */
import type { RoleRequestView } from '@chengxin/contract';
import type { Actor, AppContext, Role } from '../../context.ts';
import { addDays } from '../../platform/clock.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import type { Queryable, Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { administratorRoles, authorize, findBody, grantRole, may } from '../identity/index.ts';
import { bodiesOf, type Caller, callerOf, lastHolder, ordinaryRoles, targetOf } from './guard.ts';
import { note } from './note.ts';
import { endSessions, giveUpSeats, holderOf, loadAccount } from './queries.ts';
import {
  decideRequest,
  deleteRole,
  insertRequest,
  listRequests,
  loadRequest,
  type RequestRow,
  withdrawRequest,
} from './role-queries.ts';
import { grantableRoles, roleFitsBody } from './role-rules.ts';

export interface RoleAsk {
  readonly accountId: string;
  readonly role: Role;
  readonly expiresOn: string | null;
  readonly reason: string;
}

function checkEnd(ctx: AppContext, ask: RoleAsk): void {
  const refuse = (zh: string, en: string): never => {
    throw new DomainError('unprocessable', { zh, en, details: [{ field: 'body/expiresOn', zh, en }] });
  };
  const { grantMaxDays } = ctx.policy().accounts();
  const administrator = administratorRoles.includes(ask.role);
  if (administrator && ask.expiresOn !== null)
    refuse('管理员角色不设到期日，须收回。', 'An administrator role has no last day; it is taken back.');
  if (ask.expiresOn !== null && ask.expiresOn < ctx.clock.today())
    refuse('到期日不能早于今天。', 'The last day cannot be before today.');
  const latest = grantMaxDays === null || administrator ? null : addDays(ctx.clock.today(), grantMaxDays);
  if (latest !== null && (ask.expiresOn === null || ask.expiresOn > latest))
    refuse(
      `授权最长 ${grantMaxDays} 天，请填写到期日（至 ${latest}）。`,
      `A grant lasts at most ${grantMaxDays} days, to ${latest}.`,
    );
}

/** Asks for a role. Throws `conflict` when it is asked for or held already, `forbidden` for the own. */
export async function askForRole(ctx: AppContext, tx: Transaction, actor: Actor, ask: RoleAsk): Promise<string> {
  const { row, caller } = await targetOf(tx, actor, 'role.request', ask.accountId, 'requestRole', ctx.clock.today());
  if (bodiesOf(actor, 'role.request') !== 'all' && !ordinaryRoles.includes(ask.role))
    throw new DomainError('forbidden', {
      zh: '账号管理员只能为普通经办人申请角色。',
      en: 'An account manager asks for the role of ordinary officers only.',
    });
  const body = row.body_id === null ? null : await findBody(tx, { bodyId: row.body_id });
  if (!grantableRoles.includes(ask.role) || !roleFitsBody(ask.role, body?.kind ?? null))
    throw new DomainError('unprocessable', {
      zh: '该角色不适用于此账号所在单位，请核对。',
      en: 'This role does not go with the body of the account.',
    });
  if (row.kind === 'vendor' && administratorRoles.includes(ask.role))
    throw new DomainError('unprocessable', {
      zh: '外包人员不能担任管理员。',
      en: 'A vendor is never an administrator.',
    });
  checkEnd(ctx, ask);
  if (row.roles.some(({ role }) => role === ask.role))
    throw new DomainError('conflict', { zh: '该账号已有此角色。', en: 'The account has this role already.' });
  const requestId = newId();
  const added = await insertRequest(tx, {
    requestId,
    ...ask,
    requestedBy: caller.accountId,
    at: ctx.clock.now(),
  });
  if (added === 0)
    throw new DomainError('conflict', {
      zh: '该角色已在申请中，请等待审批。',
      en: 'This role is asked for already; it waits for a decision.',
    });
  await note(ctx, tx, actor, ask.accountId, 'requestRole', { role: ask.role, request: requestId });
  return requestId;
}

const ownEyes = {
  zh: '申请人、本人不能审批，请由另一位安全管理员办理。',
  en: 'Neither who asked nor the person it is for decides. Another security administrator does.',
};

const hasOwnEyes = (row: RequestRow, caller: Pick<Caller, 'holderId'>): boolean =>
  row.requested_holder === caller.holderId || row.holder_id === caller.holderId;

/** Grants or refuses. The grant, its log and the end of the old sessions are one transaction. */
export async function decideRole(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  requestId: string,
  decision: { approve: boolean; note?: string | undefined },
): Promise<void> {
  authorize(actor, 'role.decide');
  const caller = await callerOf(tx, actor);
  const request = await loadRequest(tx, requestId);
  if (!request) throw new DomainError('not-found');
  if (hasOwnEyes(request, caller)) throw new DomainError('forbidden', ownEyes);
  const remark = decision.note?.trim() || null;
  if (!decision.approve && remark === null)
    throw new DomainError('unprocessable', { zh: '请写明不同意的理由。', en: 'Say why it is refused.' });
  const at = ctx.clock.now();
  const state = decision.approve ? 'approved' : 'refused';
  if ((await decideRequest(tx, { requestId, state, by: caller.accountId, note: remark, at })) === 0)
    throw new DomainError('conflict');
  if (decision.approve) {
    const account = await loadAccount(tx, request.account_id);
    if (!account || account.departed_at !== null) throw new DomainError('conflict');
    const { role } = request;
    await grantRole(tx, request.account_id, role, {
      by: caller.accountId,
      at,
      requestId,
      expiresOn: request.expires_on,
    });
    // A session keeps nothing of before: the person signs in again with the new role.
    await endSessions(tx, request.account_id);
  }
  await note(ctx, tx, actor, request.account_id, decision.approve ? 'grantRole' : 'refuseRole', {
    role: request.role,
    request: requestId,
  });
}

export async function withdrawRole(ctx: AppContext, tx: Transaction, actor: Actor, requestId: string): Promise<void> {
  const caller = await callerOf(tx, actor);
  const request = await loadRequest(tx, requestId);
  if (!request) throw new DomainError('not-found');
  authorize(actor, 'role.request', { bodyId: request.body_id });
  if (request.requested_by !== caller.accountId) throw new DomainError('forbidden');
  if ((await withdrawRequest(tx, requestId)) === 0) throw new DomainError('conflict');
  await note(ctx, tx, actor, request.account_id, 'withdrawRole', { role: request.role, request: requestId });
}

/** Taking back needs no second pair of eyes: it only makes less possible. Sessions end at once. */
export async function revokeRole(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  accountId: string,
  role: Role,
  reason: string,
): Promise<void> {
  await targetOf(tx, actor, 'role.decide', accountId, 'revokeRole', ctx.clock.today());
  await giveUpSeats(tx, accountId);
  const gone = await deleteRole(tx, accountId, role).catch(lastHolder);
  if (gone === 0) throw new DomainError('conflict');
  await endSessions(tx, accountId);
  await note(ctx, tx, actor, accountId, 'revokeRole', { role, reason });
}

function viewOf(row: RequestRow, actor: Actor, caller: Pick<Caller, 'holderId'>): RoleRequestView {
  const decides = row.state === 'waiting' && may(actor, 'role.decide');
  const own = hasOwnEyes(row, caller);
  return {
    id: row.request_id,
    account: {
      id: row.account_id,
      login: row.login,
      name: row.name,
      body: row.body_id === null ? null : { id: row.body_id, name: row.body_name ?? '' },
      roles: [...row.roles],
    },
    role: row.role,
    expiresOn: row.expires_on,
    reason: row.reason,
    state: row.state,
    requestedBy: row.requested_name,
    requestedAt: row.requested_at,
    decidedBy: row.decided_name,
    decidedAt: row.decided_at,
    note: row.decision_note,
    mayDecide: decides && !own,
    why: decides && own ? ownEyes : null,
  };
}

const defaultLimit = 50;

export async function requestsPage(
  ctx: AppContext,
  actor: Actor,
  request: {
    state?: string | undefined;
    account?: string | undefined;
    cursor?: string | undefined;
    limit?: number | undefined;
  },
) {
  const limit = request.limit ?? defaultLimit;
  const position = openPosition(ctx.keys, 'role-requests', request.cursor);
  const after = position ? { at: String(position[0]), id: String(position[1]) } : null;
  const holder = await holderOf(ctx.db.app, actor.accountId ?? '');
  const rows = await listRequests(ctx.db.app, { bodies: bodiesOf(actor, 'role.read'), ...request }, after, limit);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    items: rows.map((row) => viewOf(row, actor, { holderId: holder?.holder_id ?? '' })),
    nextCursor: last ? sealPosition(ctx.keys, 'role-requests', [last.requested_at, last.request_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

export async function requestOf(client: Queryable, actor: Actor, requestId: string) {
  const row = await loadRequest(client, requestId);
  if (!row) throw new DomainError('not-found');
  const holder = await holderOf(client, actor.accountId ?? '');
  return viewOf(row, actor, { holderId: holder?.holder_id ?? '' });
}
