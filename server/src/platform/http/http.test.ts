import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { buildApp, type ModuleRoutes, modules } from '../../build-app.ts';
import { authorize } from '../../modules/identity/index.ts';
import { addTestAccount, createTestContext, signInAs, type TestContext } from '../../testing-context.ts';
import { query, sql } from '../db.ts';
import type { Problem } from '../errors.ts';
import { DomainError } from '../errors.ts';
import { createLogger } from '../logging.ts';
import { type HttpInstance, idempotent } from './index.ts';

let world: TestContext;
let app: HttpInstance;
let acts = 0;

const probe: ModuleRoutes =
  (ctx): FastifyPluginAsyncTypebox =>
  async (instance) => {
    const config = { permission: 'public' } as const;
    instance.post(
      '/api/v1/probe',
      {
        config,
        schema: {
          body: Type.Object(
            { code: Type.String({ minLength: 3 }), n: Type.Integer({ minimum: 1 }) },
            { additionalProperties: false },
          ),
        },
      },
      async (request) => ({ got: request.body.n }),
    );
    instance.get('/api/v1/probe', { config }, async () => ({ value: 'same' }));
    instance.get('/api/v1/probe/broken', { config }, async () => {
      throw new Error('inside 11010519491231002X');
    });
    instance.get('/page', { config }, async () => {
      throw new DomainError('gone');
    });
    instance.get(
      '/api/v1/probe/full',
      {
        config: { permission: 'subject.full' },
        schema: { querystring: Type.Object({ purpose: Type.Optional(Type.String()) }) },
      },
      async () => ({ secret: true }),
    );
    instance.post('/api/v1/probe/change', { config: { permission: 'record.enter' } }, async () => ({ done: true }));
    instance.get(
      '/api/v1/probe/of/:bodyId',
      {
        config: { permission: 'submission.read' },
        schema: { params: Type.Object({ bodyId: Type.String({ format: 'uuid' }) }) },
      },
      async (request) => {
        request.access = { resourceKind: 'submission', resourceId: request.params.bodyId };
        authorize(request.actor, 'submission.read', { bodyId: request.params.bodyId });
        return { mine: true };
      },
    );
    instance.post('/api/v1/probe/once', { config: { permission: 'record.enter' } }, async (request, reply) => {
      const answer = await idempotent(ctx, request, async () => {
        acts += 1;
        if (request.headers['x-fail']) throw new DomainError('unprocessable');
        return { status: 201, body: { act: acts } };
      });
      return reply.code(answer.status).header('idempotency-replayed', String(answer.replayed)).send(answer.body);
    });
  };

before(async () => {
  world = await createTestContext();
  app = await buildApp(world.ctx, { modules: [...modules, probe], rateLimit: { account: 100_000, address: 100_000 } });
  await addTestAccount(world.ctx, 'officer', ['departmentOfficer']);
  await addTestAccount(world.ctx, 'auditor', ['auditAdmin']);
});
after(async () => {
  await app?.close();
  await world?.close();
});

const problem = (response: { headers: Record<string, unknown>; json(): unknown }): Problem => {
  assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
  assert.ok(response.headers['x-request-id']);
  const body = response.json() as Problem;
  assert.equal(body.requestId, response.headers['x-request-id']);
  assert.match(body.detail, /\p{Script=Han}/u);
  assert.ok(body.detailEn.length > 10);
  return body;
};

async function refusesToStart(permission: string | undefined, message: RegExp): Promise<void> {
  const wrong: ModuleRoutes = (): FastifyPluginAsyncTypebox => async (instance) => {
    instance.get('/api/v1/wrong', { config: permission === undefined ? {} : { permission } }, async () => 'never');
  };
  await assert.rejects(buildApp(world.ctx, { modules: [wrong] }), message);
}

test('a route without a permission, or with an unknown one, does not start', async () => {
  await refusesToStart(undefined, /declares no permission/);
  await refusesToStart('subject.everything', /unknown permission subject.everything/);
});

