/** Whoever checked is told to ask again: when, how often, what is said, and what a receiver may believe. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChengxinClient, createClient } from '@chengxin/client';
import { memoryStore, type ReceivedWebhook, verifyWebhook, WebhookRefused } from '@chengxin/client/webhook';
import { provideSystem } from '../../server/src/modules/credentials/testing.ts';
import { signingKeys, startCourier } from '../../server/src/modules/exchange/index.ts';
import { normaliseName } from '../../server/src/modules/subjects/index.ts';
import { createWebhookSender, runWebhooksOnce, sweep } from '../../server/src/modules/webhooks/index.ts';
import { publish } from '../../server/src/platform/access-log/index.ts';
import { execute, one, query, sql, withTransaction } from '../../server/src/platform/db.ts';
import { addEntry, addSubject, removeEntry } from '../support/listed.ts';
import { createReceivingCity, type ReceivingCity } from '../support/receiving-city.ts';
import { codeOf } from '../support/rows.ts';

let city: ReceivingCity;
let server: Server;
let base: string;
let client: ChengxinClient;
let hookId: string;
let serial = 9400;
const received: ReceivedWebhook[] = [];
let status = 204;
const stated = { matter: 'PY-HONOURS', purpose: 'honours', caseNumber: '评优〔2026〕3号' };
const scopes = ['check.run', 'check.read', 'check.feedback', 'webhook.manage', 'webhook.read', 'webhook.end'];

interface Company {
  readonly code: string;
  readonly subjectId: string;
}
async function company(): Promise<Company> {
  const code = codeOf(++serial);
  const name = `示范市变化${serial}有限公司`;
  return { code, subjectId: await addSubject(city.ctx, code, name, normaliseName(name)) };
}
const ask = async ({ code }: Company): Promise<string> => (await client.check({ code, ...stated })).receipt;
const say = (subjectId: string, kind: string) =>
  withTransaction(city.ctx.db.app, (tx) => publish(tx, city.ctx, [{ kind, subjectId, payload: {} }]));
async function list(of: Company, more: { endsOn?: string; listedOn?: string } = {}): Promise<string> {
  const entryId = await addEntry(city.ctx, { subjectId: of.subjectId, list: 'SX02', bodyId: city.bodyId, ...more });
  await say(of.subjectId, 'list.listed');
  return entryId;
}
const round = async (): Promise<void> => {
  await city.place();
  await runWebhooksOnce(city.ctx);
};
const now = (): number => Math.floor(Date.parse(city.clock.now()) / 1000);
const keys = () => new Map(signingKeys(city.ctx.config.keysDir).map((key) => [key.keyId, key.publicPem]));
const verified = (one: ReceivedWebhook | undefined, seen = memoryStore(), nowSeconds = now) => {
  assert.ok(one, 'a message came');
  return verifyWebhook(one, { keys, seen, nowSeconds });
};
const receipts = (): string[] => received.map(({ body }) => JSON.parse(body).receipt).sort();

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

before(async () => {
  city = await createReceivingCity({ ports: 1 });
  server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    received.push({ method, host: headers.host ?? '', path, headers, body: await readBody(request) });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(city.ports[0], '127.0.0.1', resolve));
  base = await city.app.listen({ host: '127.0.0.1', port: 0 });
  const { key } = await provideSystem(city.ctx, city.bodyId, scopes);
  client = createClient({ base, key });
  hookId = (await client.registerWebhook({ url: `http://127.0.0.1:${city.ports[0]}/changed?from=platform` })).id;
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await city.close();
});
beforeEach(async () => {
  await round();
  received.length = 0;
  status = 204;
});

describe('a webhook', () => {
  it('tells once that a checked organisation came on a list: its receipt and nothing else', async () => {
    const of = await company();
    const receipt = await ask(of);
    await round();
    assert.equal(received.length, 0, 'nothing has changed yet');
    await list(of);
    await round();
    const { message, repeated } = await verified(received[0]);
    assert.equal(repeated, false);
    assert.deepEqual(Object.keys(message).sort(), ['at', 'id', 'kind', 'pointer', 'receipt']);
    assert.deepEqual([message.kind, message.receipt], ['check.changed', receipt]);
    for (const word of [of.code, of.subjectId, '变化', 'SX02', 'M07'])
      assert.ok(!received[0]?.body.includes(word), word);
    await round();
    await sweep(city.ctx);
    await round();
    assert.equal(received.length, 1, 'once');
  });
  it('tells of what lifted, too; and again when it is listed anew', async () => {
    const of = await company();
    const entryId = await list(of);
    await ask(of);
    await round();
    await removeEntry(city.ctx, of.subjectId, entryId, city.clock.today());
    await say(of.subjectId, 'list.removed');
    await round();
    await list(of);
    await round();
    const pointers = received.map(({ body }) => JSON.parse(body).pointer);
    assert.equal(pointers.length, 2);
    assert.notEqual(pointers[0], pointers[1]);
  });
  it('tells of no change that would change no answer of the matter', async () => {
    const of = await company();
    await ask(of);
    await say(of.subjectId, 'record.annotated');
    await addEntry(city.ctx, { subjectId: of.subjectId, list: 'GZ01', kind: 'watch', bodyId: city.bodyId });
    await say(of.subjectId, 'list.listed');
    await round();
    assert.equal(received.length, 0);
  });
  it('finds what changed between the check and the first look at it', async () => {
    const of = await company();
    const receipt = await ask(of);
    await list(of);
    await round();
    assert.deepEqual(receipts(), [receipt]);
  });
  it('is silent after the decision: fed back, or said to be taken', async () => {
    const [hit, clear] = [await company(), await company()];
    const entryId = await list(hit);
    const [first, second] = [await ask(hit), await ask(clear)];
    await client.giveFeedback(first, { measure: 'M07', action: 'notApplied' });
    await client.decided(second);
    await client.decided(second);
    await removeEntry(city.ctx, hit.subjectId, entryId, city.clock.today());
    await say(hit.subjectId, 'list.removed');
    await list(clear);
    await round();
    await sweep(city.ctx);
    await round();
    assert.equal(received.length, 0);
  });
  it('tells nobody else: not of checks of officers or of other systems', async () => {
    const of = await company();
    const { key } = await provideSystem(city.ctx, city.bodyId, scopes);
    await createClient({ base, key }).check({ code: of.code, ...stated });
    await city.call('officer', 'POST', '/api/v1/checks', { payload: { code: of.code, ...stated } });
    await list(of);
    await round();
    assert.equal(received.length, 0);
  });
  it('a merger changes the answer about the one that was asked for', async () => {
    const [old, whole] = [await company(), await company()];
    await list(old);
    const receipt = await ask(whole);
    await round();
    await execute(
      city.ctx.db.app,
      sql`INSERT INTO core.subject_alias (subject_id, canonical_id, from_at, reason) VALUES (${old.subjectId}, ${whole.subjectId}, ${city.clock.now()}, 'merge')`,
    );
    await sweep(city.ctx);
    await round();
    assert.deepEqual(receipts(), [receipt]);
  });
});

describe('time', () => {
  it('the end of a term is told without any event; what is older than the days of watching is not', async () => {
    const [ending, old] = [await company(), await company()];
    await list(ending, { listedOn: '2023-11-04', endsOn: city.clock.today() });
    const receipt = await ask(ending);
    await ask(old);
    await round();
    city.clock.advance({ days: 1 });
    await sweep(city.ctx);
    await round();
    assert.deepEqual(receipts(), [receipt]);
    city.clock.advance({ days: city.ctx.policy().checkRules().watchDays });
    await list(old);
    await round();
    await sweep(city.ctx);
    await round();
    assert.equal(received.length, 1, 'nobody is told for ever');
  });
});

describe('delivery', () => {
  it('goes on after a restart of the process that sends: what happened while it was down is told, what was told is not', async () => {
    const of = await company();
    const receipt = await ask(of);
    const until = async (count: number): Promise<void> => {
      for (let tries = 0; tries < 400 && received.length < count; tries++) await sleep(25);
      assert.equal(received.length, count);
    };
    let courier = startCourier(city.ctx, [createWebhookSender(city.ctx)]);
    await list(of);
    await city.place();
    await until(1);
    await courier.stop();
    const second = await company();
    const later = await ask(second);
    await list(second);
    await city.place();
    courier = startCourier(city.ctx, [createWebhookSender(city.ctx)]);
    await until(2);
    await courier.stop();
    assert.deepEqual(receipts(), [receipt, later].sort());
  });
  it('is tried again with the same id until it is taken; a dead address is an alarm, told once, that ends by itself', async () => {
    status = 500;
    const [one_, other] = [await company(), await company()];
    await ask(one_);
    await round();
    await list(one_);
    await round();
    for (let tries = 1; tries < 5; tries++) {
      city.clock.advance({ hours: 2 });
      await runWebhooksOnce(city.ctx);
    }
    assert.equal(received.length, 5);
    const seen = memoryStore();
    const ids = new Set(received.map(({ body }) => JSON.parse(body).id));
    assert.equal(ids.size, 1);
    const hook = (await client.webhooks()).find(({ id }) => id === hookId);
    assert.deepEqual(
      [hook?.failures, hook?.waiting, hook?.lastProblem, hook?.alarmAt !== null],
      [5, 1, 'status 500', true],
    );
    const told = await query<{ text_zh: string }>(
      city.ctx.db.app,
      sql`SELECT text_zh FROM notices.notice WHERE topic = 'webhook.alarm'`,
    );
    assert.equal(told.length, 2, 'the office and the body, once each');
    assert.match(told[0]?.text_zh ?? '', /HTTP 500/);
    await city.signInAgain();
    const alarmed = await city.call('office', 'GET', '/api/v1/webhooks?state=alarm');
    assert.deepEqual(
      alarmed.json().items.map(({ id }: { id: string }) => id),
      [hookId],
    );
    status = 204;
    await ask(other);
    city.clock.advance({ hours: 2 });
    await runWebhooksOnce(city.ctx);
    assert.equal(received.length, 6);
    assert.equal((await verified(received[5], seen)).repeated, false);
    assert.equal((await client.webhooks()).find(({ id }) => id === hookId)?.alarmAt, null);
    await city.signInAgain();
    const log = await city.call('officer', 'GET', `/api/v1/webhooks/${hookId}/messages`);
    const [latest] = log.json().items;
    assert.equal(latest.state, 'delivered');
    assert.deepEqual(
      latest.attempts.map(({ outcome }: { outcome: string }) => outcome),
      ['taken', ...Array(5).fill('status 500')],
    );
  });
  it('what a crash interrupted is sent by whoever comes next, and a repetition is known by its id', async () => {
    const of = await company();
    await ask(of);
    await round();
    await list(of);
    await round();
    const seen = memoryStore();
    assert.equal((await verified(received[0], seen)).repeated, false);
    // As after a crash between the answer and its being kept.
    await execute(
      city.ctx.db.app,
      sql`UPDATE webhooks.message SET state = 'waiting', finished_at = NULL WHERE message_id = ${JSON.parse(received[0]?.body ?? '{}').id}`,
    );
    await runWebhooksOnce(city.ctx);
    assert.equal((await verified(received[1], seen)).repeated, true);
  });
  it('what was decided meanwhile is not sent any more', async () => {
    status = 503;
    const of = await company();
    const receipt = await ask(of);
    await round();
    await list(of);
    await round();
    assert.equal(received.length, 1);
    await client.decided(receipt);
    city.clock.advance({ hours: 2 });
    await runWebhooksOnce(city.ctx);
    assert.equal(received.length, 1);
    const { state } = await one<{ state: string }>(
      city.ctx.db.app,
      sql`SELECT state FROM webhooks.message WHERE number = ${receipt}`,
    );
    assert.equal(state, 'dropped');
    await execute(city.ctx.db.app, sql`UPDATE webhooks.hook SET failures = 0, next_attempt_at = NULL`);
  });
});

describe('what a receiver believes', () => {
  const refused = async (one: ReceivedWebhook, fault: string, seen = memoryStore(), at = now): Promise<void> => {
    const error = await verified(one, seen, at).then(
      () => assert.fail(`${fault}: it was believed`),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof WebhookRefused, String(error));
    assert.equal(error.fault, fault);
    assert.ok(error.status >= 400 && /\p{Script=Han}/u.test(error.words.zh));
  };
  it('is what the platform signed for this address a short while ago, once', async () => {
    const of = await company();
    await ask(of);
    await round();
    await list(of);
    await round();
    const [good] = received;
    assert.ok(good);
    const seen = memoryStore();
    await verified(good, seen);
    await refused(good, 'replayed', seen);
    await refused({ ...good, body: good.body.replace('HC-', 'HD-') }, 'digest');
    await refused({ ...good, headers: { ...good.headers, 'idempotency-key': 'another' } }, 'signature');
    await refused({ ...good, host: 'other.example.gov.cn' }, 'signature');
    await refused({ ...good, path: '/changed?from=elsewhere' }, 'signature');
    await refused({ ...good, headers: { ...good.headers, signature: undefined } }, 'unsigned');
    await refused(good, 'window', memoryStore(), () => now() + 301);
    await refused(good, 'window', memoryStore(), () => now() - 301);
    const less = String(good.headers['signature-input']).replace(' "idempotency-key"', '');
    await refused({ ...good, headers: { ...good.headers, 'signature-input': less } }, 'coverage');
    const other = String(good.headers['signature-input']).replace(/keyid="[0-9a-f]{16}"/, 'keyid="0000000000000000"');
    await refused({ ...good, headers: { ...good.headers, 'signature-input': other } }, 'key');
  });
});

describe('registering', () => {
  it('takes https, and of this machine only what the operator named; one address a system', async () => {
    const { key } = await provideSystem(city.ctx, city.bodyId, scopes);
    const system = createClient({ base, key });
    for (const url of [
      'http://approval.example.gov.cn/changed',
      'https://10.1.2.3/changed',
      'https://localhost/changed',
      'https://169.254.169.254/latest/meta-data',
      'http://127.0.0.1:1/changed',
      'https://user:secret@approval.example.gov.cn/',
    ])
      await assert.rejects(system.registerWebhook({ url }), { code: 'unprocessable' }, url);
    const made = await system.registerWebhook({ url: 'https://approval.example.gov.cn/changed' });
    await assert.rejects(system.registerWebhook({ url: 'https://other.example.gov.cn/changed' }), { code: 'conflict' });
    await assert.rejects(client.endWebhook(made.id), { code: 'not-found' }, 'of another system of the body');
    assert.deepEqual(
      (await client.webhooks()).map(({ id }) => id),
      [hookId],
    );
    await system.endWebhook(made.id);
    await assert.rejects(system.endWebhook(made.id), { code: 'conflict' });
    assert.ok(await system.registerWebhook({ url: 'https://other.example.gov.cn/changed' }));
    await assert.rejects(client.endWebhook('00000000-0000-7000-8000-000000000001'), { code: 'not-found' });
  });
});
