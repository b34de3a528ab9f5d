/** Attacks that no other file tries; which file tries which is in docs/operate/security.md, held by table.test.ts. */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { testPassword } from '../../server/src/testing-context.ts';
import { createHttpCity, type HttpCity, type Method } from '../support/http-city.ts';
import { DEPARTMENT } from '../support/rows.ts';

let city: HttpCity;
before(async () => {
  city = await createHttpCity({ app: { rateLimit: { account: 100_000, address: 100_000 } } });
});
after(() => city.close());

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
const absent = '01a00000-0000-7000-8000-00000000dead';
const cookieOf = (login: 'officer' | 'security'): string => city.sessions[login].cookie ?? '';

describe('another site', () => {
  it('cannot make a signed-in browser change anything, by whichever route', async (test) => {
    const { paths } = (await city.call(null, 'GET', '/api/v1/openapi.json')).json() as OpenApi;
    const wrong: string[] = [];
    let asked = 0;
    for (const [path, methods] of Object.entries(paths)) {
      for (const method of Object.keys(methods)) {
        const name = method.toUpperCase() as Method;
        if (!['POST', 'PUT', 'PATCH', 'DELETE'].includes(name)) continue;
        const url = path.replaceAll(/\{[^}]+\}/g, absent);
        for (const headers of [
          { origin: 'https://evil.example' },
          { referer: 'https://evil.example/page' },
          { origin: 'null' },
        ]) {
          const answer = await city.inject({
            method: name,
            url,
            headers: { host: 'localhost:8080', cookie: cookieOf('security'), ...headers },
          });
          asked += 1;
          // Reconciliation is public, reads only and knows no session: other sites may ask it.
          if (answer.statusCode !== 403 && !path.startsWith('/api/v1/reconcile'))
            wrong.push(`${name} ${path} ${JSON.stringify(headers)}: ${answer.statusCode}`);
        }
      }
    }
    test.diagnostic(`${asked} requests of another site`);
    assert.deepEqual(wrong, []);
    assert.ok(asked > 200, String(asked));
  });
});

