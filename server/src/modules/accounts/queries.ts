/** All SQL of accounts themselves. Roles, campaigns, deputies and duty have files of their own. */
import type { AccountState } from '@chengxin/contract';
import type { Role } from '../../context.ts';
import { execute, join, maybeOne, one, type Queryable, query, type Runner, type Sql, sql } from '../../platform/db.ts';
import type { AccountKind } from '../identity/index.ts';
import type { StateFacts } from './state.ts';

export const runner = (client: Queryable): Runner => client as Runner;

export interface AccountRow extends StateFacts {
  readonly account_id: string;
  readonly login: string;
  readonly name: string;
  readonly kind: AccountKind;
  readonly body_id: string | null;
  readonly body_name: string | null;
  readonly disabled_reason: string | null;
  readonly departs_on: string | null;
  readonly successor_id: string | null;
  readonly holder_id: string;
  readonly holder_known: boolean;
  readonly must_change_password: boolean;
  readonly last_used_at: string | null;
  readonly enabled_at: string | null;
  readonly created_at: string;
  readonly roles: readonly { readonly role: Role; readonly expiresOn: string | null }[];
  readonly waiting_roles: readonly Role[];
}

const selectAccount = sql`select a.account_id, a.login, a.name, a.kind, a.body_id, b.name as body_name, a.disabled_at,
    a.disabled_reason, a.active_until, a.departs_on, a.successor_id, a.departed_at, a.holder_id, h.token is not null as holder_known,
    a.must_change_password, a.last_used_at, a.enabled_at, a.created_at,
    coalesce((select json_agg(json_build_object('role', r.role, 'expiresOn', r.expires_on) order by r.role)
       from identity.account_role r where r.account_id = a.account_id), '[]') as roles,
    array(select q.role from identity.role_request q where q.account_id = a.account_id and q.state = 'waiting' order by q.role) as waiting_roles
  from identity.account a join identity.holder h on h.holder_id = a.holder_id left join core.body b on b.body_id = a.body_id`;

/** The command line's account is nobody's to keep. */
const noOperator = sql`not exists (select from identity.account_role o where o.account_id = a.account_id and o.role = 'operator')`;

export type Bodies = readonly string[] | 'all';
export const inBodies = (column: Sql, bodies: Bodies): Sql =>
  bodies === 'all' ? sql`true` : sql`${column} = any(${bodies}::uuid[])`;

export async function loadAccount(client: Queryable, accountId: string): Promise<AccountRow | null> {
  return maybeOne<AccountRow>(
    runner(client),
    sql`${selectAccount} where a.account_id = ${accountId} and ${noOperator}`,
  );
}

/** Held until the transaction ends: two who keep the same account act one after the other. */
export async function lockAccount(client: Queryable, accountId: string): Promise<void> {
  await query(runner(client), sql`select 1 from identity.account where account_id = ${accountId} for no key update`);
}

export interface AccountFilter {
  readonly bodies: Bodies;
  readonly q?: string | undefined;
  readonly state?: AccountState | undefined;
  readonly role?: string | undefined;
  readonly body?: string | undefined;
  readonly kind?: string | undefined;
  readonly remark?: 'unused' | 'holderUnknown' | 'neverUsed' | 'leaving' | undefined;
  readonly today: string;
  /** Accounts not used since are unused. */
  readonly unusedSince: string;
}

const working = (today: string): Sql =>
  sql`(a.disabled_at is null and (a.active_until is null or a.active_until >= ${today}))`;

const stateSql = (state: AccountState, today: string): Sql => {
  if (state === 'departed') return sql`a.departed_at is not null`;
  if (state === 'disabled') return sql`a.disabled_at is not null and a.departed_at is null`;
  if (state === 'expired') return sql`a.disabled_at is null and a.active_until < ${today}`;
  return working(today);
};

const unusedSql = (today: string, since: string): Sql =>
  sql`a.kind <> 'system' and ${working(today)} and coalesce(greatest(a.last_used_at, a.enabled_at), a.created_at) < ${since}`;

function conditions(filter: AccountFilter): Sql {
  const parts: Sql[] = [noOperator, inBodies(sql`a.body_id`, filter.bodies)];
  if (filter.q) {
    const pattern = `%${filter.q
      .trim()
      .toLowerCase()
      .replaceAll(/[\\%_]/g, '\\$&')}%`;
    parts.push(sql`(a.login like ${pattern} or lower(a.name) like ${pattern})`);
  }
  if (filter.state) parts.push(stateSql(filter.state, filter.today));
  if (filter.role)
    parts.push(
      sql`exists (select from identity.account_role r where r.account_id = a.account_id and r.role = ${filter.role})`,
    );
  if (filter.body) parts.push(sql`a.body_id = ${filter.body}`);
  if (filter.kind) parts.push(sql`a.kind = ${filter.kind}`);
  if (filter.remark === 'unused') parts.push(unusedSql(filter.today, filter.unusedSince));
  if (filter.remark === 'holderUnknown')
    parts.push(sql`h.token is null and a.kind <> 'system' and a.departed_at is null`);
  if (filter.remark === 'neverUsed') parts.push(sql`a.last_used_at is null and a.kind <> 'system'`);
  if (filter.remark === 'leaving') parts.push(sql`a.departs_on is not null and a.departed_at is null`);
  return join(parts, ' and ');
}

