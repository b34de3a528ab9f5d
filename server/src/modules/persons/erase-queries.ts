/** SQL of erasures: what goes leaves a digest, and a restored backup is searched for the digests. */
import { execute, type Pool, type Queryable, query, sql, type Transaction } from '../../platform/db.ts';

export interface ErasedRow {
  readonly token: string;
  readonly record_id: string;
  readonly submission_id: string;
  readonly row_no: number;
}

export async function deleteRecords(tx: Transaction, token: string, recordId: string | null): Promise<ErasedRow[]> {
  return query<ErasedRow>(
    tx,
    sql`DELETE FROM person.record WHERE token = ${token} AND (${recordId}::uuid IS NULL OR record_id = ${recordId}::uuid)
        RETURNING token, record_id, submission_id, row_no`,
  );
}

/** Number, tokens and what hangs on them. Consents and look-ups stay for their terms: they hold a token that leads nowhere. */
export async function deleteIdentity(tx: Transaction, token: string): Promise<number> {
  await execute(tx, sql`DELETE FROM person.voluntary_use WHERE token = ${token}`);
  await execute(tx, sql`DELETE FROM person.own_session WHERE token = ${token}`);
  await execute(tx, sql`DELETE FROM person.token_alias WHERE anchor = ${token}`);
  return execute(tx, sql`DELETE FROM person.identifier WHERE token = ${token}`);
}

export interface LedgerEntry {
  readonly erasureId: string;
  readonly scope: 'person' | 'record' | 'identifier' | 'file' | 'lookup' | 'consent' | 'request';
  readonly digest: string;
  readonly reason: 'request' | 'retention' | 'unlawful' | 'withdrawn';
  readonly basis: string;
  readonly at: string;
}

export async function insertLedger(
  tx: Queryable,
  entries: readonly LedgerEntry[],
  by: { runId: string | null; accountId: string | null },
): Promise<void> {
  if (entries.length === 0) return;
  await execute(
    tx as Pool,
    sql`INSERT INTO person.erasure (erasure_id, scope, digest, reason, basis, run_id, account_id, erased_at)
        SELECT e.id, e.scope, e.digest, e.reason, e.basis, ${by.runId}::uuid, ${by.accountId}::uuid, e.at
          FROM unnest(${entries.map((one) => one.erasureId)}::uuid[], ${entries.map((one) => one.scope)}::text[], ${entries.map((one) => one.digest)}::text[],
                      ${entries.map((one) => one.reason)}::text[], ${entries.map((one) => one.basis)}::text[], ${entries.map((one) => one.at)}::timestamptz[])
               AS e(id, scope, digest, reason, basis, at)
        ON CONFLICT (erasure_id) DO NOTHING`,
  );
}

export async function ledgerPage(client: Queryable, after: string, limit: number): Promise<LedgerEntry[]> {
  return query<LedgerEntry>(
    client as Pool,
    sql`SELECT erasure_id AS "erasureId", scope, digest, reason, basis, erased_at AS at FROM person.erasure
         WHERE erasure_id > ${after}::uuid ORDER BY erasure_id LIMIT ${limit}`,
  );
}

export async function insertRun(
  tx: Queryable,
  run: {
    runId: string;
    kind: 'retention' | 'request' | 'restore';
    at: string;
    finishedAt: string;
    removed: object;
    proof: string;
  },
): Promise<void> {
  await execute(
    tx as Pool,
    sql`INSERT INTO person.retention_run (run_id, kind, started_at, finished_at, removed, proof)
        VALUES (${run.runId}, ${run.kind}, ${run.at}::timestamptz, ${run.finishedAt}::timestamptz, ${JSON.stringify(run.removed)}::jsonb, ${run.proof})`,
  );
}

export async function runs(client: Queryable) {
  return query<{
    run_id: string;
    kind: string;
    started_at: string;
    finished_at: string;
    removed: Record<string, number>;
    proof: string;
  }>(
    client as Pool,
    sql`SELECT run_id, kind, started_at, finished_at, removed, proof FROM person.retention_run ORDER BY started_at DESC, run_id DESC LIMIT 100`,
  );
}

/** Digests of what one run removed, in order: its proof is computed from them again. */
export async function digestsOfRun(client: Queryable, runId: string): Promise<string[]> {
  const rows = await query<{ digest: string }>(
    client as Pool,
    sql`SELECT digest FROM person.erasure WHERE run_id = ${runId}::uuid ORDER BY digest`,
  );
  return rows.map((row) => row.digest);
}

