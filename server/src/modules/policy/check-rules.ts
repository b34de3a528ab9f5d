import { parseExpression } from '@chengxin/rules';
import type { PolicyIndex, Report } from './check-files.ts';
import { itemsOf } from './check-standard.ts';
import { fieldTypes, findsIn, todayKey } from './try-rule.ts';
import {
  type DataStandard,
  DISCLOSURE_FACTS,
  type DisclosureRegime,
  type FieldRole,
  type QualityRule,
  type RuleSet,
} from './types.ts';
import { placeholders } from './words.ts';

/** @param ids rule ids seen so far, and the key of the set they are in */
export function checkRuleSet(
  key: string,
  set: RuleSet,
  index: PolicyIndex,
  ids: Map<string, string>,
  report: Report,
): void {
  const standards = standardsOf(set, index);
  const own = new Set<string>();
  for (const [at, name] of set.standards.entries()) {
    if (name !== '*' && !index.standards.has(name)) {
      report(`body.standards[${at}]`, `没有数据标准“${name}”`, `there is no data standard “${name}”`);
    }
  }
  for (const [at, rule] of set.rules.entries()) {
    const path = `body.rules[${at}]`;
    if (own.has(rule.id) || (ids.get(rule.id) ?? key) !== key) {
      report(`${path}.id`, `规则 ${rule.id} 重复`, `the rule ${rule.id} is there twice`);
    }
    own.add(rule.id);
    ids.set(rule.id, key);
    checkWords(rule, path, report);
    if (rule.field !== undefined && rule.role !== undefined)
      report(`${path}.role`, 'field 和 role 只能写一个', 'give field or role, not both');
    for (const standard of standards) {
      const bound = bindRule(rule, standard);
      if (!bound) continue;
      checkRule(bound, standard, index, path, report);
      checkCases(rule, bound, standard, path, report);
    }
  }
}

function standardsOf(set: RuleSet, index: PolicyIndex): DataStandard[] {
  if (set.standards.includes('*')) return [...index.standards.values()];
  return set.standards.flatMap((key) => index.standards.get(key) ?? []);
}

/**
 * A rule with its roles replaced by the columns of one standard; undefined where the standard lacks one of them: the
 * rule does not apply to it.
 */
export function bindRule(rule: QualityRule, standard: DataStandard): QualityRule | undefined {
  const codes = new Map(
    standard.fields.flatMap((field) => (field.role === undefined ? [] : [[field.role, field.code]])),
  );
  let missing = false;
  const codeOf = (role: unknown): string => {
    const code = typeof role === 'string' ? codes.get(role as FieldRole) : undefined;
    if (code === undefined) missing = true;
    return code ?? '';
  };
  const bind = (json: unknown): unknown => {
    if (Array.isArray(json)) return json.map(bind);
    if (!isObject(json)) return json;
    const keys = Object.keys(json);
    if (keys.length === 1 && keys[0] === 'role') return { field: codeOf(json.role) };
    return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, bind(value)]));
  };
  const { role, ...rest } = rule;
  const bound: QualityRule = { ...rest };
  if (role !== undefined) bound.field = codeOf(role);
  if (rule.check.kind === 'expression') {
    bound.check = { kind: 'expression', require: bind(rule.check.require) };
    if (rule.check.when !== undefined) bound.check.when = bind(rule.check.when);
  }
  return missing ? undefined : bound;
}

const PLACEHOLDER = /\{(\w+)\}/g;

function checkWords(rule: QualityRule, path: string, report: Report): void {
  for (const part of ['message', 'fix'] as const) {
    for (const language of ['zh', 'en'] as const) {
      for (const match of rule[part][language].matchAll(PLACEHOLDER)) {
        const name = match[1] ?? '';
        if (placeholders.has(name)) continue;
        report(`${path}.${part}.${language}`, `不认识的占位符 {${name}}`, `unknown placeholder {${name}}`);
      }
    }
  }
}

function checkRule(rule: QualityRule, standard: DataStandard, index: PolicyIndex, path: string, report: Report): void {
  if (rule.field !== undefined && !standard.fields.some((field) => field.code === rule.field)) {
    report(
      `${path}.field`,
      `数据标准 ${standard.standard} 没有字段“${rule.field}”`,
      `the data standard ${standard.standard} has no field “${rule.field}”`,
    );
  }
  if (rule.check.kind !== 'expression') return;
  const types = fieldTypes(standard);
  for (const part of ['when', 'require'] as const) {
    const expression = rule.check[part];
    if (part === 'when' && expression === undefined) continue;
    const parsed = parseExpression(expression, types);
    if (!parsed.ok) {
      for (const error of parsed.errors) report(`${path}.check.${part}${error.path.slice(1)}`, error.zh, error.en);
      continue;
    }
    checkLiterals(expression, (field) => valuesOf(standard, field, index), `${path}.check.${part}`, report);
  }
}

