/** Checks: bodies and their systems ask and feed back; a receipt and a hit are hidden from other bodies. */
import { workBatch } from '../../../server/src/modules/checks/index.ts';
import { multipartOf } from '../../support/http-city.ts';
import { addEntry, addSubject } from '../../support/listed.ts';
import { codeOf } from '../../support/rows.ts';
import { all, type Case, type Expect, type Fixture, page, type Rows } from '../format.ts';

const asking: Expect = { officer: 'ok', stranger: 'ok', client: 'ok', office: 'ok' };
const own: Expect = { officer: 'ok', stranger: 'hidden', client: 'ok', office: 'ok' };
const stated = { matter: 'PY-HONOURS', purpose: 'honours', caseNumber: '评优〔2026〕1号' };

let serial = 8800;
/** A check of the body of `officer` that hit. */
async function hit({ city }: Fixture): Promise<string> {
  const code = codeOf(++serial);
  const subjectId = await addSubject(city.ctx, code, `示范市名单${serial}有限公司`);
  await addEntry(city.ctx, { subjectId, list: 'SX02', bodyId: city.bodyId, listedOn: '2026-01-05' });
  const told = await city.call('officer', 'POST', '/api/v1/checks', { payload: { code, ...stated } });
  if (told.statusCode !== 200) throw new Error(told.body);
  return told.json().receipt;
}

const feedback: Case = {
  expect: { officer: 'ok', stranger: 'hidden', client: 'ok', office: 'hidden' },
  request: async (_who, fixture) => ({
    url: `/api/v1/checks/${await hit(fixture)}/feedback`,
    payload: { measure: 'M07', action: 'notApplied' },
  }),
};

const list = (code: string) => ({
  url: '/api/v1/checks:batch',
  payload: {
    matter: 'PY-HONOURS',
    purpose: 'honours',
    document: '示文〔2026〕1号',
    listName: '候选单位',
    organisations: [code],
  },
});
/** A batch of the body of `officer`, worked through. */
async function batch({ city, code }: Fixture): Promise<string> {
  const { payload } = list(code);
  const sent = await city.call('officer', 'POST', '/api/v1/checks:batch', { payload });
  if (sent.statusCode !== 202) throw new Error(sent.body);
  await workBatch(city.ctx, sent.json().id);
  return sent.json().id;
}

export const rows: Rows = {
  'GET /measures': page('/measures'),
  'GET /measures/:id': page('/measures/M07'),
  'GET /api/v1/measures': { expect: all, request: () => ({ url: '/api/v1/measures' }) },
  'POST /api/v1/checks::batch': { expect: asking, request: (_who, { code }) => list(code) },
  'GET /api/v1/checks/batches/:id': {
    expect: own,
    request: async (_who, fixture) => ({ url: `/api/v1/checks/batches/${await batch(fixture)}` }),
  },
  'GET /api/v1/checks/batches/:id/result.xlsx': {
    expect: own,
    request: async (_who, fixture) => ({ url: `/api/v1/checks/batches/${await batch(fixture)}/result.xlsx` }),
  },
  'GET /api/v1/checks/batches': { expect: asking, request: () => ({ url: '/api/v1/checks/batches' }) },
  'GET /api/v1/checks/batches/template.xlsx': {
    expect: asking,
    request: () => ({ url: '/api/v1/checks/batches/template.xlsx' }),
  },
  'GET /api/v1/checks/batches/:id/rows': {
    expect: own,
    request: async (_who, fixture) => ({ url: `/api/v1/checks/batches/${await batch(fixture)}/rows` }),
  },
  'POST /api/v1/checks/batches': {
    expect: asking,
    request: (_who, { code }) => ({
      url: '/api/v1/checks/batches?matter=PY-HONOURS&purpose=honours',
      ...multipartOf([
        { name: 'document', content: '示文〔2026〕2号' },
        { name: 'listName', content: '候选单位' },
        { name: 'file', content: `统一社会信用代码\n${code}`, fileName: '名单.csv' },
      ]),
    }),
  },
  'POST /api/v1/checks/batches/:id/letter': {
    expect: { officer: 'ok', stranger: 'hidden', office: 'ok' },
    request: async (_who, fixture) => ({
      url: `/api/v1/checks/batches/${await batch(fixture)}/letter`,
      payload: { addressee: '示范市总工会' },
    }),
  },
  'POST /api/v1/checks': [
    {
      when: 'with matter, purpose and case',
      expect: asking,
      request: (_who, { code }) => ({ url: '/api/v1/checks', payload: { code, ...stated } }),
    },
    {
      when: 'without a case',
      expect: { officer: 'invalid', stranger: 'invalid', client: 'invalid', office: 'invalid' },
      request: (_who, { code }) => ({
        url: '/api/v1/checks',
        payload: { code, matter: stated.matter, purpose: stated.purpose },
      }),
    },
  ],
  'GET /api/v1/checks/matters': { expect: asking, request: () => ({ url: '/api/v1/checks/matters' }) },
  'GET /api/v1/checks/receipts/:no': {
    expect: own,
    request: async (_who, fixture) => ({ url: `/api/v1/checks/receipts/${await hit(fixture)}` }),
  },
  'GET /api/v1/checks/counts': {
    expect: asking,
    request: () => ({ url: '/api/v1/checks/counts?from=2026-01-01&to=2026-12-31' }),
  },
  'GET /api/v1/checks/hits': { expect: asking, request: () => ({ url: '/api/v1/checks/hits' }) },
  'POST /api/v1/checks/:id/feedback': feedback,
};
