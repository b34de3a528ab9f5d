/**
 * An expression in words that a clerk writes and reads, both ways: `处罚类别 包含 “罚款” 时，罚款金额 > 0`. It works on the
 * expression as policy holds it (JSON), so that words → tree → words and tree → words → tree lose nothing. Types are the
 * parser's business ({@link parseExpression}); here only the form counts.
 */
import type { FieldType } from './types.ts';

/** Something that a rule may name. */
export interface WordName {
  /** What stands in the tree: `{ field: 'CF_NR' }` or `{ role: 'amount' }`. */
  readonly kind: 'field' | 'role';
  readonly key: string;
  readonly label: string;
  readonly type: FieldType;
}

/** Part of a text: the first character, from 1, and the one behind the last. */
export interface WordPlace {
  readonly at: number;
  readonly to: number;
}
export interface WordProblem extends WordPlace {
  readonly zh: string;
  readonly en: string;
  /** What may stand there instead, best first. */
  readonly instead: readonly string[];
}
export type WordsResult =
  | {
      readonly ok: true;
      readonly tree: unknown;
      /** Where in the text a part of the tree stands, by the path of {@link parseExpression}: `$.and[1].gt[0]`. */
      readonly placeOf: (path: string) => WordPlace;
    }
  | { readonly ok: false; readonly problem: WordProblem };

/** Characters of one condition. */
export const maxWords = 8_000;
const maxNesting = 32;

type Json = Readonly<Record<string, unknown>>;
const isObject = (json: unknown): json is Json => typeof json === 'object' && json !== null && !Array.isArray(json);

const comparisons: Readonly<Record<string, { text: string; date: string; other: string }>> = {
  eq: { text: '为', date: '为', other: '=' },
  ne: { text: '不为', date: '不为', other: '≠' },
  lt: { text: '<', date: '早于', other: '<' },
  le: { text: '≤', date: '不晚于', other: '≤' },
  gt: { text: '>', date: '晚于', other: '>' },
  ge: { text: '≥', date: '不早于', other: '≥' },
};
/** Longer words first: 不为空 before 不为, ≤ written as <= before <. */
const operators: readonly (readonly [string, string])[] = [
  ['不为空', 'notEmpty'],
  ['不为', 'ne'],
  ['不晚于', 'le'],
  ['不早于', 'ge'],
  ['不大于', 'le'],
  ['不小于', 'ge'],
  ['不等于', 'ne'],
  ['为空', 'isEmpty'],
  ['为是', 'truth'],
  ['属于', 'in'],
  ['包含', 'contains'],
  ['开头为', 'startsWith'],
  ['符合格式', 'matches'],
  ['早于', 'lt'],
  ['晚于', 'gt'],
  ['大于', 'gt'],
  ['小于', 'lt'],
  ['等于', 'eq'],
  ['为', 'eq'],
  ['<=', 'le'],
  ['>=', 'ge'],
  ['!=', 'ne'],
  ['<>', 'ne'],
  ['≤', 'le'],
  ['≥', 'ge'],
  ['≠', 'ne'],
  ['<', 'lt'],
  ['＜', 'lt'],
  ['>', 'gt'],
  ['＞', 'gt'],
  ['=', 'eq'],
  ['＝', 'eq'],
];
const functions: Readonly<Record<string, string>> = {
  字数: 'length',
  加日: 'addDays',
  加月: 'addMonths',
  相隔日数: 'daysBetween',
  和: 'add',
  差: 'sub',
  积: 'mul',
  项数: 'count',
};
/** What clerks write for a comparison, and what the language says. */
const comparisonsInstead: readonly (readonly [string, string])[] = [
  ['不超过', '≤'],
  ['不高于', '≤'],
  ['不多于', '≤'],
  ['至多', '≤'],
  ['不低于', '≥'],
  ['不少于', '≥'],
  ['至少', '≥'],
  ['超过', '>'],
  ['高于', '>'],
  ['多于', '>'],
  ['低于', '<'],
  ['少于', '<'],
  ['不足', '<'],
  ['不是', '不为'],
  ['是', '为'],
  ['等同', '为'],
  ['没有填', '为空'],
  ['未填写', '为空'],
  ['未填', '为空'],
  ['已填写', '不为空'],
  ['已填', '不为空'],
  ['必填', '不为空'],
  ['非空', '不为空'],
  ['含有', '包含'],
  ['含', '包含'],
  ['在', '属于'],
  ['以', '开头为'],
];
const nameOfFunction = Object.fromEntries(Object.entries(functions).map(([zh, key]) => [key, zh]));
const typedLiterals: Readonly<Record<string, string>> = { 文字: 'text', 日期: 'date', 数字: 'number' };
const nameOfLiteral = Object.fromEntries(Object.entries(typedLiterals).map(([zh, key]) => [key, zh]));
const reserved = /^(非|全部|任一|今天|该项|恒成立|恒不成立|是|否|参数|\d)/;

