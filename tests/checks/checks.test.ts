/** The check inside a decision over HTTP: what it tells, what it never tells, what is refused, and what is fed back. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { workBatch } from '../../server/src/modules/checks/index.ts';
import { normaliseName } from '../../server/src/modules/subjects/index.ts';
import { execute, one, query, sql } from '../../server/src/platform/db.ts';
import { createHttpCity, type HttpCity, type Login } from '../support/http-city.ts';
import { addEntry, addSubject, removeEntry } from '../support/listed.ts';
import { codeOf } from '../support/rows.ts';

let city: HttpCity;
let serial = 7000;
const honours = { matter: 'PY-HONOURS', purpose: 'honours', caseNumber: '评优〔2026〕3号' };

before(async () => {
  city = await createHttpCity({
    now: '2026-11-22T15:59:30Z',
    app: { rateLimit: { account: 100_000, address: 100_000 } },
  });
});
after(() => city.close());

const check = (payload: object, login: Login = 'officer') => city.call(login, 'POST', '/api/v1/checks', { payload });

async function company(
  name = `示范市核查${++serial}有限公司`,
): Promise<{ code: string; subjectId: string; name: string }> {
  const code = codeOf(++serial);
  return { code, name, subjectId: await addSubject(city.ctx, code, name, normaliseName(name)) };
}
async function listed(
  list: string,
  more: { listedOn?: string; endsOn?: string; kind?: 'serious' | 'watch' | 'honour' } = {},
) {
  const made = await company();
  const entryId = await addEntry(city.ctx, { subjectId: made.subjectId, list, bodyId: city.bodyId, ...more });
  return { ...made, entryId };
}
const lastLog = (receipt: string) =>
  query<{ subject_id: string; matter: string; case_number: string; outcome: string }>(
    city.ctx.db.audit,
    sql`SELECT subject_id, matter, case_number, outcome FROM log.access_log WHERE resource_id = ${receipt}`,
  );

describe('a check', () => {
  it('tells the measures of the matter with list, document and article, and nothing else of the subject', async () => {
    const { code, name, subjectId } = await listed('SX02');
    const answer = await check({ code, ...honours });
    assert.equal(answer.statusCode, 200, answer.body);
    const { receipt, results, validUntil, feeds } = answer.json();
    assert.match(receipt, /^HC-20261122-[0-9A-Z]{14}$/);
    assert.ok(validUntil > city.clock.now());
    assert.equal(feeds.stale, true, 'lists were never followed here, and that is said');
    assert.equal(results.length, 1);
    assert.deepEqual(Object.keys(results[0]).sort(), ['annotations', 'asOf', 'code', 'incentives', 'measures']);
    assert.deepEqual(
      results[0].measures.map((one: { id: string; force: string; list: string; document: string }) => [
        one.id,
        one.force,
        one.list,
        one.document,
      ]),
      [['M07', 'permitted', 'SX02', '示市监列决〔2026〕1号']],
    );
    assert.match(results[0].measures[0].article, /44号/);
    assert.ok(!answer.body.includes(name), 'not even its name');
    const log = await lastLog(receipt);
    assert.deepEqual(
      log.map((row) => ({ ...row })),
      [{ subject_id: subjectId, matter: 'PY-HONOURS', case_number: '评优〔2026〕3号', outcome: 'ok' }],
    );
  });
  it('one that hits nothing has a receipt, too; a watch list is no ground for anything', async () => {
    const { code } = await listed('GZ01', { kind: 'watch' });
    const answer = (await check({ code, ...honours })).json();
    assert.deepEqual(answer.results[0].measures, []);
    const verified = await city.call('officer', 'GET', `/api/v1/checks/receipts/${answer.receipt}`);
    assert.deepEqual([verified.json().valid, verified.json().hit, verified.json().code], [true, false, code]);
  });
  it('incentives follow an honour, and fall beside a serious entry', async () => {
    const { code, subjectId } = await listed('SH01', { kind: 'honour' });
    assert.deepEqual(
      (await check({ code, ...honours })).json().results[0].incentives.map(({ id }: { id: string }) => id),
      ['J06', 'J09'],
    );
    await addEntry(city.ctx, { subjectId, list: 'SX08', bodyId: city.bodyId });
    const answer = (await check({ code, ...honours })).json().results[0];
    assert.deepEqual(answer.incentives, []);
    assert.deepEqual(
      answer.measures.map(({ id, force }: { id: string; force: string }) => [id, force]),
      [['M07', 'required']],
    );
  });
  it('the last day of an entry belongs to it, by the day in China', async () => {
    const { code } = await listed('SX02', { listedOn: '2023-11-23', endsOn: '2026-11-22' });
    const at = city.clock.now();
    city.clock.set('2026-11-22T15:59:59.999Z');
    assert.equal((await check({ code, ...honours })).json().results[0].measures.length, 1);
    city.clock.set('2026-11-22T16:00:00.000Z');
    assert.equal((await check({ code, ...honours })).json().results[0].measures.length, 0);
    city.clock.set(at);
  });
  it('a merged company is found with what its predecessor is listed for', async () => {
    const old = await listed('SX02');
    const whole = await company();
    await execute(
      city.ctx.db.app,
      sql`INSERT INTO core.subject_alias (subject_id, canonical_id, from_at, reason) VALUES (${old.subjectId}, ${whole.subjectId}, ${city.clock.now()}, 'merge')`,
    );
    for (const code of [old.code, whole.code]) {
      const { results } = (await check({ code, ...honours })).json();
      assert.deepEqual([results[0].code, results[0].measures.length], [whole.code, 1]);
    }
    await execute(
      city.ctx.db.app,
      sql`UPDATE core.subject_alias SET to_at = ${city.clock.now()} WHERE subject_id = ${old.subjectId}`,
    );
    assert.equal((await check({ code: whole.code, ...honours })).json().results[0].measures.length, 0, 'split again');
  });
  it('many at once share a transaction, and each has its own answer', async () => {
    const some = [await listed('SX02'), await company(), await listed('SX06')];
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, at) => check({ code: some[at % 3]?.code, ...honours })),
    );
    answers.forEach((answer, at) => {
      const { results } = answer.json();
      assert.equal(results[0].code, some[at % 3]?.code);
      assert.equal(results[0].measures.length, at % 3 === 1 ? 0 : 1);
    });
    assert.equal(new Set(answers.map((answer) => answer.json().receipt)).size, 60);
  });
  it('without the log there is no answer, and no receipt', async () => {
    const { code } = await listed('SX02');
    const count = () => one<{ n: number }>(city.ctx.db.app, sql`SELECT count(*)::int AS n FROM checks.receipt`);
    const { n } = await count();
    const role = city.ctx.db.roles.app;
    await city.ctx.db.migrator.query(`REVOKE INSERT ON log.access_log FROM ${role}`);
    const columns =
      'log_id, at, actor_kind, account_id, actor_name, body_id, os_user, action, resource_kind, resource_id, subject_id, purpose, matter, case_number, outcome, address, request_id, detail';
    await city.ctx.db.migrator.query(`REVOKE INSERT (${columns}) ON log.access_log FROM ${role}`);
    try {
      const answers = await Promise.all([check({ code, ...honours }), check({ code, ...honours })]);
      for (const answer of answers) assert.deepEqual([answer.statusCode, answer.json().code], [503, 'log-unavailable']);
      assert.equal((await count()).n, n);
    } finally {
      await city.ctx.db.migrator.query(`GRANT INSERT (${columns}) ON log.access_log TO ${role}`);
    }
  });
});

describe('what is refused', () => {
  const refused = async (payload: object, status: number, word: RegExp, login: Login = 'officer') => {
    const answer = await check(payload, login);
    assert.equal(answer.statusCode, status, answer.body);
    assert.match(answer.json().detail, word);
    return answer.json();
  };
  it('the number of a person, which is kept nowhere', async () => {
    const number = '11010519491231002X';
    const { detail } = await refused({ code: number, ...honours }, 422, /自然人/);
    assert.ok(!detail.includes(number));
    await refused({ name: `张三 ${number}`, ...honours }, 422, /自然人/);
    const { code } = await company();
    await refused({ code, ...honours, caseNumber: number }, 400, /用途/);
  });
  it('an unknown matter, a purpose that is not its, no case, nobody or two of code and name', async () => {
    const { code, name } = await company();
    await refused({ code, ...honours, matter: '随便看看' }, 422, /没有这个事项/);
    await refused({ code, ...honours, purpose: 'bidding' }, 422, /查询用途/);
    await refused({ code, matter: honours.matter, purpose: honours.purpose }, 400, /办件编号/);
    await refused({ ...honours }, 400, /只填一项/);
    await refused({ code, name, ...honours }, 400, /只填一项/);
    const extra = await check({ code, ...honours, measure: '限制乘坐公交' });
    assert.equal(extra.statusCode, 400, 'a measure cannot even be sent');
  });
  it('an unknown code is not "nothing bears on it"', async () => {
    await refused({ code: codeOf(99_999), ...honours }, 404, /不能据此认为/);
  });
  it('a name that two bear, without telling who; one that one bears is found', async () => {
    const one = await company('示范市同名贸易有限公司');
    assert.equal((await check({ name: one.name, ...honours })).statusCode, 200);
    const other = await company('示范市同名贸易有限公司');
    const answer = await check({ name: one.name, ...honours });
    assert.equal(answer.statusCode, 409);
    for (const { code } of [one, other]) assert.ok(!answer.body.includes(code));
  });
  it('whoever is no officer or system of a body', async () => {
    const { code } = await company();
    for (const login of ['representative', 'reader', 'audit', 'security', 'system', 'manager'] as const)
      assert.equal((await check({ code, ...honours }, login)).statusCode, 403, login);
    assert.equal((await check({ code, ...honours }, 'client')).statusCode, 200);
  });
});

describe('a receipt', () => {
  it('shows when its row was changed, and is hidden from other bodies', async () => {
    const { code } = await listed('SX02');
    const { receipt } = (await check({ code, ...honours })).json();
    const read = (login: Login) => city.call(login, 'GET', `/api/v1/checks/receipts/${receipt}`);
    assert.equal((await read('officer')).json().valid, true);
    assert.equal((await read('office')).json().valid, true);
    assert.equal((await read('stranger')).statusCode, 404);
    assert.equal(
      (await city.call('officer', 'GET', '/api/v1/checks/receipts/HC-20261122-00000000000000')).statusCode,
      404,
    );
    await city.ctx.db.migrator.query(
      `UPDATE checks.receipt SET answer = jsonb_set(answer, '{measures}', '[]') WHERE number = $1`,
      [receipt],
    );
    assert.equal((await read('officer')).json().valid, false);
  });
});

describe('feedback', () => {
  const feed = (id: string, payload: object, login: Login = 'officer') =>
    city.call(login, 'POST', `/api/v1/checks/${id}/feedback`, { payload });
  const hitOf = async (receipt: string): Promise<string> =>
    (await one<{ hit_id: string }>(city.ctx.db.app, sql`SELECT hit_id FROM checks.hit WHERE number = ${receipt}`))
      .hit_id;

  it('a permitted measure that is applied needs document and reason; not applying it needs nothing', async () => {
    const { code, subjectId } = await listed('SX02');
    await city.represent('representative', subjectId);
    const { receipt } = (await check({ code, ...honours })).json();
    assert.equal((await feed(receipt, { measure: 'M07', action: 'applied' })).statusCode, 422);
    assert.equal((await feed(receipt, { measure: 'M07', action: 'applied', document: '评优通知' })).statusCode, 422);
    assert.equal(
      (await feed(receipt, { measure: 'M01', action: 'notApplied' })).statusCode,
      404,
      'no such measure was told',
    );
    assert.equal((await feed(receipt, { measure: 'M07', action: 'notApplied' })).statusCode, 200);
    const applied = await feed(receipt, {
      measure: 'M07',
      action: 'applied',
      document: '评优通知',
      reason: '与评选条件直接相关',
    });
    assert.deepEqual([applied.statusCode, applied.json().state], [200, 'applied']);
    const { text_zh: told } = await one<{ text_zh: string }>(
      city.ctx.db.app,
      sql`SELECT text_zh FROM notices.notice WHERE topic = 'measure.applied' ORDER BY notice_id DESC LIMIT 1`,
    );
    assert.match(told, /与评选条件直接相关/);
    assert.match(told, /行政复议/);
    assert.equal(
      (await feed(receipt, { measure: 'M07', action: 'applied', document: '再次', reason: '再次' })).statusCode,
      409,
    );
  });
  it("somebody else's hit is hidden", async () => {
    const { code } = await listed('SX02');
    const id = await hitOf((await check({ code, ...honours })).json().receipt);
    const foreign = await feed(id, { action: 'notApplied' }, 'stranger');
    const missing = await feed('00000000-0000-7000-8000-000000000009', { action: 'notApplied' }, 'stranger');
    assert.deepEqual([foreign.statusCode, missing.statusCode], [404, 404]);
    assert.equal(foreign.json().detail, missing.json().detail);
  });
  it('an entry that was removed between check and decision: nothing is applied any more; what was applied is lifted', async () => {
    const first = await listed('SX06');
    const applied = await hitOf((await check({ code: first.code, ...honours })).json().receipt);
    assert.equal((await feed(applied, { action: 'applied', document: '评优通知' })).statusCode, 200);
    const later = await hitOf((await check({ code: first.code, ...honours })).json().receipt);
    await removeEntry(city.ctx, first.subjectId, first.entryId, city.clock.today());
    const refused = await feed(later, { action: 'applied', document: '评优通知' });
    assert.equal(refused.statusCode, 422);
    assert.match(refused.json().detail, /已不存在/);
    const list = await city.call('officer', 'GET', '/api/v1/checks/hits?state=applied&limit=200');
    const mine = list.json().items.find(({ id }: { id: string }) => id === applied);
    assert.equal(mine.causeLive, false, 'the desk shows what to lift');
    assert.equal((await feed(applied, { action: 'lifted' })).json().state, 'lifted');
    assert.equal((await check({ code: first.code, ...honours })).json().results[0].measures.length, 0);
  });
});

describe('a batch', () => {
  const send = (organisations: string[], more: object = {}, login: Login = 'officer') =>
    city.call(login, 'POST', '/api/v1/checks:batch', {
      payload: {
        matter: 'PY-HONOURS',
        purpose: 'honours',
        document: '示评〔2026〕7号',
        listName: '候选企业',
        organisations,
        ...more,
      },
    });
  it('is worked through in the background, row by row with receipts; a person in it is refused and not kept', async () => {
    const [hit, clear] = [await listed('SX02'), await company()];
    const person = '11010519491231002X';
    const sent = await send([hit.code, clear.code, person, codeOf(99_998)]);
    assert.equal(sent.statusCode, 202, sent.body);
    assert.deepEqual([sent.json().rows, sent.json().persons], [3, 1]);
    const { id } = sent.json();
    const early = await city.call('officer', 'GET', `/api/v1/checks/batches/${id}/result.xlsx`);
    assert.equal(early.statusCode, 409);
    await workBatch(city.ctx, id);
    await workBatch(city.ctx, id);
    const { state, done, hits, unknown } = (await city.call('officer', 'GET', `/api/v1/checks/batches/${id}`)).json();
    assert.deepEqual([state, done, hits, unknown], ['done', 3, 1, 1]);
    const rows = await query<{ asked: string; outcome: string; way: string | null; case_number: string | null }>(
      city.ctx.db.app,
      sql`SELECT b.asked, b.outcome, r.way, r.case_number FROM checks.batch_row b LEFT JOIN checks.receipt r ON r.number = b.number
           WHERE b.batch_id = ${id} ORDER BY b.row_no`,
    );
    assert.deepEqual(
      rows.map((row) => [row.outcome, row.way, row.case_number]),
      [
        ['hit', 'batch', '示评〔2026〕7号'],
        ['clear', 'batch', '示评〔2026〕7号'],
        ['unknown', null, null],
      ],
    );
    assert.ok(!rows.some(({ asked }) => asked.includes(person)));
    const sheet = await city.call('officer', 'GET', `/api/v1/checks/batches/${id}/result.xlsx`);
    assert.equal(sheet.rawPayload.subarray(0, 2).toString(), 'PK');
    assert.equal((await city.call('stranger', 'GET', `/api/v1/checks/batches/${id}`)).statusCode, 404);
  });
  it('of a matter that is decided one by one, or of persons alone, is refused', async () => {
    const { code } = await company();
    assert.equal((await send([code], { matter: 'ZB-BIDDING', purpose: 'bidding' })).statusCode, 422);
    assert.equal((await send(['11010519491231002X'])).statusCode, 422);
    assert.equal((await send([code], { document: '张三11010519491231002X' })).statusCode, 422);
  });
});
