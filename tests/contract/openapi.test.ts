/** What is promised (`/api/v1/openapi.json`) and what is answered: forms of lists and errors, headers, every documented answer. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { errorDefinitions } from '@chengxin/contract';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { KnownRoutes } from '../../server/src/platform/http/known-routes.ts';
import { testPdf } from '../../server/src/testing-context.ts';
import { createFixture } from '../authorization/fixture.ts';
import { casesOf, expected, whos } from '../authorization/format.ts';
import { readTable } from '../authorization/table.ts';
import {
  assertProblem,
  createHttpCity,
  type HttpCity,
  type Login,
  type Method,
  multipartOf,
} from '../support/http-city.ts';
import { codeOf, licence, licenceCsv, penalty, penaltyCsv } from '../support/rows.ts';

interface Media {
  readonly schema?: object;
}
interface Operation {
  readonly operationId?: string;
  readonly responses: Record<string, { description: string; content?: Record<string, Media> }>;
  readonly parameters?: { name: string; in: string; required?: boolean; schema: object }[];
  readonly requestBody?: { content: Record<string, Media> };
  readonly security?: Record<string, string[]>[];
  readonly 'x-permission'?: string;
}
interface Description {
  readonly openapi: string;
  readonly info: { title: string; version: string };
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { securitySchemes: Record<string, object>; schemas?: Record<string, object> };
}

let city: HttpCity;
let described: Description;
const registered = new Set<string>();
const code = codeOf(1001);

before(async () => {
  const add = KnownRoutes.prototype.add;
  KnownRoutes.prototype.add = function (methods, url) {
    for (const method of typeof methods === 'string' ? [methods] : methods) registered.add(`${method} ${url}`);
    add.call(this, methods, url);
  };
  city = await createHttpCity();
  KnownRoutes.prototype.add = add;
  const response = await city.call(null, 'GET', '/api/v1/openapi.json');
  assert.equal(response.statusCode, 200);
  described = response.json();
});
after(() => city.close());

const operations = (): [string, string, Operation][] =>
  Object.entries(described.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, Operation] => [method, path, operation]),
  );

const ajv = new Ajv2020({
  strict: false,
  allErrors: true,
  formats: { uuid: /^[0-9a-f-]{36}$/, date: /^\d{4}-\d{2}-\d{2}$/, 'date-time': /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/ },
});

/** Objects of the schema may hold nothing that is not declared: what is undeclared is a leak or a forgotten promise. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema))
    copy[key] =
      key === 'properties'
        ? Object.fromEntries(Object.entries(value as object).map(([name, inner]) => [name, closed(inner)]))
        : closed(value);
  if (
    copy.type === 'object' &&
    copy.properties &&
    copy.additionalProperties === undefined &&
    copy.patternProperties === undefined
  )
    copy.additionalProperties = false;
  return copy;
}

function validate(schema: object, body: unknown, what: string): void {
  // Intersections of objects cannot be closed one by one.
  const check = ajv.compile(('allOf' in schema ? schema : closed(schema)) as object);
  assert.ok(check(body), `${what}: ${ajv.errorsText(check.errors)}\n${JSON.stringify(body).slice(0, 600)}`);
}

describe('the description', () => {
  it('is OpenAPI 3.1 and whole in itself', () => {
    assert.match(described.openapi, /^3\.1\./);
    assert.ok(described.info.title && described.info.version);
    const ids = new Set<string>();
    for (const [method, path, operation] of operations()) {
      const what = `${method} ${path}`;
      assert.match(path, /^\/api\/v1\//, what);
      assert.ok(['get', 'post', 'put', 'patch', 'delete', 'options'].includes(method), what);
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const given = (operation.parameters ?? [])
        .filter((parameter) => parameter.in === 'path')
        .map((parameter) => parameter.name);
      assert.deepEqual(given.sort(), named.sort(), `${what}: parameters of the path`);
      assert.equal(
        new Set((operation.parameters ?? []).map((parameter) => `${parameter.in} ${parameter.name}`)).size,
        operation.parameters?.length ?? 0,
        what,
      );
      assert.ok(Object.keys(operation.responses).length > 0, what);
      for (const [status, response] of Object.entries(operation.responses)) {
        assert.match(status, /^([1-5]\d\d|default)$/, what);
        assert.equal(typeof response.description, 'string', what);
        for (const media of Object.values(response.content ?? {})) if (media.schema) ajv.compile(media.schema);
      }
      const problem = operation.responses.default?.content?.['application/problem+json']?.schema;
      assert.ok(problem, `${what}: errors`);
      if (operation.operationId) assert.ok(!ids.has(operation.operationId), `${what}: operationId twice`);
      if (operation.operationId) ids.add(operation.operationId);
      assert.ok(operation['x-permission'], what);
      const signedIn = operation['x-permission'] !== 'public';
      assert.equal((operation.security ?? []).length > 0, signedIn, `${what}: security`);
    }
    const references = JSON.stringify(described).match(/"\$ref":"([^"]+)"/g) ?? [];
    for (const reference of references) {
      const path = /"\$ref":"#\/([^"]+)"/.exec(reference)?.[1];
      assert.ok(path, reference);
      const target = path
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], described);
      assert.ok(target, reference);
    }
  });
  it('names every route of the interface', () => {
    const named = new Set(
      operations().map(([method, path]) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
    const real = [...registered]
      .filter(
        (route) =>
          / \/api\/v1\//.test(route) && !route.startsWith('HEAD ') && !/\/(openapi\.json|docs|docs\.css)$/.test(route),
      )
      .map((route) => route.replaceAll('::', ':'));
    assert.deepEqual(
      real.filter((route) => !named.has(route)),
      [],
    );
    assert.deepEqual(
      [...named].filter((route) => !real.includes(route)),
      [],
    );
  });
});

interface Asked {
  readonly login: Login | null;
  readonly method: Method;
  readonly url: string;
  readonly payload?: object | Buffer;
  readonly headers?: Record<string, string>;
  /** `METHOD path` of the description. */
  readonly as: string;
  readonly status?: number;
  /** Another city than the usual one. */
  readonly at?: HttpCity;
}
const covered = new Set<string>();
async function answered({ login, method, url, payload, headers, as, status = 200, at = city }: Asked) {
  const response = await at.call(login, method, url, {
    ...(payload ? { payload } : {}),
    ...(headers ? { headers } : {}),
  });
  assert.equal(response.statusCode, status, `${as}: ${response.body.slice(0, 400)}`);
  const [verb, path] = as.split(' ');
  const operation = described.paths[path ?? '']?.[(verb ?? '').toLowerCase()];
  assert.ok(operation, `${as} is not described`);
  covered.add(as);
  assert.ok(response.headers['x-request-id'], as);
  assert.ok(
    response.headers['ratelimit-limit'] &&
      response.headers['ratelimit-remaining'] !== undefined &&
      response.headers['ratelimit-reset'] !== undefined,
    `${as}: RateLimit-*`,
  );
  assert.ok(response.headers['cache-control'], as);
  const declared = operation.responses[String(status)];
  const schema = declared?.content?.['application/json']?.schema;
  const type = String(response.headers['content-type'] ?? '');
  if (status >= 300 && status < 400) {
    // A redirect has an address in place of a form.
    assert.ok(declared && response.headers.location, `${as}: a redirect without its address`);
  } else if (type.startsWith('application/json')) {
    assert.ok(schema, `${as}: the answer ${status} has no declared form`);
    const body = response.json();
    validate(schema, body, as);
    if (Array.isArray(body.items) && 'nextCursor' in body) {
      assert.match(String(body.dataAsOf), /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/, `${as}: dataAsOf`);
      assert.ok(body.nextCursor === null || typeof body.nextCursor === 'string', as);
    }
  }
  return response;
}

