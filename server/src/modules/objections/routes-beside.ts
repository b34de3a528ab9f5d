/** `/api/v1/statements`, `/doubts`, `/complaints`. */
import {
  CaseCommandRequest,
  CaseView,
  DoubtCommandRequest,
  RaiseDoubtRequest,
  SubmitComplaintRequest,
  SubmitStatementRequest,
} from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { procedureRoutes, viewCase } from '../casework/index.ts';
import { complaintDesk, submitComplaint } from './complaint-desk.ts';
import { doubtDesk, raiseDoubt } from './doubt-desk.ts';
import { statementDesk, submitStatement } from './statement-desk.ts';

type Plugin = (ctx: AppContext) => (app: HttpInstance) => Promise<void>;

export const statementRoutes: Plugin = (ctx) => async (app) => {
  const tags = ['statements'];
  app.post(
    `${apiPrefix}/statements`,
    {
      config: { permission: 'objection.submit' },
      schema: { tags, summary: '提交说明 A statement', body: SubmitStatementRequest, response: { 201: CaseView } },
    },
    async (request, reply) => {
      const row = await submitStatement(ctx, request.actor, request.body);
      return reply.code(201).send(await viewCase(ctx, request.actor, statementDesk, row.case_id));
    },
  );
  await procedureRoutes(app, ctx, { desk: statementDesk, tags, commandBody: CaseCommandRequest });
};

export const doubtRoutes: Plugin = (ctx) => async (app) => {
  const tags = ['doubts'];
  app.post(
    `${apiPrefix}/doubts`,
    {
      config: { permission: 'doubt.raise' },
      schema: { tags, summary: '提出疑点 A doubt', body: RaiseDoubtRequest, response: { 201: CaseView } },
    },
    async (request, reply) => {
      const row = await raiseDoubt(ctx, request.actor, request.body);
      return reply.code(201).send(await viewCase(ctx, request.actor, doubtDesk, row.case_id));
    },
  );
  await procedureRoutes(app, ctx, { desk: doubtDesk, tags, commandBody: DoubtCommandRequest });
};

export const complaintRoutes: Plugin = (ctx) => async (app) => {
  const tags = ['complaints'];
  app.post(
    `${apiPrefix}/complaints`,
    {
      config: { permission: 'complaint.submit' },
      schema: { tags, summary: '投诉 Complain', body: SubmitComplaintRequest, response: { 201: CaseView } },
    },
    async (request, reply) => {
      const row = await submitComplaint(ctx, request.actor, request.body);
      return reply.code(201).send(await viewCase(ctx, request.actor, complaintDesk, row.case_id));
    },
  );
  await procedureRoutes(app, ctx, { desk: complaintDesk, tags, commandBody: CaseCommandRequest });
};
