/** Reports: the public version and its verification are everybody's, the full one is for a purpose. */
import { all, business, type Rows } from '../format.ts';

export const rows: Rows = {
  'GET /api/v1/public/subjects/:code/report.pdf': {
    expect: all,
    request: (_who, { code }) => ({ url: `/api/v1/public/subjects/${code}/report.pdf` }),
  },
  'GET /api/v1/public/reports/verify/:no': {
    expect: all,
    request: (_who, { report }) => ({ url: `/api/v1/public/reports/verify/${report}` }),
  },
  'POST /api/v1/subjects/:code/reports': [
    {
      when: 'with a purpose',
      expect: business,
      request: (_who, { code }) => ({
        url: `/api/v1/subjects/${code}/reports`,
        payload: { kind: 'full', purpose: 'approval', caseNumber: 'A-1' },
      }),
    },
    {
      when: 'without a purpose',
      expect: { officer: 'invalid', stranger: 'invalid', office: 'invalid' },
      request: (_who, { code }) => ({ url: `/api/v1/subjects/${code}/reports`, payload: { kind: 'full' } }),
    },
  ],
};
