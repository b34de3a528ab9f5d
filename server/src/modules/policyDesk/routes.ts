/** `/api/v1/policy-changes` and the templates of policy as Excel. */
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  IdSchema,
  NewPolicyChange,
  PageQuery,
  PolicyAnswerRequest,
  PolicyChangeCommandRequest,
  PolicyChangeList,
  PolicyChangeView,
  PolicyFileParams,
  PolicySimulationQuery,
  PolicyTemplateList,
  PolicyTemplateParams,
} from '@chengxin/contract';
import multipart from '@fastify/multipart';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { FileTooLarge } from '../../platform/files.ts';
import { apiPrefix, type HttpInstance, idempotent } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';
import { xlsxPieces } from '../../platform/tabular/index.ts';
import { inForce } from './change-common.ts';
import { headFile, uploadSheet } from './change-files.ts';
import { actOnChange, answerChange, draftChange, simulateChange } from './changes.ts';
import { listChanges, readChange, simulatedRows } from './read-changes.ts';
import { templateOf } from './read-workbook.ts';
import { ruleRoutes } from './rule-routes.ts';
import { isSheetKind, type SheetFile, type SheetKind } from './sheets.ts';
import { cancelRun, startRun } from './simulation-run.ts';
import { versionRoutes } from './version-routes.ts';

const tags = ['policy'];
const base = `${apiPrefix}/policy-changes`;
const IdParams = Type.Object({ id: IdSchema });
const maxSheetBytes = 10 * 1024 ** 2;

function templateRoutes(app: HttpInstance, ctx: AppContext): void {
  const config = { permission: 'policyChange.draft' };
  app.get(
    `${apiPrefix}/policy-templates`,
    {
      config,
      schema: { tags, summary: '可用 Excel 修改的政策 Policy that has a sheet', response: { 200: PolicyTemplateList } },
    },
    async () => ({
      items: inForce(ctx)
        .filter((file): file is SheetFile => isSheetKind(file.kind))
        .map((file) => ({ kind: file.kind, key: file.key, name: file.name, validFrom: file.validFrom ?? null })),
    }),
  );
  app.get(
    `${apiPrefix}/policy-templates/:kind/:key`,
    {
      config,
      schema: {
        tags,
        summary: '下载模板（已填现行内容） Template filled with what is in force',
        params: PolicyTemplateParams,
      },
    },
    async (request, reply) => {
      const file = await headFile(ctx, request.params.kind, request.params.key);
      return reply
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(`${file.name.zh}.xlsx`)}`)
        .header('cache-control', 'private, no-store')
        .header('content-security-policy', 'sandbox')
        .type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
        .send(Readable.from(xlsxPieces(templateOf(file, ctx.policy()))));
    },
  );
}

function readRoutes(app: HttpInstance, ctx: AppContext): void {
  const config = { permission: 'policyChange.read' };
  app.get(
    base,
    {
      config,
      schema: { tags, summary: '政策变更 Policy changes', querystring: PageQuery, response: { 200: PolicyChangeList } },
    },
    async (request) => listChanges(ctx, request.actor, request.query),
  );
  app.get(
    `${base}/:id`,
    { config, schema: { tags, summary: '一项变更 One change', params: IdParams, response: { 200: PolicyChangeView } } },
    async (request) => readChange(ctx, request.actor, request.params.id),
  );
}

async function receive(ctx: AppContext, source: Readable, work: (path: string) => Promise<void>): Promise<void> {
  const id = newId();
  try {
    const stored = await ctx.files.put(id, source, maxSheetBytes);
    if ('truncated' in source && source.truncated === true) throw new FileTooLarge(maxSheetBytes);
    const path = await ctx.files.readToTemporary(id, stored.fileKey);
    try {
      await work(path);
    } finally {
      await rm(path, { force: true });
    }
  } catch (error) {
    if (error instanceof FileTooLarge)
      throw new DomainError('too-large', { zh: '文件超过 10 MB。', en: 'The file is larger than 10 MB.' });
    throw error;
  } finally {
    await ctx.files.remove(id);
  }
}

function draftRoutes(app: HttpInstance, ctx: AppContext): void {
  const config = { permission: 'policyChange.draft' };
  app.post(
    base,
    {
      config,
      schema: { tags, summary: '起草变更 Draft a change', body: NewPolicyChange, response: { 201: PolicyChangeView } },
    },
    async (request, reply) => {
      const { body } = await idempotent(ctx, request, async (tx) => ({
        status: 201,
        body: { id: await draftChange(ctx, tx, request.actor, request.body) },
      }));
      reply.code(201);
      return readChange(ctx, request.actor, body.id);
    },
  );
  app.put(
    `${base}/:id/files/:kind/:key`,
    {
      config,
      schema: {
        tags,
        summary: '上传表格 Upload a sheet',
        params: PolicyFileParams,
        consumes: ['multipart/form-data'],
        response: { 200: PolicyChangeView },
      },
    },
    async (request) => {
      const { id, kind, key } = request.params;
      const part = await request.file();
      if (!part)
        throw new DomainError('invalid-request', {
          zh: '没有收到文件（字段名 file）。',
          en: 'No file was received (field file).',
        });
      await receive(ctx, part.file, (path) =>
        uploadSheet(ctx, request.actor, id, { kind: kind as SheetKind, key }, path),
      );
      return readChange(ctx, request.actor, id);
    },
  );
  app.post(
    `${base}/:id/simulation`,
    {
      config,
      schema: {
        tags,
        summary: '在已报送的数据上试运行 Try on stored submissions',
        params: IdParams,
        querystring: PolicySimulationQuery,
        response: { 200: PolicyChangeView },
      },
    },
    async (request) => {
      const { id } = request.params;
      const rows = request.query.rows ?? simulatedRows;
      if (rows > simulatedRows) await startRun(ctx, request.actor, id, rows);
      else await simulateChange(ctx, request.actor, id, rows);
      return readChange(ctx, request.actor, id);
    },
  );
  app.delete(
    `${base}/:id/simulation`,
    {
      config,
      schema: {
        tags,
        summary: '停止试运行 Stop a trial that runs',
        params: IdParams,
        response: { 200: PolicyChangeView },
      },
    },
    async (request) => {
      await cancelRun(ctx, request.actor, request.params.id);
      return readChange(ctx, request.actor, request.params.id);
    },
  );
  app.post(
    `${base}/:id/commands`,
    {
      config,
      schema: {
        tags,
        summary: '办理变更 One step of a change',
        params: IdParams,
        body: PolicyChangeCommandRequest,
        response: { 200: PolicyChangeView },
      },
    },
    async (request) => {
      await actOnChange(ctx, request.actor, request.params.id, request.body);
      return readChange(ctx, request.actor, request.params.id);
    },
  );
  app.post(
    `${base}/:id/answer`,
    {
      config: { permission: 'policyChange.answer' },
      schema: {
        tags,
        summary: '答复征求意见 Answer as a unit',
        params: IdParams,
        body: PolicyAnswerRequest,
        response: { 200: PolicyChangeView },
      },
    },
    async (request) => {
      await withTransaction(ctx.db.app, (tx) => answerChange(ctx, tx, request.actor, request.params.id, request.body));
      return readChange(ctx, request.actor, request.params.id);
    },
  );
}

export function policyDeskRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    await app.register(multipart, { limits: { files: 1, fields: 0, fileSize: maxSheetBytes } });
    templateRoutes(app, ctx);
    readRoutes(app, ctx);
    draftRoutes(app, ctx);
    ruleRoutes(app, ctx);
    versionRoutes(app, ctx);
  };
}
