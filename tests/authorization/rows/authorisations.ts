/** Authorisation by the subject: `representative` gives to the bank of `reader`; everybody else's is not there. */
import assert from 'node:assert/strict';
import { execute, sql } from '../../../server/src/platform/db.ts';
import { at, type Case, type Expect, type Fixture, type Request, type Rows } from '../format.ts';

const bothSides: Expect = { representative: 'ok', otherRepresentative: 'ok', reader: 'ok', otherReader: 'ok' };
/** One authorisation, read by its two sides. */
const ofTheTwo: Expect = { representative: 'ok', otherRepresentative: 'hidden', reader: 'ok', otherReader: 'hidden' };
const ofTheOrganisation: Expect = { representative: 'ok', otherRepresentative: 'hidden' };
const ofTheBank: Expect = { reader: 'ok', otherReader: 'hidden' };

const terms = { sections: ['administration'], days: 30, uses: 5 };
let section = '';
async function sectionOf({ city }: Fixture): Promise<string> {
  if (section === '') {
    const answer = await city.call('representative', 'GET', '/api/v1/authorisations:terms');
    section = answer.json().sections[0].key;
  }
  return section;
}
async function given(fixture: Fixture): Promise<string> {
  const made = await fixture.city.call('representative', 'POST', '/api/v1/authorisations:give', {
    payload: { ...terms, sections: [await sectionOf(fixture)], body: fixture.city.readerBodyId, purpose: 'loan' },
  });
  assert.equal(made.statusCode, 201, made.body);
  return made.json().id;
}
async function used(fixture: Fixture): Promise<{ id: string; use: string }> {
  const id = await given(fixture);
  const made = await fixture.city.call('reader', 'POST', `/api/v1/authorisations/${id}/uses`, { payload: {} });
  assert.equal(made.statusCode, 201, made.body);
  return { id, use: made.json().id };
}
/** Asked by the bank and withdrawn again, so that the next may ask. */
async function asked(fixture: Fixture): Promise<string> {
  const { city } = fixture;
  const rows = await city.call('reader', 'GET', '/api/v1/authorisations');
  for (const row of rows.json().items)
    if (row.may.withdraw)
      await city.call('reader', 'POST', `/api/v1/authorisations/${row.id}/withdraw`, { payload: {} });
  const made = await city.call('reader', 'POST', '/api/v1/authorisations', {
    payload: { ...terms, sections: [await sectionOf(fixture)], code: fixture.code, purpose: 'loan' },
  });
  assert.equal(made.statusCode, 201, made.body);
  return made.json().id;
}
const about = (
  expect: Expect,
  path: string,
  make: (fixture: Fixture) => Promise<string> = given,
  payload?: object,
): Case => ({
  expect,
  request: async (_who, fixture): Promise<Request> => ({
    url: `/api/v1/authorisations/${await make(fixture)}${path}`,
    ...(payload === undefined ? {} : { payload }),
  }),
});
/** Reads the archive within an open use; and the same when it was revoked meanwhile. */
const reading = (path: string): readonly Case[] => [
  {
    when: 'within an open use',
    expect: { reader: 'ok', otherReader: 'hidden' },
    request: async (_who, fixture) => {
      const { id, use } = await used(fixture);
      return { url: `/api/v1/authorisations/${id}/${path}?use=${use}` };
    },
  },
  {
    when: 'revoked within the use',
    expect: { reader: 'hidden', otherReader: 'hidden' },
    request: async (_who, fixture) => {
      const { id, use } = await used(fixture);
      await fixture.city.call('representative', 'POST', `/api/v1/authorisations/${id}/revoke`, { payload: {} });
      return { url: `/api/v1/authorisations/${id}/${path}?use=${use}` };
    },
  },
  {
    when: 'without a use',
    expect: { reader: 'hidden', otherReader: 'hidden' },
    request: async (_who, fixture) => {
      const id = await given(fixture);
      return { url: `/api/v1/authorisations/${id}/${path}?use=${id}` };
    },
  },
];

export const rows: Rows = {
  'GET /api/v1/authorisations': { expect: bothSides, ...at('/api/v1/authorisations') },
  'GET /api/v1/authorisations::terms': { expect: bothSides, ...at('/api/v1/authorisations:terms') },
  'GET /api/v1/authorisations::grantees': { expect: bothSides, ...at('/api/v1/authorisations:grantees') },
  'GET /api/v1/authorisations/:id': about(ofTheTwo, ''),
  'GET /api/v1/authorisations/:id/uses': about(ofTheTwo, '/uses'),
  'POST /api/v1/authorisations': [
    {
      when: 'for a purpose',
      expect: { reader: 'ok', otherReader: 'ok' },
      request: async (_who, fixture) => {
        await asked(fixture);
        return {
          url: '/api/v1/authorisations',
          payload: { ...terms, sections: [await sectionOf(fixture)], code: fixture.code, purpose: 'loan' },
        };
      },
      // Only so many may wait.
      also: [409],
    },
    {
      when: 'for a purpose of officers',
      expect: { reader: 'invalid', otherReader: 'invalid' },
      request: async (_who, fixture) => ({
        url: '/api/v1/authorisations',
        payload: { ...terms, sections: [await sectionOf(fixture)], code: fixture.code, purpose: 'approval' },
      }),
    },
  ],
  'POST /api/v1/authorisations::give': {
    expect: { representative: 'ok', otherRepresentative: 'ok' },
    request: async (_who, fixture) => ({
      url: '/api/v1/authorisations:give',
      payload: { ...terms, sections: [await sectionOf(fixture)], body: fixture.city.readerBodyId, purpose: 'loan' },
    }),
  },
  'POST /api/v1/authorisations/:id/grant': {
    expect: ofTheOrganisation,
    request: async (_who, fixture) => ({
      url: `/api/v1/authorisations/${await asked(fixture)}/grant`,
      payload: { ...terms, sections: [await sectionOf(fixture)] },
    }),
  },
  'POST /api/v1/authorisations/:id/decline': {
    ...about(ofTheOrganisation, '/decline', asked, {}),
    // Whoever was refused lately may not ask again, which the rows after this do.
    after: async ({ city }) => {
      await execute(
        city.ctx.db.app,
        sql`UPDATE access.authorisation SET ended_at = '2020-01-01T00:00:00Z' WHERE state = 'declined'`,
      );
    },
  },
  'POST /api/v1/authorisations/:id/revoke': about(ofTheOrganisation, '/revoke', given, {}),
  'POST /api/v1/authorisations/:id/withdraw': about(ofTheBank, '/withdraw', asked, {}),
  'POST /api/v1/authorisations/:id/uses': about(ofTheBank, '/uses', given, {}),
  'GET /api/v1/authorisations/:id/archive': reading('archive'),
  'GET /api/v1/authorisations/:id/records': reading('records'),
  'POST /api/v1/authorisations/:id/report': about(ofTheBank, '/report', given, {}),
};
