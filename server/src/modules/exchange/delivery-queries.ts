/** SQL of messages: made once for a change and receiver, sent in the order of each organisation's changes. */
import { execute, maybeOne, one, type Queryable, query, type Runner, type Sql, sql } from '../../platform/db.ts';
import type { DeliveryState } from './state.ts';
import type { ChangeMessage } from './types.ts';

const runner = (client: Queryable): Runner => client as Runner;

/** One process sends; the lock ends with its session. */
export async function courierLock(client: Queryable): Promise<boolean> {
  const row = await one<{ held: boolean }>(runner(client), sql`select pg_try_advisory_lock(7301, 20) as held`);
  return row.held;
}

export interface NewDelivery {
  readonly deliveryId: string;
  readonly receiverId: string;
  readonly outboxId: string;
  readonly message: ChangeMessage;
  readonly subjectId: string;
  readonly dueOn: string;
  readonly provisional: boolean;
  readonly at: string;
  readonly policySetId: number;
}

/** Returns how many were new. */
export async function insertDeliveries(client: Queryable, rows: readonly NewDelivery[]): Promise<number> {
  if (rows.length === 0) return 0;
  const given = rows.map((row) => ({
    ...row,
    key: row.message.id,
    position: row.message.position,
    record: row.message.recordId,
  }));
  return execute(
    runner(client),
    sql`insert into exchange.delivery (delivery_id, receiver_id, outbox_id, idempotency_key, position, subject_id, record_id, message, state,
          next_attempt_at, created_at, due_on, due_provisional, policy_set_id)
        select (d->>'deliveryId')::uuid, (d->>'receiverId')::uuid, (d->>'outboxId')::uuid, d->>'key', (d->>'position')::bigint,
          (d->>'subjectId')::uuid, (d->>'record')::uuid, d->'message', 'waiting', (d->>'at')::timestamptz, (d->>'at')::timestamptz,
          (d->>'dueOn')::date, (d->>'provisional')::boolean, (d->>'policySetId')::integer
        from jsonb_array_elements(${JSON.stringify(given)}::jsonb) d
        on conflict do nothing`,
  );
}

export interface DueDelivery {
  readonly delivery_id: string;
  readonly receiver_id: string;
  readonly subject_id: string;
  readonly idempotency_key: string;
  readonly attempts: number;
  readonly message: ChangeMessage;
  readonly due_on: string;
}

/** Receivers with something to send now: active, with an address, the lane not waiting. */
export async function dueLanes(client: Queryable, now: string): Promise<string[]> {
  const rows = await query<{ receiver_id: string }>(
    runner(client),
    sql`select r.receiver_id from exchange.receiver r
        where r.state = 'active' and r.url is not null and (r.next_attempt_at is null or r.next_attempt_at <= ${now})
          and exists (select 1 from exchange.delivery d where d.receiver_id = r.receiver_id and d.state = 'waiting' and d.next_attempt_at <= ${now})
        order by r.receiver_id limit 1000`,
  );
  return rows.map((row) => row.receiver_id);
}

/** The first waiting message of each organisation, where its time has come: an earlier one holds the later ones back. */
export async function dueDeliveries(
  client: Queryable,
  receiverId: string,
  now: string,
  limit: number,
): Promise<DueDelivery[]> {
  return query<DueDelivery>(
    runner(client),
    sql`select d.delivery_id, d.receiver_id, d.subject_id, d.idempotency_key, d.attempts, d.message, d.due_on
        from exchange.delivery d
        where d.receiver_id = ${receiverId} and d.state = 'waiting' and d.next_attempt_at <= ${now}
          and not exists (select 1 from exchange.delivery e where e.receiver_id = d.receiver_id and e.subject_id = d.subject_id
                            and e.state = 'waiting' and e.position < d.position)
        order by d.position limit ${limit}`,
  );
}

/** 0 rows: somebody else moved it. */
export async function moveDelivery(
  client: Queryable,
  deliveryId: string,
  from: DeliveryState,
  to: DeliveryState,
  change: { readonly at: string; readonly receipt?: unknown; readonly sent?: boolean },
): Promise<number> {
  const finished = to === 'receipted' || to === 'declined' || to === 'closed';
  return execute(
    runner(client),
    sql`update exchange.delivery set state = ${to}, receipt = coalesce(${change.receipt === undefined ? null : JSON.stringify(change.receipt)}::jsonb, receipt),
          sent_at = case when ${change.sent ?? false} then coalesce(sent_at, ${change.at}::timestamptz) else sent_at end,
          finished_at = ${finished ? change.at : null}::timestamptz, next_attempt_at = ${change.at}
        where delivery_id = ${deliveryId} and state = ${from}`,
  );
}

export async function postponeDelivery(client: Queryable, deliveryId: string, nextAt: string): Promise<number> {
  return execute(
    runner(client),
    sql`update exchange.delivery set attempts = attempts + 1, next_attempt_at = ${nextAt} where delivery_id = ${deliveryId} and state = 'waiting'`,
  );
}

/** Messages that were tried and wait are tried now. */
export async function hastenDelivery(
  client: Queryable,
  deliveryId: string,
  state: DeliveryState,
  at: string,
): Promise<number> {
  return execute(
    runner(client),
    sql`update exchange.delivery set state = 'waiting', next_attempt_at = ${at} where delivery_id = ${deliveryId} and state = ${state}`,
  );
}

