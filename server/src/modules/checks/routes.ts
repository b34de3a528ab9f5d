/** `/api/v1/checks`. */
import { Readable } from 'node:stream';
import {
  BatchCheckParams,
  BatchCheckRequest,
  BatchCheckView,
  CheckAnswer,
  CheckCounts,
  CheckCountsQuery,
  CheckMatters,
  CheckRequest,
  FeedbackRequest,
  HitList,
  HitParams,
  HitQuery,
  ReceiptParams,
  ReceiptView,
} from '@chengxin/contract';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { xlsxPieces } from '../../platform/tabular/index.ts';
import { giveFeedback } from './give-feedback.ts';
import { checkMatters, countChecks, listHits, verifyReceipt } from './read-checks.ts';
import { batchSheet, readBatch, startBatch } from './run-batch.ts';
import { runCheck } from './run-check.ts';

const tags = ['checks'];
const base = `${apiPrefix}/checks`;
const FeedbackAnswer = Type.Object({ id: Type.String(), state: Type.String() });

const batchBytes = 8 * 1024 * 1024;

function batchRoutes(app: HttpInstance, ctx: AppContext): void {
  app.post(
    `${apiPrefix}/checks::batch`,
    {
      config: { permission: 'check.run' },
      bodyLimit: batchBytes,
      schema: {
        tags,
        summary: '批量核查，一批一事一函 A list of organisations',
        body: BatchCheckRequest,
        response: { 202: BatchCheckView },
      },
    },
    async (request, reply) => {
      const batch = await startBatch(ctx, request.actor, request.body);
      return reply.code(202).header('location', `${base}/batches/${batch.id}`).send(batch);
    },
  );
  app.get(
    `${base}/batches/:id`,
    {
      config: { permission: 'check.read' },
      schema: { tags, summary: '批量核查 One batch', params: BatchCheckParams, response: { 200: BatchCheckView } },
    },
    async (request) => readBatch(ctx, request.actor, request.params.id),
  );
  app.get(
    `${base}/batches/:id/result.xlsx`,
    {
      config: { permission: 'check.read' },
      schema: { tags, summary: '核查结果表 The result as a sheet', params: BatchCheckParams },
    },
    async (request, reply) => {
      const sheet = await batchSheet(ctx, request.actor, request.params.id);
      return reply
        .type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
        .header('content-disposition', 'attachment; filename="check-result.xlsx"')
        .header('cache-control', 'no-store')
        .send(Readable.from(xlsxPieces({ sheets: [{ ...sheet, name: '核查结果' }] })));
    },
  );
}

export function checkRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    batchRoutes(app, ctx);
    app.post(
      base,
      {
        config: { permission: 'check.run' },
        schema: {
          tags,
          summary: '信用核查 Check inside a decision',
          body: CheckRequest,
          response: { 200: CheckAnswer },
        },
      },
      async (request) => runCheck(ctx, request.actor, request.body),
    );
    app.get(
      `${base}/matters`,
      {
        config: { permission: 'check.read' },
        schema: { tags, summary: '须核查的事项 Matters that must query', response: { 200: CheckMatters } },
      },
      async (request) => checkMatters(ctx, request.actor),
    );
    app.get(
      `${base}/counts`,
      {
        config: { permission: 'check.read' },
        schema: {
          tags,
          summary: '核查与反馈统计 Counts by matter and way, and feedback by body',
          querystring: CheckCountsQuery,
          response: { 200: CheckCounts },
        },
      },
      async (request) => countChecks(ctx, request.actor, request.query),
    );
    app.get(
      `${base}/receipts/:no`,
      {
        config: { permission: 'check.read' },
        schema: { tags, summary: '核验回执 Verify a receipt', params: ReceiptParams, response: { 200: ReceiptView } },
      },
      async (request) => verifyReceipt(ctx, request.actor, request.params.no),
    );
    app.get(
      `${base}/hits`,
      {
        config: { permission: 'check.read' },
        schema: { tags, summary: '命中与反馈 Hits and feedback', querystring: HitQuery, response: { 200: HitList } },
      },
      async (request) => listHits(ctx, request.actor, request.query),
    );
    app.post(
      `${base}/:id/feedback`,
      {
        config: { permission: 'check.feedback' },
        schema: {
          tags,
          summary: '反馈 What was done',
          params: HitParams,
          body: FeedbackRequest,
          response: { 200: FeedbackAnswer },
        },
      },
      async (request) => giveFeedback(ctx, request.actor, request.params.id, request.body),
    );
  };
}
