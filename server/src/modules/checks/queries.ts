/** All SQL of checks. */
import type { CheckResult } from '@chengxin/contract';
import type { Instant, PlainDateString } from '../../platform/clock.ts';
import {
  execute,
  maybeOne,
  prepared,
  type Queryable,
  query,
  type Runner,
  type Sql,
  sql,
  type Transaction,
} from '../../platform/db.ts';

const runner = (client: Queryable): Runner => client as Runner;

export interface AskedSubject {
  readonly asked: string;
  readonly subject_id: string;
  readonly code: string | null;
  /** Whether any member of its cluster was ever on a list: most subjects never were, and need no further read. */
  readonly listed: boolean;
}

/** The canonical subjects behind codes; one read for all of them. Several schemes of one value: the most telling. */
export async function subjectsOfCodes(client: Queryable, codes: readonly string[]): Promise<AskedSubject[]> {
  return query<AskedSubject>(
    runner(client),
    prepared(
      'checks.subjects',
      sql`SELECT DISTINCT ON (i.value) i.value AS asked, s.subject_id, s.unified_code AS code,
                 (EXISTS (SELECT FROM lists.entry e WHERE e.subject_id = s.subject_id AND e.superseded_at IS NULL)
                  OR EXISTS (SELECT FROM core.subject_alias m JOIN lists.entry e ON e.subject_id = m.subject_id AND e.superseded_at IS NULL
                              WHERE m.canonical_id = s.subject_id AND m.to_at IS NULL)) AS listed
            FROM core.subject_identifier i
            LEFT JOIN core.subject_alias a ON a.subject_id = i.subject_id AND a.to_at IS NULL
            JOIN core.subject s ON s.subject_id = coalesce(a.canonical_id, i.subject_id)
           WHERE i.value = ANY(${codes}::text[])
           ORDER BY i.value, CASE i.scheme WHEN 'unifiedCode' THEN 0 WHEN 'organisationCode' THEN 1 ELSE 2 END`,
    ),
  );
}

/** Canonical subjects that bear a name now, of which two are enough to know that it means nobody for certain. */
export async function codesOfName(
  client: Queryable,
  normalised: string,
): Promise<{ subject_id: string; code: string | null }[]> {
  return query(
    runner(client),
    sql`SELECT DISTINCT s.subject_id, s.unified_code AS code
          FROM core.subject_name n
          LEFT JOIN core.subject_alias a ON a.subject_id = n.subject_id AND a.to_at IS NULL
          JOIN core.subject s ON s.subject_id = coalesce(a.canonical_id, n.subject_id)
         WHERE n.normalised = ${normalised} AND NOT n.former LIMIT 2`,
  );
}

export interface NewReceipt {
  readonly number: string;
  readonly subject_id: string;
  readonly code: string | null;
  readonly body_id: string | null;
  readonly account_id: string | null;
  readonly matter: string;
  readonly purpose: string;
  readonly case_number: string | null;
  readonly way: 'automatic' | 'embedded' | 'batch' | 'website';
  readonly batch_id: string | null;
  readonly hit: boolean;
  readonly answer: unknown;
  readonly policy_set_id: number;
  readonly checked_on: PlainDateString;
  readonly checked_at: Instant;
  readonly valid_until: Instant;
  readonly signature: string;
}

export interface NewHit {
  readonly subject_id: string;
  readonly hit_id: string;
  readonly number: string;
  readonly body_id: string;
  readonly account_id: string | null;
  readonly matter: string;
  readonly case_number: string | null;
  readonly entry_id: string;
  readonly list: string;
  readonly measure: string;
  readonly force: 'required' | 'permitted';
  readonly due_on: PlainDateString;
  readonly checked_at: Instant;
}

/**
 * Receipts, hits and log in one statement: they stand together or not at all, and one round trip serves many checks.
 * @param log inserts the access log's rows (`accessInsert`)
 */
export async function insertTold(
  client: Queryable,
  told: { readonly receipts: readonly NewReceipt[]; readonly hits: readonly NewHit[]; readonly log: Sql },
): Promise<void> {
  await execute(
    runner(client),
    prepared(
      'checks.told',
      sql`WITH receipts AS (
            INSERT INTO checks.receipt (number, subject_id, code, body_id, account_id, matter, purpose, case_number, way, batch_id, hit, answer,
              policy_set_id, checked_on, checked_at, valid_until, signature)
            SELECT * FROM jsonb_to_recordset(${JSON.stringify(told.receipts)}::jsonb) AS r(number text, subject_id uuid, code text, body_id uuid,
              account_id uuid, matter text, purpose text, case_number text, way text, batch_id uuid, hit boolean, answer jsonb,
              policy_set_id integer, checked_on date, checked_at timestamptz, valid_until timestamptz, signature text)
          ), hits AS (
            INSERT INTO checks.hit (subject_id, hit_id, number, body_id, account_id, matter, case_number, entry_id, list, measure, force, due_on,
              checked_at, state)
            SELECT h.*, 'open' FROM jsonb_to_recordset(${JSON.stringify(told.hits)}::jsonb) AS h(subject_id uuid, hit_id uuid, number text,
              body_id uuid, account_id uuid, matter text, case_number text, entry_id uuid, list text, measure text, force text, due_on date,
              checked_at timestamptz)
          ) ${told.log}`,
    ),
  );
}

