/** All SQL of obligations. */
import type { Instant, PlainDateString } from '../../platform/clock.ts';
import {
  execute,
  maybeOne,
  one,
  type Queryable,
  query,
  type Runner,
  sql,
  type Transaction,
} from '../../platform/db.ts';
import type { HeldState, ObligationState } from './state.ts';

const runner = (client: Queryable): Runner => client as Runner;

export interface ObligationRow {
  readonly subject_id: string;
  readonly obligation_id: string;
  readonly entry_id: string;
  readonly list: string;
  readonly measure: string;
  readonly force: 'required' | 'permitted';
  readonly body_id: string;
  readonly document: string;
  readonly article: string;
  readonly policy_set_id: number;
  readonly round: number;
  readonly state: ObligationState;
  readonly held: HeldState | null;
  readonly due_on: PlainDateString;
  readonly until_on: PlainDateString | null;
  readonly sent_on: PlainDateString;
  readonly sent_at: Instant;
  readonly ack_due_on: PlainDateString;
  readonly acknowledged_on: PlainDateString | null;
  readonly to_lift_on: PlainDateString | null;
  readonly lift_due_on: PlainDateString | null;
  readonly lifted_on: PlainDateString | null;
  readonly lift_note: string | null;
}

export interface SeenObligation extends ObligationRow {
  readonly canonical_id: string;
  readonly name: string;
  readonly code: string | null;
  readonly body: string;
}

const columns = sql`o.subject_id, o.obligation_id, o.entry_id, o.list, o.measure, o.force, o.body_id, o.document, o.article, o.policy_set_id,
  o.round, o.state, o.held, o.due_on, o.until_on, o.sent_on, o.sent_at, o.ack_due_on, o.acknowledged_on, o.to_lift_on, o.lift_due_on,
  o.lifted_on, o.lift_note`;
const seenColumns = sql`${columns}, s.subject_id AS canonical_id, s.name, s.unified_code AS code, b.name AS body`;
const joins = sql`LEFT JOIN core.subject_alias a ON a.subject_id = o.subject_id AND a.to_at IS NULL
  JOIN core.subject s ON s.subject_id = coalesce(a.canonical_id, o.subject_id) JOIN core.body b ON b.body_id = o.body_id`;

export interface PlanSubject {
  readonly subject_id: string;
  readonly region: string | null;
}

/** The canonical subjects behind ids of any member, with their region. */
export async function canonicalSubjects(client: Queryable, subjectIds: readonly string[]): Promise<PlanSubject[]> {
  return query<PlanSubject>(
    runner(client),
    sql`SELECT DISTINCT s.subject_id, s.region FROM unnest(${subjectIds}::uuid[]) AS g(id)
          LEFT JOIN core.subject_alias a ON a.subject_id = g.id AND a.to_at IS NULL
          JOIN core.subject s ON s.subject_id = coalesce(a.canonical_id, g.id)`,
  );
}

export interface PlanRow extends ObligationRow {
  readonly canonical_id: string;
}

/** Everything that was ever sent about whole clusters. */
export async function obligationsOfSubjects(client: Queryable, canonicalIds: readonly string[]): Promise<PlanRow[]> {
  return query<PlanRow>(
    runner(client),
    sql`WITH cluster AS (
          SELECT c.id AS member, c.id AS canonical FROM unnest(${canonicalIds}::uuid[]) AS c(id)
          UNION SELECT x.subject_id, x.canonical_id FROM core.subject_alias x WHERE x.canonical_id = ANY(${canonicalIds}::uuid[]) AND x.to_at IS NULL)
        SELECT ${columns}, c.canonical AS canonical_id FROM cluster c JOIN obligations.obligation o ON o.subject_id = c.member
         ORDER BY o.round, o.obligation_id`,
  );
}

export interface NewObligation {
  readonly subject_id: string;
  readonly obligation_id: string;
  readonly entry_id: string;
  readonly list: string;
  readonly measure: string;
  readonly force: 'required' | 'permitted';
  readonly body_id: string;
  readonly document: string;
  readonly article: string;
  readonly policy_set_id: number;
  readonly round: number;
  readonly due_on: string;
  readonly until_on: string | null;
  readonly sent_on: string;
  readonly sent_at: string;
}

