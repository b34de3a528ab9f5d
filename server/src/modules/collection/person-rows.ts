/**
 * Rows about natural persons: accepted where the place's rules allow it, into the separate store, by its own login
 * (natural-persons G22). Also the document numbers of legal representatives. Only tokens come back.
 */
import { createHash } from 'node:crypto';
import type { KeyRing } from '../../platform/crypto.ts';
import { execute, type Pool, query, sql, withTransaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import type { PlaceRules } from '../policy/index.ts';
import { normaliseDocumentNumber, payloadDigest } from '../records/index.ts';
import { openFacts } from './record-facts.ts';
import type { PersonIdentifier, PreparedRow, RowProcessor } from './row-processor.ts';

export interface PersonScope {
  person: Pool;
  keys: KeyRing;
  processor: RowProcessor;
  place: PlaceRules;
  submissionId: string;
  policySetId: number;
  at: string;
}

type OpenRow = { row: PreparedRow; bodies: { decidingBodyId: string; sourceBodyId: string } };

/** Document numbers of a batch, once each; idempotent. */
export async function storeIdentifiers(
  person: Pool,
  identifiers: readonly PersonIdentifier[],
  at: string,
): Promise<void> {
  const distinct = [...new Map(identifiers.map((entry) => [entry.token, entry])).values()];
  if (distinct.length === 0) return;
  await execute(
    person,
    sql`INSERT INTO person.identifier (token, kind, cipher, key_id, added_at)
        SELECT i.token, i.kind, i.cipher, i.key_id, ${at}::timestamptz
          FROM unnest(${distinct.map((entry) => entry.token)}::text[], ${distinct.map((entry) => entry.kind)}::text[],
                      ${distinct.map((entry) => entry.sealed.cipher)}::bytea[], ${distinct.map((entry) => entry.sealed.keyId)}::text[]) AS i(token, kind, cipher, key_id)
        ON CONFLICT (token) DO NOTHING`,
  );
}

interface PersonInsert {
  row: PreparedRow;
  token: string;
  keyHash: Buffer;
  payloadHash: Buffer;
  cipher: Buffer;
  keyId: string;
  item: string;
  decidedOn: string | null;
  retainUntil: string;
  bodies: OpenRow['bodies'];
}

function insertOf({ row, bodies }: OpenRow, scope: PersonScope): PersonInsert | null {
  const document = scope.processor.role('personDocument');
  const token = document < 0 ? null : row.texts[document];
  if (!token) return null;
  const facts = openFacts(scope.processor, row, bodies);
  const payload = JSON.stringify(facts.payload);
  const sealed = scope.keys.sealPerson(payload);
  const key = [
    facts.item,
    bodies.decidingBodyId,
    facts.documentNumber ? normaliseDocumentNumber(facts.documentNumber) : '',
    facts.decidedOn ?? '',
    token,
  ].join('\u001f');
  const year = Number((facts.decidedOn ?? scope.at).slice(0, 4)) + scope.place.personRetentionYears;
  const monthDay = (facts.decidedOn ?? scope.at).slice(4, 10);
  return {
    row,
    token,
    bodies,
    item: facts.item,
    decidedOn: facts.decidedOn,
    keyHash: createHash('sha256').update(key).digest().subarray(0, 16),
    payloadHash: payloadDigest(payload),
    cipher: sealed.cipher,
    keyId: sealed.keyId,
    retainUntil: `${year}${monthDay === '-02-29' ? '-02-28' : monthDay}`,
  };
}

/** Stores the rows; one that is there already from another row is a duplicate, from this very row (a repeated batch) it is accepted. */
export async function storePersonRows(
  rows: readonly OpenRow[],
  scope: PersonScope,
): Promise<ReadonlyMap<PreparedRow, 'accepted' | 'duplicate'>> {
  const outcomes = new Map<PreparedRow, 'accepted' | 'duplicate'>();
  const inserts = rows.flatMap((entry) => insertOf(entry, scope) ?? []);
  if (inserts.length === 0) return outcomes;
  const stored = await withTransaction(scope.person, async (tx) => {
    await execute(
      tx,
      sql`INSERT INTO person.record (token, record_id, item, key_hash, payload_hash, cipher, key_id, decided_on, deciding_body_id, source_body_id,
                                     submission_id, row_no, policy_set_id, retain_until, recorded_at)
          SELECT p.token, p.record_id, p.item, p.key_hash, p.payload_hash, p.cipher, p.key_id, p.decided_on, p.deciding_body_id, p.source_body_id,
                 ${scope.submissionId}::uuid, p.row_no, ${scope.policySetId}::int, p.retain_until, ${scope.at}::timestamptz
            FROM unnest(${inserts.map((entry) => entry.token)}::text[], ${inserts.map(() => newId())}::uuid[], ${inserts.map((entry) => entry.item)}::text[],
                        ${inserts.map((entry) => entry.keyHash)}::bytea[], ${inserts.map((entry) => entry.payloadHash)}::bytea[],
                        ${inserts.map((entry) => entry.cipher)}::bytea[], ${inserts.map((entry) => entry.keyId)}::text[], ${inserts.map((entry) => entry.decidedOn)}::date[],
                        ${inserts.map((entry) => entry.bodies.decidingBodyId)}::uuid[], ${inserts.map((entry) => entry.bodies.sourceBodyId)}::uuid[],
                        ${inserts.map((entry) => entry.row.rowNo)}::int[], ${inserts.map((entry) => entry.retainUntil)}::date[])
                 AS p(token, record_id, item, key_hash, payload_hash, cipher, key_id, decided_on, deciding_body_id, source_body_id, row_no, retain_until)
          ON CONFLICT (key_hash) WHERE superseded_at IS NULL DO NOTHING`,
    );
    return query<{ key_hash: Buffer; submission_id: string; row_no: number }>(
      tx,
      sql`SELECT key_hash, submission_id, row_no FROM person.record WHERE key_hash = ANY(${inserts.map((entry) => entry.keyHash)}::bytea[]) AND superseded_at IS NULL`,
    );
  });
  const owner = new Map(stored.map((row) => [row.key_hash.toString('hex'), row]));
  for (const entry of inserts) {
    const held = owner.get(entry.keyHash.toString('hex'));
    const own = held?.submission_id === scope.submissionId && held.row_no === entry.row.rowNo;
    outcomes.set(entry.row, own ? 'accepted' : 'duplicate');
  }
  return outcomes;
}
