/**
 * Threads with a heap limit that work one task after the other. Starting one costs some tenths of a second of processor
 * (modules, TypeScript), as much as thousands of rows; so one that ended its task well waits a few seconds for the next.
 */
import { Worker } from 'node:worker_threads';

export const DEFAULT_HEAP_MIB = 384;
const IDLE_MS = 10_000;
const MOST_IDLE = 2;

export interface WorkerEvents<Message> {
  onMessage(message: Message): void;
  onError(error: unknown): void;
  onExit(): void;
}

export interface PooledWorker<Request> {
  /** What this thread was told before and still holds; kept by the caller. */
  readonly held: Set<string>;
  post(request: Request): void;
  /** `again`: it ended its task and may take another. Otherwise it is ended. */
  giveBack(again: boolean): Promise<void>;
}

class Thread<Request, Message> implements PooledWorker<Request> {
  readonly held = new Set<string>();
  readonly kind: string;
  private readonly worker: Worker;
  private events: WorkerEvents<Message> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(url: URL, heapMib: number, kind: string) {
    this.kind = kind;
    this.worker = new Worker(url, {
      env: {},
      // A small nursery: what these threads make is packed and forgotten at once, and each keeps its own.
      resourceLimits: { maxOldGenerationSizeMb: heapMib, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
    });
    this.worker.on('message', (message: Message) => this.events?.onMessage(message));
    this.worker.on('error', (error: unknown) => {
      forget(this);
      this.events?.onError(error);
    });
    this.worker.on('exit', () => {
      forget(this);
      this.events?.onExit();
    });
  }

  use(events: WorkerEvents<Message>): void {
    clearTimeout(this.timer);
    this.events = events;
    this.worker.ref();
  }

  post(request: Request): void {
    this.worker.postMessage(request);
  }

  async giveBack(again: boolean): Promise<void> {
    this.events = undefined;
    if (!again || idle.filter((thread) => thread.kind === this.kind).length >= MOST_IDLE) return this.end();
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

type Idle = Pick<Thread<never, never>, 'kind'>;
const idle: Idle[] = [];

function forget(thread: Idle): void {
  const at = idle.indexOf(thread);
  if (at >= 0) idle.splice(at, 1);
}

/** A thread of this module with a heap of this limit; an idle one if there is one. Its environment is empty. */
export function takeWorker<Request, Message>(
  url: URL,
  heapMib: number,
  events: WorkerEvents<Message>,
): PooledWorker<Request> {
  const kind = `${heapMib} ${url.href}`;
  const at = idle.findIndex((thread) => thread.kind === kind);
  const waiting = at >= 0 ? (idle.splice(at, 1)[0] as Thread<Request, Message> | undefined) : undefined;
  const thread = waiting ?? new Thread<Request, Message>(url, heapMib, kind);
  thread.use(events);
  return thread;
}
