/** Objections from the first word to the answer, over HTTP and on a real database. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createHttpCity, type HttpCity, type Login } from '../../../../tests/support/http-city.ts';
import { penalty, penaltyCsv } from '../../../../tests/support/rows.ts';
import { one, query, sql } from '../../platform/db.ts';
import { signInAs } from '../../testing-context.ts';
import { lookAtClocks, policyProblemsOf, problemsOf } from '../casework/index.ts';
import { objectionKind, objectionProcedure } from './index.ts';

let city: HttpCity;
let serial = 300;
/** A Monday in working weeks without holidays. */
const monday = '2026-11-02T02:00:00Z';

before(async () => {
  city = await createHttpCity({ now: monday, app: { rateLimit: { account: 100_000, address: 100_000 } } } as never);
});
after(() => city.close());

interface Objected {
  readonly id: string;
  readonly recordId: string;
  readonly code: string;
}

/** A reported penalty, its organisation's representative signed in, and an objection to it. */
async function object(kind = 'error'): Promise<Objected> {
  const row = penalty(++serial, { CF_JDRQ: '2026-10-20', CF_YXQ: '2029-10-20', CF_GSJZQ: '2029-10-20' });
  await city.submit(penaltyCsv([row]));
  const code = row.CF_XDR_SHXYM ?? '';
  const found = await one<{ record_id: string; subject_id: string }>(
    city.ctx.db.app,
    sql`SELECT r.record_id, r.subject_id FROM core.record r JOIN core.subject s USING (subject_id) WHERE s.unified_code = ${code}`,
  );
  await city.represent('representative', found.subject_id);
  const made = await city.call('representative', 'POST', '/api/v1/objections', {
    payload: { code, recordId: found.record_id, kind, statement: '处罚决定书的相对人不是我单位。', wanted: '删除' },
  });
  assert.equal(made.statusCode, 201, made.body);
  return { id: made.json().id, recordId: found.record_id, code };
}
const act = (who: Login, id: string, command: string, over: object = {}, headers: Record<string, string> = {}) =>
  city.call(who, 'POST', `/api/v1/objections/${id}/commands`, { payload: { command, ...over }, headers });
const must = async (...given: Parameters<typeof act>) => {
  const answer = await act(...given);
  assert.equal(answer.statusCode, 200, `${given[2]}: ${answer.body}`);
  return answer.json();
};
const publicRecords = async (code: string) =>
  (await city.call(null, 'GET', `/api/v1/public/subjects/${code}/records`)).json().items as {
    annotations?: { zh: string }[] | string[];
    documentNumber: string;
  }[];
const annotated = async (code: string): Promise<boolean> =>
  JSON.stringify(await publicRecords(code)).includes('objectionInProgress');

describe('the procedure', () => {
  it('is sound, and its policy fits it', () => {
    assert.deepEqual(problemsOf(objectionProcedure), []);
    assert.deepEqual(policyProblemsOf(objectionProcedure, city.ctx.policy().procedure('objection')), []);
  });
});

