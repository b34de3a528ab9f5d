import { elementsOf } from './xml.ts';

interface Merge {
  firstRow: number;
  lastRow: number;
  column: number;
}

const RANGE = /^([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})$/;

/** 0-based column of letters: A → 0, AA → 26. */
export function columnIndex(letters: string): number {
  let index = 0;
  for (let i = 0; i < letters.length; i++) index = index * 26 + letters.charCodeAt(i) - 64;
  return index - 1;
}

/**
 * Vertically merged ranges. Excel shows the text of the first cell for all rows of the range, and officers merge the
 * deciding body or a header over several rows; the cells below are given that text. Cells to the right stay empty: a
 * title over 28 columns is one text, not 28.
 */
export class VerticalMerges {
  private readonly merges: Merge[];
  private next = 0;
  /** By column: ranges do not overlap in a sound file, and of those that do only the first counts. */
  private readonly active = new Map<number, { lastRow: number; text: string }>();

  /** Reads `mergeCells` from what follows the rows of a sheet. */
  constructor(xml: string, maxMerges: number, maxColumns: number) {
    this.merges = [];
    let seen = 0;
    for (const attributes of elementsOf(xml, 'mergeCell')) {
      if (++seen > maxMerges) break;
      const match = RANGE.exec(attributes.get('ref') ?? '');
      if (match === null) continue;
      const [, letters = '', first, , last] = match;
      const merge = { firstRow: Number(first), lastRow: Number(last), column: columnIndex(letters) };
      if (merge.lastRow > merge.firstRow && merge.column < maxColumns) this.merges.push(merge);
    }
    this.merges.sort((a, b) => a.firstRow - b.firstRow || a.column - b.column);
  }

  get isEmpty(): boolean {
    return this.merges.length === 0;
  }

  /** Fills the cells of a row that lie below the first of a range; calls `filled` for each. */
  fill(rowNumber: number, cells: string[], filled: (column: number) => void): void {
    for (const [column, { lastRow, text }] of this.active) {
      if (lastRow < rowNumber) this.active.delete(column);
      else if (text !== '' && (cells[column] ?? '') === '') {
        while (cells.length <= column) cells.push('');
        cells[column] = text;
        filled(column);
      }
    }
    for (let merge = this.merges[this.next]; merge !== undefined; merge = this.merges[this.next]) {
      if (merge.firstRow > rowNumber) break;
      this.next++;
      if (merge.firstRow < rowNumber || this.active.has(merge.column)) continue;
      this.active.set(merge.column, { lastRow: merge.lastRow, text: cells[merge.column] ?? '' });
    }
  }
}
