/** Sheets of policy as a clerk would send them: the template of what is in force, with some rows written otherwise. */
import type { AppContext } from '../../server/src/context.ts';
import { policySource } from '../../server/src/modules/policy/index.ts';
import { isSheetKind, type SheetFile, templateOf } from '../../server/src/modules/policyDesk/index.ts';
import { xlsxPieces } from '../../server/src/platform/tabular/index.ts';
import { multipartOf } from './http-city.ts';

export type SheetRow = Record<string, string>;

export async function policySheet(
  ctx: AppContext,
  kind: string,
  key: string,
  change: (rows: SheetRow[]) => SheetRow[] = (rows) => rows,
): Promise<Buffer> {
  const file = policySource(ctx.policy()).files.findLast(
    (one): one is SheetFile => isSheetKind(one.kind) && one.kind === kind && one.key === key,
  );
  if (!file) throw new Error(`no ${kind}/${key}`);
  const [sheet] = templateOf(file, ctx.policy()).sheets;
  if (!sheet) throw new Error('no sheet');
  const names = sheet.header.map((text) => text.replace('*', ''));
  const rows: SheetRow[] = [];
  for await (const row of sheet.rows) rows.push(Object.fromEntries(names.map((name, at) => [name, row[at] ?? ''])));
  const changed = change(rows).map((row) => names.map((name) => row[name] ?? ''));
  const pieces: Buffer[] = [];
  for await (const piece of xlsxPieces({ sheets: [{ ...sheet, rows: changed }] })) pieces.push(piece);
  return Buffer.concat(pieces);
}

export const sheetUpload = (content: Buffer) => multipartOf([{ name: 'file', content, fileName: '政策.xlsx' }]);
