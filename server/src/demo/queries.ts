/** All SQL of the demonstration. */

import { addDays, toPlainDate } from '../platform/clock.ts';
import { execute, maybeOne, one, type Pool, type Queryable, query, sql, type Transaction } from '../platform/db.ts';
import { newId } from '../platform/ids.ts';

export async function readSetting<T>(client: Queryable, key: string): Promise<T | null> {
  return (await maybeOne<{ value: T }>(client, sql`SELECT value FROM core.setting WHERE key = ${key}`))?.value ?? null;
}

export async function writeSetting(client: Queryable, key: string, value: unknown, at: string): Promise<void> {
  await execute(
    client as Pool,
    sql`INSERT INTO core.setting (key, value, updated_at) VALUES (${key}, ${JSON.stringify(value)}::jsonb, ${at})
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
  );
}

/** False when the setting is there already. */
export async function claimSetting(client: Queryable, key: string, value: unknown, at: string): Promise<boolean> {
  const added = await execute(
    client as Pool,
    sql`INSERT INTO core.setting (key, value, updated_at) VALUES (${key}, ${JSON.stringify(value)}::jsonb, ${at}) ON CONFLICT (key) DO NOTHING`,
  );
  return added === 1;
}

/** The registered company of which most is known, for its representative; null in a city without one. */
export async function wellKnownCompany(client: Queryable): Promise<string | null> {
  const row = await maybeOne<{ subject_id: string }>(
    client as Pool,
    sql`SELECT s.subject_id FROM core.subject s
          JOIN (SELECT subject_id, count(*) AS held FROM core.record WHERE superseded_at IS NULL GROUP BY subject_id) r USING (subject_id)
         WHERE s.kind = 'enterprise' AND s.unified_code IS NOT NULL AND NOT s.provisional
           AND NOT EXISTS (SELECT FROM core.subject_alias a WHERE a.subject_id = s.subject_id AND a.to_at IS NULL)
         ORDER BY r.held DESC, s.subject_id LIMIT 1`,
  );
  return row?.subject_id ?? null;
}

/** Whether anybody put something in: a body, a subject or a submission. */
export async function holdsData(client: Queryable): Promise<boolean> {
  const row = await one<{ yes: boolean }>(
    client,
    sql`SELECT EXISTS (SELECT FROM core.submission) OR EXISTS (SELECT FROM core.subject) OR EXISTS (SELECT FROM core.body) AS yes`,
  );
  return row.yes;
}

export async function enabledAccounts(client: Queryable, accountIds: readonly string[]): Promise<number> {
  const row = await one<{ count: bigint }>(
    client,
    sql`SELECT count(*) AS count FROM identity.account WHERE account_id = ANY(${accountIds}::uuid[]) AND disabled_at IS NULL`,
  );
  return Number(row.count);
}

export interface DemoSubmission {
  submission_id: string;
  batch_no: string;
  state: 'received' | 'processing' | 'done' | 'failed';
  rows_done: bigint;
}

export async function demoSubmissions(client: Queryable): Promise<DemoSubmission[]> {
  return query<DemoSubmission>(
    client,
    sql`SELECT submission_id, batch_no, state, rows_done FROM core.submission WHERE channel = 'demo' AND batch_no IS NOT NULL ORDER BY received_at LIMIT 10000`,
  );
}

/** One loader at a time: a lock of the session, which dies with its process. */
export async function lockDemo(pool: Pool): Promise<(() => Promise<void>) | null> {
  const client = await pool.connect();
  client.on('error', () => undefined);
  try {
    const row = await one<{ held: boolean }>(client, sql`SELECT pg_try_advisory_lock(4712, 1) AS held`);
    if (!row.held) {
      client.release();
      return null;
    }
  } catch (error) {
    client.release(true);
    throw error;
  }
  // The connection is not used again: ending it gives the lock back whatever happened to it.
  return async () => client.release(true);
}

export interface EventTarget {
  subject_id: string;
  record_id: string;
  decided_on: string;
  document_number: string | null;
}

/** Live penalties decided in a span of days, in an order that is the same whenever they were loaded. */
export async function penaltiesBetween(
  client: Queryable,
  from: string,
  to: string,
  limit: number,
): Promise<EventTarget[]> {
  return query<EventTarget>(
    client,
    sql`SELECT subject_id, record_id, decided_on, document_number FROM core.record
         WHERE standard = 'penalty' AND superseded_at IS NULL AND decided_on BETWEEN ${from} AND ${to}
         ORDER BY md5(document_number || decided_on::text), record_id LIMIT ${limit}`,
  );
}

export interface NewEvent {
  eventId: string;
  subjectId: string;
  recordId: string;
  kind: string;
  effectiveOn: string;
  reason: string;
  document: string | null;
  data: object | null;
}

export async function insertEvents(tx: Transaction, events: readonly NewEvent[], at: string): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO core.record_event (subject_id, event_id, record_id, kind, effective_on, reason, document, data, account_id, recorded_at)
        SELECT e."subjectId", e."eventId", e."recordId", e.kind, e."effectiveOn", e.reason, e.document, e.data, NULL, ${at}::timestamptz
          FROM jsonb_to_recordset(${JSON.stringify(events)}::jsonb)
               AS e("subjectId" uuid, "eventId" uuid, "recordId" uuid, kind text, "effectiveOn" date, reason text, document text, data jsonb)`,
  );
}

