/** What an attacker tries with ids, bodies and codes: every route of the table that hides something is asked. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createFixture, type MadeFixture } from '../authorization/fixture.ts';
import { casesOf, expected, whos } from '../authorization/format.ts';
import { readTable } from '../authorization/table.ts';
import { createHttpCity, type Method } from '../support/http-city.ts';
import { codeOf } from '../support/rows.ts';

let made: MadeFixture;
before(async () => {
  made = await createFixture();
});
after(() => made.city.close());

const id = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const absent = '01a00000-0000-7000-8000-00000000dead';
const strip = (body: string): string => body.replace(/"requestId":"[^"]+"/, '');

describe('ids of others', () => {
  it('what is hidden answers, byte for byte, as what does not exist', async (test) => {
    const { rows } = await readTable();
    let asked = 0;
    const wrong: string[] = [];
    for (const [route, row] of rows) {
      for (const entry of casesOf(row)) {
        const who = whos.find((one) => one !== 'anonymous' && expected(entry.expect, one) === 'hidden');
        if (!who || who === 'anonymous') continue;
        const { url, payload, headers } = await entry.request(who, made);
        // Ids stand in the path; a body named by its code is not one.
        if (!id.test(url)) continue;
        id.lastIndex = 0;
        const method = route.slice(0, route.indexOf(' ')) as Method;
        const options = { ...(payload ? { payload } : {}), ...(headers ? { headers } : {}) };
        const hidden = await made.city.call(who, method, url, options);
        const missing = await made.city.call(who, method, url.replaceAll(id, absent), options);
        await entry.after?.(made);
        asked += 1;
        if (hidden.statusCode !== 404 || missing.statusCode !== 404 || strip(hidden.body) !== strip(missing.body))
          wrong.push(`${route} ${entry.when ?? ''} as ${who}: ${hidden.statusCode} ${hidden.body} | ${missing.body}`);
        const types = [hidden, missing].map((answer) => answer.headers['content-type']);
        if (types[0] !== types[1]) wrong.push(`${route}: content types`);
      }
    }
    test.diagnostic(`${asked} hidden things asked for`);
    assert.deepEqual(wrong, []);
    assert.ok(asked > 25, String(asked));
  });
});

describe('more in a body than was asked for', () => {
  it('is refused: nobody sets a state, a count, an owner or a decision', async () => {
    const terms = (await made.city.call('representative', 'GET', '/api/v1/authorisations:terms')).json();
    const authorisation = { purpose: 'loan', sections: [terms.sections[0].key], days: 1, uses: 1 };
    const extra = [
      { state: 'approved' },
      { usesMade: -1 },
      { subjectId: made.subjectId },
      { requestedBy: absent },
      { rowLimit: 10 },
      { __proto__polluted: true },
    ];
    const requests: readonly [Parameters<typeof made.city.call>[0], string, object][] = [
      [
        'officer',
        '/api/v1/exports',
        { filter: { item: 'penalty' }, reason: '年度检查抽样', purpose: 'dailySupervision' },
      ],
      ['reader', '/api/v1/authorisations', { ...authorisation, code: made.code }],
      ['representative', '/api/v1/authorisations:give', { ...authorisation, body: made.city.readerBodyId }],
      ['system', '/api/v1/emergency/requests', { closed: true, reason: '演练演练' }],
      ['system', '/api/v1/emergency/read-only', { readOnly: true, reason: '演练演练' }],
    ];
    for (const [login, url, body] of requests) {
      for (const more of extra) {
        const answer = await made.city.call(login, 'POST', url, { payload: { ...body, ...more } });
        assert.equal(answer.statusCode, 400, `${url} ${JSON.stringify(more)}: ${answer.body}`);
      }
    }
  });
  it('a purpose, a matter or a case number that holds a person’s number is refused and not echoed', async () => {
    const number = '11010519491231002X';
    for (const [key, value] of [
      ['matter', `张三 ${number}`],
      ['caseNumber', number],
    ] as const) {
      const url = `/api/v1/subjects/${made.code}?purpose=approval&${key}=${encodeURIComponent(value)}`;
      const answer = await made.city.call('officer', 'GET', url);
      assert.equal(answer.statusCode, 400);
      assert.ok(!answer.body.includes(number));
    }
  });
});

describe('guessing codes without an account', () => {
  it('is slowed down for each address, with RateLimit-* and Retry-After', async () => {
    const limited = await createHttpCity({ app: { rateLimit: { account: 100, address: 15 } } });
    try {
      const guess = (serial: number, remoteAddress: string) =>
        limited.call(null, 'GET', `/api/v1/public/subjects/${codeOf(serial)}`, { remoteAddress });
      const answers = [];
      for (let serial = 5000; serial < 5020; serial += 1) answers.push(await guess(serial, '198.51.100.9'));
      assert.deepEqual(
        answers.map((answer) => answer.statusCode),
        [...Array.from({ length: 15 }, () => 404), ...Array.from({ length: 5 }, () => 429)],
      );
      const last = answers.at(-1);
      assert.ok(Number(last?.headers['retry-after']) > 0);
      assert.equal(last?.headers['ratelimit-limit'], '15');
      assert.equal(last?.headers['ratelimit-remaining'], '0');
      assert.equal((await guess(5001, '198.51.100.10')).statusCode, 404, 'another address is not held up');
    } finally {
      await limited.close();
    }
  });
});
