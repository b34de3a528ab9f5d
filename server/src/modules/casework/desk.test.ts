/** Many cases at once, work given to people and handed over, and a body that is late while its superior watches. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createHttpCity, type HttpCity, type Login } from '../../../../tests/support/http-city.ts';
import { penalty, penaltyCsv } from '../../../../tests/support/rows.ts';
import { execute, one, query, sql } from '../../platform/db.ts';
import { addTestAccount, signInAs } from '../../testing-context.ts';
import { objectionKind } from '../objections/index.ts';
import { lookAtClocks } from './index.ts';

let city: HttpCity;
let row = 500;
const people: Record<string, string> = {};
const monday = '2026-11-02T02:00:00Z';

before(async () => {
  city = await createHttpCity({ now: monday, app: { rateLimit: { account: 100_000, address: 100_000 } } });
  await addTestAccount(city.ctx, 'colleague', ['creditOffice'], city.officeBodyId);
  for (const account of await query<{ account_id: string; login: string }>(
    city.ctx.db.app,
    sql`SELECT account_id, login FROM identity.account`,
  ))
    people[account.login] = account.account_id;
});
after(() => city.close());
beforeEach(() => city.clock.set(monday));

/** Sessions end while days pass: who acts then signs in again. */
async function goTo(at: string, ...logins: Login[]): Promise<void> {
  city.clock.set(at);
  for (const login of logins) Object.assign(city.sessions[login], await signInAs(city.app, login));
}

async function object(): Promise<string> {
  const values = penalty(++row, { CF_JDRQ: '2026-10-20', CF_YXQ: '2029-10-20', CF_GSJZQ: '2029-10-20' });
  await city.submit(penaltyCsv([values]));
  const code = values.CF_XDR_SHXYM ?? '';
  const found = await one<{ record_id: string; subject_id: string }>(
    city.ctx.db.app,
    sql`SELECT r.record_id, r.subject_id FROM core.record r JOIN core.subject s USING (subject_id) WHERE s.unified_code = ${code}`,
  );
  await city.represent('representative', found.subject_id);
  const made = await city.call('representative', 'POST', '/api/v1/objections', {
    payload: {
      code,
      recordId: found.record_id,
      kind: 'error',
      statement: '处罚决定书的相对人不是我单位。',
      wanted: '删除',
    },
  });
  assert.equal(made.statusCode, 201, made.body);
  return made.json().id;
}
const post = (who: Login, url: string, payload: object, headers: Record<string, string> = {}) =>
  city.call(who, 'POST', `/api/v1${url}`, { payload, headers });
interface Result {
  id: string;
  number: string | null;
  ok: boolean;
  message: { zh: string } | null;
}
const results = async (...given: Parameters<typeof post>): Promise<Result[]> => {
  const answer = await post(...given);
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json().results;
};
const eventsOf = (caseId: string) =>
  query<{
    kind: string;
    name: string;
    effective_on: string;
    recorded_at: string;
    clock_behind: boolean;
    data: Record<string, unknown> | null;
  }>(
    city.ctx.db.app,
    sql`SELECT kind, name, effective_on, recorded_at, clock_behind, data FROM casework.event WHERE case_id = ${caseId} ORDER BY seq`,
  );
const noticesOf = (caseId: string, topic: string) =>
  query<{ account_id: string; text_zh: string }>(
    city.ctx.db.app,
    sql`SELECT d.account_id, n.text_zh FROM notices.notice n JOIN notices.delivery d USING (notice_id) WHERE n.case_id = ${caseId} AND n.topic = ${topic}`,
  );
const look = () => lookAtClocks(city.ctx, [objectionKind]);

