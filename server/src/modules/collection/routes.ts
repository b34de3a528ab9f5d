/** `/api/v1` of collection: submissions with their findings and rows, single records, drafts, attachments, templates. */

import { Readable } from 'node:stream';
import {
  DeskSummary,
  DoubtfulRowView,
  DraftView,
  FindingView,
  listOf,
  RecordDetail,
  RecordFormRequest,
  RecordFormResult,
  RecordRow,
  ResolveRowsRequest,
  ResolveRowsResult,
  StandardView,
  SubmissionView,
  WithdrawRequest,
  Words,
} from '@chengxin/contract';
import multipart from '@fastify/multipart';
import { Type } from 'typebox';
import type { Actor, AppContext } from '../../context.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { DomainError } from '../../platform/errors.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { xlsxPieces } from '../../platform/tabular/index.ts';
import { authorize, findBody, type Permission } from '../identity/index.ts';
import { withoutNumbers } from '../persons/index.ts';
import { loadRecord, withdrawRecord } from '../records/index.ts';
import { addAttachment, MAX_ATTACHMENT_BYTES, readAttachment } from './attachments.ts';
import { approveDraft, createDraft, listDrafts, returnDraft } from './drafts.ts';
import { checkRecord, enterRecord } from './enter-record.ts';
import { exportFindings, exportRecords, exportSubmissions, type Sheet } from './exports.ts';
import { pushRows } from './push-rows.ts';
import { bodyHasSecondReader } from './queries.ts';
import {
  doubtfulRows,
  findingsPage,
  readDeskSummary,
  readRecord,
  readSubmission,
  recordsPage,
  rulesOf,
  standardViews,
  subjectLookup,
  submissionsPage,
} from './read.ts';
import { MAX_UPLOAD_BYTES, type Received, receiveFile, tooLarge } from './receive-file.ts';
import { type Download, MEDIA_TYPES, refusedRowsFile } from './refused-file.ts';
import { resolveRows } from './resolve-rows.ts';
import { templateFile } from './template-file.ts';

