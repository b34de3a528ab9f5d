/** Authorisation by the subject over HTTP: what is given, what is read, what is counted, what ends. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { execute, one, query, sql } from '../../server/src/platform/db.ts';
import { createFixture, type MadeFixture } from '../authorization/fixture.ts';
import { assertProblem } from '../support/http-city.ts';

let made: MadeFixture;
let sections: { key: string }[];
before(async () => {
  made = await createFixture();
  sections = (await made.city.call('representative', 'GET', '/api/v1/authorisations:terms')).json().sections;
});
after(() => made.city.close());

const base = '/api/v1/authorisations';
const post = (login: Parameters<typeof made.city.call>[0], path: string, payload: object = {}) =>
  made.city.call(login, 'POST', `${base}${path}`, { payload });
const keys = () => sections.map((section) => section.key);
const give = async (over: object = {}): Promise<string> => {
  const answer = await post('representative', ':give', {
    body: made.city.readerBodyId,
    purpose: 'loan',
    sections: keys(),
    days: 30,
    uses: 3,
    ...over,
  });
  assert.equal(answer.statusCode, 201, answer.body);
  return answer.json().id;
};
const open = async (id: string, payload: object = {}) => post('reader', `/${id}/uses`, payload);

describe('asking', () => {
  it('gives nothing by itself; the organisation answers with less than was asked for', async () => {
    const asked = await post('reader', '', {
      code: made.code,
      purpose: 'loan',
      sections: keys(),
      days: 90,
      uses: 5,
      note: '流动资金贷款',
    });
    assert.equal(asked.statusCode, 201, asked.body);
    const { id } = asked.json();
    assert.equal((await open(id)).statusCode, 404);
    const beyond = await post('representative', `/${id}/grant`, { sections: keys(), days: 30, uses: 6 });
    assertProblem(beyond, 422, 'unprocessable');
    const granted = await post('representative', `/${id}/grant`, { sections: keys().slice(0, 1), days: 30, uses: 2 });
    assert.equal(granted.statusCode, 200, granted.body);
    const view = (await made.city.call('reader', 'GET', `${base}/${id}`)).json();
    assert.deepEqual([view.state, view.usesAllowed, view.sections.length], ['granted', 2, 1]);
    assert.equal(
      (await post('representative', `/${id}/grant`, { sections: keys(), days: 1, uses: 1 })).statusCode,
      409,
    );
  });
  it('is limited: three at a time, and not again after a refusal', async () => {
    const ask = () =>
      post('otherReader', '', { code: made.code, purpose: 'guarantee', sections: keys(), days: 10, uses: 1 });
    const ids: string[] = [];
    for (const _ of [1, 2, 3]) ids.push((await ask()).json().id);
    assertProblem(await ask(), 409, 'conflict');
    for (const id of ids.slice(0, 2)) assert.equal((await post('otherReader', `/${id}/withdraw`)).statusCode, 200);
    assert.equal((await post('representative', `/${ids[2]}/decline`, { note: '不办理' })).statusCode, 200);
    assertProblem(await ask(), 409, 'conflict');
  });
});

describe('reading', () => {
  it('shows the authorised sections, masked as for outsiders, and logs it for the subject', async () => {
    const id = await give();
    const use = (await open(id, { matter: '流动资金贷款' })).json();
    assert.equal(use.usesLeft, 2);
    const archive = await made.city.call('reader', 'GET', `${base}/${id}/archive?use=${use.id}`);
    assert.equal(archive.statusCode, 200, archive.body);
    assert.equal(archive.json().code, made.code);
    const records = await made.city.call('reader', 'GET', `${base}/${id}/records?use=${use.id}`);
    assert.ok(records.json().items.length > 0, records.body);
    for (const record of records.json().items) assert.equal(record.lineage, undefined);
    const entries = await query<{ action: string; purpose: string; matter: string }>(
      made.city.ctx.db.audit,
      sql`SELECT action, purpose, matter FROM log.access_log WHERE resource_id = ${id} AND subject_id = ${made.subjectId} ORDER BY at, log_id`,
    );
    assert.deepEqual(
      entries.map((entry) => entry.action),
      ['authorisation.grant', 'authorisation.use', 'authorisation.archive', 'authorisation.archive'],
    );
    assert.deepEqual(new Set(entries.slice(1).map((entry) => entry.matter)), new Set(['流动资金贷款']));
    assert.deepEqual(new Set(entries.map((entry) => entry.purpose)), new Set(['loan']));
  });
  it('leaves out a section that was not authorised', async () => {
    const { policy } = made.city.ctx;
    const category = policy().catalogueItem(policy().standard('penalty').item)?.category;
    const id = await give({ sections: keys().filter((key) => key !== category) });
    const use = (await open(id)).json();
    const records = await made.city.call('reader', 'GET', `${base}/${id}/records?use=${use.id}`);
    assert.deepEqual(records.json().items, []);
    const archive = await made.city.call('reader', 'GET', `${base}/${id}/archive?use=${use.id}`);
    assert.ok(!archive.json().tabs.some((tab: { item: string }) => tab.item === policy().standard('penalty').item));
  });
  it('a use belongs to whoever took it, ends with its time, and no other way in exists', async () => {
    const id = await give();
    const use = (await open(id)).json();
    assert.equal((await made.city.call('otherReader', 'GET', `${base}/${id}/archive?use=${use.id}`)).statusCode, 404);
    // In two steps: a session that stands still for half an hour is over as well.
    const step = (minutes: number) =>
      made.city.clock.set(new Date(Date.parse('2026-11-22T02:00:00Z') + minutes * 60_000).toISOString());
    step(20);
    assert.equal((await made.city.call('reader', 'GET', `${base}/${id}/archive?use=${use.id}`)).statusCode, 200);
    step(31);
    assert.equal((await made.city.call('reader', 'GET', `${base}/${id}/archive?use=${use.id}`)).statusCode, 404);
    made.city.clock.set('2026-11-22T02:00:00Z');
    for (const path of [`/subjects/${made.code}?purpose=loan`, `/subjects?q=${made.code}`, `/records/${made.recordId}`])
      assert.equal((await made.city.call('reader', 'GET', `/api/v1${path}`)).statusCode, 403, path);
  });
  it('issues a full report that keeps the authorisation, and counts it', async () => {
    const id = await give({ uses: 1 });
    const report = await post('reader', `/${id}/report`, { matter: '授信审查' });
    assert.equal(report.statusCode, 200, report.body.slice(0, 300));
    const number = String(report.headers['x-report-number']);
    const kept = await one<{ authorisation_id: string; kind: string; matter: string }>(
      made.city.ctx.db.app,
      sql`SELECT authorisation_id, kind, matter FROM core.report WHERE number = ${number}`,
    );
    assert.deepEqual({ ...kept }, { authorisation_id: id, kind: 'full', matter: '授信审查' });
    assert.equal((await post('reader', `/${id}/report`)).statusCode, 404);
    const uses = (await made.city.call('representative', 'GET', `${base}/${id}/uses`)).json();
    assert.deepEqual(
      uses.items.map((use: { reportNumber: string }) => use.reportNumber),
      [number],
    );
    const verified = await made.city.call(null, 'GET', `/api/v1/public/reports/verify/${number}`);
    assert.equal(verified.json().updatedSince, false, verified.body);
  });
});

describe('the end', () => {
  it('revocation is in force with its answer, also within an open use', async () => {
    const id = await give();
    const use = (await open(id)).json();
    assert.equal((await made.city.call('reader', 'GET', `${base}/${id}/archive?use=${use.id}`)).statusCode, 200);
    assert.equal((await post('representative', `/${id}/revoke`, { note: '不再需要' })).statusCode, 200);
    for (const path of [`/archive?use=${use.id}`, `/records?use=${use.id}`])
      assert.equal((await made.city.call('reader', 'GET', `${base}/${id}${path}`)).statusCode, 404);
    assert.equal((await open(id)).statusCode, 404);
    assert.equal((await post('reader', `/${id}/report`)).statusCode, 404);
    assert.equal((await made.city.call('reader', 'GET', `${base}/${id}`)).json().state, 'revoked');
  });
  it('readings that race a revocation are answered before it or not at all', async () => {
    const id = await give();
    const use = (await open(id)).json();
    const url = `${base}/${id}/archive?use=${use.id}`;
    let revoked = false;
    const readings = Array.from({ length: 30 }, async () => {
      const begunAfter = revoked;
      const { statusCode } = await made.city.call('reader', 'GET', url);
      return begunAfter ? statusCode : null;
    });
    const end = post('representative', `/${id}/revoke`).then((answer) => {
      revoked = true;
      return answer;
    });
    assert.equal((await end).statusCode, 200);
    const late = Array.from({ length: 10 }, () => made.city.call('reader', 'GET', url));
    for (const answer of await Promise.all(late)) assert.equal(answer.statusCode, 404);
    for (const status of await Promise.all(readings)) if (status !== null) assert.equal(status, 404);
  });
  it('fifty at once take exactly the uses that there are', async () => {
    const id = await give({ uses: 7 });
    const answers = await Promise.all(Array.from({ length: 50 }, () => open(id)));
    assert.equal(answers.filter((answer) => answer.statusCode === 201).length, 7);
    assert.equal(answers.filter((answer) => answer.statusCode === 404).length, 43);
    assert.deepEqual(
      answers.flatMap((answer) => (answer.statusCode === 201 ? [answer.json().usesLeft] : [])).sort((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 6],
    );
    const row = await one<{ made: number; kept: bigint }>(
      made.city.ctx.db.app,
      sql`SELECT uses_made AS made, (SELECT count(*) FROM access.authorisation_use u WHERE u.authorisation_id = a.authorisation_id) AS kept
            FROM access.authorisation a WHERE authorisation_id = ${id}`,
    );
    assert.deepEqual([row.made, row.kept], [7, 7n]);
  });
  it('a period over is over, and none is longer than policy allows', async () => {
    const id = await give({ days: 1 });
    assert.equal((await open(id)).statusCode, 201);
    await execute(
      made.city.ctx.db.app,
      sql`UPDATE access.authorisation SET valid_from = '2026-11-20', valid_to = '2026-11-21' WHERE authorisation_id = ${id}`,
    );
    assert.equal((await open(id)).statusCode, 404);
    assert.equal((await made.city.call('reader', 'GET', `${base}/${id}`)).json().state, 'expired');
    const long = await post('representative', ':give', {
      body: made.city.readerBodyId,
      purpose: 'loan',
      sections: keys(),
      days: 366,
      uses: 1,
    });
    assertProblem(long, 422, 'unprocessable');
  });
  it('a department is no grantee, and nobody grants for another organisation', async () => {
    const department = await post('representative', ':give', {
      body: made.city.bodyId,
      purpose: 'loan',
      sections: keys(),
      days: 1,
      uses: 1,
    });
    assert.equal(department.statusCode, 404);
    const id = await give();
    for (const act of ['revoke', 'decline'])
      assert.equal((await post('otherRepresentative', `/${id}/${act}`)).statusCode, 404);
    // Ids and states that a body names beside its own are no input.
    const forged = await post('representative', ':give', {
      body: made.city.readerBodyId,
      purpose: 'loan',
      sections: keys(),
      days: 1,
      uses: 1,
      subjectId: made.subjectId,
      usesMade: -5,
    });
    assertProblem(forged, 400, 'invalid-request');
  });
  it('the hidden one answers as the missing one', async () => {
    const id = await give();
    const missing = '01a00000-0000-7000-8000-000000000000';
    const same = async (path: string, method: 'GET' | 'POST', payload?: object) => {
      const options = payload ? { payload } : {};
      const [hidden, absent] = await Promise.all(
        [id, missing].map((one) => made.city.call('otherReader', method, `${base}/${one}${path}`, options)),
      );
      const strip = (body = '') => body.replace(/"requestId":"[^"]+"/, '');
      assert.equal(hidden?.statusCode, 404);
      assert.equal(strip(hidden?.body), strip(absent?.body), path);
    };
    await same('', 'GET');
    await same('/uses', 'GET');
    await same(`/archive?use=${missing}`, 'GET');
    await same('/uses', 'POST', {});
    await same('/report', 'POST', {});
    await same('/withdraw', 'POST', {});
  });
});
