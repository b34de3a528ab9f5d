const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/**
 * What an uploaded table may cost. Every number is a refusal threshold, none is a target; all are checked while
 * reading, before the data they bound is held in memory.
 */
export interface TabularLimits {
  /** Bytes of a text table (CSV). */
  maxCsvBytes: number;
  /** Bytes of a workbook as it lies on disk (compressed). */
  maxXlsxBytes: number;
  /** Cells in a row; empty cells at the end do not count. */
  maxColumns: number;
  /** Rows with content. */
  maxRows: number;
  /** UTF-16 units kept of one cell; the rest is cut off and the cell flagged `truncated`. */
  maxCellChars: number;
  /** UTF-16 units of one row with its quotes or XML; a longer one means an unclosed quote or an attack. */
  maxRecordChars: number;
  /** Bytes that all parts of a workbook which are read may unpack to. */
  maxUncompressedBytes: number;
  /** Unpacked : packed, of any part larger than `ratioFloorBytes` when unpacked (zip bombs reach about 1000). */
  maxCompressionRatio: number;
  /** Below this unpacked size the ratio of a part is not looked at: small XML packs very well. */
  ratioFloorBytes: number;
  /** Entries in the zip directory. */
  maxZipEntries: number;
  /** Sheets in a workbook. */
  maxSheets: number;
  /** Bytes of the shared-strings part when unpacked; the strings are held in memory, so this bounds the worker. */
  maxSharedStringsBytes: number;
  /** Bytes of each small part (workbook, styles, relations) when unpacked. */
  maxSmallPartBytes: number;
  /** Merged ranges looked at; ranges beyond are ignored. */
  maxMerges: number;
}

export const DEFAULT_LIMITS: Readonly<TabularLimits> = Object.freeze({
  maxCsvBytes: 2 * GIB - 1,
  maxXlsxBytes: 512 * MIB,
  maxColumns: 200,
  maxRows: 5_000_000,
  maxCellChars: 6_000,
  maxRecordChars: 8 * MIB,
  maxUncompressedBytes: 4 * GIB,
  maxCompressionRatio: 200,
  ratioFloorBytes: 4 * MIB,
  maxZipEntries: 2_000,
  maxSheets: 100,
  maxSharedStringsBytes: 192 * MIB,
  maxSmallPartBytes: 16 * MIB,
  maxMerges: 50_000,
});

/** The default limits with some replaced. */
export function withLimits(changes?: Partial<TabularLimits>): TabularLimits {
  return { ...DEFAULT_LIMITS, ...changes };
}
