/** Planned files → bytes: CSV in the encodings that departments send, or a workbook. Streaming, memory flat. */
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import iconv from 'iconv-lite';
import { writeXlsx } from '../platform/tabular/index.ts';
import type { CityPlan, FileEncoding, FilePlan, PlannedRow } from './plan-city.ts';

const CHUNK_CHARACTERS = 1 << 16;
const NEEDS_QUOTES = /[",\r\n]/;
export const csvLine = (cells: readonly string[]): string => {
  let line = '';
  for (let at = 0; at < cells.length; at += 1) {
    const cell = cells[at] ?? '';
    if (at > 0) line += ',';
    line += NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  }
  return `${line}\r\n`;
};

/** Not the platform's CSV writer: that guards against formulas, and real files do not. */
function* csvChunks(file: FilePlan, rows: Iterable<PlannedRow>, counted: { rows: number }): Generator<Buffer> {
  const encode = (text: string, encoding: FileEncoding): Buffer =>
    encoding === 'gb18030' ? iconv.encode(text, 'gb18030') : Buffer.from(text, 'utf8');
  let piece = `${file.encoding === 'utf-8-bom' ? '\ufeff' : ''}${csvLine(file.header)}`;
  if (file.note) piece += csvLine([file.note, ...file.header.slice(1).map(() => '')]);
  for (const row of rows) {
    counted.rows += 1;
    piece += csvLine(row.cells);
    if (piece.length < CHUNK_CHARACTERS) continue;
    yield encode(piece, file.encoding);
    piece = '';
  }
  if (piece) yield encode(piece, file.encoding);
}

const SLASHED = /^\d{4}\/\d{2}\/\d{2}$/;

function* sheetRows(file: FilePlan, rows: Iterable<PlannedRow>, counted: { rows: number }): Generator<string[]> {
  for (const row of rows) {
    counted.rows += 1;
    const cells = [...row.cells];
    for (const at of file.typedDates)
      if (SLASHED.test(cells[at] ?? '')) cells[at] = (cells[at] ?? '').replaceAll('/', '-');
    yield cells;
  }
}

/** Writes one file into a stream and ends it. Returns how many rows it has. */
export async function writePlannedFile(
  plan: CityPlan,
  file: FilePlan,
  stream: Writable,
  onRow?: (row: PlannedRow) => void,
): Promise<number> {
  const counted = { rows: 0 };
  const rows = onRow ? watched(plan.rows(file), onRow) : plan.rows(file);
  if (file.encoding !== 'xlsx') {
    await pipeline(Readable.from(csvChunks(file, rows, counted), { objectMode: true, highWaterMark: 2 }), stream);
    return counted.rows;
  }
  const typed = new Set(file.typedDates);
  await writeXlsx(stream, {
    sheets: [
      {
        name: 'Sheet1',
        header: file.header,
        columns: file.header.map((_, at) => (typed.has(at) ? { type: 'date' as const } : {})),
        rows: sheetRows(file, rows, counted),
        ...(file.note ? { note: file.note } : {}),
      },
    ],
  });
  return counted.rows;
}

function* watched(rows: Iterable<PlannedRow>, onRow: (row: PlannedRow) => void): Generator<PlannedRow> {
  for (const row of rows) {
    onRow(row);
    yield row;
  }
}

export const writePlannedFileTo = (
  plan: CityPlan,
  file: FilePlan,
  path: string,
  onRow?: (row: PlannedRow) => void,
): Promise<number> => writePlannedFile(plan, file, createWriteStream(path, { flags: 'wx' }), onRow);