/** Gives the ids that were new: another planner may have been first. */
export async function insertObligations(
  tx: Transaction,
  rows: readonly NewObligation[],
): Promise<{ obligation_id: string; body_id: string }[]> {
  if (rows.length === 0) return [];
  return query(
    tx,
    sql`INSERT INTO obligations.obligation (subject_id, obligation_id, entry_id, list, measure, force, body_id, document, article, policy_set_id,
          round, state, due_on, ack_due_on, until_on, sent_on, sent_at)
        SELECT n.subject_id, n.obligation_id, n.entry_id, n.list, n.measure, n.force, n.body_id, n.document, n.article, n.policy_set_id, n.round,
               'sent', n.due_on, n.due_on, n.until_on, n.sent_on, n.sent_at
          FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS n(subject_id uuid, obligation_id uuid, entry_id uuid, list text, measure text,
            force text, body_id uuid, document text, article text, policy_set_id integer, round integer, due_on date, until_on date, sent_on date,
            sent_at timestamptz)
        ON CONFLICT (subject_id, entry_id, measure, body_id, round) DO NOTHING RETURNING obligation_id, body_id`,
  );
}

export interface Move {
  readonly state: ObligationState;
  readonly held: HeldState | null;
  readonly on: PlainDateString;
  readonly at: Instant;
  readonly by: string | null;
  /** Last day of lifting, where it is to be lifted from now on. */
  readonly liftDueOn: string | null;
  readonly note?: string | null;
}

/** 0 when it is not in the state that was read. What the act does not touch stays. */
export async function moveObligation(
  tx: Transaction,
  row: Pick<ObligationRow, 'subject_id' | 'obligation_id' | 'state'>,
  to: Move,
): Promise<number> {
  const received = to.state !== 'withdrawn';
  const toLift = to.state === 'toLift';
  const lifted = to.state === 'lifted';
  const back = row.state === 'toLift' && !lifted;
  return execute(
    tx,
    sql`UPDATE obligations.obligation SET state = ${to.state}, held = ${to.held},
          acknowledged_on = coalesce(acknowledged_on, CASE WHEN ${received} THEN ${to.on}::date END),
          acknowledged_at = coalesce(acknowledged_at, CASE WHEN ${received} THEN ${to.at}::timestamptz END),
          acknowledged_by = CASE WHEN acknowledged_at IS NULL AND ${received} THEN ${to.by}::uuid ELSE acknowledged_by END,
          to_lift_on = CASE WHEN ${toLift} THEN ${to.on}::date WHEN ${back} THEN NULL ELSE to_lift_on END,
          lift_due_on = CASE WHEN ${toLift} THEN ${to.liftDueOn}::date WHEN ${back} THEN NULL ELSE lift_due_on END,
          due_on = CASE WHEN ${toLift} THEN ${to.liftDueOn}::date WHEN ${back} THEN ack_due_on ELSE due_on END,
          lifted_on = CASE WHEN ${lifted} THEN ${to.on}::date END, lifted_at = CASE WHEN ${lifted} THEN ${to.at}::timestamptz END,
          lifted_by = CASE WHEN ${lifted} THEN ${to.by}::uuid END, lift_note = CASE WHEN ${lifted} THEN ${to.note ?? null}::text END
        WHERE subject_id = ${row.subject_id} AND obligation_id = ${row.obligation_id} AND state = ${row.state}`,
  );
}

export async function moveUntil(
  tx: Transaction,
  row: Pick<ObligationRow, 'subject_id' | 'obligation_id'>,
  until: string | null,
): Promise<number> {
  return execute(
    tx,
    sql`UPDATE obligations.obligation SET until_on = ${until} WHERE subject_id = ${row.subject_id} AND obligation_id = ${row.obligation_id}`,
  );
}

export interface NewFeedback {
  readonly subject_id: string;
  readonly feedback_id: string;
  readonly obligation_id: string;
  readonly action: 'limit' | 'deny' | 'supervise' | 'applied' | 'none';
  readonly matter: string | null;
  readonly case_number: string | null;
  readonly acted_on: PlainDateString;
  readonly document: string | null;
  readonly reason: string | null;
  readonly hit_id: string | null;
  readonly account_id: string | null;
  readonly recorded_at: Instant;
}

