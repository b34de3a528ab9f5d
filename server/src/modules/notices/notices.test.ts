/** What is told to whom, and what becomes of it: against a real SMTP server and a real HTTP receiver, slow, dead or broken. */
import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { SMTPServer } from 'smtp-server';
import { createHttpCity, type HttpCity, type Login } from '../../../../tests/support/http-city.ts';
import { openSecret, sealSecret } from '../../platform/crypto.ts';
import { execute, one, query, sql, withTransaction } from '../../platform/db.ts';
import { isSignedBy, signatureOf } from './channels/signed-post.ts';
import { deliver } from './deliver.ts';
import { type NoticeInput, noticeJobs, sendNotice } from './index.ts';
import { afterEvent, type DeliveryEvent, type DeliveryState } from './state.ts';

interface Mailbox {
  readonly server: SMTPServer;
  readonly mails: { to: string[]; text: string }[];
  readonly url: string;
}

/** Refuses `nobody@…` for good and `full@…` for now, as mail servers do. */
async function startMail(): Promise<Mailbox> {
  const mails: Mailbox['mails'] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo(address, _session, done) {
      const refuse = (code: number, text: string) => done(Object.assign(new Error(text), { responseCode: code }));
      if (address.address.startsWith('nobody@')) return refuse(550, 'No such user');
      if (address.address.startsWith('full@')) return refuse(452, 'Mailbox full');
      done();
    },
    onData(stream, session, done) {
      let text = '';
      stream.on('data', (part: Buffer) => {
        text += part.toString('utf8');
      });
      stream.on('end', () => {
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return { server, mails, url: `smtp://127.0.0.1:${port}` };
}

interface Gateway {
  readonly server: Server;
  readonly calls: { headers: IncomingHttpHeaders; body: string; url: string }[];
  readonly url: string;
  /** What the next calls get. */
  mode: 'ok' | 'delivered' | 'slow' | 'broken' | 'refuse' | 'gone' | 'redirect' | 'endless';
}

async function startGateway(): Promise<Gateway> {
  const calls: Gateway['calls'] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      calls.push({ headers: request.headers, body, url: request.url ?? '' });
      const { mode } = gateway;
      if (mode === 'slow') return;
      if (mode === 'broken') return response.writeHead(500).end('no');
      if (mode === 'refuse') return response.writeHead(400).end('no');
      if (mode === 'gone') return response.writeHead(410).end();
      if (mode === 'redirect') return response.writeHead(302, { location: `${gateway.url}/elsewhere` }).end();
      if (mode === 'endless') return response.writeHead(200).end('x'.repeat(200_000));
      const state = mode === 'delivered' ? 'delivered' : 'sent';
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ id: `m${calls.length}`, state }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const gateway: Gateway = {
    server,
    calls,
    mode: 'ok',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
  return gateway;
}

const secret = 'a secret of thirty-two characters or more';
let mailbox: Mailbox;
let gateway: Gateway;
let city: HttpCity;
let subjectId = '';
const ids: Record<string, string> = {};

before(async () => {
  mailbox = await startMail();
  gateway = await startGateway();
  city = await createHttpCity({
    env: {
      MAIL_URL: mailbox.url,
      MAIL_FROM: 'credit@example.gov.cn',
      SMS_URL: `${gateway.url}/sms`,
      SMS_SECRET: secret,
      IM_URL: `${gateway.url}/im`,
      IM_SECRET: secret,
    },
    app: { rateLimit: { account: 100_000, address: 100_000 } },
  });
  noticeJobs(city.ctx);
  for (const row of await query<{ account_id: string; login: string; subject_id: string | null }>(
    city.ctx.db.app,
    sql`SELECT account_id, login, subject_id FROM identity.account`,
  )) {
    ids[row.login] = row.account_id;
    if (row.login === 'representative') subjectId = row.subject_id ?? '';
  }
});
after(async () => {
  await city.close();
  gateway.server.closeAllConnections();
  await new Promise<void>((resolve) => gateway.server.close(() => resolve()));
  await new Promise<void>((resolve) => mailbox.server.close(resolve));
});

async function contact(login: string, channel: 'email' | 'sms' | 'im', address: string): Promise<void> {
  await execute(
    city.ctx.db.app,
    sql`INSERT INTO notices.contact VALUES (${ids[login]}, ${channel}, ${sealSecret(city.ctx.keys, address)}, ${'***'}, ${city.clock.now()})
        ON CONFLICT (account_id, channel) DO UPDATE SET address = excluded.address`,
  );
}
const send = (input: NoticeInput) => withTransaction(city.ctx.db.app, (tx) => sendNotice(tx, city.ctx, input));
const accepted = { topic: 'objection.accepted', params: { number: '信异〔2026〕1号', due: '2026年3月9日' } } as const;
interface Kept {
  delivery_id: string;
  channel: string;
  state: DeliveryState;
  problem: string | null;
  attempts: number;
  account_id: string | null;
  provider_id: string | null;
}
const kept = (noticeId: string | undefined) =>
  query<Kept>(
    city.ctx.db.app,
    sql`SELECT delivery_id, channel, state, problem, attempts, account_id, provider_id FROM notices.delivery WHERE notice_id = ${noticeId ?? null} ORDER BY channel`,
  );
/** One more try of a delivery; the last one on demand. */
const tryOnce = (deliveryId: string, lastAttempt = false) =>
  deliver(city.ctx, deliveryId, { lastAttempt, signal: new AbortController().signal });

describe('the states of a delivery', () => {
  it('never make less of what is known', () => {
    const events: DeliveryEvent[] = ['sent', 'delivered', 'read', 'failed', 'bounced'];
    for (const event of events) assert.equal(afterEvent('read', event), null, event);
    assert.equal(afterEvent('delivered', 'failed'), null);
    assert.equal(afterEvent('sent', 'bounced'), 'bounced');
    assert.equal(afterEvent('failed', 'again'), 'waiting');
    assert.equal(afterEvent('sent', 'again'), null, 'what a server took is not sent twice');
  });
});

describe('a notice', () => {
  it('is one row for each person and channel, in the transaction of the act', async () => {
    await contact('representative', 'email', 'boss@example.com');
    await contact('representative', 'sms', '13800001234');
    const sent = await send({ to: { kind: 'organisation', subjectId }, ...accepted });
    assert.equal(sent.deliveries, 3);
    assert.deepEqual(
      (await kept(sent.noticeIds[0])).map((row) => [row.channel, row.state]),
      [
        ['email', 'waiting'],
        ['inApp', 'delivered'],
        ['sms', 'waiting'],
      ],
    );
    const before = await one<{ count: bigint }>(city.ctx.db.app, sql`SELECT count(*) FROM notices.notice`);
    await assert.rejects(
      withTransaction(city.ctx.db.app, async (tx) => {
        await sendNotice(tx, city.ctx, { to: { kind: 'organisation', subjectId }, ...accepted });
        throw new Error('the act fails');
      }),
    );
    assert.deepEqual(await one(city.ctx.db.app, sql`SELECT count(*) FROM notices.notice`), before);
  });
  it('goes out by mail and SMS; the text message holds numbers and days only', async () => {
    gateway.mode = 'ok';
    await city.ctx.jobs.drain(city.ctx);
    const mail = mailbox.mails.at(-1);
    assert.deepEqual(mail?.to, ['boss@example.com']);
    assert.match(mail?.text ?? '', /^Message-ID: <[0-9a-f-]{36}@example\.gov\.cn>/m);
    const sms = gateway.calls.find(({ url }) => url === '/sms');
    assert.ok(sms);
    const body = JSON.parse(sms.body) as { mobile: string; text: string };
    assert.equal(body.mobile, '13800001234');
    assert.equal(body.text, '您的异议申请已受理，编号信异〔2026〕1号，办理期限至2026年3月9日。');
    assert.ok(
      isSignedBy(
        secret,
        String(sms.headers['x-chengxin-timestamp']),
        sms.body,
        String(sms.headers['x-chengxin-signature']),
      ),
    );
    assert.ok(
      !isSignedBy(
        `${secret}x`,
        String(sms.headers['x-chengxin-timestamp']),
        sms.body,
        String(sms.headers['x-chengxin-signature']),
      ),
    );
    const [row] = await query<Kept>(city.ctx.db.app, sql`SELECT * FROM notices.delivery WHERE channel = 'sms'`);
    assert.deepEqual([row?.state, row?.provider_id, row?.attempts], ['sent', 'm1', 1]);
  });
  it('to an organisation for which nobody speaks is kept as failed, so that somebody writes to it', async () => {
    const sent = await send({
      to: { kind: 'organisation', subjectId: '00000000-0000-7000-8000-000000000009' },
      ...accepted,
    });
    assert.deepEqual(
      (await kept(sent.noticeIds[0])).map((row) => [row.state, row.problem]),
      [['failed', 'noRecipient']],
    );
  });
  it('reaches the officers of a body who may do something about it, nobody twice, nobody who left', async () => {
    await execute(
      city.ctx.db.app,
      sql`UPDATE identity.account SET disabled_at = ${city.clock.now()}, disabled_reason = 'request' WHERE login = 'manager'`,
    );
    const sent = await send({
      to: [
        { kind: 'body', bodyId: city.bodyId, permission: 'case.work' },
        { kind: 'account', accountId: ids.officer ?? '' },
        { kind: 'account', accountId: ids.manager ?? '' },
      ],
      topic: 'case.reminder',
      params: { number: '1', procedure: { zh: '异议', en: 'Objection' }, subject: '示范公司', due: '2026年3月9日' },
    });
    assert.equal(sent.deliveries, 1, 'the system of the body and the manager are not told');
    const [notice] = await query<{ text_zh: string; title_en: string }>(
      city.ctx.db.app,
      sql`SELECT text_zh, title_en FROM notices.notice WHERE notice_id = ${sent.noticeIds[0]}`,
    );
    assert.equal(notice?.title_en, 'Objection is due soon');
    assert.match(notice?.text_zh ?? '', /^示范公司的异议（1）办理期限至2026年3月9日/);
  });
  it('holds no number of a person', async () => {
    const sent = await send({
      to: { kind: 'account', accountId: ids.officer ?? '' },
      topic: 'case.reminder',
      params: { number: '11010519491231002X', subject: '张三11010519491231002X' },
    });
    const text = JSON.stringify(
      await query(city.ctx.db.app, sql`SELECT * FROM notices.notice WHERE notice_id = ${sent.noticeIds[0]}`),
    );
    assert.ok(!text.includes('11010519491231002X'), text);
  });
  it('of a topic that the policy does not know is a mistake of the caller', async () => {
    await assert.rejects(
      send({ to: { kind: 'account', accountId: ids.officer ?? '' }, topic: 'no.such', params: {} }),
      RangeError,
    );
  });
});

const only = async (channel: string, noticeId: string | undefined): Promise<Kept> => {
  const row = (await kept(noticeId)).find((one) => one.channel === channel);
  assert.ok(row, channel);
  return row;
};
async function sms(): Promise<string> {
  const sent = await send({ to: { kind: 'address', mobile: '13900005678' }, topic: 'objection.accepted', params: {} });
  if (sent.noticeIds.length > 0) return (await only('sms', sent.noticeIds[0])).delivery_id;
  const viaAccount = await send({ to: { kind: 'organisation', subjectId }, ...accepted });
  return (await only('sms', viaAccount.noticeIds[0])).delivery_id;
}
const stateOf = (deliveryId: string) =>
  one<Kept>(city.ctx.db.app, sql`SELECT * FROM notices.delivery WHERE delivery_id = ${deliveryId}`);

describe('a gateway', () => {
  it('that answers 500 is tried again, and given up at last', async () => {
    gateway.mode = 'broken';
    const id = await sms();
    await assert.rejects(tryOnce(id), /busy/);
    assert.deepEqual([(await stateOf(id)).state, (await stateOf(id)).attempts], ['waiting', 1]);
    await tryOnce(id, true);
    assert.deepEqual(
      [(await stateOf(id)).state, (await stateOf(id)).problem, (await stateOf(id)).attempts],
      ['failed', 'busy', 2],
    );
  });
  it('that never answers is left after the time that the policy gives', async () => {
    gateway.mode = 'slow';
    const id = await sms();
    const rules = city.ctx.policy().noticeRules();
    const quick = {
      ...city.ctx,
      policy: () => ({ ...city.ctx.policy(), noticeRules: () => ({ ...rules, timeoutSeconds: 1 }) }),
    };
    await assert.rejects(deliver(quick, id, { lastAttempt: false, signal: new AbortController().signal }), /timeOut/);
    assert.equal((await stateOf(id)).problem, 'timeOut');
  });
  it('that refuses, has no such number, answers without end or sends elsewhere: each has its own end', async () => {
    for (const [mode, state, problem] of [
      ['refuse', 'failed', 'refused'],
      ['gone', 'bounced', 'refusedAddress'],
      ['endless', 'failed', 'badAnswer'],
      // A redirect is never followed.
      ['redirect', 'failed', 'unreachable'],
    ] as const) {
      gateway.mode = mode;
      const id = await sms();
      await tryOnce(id, true);
      const row = await stateOf(id);
      assert.deepEqual([row.state, row.problem], [state, problem], mode);
    }
    assert.ok(!gateway.calls.some(({ url }) => url.includes('elsewhere')));
  });
  it('that is dead fails at last; a delivery that was settled is not sent again', async () => {
    const dead = {
      ...city.ctx,
      config: {
        ...city.ctx.config,
        outgoing: { ...city.ctx.config.outgoing, sms: { url: 'http://127.0.0.1:1/', secret } },
      },
    };
    const id = await sms();
    await deliver(dead, id, { lastAttempt: true, signal: new AbortController().signal });
    assert.equal((await stateOf(id)).problem, 'unreachable');
    gateway.mode = 'ok';
    const calls = gateway.calls.length;
    await tryOnce(id);
    assert.equal(gateway.calls.length, calls);
  });
});

describe('a mail server', () => {
  it('that knows no such user bounces; a full mailbox waits', async () => {
    for (const [address, state, problem] of [
      ['nobody@example.com', 'bounced', 'refusedAddress'],
      ['full@example.com', 'waiting', 'busy'],
    ] as const) {
      await contact('representative', 'email', address);
      const sent = await send({ to: { kind: 'organisation', subjectId }, ...accepted });
      const { delivery_id: id } = await only('email', sent.noticeIds[0]);
      if (state === 'waiting') await assert.rejects(tryOnce(id));
      else await tryOnce(id);
      const row = await stateOf(id);
      assert.deepEqual([row.state, row.problem], [state, problem], address);
    }
  });
  it('that is not there is tried again', async () => {
    const dead = {
      ...city.ctx,
      config: {
        ...city.ctx.config,
        outgoing: { ...city.ctx.config.outgoing, mail: { url: 'smtp://127.0.0.1:1', from: 'a@b.cn' } },
      },
    };
    const sent = await send({ to: { kind: 'organisation', subjectId }, ...accepted });
    const { delivery_id: id } = await only('email', sent.noticeIds[0]);
    await assert.rejects(
      deliver(dead, id, { lastAttempt: false, signal: new AbortController().signal }),
      /unreachable/,
    );
    assert.equal((await stateOf(id)).state, 'waiting');
  });
});

describe('the inbox', () => {
  const inbox = async (login: Login, query = '') => (await city.call(login, 'GET', `/api/v1/notices${query}`)).json();
  it('holds the own notices, newest first, by pages; reading takes them off the count', async () => {
    for (let at = 0; at < 3; at++)
      await send({
        to: { kind: 'account', accountId: ids.stranger ?? '' },
        topic: 'case.reminder',
        params: { number: `${at}` },
      });
    const first = await inbox('stranger', '?limit=2');
    assert.deepEqual([first.items.length, first.unread], [2, 3], JSON.stringify(first));
    const rest = await inbox('stranger', `?limit=2&cursor=${first.nextCursor}`);
    assert.deepEqual([rest.items.length, rest.nextCursor], [1, null]);
    const read = (login: Login, payload: object) => city.call(login, 'POST', '/api/v1/notices/read', { payload });
    assert.equal((await read('stranger', { ids: [first.items[0].id] })).json().unread, 2);
    const mine = (await inbox('officer')).unread;
    assert.equal((await read('officer', { ids: [rest.items[0].id] })).json().unread, mine, 'not somebody else’s');
    assert.equal((await inbox('stranger', '?unread=true')).items.length, 2);
    assert.equal((await read('stranger', {})).json().unread, 0);
    assert.equal((await city.call('client', 'GET', '/api/v1/notices')).statusCode, 403, 'a system has none');
  });
  it('beside it addresses are kept as ciphertext and shown masked; what is no address is refused', async () => {
    const put = (payload: object) => city.call('officer', 'PUT', '/api/v1/notices/contact', { payload });
    const kept = await put({ email: 'li.si@example.gov.cn', sms: '13800001234' });
    assert.deepEqual(
      [kept.json().email.shown, kept.json().sms.shown, kept.json().im.shown],
      ['l***@example.gov.cn', '138****1234', null],
    );
    const row = await one<{ address: string }>(
      city.ctx.db.app,
      sql`SELECT address FROM notices.contact WHERE account_id = ${ids.officer} AND channel = 'email'`,
    );
    assert.ok(!row.address.includes('example'));
    assert.equal(openSecret(city.ctx.keys, row.address), 'li.si@example.gov.cn');
    for (const wrong of [
      { email: 'a@b.cn, c@d.cn' },
      { email: 'a@b.cn\r\nBcc: c@d.cn' },
      { email: '"x" <a@b.cn>' },
      { sms: '12345678901' },
      { im: '../../x' },
    ])
      assert.equal((await put(wrong)).statusCode, 422, JSON.stringify(wrong));
    assert.equal((await put({ email: null })).json().email.shown, null);
  });
});

describe('the credit office', () => {
  it('sees what was sent and what failed, and sends again; nobody else does', async () => {
    gateway.mode = 'refuse';
    const id = await sms();
    await tryOnce(id, true);
    const list = (await city.call('office', 'GET', '/api/v1/notices/sent?state=failed&channel=sms')).json();
    const item = list.items.find((one: { id: string }) => one.id === id);
    assert.equal(item.problem.zh, '对方服务器拒绝', JSON.stringify(list.items[0]));
    assert.ok(item.recipient.includes('***') && !item.recipient.includes('13800001234'), item.recipient);
    const again = (ids: string[]) => city.call('office', 'POST', '/api/v1/notices/sent/again', { payload: { ids } });
    const inApp = await one<{ delivery_id: string }>(
      city.ctx.db.app,
      sql`SELECT delivery_id FROM notices.delivery WHERE channel = 'inApp' AND state = 'failed' LIMIT 1`,
    );
    const results = (await again([id, inApp.delivery_id, '00000000-0000-7000-8000-000000000001'])).json().results;
    assert.deepEqual(
      results.map((one: { ok: boolean }) => one.ok),
      [true, false, false],
    );
    assert.deepEqual((await again([id])).json().results[0].ok, false, 'it waits already');
    gateway.mode = 'delivered';
    await tryOnce(id);
    assert.equal((await stateOf(id)).state, 'delivered');
    assert.equal((await city.call('officer', 'GET', '/api/v1/notices/sent')).statusCode, 403);
  });
});

describe('a receipt', () => {
  it('counts when it is signed and of now; repeated or late it changes nothing', async () => {
    gateway.mode = 'ok';
    const id = await sms();
    await tryOnce(id);
    const providerId = (await stateOf(id)).provider_id ?? '';
    const receipt = (state: string, over: { at?: string; secret?: string; id?: string } = {}) => {
      const at = over.at ?? city.clock.now();
      const number = over.id ?? providerId;
      return city.call(null, 'POST', '/api/v1/notices/receipts/sms', {
        payload: { id: number, state },
        headers: {
          'x-chengxin-timestamp': at,
          'x-chengxin-signature': signatureOf(over.secret ?? secret, at, `sms.${number}.${state}`),
        },
      });
    };
    assert.equal((await receipt('delivered', { secret: `${secret}!` })).statusCode, 401);
    assert.equal((await receipt('delivered', { at: '2020-01-01T00:00:00Z' })).statusCode, 401);
    assert.equal((await receipt('delivered', { at: 'yesterday' })).statusCode, 401);
    assert.equal((await receipt('delivered', { id: 'of-nobody' })).statusCode, 404);
    assert.equal((await receipt('read')).statusCode, 204);
    assert.equal((await receipt('failed')).statusCode, 204);
    assert.equal((await stateOf(id)).state, 'read');
  });
});