test('unknown routes and methods are problems; people get a page', async () => {
  const unknown = await app.inject({ url: '/api/v1/nothing/here' });
  assert.equal(unknown.statusCode, 404);
  assert.equal(problem(unknown).code, 'not-found');
  const method = await app.inject({ method: 'PUT', url: '/api/v1/session' });
  assert.equal(method.statusCode, 405);
  assert.equal(problem(method).code, 'method-not-allowed');
  assert.match(String(method.headers.allow), /POST/);
  const page = await app.inject({ url: '/nothing', headers: { accept: 'text/html' } });
  assert.equal(page.statusCode, 404);
  assert.match(String(page.headers['content-type']), /^text\/html/);
  assert.match((await app.inject({ url: '/page', headers: { accept: 'text/html' } })).body, /依法撤下/);
  assert.equal((await app.inject({ url: '/page' })).statusCode, 410);
});

test('validation names each field, in both languages', async () => {
  const response = await app.inject({ method: 'POST', url: '/api/v1/probe', payload: { code: 'x', n: '1', extra: 1 } });
  assert.equal(response.statusCode, 400);
  const errors = problem(response).errors ?? [];
  assert.deepEqual(errors.map((error) => error.field).sort(), ['body/code', 'body/extra', 'body/n']);
  for (const error of errors) assert.match(error.zh, /\p{Script=Han}/u);
  const missing = await app.inject({ method: 'POST', url: '/api/v1/probe', payload: {} });
  assert.deepEqual(
    (problem(missing).errors ?? []).map((error) => error.code),
    ['required', 'required'],
  );
});

test('malformed JSON, too large bodies, other media types and bad addresses are problems', async () => {
  const post = (payload: string, type: string) =>
    app.inject({ method: 'POST', url: '/api/v1/probe', payload, headers: { 'content-type': type } });
  const malformed = await post('{"code": "abc"', 'application/json');
  assert.equal(malformed.statusCode, 400);
  assert.match(problem(malformed).detail, /JSON/);
  assert.equal(problem(await post('', 'application/json')).code, 'invalid-request');
  assert.equal(problem(await post('a=1', 'application/x-www-form-urlencoded')).code, 'unsupported-media-type');
  assert.equal(problem(await post(`"${'x'.repeat(1_100_000)}"`, 'application/json')).code, 'too-large');
  const proto = await post('{"__proto__": {"admin": true}, "code": "abc", "n": 1}', 'application/json');
  assert.equal(problem(proto).code, 'invalid-request');
  assert.equal(problem(await app.inject({ url: '/api/v1/%E0%A4%A' })).code, 'invalid-request');
});

test('an unexpected error tells nothing about itself', async () => {
  const response = await app.inject({ url: '/api/v1/probe/broken' });
  assert.equal(response.statusCode, 500);
  assert.equal(problem(response).code, 'internal');
  assert.doesNotMatch(response.body, /inside|110105/);
});

