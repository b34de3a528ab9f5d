/**
 * How a list entry stands on a day. Pure: computed at every read from the entry, the removals and the events of the record it
 * rests on, so that an entry that ended is not used even if no job ever ran (36号令 art. 3: measures end with the listing).
 */
import { addMonths, type RecordEventFacts, stateOfEvents } from '../disclosure/index.ts';
import type { CreditList, CreditListKind, SeverityClass } from '../policy/index.ts';

export type RemovalKind = 'expired' | 'early' | 'annulled' | 'leftAtSource';
export type EntryState = 'live' | 'notYet' | 'suspended' | 'barred' | RemovalKind;

export interface EntryRemoval {
  readonly kind: RemovalKind;
  /** First day on which it is listed no longer. */
  readonly removedOn: string;
}

/** The record that an entry rests on, as it stands now. */
export interface EntryRecord {
  /** The day on which it was replaced by nothing; null while a version of it stands. */
  readonly goneOn: string | null;
  /** Last day, as the source has it. */
  readonly effectiveTo: string | null;
  /** False where the source says that the subject is listed no longer. */
  readonly inForce: boolean;
  /** Class of the act as it was reported; absent where it was not classed. */
  readonly severity?: SeverityClass | null;
  readonly events: readonly RecordEventFacts[];
}

export interface EntryFacts {
  readonly listedOn: string;
  readonly endsOn: string | null;
  readonly removals: readonly EntryRemoval[];
  readonly record: EntryRecord | null;
}

export interface Standing {
  readonly state: EntryState;
  /** Last day on which it is or was listed; null = until the cause is gone. */
  readonly endsOn: string | null;
  readonly annotations: readonly string[];
  /** The class that was confirmed, else the reported one; null where nobody classed it. */
  readonly severity: SeverityClass | null;
}

const earlier = (a: string | null, b: string | null): string | null =>
  a === null ? b : b === null ? a : a < b ? a : b;

const removedBy = (facts: EntryFacts, kind: RemovalKind, on: string): boolean =>
  facts.removals.some((removal) => removal.kind === kind && removal.removedOn <= on);

function ended(facts: EntryFacts, on: string, endsOn: string | null): RemovalKind | null {
  const { record } = facts;
  const events = stateOfEvents(record?.events ?? [], on);
  if (events.annulled || removedBy(facts, 'annulled', on)) return 'annulled';
  if (removedBy(facts, 'early', on)) return 'early';
  const gone = record !== null && record.goneOn !== null && record.goneOn <= on;
  if (events.withdrawn || events.erased || gone || removedBy(facts, 'leftAtSource', on)) return 'leftAtSource';
  if (events.repaired) return 'early';
  if (endsOn !== null && on > endsOn) return 'expired';
  if (record !== null && !record.inForce) return 'leftAtSource';
  return null;
}

/** @param on day in China; the first and the last day of an entry belong to it */
export function standingOf(facts: EntryFacts, on: string): Standing {
  const endsOn = earlier(facts.endsOn, facts.record?.effectiveTo ?? null);
  const events = stateOfEvents(facts.record?.events ?? [], on);
  const state: EntryState =
    ended(facts, on, endsOn) ?? (on < facts.listedOn ? 'notYet' : events.suspended ? 'suspended' : 'live');
  const severity = events.severity ?? facts.record?.severity ?? null;
  return { state, endsOn, annotations: events.annotations, severity };
}

/** Nobody is honoured while on a serious list (国发〔2016〕33号; cross-check). Pure over the entries of one subject. */
export function barHonours<E extends { readonly kind: CreditListKind; readonly state: EntryState }>(
  entries: readonly E[],
): E[] {
  const serious = entries.some((entry) => entry.kind === 'serious' && entry.state === 'live');
  return entries.map((entry) =>
    serious && entry.kind === 'honour' && entry.state === 'live' ? { ...entry, state: 'barred' as const } : entry,
  );
}

export interface Term {
  readonly endsOn: string | null;
  readonly months: number | null;
  readonly limit: number | null;
  /** The source says a longer one than the law allows; it is cut to the law's. */
  readonly cut: boolean;
}

/** The term of an entry that was reported: what the source says, never longer than the law's. */
export function reportedTerm(list: CreditList, listedOn: string, reportedEnd: string | null): Term {
  if (!list.term) return { endsOn: reportedEnd, months: null, limit: null, cut: false };
  const { months, maxMonths } = list.term;
  const latest = addMonths(listedOn, maxMonths);
  const cut = reportedEnd !== null && reportedEnd > latest;
  const endsOn = reportedEnd === null ? addMonths(listedOn, months) : cut ? latest : reportedEnd;
  return { endsOn, months: monthsUntil(listedOn, endsOn, maxMonths), limit: maxMonths, cut };
}

/** Whole months that reach the day. */
export function monthsUntil(from: string, to: string, most: number): number {
  for (let months = 1; months < most; months++) if (addMonths(from, months) >= to) return months;
  return most;
}

/** What a decision may say of the term; null when it is within the law. */
export function termProblem(list: CreditList, months: number | null): { zh: string; en: string } | null {
  if (!list.term)
    return months === null
      ? null
      : { zh: '本名单没有固定期限，不填写期限。', en: 'This list has no fixed term: leave it empty.' };
  const { maxMonths } = list.term;
  if (months === null) return { zh: '请填写列入期限。', en: 'Enter the term.' };
  if (months <= maxMonths) return null;
  return {
    zh: `列入期限最长 ${maxMonths} 个月，不能超过规定期限。`,
    en: `The term is ${maxMonths} months at most: no longer than the rule allows.`,
  };
}
