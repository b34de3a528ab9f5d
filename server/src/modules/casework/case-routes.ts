/** What every procedure answers alike: files beside a case, and its list as a sheet. Each module says who may reach a case. */
import { Readable } from 'node:stream';
import { CaseMaterialView } from '@chengxin/contract';
import multipart from '@fastify/multipart';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Actor, AppContext } from '../../context.ts';
import { DomainError } from '../../platform/errors.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { type SheetSpec, xlsxPieces } from '../../platform/tabular/index.ts';
import { MAX_ATTACHMENT_BYTES } from '../collection/index.ts';
import type { Permission } from '../identity/index.ts';
import { addMaterial, readMaterial } from './materials.ts';
import type { CaseRow } from './queries.ts';
import type { CaseWords } from './views.ts';
import { partyWords } from './views.ts';

const IdParams = Type.Object({ id: Type.String({ format: 'uuid' }) });
const MaterialParams = Type.Object({
  id: Type.String({ format: 'uuid' }),
  material: Type.String({ format: 'uuid' }),
});

export interface MaterialRoutes {
  /** Under the prefix of the API, such as `/objections`. */
  readonly path: string;
  readonly permission: Permission;
  readonly tags: readonly string[];
  readonly words: CaseWords;
  /** The case and the party as which the actor stands in it; hidden from everybody else. */
  readonly reach: (ctx: AppContext, actor: Actor, caseId: string) => Promise<{ row: CaseRow; party: string }>;
}

/** `POST {path}/:id/materials` (multipart, field file) and `GET {path}/:id/materials/:material`. Inside a plugin of its own. */
export async function caseMaterialRoutes(app: HttpInstance, ctx: AppContext, of: MaterialRoutes): Promise<void> {
  await app.register(multipart, {
    limits: { files: 1, fields: 4, fieldSize: 1000, fileSize: MAX_ATTACHMENT_BYTES + 1 },
  });
  const tags = [...of.tags];
  app.post(
    `${apiPrefix}${of.path}/:id/materials`,
    {
      config: { permission: of.permission },
      schema: {
        tags,
        summary: '补充材料 Add a file',
        description: 'multipart/form-data with the part file: PDF, OFD, DOCX, JPEG or PNG, 20 MB at most',
        consumes: ['multipart/form-data'],
        params: IdParams,
        response: { 201: CaseMaterialView },
      },
    },
    async (request, reply) => {
      const reached = await of.reach(ctx, request.actor, request.params.id);
      const part = await request.file({ limits: { fileSize: MAX_ATTACHMENT_BYTES + 1 } });
      if (!part)
        throw new DomainError('invalid-request', {
          zh: '没有收到文件（字段名 file）。',
          en: 'No file was received (field file).',
        });
      const row = await addMaterial(ctx, request.actor, reached, { source: part.file, fileName: part.filename });
      return reply.code(201).send({
        id: row.material_id,
        fileName: row.file_name,
        mediaType: row.media_type,
        bytes: Number(row.bytes),
        party: partyWords(of.words, row.party),
        addedAt: row.added_at,
      });
    },
  );
  app.get(
    `${apiPrefix}${of.path}/:id/materials/:material`,
    {
      config: { permission: of.permission },
      schema: { tags, summary: '下载材料 Read a file', params: MaterialParams },
    },
    async (request, reply) => {
      const { row } = await of.reach(ctx, request.actor, request.params.id);
      const file = await readMaterial(ctx, request.actor, row, request.params.material);
      return download(reply, file.fileName).type(file.mediaType).send(file.stream);
    },
  );
}

const download = (reply: FastifyReply, fileName: string): FastifyReply =>
  reply
    .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`)
    .header('cache-control', 'private, no-store')
    .header('content-security-policy', 'sandbox');

export const sendCaseSheet = (reply: FastifyReply, sheet: SheetSpec): FastifyReply =>
  download(reply, `${sheet.name}.xlsx`)
    .type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
    .send(Readable.from(xlsxPieces({ sheets: [sheet] })));
