/** The change feed, receivers, messages, alarms, who received a record. */
import { generateKeyPairSync } from 'node:crypto';
import { signReceipt } from '../../../examples/receiver/messages.ts';
import { bodyOf } from '../../../server/src/modules/exchange/take-receipt.ts';
import type { ChangeMessage } from '../../../server/src/modules/exchange/types.ts';
import { execute, sql } from '../../../server/src/platform/db.ts';
import { newId } from '../../../server/src/platform/ids.ts';
import { registerTestReceiver, systemOf } from '../../support/receivers.ts';
import {
  all,
  at,
  business,
  type Case,
  type Expect,
  type Fixture,
  officeOnly,
  ofTheBody,
  type Rows,
} from '../format.ts';

const publicKey = (): string =>
  generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
const facts = {
  name: '审批系统',
  contact: '信息科 86000000',
  url: 'https://receiver.example.gov.cn/take-down',
  clientId: null,
  level: 'government',
  items: [],
  covers: 'received',
};
/** Registered and pushed to by nobody in this test: the courier does not run. */
const receiver = ({ city }: Fixture): Promise<string> =>
  registerTestReceiver(city.ctx, city.bodyId, { url: facts.url, publicKey: publicKey() });

interface MadeDelivery {
  readonly receiverId: string;
  readonly deliveryId: string;
  readonly key: string;
  readonly message: ChangeMessage;
}
async function delivery(fixture: Fixture, of?: string): Promise<MadeDelivery> {
  const receiverId = of ?? (await receiver(fixture));
  const deliveryId = newId();
  const key = newId();
  const { ctx, clock } = fixture.city;
  const message: ChangeMessage = {
    position: '1',
    epoch: 1,
    id: key,
    kind: 'record.repaired',
    reason: 'repaired',
    asked: 'remove',
    recordId: fixture.recordId,
    replacedBy: null,
    item: 'penalty',
    subject: { id: fixture.subjectId, code: fixture.code },
    effectiveOn: clock.today(),
    changedAt: clock.now(),
  };
  await execute(
    ctx.db.app,
    sql`INSERT INTO exchange.delivery (delivery_id, receiver_id, outbox_id, idempotency_key, position, subject_id, record_id, message, state,
          next_attempt_at, created_at, due_on, due_provisional, policy_set_id)
        VALUES (${deliveryId}, ${receiverId}, ${newId()}, ${key}, 1, ${fixture.subjectId}, ${fixture.recordId}, ${JSON.stringify(message)}::jsonb,
          'waiting', ${clock.now()}, ${clock.now()}, ${clock.today()}, false, 1)`,
  );
  return { receiverId, deliveryId, key, message };
}

async function alarm(fixture: Fixture): Promise<string> {
  const { receiverId, deliveryId } = await delivery(fixture);
  const alarmId = newId();
  await execute(
    fixture.city.ctx.db.app,
    sql`INSERT INTO exchange.alarm (alarm_id, receiver_id, delivery_id, kind, state, facts, raised_at)
        VALUES (${alarmId}, ${receiverId}, ${deliveryId}, 'overdue', 'open', '{"dueOn": "2026-11-20"}'::jsonb, ${fixture.city.clock.now()})`,
  );
  return alarmId;
}

const onReceiver = (expect: Expect, path: string, payload?: object): Case => ({
  expect,
  request: async (_who, fixture) => ({
    url: `/api/v1/receivers/${await receiver(fixture)}${path}`,
    ...(payload ? { payload } : {}),
  }),
});
const onAlarm = (expect: Expect, path: string, payload: object): Case => ({
  expect,
  request: async (_who, fixture) => ({ url: `/api/v1/exchange/alarms/${await alarm(fixture)}${path}`, payload }),
});

/** A system follows with its key; a session of its role alone is registered nowhere. */
const asSystem = (url: string, payload?: object): Case => ({
  expect: { client: 'ok' },
  request: async (who, { city }) => {
    if (who !== 'client') return { url, ...(payload ? { payload } : {}) };
    const { clientId, key } = await systemOf(city.ctx, city.bodyId);
    await registerTestReceiver(city.ctx, city.bodyId, { clientId });
    return { url, ...(payload ? { payload } : {}), headers: { authorization: `Bearer ${key}` } };
  },
});
const receipt = {
  message: 'a-message-of-nobody',
  digest: '0'.repeat(64),
  outcome: 'done',
  at: '2026-11-22T02:00:00Z',
  keyId: '0'.repeat(16),
  signature: 'A'.repeat(88),
};

