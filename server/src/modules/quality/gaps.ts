/** Gaps in sequences of document numbers: 示市监罚〔2026〕1号, 2号, 4号 lack 3. Pure. */

export interface Series {
  /** The number with {n} in place of its ordinal. */
  readonly series: string;
  readonly from: number;
  readonly to: number;
  readonly missing: readonly number[];
  readonly missingCount: number;
}

const pattern = /^(.*[〔[(（【]\d{4}[〕\])）】][^\d]*)(\d{1,7})(号?)$/u;
/** A sequence with fewer numbers than this, or with more holes than numbers, is none. */
const fewest = 3;
const maxMissing = 200;

export function gapsOf(numbers: Iterable<string>): Series[] {
  const series = new Map<string, Set<number>>();
  for (const number of numbers) {
    const match = pattern.exec(number.trim());
    if (!match) continue;
    const key = `${match[1]}{n}${match[3]}`;
    const known = series.get(key) ?? new Set<number>();
    known.add(Number(match[2]));
    series.set(key, known);
  }
  const found: Series[] = [];
  for (const [key, ordinals] of series) {
    const sorted = [...ordinals].sort((a, b) => a - b);
    const [from, to] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
    const missingCount = to - from + 1 - sorted.length;
    if (sorted.length < fewest || missingCount === 0 || missingCount > sorted.length) continue;
    const missing: number[] = [];
    for (let at = from; at <= to && missing.length < maxMissing; at += 1) if (!ordinals.has(at)) missing.push(at);
    found.push({ series: key, from, to, missing, missingCount });
  }
  return found.sort((a, b) => b.missingCount - a.missingCount || (a.series < b.series ? -1 : 1));
}
