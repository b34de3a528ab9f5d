/** All SQL of reports. Reads take the whole cluster of a subject; writes are the report and its number. */
import type { SubjectKind } from '@chengxin/identifiers';
import type { ActorLevel } from '../../platform/authz/index.ts';
import { execute, maybeOne, prepared, query, type Runner, sql } from '../../platform/db.ts';
import type { RecordEventFacts, RecordEventKind } from '../disclosure/index.ts';
import type { SeverityClass } from '../policy/types.ts';
import type { ReportKind, ReportRecord, ReportSubject } from './types.ts';

/** Live records of one archive that a report takes; a subject with more gets a clear refusal. */
export const maxReportRecords = 2_000;

interface SubjectRow {
  subject_id: string;
  kind: SubjectKind;
  name: string;
  unified_code: string | null;
  status: string;
  region: string | null;
  industry: string | null;
  established_on: string | null;
  address: string | null;
  provisional: boolean;
  register: Record<string, unknown>;
}

export type SubjectKey = { readonly code: string } | { readonly subjectId: string };

/** The canonical subject behind any identifier (or an id of its cluster), with its former names; null = unknown. */
export async function subjectByKey(client: Runner, key: SubjectKey): Promise<ReportSubject | null> {
  const found =
    'code' in key
      ? sql`SELECT subject_id FROM core.subject_identifier WHERE value = ${key.code}
             ORDER BY CASE scheme WHEN 'unifiedCode' THEN 0 WHEN 'organisationCode' THEN 1 ELSE 2 END LIMIT 1`
      : sql`SELECT ${key.subjectId}::uuid AS subject_id`;
  const row = await maybeOne<SubjectRow>(
    client,
    prepared(
      'code' in key ? 'report-subject-by-code' : 'report-subject-by-id',
      sql`SELECT s.subject_id, s.kind, s.name, s.unified_code, s.status, s.region, s.industry, s.established_on, s.address,
                 s.provisional, s.register
            FROM (${found}) f
            LEFT JOIN core.subject_alias a ON a.subject_id = f.subject_id AND a.to_at IS NULL
            JOIN core.subject s ON s.subject_id = COALESCE(a.canonical_id, f.subject_id)`,
    ),
  );
  if (!row) return null;
  return {
    subjectId: row.subject_id,
    kind: row.kind,
    name: row.name,
    unifiedCode: row.unified_code,
    status: row.status,
    provisional: row.provisional,
    establishedOn: row.established_on,
    address: row.address,
    industry: row.industry,
    region: row.region,
    formerNames: await formerNames(client, row.subject_id),
    register: row.register,
  };
}

async function formerNames(client: Runner, subjectId: string): Promise<ReportSubject['formerNames']> {
  return query(
    client,
    prepared(
      'report-former-names',
      sql`SELECT name, valid_from AS "from", valid_to AS "to" FROM core.subject_name
           WHERE subject_id = ${subjectId} AND former ORDER BY valid_to DESC NULLS LAST, name LIMIT 50`,
    ),
  );
}

interface RecordRow {
  record_id: string;
  item: string;
  standard: string;
  document_number: string | null;
  decided_on: string | null;
  effective_from: string | null;
  effective_to: string | null;
  deciding_body: string;
  source_body: string;
  categories: string[];
  domain: string | null;
  severity: SeverityClass | null;
  amount_fen: bigint | null;
  confiscated_fen: bigint | null;
  payload: Record<string, unknown>;
  submission_id: string;
  row_no: number;
  policy_set_id: number;
  recorded_at: string;
}

/** The subject and those merged into it. */
const cluster = (canonicalId: string) => sql`SELECT ${canonicalId}::uuid
  UNION ALL SELECT subject_id FROM core.subject_alias WHERE canonical_id = ${canonicalId} AND to_at IS NULL`;

/** Current records of the cluster with their events; at most one more than the limit, so that the caller can tell. */
export async function recordsOf(client: Runner, canonicalId: string): Promise<ReportRecord[]> {
  const rows = await query<RecordRow>(
    client,
    prepared(
      'report-records',
      sql`SELECT r.record_id, r.item, r.standard, r.document_number, r.decided_on, r.effective_from, r.effective_to,
                 d.name AS deciding_body, s.name AS source_body, r.categories, r.domain, r.severity, r.amount_fen,
                 r.confiscated_fen, r.payload, r.submission_id, r.row_no, r.policy_set_id, r.recorded_at
            FROM core.record r
            JOIN core.body d ON d.body_id = r.deciding_body_id
            JOIN core.body s ON s.body_id = r.source_body_id
           WHERE r.subject_id IN (${cluster(canonicalId)}) AND r.superseded_at IS NULL
           LIMIT ${maxReportRecords + 1}`,
    ),
  );
  if (rows.length === 0) return [];
  const events = await eventsOf(client, canonicalId);
  return rows.map((row) => ({
    recordId: row.record_id,
    item: row.item,
    standard: row.standard,
    documentNumber: row.document_number,
    decidedOn: row.decided_on,
    effectiveFrom: row.effective_from,
    effectiveTo: row.effective_to,
    decidingBody: row.deciding_body,
    sourceBody: row.source_body,
    categories: row.categories,
    domain: row.domain,
    severity: row.severity,
    amountFen: row.amount_fen,
    confiscatedFen: row.confiscated_fen,
    payload: row.payload,
    events: events.get(row.record_id) ?? [],
    submissionId: row.submission_id,
    rowNo: row.row_no,
    policySetId: row.policy_set_id,
    recordedAt: row.recorded_at,
  }));
}

