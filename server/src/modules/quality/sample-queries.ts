/** SQL of samples. */
import type { Instant, PlainDateString } from '../../platform/clock.ts';
import { execute, maybeOne, query, type Runner, sql, type Transaction } from '../../platform/db.ts';
import type { Month } from './month.ts';

export interface SampleRow {
  readonly sample_id: string;
  readonly kind: 'website' | 'assessor';
  readonly month: Month;
  readonly body_id: string | null;
  readonly seed: string | null;
  readonly rows: number;
  readonly state: 'drawn' | 'judged';
  readonly created_at: Instant;
  readonly same: number;
  readonly late: number;
  readonly wrong: number;
  readonly concealed: number;
}
export type Verdict = 'same' | 'late' | 'wrong' | 'concealed';
export interface SampledRow {
  readonly row_no: number;
  readonly body_id: string;
  readonly standard: string;
  readonly document_number: string;
  readonly decided_on: PlainDateString | null;
  readonly record_id: string | null;
  readonly arrived_on: PlainDateString | null;
  readonly verdict: Verdict | null;
  readonly note: string | null;
}

const counted = sql`s.sample_id, s.kind, s.month, s.body_id, s.seed, s.rows, s.state, s.created_at,
  (SELECT count(*)::int FROM quality.sample_row r WHERE r.sample_id = s.sample_id AND r.verdict = 'same') AS same,
  (SELECT count(*)::int FROM quality.sample_row r WHERE r.sample_id = s.sample_id AND r.verdict = 'late') AS late,
  (SELECT count(*)::int FROM quality.sample_row r WHERE r.sample_id = s.sample_id AND r.verdict = 'wrong') AS wrong,
  (SELECT count(*)::int FROM quality.sample_row r WHERE r.sample_id = s.sample_id AND r.verdict = 'concealed') AS concealed`;

export async function loadSample(client: Runner, sampleId: string): Promise<SampleRow | null> {
  return maybeOne<SampleRow>(client, sql`SELECT ${counted} FROM quality.sample s WHERE s.sample_id = ${sampleId}`);
}

export async function listSampleRows(
  client: Runner,
  month: Month | null,
  after: { readonly at: string; readonly id: string } | null,
  limit: number,
): Promise<SampleRow[]> {
  return query<SampleRow>(
    client,
    sql`SELECT ${counted} FROM quality.sample s WHERE (${month}::text IS NULL OR s.month = ${month})
          AND (${after?.id ?? null}::uuid IS NULL OR (s.created_at, s.sample_id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
        ORDER BY s.created_at DESC, s.sample_id DESC LIMIT ${limit}`,
  );
}

export async function sampledRows(
  client: Runner,
  sampleId: string,
  after: number,
  limit: number,
): Promise<SampledRow[]> {
  return query<SampledRow>(
    client,
    sql`SELECT row_no, body_id, standard, document_number, decided_on, record_id, arrived_on, verdict, note FROM quality.sample_row
        WHERE sample_id = ${sampleId} AND row_no > ${after} ORDER BY row_no LIMIT ${limit}`,
  );
}

export async function insertSample(
  tx: Transaction,
  row: {
    readonly id: string;
    readonly kind: 'website' | 'assessor';
    readonly month: Month;
    readonly bodyId: string | null;
    readonly standard: string | null;
    readonly seed: string | null;
    readonly fileName: string | null;
    readonly rows: number;
    readonly state: 'drawn' | 'judged';
    readonly by: string;
    readonly at: Instant;
  },
): Promise<void> {
  const judged = row.state === 'judged';
  await execute(
    tx,
    sql`INSERT INTO quality.sample (sample_id, kind, month, body_id, standard, seed, file_name, rows, state, created_by, created_at, judged_by, judged_at)
        VALUES (${row.id}, ${row.kind}, ${row.month}, ${row.bodyId}, ${row.standard}, ${row.seed}, ${row.fileName}, ${row.rows}, ${row.state}, ${row.by},
          ${row.at}, ${judged ? row.by : null}, ${judged ? row.at : null})`,
  );
}

