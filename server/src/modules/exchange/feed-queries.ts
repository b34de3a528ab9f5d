/** SQL of the feed's places, of the records that changes are about, and of what the access log knows of looks at them. */
import { execute, maybeOne, one, type Queryable, query, type Runner, sql } from '../../platform/db.ts';
import type { RecordEventFacts } from '../disclosure/index.ts';
import type { FactRow, PayloadFields } from '../subjects/index.ts';
import type { Look } from './types.ts';

const runner = (client: Queryable): Runner => client as Runner;

export interface Placed {
  readonly position: string;
  readonly epoch: number;
  readonly outboxId: string;
  readonly kind: string;
  readonly subjectId: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** When it was written, and when it got its place. */
  readonly at: string;
  readonly placedAt: string;
}

/** Places after `after` that concern holders of records, and the last place that was looked at. */
export async function placedChanges(
  client: Queryable,
  after: string,
  upTo: string,
  kinds: readonly string[],
): Promise<Placed[]> {
  return query<Placed>(
    runner(client),
    sql`select f.position::text as position,
          (select coalesce(max(e.epoch), 1)::float8 from exchange.feed_epoch e where e.after_position < f.position) as epoch, o.outbox_id as "outboxId", o.kind, o.subject_id as "subjectId", o.payload, o.at,
          f.placed_at as "placedAt"
        from log.feed f join core.outbox o on o.outbox_id = f.outbox_id
        where f.position > ${after}::bigint and f.position <= ${upTo}::bigint and o.kind = any(${kinds}::text[]) and o.subject_id is not null
        order by f.position`,
  );
}

/** The last place, and the epoch that a place after it belongs to. */
export async function feedHead(client: Queryable): Promise<{ position: string; epoch: number }> {
  return one<{ position: string; epoch: number }>(
    runner(client),
    sql`select coalesce((select max(position) from log.feed), 0)::text as position,
          coalesce((select max(epoch) from exchange.feed_epoch), 1)::float8 as epoch`,
  );
}

/** The last place that a reader of an epoch shares with this one. Null when nothing parted since. */
export async function partingAfter(client: Queryable, epoch: number): Promise<string | null> {
  const row = await one<{ position: string | null }>(
    runner(client),
    sql`select min(after_position)::text as position from exchange.feed_epoch where epoch > ${epoch}`,
  );
  return row.position;
}

/** As the owner, inside a restore: places after the restored ones are given anew. */
export async function beginFeedEpoch(client: Queryable, began: string): Promise<void> {
  const known = await one<{ there: boolean }>(
    runner(client),
    sql`select to_regclass('exchange.feed_epoch') is not null as there`,
  );
  if (!known.there) return;
  await execute(
    runner(client),
    sql`insert into exchange.feed_epoch (epoch, after_position, began_at)
        select floor(extract(epoch from ${began}::timestamptz))::bigint, coalesce(max(position), 0), ${began}::timestamptz from log.feed
        on conflict do nothing`,
  );
}

export async function progressOf(
  client: Queryable,
  task: string,
): Promise<{ position: string; upTo: string | null } | null> {
  return maybeOne(
    runner(client),
    sql`select position::text as position, up_to as "upTo" from exchange.progress where task = ${task}`,
  );
}

/** 0 rows: another process went on meanwhile. */
export async function moveProgress(
  client: Queryable,
  task: string,
  from: string,
  to: { readonly position: string; readonly upTo?: string | null },
): Promise<number> {
  return execute(
    runner(client),
    sql`update exchange.progress set position = ${to.position}::bigint, up_to = ${to.upTo ?? null}::timestamptz
        where task = ${task} and position = ${from}::bigint`,
  );
}

