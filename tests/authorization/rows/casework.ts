/** Work of a body: its own people, those above it, the credit office; rows of others are answered as if they were not there. */
import { execute, one, sql } from '../../../server/src/platform/db.ts';
import { newId } from '../../../server/src/platform/ids.ts';
import { at, business, type Fixture, ofTheBody, type Rows } from '../format.ts';
import { caseOf } from './papers.ts';

let run = 0;
const nobody = '00000000-0000-7000-8000-000000000009';

/** A missed deadline, as the clock leaves it, for the superior of a body: here the body of `officer` itself. */
async function freshTask(fixture: Fixture): Promise<string> {
  const { city } = fixture;
  const caseId = await caseOf(fixture);
  const { subject_id: subjectId } = await one<{ subject_id: string }>(
    city.ctx.db.app,
    sql`SELECT subject_id FROM casework.case WHERE case_id = ${caseId}`,
  );
  const taskId = newId();
  // One for each deadline.
  run += 1;
  await execute(
    city.ctx.db.app,
    sql`INSERT INTO casework.task (subject_id, case_id, task_id, body_id, late_body_id, procedure, clock, run, deadline, opened_at)
        VALUES (${subjectId}, ${caseId}, ${taskId}, ${city.bodyId}, ${city.bodyId}, 'objection', 'total', ${run}, ${city.clock.today()}, ${city.clock.now()})`,
  );
  return taskId;
}

export const rows: Rows = {
  'POST /api/v1/casework/commands': {
    expect: business,
    request: async (_who, fixture) => ({
      url: '/api/v1/casework/commands',
      payload: { ids: [await caseOf(fixture)], command: 'accept' },
    }),
  },
  'POST /api/v1/casework/assign': {
    expect: business,
    request: async (_who, fixture) => ({
      url: '/api/v1/casework/assign',
      payload: { ids: [await caseOf(fixture)], accountId: null },
    }),
  },
  'POST /api/v1/casework/hand-over': {
    expect: business,
    request: () => ({ url: '/api/v1/casework/hand-over', payload: { from: nobody, to: null } }),
  },
  'GET /api/v1/casework/workers': { expect: business, ...at('/api/v1/casework/workers') },
  'GET /api/v1/casework/overdue': { expect: business, ...at('/api/v1/casework/overdue') },
  'POST /api/v1/casework/tasks/:id/answer': {
    expect: ofTheBody,
    request: async (_who, fixture) => ({
      url: `/api/v1/casework/tasks/${await freshTask(fixture)}/answer`,
      payload: { note: '已电话督促' },
    }),
  },
};
