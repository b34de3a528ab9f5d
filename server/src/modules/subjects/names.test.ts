import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pinyin } from 'pinyin-pro';
import {
  characterPairs,
  codeFragmentToken,
  codeTokens,
  initialPairs,
  nameInitials,
  nameTokens,
  normaliseName,
} from './names.ts';

const han = fc.integer({ min: 0x4e00, max: 0x9fa5 }).map((code) => String.fromCodePoint(code));
const rare = fc.integer({ min: 0x20000, max: 0x2a6df }).map((code) => String.fromCodePoint(code));
const latin = fc.constantFrom(...'abcXYZ089&-.·（）()【】 　Ａｂ１，“”'.split(''));
const nameText = fc
  .array(fc.oneof({ weight: 6, arbitrary: han }, rare, latin), { maxLength: 40 })
  .map((parts) => parts.join(''));

test('spellings of one name become equal', () => {
  const same = [
    [
      '腾讯科技(深圳)有限公司',
      '腾讯科技（深圳）有限公司',
      ' 腾讯科技 ( 深圳 ) 有限公司\u3000',
      '腾讯科技【深圳】有限公司',
      '腾讯科技﹙深圳﹚有限公司',
    ],
    ['A1超市', 'Ａ１超市', 'a1 超市', 'ａ1超市\u200b'],
    ['阿里•巴巴商行', '阿里·巴巴商行', '阿里・巴巴商行'],
    ['示范市“海晏”食品厂', '示范市海晏食品厂', '示范市「海晏」食品廠'],
  ];
  for (const spellings of same) assert.equal(new Set(spellings.map(normaliseName)).size, 1, spellings.join(' '));
  assert.notEqual(normaliseName('翰林'), normaliseName('瀚林'));
  assert.equal(normaliseName('淄博喆淼堃商行'), '淄博喆淼堃商行');
  assert.equal(normaliseName('a\u0000b\ud800c'), 'ABC');
});

test('normalisation is idempotent, well formed and never throws', () => {
  fc.assert(
    fc.property(
      fc.oneof(nameText, fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ unit: 'grapheme' })),
      (raw) => {
        const once = normaliseName(raw);
        assert.equal(normaliseName(once), once);
        assert.ok(once.isWellFormed());
        assert.doesNotMatch(once, /[\sa-z()]|\p{Cc}/u);
      },
    ),
    { numRuns: 2000 },
  );
});

test('a part of two characters or more of a name has only tokens that the name has', () => {
  fc.assert(
    fc.property(nameText, fc.nat(), fc.integer({ min: 2, max: 10 }), (raw, start, length) => {
      const name = normaliseName(raw);
      const characters = [...name];
      fc.pre(characters.length >= 2);
      const from = start % (characters.length - 1);
      const part = characters.slice(from, from + length).join('');
      const tokens = new Set(nameTokens(name));
      for (const pair of characterPairs(part)) assert.ok(tokens.has(pair));
      const initials = nameInitials(name);
      const some = initials.slice(from % Math.max(1, initials.length), length);
      for (const pair of initialPairs(some)) assert.ok(tokens.has(pair));
      assert.equal(tokens.size, nameTokens(name).length);
    }),
  );
});

test('a name of one character is its own token, the empty one has none', () => {
  assert.deepEqual(nameTokens('龘'), ['龘']);
  assert.deepEqual(nameTokens(''), []);
  assert.deepEqual(nameTokens('𠮷野'), ['𠮷野']);
});

test('initials follow pinyin-pro, polyphones by their word', () => {
  assert.equal(nameInitials('示范市启明建筑工程有限公司'), 'sfsqmjzgcyxgs');
  assert.equal(nameInitials('重庆银行'), 'cqyh');
  assert.equal(nameInitials('厦门A1长安'), 'xma1ca');
  fc.assert(
    fc.property(fc.array(han, { minLength: 1, maxLength: 7 }), (parts) => {
      const name = parts.join('');
      const expected = pinyin(name, { pattern: 'first', toneType: 'none', type: 'array' });
      // Characters without a reading are left out by us and kept by pinyin-pro.
      fc.pre(expected.every((letter) => /^[a-z]$/.test(letter)));
      fc.pre(nameInitials(name).length === parts.length);
      const ours = nameInitials(name);
      for (let at = 0; at < parts.length; at++) {
        const readings = pinyin(parts[at] ?? '', { multiple: true, toneType: 'none', type: 'array' });
        assert.ok(readings.some((reading) => reading.normalize('NFD').startsWith(ours[at] ?? '')));
      }
    }),
  );
});

test('a fragment of a code that reaches four characters into its body ends in a token of the code', () => {
  const code = '9144030071526726XG';
  const tokens = new Set(codeTokens(code));
  for (let from = 0; from < 18; from++) {
    for (let to = Math.max(from + 4, 12); to <= 18; to++)
      assert.ok(tokens.has(codeFragmentToken(code.slice(from, to))));
  }
});
