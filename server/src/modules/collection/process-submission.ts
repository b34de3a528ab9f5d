/**
 * Works a received file off in batches, each one transaction with its checkpoint: killed at any point, the next run goes
 * on behind the last batch that was committed, never twice, never lost. The whole file is read once before the first
 * row is recorded, so that a file that cannot be used as a whole leaves nothing behind.
 */
import { rm } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { AppContext } from '../../context.ts';
import { dayOf, type Instant } from '../../platform/clock.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { openTable, scanTable, type TableRow, TabularError } from '../../platform/tabular/index.ts';
import type { PolicyRuntime } from '../policy/index.ts';
import { createBodyDirectory } from './body-directory.ts';
import { type FileFailure, headerFailure, tabularFailure } from './file-failures.ts';
import { type HeaderPlan, headingWords, looksLikeHeader, looksLikeNote, readHeader } from './header.ts';
import { withoutNumbers } from './person-numbers.ts';
import { storeIdentifiers, storePersonRows } from './person-rows.ts';
import {
  BatchConflict,
  type BatchCounts,
  type BatchScope,
  moveCheckpoint,
  type OpenRow,
  openBatch,
  processBatch,
} from './process-batch.ts';
import {
  failSubmission,
  finishSubmission,
  loadSubmission,
  lockSubmission,
  recordRowsRead,
  type SubmissionRow,
  startSubmission,
  submissionScope,
} from './queries.ts';
import { compileRowProcessor, type RowProcessor } from './row-processor.ts';
import { stripBarredRows } from './strip-barred-rows.ts';

/** Rows a transaction, and batches read ahead: what bounds the memory of a file of any size. */
const BATCH_ROWS = 2_000;
const READ_AHEAD = 1;
/** Rows that a first look is given whole: more than title, header and notes can be. */
const SCAN_ROWS = 200;
const HEADER_SCAN_ROWS = 10;
const MAX_CONFLICTS = 10;
const MAX_FORM_NOTES = 3;

export interface ProcessOptions {
  onProgress?: (done: number, expected: number) => void;
}

