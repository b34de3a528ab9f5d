/** Routes of oversight. */

import { Readable } from 'node:stream';
import {
  AlertList,
  AlertQuery,
  AlertView,
  AnswerDisputeRequest,
  CheckpointView,
  DecideAlertRequest,
  DecideDisputeRequest,
  DelayList,
  DelayRequest,
  DelayView,
  DisputeList,
  DisputeQuery,
  DisputeView,
  IdSchema,
  LogExportQuery,
  LogIntegrity,
  LogList,
  LogQuery,
  LookKindSchema,
  LookList,
  LookQuery,
  NoteRequest,
  PageQuery,
  RaiseDisputeRequest,
} from '@chengxin/contract';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { publishedCheckpoint } from '../../platform/access-log/index.ts';
import { DomainError } from '../../platform/errors.ts';
import type { HttpInstance } from '../../platform/http/index.ts';
import { type SheetSpec, xlsxPieces } from '../../platform/tabular/index.ts';
import { decideAlert, listAlerts, replyAlert } from './alerts.ts';
import { createDelay, finishDelay, listDelays } from './delays.ts';
import {
  acceptAnswer,
  answerDispute,
  contestDispute,
  decideDispute,
  raiseDispute,
  readDispute,
  withdrawDispute,
} from './disputes.ts';
import { listDisputes } from './list-disputes.ts';
import { exportLog, logHeader, readIntegrity, readLog } from './read-log.ts';
import { exportOwnLooks, ownLooksHeader, readOwnLooks } from './read-own-looks.ts';

const api = '/api/v1';
const tags = ['oversight'];
const defaultLimit = 50;
const IdParams = Type.Object({ id: IdSchema }, { additionalProperties: false });
const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

