/** SQL of the archive: the subject with its cluster, its records by their typed columns, one page with payloads. */
import type { Queryable } from '../../platform/db.ts';
import { maybeOne, query, sql } from '../../platform/db.ts';
import type { SeverityClass } from '../policy/types.ts';
import type { RecordEvent } from './ports.ts';
import type { IdentifierScheme, RegisterFacts, SubjectKind } from './types.ts';

/** Live records of one archive that are read; beyond it the newest are shown and the page says so. */
export const maxArchiveRecords = 20_000;

export interface SubjectRecord {
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
  register: RegisterFacts;
  updated_at: string;
}

/** The canonical subject behind a code or id; null when there is none. */
export async function subjectBy(
  client: Queryable,
  key: { code: string } | { subjectId: string },
): Promise<SubjectRecord | null> {
  const found =
    'code' in key
      ? sql`SELECT subject_id FROM core.subject_identifier WHERE value = ${key.code}
             ORDER BY CASE scheme WHEN 'unifiedCode' THEN 0 WHEN 'organisationCode' THEN 1 ELSE 2 END LIMIT 1`
      : sql`SELECT ${key.subjectId}::uuid AS subject_id`;
  return maybeOne<SubjectRecord>(
    client,
    sql`SELECT s.subject_id, s.kind, s.name, s.unified_code, s.status, s.region, s.industry, s.established_on, s.address,
               s.provisional, s.register, s.updated_at
          FROM (${found}) f
          LEFT JOIN core.subject_alias a ON a.subject_id = f.subject_id AND a.to_at IS NULL
          JOIN core.subject s ON s.subject_id = COALESCE(a.canonical_id, f.subject_id)`,
  );
}

export async function clusterOf(client: Queryable, canonicalId: string): Promise<string[]> {
  const rows = await query<{ subject_id: string }>(
    client,
    sql`SELECT subject_id FROM core.subject_alias WHERE canonical_id = ${canonicalId} AND to_at IS NULL ORDER BY from_at`,
  );
  return [canonicalId, ...rows.map((row) => row.subject_id)];
}

export interface NameRecord {
  subject_id: string;
  name: string;
  former: boolean;
  valid_from: string | null;
  valid_to: string | null;
}

export async function namesOfCluster(client: Queryable, subjectIds: readonly string[]): Promise<NameRecord[]> {
  return query<NameRecord>(
    client,
    sql`SELECT subject_id, name, former, valid_from, valid_to FROM core.subject_name
         WHERE subject_id = ANY(${subjectIds}::uuid[])
         ORDER BY former, valid_to DESC NULLS LAST, valid_from DESC NULLS LAST, name LIMIT 200`,
  );
}

export async function identifiersOfCluster(
  client: Queryable,
  subjectIds: readonly string[],
): Promise<{ scheme: IdentifierScheme; value: string }[]> {
  return query(
    client,
    sql`SELECT DISTINCT scheme, value FROM core.subject_identifier WHERE subject_id = ANY(${subjectIds}::uuid[])
         ORDER BY scheme DESC, value LIMIT 200`,
  );
}

export interface FactRow {
  subject_id: string;
  record_id: string;
  recorded_on: string;
  item: string;
  standard: string;
  document_number: string | null;
  decided_on: string | null;
  effective_from: string | null;
  effective_to: string | null;
  categories: string[];
  domain: string | null;
  severity: SeverityClass | null;
  amount_fen: bigint | null;
  confiscated_fen: bigint | null;
  procedure: string | null;
  record_status: string | null;
}

/** Field codes by standard of two roles that disclosure needs from the payload. */
export interface PayloadFields {
  standards: string[];
  procedure: string[];
  status: string[];
}

