/** Statements, doubts and complaints: their parties, and hidden from everybody else. Targets: for whoever works with cases. */
import { testPdf } from '../../../server/src/testing-context.ts';
import { multipartOf } from '../../support/http-city.ts';
import { at, business, type Case, type Expect, type Fixture, page, type Rows } from '../format.ts';
import { once } from '../once.ts';

const file = (): { headers: Record<string, string>; payload: Buffer } =>
  multipartOf([{ name: 'file', content: testPdf(), fileName: '说明.pdf' }]);

/** A fresh penalty of the body of `officer` about the organisation of `representative`. */
async function freshRecord({ city, code, today }: Fixture): Promise<string> {
  const name = (await city.call(null, 'GET', `/api/v1/public/subjects/${code}`)).json().name;
  const values = today({ CF_XDR_SHXYM: code, CF_XDR_MC: name });
  for (const field of ['CF_CFJG', 'CF_CFJGDM', 'CF_SJLY', 'CF_SJLYDM']) delete values[field];
  const entered = await city.call('officer', 'POST', '/api/v1/records', { payload: { standard: 'penalty', values } });
  if (!entered.json().recordId) throw new Error(entered.body);
  return entered.json().recordId;
}

async function made(
  fixture: Fixture,
  who: 'representative' | 'stranger',
  path: string,
  payload: object,
): Promise<string> {
  const answer = await fixture.city.call(who, 'POST', `/api/v1${path}`, { payload });
  if (answer.statusCode !== 201) throw new Error(answer.body);
  return answer.json().id;
}
const statement = async (fixture: Fixture): Promise<string> =>
  made(fixture, 'representative', '/statements', { recordId: await freshRecord(fixture), text: '罚款已于当日缴清。' });
const doubt = async (fixture: Fixture): Promise<string> =>
  made(fixture, 'stranger', '/doubts', {
    recordId: await freshRecord(fixture),
    kind: 'content',
    statement: '金额与当事人提供的决定书不一致。',
  });
const complaint = (fixture: Fixture): Promise<string> =>
  made(fixture, 'representative', '/complaints', {
    kind: 'platform',
    statement: '窗口三次要求补正同一材料，至今未受理。',
    wanted: '尽快受理',
  });

/** Four routes that every procedure has, for one case each. */
function ofOne(
  base: string,
  make: (fixture: Fixture) => Promise<string>,
  parties: Expect,
  command: { payload: object; expect: Expect },
  creator: 'representative' | 'stranger',
): Rows {
  const one = (path: string, expect: Expect, payload?: () => object): Case => ({
    expect,
    request: async (_who, fixture) => ({ url: `/api/v1${base}/${await make(fixture)}${path}`, ...payload?.() }),
  });
  const material = async (fixture: Fixture): Promise<string> => {
    const path = `/api/v1${base}/${await make(fixture)}/materials`;
    const added = await fixture.city.call(creator, 'POST', path, file());
    if (added.statusCode !== 201) throw new Error(added.body);
    return `${path}/${added.json().id}`;
  };
  return {
    [`GET /api/v1${base}/:id`]: {
      expect: parties,
      request: async (_who, fixture) => ({ url: `/api/v1${base}/${await once(fixture, `one of ${base}`, make)}` }),
    },
    [`POST /api/v1${base}/:id/commands`]: one('/commands', command.expect, () => ({ payload: command.payload })),
    [`POST /api/v1${base}/:id/materials`]: one('/materials', parties, file),
    [`GET /api/v1${base}/:id/materials/:material`]: {
      expect: parties,
      request: async (_who, fixture) => ({ url: await once(fixture, `material of ${base}`, material) }),
    },
  };
}

const organisations: Expect = {
  representative: 'ok',
  otherRepresentative: 'ok',
  officer: 'ok',
  stranger: 'ok',
  office: 'ok',
};
const statementParties: Expect = {
  representative: 'ok',
  otherRepresentative: 'hidden',
  officer: 'hidden',
  stranger: 'hidden',
  office: 'ok',
};
const doubtParties: Expect = { officer: 'ok', stranger: 'ok', office: 'ok' };

