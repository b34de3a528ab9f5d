/** Names that lists and pages of cases show, read for a whole page at once. */
import { maybeOne, query, type Runner, sql } from '../../platform/db.ts';
import type { CaseRow } from './queries.ts';
import type { CaseNames } from './views.ts';

const distinct = (ids: readonly (string | null)[]): string[] => [
  ...new Set(ids.filter((id): id is string => id !== null)),
];

/** The number of the document that a case is about. */
export async function documentNumberOf(client: Runner, row: CaseRow): Promise<string | null> {
  if (row.record_id === null) return null;
  const found = await maybeOne<{ document_number: string | null }>(
    client,
    sql`SELECT document_number FROM core.record WHERE subject_id = ${row.subject_id} AND record_id = ${row.record_id}`,
  );
  return found?.document_number ?? null;
}

export async function caseNames(client: Runner, rows: readonly CaseRow[]): Promise<CaseNames> {
  const subjects = await query<{ id: string; name: string; code: string | null }>(
    client,
    sql`SELECT subject_id AS id, name, unified_code AS code FROM core.subject WHERE subject_id = ANY(${distinct(rows.map((row) => row.subject_id))}::uuid[])`,
  );
  const bodies = await query<{ id: string; name: string }>(
    client,
    sql`SELECT body_id AS id, name FROM core.body WHERE body_id = ANY(${distinct(rows.map((row) => row.handler_body_id))}::uuid[])`,
  );
  const accounts = await query<{ id: string; name: string }>(
    client,
    sql`SELECT account_id AS id, name FROM identity.account WHERE account_id = ANY(${distinct(rows.map((row) => row.assignee_id))}::uuid[])`,
  );
  const about = rows.filter((row) => row.record_id !== null);
  const records = await query<{ id: string; document_number: string | null; body: string; item: string }>(
    client,
    sql`SELECT r.record_id AS id, r.document_number, r.item, b.name AS body FROM core.record r JOIN core.body b ON b.body_id = r.deciding_body_id
        WHERE r.subject_id = ANY(${distinct(about.map((row) => row.subject_id))}::uuid[])
          AND r.record_id = ANY(${distinct(about.map((row) => row.record_id))}::uuid[])`,
  );
  return {
    subjects: new Map(subjects.map((row) => [row.id, { name: row.name, code: row.code }])),
    bodies: new Map(bodies.map((row) => [row.id, row.name])),
    accounts: new Map(accounts.map((row) => [row.id, row.name])),
    records: new Map(records.map((row) => [row.id, `${row.document_number ?? row.item} · ${row.body}`])),
  };
}
