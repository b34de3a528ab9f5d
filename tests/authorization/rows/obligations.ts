/** Obligations: a body and its system read and answer their own, the credit office reads all and answers nobody's but its own. */
import { sweepObligations } from '../../../server/src/modules/obligations/index.ts';
import { addEntry, addSubject, removeEntry } from '../../support/listed.ts';
import { codeOf } from '../../support/rows.ts';
import type { Case, Expect, Fixture, Rows } from '../format.ts';

const reading: Expect = { officer: 'ok', stranger: 'ok', client: 'ok', office: 'ok' };
const answering: Expect = { officer: 'ok', stranger: 'hidden', client: 'ok', office: 'hidden' };

let serial = 8700;
/** An obligation of the body of `officer`; with `ended` its cause is gone and it is to be lifted. */
async function sent({ city }: Fixture, ended = false): Promise<string> {
  const code = codeOf(++serial);
  const subjectId = await addSubject(city.ctx, code, `示范市义务${serial}有限公司`);
  const entryId = await addEntry(city.ctx, { subjectId, list: 'SX02', bodyId: city.bodyId, listedOn: '2026-01-05' });
  await sweepObligations(city.ctx);
  const { items } = (await city.call('officer', 'GET', '/api/v1/obligations?state=sent&measure=M07&limit=200')).json();
  const id = items.find((one: { subject: { code: string } }) => one.subject.code === code)?.id;
  if (!id) throw new Error('nothing was sent');
  if (!ended) return id;
  const done = await city.call('officer', 'POST', `/api/v1/obligations/${id}/acknowledge`, { payload: {} });
  if (done.statusCode !== 200) throw new Error(done.body);
  await removeEntry(city.ctx, subjectId, entryId, '2026-02-01');
  return id;
}
const one = (act: string, payload: object, ended = false): Case => ({
  expect: answering,
  request: async (_who, fixture) => ({ url: `/api/v1/obligations/${await sent(fixture, ended)}/${act}`, payload }),
});

export const rows: Rows = {
  'GET /api/v1/obligations': { expect: reading, request: () => ({ url: '/api/v1/obligations' }) },
  'GET /api/v1/obligations.xlsx': { expect: reading, request: () => ({ url: '/api/v1/obligations.xlsx' }) },
  'GET /api/v1/obligations/rates': {
    expect: reading,
    request: () => ({ url: '/api/v1/obligations/rates?from=2026-01-01&to=2026-12-31' }),
  },
  'GET /api/v1/obligations/cycle': { expect: reading, request: () => ({ url: '/api/v1/obligations/cycle' }) },
  // Of many at once each is judged by itself: another body's is answered as missing in its row.
  'POST /api/v1/obligations::acknowledge': {
    expect: reading,
    request: async (_who, fixture) => ({
      url: '/api/v1/obligations:acknowledge',
      payload: { ids: [await sent(fixture)] },
    }),
  },
  'POST /api/v1/obligations::lift': {
    expect: reading,
    request: async (_who, fixture) => ({
      url: '/api/v1/obligations:lift',
      payload: { ids: [await sent(fixture, true)] },
    }),
  },
  'POST /api/v1/obligations/:id/acknowledge': one('acknowledge', {}),
  'POST /api/v1/obligations/:id/feedback': one('feedback', { action: 'none' }),
  'POST /api/v1/obligations/:id/lift': one('lift', {}, true),
};
