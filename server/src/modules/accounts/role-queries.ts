/** All SQL of roles asked for, granted and taken back. */
import type { Role } from '../../context.ts';
import { execute, maybeOne, type Queryable, query, sql } from '../../platform/db.ts';
import { type Bodies, inBodies, runner } from './queries.ts';

export interface RequestRow {
  readonly request_id: string;
  readonly account_id: string;
  readonly holder_id: string;
  readonly login: string;
  readonly name: string;
  readonly body_id: string | null;
  readonly body_name: string | null;
  readonly roles: readonly Role[];
  readonly role: Role;
  readonly expires_on: string | null;
  readonly reason: string;
  readonly state: 'waiting' | 'approved' | 'refused' | 'withdrawn';
  readonly requested_by: string;
  readonly requested_holder: string;
  readonly requested_name: string;
  readonly requested_at: string;
  readonly decided_name: string | null;
  readonly decided_at: string | null;
  readonly decision_note: string | null;
}

const select = sql`select q.request_id, q.account_id, q.holder_id, a.login, a.name, a.body_id, b.name as body_name,
    array(select r.role from identity.account_role r where r.account_id = a.account_id order by r.role) as roles,
    q.role, q.expires_on, q.reason, q.state, q.requested_by, q.requested_holder, p.name as requested_name, q.requested_at,
    d.name as decided_name, q.decided_at, q.decision_note
  from identity.role_request q join identity.account a on a.account_id = q.account_id
    join identity.account p on p.account_id = q.requested_by left join identity.account d on d.account_id = q.decided_by
    left join core.body b on b.body_id = a.body_id`;

export async function loadRequest(client: Queryable, requestId: string): Promise<RequestRow | null> {
  return maybeOne<RequestRow>(runner(client), sql`${select} where q.request_id = ${requestId}`);
}

export async function listRequests(
  client: Queryable,
  filter: { bodies: Bodies; state?: string | undefined; account?: string | undefined },
  after: { at: string; id: string } | null,
  limit: number,
): Promise<RequestRow[]> {
  const state = filter.state === undefined ? sql`true` : sql`q.state = ${filter.state}`;
  const account = filter.account === undefined ? sql`true` : sql`q.account_id = ${filter.account}`;
  const from =
    after === null ? sql`true` : sql`(q.requested_at, q.request_id) < (${after.at}::timestamptz, ${after.id}::uuid)`;
  return query<RequestRow>(
    runner(client),
    sql`${select} where ${inBodies(sql`a.body_id`, filter.bodies)} and ${state} and ${account} and ${from}
        order by q.requested_at desc, q.request_id desc limit ${limit}`,
  );
}

export async function countWaiting(client: Queryable, bodies: Bodies): Promise<number> {
  const row = await maybeOne<{ n: bigint }>(
    runner(client),
    sql`select count(*) as n from identity.role_request q join identity.account a on a.account_id = q.account_id
        where q.state = 'waiting' and ${inBodies(sql`a.body_id`, bodies)}`,
  );
  return Number(row?.n ?? 0);
}

export interface NewRequestRow {
  readonly requestId: string;
  readonly accountId: string;
  readonly role: Role;
  readonly expiresOn: string | null;
  readonly reason: string;
  readonly requestedBy: string;
  readonly at: string;
}

/** 0: the same is asked for already, or it is the own. */
export async function insertRequest(client: Queryable, row: NewRequestRow): Promise<number> {
  return execute(
    runner(client),
    sql`insert into identity.role_request (request_id, account_id, holder_id, role, expires_on, reason, state, requested_by,
          requested_holder, requested_at)
        select ${row.requestId}, a.account_id, a.holder_id, ${row.role}, ${row.expiresOn}, ${row.reason}, 'waiting', p.account_id,
          p.holder_id, ${row.at}
        from identity.account a, identity.account p where a.account_id = ${row.accountId} and p.account_id = ${row.requestedBy}
        on conflict (account_id, role) where state = 'waiting' do nothing`,
  );
}

export async function decideRequest(
  client: Queryable,
  row: { requestId: string; state: 'approved' | 'refused'; by: string; note: string | null; at: string },
): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.role_request q set state = ${row.state}, decided_by = d.account_id, decided_holder = d.holder_id,
          decided_at = ${row.at}, decision_note = ${row.note}
        from identity.account d where d.account_id = ${row.by} and q.request_id = ${row.requestId} and q.state = 'waiting'`,
  );
}

export async function withdrawRequest(client: Queryable, requestId: string): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.role_request set state = 'withdrawn' where request_id = ${requestId} and state = 'waiting'`,
  );
}

export async function withdrawRequestsOf(client: Queryable, accountId: string): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.role_request set state = 'withdrawn' where account_id = ${accountId} and state = 'waiting'`,
  );
}

export async function deleteRole(client: Queryable, accountId: string, role: Role): Promise<number> {
  return execute(
    runner(client),
    sql`delete from identity.account_role where account_id = ${accountId} and role = ${role}`,
  );
}

export async function deleteRoles(client: Queryable, accountId: string): Promise<number> {
  return execute(runner(client), sql`delete from identity.account_role where account_id = ${accountId}`);
}

/** Grants whose last day is over; they count no more since that day, and are taken off here. */
export async function deleteExpiredRoles(
  client: Queryable,
  today: string,
): Promise<{ account_id: string; role: Role }[]> {
  return query(
    runner(client),
    sql`delete from identity.account_role where expires_on < ${today} returning account_id, role`,
  );
}
