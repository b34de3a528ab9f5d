import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { builtinStyle, customStyle, numberText, serialToIso } from './xlsx-numbers.ts';

test('numbers are what Excel shows: 15 digits, no exponent, no binary noise', () => {
  const cases: [string, string][] = [
    ['0', '0'],
    ['-0', '0'],
    ['12.50', '12.5'],
    ['0.30000000000000004', '0.3'],
    ['1.1000000000000001', '1.1'],
    ['2.9999999999999996', '3'],
    ['1E+3', '1000'],
    ['1.5e-7', '0.00000015'],
    ['-1234567.8900000001', '-1234567.89'],
    ['100', '100'],
    ['123456789012345', '123456789012345'],
    ['1234567890123456', '1234567890123460'],
    ['.5', '0.5'],
    ['1e300', `1${'0'.repeat(300)}`],
  ];
  for (const [raw, text] of cases) assert.equal(numberText(raw)?.text, text, raw);
  assert.equal(numberText('1234567890123456')?.lossy, true);
  assert.equal(numberText('123456789012345')?.lossy, false);
  for (const raw of ['', 'abc', '1,5', 'NaN', 'Infinity', '1e999', '0x10'])
    assert.equal(numberText(raw), undefined, raw);
});

test('property: decimals of up to 15 digits survive a double', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -999_999_999_999, max: 999_999_999_999 }),
      fc.integer({ min: 0, max: 6 }),
      (n, scale) => {
        const digits = String(Math.abs(n)).padStart(scale + 1, '0');
        const fraction = scale === 0 ? '' : digits.slice(-scale).replace(/0+$/, '');
        const whole = scale === 0 ? digits : digits.slice(0, -scale);
        const text = `${n < 0 ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
        const noisy = Number(text).toPrecision(17);
        assert.equal(numberText(noisy)?.text, text);
      },
    ),
  );
});

test('formats that show dates are recognised, others not', () => {
  for (const code of [
    'yyyy/m/d',
    'yyyy"年"m"月"d"日"',
    '[$-804]yyyy"年"m"月";@',
    'm"月"d"日"',
    'yyyy\\-mm\\-dd',
    'e"年"m"月"',
    'd-mmm-yy',
    '[DBNum1][$-804]yyyy"年"',
  ]) {
    assert.equal(customStyle(code).kind, 'date', code);
  }
  for (const code of ['yyyy-mm-dd hh:mm:ss', 'yyyy/m/d h:mm AM/PM', 'yyyy"年"m"月"d"日" h"时"'])
    assert.equal(customStyle(code).kind, 'datetime', code);
  for (const code of ['h:mm', 'h"时"mm"分"ss"秒"', '上午/下午 h:mm'])
    assert.equal(customStyle(code).kind, 'time', code);
  for (const code of [
    'General',
    '0.00',
    '#,##0.00;[Red]-#,##0.00',
    '0.00E+00',
    '@',
    '"day" 0',
    '[h]:mm',
    '_ * #,##0_ ',
    '0"元"',
    '[Red]0',
    '',
  ]) {
    assert.equal(customStyle(code).kind, 'plain', code);
  }
  assert.deepEqual(customStyle('000000'), { kind: 'padded', digits: 6 });
  assert.deepEqual(
    [14, 22, 31, 57, 58, 0, 2, 49].map((id) => builtinStyle(id).kind),
    ['date', 'datetime', 'date', 'date', 'date', 'plain', 'plain', 'plain'],
  );
});

test('serial numbers are ISO days and instants', () => {
  assert.equal(serialToIso(1, 'date', false), '1900-01-01');
  assert.equal(serialToIso(59, 'date', false), '1900-02-28');
  assert.equal(serialToIso(60, 'date', false), '1900-02-29');
  assert.equal(serialToIso(61, 'date', false), '1900-03-01');
  assert.equal(serialToIso(44256, 'date', false), '2021-03-01');
  assert.equal(serialToIso(42794, 'date', true), '2021-03-01');
  assert.equal(serialToIso(0, 'date', true), '1904-01-01');
  assert.equal(serialToIso(44256.354166666664, 'datetime', false), '2021-03-01T08:30:00');
  assert.equal(serialToIso(44255.999999999, 'datetime', false), '2021-03-01');
  assert.equal(serialToIso(0.5, 'time', false), '12:00:00');
  assert.equal(serialToIso(2958465, 'date', false), '9999-12-31');
  for (const serial of [-1, 2958466, Number.NaN, 1e300]) assert.equal(serialToIso(serial, 'date', false), undefined);
});
