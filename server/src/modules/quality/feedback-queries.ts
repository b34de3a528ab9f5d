/** SQL of feedback, tasks and codes. */
import type { Instant, PlainDateString } from '../../platform/clock.ts';
import { execute, query, type Runner, sql, type Transaction } from '../../platform/db.ts';

export interface FeedbackFigures {
  readonly body_id: string;
  readonly files: number;
  readonly failed: number;
  readonly rows: number;
  readonly accepted: number;
  readonly corrected: number;
  readonly doubtful: number;
  readonly doubtful_open: number;
  readonly refused: number;
  readonly mend_seconds: number | null;
}

export async function feedbackFigures(
  client: Runner,
  from: Instant,
  before: Instant,
  bodies: readonly string[] | null,
): Promise<FeedbackFigures[]> {
  return query<FeedbackFigures>(
    client,
    sql`WITH sub AS MATERIALIZED (
          SELECT * FROM core.submission WHERE received_at >= ${from} AND received_at < ${before}
            AND (${bodies}::uuid[] IS NULL OR body_id = ANY(${bodies}::uuid[]))
        ), doubt AS (
          SELECT s.body_id, (count(*) FILTER (WHERE r.resolved_at IS NULL))::int AS open,
                 (extract(epoch FROM avg(r.resolved_at - s.received_at)))::int AS seconds
          FROM sub s JOIN core.submission_row r USING (submission_id) WHERE r.outcome = 'doubtful' GROUP BY 1
        )
        SELECT s.body_id, count(*)::int AS files, (count(*) FILTER (WHERE s.state = 'failed'))::int AS failed, sum(s.rows_done)::int AS rows,
               sum(s.accepted)::int AS accepted, sum(s.corrected)::int AS corrected, sum(s.doubtful)::int AS doubtful,
               coalesce(max(d.open), 0) AS doubtful_open, sum(s.refused)::int AS refused, max(d.seconds) AS mend_seconds
        FROM sub s LEFT JOIN doubt d USING (body_id) GROUP BY s.body_id ORDER BY sum(s.refused + s.doubtful) DESC, s.body_id`,
  );
}

/** The rules that hit most rows of each body. */
export async function commonFindings(
  client: Runner,
  from: Instant,
  before: Instant,
  bodies: readonly string[] | null,
  each: number,
): Promise<{ body_id: string; rule: string; rows: number }[]> {
  return query(
    client,
    sql`SELECT body_id, rule, rows FROM (
          SELECT s.body_id, f.rule, count(DISTINCT (f.submission_id, f.row_no))::int AS rows,
                 row_number() OVER (PARTITION BY s.body_id ORDER BY count(*) DESC, f.rule) AS place
          FROM core.submission s JOIN core.finding f USING (submission_id)
          WHERE s.received_at >= ${from} AND s.received_at < ${before} AND f.severity IN ('refuse', 'doubt')
            AND (${bodies}::uuid[] IS NULL OR s.body_id = ANY(${bodies}::uuid[]))
          GROUP BY 1, 2) AS ranked WHERE place <= ${each} ORDER BY body_id, place`,
  );
}

export interface OpenSubmission {
  readonly submission_id: string;
  readonly body_id: string;
  readonly file_name: string;
  readonly received_at: Instant;
  readonly refused: number;
  readonly doubtful_open: number;
}

/** Files with rows that somebody has to put right: doubtful ones that nobody decided, refused ones of late. */
export async function openSubmissions(
  client: Runner,
  bodies: readonly string[] | null,
  since: Instant,
  limit: number,
): Promise<OpenSubmission[]> {
  return query<OpenSubmission>(
    client,
    sql`SELECT s.submission_id, s.body_id, s.file_name, s.received_at, s.refused::int AS refused,
               (SELECT count(*)::int FROM core.submission_row r WHERE r.submission_id = s.submission_id AND r.outcome = 'doubtful' AND r.resolved_at IS NULL) AS doubtful_open
        FROM core.submission s WHERE s.received_at >= ${since} AND s.refused + s.doubtful > 0
          AND (${bodies}::uuid[] IS NULL OR s.body_id = ANY(${bodies}::uuid[]))
        ORDER BY s.received_at DESC, s.submission_id DESC LIMIT ${limit}`,
  );
}

