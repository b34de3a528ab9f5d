/** All SQL of papers. */
import type { Instant, PlainDateString } from '../../platform/clock.ts';
import { execute, maybeOne, one, query, type Runner, sql, type Transaction } from '../../platform/db.ts';
import type { PaperState } from './state.ts';
import type { PaperTexts } from './types.ts';

export interface PaperRow {
  readonly paper_id: string;
  readonly template: string;
  readonly policy_set_id: number;
  readonly procedure: string;
  readonly case_id: string;
  readonly subject_id: string | null;
  readonly body_id: string;
  readonly series: string;
  readonly year: number;
  readonly ordinal: number;
  readonly number: string;
  readonly fields: PaperTexts;
  readonly state: PaperState;
  readonly issued_by: string | null;
  readonly issued_at: Instant;
  readonly issued_on: PlainDateString;
  readonly first_by: string | null;
  readonly first_at: Instant | null;
  readonly second_by: string | null;
  readonly second_at: Instant | null;
  readonly sealed_name: string | null;
  readonly sealed_type: string | null;
  readonly sealed_bytes: bigint | null;
  readonly sealed_sha256: string | null;
  readonly sealed_key: string | null;
  readonly sealed_by: string | null;
  readonly sealed_at: Instant | null;
  readonly served_on: PlainDateString | null;
  readonly served_manner: string | null;
  readonly served_to: string | null;
  readonly served_proof: string | null;
  readonly served_by: string | null;
  readonly served_at: Instant | null;
  readonly voided_reason: string | null;
  readonly voided_by: string | null;
  readonly voided_at: Instant | null;
  readonly command_key: string | null;
}

const columns = sql`paper_id, template, policy_set_id, procedure, case_id, subject_id, body_id, series, year, ordinal, number, fields, state,
  issued_by, issued_at, issued_on, first_by, first_at, second_by, second_at, sealed_name, sealed_type, sealed_bytes, sealed_sha256, sealed_key,
  sealed_by, sealed_at, served_on, served_manner, served_to, served_proof, served_by, served_at, voided_reason, voided_by, voided_at, command_key`;

/** Locks the sequence until the transaction ends: a number that is not used in the end is not taken. */
export async function nextOrdinal(tx: Transaction, bodyId: string, series: string, year: number): Promise<number> {
  const row = await one<{ last_no: number }>(
    tx,
    sql`INSERT INTO papers.series AS s (body_id, series, year, last_no) VALUES (${bodyId}, ${series}, ${year}, 1)
        ON CONFLICT (body_id, series, year) DO UPDATE SET last_no = s.last_no + excluded.last_no RETURNING last_no`,
  );
  return row.last_no;
}

/** 0 when another request with the same key was faster. */
export async function insertPaper(tx: Transaction, row: PaperRow): Promise<number> {
  return execute(
    tx,
    sql`INSERT INTO papers.paper (paper_id, template, policy_set_id, procedure, case_id, subject_id, body_id, series, year, ordinal, number, fields,
          state, issued_by, issued_at, issued_on, command_key)
        VALUES (${row.paper_id}, ${row.template}, ${row.policy_set_id}, ${row.procedure}, ${row.case_id}, ${row.subject_id}, ${row.body_id},
          ${row.series}, ${row.year}, ${row.ordinal}, ${row.number}, ${JSON.stringify(row.fields)}::jsonb, ${row.state}, ${row.issued_by},
          ${row.issued_at}, ${row.issued_on}, ${row.command_key})
        ON CONFLICT (case_id, command_key) WHERE command_key IS NOT NULL DO NOTHING`,
  );
}

export async function loadPaper(client: Runner, paperId: string): Promise<PaperRow | null> {
  return maybeOne<PaperRow>(client, sql`SELECT ${columns} FROM papers.paper WHERE paper_id = ${paperId}`);
}

export async function lockPaper(tx: Transaction, paperId: string): Promise<PaperRow | null> {
  return maybeOne<PaperRow>(tx, sql`SELECT ${columns} FROM papers.paper WHERE paper_id = ${paperId} FOR UPDATE`);
}

