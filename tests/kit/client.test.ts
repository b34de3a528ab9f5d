/** The client of integrators against the real server: what it asks, what it says when something is wrong, when it tries again. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type ChengxinClient, ChengxinError, createClient } from '@chengxin/client';
import { answerWidget } from '@chengxin/client/proxy';
import { ed25519Signer } from '@chengxin/client/signer';
import { checkJobs } from '../../server/src/modules/checks/index.ts';
import { clientById, insertKey } from '../../server/src/modules/credentials/client-queries.ts';
import { provideSystem } from '../../server/src/modules/credentials/testing.ts';
import { normaliseName } from '../../server/src/modules/subjects/index.ts';
import { repositoryRoot } from '../../server/src/platform/config.ts';
import { newId } from '../../server/src/platform/ids.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';
import { addEntry, addSubject } from '../support/listed.ts';
import { codeOf } from '../support/rows.ts';

let city: HttpCity;
let base: string;
let client: ChengxinClient;
let serial = 9200;
const scopes = ['check.run', 'check.read', 'check.feedback'];
const stated = { matter: 'PY-HONOURS', purpose: 'honours', caseNumber: '评优〔2026〕3号' };

async function company(list?: string): Promise<string> {
  const code = codeOf(++serial);
  const name = `示范市接口${serial}有限公司`;
  const subjectId = await addSubject(city.ctx, code, name, normaliseName(name));
  if (list) await addEntry(city.ctx, { subjectId, list, bodyId: city.bodyId });
  return code;
}
const fails = async (work: Promise<unknown>): Promise<ChengxinError> => {
  const error = await work.then(
    () => assert.fail('it should have failed'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ChengxinError, String(error));
  return error;
};

before(async () => {
  city = await createHttpCity({
    now: new Date().toISOString(),
    app: { rateLimit: { account: 100_000, address: 100_000 } },
  });
  checkJobs(city.ctx);
  await city.app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(city.app.server.address() as AddressInfo).port}`;
  const { key } = await provideSystem(city.ctx, city.bodyId, scopes);
  client = createClient({ base, key });
});
after(() => city.close());

describe('the client', () => {
  it('checks, feeds back and proves', async () => {
    const code = await company('SX06');
    const answer = await client.check({ code, ...stated });
    assert.deepEqual(
      answer.results[0]?.measures.map(({ id, force }) => [id, force]),
      [['M07', 'required']],
    );
    const proves = { code, matter: stated.matter, caseNumber: stated.caseNumber };
    const { holds, receipt } = await client.verifyReceipt(answer.receipt, proves);
    assert.deepEqual([holds, receipt.way, receipt.hit], [true, 'automatic', true]);
    const other = await client.verifyReceipt(answer.receipt, { ...proves, caseNumber: '别的事项' });
    assert.deepEqual([other.holds, other.faults], [false, ['caseNumber']]);
    const told = await client.giveFeedback(answer.receipt, { measure: 'M07', action: 'applied', document: '评优意见' });
    assert.equal(told.state, 'applied');
    assert.ok((await client.matters()).some(({ code: matter }) => matter === stated.matter));
    assert.ok((await client.platformKeys()).size > 0);
  });
  it('asks for many at once, and waits until it is done', async () => {
    const organisations = [await company('SX02'), await company()];
    const asked = client.checkMany({
      matter: stated.matter,
      purpose: stated.purpose,
      document: '示评〔2026〕9号',
      listName: '候选单位',
      organisations,
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await city.ctx.jobs.drain(city.ctx);
    const done = await asked;
    assert.deepEqual([done.state, done.hits, done.unknown], ['done', 1, 0]);
  });
  it('says what is wrong in both languages, with the code, the field and the number of the request', async () => {
    const unknown = await fails(client.check({ code: codeOf(99_111), ...stated }));
    assert.deepEqual([unknown.status, unknown.code, unknown.withoutAnswer], [404, 'not-found', false]);
    assert.match(unknown.words.zh, /不能据此认为/);
    assert.match(unknown.words.en, /no such organisation/);
    assert.ok(unknown.requestId);
    const matter = await fails(client.check({ code: await company(), ...stated, matter: 'NO-SUCH' }));
    assert.deepEqual([matter.code, matter.details[0]?.field], ['unprocessable', 'matter']);
    const person = await fails(client.check({ code: '11010519491231002X', ...stated }));
    assert.match(person.words.zh, /自然人/);
    const wrongKey = createClient({ base, key: 'cxk_no' });
    assert.equal((await fails(wrongKey.matters())).code, 'unauthenticated');
  });
  it('may sign instead of showing a key', async () => {
    const { clientId } = await provideSystem(city.ctx, city.bodyId, scopes);
    const pair = generateKeyPairSync('ed25519');
    const keyId = newId();
    await insertKey(city.ctx.db.app, {
      keyId,
      clientId,
      kind: 'ed25519',
      secretHash: null,
      publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      by: (await clientById(city.ctx.db.app, clientId))?.changed_by ?? '',
      at: city.clock.now(),
      expiresAt: new Date(Date.parse(city.clock.now()) + 86_400_000).toISOString(),
    });
    const sign = ed25519Signer(keyId, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    const answer = await createClient({ base, sign }).check({ code: await company(), ...stated });
    assert.match(answer.receipt, /^HC-/);
  });
  it('cannot be made without an address and one way to say who asks', () => {
    assert.throws(() => createClient({ base: 'nowhere', key: 'k' }), TypeError);
    assert.throws(() => createClient({ base }), TypeError);
  });
});

describe('another try', () => {
  let server: Server;
  let asked = 0;
  let answer: RequestListener = (_request, response) => response.end();
  const stub = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const quick = (more: object = {}) => createClient({ base: stub(), key: 'k', timeoutMs: 300, ...more });
  const receipt = { receipt: 'HC-1', signature: '', checkedAt: '', validUntil: '', feeds: {}, results: [] };
  const check = { code: 'X', ...stated };

  before(async () => {
    server = createServer((request, response) => {
      asked += 1;
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const on = (listener: RequestListener): void => {
    asked = 0;
    answer = listener;
  };

  it('comes after 503 and 429, when the platform asks for it, and then succeeds', async () => {
    let began = 0;
    on((_request, response) => {
      if (asked === 1) {
        began = performance.now();
        response
          .writeHead(503, { 'retry-after': '1' })
          .end('{"code":"log-unavailable","detail":"不能","detailEn":"no"}');
      } else response.writeHead(200).end(JSON.stringify(receipt));
    });
    assert.equal((await quick().check(check)).receipt, 'HC-1');
    assert.equal(asked, 2);
    assert.ok(performance.now() - began >= 950, 'it waited as long as it was asked to');
  });
  it('never comes when a longer wait is asked for: the caller is told how long', async () => {
    on((_request, response) => {
      response
        .writeHead(429, { 'retry-after': '3600' })
        .end('{"code":"rate-limited","detail":"频繁","detailEn":"often"}');
    });
    const error = await fails(quick().check(check));
    assert.deepEqual(
      [error.code, error.retryAfterSeconds, error.withoutAnswer, asked],
      ['rate-limited', 3600, true, 1],
    );
  });
  it('ends after the tries that were allowed', async () => {
    on((_request, response) => {
      response.writeHead(503).end('{"code":"unavailable","detail":"暂停","detailEn":"paused"}');
    });
    assert.equal((await fails(quick({ retries: 1 }).check(check))).code, 'unavailable');
    assert.equal(asked, 2);
  });
  it('never comes for a check that may have arrived; reading is tried again', async () => {
    on((request) => request.socket.destroy());
    assert.equal((await fails(quick().check(check))).code, 'unreachable');
    assert.equal(asked, 1, 'a second check would leave a second receipt');
    on(() => undefined);
    assert.equal((await fails(quick().check(check))).code, 'timeout');
    assert.equal(asked, 1);
    on((request, response) => (asked === 1 ? request.socket.destroy() : response.end('{"items":[]}')));
    assert.deepEqual(await quick().matters(), []);
    assert.equal(asked, 2);
    on((_request, response) => response.writeHead(500).end('{"code":"internal","detail":"出错","detailEn":"error"}'));
    await fails(quick().check(check));
    assert.equal(asked, 1);
  });
  it('a page of somebody in between is no answer of the platform; a redirect is not followed with the key', async () => {
    on((_request, response) => response.writeHead(502).end('<html>Bad gateway</html>'));
    assert.equal((await fails(quick({ retries: 0 }).matters())).code, 'unknown-answer');
    on((_request, response) => response.writeHead(302, { location: `${stub()}/elsewhere` }).end());
    await fails(quick({ retries: 0 }).matters());
    assert.equal(asked, 1);
  });
  it('ends when the caller does', async () => {
    on(() => undefined);
    const abort = new AbortController();
    const asking = quick({ timeoutMs: 60_000 }).check(check, { signal: abort.signal });
    setTimeout(() => abort.abort(new Error('the officer left')), 20);
    await assert.rejects(asking, /the officer left/);
  });
});

describe('the proxy between widget and platform', () => {
  const rules = { mayCheck: () => true, mayFeedBack: () => true };
  it('passes on what the widget may ask, as embedded, and nothing else', async () => {
    const code = await company('SX02');
    const asked = { code, ...stated };
    const answer = await answerWidget(client, rules, 'check', { ...asked, embedded: false, name: 'x' });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const { receipt } = answer.body as { receipt: string };
    assert.equal((await client.verifyReceipt(receipt)).receipt.way, 'embedded');
    const without = await answerWidget(client, rules, 'feedback', { receipt, measure: 'M07', action: 'applied' });
    assert.equal(without.status, 422, 'the words of the platform reach the officer');
    assert.equal(
      (await answerWidget(client, rules, 'feedback', { receipt, measure: 'M07', action: 'notApplied' })).status,
      200,
    );
  });
  it('refuses what is not the case of whoever is signed in, and what is malformed', async () => {
    const refusing = { mayCheck: () => false, mayFeedBack: () => false };
    assert.equal((await answerWidget(client, refusing, 'check', { code: 'X', ...stated })).status, 403);
    assert.equal((await answerWidget(client, rules, 'check', { code: 'X' })).status, 400);
    const lifted = { receipt: 'HC-1', measure: 'M07', action: 'lifted' };
    assert.equal((await answerWidget(client, rules, 'feedback', lifted)).status, 400);
    assert.equal((await answerWidget(client, rules, 'subjects', {})).status, 404);
  });
});

it('built for other programs it runs on the Node that this machine has', async () => {
  const folder = join(repositoryRoot, 'packages', 'client');
  const tsc = join(repositoryRoot, 'node_modules', '.bin', 'tsc');
  const built = spawnSync(tsc, ['-p', join(folder, 'tsconfig.build.json')], { encoding: 'utf8' });
  assert.equal(built.status, 0, built.stdout + built.stderr);
  const script = mkdtempSync(join(city.ctx.config.dataDir, 'kit-'));
  try {
    const entry = pathToFileURL(join(folder, 'dist', 'index.js')).href;
    writeFileSync(
      join(script, 'ask.mjs'),
      `import { createClient } from '${entry}'; import '${entry.replace('index.js', 'webhook.js')}';
       try { await createClient({ base: '${base}', key: 'cxk_no' }).matters(); } catch (error) { console.log(error.code); }`,
    );
    // npm says which Node started it: 20 or later, where the tests themselves run on 26.
    const node = process.env.npm_node_execpath ?? process.execPath;
    const { spawn } = await import('node:child_process');
    const child = spawn(node, [join(script, 'ask.mjs')]);
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await new Promise((resolve) => child.once('close', resolve));
    assert.equal(out.trim(), 'unauthenticated');
  } finally {
    rmSync(script, { recursive: true, force: true });
  }
});
