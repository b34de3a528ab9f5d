/**
 * Soon after an entry holds, its obligations are sent; soon after it ended, they are to be lifted. Three ways lead here: entries
 * in the order in which they were recorded, the change feed (repairs, annulments, removals, feedback at checks), and days that
 * are over. What none of them tells (a changed policy, a body that was founded) is found by the daily look at everything.
 */
import type { AppContext } from '../../context.ts';
import { readFeed } from '../../platform/access-log/index.ts';
import { addDays } from '../../platform/clock.ts';
import { withTransaction } from '../../platform/db.ts';
import { sendNotice } from '../notices/index.ts';
import { cityBodies, type Planned, planSubjects } from './plan-obligations.ts';
import * as queries from './queries.ts';

const key = 'obligations.followed';
const firstId = '00000000-0000-0000-0000-000000000000';
const subjectsAtOnce = 100;
const pageSize = 500;
const maxPages = 10_000;
/** For transactions that were longer than others. */
const overlapMs = 3_600_000;

async function planAll(ctx: AppContext, subjectIds: readonly string[]): Promise<Planned> {
  const ids = [...new Set(subjectIds)];
  const done = { sent: 0, toLift: 0 };
  if (ids.length === 0) return done;
  const bodies = await cityBodies(ctx);
  for (let at = 0; at < ids.length; at += subjectsAtOnce) {
    const part = ids.slice(at, at + subjectsAtOnce);
    const { sent, toLift } = await withTransaction(ctx.db.app, (tx) => planSubjects(tx, ctx, bodies, part));
    done.sent += sent;
    done.toLift += toLift;
  }
  return done;
}

const add = (a: Planned, b: Planned): Planned => ({ sent: a.sent + b.sent, toLift: a.toLift + b.toLift });
const nothing: Planned = { sent: 0, toLift: 0 };

/** Looks at every subject with a serious entry or an open obligation. */
export async function sweepObligations(ctx: AppContext): Promise<Planned> {
  let done = nothing;
  let after = firstId;
  for (let page = 0; page < maxPages; page++) {
    const ids = await queries.subjectsToSweep(ctx.db.app, after, pageSize);
    done = add(done, await planAll(ctx, ids));
    const last = ids.at(-1);
    if (!last || ids.length < pageSize) break;
    after = last;
  }
  return done;
}

async function sendNew(ctx: AppContext, since: string): Promise<Planned> {
  let done = nothing;
  let after = { at: new Date(Date.parse(since) - overlapMs).toISOString(), id: firstId };
  for (let page = 0; page < maxPages; page++) {
    const rows = await queries.entriesSince(ctx.db.app, after, pageSize);
    done = add(
      done,
      await planAll(
        ctx,
        rows.map((row) => row.subject_id),
      ),
    );
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) break;
    after = { at: last.recorded_at, id: last.version_id };
  }
  return done;
}

/** Gives what was done and how far the feed was read. */
async function followFeed(ctx: AppContext, from: string): Promise<{ readonly done: Planned; readonly feed: string }> {
  let [done, feed] = [nothing, from];
  for (let page = 0; page < maxPages; page++) {
    const changes = await readFeed(ctx.db.app, feed, pageSize);
    const last = changes.at(-1);
    if (!last) break;
    const ids = [...new Set(changes.flatMap(({ subjectId }) => subjectId ?? []))];
    done = add(done, await planAll(ctx, await queries.withObligations(ctx.db.app, ids)));
    feed = last.position;
    if (changes.length < pageSize) break;
  }
  return { done, feed };
}

export async function followEntries(ctx: AppContext): Promise<Planned> {
  const began = ctx.clock.now();
  const known = await queries.followedSoFar(ctx.db.app, key);
  if (!known) {
    const feed = await queries.endOfFeed(ctx.db.app);
    const done = await sweepObligations(ctx);
    await queries.keepFollowed(ctx.db.app, key, { feed, at: began }, began);
    return done;
  }
  let done = await sendNew(ctx, known.at);
  const followed = await followFeed(ctx, known.feed);
  done = add(done, followed.done);
  done = add(done, await planAll(ctx, await queries.pastUntil(ctx.db.app, ctx.clock.today(), pageSize)));
  await queries.keepFollowed(ctx.db.app, key, { feed: followed.feed, at: began }, began);
  return done;
}

/** Once a day a body is reminded of what is due by tomorrow or overdue. Gives how many bodies. */
export async function remindBodies(ctx: AppContext): Promise<number> {
  const today = ctx.clock.today();
  return withTransaction(ctx.db.app, async (tx) => {
    const rows = await queries.remindOf(tx, addDays(today, 1), today);
    for (const row of rows)
      await sendNotice(tx, ctx, {
        topic: 'obligation.due',
        to: { kind: 'body', bodyId: row.body_id, permission: 'obligation.answer' },
        params: { acknowledge: String(row.to_acknowledge), lift: String(row.to_lift), oldest: row.oldest },
      });
    return rows.length;
  });
}