describe('many at once', () => {
  it('each is judged by itself, and sent again acts once', async () => {
    const ids = [await object(), await object(), await object()];
    await post('office', `/objections/${ids[1]}/commands`, { command: 'accept' });
    const asked = { ids: [...ids, '00000000-0000-7000-8000-000000000001'], command: 'accept' };
    const headers = { 'idempotency-key': 'many-at-once-1' };
    const first = await results('office', '/casework/commands', asked, headers);
    assert.deepEqual(
      first.map((one) => one.ok),
      [true, false, true, false],
    );
    assert.match(first[1]?.message?.zh ?? '', /状态/);
    const again = await results('office', '/casework/commands', asked, headers);
    assert.deepEqual(again, first, 'the numbers are those of the first time');
    assert.equal((await eventsOf(ids[0] ?? '')).filter((event) => event.name === 'accept').length, 1);
    const strange = await results('stranger', '/casework/commands', asked, headers);
    assert.ok(
      strange.every((one) => !one.ok && one.message?.zh === first[3]?.message?.zh),
      'hidden answers as missing',
    );
  });
  it('what needs a look at each case is not given to many; five hundred are the limit', async () => {
    const id = await object();
    const [refused] = await results('office', '/casework/commands', {
      ids: [id],
      command: 'dismiss',
      reason: 'noEvidence',
    });
    assert.match(refused?.message?.zh ?? '', /逐件/);
    const ids = Array.from({ length: 501 }, (_, at) => `00000000-0000-7000-8000-${String(at).padStart(12, '0')}`);
    assert.equal((await post('office', '/casework/commands', { ids, command: 'accept' })).statusCode, 400);
  });
});

describe('work', () => {
  it('is given to somebody of the body, told, kept in the history, once', async () => {
    const id = await object();
    const give = (who: Login, accountId: string | null) => results(who, '/casework/assign', { ids: [id], accountId });
    assert.deepEqual((await give('office', people.colleague ?? ''))[0]?.ok, true);
    assert.deepEqual((await give('office', people.colleague ?? ''))[0]?.ok, true);
    assert.equal((await eventsOf(id)).filter((event) => event.kind === 'assigned').length, 1);
    assert.deepEqual(
      (await noticesOf(id, 'case.assigned')).map((one) => one.account_id),
      [people.colleague],
    );
    const inbox = await query(
      city.ctx.db.app,
      sql`SELECT 1 FROM notices.delivery WHERE account_id = ${people.colleague} AND channel = 'inApp'`,
    );
    assert.ok(inbox.length > 0);
    assert.match(
      (await give('office', people.officer ?? ''))[0]?.message?.zh ?? '',
      /在岗/,
      'somebody of another body',
    );
    assert.match((await give('office', people.client ?? ''))[0]?.message?.zh ?? '', /在岗/, 'a system');
    assert.equal((await give('stranger', people.stranger ?? ''))[0]?.ok, false);
    assert.equal((await give('office', null))[0]?.ok, true, 'back to the queue');
  });
  it('leaves its person when another body has to act', async () => {
    const id = await object();
    await post('office', `/objections/${id}/commands`, { command: 'accept' });
    await results('office', '/casework/assign', { ids: [id], accountId: people.colleague });
    await post('office', `/objections/${id}/commands`, { command: 'forward' });
    const kept = await one<{ assignee_id: string | null; handler_body_id: string }>(
      city.ctx.db.app,
      sql`SELECT assignee_id, handler_body_id FROM casework.case WHERE case_id = ${id}`,
    );
    assert.deepEqual(kept, { assignee_id: null, handler_body_id: city.bodyId });
    assert.equal((await results('officer', '/casework/assign', { ids: [id], accountId: people.officer }))[0]?.ok, true);
  });
  it('is handed over as a whole; the list of workers says how much each has', async () => {
    const ids = [await object(), await object()];
    await results('office', '/casework/assign', { ids, accountId: people.colleague });
    const workers = (await city.call('office', 'GET', '/api/v1/casework/workers')).json().items as {
      id: string;
      open: number;
    }[];
    assert.ok((workers.find((one) => one.id === people.colleague)?.open ?? 0) >= 2);
    const own = (await city.call('officer', 'GET', '/api/v1/casework/workers')).json().items as { id: string }[];
    assert.deepEqual(
      own.map((one) => one.id),
      [people.officer],
      'of the own body only',
    );
    const moved = await results('office', '/casework/hand-over', { from: people.colleague, to: people.office });
    assert.ok(moved.length >= 2 && moved.every((one) => one.ok), JSON.stringify(moved));
    assert.deepEqual(await results('office', '/casework/hand-over', { from: people.colleague, to: people.office }), []);
  });
});

