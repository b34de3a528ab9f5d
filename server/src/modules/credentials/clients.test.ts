import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sm2 } from 'sm-crypto-v2';
import { buildApp } from '../../build-app.ts';
import { one, query, sql } from '../../platform/db.ts';
import type { HttpInstance } from '../../platform/http/index.ts';
import { addTestAccount, createTestContext, signInAs, type TestContext } from '../../testing-context.ts';
import { createBody } from '../identity/index.ts';
import { sm2UserId, verifySm2 } from './signature.ts';

let world: TestContext;
let app: HttpInstance;
let bodyId: string;
let otherBodyId: string;
type Headers = Record<string, string>;
const sessions: Record<string, Headers> = {};
before(async () => {
  world = await createTestContext({ env: { TRUST_PROXY: '10.1.1.1' } });
  app = await buildApp(world.ctx, { rateLimit: { account: 100_000, address: 100_000 } });
  const make = (name: string) =>
    createBody(world.ctx.db.app, world.ctx.clock, { kind: 'department', name, code: null });
  bodyId = (await make('甲局')).bodyId;
  otherBodyId = (await make('乙局')).bodyId;
  await addTestAccount(world.ctx, 'keeper', ['accountManager'], bodyId);
  await addTestAccount(world.ctx, 'other-keeper', ['accountManager'], otherBodyId);
  await addTestAccount(world.ctx, 'security', ['securityAdmin']);
  await addTestAccount(world.ctx, 'security-b', ['securityAdmin']);
  for (const login of ['keeper', 'other-keeper', 'security', 'security-b'])
    sessions[login] = await signInAs(app, login);
});
after(async () => {
  await app?.close();
  await world?.close();
});

interface Answer {
  readonly status: number;
  readonly body: ReturnType<typeof JSON.parse>;
  readonly headers: Readonly<Record<string, unknown>>;
}
async function send(
  method: string,
  url: string,
  headers: Headers,
  payload?: object | string,
  remoteAddress = '10.2.3.4',
): Promise<Answer> {
  const response = await app.inject({
    method: method as 'GET',
    url,
    headers: { host: 'localhost:8080', ...headers },
    remoteAddress,
    ...(payload === undefined ? {} : { payload }),
  });
  return { status: response.statusCode, body: response.body ? response.json() : null, headers: response.headers };
}
const as = (login: string, method: string, path: string, payload?: object) =>
  send(method, `/api/v1${path}`, sessions[login] ?? {}, payload);

const input = {
  name: '审批系统',
  scopes: ['body.read'],
  addresses: [],
  signatureRequired: false,
  contact: '信息科 8600000',
};
async function client(over: object = {}, approved = true): Promise<string> {
  const made = await as('keeper', 'POST', '/clients', { ...input, way: 'direct', bodyId, ...over });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  if (approved) assert.equal((await as('security', 'POST', `/clients/${made.body.id}/approve`)).status, 204);
  return made.body.id;
}
async function key(id: string, given: object = { kind: 'bearer' }): Promise<{ id: string; secret: string }> {
  const issued = await as('keeper', 'POST', `/clients/${id}/keys`, given);
  assert.equal(issued.status, 201, JSON.stringify(issued.body));
  return issued.body;
}
const bearer = (secret: string): Headers => ({ authorization: `Bearer ${secret}` });
const bodies = '/api/v1/bodies';
const lastReason = async (): Promise<string> =>
  (
    await one<{ reason: string }>(
      world.ctx.db.audit,
      sql`select detail->>'reason' as reason from log.access_log where action = 'client.signIn' order by log_id desc limit 1`,
    )
  ).reason;

