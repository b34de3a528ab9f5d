import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  computeOrganisationCheck,
  computeRegistrationCheck,
  makeRegistrationNumber,
  parseOrganisationCode,
  parseRegistrationNumber,
} from './index.ts';

test('organisation codes of real unified codes', () => {
  for (const code of ['71526726X', '661297710', '68465088X', 'MA1B3N1N2', 'MB1529176', '400000624']) {
    const result = parseOrganisationCode(code);
    assert.ok(result.ok, code);
    assert.equal(computeOrganisationCheck(code.slice(0, 8)), code.charAt(8));
  }
  const hyphen = parseOrganisationCode('71526726-x');
  assert.ok(hyphen.ok && hyphen.code === '71526726X' && hyphen.normalised);
});

test('organisation codes refused, with the reason', () => {
  const reasons: [string, string][] = [
    ['', 'missing'],
    ['000000000', 'placeholder'],
    ['00000000X', 'placeholder'],
    ['7152672', 'length'],
    ['71526726*', 'charset'],
    ['715267261', 'check'],
  ];
  for (const [raw, reason] of reasons) {
    const result = parseOrganisationCode(raw);
    assert.equal(result.ok ? 'ok' : result.reason, reason, raw);
  }
  assert.throws(() => computeOrganisationCheck('123'), RangeError);
  assert.throws(() => computeOrganisationCheck('1234567*'), RangeError);
});

test('property: a substituted digit of an organisation code is refused', () => {
  const digit = fc.constantFrom(...'0123456789');
  fc.assert(
    fc.property(fc.string({ unit: digit, minLength: 8, maxLength: 8 }), fc.nat(7), digit, (body, at, d) => {
      fc.pre(body.charAt(at) !== d && body !== '00000000');
      const code = body + computeOrganisationCheck(body);
      assert.ok(parseOrganisationCode(code).ok);
      assert.ok(!parseOrganisationCode(code.slice(0, at) + d + code.slice(at + 1)).ok);
    }),
  );
});

test('real 15-digit registration numbers pass', () => {
  for (const number of ['370214228060051', '370100200122960', '371312300014994', '370781228019777']) {
    const result = parseRegistrationNumber(number);
    assert.ok(result.ok && result.form === 'digits15' && result.warnings.length === 0, number);
  }
});

test('a failing registration number is a warning, never a refusal', () => {
  const wrong = parseRegistrationNumber('370214228060052');
  assert.ok(wrong.ok && wrong.warnings[0]?.part === 'check');
  const forms: [string, string][] = [
    ['370883NA000304X', 'cooperative'],
    ['3702142280600', 'digits13'],
    ['37021422806005', 'digits14'],
    ['企合鲁烟牟总字第000001号', 'freeText'],
  ];
  for (const [raw, form] of forms) {
    const result = parseRegistrationNumber(raw);
    assert.ok(result.ok && result.form === form && result.warnings.length === 1, raw);
  }
  assert.ok(!parseRegistrationNumber(' / ').ok);
});

test('the holder follows from the first digit of the sequence', () => {
  const holders = ['0', '4', '6'].map((d) => {
    const result = parseRegistrationNumber(makeRegistrationNumber('370214', `${d}0000001`));
    return result.ok ? result.holder : undefined;
  });
  assert.deepEqual(holders, ['domestic', 'foreign', 'soleTrader']);
});

test('property: generated numbers pass; any substitution and MOD 11,10 is noticed', () => {
  const digit = fc.constantFrom(...'0123456789');
  const sequences = fc.string({ unit: digit, minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(sequences, fc.integer({ min: 6, max: 14 }), digit, (sequence, at, d) => {
      const number = makeRegistrationNumber('370214', sequence);
      const parsed = parseRegistrationNumber(number);
      assert.ok(parsed.ok && parsed.warnings.length === 0);
      fc.pre(number.charAt(at) !== d);
      const changed = parseRegistrationNumber(number.slice(0, at) + d + number.slice(at + 1));
      assert.ok(changed.ok && changed.warnings.some((w) => w.part === 'check'));
    }),
  );
  assert.throws(() => computeRegistrationCheck('1'), RangeError);
});
