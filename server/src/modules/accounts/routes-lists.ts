/** Reading accounts and the tree of bodies. */
import {
  AccountCounts,
  AccountDetail,
  AccountEventList,
  AccountList,
  AccountQuery,
  BodyView,
  NewBodyRequest,
  OrganisationList,
  PageQuery,
} from '@chengxin/contract';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance, idempotent } from '../../platform/http/index.ts';
import type { OpenTasks } from './departure.ts';
import { IdParams, sendSheet } from './http.ts';
import { accountColumns } from './import-accounts.ts';
import { addBody } from './organisation.ts';
import {
  accountCounts,
  accountsPage,
  eventsPage,
  exportAccounts,
  organisationTree,
  readAccount,
} from './read-accounts.ts';
import { templateSheet } from './sheets.ts';

const tags = ['accounts'];
const config = { permission: 'account.read' };
const { limit: _limit, cursor: _cursor, ...filters } = AccountQuery.properties;
const AccountFilters = Type.Object(filters);

export function accountReadRoutes(app: HttpInstance, ctx: AppContext, tasks: OpenTasks): void {
  app.get(
    `${apiPrefix}/accounts`,
    {
      config,
      schema: { tags, summary: '账号列表 Accounts', querystring: AccountQuery, response: { 200: AccountList } },
    },
    async (request) => accountsPage(ctx, request.actor, request.query),
  );
  app.get(
    `${apiPrefix}/accounts.xlsx`,
    { config, schema: { tags, summary: '导出账号 Export as filtered', querystring: AccountFilters } },
    async (request, reply) => sendSheet(reply, await exportAccounts(ctx, request.actor, request.query)),
  );
  app.get(
    `${apiPrefix}/accounts/counts`,
    { config, schema: { tags, summary: '账号概况 Figures of the home page', response: { 200: AccountCounts } } },
    async (request) => accountCounts(ctx, request.actor),
  );
  app.get(
    `${apiPrefix}/accounts/template`,
    { config: { permission: 'account.create' }, schema: { tags, summary: '下载导入模板 Template of the import' } },
    async (_request, reply) =>
      sendSheet(reply, templateSheet('账号导入模板', accountColumns(ctx.policy().accounts().holderNumber.label.zh))),
  );
  app.get(
    `${apiPrefix}/accounts/:id`,
    { config, schema: { tags, summary: '账号详情 One account', params: IdParams, response: { 200: AccountDetail } } },
    async (request) => readAccount(ctx, request.actor, tasks, request.params.id),
  );
  app.get(
    `${apiPrefix}/accounts/:id/events`,
    {
      config,
      schema: {
        tags,
        summary: '账号历史 History of an account',
        params: IdParams,
        querystring: PageQuery,
        response: { 200: AccountEventList },
      },
    },
    async (request) => eventsPage(ctx, request.actor, request.params.id, request.query),
  );
}

export function organisationRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    `${apiPrefix}/organisation`,
    {
      config,
      schema: {
        tags: ['bodies'],
        summary: '机构树 Tree of bodies with their accounts',
        response: { 200: OrganisationList },
      },
    },
    async (request) => organisationTree(ctx, request.actor),
  );
  app.post(
    `${apiPrefix}/bodies`,
    {
      config: { permission: 'body.manage' },
      schema: { tags: ['bodies'], summary: '新增单位 Add a body', body: NewBodyRequest, response: { 201: BodyView } },
    },
    async (request, reply) => {
      const answer = await idempotent(ctx, request, async (tx) => ({
        status: 201,
        body: await addBody(ctx, tx, request.actor, request.body),
      }));
      reply.code(201);
      return answer.body;
    },
  );
}
