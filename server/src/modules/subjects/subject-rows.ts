/** Turns a new subject into the rows of its three tables, so that the pipeline can COPY thousands at once. Pure. */
import { parseUnifiedCode } from '@chengxin/identifiers';
import { codeTokens, nameInitials, nameTokens, normaliseName } from './names.ts';
import {
  type Identifiers,
  identifierSchemes,
  type NewSubject,
  type SubjectIdentifierRow,
  type SubjectNameRow,
  type SubjectRow,
  type SubjectRows,
} from './types.ts';

/** Column order of the rows, for COPY. */
export const subjectColumns = [
  'subject_id',
  'kind',
  'name',
  'unified_code',
  'status',
  'region',
  'industry',
  'zone',
  'established_on',
  'address',
  'provisional',
  'register',
  'register_source',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof SubjectRow)[];
export const subjectNameColumns = [
  'subject_id',
  'normalised',
  'name',
  'initials',
  'former',
  'valid_from',
  'valid_to',
  'tokens',
] as const satisfies readonly (keyof SubjectNameRow)[];
export const subjectIdentifierColumns = [
  'value',
  'scheme',
  'subject_id',
  'added_at',
] as const satisfies readonly (keyof SubjectIdentifierRow)[];

/** National registrations carry 100000, which is no place (GB 32100-2015, 4.4). */
const NATIONAL = '100000';

/** Zeros with or without a final X stand for "no code yet" and identify nobody. */
const placeholder = /^0+X?$/;

/**
 * The identifiers with what follows from them: a valid unified code contains the organisation code (positions 9–17).
 * Placeholders and empty values are dropped. Look all of these values up before creating a subject.
 */
export function withDerivedIdentifiers(identifiers: Identifiers): Identifiers {
  const out: Identifiers = {};
  for (const scheme of identifierSchemes) {
    const value = identifiers[scheme];
    if (value !== undefined && value !== '' && !placeholder.test(value)) out[scheme] = value;
  }
  if (out.unifiedCode !== undefined) {
    const parsed = parseUnifiedCode(out.unifiedCode);
    if (parsed.ok) out.organisationCode ??= parsed.organisationCode;
  }
  return out;
}

/** All values under which a subject with these identifiers may already be known. */
export function identifierValues(identifiers: Identifiers): string[] {
  return [...new Set(Object.values(withDerivedIdentifiers(identifiers)))];
}

/** A row of core.subject_name. Tokens of the code go to the current name only, so that each subject has them once. */
export function subjectNameRow(
  subjectId: string,
  name: string,
  former: boolean,
  unifiedCode: string | null,
  validFrom: string | null = null,
  validTo: string | null = null,
): SubjectNameRow {
  const normalised = normaliseName(name);
  const initials = nameInitials(normalised);
  const tokens = nameTokens(normalised, initials);
  if (!former && unifiedCode !== null) tokens.push(...codeTokens(unifiedCode));
  return {
    subject_id: subjectId,
    normalised,
    name: name.trim(),
    initials,
    former,
    valid_from: validFrom,
    valid_to: validTo,
    tokens,
  };
}

export function subjectIdentifierRows(subjectId: string, identifiers: Identifiers, at: string): SubjectIdentifierRow[] {
  return Object.entries(withDerivedIdentifiers(identifiers)).map(([scheme, value]) => ({
    value,
    scheme: scheme as SubjectIdentifierRow['scheme'],
    subject_id: subjectId,
    added_at: at,
  }));
}

function nameRows(subject: NewSubject, unifiedCode: string | null): SubjectNameRow[] {
  const rows = [subjectNameRow(subject.subjectId, subject.name, false, unifiedCode)];
  const seen = new Set(rows.map((row) => row.normalised));
  for (const former of subject.formerNames ?? []) {
    const row = subjectNameRow(subject.subjectId, former, true, null);
    if (row.normalised === '' || seen.has(row.normalised)) continue;
    seen.add(row.normalised);
    rows.push(row);
  }
  return rows;
}

/**
 * Rows of core.subject, core.subject_name and core.subject_identifier for a new subject. Identifiers are unique across
 * subjects: look up `identifierValues` first, and within one batch keep one subject a value.
 */
export function subjectRowsFor(subject: NewSubject): SubjectRows {
  const identifiers = withDerivedIdentifiers(subject.identifiers);
  const unifiedCode = identifiers.unifiedCode ?? null;
  const codeRegion = unifiedCode?.slice(2, 8);
  const region = subject.region ?? (codeRegion !== undefined && codeRegion !== NATIONAL ? codeRegion : null);
  return {
    subject: {
      subject_id: subject.subjectId,
      kind: subject.kind,
      name: subject.name.trim(),
      unified_code: unifiedCode,
      status: subject.status,
      region,
      industry: subject.industry ?? null,
      zone: subject.zone ?? null,
      established_on: subject.establishedOn ?? null,
      address: subject.address ?? null,
      provisional: subject.provisional,
      register: subject.register ?? {},
      register_source: subject.registerSource ?? null,
      created_at: subject.at,
      updated_at: subject.at,
    },
    names: nameRows(subject, unifiedCode),
    identifiers: subjectIdentifierRows(subject.subjectId, identifiers, subject.at),
  };
}
