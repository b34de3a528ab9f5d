/** The states of a request, walked by a model: whatever the order of acts, a closed request stays closed and nothing is skipped. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  actsOpen,
  closedStates,
  nextState,
  type RequestAct,
  type RequestState,
  requestActs,
  requestStates,
  transitions,
} from './request-state.ts';

describe('a request', () => {
  it('walks only where the table leads', () => {
    const step = fc.record({
      act: fc.constantFrom(...requestActs),
      by: fc.constantFrom('office' as const, 'person' as const),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let state: RequestState = 'received';
        const seen: RequestState[] = [state];
        for (const { act, by } of steps) {
          const next = nextState(state, act, by);
          assert.equal(next !== null, actsOpen(state, by).includes(act));
          if (closedStates.has(state)) assert.equal(next, null, `${state} is closed`);
          if (next === null) continue;
          assert.equal(transitions[act].by, by);
          if (next === 'granted' || next === 'partlyGranted') assert.ok(seen.includes('accepted'), 'accepted first');
          if (state === 'supplement') assert.ok(['accepted', 'refused', 'withdrawn'].includes(next));
          state = next;
          seen.push(state);
        }
      }),
      { numRuns: 2000 },
    );
  });
  it('every state is reached, every open one can end, and refusals need a reason', () => {
    const reached = new Set<RequestState>(['received']);
    for (let round = 0; round < 10; round += 1)
      for (const state of [...reached])
        for (const act of requestActs)
          for (const by of ['office', 'person'] as const) {
            const next = nextState(state, act, by);
            if (next) reached.add(next);
          }
    assert.deepEqual([...reached].sort(), [...requestStates].sort());
    for (const state of requestStates)
      assert.equal(actsOpen(state, 'office').length > 0, !closedStates.has(state), state);
    const reasons = requestActs.filter((act: RequestAct) => transitions[act].reason);
    assert.deepEqual(reasons, ['grantPartly', 'refuse']);
  });
});
