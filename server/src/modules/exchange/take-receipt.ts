/** A receipt that holds ends the message and its alarms; the same one again changes nothing. */
import type { Receipt } from '@chengxin/contract';
import canonicalize from 'canonicalize';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize } from '../identity/index.ts';
import { deliveryByKey, moveDelivery } from './delivery-queries.ts';
import { endAlarmsOf, raiseAlarm } from './raise-alarm.ts';
import { checkReceipt, messageDigest, type ReceiptProblem } from './receipt.ts';
import { keysOf, receiverOfClient } from './receiver-queries.ts';
import { type DeliveryState, nextDelivery } from './state.ts';
import type { ChangeMessage } from './types.ts';

/** What is sent: the same bytes each time, so that its digest can be told again. */
export const bodyOf = (message: ChangeMessage, receiptDueOn: string): string =>
  canonicalize({ ...message, receiptDueOn }) ?? '';

interface About {
  readonly delivery_id: string;
  readonly receiver_id: string;
  readonly state: DeliveryState;
}

/** Keeps a receipt that was checked. False when it came too late to change anything (the same one again). */
export async function keepReceipt(
  tx: Transaction,
  ctx: AppContext,
  delivery: About,
  receipt: Receipt,
): Promise<boolean> {
  const declined = receipt.outcome === 'kept';
  const to = nextDelivery(delivery.state, declined ? 'decline' : 'receipt');
  if (to === null) return false;
  const at = ctx.clock.now();
  if ((await moveDelivery(tx, delivery.delivery_id, delivery.state, to, { at, receipt, sent: true })) === 0)
    return false;
  const of = { receiverId: delivery.receiver_id, deliveryId: delivery.delivery_id };
  await endAlarmsOf(
    tx,
    ctx,
    { ...of, kinds: declined ? ['overdue', 'wrongReceipt'] : ['overdue', 'wrongReceipt', 'declined'] },
    'receipted',
  );
  if (declined) await raiseAlarm(tx, ctx, { ...of, kind: 'declined', facts: { reason: receipt.reason ?? null } });
  return true;
}

const problemWords: Readonly<Record<ReceiptProblem, { zh: string; en: string }>> = {
  shape: { zh: '回执格式不对', en: 'it has not the form of a receipt' },
  otherMessage: {
    zh: '回执对应的不是这条通知，或通知内容的摘要不符',
    en: 'it is about another message, or its digest differs',
  },
  unknownKey: { zh: '签名公钥未登记或已吊销', en: 'its key is not registered, or was revoked' },
  signature: { zh: '签名不正确', en: 'its signature does not hold' },
  time: { zh: '回执时间晚于现在', en: 'its time lies in the future' },
};
export const receiptProblemWords = (problem: string): { zh: string; en: string } =>
  problemWords[problem as ReceiptProblem] ?? problemWords.shape;

/** The receiver sends a receipt by itself, later than its answer to the message. */
export async function takeReceipt(
  ctx: AppContext,
  actor: Actor,
  receipt: Receipt,
): Promise<{ message: string; state: string }> {
  authorize(actor, 'exchange.follow');
  const receiver = actor.client ? await receiverOfClient(ctx.db.app, actor.client.clientId) : null;
  if (!receiver) throw new HiddenError();
  const delivery = await deliveryByKey(ctx.db.app, receiver.receiver_id, receipt.message);
  if (!delivery) throw new HiddenError();
  const keys = await keysOf(ctx.db.app, [receiver.receiver_id]);
  const digest = messageDigest(bodyOf(delivery.message, delivery.due_on));
  const finding = checkReceipt(receipt, { idempotencyKey: receipt.message, digest, now: ctx.clock.now() }, keys);
  if (!finding.ok) {
    const words = receiptProblemWords(finding.problem);
    throw new DomainError('unprocessable', {
      zh: `回执未被接受：${words.zh}。请核对后重发。`,
      en: `The receipt was not accepted: ${words.en}. Correct it and send it again.`,
    });
  }
  const kept = await withTransaction(ctx.db.app, async (tx) => {
    const done = await keepReceipt(tx, ctx, delivery, finding.receipt);
    await writeAccess(tx, ctx, actor, {
      action: 'exchange.receipt',
      resourceKind: 'delivery',
      resourceId: delivery.delivery_id,
      detail: { outcome: finding.receipt.outcome },
    });
    return done;
  });
  const now = kept ? nextDelivery(delivery.state, finding.receipt.outcome === 'kept' ? 'decline' : 'receipt') : null;
  return { message: receipt.message, state: now ?? delivery.state };
}