/** 0 when the hit was counted before. */
export async function insertFeedback(tx: Transaction, row: NewFeedback): Promise<number> {
  return execute(
    tx,
    sql`INSERT INTO obligations.feedback (subject_id, feedback_id, obligation_id, action, matter, case_number, acted_on, document, reason, hit_id,
          account_id, recorded_at)
        VALUES (${row.subject_id}, ${row.feedback_id}, ${row.obligation_id}, ${row.action}, ${row.matter}, ${row.case_number}, ${row.acted_on},
          ${row.document}, ${row.reason}, ${row.hit_id}, ${row.account_id}, ${row.recorded_at})
        ON CONFLICT (subject_id, obligation_id, hit_id, action) WHERE hit_id IS NOT NULL DO NOTHING`,
  );
}

export interface FeedbackRow extends NewFeedback {}

const maxFeedback = 2_000;
export async function feedbackOfObligations(
  client: Queryable,
  rows: readonly Pick<ObligationRow, 'subject_id' | 'obligation_id'>[],
): Promise<FeedbackRow[]> {
  if (rows.length === 0) return [];
  return query<FeedbackRow>(
    runner(client),
    sql`SELECT f.* FROM obligations.feedback f
         WHERE f.subject_id = ANY(${[...new Set(rows.map((row) => row.subject_id))]}::uuid[])
           AND f.obligation_id = ANY(${rows.map((row) => row.obligation_id)}::uuid[])
         ORDER BY f.recorded_at, f.feedback_id LIMIT ${maxFeedback}`,
  );
}

export interface AnsweredHit {
  readonly hit_id: string;
  readonly entry_id: string;
  readonly measure: string;
  readonly body_id: string;
  readonly state: 'applied' | 'notApplied' | 'lifted';
  readonly matter: string;
  readonly case_number: string | null;
  readonly document: string | null;
  readonly reason: string | null;
  readonly answered_by: string | null;
  readonly answered_on: PlainDateString;
  readonly answered_at: Instant;
}

const maxHits = 5_000;
/** Hits of these entries that were fed back at the check, the earliest first. */
export async function answeredHits(
  client: Queryable,
  canonicalIds: readonly string[],
  entryIds: readonly string[],
): Promise<AnsweredHit[]> {
  if (entryIds.length === 0) return [];
  return query<AnsweredHit>(
    runner(client),
    sql`SELECT h.hit_id, h.entry_id, h.measure, h.body_id, h.state, h.matter, h.case_number, h.document, h.reason, h.answered_by, h.answered_on,
               h.answered_at
          FROM checks.hit h WHERE h.subject_id = ANY(${canonicalIds}::uuid[]) AND h.entry_id = ANY(${entryIds}::uuid[]) AND h.state <> 'open'
         ORDER BY h.answered_at, h.hit_id LIMIT ${maxHits}`,
  );
}

export async function obligationBy(client: Queryable, id: string): Promise<SeenObligation | null> {
  return maybeOne<SeenObligation>(
    runner(client),
    sql`SELECT ${seenColumns} FROM obligations.obligation o ${joins} WHERE o.obligation_id = ${id}`,
  );
}

export interface ObligationFilterRow {
  /** Null = every body. */
  readonly bodies: readonly string[] | null;
  readonly state: ObligationState | null;
  readonly overdueOn: string | null;
  readonly list: string | null;
  readonly measure: string | null;
  readonly bodyId: string | null;
}

