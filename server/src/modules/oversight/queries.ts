/** SQL of disputes, delays, alerts and what is usual. */
import { execute, maybeOne, one, type Queryable, query, type Runner, type Sql, sql } from '../../platform/db.ts';
import type { AlertState } from './alert-state.ts';
import type { DisputeState } from './dispute-state.ts';

const runner = (client: Queryable): Runner => client as Runner;

// Names

export async function bodyNames(client: Queryable, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await query<{ body_id: string; name: string }>(
    runner(client),
    sql`select body_id, name from core.body where body_id = any(${ids}::uuid[])`,
  );
  return new Map(rows.map((row) => [row.body_id, row.name]));
}

export interface SubjectName {
  readonly name: string;
  readonly code: string | null;
}
export async function subjectNames(client: Queryable, ids: readonly string[]): Promise<Map<string, SubjectName>> {
  if (ids.length === 0) return new Map();
  const rows = await query<{ subject_id: string; name: string; unified_code: string | null }>(
    runner(client),
    sql`select subject_id, name, unified_code from core.subject where subject_id = any(${ids}::uuid[])`,
  );
  return new Map(rows.map((row) => [row.subject_id, { name: row.name, code: row.unified_code }]));
}

export async function accountNames(client: Queryable, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await query<{ account_id: string; name: string }>(
    runner(client),
    sql`select account_id, name from identity.account where account_id = any(${ids}::uuid[])`,
  );
  return new Map(rows.map((row) => [row.account_id, row.name]));
}

/** By login or id; null when there is none. */
export async function accountBy(client: Queryable, login: string): Promise<string | null> {
  const row = await maybeOne<{ account_id: string }>(
    runner(client),
    sql`select account_id from identity.account where login = ${login.toLowerCase()} or account_id::text = ${login.toLowerCase()}`,
  );
  return row?.account_id ?? null;
}

// Delays

export interface DelayRow {
  readonly delay_id: string;
  readonly subject_id: string;
  readonly body_id: string;
  readonly rule: string;
  readonly reason: string;
  readonly case_number: string;
  readonly from_at: string;
  readonly until_on: string;
  readonly created_by: string;
  readonly created_at: string;
  readonly ended_at: string | null;
}
const selectDelay = {
  kind: 'sql',
  strings: [
    'select delay_id, subject_id, body_id, rule, reason, case_number, from_at, until_on, created_by, created_at, ended_at from oversight.delay',
  ],
  values: [],
} as const;

export async function delaysOf(client: Queryable, subjectIds: readonly string[]): Promise<DelayRow[]> {
  return query(
    runner(client),
    sql`${selectDelay} where subject_id = any(${subjectIds}::uuid[]) order by created_at limit 1000`,
  );
}

export interface Page {
  readonly after: { readonly at: string; readonly id: string } | null;
  readonly limit: number;
}

export async function delayPage(client: Queryable, bodyIds: readonly string[] | null, page: Page): Promise<DelayRow[]> {
  const own = bodyIds === null ? sql`` : sql`and body_id = any(${bodyIds}::uuid[])`;
  const rest = page.after
    ? sql`and (created_at, delay_id) < (${page.after.at}::timestamptz, ${page.after.id}::uuid)`
    : sql``;
  return query(
    runner(client),
    sql`${selectDelay} where true ${own} ${rest} order by created_at desc, delay_id desc limit ${page.limit}`,
  );
}

export async function delayById(client: Queryable, id: string): Promise<DelayRow | null> {
  return maybeOne(runner(client), sql`${selectDelay} where delay_id = ${id}::uuid`);
}

