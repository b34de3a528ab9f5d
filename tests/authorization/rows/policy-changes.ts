/** Policy changes: the credit office's; a unit that was asked reads and answers; from all others they are hidden. */
import { policySheet, sheetUpload } from '../../support/policy-sheets.ts';
import { at, business, type Expect, type Fixture, officeOnly, type Rows } from '../format.ts';

/** Whoever was asked reads it. */
const asked: Expect = { ...business, stranger: 'hidden' };
const answers: Expect = { officer: 'ok', stranger: 'hidden' };
const table = ['codeTable', 'yes-no'] as const;

async function freshChange(
  { city }: Fixture,
  until: 'drafted' | 'uploaded' | 'circulated' = 'drafted',
): Promise<string> {
  const made = await city.call('office', 'POST', '/api/v1/policy-changes', {
    payload: { title: '调整代码表', reason: '统一名称' },
  });
  if (made.statusCode !== 201) throw new Error(made.body);
  const { id } = made.json();
  if (until === 'drafted') return id;
  const sheet = await policySheet(city.ctx, ...table, (rows) => [
    ...rows.slice(0, -1),
    { ...rows.at(-1), 英文名称: 'No, none' },
  ]);
  const url = `/api/v1/policy-changes/${id}/files/${table.join('/')}`;
  const sent = await city.call('office', 'PUT', url, sheetUpload(sheet));
  if (sent.statusCode !== 200) throw new Error(sent.body);
  if (until === 'uploaded') return id;
  const { version } = sent.json();
  const payload = { command: 'circulate', version, bodyIds: [city.bodyId], replyDueOn: '2099-12-31' };
  const circulated = await city.call('office', 'POST', `/api/v1/policy-changes/${id}/commands`, { payload });
  if (circulated.statusCode !== 200) throw new Error(circulated.body);
  return id;
}

const rule = {
  ...{ id: 'penalty-remark-needed', severity: '提示', field: 'BZ', when: '', require: '【BZ】 不为空', basis: '' },
  ...{ messageZh: '备注应填写。', messageEn: '', fixZh: '请填写。', fixEn: '', caseFinding: '', caseNone: '' },
  confirmed: '',
};

export const rows: Rows = {
  'GET /api/v1/policy-versions': { expect: officeOnly, ...at('/api/v1/policy-versions') },
  'GET /api/v1/policy-versions/:kind/:key': {
    expect: officeOnly,
    ...at(`/api/v1/policy-versions/${table.join('/')}`),
  },
  'GET /api/v1/policy-versions/:kind/:key/file': {
    expect: officeOnly,
    ...at(`/api/v1/policy-versions/${table.join('/')}/file?format=yaml`),
  },
  'GET /api/v1/policy-sets/:setId': { expect: officeOnly, ...at('/api/v1/policy-sets/1') },
  'GET /api/v1/policy-rules': { expect: officeOnly, ...at('/api/v1/policy-rules') },
  'GET /api/v1/policy-rules/:key': { expect: officeOnly, ...at('/api/v1/policy-rules/penalty') },
  'POST /api/v1/policy-rules/:key/trial': {
    expect: officeOnly,
    request: () => ({ url: '/api/v1/policy-rules/penalty/trial', payload: { rule, sample: false } }),
  },
  'PUT /api/v1/policy-changes/:id/rules/:key': {
    expect: officeOnly,
    request: async (_who, fixture) => ({
      url: `/api/v1/policy-changes/${await freshChange(fixture)}/rules/penalty`,
      payload: { rule, was: null },
    }),
  },
  'GET /api/v1/policy-templates': { expect: officeOnly, ...at('/api/v1/policy-templates') },
  'GET /api/v1/policy-templates/:kind/:key': {
    expect: officeOnly,
    ...at(`/api/v1/policy-templates/${table.join('/')}`),
  },
  'GET /api/v1/policy-changes': { expect: business, ...at('/api/v1/policy-changes') },
  'POST /api/v1/policy-changes': {
    expect: officeOnly,
    request: () => ({ url: '/api/v1/policy-changes', payload: { title: '调整代码表', reason: '统一名称' } }),
  },
  'GET /api/v1/policy-changes/:id': {
    expect: asked,
    request: async (_who, fixture) => ({ url: `/api/v1/policy-changes/${await freshChange(fixture, 'circulated')}` }),
  },
  'PUT /api/v1/policy-changes/:id/files/:kind/:key': {
    expect: officeOnly,
    request: async (_who, fixture) => ({
      url: `/api/v1/policy-changes/${await freshChange(fixture)}/files/${table.join('/')}`,
      ...sheetUpload(await policySheet(fixture.city.ctx, ...table)),
    }),
  },
  'POST /api/v1/policy-changes/:id/simulation': {
    expect: officeOnly,
    request: async (_who, fixture) => ({
      url: `/api/v1/policy-changes/${await freshChange(fixture, 'uploaded')}/simulation`,
    }),
  },
  'DELETE /api/v1/policy-changes/:id/simulation': {
    expect: officeOnly,
    request: async (_who, fixture) => {
      const url = `/api/v1/policy-changes/${await freshChange(fixture, 'uploaded')}/simulation`;
      const begun = await fixture.city.call('office', 'POST', `${url}?rows=10000`);
      if (begun.statusCode !== 200) throw new Error(begun.body);
      return { url };
    },
  },
  'POST /api/v1/policy-changes/:id/commands': {
    expect: officeOnly,
    request: async (_who, fixture) => ({
      url: `/api/v1/policy-changes/${await freshChange(fixture)}/commands`,
      payload: { command: 'discard', version: 1, note: '不再需要' },
    }),
  },
  'POST /api/v1/policy-changes/:id/answer': {
    expect: answers,
    request: async (_who, fixture) => ({
      url: `/api/v1/policy-changes/${await freshChange(fixture, 'circulated')}/answer`,
      payload: { answer: 'confirmed' },
    }),
  },
};
