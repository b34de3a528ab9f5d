/** All SQL of collection. */
import type { Instant } from '../../platform/clock.ts';
import {
  execute,
  maybeOne,
  one,
  type Pool,
  type Queryable,
  query,
  type Sql,
  sql,
  type Transaction,
} from '../../platform/db.ts';
import type { StoredFile } from '../../platform/files.ts';
import type { FileFailure } from './file-failures.ts';

export interface SubmissionRow {
  submission_id: string;
  body_id: string;
  body_name: string;
  standard: string;
  edition: string | null;
  channel: string;
  batch_no: string | null;
  file_name: string;
  file_kind: string | null;
  file_encoding: string | null;
  file_bytes: bigint;
  file_sha256: string;
  file_id: string;
  file_key: string;
  header: string[] | null;
  state: 'received' | 'processing' | 'done' | 'failed';
  failure: FileFailure | null;
  policy_set_id: number | null;
  account_id: string | null;
  account_name: string | null;
  os_user: string | null;
  received_at: string;
  started_at: string | null;
  finished_at: string | null;
  rows_expected: bigint | null;
  rows_done: bigint;
  rows_read: bigint;
  accepted: bigint;
  superseding: bigint;
  corrected: bigint;
  doubtful: bigint;
  doubtful_open: bigint;
  refused: bigint;
  duplicate: bigint;
  person_rows: bigint;
  findings_total: bigint;
  /** Files received before, while this one waits; null once it is worked on. */
  ahead: bigint | null;
}

const submissionSelect = sql`SELECT s.*, b.name AS body_name, a.name AS account_name,
    (SELECT count(*) FROM core.submission_row r WHERE r.submission_id = s.submission_id AND r.outcome = 'doubtful' AND r.resolved_at IS NULL) AS doubtful_open,
    CASE WHEN s.state = 'received' THEN (SELECT count(*) FROM core.submission w WHERE w.state IN ('received', 'processing') AND w.channel <> 'form'
      AND (w.received_at, w.submission_id) < (s.received_at, s.submission_id)) END AS ahead
  FROM core.submission s JOIN core.body b USING (body_id) LEFT JOIN identity.account a ON a.account_id = s.account_id`;

export async function loadSubmission(client: Queryable, submissionId: string): Promise<SubmissionRow | null> {
  return maybeOne<SubmissionRow>(client, sql`${submissionSelect} WHERE s.submission_id = ${submissionId}`);
}

/** Holds a session lock for as long as the submission is worked on; null when somebody else does. The lock dies with its process. */
export async function lockSubmission(pool: Pool, submissionId: string): Promise<(() => Promise<void>) | null> {
  const client = await pool.connect();
  let broken = false;
  const onError = (): void => {
    broken = true;
  };
  client.on('error', onError);
  try {
    const row = await one<{ held: boolean }>(
      client,
      sql`SELECT pg_try_advisory_lock(hashtextextended(${submissionId}, 4711)) AS held`,
    );
    if (!row.held) {
      client.off('error', onError);
      client.release();
      return null;
    }
  } catch (error) {
    client.release(true);
    throw error;
  }
  return async () => {
    await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 4711))', [submissionId]).catch(() => {
      broken = true;
    });
    client.off('error', onError);
    client.release(broken);
  };
}

export interface NewSubmission {
  submissionId: string;
  bodyId: string;
  standard: string;
  channel: string;
  batchNo: string | null;
  fileName: string;
  stored: StoredFile;
  accountId: string | null;
  osUser: string | null;
  receivedAt: Instant;
  policySetId: number;
}

