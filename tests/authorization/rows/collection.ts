/** Reporting, single records, drafts and attachments: rows of one body. */
import { testPdf } from '../../../server/src/testing-context.ts';
import { multipartOf } from '../../support/http-city.ts';
import { DEPARTMENT, penaltyCsv } from '../../support/rows.ts';
import {
  at,
  business,
  type Case,
  type Expect,
  ofTheBody,
  ofTheBodyWithSystems,
  type Rows,
  withSystems,
} from '../format.ts';

const withPolicy: Expect = { ...withSystems, security: 'ok' };
const submissionAt = (path: string): Case => ({
  expect: ofTheBodyWithSystems,
  request: (_who, { submission }) => ({ url: `/api/v1/submissions/${submission.id}${path}` }),
});

export const rows: Rows = {
  'GET /api/v1/standards': { expect: withPolicy, ...at('/api/v1/standards') },
  'GET /api/v1/standards/:key/template': { expect: withPolicy, ...at('/api/v1/standards/penalty/template') },
  'GET /api/v1/desk/summary': { expect: withSystems, ...at('/api/v1/desk/summary') },
  'POST /api/v1/submissions': {
    expect: ofTheBodyWithSystems,
    request: (_who, { today }) => ({
      url: '/api/v1/submissions',
      ...multipartOf([
        { name: 'org', content: DEPARTMENT.code },
        { name: 'file', content: penaltyCsv([today()]), fileName: 'rows.csv' },
      ]),
    }),
  },
  'POST /api/v1/records::push': {
    expect: ofTheBodyWithSystems,
    request: (_who, { today }) => ({
      url: '/api/v1/records:push',
      payload: { standard: 'penalty', org: DEPARTMENT.code, rows: [today()] },
    }),
  },
  'GET /api/v1/submissions': { expect: withSystems, ...at('/api/v1/submissions') },
  'GET /api/v1/submissions.xlsx': { expect: withSystems, ...at('/api/v1/submissions.xlsx') },
  'GET /api/v1/submissions/:id': submissionAt(''),
  'GET /api/v1/submissions/:id/findings': submissionAt('/findings'),
  'GET /api/v1/submissions/:id/findings.xlsx': submissionAt('/findings.xlsx'),
  'GET /api/v1/submissions/:id/rules': submissionAt('/rules'),
  'GET /api/v1/submissions/:id/refused': submissionAt('/refused'),
  'GET /api/v1/submissions/:id/rows': submissionAt('/rows'),
  'POST /api/v1/submissions/:id/rows::resolve': {
    expect: ofTheBody,
    request: (_who, { submission }) => ({
      url: `/api/v1/submissions/${submission.id}/rows:resolve`,
      payload: { rows: [{ row: 4, action: 'reject' }] },
    }),
  },
  'GET /api/v1/subjects/lookup': {
    expect: business,
    request: (_who, { code }) => ({ url: `/api/v1/subjects/lookup?code=${code}` }),
  },
  'GET /api/v1/records': { expect: business, ...at('/api/v1/records') },
  'GET /api/v1/records.xlsx': { expect: business, ...at('/api/v1/records.xlsx') },
  'GET /api/v1/records/:id': {
    expect: ofTheBody,
    request: (_who, { recordId }) => ({ url: `/api/v1/records/${recordId}` }),
  },
  'POST /api/v1/records': {
    expect: business,
    request: (_who, { form }) => ({ url: '/api/v1/records', payload: form() }),
  },
  'POST /api/v1/records/:id/correct': {
    expect: ofTheBody,
    request: async (_who, { freshRecord, form }) => ({
      url: `/api/v1/records/${await freshRecord()}/correct`,
      payload: { ...form(), reason: '文号录入有误' },
    }),
  },
  'POST /api/v1/records/:id/withdraw': {
    expect: ofTheBody,
    request: async (_who, { freshRecord }) => ({
      url: `/api/v1/records/${await freshRecord()}/withdraw`,
      payload: { reason: '误报' },
    }),
  },
  'GET /api/v1/drafts': { expect: business, ...at('/api/v1/drafts') },
  'POST /api/v1/drafts/:id/approve': {
    expect: ofTheBody,
    request: async (_who, { freshDraft }) => ({ url: `/api/v1/drafts/${await freshDraft()}/approve` }),
  },
  'POST /api/v1/drafts/:id/return': {
    expect: ofTheBody,
    request: async (_who, { freshDraft }) => ({
      url: `/api/v1/drafts/${await freshDraft()}/return`,
      payload: { note: '请补文号' },
    }),
  },
  'POST /api/v1/attachments': {
    expect: business,
    request: () => ({
      url: '/api/v1/attachments',
      ...multipartOf([{ name: 'file', content: testPdf(), fileName: '决定书.pdf' }]),
    }),
  },
  'GET /api/v1/attachments/:id': {
    expect: ofTheBody,
    request: (_who, { attachmentId }) => ({ url: `/api/v1/attachments/${attachmentId}` }),
  },
};
