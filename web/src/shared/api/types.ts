/** Shapes of the API, as the contract has them. Types only: no schema reaches the browser. */
import type {
  ArchiveSchema,
  Candidate as CandidateSchema,
  DoubtfulRowView,
  FullArchiveSchema,
  FullRecordSchema,
  LineageSchema,
  RecordFormRequest as RecordFormRequestSchema,
  RecordLineageSchema,
  ResolveRowsRequest as ResolveRowsRequestSchema,
  ResolveRowsResult as ResolveRowsResultSchema,
  StandardView,
} from '@chengxin/contract';
import type { Static } from 'typebox';

export type {
  BodyView,
  ChannelItemView,
  ChannelView,
  DeskSummary,
  DoubtfulRowView,
  DraftView,
  EnrolledView,
  EnrolmentView,
  FindingView,
  OwnSession,
  Problem,
  PublicRecord,
  PurposeView,
  RecordDetail,
  RecordFormResult,
  RecordRow,
  SecondFactorView,
  SessionView,
  StandardView,
  SubjectItem,
  SubmissionView,
} from '@chengxin/contract';

export type Candidate = Static<typeof CandidateSchema>;
export type ResolveRowsRequest = Static<typeof ResolveRowsRequestSchema>;
export type ResolveRowsResult = Static<typeof ResolveRowsResultSchema>;
export type RecordFormRequest = Static<typeof RecordFormRequestSchema>;
export type Archive = Static<typeof ArchiveSchema>;
export type FullArchive = Static<typeof FullArchiveSchema>;
export type FullRecord = Static<typeof FullRecordSchema>;
export type Lineage = Static<typeof LineageSchema>;
export type RecordLineage = Static<typeof RecordLineageSchema>;
export type StandardField = StandardView['fields'][number];
export type Words = StandardView['name'];
export type RowValue = DoubtfulRowView['values'][number];

export interface ListOf<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  readonly dataAsOf: string;
}

/** How often a rule spoke in one submission. */
export interface RuleCount {
  readonly rule: string;
  readonly severity: string;
  readonly count: number;
  readonly message: Words;
}

export interface SubjectLookup {
  readonly found: boolean;
  readonly subjectId: string | null;
  readonly name: string | null;
  readonly code: string | null;
  readonly kind: string | null;
  readonly legalRepresentative: string | null;
}

export interface UploadAccepted {
  readonly id: string;
  readonly state: string;
  /** The same file was sent before; `id` is that submission. */
  readonly repeated?: boolean;
}

export interface AttachmentAdded {
  readonly id: string;
  readonly fileName: string;
  readonly bytes: number;
}

/** What everybody may know of the installation. */
export interface PublicSite {
  readonly cityName?: string;
  readonly demo?: boolean;
  readonly accounts?: readonly { readonly login: string; readonly password: string; readonly role: string }[];
}
