/**
 * The bare side of `bench collect`: the rows that the pipeline made of a file, in all the tables that it writes, taken
 * out of its database and put into another one of the same schema, indexes and fill by COPY alone.
 */
import { createReadStream, createWriteStream, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

/** Which rows of a table were made since an instant; `$1` is not allowed in COPY, so the instant is a checked literal. */
const TABLES: readonly { table: string; where: (since: string) => string }[] = [
  { table: 'core.submission', where: (since) => `received_at >= ${since}` },
  { table: 'person.identifier', where: (since) => `added_at >= ${since}` },
  { table: 'person.record', where: (since) => `recorded_at >= ${since}` },
  { table: 'core.subject', where: (since) => `created_at >= ${since}` },
  {
    table: 'core.subject_name',
    where: (since) => `subject_id IN (SELECT subject_id FROM core.subject WHERE created_at >= ${since})`,
  },
  { table: 'core.subject_identifier', where: (since) => `added_at >= ${since}` },
  {
    // A key that moved to a new record stands there already: only COPY is measured, not UPDATE.
    table: 'core.record_key',
    where: (since) => `record_id IN (SELECT record_id FROM core.record WHERE recorded_at >= ${since})
      AND key_hash NOT IN (SELECT key_hash FROM core.record WHERE recorded_at < ${since})`,
  },
  { table: 'core.record', where: (since) => `recorded_at >= ${since}` },
  { table: 'core.record_assertion', where: (since) => `asserted_at >= ${since}` },
  {
    table: 'core.finding',
    where: (since) => `submission_id IN (SELECT submission_id FROM core.submission WHERE received_at >= ${since})`,
  },
  {
    table: 'core.submission_row',
    where: (since) => `submission_id IN (SELECT submission_id FROM core.submission WHERE received_at >= ${since})`,
  },
];
/** What the rows refer to; copied once, not measured. */
const BEFORE = ['person.purpose', 'core.body', 'core.policy_set', 'identity.holder', 'identity.account'];

export interface TakenRows {
  readonly table: string;
  readonly path: string;
  readonly rows: number;
}

export interface TableBytes {
  readonly table: string;
  readonly bytes: number;
  readonly rows: number;
}

/** Hundredths of a second, as every Linux has them. */
const TICKS = 100;

function statOf(pid: number | string): { parent: number; own: number; gone: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const at = (index: number): number => fields[index] ?? 0;
    return { parent: at(1), own: at(11) + at(12), gone: at(13) + at(14) };
  } catch {
    return null;
  }
}

/** Processor time of a server with its processes, those that ended too. 0 where /proc is not to be had. */
export function serverCpuSeconds(server: number): number {
  const main = statOf(server);
  if (!main) return 0;
  let ticks = main.own + main.gone;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const child = statOf(name);
    if (child?.parent === server) ticks += child.own + child.gone;
  }
  return ticks / TICKS;
}

export interface BareCopy {
  /** Rows made since the instant (ISO; null = all), as files of COPY text. */
  take(since: string | null): Promise<TakenRows[]>;
  /** Puts them in, one transaction. Returns seconds. */
  put(taken: readonly TakenRows[]): Promise<number>;
  copyReferences(): Promise<void>;
  analyse(): Promise<void>;
  /** Size of each table in the pipeline's database, indexes and partitions included. */
  bytes(): Promise<TableBytes[]>;
  /** Process of the database server, when it runs on this machine. */
  readonly serverPid: number;
  close(): Promise<void>;
}

export async function openBareCopy(sourceUrl: string, targetUrl: string, folder: string): Promise<BareCopy> {
  const source = new pg.Client({ connectionString: sourceUrl });
  const target = new pg.Client({ connectionString: targetUrl });
  for (const client of [source, target]) {
    client.on('error', () => undefined);
    await client.connect();
  }
  const backend = await target.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const serverPid = statOf(backend.rows[0]?.pid ?? 0)?.parent ?? 0;
  /** Columns that COPY may fill: generated ones make themselves. */
  const columns = new Map<string, string>();
  const columnsOf = async (table: string): Promise<string> => {
    const known = columns.get(table);
    if (known !== undefined) return known;
    const found = await source.query<{ list: string }>(
      `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS list FROM pg_attribute
        WHERE attrelid = '${table}'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
    );
    const list = found.rows[0]?.list ?? '*';
    columns.set(table, list);
    return list;
  };
  const takeOne = async (table: string, condition: string): Promise<TakenRows> => {
    const path = join(folder, `${table}.copy`);
    const list = await columnsOf(table);
    const stream = source.query(copyTo(`COPY (SELECT ${list} FROM ${table} WHERE ${condition}) TO STDOUT`));
    await pipeline(stream, createWriteStream(path));
    return { table, path, rows: stream.rowCount };
  };
  const putOne = async (taken: TakenRows): Promise<void> => {
    if (taken.rows === 0) return;
    await pipeline(
      createReadStream(taken.path, { highWaterMark: 1 << 18 }),
      target.query(copyFrom(`COPY ${taken.table} (${await columnsOf(taken.table)}) FROM STDIN`)),
    );
  };
  return {
    async take(since) {
      if (since !== null && !/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(since))
        throw new RangeError(`not an instant: ${since}`);
      const literal = since === null ? `'-infinity'::timestamptz` : `'${since}'::timestamptz`;
      const taken: TakenRows[] = [];
      for (const { table, where } of TABLES) taken.push(await takeOne(table, where(literal)));
      return taken;
    },
    async put(taken) {
      const from = performance.now();
      await target.query('BEGIN');
      for (const part of taken) await putOne(part);
      await target.query('COMMIT');
      return (performance.now() - from) / 1000;
    },
    async copyReferences() {
      for (const table of BEFORE) {
        const taken = await takeOne(table, 'true');
        // The migrations made the first purpose and the operator's account in both.
        if (table === 'person.purpose') await target.query('DELETE FROM person.purpose');
        if (table === 'identity.holder')
          await target.query(
            'DELETE FROM identity.account_role; DELETE FROM identity.account; DELETE FROM identity.holder',
          );
        await putOne(taken);
        await rm(taken.path);
      }
    },
    async analyse() {
      for (const client of [source, target]) {
        for (const { table } of TABLES) await client.query(`ANALYZE ${table}`);
      }
    },
    serverPid,
    async bytes() {
      const sizes: TableBytes[] = [];
      for (const { table } of TABLES) {
        const found = await source.query<{ bytes: string; rows: string }>(
          `SELECT COALESCE((SELECT sum(pg_total_relation_size(t.relid)) FROM pg_partition_tree('${table}') t), pg_total_relation_size('${table}')) AS bytes, (SELECT count(*) FROM ${table}) AS rows`,
        );
        sizes.push({ table, bytes: Number(found.rows[0]?.bytes), rows: Number(found.rows[0]?.rows) });
      }
      return sizes;
    },
    async close() {
      await Promise.all([source.end(), target.end()]);
    },
  };
}
