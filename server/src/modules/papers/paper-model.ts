/** What a paper prints, as values for Word and for PDF alike. */
import type { PaperTemplate } from '../policy/index.ts';
import { paperText } from './fields.ts';
import type { PaperRow } from './queries.ts';
import { columnShares } from './table-shares.ts';
import { chineseDay } from './words.ts';

export interface PaperPart {
  readonly text: string;
  readonly indent: boolean;
  readonly heading: boolean;
  readonly table?: readonly (readonly string[])[];
  /** Of the table's columns. */
  readonly shares?: readonly number[];
}

export interface PaperModel {
  readonly body: string;
  readonly number: string;
  readonly title: string;
  /** Not signed off: said on the paper, so that nobody takes it for one. */
  readonly draft: boolean;
  readonly paragraphs: readonly PaperPart[];
  /** After the signature, on a page of its own. */
  readonly annex: readonly PaperPart[];
  readonly rows: readonly { readonly label: string; readonly value: string }[];
  readonly on: string;
  /** A form to be signed by hand has no signature of the body below it. */
  readonly signed: boolean;
}

/** 一、查明的事实: the first level of headings stands in 黑体 (GB/T 9704-2012 7.3.3). */
const isHeading = (text: string): boolean => /^[一二三四五六七八九十]{1,3}、[^。；]{1,30}$/u.test(text);

/** A table in the text, its columns as wide as they need. */
export const tablePart = (table: readonly (readonly string[])[]): PaperPart => ({
  text: '',
  indent: false,
  heading: false,
  table,
  shares: columnShares(table),
});

export function paperModel(row: PaperRow, template: PaperTemplate): PaperModel {
  const text = paperText(template, row.fields);
  return {
    body: row.fields.facts.bodyName ?? '',
    number: row.number,
    title: text.title,
    draft: row.state === 'draft',
    paragraphs: text.paragraphs.map((part, at) =>
      typeof part === 'string'
        ? { text: part, indent: !(at === 0 && part.endsWith('：')), heading: isHeading(part) }
        : tablePart(part),
    ),
    annex: text.annex.map((part) =>
      typeof part === 'string' ? { text: part, indent: false, heading: false } : tablePart(part),
    ),
    rows: text.rows,
    on: chineseDay(row.issued_on),
    signed: text.rows.length === 0,
  };
}
