/** Earlier states of a record: allowed with a case, forbidden to other roles, hidden from other bodies, seen by the organisation. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { one, query, sql } from '../../server/src/platform/db.ts';
import { signInAs } from '../../server/src/testing-context.ts';
import { createHttpCity, type HttpCity, type Login } from '../support/http-city.ts';
import { codeOf, penalty, penaltyCsv } from '../support/rows.ts';

let city: HttpCity;
let subjectId: string;
let records: { record_id: string; superseded_at: string | null; recorded_on: string }[];

before(async () => {
  city = await createHttpCity({ app: { rateLimit: { account: 100_000, address: 100_000 } } });
  const first = await city.submit(penaltyCsv([penalty(1)]));
  assert.equal(first.counts.accepted, 1);
  city.clock.advance({ hours: 48 });
  for (const login of [
    'officer',
    'stranger',
    'representative',
    'otherRepresentative',
    'office',
    'audit',
    'reader',
    'security',
  ] as const)
    Object.assign(city.sessions[login], await signInAs(city.app, login));
  const second = await city.submit(penaltyCsv([penalty(1, { CF_NR_FK: '7.5' })]));
  assert.equal(second.counts.accepted, 1, JSON.stringify(second.counts));
  subjectId = (
    await one<{ subject_id: string }>(
      city.ctx.db.app,
      sql`SELECT subject_id FROM core.subject WHERE unified_code = ${codeOf(1001)}`,
    )
  ).subject_id;
  await city.represent('representative', subjectId);
  records = await query(
    city.ctx.db.app,
    sql`SELECT record_id, superseded_at, recorded_on FROM core.record WHERE subject_id = ${subjectId} ORDER BY recorded_at`,
  );
  assert.deepEqual(
    records.map((row) => row.superseded_at === null),
    [false, true],
  );
});
after(() => city.close());

const earlier = (login: Login, more = '', id = records[1]?.record_id ?? '', purpose = 'earlierState') =>
  city.call(
    login,
    'GET',
    `/api/v1/records/${id}/earlier?purpose=${purpose}&caseNumber=${encodeURIComponent('（2026）行初7号')}${more}`,
  );
interface States {
  readonly states: { recordId: string; supersededAt: string | null; fields: { code: string; value: string }[] }[];
}
const fineOf = (body: States): (string | undefined)[] =>
  body.states.map((state) => state.fields.find((field) => field.code === 'CF_NR_FK')?.value);

describe('earlier states', () => {
  it('are read by the source body, the organisation and the audit administrator, from either end', async () => {
    for (const login of ['officer', 'representative', 'audit'] as const) {
      for (const { record_id: id } of records) {
        const answer = await earlier(login, '', id);
        assert.equal(answer.statusCode, 200, `${login}: ${answer.body}`);
        const fines = fineOf(answer.json());
        assert.equal(fines.length, 2);
        assert.notEqual(fines[0], fines[1]);
        assert.equal(fines[1], '7.5');
      }
    }
  });
  it('of a day: what was known when it ended', async () => {
    const day = records[0]?.recorded_on ?? '';
    const then = (await earlier('officer', `&knownOn=${day}`)).json() as States;
    assert.deepEqual(
      then.states.map((state) => state.recordId),
      [records[0]?.record_id],
    );
    const now = (await earlier('officer', `&knownOn=${city.clock.today()}`)).json() as States;
    assert.deepEqual(
      now.states.map((state) => state.recordId),
      [records[1]?.record_id],
    );
    assert.deepEqual(((await earlier('officer', '&knownOn=2020-01-01')).json() as States).states, []);
    assert.equal((await earlier('officer', '&knownOn=yesterday')).statusCode, 400);
  });
  it('need a case, and a purpose of the list', async () => {
    const id = records[1]?.record_id ?? '';
    for (const login of ['officer', 'representative', 'audit'] as const) {
      const url = `/api/v1/records/${id}/earlier`;
      assert.equal((await city.call(login, 'GET', `${url}?purpose=earlierState`)).statusCode, 400);
      assert.equal((await city.call(login, 'GET', `${url}?caseNumber=A-1`)).statusCode, 400);
      assert.equal((await city.call(login, 'GET', `${url}?purpose=approval&caseNumber=A-1`)).statusCode, 400);
    }
  });
  it('are called for by a court through the audit administrator alone, with the matter', async () => {
    assert.equal((await earlier('audit', '', undefined, 'courtOrder')).statusCode, 400, 'no matter');
    const matter = `&matter=${encodeURIComponent('示范市中级人民法院调取令')}`;
    assert.equal((await earlier('audit', matter, undefined, 'courtOrder')).statusCode, 200);
    assert.equal((await earlier('officer', matter, undefined, 'courtOrder')).statusCode, 400);
  });
  it('are hidden from other bodies and organisations exactly as what does not exist, and forbidden to other roles', async () => {
    const absent = '01a00000-0000-7000-8000-00000000dead';
    const strip = (body: string): string => body.replace(/"requestId":"[^"]+"/, '');
    for (const login of ['stranger', 'otherRepresentative'] as const) {
      const [hidden, missing] = [await earlier(login), await earlier(login, '', absent)];
      if (login === 'stranger') assert.deepEqual([hidden.statusCode, missing.statusCode], [404, 404]);
      assert.equal(strip(hidden.body), strip(missing.body), login);
    }
    for (const login of ['office', 'reader', 'security'] as const)
      assert.equal((await earlier(login)).statusCode, 403, login);
    assert.equal(
      (await city.call(null, 'GET', `/api/v1/records/${absent}/earlier?purpose=earlierState`)).statusCode,
      401,
    );
  });
  it('stand in the log of the organisation, with the case', async () => {
    const looks = await query<{ case_number: string; purpose: string }>(
      city.ctx.db.audit,
      sql`SELECT case_number, purpose FROM log.access_log WHERE action = 'record.earlier' AND outcome = 'ok' AND subject_id = ${subjectId}`,
    );
    assert.ok(looks.length > 5, String(looks.length));
    assert.ok(looks.every((look) => look.case_number === '（2026）行初7号'));
  });
  it('hold nothing of what was erased', async () => {
    const id = records[0]?.record_id ?? '';
    await query(
      city.ctx.db.migrator,
      sql`INSERT INTO core.record_event (subject_id, event_id, record_id, kind, effective_on, recorded_at)
          VALUES (${subjectId}, gen_random_uuid(), ${id}, 'erased', ${city.clock.today()}, ${city.ctx.clock.now()})`,
    );
    const { states } = (await earlier('audit')).json() as States;
    assert.deepEqual(states.find((state) => state.recordId === id)?.fields, []);
  });
});
