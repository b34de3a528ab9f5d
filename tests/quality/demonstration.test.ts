/** A month of the shipped demonstration: pressed once, it gives a ranking that says something, reports and letters of both kinds. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { BoardRow, LetterView, MonthView, QualityBoard } from '@chengxin/contract';
import { buildApp } from '../../server/src/app.ts';
import { contextOver } from '../../server/src/build-context.ts';
import { DEMO_PASSWORD, loadDemoCity } from '../../server/src/demo/index.ts';
import { parcelsOf } from '../../server/src/demo/reporting.ts';
import { fixedClock } from '../../server/src/platform/clock.ts';
import type { HttpInstance } from '../../server/src/platform/http/index.ts';
import { createTestContext, type TestContext } from '../../server/src/testing-context.ts';

const month = '2026-10';
let held: TestContext;
let app: HttpInstance;
let headers: Record<string, string>;

async function ask<T>(method: 'GET' | 'POST', path: string): Promise<T> {
  const answer = await app.inject({ method, url: `/api/v1/quality${path}`, headers });
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json();
}

before(async () => {
  held = await createTestContext();
  const ctx = await contextOver(held.ctx.config, held.ctx.db, {
    clock: fixedClock('2026-11-26T02:00:00Z'),
    log: held.ctx.log,
  });
  await loadDemoCity(ctx, { size: { subjects: 300, records: 6_000, seed: 'test' } });
  app = await buildApp(ctx, {});
  const host = 'localhost:8080';
  const origin = `http://${host}`;
  const session = await app.inject({
    method: 'POST',
    url: '/api/v1/session',
    headers: { host, origin },
    payload: { login: 'xyb', password: DEMO_PASSWORD },
  });
  const [cookie] = session.cookies;
  assert.ok(cookie, session.body);
  headers = { host, origin, cookie: `${cookie.name}=${cookie.value}` };
});
after(async () => {
  await app?.close();
  await held?.close();
});

describe('a month of the demonstration', () => {
  it('has come in week by week, and each decision stands in one parcel', () => {
    const asOf = Math.round(Date.parse('2026-11-26T00:00:00Z') / 86_400_000);
    for (const department of ['market', 'housing', 'urban'] as const) {
      const parcels = parcelsOf(department, asOf);
      const ends = parcels.map(({ before: end }) => end ?? Number.POSITIVE_INFINITY);
      assert.deepEqual(
        [...ends].sort((a, b) => a - b),
        ends,
        department,
      );
      assert.ok(parcels.every((one) => one.arrives === null || (one.before !== null && one.arrives < asOf)));
      assert.ok(parcels.slice(1).every((one) => one.arrives === null || one.arrives >= (one.before ?? 0)));
    }
  });

  it('is ranked by rates that differ; who sent nothing has no place', async () => {
    const board = await ask<QualityBoard>('GET', `/board?month=${month}&by=body`);
    const rate = (row: BoardRow, key: string): number | null => row.rates.find((one) => one.key === key)?.value ?? null;
    assert.equal(board.rows.length, 12);
    assert.ok(new Set(board.rows.map(({ score }) => score)).size >= 5);
    for (const row of board.rows) assert.equal(row.rank === null, row.reported === 0, row.name.zh);
    for (const key of ['reporting', 'compliance', 'timeliness', 'qualified', 'concealed', 'coverage'])
      assert.notEqual(rate(board.total, key), null, key);
    const [first] = board.rows;
    assert.equal(first?.rank, 1);
    assert.equal(first?.unconfirmed, 0, 'of equal scores, the one that confirmed all');
    const before = await ask<QualityBoard>('GET', '/board?month=2026-09&by=body');
    // It sends once a month, so that nothing came in September.
    const urban = before.rows.find(({ name }) => name.zh.includes('城市管理局'));
    assert.ok(urban === undefined || urban.rank === null);
  });

  it('gives at one press the bulletin, a report for each department, supervision and risk letters', async () => {
    const pressed = await ask<{ reports: number; letters: number; milliseconds: number }>(
      'POST',
      `/months/${month}/papers`,
    );
    assert.equal(pressed.reports, 12);
    const { items } = await ask<{ items: LetterView[] }>('GET', '/letters?limit=100');
    assert.equal(items.length, pressed.letters);
    for (const kind of ['supervision', 'risk'])
      assert.ok(
        items.some((one) => one.kind === kind),
        kind,
      );
    assert.ok(items.some(({ reasons }) => reasons.some(({ zh }) => zh.includes('未在期限内确认'))));
    const numbers = items.map(({ number }) => number).sort();
    assert.ok(numbers.includes('信督办〔2026〕1号') && numbers.includes('信风险〔2026〕1号'), numbers.join());
    const { items: months } = await ask<{ items: MonthView[] }>('GET', '/months');
    assert.equal(months.find((one) => one.month === month)?.intact, true);
  });
});
