/** `/api/v1/policy-versions` and `/api/v1/policy-sets`: the history of policy, and each version as a file. */
import { Readable } from 'node:stream';
import {
  PolicyFileList,
  PolicyFileQuery,
  PolicySetParams,
  PolicySetView,
  PolicyVersionFileQuery,
  PolicyVersionList,
  PolicyVersionParams,
} from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import { DomainError } from '../../platform/errors.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { xlsxPieces } from '../../platform/tabular/index.ts';
import { templateOf } from './read-workbook.ts';
import { isSheetKind, type SheetFile } from './sheets.ts';
import { listFiles, oneVersion, readSet, readVersions, yamlOf } from './versions.ts';

const tags = ['policy'];
const config = { permission: 'policyChange.draft' };
const base = `${apiPrefix}/policy-versions`;

export function versionRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    base,
    {
      config,
      schema: {
        tags,
        summary: '政策文件 Policy files',
        querystring: PolicyFileQuery,
        response: { 200: PolicyFileList },
      },
    },
    async (request) => listFiles(ctx, request.actor, request.query),
  );
  app.get(
    `${base}/:kind/:key`,
    {
      config,
      schema: {
        tags,
        summary: '一个政策文件的历次版本 Every version of a file',
        params: PolicyVersionParams,
        response: { 200: PolicyVersionList },
      },
    },
    async (request) => readVersions(ctx, request.actor, request.params.kind, request.params.key),
  );
  app.get(
    `${base}/:kind/:key/file`,
    {
      config,
      schema: {
        tags,
        summary: '下载某一版本或某一天的版本 One version, or that of a day, as a file',
        params: PolicyVersionParams,
        querystring: PolicyVersionFileQuery,
      },
    },
    async (request, reply) => {
      const { format, ...which } = request.query;
      const file = await oneVersion(ctx, request.actor, { ...request.params, ...which });
      const name = `${file.name.zh}-${which.hash?.slice(0, 8) ?? which.on ?? ctx.clock.today()}.${format}`;
      reply
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`)
        .header('cache-control', 'private, no-store')
        .header('content-security-policy', 'sandbox');
      if (format === 'yaml') return reply.type('application/yaml; charset=utf-8').send(yamlOf(file));
      if (!isSheetKind(file.kind))
        throw new DomainError('unprocessable', {
          zh: '这类政策没有表格，请下载 YAML。',
          en: 'This kind of policy has no sheet; download the YAML.',
        });
      return reply
        .type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
        .send(Readable.from(xlsxPieces(templateOf(file as SheetFile, ctx.policy()))));
    },
  );
  app.get(
    `${apiPrefix}/policy-sets/:setId`,
    {
      config,
      schema: {
        tags,
        summary: '某一号政策集 One numbered set of policy',
        params: PolicySetParams,
        response: { 200: PolicySetView },
      },
    },
    async (request) => readSet(ctx, request.actor, request.params.setId),
  );
}
