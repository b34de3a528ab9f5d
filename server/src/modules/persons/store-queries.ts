/** SQL of the person store itself: identifiers, their tokens and reported rows. By the login `person` only. */
import { execute, maybeOne, type Pool, type Queryable, query, sql, type Transaction } from '../../platform/db.ts';
import type { ActivePurpose } from './purposes.ts';
import type { NewIdentifier, NewPersonRow } from './store.ts';

/** Tokens that are new become their own anchor; in order, so that two batches never wait for each other in a circle. */
export async function anchorTokens(
  tx: Transaction,
  tokens: readonly { token: string; keyId: string }[],
): Promise<Map<string, string>> {
  const sorted = [...tokens].sort((left, right) => (left.token < right.token ? -1 : 1));
  await execute(
    tx,
    sql`INSERT INTO person.token_alias (token, anchor, token_key)
        SELECT t.token, t.token, t.key FROM unnest(${sorted.map((one) => one.token)}::text[], ${sorted.map((one) => one.keyId)}::text[]) AS t(token, key)
        ON CONFLICT DO NOTHING`,
  );
  return anchorsOf(
    tx,
    sorted.map((one) => one.token),
  );
}

/** Whether a row is this person's. */
export async function holdsRecord(client: Queryable, token: string, recordId: string): Promise<boolean> {
  const row = await maybeOne<{ record_id: string }>(
    client as Pool,
    sql`SELECT record_id FROM person.record WHERE record_id = ${recordId} AND token = ${token}`,
  );
  return row !== null;
}

/** Anchors of tokens, where they are known. */
export async function anchorsOf(client: Queryable, tokens: readonly string[]): Promise<Map<string, string>> {
  const rows = await query<{ token: string; anchor: string }>(
    client as Pool,
    sql`SELECT token, anchor FROM person.token_alias WHERE token = ANY(${tokens}::text[])`,
  );
  return new Map(rows.map((row) => [row.token, row.anchor]));
}

export async function addAliases(
  tx: Queryable,
  aliases: readonly { token: string; anchor: string; keyId: string }[],
): Promise<void> {
  if (aliases.length === 0) return;
  const sorted = [...aliases].sort((left, right) => (left.token < right.token ? -1 : 1));
  await execute(
    tx as Pool,
    sql`INSERT INTO person.token_alias (token, anchor, token_key)
        SELECT t.token, t.anchor, t.key
          FROM unnest(${sorted.map((one) => one.token)}::text[], ${sorted.map((one) => one.anchor)}::text[], ${sorted.map((one) => one.keyId)}::text[]) AS t(token, anchor, key)
        ON CONFLICT DO NOTHING`,
  );
}

/** One row a number. A number that comes again is kept longer, in steps of a quarter so that most rows are not touched. */
export async function upsertIdentifiers(
  tx: Transaction,
  rows: readonly (NewIdentifier & { anchor: string; retainUntil: string; purpose: ActivePurpose })[],
  at: string,
): Promise<void> {
  const sorted = [...rows].sort((left, right) => (left.anchor < right.anchor ? -1 : 1));
  await execute(
    tx,
    sql`INSERT INTO person.identifier (token, kind, cipher, key_id, added_at, purpose, purpose_version, retain_until)
        SELECT i.token, i.kind, i.cipher, i.key_id, ${at}::timestamptz, i.purpose, i.purpose_version, i.retain_until
          FROM unnest(${sorted.map((row) => row.anchor)}::text[], ${sorted.map((row) => row.kind)}::text[], ${sorted.map((row) => row.sealed.cipher)}::bytea[],
                      ${sorted.map((row) => row.sealed.keyId)}::text[], ${sorted.map((row) => row.purpose.purpose)}::text[],
                      ${sorted.map((row) => row.purpose.version)}::int[], ${sorted.map((row) => row.retainUntil)}::date[])
               AS i(token, kind, cipher, key_id, purpose, purpose_version, retain_until)
        ON CONFLICT (token) DO UPDATE SET retain_until = excluded.retain_until
         WHERE person.identifier.retain_until < excluded.retain_until - 90`,
  );
}

