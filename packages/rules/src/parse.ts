import { isIsoDate, maxDays, maxMonths } from './dates.ts';
import { maxMicro, microPerUnit, parseMicro } from './micro.ts';
import { parsePattern } from './pattern.ts';
import { isStorable } from './text.ts';
import {
  type CompareOperator,
  type Expression,
  type ExpressionError,
  type FieldType,
  type Literal,
  type ParamNode,
  typeLabels,
  type ValueNode,
} from './types.ts';

export type FieldTypes = Readonly<Record<string, FieldType>>;

export type ParseResult =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly errors: readonly ExpressionError[] };

/** Limits of one expression. */
export const maxNodes = 2_000;
export const maxDepth = 32;
export const maxListItems = 1_000;
export const maxTextLength = 4_000;
const maxErrors = 50;
/** Date arithmetic inside date arithmetic; the SQL repeats its operand at each level. */
const maxDateNesting = 3;
/** Largest magnitude of arithmetic in micro-units, below DuckDB's HUGEINT. */
const maxMagnitude = 10n ** 37n;

/** The parameter that is always there: the legal day of evaluation, from the caller's clock. */
const standardParams: FieldTypes = { today: 'date' };

/**
 * Checks an expression written as JSON (or YAML) against the types of the fields it may name. Nothing is evaluated.
 * @param params further parameters beside `today` (a date)
 * @returns the typed tree, or every error found (at most 50) with its path, in Chinese and English
 */
export function parseExpression(json: unknown, fields: FieldTypes, params: FieldTypes = {}): ParseResult {
  const reader = new Reader(fields, { ...standardParams, ...params });
  const expression = reader.predicate(json, '$', 0);
  return expression !== undefined && reader.errors.length === 0
    ? { ok: true, expression }
    : { ok: false, errors: reader.errors };
}

/** Thrown by {@link expectExpression}. */
export class ExpressionSyntaxError extends Error {
  readonly errors: readonly ExpressionError[];
  constructor(errors: readonly ExpressionError[]) {
    super(errors.map((e) => `${e.path}: ${e.en} / ${e.zh}`).join('\n'));
    this.name = 'ExpressionSyntaxError';
    this.errors = errors;
  }
}

/**
 * {@link parseExpression} for expressions that were checked when they were loaded.
 * @throws ExpressionSyntaxError with all errors
 */
