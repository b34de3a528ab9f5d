import { execute, maybeOne, query, type Runner, sql } from '../../platform/sql.ts';
import type { SheetFile } from './sheets.ts';
import type { ChangeState } from './state.ts';

export interface ChangeRow {
  change_id: string;
  title: string;
  reason: string;
  state: ChangeState;
  version: number;
  digest: string;
  created_by: string;
  created_name: string | null;
  created_at: string;
  reply_due_on: string | null;
  submitted_by: string | null;
  answer_note: string | null;
  approved_by: string | null;
  approved_name: string | null;
  effective_on: string | null;
  policy_set_id: number | null;
  end_reason: string | null;
}
export interface FileRow {
  change_id: string;
  kind: string;
  key: string;
  base_hash: string | null;
  base: SheetFile | null;
  hash: string;
  body: SheetFile;
  changed_by: string;
}
export interface UnitRow {
  body_id: string;
  name: string;
  answer: 'confirmed' | 'objected' | null;
  comment: string | null;
  told_at: string | null;
  reminded_at: string | null;
}

const selected = sql`SELECT c.change_id, c.title, c.reason, c.state, c.version, c.digest, c.created_by, a.name AS created_name,
    c.created_at, c.reply_due_on, c.submitted_by, c.answer_note, c.approved_by, b.name AS approved_name, c.effective_on,
    c.policy_set_id, c.end_reason
  FROM policy.change c
  LEFT JOIN identity.account a ON a.account_id = c.created_by
  LEFT JOIN identity.account b ON b.account_id = c.approved_by`;

export const changeById = (client: Runner, id: string): Promise<ChangeRow | null> =>
  maybeOne(client, sql`${selected} WHERE c.change_id = ${id}`);

/** @param bodyIds of those who were asked; null = every change */
export const changesPage = (
  client: Runner,
  bodyIds: readonly string[] | null,
  before: string | null,
  limit: number,
): Promise<ChangeRow[]> =>
  query(
    client,
    sql`${selected} WHERE (${before}::uuid IS NULL OR c.change_id < ${before}::uuid)
          AND (${bodyIds}::uuid[] IS NULL OR EXISTS (SELECT 1 FROM policy.change_unit u
                WHERE u.change_id = c.change_id AND u.body_id = ANY (${bodyIds}::uuid[])))
        ORDER BY c.change_id DESC LIMIT ${limit}`,
  );

export const scheduledUpTo = (client: Runner, on: string): Promise<ChangeRow[]> =>
  query(
    client,
    sql`${selected} WHERE c.state = 'scheduled' AND c.effective_on <= ${on} ORDER BY c.effective_on, c.change_id LIMIT 200`,
  );

export const filesOf = (client: Runner, id: string): Promise<FileRow[]> =>
  query(
    client,
    sql`SELECT change_id, kind, key, base_hash, base, hash, body, changed_by FROM policy.change_file
         WHERE change_id = ${id} ORDER BY kind, key`,
  );

export const unitsOf = (client: Runner, id: string): Promise<UnitRow[]> =>
  query(
    client,
    sql`SELECT u.body_id, b.name, u.answer, u.comment, u.told_at, u.reminded_at FROM policy.change_unit u JOIN core.body b USING (body_id)
         WHERE u.change_id = ${id} ORDER BY b.name`,
  );

export const eventsOf = (
  client: Runner,
  id: string,
): Promise<{ at: string; kind: string; name: string | null; note: string | null }[]> =>
  query(
    client,
    sql`SELECT e.at, e.kind, a.name, e.note FROM policy.change_event e LEFT JOIN identity.account a ON a.account_id = e.by
         WHERE e.change_id = ${id} ORDER BY e.event_id LIMIT 500`,
  );

export async function insertChange(
  client: Runner,
  row: { id: string; title: string; reason: string; digest: string; by: string; at: string },
): Promise<void> {
  await execute(
    client,
    sql`INSERT INTO policy.change (change_id, title, reason, state, digest, created_by, created_at)
        VALUES (${row.id}, ${row.title}, ${row.reason}, 'drafted', ${row.digest}, ${row.by}, ${row.at})`,
  );
}

export type ChangeFields = Partial<
  Pick<
    ChangeRow,
    'reply_due_on' | 'submitted_by' | 'answer_note' | 'approved_by' | 'effective_on' | 'policy_set_id' | 'end_reason'
  >
>;

