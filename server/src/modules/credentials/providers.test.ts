/** Sign-in by a real OpenID provider on loopback, by a certificate of a test CA, by a licence authority's assertion. */
import assert from 'node:assert/strict';
import { type KeyObject, randomBytes, sign, webcrypto } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import Provider from 'oidc-provider';
import { stringify } from 'yaml';
import { assertLicence, installLicenceAuthority } from '../../../../tests/support/licence-authority.ts';
import { buildApp } from '../../build-app.ts';
import { execute, one, query, sql } from '../../platform/db.ts';
import type { HttpInstance } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';
import { addTestAccount, createTestContext, signInAs, type TestContext } from '../../testing-context.ts';
import { credentialsRoutes } from './index.ts';
import { safeNext } from './provider-sign-in.ts';

const base = 'http://localhost:8080';
const company = { code: '91320500MA1X0Y1234', subjectId: newId(), name: '示范商贸有限公司' };
const other = { code: '91320500MA1X0Y5678', subjectId: newId(), name: '另一商贸有限公司' };

let world: TestContext;
let app: HttpInstance;
let oidcServer: Server;
/** Who the provider takes the browser for, and with what methods. */
let holder: { sub: string; amr: string[]; unified_code?: string; id_number?: string } = {
  sub: 'officer-7',
  amr: ['pwd'],
};
let authority: Authority;

