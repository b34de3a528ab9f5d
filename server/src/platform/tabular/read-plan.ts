import type { TabularLimits } from './limits.ts';

/** What a reader is told, with every default filled in. */
export interface ReadPlan {
  limits: TabularLimits;
  /** Rows in a batch. */
  batchRows: number;
  /** csv: take the guard `'` of `writeCsv` away again. */
  unneutralise: boolean;
  /** Given when the rows are only looked over: see `Scan`. */
  scan?: Scan;
}

/** A first look at a table: once the watcher has said what it looks for, all other rows are counted only. */
export interface Scan {
  /** A row is given out when one of its first three cells is one of these words; null = every row. */
  watch: ReadonlySet<string> | null;
  /** Rows with content so far. */
  rows: number;
}