/** Guarded by state and version: 0 rows = somebody else was first. */
export async function moveChange(
  client: Runner,
  row: ChangeRow,
  to: ChangeState,
  digest: string,
  given: ChangeFields,
  by: string | null,
  at: string,
): Promise<number> {
  const next = { ...row, ...given };
  return execute(
    client,
    sql`UPDATE policy.change SET state = ${to}, version = version + 1, digest = ${digest},
          reply_due_on = ${next.reply_due_on}, answer_note = ${next.answer_note}, submitted_by = ${next.submitted_by},
          circulated_at = CASE WHEN ${to} = 'circulated' THEN ${at}::timestamptz ELSE circulated_at END,
          submitted_at = CASE WHEN ${to} = 'submitted' THEN ${at}::timestamptz ELSE submitted_at END,
          approved_by = ${next.approved_by},
          approved_at = CASE WHEN ${next.approved_by}::uuid IS NULL THEN NULL ELSE coalesce(approved_at, ${at}::timestamptz) END,
          effective_on = ${next.effective_on}, policy_set_id = ${next.policy_set_id},
          activated_at = CASE WHEN ${to} = 'active' THEN ${at}::timestamptz ELSE activated_at END,
          end_reason = ${next.end_reason},
          ended_by = CASE WHEN ${to} IN ('rolledBack', 'discarded') THEN ${by}::uuid ELSE ended_by END,
          ended_at = CASE WHEN ${to} IN ('rolledBack', 'discarded') THEN ${at}::timestamptz ELSE ended_at END
        WHERE change_id = ${row.change_id} AND state = ${row.state} AND version = ${row.version}`,
  );
}

export async function putFile(
  client: Runner,
  row: Omit<FileRow, 'base'> & { base: SheetFile | null; changed_at: string },
): Promise<void> {
  await execute(
    client,
    sql`INSERT INTO policy.change_file (change_id, kind, key, base_hash, base, hash, body, changed_by, changed_at)
        VALUES (${row.change_id}, ${row.kind}, ${row.key}, ${row.base_hash}, ${JSON.stringify(row.base)}::jsonb, ${row.hash},
                ${JSON.stringify(row.body)}::jsonb, ${row.changed_by}, ${row.changed_at})
        ON CONFLICT (change_id, kind, key) DO UPDATE SET base_hash = excluded.base_hash, base = excluded.base,
          hash = excluded.hash, body = excluded.body, changed_by = excluded.changed_by, changed_at = excluded.changed_at`,
  );
}

export async function setUnits(client: Runner, id: string, bodyIds: readonly string[]): Promise<void> {
  await execute(client, sql`DELETE FROM policy.change_unit WHERE change_id = ${id}`);
  await execute(
    client,
    sql`INSERT INTO policy.change_unit (change_id, body_id) SELECT ${id}, unnest(${bodyIds}::uuid[])`,
  );
}

export const answerUnit = (
  client: Runner,
  row: { id: string; bodyIds: readonly string[]; answer: string; comment: string | null; by: string; at: string },
): Promise<number> =>
  execute(
    client,
    sql`UPDATE policy.change_unit u SET answer = ${row.answer}, comment = ${row.comment}, answered_by = ${row.by},
          answered_at = ${row.at}
        WHERE u.change_id = ${row.id} AND u.body_id = ANY (${row.bodyIds}::uuid[])
          AND EXISTS (SELECT 1 FROM policy.change c WHERE c.change_id = u.change_id AND c.state = 'circulated')`,
  );

export async function insertEvent(
  client: Runner,
  row: { eventId: string; id: string; at: string; kind: string; by: string | null; note: string | null },
): Promise<void> {
  await execute(
    client,
    sql`INSERT INTO policy.change_event (event_id, change_id, at, kind, by, note)
        VALUES (${row.eventId}, ${row.id}, ${row.at}, ${row.kind}, ${row.by}, ${row.note})`,
  );
}

export async function insertSimulation(
  client: Runner,
  row: { simulationId: string; id: string; digest: string; limit: number; by: string; at: string; result: object },
): Promise<void> {
  await execute(
    client,
    sql`INSERT INTO policy.simulation (simulation_id, change_id, digest, state, row_limit, asked_by, asked_at, finished_at, result)
        VALUES (${row.simulationId}, ${row.id}, ${row.digest}, 'done', ${row.limit}, ${row.by}, ${row.at}, ${row.at},
                ${JSON.stringify(row.result)}::jsonb)`,
  );
}

export const simulationOf = (client: Runner, id: string, digest: string): Promise<{ result: object } | null> =>
  maybeOne(
    client,
    sql`SELECT result FROM policy.simulation WHERE change_id = ${id} AND digest = ${digest} AND state = 'done'
         ORDER BY asked_at DESC, simulation_id DESC LIMIT 1`,
  );

export interface SilentUnit {
  change_id: string;
  title: string;
  body_id: string;
  name: string;
  reply_due_on: string;
  created_by: string;
}

/** Units of circulated changes that have not answered, whose day is up to `dueBy`, and who were not told of it before. */
export const silentUnits = (
  client: Runner,
  what: 'reminded' | 'overdue',
  dueBy: string,
  limit: number,
): Promise<SilentUnit[]> =>
  query(
    client,
    sql`SELECT c.change_id, c.title, u.body_id, b.name, c.reply_due_on, c.created_by
          FROM policy.change c JOIN policy.change_unit u USING (change_id) JOIN core.body b USING (body_id)
         WHERE c.state = 'circulated' AND c.reply_due_on <= ${dueBy} AND u.answer IS NULL
           AND CASE WHEN ${what} = 'reminded' THEN u.reminded_at IS NULL ELSE u.overdue_at IS NULL END
         ORDER BY c.reply_due_on, c.change_id, u.body_id LIMIT ${limit}`,
  );

