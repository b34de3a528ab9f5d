import type { SubjectKind } from '@chengxin/identifiers';
import type { Instant, PlainDateString } from '../../platform/clock.ts';

export type { SubjectKind } from '@chengxin/identifiers';

/** Schemes of core.subject_identifier, most telling first: where one value stands under several, the first decides. */
export const identifierSchemes = [
  'unifiedCode',
  'organisationCode',
  'registrationNumber',
  'institutionNumber',
  'socialNumber',
  'taxNumber',
] as const;
export type IdentifierScheme = (typeof identifierSchemes)[number];
/** Normalised values (packages/identifiers); placeholders and absent ones are left out by the caller or by us. */
export type Identifiers = Partial<Record<IdentifierScheme, string>>;

/** Where the register facts of a subject came from. */
export interface RegisterSource {
  readonly submissionId: string;
  readonly rowNo: number;
  readonly sourceBodyId?: string;
  readonly recordedAt?: Instant;
}

/** What the register says; person fields hold names at most, never document numbers. */
export interface RegisterFacts {
  companyType?: string;
  registrationAuthority?: string;
  businessScope?: string;
  registeredCapital?: string;
  legalRepresentative?: string;
  /** Names that other bodies reported before the register named the subject; searched, but never printed as former names. */
  reportedNames?: string[];
  /** Facts that a later registration replaced, newest first. */
  earlier?: { field: string; value: string; until: Instant }[];
  [field: string]: unknown;
}

export interface NewSubject {
  readonly subjectId: string;
  readonly kind: SubjectKind;
  /** As registered or reported; stored trimmed. */
  readonly name: string;
  readonly formerNames?: readonly string[];
  readonly identifiers: Identifiers;
  readonly status: string;
  readonly region?: string | null;
  readonly industry?: string | null;
  readonly zone?: string | null;
  readonly establishedOn?: PlainDateString | string | null;
  readonly address?: string | null;
  readonly provisional: boolean;
  readonly register?: RegisterFacts;
  readonly registerSource?: RegisterSource | null;
  readonly at: Instant | string;
}

export interface SubjectRow {
  subject_id: string;
  kind: SubjectKind;
  name: string;
  unified_code: string | null;
  status: string;
  region: string | null;
  industry: string | null;
  zone: string | null;
  established_on: string | null;
  address: string | null;
  provisional: boolean;
  register: RegisterFacts;
  register_source: RegisterSource | null;
  created_at: string;
  updated_at: string;
}

export interface SubjectNameRow {
  subject_id: string;
  normalised: string;
  name: string;
  initials: string;
  former: boolean;
  valid_from: string | null;
  valid_to: string | null;
  tokens: string[];
}

export interface SubjectIdentifierRow {
  value: string;
  scheme: IdentifierScheme;
  subject_id: string;
  added_at: string;
}

export interface SubjectRows {
  subject: SubjectRow;
  names: SubjectNameRow[];
  identifiers: SubjectIdentifierRow[];
}

/** A subject as matching needs it; `subjectId` is the canonical one of its cluster. */
export interface FoundSubject {
  subjectId: string;
  kind: SubjectKind;
  name: string;
  unifiedCode: string | null;
  status: string;
  provisional: boolean;
  /** Normalised names of the whole cluster, former ones included. */
  names: string[];
}

export interface IdentifierMatch extends FoundSubject {
  scheme: IdentifierScheme;
  value: string;
  /** Other subjects that hold the same value under another scheme; a reason for doubt. */
  others: { scheme: IdentifierScheme; subjectId: string; name: string }[];
}

export interface NameMatch extends FoundSubject {
  /** True when the subject had this name earlier and has another now. */
  former: boolean;
}

/** One row of a registration file, normalised. */
export interface RegistrationRow {
  readonly kind: SubjectKind;
  readonly name: string;
  readonly formerNames: readonly string[];
  readonly identifiers: Identifiers;
  readonly status?: string | null;
  readonly region?: string | null;
  readonly industry?: string | null;
  readonly establishedOn?: string | null;
  readonly address?: string | null;
  readonly register: RegisterFacts;
  readonly source: RegisterSource;
  readonly at: Instant | string;
}

/** A subject with all its names and identifiers, as the registration rules need it. */
export interface ExistingSubject {
  subjectId: string;
  kind: SubjectKind;
  name: string;
  unifiedCode: string | null;
  status: string;
  region: string | null;
  industry: string | null;
  zone: string | null;
  establishedOn: string | null;
  address: string | null;
  provisional: boolean;
  register: RegisterFacts;
  names: { normalised: string; name: string; former: boolean; validFrom: string | null; validTo: string | null }[];
  identifiers: { scheme: IdentifierScheme; value: string }[];
}

export interface SubjectUpdate {
  kind: 'update';
  subjectId: string;
  /** Columns of core.subject that get another value; never null for a value that was there. */
  set: Partial<Omit<SubjectRow, 'subject_id' | 'created_at'>>;
  /** Rows to insert or replace in core.subject_name. */
  names: SubjectNameRow[];
  identifiers: SubjectIdentifierRow[];
  renamed?: {
    from: string;
    to: string;
    /** The row itself names the old name as former; otherwise a rename or a wrong code, which the quality rules judge. */
    announced: boolean;
  };
  /** True when a provisional subject became a registered one. */
  registered: boolean;
}

export type SubjectChange = { kind: 'create'; rows: SubjectRows } | SubjectUpdate | { kind: 'none'; subjectId: string };
