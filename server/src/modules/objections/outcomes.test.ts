/** What an objection does to the record: everywhere it is seen, in one transaction, once. Real database, over HTTP. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createHttpCity, type HttpCity, type Login, multipartOf } from '../../../../tests/support/http-city.ts';
import { penalty, penaltyCsv } from '../../../../tests/support/rows.ts';
import { one, query, sql } from '../../platform/db.ts';
import { testPdf } from '../../testing-context.ts';
import { composeReport } from '../reports/index.ts';
import { loadReport } from '../reports/load-report.ts';

let city: HttpCity;
let serial = 700;
const monday = '2026-11-02T02:00:00Z';

before(async () => {
  city = await createHttpCity({ now: monday, app: { rateLimit: { account: 100_000, address: 100_000 } } } as never);
});
after(() => city.close());

interface Made {
  readonly code: string;
  readonly recordId: string;
  readonly subjectId: string;
}
/** A penalty reported by the officer's body; the organisation's representative speaks for it. */
async function reported(over: Record<string, string> = {}): Promise<Made> {
  const row = penalty(++serial, { CF_JDRQ: '2026-10-20', CF_YXQ: '2029-10-20', CF_GSJZQ: '2029-10-20', ...over });
  await city.submit(penaltyCsv([row]));
  const code = row.CF_XDR_SHXYM ?? '';
  const found = await one<{ record_id: string; subject_id: string }>(
    city.ctx.db.app,
    sql`SELECT r.record_id, r.subject_id FROM core.record r JOIN core.subject s USING (subject_id)
        WHERE s.unified_code = ${code} AND r.standard = 'penalty' AND r.superseded_at IS NULL`,
  );
  await city.represent('representative', found.subject_id);
  return { code, recordId: found.record_id, subjectId: found.subject_id };
}
const submit = (of: Made, over: object = {}, who: Login = 'representative') =>
  city.call(who, 'POST', '/api/v1/objections', {
    payload: {
      code: of.code,
      recordId: of.recordId,
      kind: 'error',
      statement: '罚款金额与决定书不一致，应为二万元。',
      wanted: '更正',
      ...over,
    },
  });
async function objected(of: Made, over: object = {}): Promise<string> {
  const made = await submit(of, over);
  assert.equal(made.statusCode, 201, made.body);
  return made.json().id;
}
const act = (who: Login, id: string, command: string, over: object = {}, headers: Record<string, string> = {}) =>
  city.call(who, 'POST', `/api/v1/objections/${id}/commands`, { payload: { command, ...over }, headers });
async function must(...given: Parameters<typeof act>) {
  const answer = await act(...given);
  assert.equal(answer.statusCode, 200, `${given[2]}: ${answer.body}`);
  return answer.json();
}
const records = async (code: string) =>
  (await city.call(null, 'GET', `/api/v1/public/subjects/${code}/records`)).json().items;
/** What the public report prints, before it is set in type. */
async function reportText(of: Made): Promise<string> {
  const policy = city.ctx.policy();
  const { subject, records: held } = await loadReport(city.ctx, city.ctx.db.app, policy, { subjectId: of.subjectId });
  return JSON.stringify(
    composeReport({ subject, records: held, kind: 'public', cutoffAt: city.ctx.clock.now(), policy, feeds: [] }),
  );
}
const kinds = async (recordId: string) =>
  (
    await query<{ kind: string }>(
      city.ctx.db.app,
      sql`SELECT kind FROM core.record_event WHERE record_id = ${recordId} ORDER BY recorded_at, event_id`,
    )
  ).map((row) => row.kind);

