/** Which organisation a row means: nobody is guessed; and what is kept of a list. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Bearer, looksLikePersonName, meantBy } from '../../server/src/modules/checks/batch-rows.ts';
import { givenTexts, keepRows } from '../../server/src/modules/checks/run-batch.ts';
import { codeOf } from '../support/rows.ts';

const person = '11010519491231002X';
const bearer = (subjectId: string, former = false): Bearer => ({ subjectId, code: `code-${subjectId}`, former });
const anyBearers = fc.array(
  fc.record({
    subjectId: fc.constantFrom('a', 'b', 'c'),
    code: fc.option(fc.constantFrom('x', 'y', 'z')),
    former: fc.boolean(),
  }),
  { maxLength: 4 },
);

describe('a row of a list', () => {
  it('by name: one that bears it now, and nobody else', () => {
    const of = (...bearers: Bearer[]) => meantBy({ asked: '', name: '名称' }, null, bearers);
    assert.deepEqual(of(bearer('a')), { code: 'code-a', note: null });
    assert.deepEqual(of(bearer('a'), bearer('b')), { outcome: 'ambiguous', note: 'sameName' });
    assert.deepEqual(of(bearer('a'), bearer('b', true)), { code: 'code-a', note: null });
    assert.deepEqual(of(bearer('a', true)), { outcome: 'ambiguous', note: 'formerName' });
    assert.deepEqual(of(), { outcome: 'unknown', note: 'nameUnknown' });
    assert.deepEqual(of({ ...bearer('a'), code: null }), { outcome: 'unknown', note: 'noCode' });
  });
  it("by code, where the name agrees, was its own once, or is nobody's; not where it is another's", () => {
    const code = codeOf(1);
    const of = (subject: string | null, ...bearers: Bearer[]) =>
      meantBy({ asked: code, name: '名称' }, subject, bearers);
    assert.deepEqual(of('a', bearer('a')), { code, note: null });
    assert.deepEqual(of('a', bearer('a', true)), { code, note: null });
    assert.deepEqual(of('a'), { code, note: 'nameDiffers' });
    assert.deepEqual(of('a', bearer('b')), { outcome: 'ambiguous', note: 'mismatch' });
    assert.deepEqual(of(null, bearer('b')), { outcome: 'ambiguous', note: 'mismatch' });
    assert.deepEqual(of(null), { outcome: 'unknown', note: 'codeUnknown' });
    const wrong = `${code.slice(0, 17)}${code.endsWith('0') ? '1' : '0'}`;
    assert.deepEqual(meantBy({ asked: wrong, name: null }, null, []), { outcome: 'unknown', note: 'codeWrong' });
  });
  it('never means an organisation that neither its code nor exactly one bearer of its name names', () => {
    fc.assert(
      fc.property(
        fc.option(fc.constantFrom('a', 'b')),
        fc.boolean(),
        fc.boolean(),
        anyBearers,
        (subject, coded, named, found) => {
          const bearers = [...new Map(found.map((one) => [one.subjectId, one])).values()];
          const meant = meantBy(
            { asked: coded ? 'CODE' : '', name: named ? '名称' : null },
            subject,
            named ? bearers : [],
          );
          if (!('code' in meant)) return;
          if (coded) {
            assert.equal(meant.code, 'CODE');
            assert.ok(subject !== null);
            if (named && bearers.length > 0) assert.ok(bearers.some((one) => one.subjectId === subject));
          } else {
            const now = bearers.filter((one) => !one.former);
            assert.deepEqual([now.length, now[0]?.code], [1, meant.code]);
          }
        },
      ),
    );
  });
});

describe('what is kept of a list', () => {
  it('rows with a person by number or by name alone are counted and not kept', () => {
    const kept = keepRows(
      givenTexts([codeOf(1), `张三 ${person}`, person, '张三', '阿里木·买买提', '示范市测试有限公司']),
    );
    assert.deepEqual([kept.rows.length, kept.persons, kept.repeated], [2, 4, 0]);
    assert.ok(!JSON.stringify(kept.rows).includes('张三'));
    assert.ok(!looksLikePersonName('示范大学'));
  });
  it('the same organisation twice is asked once; a code with another name is another row', () => {
    const code = codeOf(2);
    const row = (name: string, sheetRow: number) => ({ code, name, sheetRow });
    const kept = keepRows([row('甲公司有限', 2), row(' 甲公司有限 ', 3), row('乙公司有限', 4)]);
    assert.deepEqual([kept.rows.map((one) => one.sheetRow), kept.repeated], [[2, 4], 1]);
  });
  it("the name of a sole trader that is a person's is not kept beside its code", () => {
    assert.deepEqual(
      keepRows([{ code: codeOf(3), name: '李四', sheetRow: 2 }]).rows.map(({ name }) => name),
      [null],
    );
  });
});
