/** SQL of batches: their rows are kept one by one, so that the work goes on where it stopped. */
import type { CheckResult } from '@chengxin/contract';
import type { Instant } from '../../platform/clock.ts';
import { execute, maybeOne, type Queryable, query, type Runner, sql, type Transaction } from '../../platform/db.ts';
import type { Bearer, RowNote, RowOutcome } from './batch-rows.ts';

const runner = (client: Queryable): Runner => client as Runner;

export interface BatchRow {
  readonly batch_id: string;
  readonly body_id: string | null;
  readonly account_id: string | null;
  readonly account_name: string;
  readonly matter: string;
  readonly purpose: string;
  readonly document: string;
  readonly list_name: string;
  readonly state: 'received' | 'done';
  readonly row_count: number;
  readonly persons: number;
  readonly repeated: number;
  readonly done_to: number;
  readonly hits: number;
  readonly unknown: number;
  readonly ambiguous: number;
  readonly received_at: Instant;
  readonly done_at: Instant | null;
}

/** `unread`: the cell could not be read, and nothing is asked. */
export interface NewBatchRow {
  readonly asked: string;
  readonly name: string | null;
  readonly sheetRow: number | null;
  readonly unread: boolean;
}

export async function insertBatch(tx: Transaction, batch: BatchRow, rows: readonly NewBatchRow[]): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO checks.batch (batch_id, body_id, account_id, account_name, matter, purpose, document, list_name, state, row_count, persons,
          repeated, done_to, hits, unknown, ambiguous, received_at)
        VALUES (${batch.batch_id}, ${batch.body_id}, ${batch.account_id}, ${batch.account_name}, ${batch.matter}, ${batch.purpose},
          ${batch.document}, ${batch.list_name}, 'received', ${batch.row_count}, ${batch.persons}, ${batch.repeated}, 0, 0, 0, 0,
          ${batch.received_at})`,
  );
  const column = <T>(of: (row: NewBatchRow) => T): T[] => rows.map(of);
  await execute(
    tx,
    sql`INSERT INTO checks.batch_row (batch_id, row_no, asked, name, sheet_row, outcome, note)
        SELECT ${batch.batch_id}::uuid, a.at, a.asked, a.name, a.sheet_row, CASE WHEN a.unread THEN 'unknown' ELSE 'waiting' END,
               CASE WHEN a.unread THEN 'codeWrong' END
          FROM unnest(${column((row) => row.asked)}::text[], ${column((row) => row.name)}::text[], ${column((row) => row.sheetRow)}::int[],
                      ${column((row) => row.unread)}::boolean[]) WITH ORDINALITY AS a(asked, name, sheet_row, unread, at)`,
  );
}

const columns = sql`batch_id, body_id, account_id, account_name, matter, purpose, document, list_name, state, row_count, persons, repeated, done_to,
  hits, unknown, ambiguous, received_at, done_at`;

export async function batchBy(client: Queryable, batchId: string): Promise<BatchRow | null> {
  return maybeOne<BatchRow>(runner(client), sql`SELECT ${columns} FROM checks.batch WHERE batch_id = ${batchId}`);
}

/** Newest first. `bodies` null = every body. */
export async function batchesOf(
  client: Queryable,
  bodies: readonly string[] | null,
  before: { readonly at: string; readonly id: string } | null,
  limit: number,
): Promise<BatchRow[]> {
  return query<BatchRow>(
    runner(client),
    sql`SELECT ${columns} FROM checks.batch
         WHERE (${bodies}::uuid[] IS NULL OR body_id = ANY(${bodies}::uuid[]))
           AND (${before?.id ?? null}::uuid IS NULL OR (received_at, batch_id) < (${before?.at ?? null}::timestamptz, ${before?.id ?? null}::uuid))
         ORDER BY received_at DESC, batch_id DESC LIMIT ${limit}`,
  );
}

export async function bodyNamesOf(client: Queryable, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await query<{ body_id: string; name: string }>(
    runner(client),
    sql`SELECT body_id, name FROM core.body WHERE body_id = ANY(${ids}::uuid[])`,
  );
  return new Map(rows.map((row) => [row.body_id, row.name]));
}

export interface WaitingRow {
  readonly row_no: number;
  readonly asked: string;
  readonly name: string | null;
  readonly outcome: RowOutcome;
}

export async function batchRows(
  client: Queryable,
  batchId: string,
  after: number,
  limit: number,
): Promise<WaitingRow[]> {
  return query(
    runner(client),
    sql`SELECT row_no, asked, name, outcome FROM checks.batch_row WHERE batch_id = ${batchId} AND row_no > ${after}
         ORDER BY row_no LIMIT ${limit}`,
  );
}

export interface ResultRow extends WaitingRow {
  readonly sheet_row: number | null;
  readonly note: RowNote | null;
  readonly number: string | null;
  readonly answer: CheckResult | null;
}

/** The rows of a result list, with what each receipt told. */
export async function batchResult(
  client: Queryable,
  batchId: string,
  outcome: RowOutcome | null,
  after: number,
  limit: number,
): Promise<ResultRow[]> {
  return query(
    runner(client),
    sql`SELECT b.row_no, b.asked, b.name, b.sheet_row, b.outcome, b.note, b.number, r.answer
          FROM checks.batch_row b LEFT JOIN checks.receipt r ON r.number = b.number
         WHERE b.batch_id = ${batchId} AND b.row_no > ${after} AND (${outcome}::text IS NULL OR b.outcome = ${outcome}::text)
         ORDER BY b.row_no LIMIT ${limit}`,
  );
}

/** Whoever bears a name now or did once, as the canonical organisation that it is today. */
export async function bearersOf(client: Queryable, names: readonly string[]): Promise<Map<string, Bearer[]>> {
  if (names.length === 0) return new Map();
  const rows = await query<Bearer & { normalised: string }>(
    runner(client),
    sql`SELECT n.normalised, s.subject_id AS "subjectId", s.unified_code AS code, bool_and(n.former) AS former
          FROM core.subject_name n
          LEFT JOIN core.subject_alias a ON a.subject_id = n.subject_id AND a.to_at IS NULL
          JOIN core.subject s ON s.subject_id = coalesce(a.canonical_id, n.subject_id)
         WHERE n.normalised = ANY(${names}::text[]) GROUP BY n.normalised, s.subject_id, s.unified_code`,
  );
  const found = new Map<string, Bearer[]>();
  for (const { normalised, ...bearer } of rows) found.set(normalised, [...(found.get(normalised) ?? []), bearer]);
  return found;
}

/** 0 when another worker went on from here. */
export async function advanceBatch(
  tx: Transaction,
  batch: Pick<BatchRow, 'batch_id' | 'done_to'>,
  to: {
    readonly doneTo: number;
    readonly hits: number;
    readonly unknown: number;
    readonly ambiguous: number;
    readonly doneAt: Instant | null;
  },
): Promise<number> {
  return execute(
    tx,
    sql`UPDATE checks.batch SET done_to = ${to.doneTo}, hits = hits + ${to.hits}, unknown = unknown + ${to.unknown},
               ambiguous = ambiguous + ${to.ambiguous}, done_at = ${to.doneAt},
               state = CASE WHEN ${to.doneAt}::timestamptz IS NULL THEN 'received' ELSE 'done' END
         WHERE batch_id = ${batch.batch_id} AND done_to = ${batch.done_to} AND state = 'received'`,
  );
}

export interface WrittenOutcome {
  readonly row_no: number;
  readonly outcome: RowOutcome;
  readonly note: RowNote | null;
  readonly number: string | null;
}

export async function writeOutcomes(tx: Transaction, batchId: string, rows: readonly WrittenOutcome[]): Promise<void> {
  await execute(
    tx,
    sql`UPDATE checks.batch_row b SET outcome = o.outcome, note = o.note, number = o.number
          FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS o(row_no integer, outcome text, note text, number text)
         WHERE b.batch_id = ${batchId} AND b.row_no = o.row_no`,
  );
}
