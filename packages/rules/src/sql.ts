import { maxDays, maxMonths } from './dates.ts';
import { wholeWithin } from './parse.ts';
import { type Pattern, parsePattern } from './pattern.ts';
import type { CompareOperator, Expression, FieldType, Literal, ParamNode, Value, ValueNode } from './types.ts';

export type SqlOptions = {
  /**
   * SQL of a field, taken as it is: quote names with {@link quoteIdentifier}. Its SQL type follows the field's: text,
   * **micro-units as an integer or numeric** (a numeric(20,6) column is given as `col * 1000000`), date, boolean, text
   * array.
   */
  readonly column: (field: string) => string;
  /** Value of a parameter, bound when the SQL is made. Undefined is an error, null is empty. */
  readonly params: (name: string) => Value;
  /** Number of the first bound parameter, to stand in a larger statement; 1 unless told. */
  readonly firstParameter?: number;
};

/** SQL of one boolean that is never null, and the values for its `$n` in order. */
export type Sql = { readonly text: string; readonly values: readonly SqlValue[] };
export type SqlValue = string | boolean | number | readonly string[] | null;

/** Where the engines differ. All functions take and give SQL text. */
export type Dialect = {
  readonly textType: string;
  readonly numberType: string;
  /** A list bound as one value, or element by element. */
  readonly list: (items: readonly string[], bind: (value: SqlValue, type: string) => string, type: string) => string;
  readonly elementOf: (value: string, list: string) => string;
  readonly byCodePoint: (text: string) => string;
  readonly textContains: (text: string, part: string) => string;
  readonly characterCount: (text: string) => string;
  readonly matches: (text: string, pattern: Pattern, bind: (value: SqlValue, type: string) => string) => string;
  readonly addDays: (date: string, days: string) => string;
  readonly addMonths: (date: string, months: string) => string;
  readonly daysBetween: (from: string, to: string) => string;
  /** Product of micro-units, floored to micro-units. */
  readonly multiply: (a: string, b: string) => string;
  readonly listLength: (list: string) => string;
  /** `alias.item` names the element. */
  readonly unnest: (list: string, alias: string) => string;
};

const operators: Readonly<Record<CompareOperator, string>> = {
  eq: '=',
  ne: '<>',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
};

/** Quotes a name for use in SQL. */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Compiles an expression for a dialect. @throws RangeError when a parameter has no value or a wrong one */
export function compileSql(expression: Expression, options: SqlOptions, dialect: Dialect): Sql {
  const compiler = new SqlCompiler(options, dialect);
  const text = compiler.test(expression);
  return { text, values: compiler.values };
}

const total = (condition: string): string => `COALESCE(${condition}, false)`;

class SqlCompiler {
  readonly values: SqlValue[] = [];
  readonly #options: SqlOptions;
  readonly #dialect: Dialect;
  readonly #first: number;
  readonly #bound = new Map<string, string>();
  #aliases = 0;
  #item = '';

  constructor(options: SqlOptions, dialect: Dialect) {
    this.#options = options;
    this.#dialect = dialect;
    this.#first = options.firstParameter ?? 1;
  }

