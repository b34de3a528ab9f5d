/** Who looked, disputes, looks shown later, alerts, the log. A dispute is the subject's, the looking body's and the audit administrator's. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { issueCheckpoint, sealOnce } from '../../../server/src/platform/access-log/index.ts';
import { execute, one, sql } from '../../../server/src/platform/db.ts';
import { newId } from '../../../server/src/platform/ids.ts';
import { all, at, type Case, type Expect, type Fixture, type Rows } from '../format.ts';

const auditOnly: Expect = { audit: 'ok' };
const subjects: Expect = { representative: 'ok', otherRepresentative: 'ok' };
const bodies: Expect = { officer: 'ok', stranger: 'ok', office: 'ok' };
const watched: Expect = { ...bodies, audit: 'ok' };
/** A dispute of the organisation of `representative` about a look of the body of `officer`. */
const ofTheBody: Expect = { officer: 'ok', stranger: 'hidden', office: 'hidden', audit: 'ok' };
const ofTheSubject: Expect = { representative: 'ok', otherRepresentative: 'hidden' };

let serial = 0;

/** A look of the officer at the organisation, as the organisation names it. */
async function freshLook({ city, code }: Fixture): Promise<string> {
  serial += 1;
  const caseNumber = `D-${serial}`;
  const read = await city.call('officer', 'GET', `/api/v1/subjects/${code}?purpose=approval&caseNumber=${caseNumber}`);
  assert.equal(read.statusCode, 200, read.body);
  const looks = await city.call('representative', 'GET', '/api/v1/my/looks');
  const found = (looks.json().items as { id: string; caseNumber: string | null }[]).find(
    (look) => look.caseNumber === caseNumber,
  );
  assert.ok(found, looks.body.slice(0, 400));
  return found.id;
}

type State = 'open' | 'answered' | 'contested';
async function freshDispute(fixture: Fixture, state: State = 'open'): Promise<string> {
  const raised = await fixture.city.call('representative', 'POST', '/api/v1/disputes', {
    payload: { look: await freshLook(fixture), reason: '本单位近期没有在贵局办理事项' },
  });
  assert.equal(raised.statusCode, 201, raised.body);
  const { id } = raised.json() as { id: string };
  const { ctx } = fixture.city;
  // Made by somebody else of the body: nobody answers for their own look.
  await execute(
    ctx.db.app,
    sql`UPDATE oversight.dispute SET looked_by = NULL, state = ${state}, answered_at = CASE WHEN ${state} = 'answered' THEN ${ctx.clock.now()}::timestamptz END WHERE dispute_id = ${id}`,
  );
  return id;
}

const dispute = (expect: Expect, path: string, payload?: object, state: State = 'open'): Case => ({
  expect,
  request: async (_who, fixture) => ({
    url: `/api/v1/disputes/${await freshDispute(fixture, state)}${path}`,
    ...(payload ? { payload } : {}),
  }),
});
const note = { note: '情况已经核实清楚' };

const delayOf = ({ city, code }: Fixture) => ({
  code,
  rule: 'inspectionInProgress',
  caseNumber: '检〔2026〕1号',
  reason: '专项检查尚未结束',
  untilOn: city.clock.today(),
});

async function freshDelay(fixture: Fixture): Promise<string> {
  const made = await fixture.city.call('officer', 'POST', '/api/v1/delays', { payload: delayOf(fixture) });
  assert.equal(made.statusCode, 201, made.body);
  return made.json().id;
}

/** Transactions of other databases of the server may hold sealing back for a moment. */
async function freshCheckpoint({ city }: Fixture): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    await sealOnce(city.ctx);
    if (await issueCheckpoint(city.ctx)) return;
    await sleep(50);
  }
  assert.fail('nothing was sealed');
}

/** About the officer, with the days for a reply over. */
async function freshAlert({ city }: Fixture): Promise<string> {
  const id = newId();
  serial += 1;
  const at = new Date(Date.parse('2026-01-01T00:00:00Z') + serial * 3_600_000).toISOString();
  const { account_id: accountId } = await one<{ account_id: string }>(
    city.ctx.db.app,
    sql`SELECT account_id FROM identity.account WHERE login = 'officer'`,
  );
  await execute(
    city.ctx.db.app,
    sql`INSERT INTO oversight.alert (alert_id, detector, account_id, body_id, window_from, window_to, facts, state, raised_at, reply_due_on, expires_on, policy_set_id)
        VALUES (${id}, 'manySubjectsInAnHour', ${accountId}, ${city.bodyId}, ${at}, ${at}, '{"subjects": 50}', 'open', ${at}, '2026-01-05', '2027-01-01', 1)`,
  );
  return id;
}

