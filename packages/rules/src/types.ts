/** Types of fields and parameters. A date is a legal day (Asia/Shanghai), a number has at most six decimals. */
export type FieldType = 'text' | 'number' | 'date' | 'boolean' | 'textList';

/**
 * A value of a row or parameter: text and ISO dates `YYYY-MM-DD` as string, numbers as integer micro-units (10⁻⁶),
 * lists as arrays. Null, undefined, '' and [] are all *empty*.
 */
export type Value = string | bigint | boolean | readonly string[] | null | undefined;

export type RecordRow = Readonly<Record<string, Value>>;
export type IndexedRow = readonly Value[];
export type Parameters = Readonly<Record<string, Value>>;

export type Literal =
  | { readonly kind: 'literal'; readonly type: 'text' | 'date'; readonly value: string }
  | { readonly kind: 'literal'; readonly type: 'number'; readonly value: bigint }
  | { readonly kind: 'literal'; readonly type: 'boolean'; readonly value: boolean };

export type ParamNode = { readonly kind: 'param'; readonly type: FieldType; readonly name: string };
export type FieldNode = { readonly kind: 'field'; readonly type: FieldType; readonly name: string };

/** Something with a value, which may be empty. */
export type ValueNode =
  | Literal
  | FieldNode
  | ParamNode
  | { readonly kind: 'item'; readonly type: 'text' }
  | { readonly kind: 'length'; readonly type: 'number'; readonly of: ValueNode }
  | {
      readonly kind: 'addDays' | 'addMonths';
      readonly type: 'date';
      readonly date: ValueNode;
      readonly amount: Literal | ParamNode;
    }
  | { readonly kind: 'daysBetween'; readonly type: 'number'; readonly from: ValueNode; readonly to: ValueNode }
  | {
      readonly kind: 'add' | 'sub' | 'mul';
      readonly type: 'number';
      readonly left: ValueNode;
      readonly right: ValueNode;
    }
  | {
      readonly kind: 'count';
      readonly type: 'number';
      readonly list: ValueNode;
      readonly where: Expression | undefined;
    };

export type CompareOperator = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

/**
 * A checked expression: always true or false. A comparison, `in`, `contains`, `startsWith` or `matches` with an empty
 * operand is false (so is `ne`); `isEmpty` and `notEmpty` tell emptiness. There is no third truth value.
 */
export type Expression =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'truth'; readonly of: ValueNode }
  | {
      readonly kind: 'compare';
      readonly op: CompareOperator;
      readonly left: ValueNode;
      readonly right: ValueNode;
    }
  | { readonly kind: 'in'; readonly value: ValueNode; readonly list: readonly Literal[] }
  | { readonly kind: 'contains' | 'startsWith'; readonly subject: ValueNode; readonly what: ValueNode }
  | { readonly kind: 'matches'; readonly text: ValueNode; readonly pattern: string }
  | { readonly kind: 'isEmpty' | 'notEmpty'; readonly of: ValueNode }
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Expression[] }
  | { readonly kind: 'not'; readonly term: Expression }
  | { readonly kind: 'if'; readonly condition: Expression; readonly consequence: Expression }
  | { readonly kind: 'exists'; readonly list: ValueNode; readonly where: Expression };

/** What is wrong with an expression as written, and where: `$.and[1].gt[0]`. */
export type ExpressionError = { readonly path: string; readonly zh: string; readonly en: string };

export const typeLabels: Readonly<Record<FieldType, { readonly zh: string; readonly en: string }>> = {
  text: { zh: '文本', en: 'text' },
  number: { zh: '数值', en: 'number' },
  date: { zh: '日期', en: 'date' },
  boolean: { zh: '是否', en: 'boolean' },
  textList: { zh: '多值文本', en: 'list of texts' },
};
