/** Sends one message and keeps what came of it. What the other side does never throws. */

import type { Receipt } from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import { withTransaction } from '../../platform/db.ts';
import { type Attempt, attemptPost, waitOf } from './attempt.ts';
import { type DueDelivery, insertAttempt, moveDelivery, postponeDelivery } from './delivery-queries.ts';
import type { Answer, Connections, Failure } from './post-message.ts';
import { endAlarmsOf, raiseAlarm } from './raise-alarm.ts';
import { checkReceipt, messageDigest, type ReceiptKey } from './receipt.ts';
import { noteFailure, noteSuccess } from './receiver-queries.ts';
import { bodyOf, keepReceipt } from './take-receipt.ts';
import { later, type ReceiverRow } from './types.ts';

/** What came of an attempt, as it is kept: `receipt`, `taken`, `timeout`, `status 500`, `receipt signature`. */
type Outcome =
  | { readonly kind: 'receipt'; readonly receipt: Receipt }
  | { readonly kind: 'taken' }
  | { readonly kind: 'failed'; readonly word: string; readonly lane: boolean; readonly wrongReceipt: boolean };

const failed = (word: string, lane: boolean, wrongReceipt = false): Outcome => ({
  kind: 'failed',
  word,
  lane,
  wrongReceipt,
});
/** These say something of the address, not of the message: the whole lane waits. */
const ofTheAddress: ReadonlySet<Failure> = new Set(['timeout', 'connection', 'name', 'address', 'tls']);

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function outcomeOf(
  answer: Answer,
  about: { idempotencyKey: string; digest: string; now: string },
  keys: readonly ReceiptKey[],
): Outcome {
  if (answer.kind === 'failed') return failed(answer.problem, ofTheAddress.has(answer.problem));
  const { status, body } = answer;
  if (status >= 300 && status < 400) return failed('redirect', true);
  if (status === 429 || status === 503) return failed(`status ${status}`, true);
  if (status < 200 || status >= 300) return failed(`status ${status}`, false);
  if (status === 202 || body.trim() === '') return { kind: 'taken' };
  const finding = checkReceipt(parsed(body), about, keys);
  return finding.ok ? { kind: 'receipt', receipt: finding.receipt } : failed(`receipt ${finding.problem}`, false, true);
}

async function keepFailure(
  ctx: AppContext,
  receiver: ReceiverRow,
  delivery: DueDelivery,
  outcome: Extract<Outcome, { kind: 'failed' }>,
  attempt: Attempt,
): Promise<void> {
  const rules = ctx.policy().exchange();
  const at = ctx.clock.now();
  await withTransaction(ctx.db.app, async (tx) => {
    await insertAttempt(tx, { deliveryId: delivery.delivery_id, at, outcome: outcome.word, ...attempt });
    await postponeDelivery(tx, delivery.delivery_id, later(at, waitOf(rules, delivery.attempts)));
    const laneNext = outcome.lane ? later(at, waitOf(rules, receiver.failures)) : at;
    const lane = { receiverId: receiver.receiver_id, failures: receiver.failures };
    const failures = await noteFailure(tx, lane, outcome.word, laneNext);
    if (failures !== null && failures >= rules.attempts.alarmAfter)
      await raiseAlarm(tx, ctx, {
        receiverId: receiver.receiver_id,
        deliveryId: null,
        kind: 'unreachable',
        facts: { problem: outcome.word, failures },
      });
    if (outcome.wrongReceipt)
      await raiseAlarm(tx, ctx, {
        receiverId: receiver.receiver_id,
        deliveryId: delivery.delivery_id,
        kind: 'wrongReceipt',
        facts: { problem: outcome.word.slice('receipt '.length) },
      });
  });
}

async function keepSuccess(
  ctx: AppContext,
  receiver: ReceiverRow,
  delivery: DueDelivery,
  outcome: Extract<Outcome, { kind: 'receipt' | 'taken' }>,
  attempt: Attempt,
): Promise<void> {
  const at = ctx.clock.now();
  await withTransaction(ctx.db.app, async (tx) => {
    await insertAttempt(tx, { deliveryId: delivery.delivery_id, at, outcome: outcome.kind, ...attempt });
    if (outcome.kind === 'receipt') await keepReceipt(tx, ctx, { ...delivery, state: 'waiting' }, outcome.receipt);
    else await moveDelivery(tx, delivery.delivery_id, 'waiting', 'sent', { at, sent: true });
    await noteSuccess(tx, receiver.receiver_id, at);
    if (receiver.failures > 0)
      await endAlarmsOf(
        tx,
        ctx,
        { receiverId: receiver.receiver_id, deliveryId: null, kinds: ['unreachable'] },
        'answersAgain',
      );
  });
}

export interface Sending {
  readonly receiver: ReceiverRow;
  readonly keys: readonly ReceiptKey[];
  readonly connections: Connections;
  readonly signal: AbortSignal;
}

/** True when the lane may go on at once. */
export async function sendDelivery(ctx: AppContext, sending: Sending, delivery: DueDelivery): Promise<boolean> {
  const { receiver, keys, connections, signal } = sending;
  if (receiver.url === null) return false;
  const body = bodyOf(delivery.message, delivery.due_on);
  const message = { url: receiver.url, body, idempotencyKey: delivery.idempotency_key };
  const tried = await attemptPost(ctx, ctx.config, message, { connections, signal });
  if (tried === null) return false;
  const { answer, attempt } = tried;
  const about = { idempotencyKey: delivery.idempotency_key, digest: messageDigest(body), now: ctx.clock.now() };
  const outcome = outcomeOf(answer, about, keys);
  if (outcome.kind === 'failed') {
    await keepFailure(ctx, receiver, delivery, outcome, attempt);
    return !outcome.lane;
  }
  await keepSuccess(ctx, receiver, delivery, outcome, attempt);
  return true;
}
