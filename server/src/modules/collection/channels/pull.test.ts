/** Pulling from a department's own database: real PostgreSQL and real MariaDB behind the same interface. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { actorWith, type CityContext, createCityContext } from '../../../../../tests/support/context.ts';
import { type MysqlServer, startMysqlServer } from '../../../../../tests/support/mysql-server.ts';
import { codeOf, DEPARTMENT } from '../../../../../tests/support/rows.ts';
import type { Actor } from '../../../context.ts';
import { one, query, sql } from '../../../platform/db.ts';
import { createTestDatabase, type TestDatabase } from '../../../platform/testing.ts';
import { createBody, operatorActor } from '../../identity/index.ts';
import { processSubmission } from '../process-submission.ts';
import { receiveFile } from '../receive-file.ts';
import { createPull, type NewPull } from './operate.ts';
import { type PullOptions, type PullResult, runPull } from './pull.ts';
import { loadChannel } from './queries.ts';
import { connectors } from './sources/index.ts';
import type { ChannelRow } from './types.ts';

let city: CityContext;
let office: Actor;
let maria: MysqlServer;
let department: TestDatabase;
let postgres: { host: string; port: number; user: string; password: string; database: string };

const COLUMNS = [
  ['id', 'bigint NOT NULL PRIMARY KEY'],
  ['纳税人名称', 'varchar(200)'],
  ['tyshxydm', 'varchar(30)'],
  ['评价年度', 'varchar(8)'],
  ['level', 'varchar(4)'],
  ['评价日期', 'TIMESTAMP_TYPE'],
  ['internal_note', 'varchar(40)'],
  ['gone', 'smallint'],
  ['changed_at', 'TIMESTAMP_TYPE'],
] as const;
const ddl = (type: string): string =>
  `CREATE TABLE grades (${COLUMNS.map(([name, kind]) => `${type === 'mysql' ? `\`${name}\`` : `"${name}"`} ${kind.replace('TIMESTAMP_TYPE', type === 'mysql' ? 'datetime(6)' : 'timestamp')}`).join(', ')})`;

interface Source {
  engine: 'postgresql' | 'mysql';
  run(text: string): Promise<unknown>;
  at(): Pick<NewPull, 'engine' | 'host' | 'port' | 'database' | 'user' | 'password'>;
  reset(): Promise<void>;
}

let pgClient: pg.Client;
const sources: Source[] = [
  {
    engine: 'postgresql',
    run: async (statement) => pgClient.query(statement),
    at: () => ({ engine: 'postgresql', ...postgres }),
    reset: async () => {
      await pgClient.query('DROP TABLE IF EXISTS grades');
      await pgClient.query(ddl('postgresql'));
    },
  },
  {
    engine: 'mysql',
    run: async (statement) => maria.run(`USE tax; ${statement.replaceAll('"', '`')}`),
    at: () => ({
      engine: 'mysql',
      host: '127.0.0.1',
      port: maria.port,
      database: 'tax',
      user: 'reader',
      password: 'Read-2026',
    }),
    reset: async () => {
      await maria.run('CREATE DATABASE IF NOT EXISTS tax CHARACTER SET utf8mb4');
      await maria.run(`USE tax; DROP TABLE IF EXISTS grades; ${ddl('mysql')}`);
      await maria.run(
        "CREATE USER IF NOT EXISTS 'reader'@'127.0.0.1' IDENTIFIED BY 'Read-2026'; GRANT SELECT ON tax.* TO 'reader'@'127.0.0.1'",
      );
    },
  },
];

before(async () => {
  maria = await startMysqlServer();
  department = await createTestDatabase({ migrated: false });
  const url = new URL(department.databases.urls.migrator);
  postgres = {
    host: url.hostname,
    port: Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1),
  };
  pgClient = new pg.Client({ connectionString: department.databases.urls.migrator });
  await pgClient.connect();
  city = await createCityContext({ env: { PULL_HOSTS: `127.0.0.1:${maria.port},${postgres.host}:${postgres.port}` } });
  await createBody(city.ctx.db.app, city.clock, { kind: 'department', name: DEPARTMENT.name, code: DEPARTMENT.code });
  office = operatorActor(city.ctx, 'test');
});
after(async () => {
  await pgClient?.end();
  await city?.close();
  await department?.close();
  await maria?.close();
});

let serial = 0;
/** Numbers of subjects differ from source to source, so that each test sees its own records. */
const insert = (
  id: number,
  code: string,
  grade: string,
  minute: number,
  over: { gone?: number; note?: string } = {},
): string =>
  `INSERT INTO grades VALUES (${id}, '示范市取数${code.slice(8)}有限公司', '${code}', '2025', '${grade}', '2026-04-30 00:00:00', '${over.note ?? ''}', ${over.gone ?? 0}, '2026-05-01 10:${String(minute).padStart(2, '0')}:00')`;

