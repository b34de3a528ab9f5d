import type { SubjectKind } from '@chengxin/identifiers';
import type { Disclosure, DisclosureAnnotation, DisclosureNote, RecordEventFacts } from '../disclosure/index.ts';
import type { Bilingual, SeverityClass } from '../policy/types.ts';

export type ReportKind = 'public' | 'full' | 'special';
export const reportKinds: readonly ReportKind[] = ['public', 'full', 'special'];

/** The subject as a report needs it: the canonical one of its cluster. */
export interface ReportSubject {
  readonly subjectId: string;
  readonly kind: SubjectKind;
  readonly name: string;
  readonly unifiedCode: string | null;
  readonly status: string;
  readonly provisional: boolean;
  readonly establishedOn: string | null;
  readonly address: string | null;
  readonly industry: string | null;
  readonly region: string | null;
  readonly formerNames: readonly { readonly name: string; readonly from: string | null; readonly to: string | null }[];
  /** What the register says: companyType, registrationAuthority, businessScope, registeredCapital, legalRepresentative. */
  readonly register: Readonly<Record<string, unknown>>;
}

/** One current record of the cluster with what happened to it. */
export interface ReportRecord {
  readonly recordId: string;
  readonly item: string;
  readonly standard: string;
  readonly documentNumber: string | null;
  readonly decidedOn: string | null;
  readonly effectiveFrom: string | null;
  readonly effectiveTo: string | null;
  readonly decidingBody: string;
  readonly sourceBody: string;
  readonly categories: readonly string[];
  readonly domain: string | null;
  readonly severity: SeverityClass | null;
  readonly amountFen: bigint | null;
  readonly confiscatedFen: bigint | null;
  /** By field code of the standard. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly events: readonly RecordEventFacts[];
  readonly submissionId: string;
  readonly rowNo: number;
  readonly policySetId: number;
  readonly recordedAt: string;
}

/** A record with its disclosure on the day of the report. */
export interface DisclosedRecord {
  readonly record: ReportRecord;
  readonly disclosure: Disclosure;
}

export interface Fact {
  readonly label: string;
  readonly value: string;
  /** Takes the whole width. */
  readonly wide?: true;
  /** Set in fixed-width figures. */
  readonly code?: true;
}

export interface ReportBlock {
  /** 第 n 条 */
  readonly number: number;
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly source: string;
  /** Last day it is shown; null = while in effect. */
  readonly until: string | null;
  readonly disclosure: string;
  readonly severity: SeverityClass | null;
  readonly severityConfirmed: boolean;
  readonly annotations: readonly DisclosureAnnotation[];
  /** Absent where there are none, so that the content of a report without notes stays what it was. */
  readonly notes?: readonly DisclosureNote[];
  /** Full kind: how it stands where the public does not see it. */
  readonly state?: Disclosure['state'];
  /** Full kind: submission, row, policy set, recorded at. */
  readonly lineage?: string;
}

export type SectionState =
  /** There is something. */
  | 'present'
  /** The platform receives this kind of information and there is none in the period. */
  | 'none'
  /** There is a standard for it, and no body has reported any yet. */
  | 'notReceived'
  /** The platform does not collect it yet. */
  | 'notCollected'
  /** Public kind: the catalogue does not open this kind of information to the public. */
  | 'notPublic';

export interface ReportSection {
  readonly key: string;
  readonly title: Bilingual;
  readonly state: SectionState;
  readonly paragraphs?: readonly string[];
  readonly facts?: readonly Fact[];
  readonly table?: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
  readonly records?: readonly ReportBlock[];
}

/** A version of policy that the content depends on. */
export interface PolicyReference {
  readonly kind: string;
  readonly key: string;
  readonly hash: string;
}

/** What the content hash covers: nothing of number, time of issue, requester, watermark or PDF. */
export interface ReportContent {
  readonly format: 'chengxin-report-1';
  readonly kind: ReportKind;
  /** A full report that was issued with the organisation's authorisation; absent on every other. */
  readonly level?: 'authorised';
  readonly cutoffAt: string;
  readonly policy: readonly PolicyReference[];
  /** Standards that some body had reported by then; "none" is only said for these. */
  readonly feeds: readonly string[];
  readonly subject: {
    readonly name: string;
    readonly unifiedCode: string | null;
    readonly kind: string;
    readonly formerNames: readonly string[];
  };
  readonly sections: readonly ReportSection[];
}

/** What an issue adds to the content. */
export interface ReportIssue {
  readonly number: string;
  readonly issuedAt: string;
  readonly contentHash: string;
  readonly requester: string;
  readonly purpose: string | null;
  readonly verifyUrl: string;
  /** Name of the site that issues it. */
  readonly site: string;
}
