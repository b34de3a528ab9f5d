/** SQL of repairs: what is looked up and kept beside the cases of the engine. */
import type { Instant } from '../../platform/clock.ts';
import { execute, maybeOne, one, query, type Runner, sql, type Transaction } from '../../platform/db.ts';

/** Held until the transaction ends: two applications for one record wait for each other. */
export async function lockRecord(tx: Transaction, subjectId: string, recordId: string): Promise<void> {
  await maybeOne(
    tx,
    sql`SELECT record_id FROM core.record WHERE subject_id = ${subjectId} AND record_id = ${recordId} FOR UPDATE`,
  );
}

/** An undecided case about a record, in whichever version it was applied for. */
export async function openTwin(
  client: Runner,
  subjectIds: readonly string[],
  recordId: string,
  keyHash: Buffer,
  procedures: readonly string[],
  states: readonly string[],
): Promise<{ case_id: string; number: string | null; opened_by: string | null } | null> {
  return maybeOne(
    client,
    sql`SELECT c.case_id, c.number, c.opened_by FROM casework.case c
        WHERE c.subject_id = ANY(${subjectIds}::uuid[]) AND c.procedure = ANY(${procedures}::text[]) AND c.state = ANY(${states}::text[])
          AND (c.record_id = ${recordId} OR EXISTS (SELECT FROM core.record r WHERE r.subject_id = c.subject_id
                AND r.record_id = c.record_id AND r.key_hash = ${keyHash}))
        ORDER BY c.opened_at LIMIT 1`,
  );
}

/** Last day of the bar that holds for an organisation; null = none. */
export async function banOf(client: Runner, subjectIds: readonly string[]): Promise<string | null> {
  const row = await one<{ until: string | null }>(
    client,
    sql`SELECT max(until_on)::date AS until FROM repair.ban WHERE subject_id = ANY(${subjectIds}::uuid[])`,
  );
  return row.until;
}

export async function insertBan(
  tx: Transaction,
  ban: {
    subjectId: string;
    caseId: string;
    fromOn: string;
    untilOn: string;
    shownUntil: string;
    reason: string;
    accountId: string | null;
    at: Instant;
  },
): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO repair.ban (subject_id, case_id, from_on, until_on, shown_until, reason, account_id, recorded_at)
        VALUES (${ban.subjectId}, ${ban.caseId}, ${ban.fromOn}, ${ban.untilOn}, ${ban.shownUntil}, ${ban.reason}, ${ban.accountId}, ${ban.at})
        ON CONFLICT (subject_id, case_id) DO NOTHING`,
  );
}

/** Later live penalties of the same body's field for the same conduct. */
export async function sameConductAfter(
  client: Runner,
  subjectIds: readonly string[],
  after: { item: string; decidedOn: string; conductField: string; conduct: string; decidingBodyId: string },
): Promise<string | null> {
  const row = await one<{ on: string | null }>(
    client,
    sql`SELECT min(decided_on) AS "on" FROM core.record
        WHERE subject_id = ANY(${subjectIds}::uuid[]) AND item = ${after.item} AND superseded_at IS NULL AND decided_on > ${after.decidedOn}
          AND deciding_body_id = ${after.decidingBodyId} AND payload ->> ${after.conductField} = ${after.conduct}`,
  );
  return row.on;
}

export interface MaterialRow {
  readonly material_id: string;
  readonly case_id: string;
  readonly duty: string;
  readonly file_name: string;
  readonly media_type: string;
  readonly bytes: bigint;
  readonly file_key: string;
  readonly added_at: Instant;
}

export async function materialsOf(client: Runner, caseId: string): Promise<MaterialRow[]> {
  return query<MaterialRow>(
    client,
    sql`SELECT material_id, case_id, duty, file_name, media_type, bytes, file_key, added_at FROM repair.material
        WHERE case_id = ${caseId} ORDER BY added_at, material_id LIMIT 100`,
  );
}

export async function insertMaterial(
  tx: Transaction,
  row: Omit<MaterialRow, 'added_at'> & {
    subject_id: string;
    sha256: string;
    account_id: string | null;
    added_at: Instant;
  },
): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO repair.material (subject_id, material_id, case_id, duty, file_name, media_type, bytes, sha256, file_key, account_id, added_at)
        VALUES (${row.subject_id}, ${row.material_id}, ${row.case_id}, ${row.duty}, ${row.file_name}, ${row.media_type}, ${row.bytes}, ${row.sha256},
          ${row.file_key}, ${row.account_id}, ${row.added_at})`,
  );
}