export async function startProgress(
  client: Queryable,
  task: string,
  at: { readonly position: string; readonly upTo?: string | null },
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into exchange.progress (task, position, up_to) values (${task}, ${at.position}::bigint, ${at.upTo ?? null}::timestamptz)
        on conflict do nothing`,
  );
}

/** A version of a record, also one that was superseded. */
export interface VersionRow extends FactRow {
  readonly subject_kind: string;
  readonly subject_code: string | null;
  readonly canonical_id: string;
  readonly key_hash: Buffer;
  readonly recorded_at: string;
  readonly superseded_at: string | null;
}

export async function versionsById(
  client: Queryable,
  subjectIds: readonly string[],
  recordIds: readonly string[],
  fields: PayloadFields,
): Promise<VersionRow[]> {
  if (recordIds.length === 0) return [];
  return query<VersionRow>(
    runner(client),
    sql`with f as (select * from unnest(${fields.standards}::text[], ${fields.procedure}::text[], ${fields.status}::text[])
                     as t(standard, procedure_field, status_field))
        select r.subject_id, r.record_id, r.recorded_on, r.item, r.standard, r.document_number, r.decided_on, r.effective_from,
          r.effective_to, r.categories, r.domain, r.severity, r.amount_fen, r.confiscated_fen, r.key_hash, r.recorded_at, r.superseded_at,
          r.payload ->> f.procedure_field as procedure, r.payload ->> f.status_field as record_status,
          s.kind as subject_kind, s.unified_code as subject_code, s.subject_id as canonical_id
        from core.record r
          left join core.subject_alias a on a.subject_id = r.subject_id and a.to_at is null
          join core.subject s on s.subject_id = coalesce(a.canonical_id, r.subject_id)
          left join f on f.standard = r.standard
        where r.subject_id = any(${subjectIds}::uuid[]) and r.record_id = any(${recordIds}::uuid[])`,
  );
}

/** All versions of the same facts, oldest first. */
export async function versionsOfKeys(
  client: Queryable,
  subjectIds: readonly string[],
  keyHashes: readonly Buffer[],
): Promise<
  { subject_id: string; record_id: string; key_hash: Buffer; recorded_at: string; superseded_at: string | null }[]
> {
  return query(
    runner(client),
    sql`select subject_id, record_id, key_hash, recorded_at, superseded_at from core.record
        where subject_id = any(${subjectIds}::uuid[]) and key_hash = any(${keyHashes}::bytea[])
        order by recorded_at, record_id limit 1000`,
  );
}

export async function eventsOf(
  client: Queryable,
  subjectIds: readonly string[],
): Promise<(RecordEventFacts & { readonly record_id: string; readonly recordedAt: string })[]> {
  return query(
    runner(client),
    sql`select record_id, kind, effective_on as "effectiveOn", recorded_at as "recordedAt", data from core.record_event
        where subject_id = any(${subjectIds}::uuid[])`,
  );
}

export interface AliasRow {
  readonly subject_id: string;
  readonly canonical_id: string;
  readonly from_at: string;
  readonly to_at: string | null;
}

/** Under which other entries the subjects' records were ever shown. */
export async function aliasesOf(client: Queryable, subjectIds: readonly string[]): Promise<AliasRow[]> {
  return query<AliasRow>(
    runner(client),
    sql`select subject_id, canonical_id, from_at, to_at from core.subject_alias where subject_id = any(${subjectIds}::uuid[])`,
  );
}

/** Bodies whose looks count as the receiver's: itself and those it succeeded. */
export async function predecessorsOf(
  client: Queryable,
  bodyIds: readonly string[],
): Promise<{ body_id: string; successor_id: string }[]> {
  return query(
    runner(client),
    sql`with recursive line(body_id, successor_id) as (
          select body_id, successor_id from core.body_successor where successor_id = any(${bodyIds}::uuid[])
          union select p.body_id, l.successor_id from core.body_successor p join line l on p.successor_id = l.body_id
        ) select body_id, successor_id from line`,
  );
}

/**
 * Through the audit login: the looks of bodies at subjects that may have carried records, since a moment. The subject's own
 * (a representative has no body) are none.
 */
export async function looksAt(
  audit: Queryable,
  input: {
    readonly subjectIds: readonly string[];
    readonly bodyIds: readonly string[] | null;
    readonly since: string;
    readonly before: string;
    readonly actions: readonly string[];
    readonly limit: number;
  },
): Promise<Look[]> {
  if (input.subjectIds.length === 0) return [];
  return query<Look>(
    runner(audit),
    sql`select at, body_id as "bodyId", subject_id as "subjectId", action, resource_id as "resourceId", detail->>'part' as part,
          detail->>'level' as level,
          case when detail->>'item' is not null then array[detail->>'item']
               when jsonb_typeof(detail->'items') = 'array' then array(select jsonb_array_elements_text(detail->'items')) end as items
        from log.access_log
        where subject_id = any(${input.subjectIds}::uuid[]) and at >= ${input.since}::timestamptz and at < ${input.before}::timestamptz
          and outcome = 'ok' and body_id is not null and (${input.bodyIds}::uuid[] is null or body_id = any(${input.bodyIds}::uuid[]))
          and action = any(${input.actions}::text[])
        order by at limit ${input.limit}`,
  );
}

/** Subjects that the bodies looked at between two moments, with the day of the first look. */
export async function subjectsLookedAt(
  audit: Queryable,
  bodyIds: readonly string[],
  from: string,
  before: string,
  actions: readonly string[],
): Promise<{ subject_id: string; first_on: string }[]> {
  if (bodyIds.length === 0) return [];
  return query(
    runner(audit),
    sql`select subject_id, (min(at) at time zone 'Asia/Shanghai')::date as first_on from log.access_log
        where at >= ${from}::timestamptz and at < ${before}::timestamptz and outcome = 'ok' and subject_id is not null
          and body_id = any(${bodyIds}::uuid[]) and action = any(${actions}::text[])
        group by subject_id`,
  );
}

/** The oldest entry of the log that is in the database. */
export async function firstLook(audit: Queryable): Promise<string | null> {
  const row = await maybeOne<{ at: string | null }>(runner(audit), sql`select min(at) as at from log.access_log`);
  return row?.at ?? null;
}

/** A new receiver: what its body looked at before is taken in as well. */
export async function lookFromTheBeginning(client: Queryable): Promise<void> {
  await execute(
    runner(client),
    sql`update exchange.progress set position = position + 1, up_to = null where task = 'looks'`,
  );
}
