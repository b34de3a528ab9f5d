/** SQL of a change of keys: rows sealed under an old key, a page at a time, skipping what somebody else holds. */
import { execute, maybeOne, type Pool, type Queryable, query, sql, type Transaction } from '../../platform/db.ts';

export interface SealedRow {
  readonly id: string;
  readonly part: string;
  readonly cipher: Buffer;
  readonly key_id: string;
}

export interface ResealedRow extends SealedRow {
  readonly next: Buffer;
  readonly nextKey: string;
}

/** One table with ciphertext. `load` locks what it gives; `save` changes only rows that still name their old key. */
export interface SealedStore {
  readonly name: string;
  readonly pool: 'person' | 'app';
  load(tx: Transaction, oldKeys: readonly string[], limit: number): Promise<SealedRow[]>;
  save(tx: Transaction, rows: readonly ResealedRow[]): Promise<void>;
  count(client: Queryable, oldKeys: readonly string[]): Promise<bigint>;
}

const countOf = async (client: Queryable, statement: ReturnType<typeof sql>): Promise<bigint> =>
  (await query<{ count: bigint }>(client as Pool, statement))[0]?.count ?? 0n;
const ids = (rows: readonly ResealedRow[]): string[] => rows.map((row) => row.id);
const parts = (rows: readonly ResealedRow[]): string[] => rows.map((row) => row.part);
const nexts = (rows: readonly ResealedRow[]): Buffer[] => rows.map((row) => row.next);
const nextKeys = (rows: readonly ResealedRow[]): string[] => rows.map((row) => row.nextKey);
const befores = (rows: readonly ResealedRow[]): string[] => rows.map((row) => row.key_id);

export const personStores: readonly SealedStore[] = [
  {
    name: 'identifier',
    pool: 'person',
    load: (tx, keys, limit) =>
      query(
        tx,
        sql`SELECT token AS id, '' AS part, cipher, key_id FROM person.identifier WHERE key_id = ANY(${keys}::text[])
             ORDER BY token LIMIT ${limit} FOR UPDATE SKIP LOCKED`,
      ),
    save: async (tx, rows) => {
      await execute(
        tx,
        sql`UPDATE person.identifier i SET cipher = n.cipher, key_id = n.key_id
              FROM unnest(${ids(rows)}::text[], ${nexts(rows)}::bytea[], ${nextKeys(rows)}::text[], ${befores(rows)}::text[]) AS n(id, cipher, key_id, before)
             WHERE i.token = n.id AND i.key_id = n.before`,
      );
    },
    count: (client, keys) =>
      countOf(client, sql`SELECT count(*) AS count FROM person.identifier WHERE key_id = ANY(${keys}::text[])`),
  },
  {
    name: 'record',
    pool: 'person',
    load: (tx, keys, limit) =>
      query(
        tx,
        sql`SELECT token AS id, record_id::text AS part, cipher, key_id FROM person.record WHERE key_id = ANY(${keys}::text[])
             ORDER BY token, record_id LIMIT ${limit} FOR UPDATE SKIP LOCKED`,
      ),
    save: async (tx, rows) => {
      await execute(
        tx,
        sql`UPDATE person.record r SET cipher = n.cipher, key_id = n.key_id
              FROM unnest(${ids(rows)}::text[], ${parts(rows)}::uuid[], ${nexts(rows)}::bytea[], ${nextKeys(rows)}::text[], ${befores(rows)}::text[]) AS n(id, part, cipher, key_id, before)
             WHERE r.token = n.id AND r.record_id = n.part AND r.key_id = n.before`,
      );
    },
    count: (client, keys) =>
      countOf(client, sql`SELECT count(*) AS count FROM person.record WHERE key_id = ANY(${keys}::text[])`),
  },
  {
    name: 'request',
    pool: 'person',
    load: (tx, keys, limit) =>
      query(
        tx,
        sql`SELECT request_id::text AS id, '' AS part, cipher, key_id FROM person.request WHERE key_id = ANY(${keys}::text[])
             ORDER BY request_id LIMIT ${limit} FOR UPDATE SKIP LOCKED`,
      ),
    save: async (tx, rows) => {
      await execute(
        tx,
        sql`UPDATE person.request r SET cipher = n.cipher, key_id = n.key_id
              FROM unnest(${ids(rows)}::uuid[], ${nexts(rows)}::bytea[], ${nextKeys(rows)}::text[], ${befores(rows)}::text[]) AS n(id, cipher, key_id, before)
             WHERE r.request_id = n.id AND r.key_id = n.before`,
      );
    },
    count: (client, keys) =>
      countOf(client, sql`SELECT count(*) AS count FROM person.request WHERE key_id = ANY(${keys}::text[])`),
  },
  {
    name: 'incident',
    pool: 'person',
    load: (tx, keys, limit) =>
      query(
        tx,
        sql`SELECT incident_id::text AS id, '' AS part, cipher, key_id FROM person.incident WHERE key_id = ANY(${keys}::text[])
             ORDER BY incident_id LIMIT ${limit} FOR UPDATE SKIP LOCKED`,
      ),
    save: async (tx, rows) => {
      await execute(
        tx,
        sql`UPDATE person.incident r SET cipher = n.cipher, key_id = n.key_id
              FROM unnest(${ids(rows)}::uuid[], ${nexts(rows)}::bytea[], ${nextKeys(rows)}::text[], ${befores(rows)}::text[]) AS n(id, cipher, key_id, before)
             WHERE r.incident_id = n.id AND r.key_id = n.before`,
      );
    },
    count: (client, keys) =>
      countOf(client, sql`SELECT count(*) AS count FROM person.incident WHERE key_id = ANY(${keys}::text[])`),
  },
];

