/** Months as `YYYY-MM`, in Asia/Shanghai. Pure. */
import type { DutyCycle } from '@chengxin/contract';
import { addDays, type Instant, type PlainDateString, toInstant, toPlainDate } from '../../platform/clock.ts';

export type Month = string;

export const monthOf = (day: string): Month => day.slice(0, 7);
export const firstDay = (month: Month): PlainDateString => toPlainDate(`${month}-01`);

/** @param by months later, earlier when negative */
export function moveMonth(month: Month, by: number): Month {
  const at = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + by;
  return `${String(Math.floor(at / 12)).padStart(4, '0')}-${String((at % 12) + 1).padStart(2, '0')}`;
}

export const lastDay = (month: Month): PlainDateString => addDays(firstDay(moveMonth(month, 1)), -1);

/** The instants at which it begins and after which it is over: midnight in Shanghai is 16:00 UTC of the day before. */
export function spanOf(month: Month): { readonly from: Instant; readonly before: Instant } {
  const midnight = (day: string): Instant => toInstant(`${day}T00:00:00+08:00`);
  return { from: midnight(firstDay(month)), before: midnight(firstDay(moveMonth(month, 1))) };
}

export function daysOf(month: Month): PlainDateString[] {
  const days: PlainDateString[] = [];
  for (let day = firstDay(month); monthOf(day) === month; day = addDays(day, 1)) days.push(day);
  return days;
}

const endsOf = { quarter: ['03', '06', '09', '12'], year: ['12'] } as const;

/** Whether a cycle ends with the month: only then it is to be confirmed. */
export const endsWith = (cycle: DutyCycle, month: Month): boolean =>
  cycle === 'month' || endsOf[cycle].some((end) => end === month.slice(5));

/** What is counted for a month's duties: its own days, and those of a quarter or a year that end with it. */
export function dutyDays(month: Month) {
  const year = endsWith('year', month) ? firstDay(`${month.slice(0, 4)}-01`) : null;
  const quarter = endsWith('quarter', month) ? firstDay(moveMonth(month, -2)) : null;
  const from = spanOf(monthOf(year ?? quarter ?? firstDay(month))).from;
  return { days: { first: firstDay(month), last: lastDay(month), quarter, year }, from };
}

/** 2026年10月. */
export const chineseMonth = (month: Month): string => `${Number(month.slice(0, 4))}年${Number(month.slice(5))}月`;

interface Days {
  workingDaysBetween(from: string, to: string): { days: number };
}

/** The earliest day whose decisions are in time when they arrive on `arrived`: wd(d→a) ≤ limit (city-monitoring §2). */
export function earliestInTime(days: Days, arrived: PlainDateString, limit: number): PlainDateString {
  let day = arrived;
  while (days.workingDaysBetween(addDays(day, -1), arrived).days <= limit) day = addDays(day, -1);
  return day;
}

/** 2026年11月3日 09:12, in Beijing time. */
export function chineseDayTime(at: string): string {
  const local = new Date(Date.parse(at) + 8 * 3_600_000).toISOString();
  const [year, month, day] = local.slice(0, 10).split('-').map(Number);
  return `${year}年${month}月${day}日 ${local.slice(11, 16)}`;
}
