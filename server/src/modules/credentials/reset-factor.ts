/** A lost second factor is taken away by two people, neither its holder (the database holds it), or by the command line. */
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { accountByLogin } from '../identity/index.ts';
import { dropSecondFactor } from './totp.ts';
import { decideReset, insertReset, type ResetRow, waitingResets } from './totp-queries.ts';

export async function requestReset(ctx: AppContext, actor: Actor, login: string, reason: string): Promise<string> {
  return withTransaction(ctx.db.app, async (tx) => {
    const account = await accountByLogin(tx, login);
    if (!account) throw new DomainError('not-found');
    const resetId = newId();
    const by = actor.accountId ?? '';
    const added = await insertReset(tx, { resetId, accountId: account.account_id, reason, by, at: ctx.clock.now() });
    if (added === 0) {
      throw new DomainError('conflict', {
        zh: '不能申请：该账号未绑定动态口令、已有待办的重置申请，或者是您本人的账号。',
        en: 'This cannot be asked for: the account has no second factor, a request waits already, or the account is your own.',
      });
    }
    await writeAccess(tx, ctx, actor, {
      action: 'factor.requestReset',
      resourceKind: 'account',
      resourceId: account.account_id,
      detail: { resetId, reason },
    });
    return resetId;
  });
}

export async function decideFactorReset(
  ctx: AppContext,
  actor: Actor,
  resetId: string,
  state: 'done' | 'refused',
): Promise<void> {
  await withTransaction(ctx.db.app, async (tx) => {
    const found = await decideReset(tx, { resetId, by: actor.accountId ?? '', at: ctx.clock.now(), state });
    if (!found) {
      throw new DomainError('conflict', {
        zh: '不能办理：申请已办结，或者须由申请人、账号本人以外的另一名管理员决定。',
        en: 'This cannot be decided: it is closed, or another administrator than the one who asked and the holder must decide.',
      });
    }
    if (state === 'done') await dropSecondFactor(tx, found.account_id);
    await writeAccess(tx, ctx, actor, {
      action: 'factor.decideReset',
      resourceKind: 'account',
      resourceId: found.account_id,
      detail: { resetId, state },
    });
  });
}

export const listResets = (ctx: AppContext): Promise<ResetRow[]> => waitingResets(ctx.db.app);

/** By the operator on the machine. False: no such account. */
export async function resetByOperator(ctx: AppContext, actor: Actor, login: string, reason: string): Promise<boolean> {
  return withTransaction(ctx.db.app, async (tx) => {
    const account = await accountByLogin(tx, login);
    if (!account) return false;
    await dropSecondFactor(tx, account.account_id);
    await writeAccess(tx, ctx, actor, {
      action: 'factor.reset',
      resourceKind: 'account',
      resourceId: account.account_id,
      detail: { reason },
    });
    return true;
  });
}
