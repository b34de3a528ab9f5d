/** The portal, public and full archives, merge and split. Any department may read any organisation's, for a stated purpose. */
import assert from 'node:assert/strict';
import { all, at, business, type Case, type Fixture, officeOnly, page, type Rows, withSystems } from '../format.ts';

const open = (url: (at: Fixture) => string): Case => ({ expect: all, request: (_who, at) => ({ url: url(at) }) });
const missing = { officer: 'invalid', stranger: 'invalid', office: 'invalid' } as const;
/** The same read with a purpose, and without. */
const forPurpose = (url: (at: Fixture) => string): readonly Case[] => [
  {
    when: 'with a purpose',
    expect: business,
    request: (_who, at) => ({ url: `${url(at)}?purpose=approval&caseNumber=A-1` }),
  },
  { when: 'without a purpose', expect: missing, request: (_who, at) => ({ url: url(at) }) },
  {
    when: 'with a purpose that is not in the list',
    expect: missing,
    request: (_who, at) => ({ url: `${url(at)}?purpose=curiosity` }),
  },
];

export const rows: Rows = {
  'GET /': page('/'),
  'GET /search': page('/search?q=%E7%A4%BA%E8%8C%83'),
  'GET /s/:code': open(({ code }) => `/s/${code}`),
  'GET /s/:code/credit-code': open(({ code }) => `/s/${code}/credit-code`),
  'GET /s/:code/records.xlsx': open(({ code }) => `/s/${code}/records.xlsx`),
  'GET /verify': page('/verify'),
  'GET /own': page('/own'),
  'GET /verify/:no': open(({ report }) => `/verify/${report}`),
  'GET /about': page('/about'),
  'GET /api/v1/public/subjects': page('/api/v1/public/subjects?q=%E7%A4%BA%E8%8C%83'),
  'GET /api/v1/public/subjects::suggest': page('/api/v1/public/subjects:suggest?q=%E7%A4%BA%E8%8C%83'),
  'GET /api/v1/public/subjects/:code': open(({ code }) => `/api/v1/public/subjects/${code}`),
  'GET /api/v1/public/subjects/:code/records': open(({ code }) => `/api/v1/public/subjects/${code}/records`),
  'GET /api/v1/subjects': { expect: withSystems, ...at('/api/v1/subjects?q=%E7%A4%BA%E8%8C%83') },
  'GET /api/v1/subjects/:code': forPurpose(({ code }) => `/api/v1/subjects/${code}`),
  'GET /api/v1/subjects/:code/records': forPurpose(({ code }) => `/api/v1/subjects/${code}/records`),
  'GET /api/v1/records/:id/lineage': forPurpose(({ recordId }) => `/api/v1/records/${recordId}/lineage`),
  'GET /api/v1/records/:id/earlier': [
    {
      when: 'with a case',
      expect: { officer: 'ok', stranger: 'hidden', representative: 'hidden', otherRepresentative: 'ok', audit: 'ok' },
      request: (_who, { recordId }) => ({
        url: `/api/v1/records/${recordId}/earlier?purpose=earlierState&caseNumber=A-1`,
      }),
    },
    {
      when: 'without a case',
      expect: {
        officer: 'invalid',
        stranger: 'invalid',
        representative: 'invalid',
        otherRepresentative: 'invalid',
        audit: 'invalid',
      },
      request: (_who, { recordId }) => ({ url: `/api/v1/records/${recordId}/earlier?purpose=earlierState` }),
    },
  ],
  'GET /api/v1/reconcile': page('/api/v1/reconcile'),
  'POST /api/v1/reconcile': {
    expect: all,
    request: () => ({ url: '/api/v1/reconcile', payload: { queries: '{"q0":{"query":"示范市启明建筑"}}' } }),
  },
  'GET /api/v1/reconcile/suggest/entity': page('/api/v1/reconcile/suggest/entity?prefix=%E7%A4%BA%E8%8C%83'),
  'GET /api/v1/reconcile/suggest/type': page('/api/v1/reconcile/suggest/type?prefix=en'),
  'GET /api/v1/reconcile/suggest/property': page('/api/v1/reconcile/suggest/property?prefix=code'),
  'GET /api/v1/reconcile/properties': page('/api/v1/reconcile/properties?type=enterprise'),
  'GET /api/v1/reconcile/preview': open(({ code }) => `/api/v1/reconcile/preview?id=${code}`),
  'POST /api/v1/match': {
    expect: withSystems,
    request: () => ({ url: '/api/v1/match', payload: { names: ['示范市启明建筑'] } }),
  },
  'POST /api/v1/subjects::merge': {
    expect: officeOnly,
    request: async (_who, { freshSubjects }) => {
      const [from, into] = await freshSubjects();
      return { url: '/api/v1/subjects:merge', payload: { from, into, reason: '同一主体' } };
    },
  },
  'POST /api/v1/subjects::split': {
    expect: officeOnly,
    request: async (_who, { city, freshSubjects }) => {
      const [from, into] = await freshSubjects();
      const merged = await city.call('office', 'POST', '/api/v1/subjects:merge', {
        payload: { from, into, reason: '同一主体' },
      });
      assert.equal(merged.statusCode, 200, merged.body);
      return { url: '/api/v1/subjects:split', payload: { subjectId: from, reason: '并非同一主体' } };
    },
  },
};
