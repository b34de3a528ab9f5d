import type { Writable } from 'node:stream';
import { type RowSource, sendAll } from './bytes-out.ts';
import { neutralise } from './cell-text.ts';

export interface WriteCsvOptions {
  /**
   * Guard against formulas (default true): text beginning with = + - @, tab or carriage return gets a `'` before it,
   * so that Excel shows it instead of evaluating it; plain signed numbers are left alone. `openTable` takes the guard
   * away again. Set to false for machine output, and read that with `unneutralise: false`.
   */
  neutralise?: boolean;
}

const PIECE_CHARS = 64 * 1024;
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$|^sep=|^\ufeff/i;

/** UTF-8 with byte order mark (Excel takes it for GBK otherwise), CRLF. Ends the stream. Memory is flat. */
export async function writeCsv(
  stream: Writable,
  header: readonly string[],
  rows: RowSource,
  options: WriteCsvOptions = {},
): Promise<void> {
  await sendAll(csvPieces(header, rows, options), stream);
}

/** The same as pieces of text, for an HTTP reply. */
export async function* csvPieces(
  header: readonly string[],
  rows: RowSource,
  options: WriteCsvOptions = {},
): AsyncGenerator<string> {
  const guard = options.neutralise ?? true;
  let piece = `\ufeff${csvLine(header, guard)}`;
  for await (const row of rows) {
    piece += csvLine(row, guard);
    if (piece.length < PIECE_CHARS) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

function csvLine(cells: readonly string[], guard: boolean): string {
  return `${cells.map((cell) => csvCell(cell, guard)).join(',')}\r\n`;
}

function csvCell(cell: string, guard: boolean): string {
  const text = (guard ? neutralise(cell) : cell).toWellFormed();
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
