/** How an entry stands on a day, by example and property. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addMonths, type RecordEventFacts } from '../disclosure/index.ts';
import type { CreditList } from '../policy/index.ts';
import { barHonours, type EntryFacts, monthsUntil, reportedTerm, standingOf, termProblem } from './entry.ts';

const facts: EntryFacts = {
  listedOn: '2026-01-05',
  endsOn: '2029-01-05',
  removals: [],
  record: { goneOn: null, effectiveTo: null, inForce: true, events: [] },
};
const event = (kind: RecordEventFacts['kind'], effectiveOn: string): RecordEventFacts => ({ kind, effectiveOn });
const withEvents = (...events: RecordEventFacts[]): EntryFacts => ({
  ...facts,
  record: { goneOn: null, effectiveTo: null, inForce: true, events },
});
const list = (over: Partial<CreditList> = {}): CreditList =>
  ({
    key: 'SX99',
    kind: 'serious',
    term: { months: 36, maxMonths: 36, basis: { document: 'x' } },
    ...over,
  }) as CreditList;

describe('an entry', () => {
  it('holds from its first to its last day, both included', () => {
    assert.equal(standingOf(facts, '2026-01-04').state, 'notYet');
    assert.equal(standingOf(facts, '2026-01-05').state, 'live');
    assert.equal(standingOf(facts, '2029-01-05').state, 'live');
    assert.equal(standingOf(facts, '2029-01-06').state, 'expired');
  });
  it('ends with what its record says: repair, annulment, withdrawal, an earlier end at the source', () => {
    assert.equal(standingOf(withEvents(event('repaired', '2027-01-05')), '2027-01-04').state, 'live');
    assert.equal(standingOf(withEvents(event('repaired', '2027-01-05')), '2027-01-05').state, 'early');
    assert.equal(standingOf(withEvents(event('annulled', '2027-01-05')), '2027-01-05').state, 'annulled');
    assert.equal(standingOf(withEvents(event('withdrawn', '2027-01-05')), '2027-01-05').state, 'leftAtSource');
    const cut = { ...facts, record: { goneOn: null, effectiveTo: '2026-06-01', inForce: true, events: [] } };
    assert.equal(standingOf(cut, '2026-06-01').state, 'live');
    assert.equal(standingOf(cut, '2026-06-02').state, 'expired');
    const gone = { ...facts, record: { goneOn: '2026-06-01', effectiveTo: null, inForce: true, events: [] } };
    assert.equal(standingOf(gone, '2026-05-31').state, 'live');
    assert.equal(standingOf(gone, '2026-06-01').state, 'leftAtSource');
  });
  it('holds again when the repair is revoked, and not while it is suspended', () => {
    const revoked = withEvents(event('repaired', '2027-01-05'), event('repairRevoked', '2027-02-01'));
    assert.equal(standingOf(revoked, '2027-01-20').state, 'early');
    assert.equal(standingOf(revoked, '2027-02-01').state, 'live');
    const suspended = withEvents(event('suspended', '2026-03-01'), event('resumed', '2026-04-01'));
    assert.equal(standingOf(suspended, '2026-03-15').state, 'suspended');
    assert.equal(standingOf(suspended, '2026-04-01').state, 'live');
  });
  it('does not let an honour hold beside a serious entry', () => {
    const both = [
      { kind: 'serious', state: 'live' },
      { kind: 'honour', state: 'live' },
    ] as const;
    assert.deepEqual(
      barHonours(both).map(({ state }) => state),
      ['live', 'barred'],
    );
    assert.deepEqual(
      barHonours([{ kind: 'serious', state: 'expired' } as const, { kind: 'honour', state: 'live' } as const]).map(
        ({ state }) => state,
      ),
      ['expired', 'live'],
    );
  });
});

describe('terms', () => {
  it('a decision says no longer one than the law', () => {
    assert.equal(termProblem(list(), 36), null);
    assert.match(termProblem(list(), 37)?.zh ?? '', /最长 36 个月/);
    assert.match(termProblem(list(), null)?.zh ?? '', /请填写/);
    const { term: _gone, ...open } = list();
    assert.equal(termProblem(open, null), null);
    assert.notEqual(termProblem(open, 12), null);
  });
  it('a reported end beyond the law is cut, an absent one is the law’s', () => {
    assert.deepEqual(reportedTerm(list(), '2026-01-31', null), {
      endsOn: '2029-01-31',
      months: 36,
      limit: 36,
      cut: false,
    });
    assert.deepEqual(reportedTerm(list(), '2026-01-31', '2036-01-31'), {
      endsOn: '2029-01-31',
      months: 36,
      limit: 36,
      cut: true,
    });
    assert.equal(monthsUntil('2026-01-31', '2026-02-28', 36), 1);
  });
});

const day = fc
  .integer({ min: 0, max: 4_000 })
  .map((n) => new Date(Date.UTC(2024, 0, 1) + n * 86_400_000).toISOString().slice(0, 10));
const anyEvent = fc.record({
  kind: fc.constantFrom<RecordEventFacts['kind']>(
    'repaired',
    'repairRevoked',
    'annulled',
    'withdrawn',
    'suspended',
    'resumed',
    'masked',
    'objectionOpened',
    'objectionClosed',
  ),
  effectiveOn: day,
});
const anyFacts = fc.record({
  listedOn: day,
  endsOn: fc.option(day, { nil: null }),
  removals: fc.array(
    fc.record({ kind: fc.constantFrom('expired', 'early', 'annulled', 'leftAtSource'), removedOn: day }),
    { maxLength: 3 },
  ),
  record: fc.option(
    fc.record({
      goneOn: fc.option(day, { nil: null }),
      effectiveTo: fc.option(day, { nil: null }),
      inForce: fc.boolean(),
      events: fc.array(anyEvent, { maxLength: 6 }),
    }),
    { nil: null },
  ),
}) as fc.Arbitrary<EntryFacts>;

describe('the class of the act', () => {
  it('is the confirmed one, else the reported one', () => {
    const record = { goneOn: null, effectiveTo: null, inForce: true, severity: 'general' as const, events: [] };
    const at = (of: object) =>
      standingOf({ listedOn: '2026-01-01', endsOn: null, removals: [], record: { ...record, ...of } }, '2026-06-01')
        .severity;
    assert.equal(at({}), 'general');
    const confirmed = { kind: 'severityConfirmed', effectiveOn: '2026-05-01', recordedAt: '2026-05-01T00:00:00.000Z' };
    assert.equal(at({ events: [{ ...confirmed, data: { severity: 'minor' } }] }), 'minor');
    assert.equal(at({ events: [{ ...confirmed, effectiveOn: '2026-07-01', data: { severity: 'minor' } }] }), 'general');
    assert.equal(
      standingOf({ listedOn: '2026-01-01', endsOn: null, removals: [], record: null }, '2026-06-01').severity,
      null,
    );
  });
});

describe('properties', () => {
  it('whoever is live is within the term, not removed, not annulled, and what ended for good stays ended', () => {
    fc.assert(
      fc.property(anyFacts, day, day, (entry, on, later) => {
        const { state, endsOn } = standingOf(entry, on);
        if (state === 'live') {
          assert.ok(on >= entry.listedOn && (endsOn === null || on <= endsOn));
          assert.ok(!entry.removals.some((one) => one.kind !== 'expired' && one.removedOn <= on));
          assert.ok(!entry.record?.events.some((one) => one.kind === 'annulled' && one.effectiveOn <= on));
        }
        if (state === 'annulled' && later > on) assert.equal(standingOf(entry, later).state, 'annulled');
        if (state === 'expired' && later > on) assert.notEqual(standingOf(entry, later).state, 'live');
        if (endsOn !== null && entry.endsOn !== null) assert.ok(endsOn <= entry.endsOn, 'never longer than the entry');
      }),
      { numRuns: 3_000 },
    );
  });
  it('no reported term passes the law’s', () => {
    fc.assert(
      fc.property(day, fc.option(day, { nil: null }), fc.integer({ min: 1, max: 60 }), (on, end, max) => {
        const term = reportedTerm(
          list({ term: { months: Math.min(12, max), maxMonths: max, basis: { document: 'x' } } }),
          on,
          end,
        );
        assert.ok(term.endsOn !== null && term.endsOn <= addMonths(on, max));
        assert.ok(term.months !== null && term.months >= 1 && term.months <= max);
      }),
      { numRuns: 2_000 },
    );
  });
});
