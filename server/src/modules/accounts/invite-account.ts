/** An account of a former system: made without a password and without a role, by the command line. */
import type { Actor, AppContext, Role } from '../../context.ts';
import { addDays } from '../../platform/clock.ts';
import type { Queryable, Transaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import { administratorRoles, createAccount, findBody, normaliseLogin } from '../identity/index.ts';
import { roleWords } from './import-accounts.ts';
import { note } from './note.ts';
import { accountsByLogin } from './queries.ts';
import { insertRequest } from './role-queries.ts';
import { roleFitsBody } from './role-rules.ts';

export interface Invited {
  readonly accountId: string;
  /** Asked for and waiting for a security administrator; null where the word of the former system names no role of here. */
  readonly role: Role | null;
}

export async function inviteAccount(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  input: { readonly login: string; readonly name: string; readonly bodyId: string },
  former: { readonly role: string; readonly reason: string },
): Promise<Invited> {
  const made = await createAccount(tx, ctx.clock, {
    ...input,
    roles: [],
    rolesLater: true,
    password: null,
    createdBy: actor.accountId,
  });
  await note(ctx, tx, actor, made.accountId, 'create', {
    login: made.login,
    kind: 'staff',
    body: input.bodyId,
    invited: true,
  });
  return {
    accountId: made.accountId,
    role: await askForFormerRole(ctx, tx, actor, made.accountId, input.bodyId, former),
  };
}

/** Asked for, never given: the second pair of eyes stays. An administrator is never asked for from a file. */
async function askForFormerRole(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  accountId: string,
  bodyId: string,
  former: { readonly role: string; readonly reason: string },
): Promise<Role | null> {
  const role = Object.hasOwn(roleWords, former.role) ? roleWords[former.role] : undefined;
  if (role === undefined || administratorRoles.includes(role)) return null;
  const body = await findBody(tx, { bodyId });
  if (!roleFitsBody(role, body?.kind ?? null)) return null;
  const { grantMaxDays } = ctx.policy().accounts();
  const requestId = newId();
  const asked = await insertRequest(tx, {
    requestId,
    accountId,
    role,
    expiresOn: grantMaxDays === null ? null : addDays(ctx.clock.today(), grantMaxDays),
    reason: former.reason,
    requestedBy: actor.accountId ?? '',
    at: ctx.clock.now(),
  });
  if (asked === 0) return null;
  await note(ctx, tx, actor, accountId, 'requestRole', { role, request: requestId });
  return role;
}

/** The body of the account with this login; undefined when there is none. */
export async function loginBodyOf(client: Queryable, login: string): Promise<string | null | undefined> {
  const [row] = await accountsByLogin(client, [normaliseLogin(login)]);
  return row === undefined ? undefined : row.body_id;
}
