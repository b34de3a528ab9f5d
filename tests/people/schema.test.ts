/**
 * The guardrails for natural persons as facts about the schema, the routes and the code (natural-persons §3, tests T2, T3,
 * T5, T7): what is not there cannot be misused.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { prohibitedTopic } from '../../server/src/modules/policy/index.ts';
import { repositoryRoot } from '../../server/src/platform/config.ts';
import { KnownRoutes } from '../../server/src/platform/http/known-routes.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';

let city: HttpCity;
let superuser: pg.Client;
const routes: string[] = [];

before(async () => {
  const add = KnownRoutes.prototype.add;
  KnownRoutes.prototype.add = function (methods, url) {
    routes.push(url);
    add.call(this, methods, url);
  };
  city = await createHttpCity();
  KnownRoutes.prototype.add = add;
  superuser = new pg.Client({ connectionString: city.database.superuserUrl });
  await superuser.connect();
});
after(async () => {
  await superuser.end();
  await city.close();
});

const rows = async <T extends object>(text: string, values: unknown[] = []): Promise<T[]> =>
  (await superuser.query(text, values)).rows as T[];
const OWN = `n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname NOT LIKE 'pg_temp%'`;

describe('the schema', () => {
  it('has no score, grade, rank or tier for persons', async () => {
    const columns = await rows<{ column_name: string }>(
      `SELECT column_name FROM information_schema.columns WHERE table_schema = 'person'`,
    );
    assert.ok(columns.length > 10);
    for (const { column_name } of columns)
      assert.doesNotMatch(column_name, /score|grade|rank|level|tier|points?$|rating|credit|class$/i);
    const tables = await rows<{ name: string }>(
      `SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm') AND ${OWN}`,
    );
    for (const { name } of tables)
      assert.doesNotMatch(name, /evaluation|score|grade|rank|blacklist|benefit|programme|household|relative|family/i);
  });
  it('keeps names and numbers of persons out of core, log and identity', async () => {
    const columns = await rows<{ name: string }>(
      `SELECT n.nspname || '.' || c.relname || '.' || a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND n.nspname IN ('core', 'log', 'identity', 'platform')`,
    );
    assert.ok(columns.length > 150);
    // person_rows is a count; the duty roster's telephone is the line of the office on duty, not a person's.
    const named = columns
      .map(({ name }) => name)
      .filter((name) =>
        /person|citizen|id_?card|id_?number|passport|birth|sex|gender|phone|mobile|ethnic|religio|health|marital/i.test(
          name,
        ),
      );
    assert.deepEqual(named.sort(), ['core.submission.person_rows', 'identity.duty.phone']);
  });
  it('has no view or function that reaches the person store', async () => {
    const views = await rows<{ name: string; definition: string }>(
      `SELECT n.nspname || '.' || c.relname AS name, pg_get_viewdef(c.oid) AS definition FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND ${OWN}`,
    );
    const functions = await rows<{ name: string; definition: string }>(
      `SELECT n.nspname || '.' || p.proname AS name, p.prosrc AS definition FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${OWN}`,
    );
    for (const { name, definition } of [...views, ...functions]) {
      assert.doesNotMatch(name, /^public_|person/);
      assert.doesNotMatch(definition, /person\./, name);
    }
  });
  it('lets no key lead from organisations, accounts or the log to a person, or back', async () => {
    const keys = await rows<{ name: string }>(
      `SELECT k.conname AS name FROM pg_constraint k JOIN pg_class a ON a.oid = k.conrelid JOIN pg_namespace n ON n.oid = a.relnamespace JOIN pg_class b ON b.oid = k.confrelid JOIN pg_namespace m ON m.oid = b.relnamespace
        WHERE k.contype = 'f' AND (n.nspname = 'person') <> (m.nspname = 'person')`,
    );
    assert.deepEqual(keys, []);
    const inherits = await rows(
      `SELECT 1 FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid OR c.oid = i.inhparent JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'person'`,
    );
    assert.deepEqual(inherits, [], 'no common supertype');
  });
  it('gives the person store to one login only, and that login nothing else', async () => {
    const { roles } = city.ctx.db;
    for (const role of ['app', 'log', 'sealer', 'audit'] as const) {
      const [rights] = await rows<{ use: boolean; any: boolean }>(
        `SELECT has_schema_privilege($1, 'person', 'USAGE') AS use, bool_or(has_any_column_privilege($1, c.oid, 'SELECT,INSERT,UPDATE') OR has_table_privilege($1, c.oid, 'DELETE')) AS any
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'person' AND c.relkind = 'r'`,
        [roles[role]],
      );
      assert.deepEqual(rights, { use: false, any: false }, role);
    }
    const [reverse] = await rows<{ use: boolean }>(
      `SELECT bool_or(has_schema_privilege($1, n.oid, 'USAGE')) AS use FROM pg_namespace n WHERE n.nspname IN ('core', 'identity', 'log', 'platform', 'graphile_worker')`,
      [roles.person],
    );
    assert.deepEqual(reverse, { use: false });
    await assert.rejects(city.ctx.db.app.query('SELECT 1 FROM person.identifier'), { code: '42501' });
    await assert.rejects(city.ctx.db.audit.query('SELECT 1 FROM person.record'), { code: '42501' });
    const members = await rows(
      `SELECT 1 FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles u ON u.oid = m.member WHERE g.rolname = $1 AND u.rolname = ANY($2)`,
      [roles.person, [roles.app, roles.log, roles.sealer, roles.audit]],
    );
    assert.deepEqual(members, []);
  });
  it('takes no person as a subject (T5)', async () => {
    await assert.rejects(
      city.ctx.db.app.query(
        `INSERT INTO core.subject (subject_id, kind, name, status, provisional, register, created_at, updated_at) VALUES (gen_random_uuid(), 'person', '某人', '存续', false, '{}', '2026-11-22', '2026-11-22')`,
      ),
      { code: '23514' },
    );
    const { subjectKindLabels } = await import('@chengxin/identifiers');
    assert.ok(!Object.keys(subjectKindLabels).some((kind) => /person|individual|citizen/i.test(kind)));
  });
});

describe('routes and code', () => {
  it('no route searches, lists, scores or exports persons', () => {
    assert.ok(routes.length > 40);
    for (const url of routes)
      assert.doesNotMatch(
        url,
        /person|people|citizen|individual|resident|score|grade|rank|rating|household|blacklist|exposure/i,
      );
  });
  it('there is no evaluation yet (lists and measures have theirs, lists.test.ts and measures.test.ts): when it comes, it comes with its own guard (G1, G10)', () => {
    const modules = readdirSync(join(repositoryRoot, 'server/src/modules'));
    for (const name of ['evaluation', 'benefits', 'programmes'])
      assert.ok(
        !modules.includes(name),
        `${name}: write the tests T4 to T6 of natural-persons.md with it, then change this one`,
      );
  });
  it('only the person store opens the person login and its ciphertext', () => {
    const src = join(repositoryRoot, 'server/src');
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
    );
    const using = (pattern: RegExp): string[] =>
      files.filter((name) => pattern.test(readFileSync(join(src, name), 'utf8'))).sort();
    const opening = using(/\bdb\.person\b|databases\.person\b/);
    for (const name of opening)
      assert.match(
        name,
        /^(modules\/persons\/|build-context\.ts|platform\/backup\/|platform\/doctor|cli\/)/,
        `${name} reaches the person store`,
      );
    const unsealing = using(/\.openPerson\(/);
    for (const name of unsealing)
      assert.match(name, /^modules\/(persons\/[\w-]+|collection\/drafts)\.ts$/, `${name} opens ciphertext of persons`);
    const sql = using(/\b(FROM|INTO|UPDATE|JOIN|COPY)\s+person\./i);
    for (const name of sql)
      assert.match(
        name,
        /^(modules\/persons\/([\w-]+-)?queries\.ts|platform\/backup\/.*|demo\/.*)$/,
        `${name} speaks to the person store`,
      );
  });
});

describe('policy', () => {
  it('a fresh installation has no programme and stores no penalty on a person (T7)', async () => {
    const runtime = city.ctx.policy();
    const kinds = await rows<{ kind: string }>('SELECT DISTINCT kind FROM core.policy_version');
    assert.ok(kinds.length > 3);
    for (const { kind } of kinds) assert.doesNotMatch(kind, /programme|benefit|score|evaluation/i);
    assert.equal(runtime.place().personRows.store.includes('penalty'), false);
    assert.equal(runtime.place().personRows.barSimpleProcedure, true);
    assert.ok(runtime.place().personRetentionYears <= 5, 'G23');
    const tables = await rows<{ count: string }>(
      'SELECT (SELECT count(*) FROM person.record) + (SELECT count(*) FROM person.identifier) AS count',
    );
    assert.equal(tables[0]?.count, '0');
  });
  it('no field of a data standard asks for what may not be asked (G8, T2)', () => {
    for (const standard of city.ctx.policy().standards()) {
      for (const field of standard.fields) {
        assert.equal(
          prohibitedTopic(`${field.label.zh} ${field.label.en}`),
          undefined,
          `${standard.standard}.${field.code}`,
        );
      }
    }
  });
});