describe("a system's bearer key", () => {
  it('works once another has approved the system; the secret is kept as a keyed hash only', async () => {
    const id = await client({}, false);
    const { secret } = await key(id);
    assert.equal((await send('GET', bodies, bearer(secret))).status, 401);
    assert.equal((await as('keeper', 'POST', `/clients/${id}/approve`)).status, 403);
    assert.equal((await as('security', 'POST', `/clients/${id}/approve`)).status, 204);
    const answer = await send('GET', bodies, bearer(secret));
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal(answer.headers['ratelimit-limit'], '1200');
    const kept = await query<{ row: string }>(
      world.ctx.db.app,
      sql`select k::text as row from credentials.client_key k`,
    );
    assert.ok(!kept.some(({ row }) => row.includes(secret.slice(-43))));
    const [listed] = (await as('keeper', 'GET', '/clients')).body.items;
    assert.equal(listed.keys[0].lastAddress, '10.2.3.4');
    assert.ok(!JSON.stringify(listed).includes(secret.slice(-43)));
  });
  it('does only what its scopes name, whatever its role may do', async () => {
    const { secret } = await key(await client());
    assert.equal((await send('GET', '/api/v1/submissions', bearer(secret))).status, 403);
    assert.equal((await send('GET', '/api/v1/clients', bearer(secret))).status, 403);
  });
  it('wider scopes, more addresses or no signature wait for approval; narrower ones do not; the asker cannot approve', async () => {
    const id = await client({ scopes: ['body.read', 'policy.read'] });
    const { secret } = await key(id);
    assert.equal((await as('keeper', 'PUT', `/clients/${id}`, { ...input, addresses: ['10.2.0.0/16'] })).status, 204);
    assert.equal((await send('GET', bodies, bearer(secret))).status, 200);
    assert.equal(
      (
        await as('security', 'PUT', `/clients/${id}`, {
          ...input,
          scopes: ['body.read', 'submission.create'],
          addresses: ['10.2.0.0/16'],
        })
      ).status,
      204,
    );
    assert.equal((await send('GET', bodies, bearer(secret))).status, 401);
    assert.equal((await as('security', 'POST', `/clients/${id}/approve`)).status, 409);
    assert.equal((await as('security-b', 'POST', `/clients/${id}/approve`)).status, 204);
    assert.equal((await send('GET', bodies, bearer(secret))).status, 200);
    assert.equal((await as('keeper', 'PUT', `/clients/${id}`, { ...input, addresses: [] })).status, 204);
    assert.equal((await send('GET', bodies, bearer(secret))).status, 401);
  });
  it('scopes that no system has, and properties that nobody sets, are refused', async () => {
    const base = { ...input, way: 'direct', bodyId };
    assert.equal((await as('keeper', 'POST', '/clients', { ...base, scopes: ['log.read'] })).status, 422);
    assert.equal((await as('keeper', 'POST', '/clients', { ...base, approvedBy: 'x' })).status, 400);
    assert.equal((await as('keeper', 'POST', '/clients', { ...base, addresses: ['0.0.0.0/0'] })).status, 422);
    assert.equal((await as('keeper', 'POST', '/clients', { ...base, bodyId: otherBodyId })).status, 404);
    const id = await client();
    assert.equal((await as('other-keeper', 'PUT', `/clients/${id}`, input)).status, 404);
    assert.equal((await as('other-keeper', 'POST', `/clients/${id}/keys`, { kind: 'bearer' })).status, 404);
    assert.equal((await as('other-keeper', 'POST', `/clients/${id}/revoke`)).status, 404);
  });
  it('is bound to its addresses; a rotated key lives through the overlap; revocation holds at once', async () => {
    const id = await client({ addresses: ['10.2.3.0/24', '2001:db8::/32'] });
    const old = await key(id);
    assert.equal((await send('GET', bodies, bearer(old.secret))).status, 200);
    assert.equal((await send('GET', bodies, bearer(old.secret), undefined, '::ffff:10.2.3.9')).status, 200);
    assert.equal((await send('GET', bodies, bearer(old.secret), undefined, '10.2.4.1')).status, 401);
    assert.equal(await lastReason(), 'address');
    const fresh = await key(id, { kind: 'bearer', rotate: true });
    assert.equal((await send('GET', bodies, bearer(old.secret))).status, 200);
    world.ctx.clock.advance({ days: 31 });
    for (const login of Object.keys(sessions)) sessions[login] = await signInAs(app, login);
    assert.equal((await send('GET', bodies, bearer(old.secret))).status, 401);
    assert.equal((await send('GET', bodies, bearer(fresh.secret))).status, 200);
    assert.equal((await as('keeper', 'DELETE', `/clients/${id}/keys/${fresh.id}`)).status, 204);
    assert.equal((await send('GET', bodies, bearer(fresh.secret))).status, 401);
    const third = await key(id);
    assert.equal((await as('security', 'POST', `/clients/${id}/revoke`)).status, 204);
    assert.equal((await send('GET', bodies, bearer(third.secret))).status, 401);
  });
  it('keys that are over-long, malformed, unknown or with a wrong secret get one and the same answer', async () => {
    const { secret } = await key(await client());
    const wrong = `${secret.slice(0, -4)}AAAA`;
    const unknown = secret.replace(/_[0-9a-f-]{36}_/, '_00000000-0000-7000-8000-000000000abc_');
    const answers: Answer[] = [];
    for (const value of [wrong, unknown, 'x', `cxk_${'a'.repeat(5000)}`, `${secret}\u00e9`])
      answers.push(await send('GET', bodies, bearer(value)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([401]));
    assert.equal(new Set(answers.map(({ body }) => body.detail)).size, 1);
  });
});

interface Signer {
  readonly keyId: string;
  readonly alg: string;
  sign(base: string): Buffer;
}
interface Signing {
  readonly created?: number;
  readonly nonce?: string;
  readonly covered?: readonly string[];
  readonly keyId?: string;
  readonly payload?: string;
  readonly alg?: string;
}
const now = (): number => Math.floor(Date.parse(world.ctx.clock.now()) / 1000);

function signed(signer: Signer, method: string, url: string, given: Signing = {}): Headers {
  const path = url.split('?')[0] ?? '';
  const queryText = url.includes('?') ? url.slice(url.indexOf('?')) : '?';
  const digest =
    given.payload === undefined ? null : `sha-256=:${createHash('sha256').update(given.payload).digest('base64')}:`;
  const covered = given.covered ?? ['@method', '@path', '@query', ...(digest ? ['content-digest'] : [])];
  const values: Record<string, string> = {
    '@method': method,
    '@path': path,
    '@query': queryText,
    'content-digest': digest ?? '',
  };
  const parameters = `(${covered.map((name) => `"${name}"`).join(' ')});created=${given.created ?? now()};nonce="${given.nonce ?? randomBytes(12).toString('hex')}";keyid="${given.keyId ?? signer.keyId}";alg="${given.alg ?? signer.alg}"`;
  const base = [...covered.map((name) => `"${name}": ${values[name]}`), `"@signature-params": ${parameters}`].join(
    '\n',
  );
  return {
    'signature-input': `sig1=${parameters}`,
    signature: `sig1=:${signer.sign(base).toString('base64')}:`,
    ...(digest ? { 'content-digest': digest, 'content-type': 'application/json' } : {}),
  };
}

async function ed25519(clientId: string): Promise<Signer & { privateKey: KeyObject }> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const { id } = await key(clientId, { kind: 'ed25519', publicKey: pem });
  return { keyId: id, alg: 'ed25519', privateKey, sign: (base) => sign(null, Buffer.from(base), privateKey) };
}
async function sm2Signer(clientId: string): Promise<Signer> {
  const pair = sm2.generateKeyPairHex();
  const { id } = await key(clientId, { kind: 'sm2', publicKey: pair.publicKey });
  return {
    keyId: id,
    alg: 'sm2-sm3',
    sign: (base) =>
      Buffer.from(
        sm2.doSignature(Buffer.from(base), pair.privateKey, { hash: true, der: false, userId: sm2UserId }),
        'hex',
      ),
  };
}

