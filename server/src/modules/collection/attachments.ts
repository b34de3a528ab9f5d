/** Decision documents beside a record: known types only, by content; encrypted; given back as a download, never as a page. */
import type { Readable } from 'node:stream';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess, writeAccess } from '../../platform/access-log/index.ts';
import { execute, maybeOne, sql, withTransaction } from '../../platform/db.ts';
import { inspectDocument } from '../../platform/documents/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { FileTooLarge } from '../../platform/files.ts';
import { newId } from '../../platform/ids.ts';
import { authorize } from '../identity/index.ts';
import { cleanFileName } from './receive-file.ts';

export const MAX_ATTACHMENT_BYTES = 20 * 1024 ** 2;
/** A picture made anew may need more room than it came in. */
const MAX_REENCODED_BYTES = 4 * MAX_ATTACHMENT_BYTES;

export async function addAttachment(
  ctx: AppContext,
  actor: Actor,
  input: { source: Readable; fileName: string; bodyId: string; recordId?: string | undefined },
) {
  const fileName = cleanFileName(input.fileName);
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
  const { stored, mediaType } = await keepDocument(ctx, attachmentId, input.source);
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

/** Looked into before it is kept. Throws `too-large` and DocumentRefused. */
export async function keepDocument(ctx: AppContext, id: string, source: Readable) {
  try {
    return await ctx.files.withPlain(source, MAX_ATTACHMENT_BYTES, async (path) => {
      const document = await inspectDocument(path);
      try {
        const stored = await ctx.files.put(id, document.open(), MAX_REENCODED_BYTES);
        return { stored, mediaType: document.mediaType };
      } finally {
        await document.discard();
      }
    });
  } catch (error) {
    if (error instanceof FileTooLarge)
      throw new DomainError('too-large', { zh: '附件不能超过 20 MB。', en: 'An attachment may have 20 MB at most.' });
    throw error;
  }
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
