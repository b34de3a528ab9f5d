/**
 * Working days from the State Council's yearly notices. A day of a year without an official notice is answered by the
 * weekday alone and marked provisional, never silently as a working day. Pure.
 */
import { isIsoDate } from '@chengxin/rules';
import type { CalendarYear, WorkingDayAnswer } from './types.ts';

/** Greatest number of working days and calendar days that are counted. */
const MAX_WORKING_DAYS = 20_000;
const MAX_CALENDAR_DAYS = 40_000;

export interface WorkingDays {
  isWorkingDay(on: string): WorkingDayAnswer;
  addWorkingDays(from: string, days: number): { on: string; provisional: boolean };
  workingDaysBetween(from: string, to: string): { days: number; provisional: boolean };
}

interface Cursor {
  on: string;
  /** 0 = Sunday. */
  weekday: number;
}

/** 1970-01-01 was a Thursday. */
const weekdayOf = (on: string): number => (((4 + Math.trunc(dayNumber(on))) % 7) + 7) % 7;
const dayNumber = (on: string): number => Math.round(Date.parse(`${on}T00:00:00Z`) / 86_400_000);

function checked(on: string): string {
  if (!isIsoDate(on)) throw new RangeError(`not a date: ${on}`);
  return on;
}

export function workingDays(years: readonly CalendarYear[]): WorkingDays {
  const special = new Map<string, boolean>();
  const official = new Set<string>();
  for (const year of years) {
    if (year.official) official.add(String(year.year));
    for (const day of year.holidays) special.set(day.on, false);
    for (const day of year.workdays) special.set(day.on, true);
  }
  const isOfficial = (on: string): boolean => official.has(on.slice(0, 4));
  const works = (cursor: Cursor): boolean => special.get(cursor.on) ?? (cursor.weekday !== 0 && cursor.weekday !== 6);
  const next = (cursor: Cursor, step: 1 | -1): Cursor => ({
    on: shift(cursor.on, step),
    weekday: (cursor.weekday + step + 7) % 7,
  });

  const days: WorkingDays = {
    isWorkingDay(on) {
      return { working: works({ on: checked(on), weekday: weekdayOf(on) }), provisional: !isOfficial(on) };
    },

    /** The first day is not counted (a clock begins the day after); 0 gives the day itself. Negative counts backwards. */
    addWorkingDays(from, wanted) {
      if (!Number.isInteger(wanted) || Math.abs(wanted) > MAX_WORKING_DAYS) {
        throw new RangeError(`working days must be a whole number within ±${MAX_WORKING_DAYS}: ${wanted}`);
      }
      let cursor: Cursor = { on: checked(from), weekday: weekdayOf(from) };
      const step = wanted < 0 ? -1 : 1;
      let left = Math.abs(wanted);
      let provisional = left === 0 && !isOfficial(from);
      while (left > 0) {
        cursor = next(cursor, step);
        if (!isOfficial(cursor.on)) provisional = true;
        if (works(cursor)) left -= 1;
      }
      return { on: cursor.on, provisional };
    },

    /** Working days after `from` up to and including `to`; negative when `to` is earlier. */
    workingDaysBetween(from, to) {
      if (checked(from) > checked(to)) {
        const back = days.workingDaysBetween(to, from);
        return { days: back.days === 0 ? 0 : -back.days, provisional: back.provisional };
      }
      const span = dayNumber(to) - dayNumber(from);
      if (span > MAX_CALENDAR_DAYS)
        throw new RangeError(`more than ${MAX_CALENDAR_DAYS} days between ${from} and ${to}`);
      let cursor: Cursor = { on: from, weekday: weekdayOf(from) };
      let count = 0;
      let provisional = span === 0 && !isOfficial(from);
      for (let at = 0; at < span; at += 1) {
        cursor = next(cursor, 1);
        if (!isOfficial(cursor.on)) provisional = true;
        if (works(cursor)) count += 1;
      }
      return { days: count, provisional };
    },
  };
  return days;
}

function shift(on: string, step: 1 | -1): string {
  return new Date((dayNumber(on) + step) * 86_400_000).toISOString().slice(0, 10);
}
