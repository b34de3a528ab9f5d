import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type pg from 'pg';
import { repositoryRoot } from '../config.ts';
import { execute, one, query, sql } from '../db.ts';
import { roleNames } from '../embedded-postgres/roles.ts';
import { DomainError } from '../errors.ts';
import { migrate } from '../migrate.ts';
import { createTestDatabase, type TestDatabase } from '../testing.ts';
import {
  backUpKeys,
  compareBackups,
  isKeyBackup,
  keyFingerprints,
  readKeyBackupRecord,
  registerRestoreHook,
  restoreBackup,
  restoreKeys,
  writeBackup,
} from './index.ts';
import { RowDigest } from './row-digest.ts';

const SCHEMA = `
CREATE SCHEMA s; CREATE SCHEMA other;
GRANT USAGE ON SCHEMA s TO \${role:app};
CREATE TABLE s.body (id int PRIMARY KEY, parent int REFERENCES s.body, name text NOT NULL);
INSERT INTO s.body VALUES (0, null, 'made by the migration');
CREATE TABLE s.record (day date, id int, body int REFERENCES s.body, payload jsonb, raw bytea, twice int GENERATED ALWAYS AS (id * 2) STORED,
  epoch int NOT NULL DEFAULT 1, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
CREATE TABLE s.record_2025 PARTITION OF s.record FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE s.empty (n int);
CREATE TABLE other.counted (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "Odd ""name" text);
CREATE TABLE other.log (n int);
CREATE FUNCTION other.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO other.log VALUES (NEW.id); RETURN NEW; END $$;
CREATE TRIGGER noted AFTER INSERT ON s.body FOR EACH ROW EXECUTE FUNCTION other.note();
GRANT SELECT ON s.record TO \${role:app};
`;

