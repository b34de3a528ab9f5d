/**
 * One cell → one value. Pure. Everything that changes what was written is said as a note, so that the department sees
 * what was corrected and why. The formats are those that real files have (double-disclosure data standard, formatting).
 */

/** A value as rules see it; dates are ISO days, amounts are fen (1 万元 = 10^6 fen, so six decimals fit exactly). */
export type CellValue = string | bigint | readonly string[] | null;

export interface CellResult {
  value: CellValue;
  /** Rule ids of what was changed, most telling first. */
  changed: string | null;
  /** Rule id of what makes the value unusable. */
  problem: string | null;
  /** Text of the value after normalisation; what is shown and stored. */
  text: string | null;
}

const EMPTY_WORDS = new Set([
  '',
  '无',
  '/',
  '\\',
  '空',
  'NULL',
  'null',
  'Null',
  '\\N',
  '暂无',
  '-',
  '--',
  '—',
  '——',
  '无。',
  'N/A',
  'n/a',
  '不详',
  '未知',
  '(空)',
  '（空）',
]);

/** 长期 and its spellings; the standard's form is 2099-12-31. */
const OPEN_END = '2099-12-31';
const OPEN_END_WORDS = new Set(['长期', '长期有效', '永久', '永久有效', '无固定期限', '无期限', '至无固定期限']);
const OPEN_END_DAYS = new Set(['2099-12-31', '2099-01-31', '9999-09-09', '9999-12-31', '2999-12-31']);
/** Exports write "no date" as the first day that their database knows. */
const NO_DATE_DAYS = new Set(['1900-01-01', '1900-01-00', '0001-01-01', '1899-12-30', '1899-12-31', '0000-00-00']);

const FULL_WIDTH = /[\uff01-\uff5e\u3000]/;
const EDGE_OR_ODD_BLANK =
  /^[\s\u00a0\u200b\ufeff]|[\s\u00a0\u200b\ufeff]$|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u00a0\u200b-\u200d\ufeff]/;

/** Full-width letters, digits and signs to half width, but not the punctuation that Chinese text uses. */
function halfWidth(text: string, all: boolean): string {
  let out = '';
  for (const character of text) {
    const unit = character.charCodeAt(0);
    if (unit === 0x3000) out += ' ';
    else if (unit >= 0xff01 && unit <= 0xff5e) {
      const half = unit - 0xfee0;
      const letterOrDigit = (half >= 48 && half <= 57) || (half >= 65 && half <= 90) || (half >= 97 && half <= 122);
      out += all || letterOrDigit ? String.fromCharCode(half) : character;
    } else out += character;
  }
  return out;
}

function cleanBlanks(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u200b-\u200d\ufeff]/g, '')
    .replace(/\u00a0/g, ' ')
    .trim();
}

const blank: CellResult = { value: null, changed: null, problem: null, text: null };

function emptied(raw: string): CellResult {
  return raw === '' ? blank : { value: null, changed: 'normalised-empty-word', problem: null, text: null };
}

/** Text: outer blanks, odd blanks and full-width letters are cleaned; words for "nothing" become empty. */
export function textCell(raw: string, options: { inner: boolean }): CellResult {
  if (raw === '') return blank;
  let text = raw;
  let changed: string | null = null;
  if (EDGE_OR_ODD_BLANK.test(text)) {
    text = cleanBlanks(text);
    changed = 'normalised-blanks';
  }
  if (EMPTY_WORDS.has(text)) return emptied(text === '' && raw.trim() === '' ? '' : raw);
  if (!options.inner && FULL_WIDTH.test(text)) {
    const half = halfWidth(text, false);
    if (half !== text) {
      text = half;
      changed = 'normalised-width';
    }
  }
  return { value: text, changed, problem: null, text };
}

/** Codes and numbers: half width, no inner blanks. Case is left to the identifier that knows it. */
export function codeCell(raw: string): CellResult {
  if (raw === '') return blank;
  let text = cleanBlanks(raw);
  if (EMPTY_WORDS.has(text)) return emptied(text === '' ? '' : raw);
  let changed: string | null = text === raw ? null : 'normalised-blanks';
  if (FULL_WIDTH.test(text)) {
    text = halfWidth(text, true);
    changed = 'normalised-width';
  }
  if (/\s/.test(text)) {
    text = text.replace(/\s+/g, '');
    changed ??= 'normalised-blanks';
  }
  return { value: text, changed, problem: null, text };
}

