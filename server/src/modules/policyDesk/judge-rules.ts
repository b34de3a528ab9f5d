/**
 * Rules that find something in every row, and rules that no row can keep together. Rows are made of the values that the rules
 * themselves name and of their neighbours, so that what holds for all of them holds as good as always. Rules with patterns are
 * left out: their values cannot be made here.
 */
import { addDays, compileToFunction, type Expression, parseExpression, type Value } from '@chengxin/rules';
import { bindRule, type DataStandard, fieldTypes, type QualityRule } from '../policy/index.ts';

interface Tried {
  readonly id: string;
  readonly fields: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, ReadonlySet<Value>>;
  readonly applies: (row: Record<string, Value>) => boolean;
  readonly kept: (row: Record<string, Value>) => boolean;
}
export interface RuleProblem {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
}

const maxRows = 4_096;
const today = '2026-06-15';

function collect(json: unknown, fields: Map<string, Set<Value>>, types: Readonly<Record<string, string>>): boolean {
  if (Array.isArray(json)) {
    const names = json.flatMap((one) => (typeof one?.field === 'string' ? [one.field as string] : []));
    for (const name of names) for (const one of json.flat()) add(fields, name, one, types[name] ?? 'text');
    return json.every((one) => collect(one, fields, types));
  }
  if (typeof json !== 'object' || json === null) return true;
  const entries = Object.entries(json);
  if (
    entries.some(([key]) => ['matches', 'exists', 'count', 'length', 'add', 'sub', 'mul', 'daysBetween'].includes(key))
  )
    return false;
  for (const [key, value] of entries)
    if (key === 'field' && typeof value === 'string' && !fields.has(value)) fields.set(value, new Set());
  return entries.every(([, value]) => collect(value, fields, types));
}

function add(fields: Map<string, Set<Value>>, name: string, literal: unknown, type: string): void {
  const values = fields.get(name) ?? new Set<Value>();
  fields.set(name, values);
  if (typeof literal === 'number') for (const by of [-1, 0, 1]) values.add(BigInt(Math.round((literal + by) * 1e6)));
  else if (typeof literal !== 'string') return;
  else if (type === 'date') for (const by of [-1, 0, 1]) values.add(addDays(literal, by) ?? literal);
  else if (type === 'text') for (const text of [literal, `${literal}甲`]) values.add(text);
}

const usual: Readonly<Record<string, readonly Value[]>> = {
  text: [null, '甲'],
  number: [null, 0n, 1_000_000n],
  date: [null, '2026-06-14', today, '2026-06-16'],
  boolean: [null, true, false],
  textList: [null],
};

function tried(rule: QualityRule, standard: DataStandard): Tried | null {
  const bound = bindRule(rule, standard);
  if (bound?.check.kind !== 'expression') return null;
  const types = fieldTypes(standard);
  const parse = (json: unknown): Expression | null => {
    const result = parseExpression(json, types);
    return result.ok ? result.expression : null;
  };
  const when = bound.check.when === undefined ? null : parse(bound.check.when);
  const require = parse(bound.check.require);
  const values = new Map<string, Set<Value>>();
  if (!require || !collect([bound.check.when ?? true, bound.check.require], values, types)) return null;
  const lists = [...values.keys()].filter((name) => types[name] === 'textList');
  if (lists.length > 0) return null;
  for (const [name, set] of values) for (const value of usual[types[name] ?? 'text'] ?? []) set.add(value);
  const [test, kept] = [when && compileToFunction(when), compileToFunction(require)];
  return {
    id: rule.id,
    fields: new Set(values.keys()),
    values,
    applies: (row) => test === null || test(row, { today }),
    kept: (row) => kept(row, { today }),
  };
}

/** Every combination of the values, or null where there are too many. */
function rowsOf(values: ReadonlyMap<string, ReadonlySet<Value>>): Record<string, Value>[] | null {
  let rows: Record<string, Value>[] = [{}];
  for (const [name, set] of values) {
    if (rows.length * set.size > maxRows) return null;
    rows = rows.flatMap((row) => [...set].map((value) => ({ ...row, [name]: value })));
  }
  return rows;
}

const joined = (a: Tried, b: Tried): Map<string, Set<Value>> => {
  const values = new Map<string, Set<Value>>();
  for (const one of [a, b])
    for (const [name, set] of one.values) values.set(name, new Set([...(values.get(name) ?? []), ...set]));
  return values;
};

/** @param changed rules that are new or were changed: only they are looked at, against all */
export function judgeRules(
  rules: readonly QualityRule[],
  changed: ReadonlySet<string>,
  standard: DataStandard,
): RuleProblem[] {
  const all = rules.flatMap((rule) => tried(rule, standard) ?? []);
  const problems: RuleProblem[] = [];
  for (const one of all) {
    if (!changed.has(one.id)) continue;
    const rows = rowsOf(one.values);
    if (rows?.every((row) => one.applies(row) && !one.kept(row))) {
      problems.push({
        id: one.id,
        zh: `规则 ${one.id} 会对全部行报出问题，请检查适用条件和要求`,
        en: `the rule ${one.id} finds something in every row; check its condition`,
      });
      continue;
    }
    const rival = all.find(
      (other) =>
        other.id !== one.id && [...one.fields].some((name) => other.fields.has(name)) && contradict(one, other),
    );
    if (rival)
      problems.push({
        id: one.id,
        zh: `规则 ${one.id} 与规则 ${rival.id} 矛盾：同时适用的行不可能都满足`,
        en: `the rules ${one.id} and ${rival.id} contradict each other: no row that both apply to can keep both`,
      });
  }
  return problems;
}

function contradict(a: Tried, b: Tried): boolean {
  const rows = rowsOf(joined(a, b));
  const both = rows?.filter((row) => a.applies(row) && b.applies(row)) ?? [];
  return (
    both.length > 0 &&
    both.some((row) => a.kept(row)) &&
    both.some((row) => b.kept(row)) &&
    !both.some((row) => a.kept(row) && b.kept(row))
  );
}
