import type { TabularLimits } from './limits.ts';

/** What a reader is told, with every default filled in. */
export interface ReadPlan {
  limits: TabularLimits;
  /** Rows in a batch. */
  batchRows: number;
  /** csv: take the guard `'` of `writeCsv` away again. */
  unneutralise: boolean;
}
