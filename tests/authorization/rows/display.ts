/** What is ordered about display: the deciding body, for some of it the credit office; the public sees why while it is shown. */
import { all, at, type Case, type Expect, type Fixture, type Rows } from '../format.ts';

/** A penalty of the organisation of `representative`, decided by the body of `officer`. */
async function decided({ city, code, today }: Fixture): Promise<{ recordId: string }> {
  const name = (await city.call(null, 'GET', `/api/v1/public/subjects/${code}`)).json().name;
  const row = today({ CF_XDR_SHXYM: code, CF_XDR_MC: name, CF_YXQ: '2099-12-31' });
  for (const field of ['CF_CFJG', 'CF_CFJGDM', 'CF_SJLY', 'CF_SJLYDM']) delete row[field];
  const entered = await city.call('officer', 'POST', '/api/v1/records', {
    payload: { standard: 'penalty', values: row },
  });
  const { recordId } = entered.json();
  if (!recordId) throw new Error(entered.body);
  return { recordId };
}
/** One record for everybody whose call changes nothing that matters to the next. */
const held = new WeakMap<object, ReturnType<typeof decided>>();
function known(fixture: Fixture): ReturnType<typeof decided> {
  const found = held.get(fixture.city) ?? decided(fixture);
  held.set(fixture.city, found);
  return found;
}
const of = (expect: Expect, path: (id: string) => string, payload?: (fixture: Fixture) => object): Case => ({
  expect,
  request: async (_who, fixture) => {
    const { recordId } = await (payload ? decided(fixture) : known(fixture));
    return { url: path(recordId), ...(payload ? { payload: payload(fixture) } : {}) };
  },
});

export const rows: Rows = {
  'GET /why/:id': of(all, (id) => `/why/${id}`),
  'GET /api/v1/public/records/:id/why': of(all, (id) => `/api/v1/public/records/${id}/why`),
  'GET /api/v1/records/:id/why': of(
    { representative: 'ok', otherRepresentative: 'hidden', officer: 'ok', stranger: 'hidden', office: 'ok' },
    (id) => `/api/v1/records/${id}/why`,
  ),
  'POST /api/v1/records/:id/orders': of(
    { officer: 'ok', client: 'ok', stranger: 'hidden', office: 'ok' },
    (id) => `/api/v1/records/${id}/orders`,
    ({ city }) => ({ order: 'suspend', on: city.clock.today(), document: '（2026）示01行初1号' }),
  ),
  'POST /api/v1/records::confirmSeverity': {
    // Each row has its own answer; what is hidden is a refused row.
    expect: { officer: 'ok', client: 'ok', stranger: 'ok', office: 'ok' },
    request: async (_who, fixture) => ({
      url: '/api/v1/records:confirmSeverity',
      payload: { rows: [{ recordId: (await known(fixture)).recordId, severity: 'general' }] },
    }),
  },
  'GET /api/v1/records::severityWaiting': {
    expect: { officer: 'ok', stranger: 'ok', office: 'ok' },
    ...at('/api/v1/records:severityWaiting'),
  },
  'GET /api/v1/display/changes': { expect: { office: 'ok' }, ...at('/api/v1/display/changes') },
  'POST /api/v1/repair-notices::text': {
    expect: { officer: 'ok', client: 'ok', stranger: 'ok', office: 'ok' },
    request: (_who, { city }) => ({
      url: '/api/v1/repair-notices:text',
      payload: {
        name: '某公司',
        code: '91999900MA00000000',
        documentNumber: '示市监罚〔2026〕1号',
        decidedOn: city.clock.today(),
        categories: ['罚款'],
      },
    }),
  },
  'POST /api/v1/repair-notices': {
    expect: { officer: 'ok', client: 'ok', stranger: 'hidden', office: 'hidden' },
    request: async (_who, fixture) => ({
      url: '/api/v1/repair-notices',
      payload: {
        recordId: (await known(fixture)).recordId,
        servedOn: fixture.city.clock.today(),
        channel: 'withDecision',
        proof: '送达回证 1 号',
      },
    }),
  },
  'GET /api/v1/repair-notices::missing': {
    expect: { officer: 'ok', stranger: 'ok', office: 'ok' },
    ...at('/api/v1/repair-notices:missing'),
  },
};
