/** Exports of non-public information: asked for, approved by another, taken once, marked, within their limits, logged. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { execute, one, query, sql } from '../../server/src/platform/db.ts';
import { createFixture, type MadeFixture } from '../authorization/fixture.ts';
import { assertProblem } from '../support/http-city.ts';

let made: MadeFixture;
before(async () => {
  made = await createFixture();
});
after(() => made.city.close());

const base = '/api/v1/exports';
type Login = Parameters<typeof made.city.call>[0];
const ask = (login: Login, over: object = {}) =>
  made.city.call(login, 'POST', base, {
    payload: { filter: { item: 'penalty' }, reason: '年度专项检查抽样', purpose: 'dailySupervision', ...over },
  });
const act = (login: Login, id: string, what: string, payload?: object) =>
  made.city.call(login, 'POST', `${base}/${id}/${what}`, payload ? { payload } : {});
const approved = async (over: object = {}): Promise<string> => {
  const { id } = (await ask('stranger', over)).json();
  assert.equal((await act('office', id, 'approve', {})).statusCode, 200);
  return id;
};

describe('an export', () => {
  it('needs a reason, a purpose that exports, and bounds', async () => {
    assertProblem(await ask('stranger', { reason: '要用' }), 422, 'unprocessable');
    assertProblem(await ask('stranger', { purpose: 'approval' }), 400, 'invalid-request');
    assertProblem(await ask('stranger', { filter: {} }), 422, 'unprocessable');
    assertProblem(await ask('stranger', { filter: { item: 'no-such-item' } }), 422, 'unprocessable');
    assertProblem(
      await ask('stranger', { filter: { body: '01a00000-0000-7000-8000-000000000000' } }),
      422,
      'unprocessable',
    );
    // What a request is worth is not the caller's to say.
    assertProblem(await ask('stranger', { state: 'approved', rowLimit: 9_999_999 }), 400, 'invalid-request');
  });
  it('is never decided by whoever asked, nor by two accounts of one person', async () => {
    const { id } = (await ask('office')).json();
    assertProblem(await act('office', id, 'approve', {}), 403, 'forbidden');
    const own = await one<{ account_id: string; holder_id: string }>(
      made.city.ctx.db.app,
      sql`SELECT account_id, holder_id FROM identity.account WHERE login = 'office'`,
    );
    await assert.rejects(
      execute(
        made.city.ctx.db.app,
        sql`UPDATE access.export_request SET state = 'approved', decided_by = ${own.account_id}, decided_holder = ${own.holder_id} WHERE request_id = ${id}`,
      ),
      /export_request_four_eyes/,
    );
  });
  it('is taken once, by whoever asked, with mark and digest; each organisation finds it in the log', async () => {
    const id = await approved();
    assert.equal((await act('officer', id, 'file')).statusCode, 404);
    const file = await act('stranger', id, 'file');
    assert.equal(file.statusCode, 200, file.body.slice(0, 300));
    const digest = String(file.headers['x-rows-digest']);
    assert.match(digest, /^[0-9a-f]{64}$/);
    assertProblem(await act('stranger', id, 'file'), 409, 'conflict');
    const kept = await one<{ rows_digest: string; row_count: number; watermark: string }>(
      made.city.ctx.db.app,
      sql`SELECT rows_digest, row_count, watermark FROM access.export_request WHERE request_id = ${id}`,
    );
    assert.equal(kept.rows_digest, digest);
    assert.ok(kept.row_count > 0);
    assert.ok(
      kept.watermark.includes(id) && kept.watermark.includes(digest) && kept.watermark.includes('测试 stranger'),
    );
    const looked = await query<{ subject_id: string; purpose: string }>(
      made.city.ctx.db.audit,
      sql`SELECT subject_id, purpose FROM log.access_log WHERE resource_id = ${id} AND action = 'export.take'`,
    );
    assert.ok(looked.some((row) => row.subject_id === made.subjectId));
    assert.ok(looked.every((row) => row.purpose === 'dailySupervision'));
  });
  it('shows the mark in the file, on every row, and nothing that a spreadsheet would evaluate', async () => {
    await execute(
      made.city.ctx.db.app,
      sql`UPDATE core.subject SET name = ${'=HYPERLINK("http://x","点我")'} WHERE subject_id = ${made.subjectId}`,
    );
    const id = await approved();
    const csv = await made.city.call('stranger', 'POST', `${base}/${id}/file?format=csv`);
    assert.equal(csv.statusCode, 200);
    const lines = csv.body.trim().split('\r\n');
    assert.match(lines[1] ?? '', /非公开信息.*导出人.*SHA-256/);
    for (const line of lines.slice(2)) assert.ok(line.endsWith(id.slice(-12)), line);
    assert.ok(csv.body.includes(`'=HYPERLINK`) && !/(^|,|")=HYPERLINK/m.test(csv.body));
    const other = await approved();
    const xlsx = await made.city.call('stranger', 'POST', `${base}/${other}/file`);
    assert.equal(xlsx.rawPayload.subarray(0, 2).toString(), 'PK');
    // Inline text: there is no formula element to evaluate.
    assert.ok(!xlsx.rawPayload.includes('<f>'));
  });
  it('keeps to its row limit also when rows came after the approval', async () => {
    const id = await approved();
    await execute(made.city.ctx.db.app, sql`UPDATE access.export_request SET row_limit = 1 WHERE request_id = ${id}`);
    assertProblem(await act('stranger', id, 'file'), 422, 'unprocessable');
    const row = await one<{ state: string }>(
      made.city.ctx.db.app,
      sql`SELECT state FROM access.export_request WHERE request_id = ${id}`,
    );
    assert.equal(row.state, 'approved');
  });
  it('lapses, before the decision and after it', async () => {
    const waiting = (await ask('stranger')).json().id;
    const ready = await approved();
    await execute(
      made.city.ctx.db.app,
      sql`UPDATE access.export_request SET lapses_at = requested_at WHERE request_id = ANY(${[waiting, ready]}::uuid[])`,
    );
    assertProblem(await act('office', waiting, 'approve', {}), 409, 'conflict');
    assertProblem(await act('stranger', ready, 'file'), 409, 'conflict');
  });
  it('twenty clicks at once give one file', async () => {
    const id = await approved();
    const answers = await Promise.all(Array.from({ length: 20 }, () => act('stranger', id, 'file')));
    assert.equal(answers.filter((answer) => answer.statusCode === 200).length, 1);
    assert.equal(answers.filter((answer) => answer.statusCode === 409).length, 19);
  });
  it('leaves out what was repaired', async () => {
    const recordId = await made.freshRecord();
    const record = await one<{ subject_id: string; document_number: string }>(
      made.city.ctx.db.app,
      sql`SELECT subject_id, document_number FROM core.record WHERE record_id = ${recordId}`,
    );
    const has = async (): Promise<boolean> => {
      const id = await approved();
      const csv = await made.city.call('stranger', 'POST', `${base}/${id}/file?format=csv`);
      return csv.body.includes(record.document_number);
    };
    assert.equal(await has(), true);
    await execute(
      made.city.ctx.db.app,
      sql`INSERT INTO core.record_event (subject_id, event_id, record_id, kind, effective_on, recorded_at)
          VALUES (${record.subject_id}, '01a00000-0000-7000-8000-0000000000e1', ${recordId}, 'repaired', '2026-11-22', '2026-11-22T01:00:00Z')`,
    );
    assert.equal(await has(), false);
    // Nor does anybody but the source look back at it: not its origin, not its form, not the office's list.
    const paths = [`/api/v1/records/${recordId}/lineage?purpose=dailySupervision`, `/api/v1/records/${recordId}`];
    assert.equal((await made.city.call('office', 'GET', paths[0] ?? '')).statusCode, 404);
    assert.equal((await made.city.call('office', 'GET', paths[1] ?? '')).statusCode, 404);
    assert.equal((await made.city.call('stranger', 'GET', paths[0] ?? '')).statusCode, 404);
    for (const path of paths) assert.equal((await made.city.call('officer', 'GET', path)).statusCode, 200, path);
    const list = async (login: Login) => (await made.city.call(login, 'GET', '/api/v1/records?limit=200')).json().items;
    const holds = (items: { recordId: string }[]) => items.some((item) => item.recordId === recordId);
    assert.equal(holds(await list('officer')), true);
    assert.equal(holds(await list('office')), false);
  });
});

describe('own and public data', () => {
  it('go out freely, and each file is logged', async () => {
    const count = async () =>
      (
        await one<{ count: bigint }>(
          made.city.ctx.db.audit,
          sql`SELECT count(*) FROM log.access_log WHERE action = 'export.own'`,
        )
      ).count;
    const before = await count();
    for (const path of ['/records.xlsx', '/submissions.xlsx', `/submissions/${made.submission.id}/findings.xlsx`])
      assert.equal((await made.city.call('officer', 'GET', `/api/v1${path}`)).statusCode, 200, path);
    assert.equal((await count()) - before, 3n);
  });
  it('the credit office’s own list holds its own rows only: the rest is asked for', async () => {
    const file = await made.city.call('office', 'GET', '/api/v1/records.xlsx');
    assert.equal(file.statusCode, 200);
    const own = await made.city.call('officer', 'GET', '/api/v1/records.xlsx');
    assert.ok(own.rawPayload.length > file.rawPayload.length);
  });
});
