import { isStorable } from './text.ts';

/**
 * The regular expressions of `matches`: literals, `.`, classes, `\d` (= [0-9]), groups, `|`, `^`, `$`, `?`, `{m}` and
 * `{m,n}`. Parsed here and written anew for each engine, because `\d`, `.` and escapes differ between them.
 */
type Range = readonly [from: number, to: number];
type PatternNode =
  | { readonly kind: 'char'; readonly code: number }
  | { readonly kind: 'any' }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'class'; readonly negated: boolean; readonly ranges: readonly Range[] }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly branches: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly of: PatternNode; readonly min: number; readonly max: number };

export type Pattern = { readonly root: PatternNode };
export type PatternProblem = { readonly zh: string; readonly en: string };

/** Longest pattern, in UTF-16 units. */
export const maxPatternLength = 500;
/** PostgreSQL's bound on a repetition (RE_DUP_MAX). */
const maxRepeat = 255;
/** Characters of the pattern with its repetitions written out. */
const maxSize = 2_000;
/** Ways to match from one place; it bounds the backtracking of JavaScript's engine. */
const maxWays = 10_000;

class PatternSyntaxError extends Error {
  readonly problem: PatternProblem;
  constructor(zh: string, en: string) {
    super(en);
    this.problem = { zh, en };
  }
}

const fail = (zh: string, en: string): never => {
  throw new PatternSyntaxError(zh, en);
};

/** Parses a pattern, or says what in it is not allowed. */
export function parsePattern(
  source: string,
): { readonly ok: true; readonly pattern: Pattern } | { readonly ok: false; readonly problem: PatternProblem } {
  try {
    if (source === '' || source.length > maxPatternLength || !isStorable(source)) {
      fail(`格式须为1至${maxPatternLength}个字符`, `a pattern has 1 to ${maxPatternLength} characters`);
    }
    const root = new PatternParser([...source]).parse();
    if (sizeOf(root) > maxSize) fail('格式中的重复次数合计过多', 'the repetitions of the pattern add up to too much');
    if (waysOf(root) > maxWays) {
      fail('格式的可选组合过多，请写得更明确', 'the pattern can match in too many ways; make it more definite');
    }
    return { ok: true, pattern: { root } };
  } catch (error) {
    if (error instanceof PatternSyntaxError) return { ok: false, problem: error.problem };
    throw error;
  }
}

const digits: Range = [48, 57];
const maxNesting = 20;

