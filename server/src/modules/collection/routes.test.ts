/** Collection over HTTP: allowed, forbidden, hidden; uploads by job; the form with and without a second reader. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type CityContext, createCityContext } from '../../../../tests/support/context.ts';
import { codeOf, DEPARTMENT, penalty, penaltyCsv } from '../../../../tests/support/rows.ts';
import { buildApp } from '../../app.ts';
import { execute, query, sql } from '../../platform/db.ts';
import type { HttpInstance } from '../../platform/http/index.ts';
import { addTestAccount, signInAs, testPdf } from '../../testing-context.ts';
import { createBody } from '../identity/index.ts';
import { collectionJobs } from './jobs.ts';

let city: CityContext;
let app: HttpInstance;
const session: Record<string, Record<string, string>> = {};
let bodyId: string;

before(async () => {
  city = await createCityContext();
  collectionJobs(city.ctx);
  app = await buildApp(city.ctx);
  bodyId = (
    await createBody(city.ctx.db.app, city.clock, { kind: 'department', name: DEPARTMENT.name, code: DEPARTMENT.code })
  ).bodyId;
  await addTestAccount(city.ctx, 'officer', ['departmentOfficer'], bodyId);
  await addTestAccount(city.ctx, 'colleague', ['departmentOfficer'], bodyId);
  await addTestAccount(city.ctx, 'stranger', ['departmentOfficer']);
  await addTestAccount(city.ctx, 'system', ['systemAdmin']);
  for (const login of ['officer', 'colleague', 'stranger', 'system']) session[login] = await signInAs(app, login);
});
after(async () => {
  await app.close();
  await city.close();
});

const call = (login: string | null, method: 'GET' | 'POST', url: string, payload?: object) =>
  app.inject({ method, url, headers: login ? (session[login] ?? {}) : {}, ...(payload ? { payload } : {}) });

function multipart(login: string, file: string, fields: Record<string, string> = {}, fileName = 'rows.csv') {
  const boundary = '----chengxin';
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const payload = `${parts.join('')}--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${fileName}"\r\ncontent-type: application/octet-stream\r\n\r\n${file}\r\n--${boundary}--\r\n`;
  return {
    headers: { ...(session[login] ?? {}), 'content-type': `multipart/form-data; boundary=${boundary}` },
    payload,
  };
}
const upload = (login: string, file: string, fields: Record<string, string> = {}) =>
  app.inject({ method: 'POST', url: '/api/v1/submissions', ...multipart(login, file, fields) });

describe('a submission over HTTP', () => {
  let id: string;
  it('is accepted with 202, processed by a job and told with its findings', async () => {
    const content = penaltyCsv([
      penalty(1),
      penalty(2, { CF_JDRQ: '2021-02-30' }),
      penalty(3, { CF_WSH: '示市监罚[2026]3号' }),
    ]);
    const response = await upload('officer', content, { standard: 'penalty', batchNo: 'B-1' });
    assert.equal(response.statusCode, 202, response.body);
    id = response.json().id;
    assert.equal(response.headers.location, `/api/v1/submissions/${id}`);
    await city.ctx.jobs.drain(city.ctx);
    const view = (await call('officer', 'GET', `/api/v1/submissions/${id}`)).json();
    assert.equal(view.state, 'done');
    assert.deepEqual(
      [view.counts.rows, view.counts.accepted, view.counts.corrected, view.counts.refused],
      [3, 2, 1, 1],
    );
    const findings = (await call('officer', 'GET', `/api/v1/submissions/${id}/findings?severity=refuse`)).json();
    assert.equal(findings.items[0].row, 3);
    assert.equal(findings.items[0].rule, 'type-date');
    assert.match(findings.items[0].message.zh, /2021-02-30/);
    assert.ok(findings.items[0].fix.zh && findings.items[0].fix.en);
    const repeated = await upload('officer', content, { standard: 'penalty', batchNo: 'B-1' });
    assert.deepEqual([repeated.json().id, repeated.json().repeated], [id, true]);
    // Answering with the first batch would lose these rows.
    const other = await upload('officer', 'anything', { standard: 'penalty', batchNo: 'B-1' });
    assert.equal(other.statusCode, 409, other.body);
  });
  it('is hidden from other departments, closed to administrators and strangers to the system', async () => {
    for (const path of ['', '/findings', '/rows', '/rules', '/refused', '/findings.xlsx']) {
      assert.equal((await call('stranger', 'GET', `/api/v1/submissions/${id}${path}`)).statusCode, 404, path);
      assert.equal((await call('system', 'GET', `/api/v1/submissions/${id}${path}`)).statusCode, 403, path);
      assert.equal((await call(null, 'GET', `/api/v1/submissions/${id}${path}`)).statusCode, 401, path);
    }
    assert.equal((await upload('stranger', penaltyCsv([penalty(4)]), { org: DEPARTMENT.code })).statusCode, 404);
    assert.deepEqual((await call('stranger', 'GET', '/api/v1/submissions')).json().items, []);
    const resolve = { rows: [{ row: 2, action: 'reject' }] };
    assert.equal((await call('stranger', 'POST', `/api/v1/submissions/${id}/rows:resolve`, resolve)).statusCode, 404);
    assert.equal((await call('system', 'POST', `/api/v1/submissions/${id}/rows:resolve`, resolve)).statusCode, 403);
  });
  it('gives lists as Excel, the refused rows in the template, and templates to fill in', async () => {
    for (const url of [
      `/api/v1/submissions/${id}/refused`,
      `/api/v1/submissions/${id}/findings.xlsx`,
      '/api/v1/submissions.xlsx',
      '/api/v1/records.xlsx',
      '/api/v1/standards/penalty/template?format=xlsx',
    ]) {
      const response = await call('officer', 'GET', url);
      assert.equal(response.statusCode, 200, url);
      assert.equal(response.rawPayload.subarray(0, 2).toString(), 'PK', url);
      assert.match(String(response.headers['content-disposition']), /^attachment/);
    }
    assert.equal((await call('officer', 'GET', '/api/v1/standards/nothing/template')).statusCode, 404);
  });
  it('pages without gaps and refuses a foreign cursor', async () => {
    await upload('officer', penaltyCsv([penalty(5)]), { standard: 'auto' });
    const first = (await call('officer', 'GET', '/api/v1/submissions?limit=1')).json();
    assert.equal(first.items.length, 1);
    const second = (
      await call('officer', 'GET', `/api/v1/submissions?limit=1&cursor=${encodeURIComponent(first.nextCursor)}`)
    ).json();
    assert.notEqual(second.items[0].id, first.items[0].id);
    assert.equal(
      (await call('officer', 'GET', `/api/v1/records?cursor=${encodeURIComponent(first.nextCursor)}`)).statusCode,
      400,
    );
  });
  it('says what is wrong with a request', async () => {
    for (const response of [
      await upload('officer', 'x', { standard: 'nothing' }),
      await upload('officer', 'x', { org: '123' }),
      await call('officer', 'POST', '/api/v1/records:push', { standard: 'penalty', rows: [{ NOPE: '1' }] }),
    ]) {
      assert.equal(response.statusCode, 422, response.body);
      assert.match(response.headers['content-type'] as string, /problem\+json/);
      assert.ok(response.json().detail && response.json().requestId);
    }
    assert.equal((await call('officer', 'GET', '/api/v1/submissions/not-an-id')).statusCode, 400);
  });
  it('takes rows as JSON', async () => {
    const response = await call('officer', 'POST', '/api/v1/records:push', {
      standard: 'penalty',
      batchNo: 'P-1',
      rows: [penalty(6)],
    });
    assert.equal(response.statusCode, 202, response.body);
    await city.ctx.jobs.drain(city.ctx);
    assert.equal((await call('officer', 'GET', `/api/v1/submissions/${response.json().id}`)).json().counts.accepted, 1);
  });
});

describe('one record by form', () => {
  let recordId: string;
  const form = (over: Record<string, string> = {}) => {
    const values = { ...penalty(100, over) };
    // The office itself is filled in by the platform.
    for (const code of ['CF_CFJG', 'CF_CFJGDM', 'CF_SJLY', 'CF_SJLYDM']) delete values[code];
    return { standard: 'penalty', values };
  };
  it('is checked without recording, then recorded', async () => {
    const dry = (await call('officer', 'POST', '/api/v1/records', { ...form({ CF_NR_FK: '' }), dryRun: true })).json();
    assert.equal(dry.outcome, 'checked');
    assert.deepEqual(
      dry.findings.map((finding: { rule: string }) => finding.rule),
      ['penalty-fine-missing'],
    );
    const done = (await call('officer', 'POST', '/api/v1/records', form())).json();
    assert.equal(done.outcome, 'accepted', JSON.stringify(done));
    recordId = done.recordId;
    assert.equal((await call('officer', 'POST', '/api/v1/records', form())).json().outcome, 'duplicate');
    const refused = (await call('officer', 'POST', '/api/v1/records', form({ CF_JDRQ: '昨天' }))).json();
    assert.equal(refused.outcome, 'refused');
  });
  it('is corrected, also in its document number, and withdrawn; others cannot', async () => {
    for (const action of ['correct', 'withdraw']) {
      const body = action === 'correct' ? form() : { reason: '误报' };
      assert.equal((await call('stranger', 'POST', `/api/v1/records/${recordId}/${action}`, body)).statusCode, 404);
      assert.equal((await call('system', 'POST', `/api/v1/records/${recordId}/${action}`, body)).statusCode, 403);
    }
    const corrected = (
      await call('officer', 'POST', `/api/v1/records/${recordId}/correct`, {
        ...form({ CF_WSH: '示市监罚〔2026〕1001号' }),
        reason: '文号录入有误',
      })
    ).json();
    assert.equal(corrected.outcome, 'accepted', JSON.stringify(corrected));
    const old = (await call('officer', 'GET', `/api/v1/records/${recordId}`)).json();
    assert.equal(old.state, 'superseded');
    assert.equal(
      (await call('officer', 'POST', `/api/v1/records/${recordId}/withdraw`, { reason: '误报' })).statusCode,
      409,
    );
    const gone = await call('officer', 'POST', `/api/v1/records/${corrected.recordId}/withdraw`, { reason: '误报' });
    assert.deepEqual(gone.json(), { outcome: 'withdrawn' });
    assert.equal((await call('officer', 'GET', `/api/v1/records/${corrected.recordId}`)).json().state, 'withdrawn');
    // Withdrawn facts may be reported again.
    assert.equal((await call('officer', 'POST', '/api/v1/records', form())).json().outcome, 'accepted');
  });
  it('keeps a document number that a correction leaves empty', async () => {
    const first = (
      await call(
        'officer',
        'POST',
        '/api/v1/records',
        form({ CF_WSH: '示市监罚〔2026〕3001号', CF_FR_ZJLX: '身份证', CF_FR_ZJHM: '11010519491231002X' }),
      )
    ).json();
    const shown = (await call('officer', 'GET', `/api/v1/records/${first.recordId}`)).json();
    assert.equal(shown.values.CF_FR_ZJHM, undefined);
    const values = { ...shown.values, CF_NR: '罚款人民币20000元整' };
    const corrected = (
      await call('officer', 'POST', `/api/v1/records/${first.recordId}/correct`, {
        standard: 'penalty',
        values,
        reason: '补正',
      })
    ).json();
    assert.equal(corrected.outcome, 'accepted', JSON.stringify(corrected));
    const rows = await query<{ token: string }>(
      city.ctx.db.app,
      sql`SELECT payload ->> 'CF_FR_ZJHM' AS token FROM core.record WHERE record_id = ANY(${[first.recordId, corrected.recordId]}::uuid[])`,
    );
    assert.equal(new Set(rows.map((row) => row.token)).size, 1);
    assert.match(rows[0]?.token ?? '', /^pt_/);
  });
  it('fills the subject from its code', async () => {
    const known = (await call('officer', 'GET', `/api/v1/subjects/lookup?code=${penalty(100).CF_XDR_SHXYM}`)).json();
    assert.equal(known.name, penalty(100).CF_XDR_MC);
    assert.equal((await call('officer', 'GET', `/api/v1/subjects/lookup?code=${codeOf(9999)}`)).json().found, false);
  });
  it('keeps the decision document, by content and not by name', async () => {
    const pdf = multipart('officer', testPdf(), {}, '决定书.pdf');
    const added = await app.inject({ method: 'POST', url: '/api/v1/attachments', ...pdf });
    assert.equal(added.statusCode, 201, added.body);
    const read = await call('officer', 'GET', `/api/v1/attachments/${added.json().id}`);
    assert.equal(read.body, testPdf());
    assert.equal(read.headers['content-security-policy'], 'sandbox');
    assert.equal((await call('stranger', 'GET', `/api/v1/attachments/${added.json().id}`)).statusCode, 404);
    const html = await app.inject({
      method: 'POST',
      url: '/api/v1/attachments',
      ...multipart('officer', '<html><script>', {}, '决定书.pdf'),
    });
    assert.equal(html.statusCode, 415);
  });
  it('waits for a second reader where the department wants one', async () => {
    await execute(city.ctx.db.app as never, sql`UPDATE core.body SET second_reader = true WHERE body_id = ${bodyId}`);
    const waiting = (
      await call(
        'officer',
        'POST',
        '/api/v1/records',
        form({ CF_WSH: '示市监罚〔2026〕2001号', CF_FR_ZJLX: '身份证', CF_FR_ZJHM: '11010519491231002X' }),
      )
    ).json();
    assert.equal(waiting.outcome, 'waiting', JSON.stringify(waiting));
    const drafts = (await call('colleague', 'GET', '/api/v1/drafts?state=waiting')).json();
    assert.deepEqual(
      drafts.items.map((draft: { id: string; own: boolean }) => [draft.id, draft.own]),
      [[waiting.draftId, false]],
    );
    assert.equal((await call('officer', 'POST', `/api/v1/drafts/${waiting.draftId}/approve`)).statusCode, 403);
    assert.equal((await call('stranger', 'POST', `/api/v1/drafts/${waiting.draftId}/approve`)).statusCode, 404);
    const approved = (await call('colleague', 'POST', `/api/v1/drafts/${waiting.draftId}/approve`)).json();
    assert.equal(approved.outcome, 'accepted', JSON.stringify(approved));
    assert.equal(
      (await call('colleague', 'POST', `/api/v1/drafts/${waiting.draftId}/return`, { note: '再想想' })).statusCode,
      409,
    );
  });
});
