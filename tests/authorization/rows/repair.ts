/** Repair: the organisation and windows apply, the body that recognised decides; hidden from everybody else. */
import { execute, sql } from '../../../server/src/platform/db.ts';
import { testPdf } from '../../../server/src/testing-context.ts';
import { multipartOf } from '../../support/http-city.ts';
import { all, at, type Case, type Expect, type Fixture, type Rows, type Who } from '../format.ts';
import { once } from '../once.ts';

const readers: Expect = {
  representative: 'ok',
  otherRepresentative: 'hidden',
  officer: 'ok',
  stranger: 'hidden',
  client: 'hidden',
  office: 'ok',
};

/** A general penalty of the organisation of `representative`, decided by the body of `officer`, whose first day is over. */
async function repairable({ city, code, today }: Fixture): Promise<string> {
  const name = (await city.call(null, 'GET', `/api/v1/public/subjects/${code}`)).json().name;
  const decided = new Date(Date.parse(city.clock.today()) - 150 * 86_400_000).toISOString().slice(0, 10);
  const row = today({ CF_XDR_SHXYM: code, CF_XDR_MC: name, CF_JDRQ: decided, CF_YXQ: '2099-12-31' });
  for (const field of ['CF_CFJG', 'CF_CFJGDM', 'CF_SJLY', 'CF_SJLYDM']) delete row[field];
  const entered = await city.call('officer', 'POST', '/api/v1/records', {
    payload: { standard: 'penalty', values: row },
  });
  const { recordId } = entered.json();
  if (!recordId) throw new Error(entered.body);
  return recordId;
}

async function draft(fixture: Fixture): Promise<string> {
  const recordId = await repairable(fixture);
  const payload = { code: fixture.code, recordId };
  const made = await fixture.city.call('representative', 'POST', '/api/v1/repairs', { payload });
  if (made.statusCode !== 201) throw new Error(made.body);
  return made.json().id;
}

async function addTo(fixture: Fixture, id: string, duty: string): Promise<string> {
  const sent = await fixture.city.call(
    'representative',
    'POST',
    `/api/v1/repairs/${id}/materials`,
    multipartOf([
      { name: 'duty', content: duty },
      { name: 'file', content: testPdf(), fileName: 'proof.pdf' },
    ]),
  );
  if (sent.statusCode !== 201) throw new Error(sent.body);
  return sent.json().id;
}

async function handedIn(fixture: Fixture): Promise<string> {
  const id = await draft(fixture);
  for (const duty of ['finePaid', 'wrongCorrected']) await addTo(fixture, id, duty);
  const url = `/api/v1/repairs/${id}`;
  await fixture.city.call('representative', 'POST', `${url}/application`, {
    payload: { commitment: { version: '1', agreed: true } },
  });
  const sent = await fixture.city.call('representative', 'POST', `${url}/commands`, { payload: { command: 'submit' } });
  if (sent.statusCode !== 200) throw new Error(sent.body);
  return id;
}

/** @param by who succeeds, and changes it by that */
const one = (path: string, payload?: object, expect: Expect = readers, by?: Who): Case => ({
  expect,
  request: async (who, fixture) => ({
    url: `/api/v1/repairs/${await (who === by ? handedIn(fixture) : once(fixture, 'handedIn', handedIn))}${path}`,
    ...(payload ? { payload } : {}),
  }),
});
/** Only the applicant sees a draft. */
const ofDraft: Expect = {
  representative: 'ok',
  otherRepresentative: 'hidden',
  officer: 'hidden',
  stranger: 'hidden',
  office: 'hidden',
};

/** Time opens these (server/src/modules/repair/duties.test.ts); here the row is written as time would leave it. */
async function openDuty(fixture: Fixture): Promise<string> {
  const recordId = await repairable(fixture);
  const { city } = fixture;
  await execute(
    city.ctx.db.migrator,
    sql`INSERT INTO repair.duty (subject_id, record_id, body_id, until_on, state, opened_at)
        SELECT subject_id, record_id, ${city.bodyId}, decided_on, 'open', ${city.clock.now()}
        FROM core.record WHERE record_id = ${recordId}`,
  );
  return recordId;
}

