import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  computeUnifiedCheck,
  groupUnifiedCode,
  knownPairs,
  makeUnifiedCode,
  normaliseCode,
  parseUnifiedCode,
  type SubjectKind,
  subjectKindLabels,
  type UnifiedCodeRefused,
  unifiedCharset,
} from './index.ts';

const companies =
  '9144030071526726XG 91440300708461136T 914403001922038216 91330100799655058B 91110000710925462X 91110000710926094P ' +
  '91100000100003962T 911100001000044477 911000001000013428 911100001000054748 9111000071093123XX 911100007109250324 ' +
  '91370200264574251E 91370200163562681G 9152000071430580XT 9150000020286320X6 91440300192317458F 91110108551385082Q ' +
  '91440300100012316L 9144030010001686XA 91440300192181490G 91440400192548256N 91440606722473344C 91350900587527783P ' +
  '91230500MA1B3N1N2M 913702146612977105';

const vectors: readonly (readonly [SubjectKind, string])[] = [
  ['enterprise', companies],
  ['publicInstitution', '12100000400000624D 12100000400002259P 12100000425006117P 12100000470095016Q'],
  ['governmentBody', '11420000MB15291767 11230500001755309F'],
  ['farmersCooperative', '93370883087198047N 933709230839696682 9337072455890448XW'],
  ['lawFirm', '31310000055858717Y 311100003065317605'],
];

const refused = (raw: string): UnifiedCodeRefused => {
  const result = parseUnifiedCode(raw);
  assert.ok(!result.ok, `${raw} should be refused`);
  return result;
};

test('public codes validate, without warnings, with their kind', () => {
  for (const [kind, codes] of vectors) {
    for (const code of codes.split(' ')) {
      const result = parseUnifiedCode(code);
      assert.ok(result.ok, code);
      assert.equal(result.kind, kind, code);
      assert.deepEqual(result.warnings, []);
      assert.equal(result.normalised, false);
      assert.equal(result.register + result.category + result.region + result.organisationCode + code.at(-1), code);
    }
  }
});

test('worked example of the check character', () => {
  assert.equal(computeUnifiedCheck('9144030071526726X'), 'G');
  assert.equal(computeUnifiedCheck('0'.repeat(17)), '0', 'Σ = 0 gives 0, not a 32nd character');
  assert.throws(() => computeUnifiedCheck('9144030071526726I'), RangeError);
  assert.throws(() => computeUnifiedCheck('91'), RangeError);
});

test('normalises case, width, blanks and hyphens', () => {
  for (const raw of [
    '9144030071526726xg',
    ' 91440300 71526726X-G\n',
    '９１４４０３００７１５２６７２６ＸＧ',
    '91 440300 71526726X　G',
    '\ufeff9144030071526726XG',
  ]) {
    const result = parseUnifiedCode(raw);
    assert.ok(result.ok, raw);
    assert.equal(result.code, '9144030071526726XG');
    assert.equal(result.normalised, true);
  }
});

test('a wrong check character with a sound body suggests the corrected code', () => {
  const result = refused('914403001922038217');
  assert.equal(result.reason, 'check');
  assert.equal(result.suggestion, '914403001922038216');
  assert.match(result.issues[0]?.zh ?? '', /校验位不符：应为 6，主体标识码正确/);
  assert.equal(result.issues[0]?.part, 'check');
  assert.ok(parseUnifiedCode(result.suggestion ?? '').ok);
});

test('a mistyped body is named and gets no suggestion', () => {
  const result = refused('914403001922038316');
  assert.equal(result.issues[0]?.part, 'organisationCode');
  assert.equal(result.suggestion, undefined);
});

test('invalid look-alikes of the notes', () => {
  for (const code of ['91110108717809965C', '91440300192203821X', '911403001922038216', '91421083751826057B']) {
    assert.equal(refused(code).reason, 'check', code);
  }
});

test('a body that fails its own check is refused even when the outer check passes', () => {
  const first17 = '91440300192203835';
  assert.equal(refused(first17 + computeUnifiedCheck(first17)).issues[0]?.part, 'organisationCode');
});

test('placeholders are never an identity', () => {
  for (const raw of ['00000000000000000X', '00000000000000000x', '000000000000000000', '0000', '００００']) {
    assert.equal(refused(raw).reason, 'placeholder', raw);
  }
});

test('absent values', () => {
  for (const raw of ['', '  ', '无', '/', 'null', '--', '空']) assert.equal(refused(raw).reason, 'missing', raw);
});

