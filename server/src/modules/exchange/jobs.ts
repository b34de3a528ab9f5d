/** What runs by the clock: ends of display at each day change, receipts that are overdue. */
import type { AppContext } from '../../context.ts';
import { withTransaction } from '../../platform/db.ts';
import { overdueDeliveries } from './delivery-queries.ts';
import { expireRecords } from './expire-records.ts';
import { raiseAlarms } from './raise-alarm.ts';

export const EXPIRE_TASK = 'exchange.expire';
export const OVERDUE_TASK = 'exchange.overdue';
const pageSize = 500;

/** A message whose day is over without a receipt is an alarm, once. Returns how many were raised. */
export async function raiseOverdue(ctx: AppContext): Promise<number> {
  let raised = 0;
  for (;;) {
    const rows = await overdueDeliveries(ctx.db.app, ctx.clock.today(), pageSize);
    if (rows.length === 0) return raised;
    await withTransaction(ctx.db.app, async (tx) => {
      await raiseAlarms(
        tx,
        ctx,
        rows.map((row) => ({
          receiverId: row.receiver_id,
          deliveryId: row.delivery_id,
          kind: 'overdue' as const,
          facts: { dueOn: row.due_on },
        })),
      );
    });
    raised += rows.length;
  }
}

/** The day changes at 16:00 UTC; an hourly look makes good what a stop missed, effective at its day. */
export function exchangeJobs(ctx: AppContext): void {
  ctx.jobs.register(EXPIRE_TASK, async (context, _payload, job) => {
    await expireRecords(context, job.signal);
  });
  ctx.jobs.schedule(EXPIRE_TASK, '1 * * * *');
  ctx.jobs.register(OVERDUE_TASK, async (context) => {
    await raiseOverdue(context);
  });
  ctx.jobs.schedule(OVERDUE_TASK, '6 * * * *');
}
