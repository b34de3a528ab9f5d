/** A system registers its own address, and ends it; the credit office ends one that nobody looks after. */
import type { NewWebhook } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { checkUrl, later } from '../exchange/index.ts';
import { authorize } from '../identity/index.ts';
import { closeAlarm, endHookRow, hookById, insertHook } from './queries.ts';
import { reaches } from './read-hooks.ts';

const day = 86_400_000;

/**
 * What this system asked within the days of watching and did not decide is watched from now on.
 * Errors: forbidden (no system), unprocessable (address), conflict (it has one).
 */
export async function registerHook(ctx: AppContext, actor: Actor, { url }: NewWebhook): Promise<string> {
  authorize(actor, 'webhook.manage');
  const { client, accountId, bodyId } = actor;
  if (client === null || accountId === null || bodyId === null)
    throw new DomainError('forbidden', {
      zh: '通知地址由已登记的接口系统以自己的密钥登记。',
      en: 'A webhook is registered by a registered system, with its own key.',
    });
  checkUrl({ ...ctx.config, plainLoopback: true }, url);
  const at = ctx.clock.now();
  return withTransaction(ctx.db.app, async (tx) => {
    const hookId = newId();
    const followedTo = later(at, -ctx.policy().checkRules().watchDays * day);
    const made = await insertHook(tx, { hookId, clientId: client.clientId, accountId, bodyId, url, followedTo, at });
    if (made === 0)
      throw new DomainError('conflict', {
        zh: '本系统已登记通知地址；要更换地址，请先停用原来的。',
        en: 'This system has a webhook. End it first to register another address.',
      });
    await writeAccess(tx, ctx, actor, {
      action: 'webhook.register',
      resourceKind: 'webhook',
      resourceId: hookId,
      detail: { url },
    });
    return hookId;
  });
}

/** Errors: not-found (another body's), conflict (ended already). */
export async function endHook(ctx: AppContext, actor: Actor, hookId: string): Promise<void> {
  authorize(actor, 'webhook.end');
  await withTransaction(ctx.db.app, async (tx) => {
    const hook = await hookById(tx, hookId);
    if (!hook || !reaches(actor, hook)) throw new DomainError('not-found');
    authorize(actor, 'webhook.end', { bodyId: hook.body_id });
    const at = ctx.clock.now();
    if ((await endHookRow(tx, hookId, at)) === 0) throw new DomainError('conflict');
    await closeAlarm(tx, hookId, 'ended', at);
    await writeAccess(tx, ctx, actor, { action: 'webhook.end', resourceKind: 'webhook', resourceId: hookId });
  });
}
