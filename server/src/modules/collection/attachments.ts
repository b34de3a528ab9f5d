/** Decision documents beside a record: known types only, by content; encrypted; given back as a download, never as a page. */
import { PassThrough, type Readable } from 'node:stream';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess, writeAccess } from '../../platform/access-log/index.ts';
import { execute, maybeOne, sql, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { FileTooLarge } from '../../platform/files.ts';
import { newId } from '../../platform/ids.ts';
import { authorize } from '../identity/index.ts';
import { cleanFileName } from './receive-file.ts';

export const MAX_ATTACHMENT_BYTES = 20 * 1024 ** 2;
const HEAD_BYTES = 16;

/** By the first bytes. OFD (GB/T 33190) is a zip; Word documents are too, and both are kept as they are. */
function mediaTypeOf(head: Buffer, fileName: string): string | null {
  if (head.subarray(0, 5).toString('latin1') === '%PDF-') return 'application/pdf';
  if (head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg';
  if (head.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png';
  if (head.subarray(0, 4).equals(Buffer.from([0x50, 0x4b, 0x03, 0x04]))) {
    if (/\.ofd$/i.test(fileName)) return 'application/ofd';
    if (/\.docx$/i.test(fileName)) return 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
  }
  return null;
}

async function firstBytes(source: Readable): Promise<{ head: Buffer; rest: PassThrough }> {
  const rest = new PassThrough();
  const iterator = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let head = Buffer.alloc(0);
  while (head.length < HEAD_BYTES) {
    const next = await iterator.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  const feed = async (): Promise<void> => {
    rest.write(head);
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      if (!rest.write(next.value)) await new Promise((resolve) => rest.once('drain', resolve));
    }
    rest.end();
  };
  feed().catch((error: unknown) => rest.destroy(error instanceof Error ? error : new Error(String(error))));
  return { head, rest };
}

export async function addAttachment(
  ctx: AppContext,
  actor: Actor,
  input: { source: Readable; fileName: string; bodyId: string; recordId?: string | undefined },
) {
  const { head, rest } = await firstBytes(input.source);
  const fileName = cleanFileName(input.fileName);
  const mediaType = mediaTypeOf(head, fileName);
  if (!mediaType) {
    rest.destroy();
    throw new DomainError('unsupported-media-type', {
      zh: '决定书附件只接受 PDF、OFD、Word（docx）、JPEG、PNG。',
      en: 'Attach a PDF, OFD, Word (docx), JPEG or PNG.',
    });
  }
  if (!actor.accountId) throw new DomainError('forbidden');
  const record = input.recordId
    ? await maybeOne<{ subject_id: string; source_body_id: string }>(
        ctx.db.app,
        sql`SELECT subject_id, source_body_id FROM core.record WHERE record_id = ${input.recordId}`,
      )
    : null;
  if (input.recordId && !record) throw new DomainError('not-found');
  authorize(actor, 'attachment.add', { bodyId: record?.source_body_id ?? input.bodyId });
  const attachmentId = newId();
  const stored = await ctx.files.put(attachmentId, rest, MAX_ATTACHMENT_BYTES).catch((error: unknown) => {
    throw error instanceof FileTooLarge
      ? new DomainError('too-large', { zh: '附件不能超过 20 MB。', en: 'An attachment may have 20 MB at most.' })
      : error;
  });
  await withTransaction(ctx.db.app, async (tx) => {
    await execute(
      tx,
      sql`INSERT INTO core.attachment (attachment_id, subject_id, record_id, body_id, file_name, media_type, bytes, sha256, file_key, account_id, added_at)
          VALUES (${attachmentId}, ${record?.subject_id ?? null}, ${input.recordId ?? null}, ${input.bodyId}, ${fileName}, ${mediaType}, ${stored.bytes}, ${stored.sha256},
                  ${stored.fileKey}, ${actor.accountId}, ${ctx.clock.now()})`,
    );
    await writeAccess(tx, ctx, actor, {
      action: 'attachment.add',
      resourceKind: 'attachment',
      resourceId: attachmentId,
      subjectId: record?.subject_id ?? null,
      detail: { sha256: stored.sha256 },
    });
  });
  return { id: attachmentId, fileName, mediaType, bytes: stored.bytes };
}

export async function readAttachment(
  ctx: AppContext,
  actor: Actor,
  attachmentId: string,
): Promise<{ fileName: string; mediaType: string; stream: Readable }> {
  const row = await maybeOne<{
    body_id: string;
    file_name: string;
    media_type: string;
    file_key: string;
    subject_id: string | null;
  }>(
    ctx.db.app,
    sql`SELECT body_id, file_name, media_type, file_key, subject_id FROM core.attachment WHERE attachment_id = ${attachmentId}`,
  );
  if (!row) throw new DomainError('not-found');
  authorize(actor, 'record.enter', { bodyId: row.body_id });
  await withAccess(
    ctx,
    actor,
    { action: 'attachment.read', resourceKind: 'attachment', resourceId: attachmentId, subjectId: row.subject_id },
    async () => undefined,
  );
  return {
    fileName: row.file_name,
    mediaType: row.media_type,
    stream: await ctx.files.read(attachmentId, row.file_key),
  };
}
