/** The longest period ends while duties are open: one task for the body that recognised, its answer, and who may not know. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createHttpCity, type HttpCity } from '../../../../tests/support/http-city.ts';
import { penalty, penaltyCsv } from '../../../../tests/support/rows.ts';
import { one, query, sql, withTransaction } from '../../platform/db.ts';
import { signInAs } from '../../testing-context.ts';
import { writeRecordEvent } from '../records/index.ts';
import { openDuties, planDuties } from './index.ts';

let city: HttpCity;
before(async () => {
  city = await createHttpCity({ now: '2026-11-02T02:00:00Z' });
});
after(() => city.close());

async function reported(serial: number): Promise<{ subjectId: string; recordId: string }> {
  const row = penalty(serial, { CF_JDRQ: '2026-10-20', CF_YXQ: '2027-10-20', CF_GSJZQ: '2029-10-20' });
  await city.submit(penaltyCsv([row]));
  const found = await one<{ record_id: string; subject_id: string }>(
    city.ctx.db.app,
    sql`SELECT r.record_id, r.subject_id FROM core.record r JOIN core.subject s USING (subject_id)
        WHERE s.unified_code = ${row.CF_XDR_SHXYM ?? ''} AND r.standard = 'penalty'`,
  );
  return { subjectId: found.subject_id, recordId: found.record_id };
}
function itemsOf(answer: { statusCode: number; body: string; json(): { items: unknown[] } }): unknown[] {
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json().items;
}
const list = async (who: 'officer' | 'stranger' | 'office', path = '') =>
  itemsOf(await city.call(who, 'GET', `/api/v1/repairs/duties${path}`)) as {
    recordId: string;
    shownUntil: string;
    outcome: string | null;
  }[];

describe('a record whose longest period is over', () => {
  it('is a task of the body that recognised, once; a repaired one is not', async () => {
    const open = await reported(7101);
    const repaired = await reported(7102);
    assert.ok((await planDuties(city.ctx, {})) >= 2);
    assert.equal(await openDuties(city.ctx, {}), 0, 'not before its day');
    await withTransaction(city.ctx.db.app, (tx) =>
      writeRecordEvent(tx, city.ctx, null, repaired, { kind: 'repaired', effectiveOn: '2026-11-02' }),
    );
    city.clock.advance({ days: 4 * 366 });
    for (const login of ['officer', 'stranger', 'representative', 'office'] as const)
      Object.assign(city.sessions, { [login]: await signInAs(city.app, login) });
    assert.equal(await openDuties(city.ctx, {}), 1);
    assert.equal(await openDuties(city.ctx, {}), 0);
    const notices = await query<{ title_zh: string }>(
      city.ctx.db.app,
      sql`SELECT title_zh FROM notices.notice WHERE topic = 'repair.dutyOpen'`,
    );
    assert.equal(notices.length, 1);
    assert.match(notices[0]?.title_zh ?? '', /公示期满/);
    const tasks = await list('officer');
    assert.deepEqual(
      tasks.map(({ recordId }) => recordId),
      [open.recordId],
    );
    assert.deepEqual(await list('stranger'), []);

    const url = `/api/v1/repairs/duties/${open.recordId}/answer`;
    const payload = { outcome: 'unfulfilled', note: '罚款尚未缴纳，已申请强制执行。' };
    assert.equal((await city.call('stranger', 'POST', url, { payload })).statusCode, 404);
    assert.equal((await city.call('representative', 'POST', url, { payload })).statusCode, 403);
    assert.equal(
      (await city.call('officer', 'POST', url, { payload: { ...payload, outcome: 'later' } })).statusCode,
      400,
    );
    assert.equal((await city.call('officer', 'POST', url, { payload })).statusCode, 204);
    assert.equal((await city.call('officer', 'POST', url, { payload })).statusCode, 409);
    assert.deepEqual(await list('officer'), []);
    assert.deepEqual(
      (await list('officer', '?state=answered')).map(({ outcome }) => outcome),
      ['unfulfilled'],
    );
  });
});