/** Most pressing first. */
export async function obligationPage(
  client: Queryable,
  filter: ObligationFilterRow,
  after: { readonly due: string; readonly id: string } | null,
  limit: number,
): Promise<SeenObligation[]> {
  const { bodies, state, overdueOn, list, measure, bodyId } = filter;
  return query<SeenObligation>(
    runner(client),
    sql`SELECT ${seenColumns} FROM obligations.obligation o ${joins}
         WHERE (${bodies}::uuid[] IS NULL OR o.body_id = ANY(${bodies}::uuid[])) AND (${state}::text IS NULL OR o.state = ${state}::text)
           AND (${overdueOn}::date IS NULL OR (o.state IN ('sent', 'toLift') AND o.due_on < ${overdueOn}::date))
           AND (${list}::text IS NULL OR o.list = ${list}::text) AND (${measure}::text IS NULL OR o.measure = ${measure}::text)
           AND (${bodyId}::uuid IS NULL OR o.body_id = ${bodyId}::uuid)
           AND (${after?.id ?? null}::uuid IS NULL OR (o.due_on, o.obligation_id) > (${after?.due ?? null}::date, ${after?.id ?? null}::uuid))
         ORDER BY o.due_on, o.obligation_id LIMIT ${limit}`,
  );
}

export async function countsByState(
  client: Queryable,
  bodies: readonly string[] | null,
): Promise<{ state: ObligationState; count: number }[]> {
  return query(
    runner(client),
    sql`SELECT state, count(*)::int AS count FROM obligations.obligation
         WHERE (${bodies}::uuid[] IS NULL OR body_id = ANY(${bodies}::uuid[])) GROUP BY state`,
  );
}

export interface StuckRow {
  readonly list: string;
  readonly body_id: string;
  readonly body: string;
  readonly to_acknowledge: number;
  readonly to_lift: number;
  readonly oldest: PlainDateString;
}

const maxStuck = 500;
/** What is overdue, by list and body, the oldest first. */
export async function stuckOf(client: Queryable, bodies: readonly string[] | null, today: string): Promise<StuckRow[]> {
  return query<StuckRow>(
    runner(client),
    sql`SELECT o.list, o.body_id, b.name AS body, (count(*) FILTER (WHERE o.state = 'sent'))::int AS to_acknowledge,
               (count(*) FILTER (WHERE o.state = 'toLift'))::int AS to_lift, min(o.due_on) AS oldest
          FROM obligations.obligation o JOIN core.body b ON b.body_id = o.body_id
         WHERE o.state IN ('sent', 'toLift') AND o.due_on < ${today} AND (${bodies}::uuid[] IS NULL OR o.body_id = ANY(${bodies}::uuid[]))
         GROUP BY o.list, o.body_id, b.name ORDER BY min(o.due_on), o.list, o.body_id LIMIT ${maxStuck}`,
  );
}

export interface KeptRates {
  readonly body_id: string;
  readonly body: string;
  readonly acknowledged: number;
  readonly to_acknowledge: number;
  readonly lifted: number;
  readonly to_lift: number;
}

/** Of what fell due, or was done, in a span: what is neither due nor done counts for nobody. */
export async function keptInTime(
  client: Queryable,
  bodies: readonly string[] | null,
  span: { readonly from: string; readonly to: string; readonly today: string },
): Promise<KeptRates[]> {
  const { from, to, today } = span;
  return query<KeptRates>(
    runner(client),
    sql`SELECT o.body_id, b.name AS body,
               (count(*) FILTER (WHERE o.sent_on BETWEEN ${from} AND ${to} AND o.acknowledged_on <= o.ack_due_on))::int AS acknowledged,
               (count(*) FILTER (WHERE o.sent_on BETWEEN ${from} AND ${to}
                  AND (o.acknowledged_on IS NOT NULL OR (o.state = 'sent' AND o.ack_due_on < ${today}))))::int AS to_acknowledge,
               (count(*) FILTER (WHERE o.to_lift_on BETWEEN ${from} AND ${to} AND o.lifted_on <= o.lift_due_on))::int AS lifted,
               (count(*) FILTER (WHERE o.to_lift_on BETWEEN ${from} AND ${to}
                  AND (o.lifted_on IS NOT NULL OR o.lift_due_on < ${today})))::int AS to_lift
          FROM obligations.obligation o JOIN core.body b ON b.body_id = o.body_id
         WHERE (${bodies}::uuid[] IS NULL OR o.body_id = ANY(${bodies}::uuid[]))
           AND (o.sent_on BETWEEN ${from} AND ${to} OR o.to_lift_on BETWEEN ${from} AND ${to})
         GROUP BY o.body_id, b.name ORDER BY b.name LIMIT 1000`,
  );
}