export async function insertDelay(
  client: Queryable,
  row: Omit<DelayRow, 'ended_at'> & { policy_set_id: number },
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into oversight.delay (delay_id, subject_id, body_id, rule, reason, case_number, from_at, until_on, created_by, created_at, policy_set_id)
        values (${row.delay_id}, ${row.subject_id}, ${row.body_id}, ${row.rule}, ${row.reason}, ${row.case_number}, ${row.from_at},
          ${row.until_on}, ${row.created_by}, ${row.created_at}, ${row.policy_set_id})`,
  );
}

export async function endDelay(client: Queryable, id: string, by: string, at: string): Promise<number> {
  return execute(
    runner(client),
    sql`update oversight.delay set ended_at = ${at}, ended_by = ${by} where delay_id = ${id}::uuid and ended_at is null`,
  );
}

// Disputes

export interface DisputeLook {
  readonly key: string;
  readonly at: string;
  readonly times: number;
  readonly action: string;
  readonly actorKind: string;
  readonly officer: string;
  readonly purpose: string | null;
  readonly matter: string | null;
  readonly caseNumber: string | null;
}

export interface DisputeRow {
  readonly dispute_id: string;
  readonly subject_id: string;
  readonly log_id: string;
  readonly look: DisputeLook;
  readonly body_id: string | null;
  readonly looked_by: string | null;
  readonly state: DisputeState;
  readonly due_on: string | null;
  readonly reason: string;
  readonly raised_at: string;
  readonly finding: 'justified' | 'unjustified' | null;
  readonly answer: string | null;
  readonly answered_at: string | null;
  readonly contest: string | null;
  readonly outcome: 'upheld' | 'unfounded' | null;
  readonly decision: string | null;
  readonly decided_at: string | null;
  readonly policy_set_id: number;
}
const selectDispute = {
  kind: 'sql',
  strings: [
    `select dispute_id, subject_id, log_id, look, body_id, looked_by, state, due_on, reason, raised_at, finding, answer, answered_at,
       contest, outcome, decision, decided_at, policy_set_id from oversight.dispute`,
  ],
  values: [],
} as const;

export async function disputeById(client: Queryable, id: string): Promise<DisputeRow | null> {
  return maybeOne(runner(client), sql`${selectDispute} where dispute_id = ${id}::uuid`);
}

export async function disputesOf(client: Queryable, subjectIds: readonly string[]): Promise<DisputeRow[]> {
  return query(
    runner(client),
    sql`${selectDispute} where subject_id = any(${subjectIds}::uuid[]) order by raised_at desc limit 1000`,
  );
}

/** Whose disputes: of an organisation, of bodies, or all. */
export type DisputeScope =
  | { readonly kind: 'subjects'; readonly ids: readonly string[] }
  | { readonly kind: 'bodies'; readonly ids: readonly string[] }
  | { readonly kind: 'all' };

const inScope = (scope: DisputeScope): Sql => {
  if (scope.kind === 'all') return sql`true`;
  return scope.kind === 'subjects'
    ? sql`subject_id = any(${scope.ids}::uuid[])`
    : sql`body_id = any(${scope.ids}::uuid[])`;
};

export async function disputePage(
  client: Queryable,
  scope: DisputeScope,
  states: readonly DisputeState[] | null,
  page: Page,
): Promise<DisputeRow[]> {
  const some = states === null ? sql`` : sql`and state = any(${states}::text[])`;
  const rest = page.after
    ? sql`and (raised_at, dispute_id) < (${page.after.at}::timestamptz, ${page.after.id}::uuid)`
    : sql``;
  return query(
    runner(client),
    sql`${selectDispute} where ${inScope(scope)} ${some} ${rest} order by raised_at desc, dispute_id desc limit ${page.limit}`,
  );
}

/** False when the look is disputed already. */
export async function insertDispute(
  client: Queryable,
  row: {
    id: string;
    subjectId: string;
    logId: string;
    look: DisputeLook;
    bodyId: string | null;
    lookedBy: string | null;
    dueOn: string;
    reason: string;
    by: string;
    at: string;
    policySetId: number;
  },
): Promise<boolean> {
  const count = await execute(
    runner(client),
    sql`insert into oversight.dispute (dispute_id, subject_id, log_id, look, body_id, looked_by, state, due_on, reason, raised_by, raised_at, policy_set_id)
        values (${row.id}, ${row.subjectId}, ${row.logId}, ${JSON.stringify(row.look)}::jsonb, ${row.bodyId}, ${row.lookedBy}, 'open', ${row.dueOn},
          ${row.reason}, ${row.by}, ${row.at}, ${row.policySetId}) on conflict (log_id) do nothing`,
  );
  return count === 1;
}

export interface DisputeChange {
  readonly state: DisputeState;
  readonly dueOn?: string | null;
  readonly finding?: 'justified' | 'unjustified';
  readonly answer?: string;
  readonly answeredBy?: string;
  readonly answeredAt?: string;
  readonly contest?: string;
  readonly outcome?: 'upheld' | 'unfounded';
  readonly decision?: string;
  readonly decidedBy?: string;
  readonly decidedAt?: string;
  readonly escalatedAt?: string;
  readonly closedAt?: string;
}

/** Guarded by the state it comes from; 0 rows: somebody was quicker. */
export async function moveDispute(
  client: Queryable,
  id: string,
  from: DisputeState,
  change: DisputeChange,
): Promise<number> {
  return execute(
    runner(client),
    sql`update oversight.dispute set state = ${change.state}, due_on = ${change.dueOn ?? null},
          finding = coalesce(${change.finding ?? null}, finding), answer = coalesce(${change.answer ?? null}, answer),
          answered_by = coalesce(${change.answeredBy ?? null}::uuid, answered_by), answered_at = coalesce(${change.answeredAt ?? null}::timestamptz, answered_at),
          contest = coalesce(${change.contest ?? null}, contest), outcome = coalesce(${change.outcome ?? null}, outcome),
          decision = coalesce(${change.decision ?? null}, decision), decided_by = coalesce(${change.decidedBy ?? null}::uuid, decided_by),
          decided_at = coalesce(${change.decidedAt ?? null}::timestamptz, decided_at), escalated_at = coalesce(${change.escalatedAt ?? null}::timestamptz, escalated_at),
          closed_at = ${change.closedAt ?? null}
        where dispute_id = ${id}::uuid and state = ${from}`,
  );
}

export interface EventRow {
  readonly at: string;
  readonly act: string;
  readonly to_state: DisputeState;
  readonly note: string | null;
  readonly dispute_id: string;
}

export async function insertDisputeEvent(
  client: Queryable,
  row: {
    id: string;
    disputeId: string;
    at: string;
    act: string;
    from: string | null;
    to: string;
    by: string | null;
    note: string | null;
  },
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into oversight.dispute_event (event_id, dispute_id, at, act, from_state, to_state, account_id, note)
        values (${row.id}, ${row.disputeId}, ${row.at}, ${row.act}, ${row.from}, ${row.to}, ${row.by}, ${row.note})`,
  );
}

