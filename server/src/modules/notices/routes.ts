/** `/api/v1/notices`. */
import {
  ContactRequest,
  ContactView,
  InboxList,
  InboxQuery,
  MarkReadRequest,
  ReceiptRequest,
  SendAgainRequest,
  SendAgainResult,
  SentList,
  SentQuery,
  UnreadCount,
} from '@chengxin/contract';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { changeContact, ownContact, readInbox, readNotices, unreadOf } from './inbox.ts';
import { takeReceipt } from './receipts.ts';
import { listSent, sendAgain } from './sent.ts';

const tags = ['notices'];
const base = `${apiPrefix}/notices`;
const header = (value: string | string[] | undefined): string =>
  Array.isArray(value) ? (value[0] ?? '') : (value ?? '');

function inboxRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    base,
    {
      config: { permission: 'notice.own' },
      schema: { tags, summary: '我的通知 Inbox', querystring: InboxQuery, response: { 200: InboxList } },
    },
    async (request) => readInbox(ctx, request.actor, request.query),
  );
  app.get(
    `${base}/unread`,
    {
      config: { permission: 'notice.own' },
      schema: { tags, summary: '未读数量 Unread', response: { 200: UnreadCount } },
    },
    async (request) => ({ unread: await unreadOf(ctx, request.actor) }),
  );
  app.post(
    `${base}/read`,
    {
      config: { permission: 'notice.own' },
      schema: { tags, summary: '标为已读 Mark as read', body: MarkReadRequest, response: { 200: UnreadCount } },
    },
    async (request) => ({ unread: await readNotices(ctx, request.actor, request.body.ids) }),
  );
  app.get(
    `${base}/contact`,
    {
      config: { permission: 'notice.own' },
      schema: { tags, summary: '接收方式 Where I am reached', response: { 200: ContactView } },
    },
    async (request) => ownContact(ctx, request.actor),
  );
  app.put(
    `${base}/contact`,
    {
      config: { permission: 'notice.own' },
      schema: { tags, summary: '修改接收方式 Change it', body: ContactRequest, response: { 200: ContactView } },
    },
    async (request) => changeContact(ctx, request.actor, request.body),
  );
}

function sentRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    `${base}/sent`,
    {
      config: { permission: 'notice.oversee' },
      schema: { tags, summary: '发送记录 What was sent', querystring: SentQuery, response: { 200: SentList } },
    },
    async (request) => listSent(ctx, request.actor, request.query),
  );
  app.post(
    `${base}/sent/again`,
    {
      config: { permission: 'notice.oversee' },
      schema: { tags, summary: '重发 Send again', body: SendAgainRequest, response: { 200: SendAgainResult } },
    },
    async (request) => sendAgain(ctx, request.actor, request.body.ids),
  );
  app.post(
    `${base}/receipts/:channel`,
    {
      config: { permission: 'public' },
      schema: {
        tags,
        summary: '网关回执 Receipt of a gateway',
        description: 'Signed: X-Chengxin-Timestamp, and X-Chengxin-Signature over `timestamp.channel.id.state`',
        params: Type.Object({ channel: Type.Union([Type.Literal('sms'), Type.Literal('im')]) }),
        body: ReceiptRequest,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await takeReceipt(ctx, request.params.channel, request.body, {
        timestamp: header(request.headers['x-chengxin-timestamp']),
        signature: header(request.headers['x-chengxin-signature']),
      });
      return reply.code(204).send(null);
    },
  );
}

/** Register with `app.register(noticeRoutes(ctx))`. */
export function noticeRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    inboxRoutes(app, ctx);
    sentRoutes(app, ctx);
  };
}
