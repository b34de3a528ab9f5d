import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { clockFromEnv, dayOf, fixedClock, isPlainDate, toInstant } from './clock.ts';
import { loadConfig } from './config.ts';
import { execute, ident, join as joinSql, maybeOne, one, query, sql, withTransaction } from './db.ts';
import { DomainError, EnvironmentError, toProblem } from './errors.ts';
import { isId, newId } from './ids.ts';
import { isAlive, lockHolder, startTimeOf, thisProcess, withFileLock } from './lease.ts';
import { toQuery } from './sql.ts';
import { createTestDatabase, type TestDatabase } from './testing.ts';

describe('ids', () => {
  test('are version 7, unique and rise', () => {
    const ids = Array.from({ length: 20_000 }, newId);
    assert.ok(ids.every(isId));
    assert.ok(ids.every((id) => id[14] === '7'));
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual([...ids].sort(), ids);
    const millis = Number.parseInt((ids[0] ?? '').replaceAll('-', '').slice(0, 12), 16);
    assert.ok(Math.abs(millis - Date.now()) < 60_000);
  });
});

describe('clock', () => {
  test('the day is the one in Shanghai', () => {
    const clock = fixedClock('2026-03-01T15:59:59Z');
    assert.equal(clock.today(), '2026-03-01');
    assert.equal(clock.advance(1000), '2026-03-01T16:00:00.000Z');
    assert.equal(clock.today(), '2026-03-02');
    assert.equal(dayOf(toInstant('2025-12-31T23:00:00+08:00')), '2025-12-31');
  });
  test('dates that do not exist are none', () => {
    assert.ok(isPlainDate('2024-02-29'));
    for (const bad of ['2021-02-30', '2023-02-29', '2026-13-01', '2026-1-1', '']) assert.ok(!isPlainDate(bad));
  });
  test('may be set in tests only', () => {
    assert.equal(
      clockFromEnv({ NODE_ENV: 'test', CHENGXIN_NOW: '=2026-01-01T00:00:00Z' }).now(),
      '2026-01-01T00:00:00.000Z',
    );
    assert.throws(() => clockFromEnv({ CHENGXIN_NOW: '=2026-01-01T00:00:00Z' }), RangeError);
  });
});

describe('configuration', () => {
  test('defaults', () => {
    const config = loadConfig({}, '/srv/x');
    assert.equal(config.port, 8080);
    assert.equal(config.host, '127.0.0.1');
    assert.equal(config.dataDir, '/srv/x/.data');
    assert.deepEqual(config.database, { kind: 'embedded' });
    assert.equal(config.publicUrl, 'http://127.0.0.1:8080');
  });
  test('one error names everything that is wrong', () => {
    const wrong = { PORT: '99999', LOG_LEVEL: 'loud', TLS_CERT_FILE: 'x', DATABASE_URL_APP: 'postgres://a@b/c' };
    assert.throws(
      () => loadConfig(wrong, '/srv/x'),
      (error: unknown) => {
        assert.ok(error instanceof EnvironmentError);
        for (const word of ['PORT', 'LOG_LEVEL', 'TLS_KEY_FILE', 'DATABASE_URL '])
          assert.ok(error.en.includes(word), word);
        return true;
      },
    );
  });
  test("one's own server: roles without an address share the owner's", () => {
    const url = 'postgresql://owner:x@db/chengxin';
    const { database } = loadConfig({ DATABASE_URL: url, DATABASE_URL_LOG: 'postgresql://log:x@db/chengxin' });
    assert.ok(database.kind === 'own');
    assert.deepEqual(database.sharedLogins, ['app', 'person', 'sealer', 'audit']);
    assert.equal(database.urls.person, url);
  });
});

describe('errors', () => {
  test('an expected refusal becomes a problem; anything else says nothing of itself', () => {
    const problem = toProblem(new DomainError('not-found', { zh: '没有' }), { requestId: 'r1' });
    assert.deepEqual(
      [problem.status, problem.code, problem.detail, problem.requestId],
      [404, 'not-found', '没有', 'r1'],
    );
    const internal = toProblem(new Error('password is hunter2'));
    assert.equal(internal.status, 500);
    assert.ok(!JSON.stringify(internal).includes('hunter2'));
  });
});

