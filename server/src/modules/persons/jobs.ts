/** Work of the person store by the clock, and before the server answers. */
import type { AppContext } from '../../context.ts';
import { reapplyErasures } from './reapply-erasures.ts';
import { applyRetention } from './retention.ts';
import { continueRotation } from './rotate-keys.ts';
import type { SealedStore } from './rotation-queries.ts';
import type { PersonPorts } from './types.ts';

const retentionTask = 'persons.retention';
const rotationTask = 'persons.rotate-keys';

export function personJobs(ctx: AppContext, ports: PersonPorts, stores: readonly SealedStore[]): void {
  ctx.jobs.register(retentionTask, async (context) => {
    await applyRetention(context, ports);
  });
  // 02:40 in China.
  ctx.jobs.schedule(retentionTask, '40 18 * * *');
  // A change of keys whose command was stopped goes on by itself.
  ctx.jobs.register(rotationTask, async (context, _payload, job) => {
    await continueRotation(context, 'data', stores, job.signal);
    await continueRotation(context, 'token', stores, job.signal);
  });
  ctx.jobs.schedule(rotationTask, '*/10 * * * *');
}

/** Before the port is taken: what a restored backup brought back goes again. */
export async function beforeAnswering(ctx: AppContext, ports: PersonPorts): Promise<void> {
  const removed = await reapplyErasures(ctx, ports);
  if (removed > 0) ctx.log.warn({ removed }, 'erasures were carried out again on restored data');
}