/** Labels as they may stand without brackets: said once, of letters and digits only, not like a word of the language. */
class Names {
  readonly #bare = new Map<string, WordName>();
  readonly #bracketed = new Map<string, WordName>();
  readonly #roles = new Map<string, WordName>();
  readonly #byKey = new Map<string, WordName>();
  readonly labels: readonly string[];

  constructor(names: readonly WordName[]) {
    const count = new Map<string, number>();
    for (const name of names) if (name.kind === 'field') count.set(name.label, (count.get(name.label) ?? 0) + 1);
    for (const name of names) {
      this.#byKey.set(`${name.kind} ${name.key}`, name);
      if (name.kind === 'role') {
        this.#roles.set(name.label, name);
        this.#roles.set(name.key, name);
        continue;
      }
      this.#bracketed.set(name.key, name);
      if (count.get(name.label) !== 1) continue;
      if (!this.#bracketed.has(name.label)) this.#bracketed.set(name.label, name);
      if (/^[\p{L}\p{N}_-]{1,60}$/u.test(name.label) && !reserved.test(name.label)) this.#bare.set(name.label, name);
    }
    this.labels = [...this.#bare.keys()].sort((a, b) => b.length - a.length);
  }
  find(kind: 'field' | 'role', key: string): WordName | undefined {
    return this.#byKey.get(`${kind} ${key}`);
  }
  inBrackets(text: string): WordName | undefined {
    return this.#bracketed.get(text);
  }
  role(text: string): WordName | undefined {
    return this.#roles.get(text);
  }
  /** Fields whose labels are written much like it, as they may stand in a condition. */
  near(label: string): string[] {
    const wanted = new Set(label);
    return [...this.#byKey.values()]
      .filter((name) => name.kind === 'field')
      .map((name) => {
        const letters = new Set(name.label);
        const shared = [...letters].filter((letter) => wanted.has(letter)).length;
        return { text: this.say(name), likeness: shared / Math.max(letters.size, wanted.size) };
      })
      .filter(({ likeness }) => likeness >= 0.4)
      .sort((a, b) => b.likeness - a.likeness)
      .slice(0, 3)
      .map(({ text }) => text);
  }
  bare(label: string): WordName | undefined {
    return this.#bare.get(label);
  }
  say(name: WordName): string {
    if (name.kind === 'role') return `〔${this.#roles.get(name.label) === name ? name.label : name.key}〕`;
    if (this.#bare.get(name.label) === name) return name.label;
    return `【${this.#bracketed.get(name.label) === name && !/[【】]/.test(name.label) ? name.label : name.key}】`;
  }
}

/** Words of a condition; what the language has no words for (a tree that is not one) throws RangeError. */
export function sayExpression(tree: unknown, names: readonly WordName[]): string {
  return new Sayer(new Names(names)).test(tree);
}

class Sayer {
  readonly #names: Names;
  constructor(names: Names) {
    this.#names = names;
  }

  test(tree: unknown): string {
    if (tree === true) return '恒成立';
    if (tree === false) return '恒不成立';
    if (!isObject(tree)) throw new RangeError('no condition');
    if (Object.hasOwn(tree, 'if')) return `${this.#inner(tree.if, true)} 时，${this.#inner(tree.then, true)}`;
    const [key, operand] = Object.entries(tree)[0] ?? ['', undefined];
    if (key === 'and' || key === 'or') return this.#terms(key, operand);
    if (key === 'not') return `非（${this.test(operand)}）`;
    if (key === 'isEmpty') return `${this.#value(operand)} 为空`;
    if (key === 'notEmpty') return `${this.#value(operand)} 不为空`;
    if (key === 'field' || key === 'param' || key === 'role') return `${this.#value(tree)} 为是`;
    return this.#pair(key, operand);
  }

  #pair(key: string, operand: unknown): string {
    if (!Array.isArray(operand) || operand.length !== 2) throw new RangeError(`no operands of ${key}`);
    const [left, right] = operand as [unknown, unknown];
    const words = comparisons[key];
    if (words) {
      const type = this.#typeOf(left) ?? this.#typeOf(right);
      const word = type === 'text' ? words.text : type === 'date' ? words.date : words.other;
      return `${this.#value(left)} ${word} ${this.#value(right)}`;
    }
    if (key === 'in') {
      if (!Array.isArray(right)) throw new RangeError('no list');
      return `${this.#value(left)} 属于（${right.map((one) => this.#value(one)).join('、')}）`;
    }
    if (key === 'contains') return `${this.#value(left)} 包含 ${this.#value(right)}`;
    if (key === 'startsWith') return `${this.#value(left)} 开头为 ${this.#value(right)}`;
    if (key === 'matches') return `${this.#value(left)} 符合格式 ${this.#value(right)}`;
    if (key === 'exists') return `${this.#value(left)} 中有一项（${this.test(right)}）`;
    throw new RangeError(`no words for ${key}`);
  }

  #terms(key: 'and' | 'or', operand: unknown): string {
    if (!Array.isArray(operand) || operand.length === 0) throw new RangeError('no terms');
    if (operand.length === 1) return `${key === 'and' ? '全部' : '任一'}（${this.test(operand[0])}）`;
    return operand.map((term) => this.#inner(term, false)).join(key === 'and' ? ' 且 ' : ' 或 ');
  }

  /** In brackets where it would be read otherwise. */
  #inner(tree: unknown, ofIf: boolean): string {
    const words = this.test(tree);
    const many = (key: string) => isObject(tree) && Array.isArray(tree[key]) && tree[key].length > 1;
    const compound = isObject(tree) && (Object.hasOwn(tree, 'if') || (!ofIf && (many('and') || many('or'))));
    return compound ? `（${words}）` : words;
  }

  #typeOf(value: unknown): FieldType | undefined {
    if (!isObject(value)) return undefined;
    if (value.item === true) return 'text';
    if (value.param === 'today' || value.addDays !== undefined || value.addMonths !== undefined) return 'date';
    if (typeof value.field === 'string') return this.#names.find('field', value.field)?.type;
    if (typeof value.role === 'string') return this.#names.find('role', value.role)?.type;
    return undefined;
  }

  #value(value: unknown): string {
    if (typeof value === 'string') return quote(value);
    if (typeof value === 'number') return String(value);
    if (typeof value === 'boolean') return value ? '是' : '否';
    const [key, operand] = isObject(value) ? (Object.entries(value)[0] ?? ['', undefined]) : ['', undefined];
    if (key === 'field' || key === 'role') {
      const name = this.#names.find(key, String(operand));
      return name ? this.#names.say(name) : key === 'field' ? `【${String(operand)}】` : `〔${String(operand)}〕`;
    }
    if (key === 'param') return operand === 'today' ? '今天' : `参数【${String(operand)}】`;
    if (key === 'item') return '该项';
    const literal = nameOfLiteral[key];
    if (literal !== undefined) return `${literal}${quote(String(operand))}`;
    const name = nameOfFunction[key];
    if (name === undefined) throw new RangeError(`no words for ${key}`);
    if (key === 'count' && Array.isArray(operand))
      return `${name}（${this.#value(operand[0])}，${this.test(operand[1])}）`;
    const parts = Array.isArray(operand) ? operand : [operand];
    return `${name}（${parts.map((part) => this.#value(part)).join('，')}）`;
  }
}

