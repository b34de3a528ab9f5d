/** SQL of exports. */
import type { ExportFilter } from '@chengxin/contract';
import { execute, maybeOne, type Queryable, query, type Runner, sql, type Transaction } from '../../platform/db.ts';
import type { ExportState } from './export-state.ts';

const runner = (client: Queryable): Runner => client as Runner;

export interface ExportRequestRow {
  readonly request_id: string;
  readonly body_id: string | null;
  readonly body_name: string | null;
  readonly source_body: string | null;
  readonly filter: ExportFilter;
  readonly reason: string;
  readonly purpose: string;
  readonly matter: string | null;
  readonly case_number: string | null;
  readonly state: ExportState;
  readonly row_limit: number;
  readonly requested_by: string;
  readonly requested_holder: string;
  readonly requested_by_name: string;
  readonly requested_at: string;
  readonly lapses_at: string;
  readonly decided_by_name: string | null;
  readonly decided_at: string | null;
  readonly decision_note: string | null;
  readonly taken_at: string | null;
  readonly row_count: number | null;
  readonly rows_digest: string | null;
}

const selected = sql`SELECT r.request_id, r.body_id, b.name AS body_name, o.name AS source_body, r.filter, r.reason, r.purpose, r.matter,
    r.case_number, r.state, r.row_limit, r.requested_by, r.requested_holder, a.name AS requested_by_name, r.requested_at,
    r.lapses_at, d.name AS decided_by_name, r.decided_at, r.decision_note, r.taken_at, r.row_count, r.rows_digest
  FROM access.export_request r JOIN identity.account a ON a.account_id = r.requested_by
       LEFT JOIN identity.account d ON d.account_id = r.decided_by LEFT JOIN core.body b ON b.body_id = r.body_id
       LEFT JOIN core.body o ON o.body_id = (r.filter ->> 'body')::uuid`;

export async function listExportRequests(
  client: Queryable,
  filter: { bodies: readonly string[] | null; state: ExportState | null; now: string },
  after: { at: string; id: string } | null,
  limit: number,
): Promise<ExportRequestRow[]> {
  const { bodies, state, now } = filter;
  return query<ExportRequestRow>(
    runner(client),
    sql`${selected}
         WHERE (${bodies}::uuid[] IS NULL OR r.body_id = ANY(${bodies}::uuid[]))
           AND (${state}::text IS NULL OR ${state}::text = CASE WHEN r.state IN ('waiting', 'approved') AND r.lapses_at <= ${now}::timestamptz
                                                          THEN 'lapsed' ELSE r.state END)
           AND (${after?.id ?? null}::uuid IS NULL OR (r.requested_at, r.request_id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
         ORDER BY r.requested_at DESC, r.request_id DESC LIMIT ${limit}`,
  );
}

export async function exportRequest(client: Queryable, id: string): Promise<ExportRequestRow | null> {
  return maybeOne<ExportRequestRow>(runner(client), sql`${selected} WHERE r.request_id = ${id}`);
}

export async function insertExportRequest(
  client: Transaction,
  row: {
    id: string;
    bodyId: string | null;
    filter: ExportFilter;
    reason: string;
    purpose: string;
    matter: string | null;
    caseNumber: string | null;
    rowLimit: number;
    by: string;
    at: string;
    lapsesAt: string;
  },
): Promise<void> {
  await execute(
    client,
    sql`INSERT INTO access.export_request (request_id, body_id, filter, reason, purpose, matter, case_number, state, row_limit,
          requested_by, requested_holder, requested_at, lapses_at)
        SELECT ${row.id}, ${row.bodyId}::uuid, ${JSON.stringify(row.filter)}::jsonb, ${row.reason}, ${row.purpose}, ${row.matter},
          ${row.caseNumber}, 'waiting', ${row.rowLimit}, a.account_id, a.holder_id, ${row.at}::timestamptz, ${row.lapsesAt}::timestamptz
          FROM identity.account a WHERE a.account_id = ${row.by}`,
  );
}

/** @returns 0 when it does not wait any more, its time is over, or the same person asked for it */
export async function decideRequest(
  client: Transaction,
  id: string,
  decision: { state: ExportState; by: string; at: string; note: string | null; lapsesAt: string },
): Promise<number> {
  return execute(
    client,
    sql`UPDATE access.export_request r SET state = ${decision.state}, decided_by = a.account_id, decided_holder = a.holder_id,
               decided_at = ${decision.at}, decision_note = ${decision.note}, lapses_at = ${decision.lapsesAt}
          FROM identity.account a
         WHERE r.request_id = ${id} AND a.account_id = ${decision.by} AND r.state = 'waiting' AND r.lapses_at > ${decision.at}
           AND a.holder_id <> r.requested_holder`,
  );
}

export async function withdrawRequest(client: Transaction, id: string, now: string): Promise<number> {
  return execute(
    client,
    sql`UPDATE access.export_request SET state = 'withdrawn' WHERE request_id = ${id} AND state IN ('waiting', 'approved') AND lapses_at > ${now}`,
  );
}

/** @returns 0 when it was taken, or its time is over */
export async function markTaken(
  client: Transaction,
  id: string,
  taken: { at: string; rows: number; digest: string; watermark: string },
): Promise<number> {
  return execute(
    client,
    sql`UPDATE access.export_request SET state = 'taken', taken_at = ${taken.at}, row_count = ${taken.rows},
               rows_digest = ${taken.digest}, watermark = ${taken.watermark}
         WHERE request_id = ${id} AND state = 'approved' AND lapses_at > ${taken.at}`,
  );
}

export async function holdersOf(client: Queryable, accountId: string): Promise<string | null> {
  const row = await maybeOne<{ holder_id: string }>(
    runner(client),
    sql`SELECT holder_id FROM identity.account WHERE account_id = ${accountId}`,
  );
  return row?.holder_id ?? null;
}
