/** The person store: single look-ups by officers, the own record by proof of identity, registers of the credit office. */
import { testAssertion } from '../../../server/src/modules/persons/index.ts';
import { newId } from '../../../server/src/platform/ids.ts';
import { citizenId } from '../../support/persons.ts';
import {
  all,
  at,
  type Case,
  type Expect,
  type Fixture,
  officeOnly,
  type Request,
  type Rows,
  type Who,
  whos,
} from '../format.ts';

const PRIVACY = '/api/v1/privacy';
const OWN = '/api/v1/own';
/** Officers of departments; the credit office is no obliged body, the command line never. */
const officers: Expect = { officer: 'ok', stranger: 'ok' };
const office = (path: string): Case => ({ expect: officeOnly, ...at(`${PRIVACY}/${path}`) });
const post = (path: string, payload: object): Case => ({
  expect: officeOnly,
  request: () => ({ url: `${PRIVACY}/${path}`, payload }),
});
const same = (outcome: 'signIn' | 'ok'): Expect => Object.fromEntries(whos.map((who) => [who, outcome]));
let serial = 300;

async function ownHeaders({ city }: Fixture, number = citizenId(++serial)): Promise<Record<string, string>> {
  const notice = await city.call(null, 'GET', `${OWN}/notice?purpose=ownRecord`, {
    remoteAddress: `10.9.${serial >> 8}.${serial & 255}`,
  });
  const begun = await city.call(null, 'POST', `${OWN}/session`, {
    payload: { provider: 'test', assertion: assertionFor(city.ctx, number), noticeHash: notice.json().hash },
    remoteAddress: `10.9.${serial >> 8}.${serial & 255}`,
  });
  return { 'x-own-session': begun.json().secret };
}
const assertionFor = (ctx: Fixture['city']['ctx'], number: string): string =>
  testAssertion(ctx, {
    ...{ kind: 'citizenId', number, actingAs: 'self', reference: newId() },
    expiresAt: new Date(Date.parse(ctx.clock.now()) + 300_000).toISOString(),
  });

/** With a session of the own record everybody is the same person; without one, the account does not matter. */
const own = (
  request: (at: Fixture, headers: Record<string, string>) => Promise<Request> | Request,
  also: readonly number[] = [],
): readonly Case[] => [
  {
    when: 'after a proof of identity',
    expect: all,
    also,
    request: async (_who: Who, fixture) => request(fixture, await ownHeaders(fixture)),
  },
  { when: 'without one', expect: same('signIn'), request: (_who, fixture) => request(fixture, {}) },
];

async function freshRequest({ city }: Fixture): Promise<string> {
  const made = await city.call('office', 'POST', `${PRIVACY}/requests`, { payload: windowRequest() });
  return made.json().requestId;
}
async function ownRequest({ city }: Fixture, headers: Record<string, string>): Promise<string> {
  if (!headers['x-own-session']) return newId();
  const made = await city.call(null, 'POST', `${OWN}/requests`, {
    payload: { kind: 'explain', statement: '请说明' },
    headers,
  });
  return made.json().requestId;
}
const windowRequest = () => ({
  ...{ kind: 'access', statement: '查阅本人信息', documentType: 'citizenId', number: citizenId(++serial) },
  ...{ actingAs: 'self', documentSeen: true },
});
/** An assessment that somebody else wrote, or that was approved already. */
async function madeAssessment({ city }: Fixture, feature: string, state: 'draft' | 'approved'): Promise<string> {
  const id = newId();
  const approved = state === 'approved';
  await city.ctx.db.person.query(
    `INSERT INTO person.assessment (assessment_id, feature, title, content, content_hash, state, written_by, written_at, decided_by, decided_at, valid_until, keep_until)
     VALUES ($1, $2, '评估', '{}', 'x', $3, $4, '2026-11-22', $5, $6, $7, '2032-01-01')`,
    [
      id,
      feature,
      state,
      newId(),
      approved ? newId() : null,
      approved ? '2026-11-22' : null,
      approved ? '2029-01-01' : null,
    ],
  );
  return id;
}
const off = ({ city }: Fixture) =>
  city.ctx.db.person.query(
    `UPDATE person.activation SET is_open = false, ended_at = '2026-11-22', ended_reason = 'test' WHERE feature = 'lookup' AND is_open`,
  );
