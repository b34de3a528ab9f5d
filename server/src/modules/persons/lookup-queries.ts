/** SQL of single look-ups. Every statement asks for one token, one account or one body. */
import { execute, maybeOne, type Pool, type Queryable, query, sql, type Transaction } from '../../platform/db.ts';
import type { ActivePurpose } from './purposes.ts';

/** Look-ups of one officer and of one body go one after another, so that limits hold under concurrency. */
export async function lockLookups(tx: Transaction, accountId: string, bodyId: string): Promise<void> {
  for (const key of [accountId, bodyId].sort())
    await query(tx, sql`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 14))`);
}

export interface LookupCounts {
  readonly officer_hour: bigint;
  readonly officer_day: bigint;
  readonly body_day: bigint;
}

export async function countLookups(
  tx: Queryable,
  who: { accountId: string; bodyId: string },
  since: { hour: string; day: string },
): Promise<LookupCounts> {
  const rows = await query<LookupCounts>(
    tx as Pool,
    sql`SELECT (SELECT count(*) FROM person.lookup WHERE account_id = ${who.accountId} AND at > ${since.hour}::timestamptz) AS officer_hour,
               (SELECT count(*) FROM person.lookup WHERE account_id = ${who.accountId} AND at > ${since.day}::timestamptz) AS officer_day,
               (SELECT count(*) FROM person.lookup WHERE body_id = ${who.bodyId} AND at > ${since.day}::timestamptz) AS body_day`,
  );
  return rows[0] as LookupCounts;
}

/** The open activation of a function whose assessment has not run out; held against its end until the transaction is over. */
export async function openActivation(
  tx: Queryable,
  feature: string,
  today: string,
): Promise<{ activation_id: string } | null> {
  return maybeOne(
    tx as Pool,
    sql`SELECT a.activation_id FROM person.activation a JOIN person.assessment s ON s.assessment_id = a.assessment_id
         WHERE a.feature = ${feature} AND a.is_open AND s.valid_until >= ${today}::date ORDER BY a.activation_id FOR SHARE OF a`,
  );
}

export interface RestrictionRow {
  readonly restriction_id: string;
  readonly record_id: string | null;
  readonly kind: 'restricted' | 'objected' | 'deceased';
  readonly from_at: string;
}

export async function restrictionsOf(client: Queryable, token: string): Promise<RestrictionRow[]> {
  return query<RestrictionRow>(
    client as Pool,
    sql`SELECT restriction_id, record_id, kind, from_at FROM person.restriction WHERE token = ${token} AND to_at IS NULL ORDER BY from_at LIMIT 200`,
  );
}

export interface NewLookup {
  readonly lookupId: string;
  readonly token: string;
  readonly purpose: ActivePurpose;
  readonly activationId: string;
  readonly matter: string;
  readonly caseNumber: string;
  readonly accountId: string;
  readonly officerName: string;
  readonly bodyId: string;
  readonly bodyName: string;
  readonly found: number;
  readonly at: string;
  readonly retainUntil: string;
}

export async function insertLookup(tx: Transaction, row: NewLookup): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO person.lookup (lookup_id, token, purpose, purpose_version, feature, activation_id, matter, case_number, account_id, officer_name,
                                   body_id, body_name, found, at, retain_until)
        VALUES (${row.lookupId}, ${row.token}, ${row.purpose.purpose}, ${row.purpose.version}, 'lookup', ${row.activationId}, ${row.matter}, ${row.caseNumber},
                ${row.accountId}, ${row.officerName}, ${row.bodyId}, ${row.bodyName}, ${row.found}, ${row.at}::timestamptz, ${row.retainUntil}::date)`,
  );
}

export interface LookupRow {
  readonly lookup_id: string;
  readonly purpose: string;
  readonly matter: string;
  readonly case_number: string;
  readonly officer_name: string;
  readonly body_name: string;
  readonly found: number;
  readonly at: string;
}

export async function lookupOf(client: Queryable, token: string, lookupId: string): Promise<LookupRow | null> {
  return maybeOne<LookupRow>(
    client as Pool,
    sql`SELECT lookup_id, purpose, matter, case_number, officer_name, body_name, found, at FROM person.lookup
         WHERE lookup_id = ${lookupId} AND token = ${token}`,
  );
}

/** All look-ups of one person, newest first: what the person reads. */
export async function lookupsOf(client: Queryable, token: string, limit: number): Promise<LookupRow[]> {
  return query<LookupRow>(
    client as Pool,
    sql`SELECT lookup_id, purpose, matter, case_number, officer_name, body_name, found, at FROM person.lookup
         WHERE token = ${token} ORDER BY at DESC, lookup_id DESC LIMIT ${limit}`,
  );
}
