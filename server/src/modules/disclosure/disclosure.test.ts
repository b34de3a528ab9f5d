import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addMonths, dayAfter } from './dates.ts';
import { discloseRecord } from './disclose-record.ts';
import { fakePolicy } from './fake-policy.ts';
import type { DisclosureFacts, RecordEventFacts } from './types.ts';

const policy = fakePolicy();
const penalty: DisclosureFacts = {
  item: 'penalty',
  standard: 'penalty',
  decidedOn: '2026-11-18',
  effectiveFrom: null,
  effectiveTo: null,
  categories: ['罚款'],
  severity: null,
  amountFen: 2_000_000n,
  confiscatedFen: null,
  procedure: null,
  subjectKind: 'enterprise',
  counterpartyPerson: false,
};
const licence: DisclosureFacts = {
  ...penalty,
  item: 'licence',
  standard: 'licence',
  categories: ['普通'],
  amountFen: null,
  decidedOn: '2026-01-05',
  effectiveFrom: '2026-01-05',
  effectiveTo: '2029-01-04',
};
const show = (facts: DisclosureFacts, on: string, events: RecordEventFacts[] = []) =>
  discloseRecord(facts, events, on, policy);

describe('disclosure of penalties', () => {
  it('shows a general penalty for a year from the document, the last day included', () => {
    const seen = show(penalty, '2026-11-22');
    assert.equal(seen.state, 'shown');
    assert.equal(seen.until, '2027-11-18');
    assert.equal(seen.earliestRepairOn, '2027-02-18');
    assert.equal(seen.severity, 'general');
    assert.equal(seen.severityConfirmed, false);
    assert.match(seen.reason.zh, /暂按“一般”计.*2027年11月18日/);
    assert.equal(show(penalty, '2027-11-18').shown, true);
    assert.equal(show(penalty, '2027-11-19').state, 'expired');
  });

  it('lets the confirmed class govern, from the record or from an event', () => {
    assert.equal(show({ ...penalty, severity: 'serious' }, '2026-11-22').until, '2029-11-18');
    const event: RecordEventFacts = {
      kind: 'severityConfirmed',
      effectiveOn: '2026-12-01',
      data: { severity: 'minor' },
    };
    assert.equal(show(penalty, '2026-11-30', [event]).shown, true);
    assert.equal(show(penalty, '2026-12-01', [event]).state, 'neverShown');
  });

  it('takes the longest of several types, minor and unmatched ones are not shown', () => {
    assert.equal(show({ ...penalty, categories: ['罚款', '责令停产停业'] }, '2026-11-22').severity, 'serious');
    assert.equal(show({ ...penalty, categories: ['警告'], amountFen: null }, '2026-11-22').state, 'neverShown');
    assert.equal(show({ ...penalty, categories: ['其他'], amountFen: null }, '2026-11-22').state, 'neverShown');
    assert.equal(show({ ...penalty, procedure: '简易程序' }, '2026-11-22').state, 'neverShown');
  });

  it('favours the subject where the regime changed', () => {
    const old = { ...penalty, decidedOn: '2025-06-30' };
    assert.equal(show(old, '2026-03-31').until, '2028-06-30');
    const now = show(old, '2026-04-01');
    assert.equal(now.until, '2026-06-30');
    assert.equal(now.regime.key, 'NDRC-36');
    const serious = show({ ...old, severity: 'serious' }, '2026-04-01');
    assert.equal(serious.until, '2028-06-30');
    assert.equal(serious.earliestRepairOn, '2025-12-30');
    assert.equal(discloseRecord(old, [], '2026-05-01', policy, 'ofDecision').until, '2028-06-30');
  });

  it('ends months at their last day', () => {
    assert.equal(show({ ...penalty, decidedOn: '2028-02-29' }, '2028-03-01').until, '2029-02-28');
    assert.equal(show({ ...penalty, decidedOn: '2026-11-30' }, '2026-12-01').earliestRepairOn, '2027-02-28');
    assert.equal(addMonths('2027-11-30', 3), '2028-02-29');
    assert.equal(addMonths('2024-12-31', -1), '2024-11-30');
    assert.equal(dayAfter('2028-02-28'), '2028-02-29');
    assert.equal(dayAfter('2026-12-31'), '2027-01-01');
  });

  it('is not shown before its document, without a date, without a catalogue entry or a regime', () => {
    assert.equal(show(penalty, '2026-11-17').state, 'notYet');
    assert.equal(show({ ...penalty, decidedOn: null }, '2026-11-22').shown, false);
    assert.equal(show({ ...penalty, item: 'internal' }, '2026-11-22').state, 'neverShown');
    assert.equal(show({ ...penalty, item: 'coercion' }, '2026-11-22').state, 'neverShown');
  });
});

describe('disclosure of licences', () => {
  it('follows the term', () => {
    assert.equal(show(licence, '2026-01-04').state, 'notYet');
    assert.equal(show(licence, '2029-01-04').shown, true);
    assert.equal(show(licence, '2029-01-05').state, 'expired');
    assert.equal(show({ ...licence, effectiveTo: '2099-12-31' }, '2050-01-01').until, null);
    assert.equal(show({ ...licence, effectiveTo: null }, '2050-01-01').shown, true);
    assert.equal(show({ ...licence, inForce: false }, '2026-02-01').state, 'expired');
  });
});