describe('answers', () => {
  it('have the form that is declared for them', async () => {
    const get = (login: Login | null, path: string, url = path, status = 200) =>
      answered({ login, method: 'GET', url, as: `GET ${path}`, status });
    const post = (login: Login | null, path: string, payload: object, url = path, status = 200) =>
      answered({ login, method: 'POST', url, payload, as: `POST ${path}`, status });
    const sent = await answered({
      login: 'officer',
      method: 'POST',
      url: '/api/v1/submissions',
      as: 'POST /api/v1/submissions',
      status: 202,
      ...multipartOf([
        { name: 'standard', content: 'penalty' },
        { name: 'batchNo', content: 'B-1' },
        {
          name: 'file',
          fileName: '行政处罚.csv',
          content: penaltyCsv([
            penalty(1, { CF_WSH: '示市监罚[2026]1号' }),
            penalty(2, { CF_JDRQ: '2021-02-30' }),
            penalty(3, { CF_XDR_SHXYM: code }),
            penalty(4),
          ]),
        },
      ]),
    });
    const { id } = sent.json();
    assert.equal(sent.headers.location, `/api/v1/submissions/${id}`);
    // Both before and after the job.
    await get('officer', '/api/v1/submissions/{id}', `/api/v1/submissions/${id}`);
    await city.ctx.jobs.drain(city.ctx);
    await get('officer', '/api/v1/submissions/{id}', `/api/v1/submissions/${id}`);
    const failed = await city.submit('%PDF-1.7');
    await get('officer', '/api/v1/submissions/{id}', `/api/v1/submissions/${failed.id}`);
    await city.submit(licenceCsv([licence(1)]));
    for (const part of ['findings', 'rows', 'rules'])
      await get('officer', `/api/v1/submissions/{id}/${part}`, `/api/v1/submissions/${id}/${part}`);
    await get('officer', '/api/v1/submissions', '/api/v1/submissions?limit=2');
    await post(
      'officer',
      '/api/v1/submissions/{id}/rows:resolve',
      {
        rows: [
          { row: 4, action: 'reject', note: '不是' },
          { row: 900, action: 'reject' },
        ],
      },
      `/api/v1/submissions/${id}/rows:resolve`,
    );
    await get('officer', '/api/v1/submissions/{id}/rows', `/api/v1/submissions/${id}/rows`);
    await post(
      'officer',
      '/api/v1/records:push',
      { standard: 'penalty', rows: [penalty(5)] },
      '/api/v1/records:push',
      202,
    );
    await city.ctx.jobs.drain(city.ctx);

    for (const path of [
      '/api/v1/session',
      '/api/v1/bodies',
      '/api/v1/standards',
      '/api/v1/desk/summary',
      '/api/v1/records',
      '/api/v1/drafts',
    ])
      await get('officer', path);
    await get('officer', '/api/v1/subjects/lookup', `/api/v1/subjects/lookup?code=${code}`);
    await get('officer', '/api/v1/subjects/lookup', `/api/v1/subjects/lookup?code=${codeOf(9998)}`);

    const entered = await post('officer', '/api/v1/records', { standard: 'penalty', values: penalty(6) });
    const { recordId } = entered.json();
    assert.ok(recordId, entered.body);
    await post('officer', '/api/v1/records', {
      standard: 'penalty',
      values: penalty(7, { CF_JDRQ: '' }),
      dryRun: true,
    });
    await post('officer', '/api/v1/records', { standard: 'penalty', values: penalty(7, { CF_XDR_SHXYM: code }) });
    const attached = await answered({
      login: 'officer',
      method: 'POST',
      url: '/api/v1/attachments',
      as: 'POST /api/v1/attachments',
      status: 201,
      ...multipartOf([
        { name: 'recordId', content: recordId },
        { name: 'file', fileName: '决定书.pdf', content: testPdf() },
      ]),
    });
    await get('officer', '/api/v1/attachments/{id}', `/api/v1/attachments/${attached.json().id}`);
    await get('officer', '/api/v1/records/{id}', `/api/v1/records/${recordId}`);
    await get('officer', '/api/v1/records/{id}/lineage', `/api/v1/records/${recordId}/lineage?purpose=approval`);
    const corrected = await post(
      'officer',
      '/api/v1/records/{id}/correct',
      { standard: 'penalty', values: penalty(6, { CF_NR_FK: '3' }), reason: '金额录入有误' },
      `/api/v1/records/${recordId}/correct`,
    );
    await post(
      'officer',
      '/api/v1/records/{id}/withdraw',
      { reason: '误报' },
      `/api/v1/records/${corrected.json().recordId}/withdraw`,
    );

    await city.database.databases.migrator.query('UPDATE core.body SET second_reader = true WHERE body_id = $1', [
      city.bodyId,
    ]);
    for (const action of ['approve', 'return'] as const) {
      const waiting = await post('officer', '/api/v1/records', {
        standard: 'penalty',
        values: penalty(action === 'approve' ? 8 : 9),
      });
      const { draftId } = waiting.json();
      await get('officer', '/api/v1/drafts', '/api/v1/drafts?state=waiting');
      await post(
        'office',
        `/api/v1/drafts/{id}/${action}`,
        action === 'return' ? { note: '请补文号' } : {},
        `/api/v1/drafts/${draftId}/${action}`,
        action === 'return' ? 204 : 200,
      );
    }
    await get('officer', '/api/v1/drafts', '/api/v1/drafts?state=returned');

    const q = encodeURIComponent('示范');
    for (const [login, path] of [
      [null, '/api/v1/public/subjects'],
      ['officer', '/api/v1/subjects'],
    ] as const) {
      await get(login, path, `${path}?q=${q}&limit=1`);
      await get(login, path, `${path}?q=${code}`);
    }
    await get(null, '/api/v1/public/site');
    await get(null, '/api/v1/public/subjects:suggest', `/api/v1/public/subjects:suggest?q=${q}`);
    await get(null, '/api/v1/public/subjects/{code}', `/api/v1/public/subjects/${code}`);
    await get(null, '/api/v1/public/subjects/{code}/records', `/api/v1/public/subjects/${code}/records?limit=1`);
    await get('officer', '/api/v1/subjects/{code}', `/api/v1/subjects/${code}?purpose=approval`);
    await get('officer', '/api/v1/subjects/{code}/records', `/api/v1/subjects/${code}/records?purpose=approval`);
    const pdf = await get(
      null,
      '/api/v1/public/subjects/{code}/report.pdf',
      `/api/v1/public/subjects/${code}/report.pdf`,
    );
    await get(
      null,
      '/api/v1/public/reports/verify/{no}',
      `/api/v1/public/reports/verify/${String(pdf.headers['x-report-number'])}?h=${String(pdf.headers['x-content-hash'])}`,
    );
    await post(
      'officer',
      '/api/v1/subjects/{code}/reports',
      { kind: 'full', purpose: 'approval' },
      `/api/v1/subjects/${code}/reports`,
    );
    const ids = await city.database.databases.app.query(
      'SELECT subject_id FROM core.subject ORDER BY created_at, subject_id LIMIT 2',
    );
    const [from, into] = ids.rows.map((row: { subject_id: string }) => row.subject_id);
    await post('office', '/api/v1/subjects:merge', { from, into, reason: '同一主体' });
    await post('office', '/api/v1/subjects:split', { subjectId: from, reason: '并非同一主体' });

    for (const url of ['/api/v1/submissions.xlsx', '/api/v1/records.xlsx']) await get('officer', url);
    for (const part of ['findings.xlsx', 'refused'])
      await get('officer', `/api/v1/submissions/{id}/${part}`, `/api/v1/submissions/${id}/${part}`);
    await get('officer', '/api/v1/standards/{key}/template', '/api/v1/standards/licence/template');

    // Last: these end sessions.
    await answered({
      login: 'system',
      method: 'POST',
      url: '/api/v1/session/password',
      as: 'POST /api/v1/session/password',
      payload: { current: 'Test-pass-2026', next: 'Quite-another-2027' },
    });
    await answered({
      login: null,
      method: 'POST',
      url: '/api/v1/session',
      as: 'POST /api/v1/session',
      payload: { login: 'audit', password: 'Test-pass-2026' },
    });
    await answered({
      login: 'audit',
      method: 'DELETE',
      url: '/api/v1/session',
      as: 'DELETE /api/v1/session',
      status: 204,
    });
  });
  it('have it too where the table of routes and roles says how they are asked for', async () => {
    const table = await readTable();
    const fixture = await createFixture();
    try {
      for (const [route, row] of table.rows) {
        const as = route
          .replaceAll('::', '\0')
          .replaceAll(/:(\w+)/g, '{$1}')
          .replaceAll('\0', ':');
        const [verb = '', path = ''] = as.split(' ');
        const operation = described.paths[path]?.[verb.toLowerCase()];
        const entry = casesOf(row)[0];
        const who = whos.find((one) => entry && expected(entry.expect, one) === 'ok');
        if (!operation || covered.has(as) || !entry || !who) continue;
        const { url, payload, headers } = await entry.request(who, fixture);
        const status = Number(Object.keys(operation.responses).find((code) => /^[23]/.test(code)) ?? 200);
        await answered({
          login: who === 'anonymous' ? null : who,
          method: verb as Method,
          url,
          as,
          status,
          at: fixture.city,
          ...(payload ? { payload } : {}),
          ...(headers ? { headers } : {}),
        });
        await entry.after?.(fixture);
      }
    } finally {
      await fixture.city.close();
    }
  });
  it('were looked at for every documented operation', () => {
    const missing = operations()
      .map(([method, path]) => `${method.toUpperCase()} ${path}`)
      .filter((name) => !covered.has(name));
    assert.deepEqual(missing, [], 'give these a row in tests/authorization/rows whose first case is answered');
  });
});

