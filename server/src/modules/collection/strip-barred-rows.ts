/**
 * Rows that the place's rules bar (minors; persons' penalties where they are not collected) are counted and kept
 * nowhere, so they go out of the file as received too: it is written anew without them and the first one is destroyed.
 * The other rows keep their numbers, because findings and the refused-rows file speak of them.
 */
import { PassThrough, Readable } from 'node:stream';
import type { AppContext } from '../../context.ts';
import { newId } from '../../platform/ids.ts';
import { copyTableWithout, openTable, writeCsv } from '../../platform/tabular/index.ts';
import { barredRowNumbers, replaceStoredFile, type SubmissionRow } from './queries.ts';
import { MAX_UPLOAD_BYTES } from './receive-file.ts';

export async function* linesWithout(path: string, barred: ReadonlySet<number>): AsyncGenerator<string[]> {
  const table = openTable(path);
  // The first line is the header of the new file, so rows follow from the second.
  let line = 1;
  try {
    for await (const batch of table) {
      for (const row of batch.rows) {
        // Blank rows are not told by the reader; they are written again so that the numbers stay.
        for (; line < row.rowNumber; line += 1) yield [];
        line += 1;
        yield barred.has(row.rowNumber) ? [] : row.cells;
      }
    }
  } finally {
    await table.close();
  }
}

/** A workbook is written anew as a text table. */
function csvWithout(path: string, barred: ReadonlySet<number>): Readable {
  const source = new PassThrough();
  const lines = linesWithout(path, barred);
  (async () => {
    const first = await lines.next();
    await writeCsv(source, first.value ?? [], lines);
  })().catch((error: unknown) => source.destroy(error instanceof Error ? error : new Error(String(error))));
  return source;
}

/** Safe to repeat: a crash before the row points to the new file leaves the old one in place, and this runs again. */
export async function stripBarredRows(ctx: AppContext, submission: SubmissionRow, path: string): Promise<void> {
  const barred = new Set(await barredRowNumbers(ctx.db.app, submission.submission_id));
  if (barred.size === 0 || submission.file_id !== submission.submission_id) return;
  const fileId = newId();
  const source =
    submission.file_kind === 'csv' ? Readable.from(copyTableWithout(path, [...barred])) : csvWithout(path, barred);
  const stored = await ctx.files.put(fileId, source, MAX_UPLOAD_BYTES * 2);
  const replaced = await replaceStoredFile(
    ctx.db.app,
    submission.submission_id,
    submission.file_id,
    fileId,
    stored.fileKey,
  );
  await ctx.files.remove(replaced ? submission.file_id : fileId);
}