async function channelOf(source: Source, over: Partial<NewPull> = {}): Promise<string> {
  serial += 1;
  const view = await createPull(city.ctx, office, {
    org: DEPARTMENT.code,
    name: `税务取数${serial}`,
    standard: 'tax-credit',
    ...source.at(),
    table: 'grades',
    keyColumns: ['id'],
    watermarkColumn: 'changed_at',
    columns: { tyshxydm: 'TYSHXYDM', level: 'NSXYJB' },
    batchRows: 2,
    lagSeconds: 0,
    ...over,
  });
  return view.id;
}
const pull = (channelId: string, options: PullOptions = {}): Promise<PullResult> =>
  runPull(city.ctx, office, channelId, options);
const channel = async (id: string): Promise<ChannelRow> => {
  const row = await loadChannel(city.ctx.db.app, id);
  assert.ok(row);
  return row;
};
const live = (codes: string[]): Promise<{ code: string; item: string; documents: bigint }[]> =>
  query(
    city.ctx.db.app,
    sql`SELECT s.unified_code AS code, r.item, count(*) AS documents FROM core.record r JOIN core.subject s USING (subject_id)
         WHERE s.unified_code = ANY(${codes}::text[]) AND r.superseded_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2`,
  );
const items = async (codes: string[]): Promise<string[]> =>
  (await live(codes)).map((row) => `${codes.indexOf(row.code)}:${row.item}:${row.documents}`);

let block = 700_000;
const freshCodes = (count: number): string[] => {
  block += 100;
  return Array.from({ length: count }, (_, at) => codeOf(block + at));
};
const c = (codes: string[], at: number): string => codes[at] ?? '';

