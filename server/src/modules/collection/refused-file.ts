/**
 * The refused rows in the same template with the reasons beside them. Made anew from the file as received at each
 * download, so that no second copy of the plain rows is kept; each download is logged.
 */
import { rm } from 'node:fs/promises';
import { PassThrough, type Writable } from 'node:stream';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess } from '../../platform/access-log/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { openTable, writeCsv, writeXlsx } from '../../platform/tabular/index.ts';
import { authorize } from '../identity/index.ts';
import { HeaderFinder } from './header-finder.ts';
import { listFindings, loadSubmission, refusedRowNumbers, type SubmissionRow } from './queries.ts';
import { findingView } from './views.ts';

export type TableFormat = 'xlsx' | 'csv';
/** Heading of the added column; on the way back it is not part of any standard and so is ignored. */
export const REASON_HEADING = '退回原因';

export interface Download {
  fileName: string;
  mediaType: string;
  stream: PassThrough;
}

export const MEDIA_TYPES: Record<TableFormat, string> = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
};

const stem = (name: string): string => name.replace(/\.(xlsx|csv|txt)$/i, '');

export async function refusedRowsFile(
  ctx: AppContext,
  actor: Actor,
  submissionId: string,
  format: TableFormat,
): Promise<Download> {
  const submission = await loadSubmission(ctx.db.app, submissionId);
  if (!submission) throw new DomainError('not-found');
  authorize(actor, 'submission.read', { bodyId: submission.body_id });
  const rows = await withAccess(
    ctx,
    actor,
    { action: 'submission.refusedRows', resourceKind: 'submission', resourceId: submissionId, detail: { format } },
    (tx) => refusedRowNumbers(tx, submissionId),
  );
  if (rows.length === 0)
    throw new DomainError('not-found', { zh: '这一批没有被退回的行。', en: 'No row of this submission was refused.' });
  const stream = new PassThrough();
  write(ctx, submission, rows, format, stream).catch((error: unknown) =>
    stream.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return { fileName: `${stem(submission.file_name)}-退回行.${format}`, mediaType: MEDIA_TYPES[format], stream };
}

async function write(
  ctx: AppContext,
  submission: SubmissionRow,
  rows: number[],
  format: TableFormat,
  out: Writable,
): Promise<void> {
  const path = await ctx.files.readToTemporary(submission.file_id, submission.file_key);
  try {
    const header = [...(submission.header ?? []), REASON_HEADING];
    const lines = refusedLines(ctx, path, submission, rows);
    if (format === 'csv') await writeCsv(out, header, lines);
    else await writeXlsx(out, { sheets: [{ name: '退回行', header, rows: lines }] });
  } finally {
    await rm(path, { force: true });
  }
}

/** The rows as they were received, in order, with the words of their refusing findings. */
async function* refusedLines(
  ctx: AppContext,
  path: string,
  submission: SubmissionRow,
  rows: number[],
): AsyncGenerator<string[]> {
  const policy = submission.policy_set_id === null ? ctx.policy() : await ctx.policySet(submission.policy_set_id);
  const wanted = new Set(rows);
  const width = submission.header?.length ?? 0;
  const finder = new HeaderFinder(submission.standard, policy);
  const table = openTable(path);
  try {
    for await (const batch of table) {
      const chosen = batch.rows.filter((row) => finder.take(row) && wanted.has(row.rowNumber));
      if (chosen.length === 0) continue;
      const reasons = new Map<number, string[]>();
      const numbers = chosen.map((row) => row.rowNumber);
      for (const finding of await listFindings(
        ctx.db.app,
        submission.submission_id,
        { rows: numbers, severity: 'refuse' },
        null,
        numbers.length * 60,
      )) {
        const view = findingView(finding, submission.standard, policy);
        reasons.set(finding.row_no, [...(reasons.get(finding.row_no) ?? []), `${view.message.zh}${view.fix.zh}`]);
      }
      for (const row of chosen) {
        const cells = Array.from({ length: width }, (_, at) => row.cells[at] ?? '');
        yield [...cells, (reasons.get(row.rowNumber) ?? []).join('\n')];
      }
    }
  } finally {
    await table.close();
  }
}
