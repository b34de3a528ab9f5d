/** SQL of registered receivers and their keys. */
import { execute, maybeOne, type Queryable, query, type Runner, type Sql, sql } from '../../platform/db.ts';
import type { ReceiptKey } from './receipt.ts';
import type { Covers, ReceiverLevel, ReceiverRow, ReceiverState } from './types.ts';

const runner = (client: Queryable): Runner => client as Runner;

const selectReceiver: Sql = sql`select r.receiver_id, r.body_id, b.name as body_name, r.client_id, r.name, r.contact, r.url, r.level, r.items,
    r.covers, r.state, r.from_position::text as from_position, r.failures, r.next_attempt_at, r.last_success_at, r.last_problem,
    r.registered_at, r.ended_at
  from exchange.receiver r join core.body b on b.body_id = r.body_id`;

/** `bodyIds` null: every body's. Newest first. */
export async function receiverPage(
  client: Queryable,
  bodyIds: readonly string[] | null,
  after: { at: string; id: string } | null,
  limit: number,
): Promise<ReceiverRow[]> {
  return query<ReceiverRow>(
    runner(client),
    sql`${selectReceiver} where (${bodyIds}::uuid[] is null or r.body_id = any(${bodyIds}::uuid[]))
          and (${after?.at ?? null}::timestamptz is null
               or (r.registered_at, r.receiver_id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
        order by r.registered_at desc, r.receiver_id desc limit ${limit}`,
  );
}

export async function receiverById(client: Queryable, receiverId: string): Promise<ReceiverRow | null> {
  return maybeOne<ReceiverRow>(runner(client), sql`${selectReceiver} where r.receiver_id = ${receiverId}`);
}

export async function receiverOfClient(client: Queryable, clientId: string): Promise<ReceiverRow | null> {
  return maybeOne<ReceiverRow>(
    runner(client),
    sql`${selectReceiver} where r.client_id = ${clientId} and r.state = 'active'`,
  );
}

/** Those that are told: at most as many as may be registered. */
export async function receiversInForce(client: Queryable): Promise<ReceiverRow[]> {
  return query<ReceiverRow>(
    runner(client),
    sql`${selectReceiver} where r.state <> 'ended' order by r.receiver_id limit 1000`,
  );
}

export async function countInForce(client: Queryable): Promise<number> {
  const row = await maybeOne<{ count: bigint }>(
    runner(client),
    sql`select count(*) as count from exchange.receiver where state <> 'ended'`,
  );
  return Number(row?.count ?? 0);
}

export interface NewReceiverRow {
  readonly receiverId: string;
  readonly bodyId: string;
  readonly clientId: string | null;
  readonly name: string;
  readonly contact: string;
  readonly url: string | null;
  readonly level: ReceiverLevel;
  readonly items: readonly string[];
  readonly covers: Covers;
  readonly by: string;
  readonly at: string;
}

/** It is told of what is placed after this moment. */
export async function insertReceiver(client: Queryable, row: NewReceiverRow): Promise<void> {
  await execute(
    runner(client),
    sql`insert into exchange.receiver (receiver_id, body_id, client_id, name, contact, url, level, items, covers, state, from_position,
          registered_by, registered_at, changed_at)
        values (${row.receiverId}, ${row.bodyId}, ${row.clientId}, ${row.name}, ${row.contact}, ${row.url}, ${row.level}, ${row.items},
          ${row.covers}, 'active', (select coalesce(max(position), 0) from log.feed), ${row.by}, ${row.at}, ${row.at})`,
  );
}

export async function updateReceiver(client: Queryable, row: Omit<NewReceiverRow, 'bodyId' | 'by'>): Promise<number> {
  return execute(
    runner(client),
    sql`update exchange.receiver set client_id = ${row.clientId}, name = ${row.name}, contact = ${row.contact}, url = ${row.url},
          level = ${row.level}, items = ${row.items}, covers = ${row.covers}, changed_at = ${row.at}, failures = 0, next_attempt_at = null
        where receiver_id = ${row.receiverId} and state <> 'ended'`,
  );
}

export async function setReceiverState(
  client: Queryable,
  receiverId: string,
  from: ReceiverState,
  to: ReceiverState,
  at: string,
): Promise<number> {
  return execute(
    runner(client),
    sql`update exchange.receiver set state = ${to}, changed_at = ${at}, ended_at = ${to === 'ended' ? at : null}::timestamptz,
          failures = 0, next_attempt_at = null
        where receiver_id = ${receiverId} and state = ${from}`,
  );
}

export async function keysOf(
  client: Queryable,
  receiverIds: readonly string[],
): Promise<(ReceiptKey & { readonly receiver_id: string; readonly added_at: string })[]> {
  return query(
    runner(client),
    sql`select receiver_id, key_id, public_key, added_at, revoked_at from exchange.receiver_key
        where receiver_id = any(${receiverIds}::uuid[]) order by added_at desc, key_id limit 5000`,
  );
}

/** 0 rows: the receiver has this key already. */
export async function insertKey(
  client: Queryable,
  row: { receiverId: string; keyId: string; publicKey: string; by: string; at: string },
): Promise<number> {
  return execute(
    runner(client),
    sql`insert into exchange.receiver_key (receiver_id, key_id, public_key, added_by, added_at)
        values (${row.receiverId}, ${row.keyId}, ${row.publicKey}, ${row.by}, ${row.at}) on conflict do nothing`,
  );
}

export async function revokeKeyRow(client: Queryable, receiverId: string, keyId: string, at: string): Promise<number> {
  return execute(
    runner(client),
    sql`update exchange.receiver_key set revoked_at = ${at} where receiver_id = ${receiverId} and key_id = ${keyId} and revoked_at is null`,
  );
}

export interface ReceiverCounts {
  readonly receiver_id: string;
  readonly waiting: bigint;
  readonly overdue: bigint;
  readonly alarms: bigint;
}

export async function countsOf(
  client: Queryable,
  receiverIds: readonly string[],
  today: string,
): Promise<ReceiverCounts[]> {
  return query<ReceiverCounts>(
    runner(client),
    sql`select r.receiver_id,
          (select count(*) from exchange.delivery d where d.receiver_id = r.receiver_id and d.state in ('waiting', 'sent')) as waiting,
          (select count(*) from exchange.delivery d where d.receiver_id = r.receiver_id and d.state in ('waiting', 'sent') and d.due_on < ${today}) as overdue,
          (select count(*) from exchange.alarm a where a.receiver_id = r.receiver_id and a.state <> 'closed') as alarms
        from exchange.receiver r where r.receiver_id = any(${receiverIds}::uuid[])`,
  );
}

export async function noteSuccess(client: Queryable, receiverId: string, at: string): Promise<void> {
  await execute(
    runner(client),
    sql`update exchange.receiver set failures = 0, next_attempt_at = null, last_success_at = ${at}, last_problem = null
        where receiver_id = ${receiverId}`,
  );
}

/**
 * A failed attempt; the lane waits until `nextAt`. Several of one round count once. Returns the failures in a row, null when
 * this round was counted already.
 */
export async function noteFailure(
  client: Queryable,
  receiver: { readonly receiverId: string; readonly failures: number },
  problem: string,
  nextAt: string,
): Promise<number | null> {
  const row = await maybeOne<{ failures: number }>(
    runner(client),
    sql`update exchange.receiver set failures = failures + 1, next_attempt_at = ${nextAt}, last_problem = ${problem}
        where receiver_id = ${receiver.receiverId} and failures = ${receiver.failures} returning failures`,
  );
  return row?.failures ?? null;
}
