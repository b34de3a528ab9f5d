/** What is read of the access log, always through the audit login: the application's own cannot read it. */
import { join, maybeOne, one, type Queryable, query, type Runner, type Sql, sql } from '../../platform/db.ts';
import type { LookKind, OversightRules } from '../policy/index.ts';

const runner = (client: Queryable): Runner => client as Runner;

/** Whose log: an organisation with its whole cluster, or a person by token (an own record). */
export type LookTarget =
  | { readonly kind: 'subject'; readonly subjectIds: readonly string[] }
  | { readonly kind: 'person'; readonly token: string };

/** One id is compared as one: so the index gives the order too. */
function ofTarget(target: LookTarget): Sql {
  if (target.kind === 'person') return sql`resource_kind = 'person' and resource_id = ${target.token}`;
  const [only, ...more] = target.subjectIds;
  return more.length === 0 ? sql`subject_id = ${only}::uuid` : sql`subject_id = any(${target.subjectIds}::uuid[])`;
}

/** The kind of an action in SQL, by the policy's list in its order. Patterns are letters, dots and a star (policy shapes). */
export function kindSql(rules: OversightRules): Sql {
  const cases = rules.looks.map(({ action, kind }) =>
    action.endsWith('*')
      ? sql`when action like ${`${action.slice(0, -1)}%`} then ${kind}::text`
      : sql`when action = ${action} then ${kind}::text`,
  );
  return sql`case ${join(cases, ' ')} else 'read' end`;
}

export interface LookGroup {
  readonly day: string;
  readonly body_id: string | null;
  readonly account_id: string | null;
  readonly actor_kind: string;
  readonly actor_name: string;
  readonly action: string;
  readonly purpose: string | null;
  readonly matter: string | null;
  readonly case_number: string | null;
  readonly first_at: string;
  readonly last_at: string;
  readonly times: number;
  readonly log_id: string;
  readonly parts: string[] | null;
}

/** Where a page ends: the beginning of the day (in China) that the hundredth row before `before` lies in; null: the log's. */
export async function pageStart(
  client: Queryable,
  target: LookTarget,
  before: string,
  rows: number,
): Promise<string | null> {
  const found = await maybeOne<{ start: string }>(
    runner(client),
    sql`select date_trunc('day', at, 'Asia/Shanghai') as start from log.access_log
        where ${ofTarget(target)} and at < ${before}::timestamptz and outcome = 'ok' order by at desc offset ${rows} limit 1`,
  );
  return found?.start ?? null;
}

/** Looks of whole days, grouped: the same officer, act and reason on one day are one line. At most `limit` lines. */
export async function lookGroups(
  client: Queryable,
  target: LookTarget,
  range: { from: string | null; before: string },
  rules: OversightRules,
  kinds: readonly LookKind[],
  limit: number,
): Promise<LookGroup[]> {
  return query<LookGroup>(
    runner(client),
    sql`select (at at time zone 'Asia/Shanghai')::date as day, body_id, account_id, actor_kind, max(actor_name) as actor_name, action, purpose, matter,
          case_number, min(at) as first_at, max(at) as last_at, count(*)::integer as times,
          (array_agg(log_id order by at desc, log_id desc))[1] as log_id,
          array_agg(distinct coalesce(detail->>'item', detail->>'part')) filter (where detail ?| array['item', 'part']) as parts
        from log.access_log
        where ${ofTarget(target)} and at < ${range.before}::timestamptz and at >= coalesce(${range.from}::timestamptz, '-infinity')
          and outcome = 'ok' and ${kindSql(rules)} = any(${kinds}::text[])
        group by 1, body_id, account_id, actor_kind, action, purpose, matter, case_number
        order by max(at) desc, max(log_id::text) desc limit ${limit}`,
  );
}

