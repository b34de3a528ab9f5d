/** All SQL of the sealer and of verification. Columns are read as text: hashes are of what is stored, to the microsecond. */
import { execute, maybeOne, one, type Queryable, query, type Runner, sql } from '../db.ts';
import type { SealFacts } from './merkle.ts';

/** Order is part of the canonical form; a column is only ever added at the end. */
const rowColumns = [
  'log_id',
  'at',
  'actor_kind',
  'account_id',
  'actor_name',
  'body_id',
  'os_user',
  'action',
  'resource_kind',
  'resource_id',
  'subject_id',
  'purpose',
  'matter',
  'case_number',
  'outcome',
  'address',
  'request_id',
  'detail',
  'epoch',
  'xid',
] as const;

export interface LogRow {
  readonly xid: string;
  readonly month: string;
  readonly columns: readonly (string | null)[];
}

export interface StoredSeal extends SealFacts {
  readonly sealHash: string;
  readonly signature: string;
}

const runner = (client: Queryable): Runner => client as Runner;

export async function advisoryLock(client: Queryable): Promise<boolean> {
  const row = await one<{ held: boolean }>(runner(client), sql`select pg_try_advisory_lock(7301, 3) as held`);
  return row.held;
}

/** All transactions below it have ended: their rows are complete. */
export async function readHorizon(client: Queryable): Promise<string> {
  const row = await one<{ horizon: string }>(
    runner(client),
    sql`select pg_snapshot_xmin(pg_current_snapshot())::text as horizon`,
  );
  return row.horizon;
}

const sealColumns = `seal_no::text as "sealNo", epoch, month, from_xid::text as "fromXid", to_xid::text as "toXid",
  row_count::text as "rowCount", merkle_root as "merkleRoot", prev_hash as "prevHash", seal_hash as "sealHash", algorithm,
  key_id as "keyId", signature, to_char(sealed_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "sealedAt"`;
const selectSeal = { kind: 'sql', strings: [`select ${sealColumns} from log.seal`], values: [] } as const;

export async function lastSeal(client: Queryable): Promise<StoredSeal | null> {
  return maybeOne<StoredSeal>(runner(client), sql`${selectSeal} order by seal_no desc limit 1`);
}

export async function sealsFrom(client: Queryable, after: string, limit: number): Promise<StoredSeal[]> {
  return query<StoredSeal>(
    runner(client),
    sql`${selectSeal} where seal_no > ${after}::bigint order by seal_no limit ${limit}`,
  );
}

// ORDER BY names the table: the output column of the same name is text, and '99' sorts after '100'.
const rowList = rowColumns.map((name) => `${name}::text`).join(', ');
const selectRow = {
  kind: 'sql',
  strings: [
    `select xid::text as xid, to_char(at, 'YYYY-MM') as month, array[${rowList}] as columns from log.access_log`,
  ],
  values: [],
} as const;

/** Rows of `[fromXid, toXid)` in the order of the tree, at most `limit`. */
export async function logRows(
  client: Queryable,
  range: { epoch: number; fromXid: string; toXid: string },
  limit: number,
): Promise<LogRow[]> {
  return query<LogRow>(
    runner(client),
    sql`${selectRow} where epoch = ${range.epoch} and xid >= ${range.fromXid}::xid8 and xid < ${range.toXid}::xid8
        order by access_log.xid, access_log.log_id limit ${limit}`,
  );
}

/** A month's rows of one seal, page by page after (xid, log_id). */
export async function sealedRows(
  client: Queryable,
  seal: SealFacts,
  after: { xid: string; logId: string } | null,
  limit: number,
): Promise<LogRow[]> {
  const from = `${seal.month}-01 00:00:00+00`;
  const rest = after ? sql`and (xid, log_id) > (${after.xid}::xid8, ${after.logId}::uuid)` : sql``;
  return query<LogRow>(
    runner(client),
    sql`${selectRow} where epoch = ${seal.epoch} and xid >= ${seal.fromXid}::xid8 and xid < ${seal.toXid}::xid8
        and at >= ${from}::timestamptz and at < ${from}::timestamptz + interval '1 month' ${rest}
        order by access_log.xid, access_log.log_id limit ${limit}`,
  );
}