export interface StoredKey {
  readonly key_hash: Buffer;
  readonly submission_id: string;
  readonly row_no: number;
}

export async function insertPersonRows(
  tx: Transaction,
  rows: readonly (NewPersonRow & { recordId: string; retainUntil: string; cipher: Buffer; keyId: string })[],
  batch: { submissionId: string; policySetId: number; purpose: ActivePurpose; at: string },
): Promise<StoredKey[]> {
  await execute(
    tx,
    sql`INSERT INTO person.record (token, record_id, item, key_hash, payload_hash, cipher, key_id, decided_on, deciding_body_id, source_body_id,
                                   submission_id, row_no, policy_set_id, retain_until, recorded_at, purpose, purpose_version)
        SELECT p.token, p.record_id, p.item, p.key_hash, p.payload_hash, p.cipher, p.key_id, p.decided_on, p.deciding_body_id, p.source_body_id,
               ${batch.submissionId}::uuid, p.row_no, ${batch.policySetId}::int, p.retain_until, ${batch.at}::timestamptz,
               ${batch.purpose.purpose}, ${batch.purpose.version}::int
          FROM unnest(${rows.map((row) => row.token)}::text[], ${rows.map((row) => row.recordId)}::uuid[], ${rows.map((row) => row.item)}::text[],
                      ${rows.map((row) => row.keyHash)}::bytea[], ${rows.map((row) => row.payloadHash)}::bytea[],
                      ${rows.map((row) => row.cipher)}::bytea[], ${rows.map((row) => row.keyId)}::text[], ${rows.map((row) => row.decidedOn)}::date[],
                      ${rows.map((row) => row.decidingBodyId)}::uuid[], ${rows.map((row) => row.sourceBodyId)}::uuid[],
                      ${rows.map((row) => row.rowNo)}::int[], ${rows.map((row) => row.retainUntil)}::date[])
               AS p(token, record_id, item, key_hash, payload_hash, cipher, key_id, decided_on, deciding_body_id, source_body_id, row_no, retain_until)
        ON CONFLICT (key_hash) WHERE superseded_at IS NULL DO NOTHING`,
  );
  return query<StoredKey>(
    tx,
    sql`SELECT key_hash, submission_id, row_no FROM person.record
         WHERE key_hash = ANY(${rows.map((row) => row.keyHash)}::bytea[]) AND superseded_at IS NULL`,
  );
}

export async function sealedIdentifier(
  client: Queryable,
  token: string,
): Promise<{ kind: string; cipher: Buffer; key_id: string } | null> {
  return maybeOne(
    client as Pool,
    sql`SELECT i.kind, i.cipher, i.key_id FROM person.token_alias a JOIN person.identifier i ON i.token = a.anchor WHERE a.token = ${token}`,
  );
}

export interface HeldRow {
  readonly record_id: string;
  readonly item: string;
  readonly cipher: Buffer;
  readonly key_id: string;
  readonly decided_on: string | null;
  readonly deciding_body_id: string;
  readonly source_body_id: string;
  readonly submission_id: string;
  readonly row_no: number;
  readonly retain_until: string;
  readonly recorded_at: string;
  readonly purpose: string;
  readonly policy_set_id: number;
}

/** Rows of one person that stand and are not past their term, newest first. Always asked for one token. */
export async function heldRows(client: Queryable, token: string, today: string, limit: number): Promise<HeldRow[]> {
  return query<HeldRow>(
    client as Pool,
    sql`SELECT record_id, item, cipher, key_id, decided_on, deciding_body_id, source_body_id, submission_id, row_no, retain_until, recorded_at, purpose, policy_set_id
          FROM person.record WHERE token = ${token} AND superseded_at IS NULL AND retain_until >= ${today}::date
         ORDER BY decided_on DESC NULLS LAST, record_id DESC LIMIT ${limit}`,
  );
}
