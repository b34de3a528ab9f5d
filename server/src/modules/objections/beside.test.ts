/** Statements, doubts and complaints over HTTP on a real database. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createHttpCity, type HttpCity, type Login } from '../../../../tests/support/http-city.ts';
import { penalty, penaltyCsv } from '../../../../tests/support/rows.ts';
import { one, sql } from '../../platform/db.ts';
import { signInAs } from '../../testing-context.ts';
import { lookAtClocks, policyProblemsOf, problemsOf } from '../casework/index.ts';
import { complaintProcedure, doubtProcedure, objectionKinds, objectionProcedure, statementProcedure } from './index.ts';

let city: HttpCity;
let serial = 900;
const monday = '2026-11-02T02:00:00Z';

before(async () => {
  city = await createHttpCity({ now: monday, app: { rateLimit: { account: 100_000, address: 100_000 } } } as never);
});
after(() => city.close());

async function reported(): Promise<{ code: string; recordId: string; subjectId: string }> {
  const row = penalty(++serial, { CF_JDRQ: '2026-10-20', CF_YXQ: '2029-10-20', CF_GSJZQ: '2029-10-20' });
  await city.submit(penaltyCsv([row]));
  const code = row.CF_XDR_SHXYM ?? '';
  const found = await one<{ record_id: string; subject_id: string }>(
    city.ctx.db.app,
    sql`SELECT r.record_id, r.subject_id FROM core.record r JOIN core.subject s USING (subject_id)
        WHERE s.unified_code = ${code} AND r.standard = 'penalty'`,
  );
  await city.represent('representative', found.subject_id);
  return { code, recordId: found.record_id, subjectId: found.subject_id };
}
const post = (who: Login, path: string, payload: object) => city.call(who, 'POST', `/api/v1${path}`, { payload });
async function made(who: Login, path: string, payload: object) {
  const answer = await post(who, path, payload);
  assert.equal(answer.statusCode, 201, answer.body);
  return answer.json();
}
const act = (who: Login, path: string, command: string, over: object = {}) =>
  post(who, `${path}/commands`, { command, ...over });
async function must(...given: Parameters<typeof act>) {
  const answer = await act(...given);
  assert.equal(answer.statusCode, 200, `${given[2]}: ${answer.body}`);
  return answer.json();
}
const notes = async (code: string) =>
  (await city.call(null, 'GET', `/api/v1/public/subjects/${code}/records`)).json().items[0]?.disclosure.notes;

describe('the procedures beside objections', () => {
  it('are sound, and their policies fit them', () => {
    for (const procedure of [objectionProcedure, statementProcedure, doubtProcedure, complaintProcedure]) {
      assert.deepEqual(problemsOf(procedure), [], procedure.key);
      assert.deepEqual(policyProblemsOf(procedure, city.ctx.policy().procedure(procedure.key)), [], procedure.key);
    }
  });
});

describe('a statement of the subject', () => {
  it('is read first, then stands beside the record everywhere, and is taken down by the subject', async () => {
    const of = await reported();
    const { id } = await made('representative', '/statements', {
      recordId: of.recordId,
      text: '罚款已于当日缴清，设备已更换。',
    });
    assert.deepEqual(await notes(of.code), []);
    assert.equal(
      (await act('representative', `/statements/${id}`, 'publish')).statusCode,
      403,
      'not by the subject itself',
    );
    await must('office', `/statements/${id}`, 'publish');
    assert.match(JSON.stringify(await notes(of.code)), /设备已更换/);
    assert.match((await city.call(null, 'GET', `/s/${of.code}`)).body, /设备已更换/);
    assert.equal(
      (await post('representative', '/statements', { recordId: of.recordId, text: '再说一句别的。' })).statusCode,
      409,
    );
    await must('representative', `/statements/${id}`, 'takeBack');
    assert.deepEqual(await notes(of.code), []);
  });

  it('is limited by rule: length, numbers of persons, telephones, links; of an own record; refused with a reason of the set', async () => {
    const of = await reported();
    const other = await reported();
    await city.represent('representative', of.subjectId);
    const send = async (text: string, recordId = of.recordId) =>
      (await post('representative', '/statements', { recordId, text })).statusCode;
    assert.equal(await send('长'.repeat(501)), 422);
    assert.equal(await send('联系人身份证 11010519491231002X。'), 422);
    assert.equal(await send('请拨打 13800138000 咨询。'), 422);
    assert.equal(await send('详见 https://example.com 。'), 422);
    assert.equal(await send('这不是我们的记录。', other.recordId), 404);
    const { id } = await made('representative', '/statements', { recordId: of.recordId, text: '欢迎惠顾本店。' });
    assert.equal((await act('office', `/statements/${id}`, 'refuse', { note: '与信息无关' })).statusCode, 422);
    assert.equal(
      (await act('office', `/statements/${id}`, 'refuse', { reason: 'advertising' })).statusCode,
      422,
      'a note is needed',
    );
    const refused = await must('office', `/statements/${id}`, 'refuse', { reason: 'advertising', note: '属于广告' });
    assert.ok(refused.remedies.length > 0, 'the way against it is named');
    assert.deepEqual(await notes(of.code), []);
  });
});

describe('a doubt of an executing body', () => {
  it('goes to the recogniser, who verifies and feeds back; the organisation and others know nothing', async () => {
    const of = await reported();
    const raised = await made('stranger', '/doubts', {
      recordId: of.recordId,
      kind: 'document',
      statement: '当事人出示了撤销决定书，请核实。',
      matter: '工程招投标资格审查',
    });
    assert.equal(raised.party, 'raiser');
    assert.equal(raised.dueOn, '2026-11-05');
    const url = `/doubts/${raised.id}`;
    assert.equal((await city.call('representative', 'GET', `/api/v1${url}`)).statusCode, 403);
    const waiting = (await city.call('officer', 'GET', '/api/v1/doubts?open=true')).json().items;
    assert.ok(
      waiting.some((item: { id: string }) => item.id === raised.id),
      'it lies with the recogniser',
    );
    assert.equal((await act('stranger', url, 'confirm', { note: '代为核实' })).statusCode, 403);
    assert.equal(
      (await act('officer', url, 'findWrong', { reason: 'documentRevoked', note: '已撤销' })).statusCode,
      422,
    );
    await must('officer', url, 'findWrong', {
      reason: 'documentRevoked',
      note: '决定已于上月撤销。',
      remedy: 'withdraw',
    });
    const back = (await city.call('stranger', 'GET', `/api/v1${url}`)).json();
    assert.equal(back.state, 'found');
    assert.match(JSON.stringify(back.history), /决定已于上月撤销/);
    assert.deepEqual((await city.call(null, 'GET', `/api/v1/public/subjects/${of.code}/records`)).json().items, []);
  });

  it('is refused for the own record, for one that is not there, and twice', async () => {
    const of = await reported();
    const doubt = { recordId: of.recordId, kind: 'content', statement: '金额可能有误。' };
    assert.equal((await post('officer', '/doubts', doubt)).statusCode, 409);
    assert.equal(
      (await post('stranger', '/doubts', { ...doubt, recordId: '00000000-0000-7000-8000-00000000abcd' })).statusCode,
      404,
    );
    assert.equal((await post('stranger', '/doubts', { ...doubt, kind: 'nonsense' })).statusCode, 422);
    await made('stranger', '/doubts', doubt);
    assert.equal((await post('stranger', '/doubts', doubt)).statusCode, 409);
  });
});

describe('a complaint', () => {
  it('is numbered, explained by the body complained of, decided with reasons, and names the ways against the outcome', async () => {
    await reported();
    const { code } = (await city.call('officer', 'GET', '/api/v1/session')).json().account.body;
    const { id } = await made('representative', '/complaints', {
      kind: 'delay',
      against: code,
      statement: '窗口三次要求补正同一材料，至今未受理。',
      wanted: '尽快受理',
    });
    const url = `/complaints/${id}`;
    assert.equal((await city.call('officer', 'GET', `/api/v1${url}`)).statusCode, 404, 'not before it is asked');
    assert.match((await must('office', url, 'accept')).number, /^信诉〔2026〕\d+号$/);
    await must('office', url, 'ask', { note: '请说明' });
    assert.equal((await act('stranger', url, 'explain', { note: '与我无关' })).statusCode, 404);
    await must('officer', url, 'explain', { note: '系统故障，已受理。' });
    const decided = await must('office', url, 'uphold', { reason: 'confirmed', note: '属实，已责令改正。' });
    assert.ok(decided.remedies.length >= 2);
    assert.equal((await must('office', url, 'notify', { note: '电话告知' })).closed, true);
  });

  it('against the credit office is not decided by itself: refused, with the ways to go', async () => {
    await reported();
    const { code } = (await city.call('office', 'GET', '/api/v1/session')).json().account.body;
    const complaint = { statement: '窗口工作人员态度恶劣。', wanted: '处理' };
    for (const about of [{ kind: 'conduct', against: code }, { kind: 'platform', against: code }, { kind: 'fee' }]) {
      const answer = await post('representative', '/complaints', { ...complaint, ...about });
      assert.equal(answer.statusCode, 422, answer.body);
      assert.match(answer.body, /不能由其自行处理/);
      assert.match(answer.body, /监察机关/);
      assert.match(answer.body, /12345/);
    }
  });

  it('of the platform itself has nobody to ask, and a body that does not exist is said to be none', async () => {
    await reported();
    const complaint = { kind: 'platform', statement: '网页一直打不开，无法下载报告。', wanted: '修好' };
    assert.equal(
      (await post('representative', '/complaints', { ...complaint, against: 'NOSUCHBODY' })).statusCode,
      404,
    );
    const { id } = await made('representative', '/complaints', complaint);
    const taken = await must('office', `/complaints/${id}`, 'accept');
    assert.ok(!taken.commands.some((command: { command: string }) => command.command === 'ask'));
    assert.equal((await act('office', `/complaints/${id}`, 'ask')).statusCode, 409);
  });
});

describe('the targets of the city', () => {
  it('are counted from the cases: average, valid share, what is open and late', async () => {
    const before = (await city.call('office', 'GET', '/api/v1/targets')).json();
    const at = (list: { items: { key: string }[] }, key: string) =>
      list.items.find((item) => item.key === key) as unknown as {
        value: number | null;
        decided: number;
        open: number;
        overdue: number;
        met: boolean | null;
      };
    assert.equal(at(before, 'objectionDays').value, null, 'nothing decided is no figure');
    const of = await reported();
    const objection = await made('representative', '/objections', {
      recordId: of.recordId,
      kind: 'error',
      statement: '罚款金额与决定书不一致，应为二万元。',
      wanted: '更正',
    });
    await must('office', `/objections/${objection.id}`, 'accept');
    city.clock.set('2026-11-12T02:00:00Z');
    try {
      await lookAtClocks(city.ctx, objectionKinds);
      const office = await signInAs(city.app, 'office');
      const get = async () => (await city.app.inject({ url: '/api/v1/targets', headers: office })).json();
      assert.ok(at(await get(), 'objectionDays').overdue >= 1);
      const decided = await city.app.inject({
        method: 'POST',
        url: `/api/v1/objections/${objection.id}/commands`,
        headers: office,
        payload: { command: 'uphold', reason: 'wrongContent', remedy: 'stopDisplay', note: '属实' },
      });
      assert.equal(decided.statusCode, 200, decided.body);
      const now = at(await get(), 'objectionDays');
      // 2 November to 12 November: eight working days.
      assert.deepEqual([now.value, now.decided, now.met], [8, 1, false]);
      const valid = at(await get(), 'validObjections');
      assert.ok((valid.value ?? 0) > 0);
    } finally {
      city.clock.set(monday);
    }
  });
});
