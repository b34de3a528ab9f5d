/** The engine by example, and walked at random: no illegal state, no clock lost, every effect once. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addDays, type Instant, type PlainDateString, toInstant } from '../../platform/clock.ts';
import { workingDays } from '../policy/index.ts';
import {
  answerExtension,
  applyCommand,
  askExtension,
  beginCase,
  type CaseEvent,
  type CaseState,
  dueOf,
  type OnDue,
  type Procedure,
  type ProcedurePolicy,
  passTime,
  policyProblemsOf,
  problemsOf,
  type Rules,
} from './index.ts';

/** A procedure with everything that one can have: a pause, a loop, an automatic consequence, a way back from the end. */
const procedure: Procedure = {
  key: 'sample',
  initial: 'submitted',
  states: ['submitted', 'review', 'supplement', 'outside', 'decided', 'refused', 'lapsed', 'told'],
  closed: ['refused', 'lapsed', 'told'],
  transitions: [
    { command: 'accept', from: ['submitted'], to: 'review', by: ['office'] },
    { command: 'refuse', from: ['submitted', 'review'], to: 'refused', by: ['office'], reasons: 'refuse' },
    { command: 'askSupplement', from: ['review'], to: 'supplement', by: ['office'] },
    { command: 'supplement', from: ['supplement'], to: 'review', by: ['subject'] },
    { command: 'lapse', from: ['supplement'], to: 'lapsed', by: ['clock'] },
    { command: 'sendOut', from: ['review'], to: 'outside', by: ['office'] },
    { command: 'comeBack', from: ['outside'], to: 'review', by: ['office'] },
    { command: 'decide', from: ['review'], to: 'decided', by: ['office'], reasons: 'decide' },
    { command: 'tell', from: ['decided'], to: 'told', by: ['office'] },
    { command: 'reopen', from: ['told', 'lapsed', 'refused'], to: 'review', by: ['office'] },
  ],
  clocks: [
    { key: 'accept', runsIn: ['submitted'] },
    { key: 'supplement', runsIn: ['supplement'] },
    { key: 'decide', runsIn: ['review', 'decided'], pausesIn: ['supplement', 'outside'] },
  ],
};
const basis = { document: '样例' };
const escalate: OnDue = { kind: 'escalate' };
const policy: ProcedurePolicy = {
  clocks: [
    { key: 'accept', days: 3, extendDays: 0, remindDays: 1, onDue: escalate, basis },
    {
      key: 'supplement',
      days: 5,
      extendDays: 0,
      remindDays: 0,
      onDue: { kind: 'command', command: 'lapse', article: { document: '样例', article: '第一条' } },
      basis,
    },
    { key: 'decide', days: 7, extendDays: 10, remindDays: 2, onDue: escalate, basis },
  ],
  reasons: {
    refuse: [{ key: 'notComplete', name: { zh: '材料不全', en: 'Not complete' } }],
    decide: [{ key: 'proven', name: { zh: '查实', en: 'Proven' } }],
  },
};
/** 2026 with its National Day: 1 to 7 October are free, 10 October (a Saturday) is worked. */
const calendar = workingDays([
  {
    year: 2026,
    official: true,
    holidays: ['01', '02', '03', '04', '05', '06', '07'].map((day) => ({ on: `2026-10-${day}`, name: '国庆节' })),
    workdays: [{ on: '2026-10-10', name: '国庆节调休' }],
  } as never,
]);
const rules: Rules = { procedure, policy, calendar };
const at = (day: string): Instant => toInstant(`${day}T02:00:00Z`);
const give = (state: CaseState, command: string, day: string, over: object = {}) =>
  applyCommand(rules, state, { command, party: 'office', by: 'a', ...over }, at(day));
const must = (state: CaseState, command: string, day: string, over: object = {}): CaseState => {
  const applied = give(state, command, day, over);
  assert.ok(applied.ok, JSON.stringify(applied));
  return applied.next;
};
const due = (state: CaseState, key: string) => {
  const clock = state.clocks.find((one) => one.key === key && one.endedOn === null);
  return clock ? dueOf(clock, calendar) : null;
};

describe('definitions', () => {
  it('of the sample are sound, and unsound ones are told', () => {
    assert.deepEqual(problemsOf(procedure), []);
    assert.deepEqual(policyProblemsOf(procedure, policy), []);
    const broken: Procedure = {
      ...procedure,
      states: [...procedure.states, 'island'],
      transitions: [
        ...procedure.transitions,
        { command: 'accept', from: ['submitted'], to: 'nowhere', by: ['office'] },
      ],
      clocks: [{ key: 'accept', runsIn: ['told'] }],
    };
    const problems = problemsOf(broken).join('; ');
    for (const part of [
      'unknown state nowhere',
      'island cannot be reached',
      'submitted/accept',
      'closed told',
      'no clock in review',
    ])
      assert.ok(problems.includes(part), `${part} in ${problems}`);
    const silent = {
      ...policy,
      clocks: policy.clocks.map((clock) => ({ ...clock, onDue: policy.clocks[1]?.onDue ?? escalate })),
    };
    assert.match(policyProblemsOf(procedure, silent).join('; '), /accept may not give lapse in submitted/);
  });
});

