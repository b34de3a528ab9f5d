/** `/api/v1/exports`: asking, deciding, and the one download. */
import { Readable } from 'node:stream';
import {
  AccessIdParams,
  ExportAnswer,
  ExportDecisionBody,
  ExportList,
  ExportQuery,
  ExportRequestBody,
} from '@chengxin/contract';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { csvPieces, xlsxPieces } from '../../platform/tabular/index.ts';
import {
  decideExport,
  type ExportPorts,
  exportsPage,
  requestExport,
  type TakenExport,
  takeExport,
  withdrawExport,
} from './exports.ts';

const tags = ['exports'];
const base = `${apiPrefix}/exports`;

/** The mark stands above the rows and beside each of them; text that a spreadsheet would evaluate is disarmed by the writers. */
const csvOf = ({ header, rows, watermark }: TakenExport): Readable =>
  Readable.from(csvPieces(header, [[watermark, ...header.slice(1).map(() => '')], ...rows]));
const xlsxOf = ({ header, rows, watermark }: TakenExport): Readable =>
  Readable.from(xlsxPieces({ sheets: [{ name: '导出', header, rows, note: watermark }] }));

export function exportRoutes(app: HttpInstance, ctx: AppContext, ports: ExportPorts): void {
  app.get(
    base,
    {
      config: { permission: 'export.read' },
      schema: { tags, summary: '导出申请 Export requests', querystring: ExportQuery, response: { 200: ExportList } },
    },
    async (request) => exportsPage(ctx, request.actor, request.query),
  );
  app.post(
    base,
    {
      config: { permission: 'export.request' },
      schema: {
        tags,
        summary: '申请导出非公开信息 Ask for an export of non-public information',
        body: ExportRequestBody,
        response: { 201: ExportAnswer },
      },
    },
    async (request, reply) => reply.code(201).send(await requestExport(ctx, request.actor, ports, request.body)),
  );
  for (const [act, summary] of [
    ['approve', '同意（不能审批自己的申请） Approve, never the own'],
    ['refuse', '不同意 Refuse'],
  ] as const) {
    app.post(
      `${base}/:id/${act}`,
      {
        config: { permission: 'export.decide' },
        schema: { tags, summary, params: AccessIdParams, body: ExportDecisionBody, response: { 200: ExportAnswer } },
      },
      async (request) => decideExport(ctx, request.actor, request.params.id, act, request.body.note),
    );
  }
  app.post(
    `${base}/:id/withdraw`,
    {
      config: { permission: 'export.take' },
      schema: { tags, summary: '撤回申请 Withdraw', params: AccessIdParams, response: { 200: ExportAnswer } },
    },
    async (request) => withdrawExport(ctx, request.actor, request.params.id),
  );
  app.post(
    `${base}/:id/file`,
    {
      config: { permission: 'export.take' },
      schema: {
        tags,
        summary: '下载，仅一次 The one download',
        params: AccessIdParams,
        querystring: Type.Object(
          { format: Type.Optional(Type.Enum(['xlsx', 'csv'] as const)) },
          { additionalProperties: false },
        ),
      },
    },
    async (request, reply) => {
      const taken = await takeExport(ctx, request.actor, ports, request.params.id);
      const csv = request.query.format === 'csv';
      return reply
        .type(csv ? 'text/csv; charset=utf-8' : 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
        .header('content-disposition', `attachment; filename="export-${taken.id}.${csv ? 'csv' : 'xlsx'}"`)
        .header('cache-control', 'no-store')
        .header('x-rows-digest', taken.digest)
        .send(csv ? csvOf(taken) : xlsxOf(taken));
    },
  );
}