const quote = (text: string): string => `“${text.replaceAll('”', '””')}”`;

/** How names are written in conditions: 罚款金额, 【备注】, 〔决定日期〕. */
export function writeNames(names: readonly WordName[]): string[] {
  const all = new Names(names);
  return names.map((name) => all.say(name));
}

/** The tree of a condition in words, or the first thing that is wrong with it and where. */
export function readWords(text: string, names: readonly WordName[]): WordsResult {
  if (text.length > maxWords)
    return {
      ok: false,
      problem: {
        at: maxWords,
        to: text.length + 1,
        zh: `条件超过${maxWords}字`,
        en: `the condition has more than ${maxWords} characters`,
        instead: [],
      },
    };
  try {
    const reader = new WordReader(text, new Names(names));
    const tree = reader.whole();
    return { ok: true, tree, placeOf: (path) => reader.placeOf(tree, path) };
  } catch (error) {
    if (error instanceof WordsError) return { ok: false, problem: error.problem };
    throw error;
  }
}

class WordsError extends Error {
  readonly problem: WordProblem;
  constructor(problem: WordProblem) {
    super(problem.en);
    this.problem = problem;
  }
}

class WordReader {
  readonly #text: string;
  readonly #names: Names;
  /** Where what was read stands: parts that are objects, and operands by their list. */
  readonly #places = new Map<object, WordPlace>();
  readonly #operands = new Map<readonly unknown[], readonly WordPlace[]>();
  #at = 0;
  #depth = 0;

