/** All SQL of accounts and sessions. */
import type { Role } from '../../context.ts';
import { execute, maybeOne, one, prepared, type Queryable, query, type Runner, sql } from '../../platform/db.ts';

const runner = (client: Queryable): Runner => client as Runner;

/** `vendor`: of a company that works for the platform, for a set time. `system`: no person. */
export type AccountKind = 'staff' | 'vendor' | 'system';

export interface AccountRow {
  readonly account_id: string;
  readonly login: string;
  readonly name: string;
  readonly body_id: string | null;
  readonly password_hash: string | null;
  readonly must_change_password: boolean;
  readonly disabled_at: string | null;
  readonly second_factor_at: string | null;
  /** The last day on which it works; null: no end. */
  readonly active_until: string | null;
  readonly roles: Role[];
}

const selectAccount = {
  kind: 'sql',
  strings: [
    `select a.account_id, a.login, a.name, a.body_id, a.password_hash, a.must_change_password, a.disabled_at, a.second_factor_at,
       a.active_until, array(select r.role from identity.account_role r where r.account_id = a.account_id order by r.role) as roles
     from identity.account a`,
  ],
  values: [],
} as const;

export async function accountByLogin(client: Queryable, login: string): Promise<AccountRow | null> {
  return maybeOne<AccountRow>(runner(client), sql`${selectAccount} where a.login = ${login}`);
}

export async function accountById(client: Queryable, accountId: string): Promise<AccountRow | null> {
  return maybeOne<AccountRow>(runner(client), sql`${selectAccount} where a.account_id = ${accountId}`);
}

export interface NewAccountRow {
  readonly accountId: string;
  readonly login: string;
  readonly name: string;
  readonly bodyId: string | null;
  readonly passwordHash: string | null;
  readonly mustChange: boolean;
  readonly createdBy: string | null;
  readonly at: string;
  readonly subjectId: string | null;
  readonly holderId: string;
  readonly kind: AccountKind;
  readonly activeUntil: string | null;
  /** Made switched off: why. */
  readonly disabledReason: string | null;
  readonly passwordSuffices?: boolean;
}

/** False when the login is taken. */
export async function insertAccount(client: Queryable, row: NewAccountRow): Promise<boolean> {
  const count = await execute(
    runner(client),
    sql`insert into identity.account (account_id, login, name, body_id, password_hash, must_change_password,
          password_changed_at, created_at, created_by, subject_id, holder_id, kind, active_until, disabled_reason, disabled_at,
          password_suffices)
        values (${row.accountId}, ${row.login}, ${row.name}, ${row.bodyId}, ${row.passwordHash}, ${row.mustChange},
          ${row.at}, ${row.at}, ${row.createdBy}, ${row.subjectId}, ${row.holderId}, ${row.kind}, ${row.activeUntil},
          ${row.disabledReason}, ${row.disabledReason === null ? null : row.at}, ${row.passwordSuffices ?? false}) on conflict (login) do nothing`,
  );
  return count === 1;
}

/** The holder with this token, made when there is none; null makes one that nobody has registered for yet. */
export async function holderFor(client: Queryable, token: string | null, freshId: string, at: string): Promise<string> {
  const added = await execute(
    runner(client),
    sql`insert into identity.holder (holder_id, token, created_at) values (${freshId}, ${token}, ${at})
        on conflict (token) do nothing`,
  );
  if (added === 1) return freshId;
  const known = await one<{ holder_id: string }>(
    runner(client),
    sql`select holder_id from identity.holder where token = ${token}`,
  );
  return known.holder_id;
}

/** A holder without roles may come to another side; one with roles stays, and the role's foreign key refuses. */
export async function takeSide(client: Queryable, accountId: string, side: string): Promise<void> {
  await execute(
    runner(client),
    sql`update identity.holder h set side = ${side} from identity.account a
        where a.account_id = ${accountId} and h.holder_id = a.holder_id and h.side is distinct from ${side}
          and not exists (select from identity.account_role r where r.holder_id = h.holder_id)`,
  );
}

export interface Grant {
  readonly by: string | null;
  readonly at: string;
  readonly requestId?: string | null;
  readonly expiresOn?: string | null;
}

