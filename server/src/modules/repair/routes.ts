/** `/api/v1/repairs`. */
import {
  AnswerDutyRequest,
  CaseBatchResult,
  ExtensionRequest,
  OpenDutyList,
  OpenDutyQuery,
  RepairApplication,
  RepairablePage,
  RepairBulkRequest,
  RepairCommandRequest,
  RepairList,
  RepairMaterial,
  RepairQuery,
  RepairRulesView,
  RepairView,
  StartRepairRequest,
  UpstreamRepairRequest,
} from '@chengxin/contract';
import multipart from '@fastify/multipart';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { DomainError } from '../../platform/errors.ts';
import { apiPrefix, commandKey, type HttpInstance } from '../../platform/http/index.ts';
import { partyWords, sendCaseSheet } from '../casework/index.ts';
import { actOnMany, actOnRepair, extendRepair } from './act-on-repair.ts';
import { fillApplication, startRepair } from './apply-for-repair.ts';
import { answerDuty, listDuties } from './duties.ts';
import { addMaterial, MAX_MATERIAL_BYTES, readMaterial, removeMaterial } from './materials.ts';
import { listRepairs, repairable, repairRules, repairSheet, viewRepair } from './read-repairs.ts';
import { receiveUpstream } from './receive-upstream.ts';
import type { RepairPorts } from './removal-hook.ts';
import { type RepairKinds, repairKinds } from './repair-kind.ts';
import { repairWords } from './words.ts';

const tags = ['repairs'];
const base = `${apiPrefix}/repairs`;
const IdParams = Type.Object({ id: Type.String({ format: 'uuid' }) });
const MaterialParams = Type.Object({ id: Type.String({ format: 'uuid' }), material: Type.String({ format: 'uuid' }) });
const RepairableQuery = Type.Object(
  {
    code: Type.Optional(Type.String({ minLength: 1, maxLength: 40, description: 'a representative may leave it out' })),
    lane: Type.Optional(Type.Union([Type.Literal('creditPlatform'), Type.Literal('marketRegister')])),
  },
  { additionalProperties: false },
);

function dutyRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    `${base}/duties`,
    {
      config: { permission: 'repair.decide' },
      schema: {
        tags,
        summary: '公示期满未履行 Display ended, duties open',
        querystring: OpenDutyQuery,
        response: { 200: OpenDutyList },
      },
    },
    async (request) => listDuties(ctx, request.actor, request.query),
  );
  app.post(
    `${base}/duties/:id/answer`,
    {
      config: { permission: 'repair.decide' },
      schema: {
        tags,
        summary: '说明义务履行情况 Say how the duties stand',
        params: IdParams,
        body: AnswerDutyRequest,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await answerDuty(ctx, request.actor, request.params.id, request.body);
      return reply.code(204).send(null);
    },
  );
}

function readingRoutes(app: HttpInstance, ctx: AppContext, ports: RepairPorts): void {
  app.get(
    `${base}/rules`,
    {
      config: { permission: 'public' },
      schema: {
        tags,
        summary: '修复的条件、时限和理由 Conditions, days and reasons',
        response: { 200: RepairRulesView },
      },
    },
    async () => repairRules(ctx),
  );
  app.get(
    `${base}/repairable`,
    {
      config: { permission: 'repair.apply' },
      schema: {
        tags,
        summary: '可以修复的信息 What can be repaired',
        querystring: RepairableQuery,
        response: { 200: RepairablePage },
      },
    },
    async (request) => repairable(ctx, request.actor, ports, request.query),
  );
  app.get(
    base,
    {
      config: { permission: 'repair.read' },
      schema: { tags, summary: '修复申请列表 List', querystring: RepairQuery, response: { 200: RepairList } },
    },
    async (request) => listRepairs(ctx, request.actor, request.query),
  );
  app.get(
    `${base}.xlsx`,
    {
      config: { permission: 'repair.read' },
      schema: { tags, summary: '导出 The list as a sheet, as filtered', querystring: RepairQuery },
    },
    async (request, reply) => sendCaseSheet(reply, await repairSheet(ctx, request.actor, request.query)),
  );
  app.get(
    `${base}/:id`,
    {
      config: { permission: 'repair.read' },
      schema: { tags, summary: '一件修复申请 One application', params: IdParams, response: { 200: RepairView } },
    },
    async (request) => viewRepair(ctx, request.actor, ports, request.params.id),
  );
}

