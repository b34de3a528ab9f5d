/** The two procedures as a model: every path of acts, in any order, by any party. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type AlertAct,
  type AlertParty,
  type AlertState,
  alertStates,
  alertTransitions,
  nextAlert,
} from './alert-state.ts';
import {
  type DisputeAct,
  type DisputeParty,
  type DisputeState,
  disputeActs,
  disputeStates,
  disputeTransitions,
  isClosed,
  isWaiting,
  nextDispute,
} from './dispute-state.ts';

const acts: readonly DisputeAct[] = ['answer', 'escalate', 'contest', 'decide', 'accept', 'withdraw'];
const parties: readonly DisputeParty[] = ['body', 'audit', 'subject', 'clock'];

describe('a dispute', () => {
  it('is never ended by the clock, whatever happened before', () => {
    for (const state of disputeStates) {
      for (const act of acts) {
        const to = nextDispute(state, act, 'clock');
        if (to !== null) assert.equal(isClosed(to), false, `${state} ${act}`);
      }
    }
  });
  it('ends by the subject’s own word or by a decision of the audit administrator only', () => {
    for (const state of disputeStates) {
      for (const [act, { to, by }] of Object.entries(disputeTransitions[state])) {
        if (!isClosed(to)) continue;
        assert.deepEqual([...by], act === 'decide' ? ['audit'] : ['subject'], `${state} ${act}`);
      }
    }
  });
  it('gives the body no act but the answer, and the subject none on a decision', () => {
    for (const state of disputeStates) assert.ok(disputeActs(state, 'body').every((act) => act === 'answer'));
    assert.deepEqual(disputeActs('decided', 'subject'), []);
  });
  it('walked at random stays in its states, and from each open one somebody can go on', () => {
    const step = fc.record({ act: fc.constantFrom(...acts), party: fc.constantFrom(...parties) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let state: DisputeState = 'open';
        let answered = false;
        for (const { act, party } of steps) {
          const to = nextDispute(state, act, party);
          if (to === null) continue;
          assert.equal(isClosed(state), false, 'nothing moves a closed dispute');
          if (to === 'answered') answered = true;
          if (to === 'contested' || to === 'accepted') assert.ok(answered, 'only an answer is contested or accepted');
          state = to;
        }
        assert.ok(disputeStates.includes(state));
        if (!isClosed(state)) assert.ok(Object.keys(disputeTransitions[state]).length > 0);
        assert.equal(isWaiting(state), ['open', 'escalated', 'contested'].includes(state));
      }),
    );
  });
  it('reaches every state', () => {
    const seen = new Set<DisputeState>(['open']);
    for (let before = 0; before !== seen.size; ) {
      before = seen.size;
      for (const state of seen) for (const { to } of Object.values(disputeTransitions[state])) seen.add(to);
    }
    assert.deepEqual([...seen].sort(), [...disputeStates].sort());
  });
});

describe('an alert', () => {
  it('is confirmed by a person only; the clock only lets it go', () => {
    for (const state of alertStates) {
      for (const [act, { to, by }] of Object.entries(alertTransitions[state])) {
        if (by === 'clock') assert.equal(to, 'expired', act);
        if (to === 'confirmed' || to === 'cleared') assert.equal(by, 'audit');
      }
    }
  });
  it('walked at random ends once', () => {
    const step = fc.record({
      act: fc.constantFrom<AlertAct>('reply', 'clear', 'confirm', 'expire'),
      party: fc.constantFrom<AlertParty>('officer', 'audit', 'clock'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        let state: AlertState = 'open';
        let ends = 0;
        for (const { act, party } of steps) {
          const to = nextAlert(state, act, party);
          if (to === null) continue;
          state = to;
          if (Object.keys(alertTransitions[state]).length === 0) ends += 1;
        }
        assert.ok(ends <= 1);
      }),
    );
  });
});
