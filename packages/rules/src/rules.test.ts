import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fields as anyFields, params as anyParams, expressions, implies, parameters, rows } from './arbitraries.ts';
import {
  addDays,
  addMonths,
  characterCount,
  compareText,
  compileToDuckDb,
  compileToFunction,
  compileToPostgres,
  daysBetween,
  describeExpression,
  ExpressionSyntaxError,
  expectExpression,
  type FieldTypes,
  formatMicro,
  multiplyMicro,
  parseExpression,
  parseMicro,
  quoteIdentifier,
  type RecordRow,
} from './index.ts';

const fields: FieldTypes = {
  CF_XDR_LB: 'text',
  CF_XDR_SHXYM: 'text',
  CF_CFLB: 'textList',
  CF_NR_FK: 'number',
  CF_JDRQ: 'date',
  CF_YXQ: 'date',
  simple: 'boolean',
};
const today = { today: '2026-11-22' };

const holds = (json: unknown, row: RecordRow): boolean => compileToFunction(expectExpression(json, fields))(row, today);

/** The fine rule of the penalty standard: a category 罚款 needs an amount above zero. */
const fine = implies({ contains: [{ field: 'CF_CFLB' }, '罚款'] }, { gt: [{ field: 'CF_NR_FK' }, 0] });

test('the fine rule', () => {
  assert.equal(holds(fine, { CF_CFLB: ['警告', '罚款'], CF_NR_FK: 200_000n }), true);
  assert.equal(holds(fine, { CF_CFLB: ['罚款'], CF_NR_FK: 0n }), false);
  assert.equal(holds(fine, { CF_CFLB: ['罚款'] }), false, 'an empty amount is not above zero');
  assert.equal(holds(fine, { CF_CFLB: ['警告'] }), true);
});

test('comparisons with an empty value are false, also ne; not turns them', () => {
  const ne = { ne: [{ field: 'CF_XDR_LB' }, '自然人'] };
  for (const row of [{}, { CF_XDR_LB: '' }, { CF_XDR_LB: null }]) {
    assert.equal(holds(ne, row), false);
    assert.equal(holds({ not: ne }, row), true);
    assert.equal(holds({ isEmpty: { field: 'CF_XDR_LB' } }, row), true);
    assert.equal(holds({ notEmpty: { field: 'CF_XDR_LB' } }, row), false);
  }
  assert.equal(holds(ne, { CF_XDR_LB: '个体工商户' }), true);
  assert.equal(holds({ isEmpty: { field: 'CF_CFLB' } }, { CF_CFLB: [] }), true);
});

test('dates, length, in, startsWith, matches, boolean fields', () => {
  const notLater = { le: [{ field: 'CF_JDRQ' }, { param: 'today' }] };
  assert.equal(holds(notLater, { CF_JDRQ: '2026-11-22' }), true);
  assert.equal(holds(notLater, { CF_JDRQ: '2026-11-23' }), false);
  assert.equal(holds({ ge: [{ field: 'CF_JDRQ' }, '2020-01-01'] }, { CF_JDRQ: '2020-01-01' }), true);
  const repaired = { le: [{ addMonths: [{ field: 'CF_JDRQ' }, 3] }, { param: 'today' }] };
  assert.equal(holds(repaired, { CF_JDRQ: '2026-08-22' }), true);
  assert.equal(holds(repaired, { CF_JDRQ: '2026-08-23' }), false);
  assert.equal(
    holds({ gt: [{ daysBetween: [{ field: 'CF_JDRQ' }, { param: 'today' }] }, 7] }, { CF_JDRQ: '2026-11-14' }),
    true,
  );
  assert.equal(holds({ eq: [{ length: { field: 'CF_XDR_LB' } }, 2] }, { CF_XDR_LB: '𠮷田' }), true);
  assert.equal(holds({ in: [{ field: 'CF_XDR_LB' }, ['自然人', '个体工商户']] }, { CF_XDR_LB: '自然人' }), true);
  assert.equal(holds({ in: [{ field: 'CF_NR_FK' }, [0.2, 1]] }, { CF_NR_FK: 200_000n }), true);
  assert.equal(holds({ startsWith: [{ field: 'CF_XDR_SHXYM' }, '92'] }, { CF_XDR_SHXYM: '92370000MA1B3N1N2X' }), true);
  assert.equal(
    holds({ matches: [{ field: 'CF_XDR_SHXYM' }, '^[0-9A-Z]{18}$'] }, { CF_XDR_SHXYM: '1'.repeat(19) }),
    false,
  );
  assert.equal(holds({ field: 'simple' }, { simple: true }), true);
  assert.equal(holds({ field: 'simple' }, {}), false);
});

