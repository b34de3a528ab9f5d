/**
 * What a front-end machine gets back: one JSON with the counts, one CSV with a line for each row that was not simply
 * accepted. Row numbers, rules and what to do, never the cells: the department has its own file, and a copy of the rows in
 * a folder would be one more place that holds people's numbers.
 */

import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import type { AppContext } from '../../../context.ts';
import { writeCsv } from '../../../platform/tabular/index.ts';
import { listFindings, type SubmissionRow } from '../queries.ts';
import { findingView } from '../views.ts';
import { writeAtomic } from './write-atomic.ts';

const PAGE = 5_000;
/** Beyond it the desk's list says the rest. */
const MAX_FINDINGS = 200_000;
const HEAD = ['行号', '结果', '规则', '列', '问题', '处理办法'];
const RESULTS: Readonly<Record<string, string>> = {
  refuse: '退回',
  doubt: '存疑',
  warn: '已入库，请核对',
  correct: '已入库，已规范',
};

export interface ReceiptPlace {
  folder: string;
  stem: string;
  manifest: string;
  /** Rows that the manifest promised; null where it is gone already. */
  rowsTold: number | null;
}

export async function writeReceipt(ctx: AppContext, submission: SubmissionRow, place: ReceiptPlace): Promise<void> {
  const lines = submission.state === 'done' ? await findingLines(ctx, submission) : [];
  const out = new PassThrough();
  const [csv] = await Promise.all([textOf(out), writeCsv(out, HEAD, lines, { neutralise: true })]);
  await writeAtomic(join(place.folder, `${place.stem}.rows.csv`), csv);
  const rows = Number(submission.rows_done);
  const receipt = {
    manifest: place.manifest,
    submission: submission.submission_id,
    batchNo: submission.batch_no,
    state: submission.state,
    standard: submission.standard,
    edition: submission.edition,
    rows,
    accepted: Number(submission.accepted),
    superseding: Number(submission.superseding),
    doubtful: Number(submission.doubtful),
    refused: Number(submission.refused),
    duplicate: Number(submission.duplicate),
    personRows: Number(submission.person_rows),
    findingsTotal: Number(submission.findings_total),
    rowsInManifest: place.rowsTold,
    ...(place.rowsTold !== null && place.rowsTold !== rows && submission.state === 'done'
      ? {
          warning: `清单写 ${place.rowsTold} 行，文件中有 ${rows} 行，请核对 / the manifest says ${place.rowsTold} rows, the file has ${rows}`,
        }
      : {}),
    failure: submission.failure,
    receivedAt: submission.received_at,
    finishedAt: submission.finished_at,
  };
  await writeAtomic(join(place.folder, `${place.stem}.receipt.json`), `${JSON.stringify(receipt, null, 2)}\n`);
}

async function findingLines(ctx: AppContext, submission: SubmissionRow): Promise<string[][]> {
  const policy = submission.policy_set_id === null ? ctx.policy() : await ctx.policySet(submission.policy_set_id);
  const lines: string[][] = [];
  let after: { row: number; seq: number } | null = null;
  while (lines.length < MAX_FINDINGS) {
    const page = await listFindings(ctx.db.app, submission.submission_id, {}, after, PAGE);
    for (const finding of page) {
      // The words of a finding quote the cell; here its place is enough.
      const view = findingView({ ...finding, value: null, new_value: null }, submission.standard, policy);
      lines.push([
        String(view.row),
        RESULTS[view.severity] ?? view.severity,
        view.rule,
        view.field ?? '',
        view.message.zh,
        view.fix.zh,
      ]);
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = { row: last.row_no, seq: last.seq };
  }
  return lines;
}