  constructor(text: string, names: Names) {
    this.#text = text;
    this.#names = names;
  }

  whole(): unknown {
    const tree = this.#test();
    this.#blank();
    if (this.#at < this.#text.length)
      this.#fail(`“${this.#rest()}”多余或无法识别`, `“${this.#rest()}” is not understood`);
    return tree;
  }

  /** The smallest part of the text that holds what the path names. */
  placeOf(tree: unknown, path: string): WordPlace {
    let node = tree;
    let place: WordPlace = { at: 1, to: this.#text.length + 1 };
    for (const step of path.matchAll(/\.([A-Za-z]+)|\[(\d+)\]/g)) {
      const key = step[1] ?? step[2] ?? '';
      if (Array.isArray(node)) place = this.#operands.get(node)?.[Number(key)] ?? place;
      node = Array.isArray(node) ? node[Number(key)] : isObject(node) ? node[key] : undefined;
      if (typeof node === 'object' && node !== null) place = this.#places.get(node) ?? place;
    }
    return place;
  }

  /** Reads with `read` and remembers where it stood. */
  #placed<T>(read: () => T): T {
    return this.#withPlace(read).value;
  }
  #withPlace<T>(read: () => T): { value: T; place: WordPlace } {
    this.#blank();
    const from = this.#at;
    const value = read();
    const place = { at: from + 1, to: this.#at + 1 };
    if (typeof value === 'object' && value !== null && !this.#places.has(value)) this.#places.set(value, place);
    return { value, place };
  }

  #fail(zh: string, en: string, length = 1, instead: readonly string[] = []): never {
    const at = this.#at + 1;
    throw new WordsError({ at, to: at + Math.max(length, 1), zh, en, instead });
  }
  #rest(): string {
    return this.#text.slice(this.#at, this.#at + 20);
  }
  #blank(): void {
    while (/\s|\u3000/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }
  /** Takes one of the words, if the text goes on with it. */
  #take(...words: readonly string[]): string | undefined {
    this.#blank();
    const found = words.find((word) => this.#text.startsWith(word, this.#at));
    if (found !== undefined) this.#at += found.length;
    return found;
  }
  #open(): void {
    if (this.#take('（', '(') === undefined) this.#fail('此处应为左括号“（”', 'a bracket “（” is missing here');
  }
  #close(): void {
    if (this.#take('）', ')') === undefined) this.#fail('缺少右括号“）”', 'a bracket “）” is missing');
  }

