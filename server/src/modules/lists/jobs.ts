/** What time does to lists: reported records become entries, terms that are over are announced. */
import type { AppContext } from '../../context.ts';
import { announceExpired } from './expire-entries.ts';
import { followRecords } from './follow-records.ts';

const followTask = 'lists.follow';
const dailyTask = 'lists.expire';

export function listJobs(ctx: Pick<AppContext, 'jobs'>): void {
  ctx.jobs.register(followTask, async (context) => {
    await followRecords(context);
  });
  ctx.jobs.schedule(followTask, '* * * * *');
  ctx.jobs.register(dailyTask, async (context) => {
    await announceExpired(context);
  });
  ctx.jobs.schedule(dailyTask, '11 * * * *');
}
