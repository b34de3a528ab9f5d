/** Background work of collection, and what a start does about files that a crash left half-way. */
import type { AppContext } from '../../context.ts';
import { withTransaction } from '../../platform/db.ts';
import { channelJobs } from './channels/index.ts';
import { processSubmission } from './process-submission.ts';
import { failSubmission, sameBodyAhead, unfinishedSubmissions } from './queries.ts';
import { PROCESS_TASK } from './receive-file.ts';

/** A file whose turn has not come is looked at again after this. */
const LOOK_AGAIN_MS = 2_000;
/** Files that this process works on now. */
let running = 0;

/**
 * Files are taken in the order in which they came, at most `filesAtOnce` side by side, of one body one after the other:
 * its corrections must not overtake what they correct. Each holds a worker and two batches, which bounds the memory.
 */
export function collectionJobs(ctx: AppContext): void {
  channelJobs(ctx);
  ctx.jobs.register(PROCESS_TASK, async (context, payload, job) => {
    const submissionId = String(payload.submissionId);
    if (running >= context.config.filesAtOnce || (await sameBodyAhead(context.db.app, submissionId)) > 0) {
      const later = { key: `submission:${submissionId}`, delayMs: LOOK_AGAIN_MS };
      await context.jobs.enqueue(context.db.app, PROCESS_TASK, { submissionId }, later);
      return;
    }
    running += 1;
    try {
      await processSubmission(context, submissionId);
    } catch (error) {
      // Files of the body behind it must not wait for ever; what is recorded stays, sending the file again adds the rest.
      if (job.lastAttempt) await failSubmission(context.db.app, submissionId, GIVEN_UP, context.clock.now());
      throw error;
    } finally {
      running -= 1;
    }
  });
}

const GIVEN_UP = {
  code: 'given-up',
  row: null,
  message: {
    zh: '多次尝试后仍未处理完，已入库的行保留。',
    en: 'It could not be finished after many tries; the rows recorded so far stay.',
  },
  fix: {
    zh: '请联系管理员查看运行日志，排除故障后把同一文件再报送一次：已入库的行会记为重复，其余的行补入。',
    en: 'Have the administrator look into the log, then send the same file again: rows that are recorded count as duplicates, the rest is added.',
  },
};

/** Files that nobody works on any more are taken up again; a form whose sender never got an answer is closed, to be sent again. */
export async function resumeSubmissions(ctx: AppContext): Promise<number> {
  const waiting = await unfinishedSubmissions(ctx.db.app, ['desk', 'api', 'cli', 'demo', 'folder', 'pull']);
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
