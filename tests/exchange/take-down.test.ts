/** From a decision to the receivers' signed receipts, over real HTTP on a real database. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, beforeEach, describe, it } from 'node:test';
import { raiseOverdue, rotateSigningKey } from '../../server/src/modules/exchange/index.ts';
import { execute, query, sql } from '../../server/src/platform/db.ts';
import { registerTestReceiver, startTestReceiver, systemOf, type TestReceiver } from '../support/receivers.ts';
import { createReceivingCity, type ReceivingCity } from '../support/receiving-city.ts';

let city: ReceivingCity;
let receiver: TestReceiver;
let receiverId: string;
const minute = 60_001;

before(async () => {
  city = await createReceivingCity();
  receiver = await startTestReceiver(city.ctx, city.ports[0] ?? 0);
  receiverId = await registerTestReceiver(city.ctx, city.otherBodyId, {
    url: receiver.address,
    publicKey: receiver.publicKey,
  });
});
after(async () => {
  await receiver?.end();
  await city?.close();
});
beforeEach(() => {
  city.clock.advance({ minutes: 5 });
  receiver.changes.length = 0;
});

const deliveries = async (path = '') =>
  (await city.call('office', 'GET', `/api/v1/exchange/deliveries?limit=200${path}`)).json().items as {
    id: string;
    state: string;
    recordId: string;
    asked: string;
    reason: string;
    attempts: number;
    dueOn: string;
    sameDay: boolean | null;
    lastOutcome: { zh: string } | null;
  }[];
const alarms = async (path = '?state=unclosed') =>
  (await city.call('office', 'GET', `/api/v1/exchange/alarms${path}`)).json().items as {
    id: string;
    kind: string;
    state: string;
    what: { zh: string };
    deliveryId: string | null;
  }[];

/** What the credit office was told of receivers, newest first. */
const told = () =>
  query<{ title_zh: string; recipients: number }>(
    city.ctx.db.app,
    sql`SELECT n.title_zh, (SELECT count(*)::integer FROM notices.delivery d WHERE d.notice_id = n.notice_id AND d.account_id IS NOT NULL) AS recipients
        FROM notices.notice n WHERE n.topic = 'exchange.alarm' ORDER BY n.created_at DESC, n.notice_id DESC LIMIT 50`,
  );

describe('a body that received a record', () => {
  it('is told that it was repaired, and its signed receipt is kept', async () => {
    const of = await city.report();
    await city.look('stranger', of.code);
    city.clock.advance(minute);
    await city.event(of, 'repaired');
    await city.tell();
    assert.equal(receiver.changes.length, 1);
    const [change] = receiver.changes;
    assert.deepEqual(
      [change?.kind, change?.reason, change?.asked, change?.recordId, change?.subject.code, change?.effectiveOn],
      ['record.repaired', 'repaired', 'remove', of.recordId, of.code, '2026-11-02'],
    );
    assert.doesNotMatch(JSON.stringify(change), /罚|商贸/, 'no content of the record');
    const [delivery] = (await deliveries()).filter((row) => row.recordId === of.recordId);
    assert.deepEqual([delivery?.state, delivery?.sameDay, delivery?.dueOn], ['receipted', true, '2026-11-05']);
    // Again changes nothing: neither a message nor a row.
    await city.tell();
    assert.equal(receiver.changes.length, 1);
  });
  it('that did not look, or looked only after it was taken down, is not', async () => {
    const of = await city.report();
    const seen = await city.report();
    await city.event(seen, 'repaired');
    city.clock.advance(2 * minute);
    await city.look('stranger', seen.code);
    city.clock.advance(minute);
    await city.event(of, 'repaired');
    await city.event(seen, 'repairRevoked');
    await city.tell();
    assert.deepEqual(receiver.changes, []);
  });
  it('learns of a correction with the version that stands in its place, in the order of the changes', async () => {
    const of = await city.report();
    await city.look('stranger', of.code);
    city.clock.advance(minute);
    const by = await city.correct(of);
    city.clock.advance(minute);
    await city.look('stranger', of.code);
    city.clock.advance(minute);
    await city.event({ ...of, recordId: by }, 'annulled');
    await city.tell();
    assert.deepEqual(
      receiver.changes.map((change) => [change.reason, change.asked, change.recordId, change.replacedBy]),
      [
        // Both were made before the first was sent: the corrected version may no longer be read either.
        ['corrected', 'remove', of.recordId, null],
        ['annulled', 'remove', by, null],
      ],
    );
  });
});