/** Statistics at once rather than at the server's leisure: plans made on empty tables are slow ones. The owner may. */
export async function analyse(migrator: Pool): Promise<void> {
  for (const table of [
    'subject',
    'subject_name',
    'subject_identifier',
    'record',
    'record_key',
    'finding',
    'submission_row',
    'record_event',
  ]) {
    await migrator.query(`ANALYZE core.${table}`);
  }
}

/** An officer on leave with a deputy, somebody on duty, a role that waits for a decision, the yearly confirmation. */
export async function insertOfficeLife(
  client: Queryable,
  accounts: ReadonlyMap<string, string>,
  bodies: ReadonlyMap<string, string>,
  today: string,
  at: string,
): Promise<void> {
  const id = (login: string): string => accounts.get(login) ?? '';
  const later = (days: number): string => addDays(toPlainDate(today), days);
  await execute(
    client,
    sql`INSERT INTO identity.deputy (deputy_id, absent_id, deputy_account_id, from_on, to_on, reason, created_by, created_at)
        VALUES (${newId()}, ${id('jtj')}, ${id('jtj-b')}, ${today}, ${later(14)}, '年休假', ${id('jtj')}, ${at})`,
  );
  for (let day = 0; day < 7; day += 1) {
    await execute(
      client,
      sql`INSERT INTO identity.duty (duty_id, body_id, on_date, shift, account_id, phone, created_by, created_at)
          VALUES (${newId()}, ${bodies.get('transport')}, ${later(day)}, 'day', ${id(day % 2 === 0 ? 'jtj-b' : 'jtj')}, '0999-8000110', ${id('xtgl')}, ${at})`,
    );
  }
  await execute(
    client,
    sql`INSERT INTO identity.role_request (request_id, account_id, holder_id, role, reason, state, requested_by, requested_holder, requested_at)
        SELECT ${newId()}, a.account_id, a.holder_id, 'accountManager', '协助管理区级账号', 'waiting', p.account_id, p.holder_id, ${at}
        FROM identity.account a, identity.account p WHERE a.account_id = ${id('cqzf')} AND p.account_id = ${id('xtgl')}`,
  );
  const campaign = newId();
  await execute(
    client,
    sql`INSERT INTO identity.recertification (campaign_id, name, opened_on, deadline_on, disable_after_on, state, opened_by, opened_at)
        VALUES (${campaign}, ${`${today.slice(0, 4)} 年度账号确认`}, ${today}, ${later(30)}, ${later(40)}, 'open', ${id('aqgl')}, ${at})`,
  );
  await execute(
    client,
    sql`INSERT INTO identity.recertification_item (campaign_id, account_id, body_id, state)
        SELECT ${campaign}, a.account_id, a.body_id, 'waiting' FROM identity.account a
        WHERE a.disabled_at IS NULL AND a.account_id = ANY(${[...accounts.values()]}::uuid[])`,
  );
}

/** Files came in on their days rather than all today. Safe to repeat. */
export async function placeArrivals(
  tx: Transaction,
  files: readonly { readonly batchNo: string; readonly at: string }[],
): Promise<void> {
  await execute(
    tx,
    sql`UPDATE core.submission s SET received_at = f.at, started_at = f.at + (s.started_at - s.received_at), finished_at = f.at + (s.finished_at - s.received_at)
        FROM unnest(${files.map(({ batchNo }) => batchNo)}::text[], ${files.map(({ at }) => at)}::timestamptz[]) AS f(batch, at)
        WHERE s.channel = 'demo' AND s.batch_no = f.batch`,
  );
}

export interface DecidedCount {
  readonly body_id: string;
  readonly standard: string;
  readonly decisions: number;
}

