import { patternToRe2 } from './pattern.ts';
import { compileSql, type Dialect, type Sql, type SqlOptions } from './sql.ts';
import type { Expression } from './types.ts';

/** DuckDB; numbers are HUGEINT micro-units, because its decimal division is DOUBLE (DESIGN §5). */
const duckDb: Dialect = {
  textType: 'VARCHAR',
  numberType: 'HUGEINT',
  list: (items, bind, type) => `CAST([${items.map((item) => bind(item, type)).join(', ')}] AS ${type}[])`,
  elementOf: (value, list) => `list_contains(${list}, ${value})`,
  // VARCHAR compares by UTF-8 bytes, which is by code point.
  byCodePoint: (text) => text,
  textContains: (text, part) => `contains(${text}, ${part})`,
  characterCount: (text) => `length(${text})`,
  matches: (text, pattern, bind) => `regexp_matches(${text}, ${bind(patternToRe2(pattern), 'VARCHAR')}, 's')`,
  addDays: (date, days) => `(${date} + ${days})`,
  addMonths: (date, months) => `CAST(${date} + to_months(${months}) AS DATE)`,
  daysBetween: (from, to) => `date_diff('day', ${from}, ${to})`,
  // `//` truncates towards zero; taking the non-negative remainder off first makes it a floor.
  multiply: (a, b) => {
    const product = `(${a} * ${b})`;
    return `((${product} - ((${product} % 1000000) + 1000000) % 1000000) // 1000000)`;
  },
  listLength: (list) => `COALESCE(len(${list}), 0)`,
  unnest: (list, alias) => `unnest(${list}) AS ${alias}(item)`,
};

/**
 * Compiles an expression to a DuckDB condition, with the same meaning and options as compileToPostgres.
 *
 * Not run yet: `@duckdb/node-api` is not installed. When it is, the property test of `postgres.test.ts` is to run its
 * cases against it too; until then only the form of the SQL is tested.
 * @throws RangeError when a parameter is not given
 */
export const compileToDuckDb = (expression: Expression, options: SqlOptions): Sql =>
  compileSql(expression, options, duckDb);
