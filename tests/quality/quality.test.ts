/** Months, zero reports, samples, the bulletin with its letters: as the office and departments do them. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { gapsOf } from '../../server/src/modules/quality/gaps.ts';
import { qualityJobs, recountCodes, remind } from '../../server/src/modules/quality/index.ts';
import { earliestInTime, moveMonth, spanOf } from '../../server/src/modules/quality/month.ts';
import { countedKeys, rateOf } from '../../server/src/modules/quality/rates.ts';
import { verdictOf } from '../../server/src/modules/quality/samples.ts';
import { addDays, type PlainDateString } from '../../server/src/platform/clock.ts';
import { execute, query, sql } from '../../server/src/platform/db.ts';
import { assertProblem, type HttpCity, multipartOf } from '../support/http-city.ts';
import { DEPARTMENT, penalty, penaltyCsv } from '../support/rows.ts';
import { moveTo, openCity, sendMonth } from './city.ts';

let city: HttpCity;
const base = '/api/v1/quality';
const ok = async (
  login: 'office' | 'officer' | 'stranger',
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  payload?: object,
) => {
  const answer = await city.call(login, method, `${base}${path}`, payload ? { payload } : {});
  assert.ok(answer.statusCode < 300, `${method} ${path}: ${answer.statusCode} ${answer.body.slice(0, 600)}`);
  return answer.statusCode === 204 ? null : answer.json();
};

before(async () => {
  city = await openCity('2026-10-08T02:00:00Z');
  qualityJobs(city.ctx);
  await sendMonth(city, 7, 60);
  await moveTo(city, '2026-11-03T02:00:00Z');
});
after(() => city.close());

describe('months and days', () => {
  it('move over years and begin at midnight in China', () => {
    assert.equal(moveMonth('2026-01', -1), '2025-12');
    assert.equal(moveMonth('2026-12', 1), '2027-01');
    assert.deepEqual(spanOf('2026-10'), { from: '2026-09-30T16:00:00.000Z', before: '2026-10-31T16:00:00.000Z' });
  });
  it('a decision is in time exactly when it lies on or after the earliest day', () => {
    const policy = city.ctx.policy();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 40 }), (shift, back) => {
        const arrived = addDays('2026-02-01' as PlainDateString, shift);
        const decided = addDays(arrived, -back);
        const inTime = policy.workingDaysBetween(decided, arrived).days <= 7;
        assert.equal(decided >= earliestInTime(policy, arrived, 7), inTime, `${decided} ${arrived}`);
      }),
    );
  });
});

describe('rates', () => {
  it('every indicator of the policy is counted', () => {
    assert.deepEqual(
      city.ctx
        .policy()
        .quality()
        .indicators.map(({ key }) => key)
        .filter((key) => !countedKeys.includes(key)),
      [],
    );
  });
  it('are never shown better than they are, and warn without rounding', () => {
    const indicator = city.ctx
      .policy()
      .quality()
      .indicators.find(({ key }) => key === 'timeliness');
    assert.ok(indicator);
    const row = {
      bodyId: 'b',
      standard: 's',
      item: 'i',
      channel: 'c',
      repeated: 0,
      reported: 0,
      compliant: 0,
      qualified: 0,
      codeErrors: 0,
    };
    const rate = (timely: number, dated: number) =>
      rateOf(indicator, { rows: [{ ...row, dated, timely }], duties: [], samples: [], cases: [], codes: null });
    assert.deepEqual([rate(94_999, 100_000).value, rate(94_999, 100_000).level], [94.99, 'yellow']);
    assert.deepEqual([rate(95, 100).value, rate(95, 100).level], [95, 'met']);
    assert.equal(rate(79, 100).level, 'red');
    assert.deepEqual([rate(0, 0).value, rate(0, 0).level], [null, 'none']);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.nat(), (dated, n) => {
        const timely = n % (dated + 1);
        const { value } = rate(timely, dated);
        assert.ok(value !== null && value <= (timely * 100) / dated + 1e-9 && (value === 100) === (timely === dated));
      }),
    );
  });
  it('are shown by body, item, district and channel, and in Excel', async () => {
    for (const by of ['body', 'item', 'district', 'channel']) {
      const board = await ok('office', 'GET', `/board?month=2026-10&by=${by}`);
      assert.equal(
        board.rows.reduce((sum: number, row: { reported: number }) => sum + row.reported, 0),
        board.total.reported,
        by,
      );
    }
    const sheet = await city.call('office', 'GET', `${base}/board.xlsx?month=2026-10`);
    assert.equal(sheet.statusCode, 200);
    assert.equal(sheet.rawPayload.subarray(0, 2).toString('latin1'), 'PK');
  });
  it('a department sees its own only', async () => {
    assert.equal((await ok('stranger', 'GET', '/board?month=2026-10')).total.reported, 0);
    assert.equal((await ok('stranger', 'GET', '/rows?month=2026-10&fault=compliance')).items.length, 0);
    assertProblem(
      await city.call('stranger', 'GET', `${base}/rows?month=2026-10&fault=compliance&bodyId=${city.bodyId}`),
      404,
      'not-found',
    );
  });
});

describe('gaps of document numbers', () => {
  it('are the numbers that are missing between the first and the last', () => {
    assert.deepEqual(
      gapsOf(['示市监罚〔2026〕1号', '示市监罚〔2026〕2号', '示市监罚〔2026〕5号', '无号', '示许[2026]7号']),
      [{ series: '示市监罚〔2026〕{n}号', from: 1, to: 5, missing: [3, 4], missingCount: 2 }],
    );
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 3, maxLength: 40 }), (numbers) => {
        const [gap] = gapsOf(numbers.map((n) => `甲〔2026〕${n}号`));
        const span = Math.max(...numbers) - Math.min(...numbers) + 1;
        if (gap) assert.equal(gap.missing.length + numbers.length, span);
        else assert.ok(span === numbers.length || span - numbers.length > numbers.length);
      }),
    );
  });
  it('are found in what was reported', async () => {
    const { items } = await ok('office', 'GET', '/gaps?month=2026-10');
    assert.equal(items[0].series, '示市监罚〔2026〕{n}号');
    assert.ok(items[0].missingCount > 0);
  });
});

describe('what is due', () => {
  it('a month is confirmed by its body, zero or not; nobody confirms for another', async () => {
    await ok('office', 'PUT', '/duties', { bodyId: city.otherBodyId, standard: 'licence', from: '2026-10', to: null });
    const { items } = await ok('office', 'GET', '/duties?month=2026-10');
    assert.deepEqual(
      items
        .map((one: { standard: string; state: string; mayConfirm: boolean }) => [
          one.standard,
          one.state,
          one.mayConfirm,
        ])
        .sort(),
      [
        ['licence', 'waiting', false],
        ['penalty', 'waiting', false],
      ],
    );
    const done = await ok('officer', 'POST', '/declarations', { month: '2026-10', standard: 'penalty', decisions: 40 });
    assert.deepEqual([done.state, done.declared], ['confirmed', 40]);
    assertProblem(
      await city.call('officer', 'POST', `${base}/declarations`, {
        payload: { month: '2026-10', bodyId: city.otherBodyId, standard: 'licence', decisions: 0 },
      }),
      404,
      'not-found',
    );
    assertProblem(
      await city.call('officer', 'POST', `${base}/declarations`, {
        payload: { month: '2026-11', standard: 'penalty', decisions: 0 },
      }),
      422,
      'unprocessable',
    );
    assertProblem(
      await city.call('office', 'POST', `${base}/declarations`, {
        payload: { month: '2026-10', standard: 'penalty', decisions: 0 },
      }),
      403,
      'forbidden',
    );
  });
  it('what a body owes is set one at a time or by a sheet: all of it or nothing, and by the quarter only after its end', async () => {
    const rowsOf = async () => (await ok('office', 'GET', '/duties/set?limit=100')).items;
    const { items: standards } = await ok('office', 'GET', '/duties/standards');
    const item = standards.find(({ standard }: { standard: string }) => standard === 'adjudication').name.zh;
    const send = (lines: string[]) =>
      city.call('office', 'POST', `${base}/duties/sheet`, {
        ...multipartOf([
          { name: 'file', fileName: '应报.csv', content: ['单位,事项,周期,自月份,至月份', ...lines].join('\n') },
        ]),
      });
    const before = await rowsOf();
    const wrong = await send([`${DEPARTMENT.name},${item},季,2026-01,`, `没有的局,${item},月,2026-01,`]);
    assertProblem(wrong, 422, 'unprocessable');
    assert.match(wrong.json().errors[0].zh, /没有这个单位/);
    assertProblem(
      await send([`${DEPARTMENT.name},${item},季,2026-01,`, `${DEPARTMENT.code},${item},月,2026-01,`]),
      422,
      'unprocessable',
    );
    assert.deepEqual(await rowsOf(), before, 'nothing was set');
    const taken = await send([`${DEPARTMENT.name},${item},季,2026-01,2027-12`]);
    assert.deepEqual(taken.json(), { rows: 1, set: 1, unchanged: 0 });
    assert.deepEqual((await send([`${DEPARTMENT.name},${item},季,2026-01,2027-12`])).json(), {
      rows: 1,
      set: 0,
      unchanged: 1,
    });
    const set = (await rowsOf()).find(
      (one: { bodyId: string; standard: string }) => one.bodyId === city.bodyId && one.standard === 'adjudication',
    );
    assert.deepEqual([set.cycle, set.from, set.to, set.source], ['quarter', '2026-01', '2027-12', 'office']);
    const owed = async (month: string): Promise<boolean> =>
      (await ok('office', 'GET', `/duties?month=${month}`)).items.some(
        (one: { bodyId: string; standard: string }) => one.bodyId === city.bodyId && one.standard === 'adjudication',
      );
    assert.deepEqual([await owed('2026-08'), await owed('2026-09')], [false, true]);
    const declared = await city.call('officer', 'POST', `${base}/declarations`, {
      payload: { month: '2026-08', standard: 'adjudication', decisions: 0 },
    });
    assertProblem(declared, 422, 'unprocessable');
    assert.match(declared.json().detail, /季末/);
    const end = { payload: { bodyId: city.bodyId, standard: 'adjudication', from: '2026-01', to: '2026-06' } };
    assert.equal((await city.call('office', 'PUT', `${base}/duties`, end)).statusCode, 204);
    assert.equal(await owed('2026-09'), false);
  });

  it('opens to the decisions behind a figure and of a sequence of numbers', async () => {
    const query = `/decisions?month=2026-10&standard=penalty&bodyId=${city.bodyId}`;
    const all = await ok('officer', 'GET', `${query}&limit=100`);
    assert.ok(all.items.length > 5);
    assert.ok(all.items.every(({ decidedOn }: { decidedOn: string }) => decidedOn.startsWith('2026-10')));
    const page = await ok('officer', 'GET', `${query}&limit=3`);
    const next = await ok('officer', 'GET', `${query}&limit=3&cursor=${encodeURIComponent(page.nextCursor)}`);
    assert.deepEqual([...page.items, ...next.items], all.items.slice(0, 6));
    const [one] = all.items;
    const series = one.documentNumber.replace(/\d+号$/, '{n}号');
    const same = await ok('office', 'GET', `${query}&series=${encodeURIComponent(series)}&limit=100`);
    assert.ok(
      same.items.some(({ documentNumber }: { documentNumber: string }) => documentNumber === one.documentNumber),
    );
    assertProblem(await city.call('stranger', 'GET', `${base}${query}`), 404, 'not-found');
  });

  it('a body that never confirms is reminded once before the day and once after, and is overdue', async () => {
    assert.equal(await remind(city.ctx), 0, 'too early');
    await moveTo(city, '2026-11-05T02:00:00Z');
    assert.equal(await remind(city.ctx), 1);
    assert.equal(await remind(city.ctx), 0, 'told once');
    await moveTo(city, '2026-11-10T02:00:00Z');
    assert.equal(await remind(city.ctx), 1);
    assert.equal(await remind(city.ctx), 0);
    const tasks = await ok('stranger', 'GET', '/tasks');
    assert.deepEqual(
      tasks.duties.map((one: { state: string; mayConfirm: boolean }) => [one.state, one.mayConfirm]),
      [['overdue', true]],
    );
    const own = await ok('officer', 'GET', '/tasks');
    assert.ok(own.submissions.length > 0, 'files with refused rows');
  });
});

describe('samples', () => {
  const send = (path: string, content: string, login: 'office' | 'officer' = 'office') =>
    city.call(login, 'POST', `${base}${path}`, multipartOf([{ name: 'file', content, fileName: '网站公示.csv' }]));
  it('a published decision is the same, late, wrong or concealed', () => {
    const policy = city.ctx.policy();
    const on = '2026-10-09' as PlainDateString;
    const held = (decided: string, arrived: string) => ({
      record_id: 'r',
      document_number: 'n',
      decided_on: decided as PlainDateString,
      arrived_on: arrived as PlainDateString,
    });
    const due = policy.addWorkingDays(on, 7).on as PlainDateString;
    assert.equal(verdictOf(policy, 7, { number: 'n', on }, undefined), 'concealed');
    assert.equal(verdictOf(policy, 7, { number: 'n', on }, held('2026-10-10', '2026-10-12')), 'wrong');
    assert.equal(verdictOf(policy, 7, { number: 'n', on }, held(on, due)), 'same');
    assert.equal(verdictOf(policy, 7, { number: 'n', on }, held(on, addDays(due, 1))), 'late');
  });
  it("a department's website is compared with what it reported", async () => {
    const [record] = await query<{ document_number: string; decided_on: string }>(
      city.ctx.db.app,
      sql`SELECT document_number, decided_on FROM core.record WHERE superseded_at IS NULL ORDER BY record_id LIMIT 1`,
    );
    assert.ok(record);
    const number = record.document_number.replace('〔', '[').replace('〕', ']');
    const path = `/samples/website?month=2026-10&bodyId=${city.bodyId}&standard=penalty`;
    const answer = await send(
      path,
      `决定文书号,决定日期\n${number},${record.decided_on.replaceAll('-', '/')}\n示市监罚〔2026〕99999号,2026-10-12`,
    );
    assert.equal(answer.statusCode, 201, answer.body);
    assert.equal(answer.json().concealed, 1);
    assert.equal(answer.json().rows, 2);
    assert.equal(answer.json().same + answer.json().late, 1);
    const board = await ok('office', 'GET', '/board?month=2026-10');
    const rate = board.total.rates.find(({ key }: { key: string }) => key === 'concealed');
    assert.deepEqual([rate.numerator, rate.denominator, rate.level], [1, 2, 'red']);
    assertProblem(await send(path, '决定文书号,决定日期\nA,昨天'), 422, 'unprocessable');
    assertProblem(await send(path, '名称\nA'), 422, 'unprocessable');
    assertProblem(await send(path, '决定文书号,决定日期\nA,2026-10-12', 'officer'), 403, 'forbidden');
  });
  it("an assessor's sample is drawn by its seed, comes back whole, and once", async () => {
    const draw = (seed: string) => ok('office', 'POST', '/samples', { month: '2026-10', rows: 5, seed });
    const [first, again] = [await draw('a1'), await draw('a1')];
    const rowsOf = async (id: string) => (await ok('office', 'GET', `/samples/${id}`)).items;
    assert.deepEqual(await rowsOf(first.id), await rowsOf(again.id));
    assert.equal((await city.call('office', 'GET', `${base}/samples/${first.id}/sheet`)).statusCode, 200);
    const rows = await rowsOf(first.id);
    const heading = '序号,单位,数据类型,决定文书号,决定日期,核查结果,说明';
    const line = (
      row: { row: number; body: string; standardName: { zh: string }; documentNumber: string },
      verdict: string,
    ) => `${row.row},${row.body},${row.standardName.zh},${row.documentNumber},,${verdict},`;
    const half = `${heading}\n${line(rows[0], '一致')}`;
    assertProblem(await send(`/samples/${first.id}/result`, half), 422, 'unprocessable');
    assertProblem(
      await send(`/samples/${first.id}/result`, `${heading}\n${line({ ...rows[0], documentNumber: '别的' }, '一致')}`),
      422,
      'unprocessable',
    );
    const whole = [
      heading,
      ...rows.map((row: never, at: number) => line(row, at === 0 ? '错报' : '一致')),
      `,${rows[0].body},${rows[0].standardName.zh},示市监罚〔2026〕88888号,2026-10-12,瞒报,网上可查`,
    ].join('\n');
    const judged = await send(`/samples/${first.id}/result`, whole);
    assert.equal(judged.statusCode, 200, judged.body);
    assert.deepEqual([judged.json().wrong, judged.json().same, judged.json().concealed], [1, 4, 1]);
    assertProblem(await send(`/samples/${first.id}/result`, whole), 409, 'conflict');
  });
});

describe('codes', () => {
  it('shared, invalid and mismatched codes are counted with their culprits', async () => {
    const [subject] = await query<{ unified_code: string }>(
      city.ctx.db.app,
      sql`SELECT unified_code FROM core.subject ORDER BY subject_id LIMIT 1`,
    );
    const insert = (code: string, id: string) =>
      execute(
        city.ctx.db.app,
        sql`INSERT INTO core.subject (subject_id, kind, name, unified_code, status, provisional, register, created_at, updated_at)
            VALUES (${id}, 'enterprise', '重码公司', ${code}, 'unknown', false, '{}'::jsonb, ${city.clock.now()}, ${city.clock.now()})`,
      );
    await insert(subject?.unified_code ?? '', '00000000-0000-7000-8000-0000000000a1');
    await insert('91999900MA0000001A', '00000000-0000-7000-8000-0000000000a2');
    await recountCodes(city.ctx);
    const codes = await ok('office', 'GET', '/codes');
    assert.deepEqual([codes.shared, codes.invalid, codes.mismatched], [2, 1, 0]);
    assert.deepEqual(codes.items.map(({ kind }: { kind: string }) => kind).sort(), ['invalid', 'shared', 'shared']);
  });
});

describe('a month', () => {
  it('that runs is not closed', async () => {
    assertProblem(await city.call('office', 'POST', `${base}/months/2026-11/close`), 422, 'unprocessable');
  });
  it('is closed once, with its bulletin, reports and letters at one press; pressed again it gives the same', async () => {
    const before = await ok('office', 'GET', '/board?month=2026-10');
    const pressed = await ok('office', 'POST', '/months/2026-10/papers');
    assert.equal(pressed.closedNow, true);
    assert.match(pressed.bulletin.number, /^信通报〔2026〕1号$/);
    assert.equal(pressed.letters, 2, 'red rates of one, nothing confirmed by the other');
    const again = await ok('office', 'POST', '/months/2026-10/papers');
    assert.deepEqual([again.closedNow, again.bulletin.id], [false, pressed.bulletin.id]);
    const papers = await query<{ series: string; n: number; last: number }>(
      city.ctx.db.app,
      sql`SELECT series, count(*)::int AS n, max(ordinal)::int AS last FROM papers.paper GROUP BY series ORDER BY series`,
    );
    for (const { series, n, last } of papers) assert.equal(n, last, `${series}: no gap`);
    const refused = assertProblem(await city.call('office', 'POST', `${base}/months/2026-10/close`), 409, 'conflict');
    assert.match(refused.detail, /2026年10月已于 2026年11月10日 .*结账，不能再次结账/);
    const after = await ok('office', 'GET', '/board?month=2026-10');
    assert.deepEqual(after.total.rates, before.total.rates);
    assert.match(after.closed.hash, /^[0-9a-f]{64}$/);
  });
  it('stands whatever comes later', async () => {
    const before = await ok('office', 'GET', '/board?month=2026-10');
    await city.submit(
      penaltyCsv([penalty(1, { CF_NR: '罚款人民币20000元，再更正', CF_JDRQ: '2026/10/09' }), penalty(900)]),
      { fields: { standard: 'penalty' } },
    );
    const after = await ok('office', 'GET', '/board?month=2026-10');
    assert.deepEqual({ ...after, asOf: '', rows: after.rows }, { ...before, asOf: '', rows: before.rows });
    const { items } = await ok('office', 'GET', '/months');
    const closed = items.find(({ month }: { month: string }) => month === '2026-10');
    assert.deepEqual([closed.state, closed.intact], ['closed', true]);
    assertProblem(
      await city.call('officer', 'POST', `${base}/declarations`, {
        payload: { month: '2026-10', standard: 'penalty', decisions: 9 },
      }),
      409,
      'conflict',
    );
  });
  it('whose figures were tampered with says so', async () => {
    const admin = city.database;
    assert.ok(admin);
    await assert.rejects(execute(city.ctx.db.app, sql`UPDATE quality.month SET hash = 'x'`), /permission denied/);
    await assert.rejects(execute(city.ctx.db.app, sql`DELETE FROM quality.month`), /permission denied/);
  });
  it('gives papers as Word and PDF, an annex in Excel and a yearly report', async () => {
    const { items } = await ok('office', 'GET', '/months');
    const { papers } = items.find(({ month }: { month: string }) => month === '2026-10');
    const bulletin = papers.find(({ template }: { template: string }) => template === 'qualityBulletin');
    for (const [form, magic] of [
      ['docx', 'PK'],
      ['pdf', '%P'],
    ] as const) {
      const file = await city.call('office', 'GET', `/api/v1/papers/${bulletin.id}/${form}`);
      assert.equal(file.statusCode, 200, file.body.slice(0, 300));
      assert.equal(file.rawPayload.subarray(0, 2).toString('latin1'), magic);
      assertProblem(await city.call('stranger', 'GET', `/api/v1/papers/${bulletin.id}/${form}`), 404, 'not-found');
    }
    assert.equal((await city.call('office', 'GET', `${base}/months/2026-10/annex`)).statusCode, 200);
    const year = await ok('office', 'POST', '/years/2026/report');
    assert.equal(year.number, '信年报〔2026〕1号');
    assert.equal((await ok('office', 'POST', '/years/2026/report')).id, year.id);
    assertProblem(await city.call('office', 'POST', `${base}/years/2025/report`), 422, 'unprocessable');
  });
});

describe('a letter', () => {
  it('is told of when it is signed, answered by its body and closed by the office', async () => {
    const { items } = await ok('office', 'GET', '/letters');
    const letter = items.find(({ bodyId }: { bodyId: string }) => bodyId === city.otherBodyId);
    assert.equal(letter.kind, 'supervision');
    assert.match(letter.reasons[0].zh, /未在期限内确认/);
    assert.equal((await ok('stranger', 'GET', '/letters')).items.length, 0, 'a draft is the office’s own');
    assertProblem(
      await city.call('stranger', 'POST', `${base}/letters/${letter.id}/reply`, { payload: { reply: '已整改' } }),
      404,
      'not-found',
    );
    await execute(city.ctx.db.app, sql`UPDATE papers.paper SET state = 'signedOff' WHERE paper_id = ${letter.paperId}`);
    assert.equal(await remind(city.ctx), 1, 'the letter');
    assertProblem(
      await city.call('officer', 'POST', `${base}/letters/${letter.id}/reply`, { payload: { reply: '已整改' } }),
      404,
      'not-found',
    );
    assertProblem(
      await city.call('office', 'POST', `${base}/letters/${letter.id}/close`, { payload: { reason: '已整改' } }),
      409,
      'conflict',
    );
    assert.equal(
      (await ok('stranger', 'POST', `/letters/${letter.id}/reply`, { reply: '已补作零报告，今后按月确认。' })).state,
      'replied',
    );
    assert.equal(
      (await ok('office', 'POST', `/letters/${letter.id}/close`, { reason: '回复属实，予以办结。' })).state,
      'closed',
    );
    assertProblem(
      await city.call('stranger', 'POST', `${base}/letters/${letter.id}/reply`, { payload: { reply: '再答' } }),
      409,
      'conflict',
    );
  });
  it('whose reply is late reminds once', async () => {
    await execute(city.ctx.db.app, sql`UPDATE papers.paper SET state = 'signedOff' WHERE series = 'supervision'`);
    city.clock.set('2026-11-24T02:00:00Z');
    await remind(city.ctx);
    assert.equal(
      (await query(city.ctx.db.app, sql`SELECT 1 FROM quality.letter WHERE reminded_on = '2026-11-24'`)).length,
      1,
    );
    assert.equal(await remind(city.ctx), 0);
  });
});