/** Boundaries and fields around a file. */
const MAX_FORM_BYTES = 1024 ** 2;
const IdParams = Type.Object({ id: Type.String({ format: 'uuid' }) });
const Page = {
  cursor: Type.Optional(Type.String({ maxLength: 500 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
};
const Format = Type.Object({ format: Type.Optional(Type.Union([Type.Literal('xlsx'), Type.Literal('csv')])) });
const SubmissionQuery = Type.Object({
  ...Page,
  standard: Type.Optional(Type.String({ maxLength: 40 })),
  state: Type.Optional(Type.String({ maxLength: 20 })),
  q: Type.Optional(Type.String({ maxLength: 100 })),
});
const RecordQuery = Type.Object({
  ...Page,
  standard: Type.Optional(Type.String({ maxLength: 40 })),
  q: Type.Optional(Type.String({ maxLength: 100 })),
});
const FindingQuery = Type.Object({
  ...Page,
  severity: Type.Optional(Type.String({ maxLength: 10 })),
  rule: Type.Optional(Type.String({ maxLength: 60 })),
});
const Accepted = Type.Object({ id: Type.String(), state: Type.String(), repeated: Type.Boolean() });

const disposition = (fileName: string): string => `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`;

interface Reply {
  header(name: string, value: string): Reply;
  type(value: string): Reply;
  send(payload: unknown): Reply;
}

const sendDownload = (reply: Reply, file: Pick<Download, 'fileName' | 'mediaType'> & { stream: Readable }): Reply =>
  reply
    .header('content-disposition', disposition(file.fileName))
    .header('cache-control', 'private, no-store')
    .header('content-security-policy', 'sandbox')
    .type(file.mediaType)
    .send(file.stream);

const sendSheet = (reply: Reply, sheet: Sheet): Reply =>
  sendDownload(reply, {
    fileName: `${sheet.name}.xlsx`,
    mediaType: MEDIA_TYPES.xlsx,
    stream: Readable.from(xlsxPieces({ sheets: [{ name: sheet.name, header: sheet.header, rows: sheet.rows }] })),
  });

/** The body an act is for: the one named by its code, else the caller's own. */
async function bodyFor(
  ctx: AppContext,
  actor: Actor,
  permission: Permission,
  org: string | undefined,
): Promise<string> {
  const named = org ? await findBody(ctx.db.app, { code: org }) : null;
  if (org && !named)
    throw new DomainError('unprocessable', {
      zh: `没有代码为 ${org.slice(0, 30)} 的报送单位。`,
      en: `No reporting body has the code ${org.slice(0, 30)}.`,
    });
  const bodyId = named?.bodyId ?? actor.bodyId;
  if (!bodyId)
    throw new DomainError('unprocessable', { zh: '请指明报送单位（org）。', en: 'Name the reporting body (org).' });
  authorize(actor, permission, { bodyId });
  return bodyId;
}

/** Registered by the server's list of modules. */
export function collectionRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    await app.register(multipart, { limits: { files: 1, fields: 10, fieldSize: 1000, fileSize: MAX_UPLOAD_BYTES } });
    standardRoutes(app, ctx);
    uploadRoutes(app, ctx);
    submissionRoutes(app, ctx);
    rowRoutes(app, ctx);
    recordRoutes(app, ctx);
    draftRoutes(app, ctx);
    attachmentRoutes(app, ctx);
  };
}

function standardRoutes(app: HttpInstance, ctx: AppContext): void {
  const tags = ['standards'];
  app.get(
    `${apiPrefix}/standards`,
    {
      config: { permission: 'policy.read' },
      schema: {
        tags,
        summary: '数据标准 Data standards',
        response: { 200: Type.Object({ items: Type.Array(StandardView) }) },
      },
    },
    async () => ({ items: standardViews(ctx.policy()) }),
  );
  app.get(
    `${apiPrefix}/standards/:key/template`,
    {
      config: { permission: 'policy.read' },
      schema: {
        tags,
        summary: '下载模板 Template',
        params: Type.Object({ key: Type.String({ maxLength: 40 }) }),
        querystring: Type.Object({ ...Format.properties, edition: Type.Optional(Type.String({ maxLength: 40 })) }),
      },
    },
    async (request, reply) =>
      sendDownload(
        reply,
        templateFile(ctx.policy(), request.params.key, request.query.edition, request.query.format ?? 'xlsx'),
      ),
  );
  app.get(
    `${apiPrefix}/desk/summary`,
    { config: { permission: 'submission.read' }, schema: { tags: ['desk'], response: { 200: DeskSummary } } },
    async (request) => readDeskSummary(ctx, request.actor),
  );
}

function uploadRoutes(app: HttpInstance, ctx: AppContext): void {
  const tags = ['submissions'];
  app.post(
    `${apiPrefix}/submissions`,
    {
      config: { permission: 'submission.create' },
      schema: {
        tags,
        summary: '报送文件 Send a file',
        description: 'multipart/form-data: fields standard (or auto), org, batchNo before the part file',
        consumes: ['multipart/form-data'],
        response: { 202: Accepted },
      },
    },
    async (request, reply) => {
      // Said before it is sent; a length that is not told is measured while it is stored.
      if (Number(request.headers['content-length'] ?? 0) > MAX_UPLOAD_BYTES + MAX_FORM_BYTES) throw tooLarge();
      const part = await request.file();
      if (!part)
        throw new DomainError('invalid-request', {
          zh: '没有收到文件（字段名 file）。',
          en: 'No file was received (field file).',
        });
      const field = (name: string): string | undefined => {
        const value = part.fields[name];
        return value &&
          !Array.isArray(value) &&
          'value' in value &&
          typeof value.value === 'string' &&
          value.value !== ''
          ? value.value
          : undefined;
      };
      const standard = field('standard') ?? 'auto';
      if (
        standard !== 'auto' &&
        !ctx
          .policy()
          .standards()
          .some((entry) => entry.standard === standard)
      ) {
        throw new DomainError('unprocessable', {
          zh: '没有这类数据标准，请从列表中选择或用 auto 自动识别。',
          en: 'There is no such standard. Choose one from the list, or auto.',
        });
      }
      const bodyId = await bodyFor(ctx, request.actor, 'submission.create', field('org'));
      const received = await receiveFile(ctx, request.actor, {
        source: part.file,
        fileName: part.filename,
        standard,
        bodyId,
        channel: request.headers.origin ? 'desk' : 'api',
        batchNo: field('batchNo')?.slice(0, 100) ?? null,
        enqueue: true,
      });
      return acceptedView(reply, received);
    },
  );
  app.post(
    `${apiPrefix}/records::push`,
    {
      config: { permission: 'submission.create' },
      bodyLimit: 16 * 1024 * 1024,
      schema: {
        tags,
        summary: '批量推送 Push rows',
        body: Type.Object({
          standard: Type.String({ maxLength: 40 }),
          org: Type.Optional(Type.String({ maxLength: 30 })),
          batchNo: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
          rows: Type.Array(
            Type.Record(Type.String({ maxLength: 60 }), Type.Union([Type.String({ maxLength: 10_000 }), Type.Null()])),
            { minItems: 1, maxItems: 5000 },
          ),
        }),
        response: { 202: Accepted },
      },
    },
    async (request, reply) => {
      const bodyId = await bodyFor(ctx, request.actor, 'submission.create', request.body.org);
      return acceptedView(reply, await pushRows(ctx, request.actor, bodyId, request.body));
    },
  );
}

function acceptedView(
  reply: { code(status: number): unknown; header(name: string, value: string): unknown },
  received: Received,
): { id: string; state: string; repeated: boolean } {
  reply.code(202);
  reply.header('location', `${apiPrefix}/submissions/${received.submissionId}`);
  return { id: received.submissionId, state: 'received', repeated: received.repeated };
}

function submissionRoutes(app: HttpInstance, ctx: AppContext): void {
  const tags = ['submissions'];
  const config = { permission: 'submission.read' };
  app.get(
    `${apiPrefix}/submissions`,
    {
      config,
      schema: {
        tags,
        summary: '报送批次 Submissions',
        querystring: SubmissionQuery,
        response: { 200: listOf(SubmissionView) },
      },
    },
    async (request) => submissionsPage(ctx, request.actor, request.query),
  );
  app.get(
    `${apiPrefix}/submissions.xlsx`,
    { config, schema: { tags, querystring: SubmissionQuery } },
    async (request, reply) => sendSheet(reply, exportSubmissions(ctx, request.actor, request.query)),
  );
  app.get(
    `${apiPrefix}/submissions/:id`,
    { config, schema: { tags, params: IdParams, response: { 200: SubmissionView } } },
    async (request) => readSubmission(ctx, request.actor, request.params.id),
  );
  app.get(
    `${apiPrefix}/submissions/:id/findings`,
    { config, schema: { tags, params: IdParams, querystring: FindingQuery, response: { 200: listOf(FindingView) } } },
    async (request) => findingsPage(ctx, request.actor, request.params.id, request.query),
  );
  app.get(
    `${apiPrefix}/submissions/:id/findings.xlsx`,
    { config, schema: { tags, params: IdParams, querystring: FindingQuery } },
    async (request, reply) =>
      sendSheet(reply, await exportFindings(ctx, request.actor, request.params.id, request.query)),
  );
  app.get(
    `${apiPrefix}/submissions/:id/rules`,
    {
      config,
      schema: {
        tags,
        params: IdParams,
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({ rule: Type.String(), severity: Type.String(), count: Type.Integer(), message: Words }),
            ),
          }),
        },
      },
    },
    async (request) => ({ items: await rulesOf(ctx, request.actor, request.params.id) }),
  );
  app.get(
    `${apiPrefix}/submissions/:id/refused`,
    { config, schema: { tags, summary: '下载退回行 Refused rows', params: IdParams, querystring: Format } },
    async (request, reply) =>
      sendDownload(reply, await refusedRowsFile(ctx, request.actor, request.params.id, request.query.format ?? 'xlsx')),
  );
}

