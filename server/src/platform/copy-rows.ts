/** COPY … FROM STDIN in text format: the fast way in, for rows that are already decided. */
import { once } from 'node:events';
import { from as copyFrom } from 'pg-copy-streams';
import type { Transaction } from './db.ts';

export type CopyValue =
  | string
  | number
  | bigint
  | boolean
  | Buffer
  | Date
  | readonly string[]
  | null
  | undefined
  | { json: unknown };

const NEEDS_ESCAPE = /[\\\t\n\r]/;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
/** Text as a COPY column; for callers that escape ahead of time. */
export const escapeCopyText = (text: string): string =>
  NEEDS_ESCAPE.test(text) ? text.replace(/[\\\t\n\r]/g, (sign) => ESCAPES[sign] ?? sign) : text;
const MEANT: Record<string, string> = { t: '\t', n: '\n', r: '\r' };
export const unescapeCopyText = (column: string): string =>
  column.includes('\\') ? column.replace(/\\(.)/gs, (_, sign: string) => MEANT[sign] ?? sign) : column;
const arrayItem = (text: string): string => `"${text.replace(/["\\]/g, (sign) => `\\${sign}`)}"`;

function encode(value: CopyValue): string {
  if (value === null || value === undefined) return '\\N';
  if (typeof value === 'string') return escapeCopyText(value);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (Buffer.isBuffer(value)) return `\\\\x${value.toString('hex')}`;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return escapeCopyText(`{${value.map(arrayItem).join(',')}}`);
  return escapeCopyText(JSON.stringify((value as { json: unknown }).json));
}

/** Columns of a line, without its end. */
export function copyColumns(values: readonly CopyValue[]): string {
  let line = '';
  for (let at = 0; at < values.length; at += 1) line += at === 0 ? encode(values[at]) : `\t${encode(values[at])}`;
  return line;
}

/** One line of a COPY, ending in a line feed. */
export const copyLine = (values: readonly CopyValue[]): string => `${copyColumns(values)}\n`;

/** Lines are joined up to this many characters before they go to the socket. */
const CHUNK = 1 << 18;

/** Copies lines made by {@link copyLine}. Table and columns are names of the program, never input. Errors: those of the constraint that a row breaks. */
export async function copyLines(
  tx: Transaction,
  table: string,
  columns: readonly string[],
  lines: Iterable<string>,
): Promise<void> {
  const iterator = lines[Symbol.iterator]();
  let next = iterator.next();
  if (next.done) return;
  const stream = tx.query(copyFrom(`COPY ${table} (${columns.join(', ')}) FROM STDIN`));
  const finished = new Promise<void>((resolve, reject) => {
    stream.once('finish', resolve);
    stream.once('error', reject);
  });
  // The promise is awaited below; until then a failure must not count as unhandled.
  finished.catch(() => undefined);
  try {
    let chunk = '';
    // Lines are made while the server reads those before: a lazy iterable keeps both busy.
    for (; !next.done; next = iterator.next()) {
      chunk += next.value;
      if (chunk.length < CHUNK) continue;
      if (!stream.write(chunk) && !stream.destroyed) await Promise.race([once(stream, 'drain'), finished]);
      chunk = '';
    }
    stream.end(chunk);
  } catch (error) {
    // Otherwise the server would wait for the rest of the COPY for ever.
    stream.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
  await finished;
}
