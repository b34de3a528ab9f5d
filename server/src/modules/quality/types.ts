/** What a month is counted into. All integers, so that a closed month can be hashed and compared. */

/** Rows of one body, item and channel that came in within a month. */
export interface RowFigure {
  readonly bodyId: string;
  readonly standard: string;
  readonly item: string;
  readonly channel: string;
  /** Sent again as they were: no part of a rate. */
  readonly repeated: number;
  /** Accepted, doubtful and refused at first storage. */
  readonly reported: number;
  readonly compliant: number;
  readonly qualified: number;
  /** First arrivals with a day of decision, and those of them that came in time. */
  readonly dated: number;
  readonly timely: number;
  readonly codeErrors: number;
}

/** What a body said of its month, and what of it had arrived. */
export interface DutyFigure {
  readonly bodyId: string;
  readonly standard: string;
  /** Null: not confirmed. */
  readonly declared: number | null;
  readonly arrived: number;
  /** Rows of the item came in within the month. */
  readonly fed: boolean;
}

export interface SampleFigure {
  readonly bodyId: string;
  readonly standard: string;
  readonly sampled: number;
  readonly concealed: number;
  readonly late: number;
  readonly wrong: number;
}

/** Procedures that ended in the month, by the body whose record they were about. */
export interface CaseFigure {
  readonly bodyId: string;
  readonly objections: number;
  readonly objectionDays: number;
  readonly upheld: number;
  readonly repairs: number;
  readonly repairsOnTime: number;
}

export interface CodeFigure {
  readonly subjects: number;
  readonly shared: number;
  readonly invalid: number;
  readonly mismatched: number;
}

export interface MonthFigures {
  readonly rows: readonly RowFigure[];
  readonly duties: readonly DutyFigure[];
  readonly samples: readonly SampleFigure[];
  readonly cases: readonly CaseFigure[];
  /** Null: never counted. */
  readonly codes: CodeFigure | null;
}

/** What other modules keep and quality may not import (DESIGN §3): joined at the root. */
export interface QualityPorts {
  /** First and last day, both counted. */
  readonly caseFigures: (from: string, to: string) => Promise<readonly CaseFigure[]>;
}