describe('errors', () => {
  it('are problems with a code of the closed set, in both languages', async () => {
    const schema =
      described.paths['/api/v1/submissions']?.get?.responses.default?.content?.['application/problem+json']?.schema;
    assert.ok(schema);
    const cases: [Parameters<HttpCity['call']>, number, string][] = [
      [[null, 'GET', '/api/v1/submissions'], 401, 'unauthenticated'],
      [['security', 'GET', '/api/v1/submissions'], 403, 'forbidden'],
      [['officer', 'GET', '/api/v1/submissions/00000000-0000-7000-8000-000000000009'], 404, 'not-found'],
      [['officer', 'GET', '/api/v1/submissions?limit=100000'], 400, 'invalid-request'],
      [['officer', 'GET', '/api/v1/subjects/x'], 400, 'invalid-request'],
      [[null, 'GET', '/api/v1/nothing'], 404, 'not-found'],
      [[null, 'DELETE', '/api/v1/public/subjects'], 405, 'method-not-allowed'],
      [
        ['officer', 'POST', '/api/v1/records:push', { payload: { standard: 'penalty', rows: [{ NOPE: '1' }] } }],
        422,
        'unprocessable',
      ],
    ];
    for (const [call, status, expected] of cases) {
      const response = await city.call(...call);
      assertProblem(response, status, expected);
      validate(schema, response.json(), expected);
      assert.ok(expected in errorDefinitions);
      assert.ok(response.headers['ratelimit-limit'], `${expected}: RateLimit-*`);
      assert.equal(response.headers['cache-control'], 'no-store');
    }
  });
  it('too many requests are told when to come again', async () => {
    const limited = await createHttpCity({ app: { rateLimit: { account: 100, address: 12 } } });
    try {
      let last = await limited.call(null, 'GET', '/api/v1/public/subjects?q=ab', { remoteAddress: '10.9.9.9' });
      for (let at = 0; at < 12; at += 1)
        last = await limited.call(null, 'GET', '/api/v1/public/subjects?q=ab', { remoteAddress: '10.9.9.9' });
      assertProblem(last, 429, 'rate-limited');
      assert.ok(Number(last.headers['retry-after']) > 0);
      const unknown = await limited.call(null, 'GET', '/api/v1/nothing', { remoteAddress: '10.9.9.9' });
      assert.equal(unknown.statusCode, 429, 'unknown addresses count too');
      assert.equal((await limited.call(null, 'GET', '/healthz', { remoteAddress: '10.9.9.9' })).statusCode, 200);
    } finally {
      await limited.close();
    }
  });
});

