/** `/api/v1` of display. */
import {
  ConfirmSeverityRequest,
  ConfirmSeverityResult,
  DisplayChanges,
  DisplayOrderRequest,
  DisplayOrderResult,
  DisplayPageQuery,
  NoticesMissing,
  RepairNoticeText,
  RepairNoticeTextRequest,
  ServedNotice,
  ServeNoticeRequest,
  SeverityWaiting,
  WhyView,
} from '@chengxin/contract';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { confirmSeverity, orderDisplay } from './decide.ts';
import { listDisplayChanges, listSeverityWaiting, listWithoutNotice } from './lists.ts';
import { noticeText, serveNotice } from './notices.ts';
import { deskWhy, publicWhy } from './why.ts';

const tags = ['display'];
const IdParams = Type.Object({ id: Type.String({ format: 'uuid' }) });

function whyRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    `${apiPrefix}/public/records/:id/why`,
    {
      config: { permission: 'public' },
      schema: { tags, summary: '为什么公示 Why it is shown', params: IdParams, response: { 200: WhyView } },
    },
    async (request) => publicWhy(ctx, request.params.id),
  );
  app.get(
    `${apiPrefix}/records/:id/why`,
    {
      config: { permission: 'display.read' },
      schema: { tags, summary: '公示状态及依据 How it stands and why', params: IdParams, response: { 200: WhyView } },
    },
    async (request) => deskWhy(ctx, request.actor, request.params.id),
  );
}

function decidingRoutes(app: HttpInstance, ctx: AppContext): void {
  app.post(
    `${apiPrefix}/records/:id/orders`,
    {
      config: { permission: 'display.order' },
      schema: {
        tags,
        summary: '停止执行、屏蔽、撤销 Suspension, mask, annulment',
        params: IdParams,
        body: DisplayOrderRequest,
        response: { 200: DisplayOrderResult },
      },
    },
    async (request) => orderDisplay(ctx, request.actor, request.params.id, request.body),
  );
  app.post(
    `${apiPrefix}/records::confirmSeverity`,
    {
      config: { permission: 'severity.confirm' },
      schema: {
        tags,
        summary: '确认失信程度 Confirm classes',
        body: ConfirmSeverityRequest,
        response: { 200: ConfirmSeverityResult },
      },
    },
    async (request) => confirmSeverity(ctx, request.actor, request.body),
  );
  app.get(
    `${apiPrefix}/records::severityWaiting`,
    {
      config: { permission: 'display.list' },
      schema: {
        tags,
        summary: '待确认失信程度 Classes to confirm',
        querystring: DisplayPageQuery,
        response: { 200: SeverityWaiting },
      },
    },
    async (request) => listSeverityWaiting(ctx, request.actor, request.query),
  );
  app.get(
    `${apiPrefix}/display/changes`,
    {
      config: { permission: 'display.changes' },
      schema: {
        tags,
        summary: '规则变动影响的信息 What a change of regime changed',
        querystring: DisplayPageQuery,
        response: { 200: DisplayChanges },
      },
    },
    async (request) => listDisplayChanges(ctx, request.actor, request.query),
  );
}

function noticeRoutes(app: HttpInstance, ctx: AppContext): void {
  app.post(
    `${apiPrefix}/repair-notices::text`,
    {
      config: { permission: 'notice.serve' },
      schema: {
        tags,
        summary: '信用修复告知书文本和二维码 Text and QR code of the notice',
        body: RepairNoticeTextRequest,
        response: { 200: RepairNoticeText },
      },
    },
    async (request) => noticeText(ctx, request.actor, request.body),
  );
  app.post(
    `${apiPrefix}/repair-notices`,
    {
      config: { permission: 'notice.serve' },
      schema: {
        tags,
        summary: '登记送达 The notice was served',
        body: ServeNoticeRequest,
        response: { 200: ServedNotice },
      },
    },
    async (request) => serveNotice(ctx, request.actor, request.body),
  );
  app.get(
    `${apiPrefix}/repair-notices::missing`,
    {
      config: { permission: 'display.list' },
      schema: {
        tags,
        summary: '未送达告知书的决定 Decisions without the notice',
        querystring: DisplayPageQuery,
        response: { 200: NoticesMissing },
      },
    },
    async (request) => listWithoutNotice(ctx, request.actor, request.query),
  );
}

/** Register with `app.register(displayRoutes(ctx))`. */
export function displayRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    whyRoutes(app, ctx);
    decidingRoutes(app, ctx);
    noticeRoutes(app, ctx);
  };
}
