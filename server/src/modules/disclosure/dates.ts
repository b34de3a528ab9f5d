/** Calendar arithmetic on ISO days, without time zones. Periods in months: 民法典 arts. 201 and 202. */

const daysBefore = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

function daysInMonth(year: number, month: number): number {
  if (month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)) return 29;
  return daysBefore[month - 1] ?? 31;
}

const two = (value: number): string => (value < 10 ? `0${value}` : String(value));

/**
 * The day that ends a period of whole months: the same day of the month, or its last day where it has none (民法典
 * art. 202). 2026-01-31 + 1 → 2026-02-28; 2024-02-29 + 12 → 2025-02-28.
 */
export function addMonths(day: string, months: number): string {
  const year = Number(day.slice(0, 4));
  const month = Number(day.slice(5, 7));
  const date = Number(day.slice(8, 10));
  const total = year * 12 + month - 1 + months;
  const toYear = Math.floor(total / 12);
  const toMonth = (total % 12) + 1;
  const toDate = Math.min(date, daysInMonth(toYear, toMonth));
  return `${String(toYear).padStart(4, '0')}-${two(toMonth)}-${two(toDate)}`;
}

export function dayAfter(day: string): string {
  const year = Number(day.slice(0, 4));
  const month = Number(day.slice(5, 7));
  const date = Number(day.slice(8, 10));
  if (date < daysInMonth(year, month)) return `${day.slice(0, 8)}${two(date + 1)}`;
  return `${addMonths(`${day.slice(0, 8)}01`, 1)}`;
}

/** 2026-11-18 → 2026年11月18日. */
export function chineseDay(day: string): string {
  return `${Number(day.slice(0, 4))}年${Number(day.slice(5, 7))}月${Number(day.slice(8, 10))}日`;
}

/** 12 → 1年, 18 → 18个月. */
export function chineseMonths(months: number): string {
  return months > 0 && months % 12 === 0 ? `${months / 12}年` : `${months}个月`;
}

export function englishMonths(months: number): string {
  if (months > 0 && months % 12 === 0) return months === 12 ? '1 year' : `${months / 12} years`;
  return months === 1 ? '1 month' : `${months} months`;
}
