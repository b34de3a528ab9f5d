/** `/api/v1/cases/{id}/papers` and `/api/v1/papers`. */

import {
  IssuePaperRequest,
  PaperBatchRequest,
  PaperBatchResult,
  PaperList,
  PaperRegister,
  PaperRegisterQuery,
  PaperView,
  RevisePaperRequest,
  ServePaperRequest,
  VoidPaperRequest,
} from '@chengxin/contract';
import multipart from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { apiPrefix, commandKey, type HttpInstance } from '../../platform/http/index.ts';
import { issuingBody, type PaperPorts, seenCase, writablePaper } from './access.ts';
import { actOnPapers } from './batch.ts';
import { downloadPaper, type PaperForm } from './download.ts';
import { issuePaper } from './issue-paper.ts';
import type { PaperRow } from './queries.ts';
import { listPapers, readRegister, viewPaper } from './read-papers.ts';
import {
  attachSealed,
  maxSealedBytes,
  receiveSealed,
  revisePaper,
  servePaper,
  signOffPaper,
  voidPaper,
} from './work-on-paper.ts';

const tags = ['papers'];
const base = `${apiPrefix}/papers`;
const IdParams = Type.Object({ id: Type.String({ format: 'uuid' }) });

async function sendPaper(
  ctx: AppContext,
  ports: PaperPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  paperId: string,
  form: PaperForm,
): Promise<FastifyReply> {
  const file = await downloadPaper(ctx, ports, request.actor, paperId, form);
  return reply
    .type(file.mediaType)
    .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`)
    .header('cache-control', 'no-store')
    .send(file.stream);
}

function readRoutes(app: HttpInstance, ctx: AppContext, ports: PaperPorts): void {
  app.get(
    `${apiPrefix}/cases/:id/papers`,
    {
      config: { permission: 'paper.read' },
      schema: { tags, summary: '一件事项的文书 Papers of a case', params: IdParams, response: { 200: PaperList } },
    },
    async (request) => listPapers(ctx, ports, request.actor, request.params.id),
  );
  app.get(
    base,
    {
      config: { permission: 'paper.write' },
      schema: {
        tags,
        summary: '文书编号登记簿 Register of numbers',
        querystring: PaperRegisterQuery,
        response: { 200: PaperRegister },
      },
    },
    async (request) => readRegister(ctx, request.actor, request.query),
  );
  for (const [form, summary] of [
    ['docx', '可编辑的 Word Word to be edited'],
    ['pdf', 'PDF'],
    ['sealed', '盖章件 The sealed copy'],
  ] as const)
    app.get(
      `${base}/:id/${form}`,
      { config: { permission: 'paper.read' }, schema: { tags, summary, params: IdParams } },
      async (request, reply) => sendPaper(ctx, ports, request, reply, request.params.id, form),
    );
}

function writeRoutes(app: HttpInstance, ctx: AppContext, ports: PaperPorts): void {
  const act = async (
    request: FastifyRequest,
    id: string,
    work: (tx: Transaction) => Promise<PaperRow>,
  ): Promise<PaperView> => {
    await writablePaper(ctx, ports, request.actor, id);
    const row = await withTransaction(ctx.db.app, work);
    return viewPaper(ctx, request.actor, { row, as: 'body' });
  };
  app.post(
    `${apiPrefix}/cases/:id/papers`,
    {
      config: { permission: 'paper.write' },
      schema: {
        tags,
        summary: '出具文书 Issue a paper',
        params: IdParams,
        body: IssuePaperRequest,
        response: { 201: PaperView },
      },
    },
    async (request, reply) => {
      const seen = await seenCase(ctx, ports, request.actor, request.params.id);
      if (seen.as !== 'body') throw new DomainError('forbidden');
      const { template, fields } = request.body;
      const bodyId = issuingBody(request.actor, request.body.bodyId);
      const row = await withTransaction(ctx.db.app, (tx) =>
        issuePaper(tx, ctx, request.actor, { case: seen, template, fields, bodyId, key: commandKey(request) }),
      );
      return reply.code(201).send(await viewPaper(ctx, request.actor, { row, as: 'body' }));
    },
  );
  app.put(
    `${base}/:id/fields`,
    {
      config: { permission: 'paper.write' },
      schema: {
        tags,
        summary: '修改草稿 Revise',
        params: IdParams,
        body: RevisePaperRequest,
        response: { 200: PaperView },
      },
    },
    async (request) =>
      act(request, request.params.id, (tx) =>
        revisePaper(tx, ctx, request.actor, request.params.id, request.body.fields),
      ),
  );
  app.post(
    `${base}/:id/sign-off`,
    {
      config: { permission: 'paper.write' },
      schema: { tags, summary: '审核、签发 Sign off', params: IdParams, response: { 200: PaperView } },
    },
    async (request) => act(request, request.params.id, (tx) => signOffPaper(tx, ctx, request.actor, request.params.id)),
  );
  app.post(
    `${base}/:id/service`,
    {
      config: { permission: 'paper.write' },
      schema: {
        tags,
        summary: '登记送达 Record service',
        params: IdParams,
        body: ServePaperRequest,
        response: { 200: PaperView },
      },
    },
    async (request) =>
      act(request, request.params.id, (tx) => servePaper(tx, ctx, request.actor, request.params.id, request.body)),
  );
  app.post(
    `${base}/:id/void`,
    {
      config: { permission: 'paper.write' },
      schema: { tags, summary: '作废 Void', params: IdParams, body: VoidPaperRequest, response: { 200: PaperView } },
    },
    async (request) =>
      act(request, request.params.id, (tx) =>
        voidPaper(tx, ctx, request.actor, request.params.id, request.body.reason),
      ),
  );
  app.post(
    `${base}/batch`,
    {
      config: { permission: 'paper.write' },
      schema: { tags, summary: '批量办理 Many at once', body: PaperBatchRequest, response: { 200: PaperBatchResult } },
    },
    async (request) => actOnPapers(ctx, ports, request.actor, request.body, commandKey(request)),
  );
}

/** Uploads have a parser of their own, in a scope of their own. */
function uploadRoute(ctx: AppContext, ports: PaperPorts): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    await app.register(multipart, { limits: { files: 1, fields: 0, fileSize: maxSealedBytes + 1 } });
    app.post(
      `${base}/:id/sealed`,
      {
        config: { permission: 'paper.write' },
        schema: {
          tags,
          summary: '上传盖章件 Attach the sealed copy',
          description: 'multipart/form-data with the part file: PDF, OFD, JPEG or PNG, 20 MB at most',
          consumes: ['multipart/form-data'],
          params: IdParams,
          response: { 200: PaperView },
        },
      },
      async (request) => {
        const { id } = request.params as { id: string };
        await writablePaper(ctx, ports, request.actor, id);
        const part = await request.file();
        if (!part) throw new DomainError('invalid-request', { zh: '请选择盖章件。', en: 'Choose the sealed copy.' });
        const file = await receiveSealed(ctx, id, { source: part.file, fileName: part.filename });
        try {
          const row = await withTransaction(ctx.db.app, (tx) => attachSealed(tx, ctx, request.actor, id, file));
          return viewPaper(ctx, request.actor, { row, as: 'body' });
        } catch (error) {
          // A file that no row holds is nobody's.
          await ctx.files.remove(file.fileId);
          throw error;
        }
      },
    );
  };
}

/** Register with `app.register(paperRoutes(ctx, ports))`. */
export function paperRoutes(ctx: AppContext, ports: PaperPorts): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    readRoutes(app, ctx, ports);
    writeRoutes(app, ctx, ports);
    await app.register(uploadRoute(ctx, ports));
  };
}
