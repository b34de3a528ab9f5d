/** Rows of a CSV by heading, for benchmarks that are given a file. */
import type { Readable } from 'node:stream';

/** Quotes, doubled quotes and line feeds within them (RFC 4180); UTF-8 with or without a mark. */
export async function* readCsvRows(source: Readable): AsyncGenerator<Record<string, string>> {
  let text = '';
  source.setEncoding('utf8');
  for await (const chunk of source) text += String(chunk);
  let header: string[] | null = null;
  for (const cells of parseCsv(text.replace(/^\ufeff/, ''))) {
    if (header === null) header = cells;
    else yield Object.fromEntries(header.map((heading, at) => [heading.trim(), cells[at] ?? '']));
  }
}

function* parseCsv(text: string): Generator<string[]> {
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] ?? '';
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') {
        cell += '"';
        at++;
      } else quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === ',') {
      cells.push(cell);
      cell = '';
    } else if (sign === '\n') {
      yield [...cells, cell.replace(/\r$/, '')];
      cells = [];
      cell = '';
    } else cell += sign;
  }
  if (cell !== '' || cells.length > 0) yield [...cells, cell];
}