test('a class at the end finds a character beyond the first plane, whichever engine looks', () => {
  for (const pattern of ['[^a]$', '(?:[^a]|x)$', '[^a]9$', '[^𠀀]$']) {
    const ends = { matches: [{ field: 'CF_XDR_LB' }, pattern] };
    assert.equal(holds(ends, { CF_XDR_LB: pattern.includes('9') ? '𠮷9' : '𠮷' }), true, pattern);
  }
});

test('lists: exists and count over items', () => {
  const other = { exists: [{ field: 'CF_CFLB' }, { startsWith: [{ item: true }, '其他-'] }] };
  assert.equal(holds(other, { CF_CFLB: ['罚款', '其他-训诫'] }), true);
  assert.equal(holds(other, { CF_CFLB: ['其他'] }), false);
  const few = { le: [{ count: { field: 'CF_CFLB' } }, 2] };
  assert.equal(holds(few, { CF_CFLB: ['a', 'b'] }), true);
  assert.equal(holds(few, {}), true);
  const long = { eq: [{ count: [{ field: 'CF_CFLB' }, { gt: [{ length: { item: true } }, 2] }] }, 1] };
  assert.equal(holds(long, { CF_CFLB: ['罚款', '通报批评'] }), true);
});

test('numbers are exact', () => {
  assert.equal(parseMicro('0.2'), 200_000n);
  assert.equal(parseMicro('-1000000000000'), -(10n ** 18n));
  for (const bad of ['1e3', '0.1234567', '1000000000000.000001', '', '1.', '.5', '+1'])
    assert.equal(parseMicro(bad), undefined);
  assert.equal(multiplyMicro(-1n, 1n), -1n, 'floored');
  assert.equal(multiplyMicro(1_500_000n, 2_000_000n), 3_000_000n);
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
      (micro) => parseMicro(formatMicro(micro)) === micro,
    ),
  );
  const sum = { eq: [{ add: [{ field: 'CF_NR_FK' }, 0.1] }, { number: '0.3' }] };
  assert.equal(holds(sum, { CF_NR_FK: 200_000n }), true);
});

test('dates by the Gregorian calendar, clamped month ends', () => {
  assert.equal(addMonths('2024-01-31', 1), '2024-02-29');
  assert.equal(addMonths('2023-03-31', -1), '2023-02-28');
  assert.equal(addMonths('2024-02-29', 12), '2025-02-28');
  assert.equal(addDays('2023-12-31', 1), '2024-01-01');
  assert.equal(addDays('9999-12-31', 1), undefined);
  assert.equal(addDays('2023-02-29', 1), undefined, 'no such day');
  assert.equal(daysBetween('2024-02-28', '2024-03-01'), 2);
  const origin = Date.UTC(2000, 0, 1);
  fc.assert(
    fc.property(fc.integer({ min: -60_000, max: 60_000 }), (n) => {
      const iso = new Date(origin + n * 86_400_000).toISOString().slice(0, 10);
      assert.equal(addDays('2000-01-01', n), iso);
      assert.equal(daysBetween('2000-01-01', iso), n);
    }),
  );
});

test('text counts and orders by code point', () => {
  assert.equal(characterCount('a𠮷中'), 3);
  assert.ok(compareText('𠮷', '\ufb00') > 0, 'UTF-16 would say less');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      assert.equal(Math.sign(compareText(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
      assert.equal(characterCount(a), [...a].length);
    }),
  );
});