/** Different decisions of a span of days that are on record, by who reported them. */
export async function decidedCounts(client: Queryable, first: string, last: string): Promise<DecidedCount[]> {
  return query<DecidedCount>(
    client,
    sql`SELECT s.body_id, r.standard, count(DISTINCT r.key_hash)::int AS decisions FROM core.record r JOIN core.submission s USING (submission_id)
        WHERE r.decided_on BETWEEN ${first} AND ${last} GROUP BY 1, 2 ORDER BY 1, 2`,
  );
}

export interface OwedMonth {
  readonly bodyId: string;
  readonly standard: string;
  readonly from: string;
  readonly said: readonly {
    readonly month: string;
    readonly decisions: number;
    readonly by: string;
    readonly at: string;
  }[];
}

/** What bodies owe, and what they confirmed of ended months. */
export async function insertDuties(tx: Transaction, owed: readonly OwedMonth[]): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO quality.duty (body_id, standard, from_month, source)
        SELECT d."bodyId", d.standard, d."from", 'office'
          FROM jsonb_to_recordset(${JSON.stringify(owed)}::jsonb) AS d("bodyId" uuid, standard text, "from" text)`,
  );
  const said = owed.flatMap(({ bodyId, standard, said: months }) =>
    months.map((one) => ({ bodyId, standard, ...one })),
  );
  await execute(
    tx,
    sql`INSERT INTO quality.declaration (body_id, standard, month, decisions, declared_by, declared_at)
        SELECT d."bodyId", d.standard, d.month, d.decisions, d."by", d.at
          FROM jsonb_to_recordset(${JSON.stringify(said)}::jsonb)
               AS d("bodyId" uuid, standard text, month text, decisions integer, "by" uuid, at timestamptz)`,
  );
}

export interface SampledDecision {
  readonly body_id: string;
  readonly record_id: string;
  readonly document_number: string;
  readonly decided_on: string;
  readonly arrived_on: string;
}

/** Decisions of organisations of one body and span of days, in an order that is the same whenever they were loaded. */
export async function decisionsBetween(
  client: Queryable,
  of: { readonly bodies: readonly string[]; readonly standard: string; readonly first: string; readonly last: string },
  limit: number,
): Promise<SampledDecision[]> {
  return query<SampledDecision>(
    client,
    sql`SELECT s.body_id, r.record_id, r.document_number, r.decided_on, (s.received_at AT TIME ZONE 'Asia/Shanghai')::date AS arrived_on
        FROM core.record r JOIN core.submission s USING (submission_id)
        WHERE s.body_id = ANY(${of.bodies}::uuid[]) AND r.standard = ${of.standard} AND r.decided_on BETWEEN ${of.first} AND ${of.last}
          AND r.document_number IS NOT NULL AND r.superseded_at IS NULL
        ORDER BY md5(r.document_number || r.decided_on::text), r.record_id LIMIT ${limit}`,
  );
}

export interface JudgedSample {
  readonly sampleId: string;
  readonly kind: 'website' | 'assessor';
  readonly month: string;
  readonly bodyId: string | null;
  readonly standard: string | null;
  readonly fileName: string;
  readonly by: string;
  readonly at: string;
  readonly rows: readonly (Omit<SampledDecision, 'record_id' | 'arrived_on'> & {
    readonly standard: string;
    readonly record_id: string | null;
    readonly arrived_on: string | null;
    readonly verdict: 'same' | 'late' | 'wrong' | 'concealed';
    readonly note: string | null;
  })[];
}

export async function insertJudgedSample(tx: Transaction, sample: JudgedSample): Promise<void> {
  const { sampleId, kind, month, bodyId, standard, fileName, by, at, rows } = sample;
  await execute(
    tx,
    sql`INSERT INTO quality.sample (sample_id, kind, month, body_id, standard, seed, file_name, rows, state, created_by, created_at, judged_by, judged_at)
        VALUES (${sampleId}, ${kind}, ${month}, ${bodyId}, ${standard}, ${kind === 'assessor' ? `shifan-${month}` : null}, ${fileName}, ${rows.length},
          'judged', ${by}, ${at}, ${by}, ${at})`,
  );
  await execute(
    tx,
    sql`INSERT INTO quality.sample_row (sample_id, row_no, body_id, standard, document_number, decided_on, record_id, arrived_on, verdict, note)
        SELECT ${sampleId}::uuid, r.row_no, r.body_id, r.standard, r.document_number, r.decided_on, r.record_id, r.arrived_on, r.verdict, r.note
          FROM jsonb_to_recordset(${JSON.stringify(rows.map((row, n) => ({ ...row, row_no: n + 1 })))}::jsonb)
               AS r(row_no integer, body_id uuid, standard text, document_number text, decided_on date, record_id uuid, arrived_on date, verdict text, note text)`,
  );
}
