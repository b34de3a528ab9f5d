/** All SQL of leave and deputies (AB 角). */
import { execute, maybeOne, type Queryable, query, sql } from '../../platform/db.ts';
import { type Bodies, inBodies, runner } from './queries.ts';

export interface DeputyRow {
  readonly deputy_id: string;
  readonly absent_id: string;
  readonly absent_login: string;
  readonly absent_name: string;
  readonly deputy_account_id: string;
  readonly deputy_login: string;
  readonly deputy_name: string;
  readonly from_on: string;
  readonly to_on: string;
  readonly reason: string;
  readonly ended_at: string | null;
}

const select = sql`select d.deputy_id, d.absent_id, a.login as absent_login, a.name as absent_name, d.deputy_account_id,
    p.login as deputy_login, p.name as deputy_name, d.from_on, d.to_on, d.reason, d.ended_at
  from identity.deputy d join identity.account a on a.account_id = d.absent_id join identity.account p on p.account_id = d.deputy_account_id`;

export async function loadDeputy(client: Queryable, deputyId: string): Promise<DeputyRow | null> {
  return maybeOne<DeputyRow>(runner(client), sql`${select} where d.deputy_id = ${deputyId}`);
}

/** Those that concern an account, and those of the bodies that its holder manages. */
export async function listDeputies(
  client: Queryable,
  filter: { accountId: string; bodies: Bodies },
  after: { on: string; id: string } | null,
  limit: number,
): Promise<DeputyRow[]> {
  const from = after === null ? sql`true` : sql`(d.from_on, d.deputy_id) < (${after.on}::date, ${after.id}::uuid)`;
  return query<DeputyRow>(
    runner(client),
    sql`${select} where (d.absent_id = ${filter.accountId} or d.deputy_account_id = ${filter.accountId}
          or ${inBodies(sql`a.body_id`, filter.bodies)}) and ${from} order by d.from_on desc, d.deputy_id desc limit ${limit}`,
  );
}

/** One that overlaps a period: of the absent one, or where the deputy is away itself (nobody acts for two at a remove). */
export async function overlapping(
  client: Queryable,
  row: { absentId: string; deputyId: string; fromOn: string; toOn: string },
): Promise<DeputyRow | null> {
  const rows = await query<DeputyRow>(
    runner(client),
    sql`${select} where d.ended_at is null and d.from_on <= ${row.toOn} and d.to_on >= ${row.fromOn}
          and (d.absent_id = ${row.absentId} or d.absent_id = ${row.deputyId} or d.deputy_account_id = ${row.absentId})
        order by d.from_on limit 1`,
  );
  return rows[0] ?? null;
}

export async function insertDeputy(
  client: Queryable,
  row: {
    deputyId: string;
    absentId: string;
    deputyAccountId: string;
    fromOn: string;
    toOn: string;
    reason: string;
    createdBy: string;
    at: string;
  },
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into identity.deputy (deputy_id, absent_id, deputy_account_id, from_on, to_on, reason, created_by, created_at)
        values (${row.deputyId}, ${row.absentId}, ${row.deputyAccountId}, ${row.fromOn}, ${row.toOn}, ${row.reason},
          ${row.createdBy}, ${row.at})`,
  );
}

export async function endDeputy(client: Queryable, deputyId: string, by: string | null, at: string): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.deputy set ended_at = ${at}, ended_by = ${by} where deputy_id = ${deputyId} and ended_at is null`,
  );
}

export async function endDeputiesOf(
  client: Queryable,
  accountId: string,
  by: string | null,
  at: string,
): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.deputy set ended_at = ${at}, ended_by = ${by}
        where (absent_id = ${accountId} or deputy_account_id = ${accountId}) and ended_at is null`,
  );
}

/** Absences that somebody else covers through this account, running or to come. */
export async function countCovered(client: Queryable, accountId: string, today: string): Promise<number> {
  const row = await maybeOne<{ n: bigint }>(
    runner(client),
    sql`select count(*) as n from identity.deputy where deputy_account_id = ${accountId} and ended_at is null and to_on >= ${today}`,
  );
  return Number(row?.n ?? 0);
}

export async function moveCovered(client: Queryable, from: string, to: string, today: string): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.deputy set deputy_account_id = ${to}
        where deputy_account_id = ${from} and absent_id <> ${to} and ended_at is null and to_on >= ${today}`,
  );
}

/** Guarded: only a running deputyship of this very account. */
export async function setSessionDeputy(
  client: Queryable,
  tokenHash: Buffer,
  accountId: string,
  deputyId: string | null,
): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.session set deputy_id = ${deputyId} where token_hash = ${tokenHash} and account_id = ${accountId}`,
  );
}
