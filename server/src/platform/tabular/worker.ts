import { closeSync, fstatSync } from 'node:fs';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { WireBatch } from './batch-builder.ts';
import { TabularError, type TabularErrorCode, type TabularErrorDetails } from './errors.ts';
import { readCsv } from './read-csv.ts';
import type { ReadPlan } from './read-plan.ts';
import { readXlsx } from './read-xlsx.ts';
import { openPlain, sniffOpen } from './sniff.ts';
import type { TableInfo } from './types.ts';

/** What the worker is started with. */
export interface WorkerTask {
  path: string;
  plan: ReadPlan;
  /** Batches that may be under way before one is acknowledged. */
  batchesInFlight: number;
}

/** What the worker says. It hears one thing only: any message acknowledges one batch. */
export type WorkerMessage =
  | { type: 'info'; info: TableInfo }
  | { type: 'batch'; batch: WireBatch }
  | { type: 'done' }
  | { type: 'error'; code: TabularErrorCode; details: TabularErrorDetails };

async function run(port: MessagePort, task: WorkerTask): Promise<void> {
  const say = (message: WorkerMessage): void => port.postMessage(message);
  let credit = task.batchesInFlight;
  let wake: (() => void) | undefined;
  port.on('message', () => {
    credit++;
    wake?.();
  });
  const fd = openPlain(task.path);
  try {
    const { size } = fstatSync(fd);
    const { kind } = await sniffOpen(fd, size, task.plan.limits);
    const read = kind === 'csv' ? readCsv : readXlsx;
    for await (const batch of read(fd, size, task.plan, (info) => say({ type: 'info', info }))) {
      while (credit === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      credit--;
      say({ type: 'batch', batch });
    }
    say({ type: 'done' });
  } finally {
    closeSync(fd);
  }
}

if (parentPort !== null) {
  const port = parentPort;
  try {
    await run(port, workerData as WorkerTask);
  } catch (error) {
    const told = error instanceof TabularError ? error : new TabularError('reader_crashed', { found: String(error) });
    port.postMessage({ type: 'error', code: told.code, details: told.details } satisfies WorkerMessage);
  }
  port.close();
}
