import type { TableBatch, TableRow } from './types.ts';

export interface FoundHeader<Match> {
  match: Match;
  /** The header row itself. */
  header: TableRow;
  /** Rows above it (a title, a form number). */
  before: TableRow[];
  /** Every row below it, from where the search ended. */
  batches: AsyncGenerator<TableBatch>;
}

/**
 * Looks for the header among the first rows; undefined when none of them matches. The rows below come in order and
 * without loss. When it is not found, or `batches` is not read to its end, close the table.
 */
export async function findHeader<Match>(
  table: AsyncIterable<TableBatch>,
  match: (cells: string[]) => Match | null,
  options: { scanRows?: number } = {},
): Promise<FoundHeader<Match> | undefined> {
  const scanRows = options.scanRows ?? 10;
  const source = table[Symbol.asyncIterator]();
  const before: TableRow[] = [];
  for (;;) {
    const next = await source.next();
    if (next.done === true) return undefined;
    const batch = next.value;
    for (const [index, row] of batch.rows.entries()) {
      if (before.length >= scanRows) {
        await source.return?.();
        return undefined;
      }
      const found = match(row.cells);
      if (found !== null) {
        const rest = { ...batch, rows: batch.rows.slice(index + 1) };
        return { match: found, header: row, before, batches: after(rest, source) };
      }
      before.push(row);
    }
  }
}

async function* after(first: TableBatch, source: AsyncIterator<TableBatch>): AsyncGenerator<TableBatch> {
  try {
    if (first.rows.length > 0) yield first;
    for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
  } finally {
    await source.return?.();
  }
}

/** How a row differs from the header's width; undefined when it fits. Empty cells at the end never count as too many. */
export function widthProblem(
  row: TableRow,
  columns: number,
  kind: 'csv' | 'xlsx',
): { kind: 'short' | 'long'; cells: number; columns: number } | undefined {
  let cells = row.cells.length;
  // A workbook leaves empty cells at the end out, so a short row there says nothing.
  if (cells < columns) return kind === 'csv' ? { kind: 'short', cells, columns } : undefined;
  while (cells > columns && (row.cells[cells - 1] ?? '').trim() === '') cells--;
  return cells > columns ? { kind: 'long', cells, columns } : undefined;
}
