/** Background work of collection, and what a start does about files that a crash left half-way. */
import type { AppContext } from '../../context.ts';
import { withTransaction } from '../../platform/db.ts';
import { processSubmission } from './process-submission.ts';
import { failSubmission, unfinishedSubmissions } from './queries.ts';
import { PROCESS_TASK } from './receive-file.ts';

export function collectionJobs(ctx: AppContext): void {
  ctx.jobs.register(PROCESS_TASK, async (context, payload) => {
    await processSubmission(context, String(payload.submissionId));
  });
}

/** Files that nobody works on any more are taken up again; a form whose sender never got an answer is closed, to be sent again. */
export async function resumeSubmissions(ctx: AppContext): Promise<number> {
  const waiting = await unfinishedSubmissions(ctx.db.app, ['desk', 'api', 'cli', 'demo']);
  await withTransaction(ctx.db.app, async (tx) => {
    for (const submissionId of waiting)
      await ctx.jobs.enqueue(tx, PROCESS_TASK, { submissionId }, { key: `submission:${submissionId}` });
  });
  for (const submissionId of await unfinishedSubmissions(ctx.db.app, ['form'])) {
    await failSubmission(
      ctx.db.app,
      submissionId,
      {
        code: 'interrupted',
        row: null,
        message: {
          zh: '录入时服务中断，这一条没有入库。',
          en: 'The service stopped while this was entered; it was not recorded.',
        },
        fix: { zh: '请重新录入。', en: 'Enter it again.' },
      },
      ctx.clock.now(),
    );
  }
  return waiting.length;
}