const DOCUMENT_BRACKETS = /[[【(（{［]\s*((?:19|20)\d{2})\s*[\]】)）}］]/g;

/** 文号: the year stands in 〔〕 (GB/T 9704-2012, 7.2.5); other brackets are brought to that form. */
export function documentNumberCell(raw: string): CellResult {
  const base = textCell(raw, { inner: false });
  if (typeof base.value !== 'string') return base;
  const text = base.value.replace(DOCUMENT_BRACKETS, '〔$1〕').replace(/\s+/g, '');
  return text === base.value ? base : { value: text, changed: 'normalised-document-number', problem: null, text };
}

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function iso(year: number, month: number, day: number): string | null {
  if (month < 1 || month > 12 || day < 1 || year < 1 || year > 9999) return null;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const last = month === 2 && leap ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
  if (day > last) return null;
  return `${String(year).padStart(4, '0')}-${month < 10 ? '0' : ''}${month}-${day < 10 ? '0' : ''}${day}`;
}

/** Excel's serial day: 1 = 1900-01-01, with its 29 February 1900 that never was. */
export function fromExcelSerial(serial: number): string | null {
  if (serial < 1 || serial > 2_958_465) return null;
  const day = new Date(Date.UTC(1899, 11, serial < 60 ? 31 : 30) + serial * 86_400_000);
  return day.toISOString().slice(0, 10);
}

const STANDARD_DATE = /^(\d{4})([/-])(\d{2})\2(\d{2})$/;
const LOOSE_DATE =
  /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?$/;
const COMPACT_DATE = /^(\d{4})(\d{2})(\d{2})$/;

function readDate(text: string): { day: string | null; standard: boolean } | null {
  const standard = STANDARD_DATE.exec(text);
  if (standard) return { day: iso(Number(standard[1]), Number(standard[3]), Number(standard[4])), standard: true };
  const compact = COMPACT_DATE.exec(text);
  if (compact) return { day: iso(Number(compact[1]), Number(compact[2]), Number(compact[3])), standard: false };
  const loose = LOOSE_DATE.exec(text);
  if (loose) return { day: iso(Number(loose[1]), Number(loose[2]), Number(loose[3])), standard: false };
  if (/^\d{1,7}(?:\.\d+)?$/.test(text)) return { day: fromExcelSerial(Math.floor(Number(text))), standard: false };
  return null;
}

const dateCache = new Map<string, CellResult>();
const DATE_CACHE_LIMIT = 20_000;

/** Dates: YYYY/MM/DD and YYYY-MM-DD as the standard writes them; 年月日, compact, Excel serials and time parts are accepted and noted. */
export function dateCell(raw: string): CellResult {
  const known = dateCache.get(raw);
  if (known) return known;
  const result = parseDateCell(raw);
  if (dateCache.size >= DATE_CACHE_LIMIT) dateCache.clear();
  dateCache.set(raw, result);
  return result;
}

function parseDateCell(raw: string): CellResult {
  if (raw === '') return blank;
  const text = halfWidth(cleanBlanks(raw), true);
  if (EMPTY_WORDS.has(text)) return emptied(text === '' ? '' : raw);
  if (OPEN_END_WORDS.has(text))
    return { value: OPEN_END, changed: 'normalised-open-end', problem: null, text: OPEN_END };
  if (/^1900[-/]0?1[-/]0?0$/.test(text) || NO_DATE_DAYS.has(text)) return emptied(raw);
  const read = readDate(text);
  if (!read?.day) return { value: null, changed: null, problem: 'type-date', text };
  if (NO_DATE_DAYS.has(read.day)) return emptied(raw);
  if (OPEN_END_DAYS.has(read.day)) {
    const changed = read.day === OPEN_END && read.standard ? null : 'normalised-open-end';
    return { value: OPEN_END, changed, problem: null, text: OPEN_END };
  }
  const changed = read.standard && text === raw ? null : 'normalised-date';
  return { value: read.day, changed, problem: null, text: read.day };
}

/** 10^14 fen is a trillion yuan: more than any fine that was ever decided. */
const GREATEST_FEN = 100_000_000_000_000n;

