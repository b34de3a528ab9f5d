/** All SQL of notices. */
import type { Instant } from '../../platform/clock.ts';
import { execute, maybeOne, one, query, type Runner, sql, type Transaction } from '../../platform/db.ts';
import type { NoticeChannel } from '../policy/index.ts';
import type { DeliveryState } from './state.ts';

export interface NoticeRow {
  readonly notice_id: string;
  readonly topic: string;
  readonly policy_set_id: number;
  readonly params: Readonly<Record<string, string>>;
  readonly title_zh: string;
  readonly title_en: string;
  readonly text_zh: string;
  readonly text_en: string;
  readonly sms_zh: string | null;
  readonly procedure: string | null;
  readonly case_id: string | null;
  readonly record_id: string | null;
  readonly subject_id: string | null;
  readonly body_id: string | null;
  readonly created_by: string | null;
  readonly created_at: Instant;
}

export async function insertNotice(tx: Transaction, row: NoticeRow): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO notices.notice (notice_id, topic, policy_set_id, params, title_zh, title_en, text_zh, text_en, sms_zh, procedure, case_id,
          record_id, subject_id, body_id, created_by, created_at)
        VALUES (${row.notice_id}, ${row.topic}, ${row.policy_set_id}, ${JSON.stringify(row.params)}::jsonb, ${row.title_zh}, ${row.title_en},
          ${row.text_zh}, ${row.text_en}, ${row.sms_zh}, ${row.procedure}, ${row.case_id}, ${row.record_id}, ${row.subject_id}, ${row.body_id},
          ${row.created_by}, ${row.created_at})`,
  );
}

export interface NewDelivery {
  readonly delivery_id: string;
  readonly notice_id: string;
  readonly channel: NoticeChannel;
  readonly account_id: string | null;
  readonly address: string | null;
  readonly shown: string | null;
  readonly state: DeliveryState;
  readonly problem: string | null;
  readonly created_at: Instant;
}

export async function insertDeliveries(tx: Transaction, rows: readonly NewDelivery[]): Promise<void> {
  if (rows.length === 0) return;
  await execute(
    tx,
    sql`INSERT INTO notices.delivery (delivery_id, notice_id, channel, account_id, address, shown, state, problem, created_at, settled_at)
        SELECT (r->>'delivery_id')::uuid, (r->>'notice_id')::uuid, r->>'channel', (r->>'account_id')::uuid, r->>'address', r->>'shown', r->>'state',
          r->>'problem', (r->>'created_at')::timestamptz, CASE WHEN r->>'state' = 'waiting' THEN NULL ELSE (r->>'created_at')::timestamptz END
        FROM jsonb_array_elements(${JSON.stringify(rows)}::jsonb) AS r`,
  );
}

/** Accounts in use that speak for an organisation; the canonical one of a cluster has them. */
export async function representativesOf(
  client: Runner,
  subjectId: string,
  today: string,
  limit: number,
): Promise<{ account_id: string }[]> {
  return query(
    client,
    sql`SELECT a.account_id FROM identity.account a JOIN identity.account_role r ON r.account_id = a.account_id
        WHERE a.subject_id IN (SELECT ${subjectId}::uuid UNION SELECT s.canonical_id FROM core.subject_alias s WHERE s.subject_id = ${subjectId} AND s.to_at IS NULL)
          AND r.role = 'companyRepresentative' AND (r.expires_on IS NULL OR r.expires_on >= ${today})
          AND a.disabled_at IS NULL AND (a.active_until IS NULL OR a.active_until >= ${today})
        ORDER BY a.account_id LIMIT ${limit}`,
  );
}

/** People of a body whose role allows something; systems and those who left are none. */
export async function officersOf(
  client: Runner,
  bodyId: string,
  roles: readonly string[],
  today: string,
  limit: number,
): Promise<{ account_id: string }[]> {
  return query(
    client,
    sql`SELECT DISTINCT a.account_id FROM identity.account a JOIN identity.account_role r ON r.account_id = a.account_id
        WHERE a.body_id = ${bodyId} AND r.role = ANY(${roles}::text[]) AND (r.expires_on IS NULL OR r.expires_on >= ${today})
          AND a.kind <> 'system' AND a.disabled_at IS NULL AND (a.active_until IS NULL OR a.active_until >= ${today})
        ORDER BY a.account_id LIMIT ${limit}`,
  );
}

export async function standingAccount(client: Runner, accountId: string, today: string): Promise<boolean> {
  const row = await maybeOne(
    client,
    sql`SELECT 1 FROM identity.account a WHERE a.account_id = ${accountId} AND a.disabled_at IS NULL
          AND (a.active_until IS NULL OR a.active_until >= ${today})`,
  );
  return row !== null;
}

export interface ContactRow {
  readonly account_id: string;
  readonly channel: 'email' | 'sms' | 'im';
  readonly address: string;
  readonly shown: string;
  readonly updated_at: Instant;
}

export async function contactsOf(client: Runner, accountIds: readonly string[]): Promise<ContactRow[]> {
  if (accountIds.length === 0) return [];
  return query<ContactRow>(
    client,
    sql`SELECT account_id, channel, address, shown, updated_at FROM notices.contact WHERE account_id = ANY(${accountIds}::uuid[]) ORDER BY account_id, channel`,
  );
}

export async function putContact(tx: Transaction, row: ContactRow): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO notices.contact (account_id, channel, address, shown, updated_at)
        VALUES (${row.account_id}, ${row.channel}, ${row.address}, ${row.shown}, ${row.updated_at})
        ON CONFLICT (account_id, channel) DO UPDATE SET address = excluded.address, shown = excluded.shown, updated_at = excluded.updated_at`,
  );
}

