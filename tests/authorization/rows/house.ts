/** The process, the interface's description, the desk's files, signing in. */
import { all, at, page, type Rows, signedIn } from '../format.ts';

export const rows: Rows = {
  'GET /healthz': page('/healthz'),
  'GET /readyz': page('/readyz'),
  'GET /metrics': page('/metrics'),
  'GET /api/v1/openapi.json': page('/api/v1/openapi.json'),
  'GET /api/v1/docs': page('/api/v1/docs'),
  'GET /api/v1/docs.css': page('/api/v1/docs.css'),
  // The desk's files hold no data; 404 where they were not built.
  'GET /desk': page('/desk'),
  'GET /desk/': page('/desk/'),
  'GET /desk/*': { ...page('/desk/'), also: [404] },
  'GET /kit/index.json': page('/kit/index.json'),
  'GET /kit/0.1.0/chengxin-check.js': page('/kit/0.1.0/chengxin-check.js'),
  'GET /api/v1/public/site': page('/api/v1/public/site'),
  'POST /api/v1/session': {
    expect: all,
    // Each as itself: an account has few sessions at once, and the oldest gives way.
    request: (who) => ({
      url: '/api/v1/session',
      headers: { cookie: '' },
      payload: { login: who === 'anonymous' ? 'officer' : who, password: 'Test-pass-2026' },
    }),
  },
  'GET /api/v1/session': { expect: { ...signedIn, client: 'ok', commandLine: 'ok' }, ...at('/api/v1/session') },
  'DELETE /api/v1/session': { expect: all, request: () => ({ url: '/api/v1/session', headers: { cookie: '' } }) },
  'POST /api/v1/session/password': {
    expect: signedIn,
    request: () => ({
      url: '/api/v1/session/password',
      payload: { current: 'not-this-one', next: 'Another-pass-2027' },
    }),
    also: [422],
  },
  'GET /api/v1/bodies': {
    expect: {
      officer: 'ok',
      stranger: 'ok',
      client: 'ok',
      manager: 'ok',
      office: 'ok',
      system: 'ok',
      security: 'ok',
      audit: 'ok',
    },
    ...at('/api/v1/bodies'),
  },
};
