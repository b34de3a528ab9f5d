/** SQL of what is ordered about display. */
import type { Instant } from '../../platform/clock.ts';
import { execute, maybeOne, query, type Runner, sql, type Transaction } from '../../platform/db.ts';

export interface Position {
  readonly at: string;
  readonly id: string;
}

/** Live records of deciding bodies whose class nobody confirmed, newest first. */
export async function severityWaiting(
  client: Runner,
  of: { readonly bodies: readonly string[] | null; readonly items: readonly string[] },
  after: Position | null,
  limit: number,
): Promise<{ record_id: string; recorded_at: string }[]> {
  return query(
    client,
    sql`SELECT r.record_id, r.recorded_at FROM core.record r
        WHERE r.superseded_at IS NULL AND r.item = ANY(${of.items}::text[])
          AND (${of.bodies}::uuid[] IS NULL OR r.deciding_body_id = ANY(${of.bodies}::uuid[]))
          AND NOT EXISTS (SELECT FROM core.record_event e WHERE e.subject_id = r.subject_id AND e.record_id = r.record_id
                            AND e.kind IN ('severityConfirmed', 'annulled', 'erased'))
          AND (${after?.id ?? null}::uuid IS NULL OR (r.recorded_at, r.record_id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
        ORDER BY r.recorded_at DESC, r.record_id DESC LIMIT ${limit}`,
  );
}

/** Live decisions since the duty began, with which no notice of repair rights was served. */
export async function withoutNotice(
  client: Runner,
  of: { readonly bodies: readonly string[] | null; readonly items: readonly string[]; readonly since: string },
  after: Position | null,
  limit: number,
): Promise<{ record_id: string; recorded_at: string }[]> {
  return query(
    client,
    sql`SELECT r.record_id, r.recorded_at FROM core.record r
        WHERE r.superseded_at IS NULL AND r.item = ANY(${of.items}::text[]) AND r.decided_on >= ${of.since}
          AND (${of.bodies}::uuid[] IS NULL OR r.deciding_body_id = ANY(${of.bodies}::uuid[]))
          AND NOT EXISTS (SELECT FROM display.notice n WHERE n.subject_id = r.subject_id AND n.key_hash = r.key_hash)
          AND (${after?.id ?? null}::uuid IS NULL OR (r.recorded_at, r.record_id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
        ORDER BY r.recorded_at DESC, r.record_id DESC LIMIT ${limit}`,
  );
}

/** 0 when a notice was kept for this decision before. */
export async function insertNotice(
  tx: Transaction,
  row: {
    subjectId: string;
    noticeId: string;
    recordId: string;
    keyHash: Buffer;
    servedOn: string;
    channel: string;
    proof: string;
    templateHash: string | null;
    accountId: string | null;
    at: Instant;
  },
): Promise<number> {
  return execute(
    tx,
    sql`INSERT INTO display.notice (subject_id, notice_id, record_id, key_hash, served_on, channel, proof, template_hash, account_id, recorded_at)
        VALUES (${row.subjectId}, ${row.noticeId}, ${row.recordId}, ${row.keyHash}, ${row.servedOn}, ${row.channel}, ${row.proof}, ${row.templateHash},
          ${row.accountId}, ${row.at})
        ON CONFLICT (subject_id, key_hash) DO NOTHING`,
  );
}

export async function servedOn(client: Runner, subjectId: string, keyHash: Buffer): Promise<string | null> {
  const row = await maybeOne<{ served_on: string }>(
    client,
    sql`SELECT served_on FROM display.notice WHERE subject_id = ${subjectId} AND key_hash = ${keyHash}`,
  );
  return row?.served_on ?? null;
}

export async function numbersOf(
  client: Runner,
  subjectIds: readonly string[],
  items: readonly string[],
): Promise<{ record_id: string; document_number: string }[]> {
  return query(
    client,
    sql`SELECT record_id, document_number FROM core.record
        WHERE subject_id = ANY(${subjectIds}::uuid[]) AND superseded_at IS NULL AND document_number IS NOT NULL AND item = ANY(${items}::text[])
        ORDER BY record_id LIMIT 20000`,
  );
}

export async function documentsOf(
  client: Runner,
  subjectId: string,
  recordId: string,
): Promise<{ kind: string; effective_on: string; document: string | null }[]> {
  return query(
    client,
    sql`SELECT kind, effective_on, document FROM core.record_event WHERE subject_id = ${subjectId} AND record_id = ${recordId}
        ORDER BY effective_on, recorded_at, event_id LIMIT 200`,
  );
}

/** All live records of items that have a regime, in the order of their ids: the walk of a recomputation. */
export async function liveAfter(
  client: Runner,
  items: readonly string[],
  after: string | null,
  limit: number,
): Promise<{ record_id: string }[]> {
  return query(
    client,
    sql`SELECT record_id FROM core.record WHERE superseded_at IS NULL AND item = ANY(${items}::text[])
          AND (${after}::uuid IS NULL OR record_id > ${after}) ORDER BY record_id LIMIT ${limit}`,
  );
}

/** 0 when this change was logged by an earlier run that stopped half-way. */
export async function insertChange(
  tx: Transaction,
  row: {
    subjectId: string;
    changeId: string;
    recordId: string;
    policySetId: number;
    before: object;
    after: object;
    at: Instant;
  },
): Promise<number> {
  return execute(
    tx,
    sql`INSERT INTO display.change (subject_id, change_id, record_id, policy_set_id, before, after, noticed_at)
        VALUES (${row.subjectId}, ${row.changeId}, ${row.recordId}, ${row.policySetId}, ${JSON.stringify(row.before)}::jsonb,
          ${JSON.stringify(row.after)}::jsonb, ${row.at})
        ON CONFLICT (subject_id, record_id, policy_set_id) DO NOTHING`,
  );
}

export interface ChangeRow {
  readonly change_id: string;
  readonly record_id: string;
  readonly before: { regime: string; until: string | null; shown: boolean };
  readonly after: { regime: string; until: string | null; shown: boolean };
  readonly noticed_at: Instant;
}

export async function listChanges(client: Runner, after: Position | null, limit: number): Promise<ChangeRow[]> {
  return query(
    client,
    sql`SELECT change_id, record_id, before, after, noticed_at FROM display.change
        WHERE ${after === null} OR (noticed_at, change_id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid)
        ORDER BY noticed_at DESC, change_id DESC LIMIT ${limit}`,
  );
}

export async function readSetting<T>(client: Runner, key: string): Promise<T | null> {
  return (await maybeOne<{ value: T }>(client, sql`SELECT value FROM core.setting WHERE key = ${key}`))?.value ?? null;
}

export async function writeSetting(client: Runner, key: string, value: unknown, at: Instant): Promise<void> {
  await execute(
    client,
    sql`INSERT INTO core.setting (key, value, updated_at) VALUES (${key}, ${JSON.stringify(value)}::jsonb, ${at})
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
  );
}
