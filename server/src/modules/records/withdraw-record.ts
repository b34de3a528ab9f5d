/** A source takes back what it reported. Only its own assertion goes; a record that another source asserts too stays. */
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { execute, maybeOne, query, sql, type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize } from '../identity/index.ts';
import { writeRecordEvent } from './record-events.ts';
import { supersedeRecords } from './write-records.ts';

export interface LiveRecord {
  subject_id: string;
  recorded_on: string;
  record_id: string;
  source_body_id: string;
  key_hash: Buffer;
  standard: string;
  item: string;
  superseded_at: string | null;
  document_number: string | null;
  decided_on: string | null;
  payload: Record<string, string>;
  submission_id: string;
}

/** By id alone: the list that named it gives no subject. Partitions are few; the day is in the id (uuid v7) but not relied on. */
export async function loadRecord(
  client: Transaction | AppContext['db']['app'],
  recordId: string,
): Promise<LiveRecord | null> {
  return maybeOne<LiveRecord>(
    client,
    sql`SELECT subject_id, recorded_on, record_id, source_body_id, key_hash, standard, item, superseded_at, document_number, decided_on, payload, submission_id
          FROM core.record WHERE record_id = ${recordId}`,
  );
}

export async function withdrawRecord(ctx: AppContext, actor: Actor, recordId: string, reason: string): Promise<void> {
  const known = await loadRecord(ctx.db.app, recordId);
  if (!known) throw new DomainError('not-found');
  authorize(actor, 'record.withdraw', { bodyId: known.source_body_id });
  await withTransaction(ctx.db.app, async (tx) => {
    await withdrawIn(ctx, actor, tx, recordId, reason);
  });
}

/** The same inside a transaction of the caller (an approved draft). */
export async function withdrawIn(
  ctx: AppContext,
  actor: Actor,
  tx: Transaction,
  recordId: string,
  reason: string,
): Promise<void> {
  const known = await loadRecord(tx, recordId);
  if (!known) throw new DomainError('conflict');
  const outcome = await withdrawAs(ctx, actor, tx, { recordId, sourceBodyId: known.source_body_id, reason });
  if (outcome === 'notFound') throw new DomainError('conflict');
}

/**
 * withdrawn: the record is gone. handedOver: another source asserts it too and answers for it now. assertionWithdrawn: the
 * record is another source's and stays, this one no longer asserts it. notFound: this source never sent it, or took it back.
 */
export type WithdrawOutcome = 'withdrawn' | 'handedOver' | 'assertionWithdrawn' | 'notFound';

/** Takes back what one source asserts, and nothing that others do. */
export async function withdrawAs(
  ctx: AppContext,
  actor: Actor,
  tx: Transaction,
  what: { recordId: string; sourceBodyId: string; reason: string },
): Promise<WithdrawOutcome> {
  const record = await loadRecord(tx, what.recordId);
  if (!record || record.superseded_at !== null) return 'notFound';
  const at = ctx.clock.now();
  const owner = await maybeOne<{ source_body_id: string }>(
    tx,
    sql`SELECT source_body_id FROM core.record_key WHERE key_hash = ${record.key_hash} AND record_id = ${what.recordId} FOR UPDATE`,
  );
  const others = await query<{ source_body_id: string }>(
    tx,
    sql`SELECT source_body_id FROM core.record_assertion
         WHERE subject_id = ${record.subject_id} AND key_hash = ${record.key_hash} AND withdrawn_at IS NULL ORDER BY asserted_at FOR UPDATE`,
  );
  const outcome = await takeBack(ctx, actor, tx, {
    ...what,
    record,
    at,
    ownerId: owner?.source_body_id ?? record.source_body_id,
    others: others.map((row) => row.source_body_id),
  });
  if (outcome === 'notFound') return outcome;
  await writeAccess(tx, ctx, actor, {
    action: 'record.withdraw',
    resourceKind: 'record',
    resourceId: what.recordId,
    subjectId: record.subject_id,
    detail: { reason: what.reason, sourceBodyId: what.sourceBodyId, outcome },
  });
  return outcome;
}

interface TakeBack {
  recordId: string;
  sourceBodyId: string;
  reason: string;
  record: LiveRecord;
  at: string;
  /** Who answers for the record, and who asserts it besides. */
  ownerId: string;
  others: readonly string[];
}

async function takeBack(ctx: AppContext, actor: Actor, tx: Transaction, act: TakeBack): Promise<WithdrawOutcome> {
  const { record, at } = act;
  const endAssertion = (bodyId: string): Promise<number> =>
    execute(
      tx,
      sql`UPDATE core.record_assertion SET withdrawn_at = ${at} WHERE subject_id = ${record.subject_id} AND key_hash = ${record.key_hash}
             AND source_body_id = ${bodyId} AND withdrawn_at IS NULL`,
    );
  if (act.ownerId !== act.sourceBodyId) {
    return (await endAssertion(act.sourceBodyId)) > 0 ? 'assertionWithdrawn' : 'notFound';
  }
  const next = act.others.find((bodyId) => bodyId !== act.ownerId);
  if (next !== undefined) {
    await execute(tx, sql`UPDATE core.record_key SET source_body_id = ${next} WHERE key_hash = ${record.key_hash}`);
    await endAssertion(next);
    return 'handedOver';
  }
  await supersedeRecords(
    tx,
    [{ subjectId: record.subject_id, recordedOn: record.recorded_on, recordId: act.recordId }],
    at,
  );
  await execute(
    tx,
    sql`DELETE FROM core.record_key WHERE key_hash = ${record.key_hash} AND record_id = ${act.recordId}`,
  );
  await writeRecordEvent(
    tx,
    ctx,
    actor,
    { subjectId: record.subject_id, recordId: act.recordId },
    { kind: 'withdrawn', effectiveOn: ctx.clock.today(), reason: act.reason },
  );
  return 'withdrawn';
}