class PatternParser {
  readonly #characters: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(characters: readonly string[]) {
    this.#characters = characters;
  }

  parse(): PatternNode {
    const root = this.#choice();
    if (this.#at < this.#characters.length) fail('多余的“)”', 'a “)” without its “(”');
    return root;
  }

  #peek(): string {
    return this.#characters[this.#at] ?? '';
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  #choice(): PatternNode {
    if (++this.#depth > maxNesting) fail('括号嵌套过深', 'groups are nested too deep');
    const branches = [this.#sequence()];
    while (this.#take('|')) branches.push(this.#sequence());
    this.#depth--;
    return branches.length === 1 ? (branches[0] as PatternNode) : { kind: 'choice', branches };
  }

  #sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (this.#at < this.#characters.length && this.#peek() !== '|' && this.#peek() !== ')') {
      if (this.#take('^')) parts.push({ kind: 'start' });
      else if (this.#take('$')) parts.push({ kind: 'end' });
      else parts.push(this.#quantified(this.#atom()));
    }
    if (parts.length === 0) fail('“|”或括号的一侧为空', 'one side of “|” or a group is empty');
    return parts.length === 1 ? (parts[0] as PatternNode) : { kind: 'sequence', parts };
  }

  #atom(): PatternNode {
    const character = this.#peek();
    this.#at++;
    if (character === '(') {
      if (this.#take('?') && !this.#take(':')) fail('不支持“(?…)”写法', '“(?…)” is not supported');
      const inner = this.#choice();
      if (!this.#take(')')) fail('缺少“)”', 'a “)” is missing');
      return inner.kind === 'sequence' ? inner : { kind: 'sequence', parts: [inner] };
    }
    if (character === '[') return this.#class();
    if (character === '.') return { kind: 'any' };
    if (character === '\\') {
      const escaped = this.#escape();
      return typeof escaped === 'number'
        ? { kind: 'char', code: escaped }
        : { kind: 'class', negated: false, ranges: [escaped] };
    }
    if ('*+?{}]'.includes(character)) {
      fail(`“${character}”须写成“\\${character}”，重复请用 {m,n}`, `write “\\${character}”; to repeat use {m,n}`);
    }
    return { kind: 'char', code: character.codePointAt(0) ?? 0 };
  }

  #escape(): number | Range {
    const character = this.#peek();
    this.#at++;
    if (character === 'd') return digits;
    if (!/^[!-/:-@[-`{-~ ]$/.test(character)) {
      fail(
        `不支持“\\${character}”，请写出字符类，如 [A-Za-z]`,
        `“\\${character}” is not supported; write the class, as [A-Za-z]`,
      );
    }
    return character.charCodeAt(0);
  }

  #class(): PatternNode {
    const negated = this.#take('^');
    const ranges: Range[] = [];
    while (!this.#take(']')) {
      const from = this.#classItem();
      if (typeof from !== 'number' || this.#peek() !== '-' || this.#characters[this.#at + 1] === ']') {
        ranges.push(typeof from === 'number' ? [from, from] : from);
        continue;
      }
      this.#at++;
      const to = this.#classItem();
      if (typeof to !== 'number' || to < from) fail('字符类中的范围颠倒', 'a range in a class is reversed');
      else ranges.push([from, to]);
    }
    if (ranges.length === 0) fail('字符类为空', 'a class is empty');
    return { kind: 'class', negated, ranges };
  }

  #classItem(): number | Range {
    const character = this.#peek();
    if (character === '') fail('缺少“]”', 'a “]” is missing');
    this.#at++;
    if (character === '\\') return this.#escape();
    if (character === '[' || character === '^') {
      fail(`字符类中的“${character}”须写成“\\${character}”`, `in a class write “\\${character}”`);
    }
    return character.codePointAt(0) ?? 0;
  }

  #quantified(of: PatternNode): PatternNode {
    if (this.#peek() === '*' || this.#peek() === '+') {
      fail('重复须有上限，请用 {m,n}', 'repetitions need a limit; use {m,n}');
    }
    let min = 0;
    let max = 1;
    if (this.#take('{')) {
      const close = this.#characters.indexOf('}', this.#at);
      const bounds = /^([0-9]{1,3})(?:,([0-9]{1,3}))?$/.exec(this.#characters.slice(this.#at, close).join(''));
      if (close < 0 || bounds === null) fail('重复须写成 {m} 或 {m,n}', 'write repetitions as {m} or {m,n}');
      min = Number(bounds?.[1]);
      max = Number(bounds?.[2] ?? bounds?.[1]);
      this.#at = close + 1;
      if (max < min || max < 1 || max > maxRepeat) {
        fail(`重复次数须在1至${maxRepeat}之间且不颠倒`, `repetitions lie within 1 to ${maxRepeat}, in order`);
      }
    } else if (!this.#take('?')) {
      return of;
    }
    if ('*+?{'.includes(this.#peek() || ' ')) fail('重复之后不能再重复', 'a repetition cannot be repeated');
    if (hasAnchor(of)) fail('含 ^ 或 $ 的括号不能重复', 'a group with ^ or $ cannot be repeated');
    return { kind: 'repeat', of, min, max };
  }
}

const hasAnchor = (node: PatternNode): boolean => {
  if (node.kind === 'start' || node.kind === 'end') return true;
  if (node.kind === 'sequence') return node.parts.some(hasAnchor);
  if (node.kind === 'choice') return node.branches.some(hasAnchor);
  return node.kind === 'repeat' && hasAnchor(node.of);
};

function sizeOf(node: PatternNode): number {
  if (node.kind === 'sequence') return node.parts.reduce((sum, part) => sum + sizeOf(part), 0);
  if (node.kind === 'choice') return node.branches.reduce((sum, part) => sum + sizeOf(part), 0);
  return node.kind === 'repeat' ? sizeOf(node.of) * node.max : 1;
}

function waysOf(node: PatternNode): number {
  if (node.kind === 'sequence') return node.parts.reduce((product, part) => product * waysOf(part), 1);
  if (node.kind === 'choice') return node.branches.reduce((sum, part) => sum + waysOf(part), 0);
  if (node.kind !== 'repeat') return 1;
  const each = waysOf(node.of);
  let ways = 0;
  for (let n = node.min; n <= node.max; n++) ways += each ** n;
  return ways;
}

type Write = (code: number) => string;

const plain = (code: number): boolean =>
  code > 0x7f || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

function write(node: PatternNode, character: Write): string {
  switch (node.kind) {
    case 'char':
      return character(node.code);
    case 'any':
      return '.';
    case 'start':
      return '^';
    case 'end':
      return '$';
    case 'class': {
      const ranges = node.ranges.map(([a, b]) => (a === b ? character(a) : `${character(a)}-${character(b)}`));
      return `[${node.negated ? '^' : ''}${ranges.join('')}]`;
    }
    case 'sequence':
      return node.parts
        .map((part) => (part.kind === 'choice' ? group(part, character) : write(part, character)))
        .join('');
    case 'choice':
      return node.branches.map((branch) => write(branch, character)).join('|');
    case 'repeat': {
      const single = node.of.kind === 'char' || node.of.kind === 'any' || node.of.kind === 'class';
      return `${single ? write(node.of, character) : group(node.of, character)}{${node.min},${node.max}}`;
    }
  }
}

const group = (node: PatternNode, character: Write): string => `(?:${write(node, character)})`;

const escapeWith =
  (prefix: string, width: number, suffix: string): Write =>
  (code) =>
    plain(code) ? String.fromCodePoint(code) : prefix + code.toString(16).padStart(width, '0') + suffix;

/**
 * As a JavaScript expression: flag v for code points, s because `.` matches line ends in PostgreSQL too. Not flag u: the
 * V8 of Node 26 then fails to find `[^a]$` in a text that ends beyond the first plane.
 */
export const patternToRegExp = (pattern: Pattern): RegExp =>
  new RegExp(write(pattern.root, escapeWith('\\u{', 1, '}')), 'vs');

/** As a PostgreSQL advanced regular expression for `~`. */
export const patternToPostgres = (pattern: Pattern): string => write(pattern.root, escapeWith('\\u', 4, ''));

/** As an RE2 expression for DuckDB's regexp_matches with option s. */
export const patternToRe2 = (pattern: Pattern): string => write(pattern.root, escapeWith('\\x{', 1, '}'));
