/** All SQL of webhooks. */
import type { CheckResult } from '@chengxin/contract';
import { execute, maybeOne, one, type Queryable, query, type Runner, type Sql, sql } from '../../platform/db.ts';
import type { DueMessage, HookRow, MessageState, Watch } from './types.ts';

const runner = (client: Queryable): Runner => client as Runner;

const selectHook: Sql = sql`select h.hook_id, h.client_id, c.name as client_name, h.account_id, h.body_id, b.name as body_name, h.url, h.state,
    h.followed_to, h.failures, h.next_attempt_at, h.last_success_at, h.last_problem, h.registered_at, h.ended_at,
    (select a.raised_at from webhooks.alarm a where a.hook_id = h.hook_id and a.closed_at is null) as alarm_at,
    (select count(*)::int from webhooks.message m where m.hook_id = h.hook_id and m.state = 'waiting') as waiting
  from webhooks.hook h join credentials.client c on c.client_id = h.client_id join core.body b on b.body_id = h.body_id`;

export async function insertHook(
  client: Queryable,
  row: {
    readonly hookId: string;
    readonly clientId: string;
    readonly accountId: string;
    readonly bodyId: string;
    readonly url: string;
    readonly followedTo: string;
    readonly at: string;
  },
): Promise<number> {
  return execute(
    runner(client),
    sql`insert into webhooks.hook (hook_id, client_id, account_id, body_id, url, state, followed_to, registered_at)
        values (${row.hookId}, ${row.clientId}, ${row.accountId}, ${row.bodyId}, ${row.url}, 'active', ${row.followedTo}, ${row.at})
        on conflict do nothing`,
  );
}

export async function hookById(client: Queryable, hookId: string): Promise<HookRow | null> {
  return maybeOne<HookRow>(runner(client), sql`${selectHook} where h.hook_id = ${hookId}`);
}

export async function activeHooks(client: Queryable): Promise<HookRow[]> {
  return query<HookRow>(
    runner(client),
    sql`${selectHook} where h.state = 'active' and c.revoked_at is null order by h.hook_id limit 2000`,
  );
}

/** `bodyIds` null: every body's. `clientId`: of this system alone. */
export async function hookPage(
  client: Queryable,
  bodyIds: readonly string[] | null,
  clientId: string | null,
  state: 'active' | 'ended' | 'alarm' | null,
  before: { readonly at: string; readonly id: string } | null,
  limit: number,
): Promise<HookRow[]> {
  return query<HookRow>(
    runner(client),
    sql`${selectHook}
        where (${bodyIds}::uuid[] is null or h.body_id = any(${bodyIds}::uuid[]))
          and (${clientId}::uuid is null or h.client_id = ${clientId}::uuid)
          and (${state}::text is null or h.state = ${state}::text
               or (${state}::text = 'alarm' and exists (select 1 from webhooks.alarm a where a.hook_id = h.hook_id and a.closed_at is null)))
          and (${before?.at ?? null}::timestamptz is null
               or (h.registered_at, h.hook_id) < (${before?.at ?? null}::timestamptz, ${before?.id ?? null}::uuid))
        order by h.registered_at desc, h.hook_id desc limit ${limit}`,
  );
}

/** 0 rows: ended already. What waits is dropped, and nothing is watched any more. */
export async function endHookRow(client: Queryable, hookId: string, at: string): Promise<number> {
  const ended = await execute(
    runner(client),
    sql`update webhooks.hook set state = 'ended', ended_at = ${at} where hook_id = ${hookId} and state = 'active'`,
  );
  if (ended === 0) return 0;
  await execute(
    runner(client),
    sql`update webhooks.message set state = 'dropped', finished_at = ${at} where hook_id = ${hookId} and state = 'waiting'`,
  );
  await execute(runner(client), sql`delete from webhooks.watch where hook_id = ${hookId}`);
  return ended;
}

export interface ReceiptToWatch {
  readonly number: string;
  readonly subject_id: string;
  readonly matter: string;
  readonly answer: CheckResult;
  readonly checked_at: string;
}

/** No decision is known: nothing was fed back, and nobody said that it was taken. */
const undecided = (
  number: Sql,
): Sql => sql`not exists (select 1 from checks.hit x where x.number = ${number} and x.state <> 'open')
  and not exists (select 1 from webhooks.decided d where d.number = ${number})`;