/** The account's holder is read with it. Errors of the database: 23503 another side, 23505 a second administrator. */
export async function insertRole(client: Queryable, accountId: string, role: Role, grant: Grant): Promise<void> {
  await execute(
    runner(client),
    sql`insert into identity.account_role (account_id, role, granted_at, granted_by, holder_id, request_id, expires_on)
        select a.account_id, ${role}, ${grant.at}, ${grant.by}, a.holder_id, ${grant.requestId ?? null}, ${grant.expiresOn ?? null}
        from identity.account a where a.account_id = ${accountId}`,
  );
}

/** The first of an administrator role keeps its seat. */
export async function takeEmptySeat(client: Queryable, accountId: string, role: Role): Promise<void> {
  await execute(
    runner(client),
    sql`insert into identity.administrator_seat (role, account_id)
        select ${role}, a.account_id from identity.account a where a.account_id = ${accountId} and a.standing
        on conflict (role) do nothing`,
  );
}

export async function updatePassword(
  client: Queryable,
  accountId: string,
  hash: string,
  mustChange: boolean,
  at: string,
): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.account set password_hash = ${hash}, must_change_password = ${mustChange}, password_changed_at = ${at}
        where account_id = ${accountId} and disabled_at is null`,
  );
}

/** Hashes of the last passwords, newest first. */
export async function passwordHistory(client: Queryable, accountId: string, count: number): Promise<string[]> {
  const rows = await query<{ password_hash: string }>(
    runner(client),
    sql`select password_hash from identity.password_history where account_id = ${accountId} order by replaced_at desc limit ${count}`,
  );
  return rows.map((row) => row.password_hash);
}

export async function rememberPassword(
  client: Queryable,
  accountId: string,
  hash: string,
  at: string,
  keep: number,
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into identity.password_history (account_id, password_hash, replaced_at) values (${accountId}, ${hash}, ${at})
        on conflict (account_id, replaced_at) do nothing`,
  );
  await execute(
    runner(client),
    sql`delete from identity.password_history where account_id = ${accountId} and replaced_at not in (
          select replaced_at from identity.password_history where account_id = ${accountId} order by replaced_at desc limit ${keep})`,
  );
}

/** An attempt that was right after all, though the sign-in goes on with another step: it does not count. */
export async function takeBackAttempt(client: Queryable, login: string): Promise<void> {
  await execute(
    runner(client),
    sql`update identity.sign_in_attempt set attempts = attempts - 1 where login = ${login} and attempts > 0`,
  );
}

