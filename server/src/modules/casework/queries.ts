/** All SQL of cases. */
import type { Instant, PlainDateString } from '../../platform/clock.ts';
import { execute, maybeOne, one, query, type Runner, type Sql, sql, type Transaction } from '../../platform/db.ts';
import type { CaseEvent, ExtensionRequest } from './apply-command.ts';
import type { CaseClock } from './clocks.ts';

export interface CaseRow {
  readonly subject_id: string;
  readonly case_id: string;
  readonly procedure: string;
  readonly number: string | null;
  readonly state: string;
  readonly closed: boolean;
  readonly handler_body_id: string;
  readonly assignee_id: string | null;
  readonly escalated_on: PlainDateString | null;
  readonly record_id: string | null;
  readonly upstream_number: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly clocks: readonly CaseClock[];
  readonly extension: ExtensionRequest | null;
  readonly events: number;
  readonly last_at: Instant;
  readonly due_on: PlainDateString | null;
  readonly look_on: PlainDateString | null;
  readonly policy_set_id: number;
  readonly opened_by: string | null;
  readonly opened_at: Instant;
}

const columns = sql`subject_id, case_id, procedure, number, state, closed, handler_body_id, assignee_id, escalated_on, record_id,
  upstream_number, facts, clocks, extension, events, last_at, due_on, look_on, policy_set_id, opened_by, opened_at`;

export async function insertCase(tx: Transaction, row: CaseRow): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO casework.case (${columns}) VALUES (${row.subject_id}, ${row.case_id}, ${row.procedure}, ${row.number}, ${row.state},
          ${row.closed}, ${row.handler_body_id}, ${row.assignee_id}, ${row.escalated_on}, ${row.record_id}, ${row.upstream_number},
          ${JSON.stringify(row.facts)}::jsonb, ${JSON.stringify(row.clocks)}::jsonb, ${row.extension && JSON.stringify(row.extension)}::jsonb,
          ${row.events}, ${row.last_at}, ${row.due_on}, ${row.look_on}, ${row.policy_set_id}, ${row.opened_by}, ${row.opened_at})`,
  );
}

/** Locks the case for the transaction. */
export async function lockCase(tx: Transaction, caseId: string): Promise<CaseRow | null> {
  return maybeOne<CaseRow>(tx, sql`SELECT ${columns} FROM casework.case WHERE case_id = ${caseId} FOR UPDATE`);
}

export async function loadCaseRow(client: Runner, caseId: string): Promise<CaseRow | null> {
  return maybeOne<CaseRow>(client, sql`SELECT ${columns} FROM casework.case WHERE case_id = ${caseId}`);
}

/** 0 when the case has moved on since it was read. */
export async function updateCase(tx: Transaction, row: CaseRow, expectedEvents: number): Promise<number> {
  return execute(
    tx,
    sql`UPDATE casework.case SET state = ${row.state}, closed = ${row.closed}, number = ${row.number}, handler_body_id = ${row.handler_body_id},
          assignee_id = ${row.assignee_id}, escalated_on = ${row.escalated_on}, facts = ${JSON.stringify(row.facts)}::jsonb,
          clocks = ${JSON.stringify(row.clocks)}::jsonb, extension = ${row.extension && JSON.stringify(row.extension)}::jsonb,
          events = ${row.events}, last_at = ${row.last_at}, due_on = ${row.due_on}, look_on = ${row.look_on}
        WHERE subject_id = ${row.subject_id} AND case_id = ${row.case_id} AND events = ${expectedEvents}`,
  );
}

export interface StoredEvent extends Omit<CaseEvent, 'kind'> {
  readonly kind: CaseEvent['kind'] | 'opened';
  readonly data: Readonly<Record<string, unknown>> | null;
}

export async function insertEvent(
  tx: Transaction,
  of: { readonly subject_id: string; readonly case_id: string },
  event: StoredEvent,
  commandKey: string | null,
): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO casework.event (subject_id, case_id, seq, kind, name, from_state, to_state, party, account_id, reason, note, data,
          effective_on, recorded_at, clock_behind, command_key)
        VALUES (${of.subject_id}, ${of.case_id}, ${event.seq}, ${event.kind}, ${event.name}, ${event.from}, ${event.to}, ${event.party}, ${event.by},
          ${event.reason}, ${event.note}, ${event.data && JSON.stringify(event.data)}::jsonb, ${event.effectiveOn}, ${event.recordedAt},
          ${event.clockBehind}, ${commandKey})`,
  );
}

/** The place of the event that this key made before. */
export async function eventOfKey(
  client: Runner,
  of: { readonly subject_id: string; readonly case_id: string },
  commandKey: string,
): Promise<{ seq: number; name: string } | null> {
  return maybeOne<{ seq: number; name: string }>(
    client,
    sql`SELECT seq, name FROM casework.event WHERE subject_id = ${of.subject_id} AND case_id = ${of.case_id} AND command_key = ${commandKey}`,
  );
}

const maxEvents = 1000;