export async function listAccounts(
  client: Queryable,
  filter: AccountFilter,
  after: string | null,
  limit: number,
): Promise<AccountRow[]> {
  const from = after === null ? sql`true` : sql`a.login > ${after}`;
  return query<AccountRow>(
    runner(client),
    sql`${selectAccount} where ${conditions(filter)} and ${from} order by a.login limit ${limit}`,
  );
}

export interface CountsRow {
  readonly active: bigint;
  readonly disabled: bigint;
  readonly unused: bigint;
  readonly holder_unknown: bigint;
  readonly leaving: bigint;
}

export async function countAccounts(
  client: Queryable,
  bodies: Bodies,
  today: string,
  unusedSince: string,
): Promise<CountsRow> {
  return one<CountsRow>(
    runner(client),
    sql`select count(*) filter (where ${working(today)}) as active,
          count(*) filter (where a.disabled_at is not null and a.departed_at is null) as disabled,
          count(*) filter (where ${unusedSql(today, unusedSince)}) as unused,
          count(*) filter (where h.token is null and a.kind <> 'system' and a.departed_at is null) as holder_unknown,
          count(*) filter (where a.departs_on is not null and a.departed_at is null) as leaving
        from identity.account a join identity.holder h on h.holder_id = a.holder_id
        where ${noOperator} and ${inBodies(sql`a.body_id`, bodies)}`,
  );
}

export async function countAdministrators(client: Queryable): Promise<{ role: Role; active: bigint }[]> {
  return query(
    runner(client),
    sql`select r.role, count(*) filter (where a.standing) as active
        from identity.account_role r join identity.account a on a.account_id = r.account_id
        where r.side <> 'business' group by r.role order by r.role`,
  );
}

export async function accountsOfHolder(client: Queryable, holderId: string, except: string): Promise<AccountRow[]> {
  return query<AccountRow>(
    runner(client),
    sql`${selectAccount} where a.holder_id = ${holderId} and a.account_id <> ${except} order by a.login limit 20`,
  );
}

export async function accountsByLogin(client: Queryable, logins: readonly string[]): Promise<AccountRow[]> {
  return query<AccountRow>(
    runner(client),
    sql`${selectAccount} where a.login = any(${logins}::text[]) and ${noOperator} order by a.login limit 5000`,
  );
}

/** Colleagues that work and stand on the business side: of the same body, or found by name within the scope. */
export async function colleagues(
  client: Queryable,
  filter: { bodies: Bodies; q: string; today: string; except: string },
  limit: number,
): Promise<AccountRow[]> {
  const pattern = `%${filter.q
    .trim()
    .toLowerCase()
    .replaceAll(/[\\%_]/g, '\\$&')}%`;
  return query<AccountRow>(
    runner(client),
    sql`${selectAccount} where ${noOperator} and ${inBodies(sql`a.body_id`, filter.bodies)} and ${working(filter.today)}
          and a.kind <> 'system' and h.side = 'business' and a.account_id <> ${filter.except}
          and (a.login like ${pattern} or lower(a.name) like ${pattern}) order by a.name, a.login limit ${limit}`,
  );
}

export async function setDisabled(
  client: Queryable,
  accountId: string,
  reason: string,
  by: string | null,
  at: string,
): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.account set disabled_at = ${at}, disabled_reason = ${reason}, disabled_by = ${by}
        where account_id = ${accountId} and disabled_at is null`,
  );
}

export async function setEnabled(
  client: Queryable,
  accountId: string,
  row: { hash: string; activeUntil: string | null; today: string; at: string },
): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.account set disabled_at = null, disabled_reason = null, disabled_by = null, departs_on = null,
          successor_id = null, active_until = ${row.activeUntil}, password_hash = ${row.hash}, must_change_password = true,
          password_changed_at = ${row.at}, enabled_at = ${row.at}
        where account_id = ${accountId} and departed_at is null and (disabled_at is not null or active_until < ${row.today})`,
  );
}

export async function setPassword(client: Queryable, accountId: string, hash: string, at: string): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.account set password_hash = ${hash}, must_change_password = true, password_changed_at = ${at}
        where account_id = ${accountId} and disabled_at is null`,
  );
}

export async function setName(client: Queryable, accountId: string, name: string): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.account set name = ${name} where account_id = ${accountId} and departed_at is null`,
  );
}

/** Guarded by the body that was seen. */
export async function setBody(client: Queryable, accountId: string, from: string | null, to: string): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.account set body_id = ${to}
        where account_id = ${accountId} and body_id is not distinct from ${from} and departed_at is null`,
  );
}

/** `lastDay`: the day before the departure. */
export async function planDeparture(
  client: Queryable,
  accountId: string,
  on: string,
  lastDay: string,
  successorId: string | null,
): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.account set departs_on = ${on}, active_until = ${lastDay}, successor_id = ${successorId}
        where account_id = ${accountId} and departed_at is null`,
  );
}

