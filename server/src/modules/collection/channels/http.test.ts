/** Uploads in pieces (tus 1.0), rows pushed with results, rows taken back: over HTTP. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { after, before, describe, it } from 'node:test';
import * as tus from 'tus-js-client';
import { createHttpCity, type HttpCity, type Login, OTHER_DEPARTMENT } from '../../../../../tests/support/http-city.ts';
import { DEPARTMENT, penalty, penaltyCsv } from '../../../../../tests/support/rows.ts';
import { one, query, sql } from '../../../platform/db.ts';
import { sweepUploads } from './resume-upload.ts';

let city: HttpCity;
before(async () => {
  city = await createHttpCity({ app: { rateLimit: { account: 100_000, address: 100_000 } } });
});
after(() => city.close());

let serial = 80_000;
const next = (over: Record<string, string> = {}) => penalty(++serial, over);
const V = { 'tus-resumable': '1.0.0' };
const metadata = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(',');
const begin = (bytes: number, values: Record<string, string> = { filename: '大文件.csv' }, login: Login = 'officer') =>
  city.call(login, 'POST', '/api/v1/uploads', {
    headers: { ...V, 'upload-length': String(bytes), 'upload-metadata': metadata(values) },
  });
const patch = (
  url: string,
  offset: number,
  piece: Buffer,
  headers: Record<string, string> = {},
  login: Login = 'officer',
) =>
  city.call(login, 'PATCH', url, {
    payload: piece,
    headers: { ...V, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream', ...headers },
  });
const head = (url: string, login: Login = 'officer') => city.call(login, 'HEAD', url, { headers: V });
const digest = (algorithm: string, piece: Buffer): string =>
  `${algorithm} ${createHash(algorithm).update(piece).digest('base64')}`;

describe('an upload in pieces', () => {
  it('says what it can do', async () => {
    const response = await city.call(null, 'OPTIONS', '/api/v1/uploads');
    assert.equal(response.statusCode, 204);
    assert.equal(response.headers['tus-version'], '1.0.0');
    assert.match(String(response.headers['tus-extension']), /creation,checksum,termination/);
    assert.match(String(response.headers['tus-checksum-algorithm']), /sha1/);
  });

  it('arrives in pieces with checksums and becomes one submission', async () => {
    const content = Buffer.from(penaltyCsv([next(), next(), next()]));
    const created = await begin(content.length, { filename: '大文件.csv', standard: 'penalty', batchNo: 'T-1' });
    assert.equal(created.statusCode, 201, created.body);
    const url = created.headers.location as string;
    assert.equal((await head(url)).headers['upload-offset'], '0');
    const cut = 100;
    const first = await patch(url, 0, content.subarray(0, cut), {
      'upload-checksum': digest('sha256', content.subarray(0, cut)),
    });
    assert.equal(first.statusCode, 204, first.body);
    assert.equal(first.headers['upload-offset'], '100');
    assert.equal((await head(url)).headers['upload-offset'], '100');
    const last = await patch(url, cut, content.subarray(cut), {
      'upload-checksum': digest('sha1', content.subarray(cut)),
    });
    assert.equal(last.statusCode, 204, last.body);
    const id = String(last.headers['upload-submission']);
    await city.ctx.jobs.drain(city.ctx);
    const view = (await city.call('officer', 'GET', `/api/v1/submissions/${id}`)).json();
    assert.deepEqual([view.state, view.counts.accepted, view.fileName], ['done', 3, '大文件.csv']);
    const parts = await one<{ count: bigint }>(city.ctx.db.app, sql`SELECT count(*) AS count FROM core.upload_part`);
    assert.equal(Number(parts.count), 0, 'no piece is left');
    assert.equal((await head(url)).headers['upload-submission'], id);
  });

  it('refuses a wrong offset, checksum, version, content type and size, and keeps what it has', async () => {
    const content = Buffer.from(penaltyCsv([next()]));
    const url = (await begin(content.length)).headers.location as string;
    assert.equal((await patch(url, 5, content)).statusCode, 409);
    const wrong = await patch(url, 0, content, { 'upload-checksum': digest('sha1', Buffer.from('other')) });
    assert.equal(wrong.statusCode, 460);
    assert.equal((await head(url)).headers['upload-offset'], '0');
    assert.equal((await patch(url, 0, content, { 'upload-checksum': 'crc32 AAAA' })).statusCode, 400);
    assert.equal((await patch(url, 0, content, { 'tus-resumable': '0.2.2' })).statusCode, 412);
    assert.equal((await patch(url, 0, content, { 'content-type': 'application/octet-stream' })).statusCode, 415);
    assert.equal((await patch(url, 0, Buffer.concat([content, content]))).statusCode, 413);
    assert.equal((await head(url)).headers['upload-offset'], '0');
    assert.equal((await begin(3 * 1024 ** 3)).statusCode, 413);
    assert.equal((await begin(0)).statusCode, 400);
    assert.equal((await begin(10, { standard: 'nothing' })).statusCode, 422);
    assert.deepEqual(city.leftovers(), []);
  });

  it('is its sender’s alone; cancelled or old it is gone with its pieces', async () => {
    const url = (await begin(1000)).headers.location as string;
    await patch(url, 0, Buffer.alloc(10, 'a'));
    for (const login of ['stranger', 'office'] as const) {
      assert.equal((await head(url, login)).statusCode, 404);
      assert.equal((await patch(url, 10, Buffer.from('b'), {}, login)).statusCode, 404);
    }
    assert.equal((await city.call('officer', 'DELETE', url, { headers: V })).statusCode, 204);
    assert.equal((await head(url)).statusCode, 404);
    const old = (await begin(1000)).headers.location as string;
    await patch(old, 0, Buffer.alloc(10, 'a'));
    city.clock.advance({ hours: 25 });
    const before = Number(
      (await one<{ count: bigint }>(city.ctx.db.app, sql`SELECT count(*) AS count FROM core.upload_part`)).count,
    );
    assert.ok(before > 0);
    assert.ok((await sweepUploads(city.ctx)) >= 1);
    assert.equal(
      Number(
        (await one<{ count: bigint }>(city.ctx.db.app, sql`SELECT count(*) AS count FROM core.upload_part`)).count,
      ),
      0,
    );
    city.clock.advance({ hours: -25 });
  });

  it('two pieces for one place: one is taken', async () => {
    const content = Buffer.from(penaltyCsv([next()]));
    const url = (await begin(content.length)).headers.location as string;
    const answers = await Promise.all([patch(url, 0, content), patch(url, 0, content), patch(url, 0, content)]);
    assert.deepEqual(answers.map((answer) => answer.statusCode).sort(), [204, 409, 409]);
  });

  it('a line that breaks keeps what arrived, and the public client of the protocol goes on from there', async () => {
    await city.app.listen({ host: '127.0.0.1', port: 0 });
    const address = city.app.server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const content = Buffer.from(penaltyCsv(Array.from({ length: 2_000 }, () => next())));
    const url = (await begin(content.length, { filename: 'broken.csv', standard: 'penalty' })).headers
      .location as string;
    const half = Math.floor(content.length / 2);
    await new Promise<void>((done) => {
      const sending = httpRequest({
        host: '127.0.0.1',
        port,
        path: url,
        method: 'PATCH',
        headers: {
          ...city.sessions.officer,
          ...V,
          'upload-offset': '0',
          'content-type': 'application/offset+octet-stream',
          'content-length': content.length,
        },
      });
      sending.on('error', () => done());
      sending.on('close', () => done());
      sending.write(content.subarray(0, half), () => setTimeout(() => sending.destroy(), 200));
    });
    let held = 0;
    for (let tries = 0; tries < 100 && held === 0; tries += 1) {
      held = Number((await head(url)).headers['upload-offset']);
      if (held === 0) await new Promise((done) => setTimeout(done, 50));
    }
    assert.ok(held > 0 && held <= half, String(held));
    const submission = await new Promise<string>((done, fail) => {
      const upload = new tus.Upload(content, {
        uploadUrl: `http://127.0.0.1:${port}${url}`,
        chunkSize: 64 * 1024,
        headers: city.sessions.officer,
        retryDelays: null,
        onError: fail,
        onSuccess: ({ lastResponse }) => done(lastResponse.getHeader('upload-submission') ?? ''),
      });
      upload.start();
    });
    await city.ctx.jobs.drain(city.ctx);
    const view = (await city.call('officer', 'GET', `/api/v1/submissions/${submission}`)).json();
    assert.deepEqual([view.state, view.counts.rows, view.counts.accepted], ['done', 2_000, 2_000]);
  });
});

const push = (payload: object, headers: Record<string, string> = {}, login: Login = 'client') =>
  city.call(login, 'POST', '/api/v1/records:push', { payload, headers });
const withdraw = (payload: object, login: Login = 'client') =>
  city.call(login, 'POST', '/api/v1/records:withdraw', { payload });
const results = async (id: string, login: Login = 'client') =>
  (await city.call(login, 'GET', `/api/v1/submissions/${id}/results`)).json();

describe('rows pushed as JSON', () => {
  it('answer for each row: what was accepted, corrected, refused and why', async () => {
    const rows = [next(), next({ CF_JDRQ: '2026-02-30' }), next({ CF_CFJG: ` ${DEPARTMENT.name}` })];
    const sent = await push({ standard: 'penalty', rows });
    assert.equal(sent.statusCode, 202, sent.body);
    await city.ctx.jobs.drain(city.ctx);
    const page = await results(sent.json().id);
    assert.equal(page.state, 'done');
    assert.deepEqual(
      page.items.map((item: { index: number; outcome: string }) => [item.index, item.outcome]),
      [
        [0, 'accepted'],
        [1, 'refused'],
        [2, 'accepted'],
      ],
    );
    assert.ok(page.items[0].recordId);
    assert.equal(page.items[1].findings[0].rule, 'type-date');
    assert.ok(page.items[1].findings[0].fix.zh);
    assert.equal((await city.call('stranger', 'GET', `/api/v1/submissions/${sent.json().id}/results`)).statusCode, 404);
  });

  it('sent again with the same key or number answer the same; other rows under it are a conflict', async () => {
    const payload = { standard: 'penalty', rows: [next(), next()] };
    const key = { 'idempotency-key': 'push-0001-abcdef' };
    const first = (await push(payload, key)).json();
    const again = (await push(payload, key)).json();
    assert.deepEqual([again.id, again.repeated], [first.id, true]);
    const other = await push({ standard: 'penalty', rows: [next()] }, key);
    assert.equal(other.statusCode, 409, other.body);
    assert.match(other.json().detail, /批次号/);
    const numbered = { ...payload, batchNo: 'N-7' };
    const one = (await push(numbered)).json();
    assert.equal((await push(numbered)).json().id, one.id);
    assert.equal((await push({ ...numbered, rows: [next()] })).statusCode, 409);
    const both = await Promise.all([push({ ...payload, batchNo: 'N-8' }), push({ ...payload, batchNo: 'N-8' })]);
    assert.equal(new Set(both.map((answer) => answer.json().id)).size, 1);
    assert.equal((await push(payload, { 'idempotency-key': 'short' })).statusCode, 400);
  });

  it('at most 5,000 at once', async () => {
    const row = next();
    assert.equal((await push({ standard: 'penalty', rows: Array.from({ length: 5_001 }, () => row) })).statusCode, 400);
    assert.equal((await push({ standard: 'penalty', rows: [] })).statusCode, 400);
  });

  it('corrections supersede', async () => {
    const row = next();
    await push({ standard: 'penalty', rows: [row] });
    await city.ctx.jobs.drain(city.ctx);
    const sent = await push({ standard: 'penalty', rows: [{ ...row, CF_NR: '更正后的处罚内容' }] });
    await city.ctx.jobs.drain(city.ctx);
    const view = (await city.call('client', 'GET', `/api/v1/submissions/${sent.json().id}`)).json();
    assert.equal(view.counts.superseding, 1);
  });
});

describe('rows taken back', () => {
  const recordOf = async (row: Record<string, string>): Promise<string> => {
    const sent = await push({ standard: 'penalty', rows: [row] });
    await city.ctx.jobs.drain(city.ctx);
    return (await results(sent.json().id)).items[0].recordId;
  };
  const keyOf = (row: Record<string, string>) => ({
    values: Object.fromEntries(
      ['CF_XDR_MC', 'CF_XDR_SHXYM', 'CF_WSH', 'CF_JDRQ', 'CF_CFJGDM'].map((code) => [code, row[code] ?? '']),
    ),
  });
  const outcomes = (response: Awaited<ReturnType<typeof withdraw>>): string[] =>
    response.json().results.map((result: { outcome: string }) => result.outcome);

  it('by id and by what makes the fact; again, and what was never sent, is not found', async () => {
    const rows = [next(), next()];
    const ids = [await recordOf(rows[0] ?? {}), await recordOf(rows[1] ?? {})];
    const payload = {
      standard: 'penalty',
      reason: '系统误报',
      records: [{ recordId: ids[0] }, keyOf(rows[1] ?? {}), keyOf(next()), { recordId: crypto.randomUUID() }],
    };
    const done = await withdraw(payload);
    assert.equal(done.statusCode, 200, done.body);
    assert.deepEqual(outcomes(done), ['withdrawn', 'withdrawn', 'notFound', 'notFound']);
    assert.deepEqual(outcomes(await withdraw(payload)), ['notFound', 'notFound', 'notFound', 'notFound']);
    const live = await query(
      city.ctx.db.app,
      sql`SELECT 1 FROM core.record WHERE record_id = ANY(${ids}::uuid[]) AND superseded_at IS NULL`,
    );
    assert.equal(live.length, 0);
    const logged = await one<{ count: bigint }>(
      city.ctx.db.audit,
      sql`SELECT count(*) AS count FROM log.access_log WHERE action = 'record.withdraw' AND resource_id = ANY(${ids}::text[])`,
    );
    assert.equal(Number(logged.count), 2);
  });

  it('another department’s record is not found, and stays', async () => {
    const row = next();
    const recordId = await recordOf(row);
    const payload = { standard: 'penalty', reason: '不是我的', records: [{ recordId }, keyOf(row)] };
    assert.deepEqual(outcomes(await withdraw(payload, 'stranger')), ['notFound', 'notFound']);
    assert.equal((await withdraw({ ...payload, org: DEPARTMENT.code }, 'stranger')).statusCode, 404);
    const live = await query(
      city.ctx.db.app,
      sql`SELECT 1 FROM core.record WHERE record_id = ${recordId} AND superseded_at IS NULL`,
    );
    assert.equal(live.length, 1);
  });

  it('what two departments assert stays until both took it back', async () => {
    const row = next();
    const recordId = await recordOf(row);
    const twin = { ...row, CF_SJLY: OTHER_DEPARTMENT.name, CF_SJLYDM: OTHER_DEPARTMENT.code };
    const other = await push({ standard: 'penalty', rows: [twin] }, {}, 'stranger');
    await city.ctx.jobs.drain(city.ctx);
    assert.equal((await results(other.json().id, 'stranger')).items[0].outcome, 'duplicate');
    const payload = { standard: 'penalty', reason: '撤回', records: [{ recordId }] };
    assert.deepEqual(outcomes(await withdraw(payload)), ['handedOver']);
    assert.deepEqual(outcomes(await withdraw(payload)), ['notFound']);
    assert.deepEqual(outcomes(await withdraw(payload, 'stranger')), ['withdrawn']);
  });

  it('a second source takes back its own assertion only', async () => {
    const row = next();
    const recordId = await recordOf(row);
    const twin = { ...row, CF_SJLY: OTHER_DEPARTMENT.name, CF_SJLYDM: OTHER_DEPARTMENT.code };
    await push({ standard: 'penalty', rows: [twin] }, {}, 'stranger');
    await city.ctx.jobs.drain(city.ctx);
    const payload = { standard: 'penalty', reason: '撤回', records: [{ recordId }] };
    assert.deepEqual(outcomes(await withdraw(payload, 'stranger')), ['assertionWithdrawn']);
    assert.deepEqual(outcomes(await withdraw(payload, 'stranger')), ['notFound']);
    assert.deepEqual(outcomes(await withdraw(payload)), ['withdrawn']);
  });

  it('the register is not taken back; an unknown standard or an empty list is said', async () => {
    assert.equal(
      (await withdraw({ standard: 'registration', reason: '撤回', records: [keyOf(next())] })).statusCode,
      422,
    );
    assert.equal((await withdraw({ standard: 'nothing', reason: '撤回', records: [keyOf(next())] })).statusCode, 422);
    assert.equal((await withdraw({ standard: 'penalty', reason: '撤回', records: [] })).statusCode, 400);
    assert.equal((await withdraw({ standard: 'penalty', reason: '撤回', records: [{}] })).statusCode, 400);
  });
});