test('length and character set', () => {
  assert.match(refused('71526726-X').issues[0]?.zh ?? '', /组织机构代码/);
  assert.match(refused('370214228060051').issues[0]?.zh ?? '', /工商注册号/);
  assert.equal(refused('9144030071526726XGG').reason, 'length');
  assert.equal(refused('9'.repeat(5000)).reason, 'length');
  const confused = refused('91440300I922O38216');
  assert.equal(confused.reason, 'charset');
  assert.equal(confused.issues.length, 2);
  assert.equal(confused.suggestion, '914403001922038216', 'I and O are read as 1 and 0 when everything then passes');
  assert.equal(refused('9144030071526726V中').suggestion, undefined);
});

test('an unknown register, category or region only warns', () => {
  const cases = [
    ['B1', '440300', 'register', 'other'],
    ['97', '440300', 'category', 'other'],
    ['91', '990000', 'region', 'enterprise'],
  ] as const;
  for (const [pair, region, part, kind] of cases) {
    const result = parseUnifiedCode(makeUnifiedCode(pair, region, '71526726'));
    assert.ok(result.ok);
    assert.equal(result.warnings[0]?.part, part);
    assert.equal(result.kind, kind);
  }
  const national = parseUnifiedCode(makeUnifiedCode('91', '100000', '71526726'));
  assert.ok(national.ok && national.warnings.length === 0);
});

test('grouping for display', () => {
  assert.equal(groupUnifiedCode('9144030071526726XG'), '91 440300 71526726X G');
  assert.equal(groupUnifiedCode('123'), '123');
});

test('every known pair has a labelled kind', () => {
  for (const pair of knownPairs) {
    const result = parseUnifiedCode(makeUnifiedCode(pair, '370000', 'MA1B3N1N'));
    assert.ok(result.ok && result.warnings.length === 0, pair);
    assert.ok(subjectKindLabels[result.kind].zh.length > 0);
  }
});

const charOf = fc.constantFrom(...unifiedCharset);
const bodies = fc.string({ unit: charOf, minLength: 8, maxLength: 8 });
const digits6 = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 6, maxLength: 6 });
const anyCode = fc
  .tuple(fc.constantFrom(...knownPairs), digits6, bodies)
  .map(([pair, region, body]) => makeUnifiedCode(pair, region, body));

test('property: every generated code parses to itself', () => {
  fc.assert(
    fc.property(anyCode, (code) => {
      const result = parseUnifiedCode(code);
      return result.ok && result.code === code && !result.normalised;
    }),
    { numRuns: 2000 },
  );
});

test('property: any single substitution is refused (31 is prime, no weight is 0 mod 31)', () => {
  fc.assert(
    fc.property(anyCode, fc.nat(17), charOf, (code, at, character) => {
      fc.pre(code.charAt(at) !== character);
      return !parseUnifiedCode(code.slice(0, at) + character + code.slice(at + 1)).ok;
    }),
    { numRuns: 5000 },
  );
});

test('property: any transposition of different neighbours is refused (neighbouring weights differ mod 31)', () => {
  fc.assert(
    fc.property(anyCode, fc.nat(16), (code, at) => {
      fc.pre(code.charAt(at) !== code.charAt(at + 1));
      const swapped = code.slice(0, at) + code.charAt(at + 1) + code.charAt(at) + code.slice(at + 2);
      return !parseUnifiedCode(swapped).ok;
    }),
    { numRuns: 5000 },
  );
});

test('property: a suggestion always parses, and normalisation is idempotent', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string({ unit: 'binary' }),
        anyCode.map((c) => `${c.slice(0, 17)}0`),
      ),
      (raw) => {
        const result = parseUnifiedCode(raw);
        const once = normaliseCode(raw);
        assert.equal(normaliseCode(once), once);
        if (!result.ok && result.suggestion !== undefined) assert.ok(parseUnifiedCode(result.suggestion).ok);
        if (!result.ok) assert.ok(result.issues.length > 0 && result.issues.every((i) => i.zh !== '' && i.en !== ''));
      },
    ),
    { numRuns: 2000 },
  );
});

test('agrees with real registrations where they are at hand', (t) => {
  const file = new URL('../../../../shared/data/companies.csv', import.meta.url);
  if (!existsSync(file)) {
    t.diagnostic('companies.csv is not here; the committed vectors above stand for it');
    return;
  }
  const codes = readFileSync(file, 'utf8').match(/(?<=,)[0-9A-Z]{18}(?=,)/g) ?? [];
  assert.ok(codes.length > 1000);
  const bad = codes.filter((code) => !parseUnifiedCode(code).ok);
  t.diagnostic(`${codes.length} codes, failing: ${bad.length === 0 ? 'none' : bad.join(' ')}`);
  assert.deepEqual(bad, []);
});
