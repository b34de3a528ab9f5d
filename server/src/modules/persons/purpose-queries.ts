/** SQL of the register of purposes. */
import { execute, maybeOne, type Pool, type Queryable, query, sql, type Transaction } from '../../platform/db.ts';
import type { PersonPurpose } from '../policy/index.ts';

export interface PurposeRow {
  readonly purpose: string;
  readonly version: number;
  readonly kind: PersonPurpose['kind'];
  readonly legal_basis: number;
  readonly content: PersonPurpose;
  readonly content_hash: string;
  readonly valid_from: string;
  readonly ended_at: string | null;
  readonly ended_reason: string | null;
}

/** Two processes that start together wait for each other. */
export async function lockPurposes(tx: Transaction): Promise<void> {
  await query(tx, sql`SELECT pg_advisory_xact_lock(20211101, 13)`);
}

export async function purposeVersions(client: Queryable): Promise<PurposeRow[]> {
  return query<PurposeRow>(
    client as Pool,
    sql`SELECT purpose, version, kind, legal_basis, content, content_hash, valid_from, ended_at, ended_reason
          FROM person.purpose ORDER BY purpose, version DESC LIMIT 2000`,
  );
}

/** The version in force, held against its end until the transaction is over. */
export async function openPurpose(client: Queryable, purpose: string): Promise<PurposeRow | null> {
  return maybeOne<PurposeRow>(
    client as Pool,
    sql`SELECT purpose, version, kind, legal_basis, content, content_hash, valid_from, ended_at, ended_reason
          FROM person.purpose WHERE purpose = ${purpose} AND ended_at IS NULL ORDER BY version FOR SHARE`,
  );
}

export async function insertPurpose(
  tx: Transaction,
  purpose: PersonPurpose,
  version: number,
  hash: string,
  at: string,
): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO person.purpose (purpose, version, kind, legal_basis, content, content_hash, valid_from)
        VALUES (${purpose.purpose}, ${version}, ${purpose.kind}, ${purpose.legalBasis}, ${JSON.stringify(purpose)}::jsonb, ${hash}, ${at}::timestamptz)`,
  );
}

export async function endPurposeRow(
  client: Queryable,
  purpose: string,
  version: number,
  end: { at: string; accountId: string | null; reason: string },
): Promise<boolean> {
  const ended = await execute(
    client as Pool,
    sql`UPDATE person.purpose SET ended_at = ${end.at}::timestamptz, ended_by = ${end.accountId}::uuid, ended_reason = ${end.reason}
         WHERE purpose = ${purpose} AND version = ${version} AND ended_at IS NULL`,
  );
  return ended === 1;
}

export async function openPurposes(client: Queryable, kind: PersonPurpose['kind']): Promise<PurposeRow[]> {
  return query<PurposeRow>(
    client as Pool,
    sql`SELECT purpose, version, kind, legal_basis, content, content_hash, valid_from, ended_at, ended_reason
          FROM person.purpose WHERE kind = ${kind} AND ended_at IS NULL ORDER BY purpose LIMIT 200`,
  );
}
