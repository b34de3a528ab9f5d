/** `/api/v1/webhooks`, and the word that a decision was taken. */
import {
  DecidedAnswer,
  listOf,
  NewWebhook,
  ReceiptParams,
  WebhookDelivery,
  WebhookDeliveryQuery,
  WebhookParams,
  WebhookQuery,
  WebhookView,
} from '@chengxin/contract';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { markDecided } from './mark-decided.ts';
import { hookView, listHooks, listMessages, readHook } from './read-hooks.ts';
import { endHook, registerHook } from './register-hook.ts';

const tags = ['checks'];
const base = `${apiPrefix}/webhooks`;
const read = { permission: 'webhook.read' };

function readRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    base,
    {
      config: read,
      schema: {
        tags,
        summary: '变化通知地址 Webhooks of systems that check',
        querystring: WebhookQuery,
        response: { 200: listOf(WebhookView) },
      },
    },
    async (request) => listHooks(ctx, request.actor, request.query),
  );
  app.get(
    `${base}/:id`,
    {
      config: read,
      schema: { tags, summary: '一个通知地址 One webhook', params: WebhookParams, response: { 200: WebhookView } },
    },
    async (request) => readHook(ctx, request.actor, request.params.id),
  );
  app.get(
    `${base}/:id/messages`,
    {
      config: read,
      schema: {
        tags,
        summary: '投递记录 What was sent, and what came of it',
        params: WebhookParams,
        querystring: WebhookDeliveryQuery,
        response: { 200: listOf(WebhookDelivery) },
      },
    },
    async (request) => listMessages(ctx, request.actor, request.params.id, request.query),
  );
}

export function webhookRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    readRoutes(app, ctx);
    app.post(
      base,
      {
        config: { permission: 'webhook.manage' },
        schema: {
          tags,
          summary: '登记通知地址 Register the webhook of the calling system',
          body: NewWebhook,
          response: { 201: WebhookView },
        },
      },
      async (request, reply) => {
        const id = await registerHook(ctx, request.actor, request.body);
        return reply
          .code(201)
          .header('location', `${base}/${id}`)
          .send(await hookView(ctx, id));
      },
    );
    app.delete(
      `${base}/:id`,
      {
        config: { permission: 'webhook.end' },
        schema: { tags, summary: '停用 End', params: WebhookParams, response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        await endHook(ctx, request.actor, request.params.id);
        return reply.code(204).send(null);
      },
    );
    app.post(
      `${apiPrefix}/checks/receipts/:no/decided`,
      {
        config: { permission: 'check.feedback' },
        schema: {
          tags,
          summary: '已作出决定 The decision was taken; the check is watched no longer',
          params: ReceiptParams,
          response: { 200: DecidedAnswer },
        },
      },
      async (request) => markDecided(ctx, request.actor, request.params.no),
    );
  };
}
