/** What the clock does: detectors over finished hours, disputes that are overdue, alerts that nobody decided. */
import type { AppContext } from '../../context.ts';
import { expireAlert } from './alerts.ts';
import { detectFinished } from './detectors.ts';
import { escalateDispute } from './disputes.ts';
import { expiredAlerts, overdueDisputes } from './queries.ts';

const batch = 200;

/** Overdue at the body: to the audit administrator. Returns how many. */
export async function escalateOverdue(ctx: AppContext): Promise<number> {
  let moved = 0;
  for (;;) {
    const rows = await overdueDisputes(ctx.db.app, ctx.clock.today(), batch);
    const before = moved;
    for (const row of rows) if (await escalateDispute(ctx, row)) moved += 1;
    if (rows.length < batch || moved === before) return moved;
  }
}

export async function expireUndecided(ctx: AppContext): Promise<number> {
  let moved = 0;
  for (;;) {
    const rows = await expiredAlerts(ctx.db.app, ctx.clock.today(), batch);
    for (const row of rows) {
      await expireAlert(ctx, row);
      moved += 1;
    }
    if (rows.length < batch) return moved;
  }
}

/** Register before the start. */
export function oversightJobs(ctx: Pick<AppContext, 'jobs'>): void {
  ctx.jobs.register('oversight.detect', async (context) => {
    await detectFinished(context);
  });
  ctx.jobs.schedule('oversight.detect', '4 * * * *');
  ctx.jobs.register('oversight.clocks', async (context) => {
    await escalateOverdue(context);
    await expireUndecided(context);
  });
  ctx.jobs.schedule('oversight.clocks', '24 * * * *');
}
