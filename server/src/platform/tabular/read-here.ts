import { closeSync, fstatSync } from 'node:fs';
import { unpackBatch } from './batch-builder.ts';
import { readCsv } from './read-csv.ts';
import type { ReadPlan } from './read-plan.ts';
import { readXlsx } from './read-xlsx.ts';
import { openPlain, sniffOpen } from './sniff.ts';
import type { TableRow } from './types.ts';

/** The rows of a table, read in this thread: for a worker with a heap limit that also judges the rows. Refusals as with `openTable`. */
export async function* readTableHere(path: string, plan: ReadPlan): AsyncGenerator<TableRow[]> {
  const fd = openPlain(path);
  try {
    const { size } = fstatSync(fd);
    const { kind } = await sniffOpen(fd, size, plan.limits);
    const read = kind === 'csv' ? readCsv : readXlsx;
    for await (const batch of read(fd, size, plan, () => undefined)) yield unpackBatch(batch);
  } finally {
    closeSync(fd);
  }
}
