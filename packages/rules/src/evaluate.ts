import { addDays, addMonths, daysBetween, maxDays, maxMonths } from './dates.ts';
import { microPerUnit, multiplyMicro } from './micro.ts';
import { wholeWithin } from './parse.ts';
import { parsePattern, patternToRegExp } from './pattern.ts';
import { characterCount, compareText } from './text.ts';
import type {
  CompareOperator,
  Expression,
  IndexedRow,
  Parameters,
  ParamNode,
  RecordRow,
  Value,
  ValueNode,
} from './types.ts';

/** How a row holds its fields: by name, or in an array at the place that `indexOf` gives. */
export type Access =
  | { readonly access: 'record' }
  | { readonly access: 'index'; readonly indexOf: (field: string) => number };

export type CompiledRecord = (row: RecordRow, params: Parameters) => boolean;
export type CompiledIndexed = (row: IndexedRow, params: Parameters) => boolean;

/** What closures see: the row in either form, the parameters, and the list item in hand. */
type Scope = { row: RecordRow | IndexedRow; params: Parameters; item: string };
type Get<T> = (scope: Scope) => T | null;
type Test = (scope: Scope) => boolean;

/**
 * Compiles an expression to a function by composing closures (no eval). Rows must hold values of the declared types;
 * the function is for one thread and not re-entrant.
 * @throws RangeError when `indexOf` knows no place for a field; the function throws when a parameter is not given
 */
export function compileToFunction(expression: Expression, options?: { readonly access: 'record' }): CompiledRecord;
export function compileToFunction(
  expression: Expression,
  options: { readonly access: 'index'; readonly indexOf: (field: string) => number },
): CompiledIndexed;
export function compileToFunction(
  expression: Expression,
  options: Access = { access: 'record' },
): (row: RecordRow | IndexedRow, params: Parameters) => boolean {
  const run = new Compiler(options).test(expression);
  const scope: Scope = { row: {}, params: {}, item: '' };
  return (row, params) => {
    scope.row = row;
    scope.params = params;
    return run(scope);
  };
}

const isText = (value: Value): value is string => typeof value === 'string' && value !== '';

class Compiler {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  test(node: Expression): Test {
    switch (node.kind) {
      case 'constant':
        return () => node.value;
      case 'truth': {
        const get = this.#any(node.of);
        return (scope) => get(scope) === true;
      }
      case 'compare':
        return this.#compare(node.op, node.left, node.right);
      case 'in':
        return this.#in(node);
      case 'contains':
        return node.subject.type === 'textList' ? this.#listContains(node) : this.#textPart(node);
      case 'startsWith':
        return this.#textPart(node);
      case 'matches':
        return this.#matches(node);
      case 'isEmpty':
        return this.#isEmpty(node.of);
      case 'notEmpty': {
        const empty = this.#isEmpty(node.of);
        return (scope) => !empty(scope);
      }
      case 'and': {
        const terms = node.terms.map((term) => this.test(term));
        return (scope) => {
          for (const term of terms) if (!term(scope)) return false;
          return true;
        };
      }
      case 'or': {
        const terms = node.terms.map((term) => this.test(term));
        return (scope) => {
          for (const term of terms) if (term(scope)) return true;
          return false;
        };
      }
      case 'not': {
        const term = this.test(node.term);
        return (scope) => !term(scope);
      }
      case 'if': {
        const condition = this.test(node.condition);
        const consequence = this.test(node.consequence);
        return (scope) => !condition(scope) || consequence(scope);
      }
      case 'exists': {
        const count = this.#counter(node.list, node.where, 1);
        return (scope) => count(scope) > 0;
      }
    }
  }

  #compare(op: CompareOperator, left: ValueNode, right: ValueNode): Test {
    if (left.type === 'number') return compareWith(op, this.#number(left), this.#number(right), orderOf);
    if (left.type === 'boolean') return compareWith(op, this.#any(left), this.#any(right), (a, b) => (a === b ? 0 : 1));
    const [a, b] = [this.#text(left), this.#text(right)];
    return left.type === 'date' ? compareWith(op, a, b, orderOf) : compareWith(op, a, b, compareText);
  }

  #in(node: Extract<Expression, { kind: 'in' }>): Test {
    const list: ReadonlySet<Value> = new Set(node.list.map((literal) => literal.value));
    const get = this.#any(node.value);
    return (scope) => list.has(get(scope));
  }

  #listContains(node: Extract<Expression, { kind: 'contains' | 'startsWith' }>): Test {
    const list = this.#list(node.subject);
    const what = this.#text(node.what);
    return (scope) => {
      const element = what(scope);
      return element !== null && (list(scope)?.includes(element) ?? false);
    };
  }

