/** SQL of objections: what is looked up beside the cases of the engine. */
import { maybeOne, query, type Runner, sql } from '../../platform/db.ts';

/** The subject in whose cluster a record lies, and its source; null when there is none that holds. */
export async function recordOf(
  client: Runner,
  recordId: string,
): Promise<{ subject_id: string; canonical_id: string; source_body_id: string; superseded: boolean } | null> {
  return maybeOne(
    client,
    sql`SELECT r.subject_id, coalesce(a.canonical_id, r.subject_id) AS canonical_id, r.source_body_id, r.superseded_at IS NOT NULL AS superseded
        FROM core.record r LEFT JOIN core.subject_alias a ON a.subject_id = r.subject_id AND a.to_at IS NULL
        WHERE r.record_id = ${recordId}`,
  );
}

export interface HeldRecord {
  readonly subject_id: string;
  readonly record_id: string;
  readonly source_body_id: string;
  readonly superseded: boolean;
}

/**
 * The version that stands now of the record that a case is about: its source may have corrected it meanwhile. Where none
 * stands any more, the one that was objected to.
 */
export async function currentRecord(
  client: Runner,
  row: { readonly record_id: string | null; readonly facts: Readonly<Record<string, unknown>> },
): Promise<HeldRecord | null> {
  const known = typeof row.facts.recordNow === 'string' ? row.facts.recordNow : row.record_id;
  if (known === null) return null;
  return maybeOne<HeldRecord>(
    client,
    sql`SELECT now.subject_id, now.record_id, now.source_body_id, now.superseded_at IS NOT NULL AS superseded
        FROM core.record old LEFT JOIN core.record_key k ON k.key_hash = old.key_hash AND old.superseded_at IS NOT NULL
        JOIN core.record now ON now.record_id = coalesce(k.record_id, old.record_id)
        WHERE old.record_id = ${known}`,
  );
}

/** Whether a document of this number is recorded of the organisation. */
export async function knowsDocument(client: Runner, subjectIds: readonly string[], number: string): Promise<boolean> {
  const row = await maybeOne(
    client,
    sql`SELECT record_id FROM core.record WHERE subject_id = ANY(${subjectIds}::uuid[]) AND document_number = ${number} LIMIT 1`,
  );
  return row !== null;
}

/** Every subject of a cluster, the canonical one included. */
export async function clusterOf(client: Runner, subjectId: string): Promise<string[]> {
  const rows = await query<{ subject_id: string }>(
    client,
    sql`SELECT ${subjectId}::uuid AS subject_id
        UNION SELECT m.subject_id FROM core.subject_alias m WHERE m.canonical_id = ${subjectId} AND m.to_at IS NULL
        LIMIT 500`,
  );
  return rows.map((row) => row.subject_id);
}

/** The credit office with the name of the body above it; null before `init`. */
export async function creditOffice(client: Runner): Promise<{ body_id: string; superior: string | null } | null> {
  return maybeOne(
    client,
    sql`SELECT o.body_id, p.name AS superior FROM core.body o LEFT JOIN core.body p ON p.body_id = o.parent_id AND p.closed_on IS NULL
        WHERE o.kind = 'creditOffice' AND o.closed_on IS NULL ORDER BY o.created_at, o.body_id LIMIT 1`,
  );
}

/** The body that answers for the record; null when the record is unknown. */
export async function sourceNameOf(client: Runner, subjectId: string, recordId: string): Promise<string | null> {
  const row = await maybeOne<{ name: string }>(
    client,
    sql`SELECT b.name FROM core.record r JOIN core.body b ON b.body_id = r.source_body_id
        WHERE r.subject_id = ${subjectId} AND r.record_id = ${recordId}`,
  );
  return row?.name ?? null;
}

export async function bodyName(client: Runner, bodyId: string): Promise<string> {
  if (bodyId === '') return '';
  const row = await maybeOne<{ name: string }>(client, sql`SELECT name FROM core.body WHERE body_id = ${bodyId}`);
  return row?.name ?? '';
}
