import { type BatchBuilder, isBlankRow } from './batch-builder.ts';
import { checkCharacters, cutCell } from './cell-text.ts';
import { TabularError } from './errors.ts';
import type { TabularLimits } from './limits.ts';
import type { VerticalMerges } from './xlsx-merges.ts';
import { type NumberStyle, numberText, PLAIN, serialToIso } from './xlsx-numbers.ts';
import { StringText } from './xlsx-strings.ts';
import { decodeCellText, decodeXmlText } from './xml.ts';

/** Columns that the format knows (XFD). */
const FORMAT_COLUMNS = 16_384;
const FORMAT_ROWS = 1_048_576;

export interface SheetContext {
  prefix: string;
  strings: readonly string[];
  styles: readonly NumberStyle[];
  date1904: boolean;
  merges: VerticalMerges;
  limits: TabularLimits;
}

/** Turns `<row>` elements into rows. */
export class SheetRows {
  private readonly context: SheetContext;
  private readonly out: BatchBuilder;
  private readonly cellOpen: string;
  private readonly cellClose: string;
  private readonly valueOpen: string;
  private readonly valueClose: string;
  private readonly formulaOpen: string;
  private readonly formulaClose: string;
  private readonly inlineText: StringText;
  private rowNumber = 0;
  private cells: string[] = [];
  private chars = 0;

  constructor(context: SheetContext, out: BatchBuilder) {
    const { prefix } = context;
    this.context = context;
    this.out = out;
    this.cellOpen = `<${prefix}c`;
    this.cellClose = `</${prefix}c>`;
    this.valueOpen = `<${prefix}v`;
    this.valueClose = `</${prefix}v>`;
    this.formulaOpen = `<${prefix}f`;
    this.formulaClose = `</${prefix}f>`;
    this.inlineText = new StringText(prefix);
  }

  /** Reads one `<row>` element. Rows without any `</c>` (formats only) cost one search. */
  add(xml: string): void {
    const gt = xml.indexOf('>');
    this.rowNumber = this.numberOf(xml, gt);
    if (xml.indexOf(this.cellClose, gt) < 0) return;
    this.cells = [];
    this.chars = 0;
    this.readCells(xml, gt + 1);
    if (isBlankRow(this.cells)) {
      this.out.dropFlags();
      return;
    }
    const { merges } = this.context;
    if (!merges.isEmpty) merges.fill(this.rowNumber, this.cells, (column) => this.out.flag(column, 'merged', ''));
    this.out.addRow(this.rowNumber, this.cells, this.chars);
  }

  private numberOf(xml: string, gt: number): number {
    const given = attribute(xml.slice(0, gt), ' r="');
    const number = given === undefined ? this.rowNumber + 1 : Number(given);
    if (!Number.isInteger(number) || number <= this.rowNumber || number > FORMAT_ROWS) {
      throw new TabularError('corrupt', { found: `row ${given}`, row: this.rowNumber });
    }
    return number;
  }

  private readCells(xml: string, from: number): void {
    const { cellOpen, cellClose } = this;
    let column = -1;
    for (let at = xml.indexOf(cellOpen, from); at >= 0; at = xml.indexOf(cellOpen, at)) {
      const gt = xml.indexOf('>', at);
      if (gt < 0) break;
      // With the blank before the first attribute; every search stays inside the tag or the body of one cell.
      const tag = xml.slice(at + cellOpen.length, gt);
      at = gt + 1;
      const next = tag.charCodeAt(0);
      if (tag !== '' && next !== 0x20 && next !== 0x2f) continue;
      column = this.columnOf(tag, column);
      if (tag.endsWith('/')) continue;
      const end = xml.indexOf(cellClose, at);
      if (end < 0) throw new TabularError('corrupt', { row: this.rowNumber });
      this.addCell(column, tag, xml.slice(at, end));
      at = end;
    }
  }

