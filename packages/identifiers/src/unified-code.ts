import { type IdentifierIssue, issue, noIssues } from './issue.ts';
import { isAbsent, normaliseCode } from './normalise.ts';
import {
  computeOrganisationCheck,
  organisationChecks,
  organisationValues,
  organisationWeights,
} from './organisation-code.ts';
import { isRegistrationProvince } from './region.ts';
import { isKnownRegister, knownKind, type SubjectKind } from './subject-kind.ts';

/** 统一社会信用代码: 18 characters, upper case, both check characters passed (GB 32100-2015). */
export type UnifiedCode = string & { readonly __brand: 'UnifiedCode' };

export type UnifiedCodeOk = {
  readonly ok: true;
  readonly code: UnifiedCode;
  /** 登记管理部门代码, character 1. */
  readonly register: string;
  /** 机构类别代码, character 2. */
  readonly category: string;
  readonly kind: SubjectKind;
  /** 登记管理机关行政区划码, characters 3–8: who registered, not where the subject does business. */
  readonly region: string;
  /** 主体标识码 = 组织机构代码, characters 9–17. */
  readonly organisationCode: string;
  /** True when the text as received had to be changed (width, case, blanks, hyphens). */
  readonly normalised: boolean;
  readonly warnings: readonly IdentifierIssue[];
};

export type UnifiedCodeRefused = {
  readonly ok: false;
  readonly reason: 'missing' | 'length' | 'charset' | 'check' | 'placeholder';
  readonly issues: readonly IdentifierIssue[];
  /** A code that passes every check and differs in the way people mistype; offer it, never apply it. */
  readonly suggestion?: string;
};

export type UnifiedCodeResult = UnifiedCodeOk | UnifiedCodeRefused;

/** The 31 characters of GB 32100-2015; a character's value is its index. Without I, O, S, V, Z. */
export const unifiedCharset = '0123456789ABCDEFGHJKLMNPQRTUWXY';

const values = new Int8Array(128).fill(-1);
for (let i = 0; i < unifiedCharset.length; i++) values[unifiedCharset.charCodeAt(i)] = i;

/** 3^(i−1) mod 31 (GB 32100-2015, annex A), then the check character itself with weight 1. */
const weights = Uint8Array.of(1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1);
/** Weights of GB 11714 laid over positions 9–17; the check position is compared apart. */
const bodyWeights = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, ...organisationWeights, 0, 0);

const characters = Array.from({ length: 128 }, (_, i) => String.fromCharCode(i));

/**
 * Parses a 统一社会信用代码 (GB 32100-2015) and says which part is wrong. Never throws.
 *
 * Both check characters must pass. An unknown register, category or region is a warning only: the standard is
 * amended (A and N came later) and real registers run ahead of it. The placeholder of seventeen zeros and X is
 * refused as `placeholder`; it stands for "no code yet" and must never identify anybody.
 */
export function parseUnifiedCode(raw: string): UnifiedCodeResult {
  return parseClean(raw, false) ?? parseSlow(raw);
}

/** The fast path: valid codes in their final form. Undefined for everything that needs an explanation. */
function parseClean(text: string, normalised: boolean): UnifiedCodeOk | undefined {
  if (text.length !== 18) return undefined;
  let sum = 0;
  let body = 0;
  for (let i = 0; i < 18; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127) return undefined;
    const value = values[unit] as number;
    if (value < 0) return undefined;
    sum += value * (weights[i] as number);
    body += (organisationValues[unit] as number) * (bodyWeights[i] as number);
  }
  if (sum % 31 !== 0 || organisationChecks.charCodeAt(body % 11) !== text.charCodeAt(16)) return undefined;
  const register = text.charCodeAt(0);
  const category = text.charCodeAt(1);
  const kind = knownKind(register, category);
  const region = text.slice(2, 8);
  const plain = kind !== undefined && isRegistrationProvince(text, 2) && isDigits(text, 4, 8);
  if (!plain && isZeros(text)) return undefined;
  return {
    ok: true,
    code: text as UnifiedCode,
    register: characters[register] as string,
    category: characters[category] as string,
    kind: kind ?? 'other',
    region,
    organisationCode: text.slice(8, 17),
    normalised,
    warnings: plain ? noIssues : warningsOf(text),
  };
}

