/**
 * Every route × every role. A route that is not in the table fails the test, so that nobody adds one without saying who may
 * use it. `hidden` is 404: the caller has the permission but not for this body's rows, and must not learn that they exist.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { execute, one, sql } from '../../server/src/platform/db.ts';
import { KnownRoutes } from '../../server/src/platform/http/known-routes.ts';
import {
  createHttpCity,
  type HttpCity,
  type Login,
  type Method,
  multipartOf,
  type SubmissionBody,
} from '../support/http-city.ts';
import { DEPARTMENT, licence, licenceCsv, penalty, penaltyCsv } from '../support/rows.ts';

type Outcome = 'ok' | 'signIn' | 'forbidden' | 'hidden';
type Who = Login | 'anonymous';
const everyone: readonly Who[] = ['anonymous', 'officer', 'stranger', 'office', 'system', 'security', 'audit'];
type Row = Readonly<Record<Who, Outcome>>;

const row = (
  anonymous: Outcome,
  officer: Outcome,
  stranger: Outcome,
  office: Outcome,
  system: Outcome,
  security: Outcome,
  audit: Outcome,
): Row => ({ anonymous, officer, stranger, office, system, security, audit });
const all = row('ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok');
/** Business of departments; the three administrators have none (GB/T 22239-2019 8.1.5). */
const business = row('signIn', 'ok', 'ok', 'ok', 'forbidden', 'forbidden', 'forbidden');
/** The same, for one body's rows. */
const ofTheBody = row('signIn', 'ok', 'hidden', 'ok', 'forbidden', 'forbidden', 'forbidden');
const signedIn = row('signIn', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok');
const withPolicy = row('signIn', 'ok', 'ok', 'ok', 'forbidden', 'ok', 'forbidden');
const officeOnly = row('signIn', 'forbidden', 'forbidden', 'ok', 'forbidden', 'forbidden', 'forbidden');

interface Request {
  readonly url: string;
  readonly payload?: object | Buffer;
  readonly headers?: Record<string, string>;
}
interface Entry {
  readonly expect: Row;
  /** Made anew for each role, since a successful call changes what it is about. */
  readonly request: (who: Who) => Promise<Request> | Request;
  /** Statuses that count as ok beside 2xx and 303: where the act itself is refused for another reason than who asks. */
  readonly also?: readonly number[];
}

let city: HttpCity;
const registered = new Set<string>();
let submission: SubmissionBody;
let recordId: string;
let attachmentId: string;
let code: string;
let report: string;
let serial = 1000;

const today = (over: Record<string, string> = {}) => penalty(++serial, over);
const form = () => {
  const values = today();
  for (const field of ['CF_CFJG', 'CF_CFJGDM', 'CF_SJLY', 'CF_SJLYDM']) delete values[field];
  return { standard: 'penalty', values };
};
async function freshRecord(): Promise<string> {
  const entered = await city.call('officer', 'POST', '/api/v1/records', { payload: form() });
  assert.equal(entered.json().outcome, 'accepted', entered.body);
  return entered.json().recordId;
}
async function freshDraft(): Promise<string> {
  await execute(city.ctx.db.app, sql`UPDATE core.body SET second_reader = true WHERE body_id = ${city.bodyId}`);
  const waiting = await city.call('officer', 'POST', '/api/v1/records', { payload: form() });
  const made = waiting.json().draftId;
  assert.ok(made, waiting.body);
  // Nobody decides what they wrote: here somebody else did.
  await execute(
    city.ctx.db.app,
    sql`UPDATE core.draft SET created_by = '00000000-0000-7000-8000-000000000001' WHERE draft_id = ${made}`,
  );
  await execute(city.ctx.db.app, sql`UPDATE core.body SET second_reader = false WHERE body_id = ${city.bodyId}`);
  return made;
}
async function freshSubjects(): Promise<[string, string]> {
  const ids: string[] = [];
  for (const _ of [1, 2]) {
    const id = await freshRecord();
    ids.push(
      (
        await one<{ subject_id: string }>(
          city.ctx.db.app,
          sql`SELECT subject_id FROM core.record WHERE record_id = ${id}`,
        )
      ).subject_id,
    );
  }
  return [ids[0] ?? '', ids[1] ?? ''];
}
const file = (
  content: string | Buffer,
  fileName: string,
  fields: Record<string, string> = {},
): { payload: Buffer; headers: Record<string, string> } =>
  multipartOf([
    ...Object.entries(fields).map(([name, value]) => ({ name, content: value })),
    { name: 'file', content, fileName },
  ]);

const at = (url: string) => ({ request: () => ({ url }) });
const submissionAt = (path: string): Entry => ({
  expect: ofTheBody,
  request: () => ({ url: `/api/v1/submissions/${submission.id}${path}` }),
});
const page = (url: string): Entry => ({ expect: all, ...at(url) });
const pageOf = (url: () => string): Entry => ({ expect: all, request: () => ({ url: url() }) });

/** `METHOD pattern` as it is registered. */
const table: Readonly<Record<string, Entry>> = {
  // The process.
  'GET /healthz': page('/healthz'),
  'GET /readyz': page('/readyz'),
  'GET /metrics': page('/metrics'),
  'GET /api/v1/openapi.json': page('/api/v1/openapi.json'),
  'GET /api/v1/docs': page('/api/v1/docs'),
  'GET /api/v1/docs.css': page('/api/v1/docs.css'),
  // The desk's files hold no data; 404 where they were not built.
  'GET /desk': page('/desk'),
  'GET /desk/': page('/desk/'),
  'GET /desk/*': { ...page('/desk/'), also: [404] },
  // The portal.
  'GET /': page('/'),
  'GET /search': page('/search?q=%E7%A4%BA%E8%8C%83'),
  'GET /s/:code': pageOf(() => `/s/${code}`),
  'GET /s/:code/credit-code': pageOf(() => `/s/${code}/credit-code`),
  'GET /s/:code/records.xlsx': pageOf(() => `/s/${code}/records.xlsx`),
  'GET /verify': page('/verify'),
  'GET /verify/:no': pageOf(() => `/verify/${report}`),
  'GET /about': page('/about'),
  // Public interface.
  'GET /api/v1/public/site': page('/api/v1/public/site'),
  'GET /api/v1/public/subjects': page('/api/v1/public/subjects?q=%E7%A4%BA%E8%8C%83'),
  'GET /api/v1/public/subjects::suggest': page('/api/v1/public/subjects:suggest?q=%E7%A4%BA%E8%8C%83'),
  'GET /api/v1/public/subjects/:code': pageOf(() => `/api/v1/public/subjects/${code}`),
  'GET /api/v1/public/subjects/:code/records': pageOf(() => `/api/v1/public/subjects/${code}/records`),
  'GET /api/v1/public/subjects/:code/report.pdf': pageOf(() => `/api/v1/public/subjects/${code}/report.pdf`),
  'GET /api/v1/public/reports/verify/:no': pageOf(() => `/api/v1/public/reports/verify/${report}`),
  // Signing in and out.
  'POST /api/v1/session': {
    expect: all,
    request: () => ({
      url: '/api/v1/session',
      headers: { cookie: '' },
      payload: { login: 'officer', password: 'Test-pass-2026' },
    }),
  },
  'GET /api/v1/session': { expect: signedIn, ...at('/api/v1/session') },
  'DELETE /api/v1/session': { expect: all, request: () => ({ url: '/api/v1/session', headers: { cookie: '' } }) },
  'POST /api/v1/session/password': {
    expect: signedIn,
    request: () => ({
      url: '/api/v1/session/password',
      payload: { current: 'not-this-one', next: 'Another-pass-2027' },
    }),
    also: [422],
  },
  'GET /api/v1/bodies': { expect: signedIn, ...at('/api/v1/bodies') },
  // Reporting.
  'GET /api/v1/standards': { expect: withPolicy, ...at('/api/v1/standards') },
  'GET /api/v1/standards/:key/template': { expect: withPolicy, ...at('/api/v1/standards/penalty/template') },
  'GET /api/v1/desk/summary': { expect: business, ...at('/api/v1/desk/summary') },
  'POST /api/v1/submissions': {
    expect: ofTheBody,
    request: () => ({
      url: '/api/v1/submissions',
      ...file(penaltyCsv([today()]), 'rows.csv', { org: DEPARTMENT.code }),
    }),
  },
  'POST /api/v1/records::push': {
    expect: ofTheBody,
    request: () => ({
      url: '/api/v1/records:push',
      payload: { standard: 'penalty', org: DEPARTMENT.code, rows: [today()] },
    }),
  },
  'GET /api/v1/submissions': { expect: business, ...at('/api/v1/submissions') },
  'GET /api/v1/submissions.xlsx': { expect: business, ...at('/api/v1/submissions.xlsx') },
  'GET /api/v1/submissions/:id': submissionAt(''),
  'GET /api/v1/submissions/:id/findings': submissionAt('/findings'),
  'GET /api/v1/submissions/:id/findings.xlsx': submissionAt('/findings.xlsx'),
  'GET /api/v1/submissions/:id/rules': submissionAt('/rules'),
  'GET /api/v1/submissions/:id/refused': submissionAt('/refused'),
  'GET /api/v1/submissions/:id/rows': submissionAt('/rows'),
  'POST /api/v1/submissions/:id/rows::resolve': {
    expect: ofTheBody,
    request: () => ({
      url: `/api/v1/submissions/${submission.id}/rows:resolve`,
      payload: { rows: [{ row: 4, action: 'reject' }] },
    }),
  },
  // Single records.
  'GET /api/v1/subjects/lookup': { expect: business, request: () => ({ url: `/api/v1/subjects/lookup?code=${code}` }) },
  'GET /api/v1/records': { expect: business, ...at('/api/v1/records') },
  'GET /api/v1/records.xlsx': { expect: business, ...at('/api/v1/records.xlsx') },
  'GET /api/v1/records/:id': { expect: ofTheBody, request: () => ({ url: `/api/v1/records/${recordId}` }) },
  'POST /api/v1/records': { expect: business, request: () => ({ url: '/api/v1/records', payload: form() }) },
  'POST /api/v1/records/:id/correct': {
    expect: ofTheBody,
    request: async () => ({
      url: `/api/v1/records/${await freshRecord()}/correct`,
      payload: { ...form(), reason: '文号录入有误' },
    }),
  },
  'POST /api/v1/records/:id/withdraw': {
    expect: ofTheBody,
    request: async () => ({ url: `/api/v1/records/${await freshRecord()}/withdraw`, payload: { reason: '误报' } }),
  },
  'GET /api/v1/drafts': { expect: business, ...at('/api/v1/drafts') },
  'POST /api/v1/drafts/:id/approve': {
    expect: ofTheBody,
    request: async () => ({ url: `/api/v1/drafts/${await freshDraft()}/approve` }),
  },
  'POST /api/v1/drafts/:id/return': {
    expect: ofTheBody,
    request: async () => ({ url: `/api/v1/drafts/${await freshDraft()}/return`, payload: { note: '请补文号' } }),
  },
  'POST /api/v1/attachments': {
    expect: business,
    request: () => ({ url: '/api/v1/attachments', ...file('%PDF-1.7 decision', '决定书.pdf') }),
  },
  'GET /api/v1/attachments/:id': { expect: ofTheBody, request: () => ({ url: `/api/v1/attachments/${attachmentId}` }) },
  // Archives. Any department may read any organisation's, for a stated purpose, logged.
  'GET /api/v1/subjects': { expect: business, ...at('/api/v1/subjects?q=%E7%A4%BA%E8%8C%83') },
  'GET /api/v1/subjects/:code': {
    expect: business,
    request: () => ({ url: `/api/v1/subjects/${code}?purpose=approval` }),
  },
  'GET /api/v1/subjects/:code/records': {
    expect: business,
    request: () => ({ url: `/api/v1/subjects/${code}/records?purpose=approval` }),
  },
  'GET /api/v1/records/:id/lineage': {
    expect: business,
    request: () => ({ url: `/api/v1/records/${recordId}/lineage` }),
  },
  'POST /api/v1/subjects/:code/reports': {
    expect: business,
    request: () => ({
      url: `/api/v1/subjects/${code}/reports`,
      payload: { kind: 'full', purpose: '行政审批', caseNumber: 'A-1' },
    }),
  },
  'POST /api/v1/subjects::merge': {
    expect: officeOnly,
    request: async () => {
      const [from, into] = await freshSubjects();
      return { url: '/api/v1/subjects:merge', payload: { from, into, reason: '同一主体' } };
    },
  },
  'POST /api/v1/subjects::split': {
    expect: officeOnly,
    request: async () => {
      const [from, into] = await freshSubjects();
      const merged = await city.call('office', 'POST', '/api/v1/subjects:merge', {
        payload: { from, into, reason: '同一主体' },
      });
      assert.equal(merged.statusCode, 200, merged.body);
      return { url: '/api/v1/subjects:split', payload: { subjectId: from, reason: '并非同一主体' } };
    },
  },
};

/** Files of the portal, whose names carry a digest, and the pages of help. */
const openPatterns: readonly [RegExp, (url: string) => Entry][] = [
  [/^GET \/(assets|portal|static)\/[\w.-]+$/, page],
  [/^GET \/help\/[\w-]+$/, page],
];

function entryOf(route: string): Entry | undefined {
  const own = table[route];
  if (own) return own;
  for (const [pattern, make] of openPatterns) if (pattern.test(route)) return make(route.slice('GET '.length));
  return undefined;
}

before(async () => {
  const add = KnownRoutes.prototype.add;
  KnownRoutes.prototype.add = function (methods, url) {
    for (const method of typeof methods === 'string' ? [methods] : methods)
      if (method !== 'HEAD') registered.add(`${method} ${url}`);
    add.call(this, methods, url);
  };
  city = await createHttpCity({ app: { rateLimit: { account: 100_000, address: 100_000 } } });
  KnownRoutes.prototype.add = add;
  submission = await city.submit(
    penaltyCsv([
      penalty(1),
      penalty(2, { CF_JDRQ: '2021-02-30' }),
      penalty(3, { CF_XDR_SHXYM: penalty(1).CF_XDR_SHXYM ?? '' }),
    ]),
  );
  assert.deepEqual(
    [submission.counts.accepted, submission.counts.refused, submission.counts.doubtful],
    [1, 1, 1],
    JSON.stringify(submission),
  );
  await city.submit(licenceCsv([licence(1)]));
  code = penalty(1).CF_XDR_SHXYM ?? '';
  recordId = await freshRecord();
  attachmentId = (
    await city.call('officer', 'POST', '/api/v1/attachments', file('%PDF-1.7 decision', '决定书.pdf'))
  ).json().id;
  report = String(
    (await city.call(null, 'GET', `/api/v1/public/subjects/${code}/report.pdf`)).headers['x-report-number'],
  );
});
after(() => city.close());

function outcomeOf(status: number, also: readonly number[] = []): Outcome | string {
  if ((status >= 200 && status < 300) || status === 303 || status === 308 || also.includes(status)) return 'ok';
  return ({ 401: 'signIn', 403: 'forbidden', 404: 'hidden' } as Record<number, Outcome>)[status] ?? `status ${status}`;
}

describe('who may call what', () => {
  it('every registered route is in the table, and the table names no other', () => {
    assert.ok(registered.size > 40, [...registered].join('\n'));
    const missing = [...registered].filter(
      (route) => !/^(GET|POST|DELETE|PUT|PATCH|OPTIONS) \/?\*$/.test(route) && entryOf(route) === undefined,
    );
    assert.deepEqual(missing, [], 'add these to the table with who may call them');
    // The desk's files are registered when web/dist is there.
    assert.deepEqual(
      Object.keys(table).filter((route) => !registered.has(route) && !route.includes('/desk')),
      [],
      'these are no routes any more',
    );
  });
  it('every route answers each role as the table says', async () => {
    const wrong: string[] = [];
    let address = 0;
    for (const route of registered) {
      const entry = entryOf(route);
      if (!entry) continue;
      const method = route.slice(0, route.indexOf(' ')) as Method;
      for (const who of everyone) {
        const { url, payload, headers } = await entry.request(who);
        address += 1;
        const response = await city.call(who === 'anonymous' ? null : who, method, url, {
          ...(payload === undefined ? {} : { payload }),
          ...(headers === undefined ? {} : { headers }),
          // Metrics are for this machine; some routes have limits by address.
          ...(route === 'GET /metrics' ? {} : { remoteAddress: `10.1.${address >> 8}.${address & 255}` }),
        });
        const found = outcomeOf(response.statusCode, entry.also);
        if (found !== entry.expect[who])
          wrong.push(`${route} as ${who}: ${found} instead of ${entry.expect[who]} ${response.body.slice(0, 160)}`);
        if (response.statusCode >= 500) wrong.push(`${route} as ${who}: ${response.statusCode}`);
      }
    }
    assert.deepEqual(wrong, []);
  });
  it('what is refused by right is in the access log', async () => {
    const before = await one<{ count: bigint }>(
      city.ctx.db.audit,
      sql`SELECT count(*) FROM log.access_log WHERE outcome = 'refused'`,
    );
    await city.call('stranger', 'GET', `/api/v1/submissions/${submission.id}`);
    await city.call('system', 'GET', '/api/v1/records');
    await city.call(null, 'GET', '/api/v1/records');
    const after = await one<{ count: bigint }>(
      city.ctx.db.audit,
      sql`SELECT count(*) FROM log.access_log WHERE outcome = 'refused'`,
    );
    assert.equal(after.count - before.count, 3n);
  });
  it('a body named in a request is checked as the rows of it are', async () => {
    const foreign = { standard: 'penalty', org: DEPARTMENT.code, rows: [today()] };
    assert.equal((await city.call('stranger', 'POST', '/api/v1/records:push', { payload: foreign })).statusCode, 404);
    // Another body's record, draft or attachment named inside an allowed request is not used.
    const own = form();
    const entered = await city.call('stranger', 'POST', '/api/v1/records', {
      payload: { ...own, attachmentIds: [attachmentId] },
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
        { name: 'file', content: '%PDF-1.7 x', fileName: 'x.pdf' },
      ]),
    );
    assert.equal(attached.statusCode, 404, attached.body);
  });
});
