import { randomBytes } from 'node:crypto';

/** Digits and capitals without I, L, O and U, so that a number read aloud or from paper comes out right. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const pattern = /^CR-\d{6}-\d{8}-[0-9A-HJKMNP-TV-Z]{10}$/;

/** `CR-<region6>-<yyyymmdd>-<10 random base32>`: 50 random bits, not guessable (reports.md §2). */
export function newReportNumber(region: string, on: string): string {
  const place = /^\d{6}$/.test(region) ? region : '000000';
  let tail = '';
  for (const byte of randomBytes(10)) tail += alphabet.charAt(byte & 31);
  return `CR-${place}-${on.replaceAll('-', '')}-${tail}`;
}

/** A number as typed: capitals, and the look-alikes that the alphabet leaves out; null when it can be none. */
export function parseReportNumber(text: string): string | null {
  if (text.length > 60) return null;
  const upper = text
    .trim()
    .toUpperCase()
    .replaceAll(/[‐-―－]/g, '-');
  const at = upper.lastIndexOf('-');
  const number = upper.slice(0, at) + upper.slice(at).replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return pattern.test(number) ? number : null;
}
