import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { unpackBatch } from './batch-builder.ts';
import { withLimits } from './limits.ts';
import { type OpenTableOptions, openTable } from './open-table.ts';
import { readCsv } from './read-csv.ts';
import { readXlsx } from './read-xlsx.ts';
import { withFile } from './sniff.ts';
import type { TableInfo, TableRow } from './types.ts';
import { ZipWriter } from './zip-writer.ts';

/** A folder for the files of one test file, removed at its end. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tabular-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

let files = 0;

/** Writes bytes to a new file without any telling extension. */
export function fileOf(folder: string, bytes: string | Uint8Array): string {
  const path = join(folder, `upload-${files++}`);
  writeFileSync(path, bytes);
  return path;
}

/** A new file written by a stream writer. */
export async function writtenFile(
  folder: string,
  write: (stream: NodeJS.WritableStream & import('node:stream').Writable) => Promise<void>,
): Promise<string> {
  const path = join(folder, `written-${files++}`);
  await write(createWriteStream(path));
  return path;
}

/** All rows of a file, read through the worker. */
export async function readAll(
  path: string,
  options?: OpenTableOptions,
): Promise<{ info: TableInfo; rows: TableRow[] }> {
  const table = openTable(path, options);
  const info = await table.info();
  const rows: TableRow[] = [];
  for await (const batch of table) rows.push(...batch.rows);
  return { info, rows };
}

/** Rows of a workbook, read in this thread: for properties with many small files. */
export function readXlsxHere(path: string): Promise<TableRow[]> {
  return readHere(path, readXlsx);
}

/** Rows of a text table, read in this thread. */
export function readCsvHere(path: string): Promise<TableRow[]> {
  return readHere(path, readCsv);
}

async function readHere(path: string, read: typeof readXlsx | typeof readCsv): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  const plan = { limits: withLimits(), batchRows: 2_000, unneutralise: true };
  await withFile(path, async (fd, size) => {
    for await (const batch of read(fd, size, plan, () => {})) rows.push(...unpackBatch(batch));
  });
  return rows;
}

/** A zip of the given parts. */
export async function zipOf(parts: Readonly<Record<string, string | Iterable<string>>>): Promise<Buffer> {
  const zip = new ZipWriter();
  const chunks: Buffer[] = [];
  for (const [name, text] of Object.entries(parts)) {
    for await (const chunk of zip.part(name, typeof text === 'string' ? [text] : text)) chunks.push(chunk);
  }
  chunks.push(zip.end());
  return Buffer.concat(chunks);
}

export interface HandMadeSheet {
  name?: string;
  state?: string;
  /** Content of `worksheet`, or pieces of it. */
  xml: string | Iterable<string>;
}

export interface HandMade {
  sheets: HandMadeSheet[];
  /** Content of `sst`. */
  strings?: string;
  /** Content of `styleSheet`. */
  styles?: string;
  workbookPr?: string;
  contentType?: string;
  extra?: Readonly<Record<string, string>>;
}

const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml';

/** A workbook from raw XML, to test what no writer would produce. */
export function workbookOf(made: HandMade): Promise<Buffer> {
  const { sheets } = made;
  const parts: Record<string, string | Iterable<string>> = {
    '[Content_Types].xml': `<Types><Override PartName="/xl/workbook.xml" ContentType="${made.contentType ?? TYPE}"/></Types>`,
    '_rels/.rels': `<Relationships><Relationship Id="r" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook ${MAIN} xmlns:r="${OFFICE}">${made.workbookPr ?? ''}<sheets>${sheets
      .map(
        ({ name, state }, i) =>
          `<sheet name="${name ?? `S${i + 1}`}" sheetId="${i + 1}"${state === undefined ? '' : ` state="${state}"`} r:id="rId${i + 1}"/>`,
      )
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${sheets
      .map(
        (_, i) => `<Relationship Id="rId${i + 1}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`,
      )
      .join('')}<Relationship Id="s" Type="${OFFICE}/sharedStrings" Target="sharedStrings.xml"/>${
      made.styles === undefined ? '' : `<Relationship Id="t" Type="${OFFICE}/styles" Target="styles.xml"/>`
    }</Relationships>`,
    'xl/sharedStrings.xml': `<sst ${MAIN}>${made.strings ?? ''}</sst>`,
    ...made.extra,
  };
  if (made.styles !== undefined) parts['xl/styles.xml'] = `<styleSheet ${MAIN}>${made.styles}</styleSheet>`;
  for (const [i, { xml }] of sheets.entries()) {
    parts[`xl/worksheets/sheet${i + 1}.xml`] = typeof xml === 'string' ? `<worksheet ${MAIN}>${xml}</worksheet>` : xml;
  }
  return zipOf(parts);
}

/** A sheet's rows around the given `<row>` elements. */
export function sheetData(rows: string, tail = ''): string {
  return `<sheetData>${rows}</sheetData>${tail}`;
}
