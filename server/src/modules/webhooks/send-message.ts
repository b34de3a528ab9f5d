/** Sends one message and keeps what came of it: signed as those of the exchange are, to an address that is checked again. */
import type { WebhookMessage } from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import {
  type Answer,
  type Attempt,
  attemptPost,
  type Connections,
  later,
  outcomeWords,
  waitOf,
} from '../exchange/index.ts';
import { creditOfficeBody } from '../identity/index.ts';
import { sendNotice } from '../notices/index.ts';
import {
  closeAlarm,
  finishMessage,
  insertAlarm,
  insertAttempt,
  noteFailure,
  noteSuccess,
  postponeMessage,
  stillUndecided,
} from './queries.ts';
import type { DueMessage, HookRow } from './types.ts';

/** Made of the row alone, so that each attempt sends the same bytes. */
const bodyOf = (message: DueMessage): string => {
  const sent: WebhookMessage = {
    id: message.message_id,
    kind: 'check.changed',
    receipt: message.number,
    pointer: message.pointer,
    at: message.created_at,
  };
  return JSON.stringify(sent);
};

interface Outcome {
  readonly taken: boolean;
  readonly word: string;
  /** It says something of the address, not of the message: everything to it waits. */
  readonly address: boolean;
}

function outcomeOf(answer: Answer): Outcome {
  if (answer.kind === 'failed') return { taken: false, word: answer.problem, address: answer.problem !== 'tooLarge' };
  const { status } = answer;
  if (status >= 200 && status < 300) return { taken: true, word: 'taken', address: false };
  if (status >= 300 && status < 400) return { taken: false, word: 'redirect', address: true };
  return { taken: false, word: `status ${status}`, address: status === 429 || status === 503 };
}

/** The credit office and the system's own body: somebody decides by what may have changed. */
async function raise(tx: Transaction, ctx: AppContext, hook: HookRow, problem: string): Promise<void> {
  const at = ctx.clock.now();
  if ((await insertAlarm(tx, { alarmId: newId(), hookId: hook.hook_id, problem, at })) === 0) return;
  const office = await creditOfficeBody(tx);
  const bodies = [...new Set([hook.body_id, ...(office === null ? [] : [office])])];
  await sendNotice(tx, ctx, {
    topic: 'webhook.alarm',
    to: bodies.map((bodyId) => ({ kind: 'body', bodyId, permission: 'webhook.read' }) as const),
    params: { system: hook.client_name, body: hook.body_name, problem: outcomeWords(problem) },
  });
}

async function keepFailure(
  ctx: AppContext,
  hook: HookRow,
  message: DueMessage,
  outcome: Outcome,
  attempt: Attempt,
): Promise<void> {
  const rules = ctx.policy().exchange();
  const at = ctx.clock.now();
  await withTransaction(ctx.db.app, async (tx) => {
    await insertAttempt(tx, { messageId: message.message_id, at, outcome: outcome.word, ...attempt });
    await postponeMessage(tx, message.message_id, later(at, waitOf(rules, message.attempts)));
    const next = outcome.address ? later(at, waitOf(rules, hook.failures)) : null;
    if ((await noteFailure(tx, hook.hook_id, outcome.word, next)) >= rules.attempts.alarmAfter)
      await raise(tx, ctx, hook, outcome.word);
  });
}

/** True when the next one may go at once. */
export async function sendMessage(
  ctx: AppContext,
  sending: { readonly hook: HookRow; readonly connections: Connections; readonly signal: AbortSignal },
  message: DueMessage,
): Promise<boolean> {
  const { hook, connections, signal } = sending;
  if (!(await stillUndecided(ctx.db.app, message.number, ctx.clock.now()))) {
    await finishMessage(ctx.db.app, message.message_id, 'dropped', ctx.clock.now());
    return true;
  }
  const sent = { url: hook.url, body: bodyOf(message), idempotencyKey: message.message_id };
  const tried = await attemptPost(ctx, { ...ctx.config, plainLoopback: true }, sent, { connections, signal });
  if (tried === null) return false;
  const { answer, attempt } = tried;
  const outcome = outcomeOf(answer);
  if (!outcome.taken) {
    await keepFailure(ctx, hook, message, outcome, attempt);
    return !outcome.address;
  }
  await withTransaction(ctx.db.app, async (tx) => {
    const at = ctx.clock.now();
    await insertAttempt(tx, { messageId: message.message_id, at, outcome: outcome.word, ...attempt });
    await finishMessage(tx, message.message_id, 'delivered', at);
    await noteSuccess(tx, hook.hook_id, at);
    await closeAlarm(tx, hook.hook_id, 'answersAgain', at);
  });
  return true;
}
