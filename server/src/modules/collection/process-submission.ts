/**
 * Works a received file off in batches, each one transaction with its checkpoint: killed at any point, the next run goes
 * on behind the last batch that was committed, never twice, never lost. The whole file is read once before the first
 * row is recorded, so that a file that cannot be used as a whole leaves nothing behind.
 */
import { rm } from 'node:fs/promises';
import type { AppContext } from '../../context.ts';
import { dayOf, type Instant } from '../../platform/clock.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { scanTable, type TableRow, TabularError } from '../../platform/tabular/index.ts';
import { withoutNumbers } from '../persons/index.ts';
import type { PolicyRuntime } from '../policy/index.ts';
import { createBodyDirectory } from './body-directory.ts';
import { headerFailure, tabularFailure } from './file-failures.ts';
import { type HeaderPlan, headingWords } from './header.ts';
import { FileRefused, HeaderFinder } from './header-finder.ts';
import { storeNumbers, storePersons } from './person-rows.ts';
import { preparedBatches } from './prepare-file.ts';
import { unpackRows, type WireBatch } from './prepared-batch.ts';
import {
  BatchConflict,
  type BatchCounts,
  type BatchScope,
  moveCheckpoint,
  type OpenRow,
  openBatch,
  processBatch,
  refreshFacts,
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
import { WIRE_ROWS } from './wire-rows.ts';

/** Rows a transaction, and rows judged ahead of it: what bounds the memory of a file of any size. */
const BATCH_ROWS = 2_000;
const ROWS_AHEAD = 1_000;
/** Rows that a first look is given whole: more than title, header and notes can be. */
const SCAN_ROWS = 200;
const MAX_CONFLICTS = 10;

export interface ProcessOptions {
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

/** Second reading: a worker judges the rows ahead of the database, which takes batch after batch. */
async function work(
  ctx: AppContext,
  path: string,
  submission: SubmissionRow,
  policy: PolicyRuntime,
  inspected: Inspected,
  options: ProcessOptions,
): Promise<void> {
  const scope = await scopeOf(ctx, submission, policy, inspected.plan);
  let done = Number(submission.rows_done);
  let writing: Promise<void> = Promise.resolve();
  const batches = preparedBatches(policy, {
    path,
    standard: inspected.plan.standard.standard,
    keysFolder: ctx.keys.folder,
    today: dayOf(submission.received_at as Instant),
    skip: done,
    ahead: Math.ceil(ROWS_AHEAD / WIRE_ROWS),
  });
  const flush = async (wires: WireBatch[]): Promise<void> => {
    const open = await openWires(scope, wires);
    await writing;
    writing = writeBatch(ctx, scope, wires, open, done).then((counts) => {
      done += counts.rows;
      options.onProgress?.(done, inspected.rows);
    });
    // A failure is raised where it is awaited; until then it must not count as unhandled.
    writing.catch(() => undefined);
  };
  try {
    let wires: WireBatch[] = [];
    let rows = 0;
    for await (const wire of batches) {
      wires.push(wire);
      rows += wire.rowNos.length;
      if (rows < BATCH_ROWS) continue;
      await flush(wires);
      wires = [];
      rows = 0;
    }
    if (rows > 0) await flush(wires);
    await writing;
  } finally {
    await writing.catch(() => undefined);
  }
  await recordRowsRead(ctx.db.app, submission.submission_id, inspected.rows);
}

const openWires = (scope: FileScope, wires: readonly WireBatch[]): Promise<OpenRow[]> =>
  openBatch(
    wires.flatMap((wire) => unpackRows(scope.processor, wire)),
    scope,
  );

export interface FileScope extends Omit<BatchScope, 'at' | 'today' | 'storePersons'> {
  processor: RowProcessor;
  /** Tokens whose numbers this run has stored: a representative stands in many rows. */
  /** Tokens of this file whose number is stored, and the anchor of each. */
  storedTokens: Map<string, string>;
}

const MOST_TOKENS = 50_000;

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
    storedTokens: new Map(),
  };
}

const RETRYABLE = new Set(['23505', '40001', '40P01']);
const isConflict = (error: unknown): boolean =>
  error instanceof BatchConflict ||
  (error instanceof DomainError && error.code === 'conflict') ||
  RETRYABLE.has((error as { code?: string }).code ?? '');

/** Writes one batch; repeats it from the rows as judged when another transaction got in between. */
async function writeBatch(
  ctx: AppContext,
  scope: FileScope,
  wires: readonly WireBatch[],
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
      open = await openWires(scope, wires);
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
  if (scope.storedTokens.size > MOST_TOKENS) scope.storedTokens.clear();
  const rows = open.map((entry) => entry.row);
  // Committed before the batch is (0010), while the batch is matched and copied.
  const storing = storeNumbers(ctx, scope.processor, rows, at, scope.storedTokens);
  storing.catch(() => undefined);
  // Once a key of the tokens was retired, a number may have an earlier anchor, which the rows must hold (0030).
  if (ctx.keys.keyIds('token')[0] !== 'token-1') refreshFacts(open, await storing, scope.processor);
  return withTransaction(ctx.db.app, async (tx) => {
    const { counts } = await processBatch(tx, open, {
      ...scope,
      at,
      today: dayOf(at),
      storePersons: (persons) =>
        storePersons(persons, {
          ctx,
          processor: scope.processor,
          place: scope.policy.place(),
          submissionId: scope.submissionId,
          policySetId: scope.policySetId,
          at,
        }),
    });
    await storing;
    await moveCheckpoint(tx, scope.submissionId, from, counts);
    return counts;
  });
}
