/** All SQL of bodies. */
import { execute, maybeOne, type Queryable, query, type Runner, type Sql, sql } from '../../platform/db.ts';
import type { Body, BodyKind } from './bodies.ts';

const runner = (client: Queryable): Runner => client as Runner;

const selectBody: Sql = {
  kind: 'sql',
  strings: [
    `select b.body_id as "bodyId", b.parent_id as "parentId", b.kind, b.name, b.short_name as "shortName", b.region,
       b.provisional, b.second_reader as "secondReader", b.closed_on as "closedOn",
       (select c.code from core.body_code c where c.body_id = b.body_id
          order by c.valid_to desc nulls first, c.valid_from nulls first, c.code limit 1) as code
     from core.body b`,
  ],
  values: [],
};

/** Held until the transaction ends: two reports with the same unknown code make one body. */
export async function lockBodies(client: Queryable, key: string): Promise<void> {
  await query(runner(client), sql`select pg_advisory_xact_lock(7302, hashtext(${key}))`);
}

export async function bodyById(client: Queryable, bodyId: string): Promise<Body | null> {
  return maybeOne<Body>(runner(client), sql`${selectBody} where b.body_id = ${bodyId}`);
}

/** The body that a code means on a day; the latest when no day is given. */
export async function bodyByCode(client: Queryable, code: string, on: string | null): Promise<Body | null> {
  const when = on
    ? sql`(o.valid_from is null or o.valid_from <= ${on}) and (o.valid_to is null or o.valid_to >= ${on})`
    : sql`o.valid_to is null`;
  return maybeOne<Body>(
    runner(client),
    sql`${selectBody} join core.body_code o on o.body_id = b.body_id where o.code = ${code} and ${when}`,
  );
}

/** Bodies that bear a name on a day, or ever. */
export async function bodiesByName(client: Queryable, normalised: string, on: string | null): Promise<Body[]> {
  const when = on
    ? sql`and (n.valid_from is null or n.valid_from <= ${on}) and (n.valid_to is null or n.valid_to >= ${on})`
    : sql``;
  return query<Body>(
    runner(client),
    sql`${selectBody} where b.body_id in (select n.body_id from core.body_name n where n.normalised = ${normalised} ${when})
        order by b.closed_on nulls first, b.name limit 20`,
  );
}

export async function allBodies(client: Queryable, limit: number): Promise<Body[]> {
  return query<Body>(
    runner(client),
    sql`${selectBody} order by b.closed_on nulls first, b.kind, b.name, b.body_id limit ${limit}`,
  );
}

export async function allSuccessions(client: Queryable): Promise<{ bodyId: string; successorId: string }[]> {
  return query(runner(client), sql`select body_id as "bodyId", successor_id as "successorId" from core.body_successor`);
}

export async function insertBody(
  client: Queryable,
  body: {
    bodyId: string;
    parentId: string | null;
    kind: BodyKind;
    name: string;
    shortName: string | null;
    region: string | null;
    provisional: boolean;
    secondReader: boolean;
    at: string;
  },
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into core.body (body_id, parent_id, kind, name, short_name, region, provisional, second_reader, created_at)
        values (${body.bodyId}, ${body.parentId}, ${body.kind}, ${body.name}, ${body.shortName}, ${body.region},
          ${body.provisional}, ${body.secondReader}, ${body.at})`,
  );
}

export async function insertCode(client: Queryable, code: string, bodyId: string, from: string | null): Promise<void> {
  await execute(
    runner(client),
    sql`insert into core.body_code (code, body_id, valid_from) values (${code}, ${bodyId}, ${from})`,
  );
}

/** A name that the body had before is in force again from its first day on. */
export async function insertName(
  client: Queryable,
  bodyId: string,
  name: string,
  normalised: string,
  from: string | null,
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into core.body_name (body_id, name, normalised, valid_from) values (${bodyId}, ${name}, ${normalised}, ${from})
        on conflict (body_id, normalised) do update set name = excluded.name, valid_to = null`,
  );
}

export async function endNames(client: Queryable, bodyId: string, last: string): Promise<void> {
  await execute(
    runner(client),
    sql`update core.body_name set valid_to = ${last} where body_id = ${bodyId} and valid_to is null`,
  );
}

export async function setName(
  client: Queryable,
  bodyId: string,
  name: string,
  shortName: string | null,
): Promise<number> {
  return execute(
    runner(client),
    sql`update core.body set name = ${name}, short_name = ${shortName}, provisional = false where body_id = ${bodyId} and closed_on is null`,
  );
}

export async function nameStartedOn(client: Queryable, bodyId: string): Promise<string | null> {
  const row = await maybeOne<{ on: string | null }>(
    runner(client),
    sql`select max(valid_from) as on from core.body_name where body_id = ${bodyId} and valid_to is null`,
  );
  return row?.on ?? null;
}

export async function cityBody(client: Queryable): Promise<string | null> {
  const rows = await query<{ body_id: string }>(
    runner(client),
    sql`select body_id from core.body where kind = 'city' and closed_on is null order by created_at limit 1`,
  );
  return rows[0]?.body_id ?? null;
}

/** 0: already closed. */
export async function closeBody(client: Queryable, bodyId: string, on: string): Promise<number> {
  return execute(
    runner(client),
    sql`update core.body set closed_on = ${on} where body_id = ${bodyId} and closed_on is null`,
  );
}

/** False when this succession is already recorded. */
export async function insertSuccession(
  client: Queryable,
  from: string,
  to: string,
  on: string,
  document: string,
): Promise<boolean> {
  const count = await execute(
    runner(client),
    sql`insert into core.body_successor (body_id, successor_id, succeeded_on, document) values (${from}, ${to}, ${on}, ${document})
        on conflict do nothing`,
  );
  return count === 1;
}

export async function openCodes(
  client: Queryable,
  bodyId: string,
): Promise<{ code: string; validFrom: string | null }[]> {
  return query(
    runner(client),
    sql`select code, valid_from as "validFrom" from core.body_code where body_id = ${bodyId} and valid_to is null`,
  );
}

export async function endCode(client: Queryable, code: string, bodyId: string, last: string): Promise<void> {
  await execute(
    runner(client),
    sql`update core.body_code set valid_to = ${last} where code = ${code} and body_id = ${bodyId}`,
  );
}

export async function deleteCode(client: Queryable, code: string, bodyId: string): Promise<void> {
  await execute(runner(client), sql`delete from core.body_code where code = ${code} and body_id = ${bodyId}`);
}

export async function directSuccessors(
  client: Queryable,
  bodyId: string,
): Promise<{ bodyId: string; on: string; document: string }[]> {
  return query(
    runner(client),
    sql`select successor_id as "bodyId", succeeded_on as on, document from core.body_successor where body_id = ${bodyId}
        order by succeeded_on, successor_id`,
  );
}

export async function creditOfficeId(client: Queryable): Promise<string | null> {
  const row = await maybeOne<{ body_id: string }>(
    runner(client),
    sql`select body_id from core.body where kind = 'creditOffice' and closed_on is null order by created_at, body_id limit 1`,
  );
  return row?.body_id ?? null;
}

/** The body and all that it succeeded, through any number of steps. */
export async function clusterIds(client: Queryable, bodyId: string): Promise<string[]> {
  const rows = await query<{ body_id: string }>(
    runner(client),
    sql`with recursive cluster (body_id) as (
          select ${bodyId}::uuid
          union
          select s.body_id from core.body_successor s join cluster c on s.successor_id = c.body_id
        ) select body_id from cluster`,
  );
  return rows.map((row) => row.body_id);
}
