/** What `./chengxin collect` does: receive, process in place, and tell the result as the contract has it (DESIGN §7). */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { parseUnifiedCode } from '@chengxin/identifiers';
import type { Actor, AppContext } from '../../context.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError, EnvironmentError } from '../../platform/errors.ts';
import { ensureProvisionalBody, findBody } from '../identity/index.ts';
import type { FileFailure } from './file-failures.ts';
import { processSubmission } from './process-submission.ts';
import { listFindings, loadSubmission, type SubmissionRow, unfinishedSubmissions } from './queries.ts';
import { MAX_UPLOAD_BYTES, receiveFile, tooLarge } from './receive-file.ts';
import { findingView } from './views.ts';

export interface CollectOptions {
  file: string;
  standard: string;
  org: string;
  onProgress?: (done: number, expected: number) => void;
  /** Written with the receipt of the file: both happen or neither. */
  within?: (tx: Transaction, submissionId: string) => Promise<void>;
}

export interface CollectResult {
  submission: string;
  standard: string;
  edition: string | null;
  state: 'done' | 'failed';
  failure: FileFailure | null;
  rows: number;
  accepted: number;
  superseding: number;
  corrected: number;
  doubtful: number;
  refused: number;
  duplicate: number;
  personRows: number;
  findings: { row: number; field: string | null; rule: string; severity: string; message: string; fix: string }[];
  findingsTotal: number;
  /** Where all of them are, as a file. */
  findingsFile: string | null;
}

const SHOWN_FINDINGS = 1000;

async function bodyOf(ctx: AppContext, org: string): Promise<string> {
  const known = await findBody(ctx.db.app, { code: org });
  if (known) return known.bodyId;
  const parsed = parseUnifiedCode(org);
  if (!parsed.ok) {
    throw new DomainError('unprocessable', {
      zh: `报送单位代码 ${org.slice(0, 30)} 不正确：${parsed.issues[0]?.zh ?? '请核对'}。`,
      en: `The code of the reporting body is not valid: ${parsed.issues[0]?.en ?? 'check it'}.`,
    });
  }
  return (await withTransaction(ctx.db.app, (tx) => ensureProvisionalBody(tx, { code: parsed.code }, ctx.clock))).body
    .bodyId;
}

/** Errors: EnvironmentError when the file cannot be read, DomainError for a wrong standard or code. */
export async function runCollect(ctx: AppContext, actor: Actor, options: CollectOptions): Promise<CollectResult> {
  const file = resolve(options.file);
  const info = await stat(file).catch((error: unknown) => {
    throw new EnvironmentError(
      `读不到文件 ${file}，请检查路径和权限。`,
      `Cannot read ${file}. Check path and rights.`,
      error,
    );
  });
  if (!info.isFile()) throw new EnvironmentError(`${file} 不是文件。`, `${file} is not a file.`);
  // Before a byte of it is copied.
  if (info.size > MAX_UPLOAD_BYTES) throw tooLarge();
  const known = ctx
    .policy()
    .standards()
    .map((standard) => standard.standard);
  if (options.standard !== 'auto' && !known.includes(options.standard)) {
    throw new DomainError('unprocessable', {
      zh: `没有数据标准“${options.standard}”，可用：${known.join('、')}、auto。`,
      en: `There is no standard “${options.standard}”. Use one of: ${known.join(', ')}, auto.`,
    });
  }
  const bodyId = await bodyOf(ctx, options.org);
  // A command that was killed left its file half-way: it is finished first, so that nothing stays behind.
  for (const unfinished of await unfinishedSubmissions(ctx.db.app, ['cli'])) await processSubmission(ctx, unfinished);
  const { submissionId } = await receiveFile(ctx, actor, {
    source: createReadStream(file, { highWaterMark: 1 << 18 }),
    fileName: basename(file),
    standard: options.standard,
    bodyId,
    channel: 'cli',
    enqueue: false,
    readNext: true,
    ...(options.within ? { within: options.within } : {}),
  });
  await processSubmission(ctx, submissionId, options.onProgress ? { onProgress: options.onProgress } : {});
  const submission = await loadSubmission(ctx.db.app, submissionId);
  if (!submission) throw new Error('the submission was just made');
  return resultOf(ctx, submission);
}

async function resultOf(ctx: AppContext, row: SubmissionRow): Promise<CollectResult> {
  const policy = row.policy_set_id === null ? ctx.policy() : await ctx.policySet(row.policy_set_id);
  const findings = await listFindings(ctx.db.app, row.submission_id, {}, null, SHOWN_FINDINGS);
  return {
    submission: row.submission_id,
    standard: row.standard,
    edition: row.edition,
    state: row.state === 'failed' ? 'failed' : 'done',
    failure: row.failure,
    rows: Number(row.rows_done),
    accepted: Number(row.accepted),
    superseding: Number(row.superseding),
    corrected: Number(row.corrected),
    doubtful: Number(row.doubtful),
    refused: Number(row.refused),
    duplicate: Number(row.duplicate),
    personRows: Number(row.person_rows),
    findings: findings.map((finding) => {
      const view = findingView(finding, row.standard, policy);
      return {
        row: view.row,
        field: view.field,
        rule: view.rule,
        severity: view.severity,
        message: view.message.zh,
        fix: view.fix.zh,
      };
    }),
    findingsTotal: Number(row.findings_total),
    findingsFile: null,
  };
}
