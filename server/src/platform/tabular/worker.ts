import { closeSync, fstatSync } from 'node:fs';
import { type MessagePort, parentPort } from 'node:worker_threads';
import type { WireBatch } from './batch-builder.ts';
import { TabularError, type TabularErrorCode, type TabularErrorDetails } from './errors.ts';
import { copyCsv, readCsv } from './read-csv.ts';
import type { ReadPlan, Scan } from './read-plan.ts';
import { readXlsx } from './read-xlsx.ts';
import { openPlain, sniffOpen } from './sniff.ts';
import type { TableInfo } from './types.ts';

/** What a reading begins with. */
export interface WorkerTask {
  path: string;
  plan: ReadPlan;
  /** Batches that may be under way before one is acknowledged. */
  batchesInFlight: number;
  /** After the first batch only rows that the watcher asks for are given; the others are counted. */
  watched: boolean;
  /** Instead of rows: the text without these row numbers. Text tables only. */
  copyWithout?: readonly number[];
}

/** What the worker hears: one file after the other, never two at once. */
export type WorkerRequest =
  | { type: 'read'; task: WorkerTask }
  | { type: 'ack' }
  | { type: 'watch'; words: readonly string[] };

/** What the worker says. After `done` it takes the next file; after `error` it ends. */
export type WorkerMessage =
  | { type: 'info'; info: TableInfo }
  | { type: 'batch'; batch: WireBatch }
  | { type: 'text'; bytes: Uint8Array }
  | { type: 'done'; rows: number }
  | { type: 'error'; code: TabularErrorCode; details: TabularErrorDetails };

class Reading {
  private credit: number;
  private watching: boolean;
  private readonly scan: Scan | undefined;
  private wake: (() => void) | undefined;
  private readonly port: MessagePort;
  private readonly task: WorkerTask;

  constructor(port: MessagePort, task: WorkerTask) {
    this.port = port;
    this.task = task;
    this.credit = task.batchesInFlight;
    this.watching = !task.watched;
    this.scan = task.watched ? { watch: null, rows: 0 } : undefined;
  }

  hear(request: WorkerRequest): void {
    if (request.type === 'ack') this.credit += 1;
    else if (request.type === 'watch') {
      if (this.scan) this.scan.watch = new Set(request.words);
      this.watching = true;
    }
    this.wake?.();
  }

  async run(): Promise<void> {
    const fd = openPlain(this.task.path);
    const plan: ReadPlan = this.scan ? { ...this.task.plan, scan: this.scan } : this.task.plan;
    try {
      const { size } = fstatSync(fd);
      const { kind } = await sniffOpen(fd, size, plan.limits);
      if (this.task.copyWithout) return await this.copy(fd, size, plan, new Set(this.task.copyWithout));
      const read = kind === 'csv' ? readCsv : readXlsx;
      for await (const batch of read(fd, size, plan, (info) => this.say({ type: 'info', info }))) {
        while (this.credit === 0) await this.heard();
        this.credit -= 1;
        this.say({ type: 'batch', batch });
        while (!this.watching) await this.heard();
      }
      this.say({ type: 'done', rows: this.scan?.rows ?? 0 });
    } finally {
      closeSync(fd);
    }
  }

  private async copy(fd: number, size: number, plan: ReadPlan, rows: ReadonlySet<number>): Promise<void> {
    for (const bytes of copyCsv(fd, size, plan, rows)) {
      while (this.credit === 0) await this.heard();
      this.credit -= 1;
      this.say({ type: 'text', bytes });
    }
    this.say({ type: 'done', rows: 0 });
  }

  private heard(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private say(message: WorkerMessage): void {
    this.port.postMessage(message);
  }
}

if (parentPort !== null) {
  const port = parentPort;
  let reading: Reading | undefined;
  port.on('message', (request: WorkerRequest) => {
    if (request.type !== 'read') return reading?.hear(request);
    reading = new Reading(port, request.task);
    reading.run().catch((error: unknown) => {
      const told = error instanceof TabularError ? error : new TabularError('reader_crashed', { found: String(error) });
      port.postMessage({ type: 'error', code: told.code, details: told.details } satisfies WorkerMessage);
      port.close();
    });
  });
}
