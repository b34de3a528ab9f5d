/** How values are printed in a report. */
import type { StandardField } from '../policy/types.ts';

/** Reported for "long-term"; see the double-disclosure standard. */
const OPEN_END = '2099';

/** 2026-11-18, or 长期. */
export function printDay(day: string): string {
  return day.slice(0, 4) >= OPEN_END ? '长期' : day;
}

/** Fen in the unit an officer would say, exact: 2_000_000 → 2 万元, 12_345 → 123.45 元. */
export function printAmount(fen: bigint): string {
  const [unit, digits, name] = fen >= 1_000_000n ? ([1_000_000n, 6, '万元'] as const) : ([100n, 2, '元'] as const);
  const whole = String(fen / unit).replaceAll(/\B(?=(\d{3})+$)/g, ',');
  const decimals = String(fen % unit)
    .padStart(digits, '0')
    .replace(/0+$/, '');
  return `${whole}${decimals === '' ? '' : `.${decimals}`} ${name}`;
}

/**
 * Text that canonical JSON and fonts can carry: lone surrogates become U+FFFD, control characters go, invisible
 * direction marks go (they would make a name read differently from what it is), line ends become one kind.
 */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '')
    .trim();
}

/** A value of a payload as printed; null when there is nothing to print. */
export function printValue(value: unknown, field: StandardField): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (Array.isArray(value)) {
    const parts = value.map((part) => cleanText(String(part))).filter((part) => part !== '');
    return parts.length === 0 ? null : parts.join('；');
  }
  if (field.type === 'amount10k') {
    const digits = typeof value === 'bigint' || typeof value === 'number' ? String(value) : String(value).trim();
    return /^\d{1,30}$/.test(digits) ? printAmount(BigInt(digits)) : null;
  }
  const text = cleanText(String(value));
  if (text === '') return null;
  return field.type === 'date' ? printDay(text) : text;
}

/** 罚款金额（万元） → 罚款金额, the unit stands beside the value; 行政许可决定文书号 → 决定文书号, the section says whose. */
export function printLabel(label: string): string {
  return label
    .replace(/[（(](?:单位[:：])?万元[)）]$/, '')
    .replace(/^行政(?=许可|处罚)/, '')
    .replace(/^(?:许可|处罚)(?=决定|有效期)/, '');
}

/** 2026-11-22T01:00:00.000Z → 2026-11-22 09:00:00 in Asia/Shanghai. */
export function printInstant(instant: string): string {
  return new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
}
