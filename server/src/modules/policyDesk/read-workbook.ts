/** The workbook of a kind, out and in: its second row says what it was made from, so that two clerks do not overwrite each other. */
import { DomainError } from '../../platform/errors.ts';
import { findHeader, openTable, TabularError, type WorkbookSpec } from '../../platform/tabular/index.ts';
import { hashOf, type PolicyRuntime } from '../policy/index.ts';
import { columnsOf, type GivenRow, type SheetFile, type SheetKind, toRows } from './sheets.ts';

const maxRows = 20_000;
const mark = /政策模板\s+(\w+)\/([\w.-]+)\s+版本\s+([0-9a-f]{64}|无)/;

export function templateOf(file: SheetFile, policy: PolicyRuntime): WorkbookSpec {
  const columns = columnsOf[file.kind];
  const hints = columns.map((column) => `${column.heading}：${column.hint}`).join('；');
  return {
    sheets: [
      {
        name: file.name.zh,
        header: columns.map((column) => `${column.heading}${column.required ? '*' : ''}`),
        note: `政策模板 ${file.kind}/${file.key} 版本 ${hashOf(file)}（请保留本行）。${hints}`,
        rows: toRows(file, policy).map((cells) => columns.map((column) => cells[column.key] ?? '')),
        columns: columns.map((column) => ({
          width: ['when', 'require', 'messageZh', 'contents'].includes(column.key) ? 40 : 18,
        })),
      },
    ],
  };
}

/** What a row of a sheet says it was made from. */
export function statedIn(cells: readonly string[]): { kind: string; key: string; hash: string } | null {
  const said = mark.exec(cells[0] ?? '');
  return said && { kind: said[1] ?? '', key: said[2] ?? '', hash: said[3] ?? '' };
}

export interface Workbook {
  readonly rows: readonly GivenRow[];
  /** What the template was made from; absent in a sheet that somebody made by hand. */
  readonly stated: { readonly kind: string; readonly key: string; readonly hash: string } | null;
}

const heading = (text: string): string => text.normalize('NFKC').replace(/[\s*]/g, '');

const refusal = (zh: string, en: string): DomainError => new DomainError('unprocessable', { zh, en });

/** Throws `unprocessable` with the missing columns, or with what is wrong with the file. */
export async function readWorkbook(path: string, kind: SheetKind): Promise<Workbook> {
  try {
    return await read(path, kind);
  } catch (error) {
    if (error instanceof TabularError)
      throw new DomainError('unprocessable', {
        zh: `${error.zh}${error.fixZh}`,
        en: `${error.en} ${error.fixEn}`,
        cause: error,
      });
    throw error;
  }
}

async function read(path: string, kind: SheetKind): Promise<Workbook> {
  const columns = columnsOf[kind];
  const table = openTable(path, { limits: { maxRows } });
  const found = await findHeader(table, (cells) => {
    const keys = cells.map(heading);
    const places = new Map(columns.map((column) => [column.key, keys.indexOf(heading(column.heading))] as const));
    const hits = columns.filter((column) => column.required && (places.get(column.key) ?? -1) >= 0).length;
    return hits * 2 >= columns.filter((column) => column.required).length ? places : null;
  });
  if (!found) {
    await table.close();
    const names = columns.map((column) => column.heading).join('、');
    throw refusal(
      `没有找到表头（${names}），请下载模板后填写。`,
      'The headings were not found. Download the template and fill it in.',
    );
  }
  const missing = columns.filter((column) => column.required && (found.match.get(column.key) ?? -1) < 0);
  if (missing.length > 0) {
    await table.close();
    const names = missing.map((column) => column.heading);
    throw refusal(
      `缺少列：${names.join('、')}。请使用最新模板，保留所有列。`,
      `Columns are missing: ${names.join(', ')}. Use the present template and keep all columns.`,
    );
  }
  const rows: GivenRow[] = [];
  let stated: Workbook['stated'] = null;
  for await (const batch of found.batches) {
    for (const row of batch.rows) {
      const said = statedIn(row.cells);
      if (said) stated = said;
      if (said || row.cells.every((cell) => cell.trim() === '')) continue;
      const cells: Record<string, string> = {};
      for (const column of columns) {
        const at = found.match.get(column.key) ?? -1;
        cells[column.key] = (row.cells[at] ?? '').replaceAll('\r\n', '\n').trim();
      }
      rows.push({ row: row.rowNumber, cells });
    }
  }
  if (rows.length === 0) throw refusal('表中没有数据行。', 'There is no row below the headings.');
  return { rows, stated };
}
