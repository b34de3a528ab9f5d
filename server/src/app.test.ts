import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningServer, startServer } from './app.ts';
import { contextOver } from './build-context.ts';
import { operatorActor } from './modules/identity/index.ts';
import { prepareAccessLog, verifyLog, writeAccess } from './platform/access-log/index.ts';
import { EnvironmentError } from './platform/errors.ts';
import { createTestContext, type TestContext } from './testing-context.ts';

let world: TestContext;
let server: RunningServer;

before(async () => {
  world = await createTestContext();
  const config = { ...world.ctx.config, port: 0 };
  const ctx = await contextOver(config, world.database.databases, { log: world.ctx.log });
  await prepareAccessLog(ctx);
  server = await startServer(config, { context: { ...ctx, close: async () => undefined } });
});
after(async () => {
  await server?.close();
  await world?.close();
});

const get = (path: string, init?: RequestInit): Promise<Response> => fetch(`${server.address}${path}`, init);

test('the server with every module answers, is ready, and describes itself', async () => {
  assert.equal((await get('/healthz')).status, 200);
  const ready = await get('/readyz');
  assert.equal(ready.status, 200, await ready.text());
  const document = (await (await get('/api/v1/openapi.json')).json()) as {
    paths: Record<string, Record<string, object>>;
  };
  for (const [path, item] of Object.entries(document.paths)) {
    assert.match(path, /^\/api\/v1\//);
    for (const operation of Object.values(item)) assert.ok('x-permission' in operation, path);
  }
  assert.equal((await get('/api/v1/docs')).status, 200);
  assert.match(await (await get('/metrics')).text(), /chengxin_process_cpu/);
  assert.equal((await get('/desk', { redirect: 'manual' })).status, 308);
});

test('every route in the description refuses a stranger unless it is public', async () => {
  const document = (await (await get('/api/v1/openapi.json')).json()) as {
    paths: Record<string, Record<string, { 'x-permission': string }>>;
  };
  let guarded = 0;
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (operation['x-permission'] === 'public') continue;
      guarded += 1;
      const concrete = path.replaceAll(/\{[^}]+\}/g, '01890000-0000-7000-8000-000000000000');
      const answer = await get(concrete, { method: method.toUpperCase() });
      assert.equal(answer.status, 401, `${method} ${path}`);
    }
  }
  assert.ok(guarded > 0);
});

test('the sealer of the server seals what is logged, and the log verifies', async () => {
  const { ctx } = server;
  await writeAccess(ctx.db.app, ctx, operatorActor(ctx, 'tester'), { action: 'system.status' });
  for (;;) {
    const result = await verifyLog(ctx.db, ctx.config.keysDir);
    assert.deepEqual(result.findings, []);
    if (result.seals > 0 && result.unsealedRows === 0) break;
    await sleep(100);
  }
});

test('a taken port is said in words', async () => {
  const config = { ...server.ctx.config, port: Number(new URL(server.address).port) };
  const ctx = await contextOver(config, world.database.databases, { log: world.ctx.log });
  await assert.rejects(
    startServer(config, { context: { ...ctx, close: async () => undefined } }),
    (error: unknown) => error instanceof EnvironmentError && /PORT/.test(error.en),
  );
});

test('closing twice is closing once', async () => {
  await Promise.all([server.close(), server.close()]);
  await assert.rejects(get('/healthz'));
});