export const rows: Rows = {
  'GET /api/v1/objections/desk': { expect: organisations, ...at('/api/v1/objections/desk') },
  'GET /api/v1/statements': { expect: organisations, ...at('/api/v1/statements') },
  'GET /api/v1/statements.xlsx': { expect: organisations, ...at('/api/v1/statements.xlsx') },
  'GET /api/v1/statements/desk': { expect: organisations, ...at('/api/v1/statements/desk') },
  'POST /api/v1/statements': {
    // An officer files at a window for whoever came; who speaks for another organisation may not know of the record.
    expect: { representative: 'ok', otherRepresentative: 'hidden', officer: 'ok', stranger: 'ok', office: 'ok' },
    request: async (_who, fixture) => ({
      url: '/api/v1/statements',
      payload: { code: fixture.code, recordId: await freshRecord(fixture), text: '罚款已于当日缴清。' },
    }),
  },
  ...ofOne(
    '/statements',
    statement,
    statementParties,
    { payload: { command: 'publish' }, expect: { ...statementParties, representative: 'forbidden' } },
    'representative',
  ),
  'GET /api/v1/doubts': { expect: business, ...at('/api/v1/doubts') },
  'GET /api/v1/doubts.xlsx': { expect: business, ...at('/api/v1/doubts.xlsx') },
  'GET /api/v1/doubts/desk': { expect: business, ...at('/api/v1/doubts/desk') },
  'POST /api/v1/doubts': {
    // The body that reported it corrects it itself.
    expect: { officer: 'conflict', stranger: 'ok', office: 'ok' },
    request: async (_who, fixture) => ({
      url: '/api/v1/doubts',
      payload: { recordId: await freshRecord(fixture), kind: 'content', statement: '金额可能有误。' },
    }),
  },
  ...ofOne(
    '/doubts',
    doubt,
    doubtParties,
    {
      payload: { command: 'confirm', note: '与案卷一致。' },
      expect: { officer: 'ok', stranger: 'forbidden', office: 'forbidden' },
    },
    'stranger',
  ),
  'GET /api/v1/complaints': { expect: organisations, ...at('/api/v1/complaints') },
  'GET /api/v1/complaints.xlsx': { expect: organisations, ...at('/api/v1/complaints.xlsx') },
  'GET /api/v1/complaints/desk': { expect: organisations, ...at('/api/v1/complaints/desk') },
  'POST /api/v1/complaints': {
    expect: { representative: 'ok', otherRepresentative: 'hidden', officer: 'ok', stranger: 'ok', office: 'ok' },
    request: (_who, { code }) => ({
      url: '/api/v1/complaints',
      payload: { code, kind: 'platform', statement: '网页一直打不开，无法下载报告。', wanted: '修好' },
    }),
  },
  'POST /api/v1/complaints::batch': {
    expect: { office: 'ok' },
    request: async (_who, fixture) => ({
      url: '/api/v1/complaints:batch',
      payload: { ids: [await complaint(fixture)], command: 'accept' },
    }),
  },
  ...ofOne(
    '/complaints',
    complaint,
    statementParties,
    { payload: { command: 'accept' }, expect: { ...statementParties, representative: 'forbidden' } },
    'representative',
  ),
  'POST /api/v1/complaints/:id/extension': {
    expect: { office: 'ok' },
    request: async (_who, fixture) => {
      const url = `/api/v1/complaints/${await complaint(fixture)}`;
      await fixture.city.call('office', 'POST', `${url}/commands`, { payload: { command: 'accept' } });
      return { url: `${url}/extension`, payload: { act: 'ask', reason: '需要调取监控' } };
    },
  },
  'GET /api/v1/targets': { expect: business, ...at('/api/v1/targets') },
  'GET /guide': page('/guide'),
  'GET /guide/:node': page('/guide/matter'),
};
