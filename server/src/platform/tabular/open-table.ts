import { DEFAULT_HEAP_MIB, type PooledWorker, takeWorker } from '../pooled-worker.ts';
import { unpackBatch } from './batch-builder.ts';
import { TabularError } from './errors.ts';
import { type TabularLimits, withLimits } from './limits.ts';

import type { TableBatch, TableInfo, TableRow } from './types.ts';
import type { WorkerMessage, WorkerRequest, WorkerTask } from './worker.ts';

export interface OpenTableOptions {
  limits?: Partial<TabularLimits>;
  /** Rows in a batch; default 2,000. A batch also ends at two million characters. */
  batchRows?: number;
  /** Batches read ahead of the consumer; default 3. */
  batchesInFlight?: number;
  /** Heap of the worker; default 384. Beyond it the file is refused with `out_of_memory`. */
  maxHeapMib?: number;
  /** Longest wait for the next batch before the worker is stopped; default 120,000. */
  stallMs?: number;
  /** csv: take the guard `'` of `writeCsv` away again; default true. */
  unneutralise?: boolean;
  signal?: AbortSignal;
}

export interface ScanTableOptions extends OpenTableOptions {
  /**
   * Called once with the rows of the first batch. Of what follows only rows one of whose first three cells is one of
   * the words it returns are given out; all are counted.
   */
  watch(first: readonly TableRow[]): readonly string[];
}

/** A table being read in a worker. Iterate it once, to the end or with `break`, or call `close`. */
export interface OpenTable extends AsyncIterable<TableBatch> {
  /** What was recognised; known before the first row. Rejects with the refusal of the file. */
  info(): Promise<TableInfo>;
  /** Rows with content, of a scan that has ended; 0 otherwise. */
  rowsSeen(): number;
  /** Stops the reading; harmless afterwards. */
  close(): Promise<void>;
}

/**
 * Opens a file of unknown content for reading, in a worker with its own memory limit, without the environment of this
 * process. Refusals are `TabularError`s. Most are raised before the first row, but an unclosed quotation mark or a
 * limit on rows or columns shows only when it is met: keep what was read apart until the iteration has ended.
 */
export function openTable(path: string, options: OpenTableOptions = {}): OpenTable {
  return new TableReader(path, options);
}

/** A first look: every row is read and checked, few are given out. Limits and refusals as with `openTable`. */
export function scanTable(path: string, options: ScanTableOptions): OpenTable {
  return new TableReader(path, options, options.watch);
}

/**
 * The bytes of a text table without some of its rows (1-based numbers, as `TableRow` has them). An empty line stands in
 * their place; all else is as it was written, in UTF-8. Refusals as with `openTable`, and of anything but a text table.
 */
export async function* copyTableWithout(path: string, rows: readonly number[]): AsyncGenerator<Uint8Array> {
  const reader = new TableReader(path, {}, undefined, rows);
  yield* reader.texts();
}

const WORKER = new URL('./worker.ts', import.meta.url);

class TableReader implements OpenTable {
  private readonly task: WorkerTask;
  private readonly options: OpenTableOptions;
  private readonly stallMs: number;
  private readonly watch: ScanTableOptions['watch'] | undefined;
  private watching = false;
  private rows = 0;
  private ended = false;
  private worker: PooledWorker<WorkerRequest> | undefined;
  private messages: WorkerMessage[] = [];
  private failure: unknown;
  private readonly waiters = new Set<() => void>();
  private infoFound: TableInfo | undefined;
  private iterated = false;
  private readonly onAbort = (): void => this.fail(this.options.signal?.reason);

  constructor(
    path: string,
    options: OpenTableOptions,
    watch?: ScanTableOptions['watch'],
    copyWithout?: readonly number[],
  ) {
    this.options = options;
    this.watch = watch;
    this.stallMs = options.stallMs ?? 120_000;
    this.task = {
      path,
      plan: {
        limits: withLimits(options.limits),
        batchRows: options.batchRows ?? 2_000,
        unneutralise: options.unneutralise ?? true,
      },
      batchesInFlight: options.batchesInFlight ?? 3,
      watched: watch !== undefined,
      ...(copyWithout ? { copyWithout } : {}),
    };
  }

