/** The table walked by a model: whatever is tried in whatever order, nothing is read without a grant that holds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AuthorisationAct, afterAct, authorisationTable, stateAt, storedStates, type Terms } from './state.ts';

const acts: readonly AuthorisationAct[] = ['grant', 'decline', 'revoke', 'withdraw'];
const step = fc.oneof(
  fc.record({ kind: fc.constant('act' as const), act: fc.constantFrom(...acts) }),
  fc.record({ kind: fc.constant('use' as const) }),
  fc.record({ kind: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 40 }) }),
);

test('every state leads somewhere known; ended ones lead nowhere', () => {
  for (const state of storedStates)
    for (const next of Object.values(authorisationTable[state])) assert.ok(storedStates.includes(next));
  for (const state of ['declined', 'withdrawn', 'revoked'] as const) assert.deepEqual(authorisationTable[state], {});
});

test('a walk: uses never pass the number, nothing is used unless granted and in time, an end is final', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 4 }), (steps, uses) => {
      const start = Date.parse('2026-11-01T00:00:00Z');
      let elapsed = 0;
      const now = () => new Date(start + elapsed * 86_400_000).toISOString();
      const today = () => now().slice(0, 10);
      let terms: Terms = {
        state: 'asked',
        answerBy: new Date(start + 30 * 86_400_000).toISOString(),
        validFrom: '2026-11-01',
        validTo: '2027-01-10',
        usesAllowed: uses,
        usesMade: 0,
      };
      let everGranted = false;
      let ended = false;
      for (const one of steps) {
        if (one.kind === 'wait') elapsed += one.days;
        else if (one.kind === 'act') {
          const next = afterAct(terms, one.act, now(), today());
          if (ended) assert.equal(next, null);
          if (next !== null) terms = { ...terms, state: next };
          everGranted ||= next === 'granted';
          ended = terms.state !== 'asked' && terms.state !== 'granted';
        } else if (stateAt(terms, now(), today()) === 'granted') {
          assert.ok(everGranted && !ended && today() <= (terms.validTo ?? ''));
          terms = { ...terms, usesMade: terms.usesMade + 1 };
        }
        assert.ok(terms.usesMade <= uses);
        if (!everGranted) assert.equal(terms.usesMade, 0);
      }
    }),
    { numRuns: 500 },
  );
});

test('silence grants nothing: an unanswered request lapses and can no more be granted', () => {
  const terms: Terms = {
    state: 'asked',
    answerBy: '2026-11-30T00:00:00Z',
    validFrom: null,
    validTo: null,
    usesAllowed: 1,
    usesMade: 0,
  };
  assert.equal(stateAt(terms, '2026-11-30T00:00:00Z', '2026-11-30'), 'lapsed');
  assert.equal(afterAct(terms, 'grant', '2026-11-30T00:00:00Z', '2026-11-30'), null);
  assert.equal(afterAct(terms, 'grant', '2026-11-29T23:59:59Z', '2026-11-30'), 'granted');
});