export async function eventsOf(
  client: Runner,
  of: { readonly subject_id: string; readonly case_id: string },
): Promise<StoredEvent[]> {
  return query<StoredEvent>(
    client,
    sql`SELECT seq, kind, name, from_state AS "from", to_state AS "to", party, account_id AS "by", reason, note, data,
          effective_on AS "effectiveOn", recorded_at AS "recordedAt", clock_behind AS "clockBehind"
        FROM casework.event WHERE subject_id = ${of.subject_id} AND case_id = ${of.case_id} ORDER BY seq LIMIT ${maxEvents}`,
  );
}

/** Cases that the clock has to look at, the longest waiting first. */
export async function casesToLookAt(
  client: Runner,
  on: PlainDateString,
  limit: number,
): Promise<{ case_id: string }[]> {
  return query<{ case_id: string }>(
    client,
    sql`SELECT case_id FROM casework.case WHERE look_on <= ${on} ORDER BY look_on, case_id LIMIT ${limit}`,
  );
}

/** The next number of a series. Locks the series until the transaction ends: a number that is not used is not taken. */
export async function nextNumber(tx: Transaction, series: string, year: number): Promise<number> {
  const row = await one<{ last_no: number }>(
    tx,
    sql`INSERT INTO casework.number_series AS s (series, year, last_no) VALUES (${series}, ${year}, 1)
        ON CONFLICT (series, year) DO UPDATE SET last_no = s.last_no + excluded.last_no RETURNING last_no`,
  );
  return row.last_no;
}

export interface CaseFilter {
  readonly procedure: string | readonly string[];
  readonly open?: boolean | undefined;
  readonly overdueOn?: PlainDateString | undefined;
  readonly state?: string | undefined;
  /** Such as drafts, which are nobody's business but the applicant's. */
  readonly notState?: string | readonly string[] | undefined;
  /** Handler bodies; undefined = every one. */
  readonly bodies?: readonly string[] | undefined;
  /** Beside those of the bodies: what this account opened. */
  readonly orOpenedBy?: string | undefined;
  /** Beside those of the bodies: what a body raised (facts.raiserBody). */
  readonly orRaisedBy?: readonly string[] | undefined;
  readonly subjects?: readonly string[] | undefined;
  readonly recordId?: string | undefined;
  readonly assigneeId?: string | undefined;
  /** Kind of the case, where its procedure has kinds. */
  readonly kind?: string | undefined;
}

const conditionsOf = (
  filter: CaseFilter,
): Sql => sql`procedure = ANY(${typeof filter.procedure === 'string' ? [filter.procedure] : filter.procedure}::text[])
  AND (${filter.open === undefined} OR closed = ${filter.open === false})
  AND (${filter.overdueOn ?? null}::date IS NULL OR due_on < ${filter.overdueOn ?? null})
  AND (${filter.state ?? null}::text IS NULL OR state = ${filter.state ?? null})
  AND (${filter.notState === undefined} OR state <> ALL(${typeof filter.notState === 'string' ? [filter.notState] : (filter.notState ?? [])}::text[]))
  AND (${filter.bodies ?? null}::uuid[] IS NULL OR handler_body_id = ANY(${filter.bodies ?? null}::uuid[])
    OR opened_by = ${filter.orOpenedBy ?? null}::uuid OR facts->>'raiserBody' = ANY(${filter.orRaisedBy ?? []}::text[]))
  AND (${filter.subjects ?? null}::uuid[] IS NULL OR subject_id = ANY(${filter.subjects ?? null}::uuid[]))
  AND (${filter.recordId ?? null}::uuid IS NULL OR record_id = ${filter.recordId ?? null})
  AND (${filter.assigneeId ?? null}::uuid IS NULL OR assignee_id = ${filter.assigneeId ?? null})
  AND (${filter.kind ?? null}::text IS NULL OR facts->>'kind' = ${filter.kind ?? null})`;

/** Newest first. */
export async function listCaseRows(
  client: Runner,
  filter: CaseFilter,
  after: { readonly openedAt: string; readonly caseId: string } | null,
  limit: number,
): Promise<CaseRow[]> {
  return query<CaseRow>(
    client,
    sql`SELECT ${columns} FROM casework.case WHERE ${conditionsOf(filter)}
          AND (${after === null} OR (opened_at, case_id) < (${after?.openedAt ?? null}::timestamptz, ${after?.caseId ?? null}::uuid))
        ORDER BY opened_at DESC, case_id DESC LIMIT ${limit}`,
  );
}

/** The body above: that of the tree, else the credit office, which watches over every body of the city. */
export async function superiorOf(client: Runner, bodyId: string): Promise<string | null> {
  const row = await maybeOne<{ body_id: string }>(
    client,
    sql`SELECT coalesce(b.parent_id, (SELECT o.body_id FROM core.body o WHERE o.kind = 'creditOffice' AND o.closed_on IS NULL
          ORDER BY o.created_at, o.body_id LIMIT 1)) AS body_id FROM core.body b WHERE b.body_id = ${bodyId}`,
  );
  return row?.body_id ?? null;
}

export async function partyNames(
  client: Runner,
  row: Pick<CaseRow, 'subject_id' | 'handler_body_id'>,
): Promise<{ subject: string; body: string }> {
  return one(
    client,
    sql`SELECT coalesce((SELECT name FROM core.subject WHERE subject_id = ${row.subject_id}), '') AS subject,
          coalesce((SELECT name FROM core.body WHERE body_id = ${row.handler_body_id}), '') AS body`,
  );
}