for (const source of sources) {
  describe(`a pull from ${source.engine}`, () => {
    it('takes what is new in bounded batches, and only what is new the next time', async () => {
      await source.reset();
      const codes = freshCodes(5);
      for (let at = 0; at < 5; at += 1) await source.run(insert(at, c(codes, at), at % 2 ? 'B' : 'A', at));
      const id = await channelOf(source);
      assert.deepEqual(await pull(id), { ran: true, taken: 5, withdrawn: 0, problem: null });
      assert.deepEqual(await items(codes), [
        '0:honour-tax-a:1',
        '1:evaluation-tax:1',
        '2:honour-tax-a:1',
        '3:evaluation-tax:1',
        '4:honour-tax-a:1',
      ]);
      const batches = await query<{ rows: bigint; state: string; channel: string }>(
        city.ctx.db.app,
        sql`SELECT rows_done AS rows, state, channel FROM core.submission WHERE starts_with(batch_no, ${`pull:${id}:`}) ORDER BY received_at, submission_id`,
      );
      assert.deepEqual(
        batches.map((row) => [Number(row.rows), row.state, row.channel]),
        [
          [2, 'done', 'pull'],
          [2, 'done', 'pull'],
          [1, 'done', 'pull'],
        ],
      );
      assert.equal((await pull(id)).taken, 0);
      await source.run(`UPDATE grades SET level = 'C', changed_at = '2026-05-02 09:00:00' WHERE id = 0`);
      assert.equal((await pull(id)).taken, 1);
      assert.deepEqual((await items(codes)).slice(0, 1), ['0:evaluation-tax:1']);
      const state = await channel(id);
      assert.equal(state.state, 'idle');
      assert.equal(Number(state.rows_taken), 6);
    });

    it('rows of one instant that cross a batch are all taken', async () => {
      await source.reset();
      const codes = freshCodes(5);
      for (let at = 0; at < 5; at += 1) await source.run(insert(at, c(codes, at), 'A', 7));
      const id = await channelOf(source);
      assert.equal((await pull(id)).taken, 5);
      assert.equal((await live(codes)).length, 5);
    });

    it('a deleted mark withdraws, an undone one brings it back', async () => {
      await source.reset();
      const codes = freshCodes(3);
      for (let at = 0; at < 3; at += 1) await source.run(insert(at, c(codes, at), 'A', at));
      const id = await channelOf(source, { deletes: 'column', deletedColumn: 'gone' });
      await pull(id);
      await source.run(`UPDATE grades SET gone = 1, changed_at = '2026-05-02 09:00:00' WHERE id IN (0, 2)`);
      assert.equal((await pull(id)).withdrawn, 2);
      assert.deepEqual(await items(codes), ['1:honour-tax-a:1']);
      await source.run(`UPDATE grades SET gone = 0, changed_at = '2026-05-03 09:00:00' WHERE id = 2`);
      await pull(id);
      assert.deepEqual(await items(codes), ['1:honour-tax-a:1', '2:honour-tax-a:1']);
      const events = await one<{ count: bigint }>(
        city.ctx.db.app,
        sql`SELECT count(*) AS count FROM core.record_event e JOIN core.subject s USING (subject_id) WHERE e.kind = 'withdrawn' AND s.unified_code = ANY(${codes}::text[])`,
      );
      assert.equal(Number(events.count), 2);
    });

    it('vanished rows are found by comparing keys; too many at once wait for a word', async () => {
      await source.reset();
      const codes = freshCodes(60);
      for (let at = 0; at < 60; at += 1) await source.run(insert(at, c(codes, at), 'A', at % 60));
      const id = await channelOf(source, { deletes: 'compare', batchRows: 100 });
      await pull(id);
      await source.run('DELETE FROM grades WHERE id = 5');
      assert.equal((await pull(id)).withdrawn, 0, 'not due yet');
      assert.equal((await pull(id, { compare: true })).withdrawn, 1);
      assert.equal((await live(codes)).length, 59);
      await source.run('DELETE FROM grades');
      const held = await pull(id, { compare: true });
      assert.equal(held.problem?.code, 'many-vanished');
      assert.equal((await channel(id)).state, 'held');
      assert.equal((await live(codes)).length, 59, 'nothing was withdrawn');
      assert.equal((await pull(id, { compare: true, confirm: true })).withdrawn, 59);
      assert.equal((await live(codes)).length, 0);
      assert.equal((await channel(id)).state, 'idle');
    });

    it('a row that becomes another fact leaves one record, not two', async () => {
      await source.reset();
      const codes = freshCodes(2);
      await source.run(insert(1, c(codes, 0), 'A', 1));
      const id = await channelOf(source);
      await pull(id);
      await source.run(`UPDATE grades SET 评价年度 = '2024', changed_at = '2026-05-02 09:00:00' WHERE id = 1`);
      assert.equal((await pull(id)).withdrawn, 1);
      assert.deepEqual(await items(codes), ['0:honour-tax-a:1']);
    });

    it('is killed between any two steps and goes on: nothing lost, nothing doubled', async () => {
      await source.reset();
      const codes = freshCodes(6);
      for (let at = 0; at < 6; at += 1) await source.run(insert(at, c(codes, at), 'A', at));
      const id = await channelOf(source);
      let steps = 0;
      for (let stop = 1; stop < 14; stop += 1) {
        steps = 0;
        const result = await pull(id, {
          onStep: () => {
            steps += 1;
            if (steps === stop) throw new Error('killed');
          },
        });
        if (result.problem === null) break;
        assert.equal(result.problem.code, 'interrupted');
      }
      assert.deepEqual(
        (await live(codes)).map((row) => Number(row.documents)),
        [1, 1, 1, 1, 1, 1],
      );
      const records = await one<{ count: bigint }>(
        city.ctx.db.app,
        sql`SELECT count(*) AS count FROM core.record r JOIN core.subject s USING (subject_id) WHERE s.unified_code = ANY(${codes}::text[])`,
      );
      assert.equal(Number(records.count), 6, 'no superseded twin either');
    });

    it('two runs at once are one', async () => {
      await source.reset();
      const codes = freshCodes(4);
      for (let at = 0; at < 4; at += 1) await source.run(insert(at, c(codes, at), 'A', at));
      const id = await channelOf(source);
      const results = await Promise.all([pull(id), pull(id), pull(id)]);
      assert.equal(
        results.reduce((sum, result) => sum + result.taken, 0),
        4,
      );
      assert.equal((await live(codes)).length, 4);
    });

    it('reads only: a login that may write cannot through this door, and no host but the named ones', async () => {
      await source.reset();
      const id = await channelOf(source);
      const config = (await channel(id)).config as never;
      const connection = await connectors[source.engine](config, source.at().password);
      // Whether the server refuses the value or finds nothing behind it: it is a value, never a statement.
      await connection.rowsAfter({ value: "x'; DROP TABLE grades; --", keys: ['1'] }, 10).catch(() => null);
      await connection.close();
      await source.run('SELECT count(*) FROM grades');
      await assert.rejects(channelOf(source, { host: '169.254.169.254', port: 80 }), /PULL_HOSTS/);
      await assert.rejects(channelOf(source, { table: 'grades; DROP TABLE grades' }), /letters/);
    });

    it('a wrong table or password is told in words, without the password', async () => {
      await source.reset();
      const id = await channelOf(source, { table: 'nothing_here' });
      const missing = await pull(id);
      assert.equal(missing.problem?.code, 'source-unusable');
      const wrong = await channelOf(source, { password: 'Secret-Wrong-1' });
      const refused = await pull(wrong);
      assert.ok(refused.problem);
      const stored = JSON.stringify(await channel(wrong), (_key, value) =>
        typeof value === 'bigint' ? String(value) : value,
      );
      assert.equal(stored.includes('Secret-Wrong-1'), false);
      assert.equal((await channel(wrong)).state, 'failing');
      assert.ok((await channel(wrong)).next_run_at);
    });
  });
}