/** Since when a second factor is enrolled; null takes it away. */
export async function updateSecondFactor(client: Queryable, accountId: string, at: string | null): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.account set second_factor_at = ${at} where account_id = ${accountId} and disabled_at is null`,
  );
}

export interface SessionListRow {
  readonly session_id: string;
  readonly created_at: string;
  readonly last_seen_at: string;
  readonly expires_at: string;
  readonly address: string | null;
  readonly factors: string[];
  readonly current: boolean;
}

export async function sessionsOf(client: Queryable, accountId: string, current: string): Promise<SessionListRow[]> {
  return query(
    runner(client),
    sql`select session_id, created_at, last_seen_at, expires_at, address, factors, session_id = ${current} as current
        from identity.session where account_id = ${accountId} order by last_seen_at desc, session_id limit 50`,
  );
}

export async function deleteSessionById(client: Queryable, accountId: string, sessionId: string): Promise<number> {
  return execute(
    runner(client),
    sql`delete from identity.session where account_id = ${accountId} and session_id = ${sessionId}`,
  );
}

export async function deleteOtherSessions(client: Queryable, accountId: string, keep: string): Promise<number> {
  return execute(
    runner(client),
    sql`delete from identity.session where account_id = ${accountId} and session_id <> ${keep}`,
  );
}

export interface Attempt {
  readonly attempts: number;
  readonly window_started_at: string;
}

/**
 * Counts an attempt before the password is looked at, so that many at once cannot pass the limit. The lock runs from the
 * attempt that reached the limit; attempts while it runs do not lengthen it.
 */
export async function countAttempt(
  client: Queryable,
  login: string,
  now: string,
  expired: string,
  limit: number,
): Promise<Attempt> {
  return one<Attempt>(
    runner(client),
    sql`insert into identity.sign_in_attempt as t (login, attempts, window_started_at) values (${login}, 1, ${now})
        on conflict (login) do update set
          attempts = case when t.window_started_at <= ${expired} then 1 else t.attempts + 1 end,
          window_started_at = case when t.window_started_at <= ${expired} or t.attempts + 1 = ${limit}
            then excluded.window_started_at else t.window_started_at end
        returning attempts, window_started_at`,
  );
}

export async function clearAttempts(client: Queryable, login: string): Promise<void> {
  await execute(runner(client), sql`delete from identity.sign_in_attempt where login = ${login}`);
}

export interface SessionRow {
  readonly session_id: string;
  readonly created_at: string;
  readonly last_seen_at: string;
  readonly expires_at: string;
  readonly account_id: string;
  readonly login: string;
  readonly name: string;
  readonly body_id: string | null;
  /** The organisation that a representative speaks for, the canonical one of its cluster. */
  readonly subject_id: string | null;
  readonly must_change_password: boolean;
  /** Set while it acts for somebody absent: `roles`, `body_id` and `scope` are then of the absent one. */
  readonly deputy_id: string | null;
  readonly absent_id: string | null;
  readonly absent_name: string | null;
  readonly roles: Role[];
  readonly scope: string[];
  /** By what the session was opened. */
  readonly factors: string[];
  readonly second_factor_at: string | null;
  /** Of the demonstration, while it is loaded: a password is as good as two factors. */
  readonly exempt: boolean;
}

/**
 * A live session with its account, roles and the bodies in its scope: its own, those below, and those that any of them
 * succeeded. A deputy has the business role of the one it acts for, never an administrator's (GB/T 22239-2019 8.1.5). One
 * prepared statement, since every request of a signed-in user runs it.
 */
export async function findSession(
  client: Queryable,
  tokenHash: Buffer,
  now: string,
  seenAfter: string,
  today: string,
  rules: { readonly changedAfter: string; readonly testing: boolean },
): Promise<SessionRow | null> {
  return maybeOne<SessionRow>(
    runner(client),
    prepared(
      'identity.findSession',
      sql`with recursive live as (
            select s.session_id, s.created_at, s.last_seen_at, s.expires_at, a.account_id, a.login, a.name,
              case when o.account_id is null then a.body_id else o.body_id end as body_id,
              a.must_change_password or (not a.password_suffices and 'password' = any (s.factors)
                and a.password_changed_at < ${rules.changedAfter}) as must_change_password,
              s.factors, a.second_factor_at, a.password_suffices and (${rules.testing}::boolean or exists (
                select from core.setting where key = 'mode' and value = '"demonstration"')) as exempt,
              case when o.account_id is null then coalesce(m.canonical_id, a.subject_id) end as subject_id,
              case when o.account_id is not null then d.deputy_id end as deputy_id, o.account_id as absent_id, o.name as absent_name
            from identity.session s join identity.account a on a.account_id = s.account_id
              join identity.holder h on h.holder_id = a.holder_id
              left join core.subject_alias m on m.subject_id = a.subject_id and m.to_at is null
              left join identity.deputy d on d.deputy_id = s.deputy_id and d.deputy_account_id = a.account_id and d.ended_at is null
                and d.from_on <= ${today} and d.to_on >= ${today} and h.side = 'business'
              left join identity.account o on o.account_id = d.absent_id and o.disabled_at is null
                and (o.active_until is null or o.active_until >= ${today})
            where s.token_hash = ${tokenHash} and s.expires_at > ${now} and s.last_seen_at > ${seenAfter}
              and a.disabled_at is null and (a.active_until is null or a.active_until >= ${today})
          ), scope (body_id) as (
            select body_id from live where body_id is not null
            union
            select other.body_id from scope cross join lateral (
              select b.body_id from core.body b where b.parent_id = scope.body_id
              union all
              select p.body_id from core.body_successor p where p.successor_id = scope.body_id and p.succeeded_on <= ${today}
            ) other
          )
          select live.*, array(
              select r.role from identity.account_role r
              where r.account_id = coalesce(live.absent_id, live.account_id) and (r.expires_on is null or r.expires_on >= ${today})
                and (live.absent_id is null or r.role in ('departmentOfficer', 'creditOffice')) order by r.role) as roles,
            array(select body_id from scope) as scope
          from live`,
    ),
  );
}

/** As `findSession`, of an account that acts without a session: a department's system. */
/** The accounts among these that may act; in no order. */
export async function findAccountActors(
  client: Queryable,
  accountIds: readonly string[],
  today: string,
): Promise<{ account_id: string; name: string; body_id: string | null; roles: Role[]; scope: string[] }[]> {
  return query(
    runner(client),
    prepared(
      'identity.findAccountActors',
      sql`with recursive live as (
            select account_id, name, body_id from identity.account
            where account_id = any(${accountIds}::uuid[]) and disabled_at is null and (active_until is null or active_until >= ${today})
          ), scope (account_id, body_id) as (
            select account_id, body_id from live where body_id is not null
            union
            select scope.account_id, other.body_id from scope cross join lateral (
              select b.body_id from core.body b where b.parent_id = scope.body_id
              union all
              select p.body_id from core.body_successor p where p.successor_id = scope.body_id and p.succeeded_on <= ${today}
            ) other
          )
          select live.account_id, live.name, live.body_id, array(
              select r.role from identity.account_role r
              where r.account_id = live.account_id and (r.expires_on is null or r.expires_on >= ${today}) order by r.role) as roles,
            array(select body_id from scope where scope.account_id = live.account_id) as scope
          from live`,
    ),
  );
}

export async function insertSession(
  client: Queryable,
  row: {
    tokenHash: Buffer;
    sessionId: string;
    accountId: string;
    at: string;
    expiresAt: string;
    address: string | null;
    factors: readonly string[];
  },
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into identity.session (token_hash, session_id, account_id, created_at, last_seen_at, expires_at, address, factors)
        values (${row.tokenHash}, ${row.sessionId}, ${row.accountId}, ${row.at}, ${row.at}, ${row.expiresAt}, ${row.address},
          ${row.factors})`,
  );
}

