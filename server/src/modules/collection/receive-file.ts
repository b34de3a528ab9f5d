/** Takes a file in: encrypted, hashed, one submission row, one job — or, for the command line, processed in place. */
import type { Readable } from 'node:stream';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { FileTooLarge, type StoredFile } from '../../platform/files.ts';
import { newId } from '../../platform/ids.ts';
import { withoutNumbers } from '../persons/index.ts';
import { findBatch, insertSubmission } from './queries.ts';

export const PROCESS_TASK = 'collection.process';
/** Greatest upload; workbooks have a smaller limit of their own in the reader. */
export const MAX_UPLOAD_BYTES = 2 * 1024 ** 3 - 1;
const MAX_NAME = 200;

export interface ReceiveFile {
  source: Readable;
  fileName: string;
  /** Standard key, or 'auto'. */
  standard: string;
  bodyId: string;
  channel: 'desk' | 'cli' | 'api' | 'form' | 'demo';
  batchNo?: string | null;
  /** false: the caller processes it itself. */
  enqueue: boolean;
  /** The caller processes it at once, in this process: the plain bytes need not be decrypted again. */
  readNext?: boolean;
}

export interface Received {
  submissionId: string;
  /** The same batch number of the same body and standard was received before: nothing new was made. */
  repeated: boolean;
}

/** Base name without path, control characters or a person's number; what people see, never a path that is opened. */
export function cleanFileName(raw: string): string {
  const base = raw.split(/[\\/]/).at(-1) ?? '';
  const clean = base
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, '')
    .trim();
  return [...withoutNumbers(clean || '未命名')].slice(0, MAX_NAME).join('');
}

export async function receiveFile(ctx: AppContext, actor: Actor, input: ReceiveFile): Promise<Received> {
  if (input.batchNo) {
    const known = await findBatch(ctx.db.app, input.bodyId, input.standard, input.batchNo);
    if (known) {
      input.source.resume();
      return { submissionId: known, repeated: true };
    }
  }
  const submissionId = newId();
  const stored = await store(ctx, submissionId, input);
  try {
    await withTransaction(ctx.db.app, async (tx) => {
      await insertSubmission(tx, {
        submissionId,
        bodyId: input.bodyId,
        standard: input.standard,
        channel: input.channel,
        batchNo: input.batchNo ?? null,
        fileName: cleanFileName(input.fileName),
        stored,
        accountId: actor.accountId,
        osUser: actor.osUser,
        receivedAt: ctx.clock.now(),
        policySetId: ctx.policy().setId,
      });
      await writeAccess(tx, ctx, actor, {
        action: 'submission.create',
        resourceKind: 'submission',
        resourceId: submissionId,
        detail: { bodyId: input.bodyId, channel: input.channel, sha256: stored.sha256 },
      });
      if (input.enqueue)
        await ctx.jobs.enqueue(tx, PROCESS_TASK, { submissionId }, { key: `submission:${submissionId}` });
    });
  } catch (error) {
    await ctx.files.remove(submissionId);
    // The same batch was sent a second time while the first was still on its way.
    const twin =
      input.batchNo && (error as { code?: string }).code === '23505'
        ? await findBatch(ctx.db.app, input.bodyId, input.standard, input.batchNo)
        : null;
    if (twin) return { submissionId: twin, repeated: true };
    throw error;
  }
  return { submissionId, repeated: false };
}

/** The refusal of a file that is larger than is ever taken in. */
export function tooLarge(): DomainError {
  return new DomainError('too-large', {
    zh: '文件超过 2 GB，请拆分后分次上传。',
    en: 'The file is larger than 2 GB. Split it and upload the parts.',
  });
}

async function store(ctx: AppContext, submissionId: string, input: ReceiveFile): Promise<StoredFile> {
  try {
    return await ctx.files.put(submissionId, input.source, MAX_UPLOAD_BYTES, { readNext: input.readNext ?? false });
  } catch (error) {
    if (error instanceof FileTooLarge) throw tooLarge();
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
      throw new DomainError('unavailable', {
        zh: '服务器磁盘已满，文件未保存，请联系管理员清理后重新上传。',
        en: 'The disk of the server is full; the file was not kept. Ask the administrator to make room, then upload again.',
        cause: error,
      });
    }
    throw error;
  }
}