/** The group that one row belongs to; null when the row is not about the target. */
export async function groupOfRow(
  client: Queryable,
  target: LookTarget,
  row: { at: string; logId: string },
  rules: OversightRules,
): Promise<LookGroup | null> {
  const own = await maybeOne<{ start: string; account_id: string | null; action: string }>(
    runner(client),
    sql`select date_trunc('day', at, 'Asia/Shanghai') as start, account_id, action from log.access_log
        where at = ${row.at}::timestamptz and log_id = ${row.logId}::uuid and outcome = 'ok' and ${ofTarget(target)}`,
  );
  if (!own) return null;
  const next = new Date(Date.parse(own.start) + 86_400_000).toISOString();
  const groups = await lookGroups(
    client,
    target,
    { from: own.start, before: next },
    rules,
    ['read', 'export', 'authorised', 'change'],
    10_000,
  );
  return groups.find((group) => group.log_id === row.logId) ?? null;
}

export interface LogFilter {
  readonly from: string;
  readonly before: string;
  readonly accountId?: string | undefined;
  readonly bodyId?: string | undefined;
  readonly subjectIds?: readonly string[] | undefined;
  readonly action?: string | undefined;
  readonly outcome?: string | undefined;
}

export interface LogRow {
  readonly log_id: string;
  readonly at: string;
  readonly at_text: string;
  readonly actor_kind: string;
  readonly account_id: string | null;
  readonly actor_name: string;
  readonly os_user: string | null;
  readonly body_id: string | null;
  readonly action: string;
  readonly resource_kind: string | null;
  readonly resource_id: string | null;
  readonly subject_id: string | null;
  readonly purpose: string | null;
  readonly matter: string | null;
  readonly case_number: string | null;
  readonly outcome: 'ok' | 'refused' | 'failed';
  readonly address: string | null;
  readonly request_id: string | null;
  readonly detail: string | null;
}

const likeEscaped = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

function conditions(filter: LogFilter): Sql {
  const parts: Sql[] = [sql`at >= ${filter.from}::timestamptz`, sql`at < ${filter.before}::timestamptz`];
  if (filter.accountId) parts.push(sql`account_id = ${filter.accountId}::uuid`);
  if (filter.bodyId) parts.push(sql`body_id = ${filter.bodyId}::uuid`);
  if (filter.subjectIds) parts.push(sql`subject_id = any(${filter.subjectIds}::uuid[])`);
  if (filter.outcome) parts.push(sql`outcome = ${filter.outcome}`);
  if (filter.action?.endsWith('*')) parts.push(sql`action like ${`${likeEscaped(filter.action.slice(0, -1))}%`}`);
  else if (filter.action) parts.push(sql`action = ${filter.action}`);
  return join(parts, ' and ');
}

/** Newest first, after a place. The place holds the microseconds as text, so that nothing is skipped. */
export async function logPage(
  client: Queryable,
  filter: LogFilter,
  after: { at: string; logId: string } | null,
  limit: number,
): Promise<LogRow[]> {
  const rest = after ? sql`and (at, log_id) < (${after.at}::timestamptz, ${after.logId}::uuid)` : sql``;
  return query<LogRow>(
    runner(client),
    sql`select log_id, at, at::text as at_text, actor_kind, account_id, actor_name, os_user, body_id, action, resource_kind, resource_id,
          subject_id, purpose, matter, case_number, outcome, address, request_id, detail::text as detail
        from log.access_log where ${conditions(filter)} ${rest} order by at desc, log_id desc limit ${limit}`,
  );
}

export interface Integrity {
  readonly seal_no: string | null;
  readonly sealed_at: string | null;
  readonly algorithm: string | null;
  readonly key_id: string | null;
  readonly unsealed: number;
}

/** `unsealed` counts to 10,000: more means that the sealer stands still. */
export async function integrity(client: Queryable): Promise<Integrity> {
  return one<Integrity>(
    runner(client),
    sql`with last as (select * from log.seal order by seal_no desc limit 1)
        select (select seal_no::text from last) as seal_no, (select sealed_at from last) as sealed_at,
          (select algorithm from last) as algorithm, (select key_id from last) as key_id,
          (select count(*)::integer from (select from log.access_log l
           where l.epoch = coalesce((select epoch from last), 1) and l.xid >= coalesce((select to_xid from last), '0'::xid8)
           limit 10000) waiting) as unsealed`,
  );
}

