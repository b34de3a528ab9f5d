import type { Basis, Bilingual, SeverityClass } from '../policy/types.ts';
import type { RecordEventKind } from '../records/index.ts';

export type { RecordEventKind } from '../records/index.ts';

/** What disclosure needs to know of a record: its typed columns, never its payload. */
export interface DisclosureFacts {
  readonly item: string;
  readonly standard: string;
  /** Date of the document; periods run from it. */
  readonly decidedOn: string | null;
  readonly effectiveFrom: string | null;
  readonly effectiveTo: string | null;
  readonly categories: readonly string[];
  /** As the deciding body confirmed it; null while only the classification of policy proposes one. */
  readonly severity: SeverityClass | null;
  readonly amountFen: bigint | null;
  readonly confiscatedFen: bigint | null;
  /** Procedure of the decision as reported (简易程序, 普通程序 …). */
  readonly procedure: string | null;
  readonly subjectKind: string;
  /** A record about a natural person is never disclosed; the type makes it impossible to ask for it. */
  readonly counterpartyPerson: false;
  readonly decidingBodyDomain?: string | null;
  /** False where the source marks the act as no longer in force (许可「当前状态」= 0). */
  readonly inForce?: boolean;
}

/** One row of core.record_event. */
export interface RecordEventFacts {
  readonly kind: RecordEventKind;
  readonly effectiveOn: string;
  /** Breaks ties within a day. */
  readonly recordedAt?: string;
  /**
   * severityConfirmed: `{severity}`. objectionOpened and objectionClosed: `{matter: objection | review | litigation |
   * reorganisation, case}`; without a case a closing ends every open case of the matter. noteAdded: `{note, text, check?, case}`.
   */
  readonly data?: Readonly<Record<string, unknown>> | null;
}

/** What stands beside a record: the subject's own statement; an objection that could not be settled, with the check. */
export interface DisclosureNote {
  readonly kind: 'statement' | 'undetermined';
  readonly text: string;
  /** Of an objection that could not be settled: what the check found. */
  readonly check: string | null;
  readonly since: string;
}

export type DisclosureState =
  | 'shown'
  | 'neverShown'
  | 'notYet'
  | 'expired'
  | 'withdrawn'
  | 'annulled'
  | 'suspended'
  | 'repaired'
  | 'masked';

export type DisclosureAnnotation =
  | 'objectionInProgress'
  | 'reviewInProgress'
  | 'litigationInProgress'
  | 'reorganisationInProgress';

/** Whether the public may see a record on a day, until when, and why. Days are inclusive. */
export interface Disclosure {
  readonly shown: boolean;
  readonly state: DisclosureState;
  readonly from: string | null;
  /** Last day it is shown; null = as long as it is in effect (or nothing limits it). */
  readonly until: string | null;
  readonly severity: SeverityClass | null;
  readonly severityConfirmed: boolean;
  readonly regime: { readonly key: string; readonly name: Bilingual; readonly hash: string };
  readonly article: Basis;
  /** One sentence an officer would say to a citizen. */
  readonly reason: Bilingual;
  readonly earliestRepairOn: string | null;
  readonly annotations: readonly DisclosureAnnotation[];
  readonly notes: readonly DisclosureNote[];
}
