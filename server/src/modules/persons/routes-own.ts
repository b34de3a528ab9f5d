/** `/api/v1/own`: the person's own record. No account; the session's secret comes in a header, so no other site can send it. */
import {
  AskableSchema,
  ConsentBodySchema,
  ConsentResultSchema,
  NoticeQuerySchema,
  NoticeSchema,
  OwnRecordSchema,
  OwnRequestBodySchema,
  OwnRequestSchema,
  OwnSessionBodySchema,
  OwnSessionSchema,
  PrivacyIdParamsSchema,
  ProofProvidersSchema,
  RequestActBodySchema,
  WithdrawBodySchema,
  WithdrawResultSchema,
} from '@chengxin/contract';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { actorOf } from '../identity/index.ts';
import { askablePurposes, decideConsent, withdrawConsent } from './consents.ts';
import { readOwnRecord } from './own-record.ts';
import { beginOwnSession, endOwnSession, type OwnSession, requireOwnSession } from './own-session.ts';
import { readNotice } from './register.ts';
import { moveOwnRequest, ownRequestView, submitRequest } from './requests.ts';
import type { PersonPorts } from './types.ts';

const tags = ['own'];
const config = { permission: 'public' };
/** Proofs tried from one address: a provider's answer cannot be guessed, and need not be tried often. */
const sessionLimit = { rateLimit: { max: 20, timeWindow: 60_000 } };

export function ownRoutes(app: HttpInstance, ctx: AppContext, ports: PersonPorts): void {
  const sessionOf = (request: FastifyRequest): Promise<OwnSession> => {
    const header = request.headers['x-own-session'];
    return requireOwnSession(ctx, typeof header === 'string' ? header : undefined);
  };
  app.get(
    `${apiPrefix}/own/notice`,
    {
      config,
      schema: {
        tags,
        summary: '个人信息处理告知书 Notice',
        querystring: NoticeQuerySchema,
        response: { 200: NoticeSchema },
      },
    },
    (request) => readNotice(ctx, request.query.purpose),
  );
  app.get(
    `${apiPrefix}/own/providers`,
    {
      config,
      schema: {
        tags,
        summary: '实名核验方式 Identity services that the city has connected',
        response: { 200: ProofProvidersSchema },
      },
    },
    async () => ({
      items: ports.proofs.flatMap(({ provider, name, startUrl }) =>
        name && startUrl ? [{ key: provider, name, startUrl }] : [],
      ),
    }),
  );
  app.post(
    `${apiPrefix}/own/session`,
    {
      config: { ...config, ...sessionLimit },
      schema: {
        tags,
        summary: '实名进入本人档案 Come to the own record',
        body: OwnSessionBodySchema,
        response: { 200: OwnSessionSchema },
      },
    },
    (request) => beginOwnSession(ctx, ports, actorOf(request), request.body),
  );
  app.delete(
    `${apiPrefix}/own/session`,
    { config, schema: { tags, summary: '退出 Leave', response: { 204: Type.Null() } } },
    async (request, reply) => {
      await endOwnSession(ctx, await sessionOf(request));
      return reply.code(204).send(null);
    },
  );
  app.get(
    `${apiPrefix}/own/record`,
    {
      config,
      schema: { tags, summary: '本人档案和查询记录 The own record and who looked', response: { 200: OwnRecordSchema } },
    },
    async (request) => readOwnRecord(ctx, actorOf(request), await sessionOf(request)),
  );
  app.get(
    `${apiPrefix}/own/record/copy`,
    { config, schema: { tags, summary: '本人档案副本 Copy, machine-readable', response: { 200: OwnRecordSchema } } },
    async (request, reply) => {
      const copy = await readOwnRecord(ctx, actorOf(request), await sessionOf(request), 'own.copy');
      return reply.header('content-disposition', 'attachment; filename="own-record.json"').send(copy);
    },
  );
  app.post(
    `${apiPrefix}/own/requests`,
    {
      config,
      schema: {
        tags,
        summary: '提出请求 Ask for something',
        body: OwnRequestBodySchema,
        response: { 200: OwnRequestSchema },
      },
    },
    async (request) => submitRequest(ctx, actorOf(request), await sessionOf(request), request.body),
  );
  app.get(
    `${apiPrefix}/own/requests/:id`,
    {
      config,
      schema: {
        tags,
        summary: '请求办理情况 A request',
        params: PrivacyIdParamsSchema,
        response: { 200: OwnRequestSchema },
      },
    },
    async (request) => ownRequestView(ctx, await sessionOf(request), request.params.id),
  );
  app.post(
    `${apiPrefix}/own/requests/:id/act`,
    {
      config,
      schema: {
        tags,
        summary: '补充或撤回 Supply or withdraw',
        params: PrivacyIdParamsSchema,
        body: RequestActBodySchema,
        response: { 200: OwnRequestSchema },
      },
    },
    async (request) =>
      moveOwnRequest(ctx, ports, actorOf(request), await sessionOf(request), request.params.id, request.body),
  );
  app.get(
    `${apiPrefix}/own/consents`,
    { config, schema: { tags, summary: '可征求同意的项目 What may be asked', response: { 200: AskableSchema } } },
    async (request) => ({ purposes: await askablePurposes(ctx, await sessionOf(request)) }),
  );
  app.post(
    `${apiPrefix}/own/consents`,
    {
      config,
      schema: { tags, summary: '同意或不同意 Agree or not', body: ConsentBodySchema, response: { 200: WithConsent } },
    },
    async (request) => decideConsent(ctx, actorOf(request), await sessionOf(request), request.body),
  );
  app.post(
    `${apiPrefix}/own/consents::withdraw`,
    {
      config,
      schema: { tags, summary: '撤回同意 Withdraw', body: WithdrawBodySchema, response: { 200: WithdrawResultSchema } },
    },
    async (request) => withdrawConsent(ctx, actorOf(request), await sessionOf(request), request.body.purpose),
  );
}

const WithConsent = ConsentResultSchema;
