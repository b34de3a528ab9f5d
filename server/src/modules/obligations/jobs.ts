/** What time does to obligations: entries are followed each minute, everything is looked at and reminded of once a day. */
import type { AppContext } from '../../context.ts';
import { followEntries, remindBodies, sweepObligations } from './follow-entries.ts';

const followTask = 'obligations.follow';
const dailyTask = 'obligations.daily';

export function obligationJobs(ctx: Pick<AppContext, 'jobs'>): void {
  ctx.jobs.register(followTask, async (context) => {
    await followEntries(context);
  });
  ctx.jobs.schedule(followTask, '* * * * *');
  ctx.jobs.register(dailyTask, async (context) => {
    await sweepObligations(context);
    await remindBodies(context);
  });
  // Half past midnight and half past eight in China, before the offices open.
  ctx.jobs.schedule(dailyTask, '30 0,16 * * *');
}
