/** What the routes of this module share: sending sheets, taking an uploaded one, writes that happen once. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import type { Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { idempotent } from '../../platform/http/index.ts';
import { xlsxPieces } from '../../platform/tabular/index.ts';
import type { Sheet } from './sheets.ts';

export const IdParams = Type.Object({ id: Type.String({ format: 'uuid' }) });

export function sendSheet(reply: FastifyReply, sheet: Sheet): FastifyReply {
  const pieces = xlsxPieces({ sheets: [{ name: sheet.name, header: sheet.header, rows: sheet.rows }] });
  return reply
    .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(`${sheet.name}.xlsx`)}`)
    .header('cache-control', 'private, no-store')
    .header('content-security-policy', 'sandbox')
    .type('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
    .send(Readable.from(pieces));
}

export async function uploadedFile(request: FastifyRequest): Promise<Readable> {
  const part = await request.file();
  if (part) return part.file;
  throw new DomainError('invalid-request', {
    zh: '没有收到文件（字段名 file）。',
    en: 'No file was received (field file).',
  });
}

/** A write that answers with nothing. */
export async function once(
  ctx: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (tx: Transaction) => Promise<unknown>,
): Promise<null> {
  await idempotent(ctx, request, async (tx) => {
    await work(tx);
    return { status: 204, body: null };
  });
  reply.code(204);
  return null;
}

/**
 * A write whose answer holds what is shown once: the secret is put in after the kept answer was made, so that nothing stores
 * it, and a repeated request is answered without it.
 */
export async function onceWithSecret<T extends object>(
  ctx: AppContext,
  request: FastifyRequest,
  work: (tx: Transaction) => Promise<{ body: T; secrets: Partial<T> }>,
): Promise<T> {
  let secrets: Partial<T> = {};
  const { body, replayed } = await idempotent<T>(ctx, request, async (tx) => {
    const made = await work(tx);
    secrets = made.secrets;
    return { status: 200, body: made.body };
  });
  return replayed ? body : { ...body, ...secrets };
}
