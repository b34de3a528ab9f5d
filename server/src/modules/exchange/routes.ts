/** `/api/v1/feed`, receivers, their receipts and alarms, and who received a record. */
import {
  AlarmCloseRequest,
  AlarmQuery,
  AlarmReplyRequest,
  DeliveryQuery,
  DeliveryView,
  ExchangeAlarmView,
  ExchangeKeys,
  FeedPage,
  FeedQuery,
  Laggards,
  listOf,
  NewReceiver,
  PageQuery,
  Receipt,
  ReceiptAnswer,
  ReceiverChange,
  ReceiverKeyRequest,
  ReceiverStateRequest,
  ReceiverView,
  RecordReceiversView,
} from '@chengxin/contract';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { basisLine } from '../policy/index.ts';
import { closeAlarm, replyToAlarm, retryDelivery } from './act-on-alarm.ts';
import { laggards } from './delivery-queries.ts';
import { readFeed } from './read-feed.ts';
import { listAlarms, listDeliveries, listReceivers, readDelivery, readReceiver } from './read-receivers.ts';
import { readRecordReceivers } from './record-receivers.ts';
import { addReceiverKey, changeReceiver, registerReceiver, revokeReceiverKey, setState } from './register-receiver.ts';
import { signingKeys } from './signing-key.ts';
import { takeReceipt } from './take-receipt.ts';

const IdParams = Type.Object({ id: Type.String({ format: 'uuid' }) });
const KeyParams = Type.Object({
  id: Type.String({ format: 'uuid' }),
  keyId: Type.String({ pattern: '^[0-9a-f]{16}$' }),
});
const tags = ['exchange'];
const perMinute = { max: 60, timeWindow: 60_000 };

