/** Requests that are no requests of ours: a problem that says what is wrong, nothing written, and the server goes on. */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { assertProblem, createHttpCity, type HttpCity, multipartOf } from '../support/http-city.ts';
import { codeOf, penalty } from '../support/rows.ts';

let city: HttpCity;
let port: number;
before(async () => {
  city = await createHttpCity({ app: { rateLimit: { account: 100_000, address: 100_000 } } });
  await city.app.listen({ host: '127.0.0.1', port: 0 });
  port = (city.app.server.address() as AddressInfo).port;
});
after(() => city.close());
afterEach(async () => {
  assert.equal((await city.call(null, 'GET', '/healthz')).statusCode, 200);
  assert.deepEqual(city.leftovers(), []);
});

const json = { 'content-type': 'application/json' };
const post = (url: string, payload: string | Buffer | object, headers: Record<string, string> = json) =>
  city.call('officer', 'POST', url, { payload, headers });

describe('bodies', () => {
  it('that are no JSON, empty, or of another type', async () => {
    for (const text of ['{', '{"standard": "penalty",}', "{'a':1}", '\ufeff{}x', 'null x', '{"a":1}{"b":2}'])
      assertProblem(await post('/api/v1/records', text), 400, 'invalid-request');
    assertProblem(await post('/api/v1/records', ''), 400, 'invalid-request');
    assertProblem(await post('/api/v1/records', Buffer.from('fffefd', 'hex')), 400, 'invalid-request');
    for (const type of [
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'text/html',
      'nonsense',
    ]) {
      assertProblem(await post('/api/v1/records', 'a=1', { 'content-type': type }), 415, 'unsupported-media-type');
    }
  });
  it('that are JSON of another form name the fields', async () => {
    for (const [payload, field] of [
      [{}, 'body/standard'],
      [[], 'body'],
      [{ standard: 1, values: {} }, 'body/standard'],
      [{ standard: 'penalty', values: { A: 1 } }, 'body/values/A'],
      [{ standard: 'penalty', values: {}, subjectId: 'x' }, 'body/subjectId'],
    ] as const) {
      const { errors } = assertProblem(await post('/api/v1/records', JSON.stringify(payload)), 400, 'invalid-request');
      assert.ok(
        errors?.some((error) => error.field === field && error.zh && error.en),
        JSON.stringify([payload, errors]),
      );
    }
    assertProblem(
      await post('/api/v1/records', JSON.stringify({ standard: 'nothing', values: {} })),
      422,
      'unprocessable',
    );
  });
  it('that are too large', async () => {
    const before = await city.traces();
    assertProblem(
      await post('/api/v1/records', JSON.stringify({ standard: 'penalty', values: { CF_SY: 'x'.repeat(1_200_000) } })),
      413,
      'too-large',
    );
    const rows = Array.from({ length: 5001 }, () => ({ CF_XDR_MC: 'x' }));
    assertProblem(
      await post('/api/v1/records:push', JSON.stringify({ standard: 'penalty', rows })),
      400,
      'invalid-request',
    );
    assertProblem(
      await post(
        '/api/v1/records:push',
        JSON.stringify({ standard: 'penalty', rows: [{ CF_SY: 'x'.repeat(17 * 1024 * 1024) }] }),
      ),
      413,
      'too-large',
    );
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    assertProblem(await post('/api/v1/records', deep), 400, 'invalid-request');
    assertProblem(
      await city.call(
        'officer',
        'POST',
        '/api/v1/attachments',
        multipartOf([
          {
            name: 'file',
            fileName: 'x.pdf',
            content: Buffer.concat([Buffer.from('%PDF-1.7'), Buffer.alloc(21 * 1024 * 1024)]),
          },
        ]),
      ),
      413,
      'too-large',
    );
    assert.deepEqual(await city.traces(), before);
  });
  it('with keys of the language itself change nothing', async () => {
    const polluted = await post(
      '/api/v1/records',
      '{"standard":"penalty","values":{"__proto__":{"x":1},"constructor":{"y":2}}}',
    );
    assert.ok(polluted.statusCode >= 400 && polluted.statusCode < 500, polluted.body);
    assertProblem(
      await post('/api/v1/records:push', '{"standard":"penalty","rows":[{"__proto__":"1"}]}'),
      400,
      'invalid-request',
    );
    assertProblem(
      await post('/api/v1/records:push', '{"standard":"__proto__","rows":[{"A":"1"}]}'),
      422,
      'unprocessable',
    );
    assertProblem(
      await post('/api/v1/records:push', '{"standard":"penalty","rows":[{"toString":"1"}]}'),
      422,
      'unprocessable',
    );
    assert.equal(({} as Record<string, unknown>).x, undefined);
  });
});