export async function paperOfKey(client: Runner, caseId: string, key: string): Promise<PaperRow | null> {
  return maybeOne<PaperRow>(
    client,
    sql`SELECT ${columns} FROM papers.paper WHERE case_id = ${caseId} AND command_key = ${key}`,
  );
}

/** 0 when the paper is in another state than it was read in. */
export async function updatePaper(tx: Transaction, row: PaperRow, before: PaperState): Promise<number> {
  return execute(
    tx,
    sql`UPDATE papers.paper SET fields = ${JSON.stringify(row.fields)}::jsonb, state = ${row.state}, first_by = ${row.first_by}, first_at = ${row.first_at},
          second_by = ${row.second_by}, second_at = ${row.second_at}, sealed_name = ${row.sealed_name}, sealed_type = ${row.sealed_type},
          sealed_bytes = ${row.sealed_bytes}, sealed_sha256 = ${row.sealed_sha256}, sealed_key = ${row.sealed_key}, sealed_by = ${row.sealed_by},
          sealed_at = ${row.sealed_at}, served_on = ${row.served_on}, served_manner = ${row.served_manner}, served_to = ${row.served_to},
          served_proof = ${row.served_proof}, served_by = ${row.served_by}, served_at = ${row.served_at}, voided_reason = ${row.voided_reason},
          voided_by = ${row.voided_by}, voided_at = ${row.voided_at}
        WHERE paper_id = ${row.paper_id} AND state = ${before}`,
  );
}

const maxOfCase = 200;

export async function papersOfCase(client: Runner, caseId: string): Promise<PaperRow[]> {
  return query<PaperRow>(
    client,
    sql`SELECT ${columns} FROM papers.paper WHERE case_id = ${caseId} ORDER BY issued_at, paper_id LIMIT ${maxOfCase}`,
  );
}

/** The register of a body's papers in the order of their numbers, voided ones among them. */
export async function registerRows(
  client: Runner,
  filter: {
    readonly bodies: readonly string[] | null;
    readonly year: number;
    readonly series?: string | undefined;
    readonly state?: string | undefined;
  },
  after: { readonly body: string; readonly series: string; readonly ordinal: number } | null,
  limit: number,
): Promise<PaperRow[]> {
  return query<PaperRow>(
    client,
    sql`SELECT ${columns} FROM papers.paper
        WHERE (${filter.bodies ?? null}::uuid[] IS NULL OR body_id = ANY(${filter.bodies ?? null}::uuid[])) AND year = ${filter.year}
          AND (${filter.series ?? null}::text IS NULL OR series = ${filter.series ?? null}) AND (${filter.state ?? null}::text IS NULL OR state = ${filter.state ?? null})
          AND (${after === null} OR (body_id, series, ordinal) > (${after?.body ?? null}::uuid, ${after?.series ?? null}::text, ${after?.ordinal ?? null}::integer))
        ORDER BY body_id, series, ordinal LIMIT ${limit}`,
  );
}

export interface PaperNames {
  readonly subjectName: string;
  readonly subjectCode: string | null;
}
export async function subjectNames(client: Runner, subjectId: string): Promise<PaperNames | null> {
  return maybeOne<PaperNames>(
    client,
    sql`SELECT name AS "subjectName", unified_code AS "subjectCode" FROM core.subject WHERE subject_id = ${subjectId}`,
  );
}
export async function bodyName(client: Runner, bodyId: string): Promise<string | null> {
  const row = await maybeOne<{ name: string }>(
    client,
    sql`SELECT name FROM core.body WHERE body_id = ${bodyId} AND closed_on IS NULL`,
  );
  return row?.name ?? null;
}
export async function accountNames(client: Runner, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await query<{ account_id: string; name: string }>(
    client,
    sql`SELECT account_id, name FROM identity.account WHERE account_id = ANY(${ids}::uuid[])`,
  );
  return new Map(rows.map((row) => [row.account_id, row.name]));
}
export async function bodyNames(client: Runner, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await query<{ body_id: string; name: string }>(
    client,
    sql`SELECT body_id, name FROM core.body WHERE body_id = ANY(${ids}::uuid[])`,
  );
  return new Map(rows.map((row) => [row.body_id, row.name]));
}