  async info(): Promise<TableInfo> {
    if (this.infoFound !== undefined) return this.infoFound;
    try {
      this.start();
      while (this.infoFound === undefined) await this.arrival();
      return this.infoFound;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TableBatch> {
    if (this.iterated) throw new Error('an open table can be read once');
    this.iterated = true;
    try {
      this.start();
      for (;;) {
        const message = this.messages.shift();
        if (message === undefined) await this.arrival();
        else if (message.type === 'done') {
          this.rows = message.rows;
          this.ended = true;
          return;
        } else if (message.type === 'error') throw new TabularError(message.code, message.details);
        else if (message.type === 'batch') {
          const { batch } = message;
          const bytesTotal = this.infoFound?.bytesTotal ?? batch.bytesRead;
          const rows = unpackBatch(batch);
          if (this.watch !== undefined && !this.watching) {
            this.watching = true;
            this.worker?.post({ type: 'watch', words: this.watch(rows) });
          }
          yield { rows, bytesRead: batch.bytesRead, bytesTotal };
          this.worker?.post({ type: 'ack' });
        }
      }
    } finally {
      await this.close();
    }
  }

  async *texts(): AsyncGenerator<Uint8Array> {
    try {
      this.start();
      for (;;) {
        const message = this.messages.shift();
        if (message === undefined) await this.arrival();
        else if (message.type === 'done') {
          this.ended = true;
          return;
        } else if (message.type === 'error') throw new TabularError(message.code, message.details);
        else if (message.type === 'text') {
          yield message.bytes;
          this.worker?.post({ type: 'ack' });
        }
      }
    } finally {
      await this.close();
    }
  }

  rowsSeen(): number {
    return this.rows;
  }

  async close(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    this.failure ??= new TabularError('reader_crashed', { found: 'closed' });
    this.options.signal?.removeEventListener('abort', this.onAbort);
    this.wakeAll();
    // A workbook's heap is given back with its worker; one that was stopped in the middle cannot read on.
    const again = this.ended && this.infoFound?.kind !== 'xlsx';
    await worker?.giveBack(again);
  }

  private start(): void {
    if (this.worker !== undefined || this.failure !== undefined) return;
    const { signal } = this.options;
    if (signal?.aborted === true) throw signal.reason;
    this.worker = takeWorker<WorkerRequest, WorkerMessage>(WORKER, this.options.maxHeapMib ?? DEFAULT_HEAP_MIB, {
      onMessage: (message) => this.receive(message),
      onError: (error) => this.fail(crashError(error)),
      onExit: () => this.fail(new TabularError('reader_crashed')),
    });
    this.worker.post({ type: 'read', task: this.task });
    signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  private receive(message: WorkerMessage): void {
    if (message.type === 'info') this.infoFound = message.info;
    else this.messages.push(message);
    this.wakeAll();
  }

  private fail(error: unknown): void {
    this.failure ??= error;
    this.wakeAll();
  }

  private wakeAll(): void {
    for (const wake of this.waiters) wake();
    this.waiters.clear();
  }

  /** Waits until something came; what came before a failure counts first. */
  private async arrival(): Promise<void> {
    const first = this.messages[0];
    if (first?.type === 'error') throw new TabularError(first.code, first.details);
    if (this.failure !== undefined) throw this.failure;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.waiters.add(resolve);
    const limit = Math.round(this.stallMs / 1000);
    const timer = setTimeout(() => reject(new TabularError('timeout', { limit })), this.stallMs);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.waiters.delete(resolve);
    }
  }
}

/** An uncaught error of the worker: above all the heap limit. */
function crashError(error: unknown): TabularError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return new TabularError('out_of_memory', {}, { cause: error });
  return new TabularError('reader_crashed', { found: String(error) }, { cause: error });
}
