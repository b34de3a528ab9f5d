import type { Writable } from 'node:stream';
import { type RowSource, sendAll } from './bytes-out.ts';
import { ZipWriter } from './zip-writer.ts';

export interface ColumnSpec {
  /** In characters; default 18. */
  width?: number;
  /** `text` (default) keeps long digit strings; `number` and `date` (ISO day) fall back to text when the value is neither. */
  type?: 'text' | 'number' | 'date';
}

export interface SheetSpec {
  /** Cut to 31 characters, forbidden ones replaced. */
  name: string;
  header: readonly string[];
  columns?: readonly ColumnSpec[];
  rows: RowSource;
  /** A row below the header, merged over all columns (the 表格说明 of a template). */
  note?: string;
}

export interface WorkbookSpec {
  sheets: readonly SheetSpec[];
}

/** Rows that a sheet can hold. */
export const MAX_SHEET_ROWS = 1_048_576;
/** Characters that Excel keeps in a cell; longer text is cut and ends with an ellipsis. */
const MAX_CELL_CHARS = 32_767;
const PIECE_CHARS = 64 * 1024;
const STYLE = { header: 1, text: 2, date: 3, note: 4, number: 0 } as const;
const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';

/**
 * A workbook of text, written row by row with flat memory; ends the stream. Text is inline, never a formula: Excel
 * does not evaluate it, so nothing has to be neutralised. Throws `RangeError` beyond 1,048,576 rows in a sheet.
 */
export async function writeXlsx(stream: Writable, spec: WorkbookSpec): Promise<void> {
  await sendAll(xlsxPieces(spec), stream);
}

/** The same as pieces of bytes, for an HTTP reply. */
export async function* xlsxPieces(spec: WorkbookSpec): AsyncGenerator<Buffer> {
  if (spec.sheets.length === 0) throw new RangeError('a workbook needs a sheet');
  const zip = new ZipWriter();
  const names = sheetNames(spec.sheets);
  yield* zip.part('[Content_Types].xml', [contentTypes(names.length)]);
  yield* zip.part('_rels/.rels', [packageRelations()]);
  yield* zip.part('xl/workbook.xml', [workbookXml(names)]);
  yield* zip.part('xl/_rels/workbook.xml.rels', [workbookRelations(names.length)]);
  yield* zip.part('xl/styles.xml', [STYLES]);
  for (const [index, sheet] of spec.sheets.entries()) {
    yield* zip.part(`xl/worksheets/sheet${index + 1}.xml`, sheetXml(sheet, index === 0));
  }
  yield zip.end();
}

async function* sheetXml(sheet: SheetSpec, first: boolean): AsyncGenerator<string> {
  const { header, columns = [], note } = sheet;
  const letters = header.map((_, index) => columnLetters(index));
  const widths = header
    .map((_, i) => `<col min="${i + 1}" max="${i + 1}" width="${columns[i]?.width ?? 18}" customWidth="1" style="2"/>`)
    .join('');
  let piece =
    `${DECLARATION}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"${first ? ' tabSelected="1"' : ''}>` +
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
    `${widths === '' ? '' : `<cols>${widths}</cols>`}<sheetData>`;
  let number = 1;
  piece += rowXml(
    number,
    header.map((text, i) => textCell(letters[i] ?? columnLetters(i), number, text, STYLE.header)),
  );
  if (note !== undefined) {
    number++;
    piece += `<row r="${number}" ht="60" customHeight="1">${textCell('A', number, note, STYLE.note)}</row>`;
  }
  for await (const row of sheet.rows) {
    if (++number > MAX_SHEET_ROWS) throw new RangeError(`a sheet holds at most ${MAX_SHEET_ROWS} rows`);
    const at = number;
    piece += rowXml(
      at,
      row.map((text, i) => cellXml(letters[i] ?? columnLetters(i), at, text, columns[i]?.type)),
    );
    if (piece.length < PIECE_CHARS) continue;
    yield piece;
    piece = '';
  }
  const merge =
    note !== undefined && header.length > 1
      ? `<mergeCells count="1"><mergeCell ref="A2:${letters.at(-1)}2"/></mergeCells>`
      : '';
  yield `${piece}</sheetData>${merge}</worksheet>`;
}

