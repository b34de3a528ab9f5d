/** 200 randomly drawn records recomputed by a script of its own: rates and findings equal. `RECOMPUTE_ROWS`, `RECOMPUTE_SEED`. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { HttpCity } from '../support/http-city.ts';
import { moveTo, openCity, randomOf, sendMonth } from './city.ts';
import { calendarOf, type Judgement, judge, ratesOf, type SentRow } from './recompute.ts';

const seed = Number(process.env.RECOMPUTE_SEED ?? 20261126);
const total = Number(process.env.RECOMPUTE_ROWS ?? 360);
const drawn = 200;
const works = calendarOf(join(import.meta.dirname, '../../policy/calendar'), [2026]);

let city: HttpCity;
let sent: SentRow[];
let judged: Judgement[];

before(async () => {
  city = await openCity('2026-10-08T02:00:00Z');
  sent = await sendMonth(city, seed, total);
  judged = judge(sent, works, 7);
  await moveTo(city, '2026-11-03T02:00:00Z');
});
after(() => city.close());

async function faults(fault: string): Promise<Set<string>> {
  const keys = new Set<string>();
  let cursor = '';
  do {
    const answer = await city.call(
      'office',
      'GET',
      `/api/v1/quality/rows?month=2026-10&fault=${fault}&limit=200${cursor}`,
    );
    assert.equal(answer.statusCode, 200, answer.body);
    for (const row of answer.json().items) keys.add(`${row.submissionId} ${row.row}`);
    cursor = answer.json().nextCursor ? `&cursor=${encodeURIComponent(answer.json().nextCursor)}` : '';
  } while (cursor);
  return keys;
}

describe(`a month of ${total} rows, seed ${seed}`, () => {
  it('has rows of every fate, or it would prove nothing', () => {
    for (const outcome of ['accepted', 'refused', 'repeated'] as const)
      assert.ok(judged.filter((row) => row.outcome === outcome).length >= 5, outcome);
    assert.ok(
      judged.some((row) => row.outcome === 'accepted' && !row.first),
      'corrections',
    );
    assert.ok(
      judged.some((row) => row.first && !row.timely),
      'late ones',
    );
  });
  it('gives the rates that the definitions give: 0 differences', async () => {
    const board = await city.call('office', 'GET', '/api/v1/quality/board?month=2026-10');
    assert.equal(board.statusCode, 200, board.body);
    const own = ratesOf(judged);
    const theirs = Object.fromEntries(
      board
        .json()
        .total.rates.filter(({ key }: { key: string }) => key in own)
        .map((rate: { key: string; numerator: number; denominator: number }) => [
          rate.key,
          [rate.numerator, rate.denominator],
        ]),
    );
    assert.deepEqual(theirs, own);
  });
  it(`says of ${drawn} drawn records what the script says: 0 differences`, async () => {
    const random = randomOf(seed + 1);
    const order = judged.map((row) => [random(), row] as const).sort(([a], [b]) => a - b);
    const sample = order.slice(0, drawn).map(([, row]) => row);
    const [refused, late, unqualified, codes] = [
      await faults('compliance'),
      await faults('timeliness'),
      await faults('qualified'),
      await faults('codeErrors'),
    ];
    const differences = sample.flatMap((row) => {
      const mine = [
        row.outcome === 'refused',
        row.first && !row.timely,
        row.outcome !== 'repeated' && !row.qualified,
        row.codeError && row.outcome !== 'repeated',
      ];
      const theirs = [refused.has(row.key), late.has(row.key), unqualified.has(row.key), codes.has(row.key)];
      return JSON.stringify(mine) === JSON.stringify(theirs) ? [] : [{ key: row.key, mine, theirs }];
    });
    assert.deepEqual(differences, []);
    assert.equal(sample.length, drawn);
    console.log(
      `recomputed ${sample.length} of ${judged.length} rows, seed ${seed}: ${differences.length} differences`,
    );
  });
});
