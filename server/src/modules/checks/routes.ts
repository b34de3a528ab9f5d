/** `/api/v1/checks`. */
import {
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
import { batchRoutes } from './batch-routes.ts';
import { giveFeedback } from './give-feedback.ts';
import { checkMatters, countChecks, listHits, verifyReceipt } from './read-checks.ts';
import { runCheck } from './run-check.ts';

const tags = ['checks'];
const base = `${apiPrefix}/checks`;
const FeedbackAnswer = Type.Object({ id: Type.String(), state: Type.String() });

export function checkRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    await app.register(batchRoutes(ctx));
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
