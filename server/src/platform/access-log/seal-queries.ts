/** All SQL of the sealer and of verification. Columns are read as text: hashes are of what is stored, to the microsecond. */
import { execute, ident, join, maybeOne, one, type Queryable, query, type Runner, raw, type Sql, sql } from '../db.ts';
import { toQuery } from '../sql.ts';
import type { Checkpoint, CheckpointFacts } from './checkpoint.ts';
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
  strings: [`select xid::text, to_char(at, 'YYYY-MM'), ${rowList} from log.access_log`],
  values: [],
} as const;

/** As arrays: a million rows are read a third faster than as objects, and the order is the canonical one. */
async function readRows(client: Queryable, statement: Sql): Promise<LogRow[]> {
  const reader = client as unknown as {
    query(config: object): Promise<{ readonly rows: readonly (string | null)[][] }>;
  };
  const found = await reader.query({ ...toQuery(statement), rowMode: 'array' });
  return found.rows.map((row) => ({ xid: row[0] ?? '', month: row[1] ?? '', columns: row.slice(2) }));
}

export interface XidRange {
  readonly epoch: number;
  readonly fromXid: string;
  readonly toXid: string;
}

/** Rows of `[fromXid, toXid)` in the order of the tree, at most `limit`, after a place. */
export async function logRows(
  client: Queryable,
  range: XidRange,
  limit: number,
  after: { xid: string; logId: string } | null = null,
): Promise<LogRow[]> {
  const from = after?.xid ?? range.fromXid;
  const rest = after
    ? sql`and (access_log.xid, access_log.log_id) > (${after.xid}::xid8, ${after.logId}::uuid)`
    : sql``;
  return readRows(
    client,
    sql`${selectRow} where epoch = ${range.epoch} and xid >= ${from}::xid8 and xid < ${range.toXid}::xid8 ${rest}
        order by access_log.xid, access_log.log_id limit ${limit}`,
  );
}

/** A month's rows in the order of the tree, for its archive. */
export async function monthRows(
  client: Queryable,
  month: string,
  after: { epoch: number; xid: string; logId: string } | null,
  limit: number,
): Promise<LogRow[]> {
  const from = `${month}-01 00:00:00+00`;
  const rest = after
    ? sql`and (access_log.epoch, access_log.xid, access_log.log_id) > (${after.epoch}, ${after.xid}::xid8, ${after.logId}::uuid)`
    : sql``;
  return readRows(
    client,
    sql`${selectRow} where at >= ${from}::timestamptz and at < ${from}::timestamptz + interval '1 month' ${rest}
        order by access_log.epoch, access_log.xid, access_log.log_id limit ${limit}`,
  );
}

/** The epochs that rows name: what the table says, not what the seals say. One look into each index an epoch. */
export async function rowEpochs(client: Queryable): Promise<number[]> {
  const found: number[] = [];
  for (;;) {
    const row = await one<{ epoch: number | null }>(
      runner(client),
      sql`select min(epoch) as epoch from log.access_log where epoch > ${found.at(-1) ?? -2147483648}`,
    );
    if (row.epoch === null) return found;
    found.push(row.epoch);
  }
}

export async function knownEpochs(client: Queryable): Promise<number[]> {
  const rows = await query<{ epoch: number }>(runner(client), sql`select epoch from log.epoch order by epoch`);
  return rows.map((row) => row.epoch);
}

export interface CountedRows {
  readonly rows: string;
  readonly firstXid: string | null;
  readonly months: string[] | null;
}

export async function countRows(client: Queryable, range: XidRange): Promise<CountedRows> {
  return one(
    runner(client),
    sql`select count(*)::text as rows, min(xid)::text as "firstXid", array_agg(distinct to_char(at, 'YYYY-MM')) as months
        from log.access_log where epoch = ${range.epoch} and xid >= ${range.fromXid}::xid8 and xid < ${range.toXid}::xid8`,
  );
}

