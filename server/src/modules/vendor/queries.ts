/** SQL of a taking-over: what was taken, and what the database holds of it. */
import type { Instant } from '../../platform/clock.ts';
import { execute, maybeOne, one, query, type Runner, sql, type Transaction } from '../../platform/db.ts';
import type { TemplateKey } from './templates.ts';

export async function takenBefore(
  client: Runner,
  template: TemplateKey,
  key: string,
): Promise<{ result_id: string | null } | null> {
  return maybeOne(client, sql`SELECT result_id FROM vendor.taken WHERE template = ${template} AND key = ${key}`);
}

/** 0 when another run took it. */
export async function keepTaken(
  tx: Transaction | Runner,
  row: { readonly template: TemplateKey; readonly key: string; readonly resultId: string | null; readonly at: Instant },
): Promise<number> {
  return execute(
    tx,
    sql`INSERT INTO vendor.taken (template, key, result_id, taken_at) VALUES (${row.template}, ${row.key}, ${row.resultId}, ${row.at})
        ON CONFLICT (template, key) DO NOTHING`,
  );
}

/** Live records of an organisation under a standard, whichever member of its cluster they are recorded of. */
export async function recordsOf(
  client: Runner,
  subjectIds: readonly string[],
  standard: string,
): Promise<
  { subject_id: string; record_id: string; item: string; document_number: string | null; decided_on: string | null }[]
> {
  return query(
    client,
    sql`SELECT subject_id, record_id, item, document_number, decided_on FROM core.record
        WHERE subject_id = ANY(${subjectIds}::uuid[]) AND standard = ${standard} AND superseded_at IS NULL ORDER BY record_id LIMIT 20000`,
  );
}

export interface StoredRow {
  readonly row_no: number;
  readonly amount_fen: bigint | null;
}

/** Every version that came of a span of rows of a submission, also one that a later row corrected. */
export async function storedOf(
  client: Runner,
  submissionId: string,
  rows: { readonly from: number; readonly to: number },
): Promise<StoredRow[]> {
  return query<StoredRow>(
    client,
    sql`SELECT row_no, amount_fen FROM core.record WHERE submission_id = ${submissionId} AND row_no BETWEEN ${rows.from} AND ${rows.to}
        ORDER BY row_no LIMIT 100000`,
  );
}

/** What stands of a submission now: every version that came of it, and those that are live. */
export async function standingOf(client: Runner, submissionId: string): Promise<{ versions: number; live: number }> {
  return one(
    client,
    sql`SELECT count(*)::integer AS versions, count(*) FILTER (WHERE superseded_at IS NULL)::integer AS live
        FROM core.record WHERE submission_id = ${submissionId}`,
  );
}

/** What is live of these submissions, by item and deciding body. */
export async function liveByItem(
  client: Runner,
  submissions: readonly string[],
): Promise<{ item: string; body: string; live: number; versions: number; amount_fen: bigint | null }[]> {
  return query(
    client,
    sql`SELECT r.item, b.name AS body, count(*) FILTER (WHERE r.superseded_at IS NULL)::integer AS live, count(*)::integer AS versions,
          sum(r.amount_fen) FILTER (WHERE r.superseded_at IS NULL)::bigint AS amount_fen
        FROM core.record r JOIN core.body b ON b.body_id = r.deciding_body_id
        WHERE r.submission_id = ANY(${submissions}::uuid[]) GROUP BY r.item, b.name ORDER BY r.item, b.name LIMIT 10000`,
  );
}