export async function deleteMaterial(tx: Transaction, subjectId: string, materialId: string): Promise<number> {
  return execute(tx, sql`DELETE FROM repair.material WHERE subject_id = ${subjectId} AND material_id = ${materialId}`);
}

/** Facts of a draft, or of a supplement, before they are handed in; guarded by the number of events. */
export async function updateFacts(
  tx: Transaction,
  of: { subjectId: string; caseId: string; events: number },
  facts: Readonly<Record<string, unknown>>,
): Promise<number> {
  return execute(
    tx,
    sql`UPDATE casework.case SET facts = ${JSON.stringify(facts)}::jsonb
        WHERE subject_id = ${of.subjectId} AND case_id = ${of.caseId} AND events = ${of.events}`,
  );
}

export async function byUpstreamNumber(
  client: Runner,
  procedures: readonly string[],
  upstreamNumber: string,
): Promise<{ case_id: string; subject_id: string } | null> {
  return maybeOne(
    client,
    sql`SELECT case_id, subject_id FROM casework.case WHERE procedure = ANY(${procedures}::text[]) AND upstream_number = ${upstreamNumber}
        ORDER BY opened_at LIMIT 1`,
  );
}

/** Document numbers of an organisation's live records: what a message from above names is looked for among them. */
export async function numbersOf(
  client: Runner,
  subjectIds: readonly string[],
  items: readonly string[],
): Promise<{ record_id: string; document_number: string; decided_on: string | null }[]> {
  return query(
    client,
    sql`SELECT record_id, document_number, decided_on FROM core.record
        WHERE subject_id = ANY(${subjectIds}::uuid[]) AND superseded_at IS NULL AND document_number IS NOT NULL AND item = ANY(${items}::text[])
        ORDER BY record_id LIMIT 20000`,
  );
}

/** Live adverse records of an organisation, newest decision first. */
export async function adverseRecords(
  client: Runner,
  subjectIds: readonly string[],
  items: readonly string[],
  limit: number,
): Promise<{ record_id: string }[]> {
  return query(
    client,
    sql`SELECT record_id FROM core.record WHERE subject_id = ANY(${subjectIds}::uuid[]) AND superseded_at IS NULL AND item = ANY(${items}::text[])
        ORDER BY decided_on DESC NULLS LAST, record_id DESC LIMIT ${limit}`,
  );
}

/** Undecided cases, for those whose record has stopped being shown by itself. */
export async function undecidedCases(
  client: Runner,
  procedures: readonly string[],
  states: readonly string[],
  after: string | null,
  limit: number,
): Promise<{ case_id: string; record_id: string | null }[]> {
  return query(
    client,
    sql`SELECT case_id, record_id FROM casework.case WHERE procedure = ANY(${procedures}::text[]) AND state = ANY(${states}::text[])
          AND (${after}::uuid IS NULL OR case_id > ${after}) ORDER BY case_id LIMIT ${limit}`,
  );
}

/** Adverse records that were recorded since, for their first day. */
export async function recordedSince(
  client: Runner,
  items: readonly string[],
  after: { at: string; id: string },
  limit: number,
): Promise<{ record_id: string; recorded_at: string }[]> {
  return query(
    client,
    sql`SELECT record_id, recorded_at FROM core.record
        WHERE (recorded_at, record_id) > (${after.at}::timestamptz, ${after.id}::uuid) AND item = ANY(${items}::text[]) AND superseded_at IS NULL
        ORDER BY recorded_at, record_id LIMIT ${limit}`,
  );
}

