/** All SQL of channels. */
import {
  execute,
  maybeOne,
  one,
  type Pool,
  type Queryable,
  query,
  sql,
  type Transaction,
} from '../../../platform/db.ts';
import type { ChannelItemRow, ChannelProblem, ChannelRow, ChannelState, ItemState, PullMark } from './types.ts';

const select = sql`SELECT c.channel_id, c.body_id, b.name AS body_name, c.kind, c.name, c.standard, c.config, c.secret, c.enabled, c.state, c.watermark,
      c.failures, c.last_error, c.last_run_at, c.last_success_at, c.next_run_at, c.compared_at, c.rows_taken, c.rows_withdrawn
    FROM core.channel c JOIN core.body b ON b.body_id = c.body_id`;

export async function listChannels(
  client: Queryable,
  bodyIds: readonly string[] | 'all',
  after: { name: string; id: string } | null,
  limit: number,
): Promise<ChannelRow[]> {
  const bodies = bodyIds === 'all' ? null : bodyIds;
  return query<ChannelRow>(
    client,
    sql`${select} WHERE (${bodies}::uuid[] IS NULL OR c.body_id = ANY(${bodies}::uuid[]))
           AND (${after?.id ?? null}::uuid IS NULL OR (c.name, c.channel_id) > (${after?.name ?? null}::text, ${after?.id ?? null}::uuid))
         ORDER BY c.name, c.channel_id LIMIT ${limit}`,
  );
}

export async function loadChannel(client: Queryable, channelId: string): Promise<ChannelRow | null> {
  return maybeOne<ChannelRow>(client, sql`${select} WHERE c.channel_id = ${channelId}`);
}

export async function folderChannel(client: Queryable, bodyId: string): Promise<ChannelRow | null> {
  return maybeOne<ChannelRow>(client, sql`${select} WHERE c.body_id = ${bodyId} AND c.kind = 'folder'`);
}

export interface NewChannel {
  channelId: string;
  bodyId: string;
  kind: ChannelRow['kind'];
  name: string;
  standard: string | null;
  config: object;
  secret: string | null;
  at: string;
  nextRunAt: string | null;
}

/** False when the body has its drop folder already. */
export async function insertChannel(client: Queryable, row: NewChannel): Promise<boolean> {
  const inserted = await execute(
    client,
    sql`INSERT INTO core.channel (channel_id, body_id, kind, name, standard, config, secret, enabled, state, next_run_at, created_at, updated_at)
        VALUES (${row.channelId}, ${row.bodyId}, ${row.kind}, ${row.name}, ${row.standard}, ${JSON.stringify(row.config)}::jsonb, ${row.secret}, true, 'idle',
                ${row.nextRunAt}, ${row.at}, ${row.at}) ON CONFLICT DO NOTHING`,
  );
  return inserted === 1;
}

export async function setEnabled(tx: Transaction, channelId: string, enabled: boolean, at: string): Promise<boolean> {
  return (
    (await execute(
      tx,
      sql`UPDATE core.channel SET enabled = ${enabled}, updated_at = ${at} WHERE channel_id = ${channelId} AND enabled <> ${enabled}`,
    )) === 1
  );
}

/** Enabled channels of a kind that are due; a held one waits for somebody. */
export async function dueChannels(client: Queryable, kind: ChannelRow['kind'], at: string): Promise<string[]> {
  const rows = await query<{ channel_id: string }>(
    client,
    sql`SELECT channel_id FROM core.channel WHERE kind = ${kind} AND enabled AND state <> 'held' AND (next_run_at IS NULL OR next_run_at <= ${at})
         ORDER BY next_run_at NULLS FIRST LIMIT 500`,
  );
  return rows.map((row) => row.channel_id);
}

export async function beginRun(client: Queryable, channelId: string, at: string): Promise<void> {
  await execute(
    client,
    sql`UPDATE core.channel SET state = 'running', last_run_at = ${at}, updated_at = ${at} WHERE channel_id = ${channelId}`,
  );
}

export interface RunEnd {
  state: Exclude<ChannelState, 'running'>;
  problem: ChannelProblem | null;
  at: string;
  nextRunAt: string | null;
  failures: number;
}

export async function endRun(client: Queryable, channelId: string, end: RunEnd): Promise<void> {
  const ok = end.state === 'idle';
  await execute(
    client,
    sql`UPDATE core.channel SET state = ${end.state}, last_error = ${end.problem === null ? null : JSON.stringify(end.problem)}::jsonb, failures = ${end.failures},
               last_success_at = CASE WHEN ${ok}::boolean THEN ${end.at}::timestamptz ELSE last_success_at END, next_run_at = ${end.nextRunAt}, updated_at = ${end.at}
         WHERE channel_id = ${channelId}`,
  );
}

