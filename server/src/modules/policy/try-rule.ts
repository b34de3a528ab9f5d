/** One rule on one row, without a file: rows beside a rule, and samples in the rule editor. */
import {
  compileToFunction,
  type FieldTypes,
  parseExpression,
  parseMicro,
  type RecordRow,
  type Value,
} from '@chengxin/rules';
import { type DataStandard, type QualityRule, RULE_TYPE, type StandardField } from './types.ts';

export const fieldTypes = (standard: DataStandard): FieldTypes =>
  Object.fromEntries(standard.fields.map((field) => [field.code, RULE_TYPE[field.type]]));

/** A day on which rows beside a rule are judged, so that they come out alike on every day. A row may say its own: 今天. */
export const caseToday = '2026-01-01';
export const todayKey = '今天';

const separators = /[;；、|]/;

/** A written value as the rules see it. Amounts are 万元 with at most six decimals, as the column is reported. */
export function writtenValue(field: StandardField, text: string): Value {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (field.type === 'amount10k') return parseMicro(trimmed) ?? null;
  if (field.type === 'multiEnum' || field.type === 'nameList')
    return trimmed
      .split(separators)
      .map((part) => part.trim())
      .filter((part) => part !== '');
  return trimmed;
}

/** Field code → value, from codes or roles → texts. */
export function rowOf(standard: DataStandard, texts: Readonly<Record<string, string>>): RecordRow {
  const row: Record<string, Value> = {};
  for (const field of standard.fields) {
    const text = texts[field.code] ?? (field.role === undefined ? undefined : texts[field.role]);
    row[field.code] = text === undefined ? null : writtenValue(field, text);
  }
  return row;
}

/** Whether a rule finds something in a row; undefined for a rule that the program tests itself, or that cannot be read. */
export function violates(
  bound: QualityRule,
  standard: DataStandard,
): ((row: RecordRow, today: string) => boolean) | undefined {
  if (bound.check.kind !== 'expression') return undefined;
  const types = fieldTypes(standard);
  const when = bound.check.when === undefined ? null : parseExpression(bound.check.when, types);
  const require = parseExpression(bound.check.require, types);
  if (!require.ok || when?.ok === false) return undefined;
  const required = compileToFunction(require.expression);
  const applies = when?.ok ? compileToFunction(when.expression) : () => true;
  return (row, today) => applies(row, { today }) && !required(row, { today });
}

export function findsIn(
  bound: QualityRule,
  standard: DataStandard,
  texts: Readonly<Record<string, string>>,
): boolean | undefined {
  return violates(bound, standard)?.(rowOf(standard, texts), texts[todayKey] ?? caseToday);
}
