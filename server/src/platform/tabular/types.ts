import type { CsvDelimiter, CsvEncoding } from './csv-format.ts';

/**
 * What is special about one cell.
 * - `formula`: the cell is or looks like a formula; the text is the cached value (xlsx) or the text itself (csv).
 *   `value` is the formula text, cut to 200 characters. It is never evaluated.
 * - `error`: an Excel error such as `#N/A`; the text is the error.
 * - `date`: a number shown as a date; the text is ISO (`2021-03-01`, `2021-03-01T08:30:00`, `08:30:00`), `value` the number.
 * - `truncated`: longer than `maxCellChars`; the text is the beginning, `value` the original length.
 * - `invalid-character`: a lone surrogate, U+FFFD, or a control character; `value` names the first (`U+D800`).
 *   A lone surrogate or NUL is replaced by U+FFFD, everything else is left in place.
 * - `bad-quote`: text follows a closing quotation mark (csv).
 * - `lossy-number`: a number of more than 15 digits: Excel has already replaced the last digits by zeros.
 * - `merged`: the cell lies below the first one of a vertically merged range and was given its text.
 */
export type CellFlagKind =
  | 'formula'
  | 'error'
  | 'date'
  | 'truncated'
  | 'invalid-character'
  | 'bad-quote'
  | 'lossy-number'
  | 'merged';

export interface CellFlag {
  /** 0-based index into `cells`. */
  column: number;
  kind: CellFlagKind;
  value: string;
}

export interface TableRow {
  /** 1-based, as Excel shows it: blank rows count, a cell with line breaks does not add rows. */
  rowNumber: number;
  /** As many as the row has: csv as written, xlsx up to its last non-empty cell. */
  cells: string[];
  /** Absent when nothing is special. Ordered as found. */
  flags?: CellFlag[];
}

export interface TableBatch {
  rows: TableRow[];
  /** Bytes of the file consumed so far, for a progress bar. */
  bytesRead: number;
  bytesTotal: number;
}

export interface TableInfo {
  kind: 'csv' | 'xlsx';
  bytesTotal: number;
  /** csv only. */
  encoding?: CsvEncoding;
  delimiter?: CsvDelimiter;
  /** xlsx only: the sheet that is read, and the visible ones after it that are not. */
  sheetName?: string;
  unreadSheets?: string[];
}
