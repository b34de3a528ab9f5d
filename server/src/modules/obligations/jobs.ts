/** What time does to obligations: entries are followed each minute, everything is looked at twice a day, reminders go out once. */
import type { AppContext } from '../../context.ts';
import { followEntries, remindBodies, sweepObligations } from './follow-entries.ts';

const followTask = 'obligations.follow';
const sweepTask = 'obligations.sweep';
const remindTask = 'obligations.remind';

export function obligationJobs(ctx: Pick<AppContext, 'jobs'>): void {
  ctx.jobs.register(followTask, async (context) => {
    await followEntries(context);
  });
  ctx.jobs.schedule(followTask, '* * * * *');
  ctx.jobs.register(sweepTask, async (context) => {
    await sweepObligations(context);
  });
  // Half past midnight and noon in China.
  ctx.jobs.schedule(sweepTask, '30 4,16 * * *');
  ctx.jobs.register(remindTask, async (context) => {
    await remindBodies(context);
  });
  // Half past eight in China, when the offices open.
  ctx.jobs.schedule(remindTask, '30 0 * * *');
}
