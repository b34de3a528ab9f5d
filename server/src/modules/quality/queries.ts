/** SQL of the figures: set-based, from the rows that came in within a month. */
import type { DutyCycle } from '@chengxin/contract';
import type { Instant, PlainDateString } from '../../platform/clock.ts';
import { maybeOne, one, query, type Runner, sql } from '../../platform/db.ts';
import type { Month } from './month.ts';
import type { CodeFigure, DutyFigure, RowFigure, SampleFigure } from './types.ts';

export interface RowsAsked {
  readonly from: Instant;
  readonly before: Instant;
  /** Arrival days, and for each the earliest day of decision that is in time. */
  readonly arrivals: readonly PlainDateString[];
  readonly cutoffs: readonly PlainDateString[];
  readonly dueStandards: readonly string[];
  readonly codeRules: readonly string[];
  /** Catalogue items by standard, for rows that were kept without their content. */
  readonly standards: readonly string[];
  readonly items: readonly string[];
}

/** The rows of the month with what is counted of each. Everything begins at the submissions, which have an index by arrival. */
const judgedRows = (asked: Pick<RowsAsked, 'from' | 'before' | 'codeRules'>) => sql`
  sub AS MATERIALIZED (
    SELECT submission_id, body_id, standard, channel, accepted, (received_at AT TIME ZONE 'Asia/Shanghai')::date AS arrived
    FROM core.submission WHERE received_at >= ${asked.from} AND received_at < ${asked.before}
  ), fate AS MATERIALIZED (
    SELECT s.submission_id, r.row_no, r.outcome, r.payload->>'item' AS item, (r.payload->>'decidedOn')::date AS decided,
           r.payload->>'documentNumber' AS document
    FROM sub s JOIN core.submission_row r USING (submission_id)
  ), stored AS MATERIALIZED (
    SELECT DISTINCT ON (r.submission_id, r.row_no) r.submission_id, r.row_no, r.item, r.decided_on AS decided, r.document_number AS document
    FROM sub s JOIN core.record r USING (submission_id)
    WHERE NOT EXISTS (SELECT 1 FROM fate f WHERE f.submission_id = r.submission_id AND f.row_no = r.row_no)
    ORDER BY r.submission_id, r.row_no, r.recorded_at
  ), found AS MATERIALIZED (
    SELECT f.submission_id, f.row_no, bool_or(f.severity <> 'correct') AS warned, bool_or(f.rule = 'superseding') AS superseding,
           bool_or(f.rule = ANY(${asked.codeRules}::text[])) AS code
    FROM sub s JOIN core.finding f USING (submission_id) GROUP BY f.submission_id, f.row_no
  ), judged AS (
    SELECT k.submission_id, k.row_no, k.outcome, k.item, k.decided, k.document, coalesce(f.warned, false) AS warned,
           coalesce(f.superseding, false) AS superseding, coalesce(f.code, false) AS code
    FROM (SELECT submission_id, row_no, outcome, item, decided, document FROM fate
          UNION ALL SELECT submission_id, row_no, 'accepted', item, decided, document FROM stored) AS k
    LEFT JOIN found f USING (submission_id, row_no)
  )`;

/**
 * Rows on natural persons that were taken in are in another store: they count as reported and compliant by their number, and
 * have no part in timeliness.
 */