export async function disputeEvents(client: Queryable, ids: readonly string[]): Promise<EventRow[]> {
  if (ids.length === 0) return [];
  return query(
    runner(client),
    sql`select dispute_id, at, act, to_state, note from oversight.dispute_event where dispute_id = any(${ids}::uuid[]) order by at, event_id limit 5000`,
  );
}

export async function overdueDisputes(client: Queryable, today: string, limit: number): Promise<DisputeRow[]> {
  return query(
    runner(client),
    sql`${selectDispute} where closed_at is null and state = 'open' and due_on < ${today} order by due_on limit ${limit}`,
  );
}

// Alerts

export interface AlertRow {
  readonly alert_id: string;
  readonly detector: string;
  readonly account_id: string;
  readonly body_id: string | null;
  readonly window_from: string;
  readonly window_to: string;
  readonly facts: Readonly<Record<string, number>>;
  readonly state: AlertState;
  readonly raised_at: string;
  readonly reply_due_on: string;
  readonly expires_on: string;
  readonly reply: string | null;
  readonly replied_at: string | null;
  readonly decision: string | null;
  readonly decided_at: string | null;
}
const selectAlert = {
  kind: 'sql',
  strings: [
    `select alert_id, detector, account_id, body_id, window_from, window_to, facts, state, raised_at, reply_due_on, expires_on, reply,
       replied_at, decision, decided_at from oversight.alert`,
  ],
  values: [],
} as const;

