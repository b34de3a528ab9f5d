/** Channels run by the clock of the jobs: one look a minute, each channel at its own pace. */
import type { AppContext } from '../../../context.ts';
import { withTransaction } from '../../../platform/db.ts';
import { operatorActor } from '../../identity/index.ts';
import { scanDropFolders } from './drop-folder.ts';
import { runPull } from './pull.ts';
import { dueChannels } from './queries.ts';
import { sweepUploads } from './resume-upload.ts';

export const WATCH_TASK = 'collection.watch-channels';
export const PULL_TASK = 'collection.pull';
export const DROP_TASK = 'collection.drop-folders';
export const SWEEP_TASK = 'collection.sweep-uploads';

/** In the log: the platform itself, for a channel that the office set up. */
const actorOf = (ctx: AppContext) => operatorActor(ctx, 'channels');

export function channelJobs(ctx: AppContext): void {
  ctx.jobs.register(WATCH_TASK, async (context) => {
    const due = await dueChannels(context.db.app, 'pull', context.clock.now());
    await withTransaction(context.db.app, async (tx) => {
      for (const channelId of due)
        await context.jobs.enqueue(tx, PULL_TASK, { channelId }, { key: `pull:${channelId}`, maxAttempts: 1 });
      if (context.config.dropFolder !== null)
        await context.jobs.enqueue(tx, DROP_TASK, {}, { key: 'drop-folders', maxAttempts: 1 });
    });
  });
  ctx.jobs.schedule(WATCH_TASK, '* * * * *');
  ctx.jobs.register(PULL_TASK, async (context, payload) => {
    await runPull(context, actorOf(context), String(payload.channelId), {
      compare: payload.compare === true,
      confirm: payload.confirm === true,
    });
  });
  ctx.jobs.register(DROP_TASK, async (context) => {
    await scanDropFolders(context, actorOf(context));
  });
  ctx.jobs.register(SWEEP_TASK, async (context) => {
    await sweepUploads(context);
  });
  ctx.jobs.schedule(SWEEP_TASK, '41 * * * *');
}
