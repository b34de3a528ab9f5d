import { type IdentifierIssue, issue } from './issue.ts';
import { isAbsent, normaliseCode } from './normalise.ts';

/** 组织机构代码: nine characters without the hyphen, check passed (GB 11714-1997). */
export type OrganisationCode = string & { readonly __brand: 'OrganisationCode' };

export type OrganisationCodeResult =
  | { readonly ok: true; readonly code: OrganisationCode; readonly normalised: boolean }
  | {
      readonly ok: false;
      readonly reason: 'missing' | 'length' | 'charset' | 'check' | 'placeholder';
      readonly issues: readonly IdentifierIssue[];
    };

/** GB 11714-1997, 4.3. */
export const organisationWeights = [3, 7, 9, 10, 5, 8, 4, 2] as const;

/** Character value by ASCII code: 0–9, A=10 … Z=35; −1 elsewhere. */
export const organisationValues = new Int8Array(128).fill(-1);
for (let d = 0; d < 10; d++) organisationValues[48 + d] = d;
for (let l = 0; l < 26; l++) organisationValues[65 + l] = 10 + l;

/** Check character by `Σ mod 11`: 11 − Σ, where 10 is X and 11 is 0. */
export const organisationChecks = '0X987654321';

/**
 * Check character of eight body characters (GB 11714-1997, 4.3).
 * @throws RangeError when the body is not eight characters of 0–9 A–Z
 */
export function computeOrganisationCheck(body8: string): string {
  if (body8.length !== 8) throw new RangeError('organisation code body must have 8 characters');
  let sum = 0;
  for (let i = 0; i < 8; i++) {
    const value = organisationValues[body8.charCodeAt(i)] ?? -1;
    if (value < 0) throw new RangeError(`organisation code body: character ${i + 1} is not 0-9 or A-Z`);
    sum += value * (organisationWeights[i] ?? 0);
  }
  return organisationChecks.charAt(sum % 11);
}

const refuse = (
  reason: Exclude<OrganisationCodeResult, { ok: true }>['reason'],
  found: IdentifierIssue,
): OrganisationCodeResult => ({ ok: false, reason, issues: [found] });

/** Parses a 组织机构代码 with or without its hyphen (GB 11714-1997). Never throws. */
export function parseOrganisationCode(raw: string): OrganisationCodeResult {
  const text = normaliseCode(raw);
  if (isAbsent(text)) {
    return refuse(
      'missing',
      issue('presence', '组织机构代码为空，请填写', 'The organisation code is missing; enter it'),
    );
  }
  if (/^0+X?$/.test(text)) {
    return refuse(
      'placeholder',
      issue('placeholder', '全零是占位符，不是组织机构代码', 'Zeros are a placeholder, not an organisation code'),
    );
  }
  if (text.length !== 9) {
    return refuse(
      'length',
      issue(
        'length',
        `组织机构代码应为9位，现为${text.length}位`,
        `An organisation code has 9 characters, this has ${text.length}`,
      ),
    );
  }
  for (let i = 0; i < 9; i++) {
    if ((organisationValues[text.charCodeAt(i)] ?? -1) < 0) {
      return refuse(
        'charset',
        issue(
          'charset',
          `第${i + 1}位“${text.charAt(i)}”不是数字或大写字母`,
          `Character ${i + 1} (“${text.charAt(i)}”) is not a digit or a letter A–Z`,
        ),
      );
    }
  }
  const due = computeOrganisationCheck(text.slice(0, 8));
  if (due !== text.charAt(8)) {
    return refuse(
      'check',
      issue(
        'check',
        `组织机构代码校验位不符：按前8位应为 ${due}，请对照证照核对整个代码`,
        `The check character does not fit: the first 8 give ${due}; compare the whole code with the certificate`,
      ),
    );
  }
  return { ok: true, code: text as OrganisationCode, normalised: text !== raw };
}
