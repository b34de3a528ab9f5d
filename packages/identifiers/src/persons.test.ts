import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  computeCitizenCheck,
  isMinorOn,
  looksLikePersonIdentifier,
  maskPersonName,
  parseCitizenId,
  parsePersonDocument,
  parseUnifiedCode,
} from './index.ts';

/** Specimens printed in GB 11643-1999. */
const specimens = ['11010519491231002X', '440524188001010014'] as const;

test('specimens of the standard pass', () => {
  const births = specimens.map((number) => {
    const result = parseCitizenId(number);
    return result.ok ? result.birthOn : result.reason;
  });
  assert.deepEqual(births, ['1949-12-31', '1880-01-01']);
  const typed = parseCitizenId(' 110105 19491231 002x ');
  assert.ok(typed.ok && typed.number === specimens[0] && typed.normalised);
});

test('15-digit numbers become 18', () => {
  const result = parseCitizenId('110105491231002');
  assert.ok(result.ok);
  assert.equal(result.number, specimens[0]);
  assert.equal(result.warnings.length, 1);
});

test('refusals name the part and never quote the number', () => {
  const cases: [string, string][] = [
    ['', 'missing'],
    ['1101051949123100', 'length'],
    ['11010519491231002A', 'charset'],
    ['99010519491231002X', 'region'],
    ['11010519490231002X', 'birthDate'],
    ['110105194912310021', 'check'],
  ];
  for (const [raw, reason] of cases) {
    const result = parseCitizenId(raw);
    assert.ok(!result.ok, raw);
    assert.equal(result.reason, reason);
    for (const found of result.issues) assert.doesNotMatch(found.zh + found.en, /\d{6}/);
  }
  const later = parseCitizenId(specimens[0], { today: '1949-12-30' });
  assert.ok(!later.ok && later.reason === 'birthDate');
});

test('minor until the day after the eighteenth birthday', () => {
  assert.equal(isMinorOn('2008-06-15', '2026-06-14'), true);
  assert.equal(isMinorOn('2008-06-15', '2026-06-15'), true);
  assert.equal(isMinorOn('2008-06-15', '2026-06-16'), false);
  assert.equal(isMinorOn('2008-02-29', '2026-02-28'), true);
  assert.equal(isMinorOn('2008-02-29', '2026-03-01'), false);
});

test('property: any substitution in a citizen number is refused', () => {
  const digit = fc.constantFrom(...'0123456789');
  fc.assert(
    fc.property(fc.string({ unit: digit, minLength: 3, maxLength: 3 }), fc.nat(16), digit, (sequence, at, d) => {
      const first17 = `11010519491231${sequence}`;
      const number = first17 + computeCitizenCheck(first17);
      assert.ok(parseCitizenId(number).ok);
      fc.pre(number.charAt(at) !== d);
      assert.ok(!parseCitizenId(number.slice(0, at) + d + number.slice(at + 1)).ok);
    }),
  );
});

/** A permanent resident number from its first seventeen; province and nationality are impossible ones. */
const resident = (first17: string): string => first17 + computeCitizenCheck(first17);

