/** One closed, typed expression language with the same meaning in TypeScript, PostgreSQL and DuckDB. No eval. */
export { addDays, addMonths, daysBetween, isIsoDate } from './dates.ts';
export { describeExpression, type Labels, type Wording } from './describe.ts';
export { compileToDuckDb } from './duckdb.ts';
export { type Access, type CompiledIndexed, type CompiledRecord, compileToFunction } from './evaluate.ts';
export { formatMicro, maxMicro, microPerUnit, multiplyMicro, parseMicro } from './micro.ts';
export {
  ExpressionSyntaxError,
  expectExpression,
  type FieldTypes,
  type ParseResult,
  parseExpression,
} from './parse.ts';
export { compileToPostgres } from './postgres.ts';
export { quoteIdentifier, type Sql, type SqlOptions, type SqlValue } from './sql.ts';
export { characterCount, compareText } from './text.ts';
export type {
  Expression,
  ExpressionError,
  FieldType,
  IndexedRow,
  Parameters,
  RecordRow,
  Value,
  ValueNode,
} from './types.ts';
export {
  maxWords,
  readWords,
  sayExpression,
  type WordName,
  type WordPlace,
  type WordProblem,
  type WordsResult,
  writeNames,
} from './words.ts';