function receiverRoutes(app: HttpInstance, ctx: AppContext): void {
  const read = { permission: 'exchange.read' };
  const manage = { permission: 'exchange.manage' };
  const base = `${apiPrefix}/receivers`;
  app.get(
    base,
    {
      config: read,
      schema: {
        tags,
        summary: '信息接收方 Receivers',
        querystring: PageQuery,
        response: { 200: listOf(ReceiverView) },
      },
    },
    async (request) => listReceivers(ctx, request.actor, request.query),
  );
  app.post(
    base,
    {
      config: manage,
      schema: { tags, summary: '登记接收方 Register a receiver', body: NewReceiver, response: { 201: ReceiverView } },
    },
    async (request, reply) => {
      const id = await registerReceiver(ctx, request.actor, request.body);
      return reply
        .code(201)
        .header('location', `${base}/${id}`)
        .send(await readReceiver(ctx, request.actor, id));
    },
  );
  app.get(
    `${base}/:id`,
    {
      config: read,
      schema: { tags, summary: '一个接收方 One receiver', params: IdParams, response: { 200: ReceiverView } },
    },
    async (request) => readReceiver(ctx, request.actor, request.params.id),
  );
  app.put(
    `${base}/:id`,
    {
      config: manage,
      schema: { tags, summary: '修改 Change', params: IdParams, body: ReceiverChange, response: { 200: ReceiverView } },
    },
    async (request) => {
      await changeReceiver(ctx, request.actor, request.params.id, request.body);
      return readReceiver(ctx, request.actor, request.params.id);
    },
  );
  app.post(
    `${base}/:id/state`,
    {
      config: manage,
      schema: {
        tags,
        summary: '暂停、恢复、停用 Pause, resume, end',
        params: IdParams,
        body: ReceiverStateRequest,
        response: { 200: ReceiverView },
      },
    },
    async (request) => {
      await setState(ctx, request.actor, request.params.id, request.body.state);
      return readReceiver(ctx, request.actor, request.params.id);
    },
  );
  app.post(
    `${base}/:id/keys`,
    {
      config: manage,
      schema: {
        tags,
        summary: '登记回执公钥 Register a key of receipts',
        params: IdParams,
        body: ReceiverKeyRequest,
        response: { 201: Type.Object({ keyId: Type.String() }) },
      },
    },
    async (request, reply) => {
      const keyId = await addReceiverKey(ctx, request.actor, request.params.id, request.body.publicKey);
      return reply.code(201).send({ keyId });
    },
  );
  app.delete(
    `${base}/:id/keys/:keyId`,
    {
      config: manage,
      schema: { tags, summary: '吊销公钥 Revoke a key', params: KeyParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await revokeReceiverKey(ctx, request.actor, request.params.id, request.params.keyId);
      return reply.code(204).send(null);
    },
  );
}

function deliveryRoutes(app: HttpInstance, ctx: AppContext): void {
  const base = `${apiPrefix}/exchange`;
  app.get(
    `${base}/deliveries`,
    {
      config: { permission: 'exchange.read' },
      schema: {
        tags,
        summary: '通知与回执 Messages and receipts',
        querystring: DeliveryQuery,
        response: { 200: listOf(DeliveryView) },
      },
    },
    async (request) => listDeliveries(ctx, request.actor, request.query),
  );
  app.post(
    `${base}/deliveries/:id/retry`,
    {
      config: { permission: 'exchange.close' },
      schema: { tags, summary: '立即重发 Send again now', params: IdParams, response: { 202: DeliveryView } },
    },
    async (request, reply) => {
      await retryDelivery(ctx, request.actor, request.params.id);
      return reply.code(202).send(await readDelivery(ctx, request.params.id));
    },
  );
  app.get(
    `${base}/alarms`,
    {
      config: { permission: 'exchange.read' },
      schema: {
        tags,
        summary: '回执告警 Alarms',
        querystring: AlarmQuery,
        response: { 200: listOf(ExchangeAlarmView) },
      },
    },
    async (request) => listAlarms(ctx, request.actor, request.query),
  );
  app.post(
    `${base}/alarms/:id/reply`,
    {
      config: { permission: 'exchange.reply' },
      schema: {
        tags,
        summary: '说明 Explain',
        params: IdParams,
        body: AlarmReplyRequest,
        response: { 200: ExchangeAlarmView },
      },
    },
    async (request) => replyToAlarm(ctx, request.actor, request.params.id, request.body.reply),
  );
  app.post(
    `${base}/alarms/:id/close`,
    {
      config: { permission: 'exchange.close' },
      schema: {
        tags,
        summary: '办结 Close',
        params: IdParams,
        body: AlarmCloseRequest,
        response: { 200: ExchangeAlarmView },
      },
    },
    async (request) => closeAlarm(ctx, request.actor, request.params.id, request.body.reason),
  );
}

function followerRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    `${apiPrefix}/feed`,
    {
      config: { permission: 'exchange.follow' },
      schema: { tags, summary: '变更 Change feed', querystring: FeedQuery, response: { 200: FeedPage } },
    },
    async (request) => {
      const gone = new AbortController();
      request.raw.once('close', () => gone.abort());
      return readFeed(ctx, request.actor, request.query, request.query.wait ? gone.signal : undefined);
    },
  );
  app.post(
    `${apiPrefix}/exchange/receipts`,
    {
      config: { permission: 'exchange.follow' },
      schema: { tags, summary: '回执 A receipt', body: Receipt, response: { 200: ReceiptAnswer } },
    },
    async (request) => takeReceipt(ctx, request.actor, request.body),
  );
  app.get(
    `${apiPrefix}/records/:id/receivers`,
    {
      config: { permission: 'exchange.receivers' },
      schema: {
        tags,
        summary: '谁取得过这条信息 Who received a record',
        params: IdParams,
        response: { 200: RecordReceiversView },
      },
    },
    async (request) => readRecordReceivers(ctx, request.actor, request.params.id),
  );
}

function publicRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    `${apiPrefix}/public/exchange/keys`,
    {
      config: { permission: 'public', rateLimit: perMinute },
      schema: { tags, summary: '通知签名的公钥 Public keys of messages', response: { 200: ExchangeKeys } },
    },
    async () => ({
      items: signingKeys(ctx.config.keysDir).map((key) => ({
        keyId: key.keyId,
        algorithm: 'ed25519' as const,
        publicKey: key.publicPem,
        since: key.since,
      })),
      nextCursor: null,
      dataAsOf: ctx.clock.now(),
    }),
  );
  app.get(
    `${apiPrefix}/public/exchange/laggards`,
    {
      config: { permission: 'public', rateLimit: perMinute },
      schema: { tags, summary: '逾期未回执的单位 Bodies whose receipts are overdue', response: { 200: Laggards } },
    },
    async () => {
      const rule = ctx.policy().exchange().publication;
      // Named to the public only where a rule says so.
      const rows = rule === null ? [] : await laggards(ctx.db.app, ctx.clock.today());
      return {
        items: rows.map((row) => ({ body: row.body, overdue: Number(row.overdue), since: row.since })),
        basis: rule === null ? null : rule.basis.map(basisLine).join('；'),
        nextCursor: null,
        dataAsOf: ctx.clock.now(),
      };
    },
  );
}

export function exchangeRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    receiverRoutes(app, ctx);
    deliveryRoutes(app, ctx);
    followerRoutes(app, ctx);
    publicRoutes(app, ctx);
  };
}
