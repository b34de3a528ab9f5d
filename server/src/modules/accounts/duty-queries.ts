/** All SQL of the duty roster. */
import { execute, maybeOne, type Queryable, query, sql } from '../../platform/db.ts';
import { type Bodies, inBodies, runner } from './queries.ts';

export type Shift = 'day' | 'night';
export interface DutyRow {
  readonly duty_id: string;
  readonly body_id: string;
  readonly body_name: string;
  readonly on_date: string;
  readonly shift: Shift;
  readonly account_id: string;
  readonly login: string;
  readonly name: string;
  readonly phone: string | null;
}

const select = sql`select d.duty_id, d.body_id, b.name as body_name, d.on_date, d.shift, d.account_id, a.login, a.name, d.phone
  from identity.duty d join core.body b on b.body_id = d.body_id join identity.account a on a.account_id = d.account_id`;

export async function loadDuty(client: Queryable, dutyId: string): Promise<DutyRow | null> {
  return maybeOne<DutyRow>(runner(client), sql`${select} where d.duty_id = ${dutyId}`);
}

export async function listDuties(
  client: Queryable,
  filter: { bodies: Bodies; from: string; to: string },
  after: { on: string; id: string } | null,
  limit: number,
): Promise<DutyRow[]> {
  const from = after === null ? sql`true` : sql`(d.on_date, d.duty_id) > (${after.on}::date, ${after.id}::uuid)`;
  return query<DutyRow>(
    runner(client),
    sql`${select} where ${inBodies(sql`d.body_id`, filter.bodies)} and d.on_date >= ${filter.from} and d.on_date <= ${filter.to}
          and ${from} order by d.on_date, d.duty_id limit ${limit}`,
  );
}

/** Those on duty whose account works on the day. */
export async function onDuty(client: Queryable, bodyId: string, on: string): Promise<DutyRow[]> {
  return query<DutyRow>(
    runner(client),
    sql`${select} where d.body_id = ${bodyId} and d.on_date = ${on} and a.disabled_at is null
          and (a.active_until is null or a.active_until >= ${on}) order by d.shift`,
  );
}

/** The same body, day and shift is planned again: the later plan counts. */
export async function putDuty(
  client: Queryable,
  row: {
    dutyId: string;
    bodyId: string;
    onDate: string;
    shift: Shift;
    accountId: string;
    phone: string | null;
    by: string;
    at: string;
  },
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into identity.duty (duty_id, body_id, on_date, shift, account_id, phone, created_by, created_at)
        values (${row.dutyId}, ${row.bodyId}, ${row.onDate}, ${row.shift}, ${row.accountId}, ${row.phone}, ${row.by}, ${row.at})
        on conflict (body_id, on_date, shift) do update set account_id = excluded.account_id, phone = excluded.phone,
          created_by = excluded.created_by, created_at = excluded.created_at`,
  );
}

export async function deleteDuty(client: Queryable, dutyId: string): Promise<number> {
  return execute(runner(client), sql`delete from identity.duty where duty_id = ${dutyId}`);
}

export async function countComing(client: Queryable, accountId: string, today: string): Promise<number> {
  const row = await maybeOne<{ n: bigint }>(
    runner(client),
    sql`select count(*) as n from identity.duty where account_id = ${accountId} and on_date >= ${today}`,
  );
  return Number(row?.n ?? 0);
}

export async function moveComing(client: Queryable, from: string, to: string, today: string): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.duty set account_id = ${to} where account_id = ${from} and on_date >= ${today}`,
  );
}
