/** SQL of persons' requests. */
import { execute, maybeOne, type Pool, type Queryable, query, sql, type Transaction } from '../../platform/db.ts';
import type { RequestState } from './request-state.ts';
import type { ActingAs } from './types.ts';

export type RequestKind =
  | 'access'
  | 'copy'
  | 'transfer'
  | 'correct'
  | 'delete'
  | 'restrict'
  | 'refuse'
  | 'explain'
  | 'complain';

export interface RequestRow {
  readonly request_id: string;
  readonly number: string;
  readonly token: string;
  readonly kind: RequestKind;
  readonly acting_as: ActingAs;
  readonly record_id: string | null;
  readonly lookup_id: string | null;
  readonly channel: 'own' | 'window';
  readonly state: RequestState;
  readonly version: number;
  readonly received_at: string;
  readonly due_on: string;
  readonly extended: boolean;
  readonly remaining_days: number | null;
  readonly closed_at: string | null;
  readonly reason_code: string | null;
  readonly cipher: Buffer;
  readonly key_id: string;
}

const columns = sql`request_id, number, token, kind, acting_as, record_id, lookup_id, channel, state, version, received_at, due_on, extended, remaining_days,
  closed_at, reason_code, cipher, key_id`;

export async function insertRequest(
  tx: Transaction,
  row: Pick<
    RequestRow,
    | 'request_id'
    | 'number'
    | 'token'
    | 'kind'
    | 'acting_as'
    | 'record_id'
    | 'lookup_id'
    | 'channel'
    | 'received_at'
    | 'due_on'
    | 'cipher'
    | 'key_id'
  > & { proof: string; handledBy: string | null; retainUntil: string },
): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO person.request (request_id, number, token, kind, acting_as, record_id, lookup_id, proof, channel, state, version, received_at, due_on, extended,
                                    handled_by, cipher, key_id, retain_until)
        VALUES (${row.request_id}, ${row.number}, ${row.token}, ${row.kind}, ${row.acting_as}, ${row.record_id}::uuid, ${row.lookup_id}::uuid, ${row.proof}, ${row.channel}, 'received', 1,
                ${row.received_at}::timestamptz, ${row.due_on}::date, false, ${row.handledBy}::uuid, ${row.cipher}, ${row.key_id}, ${row.retainUntil}::date)`,
  );
}

/** The next number of a day. Requests of a day are few; two at once wait for each other. */
export async function nextRequestNumber(tx: Transaction, day: string): Promise<string> {
  await query(tx, sql`SELECT pg_advisory_xact_lock(20211101, 50)`);
  const prefix = `GX${day.replaceAll('-', '')}`;
  const rows = await query<{ last: string | null }>(
    tx,
    sql`SELECT max(number) AS last FROM person.request WHERE number >= ${`${prefix}0`} AND number < ${`${prefix}:`}`,
  );
  const last = rows[0]?.last;
  return `${prefix}${String((last ? Number(last.slice(prefix.length)) : 0) + 1).padStart(5, '0')}`;
}

export async function requestsOf(client: Queryable, token: string): Promise<RequestRow[]> {
  return query<RequestRow>(
    client as Pool,
    sql`SELECT ${columns} FROM person.request WHERE token = ${token} ORDER BY received_at DESC LIMIT 200`,
  );
}

export async function loadRequest(client: Queryable, requestId: string): Promise<RequestRow | null> {
  return maybeOne<RequestRow>(
    client as Pool,
    sql`SELECT ${columns} FROM person.request WHERE request_id = ${requestId}::uuid`,
  );
}

/** For the officer: by the day they are due, the open ones first; nothing in it says who asks. */
export async function requestPage(
  client: Queryable,
  page: { open: boolean; after: { key: string; id: string } | null; limit: number },
): Promise<RequestRow[]> {
  const after = page.after;
  return page.open
    ? query<RequestRow>(
        client as Pool,
        sql`SELECT ${columns} FROM person.request WHERE closed_at IS NULL AND (due_on, request_id) > (${after?.key ?? '-infinity'}::date, ${after?.id ?? '00000000-0000-0000-0000-000000000000'}::uuid)
             ORDER BY due_on, request_id LIMIT ${page.limit}`,
      )
    : query<RequestRow>(
        client as Pool,
        sql`SELECT ${columns} FROM person.request WHERE (received_at, request_id) < (${after?.key ?? 'infinity'}::timestamptz, ${after?.id ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff'}::uuid)
             ORDER BY received_at DESC, request_id DESC LIMIT ${page.limit}`,
      );
}

export interface RequestChange {
  readonly requestId: string;
  readonly version: number;
  readonly state: RequestState;
  readonly dueOn: string;
  readonly extended: boolean;
  readonly remainingDays: number | null;
  readonly closedAt: string | null;
  readonly reasonCode: string | null;
  readonly handledBy: string | null;
  readonly cipher: Buffer;
  readonly keyId: string;
}

/** Guarded by the version that was read: false when somebody else was first. */
export async function changeRequest(tx: Transaction, change: RequestChange): Promise<boolean> {
  const changed = await execute(
    tx,
    sql`UPDATE person.request SET state = ${change.state}, version = version + 1, due_on = ${change.dueOn}::date, extended = ${change.extended},
               remaining_days = ${change.remainingDays}::int, closed_at = ${change.closedAt}::timestamptz, reason_code = ${change.reasonCode},
               handled_by = COALESCE(${change.handledBy}::uuid, handled_by), cipher = ${change.cipher}, key_id = ${change.keyId}
         WHERE request_id = ${change.requestId}::uuid AND version = ${change.version}`,
  );
  return changed === 1;
}

export async function addRequestEvent(
  tx: Transaction,
  event: { requestId: string; act: string; from: string | null; to: string; at: string; accountId: string | null },
): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO person.request_event (request_id, seq, act, from_state, to_state, at, account_id)
        SELECT ${event.requestId}::uuid, COALESCE(max(seq), 0) + 1, ${event.act}, ${event.from}, ${event.to}, ${event.at}::timestamptz, ${event.accountId}::uuid
          FROM person.request_event WHERE request_id = ${event.requestId}::uuid`,
  );
}

export async function requestEvents(client: Queryable, requestId: string) {
  return query<{ seq: number; act: string; from_state: string | null; to_state: string; at: string }>(
    client as Pool,
    sql`SELECT seq, act, from_state, to_state, at FROM person.request_event WHERE request_id = ${requestId}::uuid ORDER BY seq LIMIT 200`,
  );
}

export async function insertRestriction(
  tx: Transaction,
  row: { restrictionId: string; token: string; recordId: string | null; kind: string; requestId: string; at: string },
): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO person.restriction (restriction_id, token, record_id, kind, request_id, from_at)
        VALUES (${row.restrictionId}, ${row.token}, ${row.recordId}::uuid, ${row.kind}, ${row.requestId}::uuid, ${row.at}::timestamptz)`,
  );
}