export async function dropContact(tx: Transaction, accountId: string, channel: string): Promise<void> {
  await execute(tx, sql`DELETE FROM notices.contact WHERE account_id = ${accountId} AND channel = ${channel}`);
}

export interface WaitingDelivery {
  readonly delivery_id: string;
  readonly channel: NoticeChannel;
  readonly address: string | null;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly title_zh: string;
  readonly text_zh: string;
  readonly title_en: string;
  readonly text_en: string;
  readonly sms_zh: string | null;
  readonly topic: string;
}

export async function loadDelivery(client: Runner, deliveryId: string): Promise<WaitingDelivery | null> {
  return maybeOne<WaitingDelivery>(
    client,
    sql`SELECT d.delivery_id, d.channel, d.address, d.state, d.attempts, n.title_zh, n.text_zh, n.title_en, n.text_en, n.sms_zh, n.topic
        FROM notices.delivery d JOIN notices.notice n ON n.notice_id = d.notice_id WHERE d.delivery_id = ${deliveryId}`,
  );
}

export async function markTried(
  client: Runner,
  deliveryId: string,
  at: Instant,
  problem: string | null,
): Promise<void> {
  await execute(
    client,
    sql`UPDATE notices.delivery SET attempts = attempts + 1, tried_at = ${at}, problem = ${problem} WHERE delivery_id = ${deliveryId}`,
  );
}

/** 0 when the delivery is in none of the states before. */
export async function settle(
  client: Runner,
  deliveryId: string,
  before: readonly DeliveryState[],
  next: DeliveryState,
  over: { readonly at: Instant; readonly problem?: string | null; readonly providerId?: string | null },
): Promise<number> {
  return execute(
    client,
    sql`UPDATE notices.delivery SET state = ${next}, problem = ${over.problem ?? null}, settled_at = ${next === 'waiting' ? null : over.at},
          provider_id = coalesce(${over.providerId ?? null}, provider_id), read_at = CASE WHEN ${next === 'read'} THEN ${over.at}::timestamptz ELSE read_at END,
          attempts = CASE WHEN ${next === 'waiting'} THEN 0 ELSE attempts END
        WHERE delivery_id = ${deliveryId} AND state = ANY(${before}::text[])`,
  );
}

export async function deliveryOfProvider(
  client: Runner,
  channel: string,
  providerId: string,
): Promise<{ delivery_id: string; state: DeliveryState } | null> {
  return maybeOne(
    client,
    sql`SELECT delivery_id, state FROM notices.delivery WHERE channel = ${channel} AND provider_id = ${providerId}`,
  );
}

/** Deliveries that wait although their job is gone (a queue that was restored without it), for the sweep. */
export async function strandedDeliveries(
  client: Runner,
  before: Instant,
  limit: number,
): Promise<{ delivery_id: string; channel: NoticeChannel }[]> {
  return query(
    client,
    sql`SELECT delivery_id, channel FROM notices.delivery WHERE state = 'waiting' AND coalesce(tried_at, created_at) < ${before}
        ORDER BY created_at, delivery_id LIMIT ${limit}`,
  );
}