export interface CountedRow {
  readonly body_id: string;
  readonly body: string;
  readonly done: number;
  readonly total: number;
}

/** Hits that shall be applied, and those that were fed back: a permitted measure costs nothing in any rate. */
export async function feedbackRates(
  client: Queryable,
  bodies: readonly string[] | null,
  span: { readonly from: string; readonly to: string },
): Promise<CountedRow[]> {
  return query<CountedRow>(
    runner(client),
    sql`SELECT h.body_id, b.name AS body, (count(*) FILTER (WHERE h.state <> 'open'))::int AS done, count(*)::int AS total
          FROM checks.hit h JOIN core.body b ON b.body_id = h.body_id JOIN checks.receipt r ON r.number = h.number
         WHERE (${bodies}::uuid[] IS NULL OR h.body_id = ANY(${bodies}::uuid[])) AND h.force = 'required'
           AND r.checked_on BETWEEN ${span.from} AND ${span.to}
         GROUP BY h.body_id, b.name ORDER BY b.name LIMIT 1000`,
  );
}

/**
 * Decisions of the span that the platform holds (records of the standards that a matter's decisions are reported under), and those
 * before which the same body asked about the same organisation for that matter, `days` days before at most.
 */
export async function queryRates(
  client: Queryable,
  bodies: readonly string[] | null,
  matters: readonly { readonly matter: string; readonly standard: string }[],
  span: { readonly from: string; readonly to: string; readonly days: number },
): Promise<CountedRow[]> {
  return query<CountedRow>(
    runner(client),
    sql`WITH asked AS MATERIALIZED (
          SELECT r.body_id, r.subject_id, r.matter, r.checked_on FROM checks.receipt r
           WHERE r.checked_on BETWEEN ${span.from}::date - ${span.days}::int AND ${span.to}::date
             AND (${bodies}::uuid[] IS NULL OR r.body_id = ANY(${bodies}::uuid[])))
        SELECT d.deciding_body_id AS body_id, b.name AS body, count(*)::int AS total,
               (count(*) FILTER (WHERE EXISTS (
                  SELECT FROM asked q WHERE q.body_id = d.deciding_body_id AND q.subject_id = coalesce(a.canonical_id, d.subject_id)
                     AND q.matter = m.matter AND q.checked_on BETWEEN d.decided_on - ${span.days}::int AND d.decided_on)))::int AS done
          FROM jsonb_to_recordset(${JSON.stringify(matters)}::jsonb) AS m(matter text, standard text)
          JOIN core.record d ON d.standard = m.standard AND d.decided_on BETWEEN ${span.from} AND ${span.to} AND d.superseded_at IS NULL
            -- Nothing is recorded before it was decided: earlier years are not read.
            AND d.recorded_on >= ${span.from}
          LEFT JOIN core.subject_alias a ON a.subject_id = d.subject_id AND a.to_at IS NULL
          JOIN core.body b ON b.body_id = d.deciding_body_id
         WHERE (${bodies}::uuid[] IS NULL OR d.deciding_body_id = ANY(${bodies}::uuid[])) AND NOT b.provisional
         GROUP BY d.deciding_body_id, b.name ORDER BY b.name LIMIT 1000`,
  );
}

export interface Followed {
  /** Position in the change feed, and the last entry that was looked at. */
  readonly feed: string;
  readonly at: string;
}

export async function followedSoFar(client: Queryable, key: string): Promise<Followed | null> {
  const row = await maybeOne<{ value: Followed }>(
    runner(client),
    sql`SELECT value FROM core.setting WHERE key = ${key}`,
  );
  return row?.value ?? null;
}