describe('sql', () => {
  test('values are bound, parts are placed', () => {
    const part = sql`b = ${2} and c = ${'x'}`;
    const list = joinSql([sql`${3}`, sql`${4}`]);
    const made = toQuery(sql`select ${ident('s', 't"x')} where a = ${1} and ${part} and d in (${list}) and e = ${5}`);
    assert.equal(made.text, 'select "s"."t""x" where a = $1 and b = $2 and c = $3 and d in ($4, $5) and e = $6');
    assert.deepEqual(made.values, [1, 2, 'x', 3, 4, 5]);
  });
  test('property: as many placeholders as values, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer(), { maxLength: 4 }), { maxLength: 5 }), (lists) => {
        const parts = lists.map((list) => sql`(${joinSql(list.map((value) => sql`${value}`))})`);
        const made = toQuery(sql`x ${joinSql(parts, ' or ')} y ${7}`);
        assert.deepEqual(made.values, [...lists.flat(), 7]);
        assert.deepEqual(
          made.text.match(/\$\d+/g),
          made.values?.map((_, index) => `$${index + 1}`),
        );
      }),
    );
  });
});

describe('database', () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
    await execute(database.databases.migrator, sql`create table t (id int primary key, n bigint)`);
  });
  after(() => database.close());

  test('types: dates and decimals as text, int8 as bigint, instants in UTC', async () => {
    const row = await one<Record<string, unknown>>(
      database.databases.migrator,
      sql`select date '2026-01-02' as day, 1.10::numeric as amount, 9007199254740993::int8 as big,
                 timestamptz '2026-01-02 03:04:05.1+08' as at, array[date '2026-01-02'] as days, array[1::int8] as bigs,
                 null::date as none, count(*) as count from t`,
    );
    assert.deepEqual(row, {
      day: '2026-01-02',
      amount: '1.10',
      big: 9007199254740993n,
      at: '2026-01-01T19:04:05.100Z',
      days: ['2026-01-02'],
      bigs: [1n],
      none: null,
      count: 0n,
    });
  });

  test('a transaction commits or leaves nothing', async () => {
    const pool = database.databases.migrator;
    await withTransaction(pool, (tx) => execute(tx, sql`insert into t values (1, ${10n})`));
    await assert.rejects(
      withTransaction(pool, async (tx) => {
        await execute(tx, sql`update t set n = 11 where id = 1`);
        throw new Error('no');
      }),
      /no/,
    );
    await assert.rejects(
      withTransaction(pool, async (tx) => {
        await execute(tx, sql`insert into t values (2, 0)`);
        await execute(tx, sql`insert into t values (2, 0)`).catch(() => 0);
      }),
      /rolled back/,
    );
    assert.deepEqual(await query(pool, sql`select * from t`), [{ id: 1, n: 10n }]);
    assert.equal(await maybeOne(pool, sql`select 1 as x from t where id = 9`), null);
  });

  test('each role enters by its own login', async () => {
    for (const role of ['app', 'person', 'log', 'sealer', 'audit'] as const) {
      const row = await one<{ me: string }>(database.databases[role], sql`select current_user as me`);
      assert.equal(row.me, `chengxin_${role}`);
      assert.equal(database.databases.roles[role], row.me);
    }
  });
});

describe('leases and locks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cx-lock-'));
  const path = join(folder, 'lock');
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('a process is known by number and start', async () => {
    const self = thisProcess();
    assert.ok(isAlive(self));
    assert.ok(!isAlive({ ...self, startTime: 'x' }));
    const child = spawn('true');
    await once(child, 'exit');
    assert.equal(startTimeOf(child.pid ?? 0), null);
  });

  test('one at a time', async () => {
    let inside = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      assert.equal(inside, 1);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    await Promise.all([withFileLock(path, work), withFileLock(path, work), withFileLock(path, work)]);
  });

  test('the lock of a killed process is free', async () => {
    const code = `const { withFileLock } = await import(${JSON.stringify(join(import.meta.dirname, 'lease.ts'))});
      await withFileLock(${JSON.stringify(path)}, () => { console.log('held'); return new Promise((r) => setTimeout(r, 60000)); });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(createInterface(child.stdout), 'line');
    assert.match(lockHolder(path), new RegExp(`^${child.pid} `));
    await assert.rejects(
      withFileLock(path, async () => undefined, { timeoutMs: 100 }),
      EnvironmentError,
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    await withFileLock(path, async () => undefined, { timeoutMs: 5000 });
  });
});