describe('backup and restore', { concurrency: false }, () => {
  const base = mkdtempSync(join(tmpdir(), 'cx-backup-'));
  const migrations = join(base, 'migrations');
  const source = { data: join(base, 'one'), files: join(base, 'one/files'), keys: join(base, 'one/keys') };
  const target = { data: join(base, 'two'), files: join(base, 'two/files'), keys: join(base, 'two/keys') };
  let from: TestDatabase;
  let to: TestDatabase;
  const backup = (db: TestDatabase, name: string, place = source, withKeys = false) =>
    writeBackup({
      target: join(base, name),
      url: db.url,
      filesDir: place.files,
      keysDir: place.keys,
      dataDir: place.data,
      withKeys,
      program: 'test',
      at: '2026-03-01T00:00:00.000Z',
    });
  const isEmpty = async (client: pg.Client): Promise<boolean> =>
    (await one<{ n: bigint }>(client, sql`select count(*) as n from s.body`)).n <= 1n;
  const restore = (name: string, options: { replace?: boolean; otherKeys?: boolean } = {}) =>
    restoreBackup({
      source: join(base, name),
      url: to.url,
      roles: roleNames,
      migrationsDirectory: migrations,
      filesDir: target.files,
      keysDir: target.keys,
      replace: options.replace ?? false,
      otherKeys: options.otherKeys ?? false,
      isEmpty,
    });

  before(async () => {
    for (const folder of [migrations, source.files, source.keys, target.data]) mkdirSync(folder, { recursive: true });
    writeFileSync(join(migrations, '0001-schema.sql'), SCHEMA);
    writeFileSync(
      join(migrations, '0002-index.sql'),
      '-- no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS body_name ON s.body (name);',
    );
    writeFileSync(join(source.keys, 'a.key'), 'secret', { mode: 0o600 });
    mkdirSync(join(source.files, '0190ab'));
    writeFileSync(join(source.files, '0190ab', 'one'), 'x'.repeat(100_000));
    writeFileSync(join(source.files, '0190ab', 'two.part'), 'being written');
    from = await createTestDatabase();
    to = await createTestDatabase();
    await migrate({ url: from.url, roles: roleNames, directory: migrations });
    const owner = from.databases.migrator;
    await execute(
      owner,
      sql`insert into s.body select n, case when n > 1 then n - 1 end, ${'名称\t换行\n反斜\\杠'} || n from generate_series(1, 300) n`,
    );
    // Made after the migrations, as the jobs do.
    await execute(
      owner,
      sql`create table s.record_2026 partition of s.record for values from ('2026-01-01') to ('2027-01-01')`,
    );
    await execute(owner, sql`alter table s.record alter column epoch set default 7`);
    await execute(
      owner,
      sql`insert into s.record (day, id, body, payload, raw) select date '2025-06-01' + n % 500, n, n % 300 + 1,
          jsonb_build_object('n', n, 'text', repeat('信用', n % 50)), decode(md5(n::text), 'hex') from generate_series(1, 20000) n`,
    );
    await execute(owner, sql`insert into other.counted ("Odd ""name") select null from generate_series(1, 5)`);
  });
  after(async () => {
    await from.close();
    await to.close();
    rmSync(base, { recursive: true, force: true });
  });

  test('a backup is complete, private and never overwrites', async () => {
    const manifest = await backup(from, 'b1');
    assert.deepEqual(manifest.schemas, ['other', 's']);
    assert.equal(manifest.tables.find((table) => table.name === 'record')?.rows, 20_000);
    assert.equal(
      manifest.tables.some((table) => table.name === 'record_2025'),
      false,
    );
    assert.deepEqual(manifest.files.count, 1);
    assert.equal(statSync(join(base, 'b1')).mode & 0o777, 0o700);
    assert.equal(existsSync(join(base, 'b1.tmp')), false);
    assert.equal(existsSync(join(base, 'b1', 'keys')), false);
    await assert.rejects(backup(from, 'b1'), DomainError);
    assert.ok(!readFileSync(join(base, 'b1', 'manifest.json'), 'utf8').includes('secret'));
  });

  test('two at once: one is refused', async () => {
    const results = await Promise.allSettled([backup(from, 'x1'), backup(from, 'x2')]);
    const failed = results.filter((one) => one.status === 'rejected');
    assert.ok(failed.length <= 1);
    for (const one of failed) assert.match(String(one.reason), /Another backup/);
  });

  test('restored into an empty database it is equal, table by table', async () => {
    const result = await restore('b1');
    assert.equal(result.keysPresent, false);
    assert.equal(result.files, 1);
    const again = await backup(to, 'b2', target);
    assert.deepEqual(compareBackups(result.manifest, again).differences, []);
    const owner = to.databases.migrator;
    const [record] = await query<{ twice: number; body: number }>(
      owner,
      sql`select twice, body from s.record where id = 21`,
    );
    assert.deepEqual(record, { twice: 42, body: 22 });
    await assert.rejects(
      execute(owner, sql`insert into s.record (day, id, body) values ('2026-01-01', 99999, 12345)`),
      /foreign key/,
    );
    await execute(owner, sql`insert into other.counted ("Odd ""name") values ('next')`);
    assert.deepEqual(await query(owner, sql`select max(id) as id from other.counted`), [{ id: 6 }]);
    await execute(owner, sql`insert into s.record (day, id) values ('2026-05-05', 1)`);
    assert.deepEqual(
      await query(to.databases.app, sql`select epoch from s.record where day = '2026-05-05' and id = 1`),
      [{ epoch: 7 }],
    );
    assert.deepEqual(await query(owner, sql`select count(*) as n from other.log`), [{ n: 300n }]);
  });

  test('data that are there are only replaced when told so', async () => {
    await assert.rejects(restore('b1'), /will not be overwritten/);
    writeFileSync(join(target.files, 'stray'), 'x');
    const seen: (string | null)[] = [];
    registerRestoreHook(async ({ client, schemaBefore }) => {
      seen.push(schemaBefore('s'));
      const before = schemaBefore('s');
      if (before) seen.push(String((await client.query(`select count(*) from ${before}.record`)).rows[0]?.count));
    });
    const result = await restore('b1', { replace: true });
    assert.deepEqual(seen, ['s__before_restore', '20001']);
    assert.equal(result.filesRemoved, 1);
    const again = await backup(to, 'b3', target);
    assert.deepEqual(compareBackups(result.manifest, again).differences, []);
    const left = await query(
      to.databases.migrator,
      sql`select 1 from pg_namespace where nspname like '%before_restore'`,
    );
    assert.deepEqual(left, []);
  });

  test('a damaged backup changes nothing', async () => {
    await backup(from, 'b4');
    const chunk = join(base, 'b4', 'tables', 's.record.00001.zst');
    const bytes = readFileSync(chunk);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff;
    chmodSync(chunk, 0o600);
    writeFileSync(chunk, bytes);
    const before = await backup(to, 'b5', target);
    await assert.rejects(restore('b4', { replace: true }));
    rmSync(chunk);
    await assert.rejects(restore('b4', { replace: true }), /damaged/);
    rmSync(join(base, 'b4', 'manifest.json'));
    await assert.rejects(restore('b4', { replace: true }), /not a complete backup/);
    assert.deepEqual(compareBackups(before, await backup(to, 'b6', target)).differences, []);
  });

  test('a backup of an earlier version is restored at its level and then migrated', async () => {
    writeFileSync(join(migrations, '0003-more.sql'), 'ALTER TABLE s.empty ADD COLUMN m int;');
    await restore('b1', { replace: true });
    const done = await migrate({ url: to.url, roles: roleNames, directory: migrations });
    assert.deepEqual(
      done.applied.map((one) => one.number),
      [3],
    );
    await backup(to, 'b7', target);
    rmSync(join(migrations, '0003-more.sql'));
    await assert.rejects(restore('b7', { replace: true }), /another version/);
  });

  test('nothing is left of a backup that fails', async () => {
    await assert.rejects(backup(to, 'b8', { ...target, keys: join(base, 'none') }, true), /no keys/);
    assert.deepEqual(
      readdirSync(base).filter((name) => name.startsWith('b8')),
      [],
    );
  });

  test('keys: apart, compared, moved aside', async () => {
    const at = '2026-03-01T00:00:00.000Z';
    const folder = join(base, 'keys-backup');
    backUpKeys({ keysDir: source.keys, dataDir: source.data, target: folder, at });
    assert.ok(isKeyBackup(folder));
    assert.deepEqual(readKeyBackupRecord(source.data)?.fingerprints, keyFingerprints(source.keys));
    restoreKeys({ source: folder, keysDir: target.keys, replace: false, at });
    assert.equal(readFileSync(join(target.keys, 'a.key'), 'utf8'), 'secret');
    assert.equal((await restore('b1', { replace: true })).keysPresent, true);
    writeFileSync(join(target.keys, 'a.key'), 'other');
    await assert.rejects(restore('b1', { replace: true }), /not those of this backup/);
    assert.equal((await restore('b1', { replace: true, otherKeys: true })).keysPresent, false);
    assert.throws(() => restoreKeys({ source: folder, keysDir: target.keys, replace: false, at }), /other keys/);
    restoreKeys({ source: folder, keysDir: target.keys, replace: true, at });
    assert.equal(readFileSync(join(target.keys, 'a.key'), 'utf8'), 'secret');
    assert.equal(readFileSync(join(`${target.keys}.before-20260301000000`, 'a.key'), 'utf8'), 'other');
  });
});

