/** Days and years of terms. Pure. */

/** The same day so many years later; 29 February becomes 28 February in a common year. */
export function addYears(day: string, years: number): string {
  const monthDay = day.slice(4, 10);
  const year = String(Number(day.slice(0, 4)) + years).padStart(4, '0');
  return `${year}${monthDay === '-02-29' ? '-02-28' : monthDay}`;
}

/** The same day so many months later, or the last of that month. */
export function addMonths(day: string, months: number): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  const first = new Date(Date.UTC(year, month - 1 + months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(date, last));
  return first.toISOString().slice(0, 10);
}

export function addHours(instant: string, hours: number): string {
  return new Date(Date.parse(instant) + hours * 3_600_000).toISOString();
}
