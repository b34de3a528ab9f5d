import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import pg from 'pg';
import { createTestDatabase } from '../../../server/src/platform/testing.ts';
import { dates, expressions, fields, parameters, params, patterns, rows, type TestRow, texts } from './arbitraries.ts';
import {
  addDays,
  addMonths,
  compileToFunction,
  compileToPostgres,
  daysBetween,
  expectExpression,
  formatMicro,
  multiplyMicro,
  parseExpression,
  quoteIdentifier,
} from './index.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let client: pg.Client;

before(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});

after(async () => {
  await client?.end();
  await database?.close();
});

const columns = Object.keys(fields);
const sqlTypes: Readonly<Record<string, string>> = { t: 'text', n: 'bigint', d: 'date', b: 'boolean', l: 'text[]' };

async function store(sample: readonly TestRow[]): Promise<void> {
  const definitions = columns.map((name) => `${quoteIdentifier(name)} ${sqlTypes[name.charAt(0)]}`);
  await client.query(`CREATE TEMP TABLE sample (id integer PRIMARY KEY, ${definitions.join(', ')})`);
  const places = columns.map((_, i) => `$${i + 2}`);
  for (const [id, row] of sample.entries()) {
    const values = columns.map((name) => (typeof row[name] === 'bigint' ? String(row[name]) : row[name]));
    await client.query(`INSERT INTO sample VALUES ($1, ${places.join(', ')})`, [id, ...values]);
  }
}

const select = (condition: string): string => `SELECT id, ${condition} AS verdict FROM sample ORDER BY id`;

test('property: PostgreSQL and TypeScript agree on random expressions, parameters and rows', async () => {
  const sample = fc.sample(rows, 300);
  await store(sample);
  const indexed = sample.map((row) => columns.map((name) => row[name]));
  let trues = 0;
  let falses = 0;
  const agree = fc.asyncProperty(expressions, parameters, async (json, given) => {
    const parsed = parseExpression(json, fields, params);
    assert.ok(parsed.ok, parsed.ok ? '' : JSON.stringify(parsed.errors));
    const byRecord = compileToFunction(parsed.expression);
    const byIndex = compileToFunction(parsed.expression, {
      access: 'index',
      indexOf: (field) => columns.indexOf(field),
    });
    const sql = compileToPostgres(parsed.expression, { column: quoteIdentifier, params: (name) => given[name] });
    const { rows: verdicts } = await client.query<{ id: number; verdict: boolean | null }>(select(sql.text), [
      ...sql.values,
    ]);
    for (const { id, verdict } of verdicts) {
      const row = sample[id] ?? {};
      const here = byRecord(row, given);
      assert.equal(byIndex(indexed[id] ?? [], given), here);
      if (verdict !== here) {
        const shown = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);
        assert.fail(
          `TypeScript ${here}, PostgreSQL ${verdict} for ${JSON.stringify({ row, given }, shown)}\n${sql.text}`,
        );
      }
      if (here) trues++;
      else falses++;
    }
  });
  await fc.assert(agree, { numRuns: 600 });
  assert.ok(trues > 1000 && falses > 1000, `both verdicts occur: ${trues} true, ${falses} false`);
});

test('property: patterns mean the same in PostgreSQL and TypeScript', async () => {
  const parts = fc.tuple(patterns, fc.array(texts, { minLength: 1, maxLength: 40 }));
  const agree = fc.asyncProperty(parts, async ([pattern, subjects]) => {
    const parsed = parseExpression({ matches: [{ field: 't1' }, pattern] }, fields);
    fc.pre(parsed.ok);
    const run = compileToFunction(parsed.expression);
    const sql = compileToPostgres(parsed.expression, { column: () => 'u.x', params: () => null, firstParameter: 2 });
    const { rows: found } = await client.query<{ verdict: boolean }>(
      `SELECT ${sql.text} AS verdict FROM unnest($1::text[]) WITH ORDINALITY AS u(x, n) ORDER BY n`,
      [subjects, ...sql.values],
    );
    const here = subjects.map((t1) => run({ t1 }, {}));
    assert.deepEqual(
      found.map((row) => row.verdict),
      here,
      pattern,
    );
  });
  await fc.assert(agree, { numRuns: 600 });
});

test('property: arithmetic gives the very same results', async () => {
  const micro = fc.bigInt({ min: -3_000_000n, max: 3_000_000n });
  const number = (m: bigint) => ({ number: formatMicro(m) });
  const shifted = (name: string, shift: typeof addDays, by: fc.Arbitrary<number>) =>
    fc.tuple(dates, by).map(([date, n]) => {
      const result = shift(date, n);
      const moved = { [name]: [{ date }, n] };
      return result === undefined ? { isEmpty: moved } : { eq: [moved, { date: result }] };
    });
  const truths: fc.Arbitrary<unknown> = fc.oneof(
    fc.tuple(micro, micro).map(([a, b]) => ({ eq: [{ mul: [number(a), number(b)] }, number(multiplyMicro(a, b))] })),
    shifted('addDays', addDays, fc.integer({ min: -40_000, max: 40_000 })),
    shifted('addMonths', addMonths, fc.integer({ min: -1_200, max: 1_200 })),
    shifted('addMonths', addMonths, fc.integer({ min: -13, max: 13 })),
    fc.tuple(dates, dates).map(([a, b]) => ({ eq: [{ daysBetween: [{ date: a }, { date: b }] }, daysBetween(a, b)] })),
  );
  const agree = fc.asyncProperty(truths, async (json) => {
    const expression = expectExpression(json, {});
    assert.equal(compileToFunction(expression)({}, {}), true);
    const sql = compileToPostgres(expression, { column: quoteIdentifier, params: () => null });
    const { rows: found } = await client.query<{ verdict: boolean }>(`SELECT ${sql.text} AS verdict`, [...sql.values]);
    assert.equal(found[0]?.verdict, true);
  });
  await fc.assert(agree, { numRuns: 1_000 });
});