/** The receiver of the calling system confirms a message that was sent to it. */
const ownReceipt: Case = {
  expect: { client: 'ok' },
  request: async (who, fixture) => {
    const url = '/api/v1/exchange/receipts';
    if (who !== 'client') return { url, payload: receipt };
    const { ctx, clock, bodyId } = fixture.city;
    const { clientId, key } = await systemOf(ctx, bodyId);
    const pair = generateKeyPairSync('ed25519');
    const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const receiverId = await registerTestReceiver(ctx, bodyId, { clientId, publicKey: pem });
    const made = await delivery(fixture, receiverId);
    const body = bodyOf(made.message, clock.today());
    const signed = signReceipt(
      { id: made.key, body },
      'done',
      pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      clock.now(),
    );
    return { url, payload: signed, headers: { authorization: `Bearer ${key}` } };
  },
};

export const rows: Rows = {
  'GET /api/v1/feed': [
    asSystem('/api/v1/feed?after=0'),
    { when: 'a session that is no registered system', expect: { client: 'forbidden' }, ...at('/api/v1/feed') },
  ],
  'POST /api/v1/exchange/receipts': [
    ownReceipt,
    {
      when: 'about a message of another receiver',
      ...asSystem('/api/v1/exchange/receipts', receipt),
      expect: { client: 'hidden' },
    },
  ],
  'GET /api/v1/receivers': { expect: business, ...at('/api/v1/receivers') },
  'POST /api/v1/receivers': {
    expect: officeOnly,
    request: (_who, { city }) => ({
      url: '/api/v1/receivers',
      payload: { bodyId: city.bodyId, publicKey: publicKey(), ...facts },
    }),
  },
  'GET /api/v1/receivers/:id': onReceiver(ofTheBody, ''),
  'PUT /api/v1/receivers/:id': onReceiver(officeOnly, '', facts),
  'POST /api/v1/receivers/:id/state': onReceiver(officeOnly, '/state', { state: 'paused' }),
  'POST /api/v1/receivers/:id/keys': {
    expect: officeOnly,
    request: async (_who, fixture) => ({
      url: `/api/v1/receivers/${await receiver(fixture)}/keys`,
      payload: { publicKey: publicKey() },
    }),
  },
  'DELETE /api/v1/receivers/:id/keys/:keyId': {
    expect: officeOnly,
    request: async (_who, fixture) => {
      const id = await receiver(fixture);
      const read = await fixture.city.call('office', 'GET', `/api/v1/receivers/${id}`);
      return { url: `/api/v1/receivers/${id}/keys/${read.json().keys[0].keyId}` };
    },
  },
  'GET /api/v1/exchange/deliveries': { expect: business, ...at('/api/v1/exchange/deliveries') },
  'POST /api/v1/exchange/deliveries/:id/retry': {
    expect: officeOnly,
    request: async (_who, fixture) => ({
      url: `/api/v1/exchange/deliveries/${(await delivery(fixture)).deliveryId}/retry`,
    }),
  },
  'GET /api/v1/exchange/alarms': { expect: business, ...at('/api/v1/exchange/alarms?state=unclosed') },
  'POST /api/v1/exchange/alarms/:id/reply': onAlarm(ofTheBody, '/reply', { reply: '系统升级，今日恢复。' }),
  'POST /api/v1/exchange/alarms/:id/close': onAlarm(officeOnly, '/close', { reason: '已电话确认删除。' }),
  'GET /api/v1/records/:id/receivers': {
    expect: { office: 'ok', representative: 'hidden', otherRepresentative: 'ok' },
    request: (_who, { recordId }) => ({ url: `/api/v1/records/${recordId}/receivers` }),
  },
  'GET /api/v1/public/exchange/keys': { expect: all, ...at('/api/v1/public/exchange/keys') },
  'GET /api/v1/public/exchange/laggards': { expect: all, ...at('/api/v1/public/exchange/laggards') },
};
