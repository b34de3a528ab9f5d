/**
 * Large files in pieces that may be resumed: tus 1.0 (core, creation, checksum, termination, expiration). The pieces are
 * encrypted with a key each as they arrive, so that half a file lies nowhere in plain; what arrived before a line broke is
 * kept. With the last byte the file goes the way of every other.
 */
import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import type { Actor, AppContext } from '../../../context.ts';
import { writeAccess } from '../../../platform/access-log/index.ts';
import { withTransaction } from '../../../platform/db.ts';
import { DomainError } from '../../../platform/errors.ts';
import { FileTooLarge, type StoredFile } from '../../../platform/files.ts';
import { newId } from '../../../platform/ids.ts';
import { cleanFileName, MAX_UPLOAD_BYTES, receiveFile, tooLarge } from '../receive-file.ts';
import * as queries from './upload-queries.ts';

const KEPT_MS = 24 * 3_600_000;
const MAX_OPEN = 50;
export const CHECKSUMS = ['sha1', 'sha256', 'md5'] as const;
type Checksum = (typeof CHECKSUMS)[number];

export interface NewUpload {
  bytes: number;
  fileName: string;
  standard: string;
  batchNo: string | null;
  bodyId: string;
}

const expiry = (ctx: AppContext): string => new Date(Date.parse(ctx.clock.now()) + KEPT_MS).toISOString();

export async function createUpload(ctx: AppContext, actor: Actor, input: NewUpload): Promise<queries.UploadRow> {
  if (input.bytes > MAX_UPLOAD_BYTES) throw tooLarge();
  if (input.bytes < 1)
    throw new DomainError('invalid-request', { zh: '文件是空的，请检查后再上传。', en: 'The file is empty.' });
  if ((await queries.openUploads(ctx.db.app, actor.accountId)) >= MAX_OPEN) {
    throw new DomainError('conflict', {
      zh: `未传完的文件已有 ${MAX_OPEN} 个，请先传完或取消其中一些。`,
      en: `There are ${MAX_OPEN} unfinished uploads; finish or cancel some first.`,
    });
  }
  const uploadId = newId();
  await withTransaction(ctx.db.app, async (tx) => {
    await queries.insertUpload(tx, {
      uploadId,
      accountId: actor.accountId,
      bodyId: input.bodyId,
      standard: input.standard,
      batchNo: input.batchNo,
      fileName: cleanFileName(input.fileName),
      bytes: input.bytes,
      at: ctx.clock.now(),
      expiresAt: expiry(ctx),
    });
    await writeAccess(tx, ctx, actor, {
      action: 'upload.create',
      resourceKind: 'upload',
      resourceId: uploadId,
      detail: { bodyId: input.bodyId, bytes: input.bytes },
    });
  });
  return loadOwn(ctx, actor, uploadId);
}

/** Somebody else's upload is not found, exactly as a missing one; an expired one is gone. */
export async function loadOwn(ctx: AppContext, actor: Actor, uploadId: string): Promise<queries.UploadRow> {
  const row = await queries.loadUpload(ctx.db.app, uploadId);
  const own = row !== null && row.account_id === actor.accountId;
  if (!own || row.expires_at < ctx.clock.now()) throw new DomainError('not-found');
  return row;
}

export interface Piece {
  offset: number;
  source: Readable;
  checksum: { algorithm: Checksum; value: string } | null;
}

/** The digest of the piece is not what its sender said: nothing of it is kept (tus status 460). */
export class ChecksumMismatch extends Error {}

export async function appendPiece(
  ctx: AppContext,
  upload: queries.UploadRow,
  piece: Piece,
): Promise<queries.UploadRow> {
  if (upload.submission_id !== null || BigInt(piece.offset) !== upload.bytes_held) throw wrongOffset(upload);
  const room = Number(upload.bytes_total - upload.bytes_held);
  const fileId = newId();
  const intake = { broken: false };
  const hash = piece.checksum ? createHash(piece.checksum.algorithm) : null;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash?.update(chunk);
      done(null, chunk);
    },
  });
  const stored = await store(ctx, fileId, Readable.from(tolerant(piece.source, intake)).pipe(meter), room);
  const keep =
    stored.bytes > 0 &&
    (piece.checksum === null || (!intake.broken && hash?.digest('base64') === piece.checksum.value));
  const part = {
    at_byte: BigInt(piece.offset),
    bytes: BigInt(stored.bytes),
    file_id: fileId,
    file_key: stored.fileKey,
  };
  const added =
    keep && (await withTransaction(ctx.db.app, (tx) => queries.addPart(tx, upload.upload_id, part, expiry(ctx))));
  if (!added) await ctx.files.remove(fileId);
  if (stored.bytes > 0 && !keep) throw new ChecksumMismatch();
  const now = await queries.loadUpload(ctx.db.app, upload.upload_id);
  if (!now || (stored.bytes > 0 && !added)) throw wrongOffset(now ?? upload);
  return now.bytes_held === now.bytes_total ? finishUpload(ctx, now) : now;
}

