import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import { buildApp } from '../../build-app.ts';
import type { Role } from '../../context.ts';
import { execute, one, query, sql } from '../../platform/db.ts';
import type { HttpInstance } from '../../platform/http/index.ts';
import { createTestContext, type TestContext, testPassword } from '../../testing-context.ts';
import { createAccount, operatorActor } from '../identity/index.ts';
import { resetByOperator } from './index.ts';

let world: TestContext;
let app: HttpInstance;
const host = 'localhost:8080';
const origin = `http://${host}`;
before(async () => {
  world = await createTestContext();
  app = await buildApp(world.ctx, { rateLimit: { account: 100_000, address: 100_000 } });
});
after(async () => {
  await app?.close();
  await world?.close();
});

let address = 1;
async function call(method: 'GET' | 'POST' | 'DELETE', url: string, cookie: string, payload?: object) {
  const response = await app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { host, origin, cookie },
    remoteAddress: `10.9.${Math.floor(address / 250)}.${1 + (address++ % 250)}`,
    ...(payload ? { payload } : {}),
  });
  const [set] = response.cookies;
  return {
    status: response.statusCode,
    body: response.body ? response.json() : null,
    cookie: set ? `${set.name}=${set.value}` : cookie,
  };
}
const signIn = (login: string, cookie = '') => call('POST', '/session', cookie, { login, password: testPassword });
const add = (login: string, roles: Role[] = ['systemAdmin']) =>
  createAccount(world.ctx.db.app, world.ctx.clock, {
    login,
    name: `测试 ${login}`,
    roles,
    bodyId: null,
    password: testPassword,
    mustChangePassword: false,
  });
const codeOf = (secret: string, shift = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30 }).generate({
    timestamp: Date.parse(world.ctx.clock.now()) + shift * 1000,
  });
const seconds = (count: number): void => void world.ctx.clock.advance({ seconds: count });

