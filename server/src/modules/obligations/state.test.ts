/** The life of an obligation walked at random; whom an entry obliges; planned twice, nothing changes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bodiesOf, type Kept, obligedBodies, type PlanBody, planOf, type Wanted } from './plan.ts';
import {
  afterObligationAct,
  bodyActs,
  endedStates,
  type ObligationAct,
  type ObligationPlace,
  obligationLack,
  obligationStates,
} from './state.ts';

const acts: ObligationAct[] = ['acknowledge', 'apply', 'notApply', 'lift', 'causeGone', 'causeBack'];

describe('the life of an obligation', () => {
  it('model: 12,000 random steps; nobody lifts what still holds, nothing is applied without a cause, nothing acknowledged lapses', () => {
    let steps = 0;
    const reached = new Set<string>();
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...acts), { minLength: 40, maxLength: 80 }), (path) => {
        // What the model knows: whether the cause is there, whether the body ever received it, whether it has ended.
        let place: ObligationPlace = { state: 'sent', held: null };
        let live = true;
        let received = false;
        let ended = false;
        for (const act of path) {
          steps++;
          // The platform tells the end of a cause once, and its return only after it.
          if ((act === 'causeGone') !== live && (act === 'causeGone' || act === 'causeBack')) continue;
          const next = afterObligationAct(place, act);
          const open: Readonly<Record<ObligationAct, boolean>> = {
            acknowledge: live && !received && !ended,
            apply: live && !ended,
            notApply: live && !ended,
            lift: !live && received && !ended,
            causeGone: live && !ended,
            causeBack: !live && received && !ended,
          };
          assert.equal(next !== null, open[act], `${act} in ${place.state}`);
          if (act === 'causeGone') live = false;
          if (act === 'causeBack') live = true;
          if (!next) continue;
          if (bodyActs.includes(act)) received = true;
          if (act === 'causeBack') assert.equal(next.state, place.held, 'as it was before');
          if (place.state === 'applied' && act === 'notApply') assert.equal(next.state, 'applied');
          ended = act === 'lift' || (act === 'causeGone' && !received);
          assert.equal(endedStates.includes(next.state), ended);
          assert.equal(next.state === 'toLift', !live && received && !ended);
          place = next;
          reached.add(place.state);
        }
      }),
      { numRuns: 300 },
    );
    assert.ok(steps >= 10_000, String(steps));
    assert.deepEqual([...reached, 'sent'].sort(), [...obligationStates].sort());
  });
  it('an action needs case and document, a permitted one the reason; a required one that was not taken says why', () => {
    const given = { force: 'permitted', action: 'limit', caseNumber: '1', document: '通知', reason: '相关' } as const;
    const field = (over: object): string | undefined => obligationLack({ ...given, ...over })?.field;
    assert.equal(field({}), undefined);
    assert.equal(field({ caseNumber: null }), 'caseNumber');
    assert.equal(field({ document: null }), 'document');
    assert.equal(field({ reason: null }), 'reason');
    assert.equal(field({ reason: null, force: 'required' }), undefined);
    const none = { action: 'none', caseNumber: null, document: null, reason: null };
    assert.equal(field(none), undefined, 'not taking a permitted one needs no word');
    assert.equal(field({ ...none, force: 'required' }), 'reason');
  });
});

const body = (bodyId: string, name: string, over: Partial<PlanBody> = {}): PlanBody => ({
  bodyId,
  name,
  parentId: null,
  kind: 'department',
  region: '999900',
  provisional: false,
  closedOn: null,
  successorIds: [],
  ...over,
});
const city = [
  body('city', '示范市人民政府', { kind: 'city' }),
  body('finance', '示范市财政局'),
  body('market', '示范市市场监督管理局'),
  body('district', '示范市滨江区人民政府', { kind: 'district', region: '999901' }),
  body('districtMarket', '示范市滨江区市场监督管理局', { parentId: 'district', region: '999901' }),
  body('old', '示范市市场监督管理旧局', { closedOn: '2020-01-01', successorIds: ['market'] }),
  body('upper', '示范省市场监督管理局', { kind: 'upper' }),
  body('seen', '示范市市场监督管理分局', { provisional: true }),
];
const bodies = bodiesOf(city);

describe('measure × jurisdiction', () => {
  const ids = (words: string[], jurisdiction: 'city' | 'region', region: string | null, executors?: string[]) =>
    obligedBodies(
      bodies,
      { bodies: words, jurisdiction },
      executors ? { executors: { bodies: executors, basis: [] } } : {},
      region,
    ).map(({ bodyId }) => bodyId);
  it('the bodies of the city, or those of the region; never closed, outside or provisional ones', () => {
    assert.deepEqual(ids(['市场监督管理'], 'city', '999901'), ['market']);
    assert.deepEqual(ids(['市场监督管理'], 'region', '999901'), ['districtMarket']);
    assert.deepEqual(ids(['市场监督管理'], 'region', '999902'), ['market'], 'no such body there');
    assert.deepEqual(ids(['市场监督管理'], 'region', null), ['market'], 'nobody knows where it is');
  });
  it('`*` means the executors of the measure, and nobody where policy names none', () => {
    assert.deepEqual(ids(['*'], 'city', null, ['财政']), ['finance']);
    assert.deepEqual(ids(['*'], 'city', null), []);
  });
});

describe('a plan', () => {
  const wanted = (over: Partial<Wanted> = {}): Wanted => ({
    subjectId: 's',
    entryId: 'e',
    list: 'SX02',
    measure: 'M07',
    force: 'permitted',
    document: '1',
    article: '1',
    until: null,
    bodyId: 'market',
    ...over,
  });
  const kept = (over: Partial<Kept> = {}): Kept => ({
    obligationId: 'o',
    entryId: 'e',
    measure: 'M07',
    bodyId: 'market',
    round: 1,
    state: 'acknowledged',
    until: null,
    ...over,
  });
  const told = (have: Kept[], want: Wanted[]) => {
    const { send, end, back, moved } = planOf(bodies, have, want);
    return [send.map(({ round }) => round), end.length, back.length, moved.length];
  };
  it('sends what is new, ends what has no cause, brings back what was to be lifted, and begins a new round after the end', () => {
    assert.deepEqual(told([], [wanted()]), [[1], 0, 0, 0]);
    assert.deepEqual(told([kept()], [wanted()]), [[], 0, 0, 0]);
    assert.deepEqual(told([kept()], []), [[], 1, 0, 0]);
    assert.deepEqual(told([kept({ state: 'toLift' })], []), [[], 0, 0, 0]);
    assert.deepEqual(told([kept({ state: 'toLift' })], [wanted()]), [[], 0, 1, 0]);
    assert.deepEqual(told([kept({ state: 'lifted' })], [wanted()]), [[2], 0, 0, 0]);
    assert.deepEqual(told([kept({ until: '2027-01-01' })], [wanted()]), [[], 0, 0, 1]);
  });
  it('what was sent to a body that was followed is its successor’s', () => {
    assert.deepEqual(told([kept({ bodyId: 'old' })], [wanted()]), [[], 0, 0, 0]);
  });
  it('one measure of a body is sent once, whatever leads to it twice', () => {
    assert.deepEqual(told([], [wanted({ force: 'required' }), wanted()]), [[1], 0, 0, 0]);
  });
});
