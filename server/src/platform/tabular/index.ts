/** Reading and writing tables: see README.md in this folder for limits and figures. */

export { startsWithWord } from './batch-builder.ts';
export type { RowSource } from './bytes-out.ts';
export { looksLikeFormula, neutralise, unneutralise } from './cell-text.ts';
export type { CsvDelimiter, CsvEncoding } from './csv-format.ts';
export { TabularError, type TabularErrorCode, type TabularErrorDetails } from './errors.ts';
export { type FoundHeader, findHeader, widthProblem } from './header.ts';
export { DEFAULT_LIMITS, type TabularLimits, withLimits } from './limits.ts';
export {
  copyTableWithout,
  type OpenTable,
  type OpenTableOptions,
  openTable,
  type ScanTableOptions,
  scanTable,
} from './open-table.ts';
export { readTableHere } from './read-here.ts';
export { type HeadKind, type SniffResult, sniffBytes, sniffFile } from './sniff.ts';
export type { CellFlag, CellFlagKind, TableBatch, TableInfo, TableRow } from './types.ts';
export { csvPieces, type WriteCsvOptions, writeCsv } from './write-csv.ts';
export {
  type ColumnSpec,
  columnLetters,
  MAX_SHEET_ROWS,
  type SheetSpec,
  type WorkbookSpec,
  writeXlsx,
  xlsxPieces,
} from './write-xlsx.ts';
export { serialToIso } from './xlsx-numbers.ts';
