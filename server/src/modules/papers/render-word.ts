/**
 * A paper as Word that can be edited, in the form of GB/T 9704-2012: A4, type area 156 × 225 mm, 22 lines of 28 characters in
 * 3号仿宋, red heading and line, number in 〔〕, page numbers outside. The faces are named and not embedded: every office has them.
 */
import {
  AlignmentType,
  BorderStyle,
  Document,
  Footer,
  type IFontAttributesProperties,
  type IRunOptions,
  LineRuleType,
  Packer,
  PageNumber,
  Paragraph,
  Table,
  TableCell,
  TableRow,
  TextRun,
  VerticalAlignTable,
  WidthType,
} from 'docx';
import type { PaperModel } from './paper-model.ts';
import { columnShares } from './table-shares.ts';

const mm = (value: number): number => Math.round((value / 25.4) * 1440);
/** Half points. */
const size = (points: number): number => points * 2;
const twips = (points: number): number => points * 20;

const face = (eastAsia: string): IFontAttributesProperties => ({
  ascii: 'Times New Roman',
  hAnsi: 'Times New Roman',
  eastAsia,
});
const song = face('宋体');
const fangSong = face('仿宋');
const hei = face('黑体');
const bodyPoints = 16;
const pitch = { line: twips(29), lineRule: LineRuleType.EXACT };
const red = 'C8102E';

/** Line breaks in a value are breaks on the paper. */
function runs(text: string, over: IRunOptions): TextRun[] {
  return text.split('\n').map((line, at) => new TextRun({ ...over, text: line, ...(at === 0 ? {} : { break: 1 }) }));
}

/** A long name is set smaller and goes on in a second line: never cut off. */
function headingSize(name: string): number {
  const length = [...name].length;
  if (length <= 14) return 30;
  return length <= 20 ? 24 : 19;
}

function head(model: PaperModel): Paragraph[] {
  return [
    ...(model.draft
      ? [
          new Paragraph({
            alignment: AlignmentType.RIGHT,
            children: [new TextRun({ text: '草稿，未签发', font: hei, size: size(12), color: '64707D' })],
          }),
        ]
      : []),
    new Paragraph({
      alignment: AlignmentType.CENTER,
      spacing: { after: twips(14) },
      children: runs(model.body, { font: song, bold: true, size: size(headingSize(model.body)), color: red }),
    }),
    new Paragraph({
      alignment: AlignmentType.CENTER,
      spacing: { ...pitch, after: twips(22) },
      border: { bottom: { style: BorderStyle.SINGLE, size: 12, color: red, space: 6 } },
      children: runs(model.number, { font: fangSong, size: size(bodyPoints) }),
    }),
    new Paragraph({
      alignment: AlignmentType.CENTER,
      spacing: { after: twips(16) },
      children: runs(model.title, { font: song, bold: true, size: size(22) }),
    }),
  ];
}

/** A sentence with figures that cannot be broken is not spread over the line: 83.79%（274/327）would leave wide holes before it. */
const hasFigures = (text: string): boolean => /\d[%‰]/u.test(text);

/** @param last goes over with the signature: no page holds a signature alone (GB/T 9704-2012 7.3.5.5) */
const paragraphOf = ({ text, indent, heading }: PaperModel['paragraphs'][number], last: boolean): Paragraph =>
  new Paragraph({
    alignment: hasFigures(text) ? AlignmentType.LEFT : AlignmentType.BOTH,
    spacing: pitch,
    ...(indent ? { indent: { firstLine: twips(2 * bodyPoints) } } : {}),
    keepNext: heading || last,
    keepLines: last,
    children: runs(text, { font: heading ? hei : fangSong, size: size(bodyPoints) }),
  });

function cell(text: string, width: number, label: boolean): TableCell {
  return new TableCell({
    width: { size: width, type: WidthType.DXA },
    verticalAlign: VerticalAlignTable.CENTER,
    margins: { top: 120, bottom: 120, left: 120, right: 120 },
    children: [
      new Paragraph({
        alignment: label ? AlignmentType.CENTER : AlignmentType.LEFT,
        children: runs(text, { font: fangSong, size: size(14) }),
      }),
    ],
  });
}

