/**
 * Works a received file off in batches, each one transaction with its checkpoint: killed at any point, the next run goes
 * on behind the last batch that was committed, never twice, never lost. The whole file is read once before the first
 * row is recorded, so that a file that cannot be used as a whole leaves nothing behind.
 */
import { rm } from 'node:fs/promises';
import type { AppContext } from '../../context.ts';
import { dayOf, type Instant } from '../../platform/clock.ts';
import { scanTable, type TableRow, TabularError } from '../../platform/tabular/index.ts';
import { withoutNumbers } from '../persons/index.ts';
import type { PolicyRuntime } from '../policy/index.ts';
import { batchWriter } from './batch-writer.ts';
import { headerFailure, tabularFailure } from './file-failures.ts';
import { scopeOf } from './file-scope.ts';
import { type HeaderPlan, headingWords } from './header.ts';
import { FileRefused, HeaderFinder } from './header-finder.ts';
import { preparedBatches } from './prepare-file.ts';
import type { WireBatch } from './prepared-batch.ts';
import {
  failSubmission,
  finishSubmission,
  loadSubmission,
  lockSubmission,
  recordRowsRead,
  type SubmissionRow,
  startSubmission,
} from './queries.ts';
import { stripBarredRows } from './strip-barred-rows.ts';
import { WIRE_ROWS } from './wire-rows.ts';

/** Rows a transaction, and rows judged ahead of it: what bounds the memory of a file of any size. */
const BATCH_ROWS = 1_000;
const ROWS_AHEAD = 500;
/** Rows that a first look is given whole: more than title, header and notes can be. */
const SCAN_ROWS = 200;

export interface ProcessOptions {
  /** Rows a transaction, where a test wants few. */
  batchRows?: number;
  onProgress?: (done: number, expected: number) => void;
}

/** Processes one submission to its end. Does nothing when it is finished or another process works on it. */
export async function processSubmission(
  ctx: AppContext,
  submissionId: string,
  options: ProcessOptions = {},
): Promise<void> {
  const release = await lockSubmission(ctx.db.app, submissionId);
  if (!release) return;
  try {
    const submission = await loadSubmission(ctx.db.app, submissionId);
    if (!submission || submission.state === 'done' || submission.state === 'failed') return;
    await run(ctx, submission, options);
  } finally {
    await release();
  }
}

async function run(ctx: AppContext, submission: SubmissionRow, options: ProcessOptions): Promise<void> {
  const path = await ctx.files.readToTemporary(submission.file_id, submission.file_key);
  try {
    const policy = submission.policy_set_id === null ? ctx.policy() : await ctx.policySet(submission.policy_set_id);
    const inspected = await inspect(path, submission, policy);
    await startSubmission(ctx.db.app, submission.submission_id, {
      startedAt: ctx.clock.now(),
      standard: inspected.plan.standard.standard,
      edition: inspected.plan.edition.key,
      fileKind: inspected.kind,
      encoding: inspected.encoding,
      header: inspected.plan.cells.map((cell) => withoutNumbers(cell)),
      rowsExpected: inspected.rows,
    });
    const current = (await loadSubmission(ctx.db.app, submission.submission_id)) ?? submission;
    await work(ctx, path, current, policy, inspected, options);
    await stripBarredRows(ctx, current, path);
    await finishSubmission(ctx.db.app, submission.submission_id, ctx.clock.now());
  } catch (error) {
    const failure =
      error instanceof FileRefused ? error.failure : error instanceof TabularError ? tabularFailure(error) : null;
    // Anything else (database gone, disk full) leaves the checkpoint: the job tries again.
    if (!failure) throw error;
    await failSubmission(ctx.db.app, submission.submission_id, failure, ctx.clock.now());
  } finally {
    await rm(path, { force: true });
  }
}

interface Inspected {
  plan: HeaderPlan;
  /** Row numbers up to this one are title, header and notes. */
  dataFrom: number;
  rows: number;
  kind: string;
  encoding: string | null;
}

/**
 * First reading: is the file whole, where is its header, how many rows follow? The reader counts the rows and gives out
 * only those at the beginning and those that look like another header.
 */
async function inspect(path: string, submission: SubmissionRow, policy: PolicyRuntime): Promise<Inspected> {
  const finder = new HeaderFinder(submission.standard, policy);
  let given = 0;
  let data = 0;
  let last: TableRow | null = null;
  const take = (rows: readonly TableRow[]): void => {
    for (const row of rows) {
      last ??= row;
      given += 1;
      if (finder.take(row)) data += 1;
    }
  };
  let begun = false;
  const table = scanTable(path, {
    batchRows: SCAN_ROWS,
    batchesInFlight: 1,
    watch(first) {
      take(first);
      begun = true;
      return finder.plan ? [...headingWords(finder.plan)] : [];
    },
  });
  try {
    let first = true;
    for await (const batch of table) {
      if (!first || !begun) take(batch.rows);
      first = false;
    }
  } catch (error) {
    await table.close();
    throw error;
  }
  if (!finder.plan) throw finder.missing(last);
  const rows = table.rowsSeen() - given + data;
  if (rows === 0) throw new FileRefused(headerFailure({ code: 'no-rows' }, finder.dataFrom));
  const info = await table.info();
  return { plan: finder.plan, dataFrom: finder.dataFrom, rows, kind: info.kind, encoding: info.encoding ?? null };
}

/**
 * Second reading: a worker judges the rows ahead of the database, which takes batch after batch; while one is written the
 * next is opened and planned.
 */
async function work(
  ctx: AppContext,
  path: string,
  submission: SubmissionRow,
  policy: PolicyRuntime,
  inspected: Inspected,
  options: ProcessOptions,
): Promise<void> {
  const scope = await scopeOf(ctx, submission, policy, inspected.plan);
  const writer = batchWriter(ctx, scope, Number(submission.rows_done), (done) =>
    options.onProgress?.(done, inspected.rows),
  );
  const batches = preparedBatches(policy, {
    path,
    standard: inspected.plan.standard.standard,
    keysFolder: ctx.keys.folder,
    today: dayOf(submission.received_at as Instant),
    skip: Number(submission.rows_done),
    ahead: Math.ceil(ROWS_AHEAD / WIRE_ROWS),
  });
  try {
    let wires: WireBatch[] = [];
    let rows = 0;
    for await (const wire of batches) {
      wires.push(wire);
      rows += wire.rowNos.length;
      if (rows < (options.batchRows ?? BATCH_ROWS)) continue;
      await writer.add(wires);
      wires = [];
      rows = 0;
    }
    if (rows > 0) await writer.add(wires);
    await writer.end();
  } finally {
    await writer.settled();
  }
  await recordRowsRead(ctx.db.app, submission.submission_id, inspected.rows);
}
