import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { parsePersonDocument, parseRegistrationNumber, parseUnifiedCode } from '@chengxin/identifiers';
import { contextOver } from '../build-context.ts';
import type { AppContext } from '../context.ts';
import { hashPassword, verifyPassword } from '../modules/identity/passwords.ts';
import { type DataStandard, loadPolicyFiles } from '../modules/policy/index.ts';
import { fixedClock } from '../platform/clock.ts';
import { repositoryRoot } from '../platform/config.ts';
import { query, sql } from '../platform/db.ts';
import { createTestContext, type TestContext } from '../testing-context.ts';
import { DEMO_PASSWORD, demoAccounts } from './accounts.ts';
import { CITY_BODY, CREDIT_OFFICE, DEPARTMENTS, DISTRICT_BODIES } from './bodies.ts';
import { recentDay, shareBefore } from './days.ts';
import { DIRT } from './dirt.ts';
import { demoStatus, ensureDemo, hasDemoAccounts, loadDemoCity, loadStandards, writePlannedFile } from './index.ts';
import { SPECIMENS } from './person-documents.ts';
import { type CityOptions, type CityPlan, FATES, generateCity, type PlannedRow } from './plan-city.ts';
import { permutation, randomOf } from './random.ts';

const asOf = '2026-06-30';
const folders = [`${repositoryRoot}/policy`];

function sink(): { stream: Writable; bytes: () => Buffer } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer | string, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return { stream, bytes: () => Buffer.concat(chunks) };
}

/** Digests of all files of a city. */
async function digests(plan: CityPlan): Promise<Map<string, string>> {
  const out = new Map<string, string>();
  for (const file of plan.files) {
    const { stream, bytes } = sink();
    await writePlannedFile(plan, file, stream);
    out.set(file.file, createHash('sha256').update(bytes()).digest('hex'));
  }
  return out;
}

describe('random numbers', () => {
  it('are the same for the same key and differ for another', () => {
    const draw = (seed: number, realm: number, index: number): number[] => {
      const random = randomOf(seed, realm, index);
      return Array.from({ length: 8 }, () => random.int(1_000_000));
    };
    assert.deepEqual(draw(1, 2, 3), draw(1, 2, 3));
    assert.notDeepEqual(draw(1, 2, 3), draw(1, 2, 4));
    assert.notDeepEqual(draw(1, 2, 3), draw(2, 2, 3));
    assert.notDeepEqual(draw(1, 2, 3), draw(1, 3, 3));
  });

  it('permute without repeating', () => {
    for (const size of [1, 2, 7, 1000, 4096]) {
      const at = permutation(5, 1, size);
      assert.equal(new Set(Array.from({ length: size }, (_, index) => at(index))).size, size);
    }
  });

  it('place decisions in three years, most in the last, and find them again', () => {
    assert.equal(recentDay(20_000, 0), 20_000 - 1095);
    assert.ok(recentDay(20_000, 0.999) >= 19_998);
    for (const q of [0.05, 0.2, 0.5, 0.9, 0.99])
      assert.ok(Math.abs(shareBefore(20_000, recentDay(20_000, q)) - q) < 0.02);
  });
});