/** Above it no transaction has begun yet: no row can name such a number. */
export async function nextXid(client: Queryable): Promise<string> {
  const row = await one<{ xid: string }>(
    runner(client),
    sql`select pg_snapshot_xmax(pg_current_snapshot())::text as xid`,
  );
  return row.xid;
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

const checkpointColumns = `seal_no::text as "sealNo", seal_hash as "sealHash", epoch, algorithm, key_id as "keyId", signature,
  to_char(sealed_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "sealedAt", to_char(issued_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "issuedAt"`;
const selectCheckpoint = {
  kind: 'sql',
  strings: [`select ${checkpointColumns} from log.checkpoint`],
  values: [],
} as const;

export async function latestCheckpoint(client: Queryable): Promise<(CheckpointFacts & { signature: string }) | null> {
  return maybeOne(runner(client), sql`${selectCheckpoint} order by checkpoint.seal_no desc limit 1`);
}

/** The first for a seal stays: nothing was sealed between the two. */
export async function insertCheckpoint(client: Queryable, checkpoint: Checkpoint): Promise<void> {
  await execute(
    runner(client),
    sql`insert into log.checkpoint (seal_no, seal_hash, epoch, sealed_at, issued_at, algorithm, key_id, signature)
        values (${checkpoint.sealNo}::bigint, ${checkpoint.sealHash}, ${checkpoint.epoch}, ${checkpoint.sealedAt}, ${checkpoint.issuedAt},
          ${checkpoint.algorithm}, ${checkpoint.keyId}, ${checkpoint.signature}) on conflict (seal_no) do nothing`,
  );
}

export interface ArchivedMonth {
  readonly month: string;
  readonly fileName: string;
  readonly fileDigest: string;
  readonly rowCount: string;
  readonly firstSeal: string | null;
  readonly lastSeal: string | null;
  readonly archivedAt: string;
  readonly algorithm: string;
  readonly keyId: string;
  readonly signature: string;
}

export async function archivedMonths(client: Queryable): Promise<ArchivedMonth[]> {
  return query(
    runner(client),
    sql`select month, file_name as "fileName", file_digest as "fileDigest", row_count::text as "rowCount",
          first_seal::text as "firstSeal", last_seal::text as "lastSeal",
          to_char(archived_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "archivedAt", algorithm, key_id as "keyId", signature
        from log.archive order by month`,
  );
}

/** As the owner. A month that is written again replaces what was said before it was dropped. */
export async function insertArchive(client: Queryable, row: ArchivedMonth): Promise<void> {
  await execute(
    runner(client),
    sql`insert into log.archive (month, file_name, file_digest, row_count, first_seal, last_seal, archived_at, algorithm, key_id, signature)
        values (${row.month}, ${row.fileName}, ${row.fileDigest}, ${row.rowCount}::bigint, ${row.firstSeal}::bigint, ${row.lastSeal}::bigint,
          ${row.archivedAt}, ${row.algorithm}, ${row.keyId}, ${row.signature})
        on conflict (month) do update set file_name = excluded.file_name, file_digest = excluded.file_digest,
          row_count = excluded.row_count, first_seal = excluded.first_seal, last_seal = excluded.last_seal,
          archived_at = excluded.archived_at, algorithm = excluded.algorithm, key_id = excluded.key_id, signature = excluded.signature`,
  );
}

/** As the owner; the function holds the floor of six months and that the archive has every row. */
export async function dropMonth(client: Queryable, month: string): Promise<void> {
  await query(runner(client), sql`select log.drop_month(${month})`);
}

export async function sealsOfMonth(
  client: Queryable,
  month: string,
  after: string,
  limit: number,
): Promise<StoredSeal[]> {
  return query<StoredSeal>(
    runner(client),
    sql`${selectSeal} where month = ${month} and seal_no > ${after}::bigint order by seal.seal_no limit ${limit}`,
  );
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

const restoredTable = (month: string): Sql => {
  if (!/^\d{4}-\d{2}$/.test(month)) throw new RangeError(`not a month: ${month}`);
  return ident('log', `restored_${month.replace('-', '_')}`);
};

/** As the owner: an empty table of the log's columns beside it, for the audit login to read. */
export async function makeRestored(client: Queryable, month: string, auditLogin: string): Promise<void> {
  await execute(runner(client), sql`create table ${restoredTable(month)} (like log.access_log)`);
  await execute(runner(client), sql`revoke all on ${restoredTable(month)} from public`);
  await execute(runner(client), sql`grant select on ${restoredTable(month)} to ${ident(auditLogin)}`);
}

export async function dropRestored(client: Queryable, month: string): Promise<void> {
  await execute(runner(client), sql`drop table if exists ${restoredTable(month)}`);
}

/** Rows in the canonical order of columns, as text. */
export async function insertRestored(
  client: Queryable,
  month: string,
  rows: readonly (readonly (string | null)[])[],
): Promise<void> {
  if (rows.length === 0) return;
  const types: Readonly<Record<string, string>> = {
    log_id: 'uuid',
    at: 'timestamptz',
    account_id: 'uuid',
    body_id: 'uuid',
    subject_id: 'uuid',
    detail: 'jsonb',
    epoch: 'integer',
    xid: 'xid8',
  };
  const values = rowColumns.map((name, at) => raw(`(r->>${at})::${types[name] ?? 'text'}`));
  await execute(
    runner(client),
    sql`insert into ${restoredTable(month)} (${join(rowColumns.map((name) => ident(name)))})
        select ${join(values)} from jsonb_array_elements(${JSON.stringify(rows)}::jsonb) r`,
  );
}