describe('a receiver that does not do as it should', () => {
  let bad: Server;
  let answer: (key: string, body: string) => { status: number; headers?: Record<string, string>; body?: string } | null;
  let hits: string[] = [];
  let badId: string;
  before(async () => {
    bad = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const key = String(request.headers['idempotency-key']);
      hits.push(key);
      const made = answer(key, Buffer.concat(chunks).toString('utf8'));
      // Null: never answers.
      if (made) response.writeHead(made.status, made.headers ?? {}).end(made.body ?? '');
    });
    await new Promise<void>((resolve) => bad.listen(city.ports[1], '127.0.0.1', resolve));
    badId = await registerTestReceiver(city.ctx, city.bodyId, {
      url: `http://127.0.0.1:${city.ports[1]}/in?x=1`,
      publicKey: receiver.publicKey,
    });
  });
  after(() => {
    bad.closeAllConnections();
    bad.close();
  });
  const takeDown = async () => {
    hits = [];
    const of = await city.report();
    await city.look('officer', of.code);
    await city.look('stranger', of.code);
    city.clock.advance(minute);
    await city.event(of, 'repaired');
    await city.tell();
    return of;
  };
  const own = async (recordId: string) =>
    (await deliveries(`&receiverId=${badId}`)).find((row) => row.recordId === recordId);

  it('answers 500: tried again with the same key after a wait, an alarm after three, and nobody else waits', async () => {
    answer = () => ({ status: 500 });
    const of = await takeDown();
    assert.equal(receiver.changes.length, 1, 'the good one has it');
    assert.equal(hits.length, 1);
    await city.tell();
    assert.equal(hits.length, 1, 'not before its time');
    for (let n = 0; n < 2; n += 1) {
      city.clock.advance({ minutes: 2 });
      await city.tell();
    }
    assert.equal(new Set(hits).size, 1);
    assert.equal(hits.length, 3);
    const [alarm] = await alarms();
    assert.equal(alarm?.kind, 'unreachable');
    assert.match(alarm?.what.zh ?? '', /HTTP 500/);
    assert.equal((await told()).length, 1, 'the office is told once, not at each failure');
    assert.match((await told())[0]?.title_zh ?? '', /连续发送未成功/);
    assert.equal((await own(of.recordId))?.state, 'waiting');
    // It recovers: the alarm ends by itself.
    answer = () => ({ status: 202 });
    city.clock.advance({ minutes: 2 });
    await city.tell();
    assert.equal((await own(of.recordId))?.state, 'sent');
    assert.deepEqual(await alarms(), []);
  });
  it('redirects, or answers what is no receipt: neither is taken for one', async () => {
    answer = () => ({ status: 307, headers: { location: `http://127.0.0.1:${city.ports[0]}/take-down` } });
    const moved = await takeDown();
    assert.match((await own(moved.recordId))?.lastOutcome?.zh ?? '', /跳转/);
    // By another message's receipt, properly signed.
    const receipts = await query<{ receipt: object }>(
      city.ctx.db.app,
      sql`SELECT receipt FROM exchange.delivery WHERE receipt IS NOT NULL ORDER BY position DESC LIMIT 1`,
    );
    answer = () => ({ status: 200, body: JSON.stringify(receipts[0]?.receipt) });
    city.clock.advance({ minutes: 2 });
    await city.tell();
    const found = await alarms();
    assert.deepEqual([...new Set(found.map((alarm) => alarm.kind))], ['wrongReceipt']);
    assert.match(found[0]?.what.zh ?? '', /不是这条通知/);
    assert.equal((await own(moved.recordId))?.state, 'waiting');
    answer = () => ({ status: 202 });
    city.clock.advance({ minutes: 10 });
    await city.tell();
    assert.equal((await own(moved.recordId))?.state, 'sent');
  });
  it('takes it and never confirms: overdue after three working days, replied to by the body, closed by the office', async () => {
    answer = () => ({ status: 202 });
    const of = await takeDown();
    assert.equal(await raiseOverdue(city.ctx), 0);
    await city.days(6);
    await raiseOverdue(city.ctx);
    await raiseOverdue(city.ctx);
    const delivery = await own(of.recordId);
    const found = (await alarms()).filter((alarm) => alarm.deliveryId === delivery?.id && alarm.kind === 'overdue');
    assert.equal(found.length, 1);
    const late = (await told()).filter(({ title_zh }) => title_zh.includes('逾期未回执'));
    assert.equal(late.length, 1, 'one notice for a receiver, however many messages are late');
    assert.ok((late[0]?.recipients ?? 0) > 0, 'it lies in the inbox of the office');
    const id = found[0]?.id ?? '';
    const path = `/api/v1/exchange/alarms/${id}`;
    assert.equal(
      (await city.call('stranger', 'POST', `${path}/reply`, { payload: { reply: '与我单位无关' } })).statusCode,
      404,
    );
    const replied = await city.call('officer', 'POST', `${path}/reply`, {
      payload: { reply: '接口升级中，明日补回执。' },
    });
    assert.deepEqual([replied.statusCode, replied.json().state], [200, 'replied']);
    assert.equal(
      (await city.call('officer', 'POST', `${path}/close`, { payload: { reason: '自行办结' } })).statusCode,
      403,
    );
    const closed = await city.call('office', 'POST', `${path}/close`, { payload: { reason: '已书面确认删除' } });
    assert.deepEqual([closed.statusCode, closed.json().closing.zh], [200, '已书面确认删除']);
    assert.equal((await own(of.recordId))?.state, 'closed');
    assert.equal(
      (await city.call('office', 'POST', `${path}/close`, { payload: { reason: '再办一次' } })).statusCode,
      409,
    );
  });
  it('does not answer: its lane waits, the messages of others go', async () => {
    await new Promise((resolve) => {
      bad.closeAllConnections();
      bad.close(resolve);
    });
    const of = await takeDown();
    const second = await takeDown();
    assert.equal(receiver.changes.length, 2);
    const rows = [await own(of.recordId), await own(second.recordId)];
    assert.deepEqual(
      rows.map((row) => row?.state),
      ['waiting', 'waiting'],
    );
    assert.match(rows[0]?.lastOutcome?.zh ?? '', /连接不上/);
  });
});