export function expectExpression(json: unknown, fields: FieldTypes, params: FieldTypes = {}): Expression {
  const result = parseExpression(json, fields, params);
  if (!result.ok) throw new ExpressionSyntaxError(result.errors);
  return result.expression;
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (json: unknown): json is Json => typeof json === 'object' && json !== null && !Array.isArray(json);

const own = (types: FieldTypes, name: string): FieldType | undefined =>
  Object.hasOwn(types, name) ? types[name] : undefined;

const compareOperators: ReadonlySet<string> = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge']);
const isCompareOperator = (key: string): key is CompareOperator => compareOperators.has(key);
const ordered: readonly FieldType[] = ['text', 'number', 'date'];
const comparable: readonly FieldType[] = ['text', 'number', 'date', 'boolean'];

class Reader {
  readonly errors: ExpressionError[] = [];
  readonly #fields: FieldTypes;
  readonly #params: FieldTypes;
  #nodes = 0;
  #inItem = false;

  constructor(fields: FieldTypes, params: FieldTypes) {
    this.#fields = fields;
    this.#params = params;
  }

  #fail(path: string, zh: string, en: string): undefined {
    if (this.errors.length < maxErrors) this.errors.push({ path, zh, en });
    return undefined;
  }

  /** Counts a node; false when the expression is too large or too deep. */
  #enter(path: string, depth: number): boolean {
    if (++this.#nodes === maxNodes + 1) {
      this.#fail(path, `表达式过大（超过${maxNodes}个节点）`, `the expression has more than ${maxNodes} nodes`);
    }
    if (depth > maxDepth) this.#fail(path, `嵌套超过${maxDepth}层`, `nested more than ${maxDepth} levels`);
    return this.#nodes <= maxNodes && depth <= maxDepth;
  }

  predicate(json: unknown, path: string, depth: number): Expression | undefined {
    if (!this.#enter(path, depth)) return undefined;
    if (typeof json === 'boolean') return { kind: 'constant', value: json };
    if (!isObject(json)) {
      return this.#fail(path, '此处须为条件，如 {eq: [...]}', 'a condition is needed here, such as {eq: [...]}');
    }
    const keys = Object.keys(json);
    if (keys.length === 2 && Object.hasOwn(json, 'if') && Object.hasOwn(json, 'then')) {
      const condition = this.predicate(json.if, `${path}.if`, depth + 1);
      const consequence = this.predicate(json.then, `${path}.then`, depth + 1);
      return condition && consequence && { kind: 'if', condition, consequence };
    }
    const key = keys[0];
    if (key === undefined || keys.length !== 1) {
      return this.#fail(
        path,
        `一个节点只能有一个运算，现有：${keys.slice(0, 5).join('、') || '无'}`,
        `a node has exactly one operator; found: ${keys.slice(0, 5).join(', ') || 'none'}`,
      );
    }
    return this.#operator(key, json[key], `${path}.${key}`, depth + 1, json, path);
  }

  #operator(
    key: string,
    operand: unknown,
    at: string,
    depth: number,
    json: Json,
    path: string,
  ): Expression | undefined {
    if (isCompareOperator(key)) return this.#compare(key, operand, at, depth);
    switch (key) {
      case 'and':
      case 'or':
        return this.#terms(key, operand, at, depth);
      case 'not': {
        const term = this.predicate(operand, at, depth);
        return term && { kind: 'not', term };
      }
      case 'in':
        return this.#in(operand, at, depth);
      case 'contains':
      case 'startsWith':
        return this.#substring(key, operand, at, depth);
      case 'matches':
        return this.#matches(operand, at, depth);
      case 'isEmpty':
      case 'notEmpty': {
        const of = this.#value(operand, at, depth);
        return of && { kind: key, of };
      }
      case 'exists': {
        const pair = this.#operands(operand, at, 2);
        const list = pair && this.#typed(pair[0], `${at}[0]`, depth, ['textList']);
        const where = pair && this.#perItem(pair[1], `${at}[1]`, depth);
        return list && where && { kind: 'exists', list, where };
      }
      case 'field':
      case 'param': {
        const of = this.#typed(json, path, depth, ['boolean']);
        return of && { kind: 'truth', of };
      }
      default:
        return this.#fail(at, `不认识的运算“${key}”`, `unknown operator “${key}”`);
    }
  }

  #operands(json: unknown, path: string, count: number): readonly unknown[] | undefined {
    if (Array.isArray(json) && json.length === count) return json;
    return this.#fail(path, `须为${count}项的列表`, `a list of ${count} operands is needed`);
  }

  #terms(kind: 'and' | 'or', json: unknown, path: string, depth: number): Expression | undefined {
    if (!Array.isArray(json) || json.length === 0) {
      return this.#fail(path, '须为至少一个条件的列表', 'a list of at least one condition is needed');
    }
    const terms: Expression[] = [];
    for (const [i, term] of json.entries()) {
      if (this.#nodes > maxNodes) return undefined;
      const parsed = this.predicate(term, `${path}[${i}]`, depth);
      if (parsed) terms.push(parsed);
    }
    return { kind, terms };
  }

  #compare(op: CompareOperator, json: unknown, path: string, depth: number): Expression | undefined {
    const pair = this.#operands(json, path, 2);
    if (!pair) return undefined;
    const sides = this.#pair(pair, path, depth);
    if (!sides) return undefined;
    const [left, right] = sides;
    const allowed = op === 'eq' || op === 'ne' ? comparable : ordered;
    if (left.type !== right.type) {
      return this.#fail(
        path,
        `两侧类型不同：${typeLabels[left.type].zh}与${typeLabels[right.type].zh}`,
        `the sides differ in type: ${typeLabels[left.type].en} and ${typeLabels[right.type].en}`,
      );
    }
    if (!allowed.includes(left.type)) {
      return this.#fail(
        path,
        `${typeLabels[left.type].zh}不能用“${op}”比较`,
        `${typeLabels[left.type].en} cannot be compared by “${op}”`,
      );
    }
    return { kind: 'compare', op, left, right };
  }

  /** Both sides of a comparison; a bare text becomes a date beside a date. */
  #pair(pair: readonly unknown[], path: string, depth: number): [ValueNode, ValueNode] | undefined {
    const [a, b] = pair;
    if (typeof a === 'string' && typeof b !== 'string') {
      const right = this.#value(b, `${path}[1]`, depth);
      const left = right && this.#literal(a, `${path}[0]`, right.type);
      return left && right && [left, right];
    }
    const left = this.#value(a, `${path}[0]`, depth);
    const right =
      typeof b === 'string' ? left && this.#literal(b, `${path}[1]`, left.type) : this.#value(b, `${path}[1]`, depth);
    return left && right && [left, right];
  }

  #in(json: unknown, path: string, depth: number): Expression | undefined {
    const pair = this.#operands(json, path, 2);
    const value = pair && this.#typed(pair[0], `${path}[0]`, depth, ordered);
    if (!pair || !value) return undefined;
    const items = pair[1];
    if (!Array.isArray(items) || items.length === 0 || items.length > maxListItems) {
      return this.#fail(
        `${path}[1]`,
        `须为1至${maxListItems}个字面值的列表`,
        `a list of 1 to ${maxListItems} literals is needed`,
      );
    }
    const list: Literal[] = [];
    const nodes = this.#nodes;
    for (const [i, item] of items.entries()) {
      const literal = this.#literal(item, `${path}[1][${i}]`, value.type);
      if (literal) list.push(literal);
      this.#nodes = nodes; // a list has its own limit
    }
    return { kind: 'in', value, list };
  }

  #substring(kind: 'contains' | 'startsWith', json: unknown, path: string, depth: number): Expression | undefined {
    const pair = this.#operands(json, path, 2);
    if (!pair) return undefined;
    const allowed: readonly FieldType[] = kind === 'contains' ? ['text', 'textList'] : ['text'];
    const subject = this.#typed(pair[0], `${path}[0]`, depth, allowed);
    const what = this.#typed(pair[1], `${path}[1]`, depth, ['text']);
    return subject && what && { kind, subject, what };
  }

  #matches(json: unknown, path: string, depth: number): Expression | undefined {
    const pair = this.#operands(json, path, 2);
    const text = pair && this.#typed(pair[0], `${path}[0]`, depth, ['text']);
    const pattern = pair?.[1];
    if (typeof pattern !== 'string') {
      return pair && this.#fail(`${path}[1]`, '格式须为文本', 'the pattern must be a text');
    }
    const parsed = parsePattern(pattern);
    if (!parsed.ok) return this.#fail(`${path}[1]`, parsed.problem.zh, parsed.problem.en);
    return text && { kind: 'matches', text, pattern };
  }

  /** The condition on the items of a list. */
  #perItem(json: unknown, path: string, depth: number): Expression | undefined {
    if (this.#inItem) {
      return this.#fail(path, '列表条件不能嵌套', 'conditions on items cannot be nested');
    }
    this.#inItem = true;
    const where = this.predicate(json, path, depth);
    this.#inItem = false;
    return where;
  }

  #typed(json: unknown, path: string, depth: number, allowed: readonly FieldType[]): ValueNode | undefined {
    const node = this.#value(json, path, depth);
    if (node === undefined || allowed.includes(node.type)) return node;
    return this.#fail(
      path,
      `此处须为${allowed.map((t) => typeLabels[t].zh).join('或')}，现为${typeLabels[node.type].zh}`,
      `${allowed.map((t) => typeLabels[t].en).join(' or ')} is needed here, not ${typeLabels[node.type].en}`,
    );
  }

  #literal(json: unknown, path: string, type: FieldType): Literal | undefined {
    const node = typeof json === 'string' && type === 'date' ? this.#date(json, path) : this.#value(json, path, 0);
    if (node === undefined) return undefined;
    if (node.kind !== 'literal') return this.#fail(path, '此处须为字面值', 'a literal is needed here');
    if (node.type !== type) {
      return this.#fail(
        path,
        `此处须为${typeLabels[type].zh}，现为${typeLabels[node.type].zh}`,
        `${typeLabels[type].en} is needed here, not ${typeLabels[node.type].en}`,
      );
    }
    return node;
  }

  #date(text: unknown, path: string): Literal | undefined {
    return typeof text === 'string' && isIsoDate(text)
      ? { kind: 'literal', type: 'date', value: text }
      : this.#fail(path, '日期须为 YYYY-MM-DD 且真实存在', 'a date is YYYY-MM-DD and must exist');
  }

  #text(text: unknown, path: string): Literal | undefined {
    if (typeof text !== 'string' || text.length > maxTextLength || !isStorable(text)) {
      return this.#fail(path, `文本须不超过${maxTextLength}字`, `a text has at most ${maxTextLength} characters`);
    }
    if (text === '') {
      return this.#fail(
        path,
        '与空文本比较总为假，请用 isEmpty 或 notEmpty',
        'comparing with an empty text is always false; use isEmpty or notEmpty',
      );
    }
    return { kind: 'literal', type: 'text', value: text };
  }

  #number(json: unknown, path: string): Literal | undefined {
    const value = typeof json === 'number' || typeof json === 'string' ? parseMicro(String(json)) : undefined;
    return value === undefined
      ? this.#fail(
          path,
          '数值最多六位小数，绝对值不超过一万亿',
          'a number has at most six decimals and lies within ±1,000,000,000,000',
        )
      : { kind: 'literal', type: 'number', value };
  }

  #value(json: unknown, path: string, depth: number): ValueNode | undefined {
    if (!this.#enter(path, depth)) return undefined;
    if (typeof json === 'string') return this.#text(json, path);
    if (typeof json === 'number') return this.#number(json, path);
    if (typeof json === 'boolean') return { kind: 'literal', type: 'boolean', value: json };
    const keys = isObject(json) ? Object.keys(json) : [];
    const key = keys[0];
    if (!isObject(json) || key === undefined || keys.length !== 1) {
      return this.#fail(
        path,
        '此处须为值：字面值、{field}、{param} 或一个运算',
        'a value is needed here: a literal, {field}, {param} or one operation',
      );
    }
    return this.#valueOperator(key, json[key], `${path}.${key}`, depth + 1);
  }

  #valueOperator(key: string, operand: unknown, at: string, depth: number): ValueNode | undefined {
    switch (key) {
      case 'text':
        return this.#text(operand, at);
      case 'number':
        return this.#number(operand, at);
      case 'date':
        return this.#date(operand, at);
      case 'field':
        return this.#named('field', operand, at, this.#fields);
      case 'param':
        return this.#named('param', operand, at, this.#params);
      case 'item':
        if (operand === true && this.#inItem) return { kind: 'item', type: 'text' };
        return this.#fail(
          at,
          '{item: true} 只能用在 exists、count 的条件中',
          '{item: true} belongs inside exists or count',
        );
      case 'length': {
        const of = this.#typed(operand, at, depth, ['text']);
        return of && { kind: 'length', type: 'number', of };
      }
      case 'addDays':
      case 'addMonths':
        return this.#shift(key, operand, at, depth);
      case 'daysBetween': {
        const pair = this.#operands(operand, at, 2);
        const from = pair && this.#dateValue(pair[0], `${at}[0]`, depth);
        const to = pair && this.#dateValue(pair[1], `${at}[1]`, depth);
        return from && to && { kind: 'daysBetween', type: 'number', from, to };
      }
      case 'add':
      case 'sub':
      case 'mul':
        return this.#arithmetic(key, operand, at, depth);
      case 'count':
        return this.#count(operand, at, depth);
      default:
        return this.#fail(at, `不认识的取值“${key}”`, `unknown value “${key}”`);
    }
  }

  #named(kind: 'field' | 'param', name: unknown, path: string, types: FieldTypes): ValueNode | undefined {
    const type = typeof name === 'string' ? own(types, name) : undefined;
    if (typeof name === 'string' && type !== undefined) return { kind, type, name };
    const shown = typeof name === 'string' ? name.slice(0, 60) : '?';
    return kind === 'field'
      ? this.#fail(path, `没有字段“${shown}”`, `there is no field “${shown}”`)
      : this.#fail(path, `没有参数“${shown}”`, `there is no parameter “${shown}”`);
  }

  #dateValue(json: unknown, path: string, depth: number): ValueNode | undefined {
    return typeof json === 'string' ? this.#date(json, path) : this.#typed(json, path, depth, ['date']);
  }

  #shift(kind: 'addDays' | 'addMonths', json: unknown, path: string, depth: number): ValueNode | undefined {
    const pair = this.#operands(json, path, 2);
    const date = pair && this.#dateValue(pair[0], `${path}[0]`, depth);
    const amount = pair && this.#amount(kind, pair[1], `${path}[1]`, depth);
    if (!date || !amount) return undefined;
    const node: ValueNode = { kind, type: 'date', date, amount };
    if (dateNesting(node) > maxDateNesting) {
      return this.#fail(
        path,
        `日期推算嵌套不能超过${maxDateNesting}层`,
        `date arithmetic may be nested ${maxDateNesting} levels`,
      );
    }
    return node;
  }

  #amount(kind: 'addDays' | 'addMonths', json: unknown, path: string, depth: number): Literal | ParamNode | undefined {
    const node = this.#typed(json, path, depth, ['number']);
    if (node === undefined) return undefined;
    const limit = kind === 'addDays' ? maxDays : maxMonths;
    if (node.kind === 'param') return node;
    if (node.kind === 'literal' && typeof node.value === 'bigint' && wholeWithin(node.value, limit) !== undefined) {
      return node;
    }
    return this.#fail(
      path,
      `须为绝对值不超过${limit}的整数或数值参数`,
      `a whole number within ±${limit} or a number parameter is needed`,
    );
  }

  #arithmetic(kind: 'add' | 'sub' | 'mul', json: unknown, path: string, depth: number): ValueNode | undefined {
    const pair = this.#operands(json, path, 2);
    const left = pair && this.#typed(pair[0], `${path}[0]`, depth, ['number']);
    const right = pair && this.#typed(pair[1], `${path}[1]`, depth, ['number']);
    if (!left || !right) return undefined;
    const a = magnitude(left);
    const b = magnitude(right);
    if ((kind === 'mul' ? a * b : a + b) > maxMagnitude) {
      return this.#fail(path, '运算结果可能过大，请减少连乘', 'the result may grow too large; multiply fewer factors');
    }
    return { kind, type: 'number', left, right };
  }

  #count(json: unknown, path: string, depth: number): ValueNode | undefined {
    const operands = Array.isArray(json) && json.length === 2 ? json : Array.isArray(json) ? undefined : [json];
    if (operands === undefined) return this.#operands(json, path, 2) && undefined;
    const at = Array.isArray(json) ? `${path}[0]` : path;
    const list = this.#typed(operands[0], at, depth, ['textList']);
    if (operands.length === 1) return list && { kind: 'count', type: 'number', list, where: undefined };
    const where = this.#perItem(operands[1], `${path}[1]`, depth);
    return list && where && { kind: 'count', type: 'number', list, where };
  }
}

/** Micro-units as a whole number of units within ±limit, else undefined. */
export function wholeWithin(micro: bigint, limit: number): number | undefined {
  if (micro % microPerUnit !== 0n) return undefined;
  const units = micro / microPerUnit;
  return units >= BigInt(-limit) && units <= BigInt(limit) ? Number(units) : undefined;
}

function dateNesting(node: ValueNode): number {
  return node.kind === 'addDays' || node.kind === 'addMonths' ? 1 + dateNesting(node.date) : 0;
}

/** An upper bound of a number's size in micro-units, given fields within ±10¹² units. */
function magnitude(node: ValueNode): bigint {
  switch (node.kind) {
    case 'literal':
      return typeof node.value !== 'bigint' ? 0n : node.value < 0n ? -node.value : node.value;
    case 'add':
    case 'sub':
      return magnitude(node.left) + magnitude(node.right);
    case 'mul':
      return (magnitude(node.left) * magnitude(node.right)) / microPerUnit + 1n;
    case 'length':
    case 'count':
    case 'daysBetween':
      return 10n ** 15n;
    default:
      return maxMicro;
  }
}