  /** Column of a cell by its reference, or the one after the last. Columns only ever grow within a row. */
  private columnOf(tag: string, before: number): number {
    const at = tag.indexOf(' r="');
    let index = before + 1;
    if (at >= 0) {
      index = 0;
      for (let i = at + 4; i < at + 7; i++) {
        const c = tag.charCodeAt(i);
        if (c < 65 || c > 90) break;
        index = index * 26 + c - 64;
      }
      index--;
    }
    if (index <= before || index >= FORMAT_COLUMNS) throw new TabularError('corrupt', { row: this.rowNumber });
    return index;
  }

  private addCell(column: number, tag: string, body: string): void {
    const type = attribute(tag, ' t="') ?? 'n';
    const formula = body.startsWith(this.formulaOpen) ? this.formulaOf(body) : undefined;
    const text = type === 'inlineStr' ? this.inlineText.of(body) : this.valueOf(body);
    if (text === '' && formula === undefined) return;
    if (column >= this.context.limits.maxColumns) {
      throw new TabularError('too_many_columns', { row: this.rowNumber, limit: this.context.limits.maxColumns });
    }
    if (formula !== undefined) this.out.flag(column, 'formula', formula);
    const shown = this.shownText(column, text, type, attribute(tag, ' s="'));
    const valid = checkCharacters(shown, column, this.out);
    this.put(column, cutCell(valid, this.context.limits.maxCellChars, column, this.out));
  }

  private put(column: number, text: string): void {
    while (this.cells.length < column) this.cells.push('');
    this.cells[column] = text;
    this.chars += text.length;
  }

  private formulaOf(body: string): string {
    const gt = body.indexOf('>');
    const close = body.indexOf(this.formulaClose, gt);
    return close < 0 ? '' : decodeXmlText(body.slice(gt + 1, close).slice(0, 400)).slice(0, 200);
  }

  private valueOf(body: string): string {
    const open = body.indexOf(this.valueOpen);
    if (open < 0) return '';
    const gt = body.indexOf('>', open);
    const close = body.indexOf(this.valueClose, gt);
    return close < 0 ? '' : body.slice(gt + 1, close);
  }

  private shownText(column: number, text: string, type: string, style: string | undefined): string {
    switch (type) {
      case 's':
        return this.sharedText(text);
      case 'n':
        return this.numberShown(column, text.trim(), style);
      case 'b':
        return text.trim() === '1' || text.trim() === 'true' ? 'TRUE' : 'FALSE';
      case 'e':
        this.out.flag(column, 'error', text);
        return text;
      case 'inlineStr':
        return text;
      default:
        return decodeCellText(text);
    }
  }

  private sharedText(index: string): string {
    const text = this.context.strings[Number(index)];
    if (text === undefined) throw new TabularError('corrupt', { found: `string ${index}`, row: this.rowNumber });
    return text;
  }

  private numberShown(column: number, raw: string, styleIndex: string | undefined): string {
    if (raw === '') return '';
    const number = numberText(raw);
    if (number === undefined) throw new TabularError('corrupt', { found: raw, row: this.rowNumber });
    const style = styleIndex === undefined ? PLAIN : (this.context.styles[Number(styleIndex)] ?? PLAIN);
    if (style.kind === 'padded') {
      return /^\d+$/.test(number.text) ? number.text.padStart(style.digits, '0') : number.text;
    }
    if (style.kind !== 'plain') {
      const iso = serialToIso(Number(raw), style.kind, this.context.date1904);
      if (iso !== undefined) {
        this.out.flag(column, 'date', number.text);
        return iso;
      }
    }
    if (number.lossy) this.out.flag(column, 'lossy-number', raw);
    return number.text;
  }
}

/** Value of an attribute of a tag, undecoded: only for numbers and type names. */
function attribute(tag: string, opening: string): string | undefined {
  const at = tag.indexOf(opening);
  if (at < 0) return undefined;
  const start = at + opening.length;
  return tag.slice(start, tag.indexOf('"', start));
}
