/** Batches of judged rows of a file, made in a worker a little ahead of what the database takes. */
import { DEFAULT_HEAP_MIB, takeWorker } from '../../platform/pooled-worker.ts';
import { TabularError } from '../../platform/tabular/index.ts';
import { type PolicyRuntime, policySource } from '../policy/index.ts';
import { FileRefused } from './header-finder.ts';
import type { WireBatch } from './prepared-batch.ts';
import type { RowMessage, RowRequest, RowTask } from './row-worker.ts';

const WORKER = new URL('./row-worker.ts', import.meta.url);
/** Longest wait for a batch: a hostile file must not hold its worker for ever. */
const STALL_MS = 120_000;

/** Errors: TabularError and FileRefused as the first reading has them, Error when the worker breaks. Ends its worker unless it is read to the end. */
export async function* preparedBatches(
  policy: PolicyRuntime,
  task: Omit<RowTask, 'policy'>,
): AsyncGenerator<WireBatch> {
  const messages: RowMessage[] = [];
  let failure: unknown;
  let wake: (() => void) | undefined;
  const fail = (error: unknown): void => {
    failure ??= error;
    wake?.();
  };
  const worker = takeWorker<RowRequest, RowMessage>(WORKER, DEFAULT_HEAP_MIB, {
    onMessage(message) {
      messages.push(message);
      wake?.();
    },
    onError: (error) => fail(crash(error)),
    onExit: () => fail(new TabularError('reader_crashed')),
  });
  let ended = false;
  try {
    const key = `${policy.setId} ${policy.digest} ${JSON.stringify(policySource(policy).options)}`;
    if (!worker.held.has(key)) {
      worker.post({ type: 'policy', key, source: policySource(policy) });
      worker.held.add(key);
    }
    worker.post({ type: 'rows', task: { ...task, policy: key } });
    for (;;) {
      const message = messages.shift();
      if (message === undefined) {
        if (failure !== undefined) throw failure;
        await arrival((done) => {
          wake = done;
        });
      } else if (message.type === 'batch') {
        yield message.batch;
        worker.post({ type: 'ack' });
      } else if (message.type === 'done') {
        ended = true;
        return;
      } else throw raised(message);
    }
  } finally {
    await worker.giveBack(ended);
  }
}

async function arrival(listen: (done: () => void) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  listen(resolve);
  const timer = setTimeout(() => reject(new TabularError('timeout', { limit: Math.round(STALL_MS / 1000) })), STALL_MS);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
}

function raised(message: Exclude<RowMessage, { type: 'batch' | 'done' }>): Error {
  if (message.type === 'unreadable') return new TabularError(message.code, message.details);
  if (message.type === 'refused') return new FileRefused(message.failure);
  return new Error(`the worker that judges rows broke: ${message.message}`);
}

/** The heap limit refuses the file; anything else is ours, and the job tries again. */
function crash(error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return new TabularError('out_of_memory', {}, { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}