export async function keepReminder(tx: Runner, subjectId: string, recordId: string, dueOn: string): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO repair.reminder (subject_id, record_id, due_on, told_at) VALUES (${subjectId}, ${recordId}, ${dueOn}, NULL)
        ON CONFLICT (subject_id, record_id) DO UPDATE SET due_on = excluded.due_on`,
  );
}

export async function dueReminders(
  client: Runner,
  on: string,
  limit: number,
): Promise<{ subject_id: string; record_id: string; due_on: string }[]> {
  return query(
    client,
    sql`SELECT subject_id, record_id, due_on FROM repair.reminder WHERE told_at IS NULL AND due_on <= ${on}
        ORDER BY due_on, record_id LIMIT ${limit}`,
  );
}

/** 0 when another run told it. */
export async function markTold(tx: Transaction, subjectId: string, recordId: string, at: Instant): Promise<number> {
  return execute(
    tx,
    sql`UPDATE repair.reminder SET told_at = ${at} WHERE subject_id = ${subjectId} AND record_id = ${recordId} AND told_at IS NULL`,
  );
}

export async function readPosition(client: Runner, key: string): Promise<{ at: string; id: string } | null> {
  const row = await maybeOne<{ value: { at: string; id: string } }>(
    client,
    sql`SELECT value FROM core.setting WHERE key = ${key}`,
  );
  return row?.value ?? null;
}

export async function writePosition(
  client: Runner,
  key: string,
  value: { at: string; id: string },
  at: Instant,
): Promise<void> {
  await execute(
    client,
    sql`INSERT INTO core.setting (key, value, updated_at) VALUES (${key}, ${JSON.stringify(value)}::jsonb, ${at})
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
  );
}

/** Names and codes that a list of cases shows. */
export async function namesOf(
  client: Runner,
  of: { subjects: readonly string[]; bodies: readonly string[]; records: readonly string[] },
): Promise<{
  subjects: Map<string, { name: string; code: string | null }>;
  bodies: Map<string, string>;
  records: Map<string, string>;
}> {
  const subjects = await query<{ id: string; name: string; code: string | null }>(
    client,
    sql`SELECT s.subject_id AS id, s.name, s.unified_code AS code FROM core.subject s WHERE s.subject_id = ANY(${of.subjects}::uuid[])`,
  );
  const bodies = await query<{ id: string; name: string }>(
    client,
    sql`SELECT body_id AS id, name FROM core.body WHERE body_id = ANY(${of.bodies}::uuid[])`,
  );
  const records = await query<{ id: string; number: string | null }>(
    client,
    sql`SELECT record_id AS id, document_number AS number FROM core.record WHERE record_id = ANY(${of.records}::uuid[])`,
  );
  return {
    subjects: new Map(subjects.map((row) => [row.id, { name: row.name, code: row.code }])),
    bodies: new Map(bodies.map((row) => [row.id, row.name])),
    records: new Map(records.map((row) => [row.id, row.number ?? ''])),
  };
}

/** The body that answers for what another decided: itself, or the last of its successors that still stands. */
export async function successorOf(client: Runner, bodyId: string): Promise<string> {
  const row = await maybeOne<{ body_id: string }>(
    client,
    sql`WITH RECURSIVE line AS (SELECT ${bodyId}::uuid AS body_id, 0 AS depth
          UNION ALL SELECT s.successor_id, l.depth + 1 FROM line l JOIN core.body_successor s ON s.body_id = l.body_id WHERE l.depth < 10)
        SELECT l.body_id FROM line l JOIN core.body b ON b.body_id = l.body_id WHERE b.closed_on IS NULL ORDER BY l.depth LIMIT 1`,
  );
  return row?.body_id ?? bodyId;
}