export async function logMonths(
  client: Queryable,
): Promise<{ held: string[]; archived: { month: string; rows: string; archivedAt: string }[] }> {
  const held = await query<{ name: string }>(
    runner(client),
    sql`select c.relname::text as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'log.access_log'::regclass order by 1`,
  );
  const archived = await query<{ month: string; rows: string; archivedAt: string }>(
    runner(client),
    sql`select month, row_count::text as rows, archived_at as "archivedAt" from log.archive order by month`,
  );
  return { held: held.map((row) => row.name.slice(-7).replace('_', '-')), archived };
}

/** What officers did in a window, those who saw at least so many organisations first. Only what counts as reading. */
export interface Reader {
  readonly account_id: string;
  readonly body_id: string | null;
  readonly subjects: number;
  readonly without_case: number;
  readonly odd_hours: number;
  readonly looks: number;
  readonly refused: number;
}

/** `oddHours`: hours of the day in China that count as odd; `allOdd`: the whole window is (a day off). */
export async function readersIn(
  client: Queryable,
  window: { from: string; to: string },
  rules: OversightRules,
  odd: { hours: readonly number[]; allOdd: boolean },
  limit: number,
): Promise<Reader[]> {
  return query<Reader>(
    runner(client),
    sql`select account_id, max(body_id::text)::uuid as body_id,
          count(distinct subject_id) filter (where outcome = 'ok')::integer as subjects,
          count(distinct subject_id) filter (where outcome = 'ok' and case_number is null)::integer as without_case,
          count(distinct subject_id) filter (where outcome = 'ok' and (${odd.allOdd}
            or extract(hour from at at time zone 'Asia/Shanghai')::integer = any(${odd.hours}::integer[])))::integer as odd_hours,
          count(*) filter (where outcome = 'ok')::integer as looks,
          count(*) filter (where outcome = 'refused')::integer as refused
        from log.access_log
        where at >= ${window.from}::timestamptz and at < ${window.to}::timestamptz and account_id is not null and actor_kind = 'account'
          and (outcome = 'refused' or (subject_id is not null and ${kindSql(rules)} = any(array['read', 'export'])))
        group by account_id order by 3 desc, 7 desc limit ${limit}`,
  );
}

/** The organisations that one officer looked at in a window, in order. */
export async function subjectsSeen(
  client: Queryable,
  accountId: string,
  window: { from: string; to: string },
  rules: OversightRules,
  limit: number,
): Promise<string[]> {
  const rows = await query<{ subject_id: string }>(
    runner(client),
    sql`select subject_id from log.access_log where account_id = ${accountId} and at >= ${window.from}::timestamptz and at < ${window.to}::timestamptz
          and outcome = 'ok' and subject_id is not null and ${kindSql(rules)} = any(array['read', 'export'])
        order by at, log_id limit ${limit}`,
  );
  return rows.map((row) => row.subject_id);
}

export interface Repeated {
  readonly account_id: string;
  readonly body_id: string | null;
  readonly subject_id: string;
  readonly looks: number;
  readonly days: number;
}

/** Pairs of officer and organisation of the last day that came up on many days of the window, always without a case number. */
export async function repeatedLooks(
  client: Queryable,
  window: { from: string; lastDay: string; to: string },
  rules: OversightRules,
  atLeast: { days: number; looks: number },
  limit: number,
): Promise<Repeated[]> {
  return query<Repeated>(
    runner(client),
    sql`with pair as (
          select account_id, subject_id, max(body_id::text)::uuid as body_id from log.access_log
          where at >= ${window.lastDay}::timestamptz and at < ${window.to}::timestamptz and outcome = 'ok' and case_number is null
            and account_id is not null and subject_id is not null and actor_kind = 'account' and ${kindSql(rules)} = any(array['read', 'export'])
          group by account_id, subject_id limit 50000
        )
        select p.account_id, p.body_id, p.subject_id, h.looks, h.days from pair p cross join lateral (
          select count(*)::integer as looks, count(distinct (l.at at time zone 'Asia/Shanghai')::date)::integer as days
          from log.access_log l where l.subject_id = p.subject_id and l.account_id = p.account_id and l.at >= ${window.from}::timestamptz
            and l.at < ${window.to}::timestamptz and l.outcome = 'ok' and l.case_number is null) h
        where h.days >= ${atLeast.days} and h.looks >= ${atLeast.looks} order by h.looks desc limit ${limit}`,
  );
}