test('errors have paths and both languages', () => {
  const cases: [unknown, string][] = [
    [null, '$'],
    [{}, '$'],
    [{ eq: [1, 2], ne: [1, 2] }, '$'],
    [{ frob: 1 }, '$.frob'],
    [{ eq: [{ field: 'NO' }, 1] }, '$.eq[0].field'],
    [{ eq: [{ field: 'constructor' }, 1] }, '$.eq[0].field'],
    [{ and: [true, { gt: [{ field: 'CF_NR_FK' }, '5'] }] }, '$.and[1].gt[1]'],
    [{ gt: [{ field: 'CF_JDRQ' }, '2026-02-30'] }, '$.gt[1]'],
    [{ eq: [{ field: 'CF_XDR_LB' }, ''] }, '$.eq[1]'],
    [{ eq: [{ field: 'CF_NR_FK' }, 0.1234567] }, '$.eq[1]'],
    [{ lt: [{ field: 'simple' }, true] }, '$.lt'],
    [{ eq: [{ field: 'CF_NR_FK' }, { field: 'CF_JDRQ' }] }, '$.eq'],
    [{ in: [{ field: 'CF_XDR_LB' }, []] }, '$.in[1]'],
    [{ in: [{ field: 'CF_XDR_LB' }, [{ field: 'CF_XDR_SHXYM' }]] }, '$.in[1][0]'],
    [{ eq: [{ item: true }, 'a'] }, '$.eq[0].item'],
    [{ exists: [{ field: 'CF_XDR_LB' }, true] }, '$.exists[0]'],
    [{ exists: [{ field: 'CF_CFLB' }, { exists: [{ field: 'CF_CFLB' }, true] }] }, '$.exists[1].exists[1]'],
    [{ isEmpty: { addDays: [{ field: 'CF_JDRQ' }, 0.5] } }, '$.isEmpty.addDays[1]'],
    [{ isEmpty: { addMonths: [{ field: 'CF_JDRQ' }, { field: 'CF_NR_FK' }] } }, '$.isEmpty.addMonths[1]'],
    [{ le: [{ field: 'CF_JDRQ' }, { param: 'now' }] }, '$.le[1].param'],
    [{ field: 'CF_XDR_LB' }, '$'],
    [{ matches: [{ field: 'CF_XDR_LB' }, 'a+'] }, '$.matches[1]'],
    [{ isEmpty: { count: [1, 2, 3] } }, '$.isEmpty.count'],
  ];
  for (const [json, path] of cases) {
    const result = parseExpression(json, fields);
    assert.ok(!result.ok, JSON.stringify(json));
    assert.deepEqual(
      result.errors.map((e) => e.path),
      [path],
      JSON.stringify(json),
    );
    assert.ok(result.errors.every((e) => e.zh !== '' && e.en !== ''));
  }
  assert.throws(() => expectExpression({ frob: 1 }, fields), ExpressionSyntaxError);
  const several = parseExpression({ and: [{ frob: 1 }, { field: 'x' }] }, fields);
  assert.equal(several.ok ? 0 : several.errors.length, 2);
});

test('limits on size, depth and magnitude', () => {
  let deep: unknown = true;
  for (let i = 0; i < 40; i++) deep = { not: deep };
  assert.ok(!parseExpression(deep, fields).ok);
  assert.ok(!parseExpression({ and: Array.from({ length: 3000 }, () => true) }, fields).ok);
  const square = { mul: [{ field: 'CF_NR_FK' }, { field: 'CF_NR_FK' }] };
  assert.ok(parseExpression({ gt: [square, 0] }, fields).ok);
  assert.ok(!parseExpression({ gt: [{ mul: [square, square] }, 0] }, fields).ok);
  const codes = { in: [{ field: 'CF_XDR_LB' }, Array.from({ length: 1000 }, (_, i) => `c${i}`)] };
  assert.ok(parseExpression({ or: [codes, codes, codes] }, fields).ok, 'a list counts as one node');
  let shifted: unknown = { field: 'CF_JDRQ' };
  for (let i = 0; i < 4; i++) shifted = { addDays: [shifted, 1] };
  assert.ok(!parseExpression({ isEmpty: shifted }, fields).ok);
});

test('patterns: what is refused', () => {
  const bad = [
    '',
    'a*',
    'a+',
    'a{1,}',
    'a{2,1}',
    'a{256}',
    '(a',
    'a)',
    '(?=a)',
    '(?i)a',
    '\\w',
    '\\1',
    '[',
    '[]',
    '[z-a]',
    '[[:alpha:]]',
    'a||b',
    '()',
    '(^a){2}',
    'a{1,2}?',
    'a??',
    '{1}',
    '.{0,255}.{0,255}',
    '((a{0,9}){0,9}){0,9}',
    '(a{200}){200}',
    'a\0',
  ];
  for (const pattern of bad) {
    assert.ok(!parseExpression({ matches: [{ field: 'CF_XDR_LB' }, pattern] }, fields).ok, pattern);
  }
  const good: [string, string, boolean][] = [
    ['^.{1,64}$', '市场〔2026〕1号', true],
    ['〔\\d{4}〕\\d{1,6}号$', '市场〔2026〕1号', true],
    ['\\d', '１', false],
    ['^.$', '𠮷', true],
    ['a.b', 'a\nb', true],
    ['^(罚款|没收){1,2}$', '罚款没收', true],
    ['[\\-\\]]', ']', true],
    ['^[^a]$', 'a', false],
    ['[a-]', '-', true],
  ];
  for (const [pattern, text, expected] of good) {
    assert.equal(holds({ matches: [{ field: 'CF_XDR_LB' }, pattern] }, { CF_XDR_LB: text }), expected, pattern);
  }
});

