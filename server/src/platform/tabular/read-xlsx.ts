import { BatchBuilder, type WireBatch } from './batch-builder.ts';
import { TabularError } from './errors.ts';
import type { ReadPlan } from './read-plan.ts';
import type { TableInfo } from './types.ts';
import { VerticalMerges } from './xlsx-merges.ts';
import { SheetRows } from './xlsx-sheet.ts';
import { partText, readSharedStrings } from './xlsx-strings.ts';
import { readWorkbook, type SheetPart } from './xlsx-workbook.ts';
import { ElementCutter, rootPrefix } from './xml.ts';
import { ZipArchive } from './zip.ts';

const MAX_TAIL_CHARS = 4 << 20;
const VALUE = /<(?:[\w.-]+:)?(?:v|is)[ >]/;

/**
 * The rows of the first visible sheet that holds anything. The sheet is unpacked twice: once to verify size, checksum
 * and XML and to find the merged cells (which stand after the rows), so that a damaged file is refused before its
 * first row is given out; once for the rows.
 */
export async function* readXlsx(
  fd: number,
  size: number,
  plan: ReadPlan,
  announce: (info: TableInfo) => void,
): AsyncGenerator<WireBatch> {
  const { limits } = plan;
  const zip = await ZipArchive.open(fd, limits);
  const workbook = await readWorkbook(zip, limits);
  const visible = workbook.sheets.filter((sheet) => sheet.visible);
  const chosen = await firstWithContent(zip, visible);
  if (chosen === undefined) throw new TabularError('empty');
  const { sheet, tail, prefix } = chosen;
  const unreadSheets = visible.slice(visible.indexOf(sheet) + 1).map((other) => other.name);
  const part = workbook.sharedStringsPart;
  const strings = part === undefined ? [] : await readSharedStrings(zip, part, limits);
  announce({ kind: 'xlsx', bytesTotal: size, sheetName: sheet.name, unreadSheets });
  const out = new BatchBuilder(plan);
  const merges = new VerticalMerges(tail, limits.maxMerges, limits.maxColumns);
  const { styles, date1904 } = workbook;
  const rows = new SheetRows({ prefix, strings, styles, date1904, merges, limits }, out);
  const cutter = new ElementCutter(prefix, 'row', 'sheetData', limits.maxRecordChars);
  const text = partText(zip, sheet.part, (share) => {
    out.bytesRead = Math.floor(size * share);
  });
  for await (const chunk of text) {
    if (cutter.ended) break;
    cutter.push(chunk);
    for (let row = cutter.next(); row !== undefined; row = cutter.next()) rows.add(row);
    yield* out.drain();
  }
  out.bytesRead = size;
  out.flush();
  yield* out.drain();
  if (out.rowCount === 0) throw new TabularError('empty');
}

interface ChosenSheet {
  sheet: SheetPart;
  /** What follows the rows. */
  tail: string;
  prefix: string;
}

async function firstWithContent(zip: ZipArchive, sheets: readonly SheetPart[]): Promise<ChosenSheet | undefined> {
  for (const sheet of sheets) {
    const pass = await verifySheet(zip, sheet);
    if (pass !== undefined) return pass;
  }
  return undefined;
}

/** Reads a whole sheet without keeping it; undefined when it has no values. */
async function verifySheet(zip: ZipArchive, sheet: SheetPart): Promise<ChosenSheet | undefined> {
  let prefix: string | undefined;
  let stop = '';
  let before = '';
  let tail: string | undefined;
  let hasValues = false;
  for await (const chunk of partText(zip, sheet.part)) {
    if (prefix === undefined) {
      prefix = rootPrefix(chunk);
      stop = `</${prefix}sheetData>`;
    }
    if (tail !== undefined) {
      if (tail.length < MAX_TAIL_CHARS) tail += chunk;
      continue;
    }
    const text = before + chunk;
    hasValues ||= VALUE.test(text);
    const end = text.indexOf(stop);
    if (end >= 0) tail = text.slice(end + stop.length);
    before = text.slice(-64);
  }
  return hasValues ? { sheet, tail: tail ?? '', prefix: prefix ?? '' } : undefined;
}
