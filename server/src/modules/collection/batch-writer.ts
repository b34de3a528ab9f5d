/**
 * Writes the batches of a file one after the other, each one transaction with its checkpoint. While one is written the next
 * is opened and planned: the plan sees what is committed and what the batch before is about to commit.
 */
import type { AppContext } from '../../context.ts';
import { dayOf, type Instant } from '../../platform/clock.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import type { FileScope } from './file-scope.ts';
import { NeedsLock } from './match-rows.ts';
import { storeNumbers, storePersons } from './person-rows.ts';
import { unpackRows, type WireBatch } from './prepared-batch.ts';
import {
  BatchConflict,
  type BatchCounts,
  moveCheckpoint,
  type OpenRow,
  openBatch,
  type Pending,
  type PlannedBatch,
  planBatch,
  refreshFacts,
  writeBatch,
} from './process-batch.ts';

const MAX_CONFLICTS = 10;
const MOST_TOKENS = 50_000;

const RETRYABLE = new Set(['23505', '40001', '40P01']);
const isConflict = (error: unknown): boolean =>
  error instanceof BatchConflict ||
  (error instanceof DomainError && error.code === 'conflict') ||
  RETRYABLE.has((error as { code?: string }).code ?? '');

/** A batch made ready while the one before was being written. */
interface Opened {
  at: Instant;
  rows: readonly OpenRow[];
  /** Numbers of persons, committed before their batch is (0010). */
  storing: { done: Promise<unknown> };
}

export interface BatchWriter {
  /** Opens and plans a batch, waits for the one before, begins to write it. */
  add(wires: readonly WireBatch[]): Promise<void>;
  end(): Promise<void>;
  /** When nothing is written any more, well or not. */
  settled(): Promise<void>;
}

const NOTHING_PENDING: Pending = { subjects: { byValue: new Map(), byName: new Map() }, keys: new Map() };

export function batchWriter(
  ctx: AppContext,
  scope: FileScope,
  from: number,
  onDone: (rows: number) => void,
): BatchWriter {
  let done = from;
  /** What the batch being written changes; null: to be read when it is written. */
  let pending: Pending | null = NOTHING_PENDING;
  /** False: it had to be planned again, and what was planned upon it does not hold. */
  let writing: Promise<boolean> = Promise.resolve(true);
  const begin = (wires: readonly WireBatch[], opened: Opened | null, planned: PlannedBatch | null): void => {
    writing = writeRows(ctx, scope, wires, opened, planned, done).then(({ counts, asPlanned }) => {
      done += counts.rows;
      onDone(done);
      return asPlanned;
    });
    // A failure is raised where it is awaited; until then it must not count as unhandled.
    writing.catch(() => undefined);
  };
  return {
    async add(wires) {
      const opened = await openRows(ctx, scope, wires);
      if (scope.processor.plan.standard.registers) {
        await writing;
        begin(wires, opened, null);
        return;
      }
      if (pending === null) {
        await writing;
        writing = Promise.resolve(true);
        pending = NOTHING_PENDING;
      }
      const planned = await planAhead(ctx, scope, opened, pending);
      const holds = await writing;
      pending = (holds && planned?.pending) || null;
      if (holds && planned) begin(wires, opened, planned);
      // Planning has left its findings on the rows: they are opened again.
      else begin(wires, null, null);
    },
    async end() {
      await writing;
    },
    async settled() {
      await writing.catch(() => undefined);
    },
  };
}

const openWires = (scope: FileScope, wires: readonly WireBatch[]): Promise<OpenRow[]> =>
  openBatch(
    wires.flatMap((wire) => unpackRows(scope.processor, wire)),
    scope,
  );

async function openRows(ctx: AppContext, scope: FileScope, wires: readonly WireBatch[]): Promise<Opened> {
  const at = ctx.clock.now();
  const open = await openWires(scope, wires);
  if (scope.storedTokens.size > MOST_TOKENS) scope.storedTokens.clear();
  const rows = open.map((entry) => entry.row);
  const done = storeNumbers(ctx, scope.processor, rows, at, scope.storedTokens);
  done.catch(() => undefined);
  // Once a key of the tokens was retired, a number may have an earlier anchor, which the rows must hold (0030).
  if (ctx.keys.keyIds('token')[0] !== 'token-1') refreshFacts(open, await done, scope.processor);
  return { at, rows: open, storing: { done } };
}

/** Null where the batch can be planned only inside its own transaction. */
async function planAhead(
  ctx: AppContext,
  scope: FileScope,
  { rows, at }: Opened,
  before: Pending,
): Promise<PlannedBatch | null> {
  try {
    return await planBatch(ctx.db.app, rows, { ...scope, at, today: dayOf(at) }, { transaction: false, before });
  } catch (error) {
    if (error instanceof NeedsLock) return null;
    throw error;
  }
}

/** Writes one batch; plans it again from the rows as judged when another transaction got in between. */
async function writeRows(
  ctx: AppContext,
  scope: FileScope,
  wires: readonly WireBatch[],
  opened: Opened | null,
  planned: PlannedBatch | null,
  from: number,
): Promise<{ counts: BatchCounts; asPlanned: boolean }> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const rows = (attempt === 0 && opened) || (await openRows(ctx, scope, wires));
      const counts = await tryBatch(ctx, scope, rows, attempt === 0 ? planned : null, from);
      return { counts, asPlanned: attempt === 0 && planned !== null };
    } catch (error) {
      if (!isConflict(error) || attempt >= MAX_CONFLICTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.min(1000, 10 * 2 ** attempt)));
    }
  }
}

async function tryBatch(
  ctx: AppContext,
  scope: FileScope,
  { at, rows, storing }: Opened,
  planned: PlannedBatch | null,
  from: number,
): Promise<BatchCounts> {
  const persons = {
    ctx,
    processor: scope.processor,
    place: scope.policy.place(),
    submissionId: scope.submissionId,
    policySetId: scope.policySetId,
    at,
  };
  return withTransaction(ctx.db.app, async (tx) => {
    const plan = planned ?? (await planBatch(tx, rows, { ...scope, at, today: dayOf(at) }, { transaction: true }));
    const { counts } = await writeBatch(tx, plan, {
      ...scope,
      storePersons: (entries) => storePersons(entries, persons),
    });
    await storing.done;
    await moveCheckpoint(tx, scope.submissionId, from, counts);
    return counts;
  });
}
