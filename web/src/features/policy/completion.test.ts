/** What is offered while a condition is written: names, comparisons that fit, values of the code table. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Name, suggest } from './completion.ts';

const name = (written: string, code: string, en: string, values: string[] = []): Name => ({
  ...{ written, code, label: written.replace(/[【】]/g, ''), kind: 'field', values },
  type: { zh: en, en },
});
const names: Name[] = [
  name('处罚类别', 'CF_CFLB', 'list', ['罚款', '警告', '没收违法所得']),
  name('罚款金额', 'CF_NR_FK', 'number'),
  name('金额', 'JE', 'number'),
  name('处罚决定日期', 'CF_JDRQ', 'date'),
  name('【BZ】', 'BZ', 'text'),
  name('当前状态', 'ZT', 'text', ['有效', '撤销']),
];
/** Where `|` stands, the caret is. */
const at = (marked: string, all = false) => {
  const caret = marked.indexOf('|');
  const text = marked.replace('|', '');
  const { from, items } = suggest(text, caret, names, all);
  return {
    labels: items.map(({ label }) => label),
    take: (index = 0): string => `${text.slice(0, from)}${items[index]?.insert ?? ''}${text.slice(caret)}`,
  };
};

describe('suggestions', () => {
  it('are names that hold what is written, by label or code', () => {
    assert.deepEqual(at('处罚|').labels, ['处罚类别', '处罚决定日期']);
    assert.deepEqual(at('cf_nr|').labels, ['罚款金额']);
    assert.equal(at('罚款金额 > 0 且 处罚类|').take(), '罚款金额 > 0 且 处罚类别 ');
    assert.equal(at('【B|').take(), '【BZ】 ');
    assert.deepEqual(at('|').labels, []);
    assert.equal(at('|', true).labels.length, names.length);
  });
  it('are comparisons behind a name, by its type', () => {
    assert.deepEqual(at('处罚类别 |').labels, ['包含', '为空', '不为空']);
    assert.ok(at('罚款金额 |').labels.includes('≥'));
    assert.ok(at('处罚决定日期 |').labels.includes('不晚于'));
    assert.equal(at('罚款金额 |').take(), '罚款金额 > ');
  });
  it('are values of the code table behind a comparison', () => {
    assert.deepEqual(at('处罚类别 包含 |').labels, ['罚款', '警告', '没收违法所得']);
    assert.equal(at('处罚类别 包含 “警|').take(), '处罚类别 包含 “警告” ');
    assert.equal(at('处罚类别 包含 没|').take(), '处罚类别 包含 “没收违法所得” ');
    assert.deepEqual(at('当前状态 属于（“有效”、|').labels, ['有效', '撤销']);
    assert.deepEqual(at('罚款金额 > |').labels, []);
  });
});
