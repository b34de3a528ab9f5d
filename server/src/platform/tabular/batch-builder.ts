import { TabularError } from './errors.ts';
import type { TabularLimits } from './limits.ts';
import type { ReadPlan, Scan } from './read-plan.ts';
import type { CellFlag, CellFlagKind, TableRow } from './types.ts';

/** Flag kinds by their number on the wire. */
const FLAG_KINDS: readonly CellFlagKind[] = [
  'formula',
  'error',
  'date',
  'truncated',
  'invalid-character',
  'bad-quote',
  'lossy-number',
  'merged',
];
const FLAG_NUMBER = new Map(FLAG_KINDS.map((kind, index) => [kind, index]));

/**
 * A batch as it crosses the thread border. Structured clone of `string[][]` is the fastest of the five ways measured
 * (1.3 M rows/s at 12 columns, against 1.1 M for text joined per row or batch and 1.0 M for encoded buffers; 304 k
 * against 256 k, 216 k and 170 k at 30 columns with long text), and its strings retain nothing of the source chunk.
 */
export interface WireBatch {
  rows: string[][];
  rowNumbers: Uint32Array;
  /** Triples: index in `rows`, column, kind. */
  flags: Int32Array;
  flagValues: string[];
  bytesRead: number;
}

const BATCH_CHARS = 2_000_000;

/** Collects rows into batches bounded by count and by characters. */
export class BatchBuilder {
  private readonly ready: WireBatch[] = [];
  bytesRead = 0;
  rowCount = 0;
  private rows: string[][] = [];
  private rowNumbers: number[] = [];
  private flags: number[] = [];
  private flagValues: string[] = [];
  private chars = 0;
  private rowFlagsFrom = 0;
  private readonly limits: TabularLimits;
  private readonly batchRows: number;
  private readonly scan: Scan | undefined;

  constructor(plan: Pick<ReadPlan, 'limits' | 'batchRows' | 'scan'>) {
    this.limits = plan.limits;
    this.batchRows = plan.batchRows;
    this.scan = plan.scan;
  }

  /** Flags a cell of the row that the next `addRow` closes. */
  flag(column: number, kind: CellFlagKind, value: string): void {
    this.flags.push(this.rows.length, column, FLAG_NUMBER.get(kind) ?? 0);
    this.flagValues.push(value);
  }

  /** Forgets the flags of a row that was not closed. */
  dropFlags(): void {
    this.flagValues.length = this.rowFlagsFrom;
    this.flags.length = this.rowFlagsFrom * 3;
  }

  /** Closes a row. A row without any text is dropped with its flags. */
  addRow(rowNumber: number, cells: string[], chars: number): void {
    if (isBlankRow(cells)) {
      this.dropFlags();
      return;
    }
    if (++this.rowCount > this.limits.maxRows) throw new TabularError('too_many_rows', { limit: this.limits.maxRows });
    if (this.scan !== undefined) {
      this.scan.rows = this.rowCount;
      if (this.scan.watch !== null && !startsWithWord(cells, this.scan.watch)) {
        this.dropFlags();
        return;
      }
    }
    this.rows.push(cells);
    this.rowNumbers.push(rowNumber);
    this.rowFlagsFrom = this.flagValues.length;
    this.chars += chars;
    if (this.rows.length >= this.batchRows || this.chars >= BATCH_CHARS) this.flush();
  }

  /** Gives out the finished batches. */
  *drain(): Generator<WireBatch> {
    for (let batch = this.ready.shift(); batch !== undefined; batch = this.ready.shift()) yield batch;
  }

  /** Finishes the batch being filled. */
  flush(): void {
    if (this.rows.length === 0) return;
    this.ready.push({
      rows: this.rows,
      rowNumbers: Uint32Array.from(this.rowNumbers),
      flags: Int32Array.from(this.flags),
      flagValues: this.flagValues,
      bytesRead: this.bytesRead,
    });
    this.rows = [];
    this.rowNumbers = [];
    this.flags = [];
    this.flagValues = [];
    this.chars = 0;
    this.rowFlagsFrom = 0;
  }
}

const FIRST_CELLS = 3;

/** True when one of the first cells is one of the words as it stands. */
export function startsWithWord(cells: readonly string[], words: ReadonlySet<string>): boolean {
  const last = Math.min(cells.length, FIRST_CELLS);
  for (let at = 0; at < last; at += 1) {
    const cell = cells[at];
    if (cell && words.has(cell)) return true;
  }
  return false;
}

/** True when no cell holds anything but white space. */
export function isBlankRow(cells: readonly string[]): boolean {
  for (const cell of cells) if (cell !== '' && cell.trim() !== '') return false;
  return true;
}

/** The rows of a wire batch with their flags. */
export function unpackBatch(batch: WireBatch): TableRow[] {
  const rows: TableRow[] = batch.rows.map((cells, index) => ({ rowNumber: batch.rowNumbers[index] ?? 0, cells }));
  for (let i = 0; i < batch.flagValues.length; i++) {
    const row = rows[batch.flags[i * 3] ?? -1];
    const kind = FLAG_KINDS[batch.flags[i * 3 + 2] ?? 0];
    if (row === undefined || kind === undefined) continue;
    const flag: CellFlag = { column: batch.flags[i * 3 + 1] ?? 0, kind, value: batch.flagValues[i] ?? '' };
    if (row.flags === undefined) row.flags = [flag];
    else row.flags.push(flag);
  }
  return rows;
}