/** 0 where another run was first. */
export const noteUnit = (
  client: Runner,
  unit: { change_id: string; body_id: string },
  what: 'told' | 'reminded' | 'overdue',
  at: string,
): Promise<number> =>
  execute(
    client,
    sql`UPDATE policy.change_unit
           SET told_at = CASE WHEN ${what} = 'told' THEN ${at}::timestamptz ELSE told_at END,
               reminded_at = CASE WHEN ${what} = 'reminded' THEN ${at}::timestamptz ELSE reminded_at END,
               overdue_at = CASE WHEN ${what} = 'overdue' THEN ${at}::timestamptz ELSE overdue_at END
         WHERE change_id = ${unit.change_id} AND body_id = ${unit.body_id} AND answer IS NULL
           AND CASE WHEN ${what} = 'told' THEN told_at WHEN ${what} = 'reminded' THEN reminded_at ELSE overdue_at END IS NULL`,
  );

/** Live records in the order of their ids, with the body that decided. */
export const recordsAfter = (
  client: Runner,
  after: string | null,
  limit: number,
): Promise<{ record_id: string; body: string }[]> =>
  query(
    client,
    sql`SELECT r.record_id, b.name AS body FROM core.record r JOIN core.body b ON b.body_id = r.deciding_body_id
         WHERE r.superseded_at IS NULL AND (${after}::uuid IS NULL OR r.record_id > ${after}::uuid)
         ORDER BY r.record_id LIMIT ${limit}`,
  );

export interface RunRow {
  simulation_id: string;
  change_id: string;
  digest: string;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  row_limit: number;
  rows_done: number;
  records_done: number;
  asked_at: string;
  finished_at: string | null;
  problem: string | null;
}

const runSelect = sql`SELECT simulation_id, change_id, digest, state, row_limit, rows_done,
    coalesce((coalesce(progress, result) -> 'records' ->> 'read')::int, 0) AS records_done, asked_at, finished_at, problem
  FROM policy.simulation`;

/** The newest trial of a change that ran, or runs, by itself. */
export const newestRun = (client: Runner, changeId: string, beyond: number): Promise<RunRow | null> =>
  maybeOne(
    client,
    sql`${runSelect} WHERE change_id = ${changeId} AND row_limit > ${beyond}
         ORDER BY asked_at DESC, simulation_id DESC LIMIT 1`,
  );

export const runById = (client: Runner, id: string): Promise<(RunRow & { progress: object | null }) | null> =>
  maybeOne(
    client,
    sql`SELECT simulation_id, change_id, digest, state, row_limit, rows_done, 0 AS records_done, asked_at, finished_at, problem,
            progress
          FROM policy.simulation WHERE simulation_id = ${id}`,
  );

/** 0 where another run of the change waits or runs (unique index). */
export const insertRun = (
  client: Runner,
  row: { simulationId: string; id: string; digest: string; limit: number; by: string; at: string },
): Promise<number> =>
  execute(
    client,
    sql`INSERT INTO policy.simulation (simulation_id, change_id, digest, state, row_limit, asked_by, asked_at)
        VALUES (${row.simulationId}, ${row.id}, ${row.digest}, 'waiting', ${row.limit}, ${row.by}, ${row.at})
        ON CONFLICT (change_id) WHERE state IN ('waiting', 'running') DO NOTHING`,
  );

/** Guarded: 0 rows = it was stopped meanwhile. */
export const keepProgress = (client: Runner, id: string, progress: object, rowsDone: number): Promise<number> =>
  execute(
    client,
    sql`UPDATE policy.simulation SET state = 'running', progress = ${JSON.stringify(progress)}::jsonb, rows_done = ${rowsDone}
         WHERE simulation_id = ${id} AND state IN ('waiting', 'running')`,
  );

export const endRun = (
  client: Runner,
  id: string,
  end: {
    state: 'done' | 'failed' | 'cancelled';
    at: string;
    result?: object;
    rowsDone?: number;
    problem?: string;
  },
): Promise<number> =>
  execute(
    client,
    sql`UPDATE policy.simulation
           SET state = ${end.state}, finished_at = ${end.at}, progress = NULL,
               result = ${end.result === undefined ? null : JSON.stringify(end.result)}::jsonb,
               rows_done = coalesce(${end.rowsDone ?? null}::integer, rows_done), problem = ${end.problem ?? null}
         WHERE simulation_id = ${id} AND state IN ('waiting', 'running')`,
  );

export const cancelRuns = (client: Runner, changeId: string, at: string): Promise<number> =>
  execute(
    client,
    sql`UPDATE policy.simulation SET state = 'cancelled', finished_at = ${at}, progress = NULL
         WHERE change_id = ${changeId} AND state IN ('waiting', 'running')`,
  );
