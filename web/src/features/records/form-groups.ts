/** How the columns of a data standard become a form. By role: code knows roles, never column names. */
import type { StandardField, StandardView } from '../../shared/api/types.ts';
import type { Key } from '../../shared/i18n/index.tsx';

export type Values = Readonly<Record<string, string>>;

type GroupKey = 'subject' | 'numbers' | 'register' | 'decision' | 'bodies' | 'other';
export interface FieldGroup {
  readonly key: GroupKey;
  readonly title: Key;
  /** Rarely filled: closed until something in it is filled or found wrong. */
  readonly folded: boolean;
  readonly fields: readonly StandardField[];
}

/** The code first: it fills the rest. */
const subjectRoles = ['unifiedCode', 'subjectName', 'subjectCategory', 'legalRepresentative'];
const groupOf: Readonly<Record<string, GroupKey>> = {
  ...Object.fromEntries(subjectRoles.map((role) => [role, 'subject' as const])),
  registrationNumber: 'numbers',
  organisationCode: 'numbers',
  taxNumber: 'numbers',
  institutionNumber: 'numbers',
  socialNumber: 'numbers',
  legalRepresentativeDocumentType: 'numbers',
  legalRepresentativeDocument: 'numbers',
  personDocumentType: 'numbers',
  personDocument: 'numbers',
  status: 'register',
  companyType: 'register',
  establishedOn: 'register',
  registrationAuthority: 'register',
  formerNames: 'register',
  address: 'register',
  industry: 'register',
  businessScope: 'register',
  registeredCapital: 'register',
  decidingBody: 'bodies',
  decidingBodyCode: 'bodies',
  sourceBody: 'bodies',
  sourceBodyCode: 'bodies',
  disclosedUntilReported: 'other',
  recordStatus: 'other',
  procedure: 'other',
  remark: 'other',
};
const order: readonly { readonly key: GroupKey; readonly title: Key; readonly folded: boolean }[] = [
  { key: 'subject', title: 'form.group.subject', folded: false },
  { key: 'numbers', title: 'form.group.numbers', folded: true },
  { key: 'register', title: 'form.group.register', folded: false },
  { key: 'decision', title: 'form.group.decision', folded: false },
  { key: 'bodies', title: 'form.group.bodies', folded: false },
  { key: 'other', title: 'form.group.other', folded: false },
];

export function groupsOf(standard: StandardView): FieldGroup[] {
  const rank = (field: StandardField): number =>
    field.role === 'remark' ? 99 : subjectRoles.indexOf(field.role ?? '');
  return order
    .map((group) => ({
      ...group,
      fields: standard.fields.filter((field) => (groupOf[field.role ?? ''] ?? 'decision') === group.key),
    }))
    .filter((group) => group.fields.length > 0)
    .map((group) =>
      group.key === 'subject' || group.key === 'other'
        ? { ...group, fields: group.fields.toSorted((a, b) => rank(a) - rank(b)) }
        : group,
    );
}

export const fieldOf = (standard: StandardView, role: string): StandardField | undefined =>
  standard.fields.find((field) => field.role === role);

/** What a new form holds before anybody types: the office itself, and the usual kind of counterparty. */
export function startValues(
  standard: StandardView,
  body: { readonly name: string; readonly code: string | null } | null,
): Values {
  const given: Record<string, string | null | undefined> = {
    decidingBody: body?.name,
    decidingBodyCode: body?.code,
    sourceBody: body?.name,
    sourceBodyCode: body?.code,
    subjectCategory: fieldOf(standard, 'subjectCategory')?.options?.[0]?.code,
  };
  const values: Record<string, string> = {};
  for (const [role, value] of Object.entries(given)) {
    const code = fieldOf(standard, role)?.code;
    if (code && value) values[code] = value;
  }
  return values;
}

type Option = NonNullable<StandardField['options']>[number];
export interface Choice {
  readonly code: string;
  /** What follows 其他-. */
  readonly suffix: string;
}

export function readChoice(options: readonly Option[], text: string): Choice | null {
  const plain = text.trim();
  const exact = options.find((option) => option.code === plain);
  if (exact) return { code: exact.code, suffix: '' };
  const open = options.find(
    (option) => option.allowSuffix && new RegExp(`^${literally(option.code)}\\s*[-－—]`).test(plain),
  );
  return open ? { code: open.code, suffix: plain.slice(open.code.length).replace(/^\s*[-－—]+/, '') } : null;
}
const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export const writeChoice = (choice: Choice): string =>
  choice.suffix ? `${choice.code}-${choice.suffix}` : choice.code;

/** Several values of one column: joined by `;` in files, by 、 in records, and 、 is also inside some values. */
export function readChoices(options: readonly Option[], text: string): Choice[] {
  const longest = options.toSorted((a, b) => b.code.length - a.code.length);
  const found: Choice[] = [];
  for (const piece of text
    .split(/[;；]/)
    .map((part) => part.trim())
    .filter(Boolean)) {
    const whole = readChoice(options, piece);
    if (whole) {
      found.push(whole);
      continue;
    }
    for (let rest = piece; rest !== ''; ) {
      const option = longest.find((entry) => rest.startsWith(entry.code));
      const next = option ? rest.slice(option.code.length) : '';
      if (!option) break;
      const suffix = option.allowSuffix ? /^\s*[-－—]([^、]*)/.exec(next) : null;
      found.push({ code: option.code, suffix: suffix?.[1] ?? '' });
      rest = next.slice(suffix?.[0].length ?? 0).replace(/^、/, '');
    }
  }
  return found;
}
export const writeChoices = (choices: readonly Choice[]): string => choices.map(writeChoice).join(';');