/** One at a time works on a channel, whatever process. Null when another one does. */
export async function lockChannel(pool: Pool, channelId: string): Promise<(() => Promise<void>) | null> {
  const client = await pool.connect();
  let broken = false;
  const onError = (): void => {
    broken = true;
  };
  client.on('error', onError);
  const free = (): void => {
    client.off('error', onError);
    client.release(broken);
  };
  try {
    const row = await one<{ held: boolean }>(
      client,
      sql`SELECT pg_try_advisory_lock(hashtextextended(${channelId}, 4712)) AS held`,
    );
    if (!row.held) {
      free();
      return null;
    }
  } catch (error) {
    broken = true;
    free();
    throw error;
  }
  return async () => {
    await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 4712))', [channelId]).catch(() => {
      broken = true;
    });
    free();
  };
}

// ---- dropped files

export async function openItem(
  client: Queryable,
  item: { channelId: string; itemId: string; name: string; at: string },
): Promise<ChannelItemRow> {
  await execute(
    client,
    sql`INSERT INTO core.channel_item (channel_id, item_id, name, state, seen_at) VALUES (${item.channelId}, ${item.itemId}, ${item.name}, 'waiting', ${item.at})
        ON CONFLICT (channel_id, name) WHERE state IN ('waiting', 'received') DO NOTHING`,
  );
  return one<ChannelItemRow>(
    client,
    sql`SELECT channel_id, item_id, name, state, batch_no, submission_id, problem, seen_at, finished_at FROM core.channel_item
         WHERE channel_id = ${item.channelId} AND name = ${item.name} AND state IN ('waiting', 'received')`,
  );
}

export interface ItemChange {
  state: ItemState;
  batchNo?: string | null;
  submissionId?: string | null;
  problem?: object | null;
  finishedAt?: string | null;
}

export async function changeItem(client: Queryable, row: ChannelItemRow, change: ItemChange): Promise<void> {
  await execute(
    client,
    sql`UPDATE core.channel_item SET state = ${change.state}, batch_no = COALESCE(${change.batchNo ?? null}, batch_no),
               submission_id = COALESCE(${change.submissionId ?? null}::uuid, submission_id),
               problem = ${change.problem ? JSON.stringify(change.problem) : null}::jsonb, finished_at = ${change.finishedAt ?? null}
         WHERE channel_id = ${row.channel_id} AND item_id = ${row.item_id}`,
  );
}

export async function receivedItems(client: Queryable, channelId: string): Promise<ChannelItemRow[]> {
  return query<ChannelItemRow>(
    client,
    sql`SELECT channel_id, item_id, name, state, batch_no, submission_id, problem, seen_at, finished_at FROM core.channel_item
         WHERE channel_id = ${channelId} AND state = 'received' ORDER BY seen_at LIMIT 1000`,
  );
}

export interface ItemViewRow extends ChannelItemRow {
  standard: string | null;
  rows_done: bigint | null;
  accepted: bigint | null;
  doubtful: bigint | null;
  refused: bigint | null;
  duplicate: bigint | null;
}

export async function listItems(
  client: Queryable,
  channelId: string,
  after: { at: string; id: string } | null,
  limit: number,
): Promise<ItemViewRow[]> {
  return query<ItemViewRow>(
    client,
    sql`SELECT i.channel_id, i.item_id, i.name, i.state, i.batch_no, i.submission_id, i.problem, i.seen_at, i.finished_at,
               s.standard, s.rows_done, s.accepted, s.doubtful, s.refused, s.duplicate
          FROM core.channel_item i LEFT JOIN core.submission s ON s.submission_id = i.submission_id
         WHERE i.channel_id = ${channelId} AND (${after?.id ?? null}::uuid IS NULL OR (i.seen_at, i.item_id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
         ORDER BY i.seen_at DESC, i.item_id DESC LIMIT ${limit}`,
  );
}

// ---- pull

/** Moves the watermark, guarded by where the batch began; 0 rows: another run was faster and this batch is not taken. */
export async function moveWatermark(
  tx: Transaction,
  channelId: string,
  from: PullMark | null,
  to: PullMark,
  rows: number,
  at: string,
): Promise<boolean> {
  return (
    (await execute(
      tx,
      sql`UPDATE core.channel SET watermark = ${JSON.stringify(to)}::jsonb, rows_taken = rows_taken + ${rows}, updated_at = ${at}
           WHERE channel_id = ${channelId} AND watermark IS NOT DISTINCT FROM ${from === null ? null : JSON.stringify(from)}::jsonb`,
    )) === 1
  );
}