  /** Binds a value under a cast; the same value and type share one parameter. */
  #bind = (value: SqlValue, type: string): string => {
    const key = `${type}:${JSON.stringify(value)}`;
    const known = this.#bound.get(key);
    if (known !== undefined) return known;
    this.values.push(value);
    const text = `CAST($${this.#first + this.values.length - 1} AS ${type})`;
    this.#bound.set(key, text);
    return text;
  };

  test(node: Expression): string {
    const d = this.#dialect;
    switch (node.kind) {
      case 'constant':
        return node.value ? 'true' : 'false';
      case 'truth':
        return total(this.#value(node.of));
      case 'compare':
        return total(this.#compare(node.op, node.left, node.right));
      case 'in':
        return total(d.elementOf(this.#value(node.value), this.#literals(node.value.type, node.list)));
      case 'contains': {
        const [subject, what] = [this.#value(node.subject), this.#value(node.what)];
        return total(node.subject.type === 'textList' ? d.elementOf(what, subject) : d.textContains(subject, what));
      }
      case 'startsWith':
        return total(`starts_with(${this.#value(node.subject)}, ${this.#value(node.what)})`);
      case 'matches': {
        const parsed = parsePattern(node.pattern);
        if (!parsed.ok) throw new RangeError(parsed.problem.en);
        return total(d.matches(this.#value(node.text), parsed.pattern, this.#bind));
      }
      case 'isEmpty':
        return this.#isEmpty(node.of);
      case 'notEmpty':
        return `(NOT ${this.#isEmpty(node.of)})`;
      case 'and':
        return `(${node.terms.map((term) => this.test(term)).join(' AND ')})`;
      case 'or':
        return `(${node.terms.map((term) => this.test(term)).join(' OR ')})`;
      case 'not':
        return `(NOT ${this.test(node.term)})`;
      case 'if':
        return `(NOT ${this.test(node.condition)} OR ${this.test(node.consequence)})`;
      case 'exists':
        return `EXISTS (SELECT 1 ${this.#fromItems(node.list, node.where)})`;
    }
  }

  #compare(op: CompareOperator, left: ValueNode, right: ValueNode): string {
    const [a, b] = [this.#value(left), this.#value(right)];
    const order = left.type === 'text' && op !== 'eq' && op !== 'ne';
    return `${order ? this.#dialect.byCodePoint(a) : a} ${operators[op]} ${b}`;
  }

  #isEmpty(of: ValueNode): string {
    const value = this.#value(of);
    return of.type === 'textList' ? `(${this.#dialect.listLength(value)} = 0)` : `(${value} IS NULL)`;
  }

  #fromItems(list: ValueNode, where: Expression | undefined): string {
    const alias = `items${++this.#aliases}`;
    const from = `FROM ${this.#dialect.unnest(this.#value(list), alias)}`;
    if (where === undefined) return from;
    this.#item = `NULLIF(${alias}.item, '')`;
    return `${from} WHERE ${this.test(where)}`;
  }

  #literals(type: FieldType, list: readonly Literal[]): string {
    const items = list.map((literal) => String(literal.value));
    return this.#dialect.list(items, this.#bind, this.#sqlType(type));
  }

  #sqlType(type: FieldType): string {
    if (type === 'number') return this.#dialect.numberType;
    if (type === 'date') return 'date';
    return type === 'boolean' ? 'boolean' : this.#dialect.textType;
  }

  /** A scalar that is null when empty. */
  #value(node: ValueNode): string {
    const d = this.#dialect;
    switch (node.kind) {
      case 'literal':
        return this.#bind(typeof node.value === 'bigint' ? String(node.value) : node.value, this.#sqlType(node.type));
      case 'field':
        return this.#field(node.name, node.type);
      case 'param':
        return this.#param(node);
      case 'item':
        return this.#item;
      case 'length':
        return this.#micro(`COALESCE(${d.characterCount(this.#value(node.of))}, 0)`);
      case 'addDays':
      case 'addMonths': {
        const shift = node.kind === 'addDays' ? d.addDays : d.addMonths;
        const shifted = shift(this.#value(node.date), this.#amount(node.amount, node.kind));
        return `CASE WHEN ${shifted} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' THEN ${shifted} END`;
      }
      case 'daysBetween':
        return this.#micro(d.daysBetween(this.#value(node.from), this.#value(node.to)));
      case 'add':
        return `(${this.#value(node.left)} + ${this.#value(node.right)})`;
      case 'sub':
        return `(${this.#value(node.left)} - ${this.#value(node.right)})`;
      case 'mul':
        return d.multiply(this.#value(node.left), this.#value(node.right));
      case 'count': {
        if (node.where === undefined) return this.#micro(d.listLength(this.#value(node.list)));
        return this.#micro(`(SELECT count(*) ${this.#fromItems(node.list, node.where)})`);
      }
    }
  }

  /** A count of whole units as micro-units. */
  #micro(units: string): string {
    return `(CAST(${units} AS ${this.#dialect.numberType}) * 1000000)`;
  }

  #field(name: string, type: FieldType): string {
    const column = this.#options.column(name);
    if (type === 'text') return `NULLIF(${column}, '')`;
    return type === 'number' ? `CAST(${column} AS ${this.#dialect.numberType})` : column;
  }

  #given(node: ParamNode): Value {
    const value = this.#options.params(node.name);
    if (value === undefined) throw new RangeError(`parameter ${node.name} was not given`);
    return value === '' ? null : value;
  }

  #param(node: ParamNode): string {
    const value = this.#given(node);
    if (node.type === 'textList') {
      if (value !== null && typeof value !== 'object') throw new RangeError(`parameter ${node.name} must be a list`);
      return this.#dialect.list(value ?? [], this.#bind, this.#dialect.textType);
    }
    if (typeof value === 'object' && value !== null) throw new RangeError(`parameter ${node.name} must not be a list`);
    return this.#bind(typeof value === 'bigint' ? String(value) : (value ?? null), this.#sqlType(node.type));
  }

  /** Days or months to add: known now, so that a fraction or an excess becomes null as it does in TypeScript. */
  #amount(node: Literal | ParamNode, kind: 'addDays' | 'addMonths'): string {
    const micro = node.kind === 'literal' ? node.value : this.#given(node);
    const limit = kind === 'addDays' ? maxDays : maxMonths;
    const whole = typeof micro === 'bigint' ? wholeWithin(micro, limit) : undefined;
    return this.#bind(whole ?? null, 'integer');
  }
}
