/** Random expressions and rows for the property tests; no test of its own. */
import fc from 'fast-check';
import { addDays, formatMicro } from './index.ts';
import type { FieldTypes } from './parse.ts';
import { parsePattern } from './pattern.ts';
import type { Value } from './types.ts';

export const fields: FieldTypes = {
  t1: 'text',
  t2: 'text',
  n1: 'number',
  n2: 'number',
  d1: 'date',
  d2: 'date',
  b1: 'boolean',
  l1: 'textList',
  l2: 'textList',
};
export const params: FieldTypes = { word: 'text', limit: 'number', flag: 'boolean', codes: 'textList' };

/** Blanks, a line end, full width, a character beyond the first plane and one that sorts between it and UTF-16. */
const units = [
  'a',
  'b',
  'Z',
  '0',
  '9',
  '-',
  '.',
  ' ',
  '\n',
  '%',
  '_',
  '\\',
  "'",
  '中',
  '罚',
  '％',
  '𠮷',
  '\ufb00',
] as const;
export const texts = fc.string({ unit: fc.constantFrom(...units), maxLength: 4 });
const filledTexts = texts.filter((text) => text !== '');
export const dates = fc.oneof(
  fc.constantFrom('0001-01-01', '9999-12-31', '2024-02-29', '2023-02-28', '2024-01-31', '2023-12-31', '2099-12-31'),
  fc.integer({ min: -40_000, max: 40_000 }).map((n) => addDays('2000-02-29', n) ?? '2000-02-29'),
);
const micros = fc.oneof(
  fc.integer({ min: -3, max: 3 }).map((n) => BigInt(n) * 500_000n),
  fc.integer({ min: -2_000_000, max: 2_000_000 }).map(BigInt),
  fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
);

export type TestRow = Record<string, Value>;
const lists = fc.option(fc.array(texts, { maxLength: 3 }));
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 4 });

export const rows: fc.Arbitrary<TestRow> = fc.record({
  t1: optional(texts),
  t2: optional(texts),
  n1: optional(micros),
  n2: optional(micros),
  d1: optional(dates),
  d2: optional(dates),
  b1: optional(fc.boolean()),
  l1: lists,
  l2: lists,
});
const wholeDays = fc.integer({ min: -40_000, max: 40_000 });
export const parameters: fc.Arbitrary<TestRow> = fc.record({
  today: optional(dates),
  word: optional(texts),
  limit: optional(
    fc.oneof(
      micros,
      wholeDays.map((n) => BigInt(n) * 1_000_000n),
    ),
  ),
  flag: optional(fc.boolean()),
  codes: lists,
});

