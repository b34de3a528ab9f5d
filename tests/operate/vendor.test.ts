/**
 * Taking over from a former system, by the command itself: rehearsed on a copy, run, run again; what the database, the
 * verification page and the reconciliation say of it; the sample of the documentation; dumps that are none.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { repositoryRoot } from '../../server/src/platform/config.ts';
import { one, query, sql } from '../../server/src/platform/db.ts';
import { openTable } from '../../server/src/platform/tabular/index.ts';
import { createTestDatabase, type TestDatabase } from '../../server/src/platform/testing.ts';
import { runCommand, type Served, serve } from '../support/command.ts';

interface Template {
  readonly template: string;
  readonly rows: number;
  readonly taken: number;
  readonly alreadyThere: number;
  readonly refused: number;
  readonly reasons: { zh: string; count: number }[];
}
interface Result {
  readonly rehearsal: boolean;
  readonly templates: Template[];
  readonly files: {
    rows: number;
    stored: number;
    amounts: { dumpStored: string; stored: string; dump: string } | null;
  }[];
  readonly differences: unknown[];
  readonly totals: { rows: number; taken: number; alreadyThere: number; refused: number };
  readonly counts: { item: string; body: string; dump: number; live: number; difference: number }[];
  readonly roles: { former: string; accounts: number; asked: number }[];
  readonly report: { json: string; xlsx: string; docx: string; pdf: string };
}

let database: TestDatabase;
let folder: string;
let dataDir: string;
let dump: string;

async function run(...words: string[]): Promise<{ code: number | null; value: Result; err: string }> {
  const { code, out, err } = await runCommand(database, dataDir, 'import-vendor', ...words, '--json');
  return { code, value: out.startsWith('{') ? JSON.parse(out) : null, err };
}
const of = (result: Result, name: string): Template => {
  const found = result.templates.find(({ template }) => template === name);
  assert.ok(found, name);
  return found;
};
const count = async (table: string): Promise<number> => {
  const counted = {
    records: sql`SELECT count(*)::integer AS n FROM core.record`,
    events: sql`SELECT count(*)::integer AS n FROM core.record_event`,
    cases: sql`SELECT count(*)::integer AS n FROM casework.case`,
    reports: sql`SELECT count(*)::integer AS n FROM core.former_report`,
    accounts: sql`SELECT count(*)::integer AS n FROM identity.account`,
    bodies: sql`SELECT count(*)::integer AS n FROM core.body`,
    submissions: sql`SELECT count(*)::integer AS n FROM core.submission`,
  }[table];
  assert.ok(counted);
  return (await one<{ n: number }>(database.databases.migrator, counted)).n;
};
const all = ['records', 'events', 'cases', 'reports', 'accounts', 'bodies', 'submissions'];
const counts = (): Promise<number[]> => Promise.all(all.map(count));

before(async () => {
  database = await createTestDatabase({ migrated: true });
  folder = mkdtempSync(join(tmpdir(), 'chengxin-vendor-'));
  dataDir = join(folder, 'data');
  dump = join(folder, 'dump');
  const made = await runCommand(database, dataDir, 'init', '--name', '示例市', '--region', '370000', '--json');
  assert.equal(made.code, 0, made.err);
  const words = ['--subjects', '120', '--records', '1500', '--seed', '7', '--as-of', '2026-10-31', '--out', dump];
  const generated = await runCommand(database, dataDir, 'generate', '--vendor-dump', ...words, '--json');
  assert.equal(generated.code, 0, generated.err);
});
after(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a dump of a former system', () => {
  let rehearsed: Result;
  let real: Result;

  it('is rehearsed on a copy: nothing of the city changes', async () => {
    const before = await counts();
    const { code, value, err } = await run('--from', dump, '--rehearse');
    assert.equal(code, 1, err);
    rehearsed = value;
    assert.equal(rehearsed.rehearsal, true);
    assert.deepEqual(await counts(), before);
    assert.equal(existsSync(join(dataDir, 'rehearsal')), false, 'the copy is gone');
    assert.ok(rehearsed.totals.taken > 1000);
  });

  it('is taken with the figures of the rehearsal, and rows and amounts agree', async () => {
    const { code, value, err } = await run('--from', dump, '--system', '城信通一期');
    assert.equal(code, 1, err);
    real = value;
    const figures = (result: Result) => [
      result.templates.map((t) => ({ ...t, refusedRows: null })),
      result.differences,
    ];
    assert.deepEqual(figures(real), figures(rehearsed));
    assert.deepEqual(real.differences, []);
    for (const one of real.templates) assert.equal(one.rows, one.taken + one.alreadyThere + one.refused, one.template);
    assert.ok(real.files.some((file) => file.amounts !== null && BigInt(file.amounts.stored) > 0n));
    assert.equal(
      await count('records'),
      real.files.reduce((sum, file) => sum + file.stored, 0),
    );
  });

  it('keeps states as events, cases as cases, and refuses what is dirt with the reason', async () => {
    const kinds = await query<{ kind: string; n: number }>(
      database.databases.migrator,
      sql`SELECT kind, count(*)::integer AS n FROM core.record_event GROUP BY kind`,
    );
    const repaired = kinds.find(({ kind }) => kind === 'repaired')?.n ?? 0;
    assert.ok(repaired > 5, JSON.stringify(kinds));
    assert.ok((kinds.find(({ kind }) => kind === 'objectionOpened')?.n ?? 0) > 2);
    const why = of(real, 'states').reasons.map(({ zh }) => zh);
    for (const part of ['状态应为', '没有这条信息', '早于决定日期'])
      assert.ok(
        why.some((zh) => zh.includes(part)),
        `${part}: ${why.join(' | ')}`,
      );
    const cases = await query<{
      procedure: string;
      facts: { former?: { number: string } };
      upstream_number: string | null;
    }>(database.databases.migrator, sql`SELECT procedure, facts, upstream_number FROM casework.case`);
    assert.ok(cases.some((row) => row.procedure === 'objection' && row.facts.former?.number.startsWith('YY')));
    assert.ok(cases.some((row) => row.procedure === 'repair' && row.upstream_number?.startsWith('XFJ')));
    assert.ok(of(real, 'bodies').reasons.some(({ zh }) => zh.includes('承继单位')));
    assert.ok(of(real, 'accounts').reasons.some(({ zh }) => zh.includes('单位代码')));
  });

  it('invites accounts: no password, no role, no sign-in', async () => {
    const rows = await query<{ password_hash: string | null; roles: number }>(
      database.databases.migrator,
      sql`SELECT a.password_hash, (SELECT count(*)::integer FROM identity.account_role r WHERE r.account_id = a.account_id) AS roles
          FROM identity.account a WHERE a.login LIKE 'old%'`,
    );
    assert.equal(rows.length, of(real, 'accounts').taken);
    assert.ok(rows.length > 10 && rows.every((row) => row.password_hash === null && row.roles === 0));
  });

  it('asks for their former roles, which wait for somebody else’s approval', async () => {
    const asked = await query<{ role: string; state: string; reason: string }>(
      database.databases.migrator,
      sql`SELECT role, state, reason FROM identity.role_request`,
    );
    assert.equal(asked.length, of(real, 'accounts').taken);
    for (const one of asked) {
      assert.deepEqual([one.role, one.state], ['departmentOfficer', 'waiting']);
      assert.equal(one.reason, '由城信通一期移交，原角色：经办人');
    }
    assert.deepEqual(real.roles, [{ former: '经办人', accounts: asked.length, asked: asked.length }]);
  });

  it('lets the deadlines of open cases go on from the day they were received', async () => {
    const open = await query<{
      clocks: { key: string; startedOn: string; endedOn: string | null }[];
      received: string;
    }>(
      database.databases.migrator,
      sql`SELECT clocks, facts->'former'->>'receivedOn' AS received FROM casework.case WHERE procedure = 'objection' AND NOT closed`,
    );
    assert.ok(open.length > 2);
    for (const one of open)
      for (const clock of one.clocks.filter(({ endedOn }) => endedOn === null))
        assert.equal(clock.startedOn, one.received, clock.key);
  });

  it('is not taken twice', async () => {
    const before = await counts();
    const { value } = await run('--from', dump, '--system', '城信通一期');
    assert.equal(value.totals.taken, 0, JSON.stringify(value.templates.map((t) => [t.template, t.taken])));
    assert.deepEqual(value.differences, []);
    assert.equal(value.totals.rows, real.totals.rows);
    assert.deepEqual(await counts(), before);
  });

  it('counts the dump by item and body against what stands now', () => {
    assert.ok(real.counts.length > 5);
    for (const one of real.counts) assert.equal(one.difference, 0, `${one.item} ${one.body}`);
    const dump = real.counts.reduce((sum, one) => sum + one.dump, 0);
    assert.equal(dump, of(real, 'records').rows - 1, 'all but the line whose file is missing');
    assert.ok(real.counts.every((one) => one.live <= one.dump));
  });

  it('leaves a paper in Word and PDF and a workbook that both sides can sign', async () => {
    assert.equal(readFileSync(real.report.docx).subarray(0, 2).toString(), 'PK');
    assert.equal(readFileSync(real.report.pdf).subarray(0, 5).toString(), '%PDF-');
    const cells: string[] = [];
    for await (const batch of openTable(real.report.xlsx)) for (const row of batch.rows) cells.push(...row.cells);
    assert.ok(cells.includes('已出具报告'));
    assert.ok(JSON.parse(readFileSync(real.report.json, 'utf8')).files.length > 5);
  });
});

describe('a report of the former system', () => {
  let server: Served;
  const number = 'XYBG202100000001';
  const verify = (path: string): Promise<Response> => fetch(`${server.base}${path}`);

  before(async () => {
    server = await serve(database, dataDir);
  });
  after(() => server.stop());

  it('verifies as that system’s, with its day and nothing more', async () => {
    const held = await one<{ content_hash: string; issued_on: string }>(
      database.databases.migrator,
      sql`SELECT content_hash, issued_on FROM core.former_report WHERE number = ${number}`,
    );
    const path = `/api/v1/public/reports/verify/${number}`;
    const plain = { number, former: true, system: '城信通一期', issuedOn: held.issued_on };
    assert.deepEqual(await (await verify(path)).json(), { ...plain, hashMatches: null });
    const hash = held.content_hash.slice(0, 20);
    assert.deepEqual(await (await verify(`${path}?h=${hash}`)).json(), { ...plain, hashMatches: true });
    assert.deepEqual(await (await verify(`${path}?h=${'0'.repeat(20)}`)).json(), { ...plain, hashMatches: false });
    const page = await (await verify(`/verify/${number.toLowerCase()}?h=${hash}`)).text();
    assert.match(page, /该编号由原系统出具/);
    assert.match(page, new RegExp(held.issued_on));
    assert.equal((await verify('/api/v1/public/reports/verify/XYBG209900000001')).status, 404);
  });
});

describe('the sample of the documentation', () => {
  it('is taken whole', async () => {
    const text = readFileSync(join(repositoryRoot, 'docs/operate/migrate.md'), 'utf8');
    const sample = join(folder, 'sample');
    for (const [, name = '', body = ''] of text.matchAll(/^`([\w/]+\.csv)`\n\n```csv\n([\s\S]*?)^```$/gm)) {
      mkdirSync(dirname(join(sample, name)), { recursive: true });
      writeFileSync(join(sample, name), body);
    }
    const { code, value, err } = await run('--from', sample);
    assert.equal(code, 0, `${err} ${JSON.stringify(value?.templates)}`);
    assert.equal(value.templates.length, 4);
    assert.ok(value.templates.every((one) => one.taken === one.rows && one.rows > 0));
    const old = await one<{ closed_on: string }>(
      database.databases.migrator,
      sql`SELECT closed_on FROM core.body WHERE name = '清河市工商行政管理局'`,
    );
    assert.equal(old.closed_on, '2019-03-01');
  });
});

describe('what is no dump', () => {
  it('is told apart: no folder, an empty one, other headings, a file outside', async () => {
    assert.equal((await run('--from', join(folder, 'nowhere'))).code, 3);
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    assert.equal((await run('--from', empty)).code, 1);
    assert.equal((await runCommand(database, dataDir, 'import-vendor')).code, 2);
    writeFileSync(join(empty, 'reports.csv'), '编号,日期\n1,2020-01-01\n');
    writeFileSync(join(empty, 'records.csv'), '文件名,数据标准,报送单位代码\n../reports.csv,penalty,JG-200\n');
    mkdirSync(join(empty, 'records'));
    const { code, value } = await run('--from', empty);
    assert.equal(code, 1);
    assert.match(of(value, 'reports').reasons[0]?.zh ?? '', /表头/);
    assert.match(of(value, 'records').reasons[0]?.zh ?? '', /没有文件/);
    assert.equal(value.totals.taken, 0);
  });
});