interface EventRow {
  record_id: string;
  kind: RecordEventKind;
  effective_on: string;
  data: Record<string, unknown> | null;
  recorded_at: string;
}

async function eventsOf(client: Runner, canonicalId: string): Promise<Map<string, RecordEventFacts[]>> {
  const rows = await query<EventRow>(
    client,
    prepared(
      'report-events',
      sql`SELECT record_id, kind, effective_on, data, recorded_at FROM core.record_event
           WHERE subject_id IN (${cluster(canonicalId)})`,
    ),
  );
  const events = new Map<string, RecordEventFacts[]>();
  for (const row of rows) {
    const event = { kind: row.kind, effectiveOn: row.effective_on, recordedAt: row.recorded_at, data: row.data };
    const list = events.get(row.record_id);
    if (list) list.push(event);
    else events.set(row.record_id, [event]);
  }
  return events;
}

/** Those of the given standards for which some submission was finished. */
export async function standardsReceived(client: Runner, standards: readonly string[]): Promise<string[]> {
  const rows = await query<{ standard: string }>(
    client,
    sql`SELECT t.standard FROM unnest(${standards}::text[]) AS t(standard)
         WHERE EXISTS (SELECT 1 FROM core.submission u WHERE u.standard = t.standard AND u.state = 'done')`,
  );
  return rows.map((row) => row.standard);
}

/** Name and region code of the place (core.setting `city`: `{name, region, site}`). */
export async function citySetting(client: Runner): Promise<Record<string, unknown>> {
  const row = await maybeOne<{ value: unknown }>(
    client,
    prepared('report-city', sql`SELECT value FROM core.setting WHERE key = 'city'`),
  );
  return typeof row?.value === 'object' && row.value !== null ? (row.value as Record<string, unknown>) : {};
}

export async function bodyName(client: Runner, bodyId: string): Promise<string | null> {
  const row = await maybeOne<{ name: string }>(client, sql`SELECT name FROM core.body WHERE body_id = ${bodyId}`);
  return row?.name ?? null;
}

/** What is kept of an issued report: enough to verify it, not a second copy of the records (they may be erased). */
export interface ReportExtract {
  readonly format: string;
  readonly maskedName: string;
  readonly feeds: readonly string[];
  readonly policy: readonly { readonly kind: string; readonly key: string; readonly hash: string }[];
  readonly counts: Readonly<Record<string, number>>;
  readonly recordIds: readonly string[];
  /** What the reader could see, of a report that is not public; absent on those issued before it was kept. */
  readonly reading?: { readonly level: ActorLevel; readonly items: readonly string[] | null };
}

export interface NewReport {
  readonly reportId: string;
  readonly subjectId: string;
  readonly number: string;
  readonly kind: ReportKind;
  readonly cutoffAt: string;
  readonly policySetId: number;
  readonly contentHash: string;
  readonly extract: ReportExtract;
  readonly requester: string;
  readonly accountId: string | null;
  /** Of the policy list; the log has it too. */
  readonly purpose: string | null;
  readonly matter: string | null;
  readonly caseNumber: string | null;
  readonly authorisationId: string | null;
  readonly issuedAt: string;
}

/** @returns false when the number is taken (the caller starts again with another) */
export async function insertReport(client: Runner, report: NewReport): Promise<boolean> {
  const taken = await execute(
    client,
    sql`INSERT INTO core.report_number (number, subject_id, report_id)
        VALUES (${report.number}, ${report.subjectId}, ${report.reportId}) ON CONFLICT (number) DO NOTHING`,
  );
  if (taken === 0) return false;
  await execute(
    client,
    sql`INSERT INTO core.report (subject_id, report_id, number, kind, cutoff_at, policy_set_id, content_hash, content,
                                 requester, account_id, purpose, matter, case_number, authorisation_id, issued_at)
        VALUES (${report.subjectId}, ${report.reportId}, ${report.number}, ${report.kind}, ${report.cutoffAt}::timestamptz,
                ${report.policySetId}, ${report.contentHash}, ${JSON.stringify(report.extract)}::jsonb,
                ${report.requester}, ${report.accountId}::uuid, ${report.purpose}, ${report.matter}, ${report.caseNumber},
                ${report.authorisationId}::uuid, ${report.issuedAt}::timestamptz)`,
  );
  return true;
}

export interface IssuedReport {
  subject_id: string;
  number: string;
  kind: ReportKind;
  cutoff_at: string;
  content_hash: string;
  content: ReportExtract;
  issued_at: string;
}

export async function reportByNumber(client: Runner, number: string): Promise<IssuedReport | null> {
  return maybeOne<IssuedReport>(
    client,
    sql`SELECT r.subject_id, r.number, r.kind, r.cutoff_at, r.content_hash, r.content, r.issued_at
          FROM core.report_number n JOIN core.report r USING (subject_id, report_id)
         WHERE n.number = ${number}`,
  );
}

/** Codes of subjects with an archive of the usual size, for the benchmark; the same ones at each call. */
export async function sampleCodes(client: Runner, least: number, most: number, limit: number): Promise<string[]> {
  const rows = await query<{ unified_code: string }>(
    client,
    sql`SELECT s.unified_code
          FROM core.subject s
          JOIN (SELECT subject_id FROM core.record WHERE superseded_at IS NULL
                 GROUP BY subject_id HAVING count(*) BETWEEN ${least} AND ${most}) r USING (subject_id)
         WHERE s.unified_code IS NOT NULL ORDER BY s.subject_id LIMIT ${limit}`,
  );
  return rows.map((row) => row.unified_code);
}
