/** Columns of a department's table → columns of the data standard, and its rows → the file that the pipeline reads. Pure. */
import type { DataStandard } from '../../policy/index.ts';
import { normaliseHeading } from '../header.ts';
import { type SourceRow, SourceUnusable } from './sources/connector.ts';
import type { PullConfig } from './types.ts';

export interface ColumnPlan {
  /** Codes of the standard, as the header of the file. */
  readonly header: readonly string[];
  /** Column of the source for each of them. */
  readonly from: readonly string[];
}

/** By the mapping of the channel first, then by name: code, Chinese heading or alias, in any case and width. */
export function planColumns(columns: readonly string[], standard: DataStandard, config: PullConfig): ColumnPlan {
  const codes = new Set(standard.fields.map((field) => field.code));
  const byHeading = new Map<string, string>();
  for (const field of standard.fields) {
    for (const heading of [field.code, field.label.zh, ...(field.aliases ?? [])]) {
      const key = normaliseHeading(heading);
      if (!byHeading.has(key)) byHeading.set(key, field.code);
    }
  }
  const header: string[] = [];
  const from: string[] = [];
  for (const column of columns) {
    const code = config.columns[column] ?? byHeading.get(normaliseHeading(column));
    if (code === undefined || !codes.has(code) || header.includes(code)) continue;
    header.push(code);
    from.push(column);
  }
  const missing = [
    ...config.keyColumns,
    config.watermarkColumn,
    ...(config.deletedColumn ? [config.deletedColumn] : []),
  ].filter((column) => !columns.includes(column));
  if (missing.length > 0) throw new SourceUnusable(`no column ${missing.join(', ')}`);
  if (header.length === 0) throw new SourceUnusable('no column of the standard');
  return { header, from };
}

/** Spellings of "not deleted" that real tables have; anything else in the column means that the row is gone. */
const NOT_DELETED = new Set(['', '0', 'f', 'false', 'n', 'no', '否', '\0', '正常', '有效']);

export const isDeleted = (row: SourceRow, config: PullConfig): boolean =>
  config.deletes === 'column' &&
  config.deletedColumn !== null &&
  !NOT_DELETED.has((row[config.deletedColumn] ?? '').trim().toLowerCase());

/** A time in a column of days is its day: databases keep dates as times at midnight. */
const MIDNIGHT = /^(\d{4}-\d{2}-\d{2})[ T]00:00:00(?:\.0+)?(?:[+-]\d{2}(?::?\d{2})?)?$/;

export const cellsOf = (row: SourceRow, plan: ColumnPlan): string[] =>
  plan.from.map((column) => (row[column] ?? '').replace(MIDNIGHT, '$1'));

export const keyOfRow = (row: SourceRow, config: PullConfig): string[] =>
  config.keyColumns.map((column) => row[column] ?? '');
