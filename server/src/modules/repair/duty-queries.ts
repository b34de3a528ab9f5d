/** SQL of duties that are open when display has ended. */
import type { Instant, PlainDateString } from '../../platform/clock.ts';
import { execute, maybeOne, query, type Runner, sql, type Transaction } from '../../platform/db.ts';

export interface DutyRow {
  readonly subject_id: string;
  readonly record_id: string;
  readonly body_id: string;
  readonly until_on: PlainDateString;
  readonly state: 'watched' | 'open' | 'answered' | 'ended';
  readonly opened_at: Instant | null;
  readonly answered_at: Instant | null;
  readonly outcome: 'fulfilled' | 'unfulfilled' | 'enforcement' | null;
  readonly note: string | null;
}

/** Watches a record; what was opened or ended stays as it is. */
export async function watchDuty(
  client: Runner,
  row: Pick<DutyRow, 'subject_id' | 'record_id' | 'body_id'> & { readonly until_on: string },
): Promise<void> {
  await execute(
    client,
    sql`INSERT INTO repair.duty (subject_id, record_id, body_id, until_on, state)
        VALUES (${row.subject_id}, ${row.record_id}, ${row.body_id}, ${row.until_on}, 'watched')
        ON CONFLICT (subject_id, record_id) DO UPDATE SET until_on = excluded.until_on WHERE repair.duty.state = 'watched'`,
  );
}

export async function dueDuties(client: Runner, today: PlainDateString, limit: number): Promise<DutyRow[]> {
  return query<DutyRow>(
    client,
    sql`SELECT * FROM repair.duty WHERE state = 'watched' AND until_on < ${today} ORDER BY until_on, record_id LIMIT ${limit}`,
  );
}

/** 0 when another run moved it. */
export async function moveDuty(
  tx: Transaction,
  row: Pick<DutyRow, 'subject_id' | 'record_id'>,
  to: { readonly state: 'open' | 'ended'; readonly at: Instant },
): Promise<number> {
  return execute(
    tx,
    sql`UPDATE repair.duty SET state = ${to.state}, opened_at = CASE WHEN ${to.state} = 'open' THEN ${to.at}::timestamptz END
        WHERE subject_id = ${row.subject_id} AND record_id = ${row.record_id} AND state = 'watched'`,
  );
}

/** 0 when it was answered before. */
export async function answerDuty(
  tx: Transaction,
  row: Pick<DutyRow, 'subject_id' | 'record_id'>,
  by: { readonly accountId: string | null; readonly outcome: string; readonly note: string; readonly at: Instant },
): Promise<number> {
  return execute(
    tx,
    sql`UPDATE repair.duty SET state = 'answered', answered_at = ${by.at}, answered_by = ${by.accountId}, outcome = ${by.outcome}, note = ${by.note}
        WHERE subject_id = ${row.subject_id} AND record_id = ${row.record_id} AND state = 'open'`,
  );
}

export async function dutyOf(client: Runner, recordId: string): Promise<DutyRow | null> {
  return maybeOne<DutyRow>(
    client,
    sql`SELECT * FROM repair.duty WHERE record_id = ${recordId} AND state IN ('open', 'answered') LIMIT 1`,
  );
}

export interface ListedDuty extends DutyRow {
  readonly name: string;
  readonly unified_code: string | null;
  readonly item: string;
  readonly document_number: string | null;
  readonly decided_on: PlainDateString | null;
  readonly body: string;
}

/** The longest waiting first. */
export async function dutyPage(
  client: Runner,
  of: { readonly bodies: readonly string[] | null; readonly state: string },
  after: { readonly at: string; readonly id: string } | null,
  limit: number,
): Promise<ListedDuty[]> {
  return query<ListedDuty>(
    client,
    sql`SELECT d.*, s.name, s.unified_code, r.item, r.document_number, r.decided_on, b.name AS body
        FROM repair.duty d JOIN core.record r ON r.subject_id = d.subject_id AND r.record_id = d.record_id
          JOIN core.subject s ON s.subject_id = d.subject_id JOIN core.body b ON b.body_id = d.body_id
        WHERE d.state = ${of.state} AND (${of.bodies}::uuid[] IS NULL OR d.body_id = ANY(${of.bodies}::uuid[]))
          AND (${after?.id ?? null}::uuid IS NULL OR (d.opened_at, d.record_id) > (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
        ORDER BY d.opened_at, d.record_id LIMIT ${limit}`,
  );
}
