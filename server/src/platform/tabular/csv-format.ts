import type { TabularLimits } from './limits.ts';

export type CsvEncoding = 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'utf-16be' | 'gb18030';
export type CsvDelimiter = ',' | ';' | '\t' | '|';

const CANDIDATES: readonly CsvDelimiter[] = [',', '\t', ';', '|'];
const SAMPLE_RECORDS = 20;

export interface CsvDialect {
  delimiter: CsvDelimiter;
  /** Characters of a leading `sep=;` line (Excel's own hint), to be skipped as row 1. */
  skipChars: number;
}

/**
 * The delimiter by counting outside quotation marks in the first records: the candidate whose least full record has
 * most of them wins, then the fullest. Commas inside text lose against tabs that stand in every record.
 */
export function detectDialect(sample: string, limits: TabularLimits): CsvDialect {
  const hint = /^sep=([,;\t|])(?:\r\n|\n|\r)/i.exec(sample);
  if (hint !== null) return { delimiter: hint[1] as CsvDelimiter, skipChars: hint[0].length };
  let best: CsvDelimiter = ',';
  let bestScore = -1;
  for (const delimiter of CANDIDATES) {
    const counts = countPerRecord(sample, delimiter);
    if (counts.length === 0) continue;
    const sorted = counts.toSorted((a, b) => a - b);
    const low = sorted[Math.floor(sorted.length / 5)] ?? 0;
    const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
    const score = Math.min(low, limits.maxColumns) * 10_000 + Math.min(middle, limits.maxColumns);
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return { delimiter: best, skipChars: 0 };
}

function countPerRecord(sample: string, delimiter: CsvDelimiter): number[] {
  const counts: number[] = [];
  let count = 0;
  let quoted = false;
  let start = 0;
  for (let i = 0; i < sample.length && counts.length < SAMPLE_RECORDS; i++) {
    const c = sample[i];
    if (c === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (c === delimiter) count++;
    else if (c === '\n' || c === '\r') {
      if (sample.slice(start, i).trim() !== '') counts.push(count);
      count = 0;
      start = i + 1;
    }
  }
  if (counts.length < 2 && sample.slice(start).trim() !== '') counts.push(count);
  return counts;
}
