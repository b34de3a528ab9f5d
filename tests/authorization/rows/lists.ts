/** Lists: read by government, shown to the public where policy says so; a recognition by its parties, hidden from others. */
import { must, paper } from '../../../server/src/modules/lists/testing.ts';
import { testPdf } from '../../../server/src/testing-context.ts';
import { multipartOf } from '../../support/http-city.ts';
import { at, business, type Case, type Expect, type Fixture, page, type Rows, withSystems } from '../format.ts';

const proposal = (code: string) => ({
  code,
  list: 'SX02',
  facts: '两年内三次销售不合格产品。',
  legalBasis: '《市场监督管理严重违法失信名单管理办法》第五条',
  evidence: '行政处罚决定书',
  basisDocument: '示市监罚〔2026〕1号',
  criteria: ['listedConduct', 'heavierPenalty'],
});

/** One open case about a list at a time: those of before are ended. */
async function end({ city }: Pick<Fixture, 'city'>): Promise<void> {
  const open = (await city.call('officer', 'GET', '/api/v1/listings?open=true')).json().items;
  for (const { id, state } of open)
    await city.call('officer', 'POST', `/api/v1/listings/${id}/commands`, {
      payload: {
        note: '事实有待补充调查',
        ...(state === 'proposed' ? { command: 'withdraw' } : { command: 'drop', reason: 'factsNotProven' }),
      },
    });
}
async function proposed(fixture: Fixture): Promise<string> {
  await end(fixture);
  const made = await fixture.city.call('officer', 'POST', '/api/v1/listings', { payload: proposal(fixture.code) });
  if (made.statusCode !== 201) throw new Error(made.body);
  return made.json().id as string;
}

/** Told and heard: the clock of the decision runs. */
async function heard(fixture: Fixture): Promise<string> {
  const id = await proposed(fixture);
  await paper(fixture.city, {}, id, 'listingNotice');
  await must(fixture.city, 'officer', id, 'serveNotice');
  await must(fixture.city, 'representative', id, 'waive');
  return id;
}

/** Before the notice the organisation does not know of it. */
const parties: Expect = {
  officer: 'ok',
  stranger: 'hidden',
  office: 'ok',
  representative: 'hidden',
  otherRepresentative: 'hidden',
};
const file = () => multipartOf([{ name: 'file', content: testPdf(), fileName: '证据.pdf' }]);
const one = (path: string, expect: Expect, more?: () => object): Case => ({
  expect,
  request: async (_who, fixture) => ({ url: `/api/v1/listings/${await proposed(fixture)}${path}`, ...more?.() }),
});
const readers: Expect = { ...business, representative: 'ok', otherRepresentative: 'ok' };

const extract = (code: string) =>
  multipartOf([
    { name: 'file', content: `统一社会信用代码,决定文书号或案号\n${code},示文〔2026〕1号`, fileName: '名单.csv' },
  ]);

export const rows: Rows = {
  'GET /lists': page('/lists'),
  'GET /lists/:list': page('/lists/SX02'),
  'GET /api/v1/public/lists': page('/api/v1/public/lists'),
  'GET /api/v1/public/lists/:list/announced': page('/api/v1/public/lists/SH01/announced'),
  'GET /api/v1/public/lists/:list/entries': page('/api/v1/public/lists/SX02/entries'),
  'GET /api/v1/lists': { expect: withSystems, ...at('/api/v1/lists') },
  'GET /api/v1/lists/exemptions': { expect: withSystems, ...at('/api/v1/lists/exemptions') },
  'GET /api/v1/lists/own': {
    // An account of a representative whose organisation the register does not know has nothing to read.
    expect: { representative: 'ok', otherRepresentative: 'ok' },
    also: [404],
    ...at('/api/v1/lists/own'),
  },
  'GET /api/v1/lists/subjects/:code': {
    expect: withSystems,
    request: (_who, { code }) => ({ url: `/api/v1/lists/subjects/${code}` }),
  },
  'GET /api/v1/lists/:list/entries': { expect: withSystems, ...at('/api/v1/lists/SX02/entries') },
  'GET /api/v1/lists/:list/entries.xlsx': { expect: withSystems, ...at('/api/v1/lists/SX02/entries.xlsx') },
  'POST /api/v1/lists/:list/reconcile': [
    {
      expect: withSystems,
      request: () => ({ url: '/api/v1/lists/SX02/reconcile', payload: { asOf: '2026-01-02', entries: [] } }),
    },
    {
      when: "another body's list",
      expect: { officer: 'hidden', stranger: 'ok', office: 'ok', client: 'hidden' },
      request: (_who, { city }) => ({
        url: '/api/v1/lists/SX02/reconcile',
        payload: { asOf: '2026-01-02', entries: [], bodyId: city.otherBodyId },
      }),
    },
  ],
  'GET /api/v1/lists/extract-template.xlsx': { expect: withSystems, ...at('/api/v1/lists/extract-template.xlsx') },
  'POST /api/v1/lists/:list/differences': [
    {
      expect: withSystems,
      request: (_who, { code }) => ({ url: '/api/v1/lists/SX02/differences?asOf=2026-01-02', ...extract(code) }),
    },
    {
      when: "another body's list",
      expect: { officer: 'hidden', stranger: 'ok', office: 'ok', client: 'hidden' },
      request: (_who, { city, code }) => ({
        url: `/api/v1/lists/SX02/differences?asOf=2026-01-02&bodyId=${city.otherBodyId}`,
        ...extract(code),
      }),
    },
  ],
  'GET /api/v1/listings': { expect: readers, ...at('/api/v1/listings') },
  'GET /api/v1/listings.xlsx': { expect: readers, ...at('/api/v1/listings.xlsx') },
  'GET /api/v1/listings/desk': { expect: readers, ...at('/api/v1/listings/desk') },
  'POST /api/v1/listings': {
    // Only the body that the list names proposes: the others are refused by name.
    expect: { officer: 'ok', stranger: 'forbidden', office: 'forbidden' },
    request: async (_who, fixture) => {
      await end(fixture);
      return { url: '/api/v1/listings', payload: proposal(fixture.code) };
    },
  },
  'GET /api/v1/listings/:id': one('', parties),
  'POST /api/v1/listings/:id/commands': one('/commands', { ...parties, office: 'forbidden' }, () => ({
    payload: { command: 'withdraw', note: '事实有待补充调查' },
  })),
  'POST /api/v1/listings/:id/extension': {
    expect: { officer: 'ok', stranger: 'hidden', office: 'forbidden' },
    request: async (_who, fixture) => ({
      url: `/api/v1/listings/${await heard(fixture)}/extension`,
      payload: { act: 'ask', reason: '需要补充调查' },
    }),
  },
  'POST /api/v1/listings/:id/materials': one('/materials', parties, file),
  'GET /api/v1/listings/:id/materials/:material': {
    expect: parties,
    request: async (_who, fixture) => {
      const id = await proposed(fixture);
      const added = await fixture.city.call('officer', 'POST', `/api/v1/listings/${id}/materials`, file());
      if (added.statusCode !== 201) throw new Error(added.body);
      return { url: `/api/v1/listings/${id}/materials/${added.json().id}` };
    },
  },
};
