/** A body explains; the credit office explains or closes with a reason. Nothing closes an alarm by silence. */
import type { ExchangeAlarmView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { publish, writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize } from '../identity/index.ts';
import { alarmById, moveAlarm } from './alarm-queries.ts';
import { deliveryById, hastenDelivery, moveDelivery } from './delivery-queries.ts';
import { alarmView } from './read-receivers.ts';
import { type AlarmAct, nextAlarm, nextDelivery } from './state.ts';

async function act(
  ctx: AppContext,
  actor: Actor,
  alarmId: string,
  what: AlarmAct,
  words: string,
): Promise<ExchangeAlarmView> {
  const row = await alarmById(ctx.db.app, alarmId);
  if (!row) throw new DomainError('not-found');
  authorize(actor, what === 'reply' ? 'exchange.reply' : 'exchange.close', { bodyId: row.body_id });
  const to = nextAlarm(row.state, what);
  if (to === null) throw new DomainError('conflict');
  await withTransaction(ctx.db.app, async (tx) => {
    const at = ctx.clock.now();
    if ((await moveAlarm(tx, alarmId, row.state, to, { by: actor.accountId, at, words })) === 0)
      throw new DomainError('conflict');
    // The office answers for a message that it gives up: it is not sent any more.
    const delivery = what === 'close' && row.delivery_id !== null ? await deliveryById(tx, row.delivery_id) : null;
    const closed = delivery ? nextDelivery(delivery.state, 'close') : null;
    if (delivery && closed) await moveDelivery(tx, delivery.delivery_id, delivery.state, closed, { at });
    await publish(tx, ctx, [{ kind: 'exchange.alarm', payload: { alarmId, receiverId: row.receiver_id, state: to } }]);
    await writeAccess(tx, ctx, actor, {
      action: `exchange.alarm.${what}`,
      resourceKind: 'alarm',
      resourceId: alarmId,
      detail: { kind: row.kind },
    });
  });
  const moved = await alarmById(ctx.db.app, alarmId);
  if (!moved) throw new DomainError('not-found');
  return alarmView(actor, moved);
}

export const replyToAlarm = (
  ctx: AppContext,
  actor: Actor,
  alarmId: string,
  reply: string,
): Promise<ExchangeAlarmView> => {
  authorize(actor, 'exchange.reply');
  return act(ctx, actor, alarmId, 'reply', reply);
};
export const closeAlarm = (
  ctx: AppContext,
  actor: Actor,
  alarmId: string,
  reason: string,
): Promise<ExchangeAlarmView> => {
  authorize(actor, 'exchange.close');
  return act(ctx, actor, alarmId, 'close', reason);
};

/** Sent again at once, with the same key: also one whose receipt is awaited. */
export async function retryDelivery(ctx: AppContext, actor: Actor, deliveryId: string): Promise<void> {
  authorize(actor, 'exchange.close');
  const row = await deliveryById(ctx.db.app, deliveryId);
  if (!row) throw new DomainError('not-found');
  if (nextDelivery(row.state, 'retry') === null) throw new DomainError('conflict');
  await withTransaction(ctx.db.app, async (tx) => {
    if ((await hastenDelivery(tx, deliveryId, row.state, ctx.clock.now())) === 0) throw new DomainError('conflict');
    await writeAccess(tx, ctx, actor, { action: 'exchange.retry', resourceKind: 'delivery', resourceId: deliveryId });
  });
}
