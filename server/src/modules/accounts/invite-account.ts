/** An account of a former system: made without a password and without a role, by the command line. */
import type { Actor, AppContext } from '../../context.ts';
import type { Queryable, Transaction } from '../../platform/db.ts';
import { createAccount, normaliseLogin } from '../identity/index.ts';
import { note } from './note.ts';
import { accountsByLogin } from './queries.ts';

export async function inviteAccount(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  input: { readonly login: string; readonly name: string; readonly bodyId: string },
): Promise<string> {
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
  return made.accountId;
}

/** The body of the account with this login; undefined when there is none. */
export async function loginBodyOf(client: Queryable, login: string): Promise<string | null | undefined> {
  const [row] = await accountsByLogin(client, [normaliseLogin(login)]);
  return row === undefined ? undefined : row.body_id;
}