/** Receipts of the hook's system that are not watched yet, oldest first. */
export async function receiptsToWatch(
  client: Queryable,
  hook: Pick<HookRow, 'body_id' | 'account_id'>,
  after: { readonly at: string; readonly number: string },
  limit: number,
): Promise<ReceiptToWatch[]> {
  return query<ReceiptToWatch>(
    runner(client),
    sql`select r.number, r.subject_id, r.matter, r.answer, r.checked_at from checks.receipt r
        where r.body_id = ${hook.body_id} and r.account_id = ${hook.account_id}
          and (r.checked_at, r.number) > (${after.at}::timestamptz, ${after.number}::text)
          and not exists (select 1 from webhooks.watch w where w.subject_id = r.subject_id and w.number = r.number)
          and ${undecided(sql`r.number`)}
        order by r.checked_at, r.number limit ${limit}`,
  );
}

export async function insertWatches(
  client: Queryable,
  rows: readonly (Watch & { readonly until: string })[],
): Promise<void> {
  if (rows.length === 0) return;
  await execute(
    runner(client),
    sql`insert into webhooks.watch (subject_id, number, hook_id, matter, pointer, until)
        select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as w(subject_id uuid, number text, hook_id uuid, matter text, pointer text, until timestamptz)
        on conflict do nothing`,
  );
}

export async function moveFollowed(client: Queryable, hookId: string, to: string): Promise<void> {
  await execute(runner(client), sql`update webhooks.hook set followed_to = ${to} where hook_id = ${hookId}`);
}

/** The last place of the change feed. */
export async function feedHead(client: Queryable): Promise<string> {
  const row = await one<{ position: string }>(
    runner(client),
    sql`select coalesce(max(position), 0)::text as position from log.feed`,
  );
  return row.position;
}

/** Null before the first round, which begins at the head: what changed before is found by comparing. */
export async function progressOf(client: Queryable, task: string): Promise<string | null> {
  const row = await maybeOne<{ position: string }>(
    runner(client),
    sql`select position::text as position from webhooks.progress where task = ${task}`,
  );
  return row?.position ?? null;
}

/** 0 rows: another process went on meanwhile. */
export async function moveProgress(client: Queryable, task: string, from: string | null, to: string): Promise<number> {
  return from === null
    ? execute(
        runner(client),
        sql`insert into webhooks.progress (task, position) values (${task}, ${to}::bigint) on conflict do nothing`,
      )
    : execute(
        runner(client),
        sql`update webhooks.progress set position = ${to}::bigint where task = ${task} and position = ${from}::bigint`,
      );
}

/** Undecided checks of whom the changes between two places are about, by any member that its cluster has or had. */
export async function watchesOfChanges(
  client: Queryable,
  after: string,
  upTo: string,
  at: string,
  afterNumber: string,
  limit: number,
): Promise<Watch[]> {
  return query<Watch>(
    runner(client),
    sql`with changed as (
          select distinct o.subject_id from log.feed f join core.outbox o on o.outbox_id = f.outbox_id
          where f.position > ${after}::bigint and f.position <= ${upTo}::bigint and o.subject_id is not null
        ), canon as (
          select c.subject_id from changed c
          union select a.canonical_id from core.subject_alias a join changed c on c.subject_id = a.subject_id
        ), cluster as (
          select c.subject_id from canon c
          union select a.subject_id from core.subject_alias a join canon c on c.subject_id = a.canonical_id
        )
        select w.subject_id, w.number, w.hook_id, w.matter, w.pointer
        from cluster c join webhooks.watch w on w.subject_id = c.subject_id
        where w.until > ${at}::timestamptz and w.number > ${afterNumber} and ${undecided(sql`w.number`)}
        order by w.number limit ${limit}`,
  );
}

/** Undecided checks of whom there is or was an entry: what time alone changes. */
export async function watchesOfListed(
  client: Queryable,
  at: string,
  afterNumber: string,
  limit: number,
): Promise<Watch[]> {
  return query<Watch>(
    runner(client),
    sql`select w.subject_id, w.number, w.hook_id, w.matter, w.pointer from webhooks.watch w
        where w.number > ${afterNumber} and w.until > ${at}::timestamptz
          and (exists (select 1 from lists.entry e where e.subject_id = w.subject_id)
               or exists (select 1 from core.subject_alias a join lists.entry e on e.subject_id = a.subject_id where a.canonical_id = w.subject_id)
               or exists (select 1 from core.subject_alias a join lists.entry e on e.subject_id = a.canonical_id where a.subject_id = w.subject_id))
          and ${undecided(sql`w.number`)}
        order by w.number limit ${limit}`,
  );
}