/** GB 32100-2015: Σ value × 3^(n−1) mod 31 over the first 17 characters gives the 18th. Counted where the codes are. */
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** Counts afresh and keeps the culprits, at most `limit` of each kind. The day's earlier count is replaced. */
export async function countCodes(tx: Transaction, on: PlainDateString, limit: number): Promise<void> {
  await execute(tx, sql`DELETE FROM quality.code_problem`);
  await execute(tx, sql`DELETE FROM quality.code_count WHERE counted_on = ${on}`);
  const standing = sql`core.subject s WHERE NOT EXISTS (SELECT 1 FROM core.subject_alias a WHERE a.subject_id = s.subject_id AND a.to_at IS NULL)`;
  await execute(
    tx,
    sql`INSERT INTO quality.code_problem (counted_on, kind, code, subject_id)
        SELECT ${on}::date, 'shared', p.unified_code, p.subject_id FROM (
          SELECT s.subject_id, s.unified_code, count(*) OVER (PARTITION BY s.unified_code) AS n FROM ${standing} AND s.unified_code IS NOT NULL) AS p
        WHERE p.n > 1 LIMIT ${limit}`,
  );
  await execute(
    tx,
    sql`INSERT INTO quality.code_problem (counted_on, kind, code, subject_id)
        SELECT ${on}::date, 'invalid', s.unified_code, s.subject_id FROM ${standing} AND s.unified_code IS NOT NULL AND (
          length(s.unified_code) <> 18 OR translate(s.unified_code, ${alphabet}, '') <> '' OR
          (31 - (SELECT sum((strpos(${alphabet}, substr(s.unified_code, n, 1)) - 1) * (ARRAY[1,3,9,27,19,26,16,17,20,29,25,13,8,24,10,30,28])[n]) FROM generate_series(1, 17) AS n) % 31) % 31
            <> strpos(${alphabet}, substr(s.unified_code, 18, 1)) - 1) LIMIT ${limit}`,
  );
  await execute(
    tx,
    sql`INSERT INTO quality.code_problem (counted_on, kind, code, subject_id)
        SELECT DISTINCT ON (s.subject_id) ${on}::date, 'mismatched', s.unified_code, s.subject_id FROM core.subject_identifier i JOIN core.subject s USING (subject_id)
        WHERE i.scheme = 'organisationCode' AND s.unified_code IS NOT NULL AND length(s.unified_code) = 18
          AND replace(i.value, '-', '') <> substr(s.unified_code, 9, 9)
          AND NOT EXISTS (SELECT 1 FROM core.subject_alias a WHERE a.subject_id = s.subject_id AND a.to_at IS NULL) LIMIT ${limit}`,
  );
  await execute(
    tx,
    sql`INSERT INTO quality.code_count (counted_on, subjects, shared, invalid, mismatched)
        SELECT ${on}::date, (SELECT count(*) FROM ${standing}), count(*) FILTER (WHERE kind = 'shared'), count(*) FILTER (WHERE kind = 'invalid'),
               count(*) FILTER (WHERE kind = 'mismatched') FROM quality.code_problem WHERE counted_on = ${on}`,
  );
}

export interface CodeProblemRow {
  readonly kind: 'shared' | 'invalid' | 'mismatched';
  readonly code: string;
  readonly name: string;
  readonly subject_id: string;
}
export async function codeProblems(
  client: Runner,
  after: { readonly code: string; readonly id: string } | null,
  limit: number,
): Promise<CodeProblemRow[]> {
  return query<CodeProblemRow>(
    client,
    sql`SELECT p.kind, p.code, s.name, p.subject_id FROM quality.code_problem p JOIN core.subject s USING (subject_id)
        WHERE (${after?.id ?? null}::uuid IS NULL OR (p.code, p.subject_id) > (${after?.code ?? null}::text, ${after?.id ?? null}::uuid))
        ORDER BY p.code, p.subject_id LIMIT ${limit}`,
  );
}
