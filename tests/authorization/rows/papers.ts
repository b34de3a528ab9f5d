/** Papers: bodies that work on the case write theirs; the organisation reads what is sealed; hidden from everybody else. */
import { testPdf } from '../../../server/src/testing-context.ts';
import { multipartOf } from '../../support/http-city.ts';
import { at, business, type Case, type Expect, type Fixture, ofTheBody, type Rows } from '../format.ts';
import { once } from '../once.ts';

const reads: Expect = { ...ofTheBody, representative: 'ok', otherRepresentative: 'hidden' };
/** Before the seal the paper is the body's own business. */
const drafts: Expect = { ...reads, representative: 'hidden' };
const fields = { receivedOn: '2026-03-02', dueOn: '2026-03-16', contact: '李某' };

const cases = new WeakMap<Fixture['city'], Promise<string>>();

/** An objection of the organisation of `representative` to a record of the body of `officer`; one serves all rows here. */
export function caseOf(fixture: Fixture): Promise<string> {
  const made = cases.get(fixture.city) ?? freshCase(fixture);
  cases.set(fixture.city, made);
  return made;
}

async function freshCase({ city, code, today }: Fixture): Promise<string> {
  const name = (await city.call(null, 'GET', `/api/v1/public/subjects/${code}`)).json().name;
  const values = today({ CF_XDR_SHXYM: code, CF_XDR_MC: name });
  for (const field of ['CF_CFJG', 'CF_CFJGDM', 'CF_SJLY', 'CF_SJLYDM']) delete values[field];
  const entered = await city.call('officer', 'POST', '/api/v1/records', { payload: { standard: 'penalty', values } });
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

async function freshPaper(fixture: Fixture, until: 'draft' | 'signedOff' | 'sealed' = 'draft'): Promise<string> {
  const { city } = fixture;
  const caseId = await caseOf(fixture);
  const made = await city.call('officer', 'POST', `/api/v1/cases/${caseId}/papers`, {
    payload: { template: 'acceptance', fields },
  });
  if (made.statusCode !== 201) throw new Error(made.body);
  const id = made.json().id;
  if (until === 'draft') return id;
  await city.call('officer', 'POST', `/api/v1/papers/${id}/sign-off`);
  if (until === 'sealed') await city.call('officer', 'POST', `/api/v1/papers/${id}/sealed`, sealedCopy());
  return id;
}
const sealedCopy = () => multipartOf([{ name: 'file', content: testPdf(), fileName: '受理通知书.pdf' }]);

const one = (
  path: string,
  expect: Expect,
  until: 'draft' | 'signedOff' | 'sealed' = 'draft',
  payload?: object,
): Case => ({
  expect,
  request: async (_who, fixture) => ({
    url: `/api/v1/papers/${await freshPaper(fixture, until)}${path}`,
    ...(payload ? { payload } : {}),
  }),
});

/** What only reads may read the same paper for every caller. */
const reading = (path: string, expect: Expect, until: 'draft' | 'sealed' = 'draft'): Case => ({
  expect,
  request: async (_who, fixture) => ({
    url: `/api/v1/papers/${await once(fixture, `paper ${until}`, () => freshPaper(fixture, until))}${path}`,
  }),
});

export const rows: Rows = {
  'GET /api/v1/cases/:id/papers': {
    expect: reads,
    request: async (_who, fixture) => ({ url: `/api/v1/cases/${await caseOf(fixture)}/papers` }),
  },
  'POST /api/v1/cases/:id/papers': {
    expect: ofTheBody,
    request: async (_who, fixture) => ({
      url: `/api/v1/cases/${await caseOf(fixture)}/papers`,
      payload: { template: 'acceptance', fields },
    }),
  },
  'GET /api/v1/papers': { expect: business, ...at('/api/v1/papers') },
  'GET /api/v1/papers/:id/docx': reading('/docx', drafts),
  'GET /api/v1/papers/:id/pdf': reading('/pdf', drafts),
  'GET /api/v1/papers/:id/sealed': reading('/sealed', reads, 'sealed'),
  'PUT /api/v1/papers/:id/fields': one('/fields', ofTheBody, 'draft', { fields }),
  'POST /api/v1/papers/:id/sign-off': one('/sign-off', ofTheBody),
  'POST /api/v1/papers/:id/sealed': {
    expect: ofTheBody,
    request: async (_who, fixture) => ({
      url: `/api/v1/papers/${await freshPaper(fixture, 'signedOff')}/sealed`,
      ...sealedCopy(),
    }),
  },
  'POST /api/v1/papers/:id/service': {
    expect: ofTheBody,
    request: async (_who, fixture) => ({
      url: `/api/v1/papers/${await freshPaper(fixture, 'sealed')}/service`,
      payload: {
        on: fixture.city.clock.today(),
        manner: 'direct',
        to: '王某',
        proof: '送达回证',
      },
    }),
  },
  'POST /api/v1/papers/:id/void': one('/void', ofTheBody, 'draft', { reason: '文字有误' }),
  // Each row is judged by itself: what the caller may not know of is said like what is not there.
  'POST /api/v1/papers/batch': {
    expect: business,
    request: async (_who, fixture) => ({
      url: '/api/v1/papers/batch',
      payload: { act: 'signOff', ids: [await freshPaper(fixture)] },
    }),
  },
};
