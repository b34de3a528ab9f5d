import type { BatchBuilder } from './batch-builder.ts';
import { checkCharacters, cutCell, looksLikeFormula, mayHaveInvalidCharacters, unneutralise } from './cell-text.ts';
import type { CsvDelimiter } from './csv-format.ts';
import { TabularError } from './errors.ts';
import type { TabularLimits } from './limits.ts';

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
const NOWHERE = Number.MAX_SAFE_INTEGER;

export interface CsvTokenizerOptions {
  delimiter: CsvDelimiter;
  limits: TabularLimits;
  /** Undo what the formula guard of `writeCsv` did. */
  unneutralise: boolean;
  /** Rows already passed (a `sep=` line). */
  rowsBefore: number;
  /** Numbers of rows that `takeKept` leaves out. */
  without?: ReadonlySet<number>;
}

/**
 * RFC 4180 with what real files do: any line ending, blank lines, ragged rows, text after a closing quotation mark
 * (kept and flagged). Works on decoded text, so that a trail byte of GBK can never be taken for a delimiter.
 * A record that a chunk does not finish is read again with the next one; `maxRecordChars` bounds that.
 */
export class CsvTokenizer {
  private readonly out: BatchBuilder;
  private readonly limits: TabularLimits;
  private readonly delimiter: string;
  private readonly undo: boolean;
  private rowNumber: number;
  private carry = '';
  private carryDirty = false;
  // The record being read.
  private text = '';
  private dirty = false;
  private last = false;
  private at = 0;
  // Next delimiter and line break at or after `at`, searched natively and only when passed.
  private nextDelimiter = -1;
  private nextLf = -1;
  private nextCr = -1;
  private cells: string[] = [];
  private columns = 0;
  private readonly without: ReadonlySet<number> | undefined;
  private kept = '';

  constructor(out: BatchBuilder, options: CsvTokenizerOptions) {
    this.out = out;
    this.limits = options.limits;
    this.delimiter = options.delimiter;
    this.undo = options.unneutralise;
    this.rowNumber = options.rowsBefore;
    this.without = options.without;
  }

  /** Reads one chunk; `last` closes the file. Finished batches appear in the builder. */
  push(chunk: string, last: boolean): void {
    const chunkDirty = mayHaveInvalidCharacters(chunk);
    if (chunkDirty && chunk.includes('\0')) this.refuseNul(chunk);
    this.dirty = chunkDirty || this.carryDirty;
    this.text = this.carry + chunk;
    this.last = last;
    this.at = 0;
    this.nextDelimiter = this.nextLf = this.nextCr = -1;
    const end = this.text.length;
    let keptFrom = 0;
    for (;;) {
      const start = this.at;
      if (start >= end) break;
      if (!this.readRecord(start)) {
        this.at = start;
        break;
      }
      if (this.without?.has(this.rowNumber)) {
        // An empty line in its place, so that the rows behind keep their numbers.
        this.kept += `${this.text.slice(keptFrom, start)}\n`;
        keptFrom = this.at;
      }
    }
    if (this.without) this.kept += this.text.slice(keptFrom, this.at);
    this.carry = this.text.slice(this.at);
    this.carryDirty = this.dirty && this.carry !== '';
    if (this.carry.length > this.limits.maxRecordChars) {
      throw new TabularError('record_too_long', { row: this.rowNumber + 1, limit: this.limits.maxRecordChars });
    }
  }

  /** The text so far as it was written, but for the rows to be left out. */
  takeKept(): string {
    const { kept } = this;
    this.kept = '';
    return kept;
  }

  /** Reads one record; false when the chunk does not finish it. */
  private readRecord(start: number): boolean {
    this.cells = [];
    this.columns = 0;
    for (;;) {
      const more = this.text.charCodeAt(this.at) === QUOTE ? this.readQuoted() : this.readPlain();
      if (more === 'incomplete') {
        this.out.dropFlags();
        return false;
      }
      if (more === 'end') break;
    }
    this.out.addRow(++this.rowNumber, this.cells, this.at - start);
    return true;
  }