/** Rows that lie in a sealed range of transactions, by month: as many as the seals say, or somebody added some. */
export async function countSealedMonths(
  client: Queryable,
  last: SealFacts,
): Promise<{ month: string; rows: string }[]> {
  return query(
    runner(client),
    sql`select to_char(at, 'YYYY-MM') as month, count(*)::text as rows from log.access_log
        where epoch < ${last.epoch} or (epoch = ${last.epoch} and xid < ${last.toXid}::xid8) group by 1`,
  );
}

export async function countUnsealed(client: Queryable, last: SealFacts | null): Promise<string> {
  const row = await one<{ rows: string }>(
    runner(client),
    sql`select count(*)::text as rows from log.access_log
        where epoch > ${last?.epoch ?? 0} or (epoch = ${last?.epoch ?? 0} and xid >= ${last?.toXid ?? '0'}::xid8)`,
  );
  return row.rows;
}

/** Months that have a partition now. */
export async function heldMonths(client: Queryable): Promise<string[]> {
  const rows = await query<{ name: string }>(
    runner(client),
    sql`select c.relname::text as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'log.access_log'::regclass order by 1`,
  );
  return rows.map((row) => row.name.slice(-7).replace('_', '-'));
}

export async function insertSeal(client: Queryable, seal: StoredSeal): Promise<void> {
  await execute(
    runner(client),
    sql`insert into log.seal (seal_no, epoch, month, from_xid, to_xid, row_count, merkle_root, prev_hash, seal_hash,
          algorithm, key_id, signature, sealed_at)
        values (${seal.sealNo}::bigint, ${seal.epoch}, ${seal.month}, ${seal.fromXid}::xid8, ${seal.toXid}::xid8,
          ${seal.rowCount}::bigint, ${seal.merkleRoot}, ${seal.prevHash}, ${seal.sealHash}, ${seal.algorithm},
          ${seal.keyId}, ${seal.signature}, ${seal.sealedAt})`,
  );
}

export async function insertSealKey(
  client: Queryable,
  key: { keyId: string; algorithm: string; publicPem: string; since: string },
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into log.seal_key (key_id, algorithm, public_key, since)
        values (${key.keyId}, ${key.algorithm}, ${key.publicPem}, ${key.since}) on conflict do nothing`,
  );
}

/** The last place in the feed and the transaction it belongs to. */
export async function lastPosition(
  client: Queryable,
): Promise<{ position: string; epoch: number; xid: string } | null> {
  return maybeOne(
    runner(client),
    sql`select position::text as position, epoch, xid::text as xid from log.feed order by feed.position desc limit 1`,
  );
}

/** Gives the next places to finished changes up to `limit`, whole transactions only. Returns how many. */
export async function placeChanges(
  client: Queryable,
  input: { epoch: number; afterXid: string; horizon: string; fromPosition: string; limit: number; at: string },
): Promise<number> {
  return execute(
    runner(client),
    sql`with last_of_page as (
          select xid from core.outbox
          where epoch = ${input.epoch} and xid > ${input.afterXid}::xid8 and xid < ${input.horizon}::xid8
          order by xid offset ${input.limit - 1} limit 1
        )
        insert into log.feed (position, outbox_id, epoch, xid, placed_at)
        select ${input.fromPosition}::bigint + row_number() over (order by o.xid, o.outbox_id), o.outbox_id, o.epoch, o.xid, ${input.at}
        from core.outbox o
        where o.epoch = ${input.epoch} and o.xid > ${input.afterXid}::xid8 and o.xid < ${input.horizon}::xid8
          and o.xid <= coalesce((select xid from last_of_page), ${input.horizon}::xid8)`,
  );
}