/** Typed columns of the live records, newest decision first. The payload stays where it is. */
export async function factsOfCluster(
  client: Queryable,
  subjectIds: readonly string[],
  fields: PayloadFields,
): Promise<FactRow[]> {
  return query<FactRow>(
    client,
    sql`WITH f AS (SELECT * FROM unnest(${fields.standards}::text[], ${fields.procedure}::text[], ${fields.status}::text[])
                     AS t(standard, procedure_field, status_field))
        SELECT r.subject_id, r.record_id, r.recorded_on, r.item, r.standard, r.document_number, r.decided_on,
               r.effective_from, r.effective_to, r.categories, r.domain, r.severity, r.amount_fen, r.confiscated_fen,
               r.payload ->> f.procedure_field AS procedure, r.payload ->> f.status_field AS record_status
          FROM core.record r LEFT JOIN f ON f.standard = r.standard
         WHERE r.subject_id = ANY(${subjectIds}::uuid[]) AND r.superseded_at IS NULL
         ORDER BY r.decided_on DESC NULLS LAST, r.record_id DESC LIMIT ${maxArchiveRecords}`,
  );
}

export async function eventsOfCluster(
  client: Queryable,
  subjectIds: readonly string[],
): Promise<Map<string, RecordEvent[]>> {
  const rows = await query<{
    record_id: string;
    kind: RecordEvent['kind'];
    effective_on: string;
    recorded_at: string;
    data: Record<string, unknown> | null;
  }>(
    client,
    sql`SELECT record_id, kind, effective_on, recorded_at, data FROM core.record_event
         WHERE subject_id = ANY(${subjectIds}::uuid[])`,
  );
  const out = new Map<string, RecordEvent[]>();
  for (const row of rows) {
    const event: RecordEvent = {
      kind: row.kind,
      effectiveOn: row.effective_on,
      recordedAt: row.recorded_at,
      data: row.data,
    };
    const list = out.get(row.record_id);
    if (list) list.push(event);
    else out.set(row.record_id, [event]);
  }
  return out;
}

export interface DetailRow {
  record_id: string;
  payload: Record<string, unknown>;
  deciding_body_id: string;
  deciding_body: string;
  source_body_id: string;
  source_body: string;
  recorded_at: string;
}

/** Payload and bodies of one page of records. */
export async function detailsOf(client: Queryable, rows: readonly FactRow[]): Promise<Map<string, DetailRow>> {
  if (rows.length === 0) return new Map();
  const found = await query<DetailRow>(
    client,
    sql`SELECT r.record_id, r.payload, r.deciding_body_id, d.name AS deciding_body, r.source_body_id, s.name AS source_body,
               r.recorded_at
          FROM unnest(${rows.map((row) => row.subject_id)}::uuid[], ${rows.map((row) => row.recorded_on)}::date[],
                      ${rows.map((row) => row.record_id)}::uuid[]) AS k(subject_id, recorded_on, record_id)
          JOIN core.record r USING (subject_id, recorded_on, record_id)
          JOIN core.body d ON d.body_id = r.deciding_body_id
          JOIN core.body s ON s.body_id = r.source_body_id`,
  );
  return new Map(found.map((row) => [row.record_id, row]));
}

export interface LineageRow {
  subject_id: string;
  record_id: string;
  item: string;
  submission_id: string;
  row_no: number;
  file_name: string;
  channel: string;
  batch_no: string | null;
  edition: string | null;
  source_body_id: string;
  source_body: string;
  deciding_body: string;
  policy_set_id: number;
  policy_versions: unknown;
  account_id: string | null;
  os_user: string | null;
  received_at: string;
  recorded_at: string;
  severity: string | null;
}

/** Where live records came from. Superseded ones are not found: earlier states need a case (natural-persons §3). */
export async function lineageOf(client: Queryable, recordIds: readonly string[]): Promise<LineageRow[]> {
  return query<LineageRow>(
    client,
    sql`SELECT r.subject_id, r.record_id, r.item, r.submission_id, r.row_no, u.file_name, u.channel, u.batch_no, u.edition,
               r.source_body_id, s.name AS source_body, d.name AS deciding_body, r.policy_set_id, p.versions AS policy_versions,
               u.account_id, u.os_user, u.received_at, r.recorded_at, r.severity
          FROM core.record r
          JOIN core.submission u ON u.submission_id = r.submission_id
          JOIN core.body s ON s.body_id = r.source_body_id
          JOIN core.body d ON d.body_id = r.deciding_body_id
          LEFT JOIN core.policy_set p ON p.policy_set_id = r.policy_set_id
         WHERE r.record_id = ANY(${recordIds}::uuid[]) AND r.superseded_at IS NULL`,
  );
}