function sendSheet(reply: FastifyReply, fileName: string, sheet: SheetSpec): FastifyReply {
  return reply
    .type(xlsxType)
    .header('cache-control', 'no-store')
    .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`)
    .send(Readable.from(xlsxPieces({ sheets: [sheet] })));
}

function publicRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    `${api}/public/log/checkpoint`,
    {
      config: { permission: 'public' },
      schema: {
        tags: ['public'],
        summary: '查询日志的最新检查点 The latest checkpoint of the access log',
        response: { 200: CheckpointView },
      },
    },
    async () => {
      const found = await publishedCheckpoint(ctx);
      if (found) return found;
      throw new DomainError('not-found', {
        zh: '查询日志还没有检查点，系统启用后每小时生成一次，请稍后再来。',
        en: 'There is no checkpoint yet. One is issued each hour once the platform is in use.',
      });
    },
  );
}

function logRoutes(app: HttpInstance, ctx: AppContext): void {
  const config = { permission: 'log.read' };
  app.get(
    `${api}/log`,
    { config, schema: { tags, summary: '查询日志 The access log', querystring: LogQuery, response: { 200: LogList } } },
    async (request, reply) => {
      const { cursor, limit = defaultLimit, ...filter } = request.query;
      reply.header('cache-control', 'no-store');
      return readLog(ctx, request.actor, filter, { cursor, limit });
    },
  );
  app.get(
    `${api}/log.xlsx`,
    { config, schema: { tags, summary: '导出查询日志 Export the access log', querystring: LogExportQuery } },
    async (request, reply) => {
      const { reason, ...filter } = request.query;
      const made = await exportLog(ctx, request.actor, filter, reason);
      return sendSheet(reply, `查询日志 ${made.number}.xlsx`, {
        name: '查询日志',
        header: logHeader,
        note: made.watermark,
        rows: made.rows,
      });
    },
  );
  app.get(
    `${api}/log/integrity`,
    { config, schema: { tags, summary: '日志完整性 How the log stands', response: { 200: LogIntegrity } } },
    async (request) => readIntegrity(ctx, request.actor),
  );
}

function lookRoutes(app: HttpInstance, ctx: AppContext): void {
  const config = { permission: 'access.own' };
  app.get(
    `${api}/my/looks`,
    {
      config,
      schema: {
        tags,
        summary: '谁查询过本单位 Who looked at my organisation',
        querystring: LookQuery,
        response: { 200: LookList },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return readOwnLooks(ctx, request.actor, request.query);
    },
  );
  app.get(
    `${api}/my/looks.xlsx`,
    {
      config,
      schema: {
        tags,
        summary: '导出 Export',
        querystring: Type.Object({ kind: Type.Optional(LookKindSchema) }, { additionalProperties: false }),
      },
    },
    async (request, reply) => {
      const made = await exportOwnLooks(ctx, request.actor, request.query);
      return sendSheet(reply, `谁查询过${made.subject.name}.xlsx`, {
        name: '查询记录',
        header: ownLooksHeader,
        rows: made.rows,
      });
    },
  );
}

function disputeRoutes(app: HttpInstance, ctx: AppContext): void {
  const one = { params: IdParams, response: { 200: DisputeView } };
  app.get(
    `${api}/disputes`,
    {
      config: { permission: 'dispute.read' },
      schema: { tags, summary: '查询异议 Disputes', querystring: DisputeQuery, response: { 200: DisputeList } },
    },
    async (request) => {
      const { state, cursor, limit = defaultLimit } = request.query;
      return listDisputes(ctx, request.actor, { state, cursor, limit });
    },
  );
  app.get(
    `${api}/disputes/:id`,
    { config: { permission: 'dispute.read' }, schema: { tags, summary: '一项异议 A dispute', ...one } },
    async (request) => readDispute(ctx, request.actor, request.params.id),
  );
  app.post(
    `${api}/disputes`,
    {
      config: { permission: 'access.own' },
      schema: { tags, summary: '提出异议 Dispute a look', body: RaiseDisputeRequest, response: { 201: DisputeView } },
    },
    async (request, reply) => reply.code(201).send(await raiseDispute(ctx, request.actor, request.body)),
  );
  app.post(
    `${api}/disputes/:id/answer`,
    {
      config: { permission: 'dispute.answer' },
      schema: { tags, summary: '答复 Answer', ...one, body: AnswerDisputeRequest },
    },
    async (request) => answerDispute(ctx, request.actor, request.params.id, request.body),
  );
  app.post(
    `${api}/disputes/:id/decide`,
    {
      config: { permission: 'dispute.decide' },
      schema: { tags, summary: '裁定 Decide', ...one, body: DecideDisputeRequest },
    },
    async (request) => decideDispute(ctx, request.actor, request.params.id, request.body),
  );
  const bySubject = { contest: contestDispute, accept: acceptAnswer, withdraw: withdrawDispute } as const;
  const summaries = {
    contest: '对答复有异议 Contest the answer',
    accept: '接受答复 Accept the answer',
    withdraw: '撤回 Withdraw',
  } as const;
  for (const act of ['contest', 'accept', 'withdraw'] as const) {
    app.post(
      `${api}/disputes/:id/${act}`,
      {
        config: { permission: 'access.own' },
        schema: { tags, summary: summaries[act], ...one, body: NoteRequest },
      },
      async (request) => bySubject[act](ctx, request.actor, request.params.id, request.body.note),
    );
  }
}

function delayRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    `${api}/delays`,
    {
      config: { permission: 'delay.read' },
      schema: { tags, summary: '推迟显示 Looks shown later', querystring: PageQuery, response: { 200: DelayList } },
    },
    async (request) => {
      const { cursor, limit = defaultLimit } = request.query;
      return listDelays(ctx, request.actor, { cursor, limit });
    },
  );
  app.post(
    `${api}/delays`,
    {
      config: { permission: 'delay.manage' },
      schema: { tags, summary: '推迟显示一项查询 Delay a look', body: DelayRequest, response: { 201: DelayView } },
    },
    async (request, reply) => reply.code(201).send(await createDelay(ctx, request.actor, request.body)),
  );
  app.post(
    `${api}/delays/:id/end`,
    {
      config: { permission: 'delay.manage' },
      schema: { tags, summary: '结束推迟 End a delay', params: IdParams, response: { 200: DelayView } },
    },
    async (request) => finishDelay(ctx, request.actor, request.params.id),
  );
}

function alertRoutes(app: HttpInstance, ctx: AppContext): void {
  const one = { params: IdParams, response: { 200: AlertView } };
  app.get(
    `${api}/alerts`,
    {
      config: { permission: 'alert.read' },
      schema: { tags, summary: '查询提示 Alerts', querystring: AlertQuery, response: { 200: AlertList } },
    },
    async (request) => {
      const { state, cursor, limit = defaultLimit } = request.query;
      return listAlerts(ctx, request.actor, { state, cursor, limit });
    },
  );
  app.post(
    `${api}/alerts/:id/reply`,
    {
      config: { permission: 'alert.reply' },
      schema: { tags, summary: '说明情况 Explain', ...one, body: NoteRequest },
    },
    async (request) => replyAlert(ctx, request.actor, request.params.id, request.body.note),
  );
  app.post(
    `${api}/alerts/:id/decide`,
    {
      config: { permission: 'alert.decide' },
      schema: { tags, summary: '作出认定 Decide', ...one, body: DecideAlertRequest },
    },
    async (request) => decideAlert(ctx, request.actor, request.params.id, request.body),
  );
}

/** Register with `app.register(oversightRoutes(ctx))`. */
export function oversightRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    publicRoutes(app, ctx);
    logRoutes(app, ctx);
    lookRoutes(app, ctx);
    disputeRoutes(app, ctx);
    delayRoutes(app, ctx);
    alertRoutes(app, ctx);
  };
}
