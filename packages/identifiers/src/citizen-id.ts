import { type IdentifierIssue, issue, noIssues } from './issue.ts';
import { isAbsent, normaliseCode } from './normalise.ts';
import { isPersonProvince } from './region.ts';

/** 公民身份号码 in its 18-character form. Plain text lives in memory only; storage takes ciphertext and token. */
export type CitizenId = string & { readonly __brand: 'CitizenId' };

export type CitizenIdResult =
  | {
      readonly ok: true;
      readonly number: CitizenId;
      /** Birth date, ISO `YYYY-MM-DD`. */
      readonly birthOn: string;
      /** 港澳台居民居住证 (81/82/83), which has the same structure. */
      readonly residencePermit: boolean;
      readonly normalised: boolean;
      readonly warnings: readonly IdentifierIssue[];
    }
  | {
      readonly ok: false;
      readonly reason: 'missing' | 'length' | 'charset' | 'region' | 'birthDate' | 'check';
      readonly issues: readonly IdentifierIssue[];
    };

const weights = Uint8Array.of(7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2);
const checks = '10X98765432';

/**
 * Check character of seventeen digits (GB 11643-1999; ISO/IEC 7064 MOD 11-2).
 * @throws RangeError when there are not seventeen digits
 */
export function computeCitizenCheck(first17: string): string {
  if (!/^[0-9]{17}$/.test(first17)) throw new RangeError('17 digits are needed');
  return citizenCheckOf(first17);
}

/** As {@link computeCitizenCheck} for text already known to begin with 17 digits. */
export function citizenCheckOf(text: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += (text.charCodeAt(i) - 48) * (weights[i] as number);
  return checks.charAt(sum % 11);
}

const monthDays = Uint8Array.of(31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

/** True for a day of the Gregorian calendar, years 1800–2099. */
export function isBirthDate(year: number, month: number, day: number): boolean {
  if (year < 1800 || year > 2099 || month < 1 || month > 12 || day < 1) return false;
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (monthDays[month - 1] as number) + (leap ? 1 : 0);
}

/** ISO date of eight digits `YYYYMMDD` when it is a real day of 1800–2099. */
export function birthDateOf(digits8: string): string | undefined {
  const year = Number(digits8.slice(0, 4));
  const month = Number(digits8.slice(4, 6));
  const day = Number(digits8.slice(6, 8));
  return isBirthDate(year, month, day)
    ? `${digits8.slice(0, 4)}-${digits8.slice(4, 6)}-${digits8.slice(6, 8)}`
    : undefined;
}

/** The earliest refusal found; wording without any part of the number. */
type Refusal = Exclude<CitizenIdResult, { ok: true }>;
const refuse = (reason: Refusal['reason'], found: IdentifierIssue): Refusal => ({ ok: false, reason, issues: [found] });

/**
 * Parses a 公民身份号码: 18 characters (GB 11643-1999), or 15 digits (GB 11643-1989), which are brought to 18 with
 * century 19. Never throws and never quotes the number.
 * @param options.today ISO date from the caller's clock; with it, a birth date in the future is refused
 */
export function parseCitizenId(raw: string, options: { readonly today?: string | undefined } = {}): CitizenIdResult {
  const text = normaliseCode(raw);
  if (isAbsent(text)) return refuse('missing', issue('presence', '身份证号为空，请填写', 'The number is missing'));
  if (text.length !== 18 && text.length !== 15) {
    return refuse(
      'length',
      issue(
        'length',
        `身份证号应为18位，现为${text.length}位`,
        `The number has 18 characters, this has ${text.length}`,
      ),
    );
  }
  if (!/^(?:[0-9]{17}[0-9X]|[0-9]{15})$/.test(text)) {
    return refuse(
      'charset',
      issue('charset', '身份证号只能是数字，末位可为 X', 'The number has digits only; the last may be X'),
    );
  }
  const old = text.length === 15;
  const first17 = old ? `${text.slice(0, 6)}19${text.slice(6)}` : text.slice(0, 17);
  if (!isPersonProvince(first17)) {
    return refuse('region', issue('region', '前两位不是省级区划代码，请核对', 'The first two digits are no province'));
  }
  const birthOn = birthDateOf(first17.slice(6, 14));
  if (birthOn === undefined || (options.today !== undefined && birthOn > options.today)) {
    return refuse(
      'birthDate',
      issue('birthDate', '号码中的出生日期不存在或在将来，请核对', 'The birth date inside is no real past day'),
    );
  }
  const due = citizenCheckOf(first17);
  if (!old && due !== text.charAt(17)) {
    return refuse('check', issue('check', '身份证号校验位不符，请对照证件核对', 'The check character does not fit'));
  }
  return {
    ok: true,
    number: (first17 + due) as CitizenId,
    birthOn,
    residencePermit: first17.charAt(0) === '8',
    normalised: text !== raw,
    warnings: old
      ? [issue('length', '15位旧号码已换算为18位，请核对', 'A 15-digit number was brought to 18; please compare')]
      : noIssues,
  };
}

/**
 * True while a person is under eighteen full years (未成年人保护法 art. 2). A year of age is complete from the day
 * *after* the birthday (法释〔2006〕1号 art. 2), so the eighteenth birthday itself still counts: minors' rows are kept
 * out, and the cautious reading costs one day.
 * @param birthOn ISO date
 * @param on ISO date of the day in question
 */
export function isMinorOn(birthOn: string, on: string): boolean {
  const year = Number(birthOn.slice(0, 4)) + 18;
  return on <= `${String(year).padStart(4, '0')}${birthOn.slice(4)}`;
}