describe('an objection', () => {
  it('is taken up, annotated everywhere, checked by the source, upheld; the record goes', async () => {
    const { id, code, recordId } = await object('wrongSubject');
    assert.equal(await annotated(code), false);
    const accepted = await must('office', id, 'accept');
    assert.match(accepted.number, /^信异〔2026〕\d+号$/);
    assert.equal(await annotated(code), true);
    assert.equal((await act('officer', id, 'answer', { note: '属实' })).statusCode, 409);
    const forwarded = await must('office', id, 'forward');
    // Three working days for the source, seven in all: 5 and 11 November.
    assert.deepEqual(
      forwarded.clocks
        .filter((clock: { ended: boolean }) => !clock.ended)
        .map((clock: { key: string; dueOn: string }) => [clock.key, clock.dueOn]),
      [
        ['total', '2026-11-11'],
        ['provider', '2026-11-05'],
      ],
    );
    const waiting = (await city.call('officer', 'GET', '/api/v1/objections?open=true')).json();
    assert.ok(
      waiting.items.some((item: { id: string }) => item.id === id),
      'it lies with the source',
    );
    assert.equal((await city.call('stranger', 'GET', `/api/v1/objections/${id}`)).statusCode, 404);
    await must('officer', id, 'answer', { note: '经核实，录入时主体代码有误。' });
    assert.equal(
      (await act('office', id, 'uphold', { reason: 'wrongSubject', note: '属实' })).statusCode,
      422,
      'a remedy is needed',
    );
    await must('office', id, 'uphold', { reason: 'wrongSubject', remedy: 'withdraw', note: '主体代码录错，属实。' });
    assert.deepEqual(await publicRecords(code), []);
    const closed = await must('office', id, 'notify', { note: '已电话告知' });
    assert.equal(closed.closed, true);
    assert.ok(closed.clocks.every((clock: { ended: boolean }) => clock.ended));
    assert.equal(closed.history.length, 6);
    const events = await query<{ kind: string }>(
      city.ctx.db.app,
      sql`SELECT kind FROM core.record_event WHERE record_id = ${recordId} ORDER BY recorded_at, kind`,
    );
    assert.deepEqual(events.map((row) => row.kind).sort(), ['objectionClosed', 'objectionOpened', 'withdrawn']);
  });

  it('that is dismissed leaves no mark, and the reason is one of the closed set', async () => {
    const { id, code } = await object();
    await must('office', id, 'accept');
    assert.equal((await act('office', id, 'dismiss', { note: '理由另附' })).statusCode, 422);
    assert.equal((await act('office', id, 'dismiss', { reason: 'because', note: '理由另附' })).statusCode, 422);
    await must('office', id, 'dismiss', { reason: 'agreesWithSource', note: '与决定书一致。' });
    assert.equal(await annotated(code), false);
    assert.equal((await publicRecords(code)).length, 1);
  });

  it('acts once for a key, and notices that somebody else was faster', async () => {
    const { id } = await object();
    const key = { 'idempotency-key': 'accept-once-please' };
    const first = await must('office', id, 'accept', {}, key);
    const again = await must('office', id, 'accept', {}, key);
    assert.deepEqual([again.events, again.number], [first.events, first.number]);
    assert.equal((await act('office', id, 'forward', { expectedEvents: first.events - 1 })).statusCode, 409);
    const together = await Promise.all([
      act('office', id, 'forward'),
      act('office', id, 'forward'),
      act('office', id, 'forward'),
    ]);
    assert.deepEqual(together.map((answer) => answer.statusCode).sort(), [200, 409, 409]);
  });

  it('numbers without a gap, also when one fails', async () => {
    const taken: number[] = [];
    for (let n = 0; n < 3; n++) {
      const { id } = await object();
      await act('office', id, 'dismiss', { reason: 'agreesWithSource', note: '与决定书一致。' });
      taken.push(Number(/〕(\d+)号/.exec((await must('office', id, 'accept')).number)?.[1]));
    }
    assert.deepEqual(taken, [taken[0], (taken[0] ?? 0) + 1, (taken[0] ?? 0) + 2]);
  });

  it('twice of the same kind, to a record of somebody else, or to one that is gone, is refused in words', async () => {
    const { code, recordId } = await object();
    const send = (over: object) =>
      city.call('representative', 'POST', '/api/v1/objections', {
        payload: { code, recordId, kind: 'error', statement: '金额有误，请核实一下。', wanted: '更正', ...over },
      });
    assert.equal((await send({})).statusCode, 409);
    assert.equal((await send({ kind: 'nonsense' })).statusCode, 422);
    assert.equal((await send({ recordId: '00000000-0000-7000-8000-00000000abcd' })).statusCode, 404);
    assert.equal((await send({ code: '91310000MA1FL0XX0X' })).statusCode, 404);
    assert.equal((await send({ statement: '短' })).statusCode, 400);
    const other = await object();
    assert.equal((await send({ code, recordId: other.recordId })).statusCode, 404);
  });
});

describe('time', () => {
  it('tells the superior once when the source is late, whatever the service slept, and the answer still counts', async () => {
    const { id } = await object();
    await must('office', id, 'accept');
    await must('office', id, 'forward');
    city.clock.set('2026-11-20T02:00:00Z');
    try {
      await lookAtClocks(city.ctx, [objectionKind]);
      await lookAtClocks(city.ctx, [objectionKind]);
      // The sessions of that Monday are over.
      const [office, officer] = [await signInAs(city.app, 'office'), await signInAs(city.app, 'officer')];
      const get = async (url: string) => (await city.app.inject({ url, headers: office })).json();
      const seen = await get(`/api/v1/objections/${id}`);
      const told = seen.history.filter((event: { kind: string }) => event.kind === 'escalation');
      assert.deepEqual(
        told.map((event: { effectiveOn: string }) => event.effectiveOn),
        ['2026-11-05', '2026-11-11'],
      );
      assert.equal(seen.overdue, true);
      const late = await get('/api/v1/objections?overdue=true');
      assert.ok(late.items.some((item: { id: string }) => item.id === id));
      const answered = await city.app.inject({
        method: 'POST',
        url: `/api/v1/objections/${id}/commands`,
        headers: officer,
        payload: { command: 'answer', note: '迟到的答复' },
      });
      assert.equal(answered.statusCode, 200, answered.body);
    } finally {
      city.clock.set(monday);
    }
  });

  it('stands still with experts and is extended once by another person', async () => {
    const { id } = await object();
    await must('office', id, 'accept');
    const extend = (act: string, over = {}) =>
      city.call('office', 'POST', `/api/v1/objections/${id}/extension`, { payload: { act, ...over } });
    assert.equal((await extend('ask', { reason: '需要调阅案卷' })).statusCode, 200);
    assert.equal((await extend('grant')).statusCode, 403, 'not by the one who asked');
    const paused = await must('office', id, 'beginExpertReview');
    assert.ok(paused.clocks.some((clock: { key: string; paused: boolean }) => clock.key === 'total' && clock.paused));
    assert.equal(paused.dueOn, null);
  });
});