test('the real schema comes back equal, partitions and changed defaults included', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cx-backup-real-'));
  const from = await createTestDatabase({ migrated: true });
  const to = await createTestDatabase({ migrated: true });
  try {
    await query(from.databases.sealer, sql`select log.ensure_partitions('2027-11-01'::date, 4)`);
    await query(from.databases.sealer, sql`select log.ensure_epoch('2026-03-01T00:00:00Z')`);
    await execute(from.databases.migrator, sql`alter table log.access_log alter column epoch set default 5`);
    await execute(
      from.databases.log,
      sql`insert into log.access_log (log_id, at, actor_kind, actor_name, action, outcome)
          values (gen_random_uuid(), '2028-01-15T00:00:00Z', 'system', 'test', 'test', 'ok')`,
    );
    const save = (db: TestDatabase, name: string) =>
      writeBackup({
        target: join(folder, name),
        url: db.url,
        filesDir: join(folder, 'files'),
        keysDir: join(folder, 'keys'),
        dataDir: folder,
        withKeys: false,
        program: 'test',
        at: '2026-03-01T00:00:00.000Z',
      });
    const manifest = await save(from, 'one');
    await restoreBackup({
      source: join(folder, 'one'),
      url: to.url,
      roles: roleNames,
      migrationsDirectory: join(repositoryRoot, 'migrations'),
      filesDir: join(folder, 'other-files'),
      keysDir: join(folder, 'other-keys'),
      replace: true,
      isEmpty: async () => false,
    });
    const again = await save(to, 'two');
    assert.deepEqual(compareBackups(manifest, again).differences, []);
    assert.deepEqual(again.defaults, manifest.defaults);
    assert.deepEqual(again.partitions, manifest.partitions);
    // The logins' rights come with the migrations.
    await query(to.databases.audit, sql`select count(*) from log.access_log`);
    await assert.rejects(query(to.databases.app, sql`select * from person.record`), { code: '42501' });
  } finally {
    await from.close();
    await to.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('property: the digest of rows knows neither order nor pieces, and sees every change', () => {
  const digestOf = (text: string, cuts: readonly number[]): string => {
    const digest = new RowDigest();
    const bytes = Buffer.from(text);
    let at = 0;
    for (const cut of [...cuts.map((one) => one % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)) {
      digest.update(bytes.subarray(at, cut));
      at = cut;
    }
    return digest.digest();
  };
  const line = fc.string({ maxLength: 12 }).map((text) => text.replaceAll('\n', ' '));
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 20 }),
      fc.array(fc.nat(), { maxLength: 5 }),
      (lines, cuts) => {
        const text = `${lines.join('\n')}\n`;
        const whole = digestOf(text, []);
        assert.equal(digestOf(text, cuts), whole);
        assert.equal(digestOf(`${[...lines].reverse().join('\n')}\n`, cuts), whole);
        assert.notEqual(digestOf(`${text}${lines[0]}\n`, []), whole);
        assert.notEqual(
          digestOf(`${lines.map((one, index) => (index === 0 ? `${one}x` : one)).join('\n')}\n`, []),
          whole,
        );
      },
    ),
  );
});