describe('the annotation', () => {
  it('is at once wherever the record is: public API, portal, report, desk archive; and a report of before says that there is news', async () => {
    const of = await reported();
    const before = await city.call(null, 'GET', `/api/v1/public/subjects/${of.code}/report.pdf`);
    const number = String(before.headers['x-report-number']);
    const verify = async () => (await city.call(null, 'GET', `/api/v1/public/reports/verify/${number}`)).json();
    assert.equal((await verify()).updatedSince, false);
    const id = await objected(of);
    await must('office', id, 'accept');
    const [open] = await records(of.code);
    assert.deepEqual(open.disclosure.annotations, ['objectionInProgress']);
    const page = await city.call(null, 'GET', `/s/${of.code}`);
    assert.match(page.body, /异议处理中/);
    const desk = await city.call(
      'officer',
      'GET',
      `/api/v1/subjects/${of.code}/records?purpose=dailySupervision&matter=抽查`,
    );
    assert.match(desk.body, /objectionInProgress/);
    assert.equal((await verify()).updatedSince, true);
    assert.match(await reportText(of), /objectionInProgress/);
  });
});

describe('an upheld objection', () => {
  it('corrects the record through collection in the transaction of the decision, and the annotation follows the new version', async () => {
    const of = await reported();
    const id = await objected(of);
    await must('office', id, 'accept');
    await must('office', id, 'forward');
    const source = (await city.call('officer', 'GET', `/api/v1/objections/${id}`)).json();
    assert.ok(source.correction.may);
    const amount = source.correction.fields.find((field: { code: string }) => field.code === 'CF_NR_FK');
    assert.ok(amount, JSON.stringify(source.correction.fields.map((field: { code: string }) => field.code)));
    const early = await act('office', id, 'uphold', { reason: 'wrongContent', remedy: 'correct', note: '属实' });
    assert.notEqual(early.statusCode, 200, 'nobody decides while the source checks');
    assert.equal(
      (await act('officer', id, 'proposeCorrection', { correction: { CF_NR_FK: '不是数字' } })).statusCode,
      422,
      'the rules judge it at once',
    );
    assert.equal(
      (await act('officer', id, 'proposeCorrection', { correction: { CF_CFJG: '别的机关' } })).statusCode,
      422,
    );
    await must('officer', id, 'proposeCorrection', { correction: { CF_NR_FK: '5.000000' } });
    await must('officer', id, 'answer', { note: '录入有误，应为2万元。' });
    const key = { 'idempotency-key': 'uphold-exactly-once' };
    await must('office', id, 'uphold', { reason: 'wrongContent', remedy: 'correct', note: '与决定书核对属实。' }, key);
    await must('office', id, 'uphold', { reason: 'wrongContent', remedy: 'correct', note: '与决定书核对属实。' }, key);
    const versions = await query<{ record_id: string; superseded_at: string | null; fk: string }>(
      city.ctx.db.app,
      sql`SELECT record_id, superseded_at, payload->>'CF_NR_FK' AS fk FROM core.record
          WHERE subject_id = ${of.subjectId} AND standard = 'penalty' ORDER BY recorded_at, superseded_at NULLS LAST`,
    );
    assert.equal(versions.length, 2, 'one correction');
    assert.ok(versions[0]?.superseded_at);
    assert.equal(versions[1]?.superseded_at, null);
    assert.equal(Number(versions[1]?.fk), 5);
    assert.deepEqual((await records(of.code))[0].disclosure.annotations, ['objectionInProgress']);
    await must('office', id, 'notify', { note: '已送达' });
    assert.deepEqual((await records(of.code))[0].disclosure.annotations, []);
  });

  it('decides nothing when the rules refuse the correction, and nobody records it later', async () => {
    const of = await reported();
    const id = await objected(of);
    await must('office', id, 'accept');
    assert.equal(
      (await act('office', id, 'uphold', { reason: 'wrongContent', remedy: 'correct', note: '属实' })).statusCode,
      422,
      'no correction was filled in',
    );
    await must('office', id, 'proposeCorrection', { correction: { CF_NR_FK: '3.000000' } });
    // Somebody else decides in the same instant: the loser's record is undone with its decision.
    const both = await Promise.all([
      act('office', id, 'uphold', { reason: 'wrongContent', remedy: 'correct', note: '属实' }),
      act('office', id, 'dismiss', { reason: 'noEvidence', note: '没有证据' }),
    ]);
    assert.equal(both.filter((answer) => answer.statusCode === 200).length, 1, both.map((one) => one.body).join('\n'));
    const left = await query(
      city.ctx.db.app,
      sql`SELECT submission_id FROM core.submission WHERE state IN ('received', 'processing')`,
    );
    assert.deepEqual(left, []);
  });

  it('ends the display, or classes the record anew, by an event of the record', async () => {
    const stopped = await reported();
    const first = await objected(stopped, { kind: 'beyondPeriod' });
    await must('office', first, 'accept');
    await must('office', first, 'uphold', { reason: 'beyondPeriod', remedy: 'stopDisplay', note: '已超期' });
    assert.deepEqual(await records(stopped.code), []);
    assert.deepEqual(await kinds(stopped.recordId), ['objectionOpened', 'suspended']);

    const classed = await reported();
    const second = await objected(classed, { kind: 'wrongClass' });
    await must('office', second, 'accept');
    assert.equal(
      (await act('office', second, 'uphold', { reason: 'wrongClass', remedy: 'reclassify', note: '应为严重' }))
        .statusCode,
      422,
      'a class is needed',
    );
    await must('office', second, 'uphold', {
      reason: 'wrongClass',
      remedy: 'reclassify',
      severity: 'serious',
      note: '应为严重',
    });
    const [seen] = await records(classed.code);
    assert.deepEqual([seen.disclosure.severity, seen.disclosure.severityConfirmed], ['serious', true]);
    assert.ok(seen.disclosure.until > '2029-10', seen.disclosure.until);
  });
});