export async function alertById(client: Queryable, id: string): Promise<AlertRow | null> {
  return maybeOne(runner(client), sql`${selectAlert} where alert_id = ${id}::uuid`);
}

export async function alertPage(
  client: Queryable,
  accountId: string | null,
  states: readonly AlertState[] | null,
  page: Page,
): Promise<AlertRow[]> {
  const own = accountId === null ? sql`` : sql`and account_id = ${accountId}::uuid`;
  const some = states === null ? sql`` : sql`and state = any(${states}::text[])`;
  const rest = page.after
    ? sql`and (raised_at, alert_id) < (${page.after.at}::timestamptz, ${page.after.id}::uuid)`
    : sql``;
  return query(
    runner(client),
    sql`${selectAlert} where true ${own} ${some} ${rest} order by raised_at desc, alert_id desc limit ${page.limit}`,
  );
}

/** False when the window had one already, or one of the same kind is still undecided for this officer since `since`. */
export async function insertAlert(
  client: Queryable,
  row: {
    id: string;
    detector: string;
    accountId: string;
    bodyId: string | null;
    from: string;
    to: string;
    facts: Readonly<Record<string, number>>;
    at: string;
    replyDueOn: string;
    expiresOn: string;
    policySetId: number;
    since: string;
  },
): Promise<boolean> {
  const count = await execute(
    runner(client),
    sql`insert into oversight.alert (alert_id, detector, account_id, body_id, window_from, window_to, facts, state, raised_at, reply_due_on,
          expires_on, policy_set_id)
        select ${row.id}::uuid, ${row.detector}::text, ${row.accountId}::uuid, ${row.bodyId}::uuid, ${row.from}::timestamptz, ${row.to}::timestamptz,
          ${JSON.stringify(row.facts)}::jsonb, 'open', ${row.at}::timestamptz, ${row.replyDueOn}::date, ${row.expiresOn}::date, ${row.policySetId}::integer
        where not exists (select from oversight.alert a where a.detector = ${row.detector} and a.account_id = ${row.accountId}::uuid
          and a.state in ('open', 'replied') and a.window_from >= ${row.since}::timestamptz)
        on conflict (detector, account_id, window_from) do nothing`,
  );
  return count === 1;
}

export async function moveAlert(
  client: Queryable,
  id: string,
  from: AlertState,
  change: {
    state: AlertState;
    reply?: string;
    repliedAt?: string;
    decision?: string;
    decidedBy?: string;
    decidedAt?: string;
  },
): Promise<number> {
  return execute(
    runner(client),
    sql`update oversight.alert set state = ${change.state}, reply = coalesce(${change.reply ?? null}, reply),
          replied_at = coalesce(${change.repliedAt ?? null}::timestamptz, replied_at), decision = coalesce(${change.decision ?? null}, decision),
          decided_by = coalesce(${change.decidedBy ?? null}::uuid, decided_by), decided_at = coalesce(${change.decidedAt ?? null}::timestamptz, decided_at)
        where alert_id = ${id}::uuid and state = ${from}`,
  );
}