export async function insertSampled(tx: Transaction, sampleId: string, rows: readonly SampledRow[]): Promise<void> {
  if (rows.length === 0) return;
  const column = <K extends keyof SampledRow>(key: K) => rows.map((row) => row[key]);
  await execute(
    tx,
    sql`INSERT INTO quality.sample_row (sample_id, row_no, body_id, standard, document_number, decided_on, record_id, arrived_on, verdict, note)
        SELECT ${sampleId}::uuid, n.* FROM unnest(${column('row_no')}::int[], ${column('body_id')}::uuid[], ${column('standard')}::text[],
          ${column('document_number')}::text[], ${column('decided_on')}::date[], ${column('record_id')}::uuid[], ${column('arrived_on')}::date[],
          ${column('verdict')}::text[], ${column('note')}::text[]) AS n`,
  );
}

/** Records on organisations that arrived in the month, in an order that the seed fixes: anybody can draw the same again. */
export async function drawRows(
  client: Runner,
  asked: {
    readonly from: Instant;
    readonly before: Instant;
    readonly bodies: readonly string[] | null;
    readonly standards: readonly string[];
    readonly seed: string;
  },
  limit: number,
): Promise<SampledRow[]> {
  return query<SampledRow>(
    client,
    sql`SELECT (row_number() OVER (ORDER BY md5(${asked.seed} || d.submission_id::text || d.row_no::text)))::int AS row_no, d.body_id, d.standard,
               d.document_number, d.decided_on, d.record_id, d.arrived_on, NULL::text AS verdict, NULL::text AS note
        FROM (SELECT s.body_id, r.standard, r.document_number, r.decided_on, r.record_id, r.submission_id, r.row_no,
                     (s.received_at AT TIME ZONE 'Asia/Shanghai')::date AS arrived_on
              FROM core.submission s JOIN core.record r USING (submission_id)
              WHERE s.received_at >= ${asked.from} AND s.received_at < ${asked.before} AND r.standard = ANY(${asked.standards}::text[])
                AND r.document_number IS NOT NULL AND r.superseded_at IS NULL
                AND (${asked.bodies}::uuid[] IS NULL OR s.body_id = ANY(${asked.bodies}::uuid[]))
              ORDER BY md5(${asked.seed} || r.submission_id::text || r.row_no::text) LIMIT ${limit}) AS d ORDER BY 1`,
  );
}

export interface Held {
  readonly record_id: string;
  readonly document_number: string;
  readonly decided_on: PlainDateString | null;
  readonly arrived_on: PlainDateString;
}

/** A body's records of a standard that can be those of the sheet: none arrives before it was decided. First arrivals first. */
export async function heldRecords(
  client: Runner,
  asked: { readonly bodies: readonly string[]; readonly standard: string; readonly from: Instant },
  limit: number,
): Promise<Held[]> {
  return query<Held>(
    client,
    sql`SELECT r.record_id, r.document_number, r.decided_on, (s.received_at AT TIME ZONE 'Asia/Shanghai')::date AS arrived_on
        FROM core.record r JOIN core.submission s USING (submission_id)
        WHERE r.recorded_at >= ${asked.from} AND r.decided_on IS NOT NULL AND r.standard = ${asked.standard} AND r.document_number IS NOT NULL
          AND (s.body_id = ANY(${asked.bodies}::uuid[]) OR r.deciding_body_id = ANY(${asked.bodies}::uuid[]))
        ORDER BY r.recorded_at LIMIT ${limit}`,
  );
}

/** 0: judged already. */
export async function judgeSample(
  tx: Transaction,
  sampleId: string,
  row: { readonly rows: number; readonly fileName: string; readonly by: string; readonly at: Instant },
): Promise<number> {
  return execute(
    tx,
    sql`UPDATE quality.sample SET state = 'judged', rows = ${row.rows}, file_name = ${row.fileName}, judged_by = ${row.by}, judged_at = ${row.at}
        WHERE sample_id = ${sampleId} AND state = 'drawn'`,
  );
}

export async function judgeRows(
  tx: Transaction,
  sampleId: string,
  rows: readonly Pick<SampledRow, 'row_no' | 'verdict' | 'note'>[],
): Promise<void> {
  await execute(
    tx,
    sql`UPDATE quality.sample_row r SET verdict = n.verdict, note = n.note
        FROM unnest(${rows.map((row) => row.row_no)}::int[], ${rows.map((row) => row.verdict)}::text[], ${rows.map((row) => row.note)}::text[])
          AS n(row_no, verdict, note) WHERE r.sample_id = ${sampleId} AND r.row_no = n.row_no`,
  );
}
