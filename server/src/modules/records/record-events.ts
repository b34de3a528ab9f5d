/**
 * What happens to a record after it was recorded. Disclosure, use and take-down are computed from these events, so there is
 * one way to write them: guarded by the record's own row, once, and told to followers in the same transaction.
 */
import type { Actor, AppContext } from '../../context.ts';
import { publish } from '../../platform/access-log/index.ts';
import { execute, maybeOne, query, sql, type Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';

/** The same list as the CHECK of core.record_event; the outbox names each `record.<kind>`. */
export const recordEventKinds = [
  'withdrawn',
  'annulled',
  'suspended',
  'resumed',
  'repaired',
  'repairRevoked',
  'objectionOpened',
  'objectionClosed',
  'severityConfirmed',
  'masked',
  'unmasked',
  'erased',
  'noteAdded',
  'noteRemoved',
] as const;
export type RecordEventKind = (typeof recordEventKinds)[number];

export type AnnotatedMatter = 'objection' | 'review' | 'litigation' | 'reorganisation';

export interface NewRecordEvent {
  readonly kind: RecordEventKind;
  /** The legal day from which it holds. */
  readonly effectiveOn: string;
  /** severityConfirmed: `{severity}`; objectionOpened and objectionClosed: `{matter}`; noteAdded: `{note, text}`. Without person identifiers. */
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly reason?: string | null;
  /** Number of the document that orders it (a ruling, a decision). */
  readonly document?: string | null;
  /** The case that it follows from. */
  readonly caseId?: string | null;
}

interface Known {
  readonly kind: RecordEventKind;
  readonly effective_on: string;
  readonly data: Readonly<Record<string, unknown>> | null;
}

/** What ends what: the state holds until its counterpart. */
const switches: Readonly<Partial<Record<RecordEventKind, readonly [on: RecordEventKind, off: RecordEventKind]>>> = {
  repaired: ['repaired', 'repairRevoked'],
  repairRevoked: ['repaired', 'repairRevoked'],
  suspended: ['suspended', 'resumed'],
  resumed: ['suspended', 'resumed'],
  masked: ['masked', 'unmasked'],
  unmasked: ['masked', 'unmasked'],
};
const final: readonly RecordEventKind[] = ['withdrawn', 'annulled', 'erased'];

/** A note is its case's: added once, removed once. */
const notes: readonly RecordEventKind[] = ['noteAdded', 'noteRemoved'];

const caseOf = (data: Known['data']): string => (typeof data?.case === 'string' ? data.case : '');

/** Whether it would say anything new of the record, as its events up to that day have it. Pure; `known` is in order of time. */
export function saysSomethingNew(
  known: readonly Known[],
  event: NewRecordEvent & { readonly data: Known['data'] },
): boolean {
  if (known.some(({ kind }) => kind === 'erased')) return false;
  if (final.includes(event.kind)) return !known.some(({ kind }) => kind === event.kind);
  const until = known.filter(({ effective_on }) => effective_on <= event.effectiveOn);
  const pair = switches[event.kind];
  if (pair) {
    const last = until.filter(({ kind }) => pair.includes(kind)).at(-1)?.kind ?? pair[1];
    return last !== event.kind;
  }
  if (event.kind === 'severityConfirmed') {
    const last = until.filter(({ kind }) => kind === 'severityConfirmed').at(-1);
    return last?.data?.severity !== event.data?.severity;
  }
  if (notes.includes(event.kind)) {
    const last = until.filter(({ kind, data }) => notes.includes(kind) && caseOf(data) === caseOf(event.data)).at(-1);
    return event.kind === 'noteAdded' ? last?.kind !== 'noteAdded' : last?.kind === 'noteAdded';
  }
  const same = until.filter(
    ({ kind, data }) =>
      (kind === 'objectionOpened' || kind === 'objectionClosed') &&
      data?.matter === event.data?.matter &&
      caseOf(data) === caseOf(event.data),
  );
  return (same.at(-1)?.kind ?? 'objectionClosed') !== event.kind;
}

/**
 * Writes one event and publishes `record.<kind>`. False, and nothing written, when the record is in that state already.
 * Locks the record, so that two who decide at once write one event.
 */
export async function writeRecordEvent(
  tx: Transaction,
  ctx: Pick<AppContext, 'clock'>,
  actor: Pick<Actor, 'accountId'> | null,
  of: { readonly subjectId: string; readonly recordId: string },
  event: NewRecordEvent,
): Promise<boolean> {
  const held = await maybeOne(
    tx,
    sql`SELECT record_id FROM core.record WHERE subject_id = ${of.subjectId} AND record_id = ${of.recordId} FOR UPDATE`,
  );
  if (!held) throw new DomainError('not-found');
  const known = await query<Known>(
    tx,
    sql`SELECT kind, effective_on, data FROM core.record_event WHERE subject_id = ${of.subjectId} AND record_id = ${of.recordId}
        ORDER BY effective_on, recorded_at, event_id`,
  );
  const data = event.caseId ? { ...event.data, case: event.caseId } : (event.data ?? null);
  if (!saysSomethingNew(known, { ...event, data })) return false;
  const eventId = newId();
  await execute(
    tx,
    sql`INSERT INTO core.record_event (subject_id, event_id, record_id, kind, effective_on, reason, document, data, account_id, recorded_at)
        VALUES (${of.subjectId}, ${eventId}, ${of.recordId}, ${event.kind}, ${event.effectiveOn}, ${event.reason ?? null}, ${event.document ?? null},
          ${data && JSON.stringify(data)}::jsonb, ${actor?.accountId ?? null}, ${ctx.clock.now()})`,
  );
  const matter = typeof data?.matter === 'string' ? { matter: data.matter } : {};
  const payload = { recordId: of.recordId, eventId, effectiveOn: event.effectiveOn, ...matter };
  await publish(tx, ctx, [
    {
      kind: `record.${event.kind}`,
      subjectId: of.subjectId,
      payload: event.caseId ? { ...payload, caseId: event.caseId } : payload,
    },
  ]);
  return true;
}

interface Replaced {
  readonly subjectId: string;
  readonly recordId: string;
  /** The record that stands in its place. */
  readonly by: string;
}

/**
 * What happened to a record holds of its corrected version too: a repaired penalty that its source reports once more with
 * another amount stays repaired. What ended the old version alone (withdrawn, erased) stays with it.
 */
export async function carryEvents(tx: Transaction, replaced: readonly Replaced[]): Promise<void> {
  if (replaced.length === 0) return;
  const events = await query<{ event_id: string; by: string }>(
    tx,
    sql`SELECT e.event_id, o.by_id AS by
        FROM unnest(${replaced.map((row) => row.subjectId)}::uuid[], ${replaced.map((row) => row.recordId)}::uuid[], ${replaced.map((row) => row.by)}::uuid[])
             AS o(subject_id, record_id, by_id)
        JOIN core.record_event e ON e.subject_id = o.subject_id AND e.record_id = o.record_id
        WHERE e.kind NOT IN ('withdrawn', 'erased') ORDER BY e.effective_on, e.recorded_at, e.event_id`,
  );
  if (events.length === 0) return;
  await execute(
    tx,
    sql`INSERT INTO core.record_event (subject_id, event_id, record_id, kind, effective_on, reason, document, data, account_id, recorded_at)
        SELECT r.subject_id, c.new_id, c.by_id, e.kind, e.effective_on, e.reason, e.document, e.data, e.account_id, e.recorded_at
        FROM unnest(${events.map((row) => row.event_id)}::uuid[], ${events.map(() => newId())}::uuid[], ${events.map((row) => row.by)}::uuid[])
             AS c(event_id, new_id, by_id)
        JOIN core.record_event e ON e.event_id = c.event_id AND e.subject_id = ANY(${replaced.map((row) => row.subjectId)}::uuid[])
        JOIN core.record r ON r.record_id = c.by_id`,
  );
}
