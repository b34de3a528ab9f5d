import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { query, sql } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { buildHttp, type HttpInstance, setProblemPage } from '../../platform/http/index.ts';
import { publicReading, type Reading } from '../access/index.ts';
import { httpHooks } from '../identity/index.ts';
import { fixturePorts, seedCity } from './fixture.ts';
import { loadArchive, loadArchiveRecords } from './load-archive.ts';
import { createPortal } from './portal/portal.ts';
import type { SubjectPorts } from './ports.ts';
import { readFullArchive, readFullRecords, readLineage } from './read-archive.ts';
import { subjectRoutes } from './routes.ts';
import { actorWith, openTestCity, type TestCity } from './testing.ts';

let city: TestCity;
let app: HttpInstance;
let seeded: Awaited<ReturnType<typeof seedCity>>;
const officer = actorWith('departmentOfficer');
const ports: SubjectPorts = {
  ...fixturePorts,
  verifyReport: async (_ctx, number) =>
    number === 'CR-1'
      ? { number, kind: 'public', subjectName: '示范***公司', issuedAt: '2026-11-20T02:00:00.000Z', hashMatches: null }
      : null,
};

before(async () => {
  city = await openTestCity();
  seeded = await seedCity(city.fixture);
  app = await buildHttp(city.ctx, httpHooks(city.ctx));
  const portal = createPortal(city.ctx, ports);
  setProblemPage(app, portal.problemPage);
  await app.register(subjectRoutes(city.ctx, ports));
  await app.register(portal.routes);
  await app.ready();
});
after(async () => {
  await app.close();
  await city.close();
});

const get = (url: string, headers: Record<string, string> = { accept: 'text/html' }) => app.inject({ url, headers });

test('the public sees what is shown, masked and with its source', async () => {
  const archive = await loadArchive(city.ctx, city.ctx.db.app, ports, { code: seeded.main }, publicReading);
  assert.equal(archive.legalRepresentative, '李*');
  assert.deepEqual(
    archive.tabs.map((tab) => [tab.item, tab.count]),
    [
      ['licence', 26],
      ['penalty', 1],
    ],
  );
  assert.deepEqual(
    archive.formerNames.map((name) => name.name),
    ['启明土木工程队'],
  );
  const page = await loadArchiveRecords(city.ctx, city.ctx.db.app, ports, { code: seeded.main }, publicReading, {
    item: 'penalty',
    limit: 20,
  });
  const text = JSON.stringify(page);
  for (const secret of ['李启明', '11010519491231002X', '13812345678', 'pt_', '行政处罚.xlsx', 'CF_FR_ZJHM'])
    assert.equal(text.includes(secret), false, secret);
  const record = page.items[0];
  assert.equal(record?.title, '罚款 2 万元');
  assert.equal(record?.sourceBody, '示范市住房和城乡建设局');
  assert.deepEqual(record?.disclosure.annotations, ['objectionInProgress']);
  assert.equal(record?.disclosure.until, '2027-11-18');
});

test('what is expired, repaired, withdrawn, minor or superseded is not shown, though no job ran', async () => {
  const { addSubject, addRecord, addEvent } = city.fixture;
  const { subjectId, code } = await addSubject({ name: '各种状态有限公司' });
  const base = { subjectId, item: 'penalty' as const, categories: ['罚款'], amountFen: 100_000, payload: {} };
  await addRecord({ ...base, documentNumber: '过期', decidedOn: '2024-01-01' });
  await addRecord({ ...base, documentNumber: '警告', decidedOn: '2026-11-01', categories: ['警告'], amountFen: 0 });
  await addRecord({ ...base, documentNumber: '旧版', decidedOn: '2026-11-01', supersededAt: city.clock.now() });
  await addEvent(
    subjectId,
    await addRecord({ ...base, documentNumber: '已修复', decidedOn: '2026-06-01' }),
    'repaired',
  );
  await addEvent(
    subjectId,
    await addRecord({ ...base, documentNumber: '已撤回', decidedOn: '2026-11-01' }),
    'withdrawn',
  );
  await addRecord({ ...base, documentNumber: '在期', decidedOn: '2026-11-01' });
  const shown = async (reading: Reading): Promise<(string | null)[]> =>
    (await loadArchiveRecords(city.ctx, city.ctx.db.app, ports, { code }, reading, { limit: 50 })).items
      .map((item) => item.documentNumber)
      .sort();
  assert.deepEqual(await shown(publicReading), ['在期']);
  // An officer sees what may be used: neither earlier states nor what was repaired or withdrawn.
  assert.deepEqual(await shown({ ...publicReading, level: 'government' }), ['在期', '警告', '过期'].sort());
});

