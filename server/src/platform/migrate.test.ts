import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { query, sql } from './db.ts';
import { roleNames } from './embedded-postgres/roles.ts';
import { migrate, readMigrations } from './migrate.ts';
import { createTestDatabase, type TestDatabase } from './testing.ts';

describe('migrations', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cx-migrations-'));
  const databases: TestDatabase[] = [];
  let database: TestDatabase;
  const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);
  const run = (upTo?: number) =>
    migrate({ url: database.url, roles: roleNames, directory, ...(upTo === undefined ? {} : { upTo }) });

  beforeEach(async () => {
    database = await createTestDatabase();
    databases.push(database);
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory);
    write(
      '0001-first.sql',
      `CREATE SCHEMA s; CREATE TABLE s.a (n int);\nGRANT USAGE ON SCHEMA s TO \${role:app}; GRANT SELECT ON s.a TO \${role:app};`,
    );
    write('0002-second.sql', 'INSERT INTO s.a VALUES (1);');
    write('notes.txt', 'not a migration');
  });
  after(async () => {
    for (const one of databases) await one.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test('run in order, once, with the logins filled in', async () => {
    assert.deepEqual(
      (await run()).applied.map((one) => one.number),
      [1, 2],
    );
    assert.deepEqual((await run()).applied, []);
    assert.deepEqual(await query(database.databases.app, sql`select n from s.a`), [{ n: 1 }]);
  });

  test('several processes at once apply each only once', async () => {
    const results = await Promise.all([run(), run(), run()]);
    assert.deepEqual(results.flatMap((one) => one.applied.map((each) => each.number)).sort(), [1, 2]);
  });

  test('a file that was changed after it ran is refused', async () => {
    await run();
    write('0002-second.sql', 'INSERT INTO s.a VALUES (2);');
    await assert.rejects(run(), /0002-second was changed/);
  });

  test('line ends do not count as a change', async () => {
    await run();
    write('0001-first.sql', (readMigrations(directory)[0]?.sql ?? '').replaceAll('\n', '\r\n'));
    assert.deepEqual((await run()).applied, []);
  });

  test('a database newer than the program, a late number and a doubled number are refused', async () => {
    await run();
    rmSync(join(directory, '0002-second.sql'));
    await assert.rejects(run(), /newer than the program/);
    write('0002-second.sql', 'INSERT INTO s.a VALUES (1);');
    write('0004-fourth.sql', 'SELECT 1;');
    await run();
    write('0003-third.sql', 'SELECT 1;');
    await assert.rejects(run(), /lower number/);
    write('0004-other.sql', 'SELECT 1;');
    await assert.rejects(run(), /number 4/);
  });

  test('a failing file leaves nothing and names the line', async () => {
    write('0003-third.sql', 'CREATE TABLE s.b (n int);\nINSERT INTO s.b\nVALUES (oops);');
    await assert.rejects(run(), /0003-third failed \(line 3\).*oops/);
    assert.deepEqual(await query(database.databases.migrator, sql`select to_regclass('s.b') as b`), [{ b: null }]);
    write('0003-third.sql', 'CREATE TABLE s.b (n int);');
    assert.deepEqual(
      (await run()).applied.map((one) => one.name),
      ['third'],
    );
  });

  test('an unknown placeholder is an error', async () => {
    write('0003-third.sql', `GRANT SELECT ON s.a TO \${role:boss};`);
    await assert.rejects(run(), /placeholder/);
  });

  test('without a transaction, for what PostgreSQL does only there', async () => {
    write(
      '0003-index.sql',
      '-- no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS a_n ON s.a (n);\n-- next\nCREATE INDEX CONCURRENTLY IF NOT EXISTS a_m ON s.a ((n + 1));',
    );
    const results = await Promise.all([run(), run()]);
    assert.equal(results.flatMap((one) => one.applied).length, 3);
  });

  test('up to a level', async () => {
    assert.deepEqual(
      (await run(1)).applied.map((one) => one.number),
      [1],
    );
    assert.deepEqual(
      (await run()).applied.map((one) => one.number),
      [2],
    );
  });
});
