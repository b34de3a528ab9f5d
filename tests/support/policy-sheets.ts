/** Sheets of policy as a clerk would send them: the template of what is in force, with some rows written otherwise. */
import type { AppContext } from '../../server/src/context.ts';
import { policySource } from '../../server/src/modules/policy/index.ts';
import { isSheetKind, type SheetFile, templateOf } from '../../server/src/modules/policyDesk/index.ts';
import { xlsxPieces } from '../../server/src/platform/tabular/index.ts';
import { multipartOf } from './http-city.ts';

export type SheetRow = Record<string, string>;

async function sheetOf(ctx: AppContext, kind: string, key: string) {
  const file = policySource(ctx.policy()).files.findLast(
    (one): one is SheetFile => isSheetKind(one.kind) && one.kind === kind && one.key === key,
  );
  if (!file) throw new Error(`no ${kind}/${key}`);
  const [sheet] = templateOf(file, ctx.policy()).sheets;
  if (!sheet) throw new Error('no sheet');
  const names = sheet.header.map((text) => text.replace('*', ''));
  const rows: SheetRow[] = [];
  for await (const row of sheet.rows) rows.push(Object.fromEntries(names.map((name, at) => [name, row[at] ?? ''])));
  return { sheet, names, rows };
}

async function written(spec: Parameters<typeof xlsxPieces>[0]): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of xlsxPieces(spec)) pieces.push(piece);
  return Buffer.concat(pieces);
}

export async function policySheet(
  ctx: AppContext,
  kind: string,
  key: string,
  change: (rows: SheetRow[]) => SheetRow[] = (rows) => rows,
): Promise<Buffer> {
  const { sheet, names, rows } = await sheetOf(ctx, kind, key);
  const changed = change(rows).map((row) => names.map((name) => row[name] ?? ''));
  return written({ sheets: [{ ...sheet, rows: changed }] });
}

/** What is in force, as rows under the headings of the template. */
export const presentRows = async (ctx: AppContext, kind: string, key: string): Promise<SheetRow[]> =>
  (await sheetOf(ctx, kind, key)).rows;

/** A workbook that somebody made by hand: a title above, headings in their own order, nothing of the template. */
export const handMade = (title: string, headings: readonly string[], rows: readonly SheetRow[]): Promise<Buffer> =>
  written({
    sheets: [
      {
        name: '目录',
        header: [title],
        rows: [[...headings], ...rows.map((row) => headings.map((heading) => row[heading] ?? ''))],
      },
    ],
  });

export const sheetUpload = (content: Buffer) => multipartOf([{ name: 'file', content, fileName: '政策.xlsx' }]);