export interface RecordPlace {
  readonly subject_id: string;
  readonly key_hash: Buffer;
  readonly source_body_id: string;
  readonly item: string;
}

/** Any state of a record, a superseded one too: for earlier states only. */
export async function placeOfRecord(client: Queryable, recordId: string): Promise<RecordPlace | null> {
  return maybeOne<RecordPlace>(
    client,
    sql`SELECT subject_id, key_hash, source_body_id, item FROM core.record WHERE record_id = ${recordId} LIMIT 1`,
  );
}

export interface EarlierRow {
  readonly record_id: string;
  readonly recorded_at: string;
  readonly superseded_at: string | null;
  readonly standard: string;
  readonly document_number: string | null;
  readonly decided_on: string | null;
  readonly source_body_id: string;
  readonly source_body: string;
  readonly deciding_body: string;
  readonly payload: Record<string, unknown>;
}

/** All that was ever recorded of one fact, oldest first. A fact whose key was corrected begins anew. */
export async function earlierRows(client: Queryable, subjectId: string, keyHash: Buffer): Promise<EarlierRow[]> {
  return query<EarlierRow>(
    client,
    sql`SELECT r.record_id, r.recorded_at, r.superseded_at, r.standard, r.document_number, r.decided_on, r.source_body_id,
               s.name AS source_body, d.name AS deciding_body, r.payload
          FROM core.record r JOIN core.body s ON s.body_id = r.source_body_id JOIN core.body d ON d.body_id = r.deciding_body_id
         WHERE r.subject_id = ${subjectId} AND r.key_hash = ${keyHash} ORDER BY r.recorded_at, r.record_id LIMIT 100`,
  );
}

export interface EarlierEvent {
  readonly record_id: string;
  readonly kind: string;
  readonly effective_on: string;
  readonly recorded_at: string;
  readonly reason: string | null;
  readonly document: string | null;
}

export async function earlierEvents(
  client: Queryable,
  subjectId: string,
  recordIds: readonly string[],
): Promise<EarlierEvent[]> {
  return query<EarlierEvent>(
    client,
    sql`SELECT record_id, kind, effective_on, recorded_at, reason, document FROM core.record_event
         WHERE subject_id = ${subjectId} AND record_id = ANY(${recordIds}::uuid[]) ORDER BY recorded_at, event_id LIMIT 1000`,
  );
}

/** Findings of the row that a record came from: what was corrected or warned about. */
export async function findingsOf(
  client: Queryable,
  submissionId: string,
  rowNo: number,
): Promise<{ severity: string; rule: string; rule_version: string; field: string | null }[]> {
  return query(
    client,
    sql`SELECT severity, rule, rule_version, field FROM core.finding
         WHERE submission_id = ${submissionId} AND row_no = ${rowNo} ORDER BY seq LIMIT 100`,
  );
}

/** Newest thing known, as lists print it; null in an empty city. */
export async function latestRecordedAt(client: Queryable): Promise<string | null> {
  const row = await maybeOne<{ at: string | null }>(client, sql`SELECT max(recorded_at) AS at FROM core.record`);
  return row?.at ?? null;
}

export async function settingOf(client: Queryable, key: string): Promise<unknown> {
  const row = await maybeOne<{ value: unknown }>(client, sql`SELECT value FROM core.setting WHERE key = ${key}`);
  return row?.value ?? null;
}

export interface RecentRow extends FactRow {
  kind: SubjectKind;
  name: string;
  unified_code: string | null;
  operator: string | null;
  deciding_body: string;
  payload: Record<string, unknown>;
  recorded_at: string;
}

