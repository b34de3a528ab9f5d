/** Days as numbers (since 1970-01-01) and as the template writes them: YYYY/MM/DD. */

const DAY_MS = 86_400_000;

export const dayNumber = (iso: string): number => Math.round(Date.parse(`${iso}T00:00:00Z`) / DAY_MS);

const known = new Map<number, string>();
const MOST_KNOWN = 60_000;

/** `2026/03/05` */
export function slashed(day: number): string {
  const hit = known.get(day);
  if (hit !== undefined) return hit;
  const text = new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '/');
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(day, text);
  return text;
}

export const isoDay = (day: number): string => slashed(day).replaceAll('/', '-');
export const yearOf = (day: number): number => Number(slashed(day).slice(0, 4));
export const firstOfYear = (year: number): number => Math.round(Date.UTC(year, 0, 1) / DAY_MS);

/** 2026年3月5日 */
export function chineseDay(day: number): string {
  const [year, month, date] = slashed(day).split('/').map(Number);
  return `${year}年${month}月${date}日`;
}

/** The same day of another year, less a day: the last day of a term of whole years. */
export function termEnd(day: number, years: number): number {
  const date = new Date(day * DAY_MS);
  return Math.round(Date.UTC(date.getUTCFullYear() + years, date.getUTCMonth(), date.getUTCDate()) / DAY_MS) - 1;
}

/** Excel's serial of a day. */
export const excelSerial = (day: number): number => day + 25_569;

/** 长期 in the data standard. */
export const OPEN_END = '2099/12/31';

/**
 * Where in time the share `q` (0…1, oldest first) of a department's decisions lies: three years, the last twelve months
 * two thirds of them, the last days before `asOf` a few percent.
 */
const CURVE: readonly (readonly [share: number, daysAgo: number])[] = [
  [0, 1095],
  [0.12, 730],
  [0.34, 365],
  [0.6, 150],
  [0.8, 50],
  [0.93, 10],
  [1, 0],
];

export function recentDay(asOf: number, q: number): number {
  for (let at = 1; at < CURVE.length; at += 1) {
    const [share, daysAgo] = CURVE[at] ?? [1, 0];
    if (q > share) continue;
    const [before, from] = CURVE[at - 1] ?? [0, 1095];
    return asOf - Math.ceil(from + ((q - before) / (share - before)) * (daysAgo - from));
  }
  return asOf;
}

/** The inverse of {@link recentDay}: the share of decisions before a day. */
export function shareBefore(asOf: number, day: number): number {
  const ago = asOf - day;
  for (let at = 1; at < CURVE.length; at += 1) {
    const [share, daysAgo] = CURVE[at] ?? [1, 0];
    if (ago < daysAgo) continue;
    const [before, from] = CURVE[at - 1] ?? [0, 1095];
    return Math.min(1, Math.max(0, before + ((from - ago) / (from - daysAgo)) * (share - before)));
  }
  return 1;
}