test('documents by type', () => {
  const good: [string, string][] = [
    ['身份证', specimens[0]],
    ['护照号', 'E12345678'],
    ['护照号', 'EA1234567'],
    ['护照号', 'G12345678'],
    ['护照号', 'ab1234567'],
    ['港澳居民来往内地通行证', 'H12345678'],
    ['港澳居民来往内地通行证', 'M1234567801'],
    ['台湾居民来往大陆通行证', '12345678'],
    ['台湾居民来往大陆通行证', '1234567890（A）'],
    ['外国人永久居留身份证', 'ABC123456789012'],
    ['外国人永久居留身份证', resident('90099919850101001')],
    ['其他-军官证', '军字第123号'],
  ];
  for (const [type, number] of good) {
    const result = parsePersonDocument(type, number);
    assert.ok(result.ok, type);
    assert.deepEqual(result.warnings, [], `${type}`);
  }
  const bad: [string, string, string][] = [
    ['身份证', '110105194912310021', 'check'],
    ['护照号', '!!', 'shape'],
    ['港澳居民来往内地通行证', 'A12345678', 'shape'],
    ['台湾居民来往大陆通行证', '1234567', 'shape'],
    ['外国人永久居留身份证', '912345', 'shape'],
    ['外国人永久居留身份证', '900999198513010011', 'birthDate'],
    ['户口本', '1', 'type'],
    ['护照号', '无', 'missing'],
    ['其他-军官证', 'x'.repeat(70), 'length'],
  ];
  for (const [type, number, reason] of bad) {
    const result = parsePersonDocument(type, number);
    assert.equal(result.ok ? 'ok' : result.reason, reason, `${type}`);
  }
  const bare = parsePersonDocument('其他', '12345');
  assert.ok(bare.ok && bare.warnings.length === 1);
  const permit = parsePersonDocument('其他-港澳台居民居住证', resident('81000019900101001'));
  assert.ok(permit.ok && permit.birthOn === '1990-01-01' && permit.otherName === '港澳台居民居住证');
});

test('names keep the surname', () => {
  const cases: [string, string][] = [
    ['张三', '张*'],
    ['张三丰', '张*'],
    ['欧阳娜娜', '欧阳*'],
    ['欧阳', '欧*'],
    ['𠮷田', '𠮷*'],
    ['张', '*'],
    ['', ''],
    ['John Smith', 'J*'],
  ];
  for (const [name, masked] of cases) assert.equal(maskPersonName(name), masked);
});

test('finds citizen numbers in free text', () => {
  const found = (text: string): string[] =>
    looksLikePersonIdentifier(text).map((range) => text.slice(range.start, range.end));
  assert.deepEqual(found(`当事人张某（身份证号${specimens[0]}）与李某${specimens[1]}。`), [...specimens]);
  assert.deepEqual(found('证号１１０１０５１９４９１２３１００２Ｘ'), ['１１０１０５１９４９１２３１００２Ｘ']);
  assert.deepEqual(found('110105 19491231 002x 电话'), ['110105 19491231 002x']);
  assert.deepEqual(found(`${specimens[0]}13800138000`), [specimens[0]], 'a number that follows without a gap');
  assert.deepEqual(found(`${specimens[1]}${specimens[0]}`), [specimens[1], specimens[0]]);
  assert.deepEqual(found('110105194912310021'), [], 'check fails');
  assert.deepEqual(found('9144030071526726XG 914403001922038216 文号2019101012345678901'), []);
  const card = resident('90099919850101001');
  assert.deepEqual(
    looksLikePersonIdentifier(`证${card}`).map((r) => r.kind),
    ['permanentResidence'],
  );
  assert.throws(() => looksLikePersonIdentifier('1'.repeat(1_000_001)), RangeError);
});

test('property: a planted number is always covered by a range', () => {
  const digit = fc.constantFrom(...'0123456789');
  const sequence = fc.string({ unit: digit, minLength: 3, maxLength: 3 });
  const around = fc.string({ unit: fc.constantFrom('文', '号', ' ', '，', 'A', 'x') });
  fc.assert(
    fc.property(sequence, around, around, (seq, before, after) => {
      const number = resident(`11010519491231${seq}`);
      const text = before + number + after;
      const at = before.length;
      assert.ok(looksLikePersonIdentifier(text).some((r) => r.start <= at && r.end >= at + 18));
    }),
  );
});

test('a number that is both is reported with the flag', () => {
  const both = Array.from({ length: 5000 }, (_, n) => {
    const digits = String(n).padStart(5, '0');
    return resident(`12370119${digits.slice(0, 2)}0101${digits.slice(2)}`);
  }).filter((number) => parseUnifiedCode(number).ok);
  assert.ok(both.length > 0, 'about one in 341');
  for (const number of both) assert.equal(looksLikePersonIdentifier(number)[0]?.alsoUnifiedCode, true);
});