/** The records that were recorded last, with what disclosure needs; the caller keeps those that are shown. */
export async function recentRecords(client: Queryable, limit: number, fields: PayloadFields): Promise<RecentRow[]> {
  return query<RecentRow>(
    client,
    sql`WITH f AS (SELECT * FROM unnest(${fields.standards}::text[], ${fields.procedure}::text[], ${fields.status}::text[])
                     AS t(standard, procedure_field, status_field)),
             latest AS (SELECT * FROM core.record WHERE decided_on IS NOT NULL ORDER BY recorded_at DESC LIMIT ${limit})
        SELECT r.subject_id, r.record_id, r.recorded_on, r.item, r.standard, r.document_number, r.decided_on,
               r.effective_from, r.effective_to, r.categories, r.domain, r.severity, r.amount_fen, r.confiscated_fen,
               r.payload ->> f.procedure_field AS procedure, r.payload ->> f.status_field AS record_status,
               r.payload, r.recorded_at, b.name AS deciding_body,
               s.kind, s.name, s.unified_code, s.register->>'legalRepresentative' AS operator
          FROM latest r
          LEFT JOIN core.subject_alias a ON a.subject_id = r.subject_id AND a.to_at IS NULL
          JOIN core.subject s ON s.subject_id = COALESCE(a.canonical_id, r.subject_id)
          JOIN core.body b ON b.body_id = r.deciding_body_id
          LEFT JOIN f ON f.standard = r.standard
         WHERE r.superseded_at IS NULL
         ORDER BY r.decided_on DESC NULLS LAST, r.recorded_at DESC`,
  );
}

export interface OneRecordRow extends FactRow {
  canonical_id: string;
  kind: SubjectKind;
  name: string;
  unified_code: string | null;
  operator: string | null;
  deciding_body_id: string;
  deciding_body: string;
  source_body_id: string;
  source_body: string;
  payload: Record<string, unknown>;
  key_hash: Buffer;
  recorded_at: string;
  superseded_at: string | null;
}

/** One record with its subject and bodies, whether it is live or not; its facts as disclosure wants them. */
export async function oneRecord(
  client: Queryable,
  recordId: string,
  fields: PayloadFields,
): Promise<OneRecordRow | null> {
  return maybeOne<OneRecordRow>(
    client,
    sql`WITH f AS (SELECT * FROM unnest(${fields.standards}::text[], ${fields.procedure}::text[], ${fields.status}::text[])
                     AS t(standard, procedure_field, status_field))
        SELECT r.subject_id, r.record_id, r.recorded_on, r.item, r.standard, r.document_number, r.decided_on,
               r.effective_from, r.effective_to, r.categories, r.domain, r.severity, r.amount_fen, r.confiscated_fen,
               r.payload ->> f.procedure_field AS procedure, r.payload ->> f.status_field AS record_status,
               r.payload, r.key_hash, r.recorded_at, r.superseded_at, r.deciding_body_id, r.source_body_id,
               b.name AS deciding_body, o.name AS source_body, s.subject_id AS canonical_id, s.kind, s.name, s.unified_code,
               s.register->>'legalRepresentative' AS operator
          FROM core.record r
          LEFT JOIN core.subject_alias a ON a.subject_id = r.subject_id AND a.to_at IS NULL
          JOIN core.subject s ON s.subject_id = COALESCE(a.canonical_id, r.subject_id)
          JOIN core.body b ON b.body_id = r.deciding_body_id
          JOIN core.body o ON o.body_id = r.source_body_id
          LEFT JOIN f ON f.standard = r.standard
         WHERE r.record_id = ${recordId}`,
  );
}

/** The record that a key means now; null when nothing stands there. */
export async function recordOfKey(client: Queryable, keyHash: Buffer): Promise<string | null> {
  const row = await maybeOne<{ record_id: string }>(
    client,
    sql`SELECT record_id FROM core.record_key WHERE key_hash = ${keyHash}`,
  );
  return row?.record_id ?? null;
}

export async function eventsOfRecord(client: Queryable, subjectId: string, recordId: string): Promise<RecordEvent[]> {
  return query<RecordEvent>(
    client,
    sql`SELECT kind, effective_on AS "effectiveOn", recorded_at AS "recordedAt", data FROM core.record_event
         WHERE subject_id = ${subjectId} AND record_id = ${recordId}`,
  );
}
