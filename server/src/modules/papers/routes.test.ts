/** A paper from the draft to the proof of service, over HTTP. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createHttpCity, type HttpCity, type Login, multipartOf } from '../../../../tests/support/http-city.ts';
import { penalty, penaltyCsv } from '../../../../tests/support/rows.ts';
import { one, query, sql } from '../../platform/db.ts';
import { addTestAccount, signInAs, testPdf } from '../../testing-context.ts';
import { closePaperRenderer } from './index.ts';

let city: HttpCity;
let row = 0;
let second: Record<string, string>;
let third: Record<string, string>;

before(async () => {
  city = await createHttpCity({
    now: '2026-11-02T02:00:00Z',
    app: { rateLimit: { account: 100_000, address: 100_000 } },
  });
  await addTestAccount(city.ctx, 'chief', ['departmentOfficer'], city.bodyId);
  await addTestAccount(city.ctx, 'head', ['departmentOfficer'], city.bodyId);
  second = await signInAs(city.app, 'chief');
  third = await signInAs(city.app, 'head');
});
after(async () => {
  closePaperRenderer();
  await city.close();
});

/** A case with the body of `officer` as the source of the record. */
async function freshCase(): Promise<string> {
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
const fields = {
  receivedOn: '2026-11-02',
  reasons: '不属于异议事项。',
  legalBasis: '《山东省社会信用条例》第三十九条',
};
const post = (who: Login, url: string, payload: object = {}, headers: Record<string, string> = {}) =>
  city.call(who, 'POST', `/api/v1${url}`, { payload, headers });
const scan = (content: string | Buffer = testPdf(), fileName = '扫描件.pdf') =>
  multipartOf([{ name: 'file', content, fileName }]);
const papersOf = async (who: Login, caseId: string) =>
  (await city.call(who, 'GET', `/api/v1/cases/${caseId}/papers`)).json().items as { id: string; state: string }[];

describe('a paper', () => {
  it('goes from the draft by two signatures and the seal to the proof; the organisation sees it from the seal on', async () => {
    const caseId = await freshCase();
    const made = await post('officer', `/cases/${caseId}/papers`, { template: 'refusal', fields });
    assert.equal(made.statusCode, 201, made.body);
    const { id, number } = made.json();
    assert.match(number, /^信不受〔2026〕\d+号$/);
    assert.deepEqual(await papersOf('representative', caseId), []);
    assert.equal((await city.call('representative', 'GET', `/api/v1/papers/${id}/pdf`)).statusCode, 404);
    assert.equal((await post('officer', `/papers/${id}/sign-off`)).json().state, 'draft');
    // What was signed is not what stands there now.
    const revised = await city.call('officer', 'PUT', `/api/v1/papers/${id}/fields`, {
      payload: { fields: { ...fields, reasons: '同一事项已处理。' } },
    });
    assert.equal(revised.json().signOffs.first, null);
    assert.equal((await post('officer', `/papers/${id}/sign-off`)).statusCode, 200);
    assert.equal((await post('officer', `/papers/${id}/sign-off`)).statusCode, 403, 'one person signs once');
    const sign = (headers: Record<string, string>) =>
      city.inject({ method: 'POST', url: `/api/v1/papers/${id}/sign-off`, headers });
    assert.equal((await sign(second)).json().state, 'signedOff');
    assert.equal((await sign(third)).statusCode, 409);
    const word = await city.call('officer', 'GET', `/api/v1/papers/${id}/docx`);
    assert.match(String(word.headers['content-type']), /wordprocessingml/);
    assert.match(String(word.headers['content-disposition']), /^attachment; filename\*=UTF-8''/);
    assert.equal(word.rawPayload.subarray(0, 2).toString(), 'PK');
    const service = { on: '2026-11-02', manner: 'direct', to: '王某', proof: '信送〔2026〕1号' };
    assert.equal((await post('officer', `/papers/${id}/service`, service)).statusCode, 409, 'not before the seal');
    const sealed = await city.call('officer', 'POST', `/api/v1/papers/${id}/sealed`, scan());
    assert.equal(sealed.json().state, 'sealed', sealed.body);
    const seen = await papersOf('representative', caseId);
    assert.deepEqual(
      seen.map((paper) => paper.state),
      ['sealed'],
    );
    const copy = await city.call('representative', 'GET', `/api/v1/papers/${id}/sealed`);
    assert.equal(copy.payload, testPdf());
    assert.equal((await city.call('representative', 'GET', `/api/v1/papers/${id}/docx`)).statusCode, 404);
    const told = await query<{ topic: string }>(
      city.ctx.db.app,
      sql`SELECT topic FROM notices.notice WHERE case_id = ${caseId} AND topic = 'paper.sealed'`,
    );
    assert.equal(told.length, 1);
    for (const [wrong, over] of [
      ['before the paper', { on: '2026-11-01' }],
      ['after today', { on: '2026-11-03' }],
      ['a manner that is none', { manner: 'pigeon' }],
    ] as const)
      assert.equal((await post('officer', `/papers/${id}/service`, { ...service, ...over })).statusCode, 422, wrong);
    const served = await post('officer', `/papers/${id}/service`, service);
    assert.equal(served.json().service.manner.zh, '直接送达');
    assert.equal((await post('officer', `/papers/${id}/void`, { reason: '有误' })).statusCode, 409, 'served is served');
  });

  it('takes no sealed copy that is no scan', async () => {
    const caseId = await freshCase();
    const { id } = (await post('officer', `/cases/${caseId}/papers`, { template: 'refusal', fields })).json();
    const upload = (content: string | Buffer) =>
      city.call('officer', 'POST', `/api/v1/papers/${id}/sealed`, scan(content));
    assert.equal((await upload(testPdf())).statusCode, 409, 'not before it was signed off');
    await post('officer', `/papers/${id}/sign-off`);
    await city.inject({ method: 'POST', url: `/api/v1/papers/${id}/sign-off`, headers: second });
    assert.equal((await upload('<html><script>')).statusCode, 415);
    const word = await city.call('officer', 'GET', `/api/v1/papers/${id}/docx`);
    assert.equal((await upload(word.rawPayload)).statusCode, 415, 'Word can be changed');
    assert.equal((await upload(Buffer.alloc(21 * 1024 ** 2, '%PDF-1.4'))).statusCode, 413);
    assert.equal((await upload(testPdf())).statusCode, 200);
    assert.equal((await upload(testPdf('a better scan'))).statusCode, 200, 'replaced while it was not served');
  });

  it('is issued to many at once with a result each; sent again it is there once', async () => {
    const ids = [await freshCase(), await freshCase()];
    const headers = { 'idempotency-key': 'batch-of-papers-1' };
    const payload = {
      act: 'issue',
      template: 'refusal',
      fields,
      caseIds: [...ids, '00000000-0000-7000-8000-000000000001'],
    };
    const first = (await post('officer', '/papers/batch', payload, headers)).json().results;
    assert.deepEqual(
      first.map((one: { ok: boolean }) => one.ok),
      [true, true, false],
    );
    const again = (await post('officer', '/papers/batch', payload, headers)).json().results;
    assert.deepEqual(
      again.map((one: { number: string | null }) => one.number),
      first.map((one: { number: string | null }) => one.number),
    );
    const strange = (await post('stranger', '/papers/batch', payload)).json().results;
    assert.deepEqual(
      strange.map((one: { message: { zh: string } }) => one.message.zh),
      Array(3).fill(first[2].message.zh),
      'hidden answers as missing',
    );
    const register = (await city.call('officer', 'GET', '/api/v1/papers?series=refusal')).json().items;
    const numbers = register.map((one: { number: string }) => Number(/(\d+)号$/.exec(one.number)?.[1]));
    assert.deepEqual(
      numbers,
      numbers.map((_: number, at: number) => at + 1),
      'without gaps',
    );
  });
});
