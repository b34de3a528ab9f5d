/** The recognition of a list entry walked at random with the shipped policy. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addDays, type Instant, type PlainDateString } from '../../platform/clock.ts';
import { repositoryRoot } from '../../platform/config.ts';
import {
  applyCommand,
  beginCase,
  type CaseEvent,
  type CaseState,
  type Procedure,
  passTime,
  policyProblemsOf,
  problemsOf,
} from '../casework/index.ts';
import { compilePolicy, loadPolicyFiles, versionsOf } from '../policy/index.ts';
import { listingProcedure } from './state.ts';

const { files } = await loadPolicyFiles([join(repositoryRoot, 'policy')]);
const policies = compilePolicy(files, 1, versionsOf(files).digest);
const procedure = listingProcedure as Procedure;
const policy = policies.procedure('listing');

/** What must have happened before each state, whatever the way to it. */
const before: Readonly<Record<string, readonly string[]>> = {
  reviewed: [],
  cleared: ['review'],
  decided: ['review', 'clear'],
  delivered: ['review', 'clear', 'decide'],
  listed: ['review', 'clear', 'decide', 'deliver', 'list'],
  removed: ['list'],
  annulled: ['list'],
  expired: ['list'],
};

function assertSound(state: CaseState, events: readonly CaseEvent[]): void {
  assert.ok(procedure.states.includes(state.state), state.state);
  assert.equal(state.events, events.length);
  const names = events.map(({ name }) => name);
  for (const name of before[state.state] ?? []) assert.ok(names.includes(name), `${state.state} without ${name}`);
  if (names.includes('decide'))
    assert.ok(names.includes('serveNotice') || names.includes('announce'), 'nobody was told before the decision');
  for (const { key, runsIn, pausesIn } of procedure.clocks) {
    const open = state.clocks.filter((clock) => clock.key === key && clock.endedOn === null);
    if (runsIn.includes(state.state)) assert.equal(open.length, 1, `${key} is lost in ${state.state}`);
    else if (!pausesIn?.includes(state.state)) assert.equal(open.length, 0, `${key} goes on in ${state.state}`);
  }
}

describe('the procedure', () => {
  it('is sound, and its policy fits it', () => {
    assert.deepEqual(problemsOf(procedure), []);
    assert.deepEqual(policyProblemsOf(procedure, policy), []);
  });
  it('model: 10,000 random steps list nobody who was not told, heard, cleared, decided and served', () => {
    const rules = { procedure, policy, calendar: policies };
    const step = fc.record({
      pick: fc.nat(),
      valid: fc.constantFrom(true, true, true, false),
      party: fc.constantFrom('subject', 'recogniser', 'platform', 'clock', 'stranger'),
      days: fc.integer({ min: 0, max: 6 }),
    });
    let steps = 0;
    let taken = 0;
    const reached = new Set<string>();
    fc.assert(
      fc.property(fc.array(step, { minLength: 30, maxLength: 70 }), (path) => {
        let today = '2026-03-02' as PlainDateString;
        const now = (): Instant => `${today}T02:00:00.000Z` as Instant;
        let state = beginCase(rules, now());
        let events: CaseEvent[] = [];
        for (const { pick, valid, party, days } of path) {
          steps++;
          today = addDays(today, days);
          const passed = passTime(rules, state, now());
          state = passed.next;
          events.push(...passed.events);
          const open = procedure.transitions.filter((one) => one.from.includes(state.state));
          if (open.length === 0) {
            state = beginCase(rules, now());
            events = [];
            continue;
          }
          const pool = valid ? open : procedure.transitions;
          const chosen = pool[pick % pool.length];
          if (!chosen) continue;
          const applied = applyCommand(
            rules,
            state,
            {
              command: chosen.command,
              party: valid ? (chosen.by[0] ?? party) : party,
              by: 'a',
              reason: chosen.reasons ? (policy.reasons[chosen.reasons]?.[0]?.key ?? null) : null,
            },
            now(),
          );
          if (applied.ok) {
            taken++;
            assert.ok(chosen.by.includes(valid ? (chosen.by[0] as never) : (party as never)));
            state = applied.next;
            events.push(...applied.events);
          } else assert.ok(!valid, `${chosen.command} in ${state.state}: ${applied.refusal}`);
          reached.add(state.state);
          assertSound(state, events);
        }
      }),
      { numRuns: 320 },
    );
    assert.ok(steps >= 10_000 && taken > 1_500, `${steps} steps, ${taken} taken`);
    assert.deepEqual(
      procedure.states.filter((one) => !reached.has(one)),
      [],
    );
  });
});