function rowXml(number: number, cells: readonly string[]): string {
  return `<row r="${number}">${cells.join('')}</row>`;
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

function cellXml(letters: string, row: number, text: string, type: ColumnSpec['type']): string {
  if (text === '') return '';
  if (type === 'number' && NUMBER.test(text) && text.replace(/\D/g, '').length <= 15) {
    return `<c r="${letters}${row}" s="${STYLE.number}"><v>${text}</v></c>`;
  }
  const serial = type === 'date' ? isoToSerial(text) : undefined;
  if (serial !== undefined) return `<c r="${letters}${row}" s="${STYLE.date}"><v>${serial}</v></c>`;
  return textCell(letters, row, text, STYLE.text);
}

/** Days in the 1900 system; undefined for what is no day or lies before March 1900, where Excel counts wrongly. */
function isoToSerial(text: string): number | undefined {
  const match = ISO_DAY.exec(text);
  if (match === null) return undefined;
  const time = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  if (new Date(time).toISOString().slice(0, 10) !== text) return undefined;
  const serial = Math.round((time - Date.UTC(1899, 11, 30)) / 86_400_000);
  return serial > 60 ? serial : undefined;
}

function textCell(letters: string, row: number, text: string, style: number): string {
  if (text === '') return `<c r="${letters}${row}" s="${style}"/>`;
  const kept = text.length > MAX_CELL_CHARS ? `${text.slice(0, MAX_CELL_CHARS - 1)}…` : text;
  return `<c r="${letters}${row}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${xmlText(kept)}</t></is></c>`;
}

const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
const ESCAPE_LIKE = /_(?=x[0-9a-f]{4}[_\r])/gi;
const SPECIAL: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '_x000D_',
};

/** Text as XML: characters that XML forbids are left out, a carriage return and `_x0041_` escaped as Excel does. */
function xmlText(text: string): string {
  return text
    .replace(NOT_XML, '')
    .replace(ESCAPE_LIKE, '_x005F_')
    .replace(/[&<>"\r]/g, (found) => SPECIAL[found] ?? '');
}

/** A, B, … Z, AA, … */
export function columnLetters(index: number): string {
  let letters = '';
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return letters;
}

/** Names as Excel allows them: no `: \ / ? * [ ]`, no apostrophe at the ends, at most 31 characters, all different. */
function sheetNames(sheets: readonly SheetSpec[]): string[] {
  const used = new Set<string>();
  return sheets.map(({ name }, index) => {
    const clean =
      name
        .replace(/[:\\/?*[\]]/g, ' ')
        .replace(/^'+|'+$/g, '')
        .replace(NOT_XML, '')
        .trim() || `Sheet${index + 1}`;
    let unique = clean.slice(0, 31).toWellFormed();
    for (let n = 2; used.has(unique.toLowerCase()); n++) unique = `${clean.slice(0, 26)} (${n})`;
    used.add(unique.toLowerCase());
    return unique;
  });
}

function contentTypes(sheets: number): string {
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  const parts = Array.from(
    { length: sheets },
    (_, i) => `<Override PartName="/xl/worksheets/sheet${i + 1}.xml" ContentType="${type}.worksheet+xml"/>`,
  );
  return (
    `${DECLARATION}<Types xmlns="${PACKAGE}/content-types">` +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
    '<Default Extension="xml" ContentType="application/xml"/>' +
    `<Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/>` +
    `<Override PartName="/xl/styles.xml" ContentType="${type}.styles+xml"/>${parts.join('')}</Types>`
  );
}

function packageRelations(): string {
  return (
    `${DECLARATION}<Relationships xmlns="${PACKAGE}/relationships">` +
    `<Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`
  );
}

function workbookXml(names: readonly string[]): string {
  const sheets = names.map((name, i) => `<sheet name="${xmlText(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`);
  return `${DECLARATION}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${sheets.join('')}</sheets></workbook>`;
}

function workbookRelations(sheets: number): string {
  const links = Array.from(
    { length: sheets },
    (_, i) => `<Relationship Id="rId${i + 1}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`,
  );
  links.push(`<Relationship Id="rId${sheets + 1}" Type="${OFFICE}/styles" Target="styles.xml"/>`);
  return `${DECLARATION}<Relationships xmlns="${PACKAGE}/relationships">${links.join('')}</Relationships>`;
}

const STYLES =
  `${DECLARATION}<styleSheet xmlns="${MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>` +
  '<fonts count="3"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="11"/><name val="宋体"/></font>' +
  '<font><i/><sz val="10"/><color rgb="FF666666"/><name val="宋体"/></font></fonts>' +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5">' +
  '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' +
  '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyAlignment="1"><alignment vertical="center" wrapText="1"/></xf>' +
  '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>' +
  '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>' +
  '<xf numFmtId="49" fontId="2" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>' +
  '</cellXfs></styleSheet>';