function rowRoutes(app: HttpInstance, ctx: AppContext): void {
  const tags = ['submissions'];
  app.get(
    `${apiPrefix}/submissions/:id/rows`,
    {
      config: { permission: 'submission.read' },
      schema: {
        tags,
        params: IdParams,
        querystring: Type.Object({ ...Page, outcome: Type.Optional(Type.Literal('doubtful')) }),
        response: { 200: listOf(DoubtfulRowView) },
      },
    },
    async (request) => doubtfulRows(ctx, request.actor, request.params.id, request.query),
  );
  app.post(
    `${apiPrefix}/submissions/:id/rows::resolve`,
    {
      config: { permission: 'submission.resolve' },
      schema: { tags, params: IdParams, body: ResolveRowsRequest, response: { 200: ResolveRowsResult } },
    },
    async (request) => ({ results: await resolveRows(ctx, request.actor, request.params.id, request.body) }),
  );
}

function recordRoutes(app: HttpInstance, ctx: AppContext): void {
  const tags = ['records'];
  app.get(
    `${apiPrefix}/subjects/lookup`,
    {
      config: { permission: 'record.enter' },
      schema: {
        tags,
        querystring: Type.Object({ code: Type.String({ minLength: 9, maxLength: 40 }) }),
        response: {
          200: Type.Object({
            found: Type.Boolean(),
            subjectId: Type.Union([Type.String(), Type.Null()]),
            name: Type.Union([Type.String(), Type.Null()]),
            code: Type.Union([Type.String(), Type.Null()]),
            kind: Type.Union([Type.String(), Type.Null()]),
            legalRepresentative: Type.Union([Type.String(), Type.Null()]),
          }),
        },
      },
    },
    async (request) => subjectLookup(ctx, request.query.code),
  );
  app.get(
    `${apiPrefix}/records`,
    {
      config: { permission: 'record.enter' },
      schema: { tags, querystring: RecordQuery, response: { 200: listOf(RecordRow) } },
    },
    async (request) => recordsPage(ctx, request.actor, request.query),
  );
  app.get(
    `${apiPrefix}/records.xlsx`,
    { config: { permission: 'record.enter' }, schema: { tags, querystring: RecordQuery } },
    async (request, reply) => sendSheet(reply, exportRecords(ctx, request.actor, request.query)),
  );
  app.get(
    `${apiPrefix}/records/:id`,
    { config: { permission: 'record.enter' }, schema: { tags, params: IdParams, response: { 200: RecordDetail } } },
    async (request) => readRecord(ctx, request.actor, request.params.id),
  );
  app.post(
    `${apiPrefix}/records`,
    {
      config: { permission: 'record.enter' },
      schema: {
        tags,
        summary: '单条录入 Enter one record',
        body: RecordFormRequest,
        response: { 200: RecordFormResult },
      },
    },
    async (request) => {
      const bodyId = await bodyFor(ctx, request.actor, 'record.enter', undefined);
      const input = { ...request.body, bodyId };
      if (request.body.dryRun) return checkRecord(ctx, input);
      if (!(await bodyHasSecondReader(ctx.db.app, bodyId))) return enterRecord(ctx, request.actor, input);
      const checked = await checkRecord(ctx, input);
      if (checked.findings.some((finding) => finding.severity === 'refuse'))
        return { ...checked, outcome: 'refused' as const };
      return {
        ...checked,
        outcome: 'waiting' as const,
        draftId: await createDraft(ctx, request.actor, { kind: 'create', ...input }),
      };
    },
  );
  app.post(
    `${apiPrefix}/records/:id/correct`,
    {
      config: { permission: 'record.correct' },
      schema: { tags, params: IdParams, body: RecordFormRequest, response: { 200: RecordFormResult } },
    },
    async (request) => {
      const record = await loadRecord(ctx.db.app, request.params.id);
      if (!record) throw new DomainError('not-found');
      authorize(request.actor, 'record.correct', { bodyId: record.source_body_id });
      if (record.superseded_at !== null) throw new DomainError('conflict');
      const input = {
        ...request.body,
        standard: record.standard,
        bodyId: record.source_body_id,
        corrects: record.record_id,
      };
      if (request.body.dryRun) return checkRecord(ctx, input);
      if (!(await bodyHasSecondReader(ctx.db.app, record.source_body_id)))
        return enterRecord(ctx, request.actor, input);
      return {
        outcome: 'waiting' as const,
        findings: [],
        candidates: [],
        recordId: null,
        submissionId: null,
        draftId: await createDraft(ctx, request.actor, { ...input, kind: 'correct', recordId: record.record_id }),
      };
    },
  );
  app.post(
    `${apiPrefix}/records/:id/withdraw`,
    {
      config: { permission: 'record.withdraw' },
      schema: {
        tags,
        params: IdParams,
        body: WithdrawRequest,
        response: { 200: Type.Object({ outcome: Type.Union([Type.Literal('withdrawn'), Type.Literal('waiting')]) }) },
      },
    },
    async (request) => {
      const record = await loadRecord(ctx.db.app, request.params.id);
      if (!record) throw new DomainError('not-found');
      authorize(request.actor, 'record.withdraw', { bodyId: record.source_body_id });
      if (await bodyHasSecondReader(ctx.db.app, record.source_body_id)) {
        await createDraft(ctx, request.actor, {
          kind: 'withdraw',
          standard: record.standard,
          values: record.payload,
          bodyId: record.source_body_id,
          recordId: record.record_id,
          subjectId: record.subject_id,
          reason: request.body.reason,
        });
        return { outcome: 'waiting' as const };
      }
      await withdrawRecord(ctx, request.actor, record.record_id, withoutNumbers(request.body.reason));
      return { outcome: 'withdrawn' as const };
    },
  );
}