function applyingRoutes(app: HttpInstance, ctx: AppContext, kinds: RepairKinds, ports: RepairPorts): void {
  app.post(
    base,
    {
      config: { permission: 'repair.apply' },
      schema: { tags, summary: '开始申请 Begin', body: StartRepairRequest, response: { 201: RepairView } },
    },
    async (request, reply) => {
      const made = await startRepair(ctx, request.actor, kinds, ports, request.body);
      const id = typeof made === 'string' ? made : made.case_id;
      return reply.code(201).send(await viewRepair(ctx, request.actor, ports, id));
    },
  );
  app.post(
    `${base}/:id/application`,
    {
      config: { permission: 'repair.apply' },
      schema: {
        tags,
        summary: '填写和承诺 Fill in and sign',
        params: IdParams,
        body: RepairApplication,
        response: { 200: RepairView },
      },
    },
    async (request) => {
      await fillApplication(ctx, request.actor, request.params.id, request.body);
      return viewRepair(ctx, request.actor, ports, request.params.id);
    },
  );
  app.post(
    `${base}/upstream`,
    {
      config: { permission: 'repair.relay' },
      schema: {
        tags,
        summary: '接收信用中国推送的申请 A case from the single window',
        body: UpstreamRepairRequest,
        response: { 200: RepairView },
      },
    },
    async (request) => {
      const { caseId } = await receiveUpstream(ctx, request.actor, kinds, ports, request.body);
      return viewRepair(ctx, request.actor, ports, caseId);
    },
  );
}

function actingRoutes(app: HttpInstance, ctx: AppContext, kinds: RepairKinds, ports: RepairPorts): void {
  app.post(
    `${base}/:id/commands`,
    {
      config: { permission: 'repair.read' },
      schema: {
        tags,
        summary: '办理 Act',
        params: IdParams,
        body: RepairCommandRequest,
        response: { 200: RepairView },
      },
    },
    async (request) => {
      await actOnRepair(ctx, request.actor, kinds, request.params.id, request.body, commandKey(request));
      return viewRepair(ctx, request.actor, ports, request.params.id);
    },
  );
  app.post(
    `${base}::batch`,
    {
      config: { permission: 'repair.decide' },
      schema: { tags, summary: '批量办理 Act on many', body: RepairBulkRequest, response: { 200: CaseBatchResult } },
    },
    async (request) => actOnMany(ctx, request.actor, kinds, request.body, commandKey(request)),
  );
  app.post(
    `${base}/:id/extension`,
    {
      config: { permission: 'repair.decide' },
      schema: {
        tags,
        summary: '延期 Extension',
        params: IdParams,
        body: ExtensionRequest,
        response: { 200: RepairView },
      },
    },
    async (request) => {
      await extendRepair(ctx, request.actor, kinds, request.params.id, request.body);
      return viewRepair(ctx, request.actor, ports, request.params.id);
    },
  );
}

const noFile = (): DomainError =>
  new DomainError('invalid-request', {
    zh: '没有收到文件（先发送字段 duty，再发送字段 file）。',
    en: 'No file was received (send the field duty, then the field file).',
  });

async function materialRoutes(app: HttpInstance, ctx: AppContext): Promise<void> {
  await app.register(async (scope) => {
    await scope.register(multipart, { limits: { files: 1, fields: 5, fieldSize: 1000 } });
    scope.post(
      `${base}/:id/materials`,
      {
        config: { permission: 'repair.read' },
        schema: { tags, consumes: ['multipart/form-data'], params: IdParams, response: { 201: RepairMaterial } },
      },
      async (request, reply) => {
        const part = await request.file({ limits: { fileSize: MAX_MATERIAL_BYTES + 1 } });
        if (!part) throw noFile();
        const field = part.fields.duty;
        const duty = field && 'value' in field ? String(field.value) : 'other';
        const { id } = request.params as { id: string };
        const made = await addMaterial(ctx, request.actor, id, { source: part.file, fileName: part.filename, duty });
        return reply.code(201).send({
          id: made.material_id,
          duty: made.duty,
          fileName: made.file_name,
          mediaType: made.media_type,
          bytes: Number(made.bytes),
          party: partyWords(repairWords, 'subject'),
          addedAt: made.added_at,
        });
      },
    );
  });
  app.get(
    `${base}/:id/materials/:material`,
    { config: { permission: 'repair.read' }, schema: { tags, summary: '下载材料 A file', params: MaterialParams } },
    async (request, reply) => {
      const found = await readMaterial(ctx, request.actor, request.params.id, request.params.material);
      const name = encodeURIComponent(found.fileName);
      return reply
        .type(found.mediaType)
        .header('content-disposition', `attachment; filename*=UTF-8''${name}`)
        .header('content-security-policy', 'sandbox')
        .send(found.stream);
    },
  );
  app.delete(
    `${base}/:id/materials/:material`,
    {
      config: { permission: 'repair.apply' },
      schema: { tags, summary: '删除材料 Remove a file', params: MaterialParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await removeMaterial(ctx, request.actor, request.params.id, request.params.material);
      return reply.code(204).send(null);
    },
  );
}

/** Register with `app.register(repairRoutes(ctx, ports))`. */
export function repairRoutes(ctx: AppContext, ports: RepairPorts = {}): (app: HttpInstance) => Promise<void> {
  const kinds = repairKinds(ports);
  return async (app) => {
    dutyRoutes(app, ctx);
    readingRoutes(app, ctx, ports);
    applyingRoutes(app, ctx, kinds, ports);
    actingRoutes(app, ctx, kinds, ports);
    await materialRoutes(app, ctx);
  };
}
