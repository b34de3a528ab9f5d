/** SQL of tasks for superiors, of what is overdue, and of who works on what. */
import type { Instant, PlainDateString } from '../../platform/clock.ts';
import {
  execute,
  maybeOne,
  one,
  type Queryable,
  query,
  type Runner,
  sql,
  type Transaction,
} from '../../platform/db.ts';
import type { CaseRow } from './queries.ts';

export interface TaskRow {
  readonly subject_id: string;
  readonly case_id: string;
  readonly task_id: string;
  readonly body_id: string;
  readonly late_body_id: string;
  readonly procedure: string;
  readonly clock: string;
  readonly run: number;
  readonly deadline: PlainDateString;
  readonly opened_at: Instant;
  readonly done_at: Instant | null;
  readonly done_by: string | null;
  readonly done_how: 'answered' | 'caseMoved' | null;
  readonly note: string | null;
}

/** Once for each clock and deadline. */
export async function insertTask(
  tx: Transaction,
  row: Omit<TaskRow, 'done_at' | 'done_by' | 'done_how' | 'note'>,
): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO casework.task (subject_id, case_id, task_id, body_id, late_body_id, procedure, clock, run, deadline, opened_at)
        VALUES (${row.subject_id}, ${row.case_id}, ${row.task_id}, ${row.body_id}, ${row.late_body_id}, ${row.procedure}, ${row.clock}, ${row.run},
          ${row.deadline}, ${row.opened_at}) ON CONFLICT (subject_id, case_id, clock, run, deadline) DO NOTHING`,
  );
}

/** Tasks of clocks that do not run any more: what was watched has happened. */
export async function endTasksOf(
  tx: Transaction,
  row: Pick<CaseRow, 'subject_id' | 'case_id'>,
  running: readonly string[],
  at: Instant,
): Promise<void> {
  await execute(
    tx,
    sql`UPDATE casework.task SET done_at = ${at}, done_how = 'caseMoved' WHERE subject_id = ${row.subject_id} AND case_id = ${row.case_id}
          AND done_at IS NULL AND NOT (clock || ' ' || run = ANY(${running}::text[]))`,
  );
}

export async function loadTask(client: Runner, taskId: string): Promise<TaskRow | null> {
  return maybeOne<TaskRow>(client, sql`SELECT * FROM casework.task WHERE task_id = ${taskId}`);
}

/** 0 when it was ended before. */
export async function answerTask(
  tx: Transaction,
  row: TaskRow,
  by: { readonly accountId: string; readonly note: string; readonly at: Instant },
): Promise<number> {
  return execute(
    tx,
    sql`UPDATE casework.task SET done_at = ${by.at}, done_by = ${by.accountId}, done_how = 'answered', note = ${by.note}
        WHERE subject_id = ${row.subject_id} AND case_id = ${row.case_id} AND task_id = ${row.task_id} AND done_at IS NULL`,
  );
}

export interface OverdueRow {
  readonly case_id: string;
  readonly subject_id: string;
  readonly procedure: string;
  readonly number: string | null;
  readonly state: string;
  readonly due_on: PlainDateString;
  readonly subject_name: string;
  readonly body_id: string;
  readonly body_name: string;
  readonly assignee: string | null;
  readonly task_id: string | null;
  readonly task_body_id: string | null;
}

export interface Area {
  /** Null: every body. */
  readonly bodies: readonly string[] | null;
  readonly procedure?: string | undefined;
  readonly bodyId?: string | undefined;
}

/** The longest overdue first. */
export async function overdueRows(
  client: Runner,
  area: Area,
  today: PlainDateString,
  after: { readonly due: string; readonly id: string } | null,
  limit: number,
): Promise<OverdueRow[]> {
  return query<OverdueRow>(
    client,
    sql`SELECT c.case_id, c.subject_id, c.procedure, c.number, c.state, c.due_on, coalesce(s.name, '') AS subject_name, c.handler_body_id AS body_id,
          coalesce(b.name, '') AS body_name, a.name AS assignee, t.task_id, t.body_id AS task_body_id
        FROM casework.case c LEFT JOIN core.subject s ON s.subject_id = c.subject_id LEFT JOIN core.body b ON b.body_id = c.handler_body_id
          LEFT JOIN identity.account a ON a.account_id = c.assignee_id
          LEFT JOIN LATERAL (SELECT task_id, body_id FROM casework.task t WHERE t.subject_id = c.subject_id AND t.case_id = c.case_id AND t.done_at IS NULL
            ORDER BY t.opened_at LIMIT 1) t ON true
        WHERE NOT c.closed AND c.due_on < ${today}
          AND (${area.bodies ?? null}::uuid[] IS NULL OR c.handler_body_id = ANY(${area.bodies ?? null}::uuid[]))
          AND (${area.bodyId ?? null}::uuid IS NULL OR c.handler_body_id = ${area.bodyId ?? null})
          AND (${area.procedure ?? null}::text IS NULL OR c.procedure = ${area.procedure ?? null})
          AND (${after === null} OR (c.due_on, c.case_id) > (${after?.due ?? null}::date, ${after?.id ?? null}::uuid))
        ORDER BY c.due_on, c.case_id LIMIT ${limit}`,
  );
}

/** How much is open and overdue at each body of the area, the most overdue first. */
export async function overdueByBody(
  client: Runner,
  bodies: readonly string[] | null,
  today: PlainDateString,
  limit: number,
): Promise<{ body_id: string; name: string; open: number; overdue: number }[]> {
  return query(
    client,
    sql`SELECT c.handler_body_id AS body_id, coalesce(min(b.name), '') AS name, count(*)::integer AS open,
          count(*) FILTER (WHERE c.due_on < ${today})::integer AS overdue
        FROM casework.case c LEFT JOIN core.body b ON b.body_id = c.handler_body_id
        WHERE NOT c.closed AND (${bodies ?? null}::uuid[] IS NULL OR c.handler_body_id = ANY(${bodies ?? null}::uuid[]))
        GROUP BY c.handler_body_id ORDER BY 4 DESC, 3 DESC, 1 LIMIT ${limit}`,
  );
}

/** Whoever may be given a case of a body: its people in use, with a role of these. */
export async function workerOf(
  client: Runner,
  accountId: string,
  bodyIds: readonly string[],
  roles: readonly string[],
  today: PlainDateString,
): Promise<{ name: string } | null> {
  return maybeOne<{ name: string }>(
    client,
    sql`SELECT a.name FROM identity.account a WHERE a.account_id = ${accountId} AND a.body_id = ANY(${bodyIds}::uuid[]) AND a.kind <> 'system'
          AND a.disabled_at IS NULL AND (a.active_until IS NULL OR a.active_until >= ${today})
          AND EXISTS (SELECT FROM identity.account_role r WHERE r.account_id = a.account_id AND r.role = ANY(${roles}::text[])
            AND (r.expires_on IS NULL OR r.expires_on >= ${today}))`,
  );
}

export async function workersOf(
  client: Runner,
  bodyIds: readonly string[] | null,
  roles: readonly string[],
  today: PlainDateString,
  limit: number,
): Promise<{ account_id: string; name: string; body_id: string; body_name: string; open: number }[]> {
  return query(
    client,
    sql`SELECT a.account_id, a.name, a.body_id, b.name AS body_name,
          (SELECT count(*)::integer FROM casework.case c WHERE c.assignee_id = a.account_id AND NOT c.closed) AS open
        FROM identity.account a JOIN core.body b ON b.body_id = a.body_id
        WHERE (${bodyIds ?? null}::uuid[] IS NULL OR a.body_id = ANY(${bodyIds ?? null}::uuid[])) AND a.kind <> 'system'
          AND a.disabled_at IS NULL AND (a.active_until IS NULL OR a.active_until >= ${today})
          AND EXISTS (SELECT FROM identity.account_role r WHERE r.account_id = a.account_id AND r.role = ANY(${roles}::text[])
            AND (r.expires_on IS NULL OR r.expires_on >= ${today}))
        ORDER BY b.name, a.name, a.account_id LIMIT ${limit}`,
  );
}

/** Bodies below one, itself included: to whom its work may be given. */
export async function bodiesBelow(client: Runner, bodyId: string): Promise<string[]> {
  const rows = await query<{ body_id: string }>(
    client,
    sql`WITH RECURSIVE below (body_id, depth) AS (
          SELECT ${bodyId}::uuid, 0
          UNION ALL SELECT b.body_id, below.depth + 1 FROM core.body b JOIN below ON b.parent_id = below.body_id
            WHERE b.closed_on IS NULL AND below.depth < 8)
        SELECT DISTINCT body_id FROM below LIMIT 1000`,
  );
  return rows.map((row) => row.body_id);
}

export async function openCasesOfAccount(client: Runner, accountId: string, limit: number): Promise<CaseRow[]> {
  return query<CaseRow>(
    client,
    sql`SELECT * FROM casework.case WHERE assignee_id = ${accountId} AND NOT closed ORDER BY due_on NULLS LAST, case_id LIMIT ${limit}`,
  );
}

export async function countOpenOf(client: Queryable, accountId: string): Promise<number> {
  const row = await one<{ count: number }>(
    client as Runner,
    sql`SELECT count(*)::integer AS count FROM casework.case WHERE assignee_id = ${accountId} AND NOT closed`,
  );
  return row.count;
}