/** Whom a check is about now: subjects are merged and split between check and decision. */
export async function canonicalOf(
  client: Queryable,
  subjectIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await query<{ subject_id: string; canonical_id: string }>(
    runner(client),
    sql`select a.subject_id, a.canonical_id from core.subject_alias a where a.subject_id = any(${subjectIds}::uuid[]) and a.to_at is null`,
  );
  return new Map(rows.map((row) => [row.subject_id, row.canonical_id]));
}

/** 0 rows: somebody else told it meanwhile. */
export async function movePointer(client: Queryable, watch: Watch, pointer: string): Promise<number> {
  return execute(
    runner(client),
    sql`update webhooks.watch set pointer = ${pointer}
        where subject_id = ${watch.subject_id} and number = ${watch.number} and pointer = ${watch.pointer}`,
  );
}

/** What was to be said about the same receipt is said by this one. */
export async function insertMessage(
  client: Queryable,
  row: {
    readonly messageId: string;
    readonly hookId: string;
    readonly number: string;
    readonly pointer: string;
    readonly at: string;
  },
): Promise<void> {
  await execute(
    runner(client),
    sql`update webhooks.message set state = 'dropped', finished_at = ${row.at} where number = ${row.number} and state = 'waiting'`,
  );
  await execute(
    runner(client),
    sql`insert into webhooks.message (message_id, hook_id, number, pointer, state, next_attempt_at, created_at)
        values (${row.messageId}, ${row.hookId}, ${row.number}, ${row.pointer}, 'waiting', ${row.at}, ${row.at})`,
  );
}

/** Watches whose time is over or that were decided; their messages are dropped. Returns how many watches went. */
export async function forgetDecided(client: Queryable, at: string): Promise<number> {
  const over = sql`(w.until <= ${at}::timestamptz or not (${undecided(sql`w.number`)}))`;
  await execute(
    runner(client),
    sql`update webhooks.message m set state = 'dropped', finished_at = ${at}
        from webhooks.watch w where w.number = m.number and m.state = 'waiting' and ${over}`,
  );
  return execute(runner(client), sql`delete from webhooks.watch w where ${over}`);
}

/** Hooks with something to send now, their address not waiting. */
export async function dueHooks(client: Queryable, now: string): Promise<string[]> {
  const rows = await query<{ hook_id: string }>(
    runner(client),
    sql`select h.hook_id from webhooks.hook h join credentials.client c on c.client_id = h.client_id
        where h.state = 'active' and c.revoked_at is null and (h.next_attempt_at is null or h.next_attempt_at <= ${now})
          and exists (select 1 from webhooks.message m where m.hook_id = h.hook_id and m.state = 'waiting' and m.next_attempt_at <= ${now})
        order by h.hook_id limit 1000`,
  );
  return rows.map((row) => row.hook_id);
}

export async function dueMessages(
  client: Queryable,
  hookId: string,
  now: string,
  limit: number,
): Promise<DueMessage[]> {
  return query<DueMessage>(
    runner(client),
    sql`select message_id, hook_id, number, pointer, attempts, created_at from webhooks.message
        where hook_id = ${hookId} and state = 'waiting' and next_attempt_at <= ${now}
        order by next_attempt_at, message_id limit ${limit}`,
  );
}

/** Whether the check that a message is about still waits for its decision. */
export async function stillUndecided(client: Queryable, number: string, at: string): Promise<boolean> {
  const row = await one<{ open: boolean }>(
    runner(client),
    sql`select exists (select 1 from webhooks.watch w where w.number = ${number} and w.until > ${at}::timestamptz and ${undecided(sql`w.number`)}) as open`,
  );
  return row.open;
}

/** 0 rows: somebody else finished it. */
export async function finishMessage(
  client: Queryable,
  messageId: string,
  state: MessageState,
  at: string,
): Promise<number> {
  return execute(
    runner(client),
    sql`update webhooks.message set state = ${state}, finished_at = ${at}, attempts = attempts + ${state === 'delivered' ? 1 : 0}
        where message_id = ${messageId} and state = 'waiting'`,
  );
}

export async function postponeMessage(client: Queryable, messageId: string, nextAt: string): Promise<void> {
  await execute(
    runner(client),
    sql`update webhooks.message set attempts = attempts + 1, next_attempt_at = ${nextAt} where message_id = ${messageId} and state = 'waiting'`,
  );
}

