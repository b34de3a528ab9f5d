/** Writes a record plan inside the caller's transaction: COPY for what is new, one statement each for what is replaced. */
import { publish } from '../../platform/access-log/index.ts';
import type { Instant } from '../../platform/clock.ts';
import { copyColumns, copyLines, escapeCopyText } from '../../platform/copy-rows.ts';
import { execute, sql, type Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { bytes, type PlannedRecord, type RecordPlan } from './plan-records.ts';
import { carryEvents } from './record-events.ts';

export const recordColumns = [
  'subject_id',
  'recorded_on',
  'record_id',
  'item',
  'standard',
  'document_number',
  'decided_on',
  'effective_from',
  'effective_to',
  'deciding_body_id',
  'source_body_id',
  'categories',
  'domain',
  'severity',
  'amount_fen',
  'confiscated_fen',
  'key_hash',
  'payload_hash',
  'payload',
  'submission_id',
  'row_no',
  'policy_set_id',
  'recorded_at',
  'superseded_at',
] as const;
export const recordKeyColumns = [
  'key_hash',
  'subject_id',
  'record_id',
  'recorded_on',
  'payload_hash',
  'source_body_id',
] as const;

export interface WriteContext {
  submissionId: string;
  policySetId: number;
  at: string;
}

/** Dates, numbers and hexadecimal digits need no escaping. */
const plain = (value: string | bigint | null): string => (value === null ? '\\N' : String(value));
const hexColumn = (text: string): string => `\\\\x${text}`;

/** Text that hardly changes from row to row is made a column once. */
class Columns {
  private readonly made = new Map<string, string>();
  of(text: string | null): string {
    if (text === null) return '\\N';
    let column = this.made.get(text);
    if (column === undefined) {
      column = escapeCopyText(text);
      this.made.set(text, column);
    }
    return column;
  }
  list(values: readonly string[]): string {
    return values.length === 0 ? '{}' : copyColumns([values]);
  }
}

function* recordLines(records: readonly PlannedRecord[], context: WriteContext): Generator<string> {
  const { submissionId, policySetId, at } = context;
  const columns = new Columns();
  for (const record of records) {
    const number = record.documentNumber;
    yield `${record.subjectId}\t${record.recordedOn}\t${record.recordId}\t${columns.of(record.item)}\t${columns.of(record.standard)}\t${
      number === null ? '\\N' : escapeCopyText(number)
    }\t${plain(record.decidedOn)}\t${plain(record.effectiveFrom)}\t${plain(record.effectiveTo)}\t${record.decidingBodyId}\t${
      record.sourceBodyId
    }\t${columns.list(record.categories)}\t${columns.of(record.domain)}\t\\N\t${plain(record.amountFen)}\t${plain(
      record.confiscatedFen,
    )}\t${hexColumn(record.keyHash)}\t${hexColumn(record.payloadHash)}\t${record.payloadColumn}\t${submissionId}\t${
      record.rowNo
    }\t${policySetId}\t${at}\t${plain(record.supersededAt)}\n`;
  }
}

function* keyLines(records: Iterable<PlannedRecord>): Generator<string> {
  for (const record of records) {
    yield `${hexColumn(record.keyHash)}\t${record.subjectId}\t${record.recordId}\t${record.recordedOn}\t${hexColumn(
      record.payloadHash,
    )}\t${record.sourceBodyId}\n`;
  }
}

/** Errors: unique violation (23505) when another transaction recorded the same fact meanwhile; the caller plans again. */
export async function writeRecordPlan(tx: Transaction, plan: RecordPlan, context: WriteContext): Promise<void> {
  await copyLines(tx, 'core.record_key', recordKeyColumns, keyLines(plan.newKeys.values()));
  await copyLines(tx, 'core.record', recordColumns, recordLines(plan.inserts, context));
  await supersedeRecords(tx, plan.supersede, context.at);
  await carryEvents(tx, plan.supersede);
  await publishSuperseded(tx, plan.supersede, context.at);
  if (plan.movedKeys.size > 0) await moveKeys(tx, [...plan.movedKeys.values()]);
  if (plan.assertions.length > 0) await writeAssertions(tx, plan.assertions, context);
}

/** Sets superseded_at, once. A record that somebody superseded meanwhile is a conflict. */
export async function supersedeRecords(
  tx: Transaction,
  records: readonly Omit<RecordPlan['supersede'][number], 'by'>[],
  at: string,
): Promise<void> {
  if (records.length === 0) return;
  const changed = await execute(
    tx,
    sql`UPDATE core.record r SET superseded_at = ${at}
          FROM unnest(${records.map((row) => row.subjectId)}::uuid[], ${records.map((row) => row.recordedOn)}::date[], ${records.map((row) => row.recordId)}::uuid[])
               AS o(subject_id, recorded_on, record_id)
         WHERE r.subject_id = o.subject_id AND r.recorded_on = o.recorded_on AND r.record_id = o.record_id AND r.superseded_at IS NULL`,
  );
  if (changed !== records.length) throw new DomainError('conflict');
}

/** Whoever received the old record learns which one stands in its place. */
export async function publishSuperseded(
  tx: Transaction,
  records: readonly Pick<RecordPlan['supersede'][number], 'subjectId' | 'recordId' | 'by'>[],
  at: string,
): Promise<void> {
  const clock = { now: (): Instant => at as Instant };
  const changes = records.map(({ subjectId, recordId, by }) => ({
    kind: 'record.superseded',
    subjectId,
    payload: { recordId, by },
  }));
  await publish(tx, { clock }, changes);
}

async function moveKeys(tx: Transaction, records: readonly PlannedRecord[]): Promise<void> {
  await execute(
    tx,
    sql`UPDATE core.record_key k SET record_id = m.record_id, recorded_on = m.recorded_on, payload_hash = m.payload_hash, source_body_id = m.source_body_id
          FROM unnest(${bytes(records.map((row) => row.keyHash))}::bytea[], ${records.map((row) => row.recordId)}::uuid[], ${records.map((row) => row.recordedOn)}::date[],
                      ${bytes(records.map((row) => row.payloadHash))}::bytea[], ${records.map((row) => row.sourceBodyId)}::uuid[])
               AS m(key_hash, record_id, recorded_on, payload_hash, source_body_id)
         WHERE k.key_hash = m.key_hash`,
  );
}

async function writeAssertions(
  tx: Transaction,
  assertions: RecordPlan['assertions'],
  context: WriteContext,
): Promise<void> {
  const distinct = [...new Map(assertions.map((row) => [`${row.keyHash}${row.sourceBodyId}`, row])).values()];
  await execute(
    tx,
    sql`INSERT INTO core.record_assertion (subject_id, key_hash, source_body_id, submission_id, row_no, asserted_at, withdrawn_at)
        SELECT a.subject_id, a.key_hash, a.source_body_id, ${context.submissionId}::uuid, a.row_no, ${context.at}::timestamptz, NULL
          FROM unnest(${distinct.map((row) => row.subjectId)}::uuid[], ${bytes(distinct.map((row) => row.keyHash))}::bytea[],
                      ${distinct.map((row) => row.sourceBodyId)}::uuid[], ${distinct.map((row) => row.rowNo)}::int[]) AS a(subject_id, key_hash, source_body_id, row_no)
        ON CONFLICT (subject_id, key_hash, source_body_id) DO UPDATE
           SET submission_id = excluded.submission_id, row_no = excluded.row_no, asserted_at = excluded.asserted_at, withdrawn_at = NULL`,
  );
}
