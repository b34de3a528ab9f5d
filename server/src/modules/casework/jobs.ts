/** The clocks of cases: looked at every hour, so that a deadline is noticed early on the day after it. */
import type { AppContext } from '../../context.ts';
import { type CaseKind, lookAtClocks } from './work-on-case.ts';

const clocksTask = 'casework.clocks';

/** Registers the job over all procedures of the installation. */
export function casesJob(ctx: Pick<AppContext, 'jobs'>, kinds: readonly CaseKind[]): void {
  ctx.jobs.register(clocksTask, async (context, _payload, job) => {
    await lookAtClocks(context, kinds, job.signal);
  });
  ctx.jobs.schedule(clocksTask, '3 * * * *');
}
