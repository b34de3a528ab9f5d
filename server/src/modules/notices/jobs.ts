/** Deliveries that go out of the house: each a job, tried again with growing pauses, one after another for each channel. */
import type { AppContext } from '../../context.ts';
import { toInstant } from '../../platform/clock.ts';
import type { Queryable } from '../../platform/db.ts';
import type { NoticeChannel } from '../policy/index.ts';
import { deliver } from './deliver.ts';
import { strandedDeliveries } from './queries.ts';

const deliverTask = 'notices.deliver';
const sweepTask = 'notices.sweep';

/** A channel whose server hangs holds up its own queue and no other. */
export async function enqueueDelivery(
  client: Queryable,
  ctx: Pick<AppContext, 'jobs' | 'policy'>,
  row: { readonly delivery_id: string; readonly channel: NoticeChannel },
): Promise<void> {
  await ctx.jobs.enqueue(
    client,
    deliverTask,
    { deliveryId: row.delivery_id },
    {
      key: `notice ${row.delivery_id}`,
      queue: `notices.${row.channel}`,
      maxAttempts: ctx.policy().noticeRules().attempts,
    },
  );
}

/** Longer than the pauses of all tries together. */
const strandedHours = 48;
const sweepBatch = 500;

/** Register before the start. */
export function noticeJobs(ctx: Pick<AppContext, 'jobs'>): void {
  ctx.jobs.register(deliverTask, async (context, payload, job) => {
    await deliver(context, String(payload.deliveryId), job);
  });
  ctx.jobs.register(sweepTask, async (context) => {
    const before = toInstant(new Date(Date.parse(context.clock.now()) - strandedHours * 3_600_000).toISOString());
    for (const row of await strandedDeliveries(context.db.app, before, sweepBatch))
      await enqueueDelivery(context.db.app, context, row);
  });
  ctx.jobs.schedule(sweepTask, '41 3 * * *');
}