/** A table of figures in the text: headings again on each page. */
function tableOf(rows: readonly (readonly string[])[]): Table {
  const total = mm(156);
  const widths = columnShares(rows).map((share) => Math.floor(total * share));
  return new Table({
    width: { size: total, type: WidthType.DXA },
    columnWidths: widths,
    rows: rows.map(
      (row, line) =>
        new TableRow({
          cantSplit: true,
          tableHeader: line === 0,
          children: row.map(
            (text, at) =>
              new TableCell({
                width: { size: widths[at] ?? total, type: WidthType.DXA },
                verticalAlign: VerticalAlignTable.CENTER,
                margins: { top: 50, bottom: 50, left: 60, right: 60 },
                children: [
                  new Paragraph({
                    alignment: at === 1 && line > 0 ? AlignmentType.LEFT : AlignmentType.CENTER,
                    children: runs(text, { font: line === 0 ? hei : fangSong, size: size(10.5) }),
                  }),
                ],
              }),
          ),
        }),
    ),
  });
}

function form(model: PaperModel): Table[] {
  if (model.rows.length === 0) return [];
  const widths: [number, number] = [mm(46), mm(110)];
  return [
    new Table({
      width: { size: mm(156), type: WidthType.DXA },
      columnWidths: [...widths],
      rows: model.rows.map(
        (row) =>
          new TableRow({
            cantSplit: true,
            children: [cell(row.label, widths[0], true), cell(row.value, widths[1], false)],
          }),
      ),
    }),
  ];
}

/** The name over the date, the seal over both; the date ends four characters from the edge (7.3.5.1). */
function signature(model: PaperModel): Paragraph[] {
  if (!model.signed) return [];
  // A long name has more room, and its seal stands under it all the same.
  const left = [...model.body].length > 12 ? mm(30) : mm(66);
  const line = (text: string, points: number, color?: string, last = false): Paragraph =>
    new Paragraph({
      alignment: AlignmentType.CENTER,
      spacing: pitch,
      indent: { left, right: twips(4 * bodyPoints) },
      keepNext: !last,
      keepLines: true,
      children: runs(text, { font: fangSong, size: size(points), ...(color ? { color } : {}) }),
    });
  return [
    new Paragraph({ spacing: pitch, keepNext: true, children: [] }),
    line(model.body, bodyPoints),
    line(model.on, bodyPoints),
    line('（加盖印章）', 12, '64707D', true),
  ];
}

/** 4号, a dash on either side; right on odd pages, left on even ones, one character in (7.5). */
const folio = (alignment: (typeof AlignmentType)[keyof typeof AlignmentType]): Footer =>
  new Footer({
    children: [
      new Paragraph({
        alignment,
        indent: { left: twips(14), right: twips(14) },
        children: [new TextRun({ font: song, size: size(14), children: ['— ', PageNumber.CURRENT, ' —'] })],
      }),
    ],
  });

/** “附件” in 黑体 at the head of a page of its own, its title below in the middle (7.3.7). */
function annexOf(model: PaperModel): (Paragraph | Table)[] {
  if (model.annex.length === 0) return [];
  const mark = new Paragraph({
    pageBreakBefore: true,
    spacing: pitch,
    keepNext: true,
    children: runs('附件', { font: hei, size: size(bodyPoints) }),
  });
  const title = (text: string): Paragraph =>
    new Paragraph({
      alignment: AlignmentType.CENTER,
      spacing: { ...pitch, after: 120 },
      keepNext: true,
      children: runs(text, { font: hei, size: size(bodyPoints) }),
    });
  return [mark, ...model.annex.map((one) => (one.table ? tableOf(one.table) : title(one.text)))];
}

export async function paperWord(model: PaperModel): Promise<Buffer> {
  const document = new Document({
    creator: model.body,
    title: `${model.title} ${model.number}`,
    evenAndOddHeaderAndFooters: true,
    styles: {
      default: { document: { run: { font: fangSong, size: size(bodyPoints), language: { eastAsia: 'zh-CN' } } } },
    },
    sections: [
      {
        properties: {
          page: {
            size: { width: mm(210), height: mm(297) },
            margin: { top: mm(37), bottom: mm(35), left: mm(28), right: mm(26), header: mm(15), footer: mm(25) },
          },
        },
        footers: { default: folio(AlignmentType.RIGHT), even: folio(AlignmentType.LEFT) },
        children: [
          ...head(model),
          ...model.paragraphs.map((one, at) =>
            one.table ? tableOf(one.table) : paragraphOf(one, model.signed && at === model.paragraphs.length - 1),
          ),
          ...form(model),
          ...signature(model),
          ...annexOf(model),
        ],
      },
    ],
  });
  return Packer.toBuffer(document);
}
