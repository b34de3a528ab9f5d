import { formatMicro } from './micro.ts';
import type { CompareOperator, Expression, FieldType, ValueNode } from './types.ts';

export type Wording = { readonly zh: string; readonly en: string };

export type Labels = {
  /** Names of fields as the clerk knows them; a field without one is shown by its code. */
  readonly fields: Readonly<Record<string, Wording>>;
  readonly params?: Readonly<Record<string, Wording>>;
};

const say = (zh: string, en: string): Wording => ({ zh, en });

const symbols: Readonly<Record<CompareOperator, Wording>> = {
  eq: say('=', '='),
  ne: say('≠', '≠'),
  lt: say('<', '<'),
  le: say('≤', '≤'),
  gt: say('>', '>'),
  ge: say('≥', '≥'),
};
const words: Readonly<Record<CompareOperator, Wording>> = {
  ...symbols,
  eq: say('为', 'is'),
  ne: say('不为', 'is filled and is not'),
};
const dateWords: Readonly<Record<CompareOperator, Wording>> = {
  eq: say('为', 'is'),
  ne: say('不为', 'is filled and is not'),
  lt: say('早于', 'is before'),
  le: say('不晚于', 'is no later than'),
  gt: say('晚于', 'is after'),
  ge: say('不早于', 'is no earlier than'),
};

const operatorWords = (op: CompareOperator, type: FieldType): Wording =>
  type === 'number' ? symbols[op] : type === 'date' ? dateWords[op] : words[op];

const arithmetic = { add: '+', sub: '−', mul: '×' } as const;

/** Says an expression in words that a clerk reads: 处罚类别 包含 罚款 时，罚款金额 > 0. */
export function describeExpression(expression: Expression, labels: Labels): Wording {
  return new Describer(labels).test(expression);
}

class Describer {
  readonly #labels: Labels;

  constructor(labels: Labels) {
    this.#labels = labels;
  }