async function store(ctx: AppContext, fileId: string, source: Readable, room: number): Promise<StoredFile> {
  try {
    return await ctx.files.put(fileId, source, room);
  } catch (error) {
    if (error instanceof FileTooLarge)
      throw new DomainError('too-large', {
        zh: '这一段超出了开始时声明的文件大小。',
        en: 'The piece goes beyond the size that was declared at the start.',
      });
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
      throw new DomainError('unavailable', {
        zh: '服务器磁盘已满，请稍后继续上传，已收到的部分保留。',
        en: 'The disk of the server is full. Go on later; what was received is kept.',
        cause: error,
      });
    throw error;
  }
}

function wrongOffset(upload: queries.UploadRow): DomainError {
  return new DomainError('conflict', {
    zh: `已收到 ${upload.bytes_held} 字节，请从这里继续。`,
    en: `${upload.bytes_held} bytes are held; go on from there.`,
  });
}

/** A line that breaks ends the piece where it broke: what arrived is good. */
async function* tolerant(source: Readable, intake: { broken: boolean }): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of source) yield chunk as Buffer;
  } catch {
    intake.broken = true;
  }
}

async function* wholeFile(ctx: AppContext, parts: readonly queries.PartRow[]): AsyncGenerator<Buffer> {
  for (const part of parts)
    for await (const chunk of await ctx.files.read(part.file_id, part.file_key)) yield chunk as Buffer;
}

/** Every byte is here: one submission, once, also when a crash came between the last byte and this. */
export async function finishUpload(
  ctx: AppContext,
  upload: queries.UploadRow,
  actor?: Actor,
): Promise<queries.UploadRow> {
  if (upload.submission_id !== null || upload.bytes_held !== upload.bytes_total) return upload;
  const parts = await queries.partsOf(ctx.db.app, upload.upload_id);
  const received = await receiveFile(ctx, actor ?? uploader(upload), {
    source: Readable.from(wholeFile(ctx, parts)),
    fileName: upload.file_name,
    standard: upload.standard,
    bodyId: upload.body_id,
    channel: 'desk',
    batchNo: upload.batch_no,
    enqueue: true,
    within: async (tx, submissionId) => {
      if (!(await queries.closeUpload(tx, upload.upload_id, submissionId))) throw new DomainError('conflict');
    },
  });
  if (received.repeated)
    await withTransaction(ctx.db.app, (tx) => queries.closeUpload(tx, upload.upload_id, received.submissionId));
  await removeParts(ctx, upload.upload_id, parts);
  return (await queries.loadUpload(ctx.db.app, upload.upload_id)) ?? upload;
}

/** In whose name the file is received: of whoever began the upload. */
const uploader = (upload: queries.UploadRow): Actor => ({
  kind: 'account',
  accountId: upload.account_id,
  name: 'upload',
  roles: [],
  bodyId: upload.body_id,
  scopeBodyIds: [upload.body_id],
  subjectId: null,
  client: null,
  osUser: null,
  address: null,
  requestId: upload.upload_id,
});

async function removeParts(ctx: AppContext, uploadId: string, parts: readonly queries.PartRow[]): Promise<void> {
  for (const part of parts) await ctx.files.remove(part.file_id);
  await queries.dropParts(ctx.db.app, uploadId);
}

export async function cancelUpload(ctx: AppContext, actor: Actor, upload: queries.UploadRow): Promise<void> {
  await removeParts(ctx, upload.upload_id, await queries.partsOf(ctx.db.app, upload.upload_id));
  await withTransaction(ctx.db.app, async (tx) => {
    await queries.dropUpload(tx, upload.upload_id);
    await writeAccess(tx, ctx, actor, {
      action: 'upload.cancel',
      resourceKind: 'upload',
      resourceId: upload.upload_id,
    });
  });
}

/** Uploads that nobody went on with. A finished one only loses its row. */
export async function sweepUploads(ctx: AppContext): Promise<number> {
  const expired = await queries.expiredUploads(ctx.db.app, ctx.clock.now());
  for (const uploadId of expired) {
    await removeParts(ctx, uploadId, await queries.partsOf(ctx.db.app, uploadId));
    await queries.dropUpload(ctx.db.app, uploadId);
  }
  return expired.length;
}