export async function insertAttempt(
  client: Queryable,
  row: {
    readonly messageId: string;
    readonly at: string;
    readonly outcome: string;
    readonly status: number | null;
    readonly milliseconds: number;
  },
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into webhooks.attempt (message_id, seq, at, outcome, status, milliseconds)
        select ${row.messageId}::uuid, coalesce(max(seq), 0) + 1, ${row.at}::timestamptz, ${row.outcome}::text, ${row.status}::integer, ${row.milliseconds}::integer
        from webhooks.attempt where message_id = ${row.messageId}::uuid`,
  );
}

/** Returns the failures in a row. */
export async function noteFailure(
  client: Queryable,
  hookId: string,
  problem: string,
  nextAt: string | null,
): Promise<number> {
  const row = await maybeOne<{ failures: number }>(
    runner(client),
    sql`update webhooks.hook set failures = failures + 1, last_problem = ${problem}, next_attempt_at = ${nextAt}
        where hook_id = ${hookId} returning failures`,
  );
  return row?.failures ?? 0;
}

export async function noteSuccess(client: Queryable, hookId: string, at: string): Promise<void> {
  await execute(
    runner(client),
    sql`update webhooks.hook set failures = 0, last_success_at = ${at}, last_problem = null, next_attempt_at = null where hook_id = ${hookId}`,
  );
}

/** 0 rows: one is open already. */
export async function insertAlarm(
  client: Queryable,
  row: { readonly alarmId: string; readonly hookId: string; readonly problem: string; readonly at: string },
): Promise<number> {
  return execute(
    runner(client),
    sql`insert into webhooks.alarm (alarm_id, hook_id, problem, raised_at) values (${row.alarmId}, ${row.hookId}, ${row.problem}, ${row.at})
        on conflict do nothing`,
  );
}

export async function closeAlarm(client: Queryable, hookId: string, closing: string, at: string): Promise<void> {
  await execute(
    runner(client),
    sql`update webhooks.alarm set closed_at = ${at}, closing = ${closing} where hook_id = ${hookId} and closed_at is null`,
  );
}

export interface DeliveryRow {
  readonly message_id: string;
  readonly number: string;
  readonly state: MessageState;
  readonly created_at: string;
  readonly finished_at: string | null;
  readonly next_attempt_at: string;
  readonly attempts: { at: string; outcome: string; status: number | null; milliseconds: number }[];
}

export async function deliveryPage(
  client: Queryable,
  hookId: string,
  before: { readonly at: string; readonly id: string } | null,
  limit: number,
): Promise<DeliveryRow[]> {
  return query<DeliveryRow>(
    runner(client),
    sql`select m.message_id, m.number, m.state, m.created_at, m.finished_at, m.next_attempt_at,
          coalesce((select jsonb_agg(jsonb_build_object('at', to_char(a.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                     'outcome', a.outcome, 'status', a.status, 'milliseconds', a.milliseconds) order by a.seq desc)
                    from (select * from webhooks.attempt t where t.message_id = m.message_id order by t.seq desc limit 20) a), '[]'::jsonb) as attempts
        from webhooks.message m
        where m.hook_id = ${hookId}
          and (${before?.at ?? null}::timestamptz is null
               or (m.created_at, m.message_id) < (${before?.at ?? null}::timestamptz, ${before?.id ?? null}::uuid))
        order by m.created_at desc, m.message_id desc limit ${limit}`,
  );
}

export interface ReceiptOf {
  readonly number: string;
  readonly body_id: string | null;
  readonly subject_id: string;
  readonly matter: string;
  readonly case_number: string | null;
  readonly decided_on: string | null;
}

export async function receiptToDecide(client: Queryable, number: string): Promise<ReceiptOf | null> {
  return maybeOne<ReceiptOf>(
    runner(client),
    sql`select r.number, r.body_id, r.subject_id, r.matter, r.case_number, d.decided_on
        from checks.receipt r left join webhooks.decided d on d.number = r.number where r.number = ${number}`,
  );
}

/** 0 rows: said before. */
export async function insertDecided(
  client: Queryable,
  row: { readonly number: string; readonly on: string; readonly at: string; readonly by: string | null },
): Promise<number> {
  return execute(
    runner(client),
    sql`insert into webhooks.decided (number, decided_on, decided_at, account_id) values (${row.number}, ${row.on}, ${row.at}, ${row.by})
        on conflict do nothing`,
  );
}