  test(node: Expression): Wording {
    switch (node.kind) {
      case 'constant':
        return node.value ? say('恒成立', 'always') : say('恒不成立', 'never');
      case 'truth': {
        const of = this.#value(node.of);
        return say(`${of.zh} 为是`, `${of.en} is yes`);
      }
      case 'compare': {
        const op = operatorWords(node.op, node.left.type);
        return this.#infix(this.#value(node.left), op, this.#value(node.right));
      }
      case 'in': {
        const value = this.#value(node.value);
        const list = node.list.map((literal) => this.#value(literal));
        return say(
          `${value.zh} 为 ${list.map((l) => l.zh).join('、')} 之一`,
          `${value.en} is one of ${list.map((l) => l.en).join(', ')}`,
        );
      }
      case 'contains':
        return this.#infix(this.#value(node.subject), say('包含', 'contains'), this.#value(node.what));
      case 'startsWith': {
        const [subject, what] = [this.#value(node.subject), this.#value(node.what)];
        return say(`${subject.zh} 以 ${what.zh} 开头`, `${subject.en} begins with ${what.en}`);
      }
      case 'matches': {
        const text = this.#value(node.text);
        return say(`${text.zh} 符合格式 ${node.pattern}`, `${text.en} has the form ${node.pattern}`);
      }
      case 'isEmpty':
      case 'notEmpty': {
        const of = this.#value(node.of);
        return node.kind === 'isEmpty'
          ? say(`${of.zh} 为空`, `${of.en} is empty`)
          : say(`${of.zh} 不为空`, `${of.en} is filled`);
      }
      case 'and':
      case 'or':
        return this.#terms(node.kind, node.terms);
      case 'not': {
        const term = this.test(node.term);
        return say(`不满足（${term.zh}）`, `not (${term.en})`);
      }
      case 'if': {
        const condition = this.#inner(node.condition, node.condition.kind === 'if');
        const consequence = this.#inner(node.consequence, node.consequence.kind === 'if');
        return say(`${condition.zh} 时，${consequence.zh}`, `when ${condition.en}, ${consequence.en}`);
      }
      case 'exists': {
        const [list, where] = [this.#value(node.list), this.test(node.where)];
        return say(`${list.zh} 中有一项满足（${where.zh}）`, `some item of ${list.en} satisfies (${where.en})`);
      }
    }
  }

  #infix(left: Wording, op: Wording, right: Wording): Wording {
    return say(`${left.zh} ${op.zh} ${right.zh}`, `${left.en} ${op.en} ${right.en}`);
  }

  /** In brackets where the reader could group it otherwise. */
  #inner(node: Expression, brackets: boolean): Wording {
    const inner = this.test(node);
    return brackets ? say(`（${inner.zh}）`, `(${inner.en})`) : inner;
  }

  #terms(kind: 'and' | 'or', terms: readonly Expression[]): Wording {
    const compound: readonly string[] = kind === 'and' ? ['or', 'if'] : ['and', 'if'];
    const parts = terms.map((term) => this.#inner(term, terms.length > 1 && compound.includes(term.kind)));
    return say(
      parts.map((p) => p.zh).join(kind === 'and' ? ' 且 ' : ' 或 '),
      parts.map((p) => p.en).join(kind === 'and' ? ' and ' : ' or '),
    );
  }

  #value(node: ValueNode): Wording {
    switch (node.kind) {
      case 'literal':
        if (node.type === 'boolean') return node.value ? say('是', 'yes') : say('否', 'no');
        return node.type === 'number' ? same(formatMicro(node.value)) : same(node.value);
      case 'field':
        return this.#label(this.#labels.fields, node.name);
      case 'param':
        return node.name === 'today' && this.#labels.params?.today === undefined
          ? say('今天', 'today')
          : this.#label(this.#labels.params ?? {}, node.name);
      case 'item':
        return say('该项', 'the item');
      case 'length': {
        const of = this.#value(node.of);
        return say(`${of.zh} 的字数`, `the length of ${of.en}`);
      }
      case 'addDays':
      case 'addMonths':
        return this.#shift(node);
      case 'daysBetween': {
        const [from, to] = [this.#value(node.from), this.#value(node.to)];
        return say(`${from.zh} 至 ${to.zh} 的天数`, `the days from ${from.en} to ${to.en}`);
      }
      case 'add':
      case 'sub':
      case 'mul': {
        const [left, right] = [this.#value(node.left), this.#value(node.right)];
        const sign = arithmetic[node.kind];
        return say(`（${left.zh} ${sign} ${right.zh}）`, `(${left.en} ${sign} ${right.en})`);
      }
      case 'count': {
        const list = this.#value(node.list);
        if (node.where === undefined) return say(`${list.zh} 的项数`, `the number of items of ${list.en}`);
        const where = this.test(node.where);
        return say(`${list.zh} 中满足（${where.zh}）的项数`, `the number of items of ${list.en} with (${where.en})`);
      }
    }
  }

  #shift(node: Extract<ValueNode, { kind: 'addDays' | 'addMonths' }>): Wording {
    const date = this.#value(node.date);
    const back = node.amount.kind === 'literal' && typeof node.amount.value === 'bigint' && node.amount.value < 0n;
    const amount =
      node.amount.kind === 'literal' && typeof node.amount.value === 'bigint'
        ? same(formatMicro(back ? -node.amount.value : node.amount.value))
        : this.#value(node.amount);
    const unit = node.kind === 'addDays' ? say('日', 'days') : say('个月', 'months');
    return say(
      `${date.zh} ${back ? '之前' : '之后'} ${amount.zh} ${unit.zh}`,
      `${amount.en} ${unit.en} ${back ? 'before' : 'after'} ${date.en}`,
    );
  }

  #label(labels: Readonly<Record<string, Wording>>, name: string): Wording {
    return (Object.hasOwn(labels, name) ? labels[name] : undefined) ?? same(name);
  }
}

const same = (text: string): Wording => ({ zh: text, en: text });