export async function touchSession(client: Queryable, tokenHash: Buffer, at: string): Promise<void> {
  await execute(
    runner(client),
    sql`update identity.session set last_seen_at = ${at} where token_hash = ${tokenHash} and last_seen_at < ${at}`,
  );
}

export async function noteUse(client: Queryable, accountId: string, at: string): Promise<void> {
  await execute(runner(client), sql`update identity.account set last_used_at = ${at} where account_id = ${accountId}`);
}

export async function deleteSession(client: Queryable, tokenHash: Buffer): Promise<number> {
  return execute(runner(client), sql`delete from identity.session where token_hash = ${tokenHash}`);
}

export async function deleteSessionsOf(client: Queryable, accountId: string): Promise<number> {
  return execute(runner(client), sql`delete from identity.session where account_id = ${accountId}`);
}

/** Only so many at once for an account: the oldest give way. */
export async function trimSessions(client: Queryable, accountId: string, keep: number): Promise<void> {
  await execute(
    runner(client),
    sql`delete from identity.session where account_id = ${accountId} and session_id not in (
          select session_id from identity.session where account_id = ${accountId} order by created_at desc, session_id desc limit ${keep})`,
  );
}

export async function purgeExpired(
  client: Queryable,
  now: string,
  seenBefore: string,
  attemptsBefore: string,
): Promise<void> {
  await execute(
    runner(client),
    sql`delete from identity.session where expires_at <= ${now} or last_seen_at <= ${seenBefore}`,
  );
  await execute(runner(client), sql`delete from identity.sign_in_attempt where window_started_at <= ${attemptsBefore}`);
}

export async function listAccountRows(client: Queryable): Promise<Omit<AccountRow, 'password_hash'>[]> {
  return query(runner(client), sql`${selectAccount} order by a.login limit 5000`);
}
