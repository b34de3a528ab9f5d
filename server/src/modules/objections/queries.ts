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

/** The body that handles objections of the city; null before `init`. */
export async function creditOfficeBody(client: Runner): Promise<string | null> {
  const row = await maybeOne<{ body_id: string }>(
    client,
    sql`SELECT body_id FROM core.body WHERE kind = 'creditOffice' AND closed_on IS NULL ORDER BY created_at, body_id LIMIT 1`,
  );
  return row?.body_id ?? null;
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
