import { birthDateOf, citizenCheckOf, parseCitizenId } from './citizen-id.ts';
import { type IdentifierIssue, issue, noIssues } from './issue.ts';
import { isAbsent, normaliseCode } from './normalise.ts';

/** Values of 证件类型 in the double-disclosure data standard; `other` stands for 其他-…. */
export type PersonDocumentType =
  | 'citizenId'
  | 'passport'
  | 'hongKongMacaoPermit'
  | 'taiwanPermit'
  | 'permanentResidence'
  | 'other';

export const personDocumentLabels: Readonly<Record<PersonDocumentType, { readonly zh: string; readonly en: string }>> =
  {
    citizenId: { zh: '身份证', en: 'Citizen identity card' },
    passport: { zh: '护照号', en: 'Passport' },
    hongKongMacaoPermit: { zh: '港澳居民来往内地通行证', en: 'Mainland travel permit, Hong Kong and Macao' },
    taiwanPermit: { zh: '台湾居民来往大陆通行证', en: 'Mainland travel permit, Taiwan' },
    permanentResidence: { zh: '外国人永久居留身份证', en: 'Foreign permanent resident card' },
    other: { zh: '其他', en: 'Other' },
  };

export type PersonDocumentResult =
  | {
      readonly ok: true;
      readonly type: PersonDocumentType;
      /** What follows 其他-, such as 军官证. */
      readonly otherName?: string;
      readonly number: string;
      /** ISO date where the number holds one. */
      readonly birthOn?: string;
      readonly normalised: boolean;
      readonly warnings: readonly IdentifierIssue[];
    }
  | {
      readonly ok: false;
      readonly reason: 'missing' | 'type' | 'shape' | 'length' | 'charset' | 'region' | 'birthDate' | 'check';
      readonly issues: readonly IdentifierIssue[];
    };

const types: ReadonlyMap<string, PersonDocumentType> = new Map<string, PersonDocumentType>([
  ['身份证', 'citizenId'],
  ['居民身份证', 'citizenId'],
  ['护照号', 'passport'],
  ['护照', 'passport'],
  ['港澳居民来往内地通行证', 'hongKongMacaoPermit'],
  ['台湾居民来往大陆通行证', 'taiwanPermit'],
  ['外国人永久居留身份证', 'permanentResidence'],
]);

