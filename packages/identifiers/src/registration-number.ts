import { type IdentifierIssue, issue, noIssues } from './issue.ts';
import { isAbsent, normaliseCode } from './normalise.ts';
import { isRegistrationProvince } from './region.ts';

/** 工商注册号 as kept: half-width, upper case, without blanks; free text only trimmed. Its check may fail, see {@link parseRegistrationNumber}. */
export type RegistrationNumber = string & { readonly __brand: 'RegistrationNumber' };

export type RegistrationNumberResult =
  | {
      readonly ok: true;
      readonly number: RegistrationNumber;
      readonly form: 'digits15' | 'cooperative' | 'digits14' | 'digits13' | 'freeText';
      /** 首次登记机关行政区划, six digits, of the 15-character forms. */
      readonly region?: string;
      /** First digit of the sequence: 0–3 domestic, 4–5 foreign-invested, 6–9 sole trader (GS 15-2006). */
      readonly holder?: 'domestic' | 'foreign' | 'soleTrader';
      readonly normalised: boolean;
      readonly warnings: readonly IdentifierIssue[];
    }
  | { readonly ok: false; readonly reason: 'missing'; readonly issues: readonly IdentifierIssue[] };

/** ISO/IEC 7064 MOD 11,10 over 14 digits, the product before the check digit. */
function product(digits: string): number {
  let p = 10;
  for (let i = 0; i < 14; i++) {
    const t = (p + digits.charCodeAt(i) - 48) % 10;
    p = ((t === 0 ? 10 : t) * 2) % 11;
  }
  return p;
}

/**
 * Check digit of the first fourteen (GS 15-2006; ISO/IEC 7064 MOD 11,10).
 * @throws RangeError when there are not fourteen digits
 */
export function computeRegistrationCheck(first14: string): string {
  if (!/^[0-9]{14}$/.test(first14)) throw new RangeError('14 digits are needed');
  return String((11 - product(first14)) % 10);
}

/**
 * Builds a valid 15-digit number for generators.
 * @param region six digits of GB/T 2260
 * @param sequence eight digits; the first tells the holder (GS 15-2006)
 * @throws RangeError on other input
 */
export function makeRegistrationNumber(region: string, sequence: string): RegistrationNumber {
  const first14 = region + sequence;
  if (region.length !== 6) throw new RangeError('a region has six digits');
  return (first14 + computeRegistrationCheck(first14)) as RegistrationNumber;
}

const holderOf = (digit: string): 'domestic' | 'foreign' | 'soleTrader' =>
  digit <= '3' ? 'domestic' : digit <= '5' ? 'foreign' : 'soleTrader';

/**
 * Parses a 工商注册号. Only an empty one is refused: real registers hold numbers whose check digit is wrong, 13- and
 * 14-digit ones, cooperatives' with NA and texts such as 企合鲁烟牟总字第000001号, so a failure is a warning.
 */
export function parseRegistrationNumber(raw: string): RegistrationNumberResult {
  const text = normaliseCode(raw);
  if (isAbsent(text) || /^0+$/.test(text)) {
    return { ok: false, reason: 'missing', issues: [issue('presence', '工商注册号为空', 'No registration number')] };
  }
  const number = text as RegistrationNumber;
  const normalised = text !== raw;
  if (/^[0-9]{15}$/.test(text)) {
    const region = text.slice(0, 6);
    const warnings = warningsOf15(text);
    return { ok: true, number, form: 'digits15', region, holder: holderOf(text.charAt(6)), normalised, warnings };
  }
  if (/^[0-9]{6}NA[0-9]{6}[0-9X]$/.test(text)) {
    return {
      ok: true,
      number,
      form: 'cooperative',
      region: text.slice(0, 6),
      normalised,
      warnings: [
        issue(
          'form',
          '含 NA 的注册号（多见于农民专业合作社）没有可验的校验位，请用统一社会信用代码核对',
          'Numbers with NA (farmers’ cooperatives) have no check digit to test; compare by the unified code',
        ),
      ],
    };
  }
  const form = /^[0-9]{13}$/.test(text) ? 'digits13' : /^[0-9]{14}$/.test(text) ? 'digits14' : 'freeText';
  if (form === 'freeText') {
    const kept = raw.trim() as RegistrationNumber;
    return { ok: true, number: kept, form, normalised: kept !== raw, warnings: [formIssue(form)] };
  }
  return { ok: true, number, form, normalised, warnings: [formIssue(form)] };
}

function warningsOf15(text: string): readonly IdentifierIssue[] {
  const found: IdentifierIssue[] = [];
  const due = computeRegistrationCheck(text.slice(0, 14));
  if (due !== text.charAt(14)) {
    found.push(
      issue(
        'check',
        `注册号校验位不符：按前14位应为 ${due}；部分旧登记本身有误，照登记证照为准`,
        `The check digit does not fit: the first 14 give ${due}; some old registrations are themselves wrong, so the certificate decides`,
      ),
    );
  }
  if (!isRegistrationProvince(text)) {
    found.push(
      issue('region', '前6位不是 GB/T 2260 的行政区划，请核对', 'The first 6 digits are not a division of GB/T 2260'),
    );
  }
  return found.length === 0 ? noIssues : found;
}

const formIssue = (form: 'digits13' | 'digits14' | 'freeText'): IdentifierIssue =>
  form === 'freeText'
    ? issue(
        'form',
        '不是15位注册号，按原文保存；如有统一社会信用代码请一并填写',
        'Not a 15-digit number, kept as written; add the unified code if there is one',
      )
    : issue(
        'length',
        `旧式${form === 'digits13' ? 13 : 14}位注册号，没有校验位，按原文保存`,
        `An old ${form === 'digits13' ? 13 : 14}-digit number without a check digit, kept as written`,
      );
