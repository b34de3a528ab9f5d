/** Safe by default (DESIGN §10): each line of it, on a server that really listens with TLS by files. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { buildApp } from '../../server/src/app.ts';
import type { HttpInstance } from '../../server/src/platform/http/index.ts';
import { addTestAccount, testPassword } from '../../server/src/testing-context.ts';
import { type CityContext, createCityContext } from '../support/context.ts';

/** A certificate for this machine only, made for this test; its key protects nothing. */
const certFile = fileURLToPath(new URL('fixtures/localhost.crt', import.meta.url));
const keyFile = fileURLToPath(new URL('fixtures/localhost.key', import.meta.url));

let city: CityContext;
let app: HttpInstance;
let port: number;

before(async () => {
  city = await createCityContext();
  const config = { ...city.ctx.config, publicUrl: 'https://localhost', tls: { certFile, keyFile } };
  app = await buildApp({ ...city.ctx, config });
  await app.listen({ host: '127.0.0.1', port: 0 });
  port = (app.server.address() as AddressInfo).port;
  await addTestAccount(city.ctx, 'officer', ['departmentOfficer']);
});
after(async () => {
  await app.close();
  await city.close();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}
function call(method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      servername: 'localhost',
      port,
      method,
      path,
      headers,
      ca: readFileSync(certFile),
    };
    const sent = request(options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (chunk: Buffer) => parts.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts).toString(),
        }),
      );
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

describe('TLS by files', () => {
  it('serves the certificate, nothing older than TLS 1.2, and no plain HTTP', async () => {
    assert.equal((await call('GET', '/healthz')).status, 200);
    const old = await new Promise((resolve) => {
      const socket = connect(
        { host: '127.0.0.1', port, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ca: readFileSync(certFile) },
        () => resolve('connected'),
      );
      socket.once('error', () => resolve('refused'));
    });
    assert.equal(old, 'refused');
    const plain = await new Promise((resolve) => {
      plainRequest({ host: '127.0.0.1', port, path: '/healthz' }, (response) => resolve(response.statusCode))
        .once('error', () => resolve('refused'))
        .end();
    });
    assert.equal(plain, 'refused');
  });
  it('sends HSTS, a policy without inline scripts, no type guessing and no frame on every page', async () => {
    for (const path of ['/', '/search?q=%E7%A4%BA%E8%8C%83', '/verify', '/no-such-page', '/api/v1/docs', '/healthz']) {
      const { headers } = await call('GET', path);
      assert.match(String(headers['strict-transport-security']), /^max-age=31536000/, path);
      const policy = String(headers['content-security-policy']);
      assert.match(policy, /default-src 'none'/, path);
      assert.match(policy, /frame-ancestors 'none'/, path);
      assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval|\*/, path);
      assert.equal(headers['x-content-type-options'], 'nosniff', path);
      assert.equal(headers['x-powered-by'], undefined, path);
      assert.equal(headers.server, undefined, path);
    }
  });
  it('signs in with a cookie that is Secure, HttpOnly, SameSite and bound to the host', async () => {
    const answer = await call(
      'POST',
      '/api/v1/session',
      { 'content-type': 'application/json', origin: 'https://localhost' },
      JSON.stringify({ login: 'officer', password: testPassword }),
    );
    assert.equal(answer.status, 200, answer.body);
    const cookies = [answer.headers['set-cookie'] ?? []].flat();
    assert.ok(cookies.length > 0);
    for (const cookie of cookies) {
      assert.match(cookie, /^__Host-/);
      for (const attribute of ['Secure', 'HttpOnly', 'Path=/']) assert.match(cookie, new RegExp(`; ${attribute}`));
      assert.match(cookie, /; SameSite=(Strict|Lax)/);
    }
  });
  it('answers no other origin: no CORS on what holds a session, none on errors', async () => {
    const answer = await call('GET', '/api/v1/session', { origin: 'https://evil.example' });
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
    const cross = await call(
      'POST',
      '/api/v1/session',
      { 'content-type': 'application/json', origin: 'https://evil.example', cookie: '__Host-chengxin=x' },
      JSON.stringify({ login: 'officer', password: testPassword }),
    );
    assert.equal(cross.status, 403, cross.body);
  });
});

describe('keys', () => {
  it('lie in the data folder for its owner alone', () => {
    const { keysDir } = city.ctx.config;
    assert.equal(statSync(keysDir).mode & 0o077, 0);
    const keys = readdirSync(keysDir).filter((name) => !name.endsWith('.pub'));
    assert.ok(keys.length > 2, keys.join());
    for (const name of keys) assert.equal(statSync(join(keysDir, name)).mode & 0o077, 0, name);
  });
});