class FileRefused extends Error {
  readonly failure: FileFailure;
  constructor(failure: FileFailure) {
    super(failure.code);
    this.failure = failure;
  }
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

/** Where the header is and how many rows follow: state of one reading of the file from its first row. */
export class HeaderFinder {
  plan: HeaderPlan | null = null;
  dataFrom = 0;
  private seen = 0;
  private notes = 0;
  private readonly standards: ReturnType<PolicyRuntime['standards']>;
  private readonly all: ReturnType<PolicyRuntime['standards']>;
  constructor(standard: string, policy: PolicyRuntime) {
    this.all = policy.standards();
    this.standards = standard === 'auto' ? this.all : [policy.standard(standard)];
  }
  /** True when the row is data. Throws FileRefused when the file has no usable header. */
  take(row: TableRow): boolean {
    if (this.plan) return this.isData(row, this.plan);
    this.seen += 1;
    const found = readHeader(row.cells, this.standards);
    if (found && 'code' in found) throw new FileRefused(headerFailure(found, row.rowNumber));
    if (found) {
      this.plan = found;
      this.dataFrom = row.rowNumber + 1;
      return false;
    }
    if (this.seen >= HEADER_SCAN_ROWS) throw this.missing(row);
    return false;
  }
  missing(row: TableRow | null): FileRefused {
    const other = row ? readHeader(row.cells, this.all) : null;
    const nearest = other && !('code' in other) ? other.standard.name.zh : null;
    return new FileRefused(headerFailure({ code: 'no-header', nearest, missing: [] }, row?.rowNumber ?? 1));
  }
  private isData(row: TableRow, plan: HeaderPlan): boolean {
    const near = row.rowNumber <= this.dataFrom + this.notes && this.notes < MAX_FORM_NOTES;
    if (near && (looksLikeNote(row.cells) || looksLikeHeader(row.cells, plan))) {
      this.notes += 1;
      this.dataFrom = row.rowNumber + 1;
      return false;
    }
    if (!looksLikeHeader(row.cells, plan)) return true;
    const again = readHeader(row.cells, [plan.standard]);
    const same =
      again &&
      !('code' in again) &&
      again.columns.length === plan.columns.length &&
      again.columns.every((field, at) => field === plan.columns[at]);
    // Files pasted together repeat the header; the same one is skipped, another one changes the meaning of all that follows.
    if (same) return false;
    throw new FileRefused(headerFailure({ code: 'header-changed' }, row.rowNumber));
  }
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
    batchesInFlight: READ_AHEAD,
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

/** Second reading: prepares a batch while the database takes the one before. */
async function work(
  ctx: AppContext,
  path: string,
  submission: SubmissionRow,
  policy: PolicyRuntime,
  inspected: Inspected,
  options: ProcessOptions,
): Promise<void> {
  const scope = await scopeOf(ctx, submission, policy, inspected.plan);
  const finder = new HeaderFinder(inspected.plan.standard.standard, policy);
  let skip = Number(submission.rows_done);
  let done = skip;
  let writing: Promise<void> = Promise.resolve();
  let pending: TableRow[] = [];
  const flush = async (rows: TableRow[]): Promise<void> => {
    const open = await openRows(scope, rows);
    await writing;
    writing = writeBatch(ctx, scope, rows, open, done).then((counts) => {
      done += counts.rows;
      options.onProgress?.(done, inspected.rows);
    });
    // A failure is raised where it is awaited; until then it must not count as unhandled.
    writing.catch(() => undefined);
  };
  const table = openTable(path, { batchRows: BATCH_ROWS, batchesInFlight: READ_AHEAD });
  try {
    for await (const batch of table) {
      for (const row of batch.rows) {
        if (!finder.take(row)) continue;
        if (skip > 0) {
          skip -= 1;
          continue;
        }
        pending.push(row);
      }
      if (pending.length < BATCH_ROWS) continue;
      await flush(pending);
      pending = [];
    }
    if (pending.length > 0) await flush(pending);
    await writing;
  } finally {
    await table.close();
    await writing.catch(() => undefined);
  }
  await recordRowsRead(ctx.db.app, submission.submission_id, inspected.rows);
}

export interface FileScope extends Omit<BatchScope, 'at' | 'today' | 'storePersons'> {
  processor: RowProcessor;
}

export async function scopeOf(
  ctx: AppContext,
  submission: Pick<SubmissionRow, 'submission_id' | 'body_id' | 'received_at'>,
  policy: PolicyRuntime,
  plan: HeaderPlan,
): Promise<FileScope> {
  const receivedOn = dayOf(submission.received_at as Instant);
  return {
    submissionId: submission.submission_id,
    bodyId: submission.body_id,
    scopeBodyIds: await submissionScope(ctx.db.app, submission.body_id),
    policySetId: policy.setId,
    policy,
    processor: compileRowProcessor(plan, policy, ctx.keys, receivedOn),
    bodies: createBodyDirectory(ctx.db.app, ctx.clock),
  };
}

const RETRYABLE = new Set(['23505', '40001', '40P01']);
const isConflict = (error: unknown): boolean =>
  error instanceof BatchConflict ||
  (error instanceof DomainError && error.code === 'conflict') ||
  RETRYABLE.has((error as { code?: string }).code ?? '');

/** Rows that are prepared at a stretch: the answer that the batch before waits for is taken up in between. */
const SLICE = 200;

async function openRows(scope: FileScope, rows: readonly TableRow[]): Promise<OpenRow[]> {
  const open: OpenRow[] = [];
  for (let from = 0; from < rows.length; from += SLICE) {
    const slice = rows.slice(from, from + SLICE).map((row) => scope.processor.process(row));
    open.push(...(await openBatch(slice, scope)));
    await setImmediate();
  }
  return open;
}

/** Writes one batch; repeats it from the rows as read when another transaction got in between. */
async function writeBatch(
  ctx: AppContext,
  scope: FileScope,
  rows: readonly TableRow[],
  first: readonly OpenRow[],
  from: number,
): Promise<BatchCounts> {
  let open = first;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await tryBatch(ctx, scope, open, from);
    } catch (error) {
      if (!isConflict(error) || attempt >= MAX_CONFLICTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.min(1000, 10 * 2 ** attempt)));
      open = await openRows(scope, rows);
    }
  }
}

async function tryBatch(
  ctx: AppContext,
  scope: FileScope,
  open: readonly OpenRow[],
  from: number,
): Promise<BatchCounts> {
  const at = ctx.clock.now();
  // Numbers of rows that are kept nowhere are kept nowhere either.
  const kept = open.map((entry) => entry.row).filter((row) => row.fate !== 'refuse' && !row.barred);
  await storeIdentifiers(
    ctx.db.person,
    kept.flatMap((row) => row.identifiers),
    at,
  );
  return withTransaction(ctx.db.app, async (tx) => {
    const { counts } = await processBatch(tx, open, {
      ...scope,
      at,
      today: dayOf(at),
      storePersons: (rows) =>
        storePersonRows(rows, {
          person: ctx.db.person,
          keys: ctx.keys,
          processor: scope.processor,
          place: scope.policy.place(),
          submissionId: scope.submissionId,
          policySetId: scope.policySetId,
          at,
        }),
    });
    await moveCheckpoint(tx, scope.submissionId, from, counts);
    return counts;
  });
}
