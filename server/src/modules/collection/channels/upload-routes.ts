/** tus 1.0 over HTTP. https://tus.io/protocols/resumable-upload */
import type { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { Actor, AppContext } from '../../../context.ts';
import { DomainError } from '../../../platform/errors.ts';
import { apiPrefix, type HttpInstance } from '../../../platform/http/index.ts';
import { MAX_UPLOAD_BYTES } from '../receive-file.ts';
import {
  appendPiece,
  CHECKSUMS,
  ChecksumMismatch,
  cancelUpload,
  createUpload,
  finishUpload,
  loadOwn,
} from './resume-upload.ts';
import type { UploadRow } from './upload-queries.ts';

const VERSION = '1.0.0';
const CONTENT = 'application/offset+octet-stream';
const CHECKSUM_MISMATCH = 460;
const path = `${apiPrefix}/uploads`;
const IdParams = Type.Object({ id: Type.String({ format: 'uuid' }) });
const NoBody = Type.Null();
const UploadView = Type.Object({
  id: Type.String(),
  bytesTotal: Type.Integer(),
  bytesHeld: Type.Integer(),
  submissionId: Type.Union([Type.String(), Type.Null()]),
  expiresAt: Type.String(),
});

export interface UploadRoutesOptions {
  /** The body that an upload is for: named by its code, else the caller's own; authorised. */
  bodyFor(actor: Actor, org: string | undefined): Promise<string>;
}

interface Headers {
  header(name: string, value: string): Headers;
}

function tell(reply: Headers, upload: UploadRow): void {
  reply
    .header('upload-offset', String(upload.bytes_held))
    .header('upload-length', String(upload.bytes_total))
    .header('upload-expires', new Date(upload.expires_at).toUTCString())
    .header('cache-control', 'no-store');
  if (upload.submission_id !== null) reply.header('upload-submission', upload.submission_id);
}

const viewOf = (upload: UploadRow) => ({
  id: upload.upload_id,
  bytesTotal: Number(upload.bytes_total),
  bytesHeld: Number(upload.bytes_held),
  submissionId: upload.submission_id,
  expiresAt: upload.expires_at,
});

/** `Upload-Metadata: name base64, name base64`. */
export function readMetadata(header: string | undefined): Map<string, string> {
  const found = new Map<string, string>();
  for (const pair of (header ?? '').split(',').slice(0, 20)) {
    const [name, value] = pair.trim().split(' ');
    if (name)
      found.set(
        name,
        Buffer.from(value ?? '', 'base64')
          .toString('utf8')
          .slice(0, 500),
      );
  }
  return found;
}

export function readChecksum(
  header: string | undefined,
): { algorithm: (typeof CHECKSUMS)[number]; value: string } | null {
  if (header === undefined) return null;
  const [name, value] = header.trim().split(' ');
  const algorithm = CHECKSUMS.find((known) => known === name);
  if (algorithm && value) return { algorithm, value };
  throw new DomainError('invalid-request', {
    zh: `Upload-Checksum 应为算法和 Base64 值，算法可用 ${CHECKSUMS.join('、')}。`,
    en: `Upload-Checksum is an algorithm (${CHECKSUMS.join(', ')}) and a value in Base64.`,
  });
}

function readSize(header: string | string[] | undefined, name: string): number {
  const text = Array.isArray(header) ? '' : (header ?? '');
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new DomainError('invalid-request', {
    zh: `缺少请求头 ${name}，或者它不是字节数。`,
    en: `The header ${name} is missing or no number of bytes.`,
  });
}

/** Registered inside collection's routes, in a scope of their own: the pieces have a content type of their own. */
export function uploadPieceRoutes(ctx: AppContext, options: UploadRoutesOptions): (app: HttpInstance) => Promise<void> {
  const tags = ['uploads'];
  const config = { permission: 'submission.create' };
  return async (app) => {
    app.addContentTypeParser(CONTENT, { bodyLimit: MAX_UPLOAD_BYTES }, (_request, payload, done) =>
      done(null, payload),
    );
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('tus-resumable', VERSION);
    });
    app.addHook('preValidation', async (request, reply) => {
      if (request.method === 'OPTIONS' || request.method === 'GET') return;
      if (request.headers['tus-resumable'] === VERSION) return;
      reply.header('tus-version', VERSION);
      throw new DomainError('precondition-failed', {
        zh: `请求头 Tus-Resumable 应为 ${VERSION}。`,
        en: `The header Tus-Resumable must be ${VERSION}.`,
      });
    });
    app.options(
      path,
      {
        config: { permission: 'public' },
        schema: { tags, summary: '断点续传能力 What resumable upload offers', response: { 204: NoBody } },
      },
      async (_request, reply) =>
        reply
          .code(204)
          .header('tus-version', VERSION)
          .header('tus-extension', 'creation,checksum,termination,expiration')
          .header('tus-checksum-algorithm', CHECKSUMS.join(','))
          .header('tus-max-size', String(MAX_UPLOAD_BYTES))
          .send(null),
    );
    app.post(
      path,
      {
        config,
        schema: {
          tags,
          summary: '开始断点续传 Begin an upload in pieces',
          description: 'tus 1.0 creation. Upload-Metadata: filename, standard (or auto), org, batchNo',
          response: { 201: UploadView },
        },
      },
      async (request, reply) => {
        const metadata = readMetadata(request.headers['upload-metadata'] as string | undefined);
        const standard = metadata.get('standard') || 'auto';
        const known = ctx.policy().standards();
        if (standard !== 'auto' && !known.some((entry) => entry.standard === standard))
          throw new DomainError('unprocessable', { zh: '没有这类数据标准。', en: 'There is no such data standard.' });
        const upload = await createUpload(ctx, request.actor, {
          bytes: readSize(request.headers['upload-length'], 'Upload-Length'),
          fileName: metadata.get('filename') ?? '',
          standard,
          batchNo: metadata.get('batchNo')?.slice(0, 100) || null,
          bodyId: await options.bodyFor(request.actor, metadata.get('org') || undefined),
        });
        tell(reply, upload);
        return reply.code(201).header('location', `${path}/${upload.upload_id}`).send(viewOf(upload));
      },
    );
    app.head(
      `${path}/:id`,
      { config, schema: { hide: true, params: IdParams, response: { 200: NoBody } } },
      async (request, reply) => {
        const upload = await finishUpload(ctx, await loadOwn(ctx, request.actor, request.params.id), request.actor);
        tell(reply, upload);
        return reply.code(200).send(null);
      },
    );
    app.get(
      `${path}/:id`,
      {
        config,
        exposeHeadRoute: false,
        schema: { tags, summary: '断点续传状态 State of an upload', params: IdParams, response: { 200: UploadView } },
      },
      async (request) => {
        const upload = await loadOwn(ctx, request.actor, request.params.id);
        return viewOf(upload);
      },
    );
    app.patch(
      `${path}/:id`,
      {
        config,
        bodyLimit: MAX_UPLOAD_BYTES,
        schema: {
          tags,
          summary: '上传一段 Add a piece',
          params: IdParams,
          consumes: [CONTENT],
          response: { 204: NoBody, 460: NoBody },
        },
      },
      async (request, reply) => {
        if (!request.headers['content-type']?.startsWith(CONTENT)) throw new DomainError('unsupported-media-type');
        const own = await loadOwn(ctx, request.actor, request.params.id);
        try {
          const upload = await appendPiece(ctx, own, {
            offset: readSize(request.headers['upload-offset'], 'Upload-Offset'),
            source: request.body as Readable,
            checksum: readChecksum(request.headers['upload-checksum'] as string | undefined),
          });
          tell(reply, upload);
          return reply.code(204).send(null);
        } catch (error) {
          if (!(error instanceof ChecksumMismatch)) throw error;
          // The protocol's own status, which no registry of HTTP has.
          return reply.code(CHECKSUM_MISMATCH).header('cache-control', 'no-store').send(null);
        }
      },
    );
    app.delete(
      `${path}/:id`,
      {
        config,
        schema: { tags, summary: '取消断点续传 Cancel an upload', params: IdParams, response: { 204: NoBody } },
      },
      async (request, reply) => {
        await cancelUpload(ctx, request.actor, await loadOwn(ctx, request.actor, request.params.id));
        return reply.code(204).send(null);
      },
    );
  };
}
