/** A dump is a folder: a table for each template, and the files of records that `records` names. Nothing else is read. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DomainError, EnvironmentError } from '../../platform/errors.ts';
import { findHeader, openTable, type TableRow, TabularError } from '../../platform/tabular/index.ts';
import { type Template, type TemplateKey, templateKeys, templates } from './templates.ts';

/** Rows of one table of a dump: reports of many years. */
const maxRows = 2_000_000;

export interface DumpRow {
  readonly row: number;
  readonly cells: Readonly<Record<string, string>>;
}

export interface Dump {
  readonly folder: string;
  readonly tables: ReadonlyMap<TemplateKey, string>;
}

/** Throws EnvironmentError where the folder cannot be read, `unprocessable` where it is no dump. */
export function openDump(folder: string): Dump {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new EnvironmentError(`找不到目录 ${folder}。`, `There is no folder ${folder}.`);
  const names = readdirSync(folder);
  const tables = new Map<TemplateKey, string>();
  for (const key of templateKeys) {
    const found = names.filter((name) => name === `${key}.csv` || name === `${key}.xlsx`);
    if (found.length > 1)
      throw new DomainError('unprocessable', {
        zh: `${key} 同时有 CSV 和 XLSX，请只保留一个。`,
        en: `There are both a CSV and an XLSX of ${key}. Keep one.`,
      });
    if (found[0]) tables.set(key, join(folder, found[0]));
  }
  if (tables.size === 0)
    throw new DomainError('unprocessable', {
      zh: `目录中没有任何模板文件（${templateKeys.join('、')}，.csv 或 .xlsx）。`,
      en: `The folder holds none of the templates (${templateKeys.join(', ')}; .csv or .xlsx).`,
    });
  return { folder: realpathSync(folder), tables };
}

/** A file of records inside the dump; null when there is none, or the name leads out of it. */
export function fileOfDump(dump: Dump, name: string): string | null {
  const path = join(dump.folder, 'records', name);
  if (!existsSync(path)) return null;
  const real = realpathSync(path);
  return real.startsWith(join(dump.folder, 'records') + sep) && statSync(real).isFile() ? real : null;
}

export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

const headingKey = (text: string): string => text.normalize('NFKC').replaceAll(/[\s*（）()]/g, '');

type Places = ReadonlyMap<string, number>;

function placesOf(cells: readonly string[], template: Template): Places | null {
  const keys = cells.map(headingKey);
  const places = new Map<string, number>();
  for (const column of template.columns) {
    const at = keys.indexOf(headingKey(column.heading));
    if (at >= 0) places.set(column.key, at);
  }
  return template.columns.every((column) => !column.required || places.has(column.key)) ? places : null;
}

function dumpRow(row: TableRow, template: Template, places: Places): DumpRow {
  const cells: Record<string, string> = {};
  for (const { key } of template.columns) {
    const at = places.get(key);
    cells[key] = at === undefined ? '' : (row.cells[at] ?? '').normalize('NFC').trim();
  }
  return { row: row.rowNumber, cells };
}

/** The rows of a template, in batches. Throws `unprocessable` where the headings are not those of the template. */
export async function* rowsOf(path: string, key: TemplateKey): AsyncGenerator<DumpRow> {
  const template = templates[key];
  const table = openTable(path, { limits: { maxRows } });
  try {
    const found = await findHeader(table, (cells) => placesOf(cells, template));
    if (!found)
      throw new DomainError('unprocessable', {
        zh: `${key} 的表头不符，应有：${template.columns.map(({ heading }) => heading).join('、')}。`,
        en: `The headings of ${key} are not those of the template (docs/operate/migrate.md).`,
      });
    for await (const batch of found.batches)
      for (const row of batch.rows)
        if (row.cells.some((cell) => cell.trim() !== '')) yield dumpRow(row, template, found.match);
  } catch (error) {
    if (!(error instanceof TabularError)) throw error;
    throw new DomainError('unprocessable', {
      zh: `${key}：${error.zh}${error.fixZh}`,
      en: `${key}: ${error.en}`,
      cause: error,
    });
  } finally {
    await table.close();
  }
}