const isDigits = (text: string, from: number, to: number): boolean => {
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 48 || unit > 57) return false;
  }
  return true;
};

/** Zeros only, or zeros and a final X: what real feeds hold where there is no code. */
const isZeros = (text: string): boolean => {
  const last = text.length - 1;
  for (let i = 0; i < last; i++) if (text.charCodeAt(i) !== 48) return false;
  return last >= 0 && (text.charCodeAt(last) === 48 || (last > 0 && text.charCodeAt(last) === 88));
};

function warningsOf(code: string): readonly IdentifierIssue[] {
  const found: IdentifierIssue[] = [];
  const register = code.charCodeAt(0);
  if (!isKnownRegister(register)) {
    found.push(
      issue(
        'register',
        `登记管理部门代码“${code.charAt(0)}”不在 GB 32100-2015 表中，请核对首位`,
        `Register “${code.charAt(0)}” is not in GB 32100-2015; check the first character`,
      ),
    );
  } else if (knownKind(register, code.charCodeAt(1)) === undefined) {
    found.push(
      issue(
        'category',
        `机构类别代码“${code.charAt(1)}”不属于登记管理部门“${code.charAt(0)}”，请核对第2位`,
        `Category “${code.charAt(1)}” is not defined for register “${code.charAt(0)}”; check the second character`,
      ),
    );
  }
  if (!isDigits(code, 2, 8) || !isRegistrationProvince(code, 2)) {
    found.push(
      issue(
        'region',
        `登记机关行政区划码“${code.slice(2, 8)}”不是 GB/T 2260 的区划，请核对第3至8位`,
        `Region “${code.slice(2, 8)}” is not a division of GB/T 2260; check characters 3–8`,
      ),
    );
  }
  return found;
}

const refuse = (
  reason: UnifiedCodeRefused['reason'],
  issues: readonly IdentifierIssue[],
  suggestion?: string,
): UnifiedCodeRefused =>
  suggestion === undefined ? { ok: false, reason, issues } : { ok: false, reason, issues, suggestion };

function parseSlow(raw: string): UnifiedCodeResult {
  const text = normaliseCode(raw);
  if (isAbsent(text)) {
    return refuse('missing', [
      issue('presence', '统一社会信用代码为空，请填写', 'The unified code is missing; enter it'),
    ]);
  }
  if (isZeros(text)) {
    return refuse('placeholder', [
      issue(
        'placeholder',
        '全零（17个0加X）是“尚无代码”的占位符，不能用来识别主体',
        'Zeros (17 zeros and X) mean “no code yet” and cannot identify a subject',
      ),
    ]);
  }
  if (text !== raw) {
    const clean = parseClean(text, true);
    if (clean) return clean;
  }
  if (text.length !== 18) return refuse('length', [lengthIssue(text)]);
  return explainCharset(text) ?? explainCheck(text);
}

function lengthIssue(text: string): IdentifierIssue {
  const n = text.length;
  if (n === 9) {
    return issue(
      'length',
      '应为18位，现为9位：像是组织机构代码，请改填统一社会信用代码',
      'A unified code has 18 characters, this has 9: it looks like an organisation code; enter the unified code',
    );
  }
  if (n === 15) {
    return issue(
      'length',
      '应为18位，现为15位：像是工商注册号，请改填统一社会信用代码',
      'A unified code has 18 characters, this has 15: it looks like a registration number; enter the unified code',
    );
  }
  return issue(
    'length',
    n < 18 ? `应为18位，现为${n}位，少${18 - n}位` : `应为18位，现为${n}位，多${n - 18}位`,
    `A unified code has 18 characters, this has ${n}`,
  );
}

/** Letters that the standard leaves out because they look like these digits (GB 32100-2015, 4.1). */
const confusable: Readonly<Record<string, string>> = { I: '1', O: '0', S: '5', Z: '2' };