for (const [name, make] of [
  ['Ed25519', ed25519],
  ['SM2 with SM3', sm2Signer],
] as const) {
  describe(`a request signed with ${name}`, () => {
    it('is accepted once; the same again, another method, path, query or key is not', async () => {
      const id = await client({ signatureRequired: true });
      const signer = await make(id);
      const stranger = await make(id);
      const good = signed(signer, 'GET', bodies);
      assert.equal((await send('GET', bodies, good)).status, 200);
      assert.equal((await send('GET', bodies, good)).status, 401);
      assert.equal(await lastReason(), 'replayed');
      const moved = signed(signer, 'GET', '/api/v1/submissions');
      assert.equal((await send('GET', bodies, moved)).status, 401);
      assert.equal((await send('GET', `${bodies}?all=1`, signed(signer, 'GET', bodies))).status, 401);
      assert.equal((await send('GET', bodies, signed(signer, 'POST', bodies))).status, 401);
      assert.equal((await send('GET', bodies, signed(signer, 'GET', bodies, { keyId: stranger.keyId }))).status, 401);
      assert.equal(await lastReason(), 'wrongSignature');
    });
    it('two at once with the same nonce: one of them', async () => {
      const signer = await make(await client());
      const good = signed(signer, 'GET', bodies);
      const both = await Promise.all([send('GET', bodies, good), send('GET', bodies, good)]);
      assert.deepEqual(both.map(({ status }) => status).sort(), [200, 401]);
    });
    it('has a clock: five minutes off either way and no more', async () => {
      const signer = await make(await client());
      for (const [seconds, status] of [
        [-299, 200],
        [299, 200],
        [-301, 401],
        [301, 401],
        [-1e15, 401],
      ] as const) {
        const answer = await send(
          'GET',
          bodies,
          signed(signer, 'GET', bodies, { created: Math.trunc(now() + seconds) }),
        );
        assert.equal(answer.status, status, String(seconds));
      }
      assert.match(
        (await send('GET', bodies, signed(signer, 'GET', bodies, { created: now() - 400 }))).body.detailEn,
        /300 seconds/,
      );
    });
    it('covers the body by its digest', async () => {
      const signer = await make(await client({ scopes: ['submission.create'] }));
      const payload = JSON.stringify({ standard: 'penalty', rows: [{ a: '1' }] });
      const url = '/api/v1/records:push';
      const accepted = await send('POST', url, signed(signer, 'POST', url, { payload }), payload);
      assert.ok(
        ![400, 401, 403].includes(accepted.status) || !/摘要|系统身份/.test(accepted.body.detail),
        JSON.stringify(accepted.body),
      );
      const changed = await send('POST', url, signed(signer, 'POST', url, { payload }), payload.replace('1', '2'));
      assert.equal(changed.status, 400);
      assert.match(changed.body.detail, /摘要/);
      const bare = signed(signer, 'POST', url, { payload, covered: ['@method', '@path', '@query'] });
      assert.equal((await send('POST', url, bare, payload)).status, 401);
      assert.equal(await lastReason(), 'noDigest');
    });
  });
}