export async function insertAlertEvent(
  client: Queryable,
  row: {
    id: string;
    alertId: string;
    at: string;
    act: string;
    from: string | null;
    to: string;
    by: string | null;
    note: string | null;
  },
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into oversight.alert_event (event_id, alert_id, at, act, from_state, to_state, account_id, note)
        values (${row.id}, ${row.alertId}, ${row.at}, ${row.act}, ${row.from}, ${row.to}, ${row.by}, ${row.note})`,
  );
}

export async function expiredAlerts(client: Queryable, today: string, limit: number): Promise<AlertRow[]> {
  return query(
    runner(client),
    sql`${selectAlert} where state in ('open', 'replied') and expires_on < ${today} order by expires_on limit ${limit}`,
  );
}

export interface Waiting {
  readonly alerts: number;
  readonly disputes: number;
  readonly delays: number;
}
export async function waitingCounts(client: Queryable, today: string): Promise<Waiting> {
  return one(
    runner(client),
    sql`select (select count(*)::integer from oversight.alert where state in ('open', 'replied')) as alerts,
          (select count(*)::integer from oversight.dispute where closed_at is null and state <> 'answered') as disputes,
          (select count(*)::integer from oversight.delay where ended_at is null and until_on >= ${today}) as delays`,
  );
}

// What is usual

export interface ActivityRow {
  readonly accountId: string;
  readonly bodyId: string | null;
  readonly subjects: number;
  readonly withoutCase: number;
  readonly oddHours: number;
  readonly looks: number;
  readonly refused: number;
}

export async function keepActivity(client: Queryable, day: string, rows: readonly ActivityRow[]): Promise<void> {
  if (rows.length === 0) return;
  await execute(
    runner(client),
    sql`insert into oversight.activity (account_id, on_day, body_id, subjects, without_case, odd_hours, looks, refused)
        select (r->>'accountId')::uuid, ${day}::date, (r->>'bodyId')::uuid, (r->>'subjects')::integer, (r->>'withoutCase')::integer,
          (r->>'oddHours')::integer, (r->>'looks')::integer, (r->>'refused')::integer
        from jsonb_array_elements(${JSON.stringify(rows)}::jsonb) r
        on conflict (account_id, on_day) do update set body_id = excluded.body_id, subjects = excluded.subjects,
          without_case = excluded.without_case, odd_hours = excluded.odd_hours, looks = excluded.looks, refused = excluded.refused`,
  );
}

export interface Usual {
  /** Median of the officer's own days with looks; null with fewer than `enough` of them. */
  readonly own: number | null;
  readonly ownOdd: number | null;
  /** Median of the days of the body's others; null with fewer than `enough` of them. */
  readonly peers: number | null;
}

export async function usualOf(
  client: Queryable,
  accountId: string,
  bodyId: string | null,
  days: { from: string; before: string },
  enough: number,
): Promise<Usual> {
  return one(
    runner(client),
    sql`with own as (select subjects, odd_hours from oversight.activity where account_id = ${accountId}::uuid and on_day >= ${days.from}::date
            and on_day < ${days.before}::date and looks > 0),
        peer as (select subjects from oversight.activity where body_id = ${bodyId}::uuid and account_id <> ${accountId}::uuid
            and on_day >= ${days.from}::date and on_day < ${days.before}::date and looks > 0 limit 20000)
        select (select case when count(*) >= ${enough}::integer then percentile_disc(0.5) within group (order by subjects) end from own) as own,
          (select case when count(*) >= ${enough}::integer then percentile_disc(0.5) within group (order by odd_hours) end from own) as "ownOdd",
          (select case when count(*) >= ${enough}::integer then percentile_disc(0.5) within group (order by subjects) end from peer) as peers`,
  );
}

/** Codes of organisations, for those that have one. */
export async function codesOf(client: Queryable, ids: readonly string[]): Promise<Map<string, string>> {
  const names = await subjectNames(client, [...new Set(ids)]);
  return new Map([...names].flatMap(([id, { code }]) => (code === null ? [] : [[id, code]])));
}

export async function progressOf(client: Queryable, task: string): Promise<string | null> {
  const row = await maybeOne<{ up_to: string }>(
    runner(client),
    sql`select up_to from oversight.progress where task = ${task}`,
  );
  return row?.up_to ?? null;
}

export async function keepProgress(client: Queryable, task: string, upTo: string): Promise<void> {
  await execute(
    runner(client),
    sql`insert into oversight.progress (task, up_to) values (${task}, ${upTo})
        on conflict (task) do update set up_to = greatest(oversight.progress.up_to, excluded.up_to)`,
  );
}
