/** All SQL of accounts and sessions. */
import type { Role } from '../../context.ts';
import { execute, maybeOne, one, prepared, type Queryable, query, type Runner, sql } from '../../platform/db.ts';

const runner = (client: Queryable): Runner => client as Runner;

export interface AccountRow {
  readonly account_id: string;
  readonly login: string;
  readonly name: string;
  readonly body_id: string | null;
  readonly password_hash: string | null;
  readonly must_change_password: boolean;
  readonly disabled_at: string | null;
  readonly roles: Role[];
}

const selectAccount = {
  kind: 'sql',
  strings: [
    `select a.account_id, a.login, a.name, a.body_id, a.password_hash, a.must_change_password, a.disabled_at,
       array(select r.role from identity.account_role r where r.account_id = a.account_id order by r.role) as roles
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
}

/** False when the login is taken. */
export async function insertAccount(client: Queryable, row: NewAccountRow): Promise<boolean> {
  const count = await execute(
    runner(client),
    sql`insert into identity.account (account_id, login, name, body_id, password_hash, must_change_password,
          password_changed_at, created_at, created_by, subject_id)
        values (${row.accountId}, ${row.login}, ${row.name}, ${row.bodyId}, ${row.passwordHash}, ${row.mustChange},
          ${row.at}, ${row.at}, ${row.createdBy}, ${row.subjectId}) on conflict (login) do nothing`,
  );
  return count === 1;
}

export async function insertRole(
  client: Queryable,
  accountId: string,
  role: Role,
  by: string | null,
  at: string,
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into identity.account_role (account_id, role, granted_at, granted_by) values (${accountId}, ${role}, ${at}, ${by})`,
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
  readonly roles: Role[];
  readonly scope: string[];
}

/**
 * A live session with its account, roles and the bodies in its scope: its own, those below, and those that any of them
 * succeeded. One prepared statement, since every request of a signed-in user runs it.
 */
export async function findSession(
  client: Queryable,
  tokenHash: Buffer,
  now: string,
  seenAfter: string,
  today: string,
): Promise<SessionRow | null> {
  return maybeOne<SessionRow>(
    runner(client),
    prepared(
      'identity.findSession',
      sql`with recursive live as (
            select s.session_id, s.created_at, s.last_seen_at, s.expires_at, a.account_id, a.login, a.name, a.body_id,
              a.must_change_password, coalesce(m.canonical_id, a.subject_id) as subject_id
            from identity.session s join identity.account a on a.account_id = s.account_id
              left join core.subject_alias m on m.subject_id = a.subject_id and m.to_at is null
            where s.token_hash = ${tokenHash} and s.expires_at > ${now} and s.last_seen_at > ${seenAfter}
              and a.disabled_at is null
          ), scope (body_id) as (
            select body_id from live where body_id is not null
            union
            select other.body_id from scope cross join lateral (
              select b.body_id from core.body b where b.parent_id = scope.body_id
              union all
              select p.body_id from core.body_successor p where p.successor_id = scope.body_id and p.succeeded_on <= ${today}
            ) other
          )
          select live.*, array(select r.role from identity.account_role r where r.account_id = live.account_id order by r.role) as roles,
            array(select body_id from scope) as scope
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
  },
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into identity.session (token_hash, session_id, account_id, created_at, last_seen_at, expires_at, address)
        values (${row.tokenHash}, ${row.sessionId}, ${row.accountId}, ${row.at}, ${row.at}, ${row.expiresAt}, ${row.address})`,
  );
}

export async function touchSession(client: Queryable, tokenHash: Buffer, at: string): Promise<void> {
  await execute(
    runner(client),
    sql`update identity.session set last_seen_at = ${at} where token_hash = ${tokenHash} and last_seen_at < ${at}`,
  );
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
