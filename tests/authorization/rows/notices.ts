/** Notices: everybody with an account reads their own; what was sent to whom is for the credit office. */
import { signatureOf } from '../../../server/src/modules/notices/channels/signed-post.ts';
import { execute, sql } from '../../../server/src/platform/db.ts';
import { newId } from '../../../server/src/platform/ids.ts';
import { smsSecret } from '../fixture.ts';
import { all, at, type Expect, type Fixture, officeOnly, type Request, type Rows, signedIn } from '../format.ts';

const nobody: Expect = Object.fromEntries(Object.keys(all).map((who) => [who, 'signIn']));

/** A text message that the gateway took under a number of its own. */
async function sentMessage({ city }: Fixture): Promise<string> {
  const [noticeId, number] = [newId(), newId()];
  await execute(
    city.ctx.db.app,
    sql`INSERT INTO notices.notice (notice_id, topic, policy_set_id, params, title_zh, title_en, text_zh, text_en, created_at)
        VALUES (${noticeId}, 'objection.accepted', ${city.ctx.policy().setId}, '{}'::jsonb, '', '', '', '', ${city.clock.now()})`,
  );
  await execute(
    city.ctx.db.app,
    sql`INSERT INTO notices.delivery (delivery_id, notice_id, channel, state, provider_id, created_at)
        VALUES (${newId()}, ${noticeId}, 'sms', 'sent', ${number}, ${city.clock.now()})`,
  );
  return number;
}

function signedReceipt(id: string, { city }: Fixture): Request {
  const at = city.clock.now();
  return {
    url: '/api/v1/notices/receipts/sms',
    payload: { id, state: 'delivered' },
    headers: {
      'x-chengxin-timestamp': at,
      'x-chengxin-signature': signatureOf(smsSecret, at, `sms.${id}.delivered`),
    },
  };
}

export const rows: Rows = {
  'GET /api/v1/notices': { expect: signedIn, ...at('/api/v1/notices') },
  'GET /api/v1/notices/unread': { expect: signedIn, ...at('/api/v1/notices/unread') },
  'POST /api/v1/notices/read': {
    expect: signedIn,
    request: () => ({ url: '/api/v1/notices/read', payload: {} }),
  },
  'GET /api/v1/notices/contact': { expect: signedIn, ...at('/api/v1/notices/contact') },
  'PUT /api/v1/notices/contact': {
    expect: signedIn,
    request: () => ({ url: '/api/v1/notices/contact', payload: { email: 'a@example.gov.cn' } }),
  },
  'GET /api/v1/notices/sent': { expect: officeOnly, ...at('/api/v1/notices/sent') },
  'POST /api/v1/notices/sent/again': {
    expect: officeOnly,
    request: () => ({
      url: '/api/v1/notices/sent/again',
      payload: { ids: ['00000000-0000-7000-8000-000000000001'] },
    }),
  },
  // A gateway shows who it is by its signature: without one nobody is anybody.
  'POST /api/v1/notices/receipts/:channel': [
    {
      when: 'signed',
      expect: all,
      request: async (_who, fixture) => signedReceipt(await sentMessage(fixture), fixture),
    },
    {
      when: 'without a signature',
      expect: nobody,
      request: () => ({ url: '/api/v1/notices/receipts/sms', payload: { id: 'm1', state: 'delivered' } }),
    },
  ],
};
