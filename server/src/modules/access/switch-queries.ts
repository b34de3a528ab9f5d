/** SQL of the two switches. */
import {
  execute,
  maybeOne,
  prepared,
  type Queryable,
  query,
  type Runner,
  sql,
  type Transaction,
} from '../../platform/db.ts';
import type { SwitchRequestState } from './switch-state.ts';

const runner = (client: Queryable): Runner => client as Runner;

export type SwitchName = 'outsideReading' | 'writing';
export interface SwitchRow {
  readonly name: SwitchName;
  readonly closed: boolean;
  readonly reason: string | null;
  readonly changed_at: string;
  readonly changed_by_name: string | null;
}

/** Both switches; asked at every request that one of them may stop, so prepared. */
export async function readSwitches(client: Queryable): Promise<SwitchRow[]> {
  return query<SwitchRow>(
    runner(client),
    prepared(
      'access.readSwitches',
      sql`SELECT s.name, s.closed, s.reason, s.changed_at, a.name AS changed_by_name
            FROM access.switch s LEFT JOIN identity.account a ON a.account_id = s.changed_by ORDER BY s.name`,
    ),
  );
}

export async function throwSwitch(
  client: Transaction,
  change: {
    name: SwitchName;
    closed: boolean;
    reason: string;
    at: string;
    by: string | null;
    requestId: string | null;
  },
): Promise<number> {
  return execute(
    client,
    sql`UPDATE access.switch SET closed = ${change.closed}, reason = ${change.reason}, changed_at = ${change.at},
               changed_by = ${change.by}, request_id = ${change.requestId}
         WHERE name = ${change.name} AND closed <> ${change.closed}`,
  );
}

export interface SwitchRequestRow {
  readonly request_id: string;
  readonly name: SwitchName;
  readonly closed: boolean;
  readonly reason: string;
  readonly state: SwitchRequestState;
  readonly requested_by: string;
  readonly requested_by_name: string;
  readonly requested_at: string;
  readonly lapses_at: string;
  readonly confirmed_by_name: string | null;
  readonly ended_at: string | null;
  /** The person behind the account that asked. */
  readonly requested_holder: string;
}

const selectRequest = sql`SELECT r.request_id, r.name, r.closed, r.reason, r.state, r.requested_by, b.name AS requested_by_name,
    r.requested_at, r.lapses_at, c.name AS confirmed_by_name, r.ended_at, r.requested_holder
  FROM access.switch_request r JOIN identity.account b ON b.account_id = r.requested_by
       LEFT JOIN identity.account c ON c.account_id = r.confirmed_by`;

export async function listSwitchRequests(client: Queryable, limit: number): Promise<SwitchRequestRow[]> {
  return query<SwitchRequestRow>(
    runner(client),
    sql`${selectRequest} ORDER BY r.requested_at DESC, r.request_id DESC LIMIT ${limit}`,
  );
}

export async function switchRequest(client: Queryable, requestId: string): Promise<SwitchRequestRow | null> {
  return maybeOne<SwitchRequestRow>(runner(client), sql`${selectRequest} WHERE r.request_id = ${requestId}`);
}

/** Requests whose time is over make room for another. */
export async function lapseSwitchRequests(client: Transaction, now: string): Promise<number> {
  return execute(
    client,
    sql`UPDATE access.switch_request SET state = 'lapsed', ended_at = ${now} WHERE state = 'waiting' AND lapses_at <= ${now}`,
  );
}

/** @returns 0 when another request for the switch waits */
export async function insertSwitchRequest(
  client: Transaction,
  row: {
    requestId: string;
    name: SwitchName;
    closed: boolean;
    reason: string;
    by: string;
    at: string;
    lapsesAt: string;
  },
): Promise<number> {
  return execute(
    client,
    sql`INSERT INTO access.switch_request (request_id, name, closed, reason, state, requested_by, requested_holder, requested_at, lapses_at)
        SELECT ${row.requestId}, ${row.name}, ${row.closed}, ${row.reason}, 'waiting', a.account_id, a.holder_id, ${row.at}, ${row.lapsesAt}
          FROM identity.account a WHERE a.account_id = ${row.by}
        ON CONFLICT (name) WHERE state = 'waiting' DO NOTHING`,
  );
}

/** @returns 0 when it does not wait any more, or its time is over, or the same person asked for it */
export async function confirmSwitchRequest(
  client: Transaction,
  requestId: string,
  by: string,
  now: string,
): Promise<number> {
  return execute(
    client,
    sql`UPDATE access.switch_request r SET state = 'confirmed', confirmed_by = a.account_id, confirmed_holder = a.holder_id, ended_at = ${now}
          FROM identity.account a
         WHERE r.request_id = ${requestId} AND a.account_id = ${by} AND r.state = 'waiting' AND r.lapses_at > ${now}
           AND a.holder_id <> r.requested_holder`,
  );
}

export async function withdrawSwitchRequest(client: Transaction, requestId: string, now: string): Promise<number> {
  return execute(
    client,
    sql`UPDATE access.switch_request SET state = 'withdrawn', ended_at = ${now} WHERE request_id = ${requestId} AND state = 'waiting'`,
  );
}

export async function holderOf(client: Queryable, accountId: string): Promise<string | null> {
  const row = await maybeOne<{ holder_id: string }>(
    runner(client),
    sql`SELECT holder_id FROM identity.account WHERE account_id = ${accountId}`,
  );
  return row?.holder_id ?? null;
}