test('an officer needs a purpose and the right; each look is logged and carries the lineage', async () => {
  const key = { code: seeded.main };
  const look = { purpose: 'approval' as const, caseNumber: '审批2026-1' };
  await assert.rejects(
    readFullArchive(city.ctx, officer, ports, key, { purpose: 'curiosity' as never }),
    (error: unknown) => error instanceof DomainError && error.code === 'invalid-request',
  );
  await assert.rejects(
    readFullArchive(city.ctx, actorWith('auditAdmin'), ports, key, look),
    (error: unknown) => error instanceof DomainError && error.code === 'forbidden',
  );
  const archive = await readFullArchive(city.ctx, officer, ports, key, look);
  assert.equal(archive.legalRepresentative, '李启明');
  const records = await readFullRecords(city.ctx, officer, ports, key, look, { item: 'penalty', limit: 5 });
  const record = records.items[0];
  assert.equal(record?.lineage?.fileName, '行政处罚.xlsx');
  assert.equal(record?.lineage?.rowNo, 3);
  assert.equal(JSON.stringify(records).includes('pt_abcdef'), false);
  const lineage = await readLineage(city.ctx, officer, ports, record?.recordId ?? '', { purpose: 'approval' });
  assert.equal(lineage.policy_set_id, 1);
  const logged = await query<{ action: string; purpose: string | null; case_number: string | null }>(
    city.ctx.db.audit,
    sql`SELECT action, purpose, case_number FROM log.access_log WHERE subject_id = ${archive.subjectId} ORDER BY log_id`,
  );
  assert.deepEqual(
    logged.map((row) => [row.action, row.purpose]),
    [
      ['subject.full', 'approval'],
      ['subject.full', 'approval'],
      ['record.lineage', 'approval'],
    ],
  );
});

test('a sole trader’s name and dwelling are masked on every public page', async () => {
  for (const path of [
    `/s/${seeded.soleTrader}`,
    `/s/${seeded.soleTrader}/credit-code`,
    `/search?q=${seeded.soleTrader}`,
    `/api/v1/public/subjects/${seeded.soleTrader}`,
    `/api/v1/public/subjects?q=${seeded.soleTrader}`,
  ]) {
    const { body, statusCode } = await get(path);
    assert.equal(statusCode, 200, path);
    assert.equal(body.includes('王小明'), false, path);
    assert.equal(body.includes('402室'), false, path);
    assert.equal(body.includes('王*'), true, path);
  }
});

