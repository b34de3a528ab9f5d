/** Days and months that `addDays` and `addMonths` may be given; more than any period of law. */
export const maxDays = 40_000;
export const maxMonths = 1_200;

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));
const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const lengths = Uint8Array.of(31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);
const daysIn = (year: number, month: number): number =>
  (lengths[month - 1] ?? 0) + (month === 2 && isLeap(year) ? 1 : 0);

type Day = { readonly year: number; readonly month: number; readonly day: number };

function partsOf(iso: string): Day | undefined {
  if (iso.length !== 10 || iso.charCodeAt(4) !== 45 || iso.charCodeAt(7) !== 45) return undefined;
  const digits = (from: number, to: number): number => {
    let n = 0;
    for (let i = from; i < to; i++) {
      const d = iso.charCodeAt(i) - 48;
      if (d < 0 || d > 9) return Number.NaN;
      n = n * 10 + d;
    }
    return n;
  };
  const year = digits(0, 4);
  const month = digits(5, 7);
  const day = digits(8, 10);
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
    ? { year, month, day }
    : undefined;
}

const write = (year: number, month: number, day: number): string =>
  `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;

/** True for an ISO day `YYYY-MM-DD` of the years 0001–9999 that exists. */
export const isIsoDate = (text: string): boolean => partsOf(text) !== undefined;

/** Days since 0000-03-01 in the proleptic Gregorian calendar, undefined for what is no date. */
export function dayNumber(iso: string): number | undefined {
  const parts = partsOf(iso);
  if (parts === undefined) return undefined;
  const y = parts.month <= 2 ? parts.year - 1 : parts.year;
  const m = (parts.month + 9) % 12;
  return (
    y * 365 +
    Math.floor(y / 4) -
    Math.floor(y / 100) +
    Math.floor(y / 400) +
    Math.floor((m * 153 + 2) / 5) +
    parts.day -
    1
  );
}

function fromDayNumber(n: number): string | undefined {
  const era = Math.floor(n / 146_097);
  const dayOfEra = n - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const m = Math.floor((5 * dayOfYear + 2) / 153);
  const month = m < 10 ? m + 3 : m - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return year < 1 || year > 9999 ? undefined : write(year, month, dayOfYear - Math.floor((m * 153 + 2) / 5) + 1);
}

/** The day `days` later; undefined outside the years 0001–9999. */
export function addDays(iso: string, days: number): string | undefined {
  const n = dayNumber(iso);
  return n === undefined ? undefined : fromDayNumber(n + days);
}

/** The same day `months` later, the last day of the month where it has no such day; undefined outside 0001–9999. */
export function addMonths(iso: string, months: number): string | undefined {
  const parts = partsOf(iso);
  if (parts === undefined) return undefined;
  const index = parts.year * 12 + parts.month - 1 + months;
  const year = Math.floor(index / 12);
  const month = index - year * 12 + 1;
  return year < 1 || year > 9999 ? undefined : write(year, month, Math.min(parts.day, daysIn(year, month)));
}

/** Days from one date to another, negative when it lies before; undefined when one is no date. */
export function daysBetween(from: string, to: string): number | undefined {
  const a = dayNumber(from);
  const b = dayNumber(to);
  return a === undefined || b === undefined ? undefined : b - a;
}