async function on(fixture: Fixture, feature = 'lookup'): Promise<void> {
  const assessmentId = await madeAssessment(fixture, feature, 'approved');
  await fixture.city.ctx.db.person.query(
    `INSERT INTO person.activation (activation_id, feature, assessment_id, assessment_state, activated_by, activated_at, is_open)
     SELECT $1, $2, $3, 'approved', $1, '2026-11-22', true WHERE NOT EXISTS (SELECT 1 FROM person.activation WHERE feature = $2 AND is_open)`,
    [newId(), feature, assessmentId],
  );
}
/** A voluntary purpose with its notice, which no installation has. */
async function library(fixture: Fixture): Promise<string> {
  const text = { zh: '告知', en: 'notice' };
  const content = {
    purpose: 'library',
    kind: 'voluntary',
    name: text,
    legalBasis: 1,
    basis: [],
    dataKinds: text,
    items: [],
    retainYears: 1,
  };
  await fixture.city.ctx.db.person.query(
    `INSERT INTO person.purpose (purpose, version, kind, legal_basis, content, content_hash, valid_from) VALUES ('library', 1, 'voluntary', 1, $1, '', '2026-11-22') ON CONFLICT DO NOTHING`,
    [JSON.stringify(content)],
  );
  await on(fixture, 'library');
  const notice = await fixture.city.call('office', 'POST', `${PRIVACY}/notices`, {
    payload: { purpose: 'library', text },
  });
  return notice.json().hash;
}
async function agree(fixture: Fixture, headers: Record<string, string>): Promise<object> {
  const payload = { purpose: 'library', noticeHash: await library(fixture), agree: true };
  if (headers['x-own-session']) await fixture.city.call(null, 'POST', `${OWN}/consents`, { payload, headers });
  return { purpose: 'library' };
}
const assessment = {
  feature: 'lookup',
  title: '影响评估',
  content: { lawfulness: '一', impact: '二', measures: '三' },
};
const incident = (fixture: Fixture) => ({
  ...{ kind: 'leak', discoveredAt: fixture.city.ctx.clock.now(), dataKinds: ['姓名'], persons: 1 },
  ...{ cause: '误发', harm: '轻微', measures: '撤回', contact: '信用办' },
});

