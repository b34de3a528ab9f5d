/** One switch for outside readers, thrown by two; read-only mode; both in force everywhere within a second, both logged. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { contextOver } from '../../server/src/app.ts';
import { buildApp } from '../../server/src/build-app.ts';
import { one, query, sql } from '../../server/src/platform/db.ts';
import type { HttpInstance } from '../../server/src/platform/http/index.ts';
import { createFixture, type MadeFixture } from '../authorization/fixture.ts';
import { assertProblem } from '../support/http-city.ts';

let made: MadeFixture;
/** A second server process over the same database, as far as one process can be two: a context of its own. */
let second: HttpInstance;
let authorisation: string;
before(async () => {
  made = await createFixture();
  const { city } = made;
  const { databases } = city.database;
  const other = await contextOver(city.ctx.config, { ...databases }, { clock: city.clock });
  second = await buildApp(other, {});
  const terms = (await city.call('representative', 'GET', '/api/v1/authorisations:terms')).json();
  const given = await city.call('representative', 'POST', '/api/v1/authorisations:give', {
    payload: { body: city.readerBodyId, purpose: 'loan', sections: [terms.sections[0].key], days: 9, uses: 90 },
  });
  authorisation = given.json().id;
});
after(async () => {
  await second.close();
  await made.city.close();
});

const reason = '疑似外部接口被滥用，先行关闭';
const ask = (login: 'system' | 'security', closed: boolean) =>
  made.city.call(login, 'POST', '/api/v1/emergency/requests', { payload: { closed, reason } });
const confirm = (login: 'system' | 'security', id: string) =>
  made.city.call(login, 'POST', `/api/v1/emergency/requests/${id}/confirm`);
const use = () => made.city.call('reader', 'POST', `/api/v1/authorisations/${authorisation}/uses`, { payload: {} });
const secondUse = () =>
  second.inject({
    method: 'POST',
    url: `/api/v1/authorisations/${authorisation}/uses`,
    headers: made.city.sessions.reader,
    payload: {},
  });
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('the emergency switch', () => {
  it('is not thrown by one person, nor by one who asks and confirms', async () => {
    assert.equal((await use()).statusCode, 201);
    const asked = await ask('system', true);
    assert.equal(asked.statusCode, 201, asked.body);
    assert.equal((await use()).statusCode, 201, 'asked for, not confirmed');
    assertProblem(await confirm('system', asked.json().id), 403, 'forbidden');
    assertProblem(await ask('security', true), 409, 'conflict');
    const { requests } = (await made.city.call('security', 'GET', '/api/v1/emergency')).json();
    assert.equal(requests[0].mayConfirm, true);
    assert.equal(
      (await made.city.call('system', 'POST', `/api/v1/emergency/requests/${asked.json().id}/withdraw`)).statusCode,
      200,
    );
    assertProblem(await confirm('security', asked.json().id), 409, 'conflict');
  });
  it('a request lapses', async () => {
    const asked = await ask('system', true);
    await query(
      made.city.ctx.db.app,
      sql`UPDATE access.switch_request SET lapses_at = requested_at WHERE request_id = ${asked.json().id}`,
    );
    assertProblem(await confirm('security', asked.json().id), 409, 'conflict');
  });
  it('closed by two: outside bodies read nothing that is not public, here at once and elsewhere within a second', async () => {
    assert.equal((await secondUse()).statusCode, 201);
    const open = (await use()).json().id;
    const asked = await ask('system', true);
    assert.equal((await confirm('security', asked.json().id)).statusCode, 200);
    const problem = assertProblem(await use(), 503, 'unavailable');
    assert.match(problem.detail, /应急/);
    // The uses in the transaction look at the switch themselves; the gate follows within its quarter of a second.
    assert.equal((await secondUse()).statusCode, 503);
    await wait(300);
    assert.equal((await secondUse()).statusCode, 503);
    for (const path of [`/archive?use=${open}`, `/records?use=${open}`])
      assert.equal(
        (await made.city.call('reader', 'GET', `/api/v1/authorisations/${authorisation}${path}`)).statusCode,
        503,
      );
    assert.equal(
      (await made.city.call('reader', 'POST', `/api/v1/authorisations/${authorisation}/report`, { payload: {} }))
        .statusCode,
      503,
    );
    // What is public, the own requests and everybody inside are not touched.
    assert.equal((await made.city.call('reader', 'GET', `/api/v1/public/subjects/${made.code}`)).statusCode, 200);
    assert.equal((await made.city.call('reader', 'GET', '/api/v1/authorisations')).statusCode, 200);
    assert.equal((await made.city.call('representative', 'GET', '/api/v1/authorisations')).statusCode, 200);
    assert.equal(
      (await made.city.call('officer', 'GET', `/api/v1/subjects/${made.code}?purpose=approval`)).statusCode,
      200,
    );
    const back = await ask('security', false);
    assert.equal((await confirm('system', back.json().id)).statusCode, 200);
    assert.equal((await use()).statusCode, 201);
    await wait(300);
    assert.equal((await secondUse()).statusCode, 201);
  });
  it('is in the log with both people and the reason', async () => {
    const rows = await query<{ action: string; detail: { reason?: string } }>(
      made.city.ctx.db.audit,
      sql`SELECT action, detail FROM log.access_log WHERE action LIKE 'emergency.%' AND outcome = 'ok' ORDER BY at, log_id`,
    );
    const actions = rows.map((row) => row.action);
    for (const action of ['emergency.request', 'emergency.withdraw', 'emergency.close', 'emergency.open'])
      assert.ok(actions.includes(action), action);
    assert.equal(rows.find((row) => row.action === 'emergency.close')?.detail.reason, reason);
  });
  it('two accounts of one person are one pair of eyes in the database as well', async () => {
    const asked = await ask('system', true);
    const id = asked.json().id;
    const accounts = await one<{ account_id: string; holder_id: string }>(
      made.city.ctx.db.app,
      sql`SELECT account_id, holder_id FROM identity.account WHERE login = 'system'`,
    );
    await assert.rejects(
      query(
        made.city.ctx.db.app,
        sql`UPDATE access.switch_request SET state = 'confirmed', confirmed_by = ${accounts.account_id}, confirmed_holder = ${accounts.holder_id} WHERE request_id = ${id}`,
      ),
      /switch_request_four_eyes/,
    );
    await made.city.call('system', 'POST', `/api/v1/emergency/requests/${id}/withdraw`);
  });
});