  #textPart(node: Extract<Expression, { kind: 'contains' | 'startsWith' }>): Test {
    const subject = this.#text(node.subject);
    const what = this.#text(node.what);
    const starts = node.kind === 'startsWith';
    return (scope) => {
      const text = subject(scope);
      const part = what(scope);
      if (text === null || part === null) return false;
      return starts ? text.startsWith(part) : text.includes(part);
    };
  }

  #matches(node: Extract<Expression, { kind: 'matches' }>): Test {
    const parsed = parsePattern(node.pattern);
    if (!parsed.ok) throw new RangeError(parsed.problem.en);
    const regExp = patternToRegExp(parsed.pattern);
    const get = this.#text(node.text);
    return (scope) => {
      const text = get(scope);
      return text !== null && regExp.test(text);
    };
  }

  #isEmpty(of: ValueNode): Test {
    if (of.type === 'textList') {
      const list = this.#list(of);
      return (scope) => (list(scope)?.length ?? 0) === 0;
    }
    const get = this.#any(of);
    return (scope) => get(scope) === null;
  }

  /** Counts items that meet the condition, up to a limit. */
  #counter(list: ValueNode, where: Expression | undefined, limit: number): (scope: Scope) => number {
    const items = this.#list(list);
    if (where === undefined) return (scope) => items(scope)?.length ?? 0;
    const test = this.test(where);
    return (scope) => {
      let n = 0;
      for (const item of items(scope) ?? []) {
        scope.item = item;
        if (test(scope) && ++n === limit) break;
      }
      return n;
    };
  }

  /** Raw access to a field, parameter or item, empty text as null. */
  #any(node: ValueNode): Get<Value> {
    switch (node.kind) {
      case 'literal': {
        const value = node.value;
        return () => value;
      }
      case 'field':
        return this.#field(node.name);
      case 'param':
        return paramReader(node);
      case 'item':
        return (scope) => (scope.item === '' ? null : scope.item);
      default:
        return node.type === 'number' ? this.#number(node) : this.#text(node);
    }
  }

  #field(name: string): Get<Value> {
    if (this.#access.access === 'record') {
      return (scope) => {
        const value = (scope.row as RecordRow)[name];
        return value === '' || value === undefined ? null : value;
      };
    }
    const index = this.#access.indexOf(name);
    if (!Number.isInteger(index) || index < 0) throw new RangeError(`no index for field ${name}`);
    return (scope) => {
      const value = (scope.row as IndexedRow)[index];
      return value === '' || value === undefined ? null : value;
    };
  }

  #list(node: ValueNode): Get<readonly string[]> {
    const get = this.#any(node);
    return (scope) => {
      const value = get(scope);
      return typeof value === 'object' ? (value as readonly string[] | null) : null;
    };
  }

  /** Text or date. */
  #text(node: ValueNode): Get<string> {
    if (node.kind === 'addDays' || node.kind === 'addMonths') return this.#shift(node);
    const get = this.#any(node);
    return (scope) => {
      const value = get(scope);
      return isText(value) ? value : null;
    };
  }

  #shift(node: Extract<ValueNode, { kind: 'addDays' | 'addMonths' }>): Get<string> {
    const date = this.#text(node.date);
    const amount = this.#number(node.amount);
    const [shift, limit] = node.kind === 'addDays' ? [addDays, maxDays] : [addMonths, maxMonths];
    return (scope) => {
      const from = date(scope);
      const micro = amount(scope);
      const by = micro === null ? undefined : wholeWithin(micro, limit);
      return from === null || by === undefined ? null : (shift(from, by) ?? null);
    };
  }

  #number(node: ValueNode): Get<bigint> {
    switch (node.kind) {
      case 'length': {
        const of = this.#text(node.of);
        return (scope) => BigInt(characterCount(of(scope) ?? '')) * microPerUnit;
      }
      case 'daysBetween': {
        const from = this.#text(node.from);
        const to = this.#text(node.to);
        return (scope) => {
          const a = from(scope);
          const b = to(scope);
          const days = a === null || b === null ? undefined : daysBetween(a, b);
          return days === undefined ? null : BigInt(days) * microPerUnit;
        };
      }
      case 'count': {
        const count = this.#counter(node.list, node.where, 0);
        return (scope) => BigInt(count(scope)) * microPerUnit;
      }
      case 'add':
        return both(this.#number(node.left), this.#number(node.right), (a, b) => a + b);
      case 'sub':
        return both(this.#number(node.left), this.#number(node.right), (a, b) => a - b);
      case 'mul':
        return both(this.#number(node.left), this.#number(node.right), multiplyMicro);
      default: {
        const get = this.#any(node);
        return (scope) => {
          const value = get(scope);
          return typeof value === 'bigint' ? value : null;
        };
      }
    }
  }
}

const both =
  (left: Get<bigint>, right: Get<bigint>, combine: (a: bigint, b: bigint) => bigint): Get<bigint> =>
  (scope) => {
    const a = left(scope);
    const b = right(scope);
    return a === null || b === null ? null : combine(a, b);
  };

/** Dates order as their ISO text does. */
const orderOf = <T extends string | bigint>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

function paramReader(node: ParamNode): Get<Value> {
  const name = node.name;
  return (scope) => {
    const value = scope.params[name];
    if (value === undefined) throw new RangeError(`parameter ${name} was not given`);
    return value === '' ? null : value;
  };
}

const verdicts: Readonly<Record<CompareOperator, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
};

function compareWith<T extends Value>(
  op: CompareOperator,
  left: Get<T>,
  right: Get<T>,
  order: (a: T, b: T) => number,
): Test {
  if (op === 'eq') {
    return (scope) => {
      const a = left(scope);
      return a !== null && a === right(scope);
    };
  }
  const verdict = verdicts[op];
  return (scope) => {
    const a = left(scope);
    if (a === null) return false;
    const b = right(scope);
    return b !== null && verdict(order(a, b));
  };
}