  private readPlain(): 'more' | 'end' | 'incomplete' {
    const { text } = this;
    const from = this.at;
    if (this.nextDelimiter < from) this.nextDelimiter = indexFrom(text, this.delimiter, from);
    if (this.nextLf < from) this.nextLf = indexFrom(text, '\n', from);
    if (this.nextCr < from) this.nextCr = indexFrom(text, '\r', from);
    const stop = Math.min(this.nextLf, this.nextCr);
    if (this.nextDelimiter < stop) {
      this.addCell(text.slice(from, this.nextDelimiter));
      this.at = this.nextDelimiter + 1;
      return 'more';
    }
    if (stop !== NOWHERE) return this.endRecord(stop, from);
    if (!this.last) return 'incomplete';
    this.addCell(text.slice(from));
    this.at = text.length;
    return 'end';
  }

  /** A line break at `i`; a CR at the end of a chunk may be half of a CRLF. */
  private endRecord(i: number, from: number): 'end' | 'incomplete' {
    const cr = this.text.charCodeAt(i) === CR;
    if (cr && i + 1 === this.text.length && !this.last) return 'incomplete';
    this.addCell(this.text.slice(from, i));
    this.at = cr && this.text.charCodeAt(i + 1) === LF ? i + 2 : i + 1;
    return 'end';
  }

  private readQuoted(): 'more' | 'end' | 'incomplete' {
    const { text } = this;
    const from = this.at + 1;
    let doubled = false;
    let close = text.indexOf('"', from);
    while (close >= 0 && text.charCodeAt(close + 1) === QUOTE) {
      doubled = true;
      close = text.indexOf('"', close + 2);
    }
    const end = text.length;
    if (close < 0 || (close + 1 === end && !this.last)) {
      if (!this.last) return 'incomplete';
      throw new TabularError('unterminated_quote', { row: this.rowNumber + 1 });
    }
    const inner = text.slice(from, close);
    const value = doubled ? inner.replaceAll('""', '"') : inner;
    let i = close + 1;
    while (i < end && !this.isBorder(text.charCodeAt(i))) i++;
    if (i === end && !this.last) return 'incomplete';
    const c = i === end ? -1 : text.charCodeAt(i);
    if (c === CR && i + 1 === end && !this.last) return 'incomplete';
    if (i > close + 1) {
      const rest = text.slice(close + 1, i);
      if (rest.trim() !== '') this.out.flag(this.columns, 'bad-quote', '');
      this.addCell(rest.trim() === '' ? value : value + rest);
    } else this.addCell(value);
    this.at = c === -1 ? end : c === CR && text.charCodeAt(i + 1) === LF ? i + 2 : i + 1;
    return c === this.delimiter.charCodeAt(0) ? 'more' : 'end';
  }

  private isBorder(c: number): boolean {
    return c === this.delimiter.charCodeAt(0) || c === LF || c === CR;
  }

  private addCell(raw: string): void {
    const column = this.columns++;
    if (column >= this.limits.maxColumns) {
      if (raw.trim() === '') return;
      throw new TabularError('too_many_columns', { row: this.rowNumber + 1, limit: this.limits.maxColumns });
    }
    let text = raw;
    const first = text.charCodeAt(0);
    // ' = + - @ : everything else skips the checks
    if (first === 0x27 || first === 0x3d || first === 0x2b || first === 0x2d || first === 0x40) {
      if (this.undo) text = unneutralise(text);
      if (looksLikeFormula(text)) this.out.flag(column, 'formula', text.slice(0, 200));
    }
    if (this.dirty) text = checkCharacters(text, column, this.out);
    if (text.length > this.limits.maxCellChars) text = cutCell(text, this.limits.maxCellChars, column, this.out);
    this.cells.push(text);
  }

  private refuseNul(chunk: string): never {
    const before = this.carry + chunk.slice(0, chunk.indexOf('\0'));
    const breaks = before.match(/\r\n|\n|\r/g)?.length ?? 0;
    throw new TabularError('nul_bytes', { row: this.rowNumber + breaks + 1 });
  }
}

function indexFrom(text: string, sought: string, from: number): number {
  const index = text.indexOf(sought, from);
  return index < 0 ? NOWHERE : index;
}
