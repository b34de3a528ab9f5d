/** A point in time: ISO 8601 in UTC with milliseconds, e.g. `2026-03-01T02:03:04.567Z`. Sorts as text. */
export type Instant = string & { readonly __brand: 'Instant' };
/** A legal day in Asia/Shanghai: `YYYY-MM-DD`. Sorts as text. */
export type PlainDateString = string & { readonly __brand: 'PlainDateString' };

export interface Clock {
  now(): Instant;
  /** The day it is in Asia/Shanghai (legal days are Chinese days, whatever the server's time zone). */
  today(): PlainDateString;
}

export interface FixedClock extends Clock {
  /** Moves the clock on by milliseconds, or by parts of a duration. Returns the new instant. */
  advance(by: number | { days?: number; hours?: number; minutes?: number; seconds?: number }): Instant;
  set(iso: string): Instant;
}

/** Asia/Shanghai has had no daylight saving time since 1991 and no law gives it a day before 1991 here. */
const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

export function toInstant(value: string | number | Date): Instant {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) throw new RangeError(`not an instant: ${String(value)}`);
  return date.toISOString() as Instant;
}

/** The Asia/Shanghai day that an instant falls on. */
export function dayOf(instant: Instant): PlainDateString {
  return new Date(Date.parse(instant) + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10) as PlainDateString;
}

/** Checks that the text is a day that exists (2021-02-30 does not). */
export function isPlainDate(value: string): value is PlainDateString {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

export function toPlainDate(value: string): PlainDateString {
  if (!isPlainDate(value)) throw new RangeError(`not a date: ${value}`);
  return value;
}

/** The day `days` calendar days later (earlier when negative). */
export function addDays(day: PlainDateString, days: number): PlainDateString {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10) as PlainDateString;
}

function clockFrom(millis: () => number): Clock {
  const now = (): Instant => new Date(millis()).toISOString() as Instant;
  return { now, today: () => dayOf(now()) };
}

export const systemClock: Clock = clockFrom(() => Date.now());

export function fixedClock(iso: string): FixedClock {
  let at = Date.parse(toInstant(iso));
  const clock = clockFrom(() => at);
  return {
    ...clock,
    advance(by) {
      const millis =
        typeof by === 'number'
          ? by
          : (((by.days ?? 0) * 24 + (by.hours ?? 0)) * 60 + (by.minutes ?? 0)) * 60_000 + (by.seconds ?? 0) * 1000;
      at += millis;
      return clock.now();
    },
    set(next) {
      at = Date.parse(toInstant(next));
      return clock.now();
    },
  };
}

/** Runs on from another moment: the machine's clock plus a constant. */
export function offsetClock(offsetMs: number): Clock {
  return clockFrom(() => Date.now() + offsetMs);
}

/**
 * The clock of a process. `CHENGXIN_NOW` (only with NODE_ENV=test) sets it: `2026-03-01T00:00:00Z` runs on from that
 * moment, `=2026-03-01T00:00:00Z` stands still.
 */
export function clockFromEnv(env: Readonly<Record<string, string | undefined>>): Clock {
  const value = env.CHENGXIN_NOW;
  if (!value) return systemClock;
  if (env.NODE_ENV !== 'test') throw new RangeError('CHENGXIN_NOW is only allowed with NODE_ENV=test');
  if (value.startsWith('=')) return fixedClock(value.slice(1));
  return offsetClock(Date.parse(toInstant(value)) - Date.now());
}
