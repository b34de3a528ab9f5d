/**
 * Earlier states of a record: what was known on a day, and what became of it. For the source body, the audit administrator (also
 * for a court's order) and the subject, each with a case (natural-persons §3); an officer cannot see a repaired record by going
 * back in time. Each look is logged for the subject to read.
 */
import type { Actor, AppContext } from '../../context.ts';
import { withAccess } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import type { Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId } from '../../platform/ids.ts';
import { checkStated, type Reading, readingEntry, readsItem, type StatedPurpose } from '../access/index.ts';
import { authorize } from '../identity/index.ts';
import type { Bilingual } from '../policy/types.ts';
import { clusterOf, type EarlierRow, earlierEvents, earlierRows, placeOfRecord } from './archive-queries.ts';
import { findArchiveSubject } from './load-archive.ts';
import { type RecordField, recordFields } from './record-view.ts';

export interface EarlierState {
  recordId: string;
  recordedAt: string;
  supersededAt: string | null;
  documentNumber: string | null;
  decidedOn: string | null;
  decidingBody: string;
  sourceBody: string;
  /** Empty for what was erased. */
  fields: RecordField[];
  events: { kind: string; effectiveOn: string; recordedAt: string; reason: string | null; document: string | null }[];
}
export interface EarlierStates {
  recordId: string;
  subjectId: string;
  item: string;
  itemName: Bilingual;
  states: EarlierState[];
}

/** A day ends at 16:00 UTC: Asia/Shanghai. */
const endOf = (day: string): number => Date.parse(`${day}T16:00:00Z`);

/** What was known when the day ended. */
function knownThen(row: EarlierRow, day: string): boolean {
  const end = endOf(day);
  return Date.parse(row.recorded_at) < end && (row.superseded_at === null || Date.parse(row.superseded_at) >= end);
}

/** For a representative the own organisation, merged ones included; else the record's own subject. */
async function subjectFor(tx: Transaction, actor: Actor, subjectId: string): Promise<string> {
  if (actor.subjectId === null) return subjectId;
  const own = await findArchiveSubject(tx, { subjectId: actor.subjectId }).catch((error: unknown) => {
    // An organisation that the register has lost: then nothing is its own, and the answer is the one for anybody's.
    if (error instanceof DomainError && error.code === 'not-found') return null;
    throw error;
  });
  if (own === null) return subjectId;
  return (await clusterOf(tx, own.subject_id)).includes(subjectId) ? actor.subjectId : subjectId;
}

async function load(
  ctx: AppContext,
  actor: Actor,
  tx: Transaction,
  reading: Reading,
  recordId: string,
  knownOn: string | null,
): Promise<EarlierStates> {
  const place = await placeOfRecord(tx, recordId);
  if (place === null) throw new DomainError('not-found');
  const subjectId = await subjectFor(tx, actor, place.subject_id);
  authorize(actor, 'record.earlier', { bodyId: place.source_body_id, subjectId });
  const policy = ctx.policy();
  if (!readsItem(reading, policy, place.item)) throw new HiddenError();
  const all = await earlierRows(tx, place.subject_id, place.key_hash);
  // Another source's version of the same fact is that source's.
  const rows = all.filter(
    (row) =>
      (knownOn === null || knownThen(row, knownOn)) &&
      (row.source_body_id === place.source_body_id || actor.bodyId === null),
  );
  const events = await earlierEvents(
    tx,
    place.subject_id,
    rows.map((row) => row.record_id),
  );
  return {
    recordId,
    subjectId: place.subject_id,
    item: place.item,
    itemName: policy.catalogueItem(place.item)?.name ?? { zh: place.item, en: place.item },
    states: rows.map((row) => {
      const own = events.filter((event) => event.record_id === row.record_id);
      const erased = own.some((event) => event.kind === 'erased');
      const context = { policy, level: reading.level, people: [] };
      return {
        recordId: row.record_id,
        recordedAt: row.recorded_at,
        supersededAt: row.superseded_at,
        documentNumber: erased ? null : row.document_number,
        decidedOn: row.decided_on,
        decidingBody: row.deciding_body,
        sourceBody: row.source_body,
        fields: erased ? [] : recordFields(context, row.standard, row.payload),
        events: own.map((event) => ({
          kind: event.kind,
          effectiveOn: event.effective_on,
          recordedAt: event.recorded_at,
          reason: event.reason,
          document: event.document,
        })),
      };
    }),
  };
}

/** Errors: forbidden (the role), invalid-request (purpose or case), not-found, also for what is another's. */
export async function readEarlierStates(
  ctx: AppContext,
  actor: Actor,
  recordId: string,
  stated: StatedPurpose,
  knownOn: string | null,
): Promise<EarlierStates> {
  authorize(actor, 'record.earlier');
  const reading = checkStated(ctx, actor, 'earlier', stated, { level: 'government' });
  if (!isId(recordId)) throw new DomainError('not-found');
  return withAccess(
    ctx,
    actor,
    (found: EarlierStates) => ({
      action: 'record.earlier',
      resourceKind: 'record',
      resourceId: recordId,
      subjectId: found.subjectId,
      ...readingEntry(reading),
      detail: { states: found.states.length, knownOn },
    }),
    (tx) => load(ctx, actor, tx, reading, recordId, knownOn),
  );
}