describe('the generated city', () => {
  let standards: Map<string, DataStandard>;
  const city = (options: Partial<CityOptions> = {}): CityPlan =>
    generateCity({ subjects: 400, records: 3_000, seed: 1, asOf, standards, ...options });
  before(async () => {
    standards = await loadStandards(folders);
  });

  it('is the same bytes for the same seed and others for another', async () => {
    const first = await digests(city());
    assert.deepEqual(await digests(city()), first);
    const other = await digests(city({ seed: 2 }));
    const same = [...first].filter(([file, digest]) => other.get(file) === digest);
    assert.deepEqual(same, []);
  });

  it('does not depend on how files are cut or in which order they are made', () => {
    const rowsOf = (plan: CityPlan, reversed: boolean): string[] => {
      const files = plan.files.filter((file) => file.step === 2);
      if (reversed) files.reverse();
      return files
        .flatMap((file) => [...plan.rows(file)].map((row) => `${file.standard}${file.edition}${row.cells.join('\t')}`))
        .sort();
    };
    assert.deepEqual(rowsOf(city({ rowsPerFile: 97 }), true), rowsOf(city(), false));
  });

  it('has as many licences and penalties as were asked for', () => {
    for (const records of [0, 50, 3_000, 12_345]) {
      const plan = city({ records });
      const rows = plan.files
        .filter((file) => file.standard !== 'registration')
        .reduce((sum, file) => sum + [...plan.rows(file)].length, 0);
      assert.equal(rows, records);
    }
  });

  it('has organisations of every kind with valid codes of the fictional region, all different', () => {
    const plan = city({ subjects: 3_000 });
    const subjects = Array.from({ length: 3_000 }, (_, index) => plan.subject(index));
    for (const subject of subjects) {
      const parsed = parseUnifiedCode(subject.code);
      assert.ok(parsed.ok, subject.code);
      assert.ok(parsed.region.startsWith('9999'));
      if (subject.registrationNumber) assert.ok(parseRegistrationNumber(subject.registrationNumber).ok);
      assert.ok(subject.establishedOn.replaceAll('/', '-') < asOf);
      assert.ok(subject.name.startsWith('示范'), subject.name);
    }
    assert.equal(new Set(subjects.map((subject) => subject.code)).size, subjects.length);
    assert.ok(new Set(subjects.map((subject) => subject.name)).size > subjects.length * 0.999);
    const kinds = new Set(subjects.map((subject) => subject.prefix));
    for (const prefix of ['91', '92', '93', '51', '52', '53', '12', '11', '31', 'N2', '81', '54', '71'])
      assert.ok(kinds.has(prefix), prefix);
    assert.ok(
      subjects.some(
        (subject) =>
          /\p{Surrogate}/u.test(subject.name + subject.representative) ||
          /[\u{20000}-\u{3ffff}]/u.test(subject.name + subject.representative),
      ),
    );
    assert.ok(subjects.some((subject) => [...subject.name].length > 45));
    assert.ok(subjects.some((subject) => subject.formerNames.length > 0));
  });

  it('names industries of the classification only', async () => {
    const { files } = await loadPolicyFiles(folders);
    const codes = new Set(
      files.flatMap((file) => (file.kind === 'industries' ? file.body.industries.map((entry) => entry.code) : [])),
    );
    const plan = city({ subjects: 3_000 });
    for (let index = 0; index < 3_000; index += 1)
      assert.ok(codes.has(plan.subject(index).industry), plan.subject(index).industry);
  });

  it('is skewed: a few subjects hold many of the records', () => {
    const plan = city({ subjects: 2_000, records: 20_000 });
    const held = new Map<string, number>();
    for (const file of plan.files.filter((entry) => entry.standard !== 'registration')) {
      for (const row of plan.rows(file)) held.set(row.cells[0] ?? '', (held.get(row.cells[0] ?? '') ?? 0) + 1);
    }
    const sorted = [...held.values()].sort((a, b) => b - a);
    const top = sorted.slice(0, 20).reduce((sum, count) => sum + count, 0);
    assert.ok(top > 20_000 * 0.06 && top < 20_000 * 0.4, `the first twenty hold ${top}`);
  });

  it('holds no number that a person could have, beyond the two specimens of the standard', () => {
    const plan = city({ records: 8_000 });
    let seen = 0;
    for (const file of plan.files.filter((entry) => entry.standard !== 'registration')) {
      for (const row of plan.rows(file)) {
        for (const cell of row.cells) {
          for (const [number] of cell.matchAll(/(?<![0-9A-Z])\d{17}[\dX](?![0-9A-Z])/g)) {
            seen += 1;
            const ok = parsePersonDocument('身份证', number).ok;
            assert.ok(
              !ok || (SPECIMENS as readonly string[]).includes(number) || parseUnifiedCode(number).ok,
              'a number of the shape of a citizen’s',
            );
          }
        }
      }
    }
    assert.ok(seen > 50);
  });

  it('writes headers of the standard, a note row, and every encoding', async () => {
    const plan = city({ subjects: 2_000, records: 20_000 });
    assert.deepEqual(
      new Set(plan.files.map((file) => file.encoding)),
      new Set(['utf-8', 'utf-8-bom', 'gb18030', 'xlsx']),
    );
    assert.deepEqual(
      new Set(plan.files.map((file) => file.edition)),
      new Set(['registration', 'merged-2019', 'org-2018', 'person-2018', 'legacy-2016']),
    );
    assert.ok(plan.files.some((file) => file.note !== null));
    const gbk = plan.files.find(
      (file) => file.encoding === 'gb18030' && file.standard !== 'registration' && file.edition !== 'legacy-2016',
    );
    assert.ok(gbk);
    const { stream, bytes } = sink();
    await writePlannedFile(plan, gbk, stream);
    assert.ok(new TextDecoder('gb18030', { fatal: true }).decode(bytes()).startsWith(gbk.header[0] ?? '?'));
    const bom = plan.files.find((file) => file.encoding === 'utf-8-bom');
    assert.ok(bom);
    const other = sink();
    await writePlannedFile(plan, bom, other.stream);
    assert.deepEqual([...other.bytes().subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  });

  it('has dirt of every kind at about its rate', () => {
    const plan = city({ subjects: 4_000, records: 60_000 });
    const found = new Map<string, number>();
    let rows = 0;
    let clean = 0;
    for (const file of plan.files.filter((entry) => entry.step === 2)) {
      for (const row of plan.rows(file)) {
        rows += 1;
        if (row.dirt.length === 0) clean += 1;
        for (const kind of row.dirt) found.set(kind, (found.get(kind) ?? 0) + 1);
      }
    }
    for (const { kind, rate } of DIRT) {
      const share = (found.get(kind) ?? 0) / rows;
      // Some rows cannot have a kind, and few rows have more than two: a share may stay below its rate, never above it.
      assert.ok(share > 0 && share <= rate * 1.35 + 0.0004, `${kind}: ${share} of ${rate}`);
    }
    const duplicates = (found.get('duplicate') ?? 0) / rows;
    assert.ok(duplicates > 0.004 && duplicates < 0.01);
    assert.ok(clean / rows > 0.6 && clean / rows < 0.85, `${clean / rows} are clean`);
    const out = (fate: string): number =>
      [...found].filter(([kind]) => FATES.get(kind) === fate).reduce((sum, [, count]) => sum + count, 0) / rows;
    assert.ok(out('refused') > 0.008 && out('refused') < 0.03);
    assert.ok(out('doubtful') > 0.005 && out('doubtful') < 0.02);
  });

  it('has no dirt when none is asked for', () => {
    const plan = city({ dirt: 0 });
    for (const file of plan.files) for (const row of plan.rows(file)) assert.deepEqual(row.dirt, []);
  });

  it('refuses what is no city', () => {
    assert.throws(() => city({ subjects: 3 }), RangeError);
    assert.throws(() => city({ records: -1 }), RangeError);
    assert.throws(() => city({ asOf: 'yesterday' }), RangeError);
    assert.throws(() => generateCity({ subjects: 100, records: 100, seed: 1, asOf, standards: new Map() }), RangeError);
  });
});

const counts = async (ctx: AppContext): Promise<Record<string, number>> => {
  const out: Record<string, number> = {};
  for (const table of [
    'body',
    'subject',
    'subject_name',
    'record',
    'record_key',
    'finding',
    'submission',
    'submission_row',
    'record_event',
    'record_assertion',
  ]) {
    const [row] = await query<{ count: bigint }>(
      ctx.db.migrator,
      sql`SELECT count(*) AS count FROM ${{ kind: 'sql', strings: [`core.${table}`], values: [] } as never}`,
    );
    out[table] = Number(row?.count);
  }
  const [accounts] = await query<{ count: bigint }>(
    ctx.db.migrator,
    sql`SELECT count(*) AS count FROM identity.account`,
  );
  out.account = Number(accounts?.count);
  return out;
};

describe('the demonstration in a real database', () => {
  let held: TestContext;
  let ctx: AppContext;
  const size = { subjects: 240, records: 2_600, seed: 'test' };
  before(async () => {
    held = await createTestContext();
    ctx = await contextOver(held.ctx.config, held.ctx.db, {
      clock: fixedClock('2026-07-01T02:00:00Z'),
      log: held.ctx.log,
    });
  });
  after(() => held.close());

  it('is cut off, goes on, and doubles nothing', async () => {
    assert.equal(await demoStatus(ctx), 'absent');
    assert.equal(await hasDemoAccounts(ctx), false);
    const abort = new AbortController();
    // Cut twice: in the register, and in the middle of the decisions.
    for (const limit of [200, 1_200]) {
      const once = new AbortController();
      await assert.rejects(
        loadDemoCity(ctx, {
          size,
          signal: once.signal,
          onProgress: ({ done }) => (done > limit ? once.abort() : undefined),
        }),
      );
      assert.equal(await demoStatus(ctx), 'unfinished');
    }
    assert.equal(await hasDemoAccounts(ctx), true);
    const report = await loadDemoCity(ctx, { size, signal: abort.signal });
    assert.equal(report.outcome, 'loaded');
    assert.equal(await demoStatus(ctx), 'done');
    const first = await counts(ctx);
    assert.equal((await loadDemoCity(ctx, { size })).outcome, 'present');
    assert.equal(await ensureDemo(ctx), 'present');
    assert.deepEqual(await counts(ctx), first);
    assert.ok((first.subject ?? 0) >= size.subjects);
    assert.equal(first.account, demoAccounts().length + 1);
    assert.ok((first.body ?? 0) >= DEPARTMENTS.length + DISTRICT_BODIES.length + 2 + 5);
  });

  it('took every file, and each row once', async () => {
    const files = await query<{ state: string; rows_done: bigint; rows_expected: bigint; sum: bigint }>(
      ctx.db.app,
      sql`SELECT state, rows_done, rows_expected, accepted + doubtful + refused + duplicate AS sum FROM core.submission`,
    );
    for (const file of files) {
      assert.equal(file.state, 'done');
      assert.equal(file.rows_done, file.rows_expected);
      assert.equal(file.sum, file.rows_done);
    }
    const rows = files.reduce((sum, file) => sum + Number(file.rows_done), 0);
    assert.ok(rows >= size.records + size.subjects, String(rows));
  });

  it('shows records in every state', async () => {
    const events = await query<{ kind: string }>(ctx.db.app, sql`SELECT DISTINCT kind FROM core.record_event`);
    const kinds = new Set(events.map((event) => event.kind));
    for (const kind of [
      'repaired',
      'objectionOpened',
      'objectionClosed',
      'annulled',
      'suspended',
      'masked',
      'severityConfirmed',
      'withdrawn',
    ])
      assert.ok(kinds.has(kind), kind);
    const [superseded] = await query<{ count: bigint }>(
      ctx.db.app,
      sql`SELECT count(*) AS count FROM core.record WHERE superseded_at IS NOT NULL`,
    );
    assert.ok(Number(superseded?.count) > 0);
  });

  it('made the expected of the dirt that was put in', async () => {
    const plan = generateCity({
      ...size,
      asOf: '2026-07-01',
      standards: await loadStandards(folders),
      rowsPerFile: 8_000,
      catalogue: true,
    });
    const refused = await query<{ rule: string }>(
      ctx.db.app,
      sql`SELECT DISTINCT rule FROM core.finding WHERE severity = 'refuse'`,
    );
    assert.ok(refused.some((row) => row.rule === 'code-check'));
    // Nothing is found in a row that is clean, persons apart, whom the place's rules may bar, and the warning that the
    // city's fictional region is not of GB/T 2260.
    const allowed = ['person-row-barred', 'minor-row-barred', 'registration-number-check', 'superseding'];
    // The other kinds of the catalogue have a test of their own.
    const decisions = ['licence', 'penalty'];
    for (const file of plan.files.filter((entry) => entry.step === 2 && decisions.includes(entry.standard))) {
      const clean = cleanRowNumbers([...plan.rows(file)], file.note !== null);
      const bad = await query<{ row_no: number; rule: string }>(
        ctx.db.app,
        sql`SELECT f.row_no, f.rule FROM core.finding f JOIN core.submission s USING (submission_id)
             WHERE s.file_name = ${file.file} AND f.rule <> ALL(${allowed}::text[])`,
      );
      assert.deepEqual(
        bad.filter((row) => clean.has(row.row_no)),
        [],
        file.file,
      );
    }
  });

  it('has accounts that can sign in, one department with a second reader, and codes that still mean their bodies', async () => {
    const [first] = demoAccounts();
    const stored = await query<{ login: string; password_hash: string }>(
      ctx.db.migrator,
      sql`SELECT login, password_hash FROM identity.account WHERE login = ${first?.login ?? ''}`,
    );
    assert.equal(await verifyPassword(DEMO_PASSWORD, stored[0]?.password_hash ?? null), true);
    assert.notEqual(await hashPassword(DEMO_PASSWORD), stored[0]?.password_hash);
    const readers = await query<{ name: string }>(ctx.db.app, sql`SELECT name FROM core.body WHERE second_reader`);
    assert.equal(readers.length, 1);
    for (const body of [CITY_BODY, CREDIT_OFFICE, ...DISTRICT_BODIES, ...DEPARTMENTS])
      assert.ok(parseUnifiedCode(body.code).ok, body.name);
  });

  it('is not loaded into a city that is somebody’s own', async () => {
    const own = await createTestContext();
    try {
      const other = await contextOver(own.ctx.config, own.ctx.db, {
        clock: fixedClock('2026-07-01T02:00:00Z'),
        log: own.ctx.log,
      });
      await query(
        own.ctx.db.app,
        sql`INSERT INTO core.setting (key, value, updated_at) VALUES ('mode', '"real"'::jsonb, '2026-07-01T00:00:00Z')`,
      );
      assert.equal(await ensureDemo(other), 'real');
      await assert.rejects(loadDemoCity(other, { size }), { code: 'conflict' });
      assert.equal(await hasDemoAccounts(other), false);
    } finally {
      await own.close();
    }
  });
});

/** Row numbers in the file: the header is row 1, a note stands below it. */
function cleanRowNumbers(rows: readonly PlannedRow[], note: boolean): Set<number> {
  const first = note ? 3 : 2;
  return new Set(rows.flatMap((row, at) => (row.dirt.length === 0 ? [at + first] : [])));
}
