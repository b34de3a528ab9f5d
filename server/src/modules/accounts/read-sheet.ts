/** An uploaded sheet of a known template: columns found by their headings, each row checked for what a cell may not be. */

import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { AppContext } from '../../context.ts';
import { DomainError } from '../../platform/errors.ts';
import { FileTooLarge } from '../../platform/files.ts';
import { newId } from '../../platform/ids.ts';
import { findHeader, openTable, type TableRow, TabularError } from '../../platform/tabular/index.ts';

export interface SheetColumn {
  readonly key: string;
  readonly heading: string;
  readonly required: boolean;
  /** Said in the row below the headings of the template. */
  readonly hint: string;
  /** Other headings that mean the same, as lists made elsewhere have them. */
  readonly aliases?: readonly string[];
}

export interface SheetReading {
  /** Default: `maxSheetBytes`. */
  readonly maxBytes?: number;
  /** Rows that the caller does not take, by all their cells: they are passed over and not given out. */
  readonly skip?: (cells: readonly string[]) => boolean;
}

export interface SheetProblem {
  readonly column: string | null;
  readonly zh: string;
  readonly en: string;
}

export interface SheetRow {
  readonly row: number;
  readonly cells: Readonly<Record<string, string>>;
  readonly problems: readonly SheetProblem[];
}

export const maxSheetBytes = 5 * 1024 * 1024;
const headingKey = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\s*（）()]/g, '')
    .toUpperCase();
/** The first cell of the template's row of hints. */
export const hintMark = '填写说明';

const tooLarge = (maxBytes: number): DomainError =>
  new DomainError('too-large', {
    zh: `文件超过 ${maxBytes / 1024 ** 2} MB，请确认选对了文件，或拆分后分次导入。`,
    en: `The file is larger than ${maxBytes / 1024 ** 2} MB. Check that it is the right one, or split it.`,
  });

function refusal(error: unknown, maxBytes: number): never {
  if (error instanceof FileTooLarge) throw tooLarge(maxBytes);
  if (error instanceof TabularError) {
    throw new DomainError('unprocessable', {
      zh: `${error.zh}${error.fixZh}`,
      en: `${error.en} ${error.fixEn}`,
      cause: error,
    });
  }
  throw error;
}

/** Throws `unprocessable` for a file that is no table, of another template, or longer than the policy allows. */
export async function readSheet(
  ctx: AppContext,
  source: Readable,
  columns: readonly SheetColumn[],
  maxRows: number,
  reading: SheetReading = {},
): Promise<SheetRow[]> {
  const id = newId();
  const maxBytes = reading.maxBytes ?? maxSheetBytes;
  try {
    const stored = await ctx.files.put(id, source, maxBytes);
    // The multipart reader stops at its own limit without an error.
    if ('truncated' in source && source.truncated === true) throw tooLarge(maxBytes);
    const path = await ctx.files.readToTemporary(id, stored.fileKey);
    try {
      return await readRows(path, columns, maxRows, reading);
    } finally {
      await rm(path, { force: true });
    }
  } catch (error) {
    // The reader stops some rows after the limit (blank ones and hints do not count): the limit told is ours.
    if (error instanceof TabularError && error.code === 'too_many_rows') throw tooManyRows(maxRows);
    return refusal(error, maxBytes);
  } finally {
    await ctx.files.remove(id);
  }
}

type Places = ReadonlyMap<string, number>;

function placesOf(cells: readonly string[], columns: readonly SheetColumn[]): Places | null {
  const keys = cells.map(headingKey);
  const places = new Map<string, number>();
  for (const column of columns) {
    const at = [column.heading, ...(column.aliases ?? [])]
      .map((heading) => keys.indexOf(headingKey(heading)))
      .find((found) => found >= 0);
    if (at !== undefined) places.set(column.key, at);
  }
  if (places.size === 0) return null;
  // Half of the required headings is this template with some missing; fewer is another.
  const required = columns.filter((column) => column.required);
  return required.filter((column) => places.has(column.key)).length * 2 >= required.length ? places : null;
}

const tooManyRows = (maxRows: number): DomainError =>
  new DomainError('unprocessable', {
    zh: `一次最多导入 ${maxRows} 行，请拆分后分次导入。`,
    en: `At most ${maxRows} rows are imported at once. Split the file.`,
  });

async function readRows(
  path: string,
  columns: readonly SheetColumn[],
  maxRows: number,
  { skip }: SheetReading,
): Promise<SheetRow[]> {
  const table = openTable(path, { limits: { maxRows: maxRows + 100 } });
  const found = await findHeader(table, (cells) => placesOf(cells, columns));
  if (!found) {
    await table.close();
    throw new DomainError('unprocessable', {
      zh: `这不是本页的模板：没有找到表头（${columns.map((column) => column.heading).join('、')}）。请下载模板后填写。`,
      en: 'This is not the template of this page: its headings were not found. Download the template and fill it in.',
    });
  }
  const missing = columns.filter((column) => column.required && !found.match.has(column.key));
  if (missing.length > 0) {
    await table.close();
    throw new DomainError('unprocessable', {
      zh: `缺少列：${missing.map((column) => column.heading).join('、')}。请使用最新模板。`,
      en: `Columns are missing: ${missing.map((column) => column.heading).join(', ')}. Use the present template.`,
    });
  }
  const rows: SheetRow[] = [];
  let skipped = 0;
  for await (const batch of found.batches) {
    for (const row of batch.rows) {
      if (row.cells.every((cell) => cell.trim() === '') || row.cells[0]?.startsWith(hintMark)) continue;
      if (rows.length + skipped >= maxRows) {
        await table.close();
        throw tooManyRows(maxRows);
      }
      if (skip?.(row.cells)) skipped++;
      else rows.push(sheetRow(row, columns, found.match));
    }
  }
  if (rows.length + skipped === 0)
    throw new DomainError('unprocessable', {
      zh: '表中没有数据行，请在表头下方填写。',
      en: 'There is no row below the headings.',
    });
  return rows;
}

function sheetRow(row: TableRow, columns: readonly SheetColumn[], places: Places): SheetRow {
  const problems: SheetProblem[] = [];
  const cells: Record<string, string> = {};
  for (const column of columns) {
    const at = places.get(column.key);
    cells[column.key] = at === undefined ? '' : (row.cells[at] ?? '').trim();
    for (const flag of row.flags ?? []) {
      if (flag.column !== at || flag.kind === 'date' || flag.kind === 'merged') continue;
      problems.push({
        column: column.heading,
        zh:
          flag.kind === 'formula'
            ? '单元格是公式，请改为填写值'
            : '单元格内容无法识别（错误值、超长或被改动的数字），请重填',
        en:
          flag.kind === 'formula'
            ? 'the cell is a formula; enter the value'
            : 'the cell cannot be read; enter it again as text',
      });
    }
    if (column.required && cells[column.key] === '')
      problems.push({ column: column.heading, zh: '必填', en: 'is required' });
  }
  return { row: row.rowNumber, cells, problems };
}