describe('a body that is late', () => {
  it('is seen by its superior: effective on the deadline, recorded when the service is back, once', async () => {
    const id = await object();
    await post('office', `/objections/${id}/commands`, { command: 'accept' });
    await post('office', `/objections/${id}/commands`, { command: 'forward' });
    await results('officer', '/casework/assign', { ids: [id], accountId: people.officer });
    // Due on Thursday; the service is down until the Tuesday after.
    await goTo('2026-11-10T01:00:00Z', 'office', 'officer', 'stranger');
    await look();
    await look();
    const events = (await eventsOf(id)).filter((event) => event.kind === 'escalation');
    assert.deepEqual(
      events.map((event) => [event.name, event.effective_on, event.recorded_at]),
      [['provider', '2026-11-05', '2026-11-10T01:00:00.000Z']],
    );
    const told = await noticesOf(id, 'case.overdue');
    assert.deepEqual(
      [...new Set(told.map((one) => one.account_id))].sort(),
      [people.colleague, people.office, people.officer].sort(),
      'the superior, the body and the person, each once',
    );
    assert.equal(told.length, 3);
    assert.match(told[0]?.text_zh ?? '', /已于2026年11月5日到期未办结/);
    const list = (await city.call('office', 'GET', '/api/v1/casework/overdue')).json();
    const item = list.items.find((one: { id: string }) => one.id === id);
    assert.deepEqual([item.dueOn, item.lateDays, item.mayAnswer], ['2026-11-05', 3, true]);
    assert.ok(list.bodies.some((one: { id: string; overdue: number }) => one.id === city.bodyId && one.overdue > 0));
    assert.ok(!JSON.stringify((await city.call('stranger', 'GET', '/api/v1/casework/overdue')).json()).includes(id));
    const own = (await city.call('officer', 'GET', '/api/v1/casework/overdue')).json();
    assert.equal(own.items.find((one: { id: string }) => one.id === id).mayAnswer, false, 'not its own superior');
    const answer = () => post('office', `/casework/tasks/${item.taskId}/answer`, { note: '已电话督促，明日答复。' });
    assert.equal((await post('stranger', `/casework/tasks/${item.taskId}/answer`, { note: '已督促' })).statusCode, 404);
    assert.equal((await answer()).statusCode, 204);
    assert.equal((await answer()).statusCode, 409, 'said once');
    // The late answer still counts.
    const late = await post('officer', `/objections/${id}/commands`, { command: 'answer', note: '属实' });
    assert.equal(late.statusCode, 200, late.body);
  });
  it('ends the superior’s task by acting', async () => {
    const id = await object();
    await goTo('2026-11-05T01:00:00Z', 'office');
    await look();
    const open = () =>
      query<{ done_how: string | null }>(
        city.ctx.db.app,
        sql`SELECT done_how FROM casework.task WHERE case_id = ${id}`,
      );
    assert.deepEqual(await open(), [{ done_how: null }]);
    await post('office', `/objections/${id}/commands`, { command: 'accept' });
    assert.deepEqual(await open(), [{ done_how: 'caseMoved' }]);
  });
  it('is reminded before, once; whoever it lies with is told', async () => {
    const id = await object();
    await post('office', `/objections/${id}/commands`, { command: 'accept' });
    await post('office', `/objections/${id}/commands`, { command: 'forward' });
    await goTo('2026-11-04T01:00:00Z');
    await look();
    await look();
    assert.deepEqual(
      (await noticesOf(id, 'case.reminder')).map((one) => one.account_id),
      [people.officer],
    );
  });
});

describe('the calendar and the clock', () => {
  it('a deadline in a year whose holidays are not published is provisional, and the notice says so', async () => {
    await goTo('2026-12-28T02:00:00Z', 'office', 'officer', 'representative');
    const id = await object();
    await post('office', `/objections/${id}/commands`, { command: 'accept' });
    const view = (await city.call('representative', 'GET', `/api/v1/objections/${id}`)).json();
    const total = view.clocks.find((clock: { key: string }) => clock.key === 'total');
    assert.equal(total.provisional, true);
    assert.match(total.dueOn, /^2027-01-/);
    assert.match((await noticesOf(id, 'objection.accepted'))[0]?.text_zh ?? '', /暂定，以国务院公布的节假日安排为准/);
    await execute(city.ctx.db.app, sql`UPDATE casework.case SET closed = true WHERE case_id = ${id}`);
  });
  it('a machine whose clock was set back records nothing before what is there, and says so', async () => {
    const id = await object();
    await goTo('2026-11-01T02:00:00Z');
    await results('office', '/casework/assign', { ids: [id], accountId: people.colleague });
    const events = await eventsOf(id);
    const given = events.at(-1);
    assert.deepEqual([given?.kind, given?.clock_behind], ['assigned', true]);
    assert.ok((given?.recorded_at ?? '') >= (events[0]?.recorded_at ?? ''));
  });
});
