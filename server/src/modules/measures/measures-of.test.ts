/** No measure without the list in force, a basis and a live cause; none reaches a third party: by example and by property. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { CreditList, MeasurePolicy } from '../policy/types.ts';
import { type Cause, expressible, incentivesOf, type MeasureSource, measuresOf } from './measures-of.ts';

const words = { zh: '词', en: 'word' };
const runs = Number(process.env.MEASURE_RUNS ?? 3000);

const dayOf = (offset: number): string =>
  new Date(Date.UTC(2021, 0, 1) + offset * 86_400_000).toISOString().slice(0, 10);
const day = fc.integer({ min: 0, max: 2600 }).map(dayOf);
const maybeDay = fc.option(day, { nil: undefined });
const measureIds = ['M01', 'M02', 'M03', 'BC01', 'X99'];
const listKeys = ['SX01', 'SX02', 'GZ01', 'SH01', 'ZZ09'];
const subjects = ['a', 'b', 'c'];
const matters = ['AA-1', 'AA-2'];
const editions = ['2021', '2022', '2024'];
const some = <T>(of: readonly T[]) => fc.subarray([...of]);
/** Mostly what lets a measure through, so that the worlds are full of them; and everything else. */
const mostly = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(usual, ...others) });

const policyOf: fc.Arbitrary<MeasurePolicy> = fc.record({
  editions: fc
    .tuple(day, day, day)
    .map((days) => days.sort().map((from, at) => ({ key: editions[at] ?? '', from, basis: { document: '清单' } }))),
  measures: fc.uniqueArray(
    fc.record({
      id: fc.constantFrom('M01', 'M02', 'M03', 'BC01'),
      class: fc.constantFrom('duty' as const, 'management' as const, 'market' as const),
      name: fc.constant(words),
      content: fc.constant(words),
      editions: some(editions),
      basis: fc.constant([{ document: '清单' }]),
      local: fc.boolean(),
    }),
    { selector: ({ id }) => id, minLength: 2, maxLength: 4 },
  ),
  rules: fc.array(
    fc
      .record({
        list: fc.oneof(
          { weight: 3, arbitrary: fc.constantFrom('SX01', 'SX02') },
          { weight: 1, arbitrary: fc.constantFrom(...listKeys) },
        ),
        measure: fc.constantFrom(...measureIds),
        force: fc.constantFrom('required' as const, 'permitted' as const),
        basis: mostly([{ document: '某法', article: '第一条' }], []),
        matters: some(matters),
        from: maybeDay,
        to: maybeDay,
      })
      .map(({ from, to, ...rest }) => ({
        ...rest,
        relevance: words,
        proportion: words,
        bodies: ['*'],
        jurisdiction: 'city' as const,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      })),
    { minLength: 4, maxLength: 16 },
  ),
  incentives: fc.array(
    fc.record({
      id: fc.constantFrom('J01', 'J02'),
      name: fc.constant(words),
      condition: fc.constant(words),
      lists: some(listKeys),
      matters: some(matters),
      bodies: fc.constant(['*']),
      basis: fc.constant([{ document: '某条例' }]),
    }),
    { maxLength: 3 },
  ),
});

const listsOf = fc
  .uniqueArray(
    fc.record({
      key: fc.constantFrom('SX01', 'SX02', 'GZ01', 'SH01'),
      kind: mostly<CreditList['kind']>('serious', 'watch', 'honour'),
      setBy: mostly<CreditList['setBy']>('departmentRule', 'law', 'localDocument'),
    }),
    { selector: ({ key }) => key, minLength: 3 },
  )
  .map((all) => Object.fromEntries(all.map((one) => [one.key, one])));

const causeOf: fc.Arbitrary<Cause> = fc
  .record({
    canonicalId: mostly('a', 'b', 'c'),
    entryId: fc.uuid(),
    list: fc.constantFrom(...listKeys),
    kind: mostly<CreditList['kind']>('serious', 'watch', 'honour'),
    state: mostly<Cause['state']>('live', 'notYet', 'suspended', 'annulled', 'expired'),
    documentNumber: mostly<string | null>('示市监〔2026〕1号', ' ', null),
    caseNumber: fc.constantFrom('（2026）鲁01执1号', null),
    deliveredOn: fc.option(day),
    attested: fc.boolean(),
    listedOn: day,
    endsOn: fc.option(day),
    severity: mostly<Cause['severity']>(undefined, 'minor', 'serious'),
  })
  .map(({ severity, ...rest }) => ({ ...rest, ...(severity === undefined ? {} : { severity }) }));

const worldOf = fc.record({
  policy: policyOf,
  lists: listsOf,
  causes: fc.array(causeOf, { maxLength: 8 }),
  subject: mostly(...(subjects as [string, string, string])),
  matter: fc.option(
    fc.record({ code: fc.constantFrom(...matters), measures: some(measureIds), incentives: some(['J01', 'J02']) }),
  ),
  on: day,
});