export async function insertSubmission(tx: Transaction, row: NewSubmission): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO core.submission (submission_id, body_id, standard, channel, batch_no, file_name, file_sha256, file_bytes, file_id, file_key, state, policy_set_id,
                                     account_id, os_user, received_at)
        VALUES (${row.submissionId}, ${row.bodyId}, ${row.standard}, ${row.channel}, ${row.batchNo}, ${row.fileName}, ${row.stored.sha256}, ${row.stored.bytes},
                ${row.submissionId}, ${row.stored.fileKey}, 'received', ${row.policySetId}, ${row.accountId}, ${row.osUser}, ${row.receivedAt})`,
  );
}

export async function findBatch(
  client: Queryable,
  bodyId: string,
  standard: string,
  batchNo: string,
): Promise<string | null> {
  const row = await maybeOne<{ submission_id: string }>(
    client,
    sql`SELECT submission_id FROM core.submission WHERE body_id = ${bodyId} AND batch_no = ${batchNo} AND (standard = ${standard} OR ${standard} = 'auto') LIMIT 1`,
  );
  return row?.submission_id ?? null;
}

/** Unfinished ones, oldest first: after a crash they are taken up again. */
export async function unfinishedSubmissions(client: Queryable, channels: readonly string[]): Promise<string[]> {
  const rows = await query<{ submission_id: string }>(
    client,
    sql`SELECT submission_id FROM core.submission WHERE state IN ('received', 'processing') AND channel = ANY(${channels}::text[]) ORDER BY received_at LIMIT 1000`,
  );
  return rows.map((row) => row.submission_id);
}

/** Unfinished files of the same body that were received before: they come first, or a correction would be overtaken. */
export async function sameBodyAhead(client: Queryable, submissionId: string): Promise<number> {
  const row = await one<{ ahead: bigint }>(
    client,
    sql`SELECT count(w.submission_id) AS ahead FROM core.submission s
          LEFT JOIN core.submission w ON w.body_id = s.body_id AND w.state IN ('received', 'processing') AND w.channel <> 'form'
            AND (w.received_at, w.submission_id) < (s.received_at, s.submission_id)
         WHERE s.submission_id = ${submissionId}`,
  );
  return Number(row.ahead);
}

export interface StartFacts {
  startedAt: Instant;
  standard: string;
  edition: string;
  fileKind: string;
  encoding: string | null;
  header: string[];
  rowsExpected: number;
}

export async function startSubmission(client: Queryable, submissionId: string, facts: StartFacts): Promise<void> {
  await execute(
    client as Pool,
    sql`UPDATE core.submission SET state = 'processing', started_at = COALESCE(started_at, ${facts.startedAt}), standard = ${facts.standard}, edition = ${facts.edition},
               file_kind = ${facts.fileKind}, file_encoding = ${facts.encoding}, header = ${JSON.stringify(facts.header)}::jsonb, rows_expected = ${facts.rowsExpected}
         WHERE submission_id = ${submissionId} AND state IN ('received', 'processing')`,
  );
}

export async function recordRowsRead(client: Queryable, submissionId: string, rows: number): Promise<void> {
  await execute(
    client as Pool,
    sql`UPDATE core.submission SET rows_read = ${rows} WHERE submission_id = ${submissionId}`,
  );
}

export async function finishSubmission(client: Queryable, submissionId: string, at: Instant): Promise<void> {
  await execute(
    client as Pool,
    sql`UPDATE core.submission SET state = 'done', finished_at = ${at} WHERE submission_id = ${submissionId} AND state = 'processing'`,
  );
}

export async function failSubmission(
  client: Queryable,
  submissionId: string,
  failure: FileFailure,
  at: Instant,
): Promise<void> {
  await execute(
    client as Pool,
    sql`UPDATE core.submission SET state = 'failed', failure = ${JSON.stringify(failure)}::jsonb, finished_at = ${at}
         WHERE submission_id = ${submissionId} AND state IN ('received', 'processing')`,
  );
}

export interface SubmissionFilter {
  bodyIds: readonly string[] | 'all';
  standard?: string | undefined;
  state?: string | undefined;
  q?: string | undefined;
}

const inBodies = (column: Sql, bodyIds: readonly string[] | 'all'): Sql =>
  bodyIds === 'all' ? sql`true` : sql`${column} = ANY(${bodyIds}::uuid[])`;

export async function listSubmissions(
  client: Queryable,
  filter: SubmissionFilter,
  after: { at: string; id: string } | null,
  limit: number,
): Promise<SubmissionRow[]> {
  return query<SubmissionRow>(
    client,
    sql`${submissionSelect}
         WHERE ${inBodies(sql`s.body_id`, filter.bodyIds)}
           AND (${filter.standard ?? null}::text IS NULL OR s.standard = ${filter.standard ?? null})
           AND (${filter.state ?? null}::text IS NULL OR s.state = ${filter.state ?? null})
           AND (${filter.q ?? null}::text IS NULL OR position(lower(${filter.q ?? null}::text) in lower(s.file_name)) > 0)
           AND (${after?.id ?? null}::uuid IS NULL OR (s.received_at, s.submission_id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
         ORDER BY s.received_at DESC, s.submission_id DESC LIMIT ${limit}`,
  );
}

export interface FindingRow {
  row_no: number;
  seq: number;
  severity: string;
  rule: string;
  rule_version: string;
  field: string | null;
  value: string | null;
  new_value: string | null;
  args: Record<string, string> | null;
}

export interface FindingFilter {
  severity?: string | undefined;
  rule?: string | undefined;
  rows?: readonly number[] | undefined;
}

export async function listFindings(
  client: Queryable,
  submissionId: string,
  filter: FindingFilter,
  after: { row: number; seq: number } | null,
  limit: number,
): Promise<FindingRow[]> {
  return query<FindingRow>(
    client,
    sql`SELECT row_no, seq, severity, rule, rule_version, field, value, new_value, args FROM core.finding
         WHERE submission_id = ${submissionId}
           AND (${filter.severity ?? null}::text IS NULL OR severity = ${filter.severity ?? null})
           AND (${filter.rule ?? null}::text IS NULL OR rule = ${filter.rule ?? null})
           AND (${filter.rows ?? null}::int[] IS NULL OR row_no = ANY(${filter.rows ?? null}::int[]))
           AND (row_no, seq) > (${after?.row ?? 0}, ${after?.seq ?? -1})
         ORDER BY row_no, seq LIMIT ${limit}`,
  );
}

/** Findings of single rows, by row. */
export async function findingsOfRows(
  client: Queryable,
  submissionId: string,
  rowNos: readonly number[],
): Promise<Map<number, FindingRow[]>> {
  const found = new Map<number, FindingRow[]>();
  if (rowNos.length === 0) return found;
  const rows = await listFindings(client, submissionId, { rows: [...rowNos] }, null, rowNos.length * 60);
  for (const row of rows) found.set(row.row_no, [...(found.get(row.row_no) ?? []), row]);
  return found;
}

export async function countByRule(
  client: Queryable,
  submissionId: string,
): Promise<{ rule: string; rule_version: string; severity: string; count: bigint }[]> {
  return query(
    client,
    sql`SELECT rule, min(rule_version) AS rule_version, severity, count(*) AS count FROM core.finding WHERE submission_id = ${submissionId}
         GROUP BY rule, severity ORDER BY count(*) DESC, rule`,
  );
}

export interface FateRow {
  row_no: number;
  outcome: string;
  subject_id: string | null;
  record_id: string | null;
  payload: unknown;
  candidates: unknown;
  resolution: string | null;
  resolved_at: string | null;
}

export async function listFates(
  client: Queryable,
  submissionId: string,
  outcome: string,
  after: number,
  limit: number,
): Promise<FateRow[]> {
  return query<FateRow>(
    client,
    sql`SELECT row_no, outcome, subject_id, record_id, payload, candidates, resolution, resolved_at FROM core.submission_row
         WHERE submission_id = ${submissionId} AND outcome = ${outcome} AND row_no > ${after} ORDER BY row_no LIMIT ${limit}`,
  );
}

/** Row numbers of refused rows that are still the department's work; barred ones are not given back in a file. */
export async function refusedRowNumbers(client: Queryable, submissionId: string): Promise<number[]> {
  const rows = await query<{ row_no: number }>(
    client,
    sql`SELECT row_no FROM core.submission_row WHERE submission_id = ${submissionId} AND outcome = 'refused' ORDER BY row_no`,
  );
  return rows.map((row) => row.row_no);
}

export async function lockFate(tx: Transaction, submissionId: string, rowNo: number): Promise<FateRow | null> {
  return maybeOne<FateRow>(
    tx,
    sql`SELECT row_no, outcome, subject_id, record_id, payload, candidates, resolution, resolved_at FROM core.submission_row
         WHERE submission_id = ${submissionId} AND row_no = ${rowNo} FOR UPDATE`,
  );
}

export async function resolveFate(
  tx: Transaction,
  submissionId: string,
  rowNo: number,
  resolution: string,
  by: string | null,
  at: string,
): Promise<number> {
  return execute(
    tx,
    sql`UPDATE core.submission_row SET resolution = ${resolution}, resolved_by = ${by}, resolved_at = ${at}, payload = NULL
         WHERE submission_id = ${submissionId} AND row_no = ${rowNo} AND outcome = 'doubtful' AND resolved_at IS NULL`,
  );
}

export async function deskSummary(
  client: Queryable,
  bodyIds: readonly string[] | 'all',
  monthStart: string,
  recent: string,
) {
  return one<{ doubtful: bigint; refused: bigint; drafts: bigint; submissions: bigint; records: bigint }>(
    client,
    sql`WITH mine AS (SELECT * FROM core.submission s WHERE ${inBodies(sql`s.body_id`, bodyIds)})
        SELECT (SELECT count(*) FROM core.submission_row r JOIN mine USING (submission_id) WHERE r.outcome = 'doubtful' AND r.resolved_at IS NULL) AS doubtful,
               COALESCE((SELECT sum(refused) FROM mine WHERE received_at >= ${recent}::timestamptz), 0)::bigint AS refused,
               (SELECT count(*) FROM core.draft d WHERE d.state = 'waiting' AND ${inBodies(sql`d.body_id`, bodyIds)}) AS drafts,
               (SELECT count(*) FROM mine WHERE received_at >= ${monthStart}::timestamptz) AS submissions,
               COALESCE((SELECT sum(accepted) FROM mine WHERE received_at >= ${monthStart}::timestamptz), 0)::bigint AS records`,
  );
}

/** Bodies whose rows a body may send: itself, those below it and those that any of them followed. The credit office relays for all. */
export async function submissionScope(client: Queryable, bodyId: string): Promise<ReadonlySet<string> | 'all'> {
  const body = await one<{ kind: string }>(client, sql`SELECT kind FROM core.body WHERE body_id = ${bodyId}`);
  if (body.kind === 'creditOffice' || body.kind === 'city') return 'all';
  const rows = await query<{ body_id: string }>(
    client,
    sql`WITH RECURSIVE reach(body_id) AS (
          SELECT ${bodyId}::uuid
          UNION
          SELECT n.body_id FROM reach r CROSS JOIN LATERAL (
            SELECT b.body_id FROM core.body b WHERE b.parent_id = r.body_id
            UNION ALL
            SELECT p.body_id FROM core.body_successor p WHERE p.successor_id = r.body_id) n
        ) SELECT body_id FROM reach LIMIT 5000`,
  );
  return new Set(rows.map((row) => row.body_id));
}

export async function bodyHasSecondReader(client: Queryable, bodyId: string): Promise<boolean> {
  return (
    await one<{ second_reader: boolean }>(client, sql`SELECT second_reader FROM core.body WHERE body_id = ${bodyId}`)
  ).second_reader;
}

/** Rows that the place's rules bar: nothing of them may stay. */
export async function barredRowNumbers(client: Queryable, submissionId: string): Promise<number[]> {
  const rows = await query<{ row_no: number }>(
    client,
    sql`SELECT row_no FROM core.submission_row WHERE submission_id = ${submissionId} AND outcome = 'barred'`,
  );
  return rows.map((row) => row.row_no);
}

/** Points the submission to another stored file. Returns false when somebody else did so first. */
export async function replaceStoredFile(
  client: Queryable,
  submissionId: string,
  before: string,
  fileId: string,
  fileKey: string,
): Promise<boolean> {
  const changed = await execute(
    client as Pool,
    sql`UPDATE core.submission SET file_id = ${fileId}, file_key = ${fileKey} WHERE submission_id = ${submissionId} AND file_id = ${before}`,
  );
  return changed === 1;
}

/** Entries of an account that a second reader has not decided. */
export async function openDraftsOf(client: Queryable, accountId: string): Promise<number> {
  const row = await one<{ n: bigint }>(
    client as Pool,
    sql`SELECT count(*) AS n FROM core.draft WHERE created_by = ${accountId} AND state = 'waiting'`,
  );
  return Number(row.n);
}

/** Files that were worked off, newest first. */
export interface SubmissionPlace {
  readonly submission_id: string;
  readonly received_at: string;
}

/** Finished submissions, newest first, from a place on. */
export async function recentSubmissions(
  client: Queryable,
  wanted: {
    readonly limit: number;
    readonly from?: SubmissionPlace | null;
    readonly standard?: string;
    readonly bodyIds?: readonly string[] | null;
    /** Files of more rows are left out: they take longer than somebody waits. */
    readonly maxRows?: number;
  },
): Promise<SubmissionPlace[]> {
  const { from = null, standard = null, bodyIds = null, maxRows = null } = wanted;
  return query<SubmissionPlace>(
    client,
    sql`SELECT submission_id, received_at FROM core.submission
         WHERE state = 'done'
           AND (${from?.received_at ?? null}::timestamptz IS NULL
                OR (received_at, submission_id) <= (${from?.received_at ?? null}::timestamptz, ${from?.submission_id ?? null}::uuid))
           AND (${standard}::text IS NULL OR standard = ${standard})
           AND (${bodyIds}::uuid[] IS NULL OR body_id = ANY (${bodyIds}::uuid[]))
           AND (${maxRows}::bigint IS NULL OR rows_read <= ${maxRows})
         ORDER BY received_at DESC, submission_id DESC LIMIT ${wanted.limit}`,
  );
}