describe('clocks', () => {
  it('count working days, holidays and worked Saturdays included', () => {
    const begun = beginCase(rules, at('2026-09-29'));
    // 30 September, 8, 9 October: the days between are free.
    assert.deepEqual(due(begun, 'accept'), { on: '2026-10-09', provisional: false });
    const review = must(begun, 'accept', '2026-10-09');
    // The worked Saturday counts.
    assert.equal(due(review, 'decide')?.on, '2026-10-19');
  });
  it('stand still while others act, and go on with what was left', () => {
    const review = must(beginCase(rules, at('2026-11-02')), 'accept', '2026-11-02');
    assert.equal(due(review, 'decide')?.on, '2026-11-11');
    const outside = must(review, 'sendOut', '2026-11-04');
    assert.equal(due(outside, 'decide'), null);
    const back = must(outside, 'comeBack', '2026-11-09');
    // Three working days (5, 6, 9) stood still.
    assert.equal(due(back, 'decide')?.on, '2026-11-16');
    const late = passTime(rules, outside, at('2026-12-30'));
    assert.deepEqual(late.events, []);
  });
  it('say that a day is provisional where the calendar is not official', () => {
    const begun = beginCase(rules, at('2026-12-31'));
    assert.equal(due(begun, 'accept')?.provisional, true);
  });
  it('are extended once, with another person, before they are over', () => {
    const review = must(beginCase(rules, at('2026-11-02')), 'accept', '2026-11-02');
    const ask = { clock: 'decide', by: 'a', reason: '需现场核查' };
    const asked = askExtension(rules, review, ask, at('2026-11-05'));
    assert.ok(asked.ok);
    assert.equal(due(asked.next, 'decide')?.on, '2026-11-11');
    assert.deepEqual(answerExtension(rules, asked.next, true, 'a', at('2026-11-05')), {
      ok: false,
      refusal: 'ownRequest',
    });
    const granted = answerExtension(rules, asked.next, true, 'chief', at('2026-11-06'));
    assert.ok(granted.ok);
    assert.equal(due(granted.next, 'decide')?.on, '2026-11-25');
    const refusals = [
      askExtension(rules, granted.next, ask, at('2026-11-09')),
      askExtension(rules, review, ask, at('2026-11-12')),
      askExtension(rules, review, { ...ask, clock: 'accept' }, at('2026-11-05')),
      askExtension(rules, review, { ...ask, reason: ' ' }, at('2026-11-05')),
      askExtension(rules, asked.next, ask, at('2026-11-05')),
      answerExtension(rules, review, true, 'chief', at('2026-11-05')),
    ].map((one) => (one.ok ? 'taken' : one.refusal));
    assert.deepEqual(refusals, [
      'alreadyExtended',
      'tooLate',
      'noSuchClock',
      'reasonMissing',
      'alreadyAsked',
      'nothingAsked',
    ]);
  });
});

describe('time that passes', () => {
  it('tells the superior once, effective on the day, however late it is noticed, and decides nothing', () => {
    const begun = beginCase(rules, at('2026-11-02'));
    const onTime = passTime(rules, begun, at('2026-11-05'));
    assert.deepEqual(
      onTime.events.map((one) => one.kind),
      ['reminder'],
    );
    const late = passTime(rules, begun, at('2026-11-20'));
    assert.deepEqual(
      late.events.map((one) => [one.kind, one.name, one.effectiveOn, one.recordedAt, one.to]),
      [['escalation', 'accept', '2026-11-05', at('2026-11-20'), 'submitted']],
    );
    assert.deepEqual(passTime(rules, late.next, at('2026-11-21')).events, []);
    // The act is still possible, and late.
    assert.equal(must(late.next, 'accept', '2026-11-21').state, 'review');
  });
  it('does what an article says, on the day of the deadline', () => {
    const review = must(beginCase(rules, at('2026-11-02')), 'accept', '2026-11-02');
    const waiting = must(review, 'askSupplement', '2026-11-03');
    const passed = passTime(rules, waiting, at('2026-12-01'));
    assert.deepEqual(
      passed.events.map((one) => [one.kind, one.name, one.to, one.party, one.effectiveOn]),
      [['command', 'lapse', 'lapsed', 'clock', '2026-11-10']],
    );
    assert.ok(passed.next.clocks.every((clock) => clock.endedOn !== null));
  });
  it('goes never backwards: a clock set back is noticed, and the order stays', () => {
    const review = must(beginCase(rules, at('2026-11-10')), 'accept', '2026-11-11');
    const applied = give(review, 'decide', '2026-11-02', { reason: 'proven' });
    assert.ok(applied.ok);
    const [event] = applied.events;
    assert.deepEqual(
      [event?.recordedAt, event?.effectiveOn, event?.clockBehind],
      [at('2026-11-11'), '2026-11-11', true],
    );
  });
});

