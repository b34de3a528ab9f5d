/** How a number format shows a number, as far as it changes the text that is read. */
export type NumberStyle =
  | { kind: 'plain' }
  | { kind: 'date' | 'datetime' | 'time' }
  /** `000000`: shown with leading zeros. */
  | { kind: 'padded'; digits: number };

export const PLAIN: NumberStyle = { kind: 'plain' };

/** Built-in formats that show dates, with the East Asian ones (27-36, 50-58), ECMA-376 part 1, 18.8.30. */
export function builtinStyle(id: number): NumberStyle {
  if (id >= 14 && id <= 17) return { kind: 'date' };
  if (id >= 18 && id <= 21) return { kind: 'time' };
  if (id === 22) return { kind: 'datetime' };
  if ((id >= 27 && id <= 31) || id === 36 || (id >= 50 && id <= 54) || id === 57 || id === 58) return { kind: 'date' };
  if (id >= 32 && id <= 35) return { kind: 'time' };
  if (id === 55 || id === 56) return { kind: 'time' };
  if (id === 45 || id === 47) return { kind: 'time' };
  return PLAIN;
}

/** Characters of a format code; Excel allows 255. */
const MAX_CODE = 255;

/** What a custom format code shows: `yyyy"年"m"月"d"日"`, `[$-804]yyyy/m/d`, `h:mm AM/PM`, `000000`. */
export function customStyle(code: string): NumberStyle {
  const section = code
    .slice(0, MAX_CODE)
    .replace(/"[^"]*"|\\.|[_*]./g, '')
    .replace(/\[(?:\$[^\]]*|[^hms\]][^\]]*)\]/gi, '')
    .split(';', 1)[0]
    ?.toLowerCase()
    .replace(/general|am\/pm|a\/p|上午\/下午/g, '')
    .replace(/e[+-]/g, '');
  if (section === undefined || section === '') return PLAIN;
  if (/^0{2,20}$/.test(section)) return { kind: 'padded', digits: section.length };
  // Elapsed time ([h]:mm) is a duration, not a moment: its number is kept.
  if (/\[[hms]+\]/.test(section)) return PLAIN;
  const year = /[ye]/.test(section);
  const day = /d|aaa/.test(section);
  const clock = /[hs]/.test(section);
  if (year || day) return { kind: clock ? 'datetime' : 'date' };
  if (clock) return { kind: 'time' };
  return /m/.test(section) ? { kind: 'date' } : PLAIN;
}

const DAY_MS = 86_400_000;
/** 9999-12-31 in the 1900 system. */
const LAST_SERIAL = 2_958_465;

/**
 * A serial number as ISO text, to the second; undefined when it is no date (negative, after 9999). In the 1900 system
 * Excel counts a 29 February 1900 (serial 60) that did not exist; it is given as it is shown.
 */
export function serialToIso(serial: number, kind: 'date' | 'datetime' | 'time', date1904: boolean): string | undefined {
  if (!Number.isFinite(serial) || serial < 0 || serial >= LAST_SERIAL + 1) return undefined;
  const seconds = Math.round((serial - Math.floor(serial)) * 86_400);
  const days = Math.floor(serial) + (seconds === 86_400 ? 1 : 0);
  const clock = new Date((seconds % 86_400) * 1000).toISOString().slice(11, 19);
  if (kind === 'time' && days === 0) return clock;
  const day = isoDay(days, date1904);
  if (day === undefined) return undefined;
  return seconds % 86_400 === 0 ? day : `${day}T${clock}`;
}

function isoDay(days: number, date1904: boolean): string | undefined {
  if (!date1904 && days === 60) return '1900-02-29';
  if (!date1904 && days === 0) return '1900-01-00';
  const epoch = date1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, days < 60 ? 31 : 30);
  const date = new Date(epoch + days * DAY_MS);
  return date.getUTCFullYear() > 9999 ? undefined : date.toISOString().slice(0, 10);
}

const SHORT_INTEGER = /^-?(?:0|[1-9]\d{0,14})$/;
const SHORT_DECIMAL = /^-?(?:0|[1-9]\d*)\.\d*[1-9]$/;

export interface NumberText {
  text: string;
  /** More than 15 digits: Excel keeps only 15, so the last ones are not those that were typed. */
  lossy: boolean;
}

/**
 * The stored number as the decimal text that Excel shows: 15 significant digits, no exponent, no binary noise
 * (`0.30000000000000004` → `0.3`). Undefined when it is not a number.
 */
export function numberText(raw: string): NumberText | undefined {
  if (SHORT_INTEGER.test(raw)) return { text: raw === '-0' ? '0' : raw, lossy: false };
  if (raw.length <= 16 && SHORT_DECIMAL.test(raw)) return { text: raw, lossy: false };
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,4})?$/i.test(raw)) return undefined;
  const value = Number(raw);
  if (!Number.isFinite(value)) return undefined;
  const text = plainDecimal(value.toPrecision(15));
  return { text, lossy: Math.abs(value) >= 1e15 };
}

/** `1.23456E+7` → `12345600`; zeros that say nothing are taken away. */
function plainDecimal(precise: string): string {
  const [mantissa = '', exponent = '0'] = precise.split('e');
  const negative = mantissa.startsWith('-');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  const left = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0');
  const right = (point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point)).replace(/0+$/, '');
  const text = left.replace(/^0+(?=\d)/, '') + (right === '' ? '' : `.${right}`);
  return negative && text !== '0' ? `-${text}` : text;
}
