import { patternToPostgres } from './pattern.ts';
import { compileSql, type Dialect, type Sql, type SqlOptions } from './sql.ts';
import type { Expression } from './types.ts';

/** PostgreSQL 15 and later; numbers are numeric, so that no product of two bigints overflows. */
const postgres: Dialect = {
  textType: 'text',
  numberType: 'numeric',
  list: (items, bind, type) => bind(items, `${type}[]`),
  elementOf: (value, list) => `${value} = ANY (${list})`,
  byCodePoint: (text) => `(${text}) COLLATE "C"`,
  textContains: (text, part) => `strpos(${text}, ${part}) > 0`,
  characterCount: (text) => `char_length(${text})`,
  matches: (text, pattern, bind) => `${text} ~ ${bind(patternToPostgres(pattern), 'text')}`,
  addDays: (date, days) => `(${date} + ${days})`,
  addMonths: (date, months) => `CAST(${date} + make_interval(months => ${months}) AS date)`,
  daysBetween: (from, to) => `(${to} - ${from})`,
  // Multiplying by 0.000001 is exact in numeric, dividing by 1000000 is not.
  multiply: (a, b) => `floor(${a} * ${b} * 0.000001)`,
  listLength: (list) => `COALESCE(cardinality(${list}), 0)`,
  unnest: (list, alias) => `unnest(${list}) AS ${alias}(item)`,
};

/**
 * Compiles an expression to a PostgreSQL condition that is true or false, never null, and agrees with
 * compileToFunction on every row. Literals and parameters are bound; only `column` puts text into the SQL.
 * @throws RangeError when a parameter is not given
 */
export const compileToPostgres = (expression: Expression, options: SqlOptions): Sql =>
  compileSql(expression, options, postgres);
