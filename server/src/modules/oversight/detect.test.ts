/** Detectors by example and property: what stands out is told, what is usual is not. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  judgeManySubjects,
  judgeOddHours,
  judgeRefused,
  judgeSequence,
  longestRun,
  oddHoursOf,
  standsOut,
} from './detect.ts';

const name = { zh: '提示', en: 'alert' };
const many = {
  key: 'many',
  name,
  kind: 'manySubjects',
  windowHours: 1,
  minimum: 40,
  timesOwn: 3,
  timesPeers: 3,
  withoutCase: false,
} as const;
const odd = { key: 'odd', name, kind: 'oddHours', fromHour: 21, toHour: 6, minimum: 15, timesOwn: 3 } as const;
const row = { key: 'row', name, kind: 'sequentialCodes', minimum: 12, gap: 3 } as const;

/** Unified codes whose organisation part counts up from a number. */
const codeAt = (n: number): string => `91330100${n.toString(36).toUpperCase().padStart(8, '0')}00`.slice(0, 18);

describe('many organisations', () => {
  it('is told where it stands out from the own days and the colleagues', () => {
    assert.equal(judgeManySubjects(many, { subjects: 60, without_case: 60 }, { own: 10, peers: 12 }).alert, true);
  });
  it('is not told of a busy window clerk, nor of an officer of a busy body', () => {
    assert.equal(judgeManySubjects(many, { subjects: 180, without_case: 0 }, { own: 150, peers: 20 }).alert, false);
    assert.equal(judgeManySubjects(many, { subjects: 180, without_case: 0 }, { own: null, peers: 150 }).alert, false);
  });
  it('is not told of a newcomer at the minimum, where nothing is known yet', () => {
    assert.equal(judgeManySubjects(many, { subjects: 60, without_case: 60 }, { own: null, peers: null }).alert, false);
    assert.equal(judgeManySubjects(many, { subjects: 80, without_case: 80 }, { own: null, peers: null }).alert, true);
  });
  it('does not count looks with a case number where the policy says so', () => {
    const rule = { ...many, withoutCase: true };
    assert.equal(judgeManySubjects(rule, { subjects: 500, without_case: 10 }, { own: 5, peers: 5 }).alert, false);
  });
  it('never tells of less than the minimum, nor of what is usual', () => {
    const usual = fc.record({ own: fc.option(fc.nat(1000)), peers: fc.option(fc.nat(1000)) });
    fc.assert(
      fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 1000 }), usual, (figure, minimum, known) => {
        const { alert, threshold } = standsOut(figure, minimum, known, { own: 2, peers: 2 });
        assert.ok(threshold >= minimum);
        assert.equal(alert, figure >= threshold);
        if (known.own !== null && known.own > 0 && figure <= known.own) assert.ok(!alert || figure === 0);
        const more = standsOut(figure + 1, minimum, known, { own: 2, peers: 2 });
        assert.ok(!alert || more.alert, 'more is never less suspicious');
      }),
    );
  });
});

describe('odd hours', () => {
  it('go over midnight', () => {
    assert.deepEqual(oddHoursOf(odd), [0, 1, 2, 3, 4, 5, 21, 22, 23]);
    assert.deepEqual(oddHoursOf({ fromHour: 12, toHour: 14 }), [12, 13]);
  });
  it('are usual for somebody on the night shift', () => {
    assert.equal(judgeOddHours(odd, 40, 30).alert, false);
    assert.equal(judgeOddHours(odd, 40, null).alert, true);
    assert.equal(judgeOddHours(odd, 14, null).alert, false);
  });
});

describe('code after code', () => {
  it('is a run in one direction; steps back and forth are none', () => {
    assert.equal(
      longestRun(
        Array.from({ length: 20 }, (_, n) => codeAt(1000 + n)),
        3,
      ),
      20,
    );
    assert.equal(
      longestRun(
        Array.from({ length: 20 }, (_, n) => codeAt(5000 - 2 * n)),
        3,
      ),
      20,
    );
    assert.equal(longestRun([codeAt(5), codeAt(6), codeAt(5), codeAt(6), codeAt(5)], 3), 2);
    assert.equal(longestRun([codeAt(5), codeAt(5), codeAt(5)], 3), 0, 'the same again is no step');
    assert.equal(longestRun(['', 'not a code'], 3), 0);
  });
  it('is not told of looks at organisations in any order', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 31 }), { minLength: 30, maxLength: 200 }),
        (numbers) => {
          const spread = numbers.map((n) => codeAt(n * 1000));
          assert.equal(judgeSequence(row, spread).alert, false);
        },
      ),
    );
  });
  it('is told at the policy’s length', () => {
    assert.equal(
      judgeSequence(
        row,
        Array.from({ length: 12 }, (_, n) => codeAt(n)),
      ).alert,
      true,
    );
    assert.equal(
      judgeSequence(
        row,
        Array.from({ length: 11 }, (_, n) => codeAt(n)),
      ).alert,
      false,
    );
  });
});

it('refused attempts are counted as they are', () => {
  const rule = { key: 'r', name, kind: 'refused', windowHours: 24, minimum: 20 } as const;
  assert.equal(judgeRefused(rule, 19).alert, false);
  assert.equal(judgeRefused(rule, 20).alert, true);
});
