/** `/api/v1/objections`. */
import {
  CaseBatchResult,
  ExtensionRequest,
  ObjectableQuery,
  ObjectableRecords,
  ObjectionBatchRequest,
  ObjectionCommandRequest,
  ObjectionList,
  ObjectionQuery,
  ObjectionRules,
  ObjectionView,
  SubmitObjectionRequest,
} from '@chengxin/contract';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { caseMaterialRoutes, sendCaseSheet } from '../casework/index.ts';
import { actOnObjection, extendObjection, objectionFor } from './act-on-objection.ts';
import { actOnObjections } from './batch.ts';
import { objectableRecords } from './own-records.ts';
import { listObjections, objectionRules, objectionSheet, viewObjection } from './read-objections.ts';
import { submitObjection } from './submit-objection.ts';
import { objectionWords } from './words.ts';

const tags = ['objections'];
const IdParams = Type.Object({ id: Type.String({ format: 'uuid' }) });

/** The same command sent twice acts once: the key is kept with the event. */
function commandKey(request: FastifyRequest): string | null {
  const given = request.headers['idempotency-key'];
  const key = Array.isArray(given) ? given[0] : given;
  return key && key.length >= 8 && key.length <= 200 ? `${request.actor.accountId ?? ''} ${key}` : null;
}

/** Register with `app.register(objectionRoutes(ctx))`. */
export function objectionRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    await caseMaterialRoutes(app, ctx, {
      path: '/objections',
      permission: 'objection.read',
      tags,
      words: objectionWords,
      reach: objectionFor,
    });
    app.get(
      `${apiPrefix}/objections/rules`,
      {
        config: { permission: 'public' },
        schema: { tags, summary: '异议的类型、时限和理由 Kinds, days and reasons', response: { 200: ObjectionRules } },
      },
      async () => objectionRules(ctx),
    );
    app.get(
      `${apiPrefix}/objections`,
      {
        config: { permission: 'objection.read' },
        schema: { tags, summary: '异议列表 List', querystring: ObjectionQuery, response: { 200: ObjectionList } },
      },
      async (request) => listObjections(ctx, request.actor, request.query),
    );
    app.get(
      `${apiPrefix}/objections.xlsx`,
      {
        config: { permission: 'objection.read' },
        schema: { tags, summary: '导出 The list as a sheet, as filtered', querystring: ObjectionQuery },
      },
      async (request, reply) => sendCaseSheet(reply, await objectionSheet(ctx, request.actor, request.query)),
    );
    app.post(
      `${apiPrefix}/objections`,
      {
        config: { permission: 'objection.submit' },
        schema: { tags, summary: '提出异议 Object', body: SubmitObjectionRequest, response: { 201: ObjectionView } },
      },
      async (request, reply) => {
        const row = await submitObjection(ctx, request.actor, request.body);
        return reply.code(201).send(await viewObjection(ctx, request.actor, row.case_id));
      },
    );
    app.get(
      `${apiPrefix}/objections/records`,
      {
        config: { permission: 'objection.submit' },
        schema: {
          tags,
          summary: '可以提出异议的信息 Records to choose from',
          querystring: ObjectableQuery,
          response: { 200: ObjectableRecords },
        },
      },
      async (request) => objectableRecords(ctx, request.actor, request.query),
    );
    app.post(
      `${apiPrefix}/objections::batch`,
      {
        config: { permission: 'objection.handle' },
        schema: {
          tags,
          summary: '批量办理 The same command for many',
          body: ObjectionBatchRequest,
          response: { 200: CaseBatchResult },
        },
      },
      async (request) => actOnObjections(ctx, request.actor, request.body, commandKey(request)),
    );
    app.get(
      `${apiPrefix}/objections/:id`,
      {
        config: { permission: 'objection.read' },
        schema: { tags, summary: '一件异议 One objection', params: IdParams, response: { 200: ObjectionView } },
      },
      async (request) => viewObjection(ctx, request.actor, request.params.id),
    );
    app.post(
      `${apiPrefix}/objections/:id/commands`,
      {
        config: { permission: 'objection.read' },
        schema: {
          tags,
          summary: '办理 Act',
          params: IdParams,
          body: ObjectionCommandRequest,
          response: { 200: ObjectionView },
        },
      },
      async (request) => {
        await actOnObjection(ctx, request.actor, request.params.id, request.body, commandKey(request));
        return viewObjection(ctx, request.actor, request.params.id);
      },
    );
    app.post(
      `${apiPrefix}/objections/:id/extension`,
      {
        config: { permission: 'objection.handle' },
        schema: {
          tags,
          summary: '延期 Extension',
          params: IdParams,
          body: ExtensionRequest,
          response: { 200: ObjectionView },
        },
      },
      async (request) => {
        await extendObjection(ctx, request.actor, request.params.id, request.body);
        return viewObjection(ctx, request.actor, request.params.id);
      },
    );
  };
}