describe('the feed', () => {
  it('gives a registered system what concerns it, place by place, and nothing else', async () => {
    const { clientId, key } = await systemOf(city.ctx, city.otherBodyId);
    await registerTestReceiver(city.ctx, city.otherBodyId, { clientId });
    const feed = (query = '') =>
      city.call(null, 'GET', `/api/v1/feed${query}`, { headers: { authorization: `Bearer ${key}` } });
    await city.place();
    const start = (await feed()).json();
    const at = (await feed(`?after=${start.head}`)).json();
    assert.deepEqual([at.items, at.position], [[], start.head]);
    const mine = await city.report();
    const other = await city.report();
    await city.look('stranger', mine.code);
    city.clock.advance(minute);
    await city.event(other, 'repaired');
    await city.event(mine, 'repaired');
    await city.place();
    const page = await feed(`?after=${at.position}&epoch=${at.epoch}`);
    assert.equal(page.statusCode, 200, page.body);
    assert.match(String(page.headers['cache-control']), /no-cache/);
    assert.ok(page.headers.etag);
    const { items, position, head, epoch } = page.json();
    assert.deepEqual(
      items.map((item: { recordId: string; asked: string }) => [item.recordId, item.asked]),
      [[mine.recordId, 'remove']],
    );
    assert.equal(position, head);
    assert.equal(epoch, 1);
    // A place that does not exist; a page of one; an unknown parameter.
    assert.equal((await feed(`?after=${BigInt(head) + 5n}`)).statusCode, 422);
    const first = (await feed(`?after=0&limit=1`)).json();
    assert.equal(first.items.length, 1);
    assert.ok(BigInt(first.position) < BigInt(head));
    assert.equal((await feed('?from=0')).statusCode, 400);
  });
});

describe('keys', () => {
  it('are changed without a gap on both sides', async () => {
    rotateSigningKey(city.ctx.config.keysDir);
    const of = await city.report();
    await city.look('stranger', of.code);
    city.clock.advance(minute);
    await city.event(of, 'repaired');
    await city.tell();
    const told = receiver.changes.filter((change) => change.recordId === of.recordId);
    assert.equal(told.length, 1, 'the receiver fetched the new key');
    const published = (await city.call(null, 'GET', '/api/v1/public/exchange/keys')).json();
    assert.equal(published.items.length, 2);
    // Its own key is revoked: what it signs counts for nothing any more.
    await execute(
      city.ctx.db.app,
      sql`UPDATE exchange.receiver_key SET revoked_at = ${city.clock.now()} WHERE receiver_id = ${receiverId}`,
    );
    const next = await city.report();
    await city.look('stranger', next.code);
    city.clock.advance(minute);
    await city.event(next, 'repaired');
    await city.tell();
    const [row] = (await deliveries(`&receiverId=${receiverId}`)).filter((one) => one.recordId === next.recordId);
    assert.equal(row?.state, 'waiting');
    assert.match(row?.lastOutcome?.zh ?? '', /未登记或已吊销/);
  });
});

describe('who received a record', () => {
  it('is told to the office and to the organisation, in words', async () => {
    const of = await city.report();
    await city.look('stranger', of.code);
    city.clock.advance(minute);
    const by = await city.correct(of);
    city.clock.advance(minute);
    await city.look('officer', of.code);
    await city.represent('representative', of.subjectId);
    for (const who of ['office', 'representative'] as const) {
      const answer = await city.call(who, 'GET', `/api/v1/records/${by}/receivers`);
      assert.equal(answer.statusCode, 200, answer.body);
      const { items, publicly } = answer.json();
      assert.deepEqual(
        items.map((item: { body: string; versions: { recordId: string }[] }) => [
          item.body,
          item.versions.map((version) => version.recordId),
        ]),
        [
          ['示范市市场监督管理局', [by]],
          ['示范市生态环境局', [of.recordId]],
        ],
      );
      assert.match(items[0].words.zh, /取得过这条信息，共 1 次/);
      assert.match(publicly.zh, /核验/);
    }
    assert.equal((await city.call('otherRepresentative', 'GET', `/api/v1/records/${by}/receivers`)).statusCode, 404);
  });
});