export const rows: Rows = {
  'GET /api/v1/public/log/checkpoint': {
    expect: all,
    request: async (_who, fixture) => {
      await freshCheckpoint(fixture);
      return { url: '/api/v1/public/log/checkpoint' };
    },
  },
  'GET /api/v1/log': { expect: auditOnly, ...at('/api/v1/log') },
  'GET /api/v1/log.xlsx': { expect: auditOnly, ...at('/api/v1/log.xlsx?reason=%E5%AE%A1%E8%AE%A1') },
  'GET /api/v1/log/integrity': { expect: auditOnly, ...at('/api/v1/log/integrity') },
  'GET /api/v1/my/looks': { expect: subjects, ...at('/api/v1/my/looks') },
  'GET /api/v1/my/looks.xlsx': { expect: subjects, ...at('/api/v1/my/looks.xlsx') },
  'GET /api/v1/disputes': { expect: { ...watched, ...subjects }, ...at('/api/v1/disputes') },
  'GET /api/v1/disputes/:id': dispute({ ...ofTheBody, ...ofTheSubject }, ''),
  'POST /api/v1/disputes': {
    expect: ofTheSubject,
    request: async (_who, fixture) => ({
      url: '/api/v1/disputes',
      payload: { look: await freshLook(fixture), reason: '本单位近期没有在贵局办理事项' },
    }),
  },
  'POST /api/v1/disputes/:id/answer': [
    dispute(ofTheBody, '/answer', { finding: 'justified', answer: '查询为办理行政许可所需' }),
    {
      when: 'about the own look',
      expect: { officer: 'forbidden', audit: 'ok', stranger: 'hidden', office: 'hidden' },
      request: async (_who, fixture) => {
        const id = await freshDispute(fixture);
        await execute(
          fixture.city.ctx.db.app,
          sql`UPDATE oversight.dispute SET looked_by = (SELECT account_id FROM identity.account WHERE login = 'officer') WHERE dispute_id = ${id}`,
        );
        return {
          url: `/api/v1/disputes/${id}/answer`,
          payload: { finding: 'justified', answer: '查询为办理行政许可所需' },
        };
      },
    },
  ],
  'POST /api/v1/disputes/:id/decide': [
    dispute(auditOnly, '/decide', { outcome: 'upheld', decision: '查询没有对应的办理事项' }, 'contested'),
    {
      ...dispute({ audit: 'conflict' }, '/decide', { outcome: 'upheld', decision: '查询没有对应的办理事项' }),
      when: 'before the body could answer',
    },
  ],
  'POST /api/v1/disputes/:id/contest': dispute(ofTheSubject, '/contest', note, 'answered'),
  'POST /api/v1/disputes/:id/accept': dispute(ofTheSubject, '/accept', note, 'answered'),
  'POST /api/v1/disputes/:id/withdraw': dispute(ofTheSubject, '/withdraw', note),
  'GET /api/v1/delays': { expect: watched, ...at('/api/v1/delays') },
  'POST /api/v1/delays': [
    { expect: bodies, request: (_who, fixture) => ({ url: '/api/v1/delays', payload: delayOf(fixture) }) },
    {
      when: 'under no rule of the policy',
      expect: { officer: 'invalid', stranger: 'invalid', office: 'invalid' },
      request: (_who, fixture) => ({
        url: '/api/v1/delays',
        payload: { ...delayOf(fixture), rule: 'becauseIWantTo' },
      }),
    },
  ],
  'POST /api/v1/delays/:id/end': {
    expect: { officer: 'ok', stranger: 'hidden', office: 'hidden' },
    request: async (_who, fixture) => ({ url: `/api/v1/delays/${await freshDelay(fixture)}/end` }),
  },
  'GET /api/v1/alerts': { expect: watched, ...at('/api/v1/alerts') },
  'POST /api/v1/alerts/:id/reply': {
    expect: { officer: 'ok', stranger: 'hidden', office: 'hidden' },
    request: async (_who, fixture) => ({
      url: `/api/v1/alerts/${await freshAlert(fixture)}/reply`,
      payload: { note: '当日集中办理年度检查' },
    }),
  },
  'POST /api/v1/alerts/:id/decide': {
    expect: auditOnly,
    request: async (_who, fixture) => ({
      url: `/api/v1/alerts/${await freshAlert(fixture)}/decide`,
      payload: { outcome: 'cleared', decision: '经核实为集中办理' },
    }),
  },
};