async function startProvider(): Promise<string> {
  oidcServer = createServer();
  await new Promise<void>((done) => oidcServer.listen(0, '127.0.0.1', done));
  const issuer = `http://127.0.0.1:${(oidcServer.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'chengxin',
        client_secret: 'loopback-secret',
        redirect_uris: ['city', 'city-companies'].map((key) => `${base}/api/v1/session/providers/${key}/callback`),
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    pkce: { required: () => true },
    // What stands in the ID token: as a city's provider is asked to do.
    conformIdTokenClaims: false,
    claims: { openid: ['sub', 'amr', 'email', 'unified_code', 'id_number'] },
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ['loopback'] },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({ ...holder, sub: id, email: 'victim@example.gov.cn' }),
    }),
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client?.clientId ?? '',
        accountId: ctx.oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  });
  const callback = provider.callback();
  oidcServer.on('request', (request, response) => {
    // A test's stand-in for the provider's own sign-in page.
    if (request.url?.startsWith('/interaction/')) {
      void provider.interactionFinished(request, response, { login: { accountId: holder.sub, amr: holder.amr } });
    } else void callback(request, response);
  });
  return issuer;
}

interface Authority {
  readonly root: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const keyPair = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
const day = 86_400_000;
const from = new Date('2026-01-01T00:00:00Z');

async function makeAuthority(name: string): Promise<Authority> {
  const keys = await keyPair();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    serialNumber: '01',
    notBefore: from,
    notAfter: new Date(from.getTime() + 3650 * day),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return { root, keys };
}
async function makeCertificate(by: Authority, serialNumber: string, over: { notAfter?: Date } = {}) {
  const keys = await keyPair();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber,
    subject: 'CN=officer',
    issuer: by.root.subject,
    notBefore: from,
    notAfter: over.notAfter ?? new Date(from.getTime() + 365 * day),
    publicKey: keys.publicKey,
    signingKey: by.keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(false)],
  });
  const { KeyObject } = await import('node:crypto');
  return { pem: certificate.toString('pem'), key: KeyObject.from(keys.privateKey as never) as KeyObject };
}
async function writeRevocations(serials: readonly string[], nextUpdate: Date): Promise<void> {
  const list = await x509.X509CrlGenerator.create({
    issuer: authority.root.subject,
    thisUpdate: from,
    nextUpdate,
    entries: serials.map((serialNumber) => ({ serialNumber, revocationDate: from })),
    signingAlgorithm: algorithm,
    signingKey: authority.keys.privateKey,
  });
  writeFileSync(join(world.ctx.config.dataDir, 'revoked.crl'), Buffer.from(list.rawData));
}

before(async () => {
  world = await createTestContext({ env: { PUBLIC_URL: base } });
  const { dataDir } = world.ctx.config;
  mkdirSync(dataDir, { recursive: true });
  installLicenceAuthority(dataDir);
  const issuer = await startProvider();
  authority = await makeAuthority('Test CA');
  writeFileSync(join(dataDir, 'root.pem'), authority.root.toString('pem'));
  await writeRevocations(['0bad'], new Date('2027-01-01T00:00:00Z'));
  writeFileSync(join(dataDir, 'secret'), 'loopback-secret\n');
  const { parse } = await import('yaml');
  const { readFileSync } = await import('node:fs');
  const path = join(dataDir, 'identity-providers.yaml');
  const { providers } = parse(readFileSync(path, 'utf8')) as { providers: object[] };
  const name = { zh: '统一身份认证', en: 'City identity provider' };
  providers.push(
    { key: 'city', kind: 'oidc', name, issuer, clientId: 'chengxin', clientSecretFile: 'secret', strongAmr: ['otp'] },
    {
      ...{ key: 'city-companies', kind: 'oidc', name, issuer, clientId: 'chengxin', clientSecretFile: 'secret' },
      ...{ createAccounts: true, organisationClaim: 'unified_code', personClaim: 'id_number' },
    },
    { key: 'ukey', kind: 'certificate', name, roots: ['root.pem'], revocationList: 'revoked.crl' },
  );
  writeFileSync(path, stringify({ providers }));
  const ports = {
    findOrganisation: async (_client: unknown, code: string) =>
      [company, other].find((one_) => one_.code === code) ?? null,
  };
  const { identityRoutes } = await import('../identity/index.ts');
  app = await buildApp(world.ctx, {
    rateLimit: { account: 100_000, address: 100_000 },
    modules: [identityRoutes, (ctx) => credentialsRoutes(ctx, ports)],
  });
  await addTestAccount(world.ctx, 'officer', ['accountManager']);
  await addTestAccount(world.ctx, 'second', ['accountManager']);
});
after(async () => {
  await app?.close();
  await new Promise((done) => (oidcServer ? oidcServer.close(done) : done(null)));
  await world?.close();
});

type Headers = Record<string, string>;
let address = 1;
const call = (method: 'GET' | 'POST' | 'DELETE', url: string, headers: Headers = {}, payload?: object) =>
  app.inject({
    method,
    url,
    headers: { host: 'localhost:8080', origin: base, ...headers },
    remoteAddress: `10.3.${address >> 8}.${address++ & 255 || 1}`,
    ...(payload ? { payload } : {}),
  });
const cookiesOf = (response: Awaited<ReturnType<typeof call>>): string =>
  response.cookies
    .filter((one_) => one_.value !== '')
    .map((one_) => `${one_.name}=${one_.value}`)
    .join('; ');

/** Follows the provider's pages as a browser does, up to our callback. */
async function throughProvider(start: string): Promise<string> {
  const jar = new Map<string, string>();
  let at = start;
  for (let step = 0; step < 8; step += 1) {
    const response = await fetch(at, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      if (value) jar.set(name, value);
      else jar.delete(name);
    }
    const location = response.headers.get('location');
    assert.ok(location, `${response.status} ${await response.text()}`);
    at = new URL(location, at).href;
    if (at.startsWith(base)) return at.slice(base.length);
  }
  throw new Error('the provider never came back');
}
async function beginOidc(
  kind: 'begin' | 'link' = 'begin',
  headers: Headers = {},
  next?: string,
  key: 'city' | 'city-companies' = 'city',
) {
  const begun = await call(
    'POST',
    `/api/v1/session/providers/${key}/${kind}`,
    headers,
    next === undefined ? {} : { next },
  );
  assert.equal(begun.statusCode, 200, begun.body);
  return { attempt: cookiesOf(begun), back: await throughProvider(begun.json().redirectTo), begun };
}
const failed = (response: Awaited<ReturnType<typeof call>>): void => {
  assert.equal(response.statusCode, 303);
  assert.equal(response.headers.location, '/desk/sign-in?failed=provider');
  assert.ok(!response.cookies.some(({ name }) => name === 'chengxin'));
};
const link = async (login: string): Promise<void> => {
  const session = await signInAs(app, login);
  const { attempt, back } = await beginOidc('link', session);
  const done = await call('GET', back, { cookie: attempt });
  assert.equal(done.headers.location, '/desk/', done.body);
};

describe('OpenID Connect with a real provider', () => {
  it('asks with PKCE, state and nonce; an unknown holder gets no account, whatever e-mail the provider names', async () => {
    const { attempt, back, begun } = await beginOidc();
    const asked = new URL(begun.json().redirectTo).searchParams;
    assert.equal(asked.get('code_challenge_method'), 'S256');
    assert.ok((asked.get('state') ?? '').length >= 43 && (asked.get('nonce') ?? '').length >= 32);
    failed(await call('GET', back, { cookie: attempt }));
    const count = await one<{ n: bigint }>(
      world.ctx.db.app,
      sql`select count(*) as n from identity.account where login like 'representative-%'`,
    );
    assert.equal(count.n, 0n);
  });
  it('signs in who has linked the account, with a fresh session, and goes where one wanted to', async () => {
    await link('officer');
    const { attempt, back } = await beginOidc('begin', {}, '/records?q=1');
    const done = await call('GET', back, { cookie: `${attempt}; chengxin=${'A'.repeat(43)}` });
    assert.equal(done.headers.location, '/desk/records?q=1');
    const cookie = cookiesOf(done);
    assert.ok(!cookie.includes('A'.repeat(43)), 'a token set before is not taken over');
    const session = await call('GET', '/api/v1/session', { cookie });
    assert.deepEqual([session.json().account.login, session.json().factors], ['officer', ['oidc']]);
    failed(await call('GET', back, { cookie: attempt }));
  });
  it('a strong method of the provider counts as two factors', async () => {
    holder = { sub: 'officer-7', amr: ['pwd', 'otp'] };
    const { attempt, back } = await beginOidc();
    const cookie = cookiesOf(await call('GET', back, { cookie: attempt }));
    assert.deepEqual((await call('GET', '/api/v1/session', { cookie })).json().factors, ['oidcStrong']);
    holder = { sub: 'officer-7', amr: ['pwd'] };
  });
  it("another browser's answer, a changed state, another provider or a late answer does not hold", async () => {
    const mine = await beginOidc();
    const theirs = await beginOidc();
    failed(await call('GET', mine.back, { cookie: theirs.attempt }));
    failed(await call('GET', mine.back));
    failed(await call('GET', mine.back.replace(/state=[^&]+/, 'state=forged'), { cookie: mine.attempt }));
    failed(await call('GET', theirs.back.replace('/city/', '/ukey/'), { cookie: theirs.attempt }));
    const late = await beginOidc();
    world.ctx.clock.advance({ minutes: 11 });
    failed(await call('GET', late.back, { cookie: late.attempt }));
  });
  it('one identity is one account, and an account links only what its holder proved', async () => {
    const session = await signInAs(app, 'second');
    const { attempt, back } = await beginOidc('link', session);
    failed(await call('GET', back, { cookie: attempt }));
    assert.equal((await call('POST', '/api/v1/session/providers/city/link', {}, {})).statusCode, 401);
  });
  it('goes to no other site afterwards', () => {
    for (const bad of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      '/a\\..\\b',
      'javascript:alert(1)',
      '/\tx',
      '/a\r\nSet-Cookie:x',
    ])
      assert.equal(safeNext(bad), '/');
    assert.equal(safeNext('/records?q=1'), '/records?q=1');
  });
});

describe('OpenID Connect with claims of an organisation and a person', () => {
  const enter = async (claims: Omit<typeof holder, 'amr'>) => {
    holder = { ...claims, amr: ['pwd'] };
    const { attempt, back } = await beginOidc('begin', {}, undefined, 'city-companies');
    const done = await call('GET', back, { cookie: attempt });
    holder = { sub: 'officer-7', amr: ['pwd'] };
    return done;
  };
  const boss = { sub: 'boss-1', unified_code: company.code, id_number: 'made-up-boss-1' };

  it('binds the account to the organisation that the provider names, and to no other by the same holder', async () => {
    const first = await enter(boss);
    assert.equal(first.headers.location, '/desk/', first.body);
    const session = (await call('GET', '/api/v1/session', { cookie: cookiesOf(first) })).json();
    assert.deepEqual(session.account.roles, ['companyRepresentative']);
    const bound = await one<{ subject_id: string }>(
      world.ctx.db.app,
      sql`select subject_id from identity.account where account_id = ${session.account.id}`,
    );
    assert.equal(bound.subject_id, company.subjectId);
    failed(await enter({ ...boss, unified_code: other.code }));
  });
  it('needs both claims and an organisation of the register', async () => {
    failed(await enter({ sub: 'boss-2', unified_code: company.code }));
    failed(await enter({ sub: 'boss-3', id_number: 'made-up-boss-3' }));
    failed(await enter({ ...boss, sub: 'boss-4', unified_code: '91320500MA1X0Y0000' }));
  });
  it('another legal representative of the organisation ends the first one', async () => {
    const before = cookiesOf(await enter(boss));
    const next = await enter({ sub: 'boss-5', unified_code: company.code, id_number: 'made-up-boss-5' });
    assert.equal(next.headers.location, '/desk/');
    assert.equal((await call('GET', '/api/v1/session', { cookie: before })).statusCode, 401);
    const kept = await query<{ row: string }>(
      world.ctx.db.app,
      sql`select r::text as row from credentials.representation r where provider = 'city-companies'`,
    );
    assert.ok(kept.length > 0 && kept.every(({ row }) => !row.includes('made-up-boss')), 'tokens only');
    // For the licences below nobody speaks for it yet.
    await query(world.ctx.db.migrator, sql`delete from credentials.representation`);
  });
});

describe('a certificate on a UKey', () => {
  interface Card {
    readonly pem: string;
    readonly key: KeyObject;
  }
  async function show(
    card: Card,
    path: 'begin' | 'link' = 'begin',
    headers: Headers = {},
    over: { message?: string } = {},
  ) {
    const begun = await call('POST', `/api/v1/session/providers/ukey/${path}`, headers, {});
    const { state, challenge } = begun.json();
    const signature = sign('sha256', Buffer.from(over.message ?? challenge), card.key).toString('base64');
    return call(
      'POST',
      '/api/v1/session/providers/ukey/finish',
      { ...headers, cookie: [headers.cookie, cookiesOf(begun)].filter(Boolean).join('; ') },
      { state, certificate: card.pem, signature },
    );
  }
  it('signs in who has linked it, as two factors; unlinked, foreign, expired, revoked or not signing, nobody', async () => {
    const card = await makeCertificate(authority, '0a01');
    assert.equal((await show(card)).statusCode, 401, 'not linked yet');
    const session = await signInAs(app, 'second');
    assert.equal((await show(card, 'link', session)).statusCode, 200);
    const done = await show(card);
    assert.equal(done.statusCode, 200, done.body);
    assert.deepEqual([done.json().account.login, done.json().secondFactor], ['second', 'done']);
    const reasons: string[] = [];
    for (const [bad, over] of [
      [await makeCertificate(await makeAuthority('Test CA'), '0a01'), {}],
      [await makeCertificate(authority, '0a02', { notAfter: new Date('2026-02-01T00:00:00Z') }), {}],
      [await makeCertificate(authority, '0bad'), {}],
      [{ pem: card.pem, key: (await makeCertificate(authority, '0a03')).key }, {}],
      [card, { message: 'chengxin-sign-in https://evil.example x' }],
      [{ pem: authority.root.toString('pem'), key: card.key }, {}],
      [{ pem: 'x', key: card.key }, {}],
    ] as const) {
      const answer = await show(bad, 'begin', {}, over);
      assert.equal(answer.statusCode, 401, answer.body);
      reasons.push(
        (
          await one<{ reason: string }>(
            world.ctx.db.audit,
            sql`select detail->>'reason' as reason from log.access_log where action = 'session.signInByProvider' order by log_id desc limit 1`,
          )
        ).reason,
      );
    }
    assert.deepEqual(reasons, [
      'unknownIssuer',
      'expired',
      'revoked',
      'wrongSignature',
      'wrongSignature',
      'authorityItself',
      'malformed',
    ]);
  });
  it('a revocation list that is out of date lets nobody in', async () => {
    const card = await makeCertificate(authority, '0a09');
    await writeRevocations([], new Date('2026-02-01T00:00:00Z'));
    assert.equal((await show(card)).statusCode, 401);
    const row = await one<{ reason: string }>(
      world.ctx.db.audit,
      sql`select detail->>'reason' as reason from log.access_log where action = 'session.signInByProvider' order by log_id desc limit 1`,
    );
    assert.equal(row.reason, 'revocationListStale');
    await writeRevocations(['0bad'], new Date('2027-01-01T00:00:00Z'));
  });
});

describe("a company's electronic business licence", () => {
  async function show(person: string, code = company.code, over: Record<string, unknown> = {}) {
    const begun = await call('POST', '/api/v1/session/providers/licence/begin', {}, {});
    const { state, challenge } = begun.json();
    const assertion = await assertLicence({ challenge, unifiedCode: code, person, now: world.ctx.clock.now(), over });
    return call('POST', '/api/v1/session/providers/licence/finish', { cookie: cookiesOf(begun) }, { state, assertion });
  }
  it('binds an account to exactly one organisation; the person is kept as a token only', async () => {
    const first = await show('made-up-person-1');
    assert.equal(first.statusCode, 200, first.body);
    assert.deepEqual(first.json().account.roles, ['companyRepresentative']);
    const again = await show('made-up-person-1');
    assert.equal(again.json().account.id, first.json().account.id);
    const elsewhere = await show('made-up-person-1', other.code);
    assert.notEqual(elsewhere.json().account.id, first.json().account.id, 'another organisation, another account');
    const rows = await query<{ row: string }>(
      world.ctx.db.app,
      sql`select r::text as row from credentials.representation r`,
    );
    assert.equal(rows.length, 2);
    assert.ok(rows.every(({ row }) => !row.includes('made-up-person') && row.includes('pt_')));
    const account = await one<{ subject_id: string }>(
      world.ctx.db.app,
      sql`select subject_id from identity.account where account_id = ${first.json().account.id}`,
    );
    assert.equal(account.subject_id, company.subjectId);
  });
  it('ends when another proves to be the legal representative, with the sessions; the earlier one cannot come back unproved', async () => {
    const before_ = await show('made-up-person-1');
    const cookie = cookiesOf(before_);
    assert.equal((await call('GET', '/api/v1/session', { cookie })).statusCode, 200);
    assert.equal((await show('made-up-person-2')).statusCode, 200);
    assert.equal((await call('GET', '/api/v1/session', { cookie })).statusCode, 401);
    const ended = await query<{ ended_reason: string }>(
      world.ctx.db.app,
      sql`select ended_reason from credentials.representation where subject_id = ${company.subjectId} and ended_at is not null`,
    );
    assert.deepEqual(
      ended.map((row) => row.ended_reason),
      ['legalRepresentativeChanged'],
    );
  });
  it('is revocable by the organisation, and not by another', async () => {
    const mine = await show('made-up-person-2');
    const theirs = await show('made-up-person-9', other.code);
    const cookie = cookiesOf(mine);
    const list = await call('GET', '/api/v1/representations', { cookie });
    const live = list.json().items.find((item: { endedAt: string | null }) => item.endedAt === null);
    const path = `/api/v1/representations/${live.id}/revoke`;
    assert.equal((await call('POST', path, { cookie: cookiesOf(theirs) })).statusCode, 404);
    assert.equal((await call('POST', path, { cookie })).statusCode, 204);
    assert.equal((await call('GET', '/api/v1/session', { cookie })).statusCode, 401);
  });
  it('an unknown organisation, another challenge, an agent, an old or a forged assertion is refused', async () => {
    assert.equal((await show('made-up-person-1', '91320500MA1X0Y9999')).statusCode, 401);
    assert.equal(
      (await show('made-up-person-1', company.code, { nonce: randomBytes(32).toString('base64url') })).statusCode,
      401,
    );
    assert.equal((await show('made-up-person-1', company.code, { holder: 'agent' })).statusCode, 401);
    const begun = await call('POST', '/api/v1/session/providers/licence/begin', {}, {});
    const { state, challenge } = begun.json();
    const old = new Date(Date.parse(world.ctx.clock.now()) - 3_600_000).toISOString();
    const late = await assertLicence({ challenge, unifiedCode: company.code, person: 'made-up-person-1', now: old });
    const headers = { cookie: cookiesOf(begun) };
    assert.equal(
      (await call('POST', '/api/v1/session/providers/licence/finish', headers, { state, assertion: late })).statusCode,
      401,
    );
    const good = await call('POST', '/api/v1/session/providers/licence/begin', {}, {});
    const made = await assertLicence({
      challenge: good.json().challenge,
      unifiedCode: company.code,
      person: 'p',
      now: world.ctx.clock.now(),
    });
    const [head, , tail] = made.split('.');
    const forged = `${head}.${Buffer.from(JSON.stringify({ unifiedCode: company.code })).toString('base64url')}.${tail}`;
    const answer = await call(
      'POST',
      '/api/v1/session/providers/licence/finish',
      { cookie: cookiesOf(good) },
      { state: good.json().state, assertion: forged },
    );
    assert.equal(answer.statusCode, 401);
    await execute(world.ctx.db.app, sql`delete from credentials.provider_attempt`);
  });
});