export const rows: Rows = {
  'GET /api/v1/lookups/purposes': { expect: officers, ...at('/api/v1/lookups/purposes') },
  'POST /api/v1/lookups': {
    expect: officers,
    request: async (_who, fixture) => {
      await on(fixture);
      const payload = {
        documentType: 'citizenId',
        number: citizenId(299),
        purpose: 'licenceHeld',
        matter: '核对',
        caseNumber: 'A-1',
      };
      return { url: '/api/v1/lookups', payload };
    },
  },
  'GET /api/v1/own/notice': { expect: all, ...at(`${OWN}/notice?purpose=ownRecord`) },
  'GET /api/v1/own/providers': { expect: all, ...at(`${OWN}/providers`) },
  'POST /api/v1/own/session': {
    expect: all,
    request: async (_who, { city }) => {
      const notice = await city.call(null, 'GET', `${OWN}/notice?purpose=ownRecord`);
      const payload = {
        provider: 'test',
        assertion: assertionFor(city.ctx, citizenId(++serial)),
        noticeHash: notice.json().hash,
      };
      return { url: `${OWN}/session`, payload };
    },
  },
  'DELETE /api/v1/own/session': own((_at, headers) => ({ url: `${OWN}/session`, headers })),
  'GET /api/v1/own/record': own((_at, headers) => ({ url: `${OWN}/record`, headers })),
  'GET /api/v1/own/record/copy': own((_at, headers) => ({ url: `${OWN}/record/copy`, headers })),
  'POST /api/v1/own/requests': own((_at, headers) => ({
    url: `${OWN}/requests`,
    headers,
    payload: { kind: 'access', statement: '查阅' },
  })),
  'GET /api/v1/own/requests/:id': own(async (fixture, headers) => ({
    url: `${OWN}/requests/${await ownRequest(fixture, headers)}`,
    headers,
  })),
  'POST /api/v1/own/requests/:id/act': own(async (fixture, headers) => ({
    ...{
      url: `${OWN}/requests/${await ownRequest(fixture, headers)}/act`,
      headers,
      payload: { act: 'withdraw', version: 1 },
    },
  })),
  'GET /api/v1/own/consents': own((_at, headers) => ({ url: `${OWN}/consents`, headers })),
  'POST /api/v1/own/consents': own(async (fixture, headers) => ({
    ...{
      url: `${OWN}/consents`,
      headers,
      payload: { purpose: 'library', noticeHash: await library(fixture), agree: true },
    },
  })),
  'POST /api/v1/own/consents::withdraw': own(async (fixture, headers) => ({
    ...{ url: `${OWN}/consents:withdraw`, headers, payload: await agree(fixture, headers) },
  })),
  'GET /api/v1/privacy/requests': office('requests'),
  'POST /api/v1/privacy/requests': {
    expect: officeOnly,
    request: () => ({ url: `${PRIVACY}/requests`, payload: windowRequest() }),
  },
  'GET /api/v1/privacy/requests/:id': {
    expect: officeOnly,
    request: async (_who, fixture) => ({ url: `${PRIVACY}/requests/${await freshRequest(fixture)}` }),
  },
  'POST /api/v1/privacy/requests/:id/act': {
    expect: officeOnly,
    request: async (_who, fixture) => ({
      url: `${PRIVACY}/requests/${await freshRequest(fixture)}/act`,
      payload: { act: 'accept', version: 1 },
    }),
  },
  'GET /api/v1/privacy/purposes': office('purposes'),
  'POST /api/v1/privacy/purposes/:purpose/end': {
    ...post('purposes/statutoryList/end', { reason: '本市尚无此类名单' }),
    also: [422],
  },
  'GET /api/v1/privacy/notices': office('notices'),
  'POST /api/v1/privacy/notices': post('notices', { purpose: 'licenceHeld', text: { zh: '告知', en: 'notice' } }),
  'GET /api/v1/privacy/consents': office('consents'),
  'GET /api/v1/privacy/report/:year': office('report/2026'),
  'GET /api/v1/privacy/retention': office('retention'),
  'GET /api/v1/privacy/assessments': office('assessments'),
  'POST /api/v1/privacy/assessments': post('assessments', assessment),
  'POST /api/v1/privacy/assessments/:id/decide': [
    {
      expect: officeOnly,
      request: async (_who, fixture) => ({
        url: `${PRIVACY}/assessments/${await madeAssessment(fixture, 'lookup', 'draft')}/decide`,
        payload: { approve: true },
      }),
    },
    {
      when: 'one’s own: somebody else approves',
      expect: { office: 'conflict' },
      request: async (_who, { city }) => {
        const made = await city.call('office', 'POST', `${PRIVACY}/assessments`, { payload: assessment });
        return { url: `${PRIVACY}/assessments/${made.json().assessmentId}/decide`, payload: { approve: true } };
      },
    },
  ],
  'POST /api/v1/privacy/functions::activate': [
    {
      expect: officeOnly,
      request: async (_who, fixture) => {
        await off(fixture);
        const assessmentId = await madeAssessment(fixture, 'lookup', 'approved');
        return { url: `${PRIVACY}/functions:activate`, payload: { feature: 'lookup', assessmentId } };
      },
    },
    {
      when: 'without an approved assessment',
      expect: { office: 'conflict' },
      request: () => ({ url: `${PRIVACY}/functions:activate`, payload: { feature: 'lookup', assessmentId: newId() } }),
    },
  ],
  'POST /api/v1/privacy/functions::deactivate': {
    expect: officeOnly,
    request: async (_who, fixture) => {
      await on(fixture);
      return { url: `${PRIVACY}/functions:deactivate`, payload: { feature: 'lookup', reason: '演练' } };
    },
  },
  'GET /api/v1/privacy/incidents': office('incidents'),
  'POST /api/v1/privacy/incidents': {
    expect: officeOnly,
    request: (_who, fixture) => ({ url: `${PRIVACY}/incidents`, payload: incident(fixture) }),
  },
  'POST /api/v1/privacy/incidents/:id/act': {
    expect: officeOnly,
    request: async (_who, fixture) => {
      const made = await fixture.city.call('office', 'POST', `${PRIVACY}/incidents`, { payload: incident(fixture) });
      return { url: `${PRIVACY}/incidents/${made.json().incidentId}/act`, payload: { act: 'contain', version: 1 } };
    },
  },
};