export interface RotationRow {
  readonly rotation_id: string;
  readonly kind: 'data' | 'token';
  readonly to_key: string;
  readonly cursor: string;
  readonly rows_done: bigint;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly retired_at: string | null;
}

const rotation = sql`SELECT rotation_id, kind, to_key, cursor, rows_done, started_at, finished_at, retired_at FROM person.key_rotation`;

/** The change of this kind that is not retired yet. */
export async function liveRotation(client: Queryable, kind: 'data' | 'token'): Promise<RotationRow | null> {
  return maybeOne<RotationRow>(client as Pool, sql`${rotation} WHERE kind = ${kind} AND retired_at IS NULL`);
}

export async function rotations(client: Queryable): Promise<RotationRow[]> {
  return query<RotationRow>(client as Pool, sql`${rotation} ORDER BY started_at DESC LIMIT 100`);
}

export async function insertRotation(
  tx: Transaction,
  row: { rotationId: string; kind: 'data' | 'token'; toKey: string; at: string },
): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO person.key_rotation (rotation_id, kind, to_key, cursor, rows_done, started_at)
        VALUES (${row.rotationId}, ${row.kind}, ${row.toKey}, '', 0, ${row.at}::timestamptz)`,
  );
}

export async function advanceRotation(
  client: Queryable,
  rotationId: string,
  step: { rows: number; cursor: string },
): Promise<void> {
  await execute(
    client as Pool,
    sql`UPDATE person.key_rotation SET rows_done = rows_done + ${step.rows}::bigint, cursor = ${step.cursor}
         WHERE rotation_id = ${rotationId} AND finished_at IS NULL`,
  );
}

export async function finishRotation(client: Queryable, rotationId: string, at: string): Promise<void> {
  await execute(
    client as Pool,
    sql`UPDATE person.key_rotation SET finished_at = ${at}::timestamptz WHERE rotation_id = ${rotationId} AND finished_at IS NULL`,
  );
}

export async function retireRotation(client: Queryable, rotationId: string, at: string): Promise<boolean> {
  const changed = await execute(
    client as Pool,
    sql`UPDATE person.key_rotation SET retired_at = ${at}::timestamptz WHERE rotation_id = ${rotationId} AND finished_at IS NOT NULL AND retired_at IS NULL`,
  );
  return changed === 1;
}

/** Numbers without a token under this key, in order after the cursor. */
export async function identifiersWithoutToken(
  tx: Queryable,
  tokenKey: string,
  after: string,
  limit: number,
): Promise<{ token: string; kind: string; cipher: Buffer; key_id: string }[]> {
  return query(
    tx as Pool,
    sql`SELECT i.token, i.kind, i.cipher, i.key_id FROM person.identifier i
         WHERE i.token > ${after} AND NOT EXISTS (SELECT 1 FROM person.token_alias a WHERE a.anchor = i.token AND a.token_key = ${tokenKey})
         ORDER BY i.token LIMIT ${limit}`,
  );
}

export async function countWithoutToken(client: Queryable, tokenKey: string): Promise<bigint> {
  return countOf(
    client,
    sql`SELECT count(*) AS count FROM person.identifier i
         WHERE NOT EXISTS (SELECT 1 FROM person.token_alias a WHERE a.anchor = i.token AND a.token_key = ${tokenKey})`,
  );
}

/** Two commands that rotate at once: the second waits, then finds the first one's change. */
export async function lockRotation(tx: Transaction): Promise<void> {
  await query(tx, sql`SELECT pg_advisory_xact_lock(20211101, 51)`);
}
