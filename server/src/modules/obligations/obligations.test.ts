/** An entry goes to the bodies that it obliges, comes back when it ends, and each act is the own body's: over HTTP. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createHttpCity, type HttpCity, type Login } from '../../../../tests/support/http-city.ts';
import { addEntry, addSubject, removeEntry } from '../../../../tests/support/listed.ts';
import { codeOf, licence, licenceCsv } from '../../../../tests/support/rows.ts';
import { one, query, sql } from '../../platform/db.ts';
import { signInAs } from '../../testing-context.ts';
import { normaliseName } from '../subjects/index.ts';
import { followEntries, remindBodies, sweepObligations } from './index.ts';

let city: HttpCity;
let serial = 5200;
before(async () => {
  city = await createHttpCity({
    now: '2026-11-02T02:00:00Z',
    app: { rateLimit: { account: 100_000, address: 100_000 } },
  });
});
after(() => city.close());

interface Seen {
  readonly id: string;
  readonly state: string;
  readonly measure: string;
  readonly list: string;
  readonly overdue: boolean;
  readonly dueOn: string | null;
  readonly subject: { code: string };
  readonly feedback: { action: string; reason: string | null }[];
}
async function company(list = 'SX02', more: { endsOn?: string } = {}) {
  const code = codeOf(++serial);
  const name = `示范市协同${serial}有限公司`;
  const subjectId = await addSubject(city.ctx, code, name, normaliseName(name));
  const entryId = await addEntry(city.ctx, { subjectId, list, bodyId: city.bodyId, ...more });
  return { code, subjectId, entryId };
}
const read = async (who: Login, query = ''): Promise<Seen[]> => {
  const answer = await city.call(who, 'GET', `/api/v1/obligations?limit=200${query}`);
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json().items;
};
const of = async (code: string, who: Login = 'officer'): Promise<Seen[]> =>
  (await read(who)).filter(({ subject }) => subject.code === code);
const post = (who: Login, path: string, payload: object = {}) =>
  city.call(who, 'POST', `/api/v1/obligations${path}`, { payload });
const later = async (days: number): Promise<void> => {
  city.clock.advance({ days });
  for (const login of ['officer', 'stranger', 'office', 'representative'] as const)
    Object.assign(city.sessions, { [login]: await signInAs(city.app, login) });
};

describe('an entry', () => {
  it('is sent once to the bodies that it obliges, and to no other', async () => {
    const { code } = await company();
    const first = await followEntries(city.ctx);
    assert.ok(first.sent >= 3, JSON.stringify(first));
    assert.deepEqual(await followEntries(city.ctx), { sent: 0, toLift: 0 }, 'looked at again');
    assert.deepEqual(await sweepObligations(city.ctx), { sent: 0, toLift: 0 });
    assert.deepEqual((await of(code)).map(({ measure }) => measure).sort(), ['M07', 'M08', 'M09']);
    assert.deepEqual((await of(code, 'stranger')).map(({ measure }) => measure).sort(), ['M08', 'M09']);
    assert.equal((await of(code, 'office')).length, 5, 'the credit office sees all');
    assert.equal((await city.call('representative', 'GET', '/api/v1/obligations')).statusCode, 403);
    const notices = await query<{ title_zh: string }>(
      city.ctx.db.app,
      sql`SELECT title_zh FROM notices.notice WHERE topic = 'obligation.arrived'`,
    );
    assert.equal(notices.length, 2, 'one a body');
  });
  it('a watch list asks nothing of anybody', async () => {
    const code = codeOf(++serial);
    const subjectId = await addSubject(city.ctx, code, '示范市关注有限公司');
    await addEntry(city.ctx, { subjectId, list: 'GZ01', kind: 'watch', bodyId: city.bodyId });
    assert.deepEqual(await followEntries(city.ctx), { sent: 0, toLift: 0 });
  });
});

describe('a body', () => {
  it('acknowledges, feeds back with case, document and reason, and lifts when the cause is gone', async () => {
    const { code, subjectId, entryId } = await company();
    await followEntries(city.ctx);
    const [honours] = (await of(code)).filter(({ measure }) => measure === 'M07');
    assert.ok(honours);
    const path = (act: string): string => `/${honours.id}/${act}`;
    for (const act of ['acknowledge', 'feedback', 'lift']) {
      const payload = act === 'feedback' ? { action: 'none' } : {};
      assert.equal((await post('stranger', path(act), payload)).statusCode, 404, `${act} of another body is hidden`);
      assert.equal((await post('office', path(act), payload)).statusCode, 404, `${act} is not the office's`);
      assert.equal((await post('representative', path(act), payload)).statusCode, 403);
    }
    assert.equal((await post('officer', path('lift'))).statusCode, 409, 'the cause is there');
    assert.equal((await post('officer', path('acknowledge'))).statusCode, 200);
    assert.equal((await post('officer', path('acknowledge'))).statusCode, 409);
    const given = { action: 'limit', matter: 'PY-HONOURS', caseNumber: '评优〔2026〕9号', document: '审核意见9号' };
    const lacking = await post('officer', path('feedback'), given);
    assert.equal(lacking.statusCode, 422, 'a permitted one needs the reason');
    assert.equal(lacking.json().errors[0].field, 'reason');
    const reason = '违法行为与评选条件直接相关，仅限本次';
    for (const [over, status] of [
      [{ matter: 'XK-PROMISE' }, 422],
      [{ matter: 'NO-SUCH' }, 422],
      [{ actedOn: '2026-12-01' }, 422],
      [{ action: 'whatever' }, 400],
      [{ reason: '负责人 11010519491231002X 拒不改正' }, 422],
      [{ measure: '限制乘车' }, 400],
    ] as const)
      assert.equal(
        (await post('officer', path('feedback'), { ...given, reason, ...over })).statusCode,
        status,
        JSON.stringify(over),
      );
    assert.equal((await post('officer', path('feedback'), { ...given, reason })).json().state, 'applied');
    assert.equal((await post('officer', path('feedback'), { action: 'none' })).json().state, 'applied');
    assert.deepEqual(
      (await of(code)).find(({ id }) => id === honours.id)?.feedback.map(({ action }) => action),
      ['limit', 'none'],
    );

    await removeEntry(city.ctx, subjectId, entryId, city.clock.today());
    const refused = await post('officer', path('feedback'), { ...given, reason });
    assert.equal(refused.statusCode, 409, 'removed between two decisions');
    assert.match(refused.json().detail, /不得再实施/);
    const lifted = await post('officer', path('lift'), { note: '已通知评选办公室' });
    assert.equal(lifted.json().state, 'lifted', lifted.body);
    const rows = await of(code);
    assert.deepEqual(rows.map(({ measure, state }) => [measure, state]).sort(), [
      ['M07', 'lifted'],
      ['M08', 'withdrawn'],
      ['M09', 'withdrawn'],
    ]);
    assert.equal((await post('officer', path('lift'))).statusCode, 409);
  });
  it('what was fed back at the check counts, and is lifted with the obligation', async () => {
    const { code, subjectId, entryId } = await company();
    await followEntries(city.ctx);
    const told = await city.call('officer', 'POST', '/api/v1/checks', {
      payload: { code, matter: 'PY-HONOURS', purpose: 'honours', caseNumber: '评优〔2026〕10号' },
    });
    const fed = await city.call('officer', 'POST', `/api/v1/checks/${told.json().receipt}/feedback`, {
      payload: { measure: 'M07', action: 'applied', document: '审核意见10号', reason: '与评选条件直接相关' },
    });
    assert.equal(fed.statusCode, 200, fed.body);
    await sweepObligations(city.ctx);
    await sweepObligations(city.ctx);
    const [honours] = (await of(code)).filter(({ measure }) => measure === 'M07');
    assert.equal(honours?.state, 'applied');
    assert.deepEqual(
      honours?.feedback.map(({ action }) => action),
      ['applied'],
    );
    await removeEntry(city.ctx, subjectId, entryId, city.clock.today());
    assert.equal((await sweepObligations(city.ctx)).toLift, 1);
    assert.equal((await post('officer', `/${honours?.id}/lift`)).statusCode, 200);
    const hit = await one<{ state: string }>(
      city.ctx.db.app,
      sql`SELECT state FROM checks.hit WHERE subject_id = ${subjectId}`,
    );
    assert.equal(hit.state, 'lifted');
  });
  it('works on many at once, each with a result of its own', async () => {
    const made = await company('SX08');
    await followEntries(city.ctx);
    const own = (await of(made.code)).map(({ id }) => id);
    const foreign = (await of(made.code, 'stranger')).map(({ id }) => id);
    assert.ok(own.length > 0);
    const ids = [...own, ...foreign.slice(0, 1), '00000000-0000-7000-8000-000000000009'];
    const done = (await post('officer', ':acknowledge', { ids })).json().results as { ok: boolean }[];
    assert.deepEqual(
      done.map(({ ok }) => ok),
      [...own.map(() => true), ...foreign.slice(0, 1).map(() => false), false],
    );
    await removeEntry(city.ctx, made.subjectId, made.entryId, city.clock.today());
    await sweepObligations(city.ctx);
    const lifted = (await post('officer', ':lift', { ids: own, note: '已解除' })).json().results as { ok: boolean }[];
    assert.ok(lifted.every(({ ok }) => ok));
    assert.equal((await post('officer', ':lift', { ids: [] })).statusCode, 400);
    assert.equal((await post('representative', ':acknowledge', { ids })).statusCode, 403);
  });
});

describe('time', () => {
  it('nothing lapses: what is overdue is shown, reminded of once a day, and stuck for the credit office', async () => {
    const { code } = await company();
    await followEntries(city.ctx);
    await later(15);
    const rows = await of(code);
    assert.ok(rows.every(({ state, overdue }) => state === 'sent' && overdue));
    assert.ok((await read('officer', '&overdue=true')).some(({ subject }) => subject.code === code));
    assert.ok((await remindBodies(city.ctx)) >= 2);
    assert.equal(await remindBodies(city.ctx), 0, 'once a day');
    const { stuck, states } = (await city.call('office', 'GET', '/api/v1/obligations/cycle')).json();
    assert.ok(
      stuck.some((row: { list: string; toAcknowledge: number }) => row.list === 'SX02' && row.toAcknowledge > 0),
    );
    assert.equal(states.length, 7);
    const ownStuck = (await city.call('stranger', 'GET', '/api/v1/obligations/cycle')).json().stuck;
    assert.ok(ownStuck.every((row: { body: string }) => row.body === '示范市生态环境局'));
    const sheet = await city.call('officer', 'GET', '/api/v1/obligations.xlsx?overdue=true');
    assert.equal(sheet.statusCode, 200);
    assert.ok(sheet.rawPayload.length > 500);
  });
  it('an entry whose term is over is to be lifted the day after, without anybody’s act', async () => {
    const { code } = await company('SX02', { endsOn: '2026-11-20' });
    await followEntries(city.ctx);
    const [honours] = (await of(code)).filter(({ measure }) => measure === 'M07');
    assert.equal((await post('officer', `/${honours?.id}/acknowledge`)).statusCode, 200);
    await later(4);
    assert.ok((await followEntries(city.ctx)).toLift >= 1);
    assert.equal((await of(code)).find(({ id }) => id === honours?.id)?.state, 'toLift');
  });
  it('a cause that comes back brings back what was to be lifted, and begins a new round of what had ended', async () => {
    const { code, subjectId, entryId } = await company();
    await followEntries(city.ctx);
    const [honours] = (await of(code)).filter(({ measure }) => measure === 'M07');
    assert.equal((await post('officer', `/${honours?.id}/acknowledge`)).statusCode, 200);
    await removeEntry(city.ctx, subjectId, entryId, city.clock.today());
    await sweepObligations(city.ctx);
    // As on the day before the removal: a suspension that ended looks the same.
    city.clock.advance({ days: -1 });
    await sweepObligations(city.ctx);
    city.clock.advance({ days: 1 });
    const rows = await of(code);
    assert.deepEqual(rows.map(({ measure, state }) => `${measure} ${state}`).sort(), [
      'M07 acknowledged',
      'M08 sent',
      'M08 withdrawn',
      'M09 sent',
      'M09 withdrawn',
    ]);
  });
});

describe('rates', () => {
  it('count in time over what fell due, and say of how many decisions was asked', async () => {
    await city.submit(licenceCsv([licence(7001)]));
    const answer = await city.call('office', 'GET', '/api/v1/obligations/rates?from=2025-06-01&to=2026-12-31');
    assert.equal(answer.statusCode, 200, answer.body);
    const rows = answer.json().bodies as { body: string; [key: string]: unknown }[];
    const market = rows.find(({ body }) => body === '示范市市场监督管理局') as unknown as Record<
      string,
      { done: number; of: number | null }
    >;
    assert.ok(market);
    assert.ok(
      (market.acknowledged?.done ?? 0) > 0 && (market.acknowledged?.of ?? 0) >= (market.acknowledged?.done ?? 0),
    );
    assert.ok((market.lifted?.done ?? 0) > 0);
    assert.equal(market.feedback?.of, 0, 'a permitted measure is in no rate');
    const own = (await city.call('stranger', 'GET', '/api/v1/obligations/rates?from=2025-06-01&to=2026-12-31')).json();
    assert.ok(own.bodies.every(({ body }: { body: string }) => body === '示范市生态环境局'));
    for (const span of ['', '?from=2026-12-31&to=2026-01-01', '?from=2020-01-01&to=2026-01-01'])
      assert.equal((await city.call('officer', 'GET', `/api/v1/obligations/rates${span}`)).statusCode, 400);
  });
});
