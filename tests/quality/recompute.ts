/**
 * The rates of a month computed again from what was sent, row by row, by the published definitions (docs/reference/quality.md).
 * It shares nothing with the module: its own check of codes, its own working days from the calendar's files, its own loop.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface SentRow {
  readonly submissionId: string;
  readonly row: number;
  /** Day in China on which its file arrived. */
  readonly arrivedOn: string;
  readonly cells: Readonly<Record<string, string>>;
  /** Severities of the findings that are kept of it, read one row at a time. */
  readonly severities: readonly string[];
}

export interface Judgement {
  readonly key: string;
  readonly outcome: 'accepted' | 'refused' | 'repeated';
  readonly codeError: boolean;
  readonly first: boolean;
  readonly timely: boolean;
  readonly qualified: boolean;
}

const letters = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** GB 32100-2015, 4.6: C18 = 31 − (Σ Ci × 3^(i−1) mod 31), 31 counts as 0. */
export function codeHolds(code: string): boolean {
  if (code.length !== 18) return false;
  let total = 0;
  for (let at = 0; at < 17; at += 1) {
    const value = letters.indexOf(code.charAt(at));
    if (value < 0) return false;
    let weight = 1;
    for (let step = 0; step < at; step += 1) weight = (weight * 3) % 31;
    total += value * weight;
  }
  return letters.charAt((31 - (total % 31)) % 31) === code.charAt(17);
}

interface CalendarFile {
  readonly body: {
    readonly years: readonly {
      readonly holidays: readonly { on: string }[];
      readonly workdays: readonly { on: string }[];
    }[];
  };
}

export function calendarOf(folder: string, years: readonly number[]): (day: string) => boolean {
  const free = new Set<string>();
  const worked = new Set<string>();
  for (const year of years) {
    const file = parse(readFileSync(join(folder, `${year}.yaml`), 'utf8')) as CalendarFile;
    for (const { holidays, workdays } of file.body.years) {
      for (const { on } of holidays) free.add(on);
      for (const { on } of workdays) worked.add(on);
    }
  }
  return (day) => {
    if (worked.has(day)) return true;
    if (free.has(day)) return false;
    const weekday = new Date(`${day}T12:00:00Z`).getUTCDay();
    return weekday !== 0 && weekday !== 6;
  };
}

/** Working days after `from` up to and including `to`. */
export function workingDaysAfter(works: (day: string) => boolean, from: string, to: string): number {
  let count = 0;
  const day = new Date(`${from}T12:00:00Z`);
  for (;;) {
    day.setUTCDate(day.getUTCDate() + 1);
    const text = day.toISOString().slice(0, 10);
    if (text > to) return count;
    if (works(text)) count += 1;
  }
}

const isoDay = (text: string): string => text.replaceAll('/', '-');

/** In the order in which they arrived. */
export function judge(rows: readonly SentRow[], works: (day: string) => boolean, limit: number): Judgement[] {
  const known = new Map<string, string>();
  return rows.map((row) => {
    const { cells } = row;
    const codeError = !codeHolds(cells.CF_XDR_SHXYM ?? '');
    const decided = isoDay(cells.CF_JDRQ ?? '');
    const noAmount = (cells.CF_CFLB ?? '').includes('罚款') && !(Number(cells.CF_NR_FK) > 0);
    const refused = codeError || noAmount || decided > row.arrivedOn;
    const fact = [cells.CF_WSH, cells.CF_XDR_SHXYM, decided].join(' ');
    const content = JSON.stringify(cells);
    const before = known.get(fact);
    const repeated = !refused && before === content;
    if (!refused) known.set(fact, content);
    const outcome = refused ? 'refused' : repeated ? 'repeated' : 'accepted';
    const first = outcome === 'accepted' && before === undefined;
    return {
      key: `${row.submissionId} ${row.row}`,
      outcome,
      codeError,
      first,
      timely: first && workingDaysAfter(works, decided, row.arrivedOn) <= limit,
      qualified: outcome === 'accepted' && row.severities.every((severity) => severity === 'correct'),
    };
  });
}

const count = <T>(rows: readonly T[], holds: (row: T) => boolean): number => rows.filter(holds).length;

/** Numerator and denominator of each rate that rests on the rows themselves. */
export function ratesOf(judged: readonly Judgement[]): Record<string, readonly [number, number]> {
  const reported = count(judged, ({ outcome }) => outcome !== 'repeated');
  const dated = count(judged, ({ first }) => first);
  const timely = count(judged, (row) => row.timely);
  return {
    compliance: [count(judged, ({ outcome }) => outcome === 'accepted'), reported],
    timeliness: [timely, dated],
    lateness: [dated - timely, dated],
    qualified: [count(judged, (row) => row.qualified), reported],
    codeErrors: [count(judged, ({ codeError, outcome }) => codeError && outcome !== 'repeated'), reported],
  };
}
