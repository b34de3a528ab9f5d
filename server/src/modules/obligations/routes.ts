/** `/api/v1/obligations`. */
import {
  ObligationAnswer,
  ObligationCycle,
  ObligationFeedbackRequest,
  ObligationFilter,
  ObligationLiftRequest,
  ObligationList,
  ObligationParams,
  ObligationQuery,
  ObligationRates,
  ObligationSpan,
  ObligationsAcknowledgeRequest,
  ObligationsLiftRequest,
  ObligationsResult,
} from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { sendCaseSheet } from '../casework/index.ts';
import { acknowledge, acknowledgeMany, feedBack, lift, liftMany } from './act-on-obligation.ts';
import { listObligations, obligationSheet, readCycle, readRates } from './read-obligations.ts';

const tags = ['obligations'];
const base = `${apiPrefix}/obligations`;

function readingRoutes(app: HttpInstance, ctx: AppContext): void {
  const config = { permission: 'obligation.read' } as const;
  app.get(
    base,
    {
      config,
      schema: {
        tags,
        summary: '惩戒协同义务 What entries ask of bodies',
        querystring: ObligationQuery,
        response: { 200: ObligationList },
      },
    },
    async (request) => listObligations(ctx, request.actor, request.query),
  );
  app.get(
    `${apiPrefix}/obligations.xlsx`,
    { config, schema: { tags, summary: '导出义务 As a sheet', querystring: ObligationFilter } },
    async (request, reply) => sendCaseSheet(reply, obligationSheet(ctx, request.actor, request.query)),
  );
  app.get(
    `${base}/rates`,
    {
      config,
      schema: {
        tags,
        summary: '查询率、反馈率、签收和撤惩及时率 Rates by body',
        querystring: ObligationSpan,
        response: { 200: ObligationRates },
      },
    },
    async (request) => readRates(ctx, request.actor, request.query),
  );
  app.get(
    `${base}/cycle`,
    {
      config,
      schema: { tags, summary: '全流程与卡点 The cycle and what is stuck', response: { 200: ObligationCycle } },
    },
    async (request) => readCycle(ctx, request.actor),
  );
}

function manyRoutes(app: HttpInstance, ctx: AppContext): void {
  const config = { permission: 'obligation.answer' } as const;
  app.post(
    `${apiPrefix}/obligations::acknowledge`,
    {
      config,
      schema: {
        tags,
        summary: '批量签收，逐条给出结果 Acknowledge many',
        body: ObligationsAcknowledgeRequest,
        response: { 200: ObligationsResult },
      },
    },
    async (request) => acknowledgeMany(ctx, request.actor, request.body.ids),
  );
  app.post(
    `${apiPrefix}/obligations::lift`,
    {
      config,
      schema: {
        tags,
        summary: '批量解除，逐条给出结果 Lift many',
        body: ObligationsLiftRequest,
        response: { 200: ObligationsResult },
      },
    },
    async (request) => {
      const { ids, ...given } = request.body;
      return liftMany(ctx, request.actor, ids, given);
    },
  );
}

export function obligationRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    readingRoutes(app, ctx);
    manyRoutes(app, ctx);
    const config = { permission: 'obligation.answer' } as const;
    app.post(
      `${base}/:id/acknowledge`,
      {
        config,
        schema: { tags, summary: '签收 Acknowledge', params: ObligationParams, response: { 200: ObligationAnswer } },
      },
      async (request) => acknowledge(ctx, request.actor, request.params.id),
    );
    app.post(
      `${base}/:id/feedback`,
      {
        config,
        schema: {
          tags,
          summary: '反馈 What was done',
          params: ObligationParams,
          body: ObligationFeedbackRequest,
          response: { 200: ObligationAnswer },
        },
      },
      async (request) => feedBack(ctx, request.actor, request.params.id, request.body),
    );
    app.post(
      `${base}/:id/lift`,
      {
        config,
        schema: {
          tags,
          summary: '解除 Lift what was done',
          params: ObligationParams,
          body: ObligationLiftRequest,
          response: { 200: ObligationAnswer },
        },
      },
      async (request) => lift(ctx, request.actor, request.params.id, request.body),
    );
  };
}
