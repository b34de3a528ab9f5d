/**
 * The thread that reads a file and judges its rows, so that the thread that talks to the database is free to answer it.
 * Its heap is limited; person identifiers leave it as tokens and ciphertext only.
 */
import { parentPort } from 'node:worker_threads';
import { type KeyRing, openKeyRing } from '../../platform/crypto.ts';
import {
  readTableHere,
  TabularError,
  type TabularErrorCode,
  type TabularErrorDetails,
  withLimits,
} from '../../platform/tabular/index.ts';
import { compilePolicy, type PolicyRuntime, type PolicySource } from '../policy/index.ts';
import type { FileFailure } from './file-failures.ts';
import { FileRefused, HeaderFinder } from './header-finder.ts';
import { packRows, type WireBatch } from './prepared-batch.ts';
import { compileRowProcessor, type PreparedRow, type RowProcessor } from './row-processor.ts';
import { WIRE_ROWS } from './wire-rows.ts';

export interface RowTask {
  path: string;
  standard: string;
  /** Key of a policy that was sent before. */
  policy: string;
  keysFolder: string;
  /** ISO day on which the file was received. */
  today: string;
  /** Data rows that are recorded already. */
  skip: number;
  /** Messages that the receiver is willing to hold. */
  ahead: number;
}

export type RowRequest =
  | { type: 'policy'; key: string; source: PolicySource }
  | { type: 'rows'; task: RowTask }
  | { type: 'ack' };

export type RowMessage =
  | { type: 'batch'; batch: WireBatch }
  | { type: 'done' }
  | { type: 'unreadable'; code: TabularErrorCode; details: TabularErrorDetails }
  | { type: 'refused'; failure: FileFailure }
  | { type: 'broken'; message: string };

const MOST_POLICIES = 3;
const policies = new Map<string, PolicyRuntime>();
let keys: KeyRing | undefined;

/** Room for the batches that the receiver is willing to hold. */
class Credit {
  private left: number;
  private wake: (() => void) | undefined;
  constructor(left: number) {
    this.left = left;
  }
  give(): void {
    this.left += 1;
    this.wake?.();
  }
  async take(): Promise<void> {
    while (this.left === 0)
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    this.left -= 1;
  }
}

async function work(task: RowTask, credit: Credit, say: (message: RowMessage) => void): Promise<void> {
  const policy = policies.get(task.policy);
  if (!policy) throw new Error(`policy ${task.policy} was not sent`);
  keys = keys?.folder === task.keysFolder ? keys : openKeyRing(task.keysFolder);
  const finder = new HeaderFinder(task.standard, policy);
  let processor: RowProcessor | undefined;
  let { skip } = task;
  const plan = { limits: withLimits(), batchRows: WIRE_ROWS, unneutralise: true };
  for await (const rows of readTableHere(task.path, plan)) {
    const judged: PreparedRow[] = [];
    for (const row of rows) {
      if (!finder.take(row)) continue;
      if (skip > 0) {
        skip -= 1;
        continue;
      }
      if (!finder.plan) continue;
      processor ??= compileRowProcessor(finder.plan, policy, keys, task.today);
      judged.push(processor.process(row));
    }
    if (!processor || judged.length === 0) continue;
    const batch = packRows(processor, judged);
    await credit.take();
    say({ type: 'batch', batch });
  }
}

function told(error: unknown): RowMessage {
  if (error instanceof TabularError) return { type: 'unreadable', code: error.code, details: error.details };
  if (error instanceof FileRefused) return { type: 'refused', failure: error.failure };
  return { type: 'broken', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

if (parentPort !== null) {
  const port = parentPort;
  let credit: Credit | undefined;
  const say = (message: RowMessage): void => port.postMessage(message);
  port.on('message', (request: RowRequest) => {
    if (request.type === 'ack') return credit?.give();
    if (request.type === 'policy') {
      if (policies.size >= MOST_POLICIES) policies.clear();
      const { files, setId, digest, options } = request.source;
      policies.set(request.key, compilePolicy(files, setId, digest, options));
      return;
    }
    credit = new Credit(request.task.ahead);
    work(request.task, credit, say).then(
      () => say({ type: 'done' }),
      (error: unknown) => {
        say(told(error));
        port.close();
      },
    );
  });
}
