/** Routes of the person store: the single look-up, the own record, and the registers of the officer for personal information. */
import {
  ActivateBodySchema,
  AssessmentBodySchema,
  AssessmentDecisionSchema,
  AssessmentResultSchema,
  AssessmentsSchema,
  ConsentCountsSchema,
  DeactivateBodySchema,
  IncidentActBodySchema,
  IncidentBodySchema,
  IncidentResultSchema,
  IncidentsSchema,
  LookUpBodySchema,
  LookUpPurposesSchema,
  LookUpResultSchema,
  NoticeBodySchema,
  NoticeResultSchema,
  NoticesSchema,
  PrivacyIdParamsSchema,
  PrivacyPurposesSchema,
  PrivacyRequestListSchema,
  PrivacyRequestQuerySchema,
  PrivacyRequestSchema,
  PurposeParamsSchema,
  ReasonBodySchema,
  RequestActBodySchema,
  RunsSchema,
  WindowRequestBodySchema,
  YearParamsSchema,
  YearReportSchema,
} from '@chengxin/contract';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { actorOf } from '../identity/index.ts';
import { activate, deactivate, decideAssessment, readAssessments, writeAssessment } from './assessments.ts';
import { handleIncident, readIncidents, recordIncident } from './incidents.ts';
import { listRequests } from './list-requests.ts';
import { lookUp, lookUpPurposes } from './look-up.ts';
import {
  closePurpose,
  publishNotice,
  readConsentCounts,
  readNotices,
  readPurposes,
  readRuns,
  readYear,
} from './register.ts';
import { handleRequest, readRequest, receiveAtWindow } from './requests.ts';
import { ownRoutes } from './routes-own.ts';
import type { PersonPorts } from './types.ts';

const tags = ['privacy'];
const office = { permission: 'privacy.manage' };
const at = (path: string): string => `${apiPrefix}/privacy/${path}`;
const done = { 204: Type.Null() };

function lookUpRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    `${apiPrefix}/lookups/purposes`,
    {
      config: { permission: 'purpose.read' },
      schema: {
        tags: ['lookups'],
        summary: '可用的核查目的 Purposes of look-ups',
        response: { 200: LookUpPurposesSchema },
      },
    },
    (request) => lookUpPurposes(ctx, actorOf(request)),
  );
  app.post(
    `${apiPrefix}/lookups`,
    {
      config: { permission: 'person.lookup' },
      schema: {
        tags: ['lookups'],
        summary: '单笔核查（一次一人，留痕，本人可见） One look-up of one person; the person sees it',
        body: LookUpBodySchema,
        response: { 200: LookUpResultSchema },
      },
    },
    async (request, reply) => {
      const { purpose, matter, caseNumber } = request.body;
      Object.assign(request.access, { resourceKind: 'personToken', purpose, matter, caseNumber });
      return reply.header('cache-control', 'no-store').send(await lookUp(ctx, actorOf(request), request.body));
    },
  );
}

function requestRoutes(app: HttpInstance, ctx: AppContext, ports: PersonPorts): void {
  app.get(
    at('requests'),
    {
      config: office,
      schema: {
        tags,
        summary: '个人请求 Requests',
        querystring: PrivacyRequestQuerySchema,
        response: { 200: PrivacyRequestListSchema },
      },
    },
    (request) => listRequests(ctx, actorOf(request), request.query),
  );
  app.post(
    at('requests'),
    {
      config: office,
      schema: {
        tags,
        summary: '窗口代录 Request made at the window',
        body: WindowRequestBodySchema,
        response: { 200: PrivacyRequestSchema },
      },
    },
    (request) => receiveAtWindow(ctx, actorOf(request), request.body),
  );
  app.get(
    at('requests/:id'),
    {
      config: office,
      schema: {
        tags,
        summary: '请求详情 A request',
        params: PrivacyIdParamsSchema,
        response: { 200: PrivacyRequestSchema },
      },
    },
    (request) => readRequest(ctx, actorOf(request), request.params.id),
  );
  app.post(
    at('requests/:id/act'),
    {
      config: office,
      schema: {
        tags,
        summary: '办理 Handle',
        params: PrivacyIdParamsSchema,
        body: RequestActBodySchema,
        response: { 200: PrivacyRequestSchema },
      },
    },
    (request) => handleRequest(ctx, ports, actorOf(request), request.params.id, request.body),
  );
}

function registerRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    at('purposes'),
    {
      config: office,
      schema: { tags, summary: '处理目的登记 Register of purposes', response: { 200: PrivacyPurposesSchema } },
    },
    async (request) => ({ items: await readPurposes(ctx, actorOf(request)) }),
  );
  app.post(
    at('purposes/:purpose/end'),
    {
      config: office,
      schema: { tags, summary: '终止 End', params: PurposeParamsSchema, body: ReasonBodySchema, response: done },
    },
    async (request, reply) => {
      await closePurpose(ctx, actorOf(request), request.params.purpose, request.body.reason);
      return reply.code(204).send(null);
    },
  );
  app.get(
    at('notices'),
    { config: office, schema: { tags, summary: '告知书 Notices', response: { 200: NoticesSchema } } },
    async (request) => ({ items: await readNotices(ctx, actorOf(request)) }),
  );
  app.post(
    at('notices'),
    {
      config: office,
      schema: {
        tags,
        summary: '发布告知书 Publish a notice',
        body: NoticeBodySchema,
        response: { 200: NoticeResultSchema },
      },
    },
    (request) => publishNotice(ctx, actorOf(request), request.body),
  );
  app.get(
    at('consents'),
    {
      config: office,
      schema: { tags, summary: '同意情况（仅计数） Consents as counts', response: { 200: ConsentCountsSchema } },
    },
    async (request) => ({
      minimum: ctx.policy().persons().aggregateMinimum,
      items: await readConsentCounts(ctx, actorOf(request)),
    }),
  );
  app.get(
    at('report/:year'),
    {
      config: office,
      schema: {
        tags,
        summary: '年度公开数据 Figures of a year',
        params: YearParamsSchema,
        response: { 200: YearReportSchema },
      },
    },
    (request) => readYear(ctx, actorOf(request), request.params.year),
  );
  app.get(
    at('retention'),
    { config: office, schema: { tags, summary: '到期删除记录 Runs of retention', response: { 200: RunsSchema } } },
    async (request) => ({ items: await readRuns(ctx, actorOf(request)) }),
  );
}

function dutyRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    at('assessments'),
    { config: office, schema: { tags, summary: '影响评估 Impact assessments', response: { 200: AssessmentsSchema } } },
    (request) => readAssessments(ctx, actorOf(request)),
  );
  app.post(
    at('assessments'),
    {
      config: office,
      schema: {
        tags,
        summary: '编写影响评估 Write one',
        body: AssessmentBodySchema,
        response: { 200: AssessmentResultSchema },
      },
    },
    (request) => writeAssessment(ctx, actorOf(request), request.body),
  );
  app.post(
    at('assessments/:id/decide'),
    {
      config: office,
      schema: {
        tags,
        summary: '审批影响评估 Approve or return',
        params: PrivacyIdParamsSchema,
        body: AssessmentDecisionSchema,
        response: done,
      },
    },
    async (request, reply) => {
      await decideAssessment(ctx, actorOf(request), request.params.id, request.body);
      return reply.code(204).send(null);
    },
  );
  app.post(
    at('functions::activate'),
    { config: office, schema: { tags, summary: '启用功能 Switch on', body: ActivateBodySchema, response: done } },
    async (request, reply) => {
      await activate(ctx, actorOf(request), request.body);
      return reply.code(204).send(null);
    },
  );
  app.post(
    at('functions::deactivate'),
    { config: office, schema: { tags, summary: '关闭功能 Switch off', body: DeactivateBodySchema, response: done } },
    async (request, reply) => {
      await deactivate(ctx, actorOf(request), request.body);
      return reply.code(204).send(null);
    },
  );
  app.get(
    at('incidents'),
    { config: office, schema: { tags, summary: '安全事件 Incidents', response: { 200: IncidentsSchema } } },
    async (request) => ({ items: await readIncidents(ctx, actorOf(request)) }),
  );
  app.post(
    at('incidents'),
    {
      config: office,
      schema: {
        tags,
        summary: '登记安全事件 Record an incident',
        body: IncidentBodySchema,
        response: { 200: IncidentResultSchema },
      },
    },
    (request) => recordIncident(ctx, actorOf(request), request.body),
  );
  app.post(
    at('incidents/:id/act'),
    {
      config: office,
      schema: {
        tags,
        summary: '处置 Handle',
        params: PrivacyIdParamsSchema,
        body: IncidentActBodySchema,
        response: done,
      },
    },
    async (request, reply) => {
      await handleIncident(ctx, actorOf(request), request.params.id, request.body);
      return reply.code(204).send(null);
    },
  );
}

export function personRoutes(ctx: AppContext, ports: PersonPorts): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    lookUpRoutes(app, ctx);
    ownRoutes(app, ctx, ports);
    requestRoutes(app, ctx, ports);
    registerRoutes(app, ctx);
    dutyRoutes(app, ctx);
  };
}