describe('a session', () => {
  it('is never one that an attacker has set before: signing in makes a new one, and the planted one opens nothing', async () => {
    const name = cookieOf('officer').split('=')[0] ?? '';
    const planted = `${name}=${'A'.repeat(43)}`;
    const signedIn = await city.inject({
      method: 'POST',
      url: '/api/v1/session',
      headers: { host: 'localhost:8080', origin: 'http://localhost:8080', cookie: planted },
      payload: { login: 'officer', password: testPassword },
    });
    assert.equal(signedIn.statusCode, 200, signedIn.body);
    const set = signedIn.cookies.find((cookie) => cookie.name === name);
    assert.ok(set && set.value !== 'A'.repeat(43));
    const tried = await city.inject({
      method: 'GET',
      url: '/api/v1/session',
      headers: { host: 'localhost:8080', cookie: planted },
    });
    assert.equal(tried.statusCode, 401);
  });
  it('of an over-long, broken or doubled token is no session and no error', async () => {
    const name = cookieOf('officer').split('=')[0] ?? '';
    for (const value of ['', 'x', 'A'.repeat(8000), '%00', '%zz', '"><script>', `${'A'.repeat(43)}; ${name}=B`]) {
      const answer = await city.inject({
        method: 'GET',
        url: '/api/v1/session',
        headers: { host: 'localhost:8080', cookie: `${name}=${value}` },
      });
      assert.equal(answer.statusCode, 401, `${value.slice(0, 20)}: ${answer.body}`);
    }
    for (const value of [
      `Bearer ${'A'.repeat(9000)}`,
      'Bearer',
      'Basic eDp5',
      `Bearer cxk_${absent}_${'A'.repeat(43)}`,
    ]) {
      const answer = await city.inject({
        method: 'GET',
        url: '/api/v1/submissions',
        headers: { host: 'localhost:8080', authorization: value },
      });
      assert.ok([401, 429].includes(answer.statusCode), `${value.slice(0, 20)}: ${answer.statusCode}`);
    }
  });
  it('of the own record: an over-long or guessed secret is one and the same refusal', async () => {
    const bodies = new Set<string>();
    for (const secret of ['', 'A', 'A'.repeat(43), 'A'.repeat(4000)]) {
      const answer = await city.call(null, 'GET', '/api/v1/own/record', { headers: { 'x-own-session': secret } });
      assert.equal(answer.statusCode, 401);
      bodies.add(answer.body.replace(/"requestId":"[^"]+"/, ''));
    }
    assert.equal(bodies.size, 1);
  });
});

describe('signing in', () => {
  it('says the same of a wrong password and of a login that nobody has', async () => {
    const tell = async (login: string): Promise<string> => {
      const answer = await city.call(null, 'POST', '/api/v1/session', {
        payload: { login, password: 'Wrong-pass-2026' },
        remoteAddress: '198.51.100.77',
      });
      assert.equal(answer.statusCode, 401, answer.body);
      return answer.body.replace(/"requestId":"[^"]+"/, '');
    };
    assert.equal(await tell('stranger'), await tell('nobody-at-all'));
  });
});

describe('redirects', () => {
  it('of pages lead to this site only, whatever stands in the address or the host', async () => {
    for (const url of [
      '/verify?no=//evil.example',
      '/verify?no=https://evil.example/x',
      '/verify?no=%5C%5Cevil.example',
      '/search?q=%20',
      '/desk',
      '//evil.example/desk/..',
      '/desk//evil.example/',
    ]) {
      const answer = await city.inject({ method: 'GET', url, headers: { host: 'evil.example' } });
      const { location } = answer.headers;
      if (location === undefined) continue;
      const target = new URL(String(location), 'http://localhost:8080');
      assert.equal(target.host, 'localhost:8080', `${url} leads to ${location}`);
      assert.ok(!String(location).startsWith('//'), `${url} leads to ${location}`);
    }
  });
});

describe('paths', () => {
  it('out of the folders of the desk and the portal lead nowhere, by raw requests', async () => {
    await city.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = city.app.server.address() as AddressInfo;
    const ask = (path: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () =>
          socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n`),
        );
        let text = '';
        socket.on('data', (chunk: Buffer) => {
          text += chunk.toString('utf8');
        });
        socket.on('end', () => resolve(text));
        socket.once('error', reject);
      });
    for (const path of [
      '/desk/../../package.json',
      '/desk/..%2f..%2fpackage.json',
      '/desk/assets/%2e%2e/%2e%2e/%2e%2e/package.json',
      '/desk/assets/..%5c..%5c..%5cpackage.json',
      '/assets/../../../package.json',
      '/assets/..%2f..%2f..%2fetc%2fpasswd',
      '/desk/%00/etc/passwd',
      '/api/v1/standards/..%2f..%2f..%2fpackage.json/template.xlsx',
    ]) {
      const answer = await ask(path);
      assert.doesNotMatch(answer, /"name": "chengxin"|root:x:0/, path);
      assert.doesNotMatch(answer, /^HTTP\/1\.1 5/, path);
    }
  });
});

describe('addresses that the server would call', () => {
  it('are those that the operator has named; the machine itself, its neighbours and the cloud’s metadata are not', async () => {
    for (const host of [
      '169.254.169.254',
      '127.0.0.1',
      'localhost',
      '[::1]',
      '0.0.0.0',
      '10.0.0.5',
      'db.example.gov.cn@evil',
    ]) {
      const answer = await city.call('office', 'POST', '/api/v1/channels', {
        payload: {
          ...{ org: DEPARTMENT.code, name: '取数', standard: 'penalty', engine: 'postgresql', host, port: 5432 },
          ...{ database: 'd', table: 't', user: 'u', password: 'p', watermarkColumn: 'w', keyColumns: ['k'] },
        },
      });
      assert.ok([400, 422].includes(answer.statusCode), `${host}: ${answer.statusCode} ${answer.body}`);
      assert.match(answer.body, /PULL_HOSTS|\/host/, host);
    }
  });
});