describe('what cannot be settled', () => {
  it('stays beside the record with the check, everywhere; taken up again it goes', async () => {
    const of = await reported();
    const id = await objected(of);
    await must('office', id, 'accept');
    await must('office', id, 'leaveUndetermined', { reason: 'cannotBeSettled', note: '双方均无原始票据。' });
    const [seen] = await records(of.code);
    assert.deepEqual(seen.disclosure.annotations, []);
    assert.equal(seen.disclosure.notes.length, 1);
    assert.match(JSON.stringify(seen.disclosure.notes), /应为二万元.*双方均无原始票据/);
    assert.match((await city.call(null, 'GET', `/s/${of.code}`)).body, /双方均无原始票据/);
    assert.match(await reportText(of), /应为二万元.*双方均无原始票据/);
    assert.equal((await city.call(null, 'GET', `/api/v1/public/subjects/${of.code}/report.pdf`)).statusCode, 200);
    await must('office', id, 'notify', { note: '告知' });
    await must('office', id, 'reopen', { reason: 'newEvidence', note: '有新的票据' });
    assert.deepEqual((await records(of.code))[0].disclosure.notes, []);
  });
});

describe('bad input', () => {
  it("somebody else's record, twice, numbers of persons, a forged document number", async () => {
    const of = await reported();
    const other = await reported();
    await city.represent('representative', of.subjectId);
    assert.equal((await submit({ ...of, recordId: other.recordId })).statusCode, 404);
    assert.equal((await submit(other)).statusCode, 404);
    assert.equal((await submit(of, { statement: '身份证 11010519491231002X 不是我单位的人。' })).statusCode, 422);
    assert.equal((await submit(of, { documentNumber: '12345' })).statusCode, 422);
    const forged = await submit(of, { documentNumber: '示市监撤决〔2026〕99号' });
    assert.equal(forged.statusCode, 201, forged.body);
    assert.match(JSON.stringify(forged.json().content), /没有该文号的信息/);
    assert.equal((await submit(of)).statusCode, 409);
  });

  it('a record that its source corrects meanwhile is followed; one that is withdrawn is gone already', async () => {
    const of = await reported();
    const id = await objected(of);
    await must('office', id, 'accept');
    const fresh = (await city.call('officer', 'GET', `/api/v1/records/${of.recordId}`)).json();
    const corrected = await city.call('officer', 'POST', `/api/v1/records/${of.recordId}/correct`, {
      payload: { standard: 'penalty', values: { ...fresh.values, CF_NR_FK: '4.000000' } },
    });
    assert.equal(corrected.json().outcome, 'accepted', corrected.body);
    await must('office', id, 'uphold', { reason: 'wrongSubject', remedy: 'withdraw', note: '不是该单位' });
    assert.deepEqual(await records(of.code), []);
    assert.ok((await kinds(corrected.json().recordId)).includes('withdrawn'));

    const gone = await reported();
    const second = await objected(gone);
    await must('office', second, 'accept');
    const taken = await city.call('officer', 'POST', `/api/v1/records/${gone.recordId}/withdraw`, {
      payload: { reason: '重复录入' },
    });
    assert.equal(taken.statusCode, 200, taken.body);
    await must('office', second, 'uphold', { reason: 'wrongContent', remedy: 'withdraw', note: '已由来源单位撤回' });
    assert.equal((await kinds(gone.recordId)).filter((kind) => kind === 'withdrawn').length, 1);
    assert.equal((await submit(gone)).statusCode, 409);
  });

  it('the wrong body: another department is told nothing, the source cannot decide, the office cannot answer for it', async () => {
    const of = await reported();
    const id = await objected(of);
    await must('office', id, 'accept');
    await must('office', id, 'forward');
    assert.equal((await act('stranger', id, 'answer', { note: '不归我管' })).statusCode, 404);
    assert.equal((await act('office', id, 'answer', { note: '代答' })).statusCode, 403);
    await must('officer', id, 'answer', { note: '属实' });
    assert.equal(
      (await act('officer', id, 'uphold', { reason: 'wrongContent', note: '属实', remedy: 'withdraw' })).statusCode,
      403,
    );
  });

  it('many at once: a result for each', async () => {
    const one1 = await objected(await reported());
    const two = await objected(await reported());
    await must('office', two, 'accept');
    const answer = await city.call('office', 'POST', '/api/v1/objections:batch', {
      payload: { ids: [one1, two, '00000000-0000-7000-8000-000000000001'], command: 'accept' },
    });
    assert.equal(answer.statusCode, 200, answer.body);
    assert.deepEqual(
      answer.json().results.map((result: { ok: boolean }) => result.ok),
      [true, false, false],
    );
    const decided = await city.call('office', 'POST', '/api/v1/objections:batch', {
      payload: { ids: [one1], command: 'uphold' },
    });
    assert.equal(decided.statusCode, 422, 'what decides about a record is decided one by one');
  });
});

describe('files', () => {
  it('of a party are read by all parties and nobody else; 50 MB, a page, a closed case are refused', async () => {
    const of = await reported();
    const id = await objected(of);
    const send = (who: Login, content: Buffer | string, fileName: string) =>
      city.call(who, 'POST', `/api/v1/objections/${id}/materials`, multipartOf([{ name: 'file', content, fileName }]));
    const added = await send('representative', testPdf(), '决定书.pdf');
    assert.equal(added.statusCode, 201, added.body);
    const url = `/api/v1/objections/${id}/materials/${added.json().id}`;
    assert.equal((await city.call('officer', 'GET', url)).statusCode, 200);
    assert.equal((await city.call('stranger', 'GET', url)).statusCode, 404);
    assert.equal((await send('representative', Buffer.alloc(50 * 1024 ** 2, 1), '照片.jpg')).statusCode, 413);
    assert.equal((await send('representative', '<html><script>', '证明.pdf')).statusCode, 415);
    await must('representative', id, 'withdraw');
    assert.equal((await send('representative', testPdf(), '补充.pdf')).statusCode, 409);
  });
});
