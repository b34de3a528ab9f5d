/**
 * Which checks would be answered differently now. Three ways lead here, and each compares before it tells, so that none tells
 * twice: places of the change feed as they come, receipts that are new, and an hourly look for what only time changes (the end of
 * a term at midnight, an edition of the rules). Killed in between, the next round does the rest.
 */
import type { AppContext } from '../../context.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import { answersNow } from '../checks/index.ts';
import { later } from '../exchange/index.ts';
import { pointerOf } from './pointer.ts';
import {
  canonicalOf,
  feedHead,
  forgetDecided,
  insertMessage,
  insertWatches,
  moveFollowed,
  movePointer,
  moveProgress,
  progressOf,
  receiptsToWatch,
  watchesOfChanges,
  watchesOfListed,
} from './queries.ts';
import type { HookRow, Watch } from './types.ts';

const pageSize = 500;
const maxPages = 2_000;
const feedTask = 'feed';
/** Receipts are committed some moments after their instant. */
const overlapMs = 60_000;
const day = 86_400_000;

/** Makes a message for each watch whose answer is another one now. Returns how many. */
async function tell(ctx: AppContext, tx: Transaction, watches: readonly Watch[]): Promise<number> {
  if (watches.length === 0) return 0;
  const canonical = await canonicalOf(tx, [...new Set(watches.map((watch) => watch.subject_id))]);
  const answers = await answersNow(
    ctx,
    tx,
    watches.map(({ number, matter, subject_id: id }) => ({ number, matter, subjectId: canonical.get(id) ?? id })),
  );
  let told = 0;
  for (const watch of watches) {
    const answer = answers.get(watch.number);
    if (!answer) continue;
    const pointer = pointerOf(ctx, watch.number, answer);
    if (pointer === watch.pointer || (await movePointer(tx, watch, pointer)) === 0) continue;
    await insertMessage(tx, {
      messageId: newId(),
      hookId: watch.hook_id,
      number: watch.number,
      pointer,
      at: ctx.clock.now(),
    });
    told++;
  }
  return told;
}

/** Begins to watch what the hook's system asked since the last look; what changed meanwhile is told at once. */
export async function followReceipts(ctx: AppContext, hook: HookRow, signal?: AbortSignal): Promise<number> {
  const began = ctx.clock.now();
  const { watchDays } = ctx.policy().checkRules();
  const oldest = later(began, -watchDays * day);
  const from = later(hook.followed_to, -overlapMs);
  let after = { at: from > oldest ? from : oldest, number: '' };
  let watched = 0;
  for (let page = 0; page < maxPages && !signal?.aborted; page++) {
    const receipts = await receiptsToWatch(ctx.db.app, hook, after, pageSize);
    const watches = receipts.map(({ number, subject_id, matter, answer, checked_at }) => ({
      subject_id,
      number,
      hook_id: hook.hook_id,
      matter,
      pointer: pointerOf(ctx, number, answer),
      until: later(checked_at, watchDays * day),
    }));
    const last = receipts.at(-1);
    const whole = receipts.length < pageSize;
    const followedTo = whole ? began : last?.checked_at;
    await withTransaction(ctx.db.app, async (tx) => {
      await insertWatches(tx, watches);
      await tell(ctx, tx, watches);
      if (followedTo !== undefined) await moveFollowed(tx, hook.hook_id, followedTo);
    });
    watched += watches.length;
    if (whole || !last) return watched;
    after = { at: last.checked_at, number: last.number };
  }
  return watched;
}

async function tellPages(
  ctx: AppContext,
  read: (afterNumber: string) => Promise<Watch[]>,
  signal?: AbortSignal,
): Promise<number> {
  let told = 0;
  let after = '';
  for (let page = 0; page < maxPages && !signal?.aborted; page++) {
    const watches = await read(after);
    told += await withTransaction(ctx.db.app, (tx) => tell(ctx, tx, watches));
    if (watches.length < pageSize) return told;
    after = watches.at(-1)?.number ?? after;
  }
  return told;
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** Changes up to the head of the feed. A place is passed only when all it concerns was told. */
export async function followFeed(ctx: AppContext, signal?: AbortSignal): Promise<number> {
  const head = await feedHead(ctx.db.app);
  let from = await progressOf(ctx.db.app, feedTask);
  if (from === null || BigInt(from) > BigInt(head)) {
    // The first round, or a restored backup: the comparison of receipts and the hourly look find what was before.
    await moveProgress(ctx.db.app, feedTask, from, head);
    return 0;
  }
  let told = 0;
  while (BigInt(from) < BigInt(head) && !signal?.aborted) {
    const place: string = from;
    const upTo = String(smaller(BigInt(head), BigInt(place) + BigInt(pageSize)));
    told += await tellPages(
      ctx,
      (after) => watchesOfChanges(ctx.db.app, place, upTo, ctx.clock.now(), after, pageSize),
      signal,
    );
    if (signal?.aborted || (await moveProgress(ctx.db.app, feedTask, place, upTo)) === 0) return told;
    from = upTo;
  }
  return told;
}

/** What only time changes; and what was decided or is over is forgotten. */
export async function sweep(ctx: AppContext, signal?: AbortSignal): Promise<number> {
  await withTransaction(ctx.db.app, (tx) => forgetDecided(tx, ctx.clock.now()));
  return tellPages(ctx, (after) => watchesOfListed(ctx.db.app, ctx.clock.now(), after, pageSize), signal);
}
