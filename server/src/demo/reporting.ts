/**
 * How the departments of the demonstration city report: most of them weekly, some seldom, each with its care. With it the last two
 * ended months have decisions that came in time and late, so that a month can be closed, ranked and written about. Pure.
 */
import type { DepartmentKey } from './bodies.ts';
import { dayNumber, isoDay } from './days.ts';

export type Rhythm = 'weekly' | 'fortnightly' | 'monthly';

export interface Habit {
  readonly rhythm: Rhythm;
  /** Share of the usual dirt in what it reports now: 0 is a careful department. */
  readonly dirt: number;
  /** Confirmed beyond what was reported, in percent: decisions that never came. */
  readonly missing: number;
}

const careful: Habit = { rhythm: 'weekly', dirt: 0, missing: 0 };

export const habits: Readonly<Record<DepartmentKey, Habit>> = {
  market: { rhythm: 'weekly', dirt: 0.3, missing: 0 },
  housing: { rhythm: 'fortnightly', dirt: 0.2, missing: 0 },
  transport: careful,
  ecology: careful,
  emergency: careful,
  health: { rhythm: 'weekly', dirt: 0, missing: 3 },
  culture: { rhythm: 'weekly', dirt: 0.6, missing: 0 },
  labour: careful,
  urban: { rhythm: 'monthly', dirt: 1, missing: 0 },
  agriculture: { rhythm: 'fortnightly', dirt: 0.4, missing: 0 },
  tax: { rhythm: 'weekly', dirt: 0, missing: 9 },
  fire: careful,
};

/** Items that are owed beside licences and penalties, and what was said of them for a month in which nothing came. */
export const otherDuties: readonly {
  readonly body: DepartmentKey;
  readonly standard: string;
  readonly said: 'zero' | 'nothing';
}[] = [
  { body: 'market', standard: 'inspection', said: 'zero' },
  { body: 'market', standard: 'award', said: 'zero' },
  { body: 'transport', standard: 'coercion', said: 'zero' },
  { body: 'ecology', standard: 'coercion', said: 'zero' },
  { body: 'emergency', standard: 'inspection', said: 'nothing' },
  { body: 'tax', standard: 'levy', said: 'zero' },
  { body: 'agriculture', standard: 'grant', said: 'nothing' },
];

/** `2026-10` of the months before the one that `asOf` lies in, the last first. */
export function endedMonths(asOf: number, count: number): string[] {
  const [year = 0, month = 0] = isoDay(asOf).split('-').map(Number);
  return Array.from({ length: count }, (_, back) => {
    const at = year * 12 + month - 2 - back;
    return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
  });
}

/** Months that are reported by habit; what is older came in one load before them. */
export const reportedMonths = 2;

export interface Parcel {
  /** Decisions before this day that no earlier parcel has; null: the rest. */
  readonly before: number | null;
  /** Null: today. */
  readonly arrives: number | null;
  readonly dirt: number;
  readonly name: string;
}

const monday = (day: number): boolean => (day + 3) % 7 === 0;
const firstOfMonth = (day: number): boolean => isoDay(day).endsWith('-01');

/** Days on which a parcel is closed, and after how many it is sent. */
const ends: Readonly<Record<Rhythm, { readonly at: (day: number, first: number) => boolean; readonly after: number }>> =
  {
    weekly: { at: monday, after: 1 },
    fortnightly: { at: (day, first) => monday(day) && Math.floor((day - first) / 7) % 2 === 1, after: 1 },
    monthly: { at: firstOfMonth, after: 11 },
  };

/** The parcels of one department, oldest first. */
export function parcelsOf(department: DepartmentKey, asOf: number): Parcel[] {
  const { rhythm, dirt } = habits[department];
  const first = dayNumber(`${endedMonths(asOf, reportedMonths).at(-1)}-01`);
  const parcels: Parcel[] = [{ before: first, arrives: first - 20, dirt: 1, name: '历史' }];
  const { at, after } = ends[rhythm];
  for (let day = first + 1; day <= asOf; day += 1)
    if (at(day, first))
      parcels.push({
        before: day,
        arrives: day + after < asOf ? day + after : null,
        dirt,
        name: isoDay(day - 1).replaceAll('-', ''),
      });
  return [...parcels, { before: null, arrives: null, dirt, name: isoDay(asOf).replaceAll('-', '') }];
}
