/** Waiting entries are sealed with the person key too: they take part when it is changed. */
import { execute, type Pool, query, sql } from '../../platform/db.ts';
import type { SealedStore } from '../persons/index.ts';
import { firstKey } from './drafts.ts';

export const sealedDrafts: SealedStore = {
  name: 'draft',
  pool: 'app',
  load: async (tx, keys, limit) => {
    const rows = await query<{ id: string; sealed: string; key_id: string }>(
      tx,
      sql`SELECT draft_id::text AS id, row_values->>'sealed' AS sealed, COALESCE(row_values->>'keyId', ${firstKey}) AS key_id FROM core.draft
           WHERE row_values ? 'sealed' AND COALESCE(row_values->>'keyId', ${firstKey}) = ANY(${keys}::text[])
           ORDER BY draft_id LIMIT ${limit} FOR UPDATE SKIP LOCKED`,
    );
    return rows.map((row) => ({ id: row.id, part: '', cipher: Buffer.from(row.sealed, 'base64'), key_id: row.key_id }));
  },
  save: async (tx, rows) => {
    await execute(
      tx,
      sql`UPDATE core.draft d SET row_values = jsonb_build_object('sealed', n.sealed, 'keyId', n.key_id)
            FROM unnest(${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => row.next.toString('base64'))}::text[], ${rows.map((row) => row.nextKey)}::text[]) AS n(id, sealed, key_id)
           WHERE d.draft_id = n.id`,
    );
  },
  count: async (client, keys) =>
    (
      await query<{ count: bigint }>(
        client as Pool,
        sql`SELECT count(*) AS count FROM core.draft WHERE row_values ? 'sealed' AND COALESCE(row_values->>'keyId', ${firstKey}) = ANY(${keys}::text[])`,
      )
    )[0]?.count ?? 0n,
};