export async function keepFollowed(client: Queryable, key: string, value: Followed, now: Instant): Promise<void> {
  await execute(
    runner(client),
    sql`INSERT INTO core.setting (key, value, updated_at) VALUES (${key}, ${JSON.stringify(value)}::jsonb, ${now})
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
  );
}

export async function endOfFeed(client: Queryable): Promise<string> {
  const row = await one<{ position: string }>(
    runner(client),
    sql`SELECT coalesce(max(position), 0)::text AS position FROM log.feed`,
  );
  return row.position;
}

/** Entries of serious lists that were recorded since. */
export async function entriesSince(
  client: Queryable,
  after: { readonly at: string; readonly id: string },
  limit: number,
): Promise<{ subject_id: string; recorded_at: Instant; version_id: string }[]> {
  return query(
    runner(client),
    sql`SELECT e.subject_id, e.recorded_at, e.version_id FROM lists.entry e
         WHERE (e.recorded_at, e.version_id) > (${after.at}::timestamptz, ${after.id}::uuid) AND e.kind = 'serious' AND e.superseded_at IS NULL
         ORDER BY e.recorded_at, e.version_id LIMIT ${limit}`,
  );
}

/** Subjects with a serious entry or an open obligation, in the order of their ids: the daily look at everything. */
export async function subjectsToSweep(client: Queryable, after: string, limit: number): Promise<string[]> {
  const rows = await query<{ subject_id: string }>(
    runner(client),
    sql`SELECT subject_id FROM (
          (SELECT DISTINCT e.subject_id FROM lists.entry e WHERE e.subject_id > ${after}::uuid AND e.superseded_at IS NULL AND e.kind = 'serious'
            ORDER BY e.subject_id LIMIT ${limit})
          UNION
          (SELECT DISTINCT o.subject_id FROM obligations.obligation o
            WHERE o.subject_id > ${after}::uuid AND o.state NOT IN ('lifted', 'withdrawn', 'toLift') ORDER BY o.subject_id LIMIT ${limit})) AS s
         ORDER BY subject_id LIMIT ${limit}`,
  );
  return rows.map((row) => row.subject_id);
}

/** Of feed events: only those that something was sent about. */
export async function withObligations(client: Queryable, subjectIds: readonly string[]): Promise<string[]> {
  if (subjectIds.length === 0) return [];
  const rows = await query<{ subject_id: string }>(
    runner(client),
    sql`SELECT DISTINCT coalesce(a.canonical_id, g.id) AS subject_id FROM unnest(${subjectIds}::uuid[]) AS g(id)
          LEFT JOIN core.subject_alias a ON a.subject_id = g.id AND a.to_at IS NULL
         WHERE EXISTS (SELECT FROM lists.entry e WHERE e.subject_id = g.id AND e.superseded_at IS NULL)
            OR EXISTS (SELECT FROM obligations.obligation o WHERE o.subject_id = g.id)
            OR EXISTS (SELECT FROM core.subject_alias m JOIN obligations.obligation o ON o.subject_id = m.subject_id
                        WHERE m.canonical_id = g.id AND m.to_at IS NULL)`,
  );
  return rows.map((row) => row.subject_id);
}

/** Whose term is over by the day and who were not seen yet. */
export async function pastUntil(client: Queryable, today: string, limit: number): Promise<string[]> {
  const rows = await query<{ subject_id: string }>(
    runner(client),
    sql`SELECT DISTINCT o.subject_id FROM obligations.obligation o
         WHERE o.until_on < ${today} AND o.state NOT IN ('lifted', 'withdrawn', 'toLift') LIMIT ${limit}`,
  );
  return rows.map((row) => row.subject_id);
}

export interface ReminderRow {
  readonly body_id: string;
  readonly to_acknowledge: number;
  readonly to_lift: number;
  readonly oldest: PlainDateString;
}

/** Marks what is due by a day and was not reminded of on this one; gives the bodies with counts. */
export async function remindOf(tx: Transaction, by: string, today: PlainDateString): Promise<ReminderRow[]> {
  return query<ReminderRow>(
    tx,
    sql`WITH reminded AS (
          UPDATE obligations.obligation SET reminded_on = ${today}
           WHERE state IN ('sent', 'toLift') AND due_on <= ${by} AND (reminded_on IS NULL OR reminded_on < ${today})
          RETURNING body_id, state, due_on)
        SELECT body_id, (count(*) FILTER (WHERE state = 'sent'))::int AS to_acknowledge,
               (count(*) FILTER (WHERE state = 'toLift'))::int AS to_lift, min(due_on) AS oldest
          FROM reminded GROUP BY body_id`,
  );
}
