import { citizenCheckOf, isBirthDate } from './citizen-id.ts';
import { isPersonProvince } from './region.ts';
import { parseUnifiedCode } from './unified-code.ts';

export type PersonIdentifierRange = {
  /** UTF-16 offsets into the text as given: `text.slice(start, end)`. */
  readonly start: number;
  readonly end: number;
  readonly kind: 'citizenId' | 'permanentResidence';
  /** The same 18 characters also pass as a unified code (about one in 341); a caller who knows the field decides. */
  readonly alsoUnifiedCode: boolean;
};

/** Longest text that is scanned; beyond it the caller must split. Documents are ≤ 5,000 characters a field. */
const maxText = 1_000_000;

/** Digit value of a half- or full-width digit, 10 for x/X, −1 elsewhere. */
function digitOf(unit: number): number {
  const half = unit >= 0xff01 && unit <= 0xff5e ? unit - 0xfee0 : unit;
  if (half >= 48 && half <= 57) return half - 48;
  return half === 88 || half === 120 ? 10 : -1;
}

const isSeparator = (unit: number): boolean =>
  unit === 0x20 || unit === 0x2d || unit === 0x3000 || unit === 0xa0 || unit === 0xff0d;

/**
 * Finds numbers of persons in free text, so that other code can mask them before anything is stored: 18 characters
 * with a possible province, a real birth date and a passing check (GB 11643-1999), also full-width, grouped by single
 * blanks or hyphens, and inside longer runs of digits (a telephone number often follows without a gap). A permanent
 * resident number (9…) is reported unless it is a valid unified code. Ranges do not overlap, in order.
 * @throws RangeError for text longer than 1,000,000 units
 */
export function looksLikePersonIdentifier(text: string): readonly PersonIdentifierRange[] {
  if (text.length > maxText) throw new RangeError(`text longer than ${maxText} units: split it first`);
  const found: PersonIdentifierRange[] = [];
  const last = text.length - 18;
  let i = 0;
  while (i <= last) {
    const value = digitOf(text.charCodeAt(i));
    const range = value >= 1 && value <= 9 ? rangeAt(text, i) : undefined;
    if (range) found.push(range);
    i = range ? range.end : i + 1;
  }
  return found;
}

function rangeAt(text: string, start: number): PersonIdentifierRange | undefined {
  let digits = '';
  let i = start;
  let separators = 0;
  while (digits.length < 18) {
    if (i >= text.length) return undefined;
    const unit = text.charCodeAt(i);
    if (digits.length > 0 && isSeparator(unit) && !isSeparator(text.charCodeAt(i - 1))) {
      if (++separators > 5) return undefined;
      i++;
      continue;
    }
    const value = digitOf(unit);
    if (value < 0 || (value === 10 && digits.length < 17)) return undefined;
    digits += value === 10 ? 'X' : String(value);
    i++;
  }
  const foreign = digits.charCodeAt(0) === 57;
  if (!foreign && !isPersonProvince(digits)) return undefined;
  if (!isBirthDate(Number(digits.slice(6, 10)), Number(digits.slice(10, 12)), Number(digits.slice(12, 14)))) {
    return undefined;
  }
  if (citizenCheckOf(digits) !== digits.charAt(17)) return undefined;
  const alsoUnifiedCode = parseUnifiedCode(digits).ok;
  if (foreign && alsoUnifiedCode) return undefined;
  return { start, end: i, kind: foreign ? 'permanentResidence' : 'citizenId', alsoUnifiedCode };
}