test('the log names routes and never addresses, cookies, bodies or numbers of persons', async () => {
  const lines: string[] = [];
  const log = createLogger('info', { write: (line: string) => void lines.push(line) });
  const logging = await buildApp({ ...world.ctx, log }, { modules: [...modules, probe] });
  try {
    await logging.inject({
      method: 'POST',
      url: '/api/v1/probe/broken?name=张三&id=110101199003070000',
      headers: { cookie: 'chengxin=secret-cookie', authorization: 'Bearer secret-bearer' },
      payload: { password: 'secret-body' },
    });
    await logging.inject({ url: '/api/v1/probe/broken?name=张三&id=11010519491231002X' });
    await logging.inject({ url: '/secret-path/11010519491231002X' });
  } finally {
    await logging.close();
  }
  const text = lines.join('');
  assert.match(text, /"route":"\/api\/v1\/probe\/broken"/);
  assert.match(text, /"requestId":"/);
  assert.doesNotMatch(text, /secret-|张三|11010519491231002X|%E5/);
});

test('what is not HTTP gets a problem too', async () => {
  const listening = await buildApp(world.ctx, {});
  try {
    const port = Number(new URL(await listening.listen({ host: '127.0.0.1', port: 0 })).port);
    const send = (text: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(text));
        let answer = '';
        socket.on('data', (chunk) => {
          answer += chunk.toString();
        });
        socket.on('end', () => resolve(answer)).on('error', reject);
      });
    assert.match(await send('NOT HTTP\r\n\r\n'), /^HTTP\/1.1 400 [\s\S]*problem\+json[\s\S]*invalid-request/);
    assert.match(await send(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`), /^HTTP\/1.1 431 /);
  } finally {
    await listening.close();
  }
});

test('answers are revalidated by ETag and never stored', async () => {
  const first = await app.inject({ url: '/api/v1/probe' });
  assert.equal(first.headers['cache-control'], 'no-cache');
  const etag = String(first.headers.etag);
  const again = await app.inject({ url: '/api/v1/probe', headers: { 'if-none-match': `"other", W/${etag}` } });
  assert.equal(again.statusCode, 304);
  assert.equal(again.body, '');
  const session = await signInAs(app, 'officer');
  const own = await app.inject({ url: '/api/v1/probe/full', headers: session });
  assert.equal(own.headers['cache-control'], 'private, no-cache');
});

test('safe headers: no inline scripts, no framing, no sniffing', async () => {
  const { headers } = await app.inject({ url: '/api/v1/docs' });
  const policy = String(headers['content-security-policy']);
  assert.match(policy, /script-src 'self'/);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['strict-transport-security'], undefined);
});

test('the description is OpenAPI 3.1 and the reference page is made from it', async () => {
  const document = (await app.inject({ url: '/api/v1/openapi.json' })).json();
  assert.equal(document.openapi, '3.1.0');
  assert.equal(document.paths['/api/v1/bodies'].get['x-permission'], 'body.read');
  assert.ok(document.paths['/api/v1/session'].post.responses.default.content['application/problem+json']);
  assert.equal(document.paths['/page'], undefined);
  const page = await app.inject({ url: '/api/v1/docs' });
  assert.match(page.body, /\/api\/v1\/session/);
  assert.doesNotMatch(page.body, /<script/);
});

test('health, readiness and figures; figures only for this machine', async () => {
  assert.equal((await app.inject({ url: '/healthz' })).statusCode, 200);
  const ready = await app.inject({ url: '/readyz' });
  assert.deepEqual(ready.json(), { status: 'ready', checks: { database: true, accessLog: true } });
  assert.match((await app.inject({ url: '/metrics' })).body, /chengxin_http_request_seconds/);
  assert.equal((await app.inject({ url: '/metrics', remoteAddress: '10.1.2.3' })).statusCode, 404);
  assert.equal((await app.inject({ url: '/metrics', headers: { 'x-forwarded-for': '10.1.2.3' } })).statusCode, 404);
});

test('without a session 401, without the right 403, a hidden thing 404, each logged as refused', async () => {
  assert.equal((await app.inject({ url: '/api/v1/probe/full' })).statusCode, 401);
  const auditor = await signInAs(app, 'auditor');
  assert.equal((await app.inject({ url: '/api/v1/probe/full', headers: auditor })).statusCode, 403);
  const officer = await signInAs(app, 'officer');
  const foreign = '01890000-0000-7000-8000-000000000000';
  const hidden = await app.inject({ url: `/api/v1/probe/of/${foreign}`, headers: officer });
  assert.equal(hidden.statusCode, 404);
  const unknown = await app.inject({ url: '/api/v1/nothing', headers: officer });
  assert.equal(problem(hidden).detail, problem(unknown).detail);
  const rows = await query<{
    action: string;
    actor_kind: string;
    resource_id: string | null;
    detail: { code: string };
  }>(
    world.ctx.db.audit,
    sql`select action, actor_kind, resource_id, detail from log.access_log
        where outcome = 'refused' and action <> 'session.signIn' order by log_id`,
  );
  assert.deepEqual(
    rows.map((row) => [row.action, row.actor_kind, row.detail.code, row.resource_id]),
    [
      ['subject.full', 'anonymous', 'unauthenticated', null],
      ['subject.full', 'account', 'forbidden', null],
      ['submission.read', 'account', 'not-found', foreign],
    ],
  );
});

test('a change from another site is refused (CSRF)', async () => {
  const session = await signInAs(app, 'officer');
  const change = (headers: Record<string, string>) =>
    app.inject({
      method: 'POST',
      url: '/api/v1/probe/change',
      headers: { cookie: session.cookie, host: session.host, ...headers },
    });
  assert.equal((await change({ origin: session.origin })).statusCode, 200);
  assert.equal((await change({ 'sec-fetch-site': 'same-origin' })).statusCode, 200);
  assert.equal((await change({ referer: `${session.origin}/desk/` })).statusCode, 200);
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { referer: 'https://evil.example/localhost:8080' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'none' },
    {},
  ] as Record<string, string>[]) {
    const response = await change(headers);
    assert.equal(response.statusCode, 403, JSON.stringify(headers));
    assert.equal(problem(response).code, 'forbidden');
  }
  const login = await app.inject({
    method: 'POST',
    url: '/api/v1/session',
    headers: { origin: 'https://evil.example' },
    payload: { login: 'officer', password: 'x' },
  });
  assert.equal(login.statusCode, 403);
});

test('an Idempotency-Key acts once, also at the same moment, and is not shared', async () => {
  const officer = await signInAs(app, 'officer');
  const send = (key: string, payload: object, headers: Record<string, string> = officer) =>
    app.inject({ method: 'POST', url: '/api/v1/probe/once', headers: { ...headers, 'idempotency-key': key }, payload });
  const before = acts;
  const answers = await Promise.all(Array.from({ length: 8 }, () => send('key-000001', { a: 1 })));
  assert.equal(acts, before + 1);
  assert.deepEqual(new Set(answers.map((answer) => answer.body)).size, 1);
  assert.equal(answers.filter((answer) => answer.headers['idempotency-replayed'] === 'true').length, 7);
  assert.equal((await send('key-000001', { a: 2 })).statusCode, 422);
  assert.equal((await send('short', {})).statusCode, 400);
  assert.equal((await send('key-000002', {}, { ...officer, 'x-fail': '1' })).statusCode, 422);
  assert.equal((await send('key-000002', {})).statusCode, 201, 'a failed act leaves its key free');
});

test('limits are told and kept, by address and by account', async () => {
  const limited = await buildApp(world.ctx, { modules: [...modules, probe], rateLimit: { address: 3, account: 5 } });
  try {
    const get = (headers: Record<string, string> = {}) =>
      limited.inject({ url: '/api/v1/probe', headers, remoteAddress: '10.9.9.9' });
    const first = await get();
    assert.equal(first.headers['ratelimit-limit'], '3');
    assert.equal(first.headers['ratelimit-remaining'], '2');
    assert.ok(first.headers['ratelimit-reset']);
    await get();
    await get();
    const over = await get();
    assert.equal(over.statusCode, 429);
    assert.equal(problem(over).code, 'rate-limited');
    assert.ok(Number(over.headers['retry-after']) > 0);
    assert.equal((await limited.inject({ url: '/nothing-1', remoteAddress: '10.9.9.9' })).statusCode, 429);
    const health = await limited.inject({ url: '/healthz', remoteAddress: '10.9.9.9' });
    assert.equal(health.statusCode, 200);
    assert.equal(health.headers['ratelimit-limit'], undefined);
    const officer = await signInAs(limited, 'officer');
    const own = await limited.inject({ url: '/api/v1/probe/full', headers: officer, remoteAddress: '10.9.9.9' });
    assert.equal(own.statusCode, 200);
    assert.equal(own.headers['ratelimit-limit'], '5');
  } finally {
    await limited.close();
  }
});

test('behind TLS the cookie is tied to the host and HSTS is set', async () => {
  const config = { ...world.ctx.config, publicUrl: 'https://credit.example.gov.cn', trustProxy: true };
  const secure = await buildApp({ ...world.ctx, config }, {});
  try {
    const response = await secure.inject({
      method: 'POST',
      url: '/api/v1/session',
      headers: { origin: 'https://credit.example.gov.cn' },
      payload: { login: 'officer', password: 'Test-pass-2026' },
    });
    assert.equal(response.statusCode, 200);
    assert.match(String(response.headers['strict-transport-security']), /max-age=31536000/);
    assert.match(
      String(response.headers['set-cookie']),
      /^__Host-chengxin=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
  } finally {
    await secure.close();
  }
});

test('an answer that cannot be logged is not given', async () => {
  const officer = await signInAs(app, 'auditor');
  const { migrator, roles } = world.ctx.db;
  await migrator.query(`revoke all on log.access_log from ${roles.log}`);
  await migrator.query(`revoke insert (log_id, at, actor_kind, account_id, actor_name, body_id, os_user, action, resource_kind, resource_id,
    subject_id, purpose, matter, case_number, outcome, address, request_id, detail) on log.access_log from ${roles.log}`);
  const refused = await app.inject({ url: '/api/v1/probe/full', headers: officer });
  assert.equal(refused.statusCode, 503);
  assert.equal(problem(refused).code, 'log-unavailable');
  assert.ok(refused.headers['retry-after']);
  assert.equal((await app.inject({ url: '/readyz' })).statusCode, 503);
  await migrator.query(`grant insert on log.access_log to ${roles.log}`);
  assert.equal((await app.inject({ url: '/api/v1/probe/full', headers: officer })).statusCode, 403);
});
