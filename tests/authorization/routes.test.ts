/**
 * Every route × every role, each cell executed. A route that is not in the table fails the test, so that nobody adds one
 * without saying who may use it. The rows are in `rows/`, one file a module; their form is told in `format.ts`.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { roleNames } from '../../server/src/modules/identity/index.ts';
import { one, sql } from '../../server/src/platform/db.ts';
import { testPdf } from '../../server/src/testing-context.ts';
import { accounts, type Method, multipartOf } from '../support/http-city.ts';
import { DEPARTMENT } from '../support/rows.ts';
import { createFixture, type MadeFixture } from './fixture.ts';
import { type Case, casesOf, expected, type Outcome, type Who, whos } from './format.ts';
import { readTable, rowOf, type Table } from './table.ts';

let made: MadeFixture;
let table: Table;
before(async () => {
  table = await readTable();
  made = await createFixture();
});
after(() => made.city.close());

type Asked = Awaited<ReturnType<Case['request']>>;

const outcomes: Readonly<Record<number, Outcome>> = {
  400: 'invalid',
  401: 'signIn',
  403: 'forbidden',
  404: 'hidden',
  409: 'conflict',
  422: 'invalid',
  503: 'closed',
};
function outcomeOf(status: number, also: readonly number[] = []): Outcome | string {
  if ((status >= 200 && status < 300) || status === 303 || status === 308 || also.includes(status)) return 'ok';
  return outcomes[status] ?? `status ${status}`;
}

const refusals = () =>
  one<{ count: bigint }>(made.city.ctx.db.audit, sql`SELECT count(*) FROM log.access_log WHERE outcome = 'refused'`);

describe('who may call what', () => {
  it('the table knows every role', () => {
    assert.deepEqual([...new Set(Object.values(accounts))].sort(), [...roleNames].sort());
    assert.deepEqual(['anonymous', ...Object.keys(accounts)].sort(), [...whos].sort());
  });
  it('every registered route is in the table, and the table names no other', () => {
    const { registered } = made;
    assert.ok(registered.size > 40, [...registered].join('\n'));
    const missing = [...registered].filter(
      (route) => !/^(GET|POST|DELETE|PUT|PATCH|OPTIONS) \/?\*$/.test(route) && rowOf(table, route) === undefined,
    );
    assert.deepEqual(missing, [], 'add these to a file in tests/authorization/rows with who may call them');
    // The desk's files are registered when web/dist is there.
    assert.deepEqual(
      [...table.rows.keys()].filter((route) => !registered.has(route) && !route.includes('/desk')),
      [],
      'these are no routes any more',
    );
  });
  it('every operation of the OpenAPI document is in the table', async () => {
    const document = (await made.city.call(null, 'GET', '/api/v1/openapi.json')).json() as {
      paths: Record<string, Record<string, unknown>>;
    };
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const named = new Set(
      [...table.rows.keys()].map((route) =>
        route
          .replaceAll('::', '\0')
          .replaceAll(/:(\w+)/g, '{$1}')
          .replaceAll('\0', ':'),
      ),
    );
    assert.deepEqual(
      described.filter((route) => !named.has(route)),
      [],
    );
    assert.ok(described.length > 30);
  });
  it('every route answers each role as the table says', async (test) => {
    const wrong: string[] = [];
    let cells = 0;
    const ask = async (route: string, entry: Case, who: Who, cell: number, request: Asked): Promise<void> => {
      const method = route.slice(0, route.indexOf(' ')) as Method;
      const { url, payload, headers } = request;
      const response = await made.city.call(who === 'anonymous' ? null : who, method, url, {
        ...(payload === undefined ? {} : { payload }),
        ...(headers === undefined ? {} : { headers }),
        // Metrics are for this machine; some routes have limits by address.
        ...(route === 'GET /metrics'
          ? {}
          : { remoteAddress: `10.${1 + (cell >> 16)}.${(cell >> 8) & 255}.${cell & 255}` }),
      });
      const what = `${route}${entry.when ? ` ${entry.when}` : ''} as ${who}`;
      await entry.after?.(made);
      const found = outcomeOf(response.statusCode, entry.also);
      const wanted = expected(entry.expect, who);
      if (found !== wanted) wrong.push(`${what}: ${found} instead of ${wanted} ${response.body.slice(0, 160)}`);
      if (response.statusCode >= 500 && wanted !== 'closed') wrong.push(`${what}: ${response.statusCode}`);
    };
    for (const route of made.registered) {
      const row = rowOf(table, route);
      if (!row) continue;
      // Who only reads does not disturb another reader; what changes something is asked one after the other.
      const together = route.startsWith('GET ');
      for (const entry of casesOf(row)) {
        const asked: Promise<void>[] = [];
        for (const who of whos) {
          cells += 1;
          const asking = ask(route, entry, who, cells, await entry.request(who, made));
          if (together && !entry.after) asked.push(asking);
          else await asking;
        }
        await Promise.all(asked);
      }
    }
    test.diagnostic(`${cells} cells, ${wrong.length} wrong`);
    assert.deepEqual(wrong, []);
  });
  it('what is refused by right is in the access log', async () => {
    const { city, submission } = made;
    const before = await refusals();
    await city.call('stranger', 'GET', `/api/v1/submissions/${submission.id}`);
    await city.call('system', 'GET', '/api/v1/records');
    await city.call(null, 'GET', '/api/v1/records');
    assert.equal((await refusals()).count - before.count, 3n);
  });
  it('a body named in a request is checked as the rows of it are', async () => {
    const { city, attachmentId, recordId } = made;
    const foreign = { standard: 'penalty', org: DEPARTMENT.code, rows: [made.today()] };
    assert.equal((await city.call('stranger', 'POST', '/api/v1/records:push', { payload: foreign })).statusCode, 404);
    // Another body's record, draft or attachment named inside an allowed request is not used.
    const entered = await city.call('stranger', 'POST', '/api/v1/records', {
      payload: { ...made.form(), attachmentIds: [attachmentId] },
    });
    assert.equal(entered.statusCode, 200, entered.body);
    const kept = await one<{ record_id: string | null }>(
      city.ctx.db.app,
      sql`SELECT record_id FROM core.attachment WHERE attachment_id = ${attachmentId}`,
    );
    assert.equal(kept.record_id, null);
    const attached = await city.call(
      'stranger',
      'POST',
      '/api/v1/attachments',
      multipartOf([
        { name: 'recordId', content: recordId },
        { name: 'file', content: testPdf('x'), fileName: 'x.pdf' },
      ]),
    );
    assert.equal(attached.statusCode, 404, attached.body);
  });
});