test('words a clerk reads', () => {
  const labels = {
    fields: {
      CF_CFLB: { zh: '处罚类别', en: 'Category' },
      CF_NR_FK: { zh: '罚款金额', en: 'Fine' },
      CF_JDRQ: { zh: '处罚决定日期', en: 'Decision date' },
    },
  };
  const words = (json: unknown) => describeExpression(expectExpression(json, fields), labels);
  assert.deepEqual(words(fine), {
    zh: '处罚类别 包含 罚款 时，罚款金额 > 0',
    en: 'when Category contains 罚款, Fine > 0',
  });
  assert.equal(words({ le: [{ field: 'CF_JDRQ' }, { param: 'today' }] }).zh, '处罚决定日期 不晚于 今天');
  assert.equal(
    words({ or: [{ isEmpty: { field: 'CF_JDRQ' } }, { and: [fine, { notEmpty: { field: 'CF_NR_FK' } }] }] }).zh,
    '处罚决定日期 为空 或 （（处罚类别 包含 罚款 时，罚款金额 > 0） 且 罚款金额 不为空）',
  );
  assert.equal(
    words({ ge: [{ addMonths: [{ field: 'CF_JDRQ' }, -3] }, '2026-01-01'] }).en,
    '3 months before Decision date is no earlier than 2026-01-01',
  );
});

test('SQL binds every literal and starts where it is told', () => {
  const hostile = "'; DROP TABLE x; --";
  const expression = expectExpression(
    { and: [{ eq: [{ field: 'CF_XDR_LB' }, hostile] }, { contains: [{ field: 'CF_CFLB' }, hostile] }] },
    fields,
  );
  for (const compile of [compileToPostgres, compileToDuckDb]) {
    const sql = compile(expression, { column: quoteIdentifier, params: () => null, firstParameter: 7 });
    assert.deepEqual(sql.values, [hostile]);
    assert.ok(!sql.text.includes('DROP') && sql.text.includes('$7') && !sql.text.includes('$8'));
  }
  assert.equal(quoteIdentifier('a"b'), '"a""b"');
});

test('the SQL of the fine rule, in both dialects', () => {
  const expression = expectExpression(fine, fields);
  const options = { column: quoteIdentifier, params: () => null };
  assert.deepEqual(compileToPostgres(expression, options), {
    text: '(NOT COALESCE(CAST($1 AS text) = ANY ("CF_CFLB"), false) OR COALESCE(CAST("CF_NR_FK" AS numeric) > CAST($2 AS numeric), false))',
    values: ['罚款', '0'],
  });
  assert.deepEqual(compileToDuckDb(expression, options), {
    text: '(NOT COALESCE(list_contains("CF_CFLB", CAST($1 AS VARCHAR)), false) OR COALESCE(CAST("CF_NR_FK" AS HUGEINT) > CAST($2 AS HUGEINT), false))',
    values: ['罚款', '0'],
  });
});

test('a parameter that is not given is an error, an unknown index too', () => {
  const expression = expectExpression({ le: [{ field: 'CF_JDRQ' }, { param: 'today' }] }, fields);
  assert.throws(() => compileToFunction(expression)({ CF_JDRQ: '2026-01-01' }, {}), RangeError);
  assert.throws(() => compileToPostgres(expression, { column: (f) => f, params: () => undefined }), RangeError);
  assert.throws(() => compileToFunction(expression, { access: 'index', indexOf: () => -1 }), RangeError);
});

test('property: random expressions parse, run, describe and compile for both engines', () => {
  fc.assert(
    fc.property(expressions, rows, parameters, (json, row, given) => {
      const expression = expectExpression(json, anyFields, anyParams);
      assert.equal(typeof compileToFunction(expression)(row, given), 'boolean');
      assert.ok(describeExpression(expression, { fields: {} }).zh.length > 0);
      const options = { column: quoteIdentifier, params: (name: string) => given[name] };
      for (const sql of [compileToPostgres(expression, options), compileToDuckDb(expression, options)]) {
        const used = new Set([...sql.text.matchAll(/\$(\d+)/g)].map((m) => Number(m[1])));
        assert.equal(used.size, sql.values.length);
      }
    }),
    { numRuns: 500 },
  );
});

test('property: junk is refused with errors, never thrown', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (json) => {
      const result = parseExpression(json, fields);
      assert.ok(result.ok || result.errors.length > 0);
    }),
  );
});