/** The rows beside a rule say what it is for: one that comes out otherwise is a mistake of the rule or of the row. */
function checkCases(rule: QualityRule, bound: QualityRule, standard: DataStandard, path: string, report: Report): void {
  for (const [at, one] of (rule.cases ?? []).entries()) {
    const place = `${path}.cases[${at}]`;
    const unknown = Object.keys(one.row).find(
      (key) => key !== todayKey && !standard.fields.some((field) => field.code === key || field.role === key),
    );
    if (unknown !== undefined) {
      report(place, `示例中没有字段“${unknown}”`, `the row has “${unknown}”, which is no field`);
      continue;
    }
    const found = findsIn(bound, standard, one.row);
    if (found === undefined || found === (one.expects === 'finding')) continue;
    report(
      place,
      found ? `示例第${at + 1}行应当没有问题，规则却报出了问题` : `示例第${at + 1}行应当报出问题，规则却没有报出`,
      found ? `row ${at + 1} should pass and is found` : `row ${at + 1} should be found and passes`,
    );
  }
}

type Allowed = (field: string) => ReadonlySet<string> | undefined;

function valuesOf(standard: DataStandard, code: string, index: PolicyIndex): ReadonlySet<string> | undefined {
  const table = standard.fields.find((field) => field.code === code)?.codeTable;
  const values = table === undefined ? undefined : index.codeTables.get(table)?.values;
  return values && new Set(values.map((value) => value.code));
}

const isObject = (json: unknown): json is Record<string, unknown> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** A literal that is compared with a coded field must be a value of its table: a misspelt one would never match. */
export function checkLiterals(json: unknown, allowed: Allowed, path: string, report: Report, list?: string): void {
  if (Array.isArray(json)) {
    for (const [at, part] of json.entries()) checkLiterals(part, allowed, `${path}[${at}]`, report, list);
    return;
  }
  if (!isObject(json)) return;
  for (const [operator, operands] of Object.entries(json)) {
    const place = `${path}.${operator}`;
    if (Array.isArray(operands) && operands.length === 2) {
      const field = isObject(operands[0]) ? operands[0].field : undefined;
      const name =
        typeof field === 'string' ? field : isObject(operands[0]) && operands[0].item === true ? list : undefined;
      const exact =
        operator === 'eq' || operator === 'ne' || operator === 'in' || (operator === 'contains' && name === field);
      if (exact && name !== undefined) checkValues(operands[1], allowed(name), `${place}[1]`, report);
      const inner = (operator === 'exists' || operator === 'count') && typeof field === 'string' ? field : list;
      checkLiterals(operands, allowed, place, report, inner);
    } else checkLiterals(operands, allowed, place, report, list);
  }
}

function checkValues(json: unknown, values: ReadonlySet<string> | undefined, path: string, report: Report): void {
  if (values === undefined) return;
  for (const [at, literal] of (Array.isArray(json) ? json : [json]).entries()) {
    if (typeof literal !== 'string' || values.has(literal)) continue;
    report(
      Array.isArray(json) ? `${path}[${at}]` : path,
      `代码表中没有“${literal}”，条件永远不会成立`,
      `“${literal}” is not in the code table, so the condition never holds`,
    );
  }
}

export function checkDisclosure(regime: DisclosureRegime, index: PolicyIndex, report: Report): void {
  for (const [at, item] of regime.items.entries()) {
    if (index.items.size > 0 && !index.items.has(item)) {
      report(`body.items[${at}]`, `目录中没有条目“${item}”`, `the catalogue has no item “${item}”`);
    }
  }
  if (!regime.classes && !regime.whileEffective) {
    report(
      'body',
      '应有 classes（按程度公示）或 whileEffective（有效期内公示）',
      'it needs classes, or whileEffective',
    );
  }
  if (regime.classification && !regime.classes) {
    report('body.classification', '有分类条件却没有各类的期限（classes）', 'there are conditions but no classes');
  }
  for (const [name, period] of Object.entries(regime.classes ?? {})) {
    if (period.minMonths > period.maxMonths) {
      report(`body.classes.${name}`, '最短期限长于最长期限', 'the shortest period is longer than the longest');
    }
  }
  for (const part of ['classification', 'never'] as const) {
    for (const [at, row] of (regime[part] ?? []).entries())
      checkCondition(row.when, regime, index, `body.${part}[${at}].when`, report);
  }
}

function checkCondition(
  when: unknown,
  regime: DisclosureRegime,
  index: PolicyIndex,
  path: string,
  report: Report,
): void {
  const parsed = parseExpression(when, DISCLOSURE_FACTS);
  if (!parsed.ok) {
    for (const error of parsed.errors) report(`${path}${error.path.slice(1)}`, error.zh, error.en);
    return;
  }
  const roleOf: Record<string, string> = { categories: 'categories', procedure: 'procedure' };
  checkLiterals(
    when,
    (fact) => {
      const values = new Set<string>();
      for (const standard of index.standards.values()) {
        if (!itemsOf(standard).some((item) => regime.items.includes(item))) continue;
        const field = standard.fields.find(
          (candidate) => candidate.role !== undefined && candidate.role === roleOf[fact],
        );
        for (const value of (field && valuesOf(standard, field.code, index)) ?? []) values.add(value);
      }
      return values.size > 0 ? values : undefined;
    },
    path,
    report,
  );
}