function explainCharset(text: string): UnifiedCodeRefused | undefined {
  const found: IdentifierIssue[] = [];
  let repaired = '';
  for (let i = 0; i < 18; i++) {
    const character = text.charAt(i);
    if ((values[text.charCodeAt(i)] ?? -1) >= 0) {
      repaired += character;
      continue;
    }
    const digit = confusable[character];
    repaired += digit ?? '?';
    found.push(
      issue(
        'charset',
        `第${i + 1}位“${character}”不能出现在统一社会信用代码中${digit ? `，是否为数字 ${digit}` : '（不用 I、O、S、V、Z）'}`,
        `Character ${i + 1} (“${character}”) cannot occur in a unified code${digit ? `; is it the digit ${digit}?` : ' (I, O, S, V, Z are not used)'}`,
      ),
    );
  }
  if (found.length === 0) return undefined;
  return refuse('charset', found, parseClean(repaired, true) ? repaired : undefined);
}

function explainCheck(text: string): UnifiedCodeRefused {
  const due = computeUnifiedCheck(text.slice(0, 17));
  const bodyDue = computeOrganisationCheck(text.slice(8, 16));
  const bodyPasses = bodyDue === text.charAt(16);
  const warnings = warningsOf(text);
  if (!bodyPasses) {
    const outer = due === text.charAt(17) ? '' : `，第18位校验位也不符`;
    const outerEn = due === text.charAt(17) ? '' : ', and character 18 does not fit either';
    return refuse('check', [
      issue(
        'organisationCode',
        `主体标识码（第9至17位）的校验位不符${outer}：代码主体录入有误，请对照证照核对`,
        `The organisation code inside (characters 9–17) fails its own check${outerEn}: the body is mistyped; compare it with the certificate`,
      ),
      ...warnings,
    ]);
  }
  const head = '主体标识码正确；若第1至8位无误，可改为建议的代码';
  return refuse(
    'check',
    [
      issue(
        'check',
        `校验位不符：应为 ${due}，${warnings.length === 0 ? head : '主体标识码正确，请先核对第1至8位'}`,
        `The check character does not fit: it should be ${due}; the organisation code inside passes${
          warnings.length === 0
            ? ', so take the suggestion if characters 1–8 are right'
            : ', so check characters 1–8 first'
        }`,
      ),
      ...warnings,
    ],
    warnings.length === 0 ? text.slice(0, 17) + due : undefined,
  );
}

/**
 * Check character of the first seventeen (GB 32100-2015, annex A): (31 − Σ mod 31) mod 31.
 * @throws RangeError when there are not 17 characters of {@link unifiedCharset}
 */
export function computeUnifiedCheck(first17: string): string {
  if (first17.length !== 17) throw new RangeError('17 characters are needed to compute the check of a unified code');
  let sum = 0;
  for (let i = 0; i < 17; i++) {
    const value = values[first17.charCodeAt(i)] ?? -1;
    if (value < 0) throw new RangeError(`unified code: character ${i + 1} is not in the set of GB 32100-2015`);
    sum += value * (weights[i] as number);
  }
  return unifiedCharset.charAt((31 - (sum % 31)) % 31);
}

/**
 * Builds a valid code for generators and tests.
 * @param prefix register and category, such as `91`
 * @param region six digits of GB/T 2260
 * @param organisationBody8 eight characters of {@link unifiedCharset}; the check of GB 11714 is added
 * @throws RangeError on a wrong length or character
 */
export function makeUnifiedCode(prefix: string, region: string, organisationBody8: string): UnifiedCode {
  if (prefix.length !== 2) throw new RangeError('register and category are two characters');
  if (region.length !== 6) throw new RangeError('a region has six digits');
  const first17 = prefix + region + organisationBody8 + computeOrganisationCheck(organisationBody8);
  return (first17 + computeUnifiedCheck(first17)) as UnifiedCode;
}

/** Groups a code 2-6-9-1 for display: register and category, region, organisation code, check. Others unchanged. */
export function groupUnifiedCode(code: string): string {
  if (code.length !== 18) return code;
  return `${code.slice(0, 2)} ${code.slice(2, 8)} ${code.slice(8, 17)} ${code.slice(17)}`;
}