describe('read-only mode', () => {
  const set = (readOnly: boolean) =>
    made.city.call('system', 'POST', '/api/v1/emergency/read-only', {
      payload: { readOnly, reason: '数据库升级维护' },
    });
  it('writes answer 503 with words, are logged, and reading goes on', async () => {
    assert.equal((await set(true)).statusCode, 200);
    const before = await one<{ count: bigint }>(
      made.city.ctx.db.audit,
      sql`SELECT count(*) FROM log.access_log WHERE outcome = 'failed'`,
    );
    const write = await made.city.call('officer', 'POST', '/api/v1/records', { payload: made.form() });
    assert.match(assertProblem(write, 503, 'unavailable').detail, /只读/);
    assert.ok(write.headers['retry-after']);
    const after = await one<{ count: bigint }>(
      made.city.ctx.db.audit,
      sql`SELECT count(*) FROM log.access_log WHERE outcome = 'failed'`,
    );
    assert.equal(after.count - before.count, 1n);
    await wait(300);
    const there = await second.inject({
      method: 'POST',
      url: '/api/v1/records',
      headers: made.city.sessions.officer,
      payload: made.form(),
    });
    assert.equal(there.statusCode, 503);
    assert.equal((await made.city.call('officer', 'GET', '/api/v1/records')).statusCode, 200);
    assert.equal(
      (await made.city.call('officer', 'GET', `/api/v1/subjects/${made.code}?purpose=approval`)).statusCode,
      200,
    );
    assert.equal((await made.city.call(null, 'GET', '/api/v1/public/state')).json().readOnly, true);
    // Whoever ends it must be able to sign in.
    const signIn = await made.city.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { login: 'system', password: 'Test-pass-2026' },
      headers: { origin: 'http://localhost:8080', host: 'localhost:8080' },
    });
    assert.equal(signIn.statusCode, 200, signIn.body);
    assert.equal((await set(true)).statusCode, 409);
    assert.equal((await set(false)).statusCode, 200);
    assert.equal(
      (await made.city.call('officer', 'POST', '/api/v1/records', { payload: made.form() })).statusCode,
      200,
    );
  });
});
