/** Objections: the organisation, the credit office, the body that reported the record; hidden from everybody else. */
import { testPdf } from '../../../server/src/testing-context.ts';
import { multipartOf } from '../../support/http-city.ts';
import { all, at, type Case, type Expect, type Fixture, type Rows } from '../format.ts';
import { once } from '../once.ts';

const parties: Expect = {
  representative: 'ok',
  otherRepresentative: 'hidden',
  officer: 'ok',
  stranger: 'hidden',
  office: 'ok',
};
const lists: Expect = { ...parties, otherRepresentative: 'ok', stranger: 'ok' };

/** A record of the submission is about the organisation of `representative` and comes from the body of `officer`. */
async function fresh({ city, code, today }: Fixture): Promise<string> {
  const row = today({ CF_XDR_SHXYM: code, CF_XDR_MC: await nameOf(city, code) });
  for (const field of ['CF_CFJG', 'CF_CFJGDM', 'CF_SJLY', 'CF_SJLYDM']) delete row[field];
  const entered = await city.call('officer', 'POST', '/api/v1/records', {
    payload: { standard: 'penalty', values: row },
  });
  const made = await city.call('representative', 'POST', '/api/v1/objections', {
    payload: {
      code,
      recordId: entered.json().recordId,
      kind: 'error',
      statement: '罚款金额与决定书不一致，请核实。',
      wanted: '更正罚款金额',
    },
  });
  if (made.statusCode !== 201) throw new Error(`${entered.body} ${made.body}`);
  return made.json().id;
}
async function nameOf(city: Fixture['city'], code: string): Promise<string> {
  return (await city.call(null, 'GET', `/api/v1/public/subjects/${code}`)).json().name;
}

const one = (path: string, payload?: object, expect: Expect = parties): Case => ({
  expect,
  request: async (_who, fixture) => ({
    url: `/api/v1/objections/${await fresh(fixture)}${path}`,
    ...(payload ? { payload } : {}),
  }),
});

async function material(fixture: Fixture): Promise<string> {
  const path = `/api/v1/objections/${await fresh(fixture)}/materials`;
  const file = multipartOf([{ name: 'file', content: testPdf(), fileName: '决定书.pdf' }]);
  const added = await fixture.city.call('representative', 'POST', path, file);
  if (added.statusCode !== 201) throw new Error(added.body);
  return `${path}/${added.json().id}`;
}

export const rows: Rows = {
  'GET /api/v1/objections/rules': { expect: all, ...at('/api/v1/objections/rules') },
  'GET /api/v1/objections.xlsx': { expect: lists, ...at('/api/v1/objections.xlsx') },
  'GET /api/v1/objections/records': [
    {
      // The organisation's own records for who speaks for it, what is published for a window.
      expect: { representative: 'ok', otherRepresentative: 'hidden', officer: 'ok', stranger: 'ok', office: 'ok' },
      request: (_who, { code }) => ({ url: `/api/v1/objections/records?code=${code}` }),
    },
    {
      when: 'without a code',
      expect: {
        representative: 'ok',
        otherRepresentative: 'ok',
        officer: 'invalid',
        stranger: 'invalid',
        office: 'invalid',
      },
      ...at('/api/v1/objections/records'),
    },
  ],
  'POST /api/v1/objections::batch': {
    expect: { office: 'ok' },
    request: async (_who, fixture) => ({
      url: '/api/v1/objections:batch',
      payload: { ids: [await fresh(fixture)], command: 'accept' },
    }),
  },
  'POST /api/v1/objections/:id/materials': {
    expect: parties,
    request: async (_who, fixture) => ({
      url: `/api/v1/objections/${await fresh(fixture)}/materials`,
      ...multipartOf([{ name: 'file', content: testPdf(), fileName: '决定书.pdf' }]),
    }),
  },
  'GET /api/v1/objections/:id/materials/:material': {
    expect: parties,
    request: async (_who, fixture) => ({ url: await once(fixture, 'material of an objection', material) }),
  },
  'GET /api/v1/objections': { expect: lists, ...at('/api/v1/objections') },
  'POST /api/v1/objections': {
    expect: { representative: 'ok', otherRepresentative: 'hidden', officer: 'ok', stranger: 'ok', office: 'ok' },
    request: (_who, { code }) => ({
      url: '/api/v1/objections',
      payload: { code, kind: 'omission', statement: '缺少我单位的行政许可信息，请核实。', wanted: '补充许可信息' },
    }),
  },
  'GET /api/v1/objections/:id': one(''),
  // In the state `submitted` each party may be refused the step (403) or meet another state (409): both know the case.
  'POST /api/v1/objections/:id/commands': [
    {
      ...one('/commands', { command: 'accept' }, { ...parties, representative: 'forbidden', officer: 'forbidden' }),
      when: 'the credit office takes up',
    },
    {
      ...one('/commands', { command: 'withdraw' }, { ...parties, office: 'forbidden', officer: 'forbidden' }),
      when: 'the organisation withdraws',
    },
  ],
  'POST /api/v1/objections/:id/extension': {
    expect: { office: 'ok' },
    request: async (_who, fixture) => {
      const id = await fresh(fixture);
      const url = `/api/v1/objections/${id}`;
      const taken = await fixture.city.call('office', 'POST', `${url}/commands`, { payload: { command: 'accept' } });
      if (taken.statusCode !== 200) throw new Error(taken.body);
      return { url: `${url}/extension`, payload: { act: 'ask', reason: '需要现场核查' } };
    },
  },
};
