/**
 * For random histories of looks, corrections, repairs and what undoes them: the receivers that are derived from the access
 * log are those that really got a version.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { Receivers } from '../../server/src/modules/exchange/derive-receivers.ts';
import { query, sql } from '../../server/src/platform/db.ts';
import type { Login } from '../support/http-city.ts';
import { createReceivingCity, type ReceivingCity } from '../support/receiving-city.ts';

let city: ReceivingCity;
before(async () => {
  city = await createReceivingCity({ ports: 0 });
});
after(() => city.close());

const who = fc.constantFrom<Login>('officer', 'stranger', 'office');
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('look' as const), who, item: fc.constantFrom('', 'own', 'other') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('head' as const), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('correct' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('event' as const),
      kind: fc.constantFrom('repaired', 'repairRevoked', 'suspended', 'resumed', 'annulled' as const),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const purpose = `purpose=approval&matter=${encodeURIComponent('建设工程施工许可')}&caseNumber=A-1`;

/** Plays a history; what each body really got, as `record body`, and what is derived. */
async function play(steps: readonly Step[]): Promise<{ got: string[]; derived: string[] }> {
  await city.signInAgain();
  let of = await city.report();
  const [row] = await query<{ item: string }>(
    city.ctx.db.app,
    sql`SELECT item FROM core.record WHERE record_id = ${of.recordId}`,
  );
  const items: Readonly<Record<string, string>> = { '': '', own: `&item=${row?.item}`, other: '&item=licence' };
  const bodies: Partial<Record<Login, string>> = {
    officer: city.bodyId,
    stranger: city.otherBodyId,
    office: city.officeBodyId,
  };
  const versions = [of.recordId];
  const got = new Set<string>();
  let amount = 10;
  for (const one of steps) {
    // Longer than the longest reading: within it a look counts for both sides of a change.
    city.clock.advance(61_000);
    if (one.do === 'look') {
      const url = `/api/v1/subjects/${of.code}/records?${purpose}${items[one.item]}`;
      const answer = await city.call(one.who, 'GET', url);
      assert.equal(answer.statusCode, 200, answer.body);
      for (const { recordId } of answer.json().items) got.add(`${recordId} ${bodies[one.who]}`);
    } else if (one.do === 'head') {
      assert.equal((await city.call(one.who, 'GET', `/api/v1/subjects/${of.code}?${purpose}`)).statusCode, 200);
    } else if (one.do === 'correct') {
      amount += 1;
      const recordId = await city.correct(of, `${amount}.5`).catch(() => null);
      if (recordId === null) continue;
      of = { ...of, recordId };
      versions.push(recordId);
    } else await city.event(of, one.kind).catch(() => undefined);
  }
  city.clock.advance(61_000);
  const wanted = versions.map((recordId) => ({ subjectId: of.subjectId, recordId }));
  const loaded = await Receivers.load(city.ctx, wanted, null, city.clock.now());
  const derived = versions.flatMap((recordId) =>
    [...loaded.bodiesOf(recordId, city.clock.now())].map((bodyId) => `${recordId} ${bodyId}`),
  );
  return { got: [...got].sort(), derived: derived.sort() };
}

describe('receivers of a version', () => {
  it('are those that really got it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        const { got, derived } = await play(steps);
        assert.deepEqual(derived, got);
      }),
      { numRuns: 40, seed: 20261125, endOnFailure: true },
    );
  });
});