function draftRoutes(app: HttpInstance, ctx: AppContext): void {
  const tags = ['drafts'];
  app.get(
    `${apiPrefix}/drafts`,
    {
      config: { permission: 'record.enter' },
      schema: {
        tags,
        querystring: Type.Object({
          ...Page,
          state: Type.Optional(
            Type.Union([Type.Literal('waiting'), Type.Literal('approved'), Type.Literal('returned')]),
          ),
        }),
        response: { 200: listOf(DraftView) },
      },
    },
    async (request) => {
      const limit = request.query.limit ?? 50;
      const position = request.query.cursor ? openPosition(ctx.keys, 'drafts', request.query.cursor) : null;
      const items = await listDrafts(
        ctx,
        request.actor,
        request.query.state,
        position ? { at: String(position[0]), id: String(position[1]) } : null,
        limit,
      );
      const last = items.length === limit ? items.at(-1) : undefined;
      return {
        items,
        nextCursor: last ? sealPosition(ctx.keys, 'drafts', [last.createdAt, last.id]) : null,
        dataAsOf: ctx.clock.now(),
      };
    },
  );
  app.post(
    `${apiPrefix}/drafts/:id/approve`,
    {
      config: { permission: 'record.decide' },
      schema: { tags, params: IdParams, response: { 200: RecordFormResult } },
    },
    async (request) => approveDraft(ctx, request.actor, request.params.id),
  );
  app.post(
    `${apiPrefix}/drafts/:id/return`,
    {
      config: { permission: 'record.decide' },
      schema: {
        tags,
        params: IdParams,
        body: Type.Object({ note: Type.String({ minLength: 2, maxLength: 500 }) }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await returnDraft(ctx, request.actor, request.params.id, request.body.note);
      return reply.code(204).send(null);
    },
  );
}

function attachmentRoutes(app: HttpInstance, ctx: AppContext): void {
  const tags = ['attachments'];
  app.post(
    `${apiPrefix}/attachments`,
    {
      config: { permission: 'attachment.add' },
      schema: {
        tags,
        consumes: ['multipart/form-data'],
        response: {
          201: Type.Object({
            id: Type.String(),
            fileName: Type.String(),
            mediaType: Type.String(),
            bytes: Type.Integer(),
          }),
        },
      },
    },
    async (request, reply) => {
      const part = await request.file({ limits: { fileSize: MAX_ATTACHMENT_BYTES + 1 } });
      if (!part)
        throw new DomainError('invalid-request', {
          zh: '没有收到文件（字段名 file）。',
          en: 'No file was received (field file).',
        });
      const bodyId = await bodyFor(ctx, request.actor, 'attachment.add', undefined);
      const given = part.fields.recordId;
      const recordId =
        given && !Array.isArray(given) && 'value' in given && typeof given.value === 'string' ? given.value : undefined;
      const added = await addAttachment(ctx, request.actor, {
        source: part.file,
        fileName: part.filename,
        bodyId,
        recordId,
      });
      return reply.code(201).send(added);
    },
  );
  app.get(
    `${apiPrefix}/attachments/:id`,
    { config: { permission: 'record.enter' }, schema: { tags, params: IdParams } },
    async (request, reply) => sendDownload(reply, await readAttachment(ctx, request.actor, request.params.id)),
  );
}