describe('whatever can hold a record', () => {
  it('is revalidated each time, and unchanged costs nothing', async () => {
    for (const url of [
      `/api/v1/public/subjects/${code}`,
      `/api/v1/public/subjects/${code}/records`,
      `/s/${code}`,
      '/',
      `/s/${code}/credit-code`,
    ]) {
      const first = await city.call(null, 'GET', url);
      assert.equal(first.statusCode, 200, url);
      assert.equal(first.headers['cache-control'], 'no-cache', url);
      const etag = String(first.headers.etag);
      assert.match(etag, /^(W\/)?"[\w-]+"$/, url);
      const again = await city.call(null, 'GET', url, { headers: { 'if-none-match': etag } });
      assert.equal(again.statusCode, 304, url);
      assert.equal(again.body, '');
      assert.equal(again.headers.etag, etag);
      assert.equal(
        (await city.call(null, 'GET', url, { headers: { 'if-none-match': '"another"' } })).statusCode,
        200,
        url,
      );
    }
  });
  it('changes its mark when a record comes or goes', async () => {
    const url = `/api/v1/public/subjects/${codeOf(1004)}/records`;
    const before = await city.call(null, 'GET', url);
    await city.database.databases.migrator.query('UPDATE core.body SET second_reader = false WHERE body_id = $1', [
      city.bodyId,
    ]);
    const entered = await city.call('officer', 'POST', '/api/v1/records', {
      payload: { standard: 'penalty', values: penalty(4, { CF_WSH: '示市监罚〔2026〕904号' }) },
    });
    assert.equal(entered.json().outcome, 'accepted', entered.body);
    const more = await city.call(null, 'GET', url, { headers: { 'if-none-match': String(before.headers.etag) } });
    assert.equal(more.statusCode, 200);
    assert.equal(more.json().total, before.json().total + 1);
    await city.call('officer', 'POST', `/api/v1/records/${entered.json().recordId}/withdraw`, {
      payload: { reason: '误报' },
    });
    const gone = await city.call(null, 'GET', url, { headers: { 'if-none-match': String(more.headers.etag) } });
    assert.equal(gone.statusCode, 200, 'a take-down is seen at once');
    assert.equal(gone.json().total, before.json().total);
  });
  it('is private to who is signed in, and downloads are stored nowhere', async () => {
    const mine = await city.call('officer', 'GET', `/api/v1/subjects/${code}?purpose=approval`);
    assert.equal(mine.headers['cache-control'], 'private, no-cache');
    for (const url of ['/api/v1/submissions.xlsx', '/api/v1/records.xlsx']) {
      const file = await city.call('officer', 'GET', url);
      assert.equal(file.headers['cache-control'], 'private, no-store');
      assert.equal(file.headers['content-security-policy'], 'sandbox');
    }
  });
  it("carries a request id, which is the server's own unless a declared proxy gives one", async () => {
    const response = await city.call(null, 'GET', '/api/v1/public/subjects?q=ab', {
      headers: { 'x-request-id': 'chosen-by-me-1' },
    });
    assert.match(String(response.headers['x-request-id']), /^[0-9a-f-]{36}$/);
  });
});