export interface ReceiptRow extends NewReceipt {
  readonly body: string | null;
}

export async function receiptBy(client: Queryable, number: string): Promise<ReceiptRow | null> {
  return maybeOne<ReceiptRow>(
    runner(client),
    sql`SELECT r.*, b.name AS body FROM checks.receipt r LEFT JOIN core.body b ON b.body_id = r.body_id WHERE r.number = ${number}`,
  );
}

export interface HitRow extends NewHit {
  readonly state: 'open' | 'applied' | 'notApplied' | 'lifted';
  readonly reason: string | null;
  readonly document: string | null;
  readonly code: string | null;
  readonly name: string;
}

const hitColumns = sql`h.subject_id, h.hit_id, h.number, h.body_id, h.account_id, h.matter, h.case_number, h.entry_id, h.list, h.measure, h.force,
  h.due_on, h.checked_at, h.state, h.reason, h.document, s.unified_code AS code, s.name`;

/** Most pressing first. `bodies` null = every body. */
export async function hitsOf(
  client: Queryable,
  bodies: readonly string[] | null,
  state: HitRow['state'] | null,
  after: { readonly due: string; readonly id: string } | null,
  limit: number,
): Promise<HitRow[]> {
  return query<HitRow>(
    runner(client),
    sql`SELECT ${hitColumns} FROM checks.hit h JOIN core.subject s ON s.subject_id = h.subject_id
         WHERE (${bodies}::uuid[] IS NULL OR h.body_id = ANY(${bodies}::uuid[])) AND (${state}::text IS NULL OR h.state = ${state}::text)
           AND (${after?.id ?? null}::uuid IS NULL OR (h.due_on, h.hit_id) > (${after?.due ?? null}::date, ${after?.id ?? null}::uuid))
         ORDER BY h.due_on, h.hit_id LIMIT ${limit}`,
  );
}

export async function hitBy(client: Queryable, hitId: string): Promise<HitRow | null> {
  return maybeOne<HitRow>(
    runner(client),
    sql`SELECT ${hitColumns} FROM checks.hit h JOIN core.subject s ON s.subject_id = h.subject_id WHERE h.hit_id = ${hitId}`,
  );
}

/** Hits of a receipt by measure and, where several lists led to it, by list; two are enough to know that it is not clear. */
export async function hitsOfReceipt(
  client: Queryable,
  number: string,
  measure: string,
  list: string | null,
): Promise<HitRow[]> {
  return query<HitRow>(
    runner(client),
    sql`SELECT ${hitColumns} FROM checks.hit h JOIN core.subject s ON s.subject_id = h.subject_id
         WHERE h.number = ${number} AND h.measure = ${measure} AND (${list}::text IS NULL OR h.list = ${list}::text) LIMIT 2`,
  );
}

/** 0 when it is not in the state that was read. */
export async function answerHit(
  tx: Transaction,
  hit: Pick<HitRow, 'subject_id' | 'hit_id' | 'state'>,
  to: {
    readonly state: HitRow['state'];
    readonly reason: string | null;
    readonly document: string | null;
    readonly by: string | null;
    readonly on: PlainDateString;
    readonly at: Instant;
  },
): Promise<number> {
  const lifted = to.state === 'lifted';
  return execute(
    tx,
    lifted
      ? sql`UPDATE checks.hit SET state = 'lifted', lifted_on = ${to.on}, lifted_at = ${to.at}
             WHERE subject_id = ${hit.subject_id} AND hit_id = ${hit.hit_id} AND state = ${hit.state}`
      : sql`UPDATE checks.hit SET state = ${to.state}, reason = ${to.reason}, document = ${to.document}, answered_by = ${to.by},
                   answered_on = ${to.on}, answered_at = ${to.at}
             WHERE subject_id = ${hit.subject_id} AND hit_id = ${hit.hit_id} AND state = ${hit.state}`,
  );
}

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
  readonly done_to: number;
  readonly hits: number;
  readonly unknown: number;
  readonly received_at: Instant;
  readonly done_at: Instant | null;
}

