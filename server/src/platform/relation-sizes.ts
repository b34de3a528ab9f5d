/**
 * Sizes of tables, with their indexes and partitions. Plain PostgreSQL and Citus answer by different functions
 * (distributed.md, rule 12), so everything that wants a size asks here.
 */
import { query, type Runner, sql } from './db.ts';

export interface RelationSize {
  readonly name: string;
  /** Null: the database's own. */
  readonly tablespace: string | null;
  readonly bytes: bigint;
}

/** Partitions of a table by name, with what each takes on disk. Errors: none; a table without partitions gives none. */
export async function partitionSizes(client: Runner, table: string): Promise<RelationSize[]> {
  const citus = await query(client, sql`SELECT 1 AS found FROM pg_extension WHERE extname = 'citus'`);
  const size = citus.length > 0 ? sql`citus_total_relation_size(c.oid)` : sql`pg_total_relation_size(c.oid)`;
  return query<RelationSize>(
    client,
    sql`SELECT c.relname AS name, t.spcname AS tablespace, ${size}::bigint AS bytes
          FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace
         WHERE i.inhparent = to_regclass(${table}) ORDER BY c.relname`,
  );
}