export const rows: Rows = {
  'GET /api/v1/repairs/duties': {
    expect: { officer: 'ok', stranger: 'ok', office: 'ok' },
    ...at('/api/v1/repairs/duties'),
  },
  'POST /api/v1/repairs/duties/:id/answer': {
    expect: { officer: 'ok', stranger: 'hidden', office: 'hidden' },
    request: async (_who, fixture) => ({
      url: `/api/v1/repairs/duties/${await openDuty(fixture)}/answer`,
      payload: { outcome: 'fulfilled', note: '已缴清。' },
    }),
  },
  'GET /api/v1/repairs/rules': { expect: all, ...at('/api/v1/repairs/rules') },
  'GET /api/v1/repairs/repairable': {
    expect: { representative: 'ok', otherRepresentative: 'hidden', officer: 'ok', stranger: 'ok', office: 'ok' },
    request: (_who, { code }) => ({ url: `/api/v1/repairs/repairable?code=${code}` }),
  },
  'GET /api/v1/repairs': {
    expect: { ...readers, otherRepresentative: 'ok', stranger: 'ok', client: 'ok' },
    ...at('/api/v1/repairs'),
  },
  'GET /api/v1/repairs.xlsx': {
    expect: { ...readers, otherRepresentative: 'ok', stranger: 'ok', client: 'ok' },
    ...at('/api/v1/repairs.xlsx'),
  },
  'POST /api/v1/repairs': {
    expect: { representative: 'ok', otherRepresentative: 'hidden', officer: 'ok', stranger: 'ok', office: 'ok' },
    request: async (who, fixture) => ({
      url: '/api/v1/repairs',
      payload: {
        code: fixture.code,
        recordId: await (['representative', 'officer', 'stranger', 'office'].includes(who)
          ? repairable(fixture)
          : once(fixture, 'repairable', repairable)),
        ...(who === 'representative' || who === 'otherRepresentative' ? {} : { authorisation: '授权委托书 1 号' }),
      },
    }),
  },
  'POST /api/v1/repairs/upstream': {
    expect: { client: 'ok' },
    request: async (who, fixture) => {
      const recordId = await (who === 'client' ? repairable(fixture) : once(fixture, 'repairable', repairable));
      const record = (await fixture.city.call('officer', 'GET', `/api/v1/records/${recordId}`)).json();
      const documentNumber = record.documentNumber;
      return {
        url: '/api/v1/repairs/upstream',
        payload: { upstreamNumber: `UP-${recordId}`, code: fixture.code, documentNumber },
      };
    },
  },
  'GET /api/v1/repairs/:id': [
    one(''),
    {
      when: 'not handed in yet',
      expect: { ...ofDraft, client: 'hidden' },
      request: async (_who, fixture) => ({ url: `/api/v1/repairs/${await once(fixture, 'draft', draft)}` }),
    },
  ],
  'POST /api/v1/repairs/:id/application': {
    expect: ofDraft,
    request: async (_who, fixture) => ({
      url: `/api/v1/repairs/${await once(fixture, 'draft', draft)}/application`,
      payload: { statement: '已缴清。' },
    }),
  },
  'POST /api/v1/repairs/:id/commands': [
    {
      ...one(
        '/commands',
        { command: 'accept' },
        { ...readers, representative: 'forbidden', office: 'forbidden' },
        'officer',
      ),
      when: 'the deciding body accepts',
    },
    {
      ...one(
        '/commands',
        { command: 'withdraw' },
        { ...readers, officer: 'forbidden', office: 'forbidden' },
        'representative',
      ),
      when: 'the organisation withdraws',
    },
  ],
  'POST /api/v1/repairs::batch': {
    // Each row has its own answer; what is hidden is a refused row.
    expect: { officer: 'ok', stranger: 'ok', office: 'ok' },
    request: async (_who, fixture) => ({
      url: '/api/v1/repairs:batch',
      payload: { ids: [await once(fixture, 'bulk', handedIn)], command: 'accept' },
    }),
  },
  'POST /api/v1/repairs/:id/extension': {
    expect: { officer: 'ok', stranger: 'hidden', office: 'forbidden' },
    request: async (who, fixture) => {
      const url = (id: string) => ({
        url: `/api/v1/repairs/${id}/extension`,
        payload: { act: 'ask', reason: '需要现场核查' },
      });
      if (who !== 'officer') return url(await once(fixture, 'handedIn', handedIn));
      const id = await handedIn(fixture);
      const accept = { payload: { command: 'accept' } };
      const taken = await fixture.city.call('officer', 'POST', `/api/v1/repairs/${id}/commands`, accept);
      if (taken.statusCode !== 200) throw new Error(taken.body);
      return url(id);
    },
  },
  'POST /api/v1/repairs/:id/materials': {
    expect: { ...ofDraft, client: 'hidden' },
    request: async (_who, fixture) => ({
      url: `/api/v1/repairs/${await once(fixture, 'draft', draft)}/materials`,
      ...multipartOf([
        { name: 'duty', content: 'finePaid' },
        { name: 'file', content: testPdf(), fileName: 'proof.pdf' },
      ]),
    }),
  },
  'GET /api/v1/repairs/:id/materials/:material': {
    expect: { ...ofDraft, client: 'hidden' },
    request: async (_who, fixture) => {
      const id = await once(fixture, 'draft', draft);
      return {
        url: `/api/v1/repairs/${id}/materials/${await once(fixture, 'file', () => addTo(fixture, id, 'finePaid'))}`,
      };
    },
  },
  'DELETE /api/v1/repairs/:id/materials/:material': {
    expect: ofDraft,
    request: async (who, fixture) => {
      const id = await once(fixture, 'draft', draft);
      const file =
        who === 'representative'
          ? addTo(fixture, id, 'finePaid')
          : once(fixture, 'file', () => addTo(fixture, id, 'finePaid'));
      return { url: `/api/v1/repairs/${id}/materials/${await file}` };
    },
  },
};