export async function insertAttempt(
  client: Queryable,
  row: { deliveryId: string; at: string; outcome: string; status: number | null; milliseconds: number },
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into exchange.attempt (delivery_id, seq, at, outcome, status, milliseconds)
        select ${row.deliveryId}::uuid, coalesce(max(seq), 0) + 1, ${row.at}::timestamptz, ${row.outcome}::text, ${row.status}::integer, ${row.milliseconds}::integer
        from exchange.attempt where delivery_id = ${row.deliveryId}::uuid`,
  );
}

export interface DeliveryRow {
  readonly delivery_id: string;
  readonly receiver_id: string;
  readonly receiver_name: string;
  readonly body_id: string;
  readonly state: DeliveryState;
  readonly idempotency_key: string;
  readonly position: string;
  readonly message: ChangeMessage;
  readonly subject_id: string;
  readonly subject_name: string | null;
  readonly record_id: string | null;
  readonly attempts: number;
  readonly next_attempt_at: string;
  readonly created_at: string;
  readonly sent_at: string | null;
  readonly finished_at: string | null;
  readonly due_on: string;
  readonly due_provisional: boolean;
  readonly receipt: { readonly outcome: string; readonly reason?: string; readonly at: string } | null;
  readonly last_outcome: string | null;
}

const selectDelivery: Sql = sql`select d.delivery_id, d.receiver_id, r.name as receiver_name, r.body_id, d.state, d.idempotency_key,
    d.position::text as position, d.message, d.subject_id, s.name as subject_name, d.record_id, d.attempts, d.next_attempt_at,
    d.created_at, d.sent_at, d.finished_at, d.due_on, d.due_provisional, d.receipt,
    (select a.outcome from exchange.attempt a where a.delivery_id = d.delivery_id order by a.seq desc limit 1) as last_outcome
  from exchange.delivery d join exchange.receiver r on r.receiver_id = d.receiver_id
    left join core.subject s on s.subject_id = d.subject_id`;

export interface DeliveryFilter {
  readonly bodyIds: readonly string[] | null;
  readonly receiverId: string | null;
  readonly states: readonly DeliveryState[] | null;
  /** Only those whose day for a receipt is over. */
  readonly overdueOn: string | null;
}

export async function deliveryPage(
  client: Queryable,
  filter: DeliveryFilter,
  before: { position: string; id: string } | null,
  limit: number,
): Promise<DeliveryRow[]> {
  return query<DeliveryRow>(
    runner(client),
    sql`${selectDelivery}
        where (${filter.bodyIds}::uuid[] is null or r.body_id = any(${filter.bodyIds}::uuid[]))
          and (${filter.receiverId}::uuid is null or d.receiver_id = ${filter.receiverId}::uuid)
          and (${filter.states}::text[] is null or d.state = any(${filter.states}::text[]))
          and (${filter.overdueOn}::date is null or d.due_on < ${filter.overdueOn}::date)
          and (${before?.position ?? null}::bigint is null
               or (d.position, d.delivery_id) < (${before?.position ?? null}::bigint, ${before?.id ?? null}::uuid))
        order by d.position desc, d.delivery_id desc limit ${limit}`,
  );
}

export async function deliveryById(client: Queryable, deliveryId: string): Promise<DeliveryRow | null> {
  return maybeOne<DeliveryRow>(runner(client), sql`${selectDelivery} where d.delivery_id = ${deliveryId}`);
}

export async function deliveryByKey(client: Queryable, receiverId: string, key: string): Promise<DeliveryRow | null> {
  return maybeOne<DeliveryRow>(
    runner(client),
    sql`${selectDelivery} where d.idempotency_key = ${key} and d.receiver_id = ${receiverId}`,
  );
}

/** Messages about the organisation's records, newest first. */
export async function deliveriesOfRecords(client: Queryable, recordIds: readonly string[]): Promise<DeliveryRow[]> {
  return query<DeliveryRow>(
    runner(client),
    sql`${selectDelivery} where d.record_id = any(${recordIds}::uuid[]) order by d.position desc limit 1000`,
  );
}

/** Without a receipt when its day was over. */
export async function overdueDeliveries(client: Queryable, today: string, limit: number): Promise<DeliveryRow[]> {
  return query<DeliveryRow>(
    runner(client),
    sql`${selectDelivery} where d.state in ('waiting', 'sent') and d.due_on < ${today} and r.state <> 'ended'
          and not exists (select 1 from exchange.alarm a where a.delivery_id = d.delivery_id and a.kind = 'overdue')
        order by d.due_on, d.delivery_id limit ${limit}`,
  );
}

export interface LaggardRow {
  readonly body: string;
  readonly overdue: bigint;
  readonly since: string;
}

export async function laggards(client: Queryable, today: string): Promise<LaggardRow[]> {
  return query<LaggardRow>(
    runner(client),
    sql`select b.name as body, count(*) as overdue, min(d.due_on) as since
        from exchange.delivery d join exchange.receiver r on r.receiver_id = d.receiver_id join core.body b on b.body_id = r.body_id
        where d.state in ('waiting', 'sent') and d.due_on < ${today} and r.state <> 'ended'
        group by b.name order by min(d.due_on), b.name limit 200`,
  );
}