/** Chinese passports: ordinary E and G, the oldest 14/15, diplomatic, service and public-affairs, Hong Kong, Macao. */
const chinesePassport =
  /^(?:E[0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|G[0-9]{8}|1[45][0-9]{7}|[DSP][0-9]{7,8}|[DSP]E[0-9]{7}|[HK][0-9]{8}|M[AB][0-9]{7})$/;
/** ICAO 9303 allows nine in the machine-readable zone; national numbers run to seventeen. */
const anyPassport = /^[A-Z0-9]{5,17}$/;
const hongKongMacao = /^[HM](?:[0-9]{8}|[0-9]{10})$/;
const taiwan = /^(?:[0-9]{8}|[0-9]{10}(?:\([A-Z]\)|[A-Z])?)$/;
const oldResidence = /^[A-Z]{3}[0-9]{12}$/;
const newResidence = /^9[0-9]{16}[0-9X]$/;
const maxNumber = 64;

/** Maps a 证件类型 as written to its type, and the name after 其他-; undefined when it is none of the standard's. */
export function personDocumentType(
  raw: string,
): { readonly type: PersonDocumentType; readonly otherName?: string } | undefined {
  const text = raw.trim().replaceAll('－', '-').replaceAll('—', '-');
  const type = types.get(text);
  if (type !== undefined) return { type };
  const other = /^其他-?(.*)$/u.exec(text);
  if (other === null) return undefined;
  const otherName = (other[1] ?? '').trim();
  return otherName === '' ? { type: 'other' } : { type: 'other', otherName };
}

type Refusal = Exclude<PersonDocumentResult, { ok: true }>;
const refuse = (reason: Refusal['reason'], found: IdentifierIssue): Refusal => ({ ok: false, reason, issues: [found] });

const shapeRefused = (type: PersonDocumentType, zh: string, en: string): Refusal =>
  refuse(
    'shape',
    issue('shape', `${personDocumentLabels[type].zh}号码的格式不符：${zh}`, `${personDocumentLabels[type].en}: ${en}`),
  );

/**
 * Parses a person's document by its 证件类型 (double-disclosure data standard, 证件类型 values; GB 11643-1999 for
 * identity cards and the 2023 permanent resident card). Never throws and never quotes the number.
 * @param options.today ISO date; with it, birth dates in the future are refused
 */
export function parsePersonDocument(
  type: string,
  number: string,
  options: { readonly today?: string } = {},
): PersonDocumentResult {
  const named = personDocumentType(type);
  if (named === undefined) {
    return refuse(
      'type',
      issue(
        'type',
        '证件类型不在数据标准的取值之内，请选身份证、护照号、港澳居民来往内地通行证、台湾居民来往大陆通行证、外国人永久居留身份证或“其他-…”',
        'The document type is not one of the data standard; choose one of its values or “其他-…”',
      ),
    );
  }
  const text = normaliseCode(number).replaceAll('（', '(').replaceAll('）', ')');
  if (isAbsent(text)) {
    return refuse('missing', issue('presence', '证件号码为空，请填写', 'The document number is missing; enter it'));
  }
  const normalised = text !== number;
  switch (named.type) {
    case 'citizenId': {
      const parsed = parseCitizenId(text, options);
      if (!parsed.ok) return parsed;
      return { ...common('citizenId', parsed.number, normalised, parsed.warnings), birthOn: parsed.birthOn };
    }
    case 'permanentResidence':
      return residence(text, normalised, options.today);
    case 'passport':
      return passport(text, normalised);
    case 'hongKongMacaoPermit':
      return hongKongMacao.test(text)
        ? common(named.type, text, normalised)
        : shapeRefused(named.type, '应为 H 或 M 加8位数字（旧证10位）', 'H or M and 8 digits (10 on old cards)');
    case 'taiwanPermit':
      return taiwan.test(text)
        ? common(named.type, text, normalised)
        : shapeRefused(named.type, '应为8位数字（旧本10位加字母）', '8 digits (10 and a letter on old booklets)');
    case 'other':
      return otherDocument(named.otherName, text, normalised, options.today);
  }
}

const common = (
  type: PersonDocumentType,
  number: string,
  normalised: boolean,
  warnings: readonly IdentifierIssue[] = noIssues,
): Extract<PersonDocumentResult, { ok: true }> => ({ ok: true, type, number, normalised, warnings });

function passport(text: string, normalised: boolean): PersonDocumentResult {
  if (!anyPassport.test(text)) return shapeRefused('passport', '应为5至17位字母或数字', '5 to 17 letters or digits');
  if (chinesePassport.test(text) || text.length <= 9) return common('passport', text, normalised);
  return common('passport', text, normalised, [
    issue('length', '护照号码通常不超过9位，请核对', 'Passport numbers seldom exceed 9 characters; please check'),
  ]);
}

function residence(text: string, normalised: boolean, today: string | undefined): PersonDocumentResult {
  if (oldResidence.test(text)) return common('permanentResidence', text, normalised);
  if (!newResidence.test(text)) {
    return shapeRefused(
      'permanentResidence',
      '应为9开头的18位号码（旧证为3个字母加12位数字）',
      '18 from 9, or old: 3 letters, 12 digits',
    );
  }
  const birthOn = birthDateOf(text.slice(6, 14));
  if (birthOn === undefined || (today !== undefined && birthOn > today)) {
    return refuse(
      'birthDate',
      issue('birthDate', '号码中的出生日期不存在或在将来，请核对', 'The birth date inside is no real past day'),
    );
  }
  if (citizenCheckOf(text) !== text.charAt(17)) {
    return refuse('check', issue('check', '证件号码校验位不符，请对照证件核对', 'The check character does not fit'));
  }
  return { ...common('permanentResidence', text, normalised), birthOn };
}

function otherDocument(
  otherName: string | undefined,
  text: string,
  normalised: boolean,
  today: string | undefined,
): PersonDocumentResult {
  if (text.length > maxNumber) {
    return refuse(
      'length',
      issue('length', `证件号码不能超过${maxNumber}位`, `A document number has at most ${maxNumber} characters`),
    );
  }
  // 港澳台居民居住证 is reported under 其他-… but has the citizen number's structure and check.
  if (otherName?.includes('港澳台') && otherName.includes('居住证')) {
    const parsed = parseCitizenId(text, { today });
    if (!parsed.ok) return parsed;
    return { ...common('other', parsed.number, normalised, parsed.warnings), otherName, birthOn: parsed.birthOn };
  }
  if (otherName !== undefined) return { ...common('other', text, normalised), otherName };
  return common('other', text, normalised, [
    issue('type', '“其他”须写明证件名称，如“其他-军官证”', '“其他” must name the document, such as “其他-军官证”'),
  ]);
}