  #test(): unknown {
    return this.#placed(() => this.#readTest());
  }
  #readTest(): unknown {
    if (++this.#depth > maxNesting) this.#fail(`括号超过${maxNesting}层`, `nested more than ${maxNesting} levels`);
    const first = this.#joined();
    const when = this.#takeWhen();
    // An object literal with `then` would look like a promise to the linter.
    const tree = when
      ? Object.fromEntries([
          ['if', first],
          ['then', this.#joined()],
        ])
      : first;
    this.#depth -= 1;
    return tree;
  }

  /** 时，: the comma may be left out. */
  #takeWhen(): boolean {
    if (this.#take('时') === undefined) return false;
    this.#take('，', ',');
    return true;
  }

  #joined(): unknown {
    const terms = [this.#term()];
    let joiner: string | undefined;
    for (;;) {
      const found = this.#take('并且', '且', '或者', '或');
      if (found === undefined) break;
      const kind = found.includes('且') ? 'and' : 'or';
      if (joiner !== undefined && joiner !== kind)
        this.#fail(
          '“且”和“或”混用，请用括号标明先后，如“（甲 或 乙）且 丙”',
          '且 and 或 are mixed; say by brackets what belongs together',
        );
      joiner = kind;
      terms.push(this.#term());
    }
    return joiner === undefined ? terms[0] : { [joiner]: terms };
  }

  #term(): unknown {
    return this.#placed(() => this.#readTerm());
  }
  #readTerm(): unknown {
    if (this.#take('恒成立') !== undefined) return true;
    if (this.#take('恒不成立') !== undefined) return false;
    for (const [word, key] of [
      ['非', 'not'],
      ['全部', 'and'],
      ['任一', 'or'],
    ] as const) {
      const before = this.#at;
      if (this.#take(word) === undefined) continue;
      if (this.#take('（', '(') === undefined) {
        this.#at = before;
        continue;
      }
      const inner = this.#test();
      this.#close();
      return key === 'not' ? { not: inner } : { [key]: [inner] };
    }
    if (this.#take('（', '(') !== undefined) {
      const inner = this.#test();
      this.#close();
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): unknown {
    const { value: left, place } = this.#withPlace(() => this.#value(true));
    this.#blank();
    const before = this.#at;
    if (this.#take('中有一项') !== undefined) {
      this.#open();
      const where = this.#test();
      this.#close();
      return { exists: [left, where] };
    }
    const found = operators.find(([word]) => this.#text.startsWith(word, this.#at));
    if (!found) return this.#noComparison();
    const [word, key] = found;
    this.#at = before + word.length;
    if (key === 'isEmpty' || key === 'notEmpty') return { [key]: left };
    if (key === 'truth') return left;
    const right = this.#withPlace(() => (key === 'in' ? this.#list() : this.#value(false)));
    const pair = [left, right.value];
    this.#operands.set(pair, [place, right.place]);
    return { [key]: pair };
  }

  #noComparison(): never {
    const usual = '为、不为、为空、不为空、属于、包含、开头为、符合格式、>、≥、<、≤、早于、晚于、不早于、不晚于';
    const written = this.#rest();
    if (written.startsWith('不包含') || written.startsWith('不含') || written.startsWith('不属于'))
      this.#fail(
        `没有“${written.slice(0, 3)}”这种写法，请写成“非（… 包含 …）”或“非（… 属于（…））”`,
        `there is no “${written.slice(0, 3)}”; write 非（… 包含 …） or 非（… 属于（…））`,
        3,
      );
    const [near, instead] = comparisonsInstead.find(([word]) => written.startsWith(word)) ?? [];
    if (near !== undefined && instead !== undefined)
      this.#fail(
        `“${near}”不是比较方式，请写成“${instead}”`,
        `“${near}” is no comparison; write ${instead}`,
        near.length,
        [instead],
      );
    if (written.trim() === '')
      this.#fail(`此处缺少比较方式，可用：${usual}`, `a comparison is missing here; use ${usual}`, 1, [
        '为',
        '不为空',
        '>',
      ]);
    this.#fail(
      `“${written}”不是比较方式，可用：${usual}`,
      `“${written}” is no comparison; use ${usual}`,
      /^\S+/.exec(written)?.[0].length ?? 1,
    );
  }

  #list(): unknown[] {
    this.#open();
    const read = [this.#withPlace(() => this.#value(false))];
    while (this.#take('、', '，', ',') !== undefined) read.push(this.#withPlace(() => this.#value(false)));
    this.#close();
    const list = read.map(({ value }) => value);
    this.#operands.set(
      list,
      read.map(({ place }) => place),
    );
    return list;
  }

  /** @param named only names and operations are meant here: a bare word is a field that is not known */
  #value(named: boolean): unknown {
    this.#blank();
    if (this.#take('今天') !== undefined) return { param: 'today' };
    if (this.#take('该项') !== undefined) return { item: true };
    const char = this.#text[this.#at];
    if (char === '“' || char === '"') return this.#quoted();
    if (char === '【') return this.#bracketed();
    if (char === '〔') return this.#role();
    const operation = this.#operation();
    if (operation !== undefined) return operation;
    const label = this.#names.labels.find((one) => this.#text.startsWith(one, this.#at));
    const name = label === undefined ? undefined : this.#names.bare(label);
    if (label !== undefined && name) {
      this.#at += label.length;
      return { field: name.key };
    }
    return this.#bareLiteral(named);
  }

  #bracketed(): unknown {
    const end = this.#text.indexOf('】', this.#at);
    if (end < 0) this.#fail('缺少“】”', '“】” is missing');
    const label = this.#text.slice(this.#at + 1, end).trim();
    const name = this.#names.inBrackets(label);
    if (!name) this.#unknownField(label);
    this.#at = end + 1;
    return { field: name?.key };
  }

  #role(): unknown {
    const end = this.#text.indexOf('〕', this.#at);
    if (end < 0) this.#fail('缺少“〕”', '“〕” is missing');
    const label = this.#text.slice(this.#at + 1, end).trim();
    const name = this.#names.role(label);
    if (!name) this.#fail(`没有名为“〔${label}〕”的通用项`, `there is no common item “〔${label}〕”`);
    this.#at = end + 1;
    return { role: name?.key };
  }

  #unknownField(label: string): never {
    const near = this.#names.near(label);
    const hint = near.length > 0 ? `；相近的字段：${near.join('、')}` : '';
    return this.#fail(
      `没有名为“${label}”的字段${hint}`,
      `there is no field “${label}”${near.length > 0 ? `; similar: ${near.join(', ')}` : ''}`,
      this.#text[this.#at] === '【' ? label.length + 2 : label.length,
      near,
    );
  }

  #operation(): unknown {
    const before = this.#at;
    for (const [word, key] of Object.entries(typedLiterals)) {
      if (this.#take(word) === undefined) continue;
      if (this.#text[this.#at] === '“') return { [key]: this.#quoted() };
      this.#at = before;
    }
    if (this.#take('参数【') !== undefined) {
      const end = this.#text.indexOf('】', this.#at);
      if (end < 0) this.#fail('缺少“】”', '“】” is missing');
      const name = this.#text.slice(this.#at, end);
      this.#at = end + 1;
      return { param: name };
    }
    for (const [word, key] of Object.entries(functions)) {
      if (this.#take(word) === undefined) continue;
      if (this.#take('（', '(') === undefined) {
        this.#at = before;
        continue;
      }
      const parts: unknown[] = [this.#value(key !== 'addDays' && key !== 'addMonths')];
      while (this.#take('，', ',') !== undefined) parts.push(key === 'count' ? this.#test() : this.#value(false));
      this.#close();
      return { [key]: parts.length === 1 ? parts[0] : parts };
    }
    return undefined;
  }

  #quoted(): string {
    const close = this.#text[this.#at] === '"' ? '"' : '”';
    let at = this.#at + 1;
    let out = '';
    for (;;) {
      const end = this.#text.indexOf(close, at);
      if (end < 0) return this.#fail(`缺少引号“${close}”`, `the quotation mark ${close} is missing`);
      out += this.#text.slice(at, end);
      if (this.#text[end + 1] !== close) {
        this.#at = end + 1;
        return out;
      }
      out += close;
      at = end + 2;
    }
  }

  /** 是, 否, numbers, days, and values written without quotation marks up to the next blank or bracket. */
  #bareLiteral(named: boolean): unknown {
    const match = /^[^\s\u3000（）()，,、“”"【】〔〕]+/.exec(this.#text.slice(this.#at, this.#at + 200));
    let word = match?.[0] ?? '';
    if (word === '') return this.#fail('此处缺少字段或值', 'a field or value is missing here');
    if (/^-?\d+(\.\d+)?$/.test(word) && String(Number(word)) === word) {
      this.#at += word.length;
      return Number(word);
    }
    if (named) {
      const label = word.split(/[<>=≤≥≠＜＞＝]|不?为|包含|属于|[早晚]于/)[0] ?? word;
      return this.#unknownField(label === '' ? word : label);
    }
    if (word.endsWith('时') && /^\s*[，,]/.test(this.#text.slice(this.#at + word.length))) word = word.slice(0, -1);
    this.#at += word.length;
    return word === '是' ? true : word === '否' ? false : word;
  }
}
