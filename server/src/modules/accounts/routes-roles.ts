/** Roles asked for and decided; the yearly confirmation. */
import {
  BatchResult,
  NewRecertification,
  NewRoleRequest,
  RecertificationDecision,
  RecertificationItemList,
  RecertificationItemQuery,
  RecertificationList,
  RoleDecision,
  RoleRequestList,
  RoleRequestQuery,
  RoleRequestView,
} from '@chengxin/contract';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { execute, sql } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { apiPrefix, type HttpInstance, idempotent } from '../../platform/http/index.ts';
import { callerOf } from './guard.ts';
import { IdParams, once } from './http.ts';
import { decideItemOf, itemsPage, openCampaign, openRecertification, recertificationsPage } from './recertification.ts';
import { askForRole, decideRole, requestOf, requestsPage, withdrawRole } from './role-requests.ts';

export function roleRequestRoutes(app: HttpInstance, ctx: AppContext): void {
  const tags = ['accounts'];
  app.get(
    `${apiPrefix}/role-requests`,
    {
      config: { permission: 'role.read' },
      schema: {
        tags,
        summary: '角色申请 Roles asked for',
        querystring: RoleRequestQuery,
        response: { 200: RoleRequestList },
      },
    },
    async (request) => requestsPage(ctx, request.actor, request.query),
  );
  app.post(
    `${apiPrefix}/role-requests`,
    {
      config: { permission: 'role.request' },
      schema: { tags, summary: '申请角色 Ask for a role', body: NewRoleRequest, response: { 201: RoleRequestView } },
    },
    async (request, reply) => {
      const answer = await idempotent(ctx, request, async (tx) => {
        const { expiresOn = null, ...ask } = request.body;
        const id = await askForRole(ctx, tx, request.actor, { ...ask, expiresOn });
        return { status: 201, body: await requestOf(tx, request.actor, id) };
      });
      reply.code(201);
      return answer.body;
    },
  );
  app.post(
    `${apiPrefix}/role-requests/:id/decision`,
    {
      config: { permission: 'role.decide' },
      schema: { tags, summary: '审批 Decide', params: IdParams, body: RoleDecision, response: { 204: Type.Null() } },
    },
    async (request, reply) =>
      once(ctx, request, reply, (tx) => decideRole(ctx, tx, request.actor, request.params.id, request.body)),
  );
  app.post(
    `${apiPrefix}/role-requests/:id/withdrawal`,
    {
      config: { permission: 'role.request' },
      schema: { tags, summary: '撤回 Withdraw', params: IdParams, response: { 204: Type.Null() } },
    },
    async (request, reply) =>
      once(ctx, request, reply, (tx) => withdrawRole(ctx, tx, request.actor, request.params.id)),
  );
}

export function recertificationRoutes(app: HttpInstance, ctx: AppContext): void {
  const tags = ['accounts'];
  app.get(
    `${apiPrefix}/recertifications`,
    {
      config: { permission: 'recertification.read' },
      schema: { tags, summary: '年度确认 Yearly confirmations', response: { 200: RecertificationList } },
    },
    async (request) => recertificationsPage(ctx, request.actor),
  );
  app.post(
    `${apiPrefix}/recertifications`,
    {
      config: { permission: 'recertification.open' },
      schema: {
        tags,
        summary: '发起年度确认 Open a confirmation',
        body: NewRecertification,
        response: { 201: Type.Object({ id: Type.String() }) },
      },
    },
    async (request, reply) => {
      const answer = await idempotent(ctx, request, async (tx) => ({
        status: 201,
        body: { id: await openRecertification(ctx, tx, request.actor, request.body) },
      }));
      reply.code(201);
      return answer.body;
    },
  );
  app.get(
    `${apiPrefix}/recertifications/:id/items`,
    {
      config: { permission: 'recertification.read' },
      schema: {
        tags,
        summary: '待确认账号 Accounts of a confirmation',
        params: IdParams,
        querystring: RecertificationItemQuery,
        response: { 200: RecertificationItemList },
      },
    },
    async (request) => itemsPage(ctx, request.actor, request.params.id, request.query),
  );
  app.post(
    `${apiPrefix}/recertifications/:id/items::decide`,
    {
      config: { permission: 'recertification.confirm' },
      schema: {
        tags,
        summary: '确认或停用 Decide, a result for each',
        params: IdParams,
        body: RecertificationDecision,
        response: { 200: BatchResult },
      },
    },
    async (request) => {
      const { actor, body } = request;
      const answer = await idempotent<BatchResult>(ctx, request, async (tx) => {
        await openCampaign(tx, request.params.id);
        const caller = await callerOf(tx, actor);
        const items: BatchResult['items'] = [];
        for (const id of body.accountIds) {
          await execute(tx, sql`savepoint item_row`);
          try {
            await decideItemOf(ctx, tx, actor, caller, request.params.id, id, body);
            await execute(tx, sql`release savepoint item_row`);
            items.push({ id, ok: true, message: null });
          } catch (error) {
            if (!(error instanceof DomainError) || error.status >= 500) throw error;
            await execute(tx, sql`rollback to savepoint item_row`);
            items.push({ id, ok: false, message: { zh: error.zh, en: error.en } });
          }
        }
        return { status: 200, body: { done: items.filter((item) => item.ok).length, items } };
      });
      return answer.body;
    },
  );
}
