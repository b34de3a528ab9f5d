/**
 * Rows whose person's data are erased go out of the file as received: it is written anew under a key of its own, and the
 * first file and its key are destroyed. The other rows keep their numbers. Safe to repeat.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import type { AppContext } from '../../context.ts';
import { newId } from '../../platform/ids.ts';
import { writeCsv } from '../../platform/tabular/index.ts';
import { loadSubmission, replaceStoredFile } from './queries.ts';
import { MAX_UPLOAD_BYTES } from './receive-file.ts';
import { linesWithout } from './strip-barred-rows.ts';

export async function forgetRows(
  ctx: Pick<AppContext, 'db' | 'files'>,
  submissionId: string,
  rowNos: readonly number[],
): Promise<void> {
  const submission = await loadSubmission(ctx.db.app, submissionId);
  if (!submission || rowNos.length === 0) return;
  const path = await ctx.files.readToTemporary(submission.file_id, submission.file_key).catch((error: unknown) => {
    // Gone already, with its retention.
    if ((error as { code?: string }).code === 'ENOENT') return null;
    throw error;
  });
  if (path === null || !existsSync(path)) return;
  try {
    const fileId = newId();
    const source = new PassThrough();
    const lines = linesWithout(path, new Set(rowNos));
    const first = await lines.next();
    writeCsv(source, first.value ?? [], lines).catch((error: unknown) =>
      source.destroy(error instanceof Error ? error : new Error(String(error))),
    );
    const stored = await ctx.files.put(fileId, source, MAX_UPLOAD_BYTES * 2);
    const replaced = await replaceStoredFile(ctx.db.app, submissionId, submission.file_id, fileId, stored.fileKey);
    await ctx.files.remove(replaced ? submission.file_id : fileId);
  } finally {
    await rm(path, { force: true });
  }
}
