/** The child process that sets papers as PDF. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printable } from '../../platform/typesetting/glyphs.ts';
import { serveParent } from '../../platform/typesetting/serve-parent.ts';
import { TypstTemplate } from '../../platform/typesetting/typst-template.ts';
import type { PaperModel, PaperPart } from './paper-model.ts';

export interface PaperRequest {
  readonly id: number;
  readonly model: PaperModel;
  readonly at: string;
}

const template = new TypstTemplate(join(dirname(fileURLToPath(import.meta.url)), 'typst'), 'paper.typ');

const printedPart = ({ table, ...part }: PaperPart): PaperPart => ({
  ...part,
  text: printable(part.text),
  ...(table ? { table: table.map((row) => row.map(printable)) } : {}),
});

const printed = (model: PaperModel): PaperModel => ({
  ...model,
  body: printable(model.body),
  number: printable(model.number),
  title: printable(model.title),
  paragraphs: model.paragraphs.map(printedPart),
  annex: model.annex.map(printedPart),
  rows: model.rows.map((row) => ({ label: printable(row.label), value: printable(row.value) })),
});

serveParent<PaperRequest>(async ({ model, at }) => template.compile(JSON.stringify(printed(model)), at));
