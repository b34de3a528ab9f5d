/** Whom somebody may act upon: through the scope, never upon oneself, and a district's manager upon ordinary officers only. */
import type { Actor, Role } from '../../context.ts';
import type { Queryable } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize, type Permission, scopeOf } from '../identity/index.ts';
import { type AccountRow, type Bodies, holderOf, loadAccount, lockAccount } from './queries.ts';
import { type AccountAct, mayAct, stateOf } from './state.ts';

/** Roles that an account manager may ask for and whose accounts it may keep. */
export const ordinaryRoles: readonly Role[] = ['departmentOfficer'];

export const bodiesOf = (actor: Actor, permission: Permission): Bodies => {
  const scope = scopeOf(actor, permission);
  return scope.kind === 'all' ? 'all' : scope.bodyIds;
};

export interface Caller {
  readonly accountId: string;
  readonly holderId: string;
}

/** Acts of account keeping are done by somebody, never by a system or the command line. */
export async function callerOf(client: Queryable, actor: Actor): Promise<Caller> {
  const holder = actor.kind === 'account' && actor.accountId ? await holderOf(client, actor.accountId) : null;
  if (!holder || !actor.accountId) throw new DomainError('forbidden');
  return { accountId: actor.accountId, holderId: holder.holder_id };
}

/** The account, if the caller may know of it. Hidden ones do not exist. */
export async function visibleAccount(
  client: Queryable,
  actor: Actor,
  permission: Permission,
  accountId: string,
): Promise<AccountRow> {
  const row = await loadAccount(client, accountId);
  if (!row) throw new DomainError('not-found');
  authorize(actor, permission, { bodyId: row.body_id });
  return row;
}

const limited = (actor: Actor, permission: Permission): boolean => scopeOf(actor, permission).kind === 'bodies';

/** An account manager keeps ordinary officers: nobody who has, or is to get, anything more. */
export function checkOrdinary(
  actor: Actor,
  permission: Permission,
  row: Pick<AccountRow, 'kind' | 'roles' | 'waiting_roles'>,
): void {
  if (!limited(actor, permission)) return;
  const roles = [...row.roles.map(({ role }) => role), ...row.waiting_roles];
  if (row.kind === 'staff' && roles.every((role) => ordinaryRoles.includes(role))) return;
  throw new DomainError('forbidden', {
    zh: '账号管理员只能管理本辖区普通经办人的账号；此账号请联系系统管理员。',
    en: 'An account manager keeps the accounts of ordinary officers of its area only. Ask the system administrator about this one.',
  });
}

export interface Target {
  readonly row: AccountRow;
  readonly caller: Caller;
}

/**
 * The account that is to be changed, locked. Throws not-found where it is hidden, forbidden for the own (of the same person,
 * through whichever account) and `conflict` when its state does not allow the act.
 */
export async function targetOf(
  client: Queryable,
  actor: Actor,
  permission: Permission,
  accountId: string,
  act: AccountAct,
  today: string,
): Promise<Target> {
  const caller = await callerOf(client, actor);
  await lockAccount(client, accountId);
  const row = await visibleAccount(client, actor, permission, accountId);
  if (row.holder_id === caller.holderId) {
    throw new DomainError('forbidden', {
      zh: '不能管理自己的账号，请由另一位管理员办理。',
      en: 'Nobody keeps the own account. Ask another administrator.',
    });
  }
  checkOrdinary(actor, permission, row);
  if (!mayAct(stateOf(row, today), act)) throw new DomainError('conflict');
  return { row, caller };
}

/** Another account that takes over: visible, working, of another person, with a business side. */
export async function successorOf(
  client: Queryable,
  actor: Actor,
  permission: Permission,
  successorId: string,
  from: AccountRow,
  today: string,
): Promise<AccountRow> {
  const row = await visibleAccount(client, actor, permission, successorId);
  const fits = row.holder_id !== from.holder_id && stateOf(row, today) === 'active' && row.kind !== 'system';
  if (fits) return row;
  throw new DomainError('unprocessable', {
    zh: '接手人应是另一位在用账号的人员，请重新选择。',
    en: 'Whoever takes over is another person with an account in use. Choose again.',
  });
}

/** Foreign keys of the seat refuse what would leave an administrator role without anybody who can act. */
export function lastHolder(error: unknown): never {
  const { code, constraint } = error as { code?: string; constraint?: string };
  if (code === '23503' && constraint?.startsWith('administrator_seat')) {
    throw new DomainError('conflict', {
      zh: '这是该类管理员的最后一位，不能停用、调离或收回角色。请先由安全管理员批准另一位。',
      en: 'This is the last one of these administrators: it stays. First have the security administrator approve another.',
      cause: error,
    });
  }
  throw error;
}