export interface InboxRow {
  readonly delivery_id: string;
  readonly topic: string;
  readonly title_zh: string;
  readonly title_en: string;
  readonly text_zh: string;
  readonly text_en: string;
  readonly procedure: string | null;
  readonly case_id: string | null;
  readonly record_id: string | null;
  readonly created_at: Instant;
  readonly read_at: Instant | null;
}

export async function inboxRows(
  client: Runner,
  accountId: string,
  unread: boolean,
  after: { readonly at: string; readonly id: string } | null,
  limit: number,
): Promise<InboxRow[]> {
  return query<InboxRow>(
    client,
    sql`SELECT d.delivery_id, n.topic, n.title_zh, n.title_en, n.text_zh, n.text_en, n.procedure, n.case_id, n.record_id, d.created_at, d.read_at
        FROM notices.delivery d JOIN notices.notice n ON n.notice_id = d.notice_id
        WHERE d.account_id = ${accountId} AND d.channel = 'inApp' AND (${!unread} OR d.read_at IS NULL)
          AND (${after === null} OR (d.created_at, d.delivery_id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
        ORDER BY d.created_at DESC, d.delivery_id DESC LIMIT ${limit}`,
  );
}

/** Counted up to a limit: beyond it the number says nothing more. */
export async function countUnread(client: Runner, accountId: string, limit: number): Promise<number> {
  const row = await one<{ count: number }>(
    client,
    sql`SELECT count(*)::integer AS count FROM (SELECT 1 FROM notices.delivery WHERE account_id = ${accountId} AND channel = 'inApp' AND read_at IS NULL LIMIT ${limit}) AS counted`,
  );
  return row.count;
}

export async function markRead(
  tx: Transaction,
  accountId: string,
  ids: readonly string[] | null,
  at: Instant,
): Promise<number> {
  return execute(
    tx,
    sql`UPDATE notices.delivery SET state = 'read', read_at = ${at}, settled_at = ${at}
        WHERE account_id = ${accountId} AND channel = 'inApp' AND read_at IS NULL AND (${ids === null} OR delivery_id = ANY(${ids ?? []}::uuid[]))`,
  );
}

export interface SentRow {
  readonly delivery_id: string;
  readonly channel: NoticeChannel;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly problem: string | null;
  readonly shown: string | null;
  readonly recipient: string | null;
  readonly topic: string;
  readonly title_zh: string;
  readonly title_en: string;
  readonly procedure: string | null;
  readonly case_id: string | null;
  readonly subject_name: string | null;
  readonly body_name: string | null;
  readonly created_at: Instant;
  readonly settled_at: Instant | null;
  readonly read_at: Instant | null;
}

export interface SentFilter {
  readonly state?: string | undefined;
  readonly channel?: string | undefined;
  readonly topic?: string | undefined;
  readonly caseId?: string | undefined;
}

export async function sentRows(
  client: Runner,
  filter: SentFilter,
  after: { readonly at: string; readonly id: string } | null,
  limit: number,
): Promise<SentRow[]> {
  return query<SentRow>(
    client,
    sql`SELECT d.delivery_id, d.channel, d.state, d.attempts, d.problem, d.shown, a.name AS recipient, n.topic, n.title_zh, n.title_en, n.procedure,
          n.case_id, s.name AS subject_name, b.name AS body_name, d.created_at, d.settled_at, d.read_at
        FROM notices.delivery d JOIN notices.notice n ON n.notice_id = d.notice_id LEFT JOIN identity.account a ON a.account_id = d.account_id
          LEFT JOIN core.subject s ON s.subject_id = n.subject_id LEFT JOIN core.body b ON b.body_id = n.body_id
        WHERE (${filter.state ?? null}::text IS NULL OR d.state = ${filter.state ?? null})
          AND (${filter.channel ?? null}::text IS NULL OR d.channel = ${filter.channel ?? null})
          AND (${filter.topic ?? null}::text IS NULL OR n.topic = ${filter.topic ?? null})
          AND (${filter.caseId ?? null}::uuid IS NULL OR n.case_id = ${filter.caseId ?? null})
          AND (${after === null} OR (d.created_at, d.delivery_id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
        ORDER BY d.created_at DESC, d.delivery_id DESC LIMIT ${limit}`,
  );
}