describe('signatures that are no signatures', () => {
  it('get the same answer and never an error of the server', async () => {
    const signer = await ed25519(await client());
    const good = signed(signer, 'GET', bodies);
    const parameters = good['signature-input'] ?? '';
    const cases: Headers[] = [
      { ...good, 'signature-input': parameters.replace('"@query"', '') },
      { ...good, 'signature-input': `${parameters}, sig2=("@method")` },
      { ...good, 'signature-input': parameters.replace(/nonce="[^"]+"/, 'nonce="short"') },
      { ...good, 'signature-input': parameters.replace(/created=\d+/, 'created="x"') },
      { ...good, 'signature-input': 'sig1=((((' },
      { ...good, 'signature-input': `sig1=(${'"@method" '.repeat(900)})` },
      { ...good, signature: 'sig1=:AAAA:' },
      { ...good, signature: 'other=:AAAA:' },
      { 'signature-input': parameters },
      { signature: good.signature ?? '' },
      signed(signer, 'GET', bodies, { alg: 'sm2-sm3' }),
    ];
    for (const [at, headers] of cases.entries())
      assert.equal((await send('GET', bodies, headers)).status, 401, `case ${at}`);
  });
  it('a system that must sign cannot come with a bearer key', async () => {
    const { secret } = await key(await client({ signatureRequired: true }));
    assert.equal((await send('GET', bodies, bearer(secret))).status, 401);
    assert.equal(await lastReason(), 'signatureRequired');
  });
});

describe('SM2 with SM3', () => {
  // GB/T 32918.5-2017 annex A.2: the recommended curve, "message digest", identity 1234567812345678.
  const published = {
    publicKey:
      '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
    privateKey: '3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8',
    signature:
      'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
  };
  it('holds against the published vector', () => {
    const message = Buffer.from('message digest');
    assert.equal(sm2.getPublicKeyFromPrivateKey(published.privateKey), published.publicKey);
    assert.equal(verifySm2(message, Buffer.from(published.signature, 'hex'), published.publicKey), true);
    assert.equal(
      verifySm2(Buffer.from('message digesT'), Buffer.from(published.signature, 'hex'), published.publicKey),
      false,
    );
  });
  const openssl = (args: readonly string[]) => spawnSync('openssl', args, { encoding: 'utf8' });
  const there = /SM2/i.test(openssl(['list', '-public-key-algorithms']).stdout ?? '');
  it('and against OpenSSL, both ways', { skip: there ? false : 'openssl with SM2 is not installed' }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'chengxin-sm2-'));
    const at = (name: string): string => join(folder, name);
    try {
      const ok = (args: readonly string[]): void => {
        const ran = openssl(args);
        assert.equal(ran.status, 0, ran.stderr);
      };
      ok(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:SM2', '-out', at('key.pem')]);
      ok(['pkey', '-in', at('key.pem'), '-pubout', '-out', at('public.pem')]);
      writeFileSync(at('message'), '待签名的请求');
      const id = ['-pkeyopt', `distid:${sm2UserId}`, '-digest', 'sm3', '-rawin'];
      ok(['pkeyutl', '-sign', '-in', at('message'), '-inkey', at('key.pem'), '-out', at('signature'), ...id]);
      const text = openssl(['pkey', '-in', at('key.pem'), '-text', '-noout']).stdout;
      const hex = (from: string, to: RegExp): string =>
        (text.slice(text.indexOf(from) + from.length).split(to)[0] ?? '').replaceAll(/[^0-9a-f]/g, '');
      const publicKey = hex('pub:', /ASN1|NIST/);
      const privateKey = hex('priv:', /pub:/).slice(-64);
      const message = Buffer.from('待签名的请求');
      const der = Buffer.from(spawnSync('cat', [at('signature')]).stdout).toString('hex');
      assert.equal(sm2.doVerifySignature(message, der, publicKey, { hash: true, der: true, userId: sm2UserId }), true);
      const ours = sm2.doSignature(message, privateKey, { hash: true, der: true, userId: sm2UserId });
      writeFileSync(at('ours'), Buffer.from(ours, 'hex'));
      ok([
        'pkeyutl',
        '-verify',
        '-in',
        at('message'),
        '-sigfile',
        at('ours'),
        '-pubin',
        '-inkey',
        at('public.pem'),
        ...id,
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('behind a gateway', () => {
  it('gateway and application token together, from its address, with the narrow scopes and the lower limit', async () => {
    const gateway = await as('security', 'POST', '/gateways', { name: '政务数据共享网关', addresses: ['10.7.0.1'] });
    assert.equal(gateway.status, 201, JSON.stringify(gateway.body));
    const id = await client({ way: 'gateway', scopes: ['body.read'] });
    assert.equal((await as('keeper', 'POST', `/clients/${id}/keys`, { kind: 'bearer' })).status, 422);
    const { secret } = await key(id, { kind: 'application' });
    const both = { 'x-gateway-key': gateway.body.secret, 'x-application-token': secret };
    const good = await send('GET', bodies, both, undefined, '10.7.0.1');
    assert.equal(good.status, 200, JSON.stringify(good.body));
    assert.equal(good.headers['ratelimit-limit'], '120');
    assert.equal((await send('GET', bodies, both, undefined, '10.7.0.2')).status, 401);
    assert.equal((await send('GET', bodies, { 'x-application-token': secret }, undefined, '10.7.0.1')).status, 401);
    assert.equal(
      (await send('GET', bodies, { 'x-gateway-key': gateway.body.secret }, undefined, '10.7.0.1')).status,
      401,
    );
    assert.equal(
      (await send('GET', bodies, bearer(secret), undefined, '10.7.0.1')).status,
      401,
      'no key of the direct way',
    );
    const wide = await as('keeper', 'POST', '/clients', {
      ...input,
      way: 'gateway',
      bodyId,
      scopes: ['subject.search'],
    });
    assert.equal(wide.status, 422);
    assert.equal((await as('security', 'POST', `/gateways/${gateway.body.id}/revoke`)).status, 204);
    assert.equal((await send('GET', bodies, both, undefined, '10.7.0.1')).status, 401);
  });
  it('a certificate counts as the trusted proxy says, and from nobody else', async () => {
    const certificate = 'CN=exchange.example.gov.cn,O=示范市大数据局';
    const made = await as('security', 'POST', '/gateways', { name: '证书网关', addresses: ['10.7.0.9'], certificate });
    assert.deepEqual([made.status, made.body.secret], [201, null]);
    const { secret } = await key(await client({ way: 'gateway' }), { kind: 'application' });
    const headers = { 'x-application-token': secret, 'x-client-certificate-subject': encodeURI(certificate) };
    const right = await send('GET', bodies, { ...headers, 'x-forwarded-for': '10.7.0.9' }, undefined, '10.1.1.1');
    assert.equal(right.status, 200, JSON.stringify(right.body));
    const direct = await send('GET', bodies, headers, undefined, '10.7.0.9');
    assert.equal(direct.status, 401, 'not through the proxy');
  });
});

describe('limits', () => {
  it('count a system by itself and guesses by address, with RateLimit and Retry-After', async () => {
    const small = await buildApp(world.ctx, { rateLimit: { account: 100, address: 3 } });
    try {
      const { secret } = await key(await client());
      const ask = (value: string, remoteAddress: string) =>
        small.inject({ method: 'GET', url: bodies, headers: { host: 'localhost', ...bearer(value) }, remoteAddress });
      for (let n = 0; n < 3; n += 1) assert.equal((await ask('guess', '10.8.8.8')).statusCode, 401);
      const limited = await ask('guess', '10.8.8.8');
      assert.equal(limited.statusCode, 429);
      assert.ok(limited.headers['retry-after'] && limited.headers['ratelimit-remaining'] === '0');
      assert.equal(
        (await ask(secret, '10.8.8.8')).statusCode,
        200,
        'a system that is known is not shut out by its neighbour',
      );
    } finally {
      await small.close();
    }
  });
});