describe('addresses', () => {
  it('unknown ones and other methods', async () => {
    for (const url of [
      '/api/v1/nothing',
      '/api/v2/subjects',
      '/api/v1/submissions/x/y/z',
      '/api',
      '/wp-login.php',
      '/.env',
      '/.git/config',
    ])
      assertProblem(await city.call(null, 'GET', url), 404, 'not-found');
    for (const [method, url] of [
      ['DELETE', '/api/v1/submissions'],
      ['PUT', '/api/v1/records'],
      ['PATCH', '/api/v1/session'],
      ['POST', '/s/x'],
      ['POST', '/'],
    ] as const) {
      const response = await city.call(null, method, url);
      assertProblem(response, 405, 'method-not-allowed');
      assert.match(String(response.headers.allow), /GET|POST/);
    }
    for (const url of [
      '/%2e%2e/%2e%2e/etc/passwd',
      '/desk/../../../../etc/passwd',
      '/desk/%2e%2e%2f%2e%2e%2fpackage.json',
      '/desk/..%5c..%5cpackage.json',
    ]) {
      const response = await city.call(null, 'GET', url);
      assert.ok([400, 403, 404].includes(response.statusCode), `${url} ${response.statusCode}`);
      assert.doesNotMatch(response.body, /root:|workspaces/);
    }
  });
  it('badly encoded ones', async () => {
    for (const url of ['/s/%', '/s/%E0%A4%A', '/api/v1/public/subjects/%ff%fe', '/verify/%c0%af']) {
      const response = await city.call(null, 'GET', url);
      assert.ok([400, 404].includes(response.statusCode), `${url} ${response.statusCode}`);
    }
  });
  it('people get a page of it in their language', async () => {
    const page = await city.call(null, 'GET', '/nothing?lang=en', { headers: { accept: 'text/html' } });
    assert.equal(page.statusCode, 404);
    assert.match(String(page.headers['content-type']), /^text\/html/);
    assert.match(page.body, /<html lang="en/);
    assert.doesNotMatch(page.body, /<script>[^<]/);
  });
});

describe('queries', () => {
  const long = encodeURIComponent('长'.repeat(10_000));
  it('of ten thousand characters, empty, repeated, of other types', async () => {
    for (const url of [
      `/search?q=${long}`,
      `/api/v1/public/subjects?q=${long}`,
      `/api/v1/public/subjects:suggest?q=${long}`,
      `/verify?no=${long}`,
      `/s/x?tab=${long}`,
      `/api/v1/public/reports/verify/x?h=${long}`,
    ]) {
      const response = await city.call(null, 'GET', url, {
        headers: { accept: url.startsWith('/api') ? 'application/json' : 'text/html' },
      });
      assert.ok(
        [200, 400, 404].includes(response.statusCode),
        `${url.slice(0, 60)} ${response.statusCode} ${response.body.slice(0, 200)}`,
      );
      assert.ok(response.body.length < 120_000, 'it is told once, not many times');
    }
    for (const url of [
      `/api/v1/submissions?q=${long}`,
      `/api/v1/records?cursor=${long}`,
      `/api/v1/subjects?q=${long}`,
      `/api/v1/subjects/${codeOf(1)}?purpose=approval&caseNumber=${long}`,
      `/api/v1/subjects/lookup?code=${long}`,
    ]) {
      assertProblem(await city.call('officer', 'GET', url), 400, 'invalid-request');
    }
    for (const url of [
      '/api/v1/public/subjects',
      '/api/v1/public/subjects?q=',
      '/api/v1/public/subjects?q=%20',
      '/api/v1/public/subjects?q=a',
      '/api/v1/public/subjects?q=ab&limit=0',
      '/api/v1/public/subjects?q=ab&limit=x',
      '/api/v1/public/subjects?q=ab&limit=1e3',
      '/api/v1/public/subjects?q=ab&cursor=x',
      '/api/v1/public/subjects?q=ab&other=1',
    ]) {
      assertProblem(await city.call(null, 'GET', url), 400, 'invalid-request');
    }
    const twice = await city.call(null, 'GET', '/api/v1/public/subjects?q=ab&q=cd');
    assert.ok([200, 400].includes(twice.statusCode), twice.body);
  });
  it('with NUL, control characters, wildcards and lone surrogates', async () => {
    for (const q of [
      '%00',
      'ab%00cd',
      '%25%25',
      '__',
      '%5C%5C',
      '%ED%A0%80ab',
      '%F0%A0%AE%B7%F0%A0%AE%B7',
      '%E2%80%AEab',
      "'' OR 1=1",
      '$1$2',
      '{}{}',
      '[[[',
      '((((',
      '*+?',
    ]) {
      for (const url of [
        `/search?q=${q}`,
        `/api/v1/public/subjects?q=${q}`,
        `/api/v1/public/subjects:suggest?q=${q}`,
        `/s/${q}`,
        `/verify/${q}`,
        `/api/v1/public/subjects/${q}`,
        `/api/v1/public/subjects/${q}/report.pdf`,
      ]) {
        const response = await city.call(null, 'GET', url.replaceAll(' ', '%20'), {
          remoteAddress: `10.2.0.${q.length}`,
        });
        assert.ok(response.statusCode < 500, `${url}: ${response.statusCode} ${response.body.slice(0, 300)}`);
        if (url.startsWith('/api/v1/public/subjects?') && response.statusCode === 200)
          assert.deepEqual(response.json().items, [], url);
      }
      for (const url of [
        `/api/v1/submissions?q=${q}`,
        `/api/v1/records?q=${q}`,
        `/api/v1/subjects?q=${q}`,
        `/api/v1/submissions?standard=${q}&state=${q}`,
      ]) {
        const response = await city.call('officer', 'GET', url.replaceAll(' ', '%20'));
        assert.ok(response.statusCode < 500, `${url}: ${response.statusCode} ${response.body.slice(0, 300)}`);
      }
    }
  });
  it('cursors of others, cut or invented', async () => {
    const cursor = 'eyJhIjoxfQ.xxxx';
    for (const url of ['/api/v1/submissions', '/api/v1/records', '/api/v1/drafts'])
      assertProblem(await city.call('officer', 'GET', `${url}?cursor=${cursor}`), 400, 'invalid-request');
  });
});

describe('what is not HTTP', () => {
  const raw = (bytes: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(text));
      socket.setTimeout(3000, () => socket.destroy());
    });
  it('is answered with a problem and a closed line', async () => {
    assert.match(await raw('HELLO\r\n\r\n'), /^HTTP\/1\.1 400 [\s\S]*problem\+json[\s\S]*"code":"invalid-request"/);
    assert.match(
      await raw(`GET / HTTP/1.1\r\nHost: x\r\nCookie: ${'a'.repeat(70_000)}\r\n\r\n`),
      /^HTTP\/1\.1 431 [\s\S]*problem\+json/,
    );
    assert.match(
      await raw(
        'POST /api/v1/records HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ),
      /^HTTP\/1\.1 400 /,
    );
  });
  it("another site's request changes nothing", async () => {
    const before = await city.traces();
    const values = { standard: 'penalty', values: penalty(1) };
    for (const origin of ['https://evil.example', 'null', 'http://localhost:8080.evil.example']) {
      assertProblem(
        await city.call('officer', 'POST', '/api/v1/records', { payload: values, headers: { origin } }),
        403,
        'forbidden',
      );
    }
    assert.deepEqual(await city.traces(), before);
  });
});