export async function setDeparted(
  client: Queryable,
  accountId: string,
  by: string | null,
  at: string,
): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.account set disabled_at = coalesce(disabled_at, ${at}), disabled_reason = 'departure', disabled_by = ${by},
          departed_at = ${at} where account_id = ${accountId} and departed_at is null`,
  );
}

export async function endSessions(client: Queryable, accountId: string): Promise<number> {
  return execute(runner(client), sql`delete from identity.session where account_id = ${accountId}`);
}

/**
 * Another who can act takes the seats that this account keeps. Where there is none they stay, and the keys of the seat
 * refuse what would have left it empty.
 */
export async function giveUpSeats(client: Queryable, accountId: string): Promise<void> {
  await execute(
    runner(client),
    sql`update identity.administrator_seat s set account_id = o.account_id
        from (select distinct on (r.role) r.role, a.account_id
                from identity.account_role r join identity.account a on a.account_id = r.account_id
               where a.standing and a.account_id <> ${accountId} and r.side <> 'business'
               order by r.role, a.created_at, a.account_id) o
        where s.account_id = ${accountId} and o.role = s.role`,
  );
}

export async function departuresDue(client: Queryable, today: string, limit: number): Promise<string[]> {
  const rows = await query<{ account_id: string }>(
    runner(client),
    sql`select account_id from identity.account where departs_on <= ${today} and departed_at is null order by account_id limit ${limit}`,
  );
  return rows.map((row) => row.account_id);
}

export async function unusedSinceIds(
  client: Queryable,
  today: string,
  since: string,
  limit: number,
): Promise<string[]> {
  const rows = await query<{ account_id: string }>(
    runner(client),
    sql`select a.account_id from identity.account a where ${unusedSql(today, since)} and ${noOperator} order by a.account_id limit ${limit}`,
  );
  return rows.map((row) => row.account_id);
}

export interface EventRow {
  readonly event_id: string;
  readonly at: string;
  readonly by_name: string | null;
  readonly kind: string;
  readonly detail: Record<string, string | number | boolean | null>;
}

export async function insertEvent(
  client: Queryable,
  event: { eventId: string; accountId: string; at: string; by: string | null; kind: string; detail: object },
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into identity.account_event (event_id, account_id, at, by_account, kind, detail)
        values (${event.eventId}, ${event.accountId}, ${event.at}, ${event.by}, ${event.kind}, ${JSON.stringify(event.detail)}::jsonb)`,
  );
}

export async function listEvents(
  client: Queryable,
  accountId: string,
  after: { at: string; id: string } | null,
  limit: number,
): Promise<EventRow[]> {
  const from = after === null ? sql`true` : sql`(e.at, e.event_id) < (${after.at}::timestamptz, ${after.id}::uuid)`;
  return query<EventRow>(
    runner(client),
    sql`select e.event_id, e.at, b.name as by_name, e.kind, e.detail from identity.account_event e
          left join identity.account b on b.account_id = e.by_account
        where e.account_id = ${accountId} and ${from} order by e.at desc, e.event_id desc limit ${limit}`,
  );
}

export interface HolderRow {
  readonly holder_id: string;
  readonly token: string | null;
}
export async function holderOf(client: Queryable, accountId: string): Promise<HolderRow | null> {
  return maybeOne<HolderRow>(
    runner(client),
    sql`select h.holder_id, h.token from identity.account a join identity.holder h on h.holder_id = a.holder_id
        where a.account_id = ${accountId}`,
  );
}

export async function insertHolder(client: Queryable, holderId: string, token: string, at: string): Promise<void> {
  await execute(
    runner(client),
    sql`insert into identity.holder (holder_id, token, created_at) values (${holderId}, ${token}, ${at}) on conflict (token) do nothing`,
  );
}

/** Puts the person with the token behind the account; its roles follow by the keys, which refuse a second side. */
export async function setHolder(client: Queryable, accountId: string, token: string, before: string): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.account a set holder_id = h.holder_id from identity.holder h
        where a.account_id = ${accountId} and a.holder_id = ${before} and h.token = ${token}`,
  );
}

/** A person without a side takes the one that the account's roles have, before they come to it. */
export async function prepareSide(client: Queryable, accountId: string, token: string): Promise<void> {
  await execute(
    runner(client),
    sql`update identity.holder h set side = o.side from identity.account a join identity.holder o on o.holder_id = a.holder_id
        where a.account_id = ${accountId} and h.token = ${token} and o.side is not null
          and not exists (select from identity.account_role r where r.holder_id = h.holder_id)`,
  );
}

export interface TreeRow {
  readonly body_id: string;
  readonly accounts: bigint;
  readonly managers: bigint;
}
export async function accountsByBody(client: Queryable, today: string): Promise<TreeRow[]> {
  return query<TreeRow>(
    runner(client),
    sql`select a.body_id, count(*) as accounts,
          count(*) filter (where exists (select from identity.account_role r where r.account_id = a.account_id and r.role = 'accountManager')) as managers
        from identity.account a where a.body_id is not null and ${working(today)} group by a.body_id`,
  );
}
