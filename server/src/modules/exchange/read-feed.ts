/**
 * The change feed for a registered receiver: places in their order without gaps; of each only what concerns records that it
 * received or that it follows. No content of any record, so that what was taken down is in no page of it.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedPage, FeedQuery } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize } from '../identity/index.ts';
import { feedHead, partingAfter, placedChanges } from './feed-queries.ts';
import { toldKinds } from './kinds.ts';
import { receiverOfClient } from './receiver-queries.ts';
import { loadFor, tell } from './tell-changes.ts';
import type { ChangeMessage, ReceiverRow } from './types.ts';

/** Places that one request looks at, whether they concern the receiver or not. */
const maxPlaces = 2000;
const pagePlaces = 500;
const pollMs = 150;
/** Requests that wait for something new at once, in all and of one receiver. */
const maxWaiting = 200;
const maxWaitingEach = 2;

const waiting = new WeakMap<object, Map<string, number>>();

async function receiverOf(ctx: AppContext, actor: Actor): Promise<ReceiverRow> {
  authorize(actor, 'exchange.follow');
  const receiver = actor.client ? await receiverOfClient(ctx.db.app, actor.client.clientId) : null;
  if (receiver) return receiver;
  throw new DomainError('forbidden', {
    zh: '该系统尚未登记为信息接收方，请联系信用办登记后再读取变更。',
    en: 'This system is not registered as a receiver. Ask the credit office to register it, then read the feed.',
  });
}

interface Start {
  readonly after: string;
  readonly continuedFrom: string | null;
}

/**
 * Where to go on. After a restore from a backup places are given anew: who had read beyond the place where the epochs part
 * goes on from there.
 */
async function startOf(ctx: AppContext, query: FeedQuery, head: { position: string; epoch: number }): Promise<Start> {
  const after = query.after ?? '0';
  if (query.epoch !== undefined && query.epoch < head.epoch) {
    const end = await partingAfter(ctx.db.app, query.epoch);
    if (end !== null && BigInt(after) > BigInt(end)) return { after: end, continuedFrom: end };
  }
  if (BigInt(after) <= BigInt(head.position)) return { after, continuedFrom: null };
  throw new DomainError('unprocessable', {
    zh: `位置 ${after} 尚不存在，目前最后位置是 ${head.position}。平台若从备份恢复过，请带上 epoch 重新读取。`,
    en: `There is no place ${after} yet; the last one is ${head.position}. If the platform was restored from a backup, send the epoch as well.`,
    details: [
      { field: 'query/after', zh: '请从返回的 position 继续', en: 'go on from the position that was answered' },
    ],
  });
}

async function pageFrom(
  ctx: AppContext,
  receiver: ReceiverRow,
  after: string,
  head: string,
  limit: number,
): Promise<{ items: ChangeMessage[]; position: string }> {
  const items: ChangeMessage[] = [];
  let at = BigInt(after);
  const end = BigInt(head) < at + BigInt(maxPlaces) ? BigInt(head) : at + BigInt(maxPlaces);
  while (at < end) {
    const upTo = at + BigInt(pagePlaces) < end ? at + BigInt(pagePlaces) : end;
    const changes = await placedChanges(ctx.db.app, String(at), String(upTo), toldKinds);
    const loaded = await loadFor(ctx, changes, [receiver]);
    for (const change of changes) {
      const message = tell(ctx, loaded, change, receiver);
      if (message === null) continue;
      items.push(message);
      if (items.length >= limit) return { items, position: change.position };
    }
    at = upTo;
  }
  return { items, position: String(at) };
}

/** Counts a waiting request; null when there are too many. */
function beginWaiting(ctx: AppContext, receiverId: string): (() => void) | null {
  const counts = waiting.get(ctx.db) ?? new Map<string, number>();
  waiting.set(ctx.db, counts);
  const all = [...counts.values()].reduce((sum, one) => sum + one, 0);
  const own = counts.get(receiverId) ?? 0;
  if (all >= maxWaiting || own >= maxWaitingEach) return null;
  counts.set(receiverId, own + 1);
  return () => {
    const left = (counts.get(receiverId) ?? 1) - 1;
    if (left > 0) counts.set(receiverId, left);
    else counts.delete(receiverId);
  };
}

/** Errors: forbidden (not registered), unprocessable (a place that does not exist), rate-limited (too many wait). */
export async function readFeed(
  ctx: AppContext,
  actor: Actor,
  query: FeedQuery,
  signal?: AbortSignal,
): Promise<FeedPage> {
  const receiver = await receiverOf(ctx, actor);
  let head = await feedHead(ctx.db.app);
  const start = await startOf(ctx, query, head);
  const limit = query.limit ?? 200;
  let page = await pageFrom(ctx, receiver, start.after, head.position, limit);
  const until = performance.now() + (query.wait ?? 0) * 1000;
  if (page.items.length === 0 && page.position === head.position && performance.now() < until) {
    const end = beginWaiting(ctx, receiver.receiver_id);
    if (end === null) throw new DomainError('rate-limited');
    try {
      while (page.items.length === 0 && performance.now() < until && !signal?.aborted) {
        await sleep(pollMs);
        head = await feedHead(ctx.db.app);
        if (head.position !== page.position) page = await pageFrom(ctx, receiver, page.position, head.position, limit);
      }
    } finally {
      end();
    }
  }
  if (page.items.length > 0)
    await writeAccess(ctx.db.app, ctx, actor, {
      action: 'exchange.feed',
      resourceKind: 'receiver',
      resourceId: receiver.receiver_id,
      detail: { after: start.after, position: page.position, items: page.items.length },
    });
  return {
    items: page.items,
    after: start.after,
    position: page.position,
    head: head.position,
    epoch: head.epoch,
    continuedFrom: start.continuedFrom,
    dataAsOf: ctx.clock.now(),
  };
}
