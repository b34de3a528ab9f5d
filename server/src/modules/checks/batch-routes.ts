/** `/api/v1/checks:batch` and `/api/v1/checks/batches`. */
import { Readable } from 'node:stream';
import {
  BatchCheckList,
  BatchCheckParams,
  BatchCheckRequest,
  BatchCheckView,
  BatchFields,
  BatchRowList,
  BatchRowsQuery,
  PageQuery,
  ReplyLetterRequest,
  ReplyLetterView,
} from '@chengxin/contract';
import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { AppContext } from '../../context.ts';
import { DomainError } from '../../platform/errors.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { type SheetSpec, xlsxPieces } from '../../platform/tabular/index.ts';
import { batchTemplate, maxListBytes, startBatchFromFile } from './batch-sheet.ts';
import { batchSheet, listBatches, listBatchRows, readBatch } from './read-batches.ts';
import { issueReply } from './reply-letter.ts';
import { startBatch } from './run-batch.ts';

const tags = ['checks'];
const base = `${apiPrefix}/checks`;
const batchBytes = 8 * 1024 * 1024;

const run = { permission: 'check.run' } as const;
const read = { permission: 'check.read' } as const;
const ListQuery = Type.Object({ ...PageQuery.properties }, { additionalProperties: false });

const sendSheet = (reply: FastifyReply, sheet: SheetSpec, fileName: string): FastifyReply =>
  reply
    .type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
    .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(`${fileName}.xlsx`)}`)
    .header('cache-control', 'private, no-store')
    .header('content-security-policy', 'sandbox')
    .send(Readable.from(xlsxPieces({ sheets: [sheet] })));

const { matter, purpose, document, listName } = BatchFields.properties;
const UploadQuery = Type.Object({ matter, purpose }, { additionalProperties: false });
/** Beside the file and not in the address, which is kept in logs. */
const UploadFields = Type.Object({ document, listName }, { additionalProperties: false });

/** The fields that go before a file, held to the same form as in JSON. */
function fieldsOf(part: MultipartFile): Static<typeof UploadFields> {
  const given = Object.fromEntries(
    Object.keys(UploadFields.properties).flatMap((name) => {
      const field = part.fields[name];
      return field && !Array.isArray(field) && 'value' in field ? [[name, field.value]] : [];
    }),
  );
  if (Value.Check(UploadFields, given)) return given;
  throw new DomainError('invalid-request', {
    zh: '请先填写来文文号和名单名称（各 2 至 100 字），再选择文件。',
    en: 'Give the document and the name of the list (2 to 100 characters each), before the file.',
    details: Object.keys(UploadFields.properties)
      .filter((name) => !Value.Check(UploadFields, { ...blank, [name]: (given as Record<string, unknown>)[name] }))
      .map((name) => ({ field: `body/${name}`, zh: '缺少或者过长', en: 'missing or too long' })),
  });
}
const blank = { document: '——', listName: '——' };

function uploadRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    await app.register(multipart, { limits: { files: 1, fields: 4, fieldSize: 1_000, fileSize: maxListBytes + 1 } });
    app.post(
      `${base}/batches`,
      {
        config: run,
        schema: {
          tags,
          summary: '以文件批量核查 A list as a file',
          description:
            'multipart/form-data: fields document and listName before the part file (CSV or XLSX, 20 MB and 100,000 rows at most)',
          consumes: ['multipart/form-data'],
          querystring: UploadQuery,
          response: { 202: BatchCheckView },
        },
      },
      async (request, reply) => {
        const part = await request.file();
        if (!part)
          throw new DomainError('invalid-request', {
            zh: '没有收到文件（字段名 file）。',
            en: 'No file was received (field file).',
          });
        const fields = { ...(request.query as Static<typeof UploadQuery>), ...fieldsOf(part) };
        const batch = await startBatchFromFile(ctx, request.actor, fields, part.file);
        return reply.code(202).header('location', `${base}/batches/${batch.id}`).send(batch);
      },
    );
  };
}

function readRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    `${base}/batches`,
    {
      config: read,
      schema: {
        tags,
        summary: '批量核查清单 Own batches',
        querystring: ListQuery,
        response: { 200: BatchCheckList },
      },
    },
    async (request) => listBatches(ctx, request.actor, request.query),
  );
  app.get(
    `${base}/batches/template.xlsx`,
    { config: read, schema: { tags, summary: '名单模板 Template of a list' } },
    async (_request, reply) => sendSheet(reply, batchTemplate(), '批量核查名单模板'),
  );
  app.get(
    `${base}/batches/:id`,
    {
      config: read,
      schema: { tags, summary: '批量核查 One batch', params: BatchCheckParams, response: { 200: BatchCheckView } },
    },
    async (request) => readBatch(ctx, request.actor, request.params.id),
  );
  app.get(
    `${base}/batches/:id/rows`,
    {
      config: read,
      schema: {
        tags,
        summary: '逐行结果 What came of each row',
        params: BatchCheckParams,
        querystring: BatchRowsQuery,
        response: { 200: BatchRowList },
      },
    },
    async (request) => listBatchRows(ctx, request.actor, request.params.id, request.query),
  );
  app.get(
    `${base}/batches/:id/result.xlsx`,
    { config: read, schema: { tags, summary: '核查结果表 The result as a sheet', params: BatchCheckParams } },
    async (request, reply) => {
      const sheet = await batchSheet(ctx, request.actor, request.params.id);
      return sendSheet(reply, { ...sheet, name: '核查结果' }, sheet.name);
    },
  );
}

export function batchRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    app.post(
      `${apiPrefix}/checks::batch`,
      {
        config: run,
        bodyLimit: batchBytes,
        schema: {
          tags,
          summary: '批量核查，一批一事一函 A list of organisations',
          body: BatchCheckRequest,
          response: { 202: BatchCheckView },
        },
      },
      async (request, reply) => {
        const batch = await startBatch(ctx, request.actor, request.body);
        return reply.code(202).header('location', `${base}/batches/${batch.id}`).send(batch);
      },
    );
    readRoutes(app, ctx);
    app.post(
      `${base}/batches/:id/letter`,
      {
        config: { permission: 'paper.write' },
        schema: {
          tags,
          summary: '出具复函 The reply letter',
          params: BatchCheckParams,
          body: ReplyLetterRequest,
          response: { 201: ReplyLetterView },
        },
      },
      async (request, reply) =>
        reply.code(201).send(await issueReply(ctx, request.actor, request.params.id, request.body.addressee)),
    );
    await app.register(uploadRoutes(ctx));
  };
}
