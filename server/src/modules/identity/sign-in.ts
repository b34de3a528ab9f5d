/** Signing in: a session and its log entry, or a logged refusal. */
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess, writeRefusal } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { normaliseLogin } from './accounts.ts';
import { takeBackAttempt } from './queries.ts';
import { checkCredentials, forgetAttempts, type OpenedSession, openSession } from './sessions.ts';

const action = 'session.signIn';

/**
 * Opens a session. Throws SignInFailed (401) or SignInLocked (429); both are in the log before the answer. What was typed
 * as a login is kept in the log, what was typed as a password nowhere.
 */
export async function signIn(ctx: AppContext, actor: Actor, login: string, password: string): Promise<OpenedSession> {
  const name = normaliseLogin(login).slice(0, 64);
  try {
    const account = await checkCredentials(ctx, login, password);
    const who: Actor = {
      ...actor,
      kind: 'account',
      accountId: account.account_id,
      name: account.name,
      bodyId: account.body_id,
    };
    return await withTransaction(ctx.db.app, async (tx) => {
      const opened = await openSession(tx, ctx, account.account_id, actor.address);
      // The count goes on while a second step is to come; a right password alone does not clear it.
      if (account.second_factor_at === null) await forgetAttempts(tx, name);
      else await takeBackAttempt(tx, name);
      await writeAccess(tx, ctx, who, {
        action,
        resourceKind: 'account',
        resourceId: account.account_id,
        detail: { factors: ['password'] },
      });
      return opened;
    });
  } catch (error) {
    if (error instanceof DomainError && error.status < 500) {
      await writeRefusal(ctx, actor, { action, resourceKind: 'login', resourceId: name, detail: { code: error.code } });
    }
    throw error;
  }
}
