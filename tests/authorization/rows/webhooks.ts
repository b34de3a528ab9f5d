/** Webhooks: a system registers its own; its body and the credit office see what became of it; hidden from other bodies. */

import { provideSystem } from '../../../server/src/modules/credentials/testing.ts';
import { execute, sql } from '../../../server/src/platform/db.ts';
import { newId } from '../../../server/src/platform/ids.ts';
import { addSubject } from '../../support/listed.ts';
import { codeOf } from '../../support/rows.ts';
import type { Case, Expect, Fixture, Rows } from '../format.ts';

const url = 'https://approval.example.gov.cn/credit/changed';
const reading: Expect = { officer: 'ok', stranger: 'ok', client: 'ok', office: 'ok' };
const own: Expect = { officer: 'ok', stranger: 'hidden', client: 'ok', office: 'ok' };
let serial = 9700;

/** A hook of a system of the body of `officer`; nothing is sent in this test. */
async function hook({ city }: Fixture): Promise<string> {
  const { ctx, clock, bodyId } = city;
  const { clientId } = await provideSystem(ctx, bodyId, ['check.run']);
  const hookId = newId();
  await execute(
    ctx.db.app,
    sql`INSERT INTO webhooks.hook (hook_id, client_id, account_id, body_id, url, state, followed_to, registered_at)
        SELECT ${hookId}, client_id, account_id, ${bodyId}, ${url}, 'active', ${clock.now()}, ${clock.now()} FROM credentials.client WHERE client_id = ${clientId}`,
  );
  return hookId;
}
const onHook = (expect: Expect, path = ''): Case => ({
  expect,
  request: async (_who, fixture) => ({ url: `/api/v1/webhooks/${await hook(fixture)}${path}` }),
});

async function receipt({ city }: Fixture): Promise<string> {
  const code = codeOf(++serial);
  await addSubject(city.ctx, code, `示范市通知${serial}有限公司`);
  const payload = { code, matter: 'PY-HONOURS', purpose: 'honours', caseNumber: '评优〔2026〕1号' };
  const told = await city.call('officer', 'POST', '/api/v1/checks', { payload });
  if (told.statusCode !== 200) throw new Error(told.body);
  return told.json().receipt;
}

export const rows: Rows = {
  'GET /api/v1/webhooks': { expect: reading, request: () => ({ url: '/api/v1/webhooks' }) },
  'POST /api/v1/webhooks': [
    {
      expect: { client: 'ok' },
      request: async (who, { city }) => {
        const request = { url: '/api/v1/webhooks', payload: { url } };
        if (who !== 'client') return request;
        const { key } = await provideSystem(city.ctx, city.bodyId, ['webhook.manage']);
        return { ...request, headers: { authorization: `Bearer ${key}` } };
      },
    },
    {
      when: 'a session that is no registered system',
      expect: { client: 'forbidden' },
      request: () => ({ url: '/api/v1/webhooks', payload: { url } }),
    },
  ],
  'GET /api/v1/webhooks/:id': onHook(own),
  'GET /api/v1/webhooks/:id/messages': onHook(own, '/messages'),
  'DELETE /api/v1/webhooks/:id': onHook({ client: 'ok', office: 'ok' }),
  'POST /api/v1/checks/receipts/:no/decided': {
    expect: { officer: 'ok', stranger: 'hidden', client: 'ok', office: 'hidden' },
    request: async (_who, fixture) => ({
      url: `/api/v1/checks/receipts/${await receipt(fixture)}/decided`,
      payload: {},
    }),
  },
};
