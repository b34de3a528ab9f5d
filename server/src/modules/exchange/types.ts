/** What this module works with: registered receivers, messages to them, what they received. */
import type { FieldPublicity } from '../../platform/authz/index.ts';

export type ReceiverLevel = Exclude<FieldPublicity, 'internal'>;
export type ReceiverState = 'active' | 'paused' | 'ended';
export type Covers = 'received' | 'all';

export interface ReceiverRow {
  readonly receiver_id: string;
  readonly body_id: string;
  readonly body_name: string;
  readonly client_id: string | null;
  readonly name: string;
  readonly contact: string;
  readonly url: string | null;
  readonly level: ReceiverLevel;
  readonly items: string[];
  readonly covers: Covers;
  readonly state: ReceiverState;
  readonly from_position: string;
  readonly failures: number;
  readonly next_attempt_at: string | null;
  readonly last_success_at: string | null;
  readonly last_problem: string | null;
  readonly registered_at: string;
  readonly ended_at: string | null;
}

/** What a receiver is asked to do with a record that it may hold. */
export type Asked = 'remove' | 'replace' | 'update' | 'annotate' | 'restore';

/** Why, as a class: never the particulars of a case. */
export type ReasonClass =
  | 'repaired'
  | 'repairRevoked'
  | 'withdrawn'
  | 'corrected'
  | 'annulled'
  | 'erased'
  | 'expired'
  | 'suspended'
  | 'resumed'
  | 'masked'
  | 'unmasked'
  | 'reclassified'
  | 'annotated';

/** One change as a receiver reads it, in the feed and in messages: ids, codes and days; no content of any record. */
export interface ChangeMessage {
  /** Place in the feed, and the epoch of the feed that it belongs to. */
  readonly position: string;
  readonly epoch: number;
  /** The same for the same change and receiver, however often it is sent. */
  readonly id: string;
  readonly kind: string;
  readonly reason: ReasonClass;
  readonly asked: Asked;
  readonly recordId: string;
  /** The record that stands in its place, where there is one that the receiver may read. */
  readonly replacedBy: string | null;
  readonly item: string;
  readonly subject: { readonly id: string; readonly code: string | null };
  /** The legal day from which it holds. */
  readonly effectiveOn: string;
  readonly changedAt: string;
}

/** One look of the access log that may have carried records. */
export interface Look {
  readonly at: string;
  readonly bodyId: string;
  readonly subjectId: string;
  readonly action: string;
  readonly resourceId: string | null;
  readonly part: string | null;
  readonly level: string | null;
  /** Catalogue items that were read; null: all of the level. */
  readonly items: readonly string[] | null;
}

/** So many milliseconds after an instant. */
export const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();
