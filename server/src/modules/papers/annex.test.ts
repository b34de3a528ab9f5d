/** Tables of papers have room for codes; an annex without its table is none. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { PaperTemplate } from '../policy/types.ts';
import { paperText } from './fields.ts';
import { columnShares } from './table-shares.ts';

const template: PaperTemplate = {
  series: 'test',
  numberWord: '测',
  title: '测试',
  fields: [
    { key: 'title', label: { zh: '名', en: 'name' }, kind: 'line', required: true, maxLength: 40 },
    { key: 'rows', label: { zh: '表', en: 'table' }, kind: 'table', required: false, maxLength: 400 },
  ],
  paragraphs: ['附件：{title}'],
  annex: ['{title}', '{rows}'],
  signOff: 1,
  served: false,
};

describe('columns of a table', () => {
  it('are parts of the whole, whatever stands in them', () => {
    const table = fc
      .integer({ min: 1, max: 8 })
      .chain((wide) =>
        fc.array(fc.array(fc.string(), { minLength: wide, maxLength: wide }), { minLength: 1, maxLength: 6 }),
      );
    fc.assert(
      fc.property(table, (rows) => {
        const shares = columnShares(rows);
        assert.equal(shares.length, rows[0]?.length);
        assert.ok(shares.every((share) => share > 0));
        assert.ok(Math.abs(shares.reduce((sum, one) => sum + one, 0) - 1) < 1e-9);
      }),
    );
  });
  it('with a code have more than equal ones; others are as they were', () => {
    const head = ['序号', '单位', '代码', '结果', '备注'];
    const coded = columnShares([head, ['1', '某某有限公司', '91330100MA2000001X', '命中', '—']]);
    assert.ok((coded[2] ?? 0) > (coded[3] ?? 1) * 2 && (coded[0] ?? 1) < 0.12);
    assert.deepEqual(
      columnShares([head, ['1', '某某', '2', '3', '4']]).map((one) => one.toFixed(4)),
      ['0.1613', '0.3548', '0.1613', '0.1613', '0.1613'],
    );
  });
});

describe('an annex', () => {
  const annexOf = (rows: string) => paperText(template, { facts: {}, given: { title: '结果表', rows } }).annex;
  it('has its title and its table, and is none where there is no table', () => {
    assert.deepEqual(annexOf('a|b\n1|2'), [
      '结果表',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ]);
    assert.deepEqual(annexOf(''), []);
  });
});
