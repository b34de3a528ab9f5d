/** What a database of ours consists of, as its catalog says it. */
import { createHash } from 'node:crypto';
import { ident, join as joinSql, query, type Runner, raw, type Sql, sql } from '../sql.ts';
import type { DefaultEntry, PartitionEntry, SequenceEntry } from './manifest.ts';

export interface TableInfo {
  readonly schema: string;
  readonly name: string;
  /** Without generated ones, in their order. */
  readonly columns: readonly string[];
}

/** Schemas that migrations made: not the system's, not an extension's, not `public`, not the list of migrations. */
export async function ourSchemas(client: Runner): Promise<string[]> {
  const rows = await query<{ name: string }>(
    client,
    sql`select nspname as name from pg_namespace n
        where nspname !~ '^pg_' and nspname not in ('information_schema', 'public', 'migration')
          and pg_has_role(current_user, nspowner, 'member')
          and not exists (select from pg_depend d where d.classid = 'pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e')
        order by nspname`,
  );
  return rows.map((row) => row.name);
}

/** Tables without the partitions below another table: the parent's rows are theirs. */
export async function tablesOf(client: Runner, schemas: readonly string[]): Promise<TableInfo[]> {
  return query<TableInfo>(
    client,
    sql`select n.nspname as schema, c.relname as name,
               coalesce((select array_agg(a.attname::text order by a.attnum) from pg_attribute a
                         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''), '{}') as columns
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't' and n.nspname = any(${schemas}::text[])
        order by 1, 2`,
  );
}

export async function partitionsOf(client: Runner, schemas: readonly string[]): Promise<PartitionEntry[]> {
  return query<PartitionEntry>(
    client,
    sql`select n.nspname as schema, c.relname as name, pn.nspname as "parentSchema", p.relname as parent,
               pg_get_expr(c.relpartbound, c.oid) as bound
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        join pg_inherits i on i.inhrelid = c.oid
        join pg_class p on p.oid = i.inhparent
        join pg_namespace pn on pn.oid = p.relnamespace
        where c.relispartition and c.relkind in ('r', 'p') and n.nspname = any(${schemas}::text[])
        order by 1, 2`,
  );
}

export async function sequencesOf(client: Runner, schemas: readonly string[]): Promise<SequenceEntry[]> {
  const names = await query<{ schema: string; name: string }>(
    client,
    sql`select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'S' and n.nspname = any(${schemas}::text[]) order by 1, 2`,
  );
  const found: SequenceEntry[] = [];
  for (const { schema, name } of names) {
    const rows = await query<{ lastValue: string; isCalled: boolean }>(
      client,
      sql`select last_value::text as "lastValue", is_called as "isCalled" from ${ident(schema, name)}`,
    );
    if (rows[0]) found.push({ schema, name, ...rows[0] });
  }
  return found;
}

export async function defaultsOf(client: Runner, schemas: readonly string[]): Promise<DefaultEntry[]> {
  return query<DefaultEntry>(
    client,
    sql`select n.nspname as schema, c.relname as table, a.attname as column, pg_get_expr(d.adbin, d.adrelid) as expression
        from pg_attrdef d
        join pg_class c on c.oid = d.adrelid
        join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
        where a.attgenerated = '' and not c.relispartition and n.nspname = any(${schemas}::text[])
        order by 1, 2, 3`,
  );
}

export async function schemaFingerprint(client: Runner, schemas: readonly string[]): Promise<string> {
  const rows = await query<{ line: string }>(
    client,
    sql`select concat_ws(' ', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull) as line
        from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0 and not a.attisdropped
          and n.nspname = any(${schemas}::text[])
        order by 1`,
  );
  return createHash('sha256')
    .update(rows.map((row) => row.line).join('\n'))
    .digest('hex');
}

export interface ForeignKey {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

export async function foreignKeysOf(client: Runner, schemas: readonly string[]): Promise<ForeignKey[]> {
  return query<ForeignKey>(
    client,
    sql`select n.nspname as schema, c.relname as table, k.conname as name, pg_get_constraintdef(k.oid) as definition
        from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
        where k.contype = 'f' and k.conparentid = 0 and n.nspname = any(${schemas}::text[])
        order by 1, 2, 3`,
  );
}

/** `COPY (…) TO STDOUT`: through a query, because a partitioned table itself cannot be copied. */
export function copyOutSql(table: TableInfo): string {
  return `COPY (SELECT ${columnList(table)} FROM ${identText(table.schema, table.name)}) TO STDOUT`;
}

export function copyInSql(table: TableInfo): string {
  const list = columnList(table);
  return `COPY ${identText(table.schema, table.name)}${list === '' ? '' : ` (${list})`} FROM STDIN`;
}

const columnList = (table: TableInfo): string => table.columns.map((name) => identText(name)).join(', ');

export function identText(...names: readonly string[]): string {
  return ident(...names).strings[0] ?? '';
}

export const identList = (tables: readonly { schema: string; name: string }[]): Sql =>
  joinSql(tables.map((table) => ident(table.schema, table.name)));

export { raw };