it('refuses what may not be, and says why', () => {
  const begun = beginCase(rules, at('2026-11-02'));
  const refusals = [
    give(begun, 'fly', '2026-11-02'),
    give(begun, 'decide', '2026-11-02', { reason: 'proven' }),
    give(begun, 'accept', '2026-11-02', { party: 'subject' }),
    give(begun, 'refuse', '2026-11-02'),
    give(begun, 'refuse', '2026-11-02', { reason: 'because' }),
    give({ ...begun, state: 'supplement' }, 'lapse', '2026-11-02', { party: 'clock' }),
  ].map((one) => (one.ok ? 'taken' : one.refusal));
  assert.deepEqual(refusals, [
    'unknownCommand',
    'notInThisState',
    'notThisParty',
    'reasonMissing',
    'reasonUnknown',
    'notThisParty',
  ]);
});

/** Everything that must hold of a case after any history. */
function assertSound(state: CaseState, events: readonly CaseEvent[]): void {
  assert.ok(procedure.states.includes(state.state));
  assert.equal(state.events, events.length);
  let last: CaseEvent | undefined;
  const escalations = new Set<string>();
  for (const [at, event] of events.entries()) {
    assert.equal(event.seq, at + 1);
    assert.ok(!last || event.recordedAt >= last.recordedAt, 'recorded in order');
    assert.ok(!last || event.from === last.to, 'no state is skipped');
    if (event.kind === 'command') {
      const step = procedure.transitions.find((one) => one.command === event.name && one.from.includes(event.from));
      assert.equal(step?.to, event.to);
      assert.ok(step?.by.includes(event.party));
    } else assert.equal(event.from, event.to);
    if (event.kind === 'escalation') {
      const key = `${event.name} ${event.effectiveOn} ${state.clocks.find((one) => one.escalatedFor === event.effectiveOn)?.run}`;
      assert.ok(!escalations.has(key), `told twice: ${key}`);
      escalations.add(key);
    }
    last = event;
  }
  for (const definition of procedure.clocks) {
    const open = state.clocks.filter((clock) => clock.key === definition.key && clock.endedOn === null);
    const wanted = definition.runsIn.includes(state.state);
    const still = definition.pausesIn?.includes(state.state) ?? false;
    assert.ok(open.length <= 1);
    if (wanted) assert.ok(open[0] && open[0].pausedOn === null, `${definition.key} runs in ${state.state}`);
    else if (still && open[0]) assert.ok(open[0].pausedOn !== null, `${definition.key} stands still in ${state.state}`);
    else assert.equal(open.length, 0, `${definition.key} has ended in ${state.state}`);
    for (const clock of state.clocks) assert.ok(clock.extendedBy === 0 || clock.extendedBy === 10);
  }
}

it('model: more than 10,000 random steps make no illegal state, lose no clock and tell nothing twice', () => {
  const commands = procedure.transitions.map((step) => step.command);
  const step = fc.record({
    what: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...commands) },
      { weight: 2, arbitrary: fc.constant('(pass)') },
      { weight: 1, arbitrary: fc.constantFrom('(ask)', '(grant)', '(deny)') },
    ),
    /** Of three, two are commands that the state knows, given by one who may. */
    valid: fc.constantFrom(true, true, false),
    party: fc.constantFrom('office', 'subject', 'clock'),
    by: fc.constantFrom('a', 'b'),
    reason: fc.constantFrom('notComplete', 'proven', 'nonsense', null),
    // Now and then the machine's clock is set back.
    days: fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 0, max: 9 }) }, { weight: 1, arbitrary: fc.constant(-5) }),
  });
  let steps = 0;
  let taken = 0;
  const walk = fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (path) => {
    let today = '2026-09-01' as PlainDateString;
    let state = beginCase(rules, at(today));
    const events: CaseEvent[] = [];
    const keep = (next: CaseState, more: readonly CaseEvent[]): void => {
      state = next;
      events.push(...more);
      assertSound(state, events);
    };
    for (const { what, valid, party: anyParty, by, reason: anyReason, days } of path) {
      steps++;
      const open = procedure.transitions.filter((one) => one.from.includes(state.state));
      const step = valid ? open[commands.indexOf(what) % open.length] : undefined;
      const command = step?.command ?? what;
      const party = step?.by[0] ?? anyParty;
      const reason = step?.reasons ? (policy.reasons[step.reasons]?.[0]?.key ?? null) : anyReason;
      today = addDays(today, days);
      const now = at(today);
      const passed = passTime(rules, state, now);
      keep(passed.next, passed.events);
      assert.deepEqual(passTime(rules, state, now).events, [], 'passing the same time twice does nothing');
      if (what === '(pass)') continue;
      const applied =
        what === '(ask)'
          ? askExtension(rules, state, { clock: 'decide', by, reason: '核查' }, now)
          : what.startsWith('(')
            ? answerExtension(rules, state, what === '(grant)', by, now)
            : applyCommand(rules, state, { command, party, by, reason }, now);
      if (!applied.ok) continue;
      taken++;
      keep(applied.next, applied.events);
    }
  });
  fc.assert(walk, { numRuns: 500 });
  assert.ok(steps >= 10_000 && taken > 3000, `${steps} steps, ${taken} taken`);
});