describe('a source that goes away', () => {
  it('in mid-pull: a clear state, then it goes on behind the last batch', async () => {
    const source = sources[1];
    assert.ok(source);
    await source.reset();
    const codes = freshCodes(6);
    for (let at = 0; at < 6; at += 1) await source.run(insert(at, c(codes, at), 'A', at));
    const id = await channelOf(source);
    let batches = 0;
    const broken = await pull(id, {
      onStep: async (step) => {
        if (step !== 'processed') return;
        batches += 1;
        if (batches === 2) await maria.kill();
      },
    });
    assert.equal(broken.problem?.code, 'source-unavailable');
    assert.match(broken.problem?.fix.zh ?? '', /自动重试/);
    assert.equal((await live(codes)).length, 4);
    const failing = await channel(id);
    assert.deepEqual([failing.state, failing.failures], ['failing', 1]);
    assert.equal((await pull(id)).problem?.code, 'source-unavailable');
    assert.equal((await channel(id)).failures, 2);
    await maria.start();
    assert.deepEqual(await pull(id), { ran: true, taken: 2, withdrawn: 0, problem: null });
    assert.equal((await live(codes)).length, 6);
    assert.equal((await channel(id)).failures, 0);
  });
});

describe('a record that a file asserts too', () => {
  it('stays with the other source when the row is deleted', async () => {
    const source = sources[0];
    assert.ok(source);
    await source.reset();
    const codes = freshCodes(1);
    const other = await createBody(city.ctx.db.app, city.clock, {
      kind: 'department',
      name: '示范市财政局',
      code: codeOf(77, '11'),
    });
    await source.run(insert(1, c(codes, 0), 'A', 1));
    const id = await channelOf(source, { deletes: 'column', deletedColumn: 'gone' });
    await pull(id);
    const csv = `纳税人名称,统一社会信用代码,评价年度,纳税信用级别,纳税信用评价日期\r\n示范市取数${c(codes, 0).slice(8)}有限公司,${c(codes, 0)},2025,A,2026-04-30\r\n`;
    const { submissionId } = await receiveFile(city.ctx, actorWith(['departmentOfficer'], other.bodyId), {
      source: Readable.from([Buffer.from(csv)]),
      fileName: 'a.csv',
      standard: 'tax-credit',
      bodyId: other.bodyId,
      channel: 'desk',
      enqueue: false,
    });
    await processSubmission(city.ctx, submissionId);
    await source.run(`UPDATE grades SET gone = 1, changed_at = '2026-05-02 09:00:00' WHERE id = 1`);
    assert.equal((await pull(id)).withdrawn, 1);
    assert.deepEqual(await items(codes), ['0:honour-tax-a:1'], 'the other source still asserts it');
    const key = await one<{ source_body_id: string }>(
      city.ctx.db.app,
      sql`SELECT k.source_body_id FROM core.record_key k JOIN core.subject s USING (subject_id) WHERE s.unified_code = ${c(codes, 0)} AND k.record_id IN (SELECT record_id FROM core.record WHERE item = 'honour-tax-a')`,
    );
    assert.equal(key.source_body_id, other.bodyId);
  });
});
