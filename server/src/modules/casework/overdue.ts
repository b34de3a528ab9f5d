/** What is late in somebody's area, and the superior's tasks about it. */
import type { OverdueList, OverdueQuery } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess, writeAccess } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize, may, scopeOf } from '../identity/index.ts';
import { answerTask, loadTask, type OverdueRow, overdueByBody, overdueRows } from './task-queries.ts';

const defaultLimit = 50;
const maxBodies = 200;

const itemOf = (ctx: AppContext, actor: Actor, row: OverdueRow): OverdueList['items'][number] => ({
  id: row.case_id,
  procedure: row.procedure,
  procedureName: ctx.policy().procedureName(row.procedure),
  number: row.number,
  subject: row.subject_name,
  body: row.body_name,
  assignee: row.assignee,
  dueOn: row.due_on,
  lateDays: ctx.policy().workingDaysBetween(row.due_on, ctx.clock.today()).days,
  taskId: row.task_id,
  mayAnswer: row.task_id !== null && may(actor, 'case.work', { bodyId: row.task_body_id }),
});

/** Cases of the own body and those below whose day has passed; for the credit office, of the city. */
export async function listOverdue(ctx: AppContext, actor: Actor, input: OverdueQuery): Promise<OverdueList> {
  const scope = scopeOf(actor, 'case.work');
  const bodies = scope.kind === 'all' ? null : scope.bodyIds;
  const today = ctx.clock.today();
  const limit = input.limit ?? defaultLimit;
  const position = openPosition(ctx.keys, 'overdue', input.cursor);
  const entry = { action: 'case.overdue', resourceKind: 'case', detail: { procedure: input.procedure } };
  const { rows, byBody } = await withAccess(ctx, actor, entry, async (tx) => ({
    rows: await overdueRows(
      tx,
      { bodies, procedure: input.procedure, bodyId: input.bodyId },
      today,
      position && { due: String(position[0]), id: String(position[1]) },
      limit + 1,
    ),
    byBody: await overdueByBody(tx, bodies, today, maxBodies),
  }));
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => itemOf(ctx, actor, row)),
    bodies: byBody.map((row) => ({ id: row.body_id, name: row.name, open: row.open, overdue: row.overdue })),
    nextCursor: rows.length > limit && last ? sealPosition(ctx.keys, 'overdue', [last.due_on, last.case_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

/** The superior says what was done about it. The case itself does not move by that. */
export async function answerOverdue(ctx: AppContext, actor: Actor, taskId: string, note: string): Promise<void> {
  authorize(actor, 'case.work');
  const row = await loadTask(ctx.db.app, taskId);
  if (!row) throw new DomainError('not-found');
  if (!may(actor, 'case.work', { bodyId: row.body_id })) throw new HiddenError();
  const accountId = actor.accountId;
  if (accountId === null) throw new DomainError('forbidden');
  await withTransaction(ctx.db.app, async (tx) => {
    const done = await answerTask(tx, row, { accountId, note, at: ctx.clock.now() });
    if (done !== 1)
      throw new DomainError('conflict', {
        zh: '该督办已办结，请刷新。',
        en: 'It was dealt with already. Reload.',
      });
    await writeAccess(tx, ctx, actor, {
      action: 'case.superior',
      resourceKind: 'case',
      resourceId: row.case_id,
      subjectId: row.subject_id,
      detail: { clock: row.clock, deadline: row.deadline, note },
    });
  });
}