export async function insertBatch(tx: Transaction, batch: BatchRow, asked: readonly string[]): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO checks.batch (batch_id, body_id, account_id, account_name, matter, purpose, document, list_name, state, row_count, persons, done_to,
          hits, unknown, received_at)
        VALUES (${batch.batch_id}, ${batch.body_id}, ${batch.account_id}, ${batch.account_name}, ${batch.matter}, ${batch.purpose},
          ${batch.document}, ${batch.list_name}, 'received', ${batch.row_count}, ${batch.persons}, 0, 0, 0, ${batch.received_at})`,
  );
  await execute(
    tx,
    sql`INSERT INTO checks.batch_row (batch_id, row_no, asked, outcome)
        SELECT ${batch.batch_id}::uuid, a.at, a.asked, 'waiting' FROM unnest(${asked}::text[]) WITH ORDINALITY AS a(asked, at)`,
  );
}

export async function batchBy(client: Queryable, batchId: string): Promise<BatchRow | null> {
  return maybeOne<BatchRow>(runner(client), sql`SELECT * FROM checks.batch WHERE batch_id = ${batchId}`);
}

export async function batchRows(
  client: Queryable,
  batchId: string,
  after: number,
  limit: number,
): Promise<{ row_no: number; asked: string; outcome: string; number: string | null }[]> {
  return query(
    runner(client),
    sql`SELECT row_no, asked, outcome, number FROM checks.batch_row WHERE batch_id = ${batchId} AND row_no > ${after}
         ORDER BY row_no LIMIT ${limit}`,
  );
}

/** The rows of a result list, with what each receipt told. */
export async function batchResult(
  client: Queryable,
  batchId: string,
  after: number,
  limit: number,
): Promise<{ row_no: number; asked: string; outcome: string; number: string | null; answer: CheckResult | null }[]> {
  return query(
    runner(client),
    sql`SELECT b.row_no, b.asked, b.outcome, b.number, r.answer FROM checks.batch_row b LEFT JOIN checks.receipt r ON r.number = b.number
         WHERE b.batch_id = ${batchId} AND b.row_no > ${after} ORDER BY b.row_no LIMIT ${limit}`,
  );
}

/** 0 when another worker went on from here. */
export async function advanceBatch(
  tx: Transaction,
  batch: Pick<BatchRow, 'batch_id' | 'done_to'>,
  to: { readonly doneTo: number; readonly hits: number; readonly unknown: number; readonly doneAt: Instant | null },
): Promise<number> {
  return execute(
    tx,
    sql`UPDATE checks.batch SET done_to = ${to.doneTo}, hits = hits + ${to.hits}, unknown = unknown + ${to.unknown}, done_at = ${to.doneAt},
               state = CASE WHEN ${to.doneAt}::timestamptz IS NULL THEN 'received' ELSE 'done' END
         WHERE batch_id = ${batch.batch_id} AND done_to = ${batch.done_to} AND state = 'received'`,
  );
}

export async function writeOutcomes(
  tx: Transaction,
  batchId: string,
  rows: readonly { readonly row_no: number; readonly outcome: string; readonly number: string | null }[],
): Promise<void> {
  await execute(
    tx,
    sql`UPDATE checks.batch_row b SET outcome = o.outcome, number = o.number
          FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS o(row_no integer, outcome text, number text)
         WHERE b.batch_id = ${batchId} AND b.row_no = o.row_no`,
  );
}

/** Of a span of days: how often was asked for which matter, by which of the four ways, and how often it hit. */
export async function countsByWay(
  client: Queryable,
  bodies: readonly string[] | null,
  from: PlainDateString,
  to: PlainDateString,
): Promise<{ matter: string; way: string; checks: number; hits: number }[]> {
  return query(
    runner(client),
    sql`SELECT matter, way, count(*)::int AS checks, (count(*) FILTER (WHERE hit))::int AS hits FROM checks.receipt
         WHERE (${bodies}::uuid[] IS NULL OR body_id = ANY(${bodies}::uuid[])) AND checked_on BETWEEN ${from} AND ${to}
         GROUP BY matter, way ORDER BY matter, way`,
  );
}

/**
 * How bodies feed back. Only what shall be applied counts: a permitted measure that was not applied costs nothing in any rate.
 */
export async function feedbackOf(
  client: Queryable,
  bodies: readonly string[] | null,
  from: PlainDateString,
  to: PlainDateString,
  today: PlainDateString,
): Promise<{ body: string; hits: number; answered: number; inTime: number; overdue: number }[]> {
  return query(
    runner(client),
    sql`SELECT b.name AS body, count(*)::int AS hits, (count(*) FILTER (WHERE h.state <> 'open'))::int AS answered,
               (count(*) FILTER (WHERE h.answered_on <= h.due_on))::int AS "inTime",
               (count(*) FILTER (WHERE h.state = 'open' AND h.due_on < ${today}))::int AS overdue
          FROM checks.hit h JOIN core.body b ON b.body_id = h.body_id JOIN checks.receipt r ON r.number = h.number
         WHERE (${bodies}::uuid[] IS NULL OR h.body_id = ANY(${bodies}::uuid[])) AND h.force = 'required'
           AND r.checked_on BETWEEN ${from} AND ${to}
         GROUP BY b.name ORDER BY b.name LIMIT 1000`,
  );
}