/** Enrols and gives the secret, the strong session and the recovery codes. */
async function enrol(login: string, roles: Role[] = ['systemAdmin']) {
  await add(login, roles);
  const first = await signIn(login);
  const begun = await call('POST', '/session/second-factor:enrol', first.cookie);
  assert.equal(begun.status, 200, JSON.stringify(begun.body));
  assert.match(begun.body.uri, /^otpauth:\/\/totp\//);
  assert.match(begun.body.qrCode, /^data:image\/svg\+xml;base64,/);
  const done = await call('POST', '/session/second-factor:confirm', first.cookie, { code: codeOf(begun.body.secret) });
  assert.equal(done.status, 200, JSON.stringify(done.body));
  return {
    secret: begun.body.secret as string,
    weak: first.cookie,
    cookie: done.cookie,
    recovery: done.body.recoveryCodes as string[],
  };
}

describe('a second factor beside the password', () => {
  it('RFC 6238 appendix B: the published codes', () => {
    const totp = new TOTP({ secret: Secret.fromLatin1('12345678901234567890'), digits: 8, algorithm: 'SHA1' });
    for (const [time, code] of [
      [59, '94287082'],
      [1_111_111_109, '07081804'],
      [20_000_000_000, '65353130'],
    ] as const)
      assert.equal(totp.generate({ timestamp: time * 1000 }), code);
  });
  it('a role that must have one can do nothing else until it is enrolled; an officer is not asked', async () => {
    await add('admin-one');
    const first = await signIn('admin-one');
    assert.equal(first.body.secondFactor, 'missing');
    const refused = await call('GET', '/bodies', first.cookie);
    assert.equal(refused.status, 403);
    assert.match(refused.body.detail, /动态口令/);
    await add('manager-one', ['accountManager']);
    const officer = await signIn('manager-one');
    assert.equal(officer.body.secondFactor, 'off');
    assert.equal((await call('GET', '/bodies', officer.cookie)).status, 200);
  });
  it('enrolment renews the session: the token from before is worth nothing; ten recovery codes are shown once', async () => {
    const made = await enrol('admin-two');
    assert.equal(made.recovery.length, 10);
    assert.notEqual(made.cookie, made.weak);
    assert.equal((await call('GET', '/session', made.weak)).status, 401);
    const now = await call('GET', '/session', made.cookie);
    assert.deepEqual([now.body.secondFactor, now.body.factors], ['done', ['password', 'totp']]);
    assert.equal((await call('GET', '/bodies', made.cookie)).status, 200);
    const kept = await query<{ text: string }>(
      world.ctx.db.app,
      sql`select encode(secret_cipher, 'hex') || (select string_agg(encode(code_hash, 'hex'), ' ') from credentials.recovery_code) as text from credentials.totp`,
    );
    assert.ok(!kept.some((row) => row.text.includes(Buffer.from(made.secret).toString('hex'))));
    assert.equal((await call('POST', '/session/second-factor:enrol', made.cookie)).status, 409);
  });
  it('the next sign-in needs the code; a code works once, and no other way around', async () => {
    const made = await enrol('admin-three');
    seconds(31);
    const first = await signIn('admin-three');
    assert.equal(first.body.secondFactor, 'needed');
    for (const path of ['/bodies', '/session/sessions', '/factor-resets'])
      assert.equal((await call('GET', path, first.cookie)).status, 403);
    assert.equal(
      (await call('POST', '/session/password', first.cookie, { current: testPassword, next: 'Another-pass-2027' }))
        .status,
      403,
    );
    assert.equal((await call('POST', '/session/second-factor:enrol', first.cookie)).status, 403);
    assert.equal(
      (await call('POST', '/session/second-factor:remove', first.cookie, { code: codeOf(made.secret) })).status,
      403,
    );
    const code = codeOf(made.secret);
    const done = await call('POST', '/session/second-factor', first.cookie, { code });
    assert.equal(done.status, 200, JSON.stringify(done.body));
    assert.equal(done.body.secondFactor, 'done');
    const again = await signIn('admin-three');
    assert.equal((await call('POST', '/session/second-factor', again.cookie, { code })).status, 401, 'replayed');
    const earlier = await call('POST', '/session/second-factor', again.cookie, { code: codeOf(made.secret, -30) });
    assert.equal(earlier.status, 401, 'a step before the used one');
    seconds(30);
    const [one_, two] = await Promise.all([
      call('POST', '/session/second-factor', again.cookie, { code: codeOf(made.secret) }),
      call('POST', '/session/second-factor', (await signIn('admin-three')).cookie, { code: codeOf(made.secret) }),
    ]);
    assert.deepEqual([one_.status, two.status].sort(), [200, 401], 'two at once: one of them');
  });
  it('wrong codes and wrong passwords share one count, which a right password does not clear', async () => {
    const made = await enrol('admin-four');
    seconds(31);
    let session = (await signIn('admin-four')).cookie;
    for (let n = 0; n < 5; n += 1) {
      assert.equal((await call('POST', '/session/second-factor', session, { code: '000000' })).status, 401);
      if (n < 4) session = (await signIn('admin-four')).cookie;
    }
    const locked = await signIn('admin-four');
    assert.equal(locked.status, 429);
    const code = await call('POST', '/session/second-factor', session, { code: codeOf(made.secret) });
    assert.ok([401, 429].includes(code.status), 'the sessions that waited have ended');
    const held = await one<{ count: bigint }>(
      world.ctx.db.app,
      sql`select count(*) from identity.session s join identity.account a using (account_id) where a.login = 'admin-four'`,
    );
    assert.equal(held.count, 0n);
    seconds(16 * 60);
    assert.equal((await signIn('admin-four')).status, 200);
  });
  it('a recovery code works once, however it is typed', async () => {
    const made = await enrol('admin-five');
    const [recovery = ''] = made.recovery;
    const first = await signIn('admin-five');
    const done = await call('POST', '/session/second-factor', first.cookie, {
      recoveryCode: ` ${recovery.toUpperCase()} `,
    });
    assert.equal(done.status, 200, JSON.stringify(done.body));
    assert.equal((await call('GET', '/session/second-factor', done.cookie)).body.recoveryCodesLeft, 9);
    const again = await signIn('admin-five');
    assert.equal((await call('POST', '/session/second-factor', again.cookie, { recoveryCode: recovery })).status, 401);
    seconds(31);
    const fresh = await call('POST', '/session/second-factor:recovery-codes', done.cookie, {
      code: codeOf(made.secret),
    });
    assert.equal(fresh.body.recoveryCodes.length, 10);
    const old = await call('POST', '/session/second-factor', again.cookie, { recoveryCode: made.recovery[1] });
    assert.equal(old.status, 401, 'the earlier codes are gone');
  });
  it("another account's recovery code is worth nothing", async () => {
    const made = await enrol('admin-six');
    await enrol('admin-seven');
    const first = await signIn('admin-seven');
    assert.equal(
      (await call('POST', '/session/second-factor', first.cookie, { recoveryCode: made.recovery[0] })).status,
      401,
    );
  });
  it('a lost factor is taken away by two people, neither its holder; or by the command line', async () => {
    await enrol('admin-lost');
    const asker = await enrol('admin-asks');
    const second = await enrol('admin-second', ['securityAdmin']);
    const own = await call('POST', '/factor-resets', asker.cookie, { login: 'admin-asks', reason: '手机遗失' });
    assert.equal(own.status, 409, 'not for oneself');
    const asked = await call('POST', '/factor-resets', asker.cookie, { login: 'admin-lost', reason: '手机遗失' });
    assert.equal(asked.status, 201, JSON.stringify(asked.body));
    const path = `/factor-resets/${asked.body.id}/decide`;
    assert.equal((await call('POST', path, asker.cookie, { decision: 'done' })).status, 409, 'not by the same one');
    await assert.rejects(
      execute(
        world.ctx.db.app,
        sql`update credentials.factor_reset set state = 'done', decided_by = requested_by,
        decided_holder = requested_holder, decided_at = ${world.ctx.clock.now()} where reset_id = ${asked.body.id}`,
      ),
      /factor_reset_two_people/,
    );
    assert.equal((await call('POST', path, second.cookie, { decision: 'done' })).status, 204);
    assert.equal((await call('POST', path, second.cookie, { decision: 'done' })).status, 409);
    assert.equal((await signIn('admin-lost')).body.secondFactor, 'missing');
    assert.equal(await resetByOperator(world.ctx, operatorActor(world.ctx, 'root'), 'admin-second', '测试'), true);
    assert.equal((await call('GET', '/session', second.cookie)).status, 401, 'its sessions have ended');
  });
  it('one sees the own sessions and signs out everywhere else', async () => {
    const made = await enrol('admin-many');
    await signIn('admin-many');
    const list = await call('GET', '/session/sessions', made.cookie);
    assert.equal(list.body.items.length, 2);
    const other = list.body.items.find((item: { current: boolean }) => !item.current);
    const stranger = await enrol('admin-stranger');
    assert.equal((await call('DELETE', `/session/sessions/${other.id}`, stranger.cookie)).status, 404);
    assert.equal((await call('POST', '/session/sessions:end-others', made.cookie)).status, 204);
    assert.equal((await call('GET', '/session/sessions', made.cookie)).body.items.length, 1);
  });
  it('a password comes back only after others, and must change in time', async () => {
    await add('pass-one', ['accountManager']);
    let { cookie } = await signIn('pass-one');
    const change = async (current: string, next: string) => {
      const answer = await call('POST', '/session/password', cookie, { current, next });
      ({ cookie } = answer);
      seconds(1);
      return answer.status;
    };
    assert.equal(await change(testPassword, 'Second-pass-2027'), 200);
    assert.equal(await change('Second-pass-2027', testPassword), 422, 'the one before');
    for (let n = 3; n <= 7; n += 1)
      assert.equal(await change(n === 3 ? 'Second-pass-2027' : `Pass-number-${n - 1}x`, `Pass-number-${n}x`), 200);
    assert.equal(await change('Pass-number-7x', testPassword), 200, 'five others were between');
    seconds(91 * 86_400);
    const late = await signIn('pass-one');
    assert.equal(late.body.mustChangePassword, true);
    assert.equal((await call('GET', '/bodies', late.cookie)).status, 403);
  });
});
