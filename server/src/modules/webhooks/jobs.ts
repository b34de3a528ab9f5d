/** The day changes at 16:00 UTC: an hourly look finds what time alone has changed, and forgets what was decided. */
import type { AppContext } from '../../context.ts';
import { sweep } from './tell-changes.ts';

const sweepTask = 'webhooks.sweep';

export function webhookJobs(ctx: Pick<AppContext, 'jobs'>): void {
  ctx.jobs.register(sweepTask, async (context, _payload, job) => {
    await sweep(context, job.signal);
  });
  ctx.jobs.schedule(sweepTask, '2 * * * *');
}