describe('measures', () => {
  it(`have the list in force that day, a basis and a live cause, and reach nobody else (${runs} random worlds)`, () => {
    let seen = 0;
    fc.assert(
      fc.property(worldOf, ({ policy, lists, causes, subject, matter, on }) => {
        const source: MeasureSource = { measures: policy, list: (key) => lists[key] };
        for (const found of measuresOf(subject, causes, source, matter, on)) {
          seen += 1;
          // The list of measures in force that day, worked out anew.
          const edition = policy.editions.filter(({ from }) => from <= on).at(-1)?.key;
          const measure = policy.measures.find(({ id }) => id === found.id);
          assert.ok(measure, 'it stands in the list');
          assert.ok(measure.local || (edition !== undefined && measure.editions?.includes(edition)), 'of that day');
          // Its basis.
          assert.ok(
            policy.rules.some(
              (rule) =>
                rule.list === found.list &&
                rule.measure === found.id &&
                rule.force === found.force &&
                rule.basis.length > 0 &&
                (rule.from ?? '') <= on &&
                on <= (rule.to ?? '9999') &&
                (matter === null || (rule.matters.includes(matter.code) && matter.measures.includes(rule.measure))),
            ),
          );
          assert.notEqual(found.article, '');
          // A live, documented cause of this subject, on a serious list.
          const cause = causes.find(({ entryId }) => entryId === found.entryId);
          assert.ok(cause);
          assert.equal(cause.canonicalId, subject, 'never a third party');
          assert.equal(found.subjectId, subject);
          assert.equal(cause.list, found.list);
          assert.equal(cause.state, 'live');
          assert.ok(cause.listedOn <= on && (cause.endsOn === null || on <= cause.endsOn));
          assert.ok(cause.attested || cause.deliveredOn !== null);
          assert.notEqual(found.document.trim(), '');
          assert.equal(lists[found.list]?.kind, 'serious');
          assert.notEqual(cause.severity, 'minor');
          if (measure.class === 'duty') assert.notEqual(lists[found.list]?.setBy, 'localDocument');
          assert.equal(found.until, cause.endsOn, 'it ends with its cause');
        }
      }),
      { numRuns: runs },
    );
    // The property says nothing if the worlds hold none.
    assert.ok(seen > runs / 100, `only ${seen} measures were seen`);
  });
  it('incentives rest on an honour and fall beside a serious entry', () => {
    let seen = 0;
    fc.assert(
      fc.property(worldOf, ({ policy, lists, causes, subject, matter, on }) => {
        const found = incentivesOf(subject, causes, { measures: policy, list: (key) => lists[key] }, matter, on);
        seen += found.length;
        const live = causes.filter(
          ({ canonicalId, state, listedOn, endsOn }) =>
            canonicalId === subject && state === 'live' && listedOn <= on && (endsOn === null || on <= endsOn),
        );
        if (live.some(({ kind }) => kind === 'serious')) assert.deepEqual(found, []);
        for (const one of found)
          assert.ok(live.some((cause) => cause.entryId === one.entryId && cause.kind === 'honour'));
      }),
      { numRuns: runs },
    );
    assert.ok(seen > 0);
  });
});

describe('by example', () => {
  const policy: MeasurePolicy = {
    editions: [
      { key: '2021', from: '2021-12-16', basis: { document: '清单' } },
      { key: '2024', from: '2024-02-18', basis: { document: '清单' } },
    ],
    measures: [
      {
        id: 'M07',
        class: 'management',
        name: words,
        content: words,
        editions: ['2024'],
        basis: [{ document: '清单' }],
        local: false,
      },
    ],
    rules: [
      {
        list: 'SX02',
        measure: 'M07',
        force: 'permitted',
        basis: [{ document: '某办法', number: '令第44号', article: '第九条' }],
        relevance: words,
        proportion: words,
        bodies: ['*'],
        matters: ['PY-HONOURS'],
        jurisdiction: 'city',
      },
    ],
    incentives: [],
  };
  const source: MeasureSource = { measures: policy, list: () => ({ kind: 'serious', setBy: 'departmentRule' }) };
  const cause: Cause = {
    canonicalId: 'a',
    entryId: 'e',
    list: 'SX02',
    kind: 'serious',
    state: 'live',
    documentNumber: '示市监〔2024〕1号',
    caseNumber: null,
    deliveredOn: '2024-01-10',
    attested: false,
    listedOn: '2024-01-10',
    endsOn: '2027-01-09',
  };
  const on = (date: string): string[] => measuresOf('a', [cause], source, null, date).map(({ id }) => id);
  it('the edition of the day decides, and the last day of the entry belongs to it', () => {
    assert.deepEqual(on('2024-02-17'), []);
    assert.deepEqual(on('2024-02-18'), ['M07']);
    assert.deepEqual(on('2027-01-09'), ['M07']);
    assert.deepEqual(on('2027-01-10'), []);
  });
  it('what stands in no list cannot be expressed', () => {
    assert.equal(expressible(policy, '限制乘坐公交', '2026-01-01'), null);
    assert.equal(expressible(policy, 'M07', '2021-01-01'), null);
  });
  it('the article is said', () => {
    assert.equal(measuresOf('a', [cause], source, null, '2026-01-01')[0]?.article, '《某办法》令第44号第九条');
  });
});
