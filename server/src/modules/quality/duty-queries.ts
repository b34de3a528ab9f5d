/** SQL of what is due: duties, declarations, document numbers, reminders. */
import type { DutyCycle } from '@chengxin/contract';
import type { Instant, PlainDateString } from '../../platform/clock.ts';
import { execute, maybeOne, query, type Runner, sql, type Transaction } from '../../platform/db.ts';
import type { Month } from './month.ts';

export async function addDuties(
  tx: Transaction,
  rows: readonly { readonly body_id: string; readonly standard: string; readonly month: Month }[],
): Promise<void> {
  if (rows.length === 0) return;
  await execute(
    tx,
    sql`INSERT INTO quality.duty (body_id, standard, from_month, source)
        SELECT b, s, m, 'reported' FROM unnest(${rows.map((row) => row.body_id)}::uuid[], ${rows.map((row) => row.standard)}::text[],
          ${rows.map((row) => row.month)}::text[]) AS n(b, s, m) ON CONFLICT (body_id, standard) DO NOTHING`,
  );
}

export async function setDuty(
  tx: Transaction,
  duty: {
    readonly bodyId: string;
    readonly standard: string;
    readonly from: Month;
    readonly to: Month | null;
    readonly cycle: DutyCycle;
  },
): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO quality.duty AS d (body_id, standard, from_month, to_month, cycle, source)
        VALUES (${duty.bodyId}, ${duty.standard}, ${duty.from}, ${duty.to}, ${duty.cycle}, 'office')
        ON CONFLICT (body_id, standard) DO UPDATE SET from_month = excluded.from_month, to_month = excluded.to_month,
          cycle = excluded.cycle, source = excluded.source`,
  );
}

/** Null: nothing of it is owed in the month. */
export async function dutyCycle(
  client: Runner,
  bodyId: string,
  standard: string,
  month: Month,
): Promise<DutyCycle | null> {
  const row = await maybeOne<{ cycle: DutyCycle }>(
    client,
    sql`SELECT cycle FROM quality.duty WHERE body_id = ${bodyId} AND standard = ${standard} AND from_month <= ${month}
          AND coalesce(to_month, '9999-12') >= ${month}`,
  );
  return row?.cycle ?? null;
}

export interface DutyRow {
  readonly body_id: string;
  readonly standard: string;
  readonly cycle: DutyCycle;
  readonly from_month: Month;
  readonly to_month: Month | null;
  readonly source: 'office' | 'reported';
}

export async function listDuties(
  client: Runner,
  filter: { readonly bodies: readonly string[] | null; readonly standard: string | null },
  after: { readonly bodyId: string; readonly standard: string } | null,
  limit: number,
): Promise<DutyRow[]> {
  return query<DutyRow>(
    client,
    sql`SELECT body_id, standard, cycle, from_month, to_month, source FROM quality.duty
        WHERE (${filter.bodies}::uuid[] IS NULL OR body_id = ANY(${filter.bodies}::uuid[]))
          AND (${filter.standard}::text IS NULL OR standard = ${filter.standard})
          AND (${after?.bodyId ?? null}::uuid IS NULL OR (body_id, standard) > (${after?.bodyId ?? null}::uuid, ${after?.standard ?? ''}::text))
        ORDER BY body_id, standard LIMIT ${limit}`,
  );
}

export interface DecisionRowRow {
  readonly record_id: string;
  readonly submission_id: string;
  readonly row_no: number;
  readonly document_number: string | null;
  readonly decided_on: PlainDateString | null;
  readonly arrived_on: PlainDateString;
}

/** Decisions of a body that are on record, in their order; of one sequence of numbers where `prefix` says so. */
export async function decisionRows(
  client: Runner,
  of: {
    readonly bodies: readonly string[];
    readonly standard: string;
    readonly from: Instant;
    readonly first: PlainDateString;
    readonly last: PlainDateString;
    readonly prefix: string | null;
  },
  after: { readonly on: string; readonly id: string } | null,
  limit: number,
): Promise<DecisionRowRow[]> {
  return query<DecisionRowRow>(
    client,
    sql`SELECT r.record_id, r.submission_id, r.row_no, r.document_number, r.decided_on, (s.received_at AT TIME ZONE 'Asia/Shanghai')::date AS arrived_on
        FROM core.record r JOIN core.submission s USING (submission_id)
        WHERE r.recorded_at >= ${of.from} AND r.superseded_at IS NULL AND r.standard = ${of.standard} AND s.body_id = ANY(${of.bodies}::uuid[])
          AND r.decided_on BETWEEN ${of.first} AND ${of.last}
          AND (${of.prefix}::text IS NULL OR starts_with(r.document_number, ${of.prefix ?? ''}))
          AND (${after?.id ?? null}::uuid IS NULL OR (r.decided_on, r.record_id) > (${after?.on ?? null}::date, ${after?.id ?? null}::uuid))
        ORDER BY r.decided_on, r.record_id LIMIT ${limit}`,
  );
}

export async function keepDeclaration(
  tx: Transaction,
  row: {
    readonly bodyId: string;
    readonly standard: string;
    readonly month: Month;
    readonly decisions: number;
    readonly by: string;
    readonly at: Instant;
  },
): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO quality.declaration AS d (body_id, standard, month, decisions, declared_by, declared_at)
        VALUES (${row.bodyId}, ${row.standard}, ${row.month}, ${row.decisions}, ${row.by}, ${row.at})
        ON CONFLICT (month, body_id, standard) DO UPDATE SET decisions = excluded.decisions, declared_by = excluded.declared_by,
          declared_at = excluded.declared_at`,
  );
}

export interface NumberRow {
  readonly body_id: string;
  readonly standard: string;
  readonly document_number: string;
}

/** Document numbers of decisions of a year up to a month's end, as they stand in the records. */
export async function documentNumbers(
  client: Runner,
  asked: {
    readonly from: Instant;
    readonly first: PlainDateString;
    readonly last: PlainDateString;
    readonly bodies: readonly string[] | null;
    readonly standards: readonly string[];
  },
  limit: number,
): Promise<NumberRow[]> {
  return query<NumberRow>(
    client,
    sql`SELECT DISTINCT s.body_id, r.standard, r.document_number
        FROM core.record r JOIN core.submission s USING (submission_id)
        WHERE r.recorded_at >= ${asked.from} AND r.decided_on BETWEEN ${asked.first} AND ${asked.last} AND r.document_number IS NOT NULL
          AND r.standard = ANY(${asked.standards}::text[])
          AND (${asked.bodies}::uuid[] IS NULL OR s.body_id = ANY(${asked.bodies}::uuid[])) LIMIT ${limit}`,
  );
}

/** False: told already. */
export async function noteReminder(
  tx: Transaction,
  row: { readonly bodyId: string; readonly month: Month; readonly topic: string; readonly on: PlainDateString },
): Promise<boolean> {
  const made = await execute(
    tx,
    sql`INSERT INTO quality.reminder (body_id, month, topic, on_day) VALUES (${row.bodyId}, ${row.month}, ${row.topic}, ${row.on})
        ON CONFLICT (body_id, month, topic) DO NOTHING`,
  );
  return made === 1;
}
