/**
 * What subjects needs from modules that know subjects: given at registration, so that no import runs in a circle
 * (DESIGN §3). The shapes are those of disclosure, records and reports.
 */
import type { AnnouncedList, CreditListList, ListEntryList, ListEntryQuery, MeasureList } from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import type { Basis, Bilingual, PolicyRuntime, SeverityClass } from '../policy/types.ts';

export interface RecordFacts {
  readonly item: string;
  readonly standard: string;
  readonly decidedOn: string | null;
  readonly effectiveFrom: string | null;
  readonly effectiveTo: string | null;
  readonly categories: readonly string[];
  readonly severity: SeverityClass | null;
  readonly amountFen: bigint | null;
  readonly confiscatedFen: bigint | null;
  readonly procedure: string | null;
  readonly subjectKind: string;
  readonly counterpartyPerson: false;
  readonly decidingBodyDomain?: string | null;
  readonly inForce?: boolean;
}

export type RecordEventKind =
  | 'withdrawn'
  | 'annulled'
  | 'suspended'
  | 'resumed'
  | 'repaired'
  | 'repairRevoked'
  | 'objectionOpened'
  | 'objectionClosed'
  | 'severityConfirmed'
  | 'masked'
  | 'unmasked'
  | 'erased'
  | 'noteAdded'
  | 'noteRemoved';

export interface RecordEvent {
  readonly kind: RecordEventKind;
  readonly effectiveOn: string;
  readonly recordedAt?: string;
  readonly data?: Readonly<Record<string, unknown>> | null;
}

export interface DisclosureView {
  readonly shown: boolean;
  readonly state: string;
  readonly from: string | null;
  readonly until: string | null;
  readonly severity: SeverityClass | null;
  readonly severityConfirmed: boolean;
  readonly regime: { readonly key: string; readonly name: Bilingual; readonly hash: string };
  readonly article: Basis;
  readonly reason: Bilingual;
  readonly earliestRepairOn: string | null;
  readonly annotations: readonly string[];
  readonly notes: readonly RecordNote[];
}

/** What stands beside a record: a statement of the subject, an objection that could not be settled. */
export interface RecordNote {
  readonly kind: string;
  readonly text: string;
  readonly check: string | null;
  readonly since: string;
}

/** Facts that decide whether a record is the same fact about a given canonical subject. */
export interface RecordKeyFacts {
  readonly recordId: string;
  readonly item: string;
  readonly decidingBodyId: string;
  readonly documentNumber: string | null;
  readonly decidedOn: string | null;
  readonly standard: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface VerifiedReport {
  readonly number: string;
  readonly kind: string;
  /** Masked where the law asks for it. */
  readonly subjectName: string;
  readonly issuedAt: string;
  readonly cutoffAt?: string;
  readonly contentHash?: string;
  readonly hashMatches?: boolean | null;
  readonly updatedSince?: boolean;
}

/** Lists that are public, as the portal shows them. */
export interface PublicLists {
  readonly all: (ctx: AppContext) => Promise<CreditListList>;
  readonly entries: (ctx: AppContext, list: string, query: ListEntryQuery) => Promise<ListEntryList>;
  /** Of an honour list. */
  readonly announced: (ctx: AppContext, list: string) => Promise<AnnouncedList>;
}

/** Issued by a former system of the city: its number, its day, and nothing about what it said. */
export interface FormerReport {
  readonly number: string;
  readonly former: true;
  readonly system: string;
  readonly issuedOn: string;
  readonly hashMatches: boolean | null;
}

export interface SubjectPorts {
  readonly lists?: PublicLists;
  /** measures.readMeasures */
  readonly measures?: (ctx: AppContext) => MeasureList;
  /** disclosure.discloseRecord */
  readonly disclose: (
    facts: RecordFacts,
    events: readonly RecordEvent[],
    on: string,
    policy: PolicyRuntime,
  ) => DisclosureView;
  /** The key hash of records under another canonical subject; null = the record has no key. */
  readonly rekey?: (record: RecordKeyFacts, canonicalId: string) => Buffer | null;
  /** reports.verifyReport; null = no such number. */
  readonly verifyReport?: (
    ctx: AppContext,
    number: string,
    hash: string | undefined,
  ) => Promise<VerifiedReport | FormerReport | null>;
}
