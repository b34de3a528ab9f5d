/** The file of a submission as it was received, row by row. */
import { rm } from 'node:fs/promises';
import type { AppContext } from '../../context.ts';
import { openTable, type TableRow, TabularError } from '../../platform/tabular/index.ts';
import { FileRefused } from './header-finder.ts';
import { loadSubmission, type SubmissionRow } from './queries.ts';

/**
 * @param take false = enough
 * `unreadable`: erased, or of a form that a policy does not know. `missing`: there is no such submission.
 */
export async function readAgain(
  ctx: AppContext,
  submissionId: string,
  take: (row: TableRow, submission: SubmissionRow) => boolean,
): Promise<'read' | 'unreadable' | 'missing'> {
  const submission = await loadSubmission(ctx.db.app, submissionId);
  if (!submission) return 'missing';
  let path: string | null = null;
  try {
    path = await ctx.files.readToTemporary(submission.file_id, submission.file_key);
    const table = openTable(path, {});
    try {
      for await (const batch of table) {
        for (const row of batch.rows) if (!take(row, submission)) return 'read';
      }
    } finally {
      await table.close();
    }
    return 'read';
  } catch (error) {
    if (error instanceof FileRefused || error instanceof TabularError || isMissing(error)) return 'unreadable';
    throw error;
  } finally {
    if (path !== null) await rm(path, { force: true });
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
