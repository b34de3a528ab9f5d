/** Repair from the first word to the end of display, over HTTP and on a real database; each bad input has its answer. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertProblem, createHttpCity, type HttpCity } from '../../../../tests/support/http-city.ts';
import { penaltyCsv } from '../../../../tests/support/rows.ts';
import { execute, one, query, sql, withTransaction } from '../../platform/db.ts';
import { signInAs } from '../../testing-context.ts';
import { lookAtClocks, policyProblemsOf, problemsOf } from '../casework/index.ts';
import { writeRecordEvent } from '../records/index.ts';
import { closeMootCases, planReminders, repairKinds, repairProcedures, tellFirstDays } from './index.ts';
import {
  act,
  allDuties,
  handedIn,
  liveOf,
  monday,
  must,
  penalised,
  publicRecords,
  sign,
  start,
  upload,
} from './testing.ts';

let city: HttpCity;
const kinds = repairKinds();
before(async () => {
  city = await createHttpCity({ now: monday, app: { rateLimit: { account: 100_000, address: 100_000 } } } as never);
});
after(() => city.close());

const eventsOf = async (recordId: string) =>
  (
    await query<{ kind: string }>(
      city.ctx.db.app,
      sql`SELECT kind FROM core.record_event WHERE record_id = ${recordId} ORDER BY effective_on, recorded_at, event_id`,
    )
  ).map((row) => row.kind);
const outbox = async (caseId: string) =>
  (
    await query<{ kind: string; state: string; upstream: string | null }>(
      city.ctx.db.app,
      sql`SELECT kind, payload->>'state' AS state, payload->>'upstreamNumber' AS upstream FROM core.outbox
          WHERE kind LIKE 'repair.%' AND payload->>'caseId' = ${caseId} ORDER BY outbox_id`,
    )
  ).map((row) => `${row.kind} ${row.state}`);
const on = (day: string) => city.clock.set(`${day}T02:00:00Z`);
const atDay = async <T>(day: string, work: () => Promise<T>): Promise<T> => {
  on(day);
  try {
    return await work();
  } finally {
    city.clock.set(monday);
  }
};

describe('the procedure', () => {
  it('is sound in both lanes, and its policy fits it', () => {
    for (const procedure of repairProcedures) {
      assert.deepEqual(problemsOf(procedure as never), []);
      assert.deepEqual(policyProblemsOf(procedure as never, city.ctx.policy().procedure(procedure.key)), []);
    }
  });
});

describe('a repair', () => {
  it('goes from what can be repaired to the end of display everywhere, in one transaction', async () => {
    const of = await penalised(city);
    const possible = await city.call('representative', 'GET', `/api/v1/repairs/repairable?code=${of.code}`);
    const [item] = possible.json().items;
    assert.deepEqual([item.record.recordId, item.firstDay, item.possible], [of.recordId, '2026-10-01', true]);
    assert.deepEqual(
      item.duties.map((duty: { key: string }) => duty.key),
      allDuties,
    );
    const id = await handedIn(city, of);
    const seen = await city.call('representative', 'GET', `/api/v1/repairs/${id}`);
    assert.equal(seen.json().state, 'forwarded', 'handed on at once to the body that recognised it');
    assert.equal((await publicRecords(city, of.code)).length, 1);
    const accepted = await must(city, 'officer', id, 'accept');
    assert.match(accepted.number, /^信修〔2026〕\d+号$/);
    // Acceptance 3 working days, decision 7 from acceptance, 10 in all.
    assert.deepEqual(
      accepted.clocks
        .filter((clock: { ended: boolean }) => !clock.ended)
        .map((clock: { key: string; dueOn: string }) => [clock.key, clock.dueOn]),
      [
        ['total', '2026-11-16'],
        ['decide', '2026-11-11'],
      ],
    );
    assert.equal((await act(city, 'officer', id, 'approve')).statusCode, 422, 'duties are confirmed first');
    await must(city, 'officer', id, 'approve', { duties: allDuties, note: '已核实缴款和整改情况。' });
    assert.deepEqual(await publicRecords(city, of.code), []);
    assert.deepEqual(await eventsOf(of.recordId), ['repaired']);
    const officer = await city.call(
      'officer',
      'GET',
      `/api/v1/subjects/${of.code}/records?purpose=dailySupervision&item=penalty`,
    );
    if (officer.statusCode === 200) assert.deepEqual(officer.json().items, [], 'no officer uses it either');
    await must(city, 'office', id, 'sync');
    const done = await must(city, 'office', id, 'confirm');
    assert.equal(done.closed, true);
    assert.deepEqual(await outbox(id), ['repair.progress accepted', 'repair.result approved']);
    const again = await start(city, of);
    assertProblem(again, 422, 'unprocessable');
    assert.match(again.json().errors[0].code, /^R8/);
  });

  it('asks once for what is missing, and the time until then does not count', async () => {
    const of = await penalised(city);
    const id = await handedIn(city, of);
    assert.equal((await act(city, 'officer', id, 'requestSupplement')).statusCode, 422, 'everything is named');
    const asked = await must(city, 'officer', id, 'requestSupplement', { missing: ['缴款书加盖公章的复印件'] });
    assert.ok(asked.clocks.some((clock: { key: string; paused: boolean }) => clock.key === 'accept' && clock.paused));
    assert.equal((await upload(city, id, 'finePaid')).statusCode, 201);
    const back = await must(city, 'representative', id, 'supplement');
    assert.deepEqual([back.state, back.missing], ['forwarded', ['缴款书加盖公章的复印件']]);
    assert.equal((await act(city, 'officer', id, 'requestSupplement', { missing: ['其他'] })).statusCode, 409);
  });

  it('is refused with a reason of the closed set only, and never against the facts', async () => {
    const of = await penalised(city);
    const id = await handedIn(city, of);
    assert.equal((await act(city, 'officer', id, 'refuseAcceptance')).statusCode, 422);
    assert.equal((await act(city, 'officer', id, 'refuseAcceptance', { reason: 'because' })).statusCode, 422);
    assert.equal((await act(city, 'officer', id, 'refuseAcceptance', { reason: 'R1' })).statusCode, 422);
    const refused = await must(city, 'officer', id, 'refuseAcceptance', { reason: 'R3', note: '缴款书无法辨认' });
    assert.deepEqual([refused.closed, refused.history.at(-1).reason.zh], [true, '材料虚假或者不齐全']);
    const own = (await city.call('representative', 'GET', `/api/v1/repairs/${id}`)).json();
    assert.equal(own.appeal, 'repairResult');
    assert.deepEqual(
      own.remedies.map((remedy: { key: string }) => remedy.key),
      ['review', 'litigation', 'civil'],
    );
    await must(city, 'office', id, 'reopen', { reason: 'objectionUpheld' });
    await must(city, 'officer', id, 'approve', { duties: allDuties });
    assert.deepEqual(await eventsOf(of.recordId), ['repaired']);
  });

  it('is revoked for false material: display resumes for the time that is left, and the bar holds for its years', async () => {
    const of = await penalised(city);
    const id = await handedIn(city, of);
    await must(city, 'officer', id, 'accept', { duties: allDuties });
    await must(city, 'officer', id, 'approve');
    assert.deepEqual(await publicRecords(city, of.code), []);
    assert.equal((await act(city, 'office', id, 'revoke', { reason: 'falseMaterial' })).statusCode, 403);
    await must(city, 'officer', id, 'revoke', { reason: 'falseMaterial', note: '缴款书系伪造' });
    assert.equal((await publicRecords(city, of.code)).length, 1);
    assert.deepEqual(await eventsOf(of.recordId), ['repaired', 'repairRevoked']);
    const barred = await start(city, of);
    assertProblem(barred, 422, 'unprocessable');
    assert.equal(barred.json().errors[0].code, 'R5 2029-11-02');
  });

  it('is withdrawn by the applicant while it is undecided', async () => {
    const of = await penalised(city);
    const id = await handedIn(city, of);
    await must(city, 'representative', id, 'withdraw');
    assert.equal((await act(city, 'officer', id, 'accept')).statusCode, 409);
    assert.equal((await start(city, of)).statusCode, 201, 'and may be begun again');
  });

  it('acts once for a key, and of two who decide at once one decides', async () => {
    const of = await penalised(city);
    const id = await handedIn(city, of);
    const key = { 'idempotency-key': 'accept-once-please' };
    const first = await must(city, 'officer', id, 'accept', { duties: allDuties }, key);
    const second = await must(city, 'officer', id, 'accept', { duties: allDuties }, key);
    assert.equal(second.events, first.events);
    const together = await Promise.all([1, 2, 3].map(() => act(city, 'officer', id, 'approve')));
    assert.deepEqual(together.map((answer) => answer.statusCode).sort(), [200, 409, 409]);
    assert.deepEqual(await eventsOf(of.recordId), ['repaired']);
  });

  it('is extended once by another person of the body; the whole procedure with it', async () => {
    const of = await penalised(city);
    const id = await handedIn(city, of);
    await must(city, 'officer', id, 'accept');
    const extend = (payload: object) => city.call('officer', 'POST', `/api/v1/repairs/${id}/extension`, { payload });
    assert.equal((await extend({ act: 'ask', reason: '需要现场核查' })).statusCode, 200);
    assert.equal((await extend({ act: 'grant' })).statusCode, 403, 'not by the one who asked');
    await execute(
      city.ctx.db.app,
      sql`UPDATE casework.case SET extension = jsonb_set(extension, '{by}', '"00000000-0000-7000-8000-000000000001"') WHERE case_id = ${id}`,
    );
    const granted = await extend({ act: 'grant' });
    assert.equal(granted.statusCode, 200, granted.body);
    assert.deepEqual(
      granted
        .json()
        .clocks.filter((clock: { ended: boolean }) => !clock.ended)
        .map((clock: { key: string; extendedBy: number }) => [clock.key, clock.extendedBy]),
      [
        ['total', 10],
        ['decide', 10],
      ],
    );
    const paused = await must(city, 'officer', id, 'beginExpertReview');
    assert.equal(paused.dueOn, null, 'experts have no clock');
  });

  it('works on hundreds at once, with a result for each', async () => {
    const made = [await penalised(city), await penalised(city), await penalised(city)];
    const ids: string[] = [];
    for (const of of made) {
      await city.represent('representative', of.subjectId);
      ids.push(await handedIn(city, of));
    }
    await must(city, 'officer', ids[0] ?? '', 'accept');
    const answer = await city.call('officer', 'POST', '/api/v1/repairs:batch', {
      payload: { ids: [...ids, '00000000-0000-7000-8000-00000000abcd'], command: 'accept' },
    });
    assert.equal(answer.statusCode, 200, answer.body);
    assert.deepEqual(
      answer.json().results.map((result: { ok: boolean }) => result.ok),
      [false, true, true, false],
    );
  });
});

describe('the single window', () => {
  const message = (of: { code: string; row: Record<string, string> }, over: object = {}) => ({
    upstreamNumber: `XYZG-2026-${of.code}`,
    code: of.code,
    documentNumber: of.row.CF_WSH,
    commitmentSignedOn: '2026-11-01',
    ...over,
  });
  const push = (payload: object) => city.call('client', 'POST', '/api/v1/repairs/upstream', { payload });

  it('is taken once for its number, in brackets of any kind, and its result goes back', async () => {
    const of = await penalised(city);
    const number = String(of.row.CF_WSH).replace('〔', '[').replace('〕', ']');
    const first = await push(message(of, { documentNumber: number }));
    assert.equal(first.statusCode, 200, first.body);
    const again = await push(message(of));
    assert.deepEqual([again.statusCode, again.json().id], [200, first.json().id]);
    const { id } = first.json();
    assert.equal(first.json().state, 'forwarded');
    assert.equal((await start(city, of)).statusCode, 409, 'the city page leads into the same case');
    await must(city, 'officer', id, 'accept', { duties: allDuties });
    assert.equal((await act(city, 'client', id, 'approve')).statusCode, 403, 'whoever relays decides nothing');
    await must(city, 'officer', id, 'approve');
    assert.deepEqual(await outbox(id), ['repair.progress accepted', 'repair.result approved']);
    await must(city, 'client', id, 'sync');
    assert.deepEqual(await publicRecords(city, of.code), []);
  });

  it('with a document number that nobody gave out is told so, and nothing is kept', async () => {
    const of = await penalised(city);
    const forged = await push(message(of, { documentNumber: '示市监罚〔2026〕99999号' }));
    assertProblem(forged, 404, 'not-found');
    const count = await one<{ count: bigint }>(
      city.ctx.db.app,
      sql`SELECT count(*) AS count FROM casework.case WHERE upstream_number = ${`XYZG-2026-${of.code}`}`,
    );
    assert.equal(count.count, 0n);
  });

  it('a day too early from above is a case that the body refuses with R1', async () => {
    const of = await penalised(city, { CF_JDRQ: '2026-10-20' });
    const { id } = (await push(message(of))).json();
    const accept = await act(city, 'officer', id, 'accept');
    assert.match(accept.json().errors[0].code, /^R1 2027-01-20$/);
    await must(city, 'officer', id, 'refuseAcceptance', { reason: 'R1' });
    assert.deepEqual(await outbox(id), ['repair.result notAccepted']);
  });
});

describe('bad input', () => {
  it('a day too early says the day; on the day it is taken', async () => {
    const of = await penalised(city, { CF_JDRQ: '2026-08-03' });
    const early = await start(city, of);
    assertProblem(early, 422, 'unprocessable');
    assert.deepEqual(
      early.json().errors.map((error: { code: string }) => error.code),
      ['R1 2026-11-03'],
    );
    assert.match(early.json().detail, /2026年11月3日起可以申请/);
    await atDay('2026-11-03', async () => {
      // The sessions of the day before are over.
      const answer = await city.app.inject({
        method: 'POST',
        url: '/api/v1/repairs',
        headers: await signInAs(city.app, 'representative'),
        payload: { code: of.code, recordId: of.recordId },
      });
      assert.equal(answer.statusCode, 201, answer.body);
    });
  });

  it("somebody else's record does not exist", async () => {
    const of = await penalised(city);
    const other = await penalised(city);
    assertProblem(await start(city, { ...other, recordId: of.recordId }), 404, 'not-found');
    assertProblem(await start(city, of), 404, 'not-found');
    assertProblem(await start(city, { ...other, code: '91310000MA1FL0XX0X' }), 404, 'not-found');
  });

  it('twice is one application, and a second organisation account meets it', async () => {
    const of = await penalised(city);
    const first = await start(city, of);
    assert.equal((await start(city, of)).json().id, first.json().id);
    const window = await start(city, of, { authorisation: '授权委托书 2026-1' }, 'officer');
    assertProblem(window, 409, 'conflict');
  });

  it('that expires meanwhile ends with that reason', async () => {
    const of = await penalised(city, { CF_JDRQ: '2025-11-20' });
    const id = await handedIn(city, of);
    await atDay('2026-11-25', async () => {
      assert.equal(await closeMootCases(city.ctx, kinds, {}), 1);
      assert.equal(await closeMootCases(city.ctx, kinds, {}), 0, 'once');
    });
    const seen = (await city.call('representative', 'GET', `/api/v1/repairs/${id}`)).json();
    assert.deepEqual([seen.state, seen.closed], ['moot', true]);
    assert.match(seen.history.at(-1).reason.zh, /公示期已届满/);
  });

  it('that was annulled meanwhile ends too, and cannot be approved before the job has run', async () => {
    const of = await penalised(city);
    const id = await handedIn(city, of);
    await must(city, 'officer', id, 'accept', { duties: allDuties });
    await withTransaction(city.ctx.db.app, (tx) =>
      writeRecordEvent(tx, city.ctx, null, of, { kind: 'annulled', effectiveOn: '2026-11-02' }),
    );
    assertProblem(await act(city, 'officer', id, 'approve'), 422, 'unprocessable');
    await closeMootCases(city.ctx, kinds, {});
    assert.equal((await city.call('officer', 'GET', `/api/v1/repairs/${id}`)).json().state, 'moot');
  });

  it('a corrected record is still the record of the case', async () => {
    const of = await penalised(city);
    const id = await handedIn(city, of);
    await city.submit(penaltyCsv([{ ...of.row, CF_NR_FK: '3.000000' }]));
    await must(city, 'officer', id, 'accept', { duties: allDuties });
    await must(city, 'officer', id, 'approve');
    const now = await liveOf(city, of.code);
    assert.notEqual(now.recordId, of.recordId);
    assert.deepEqual(await eventsOf(now.recordId), ['repaired']);
    assert.deepEqual(await publicRecords(city, of.code), []);
  });

  it('a photograph of 50 MB is too large and says what to do; what is no document is not kept', async () => {
    const of = await penalised(city);
    const { id } = (await start(city, of)).json();
    const photograph = Buffer.alloc(50 * 1024 ** 2, 0xff);
    const large = await upload(city, id, 'finePaid', photograph);
    assertProblem(large, 413, 'too-large');
    assert.match(large.json().detail, /20 MB/);
    assertProblem(await upload(city, id, 'finePaid', '<html><script>'), 415, 'unsupported-media-type');
    assertProblem(await upload(city, id, 'nonsense'), 422, 'unprocessable');
    assert.deepEqual((await city.call('representative', 'GET', `/api/v1/repairs/${id}`)).json().materials, []);
  });

  it('without proof or without the commitment says what is missing; an old text is not signed', async () => {
    const of = await penalised(city);
    const { id } = (await start(city, of)).json();
    const bare = await act(city, 'representative', id, 'submit');
    assert.deepEqual(
      bare.json().errors.map((error: { code: string }) => error.code),
      ['R2', 'R3'],
    );
    assertProblem(await sign(city, id, 'representative', '0'), 409, 'conflict');
  });

  it('the wrong body does not see it; whoever filed at the window does not decide', async () => {
    const of = await penalised(city);
    assertProblem(await start(city, of, {}, 'officer'), 422, 'unprocessable');
    const begun = await start(city, of, { authorisation: '授权委托书 2026-2' }, 'officer');
    const { id } = begun.json();
    for (const duty of allDuties) assert.equal((await upload(city, id, duty, undefined, 'officer')).statusCode, 201);
    await sign(city, id, 'officer');
    await must(city, 'officer', id, 'submit');
    assertProblem(await act(city, 'stranger', id, 'accept'), 404, 'not-found');
    assertProblem(await act(city, 'officer', id, 'accept'), 403, 'forbidden');
  });

  it('after the deadline is still decided; the superior was told once, effective on the day', async () => {
    const of = await penalised(city);
    const id = await handedIn(city, of);
    await atDay('2026-11-25', async () => {
      await lookAtClocks(city.ctx, kinds);
      await lookAtClocks(city.ctx, kinds);
      const [office, officer] = [await signInAs(city.app, 'office'), await signInAs(city.app, 'officer')];
      const late = await city.app.inject({ url: '/api/v1/repairs?overdue=true', headers: office });
      assert.ok(late.json().items.some((item: { id: string }) => item.id === id));
      const told = await query<{ effective_on: string; name: string }>(
        city.ctx.db.app,
        sql`SELECT name, effective_on FROM casework.event WHERE case_id = ${id} AND kind = 'escalation' ORDER BY seq`,
      );
      assert.deepEqual(
        told.map((row) => [row.name, row.effective_on]),
        [
          ['accept', '2026-11-05'],
          ['total', '2026-11-16'],
        ],
      );
      const accepted = await city.app.inject({
        method: 'POST',
        url: `/api/v1/repairs/${id}/commands`,
        headers: officer,
        payload: { command: 'accept' },
      });
      assert.equal(accepted.statusCode, 200, accepted.body);
    });
  });

  it('a clock set back keeps the order, and a year without an official calendar gives provisional days', async () => {
    const of = await penalised(city);
    const id = await handedIn(city, of);
    on('2026-10-30');
    try {
      const officer = await signInAs(city.app, 'officer');
      const answer = await city.app.inject({
        method: 'POST',
        url: `/api/v1/repairs/${id}/commands`,
        headers: officer,
        payload: { command: 'accept' },
      });
      assert.equal(answer.statusCode, 200, answer.body);
      assert.equal(answer.json().history.at(-1).effectiveOn, '2026-11-02');
    } finally {
      city.clock.set(monday);
    }
    const late = await penalised(city);
    await atDay('2026-12-29', async () => {
      const representative = await signInAs(city.app, 'representative');
      const begun = await city.app.inject({
        method: 'POST',
        url: '/api/v1/repairs',
        headers: representative,
        payload: { code: late.code, recordId: late.recordId },
      });
      assert.equal(begun.statusCode, 201, begun.body);
      assert.equal(begun.json().clocks[0].provisional, true);
    });
  });
});

describe('market supervision', () => {
  it('has its own months: half a year, a year for food; some penalties never; a second one for the same blocks', async () => {
    const large = { CF_JDRQ: '2026-04-02', CF_NR_FK: '8.000000', CF_NR: '罚款人民币80000元' };
    const of = await penalised(city, large);
    const lane = { lane: 'marketRegister' };
    assert.equal((await start(city, of, lane)).statusCode, 201, 'six months are over');
    const food = await penalised(city, { ...large, CF_WFXW: '生产经营超过保质期的食品' });
    assert.equal((await start(city, food, lane)).json().errors[0].code, 'R1 2027-04-02');
    const stop = await penalised(city, { ...large, CF_CFLB: '罚款;责令停产停业' });
    assert.ok((await start(city, stop, lane)).json().errors.some((error: { code: string }) => error.code === 'R4'));
    const twice = await penalised(city, { ...large, CF_JDRQ: '2026-03-02' });
    await city.submit(penaltyCsv([{ ...twice.row, CF_WSH: `${twice.row.CF_WSH}之二`, CF_JDRQ: '2026-09-01' }]));
    assert.ok((await start(city, twice, lane)).json().errors.some((error: { code: string }) => error.code === 'R4'));
  });
});

describe('restrictions', () => {
  it('a statutory restriction that still runs stands in the way, and says until when', async () => {
    const of = await penalised(city, { CF_JDRQ: '2025-06-01', CF_CFLB: '罚款;限制从业', CF_YXQ: '2030-06-01' });
    const answer = await start(city, of);
    assert.ok(
      answer.json().errors.some((error: { code: string }) => error.code === 'R6 2030-06-01'),
      answer.body,
    );
  });
});

describe('the first day', () => {
  it('is told once, on the day, and not when the record is shown no longer', async () => {
    const of = await penalised(city, { CF_JDRQ: '2026-08-20' });
    const gone = await penalised(city, { CF_JDRQ: '2026-08-20' });
    await planReminders(city.ctx, {});
    await withTransaction(city.ctx.db.app, (tx) =>
      writeRecordEvent(tx, city.ctx, null, gone, { kind: 'annulled', effectiveOn: '2026-11-02' }),
    );
    const told = async () =>
      (
        await query<{ record: string }>(
          city.ctx.db.app,
          sql`SELECT payload->>'recordId' AS record FROM core.outbox WHERE kind = 'repair.firstDay'`,
        )
      ).map((row) => row.record);
    await atDay('2026-11-19', () => tellFirstDays(city.ctx, {}));
    assert.ok(!(await told()).includes(of.recordId));
    await atDay('2026-11-20', () => tellFirstDays(city.ctx, {}));
    await atDay('2026-11-21', () => tellFirstDays(city.ctx, {}));
    assert.equal((await told()).filter((record) => record === of.recordId).length, 1);
    assert.ok(!(await told()).includes(gone.recordId));
  });
});