/** 金额（万元）, at most six decimals, as fen. Thousands signs and the unit are cleaned away; a negative amount is refused. */
export function amountCell(raw: string): CellResult {
  if (raw === '') return blank;
  const trimmed = halfWidth(cleanBlanks(raw), true);
  if (EMPTY_WORDS.has(trimmed)) return emptied(trimmed === '' ? '' : raw);
  const bare = trimmed.replace(/\s*万元?$/, '').replace(/^[¥￥]/, '');
  const plain = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(bare) ? bare.replaceAll(',', '') : bare;
  const match = /^(\d{1,15})(?:\.(\d+))?$/.exec(plain);
  const decimals = match?.[2]?.replace(/0+$/, '') ?? '';
  if (!match || decimals.length > 6) return { value: null, changed: null, problem: 'type-amount', text: trimmed };
  const fen = BigInt(match[1] ?? '0') * 1_000_000n + BigInt(decimals.padEnd(6, '0'));
  if (fen > GREATEST_FEN) return { value: null, changed: null, problem: 'type-amount', text: trimmed };
  return {
    value: fen,
    changed: plain === raw ? null : 'normalised-amount',
    problem: null,
    text: formatTenThousandYuan(fen),
  };
}

/** Fen as 万元 without trailing zeros: 2000 yuan = 200000 fen → "0.2". */
export function formatTenThousandYuan(fen: bigint): string {
  const whole = fen / 1_000_000n;
  const rest = (fen % 1_000_000n).toString().padStart(6, '0').replace(/0+$/, '');
  return rest === '' ? whole.toString() : `${whole}.${rest}`;
}

/** Several names in one cell, separated by ; ； 、 or line breaks. */
export function nameListCell(raw: string): CellResult {
  const base = textCell(raw, { inner: false });
  if (typeof base.value !== 'string') return base;
  const names = base.value
    .split(/[;；\n]+/)
    .map((name) => name.trim())
    .filter((name) => name !== '' && !EMPTY_WORDS.has(name));
  if (names.length === 0) return emptied(raw);
  return { value: names, changed: base.changed, problem: null, text: names.join(';') };
}

export interface EnumLookup {
  /** Normalised spelling → value. */
  exact: ReadonlyMap<string, string>;
  /** Values that must carry a suffix (其他-…). */
  suffixed: readonly string[];
}

const DASHES = /[－—–―:：]/g;

function enumValue(text: string, lookup: EnumLookup): { value: string | null; problem: string | null } {
  const exact = lookup.exact.get(text);
  const wantsSuffix = lookup.suffixed.find((value) => value === (exact ?? text));
  if (exact !== undefined && wantsSuffix === undefined) return { value: exact, problem: null };
  if (wantsSuffix !== undefined) return { value: null, problem: 'enum-suffix-missing' };
  const unified = text.replace(DASHES, '-');
  for (const value of lookup.suffixed) {
    if (!unified.startsWith(value)) continue;
    const suffix = unified
      .slice(value.length)
      .replace(/^[-(（]/, '')
      .replace(/[)）]$/, '')
      .trim();
    return suffix === ''
      ? { value: null, problem: 'enum-suffix-missing' }
      : { value: `${value}-${suffix}`, problem: null };
  }
  return { value: null, problem: 'enum-unknown' };
}

/** One value of a code table. */
export function enumCell(raw: string, lookup: EnumLookup): CellResult {
  const base = codeCell(raw);
  if (typeof base.value !== 'string') return base;
  const { value, problem } = enumValue(base.value, lookup);
  if (problem) return { value: null, changed: null, problem, text: base.value };
  return { value, changed: value === raw ? null : (base.changed ?? 'normalised-enum'), problem: null, text: value };
}

/** Several values of a code table joined by `;`. The standard's own values contain 、 so that is tried last. */
export function multiEnumCell(raw: string, lookup: EnumLookup): CellResult {
  const base = codeCell(raw);
  if (typeof base.value !== 'string') return base;
  const values: string[] = [];
  const take = (part: string): string | null => {
    const { value, problem } = enumValue(part, lookup);
    if (value !== null && !values.includes(value)) values.push(value);
    return problem;
  };
  for (const part of base.value.split(/[;；|]+/)) {
    if (part === '') continue;
    let problem = take(part);
    if (problem === 'enum-unknown' && /[、,，]/.test(part)) {
      const pieces = part.split(/[、,，]+/).filter((piece) => piece !== '');
      problem = null;
      for (const piece of pieces) problem ??= take(piece);
    }
    if (problem) return { value: null, changed: null, problem, text: base.value };
  }
  if (values.length === 0) return emptied(raw);
  const text = values.join(';');
  return { value: values, changed: text === raw ? null : (base.changed ?? 'normalised-enum'), problem: null, text };
}
