/** Making and changing accounts. */
import {
  AccountBatchRequest,
  AccountWithPassword,
  BatchResult,
  DepartureRequest,
  EnableRequest,
  HandOverRequest,
  HandOverResult,
  HolderRequest,
  HolderResult,
  ImportResult,
  NewAccountRequest,
  ReasonRequest,
  RenameRequest,
  RoleRevocation,
  TransferRequest,
} from '@chengxin/contract';
import { type Static, Type } from 'typebox';
import type { Actor, AppContext } from '../../context.ts';
import { execute, sql, type Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { apiPrefix, type HttpInstance, idempotent } from '../../platform/http/index.ts';
import { disableAccount, enableAccount, renameAccount, resetPassword, transferAccount } from './change-account.ts';
import { createOne } from './create-account.ts';
import { depart, handOver, type OpenTasks } from './departure.ts';
import { registerHolder } from './holder-number.ts';
import { IdParams, once, onceWithSecret, sendSheet, uploadedFile } from './http.ts';
import { accountColumns, planImport } from './import-accounts.ts';
import { loadAccount } from './queries.ts';
import { readSheet } from './read-sheet.ts';
import { revokeRole } from './role-requests.ts';
import { accountView } from './views.ts';

const tags = ['accounts'];
type WithPassword = Static<typeof AccountWithPassword>;

/** The account as it is now, and its password apart from what is kept. */
async function answer(ctx: AppContext, tx: Transaction, accountId: string, password: string) {
  const row = await loadAccount(tx, accountId);
  if (!row) throw new DomainError('not-found');
  const body: WithPassword = { account: accountView(ctx, row), password: null };
  return { body, secrets: { password } };
}

export function accountWriteRoutes(app: HttpInstance, ctx: AppContext, tasks: OpenTasks): void {
  app.post(
    `${apiPrefix}/accounts`,
    {
      config: { permission: 'account.create' },
      schema: {
        tags,
        summary: '新增账号 Make an account',
        body: NewAccountRequest,
        response: { 201: AccountWithPassword },
      },
    },
    async (request, reply) => {
      const made = await onceWithSecret(ctx, request, async (tx) => {
        const created = await createOne(ctx, tx, request.actor, request.body);
        return answer(ctx, tx, created.accountId, created.password);
      });
      reply.code(201).header('cache-control', 'no-store');
      return made;
    },
  );
  app.post(
    `${apiPrefix}/accounts/me/holder`,
    {
      config: { permission: 'session.manage' },
      schema: {
        tags,
        summary: '登记持有人 Who stands behind this account',
        body: HolderRequest,
        response: { 200: HolderResult },
      },
    },
    async (request) =>
      (
        await idempotent(ctx, request, async (tx) => ({
          status: 200,
          body: await registerHolder(ctx, tx, request.actor, request.body.number),
        }))
      ).body,
  );
  switchRoutes(app, ctx);
  lifeRoutes(app, ctx, tasks);
  importRoute(app, ctx, tasks);
  batchRoute(app, ctx);
}

function switchRoutes(app: HttpInstance, ctx: AppContext): void {
  const config = { permission: 'account.manage' };
  app.post(
    `${apiPrefix}/accounts/:id/disable`,
    {
      config,
      schema: { tags, summary: '停用 Disable', params: IdParams, body: ReasonRequest, response: { 204: Type.Null() } },
    },
    async (request, reply) =>
      once(ctx, request, reply, (tx) => disableAccount(ctx, tx, request.actor, request.params.id, request.body.reason)),
  );
  app.post(
    `${apiPrefix}/accounts/:id/enable`,
    {
      config,
      schema: {
        tags,
        summary: '启用 Enable',
        params: IdParams,
        body: EnableRequest,
        response: { 200: AccountWithPassword },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return onceWithSecret(ctx, request, async (tx) => {
        const { password } = await enableAccount(ctx, tx, request.actor, request.params.id, request.body);
        return answer(ctx, tx, request.params.id, password);
      });
    },
  );
  app.post(
    `${apiPrefix}/accounts/:id/password`,
    {
      config,
      schema: {
        tags,
        summary: '重置密码 A new one-time password',
        params: IdParams,
        body: ReasonRequest,
        response: { 200: AccountWithPassword },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return onceWithSecret(ctx, request, async (tx) => {
        const { password } = await resetPassword(ctx, tx, request.actor, request.params.id, request.body.reason);
        return answer(ctx, tx, request.params.id, password);
      });
    },
  );
  app.post(
    `${apiPrefix}/accounts/:id/name`,
    {
      config,
      schema: {
        tags,
        summary: '更改姓名 Rename',
        params: IdParams,
        body: RenameRequest,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) =>
      once(ctx, request, reply, (tx) => renameAccount(ctx, tx, request.actor, request.params.id, request.body.name)),
  );
  app.post(
    `${apiPrefix}/accounts/:id/roles::revoke`,
    {
      config: { permission: 'role.decide' },
      schema: {
        tags,
        summary: '收回角色 Take a role back',
        params: IdParams,
        body: RoleRevocation,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) =>
      once(ctx, request, reply, (tx) =>
        revokeRole(ctx, tx, request.actor, request.params.id, request.body.role, request.body.reason),
      ),
  );
}

function lifeRoutes(app: HttpInstance, ctx: AppContext, tasks: OpenTasks): void {
  const config = { permission: 'account.manage' };
  app.post(
    `${apiPrefix}/accounts/:id/transfer`,
    {
      config,
      schema: {
        tags,
        summary: '调动 To another body',
        params: IdParams,
        body: TransferRequest,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) =>
      once(ctx, request, reply, (tx) =>
        transferAccount(ctx, tx, request.actor, tasks, request.params.id, request.body),
      ),
  );
  app.post(
    `${apiPrefix}/accounts/:id/hand-over`,
    {
      config,
      schema: {
        tags,
        summary: '移交未办事项 Hand over',
        params: IdParams,
        body: HandOverRequest,
        response: { 200: HandOverResult },
      },
    },
    async (request) =>
      (
        await idempotent(ctx, request, async (tx) => ({
          status: 200,
          body: await handOver(ctx, tx, request.actor, tasks, request.params.id, request.body),
        }))
      ).body,
  );
  app.post(
    `${apiPrefix}/accounts/:id/departure`,
    {
      config,
      schema: {
        tags,
        summary: '离岗 Departure',
        params: IdParams,
        body: DepartureRequest,
        response: { 200: Type.Object({ departed: Type.Boolean() }) },
      },
    },
    async (request) =>
      (
        await idempotent(ctx, request, async (tx) => ({
          status: 200,
          body: await depart(ctx, tx, request.actor, tasks, request.params.id, request.body),
        }))
      ).body,
  );
}

const ImportQuery = Type.Object({
  mode: Type.Union([Type.Literal('check'), Type.Literal('apply')]),
  answer: Type.Optional(
    Type.Union([Type.Literal('json'), Type.Literal('bad')], {
      description: 'bad: a sheet of the rows not taken, with the reason',
    }),
  ),
});

/** 1,000 hashes on two cores take a while; a second import of the same account waits for the limit. */
const importLimit = { max: 20, timeWindow: 60_000 };

function importRoute(app: HttpInstance, ctx: AppContext, tasks: OpenTasks): void {
  app.post(
    `${apiPrefix}/accounts/imports`,
    {
      config: { permission: 'account.create', rateLimit: importLimit },
      schema: {
        tags,
        summary: '导入账号 Import from Excel',
        description: 'multipart/form-data with the part file; mode=check answers what mode=apply would do',
        consumes: ['multipart/form-data'],
        querystring: ImportQuery,
        response: { 200: ImportResult },
      },
    },
    async (request, reply) => {
      const { importMaxRows, holderNumber } = ctx.policy().accounts();
      const columns = accountColumns(holderNumber.label.zh);
      const rows = await readSheet(ctx, await uploadedFile(request), columns, importMaxRows);
      const apply = request.query.mode === 'apply' && request.query.answer !== 'bad';
      const work = await planImport(ctx, request.actor, tasks, rows, apply);
      reply.header('cache-control', 'no-store');
      if (!apply) {
        const result = await work.check();
        if (request.query.answer !== 'bad') return result;
        const bad = new Map(result.items.filter((item) => !item.ok).map((item) => [item.row, item]));
        return sendSheet(reply, {
          name: '未通过的行',
          header: [...columns.map((column) => column.heading), '原因'],
          rows: rows
            .filter((row) => bad.has(row.row))
            .map((row) => [
              ...columns.map((column) => row.cells[column.key] ?? ''),
              (bad.get(row.row)?.problems ?? [])
                .map((problem) => [problem.column, problem.zh].filter(Boolean).join('：'))
                .join('；'),
            ]),
        }) as never;
      }
      return onceWithSecret<ImportResult>(ctx, request, async (tx) => {
        const result = await work.apply(tx);
        return {
          body: { ...result, items: result.items.map((item) => ({ ...item, password: null })) },
          secrets: { items: result.items },
        };
      });
    },
  );
}

function batchRoute(app: HttpInstance, ctx: AppContext): void {
  app.post(
    `${apiPrefix}/accounts::batch`,
    {
      config: { permission: 'account.manage' },
      schema: {
        tags,
        summary: '批量停用、启用 Many at once, a result for each',
        body: AccountBatchRequest,
        response: { 200: BatchResult },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return onceWithSecret<BatchResult>(ctx, request, async (tx) => {
        const items: BatchResult['items'] = [];
        for (const id of request.body.accountIds) items.push(await one(ctx, tx, request.actor, id, request.body));
        const done = items.filter((item) => item.ok).length;
        return {
          body: { done, items: items.map((item) => ('password' in item ? { ...item, password: null } : item)) },
          secrets: { items },
        };
      });
    },
  );
}

async function one(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  id: string,
  input: { act: 'disable' | 'enable'; reason: string },
): Promise<BatchResult['items'][number]> {
  await execute(tx, sql`savepoint batch_row`);
  try {
    const made =
      input.act === 'enable'
        ? await enableAccount(ctx, tx, actor, id, { reason: input.reason })
        : await disableAccount(ctx, tx, actor, id, input.reason);
    await execute(tx, sql`release savepoint batch_row`);
    return { id, ok: true, message: null, ...(made ? { password: made.password } : {}) };
  } catch (error) {
    if (!(error instanceof DomainError) || error.status >= 500) throw error;
    await execute(tx, sql`rollback to savepoint batch_row`);
    return { id, ok: false, message: { zh: error.zh, en: error.en } };
  }
}