const atoms = [
  'a',
  'Z',
  '0',
  '中',
  '𠮷',
  '.',
  '[a-z0-9]',
  '[^a]',
  '[^中𠮷]',
  '\\d',
  '\\.',
  '[一-龥]',
  '[\\-\\]\\^\\[]',
  ' ',
  '%',
  '-',
];
const quantifiers = ['', '', '?', '{1,2}', '{2}', '{0,3}'];
const pieces = fc.tuple(fc.constantFrom(...atoms), fc.constantFrom(...quantifiers)).map((parts) => parts.join(''));
const branches = fc.array(pieces, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
const groups = fc
  .tuple(
    fc.array(branches, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('(', '(?:'),
    fc.constantFrom(...quantifiers),
  )
  .map(([inner, open, quantifier]) => `${open}${inner.join('|')})${quantifier}`);
const wholes = fc.array(fc.oneof(branches, groups), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
export const patterns = fc
  .tuple(fc.constantFrom('', '^'), wholes, fc.constantFrom('', '$'), fc.option(wholes, { freq: 3 }))
  .map(([start, body, end, other]) => `${start}${body}${end}${other === null ? '' : `|${other}`}`)
  .filter((pattern) => parsePattern(pattern).ok);

type Json = unknown;

/** `{if, then}`; an object literal with `then` would look like a promise to the linter. */
export const implies = (condition: Json, consequence: Json): Json =>
  Object.fromEntries([
    ['if', condition],
    ['then', consequence],
  ]);

const one = (key: string) => (operand: Json) => ({ [key]: operand });
const field = (...names: string[]) => fc.constantFrom(...names).map(one('field'));

/** Expressions as JSON. With `item`, `{item: true}` may occur and lists may not. */
export const expressions: fc.Arbitrary<Json> = fc.letrec<Record<string, Json>>((tie) => {
  const text = (item: boolean) =>
    fc.oneof(
      field('t1', 't2'),
      filledTexts.map(one('text')),
      fc.constant({ param: 'word' }),
      ...(item ? [fc.constant({ item: true }), fc.constant({ item: true })] : []),
    );
  const list = fc.oneof(field('l1', 'l2'), fc.constant({ param: 'codes' }));
  const amount = (max: number) => fc.oneof(fc.integer({ min: -max, max }), fc.constant({ param: 'limit' }));
  const day = fc.oneof(field('d1', 'd2'), dates.map(one('date')), fc.constant({ param: 'today' }));
  const shifted = fc.oneof(
    fc.tuple(day, amount(40_000)).map(one('addDays')),
    fc.tuple(day, amount(1_200)).map(one('addMonths')),
    fc.tuple(fc.tuple(day, amount(30)).map(one('addMonths')), amount(400)).map(one('addDays')),
  );
  const date = fc.oneof(day, shifted);
  const plainNumber = (item: boolean) =>
    fc.oneof(
      field('n1', 'n2'),
      micros.map((m) => ({ number: formatMicro(m) })),
      fc.integer({ min: -3, max: 3 }),
      fc.constant({ param: 'limit' }),
      text(item).map(one('length')),
      fc.tuple(date, date).map(one('daysBetween')),
      ...(item ? [] : [list.map(one('count')), fc.tuple(list, tie('perItem')).map(one('count'))]),
    );
  const number = (item: boolean) =>
    fc.oneof(
      plainNumber(item),
      fc
        .tuple(fc.constantFrom('add', 'sub', 'mul'), plainNumber(item), plainNumber(item))
        .map(([op, a, b]) => ({ [op]: [a, b] })),
    );
  const order = fc.constantFrom('eq', 'ne', 'lt', 'le', 'gt', 'ge');
  const leaf = (item: boolean) =>
    fc.oneof(
      fc.boolean(),
      fc.constantFrom<Json>(
        { field: 'b1' },
        { param: 'flag' },
        { eq: [{ field: 'b1' }, false] },
        { isEmpty: { field: 'b1' } },
      ),
      fc.tuple(order, text(item), text(item)).map(([op, a, b]) => ({ [op]: [a, b] })),
      fc.tuple(order, number(item), number(item)).map(([op, a, b]) => ({ [op]: [a, b] })),
      fc.tuple(order, date, date).map(([op, a, b]) => ({ [op]: [a, b] })),
      fc.tuple(text(item), fc.array(filledTexts, { minLength: 1, maxLength: 4 })).map(one('in')),
      fc.tuple(date, fc.array(dates, { minLength: 1, maxLength: 4 })).map(one('in')),
      fc.tuple(number(item), fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1 })).map(one('in')),
      fc.tuple(fc.oneof(text(item), list), text(item)).map(one('contains')),
      fc.tuple(text(item), text(item)).map(one('startsWith')),
      fc.tuple(text(item), patterns).map(one('matches')),
      fc
        .tuple(fc.constantFrom('isEmpty', 'notEmpty'), fc.oneof(text(item), number(item), date, list))
        .map(([op, of]) => ({ [op]: of })),
    );
  const tree = (name: string, item: boolean) =>
    fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf(item),
      fc
        .tuple(fc.constantFrom('and', 'or'), fc.array(tie(name), { minLength: 1, maxLength: 3 }))
        .map(([op, terms]) => ({ [op]: terms })),
      tie(name).map(one('not')),
      fc.tuple(tie(name), tie(name)).map(([a, b]) => implies(a, b)),
      ...(item ? [] : [fc.tuple(list, tie('perItem')).map(one('exists'))]),
    );
  return { perItem: tree('perItem', true), root: tree('root', false) };
}).root as fc.Arbitrary<Json>;
