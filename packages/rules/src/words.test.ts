/** Words ↔ tree: nothing is lost either way, and what a clerk writes wrongly is said with its place. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { expressions, fields, implies } from './arbitraries.ts';
import { readWords, sayExpression, type WordName } from './words.ts';

const names: WordName[] = [
  ...Object.entries(fields).map(([key, type]): WordName => ({ kind: 'field', key, label: key, type })),
  { kind: 'field', key: 'CF_CFLB', label: '处罚类别', type: 'textList' },
  { kind: 'field', key: 'CF_NR_FK', label: '罚款金额', type: 'number' },
  { kind: 'field', key: 'CF_NR_FK2', label: '罚款金额（万元）', type: 'number' },
  { kind: 'field', key: 'X1', label: '备注', type: 'text' },
  { kind: 'field', key: 'X2', label: '备注', type: 'text' },
  { kind: 'role', key: 'decidedOn', label: '决定日期', type: 'date' },
];
const read = (text: string): unknown => {
  const result = readWords(text, names);
  assert.ok(result.ok, result.ok ? '' : `${text}: ${result.problem.at} ${result.problem.zh}`);
  return result.tree;
};

describe('words', () => {
  it('are the tree again, whatever the tree', () => {
    fc.assert(
      fc.property(expressions, (tree) => {
        assert.deepEqual(read(sayExpression(tree, names)), tree);
      }),
      { numRuns: 1_000 },
    );
  });
  it('read like a rule', () => {
    const tree = implies({ contains: [{ field: 'CF_CFLB' }, '罚款'] }, { gt: [{ field: 'CF_NR_FK' }, 0] });
    assert.equal(sayExpression(tree, names), '处罚类别 包含 “罚款” 时，罚款金额 > 0');
    for (const text of [
      '处罚类别 包含 “罚款” 时，罚款金额 > 0',
      '处罚类别 包含 罚款 时, 罚款金额 > 0',
      '处罚类别包含“罚款”时，罚款金额＞0',
      '【处罚类别】包含"罚款"时，【CF_NR_FK】大于0',
    ])
      assert.deepEqual(read(text), tree, text);
    assert.deepEqual(read('〔决定日期〕 不晚于 今天'), { le: [{ role: 'decidedOn' }, { param: 'today' }] });
    assert.deepEqual(read('【罚款金额（万元）】 不为空 且 （【X1】 为空 或 t1 属于（“甲”、乙））'), {
      and: [
        { notEmpty: { field: 'CF_NR_FK2' } },
        { or: [{ isEmpty: { field: 'X1' } }, { in: [{ field: 't1' }, ['甲', '乙']] }] },
      ],
    });
  });
  it('say what is wrong, and where', () => {
    const wrong = (text: string): string => {
      const result = readWords(text, names);
      assert.ok(!result.ok, text);
      assert.ok(result.problem.at >= 1 && result.problem.at <= text.length + 1);
      return result.problem.zh;
    };
    assert.match(wrong('处罚种类 包含 “罚款”'), /没有名为“处罚种类”的字段；相近的字段：处罚类别/);
    assert.match(wrong('【备注】 为空'), /没有名为“备注”的字段/);
    assert.match(wrong('罚款金额 超过 3'), /不是比较方式/);
    assert.match(wrong('罚款金额 > 0 且 t1 为空 或 t2 为空'), /混用/);
    assert.match(wrong('处罚类别 包含 “罚款'), /缺少引号/);
    assert.match(wrong('（罚款金额 > 0'), /缺少右括号/);
    assert.match(wrong('罚款金额 >'), /缺少字段或值/);
    assert.match(wrong('罚款金额 > 0 之后'), /多余/);
    assert.match(wrong('（'.repeat(40)), /超过32层/);
    assert.match(wrong('〔不存在〕 为空'), /没有名为/);
  });
  it('say what to write instead, and which part of a tree stands where', () => {
    const problem = (text: string) => {
      const result = readWords(text, names);
      assert.ok(!result.ok, text);
      const { at, to, instead } = result.problem;
      return { part: text.slice(at - 1, to - 1), instead };
    };
    assert.deepEqual(problem('罚款金额 超过 3'), { part: '超过', instead: ['>'] });
    assert.deepEqual(problem('罚款金额 不低于 3'), { part: '不低于', instead: ['≥'] });
    assert.deepEqual(problem('处罚种类 包含 “罚款”'), { part: '处罚种类', instead: ['处罚类别'] });
    assert.equal(problem('【备主】 为空').part, '【备主】');
    const text = '处罚类别 包含 “罚款” 时，罚款金额 > 0 且 t1 属于（“甲”、“乙”）';
    const read = readWords(text, names);
    assert.ok(read.ok);
    const part = (path: string): string => {
      const { at, to } = read.placeOf(path);
      return text.slice(at - 1, to - 1);
    };
    assert.equal(part('$.if'), '处罚类别 包含 “罚款”');
    assert.equal(part('$.if.contains[1]'), '“罚款”');
    assert.equal(part('$.then.and[0].gt[1]'), '0');
    assert.equal(part('$.then.and[1].in[1][1]'), '“乙”');
    assert.equal(part('$.then.and[1].in[0]'), 't1');
    assert.equal(part('$.nothing'), text);
  });
});