describe('events', () => {
  const at = (kind: RecordEventFacts['kind'], effectiveOn = '2026-12-01', data?: Record<string, unknown>) => ({
    kind,
    effectiveOn,
    ...(data ? { data } : {}),
  });

  it('withdrawal, annulment, repair, suspension and masking stop it', () => {
    for (const [kind, state] of [
      ['withdrawn', 'withdrawn'],
      ['erased', 'withdrawn'],
      ['annulled', 'annulled'],
      ['repaired', 'repaired'],
      ['suspended', 'suspended'],
      ['masked', 'masked'],
    ] as const) {
      assert.equal(show(penalty, '2026-12-01', [at(kind)]).state, state);
      assert.equal(show(penalty, '2026-11-30', [at(kind)]).state, 'shown');
    }
  });

  it('a revoked repair resumes for the remaining time', () => {
    const events = [at('repairRevoked', '2027-03-01'), at('repaired', '2027-02-20')];
    assert.equal(show(penalty, '2027-02-21', events).state, 'repaired');
    assert.equal(show(penalty, '2027-03-01', events).state, 'shown');
    assert.equal(show(penalty, '2027-11-19', events).state, 'expired');
  });

  it('objections and reviews annotate and do not hide', () => {
    const events = [
      at('objectionOpened', '2026-12-01', { matter: 'objection', case: 'a' }),
      at('objectionOpened', '2026-12-02', { matter: 'review', case: 'b' }),
      at('objectionClosed', '2026-12-05', { matter: 'objection', case: 'a' }),
    ];
    assert.deepEqual(show(penalty, '2026-12-03', events).annotations, ['objectionInProgress', 'reviewInProgress']);
    assert.deepEqual(show(penalty, '2026-12-06', events).annotations, ['reviewInProgress']);
    assert.equal(show(penalty, '2026-12-03', events).shown, true);
  });
});

describe('properties', () => {
  const day = fc
    .integer({ min: 0, max: 365 * 14 })
    .map((offset) => new Date(Date.UTC(2020, 0, 1) + offset * 86_400_000).toISOString().slice(0, 10));
  const facts = fc.record({
    item: fc.constantFrom('penalty', 'licence'),
    standard: fc.constant('any'),
    decidedOn: day,
    effectiveFrom: fc.option(day),
    effectiveTo: fc.option(day),
    categories: fc.subarray(['罚款', '警告', '责令停产停业', '暂扣许可证']),
    severity: fc.option(fc.constantFrom('minor', 'general', 'serious')),
    amountFen: fc.option(fc.bigInt(0n, 10n ** 10n)),
    confiscatedFen: fc.option(fc.bigInt(0n, 10n ** 10n)),
    procedure: fc.option(fc.constantFrom('简易程序', '普通程序')),
    subjectKind: fc.constantFrom('enterprise', 'soleTrader'),
    counterpartyPerson: fc.constant(false),
  }) as fc.Arbitrary<DisclosureFacts>;

  it('once it ended it is never shown again without events', () => {
    fc.assert(
      fc.property(facts, day, day, (record, a, b) => {
        const [earlier, later] = a <= b ? [a, b] : [b, a];
        const first = show(record, earlier);
        // Before the first regime there was no rule at all; a new one may then provide for disclosure.
        if (first.regime.key === 'none') return;
        if (first.state === 'expired' || first.state === 'neverShown') assert.equal(show(record, later).shown, false);
        if (first.shown && first.until !== null && record.item === 'penalty') {
          assert.ok((show(record, later).until ?? '') <= first.until);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('never beyond the maximum, never minor, never outside its days', () => {
    fc.assert(
      fc.property(facts, day, (record, on) => {
        const seen = show(record, on);
        if (!seen.shown) return;
        assert.ok(seen.from !== null && seen.from <= on && (seen.until === null || on <= seen.until));
        if (record.item !== 'penalty') return;
        assert.notEqual(seen.severity, 'minor');
        assert.notEqual(record.procedure === '简易程序' && on >= '2026-04-01', true);
        assert.ok((seen.until ?? '9') <= addMonths(record.decidedOn ?? '', 36));
        if (seen.severity === 'general' && on >= '2026-04-01') {
          assert.ok((seen.until ?? '9') <= addMonths(record.decidedOn ?? '', 12));
        }
        assert.ok(seen.earliestRepairOn === null || seen.earliestRepairOn <= (seen.until ?? '9'));
      }),
      { numRuns: 2_000 },
    );
  });

  it('repaired, annulled, withdrawn and erased are never shown; the order of events does not matter', () => {
    fc.assert(
      fc.property(
        facts,
        day,
        fc.constantFrom('repaired', 'annulled', 'withdrawn', 'erased'),
        day,
        (record, on, kind, since) => {
          const events: RecordEventFacts[] = [
            { kind: 'objectionOpened', effectiveOn: '2020-01-01' },
            { kind, effectiveOn: since },
          ];
          const seen = show(record, on, events);
          if (since <= on) assert.equal(seen.shown, false);
          assert.deepEqual(seen, show(record, on, events.toReversed()));
        },
      ),
    );
  });

  it('a natural person is never shown, whatever the data claims', () => {
    fc.assert(
      fc.property(facts, day, (record, on) => {
        const person = { ...record, counterpartyPerson: true } as unknown as DisclosureFacts;
        assert.equal(show(person, on).shown, false);
        assert.equal(show({ ...record, subjectKind: 'person' }, on).shown, false);
      }),
    );
  });
});