export async function insertPulledRows(
  tx: Transaction,
  channelId: string,
  submissionId: string,
  rows: readonly { sourceKey: string; rowNo: number }[],
): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO core.pulled_row (source_key, channel_id, submission_id, row_no)
        SELECT k.source_key, ${channelId}::uuid, ${submissionId}::uuid, k.row_no
          FROM unnest(${rows.map((row) => row.sourceKey)}::text[], ${rows.map((row) => row.rowNo)}::int[]) AS k(source_key, row_no)
        ON CONFLICT DO NOTHING`,
  );
}

export async function queueDeletes(
  tx: Transaction,
  channelId: string,
  sourceKeys: readonly string[],
  reason: string,
  at: string,
): Promise<void> {
  if (sourceKeys.length === 0) return;
  await execute(
    tx,
    sql`INSERT INTO core.pulled_delete (channel_id, source_key, asked_at, reason)
        SELECT ${channelId}::uuid, k, ${at}::timestamptz, ${reason} FROM unnest(${sourceKeys}::text[]) AS k ON CONFLICT DO NOTHING`,
  );
}

export async function nextDeletes(
  client: Queryable,
  channelId: string,
  limit: number,
): Promise<{ source_key: string; reason: string }[]> {
  return query(
    client,
    sql`SELECT source_key, reason FROM core.pulled_delete WHERE channel_id = ${channelId} ORDER BY source_key LIMIT ${limit}`,
  );
}

/** Ends the matter of these keys: what they became is forgotten, so that a row that comes back is a new one. */
export async function forgetKeys(tx: Transaction, channelId: string, sourceKeys: readonly string[]): Promise<void> {
  await execute(
    tx,
    sql`DELETE FROM core.pulled_row WHERE channel_id = ${channelId} AND source_key = ANY(${sourceKeys}::text[])`,
  );
  await execute(
    tx,
    sql`DELETE FROM core.pulled_delete WHERE channel_id = ${channelId} AND source_key = ANY(${sourceKeys}::text[])`,
  );
}

export async function addWithdrawn(tx: Transaction, channelId: string, rows: number): Promise<void> {
  await execute(
    tx,
    sql`UPDATE core.channel SET rows_withdrawn = rows_withdrawn + ${rows} WHERE channel_id = ${channelId}`,
  );
}

export interface LivePulled {
  source_key: string;
  submission_id: string;
  row_no: number;
  record_id: string;
}

/** Live records that rows of the source became, by themselves or as a duplicate of one that was there; newest submission last. */
export async function livePulled(
  client: Queryable,
  channelId: string,
  sourceKeys: readonly string[],
): Promise<LivePulled[]> {
  return query<LivePulled>(
    client,
    sql`WITH pulled AS (SELECT source_key, submission_id, row_no FROM core.pulled_row
                         WHERE channel_id = ${channelId} AND source_key = ANY(${sourceKeys}::text[]))
        SELECT p.source_key, p.submission_id, p.row_no, r.record_id
          FROM pulled p JOIN core.record r ON r.submission_id = p.submission_id AND r.row_no = p.row_no AND r.superseded_at IS NULL
        UNION
        SELECT p.source_key, p.submission_id, p.row_no, r.record_id
          FROM pulled p JOIN core.submission_row f ON f.submission_id = p.submission_id AND f.row_no = p.row_no AND f.outcome = 'duplicate'
          JOIN core.record r ON r.record_id = f.record_id AND r.superseded_at IS NULL
        ORDER BY submission_id, row_no`,
  );
}

/** Keys of the channel that are not among those read just now (a temporary table of the same connection). */
export async function vanishedKeys(tx: Transaction, channelId: string, limit: number): Promise<string[]> {
  const rows = await query<{ source_key: string }>(
    tx,
    sql`SELECT DISTINCT p.source_key FROM core.pulled_row p
         WHERE p.channel_id = ${channelId} AND NOT EXISTS (SELECT FROM pg_temp.seen_key s WHERE s.source_key = p.source_key)
         ORDER BY p.source_key LIMIT ${limit}`,
  );
  return rows.map((row) => row.source_key);
}

export async function makeSeenKeys(tx: Transaction): Promise<void> {
  await execute(tx, sql`CREATE TEMP TABLE seen_key (source_key text PRIMARY KEY) ON COMMIT DROP`);
}

export async function addSeenKeys(tx: Transaction, sourceKeys: readonly string[]): Promise<void> {
  await execute(tx, sql`INSERT INTO pg_temp.seen_key SELECT unnest(${sourceKeys}::text[]) ON CONFLICT DO NOTHING`);
}

export async function countKeys(client: Queryable, channelId: string): Promise<number> {
  const row = await one<{ count: bigint }>(
    client,
    sql`SELECT count(DISTINCT source_key) AS count FROM core.pulled_row WHERE channel_id = ${channelId}`,
  );
  return Number(row.count);
}

export async function markCompared(client: Queryable, channelId: string, at: string): Promise<void> {
  await execute(client, sql`UPDATE core.channel SET compared_at = ${at} WHERE channel_id = ${channelId}`);
}

export async function unfinishedPulls(client: Queryable, bodyId: string, prefix: string): Promise<string[]> {
  const rows = await query<{ submission_id: string }>(
    client,
    sql`SELECT submission_id FROM core.submission WHERE body_id = ${bodyId} AND channel = 'pull' AND state IN ('received', 'processing')
           AND starts_with(batch_no, ${prefix}) ORDER BY received_at LIMIT 100`,
  );
  return rows.map((row) => row.submission_id);
}