/** Rows of the store that the ledger says are erased: there after a restore. The digest is made as in digests.ts. */
export async function erasedButThere(client: Queryable, digests: readonly string[]) {
  const [records, persons] = [
    await query<ErasedRow>(
      client as Pool,
      sql`SELECT token, record_id, submission_id, row_no FROM person.record
           WHERE encode(sha256(convert_to('record' || chr(31) || token || chr(31) || record_id::text, 'UTF8')), 'hex') = ANY(${digests}::text[])`,
    ),
    await query<{ token: string }>(
      client as Pool,
      sql`SELECT token FROM person.identifier
           WHERE encode(sha256(convert_to('person' || chr(31) || token, 'UTF8')), 'hex') = ANY(${digests}::text[])`,
    ),
  ];
  return { records, persons: persons.map((row) => row.token) };
}

/** Inside the transaction of a restore, whose schema may be an older one: only tables that are in every version. */
export async function deleteRestored(
  client: Queryable,
  found: { records: readonly ErasedRow[]; persons: readonly string[] },
): Promise<void> {
  await execute(
    client as Pool,
    sql`DELETE FROM person.record r USING unnest(${found.records.map((row) => row.token)}::text[], ${found.records.map((row) => row.record_id)}::uuid[]) AS e(token, record_id)
         WHERE r.token = e.token AND r.record_id = e.record_id`,
  );
  await execute(client as Pool, sql`DELETE FROM person.identifier WHERE token = ANY(${[...found.persons]}::text[])`);
}

export async function deleteAliases(client: Queryable, tokens: readonly string[]): Promise<void> {
  await execute(client as Pool, sql`DELETE FROM person.token_alias WHERE anchor = ANY(${[...tokens]}::text[])`);
}

/** Records past their term, a page. */
export async function deleteExpiredRecords(tx: Transaction, today: string, limit: number): Promise<ErasedRow[]> {
  return query<ErasedRow>(
    tx,
    sql`DELETE FROM person.record r USING (SELECT token, record_id FROM person.record WHERE retain_until < ${today}::date ORDER BY retain_until, token, record_id LIMIT ${limit}) AS e
         WHERE r.token = e.token AND r.record_id = e.record_id RETURNING r.token, r.record_id, r.submission_id, r.row_no`,
  );
}

/** Numbers past their term to which nothing is left; the tokens of those that went. */
export async function deleteExpiredIdentifiers(tx: Transaction, today: string, limit: number): Promise<string[]> {
  const rows = await query<{ token: string }>(
    tx,
    sql`DELETE FROM person.identifier i USING (
          SELECT token FROM person.identifier c WHERE retain_until < ${today}::date
             AND NOT EXISTS (SELECT 1 FROM person.record r WHERE r.token = c.token)
             AND NOT EXISTS (SELECT 1 FROM person.lookup l WHERE l.token = c.token)
             AND NOT EXISTS (SELECT 1 FROM person.consent s WHERE s.token = c.token)
             AND NOT EXISTS (SELECT 1 FROM person.request q WHERE q.token = c.token)
           ORDER BY retain_until, token LIMIT ${limit}) AS e
         WHERE i.token = e.token RETURNING i.token`,
  );
  await deleteAliases(
    tx,
    rows.map((row) => row.token),
  );
  return rows.map((row) => row.token);
}

const idsOf = async (tx: Queryable, statement: ReturnType<typeof sql>): Promise<string[]> =>
  (await query<{ id: string }>(tx as Pool, statement)).map((row) => row.id);

export const deleteExpiredLookups = (tx: Transaction, today: string, limit: number): Promise<string[]> =>
  idsOf(
    tx,
    sql`DELETE FROM person.lookup l USING (SELECT lookup_id FROM person.lookup WHERE retain_until < ${today}::date ORDER BY retain_until LIMIT ${limit}) AS e
         WHERE l.lookup_id = e.lookup_id RETURNING l.lookup_id::text AS id`,
  );
export const deleteExpiredConsents = (tx: Transaction, today: string, limit: number): Promise<string[]> =>
  idsOf(
    tx,
    sql`DELETE FROM person.consent l USING (SELECT consent_id FROM person.consent WHERE keep_until < ${today}::date ORDER BY keep_until LIMIT ${limit}) AS e
         WHERE l.consent_id = e.consent_id RETURNING l.consent_id::text AS id`,
  );
export async function deleteExpiredRequests(tx: Transaction, today: string, limit: number): Promise<string[]> {
  const due = await idsOf(
    tx,
    sql`SELECT request_id::text AS id FROM person.request WHERE retain_until < ${today}::date AND closed_at IS NOT NULL ORDER BY retain_until LIMIT ${limit}`,
  );
  await execute(tx, sql`DELETE FROM person.request_event WHERE request_id = ANY(${due}::uuid[])`);
  await execute(tx, sql`DELETE FROM person.request WHERE request_id = ANY(${due}::uuid[])`);
  return due;
}

export async function deleteExpiredSessions(tx: Transaction, now: string): Promise<void> {
  await execute(tx, sql`DELETE FROM person.own_session WHERE expires_at < ${now}::timestamptz`);
  await execute(tx, sql`DELETE FROM person.used_proof WHERE expires_at < ${now}::timestamptz`);
}
