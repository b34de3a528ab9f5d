/** Sheets for download: the templates, the list as filtered, the rows that were not taken. */
import type { RowSource } from '../../platform/tabular/index.ts';
import { hintMark, type SheetColumn } from './read-sheet.ts';

export interface Sheet {
  readonly name: string;
  readonly header: readonly string[];
  readonly rows: RowSource;
}

export function templateSheet(name: string, columns: readonly SheetColumn[]): Sheet {
  return {
    name,
    header: columns.map((column) => `${column.heading}${column.required ? '*' : ''}`),
    rows: [columns.map((column, at) => (at === 0 ? `${hintMark}：${column.hint}` : column.hint))],
  };
}
