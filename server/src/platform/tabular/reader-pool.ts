/**
 * Workers that read tables. Starting one costs a tenth of a second of processor (modules, TypeScript), as much as
 * several thousand rows; so one that has read a file to its end waits for the next for a few seconds.
 */
import { Worker } from 'node:worker_threads';
import type { WorkerMessage, WorkerRequest } from './worker.ts';

export const DEFAULT_HEAP_MIB = 384;
const IDLE_MS = 10_000;
const MOST_IDLE = 2;

export interface ReaderEvents {
  onMessage(message: WorkerMessage): void;
  onError(error: unknown): void;
  onExit(): void;
}

export interface ReaderWorker {
  post(request: WorkerRequest): void;
  /** `again`: it read its file to the end and may take another. Otherwise it is ended. */
  giveBack(again: boolean): Promise<void>;
}

class PooledReader implements ReaderWorker {
  readonly heapMib: number;
  private readonly worker: Worker;
  private events: ReaderEvents | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(heapMib: number) {
    this.heapMib = heapMib;
    this.worker = new Worker(new URL('./worker.ts', import.meta.url), {
      env: {},
      name: 'tabular',
      resourceLimits: { maxOldGenerationSizeMb: heapMib, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 },
    });
    this.worker.on('message', (message: WorkerMessage) => this.events?.onMessage(message));
    this.worker.on('error', (error: unknown) => {
      forget(this);
      this.events?.onError(error);
    });
    this.worker.on('exit', () => {
      forget(this);
      this.events?.onExit();
    });
  }

  use(events: ReaderEvents): void {
    clearTimeout(this.timer);
    this.events = events;
    this.worker.ref();
  }

  post(request: WorkerRequest): void {
    this.worker.postMessage(request);
  }

  async giveBack(again: boolean): Promise<void> {
    this.events = undefined;
    if (!again || idle.length >= MOST_IDLE) return this.end();
    // A process that has nothing else to do may end.
    this.worker.unref();
    this.timer = setTimeout(() => {
      forget(this);
      void this.end();
    }, IDLE_MS);
    this.timer.unref();
    idle.push(this);
  }

  private async end(): Promise<void> {
    await this.worker.terminate();
  }
}

const idle: PooledReader[] = [];

function forget(reader: PooledReader): void {
  const at = idle.indexOf(reader);
  if (at >= 0) idle.splice(at, 1);
}

/** A worker with a heap of this limit, an idle one if there is one. */
export function takeReader(heapMib: number, events: ReaderEvents): ReaderWorker {
  const at = idle.findIndex((reader) => reader.heapMib === heapMib);
  const reader = (at >= 0 ? idle.splice(at, 1)[0] : undefined) ?? new PooledReader(heapMib);
  reader.use(events);
  return reader;
}