export async function rowFigures(client: Runner, asked: RowsAsked): Promise<RowFigure[]> {
  return query<RowFigure>(
    client,
    sql`WITH ${judgedRows(asked)}, cut AS (
          SELECT * FROM unnest(${asked.arrivals}::date[], ${asked.cutoffs}::date[]) AS c(arrived, cutoff)
        ), named AS (
          SELECT * FROM unnest(${asked.standards}::text[], ${asked.items}::text[]) AS n(standard, item)
        ), persons AS (
          SELECT s.submission_id, s.accepted - coalesce(k.n, 0) AS people, coalesce(w.n, 0) AS warned FROM sub s
          LEFT JOIN (SELECT submission_id, count(*) AS n FROM stored GROUP BY 1) k USING (submission_id)
          LEFT JOIN (SELECT f.submission_id, count(*) AS n FROM found f LEFT JOIN judged j USING (submission_id, row_no)
                     WHERE j.row_no IS NULL AND f.warned GROUP BY 1) w USING (submission_id)
          WHERE s.accepted > coalesce(k.n, 0)
        ), counted AS (
          SELECT s.body_id, s.standard, coalesce(j.item, n.item, s.standard) AS item, s.channel,
                 count(*) FILTER (WHERE j.outcome = 'duplicate') AS repeated,
                 count(*) FILTER (WHERE j.outcome IN ('accepted', 'doubtful', 'refused')) AS reported,
                 count(*) FILTER (WHERE j.outcome = 'accepted') AS compliant,
                 count(*) FILTER (WHERE j.outcome = 'accepted' AND NOT j.warned) AS qualified,
                 count(*) FILTER (WHERE j.outcome IN ('accepted', 'doubtful') AND j.decided IS NOT NULL AND NOT j.superseding
                                    AND s.standard = ANY(${asked.dueStandards}::text[])) AS dated,
                 count(*) FILTER (WHERE j.outcome IN ('accepted', 'doubtful') AND j.decided >= c.cutoff AND NOT j.superseding
                                    AND s.standard = ANY(${asked.dueStandards}::text[])) AS timely,
                 count(*) FILTER (WHERE j.outcome IN ('accepted', 'doubtful', 'refused') AND j.code) AS code_errors
          FROM judged j JOIN sub s USING (submission_id) JOIN cut c ON c.arrived = s.arrived LEFT JOIN named n ON n.standard = s.standard
          GROUP BY 1, 2, 3, 4
          UNION ALL
          SELECT s.body_id, s.standard, coalesce(n.item, s.standard), s.channel, 0, sum(p.people), sum(p.people), sum(p.people - p.warned), 0, 0, 0
          FROM persons p JOIN sub s USING (submission_id) LEFT JOIN named n ON n.standard = s.standard GROUP BY 1, 2, 3, 4
        )
        SELECT body_id AS "bodyId", standard, item, channel, sum(repeated)::int AS repeated, sum(reported)::int AS reported,
               sum(compliant)::int AS compliant, sum(qualified)::int AS qualified, sum(dated)::int AS dated, sum(timely)::int AS timely,
               sum(code_errors)::int AS "codeErrors"
        FROM counted GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
  );
}

export interface JudgedRow {
  readonly submission_id: string;
  readonly row_no: number;
  readonly body_id: string;
  readonly standard: string;
  readonly outcome: 'accepted' | 'doubtful' | 'refused' | 'duplicate' | 'barred';
  readonly document: string | null;
  readonly decided: PlainDateString | null;
  readonly arrived: PlainDateString;
  readonly in_time: boolean | null;
  readonly rules: string[] | null;
}

export type RowFault = 'compliance' | 'timeliness' | 'qualified' | 'codeErrors';

/** The rows that a rate lacks, in the order of their files. */
export async function faultyRows(
  client: Runner,
  asked: RowsAsked,
  filter: { readonly bodies: readonly string[] | null; readonly standard: string | null; readonly fault: RowFault },
  after: { readonly submissionId: string; readonly row: number } | null,
  limit: number,
): Promise<JudgedRow[]> {
  const fault = {
    compliance: sql`j.outcome IN ('doubtful', 'refused')`,
    qualified: sql`(j.outcome IN ('doubtful', 'refused') OR (j.outcome = 'accepted' AND j.warned))`,
    codeErrors: sql`j.outcome IN ('accepted', 'doubtful', 'refused') AND j.code`,
    timeliness: sql`j.outcome IN ('accepted', 'doubtful') AND NOT j.superseding AND j.decided < c.cutoff AND s.standard = ANY(${asked.dueStandards}::text[])`,
  }[filter.fault];
  return query<JudgedRow>(
    client,
    sql`WITH ${judgedRows(asked)}, cut AS (
          SELECT * FROM unnest(${asked.arrivals}::date[], ${asked.cutoffs}::date[]) AS c(arrived, cutoff)
        ), page AS (
          SELECT j.submission_id, j.row_no, s.body_id, s.standard, j.outcome, j.document, j.decided, s.arrived,
                 j.decided >= c.cutoff AS in_time
          FROM judged j JOIN sub s USING (submission_id) JOIN cut c ON c.arrived = s.arrived
          WHERE (${filter.bodies}::uuid[] IS NULL OR s.body_id = ANY(${filter.bodies}::uuid[]))
            AND (${filter.standard}::text IS NULL OR s.standard = ${filter.standard}) AND ${fault}
            AND (${after?.submissionId ?? null}::uuid IS NULL OR (j.submission_id, j.row_no) > (${after?.submissionId ?? null}::uuid, ${after?.row ?? 0}::int))
          ORDER BY j.submission_id, j.row_no LIMIT ${limit}
        )
        SELECT p.*, (SELECT array_agg(f.rule ORDER BY f.seq) FROM core.finding f
                      WHERE f.submission_id = p.submission_id AND f.row_no = p.row_no AND f.severity <> 'correct') AS rules
        FROM page p ORDER BY p.submission_id, p.row_no`,
  );
}

/** Files of the month that are still worked on: its figures would change. */
export async function unfinishedOf(client: Runner, from: Instant, before: Instant): Promise<number> {
  const row = await one<{ n: number }>(
    client,
    sql`SELECT count(*)::int AS n FROM core.submission
        WHERE received_at >= ${from} AND received_at < ${before} AND state IN ('received', 'processing')`,
  );
  return row.n;
}

/** Pairs of body and standard that sent rows before a month's end become duties from the month of the first. */
export async function seenDuties(
  client: Runner,
  from: Instant,
  before: Instant,
): Promise<{ body_id: string; standard: string; month: Month }[]> {
  return query(
    client,
    sql`SELECT s.body_id, s.standard, to_char(min(s.received_at) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month
        FROM core.submission s WHERE s.received_at >= ${from} AND s.received_at < ${before} AND s.rows_done > 0
          AND NOT EXISTS (SELECT 1 FROM quality.duty d WHERE d.body_id = s.body_id AND d.standard = s.standard)
        GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 10000`,
  );
}

/**
 * Duties of the month with what was declared and what of its decisions had arrived by `asOf`. A decision cannot arrive before
 * it was made: only records from the month's first day on are looked at.
 */
export async function dutyFigures(
  client: Runner,
  month: Month,
  /** First days of what a cycle covers that ends with the month; null where none ends. */
  days: {
    readonly first: PlainDateString;
    readonly last: PlainDateString;
    readonly quarter: PlainDateString | null;
    readonly year: PlainDateString | null;
  },
  from: Instant,
  asOf: Instant,
  dueStandards: readonly string[],
): Promise<(DutyFigure & { readonly declaredAt: Instant | null; readonly cycle: DutyCycle })[]> {
  const earliest = days.year ?? days.quarter ?? days.first;
  return query(
    client,
    sql`WITH decided AS (
          SELECT s.body_id, r.standard, count(DISTINCT r.key_hash) FILTER (WHERE r.decided_on >= ${days.first}) AS month,
                 count(DISTINCT r.key_hash) FILTER (WHERE r.decided_on >= ${days.quarter ?? days.first}) AS quarter,
                 count(DISTINCT r.key_hash) AS year
          FROM core.record r JOIN core.submission s USING (submission_id)
          WHERE r.recorded_at >= ${from} AND r.recorded_at <= ${asOf} AND r.decided_on BETWEEN ${earliest} AND ${days.last} GROUP BY 1, 2
        ), came AS (
          SELECT DISTINCT body_id, standard FROM core.submission
          WHERE received_at >= ${from} AND received_at <= ${asOf} AND rows_done > 0
            AND (received_at AT TIME ZONE 'Asia/Shanghai')::date <= ${days.last}
        )
        SELECT d.body_id AS "bodyId", d.standard, d.cycle, q.decisions AS declared,
               coalesce(CASE d.cycle WHEN 'year' THEN n.year WHEN 'quarter' THEN n.quarter ELSE n.month END, 0)::int AS arrived,
               c.body_id IS NOT NULL AS fed, q.declared_at AS "declaredAt"
        FROM quality.duty d JOIN core.body b USING (body_id)
        LEFT JOIN quality.declaration q ON q.body_id = d.body_id AND q.standard = d.standard AND q.month = ${month}
        LEFT JOIN decided n ON n.body_id = d.body_id AND n.standard = d.standard
        LEFT JOIN came c ON c.body_id = d.body_id AND c.standard = d.standard
        WHERE d.standard = ANY(${dueStandards}::text[]) AND d.from_month <= ${month} AND coalesce(d.to_month, '9999-12') >= ${month}
          AND (b.closed_on IS NULL OR b.closed_on > ${days.first})
          AND (d.cycle = 'month' OR (d.cycle = 'quarter' AND ${days.quarter}::date IS NOT NULL) OR (d.cycle = 'year' AND ${days.year}::date IS NOT NULL))
        ORDER BY 1, 2`,
  );
}

export async function sampleFigures(client: Runner, month: Month): Promise<SampleFigure[]> {
  return query<SampleFigure>(
    client,
    sql`SELECT r.body_id AS "bodyId", r.standard, count(*)::int AS sampled, (count(*) FILTER (WHERE r.verdict = 'concealed'))::int AS concealed,
               (count(*) FILTER (WHERE r.verdict = 'late'))::int AS late, (count(*) FILTER (WHERE r.verdict = 'wrong'))::int AS wrong
        FROM quality.sample s JOIN quality.sample_row r USING (sample_id)
        WHERE s.month = ${month} AND s.state = 'judged' AND r.verdict IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2`,
  );
}

export async function lastCodeCount(
  client: Runner,
  by: PlainDateString,
): Promise<(CodeFigure & { on: string }) | null> {
  const row = await maybeOne<{
    counted_on: string;
    subjects: bigint;
    shared: bigint;
    invalid: bigint;
    mismatched: bigint;
  }>(
    client,
    sql`SELECT counted_on, subjects, shared, invalid, mismatched FROM quality.code_count WHERE counted_on <= ${by} ORDER BY counted_on DESC LIMIT 1`,
  );
  return row === null
    ? null
    : {
        on: row.counted_on,
        subjects: Number(row.subjects),
        shared: Number(row.shared),
        invalid: Number(row.invalid),
        mismatched: Number(row.mismatched),
      };
}

export interface ClosedMonth {
  readonly month: Month;
  readonly policy_set_id: number;
  readonly figures: unknown;
  readonly hash: string;
  readonly closed_by: string;
  readonly closed_by_name: string | null;
  readonly closed_at: Instant;
}

export async function closedMonth(client: Runner, month: Month): Promise<ClosedMonth | null> {
  return maybeOne<ClosedMonth>(
    client,
    sql`SELECT m.*, a.name AS closed_by_name FROM quality.month m LEFT JOIN identity.account a ON a.account_id = m.closed_by WHERE m.month = ${month}`,
  );
}
export async function closedMonths(client: Runner, from: Month, to: Month): Promise<ClosedMonth[]> {
  return query<ClosedMonth>(
    client,
    sql`SELECT m.*, a.name AS closed_by_name FROM quality.month m LEFT JOIN identity.account a ON a.account_id = m.closed_by
        WHERE m.month BETWEEN ${from} AND ${to} ORDER BY m.month`,
  );
}