test('pages hold no inline script or style, escape what is typed and fit the budget', async () => {
  const evil = encodeURIComponent('"><img src=x onerror=alert(1)><script>x</script>');
  const paths = [
    '/',
    '/search?q=示范',
    `/search?q=${evil}`,
    '/search?q=示',
    `/s/${seeded.main}`,
    `/s/${seeded.main}?tab=${evil}`,
    `/s/${seeded.empty}`,
    `/s/${seeded.main}/credit-code`,
    '/verify',
    `/verify/${evil}`,
    '/verify/CR-1',
    '/about',
    '/help/repair',
    '/help/objection',
    '/help/access',
    '/help/report',
    `/s/${evil}`,
    '/nowhere',
    '/?lang=en',
  ];
  for (const path of paths) {
    const { body, headers } = await get(encodeURI(decodeURI(path)));
    assert.match(String(headers['content-type']), /text\/html/, path);
    assert.doesNotMatch(body, /<style|\sstyle=|\son[a-z]+=["']|javascript:/i, path);
    assert.equal(body.includes('<script>'), false, path);
    assert.equal(body.includes('<img src=x'), false, path);
    assert.doesNotMatch(String(headers['content-security-policy']), /unsafe-inline|unsafe-eval/);
    const assets = [...body.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '');
    let bytes = gzipSync(body).length;
    for (const asset of new Set(assets)) {
      const answer = await get(asset);
      assert.equal(answer.statusCode, 200, asset);
      assert.match(String(answer.headers['cache-control']), /immutable/);
      bytes += gzipSync(answer.rawPayload).length;
    }
    assert.ok(bytes <= 120_000, `${path}: ${bytes} bytes`);
  }
});

test('pages that hold records are revalidated each time; unknown ones say what to do', async () => {
  const first = await get(`/s/${seeded.main}`);
  assert.match(String(first.headers['cache-control']), /no-cache/);
  const again = await get(`/s/${seeded.main}`, { accept: 'text/html', 'if-none-match': String(first.headers.etag) });
  assert.equal(again.statusCode, 304);
  const missing = await get('/s/91440300MA0DEM9999');
  assert.equal(missing.statusCode, 404);
  assert.match(missing.body, /请核对代码/);
  const api = await get('/api/v1/public/subjects/91440300MA0DEM9999', { accept: 'application/json' });
  assert.equal(api.json<{ code: string }>().code, 'not-found');
  assert.equal((await get(`/api/v1/subjects/${seeded.main}?purpose=approval`)).statusCode, 401);
});

test('language is chosen once; the list exports to Excel as filtered; tabs page on', async () => {
  const english = await get('/?lang=en');
  assert.match(english.body, /Published lately/);
  assert.match(String(english.headers['set-cookie']), /lang=en/);
  assert.match((await get('/', { accept: 'text/html', cookie: 'lang=en' })).body, /Published lately/);
  const excel = await get(`/s/${seeded.main}/records.xlsx?tab=penalty`);
  assert.equal(excel.statusCode, 200);
  assert.equal(excel.rawPayload.subarray(0, 2).toString(), 'PK');
  const first = await get(`/s/${seeded.main}?tab=licence`);
  const next = /href="([^"]+cursor=[^"]+)"/.exec(first.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const second = await get(next);
  assert.equal((first.body.match(/class="fact"/g) ?? []).length, 20);
  assert.equal((second.body.match(/class="fact"/g) ?? []).length, 6);
});

test('the API’s lists have their shape and a suggestion asks once', async () => {
  const list = (await get(`/api/v1/public/subjects?q=${encodeURIComponent('示范')}`)).json<Record<string, unknown>>();
  assert.deepEqual(Object.keys(list).sort(), ['dataAsOf', 'items', 'nextCursor', 'truncated']);
  const suggest = (await get(`/api/v1/public/subjects:suggest?q=${encodeURIComponent('示范')}`)).json<{
    items: unknown[];
  }>();
  assert.ok(suggest.items.length > 0 && suggest.items.length <= 10);
  const records = (await get(`/api/v1/public/subjects/${seeded.main}/records?item=penalty`)).json<{
    items: { disclosure: { until: string } }[];
  }>();
  assert.equal(records.items[0]?.disclosure.until, '2027-11-18');
});

test('the command prints the archive with its contract’s keys, public by default, full with a purpose', async () => {
  const { runSubject } = await import('../../cli/commands/subject.ts');
  const operator = { ...actorWith('operator'), kind: 'operator' as const };
  const open = await runSubject(city.ctx, operator, seeded.main, null);
  assert.equal(open.code, seeded.main);
  assert.deepEqual(open.formerNames, ['启明土木工程队']);
  assert.equal(open.records.length, 27);
  const penalty = open.records.find((record) => record.item === 'penalty');
  assert.equal(penalty?.disclosedUntil, '2027-11-18');
  assert.equal(penalty?.lineage?.rowNo, 3);
  const full = await runSubject(city.ctx, operator, seeded.soleTrader, { purpose: 'dataGovernance' });
  assert.equal(full.name, '王小明');
  await assert.rejects(runSubject(city.ctx, operator, 'NOBODY12', null), DomainError);
});

test('a person is on no public page, whatever is asked (T1, T3)', async () => {
  for (const q of ['王小明', 'wxm', '李启明', '11010519491231002X', '13812345678']) {
    const page = await get(`/search?q=${encodeURIComponent(q)}`);
    assert.match(page.body, /没有找到符合的主体/, q);
    const api = (await get(`/api/v1/public/subjects?q=${encodeURIComponent(q)}`)).json<{ items: unknown[] }>();
    assert.deepEqual(api.items, [], q);
    assert.equal((await get(`/s/${encodeURIComponent(q)}`)).statusCode, 404, q);
  }
  const columns = await query<{ n: string }>(
    city.ctx.db.migrator,
    sql`SELECT column_name AS n FROM information_schema.columns WHERE table_schema = 'core' AND column_name ~ 'person'`,
  );
  assert.deepEqual(
    columns.map((column) => column.n),
    ['person_rows'],
  );
});

test('odd addresses are refused, never a failure', async () => {
  for (const path of [
    '/s/%00',
    '/s/%00%00%00%00',
    '/s/%F0%9F%98%80%F0%9F%98%80',
    `/s/${'9'.repeat(150)}`,
    '/search?q=%00%00',
    '/s/..%2f..%2fetc',
    '/verify/%00',
    '/search?q=ab&cursor=zz.zz',
    '/search?q=a&q=b',
    '/api/v1/public/subjects?q=%00a',
    '/api/v1/public/subjects/%00%00%00%00',
  ]) {
    const { statusCode } = await get(path);
    assert.ok(statusCode < 500, `${path} ${statusCode}`);
  }
});
