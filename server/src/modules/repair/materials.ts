/** Proof of fulfilled duties: looked into before it is kept, encrypted, given back as a download to the parties alone. */
import type { Readable } from 'node:stream';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess, writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { inspectDocument } from '../../platform/documents/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { FileTooLarge } from '../../platform/files.ts';
import { newId } from '../../platform/ids.ts';
import { mayBeEdited, notNow } from './apply-for-repair.ts';
import { factsOf } from './case-facts.ts';
import { repairFor } from './parties.ts';
import { deleteMaterial, insertMaterial, type MaterialRow, materialsOf } from './queries.ts';
import { rulesOf } from './situation.ts';

export const MAX_MATERIAL_BYTES = 20 * 1024 ** 2;
const MAX_REENCODED_BYTES = 4 * MAX_MATERIAL_BYTES;
const maxMaterials = 30;

const tooLarge = (): DomainError =>
  new DomainError('too-large', {
    zh: '一份材料不能超过 20 MB。照片请用手机的“中等尺寸”重新拍摄或者压缩后上传。',
    en: 'One file may have 20 MB at most. Take the picture again at medium size, or make it smaller.',
  });

async function keep(ctx: AppContext, id: string, source: Readable) {
  try {
    return await ctx.files.withPlain(source, MAX_MATERIAL_BYTES, async (path) => {
      const document = await inspectDocument(path);
      try {
        const stored = await ctx.files.put(id, document.open(), MAX_REENCODED_BYTES);
        return { stored, mediaType: document.mediaType };
      } finally {
        await document.discard();
      }
    });
  } catch (error) {
    if (error instanceof FileTooLarge) throw tooLarge();
    throw error;
  }
}

/** Without a path, without control characters, no longer than a file system likes. */
function cleanName(raw: string): string {
  const base = raw.split(/[\\/]/).at(-1) ?? '';
  const clean = [...base].filter((character) => character >= ' ' && character !== '\u007f').join('');
  return clean.trim().slice(-200) || 'file';
}

export async function addMaterial(
  ctx: AppContext,
  actor: Actor,
  caseId: string,
  input: { readonly source: Readable; readonly fileName: string; readonly duty: string },
): Promise<MaterialRow> {
  const { row, parties } = await repairFor(ctx, actor, caseId);
  if (!parties.includes('subject')) throw new DomainError('forbidden');
  if (!mayBeEdited(row)) throw notNow();
  const known = rulesOf(ctx.policy(), factsOf(row).lane).duties.map(({ key }) => key);
  if (![...known, 'authorisation', 'other'].includes(input.duty))
    throw new DomainError('unprocessable', {
      zh: '请选择材料证明的是哪一项义务。',
      en: 'Say which duty the file proves.',
      details: [{ field: 'body/duty', zh: '不在列表中', en: 'not in the list' }],
    });
  if ((await materialsOf(ctx.db.app, caseId)).length >= maxMaterials)
    throw new DomainError('conflict', {
      zh: `一件申请最多 ${maxMaterials} 份材料，请合并后上传。`,
      en: `One application has ${maxMaterials} files at most. Join some of them.`,
    });
  const materialId = newId();
  const { stored, mediaType } = await keep(ctx, materialId, input.source);
  const made = {
    material_id: materialId,
    case_id: caseId,
    duty: input.duty,
    file_name: cleanName(input.fileName),
    media_type: mediaType,
    bytes: BigInt(stored.bytes),
    file_key: stored.fileKey,
    added_at: ctx.clock.now(),
  };
  await withTransaction(ctx.db.app, async (tx) => {
    await insertMaterial(tx, {
      ...made,
      subject_id: row.subject_id,
      sha256: stored.sha256,
      account_id: actor.accountId,
    });
    await writeAccess(tx, ctx, actor, {
      action: 'attachment.add',
      resourceKind: 'repairMaterial',
      resourceId: materialId,
      subjectId: row.subject_id,
      detail: { sha256: stored.sha256, caseId },
    });
  });
  return made;
}

export async function removeMaterial(ctx: AppContext, actor: Actor, caseId: string, materialId: string): Promise<void> {
  const { row, parties } = await repairFor(ctx, actor, caseId);
  if (!parties.includes('subject')) throw new DomainError('forbidden');
  if (row.state !== 'draft') throw notNow();
  const held = (await materialsOf(ctx.db.app, caseId)).some((one) => one.material_id === materialId);
  if (!held) throw new DomainError('not-found');
  await withTransaction(ctx.db.app, async (tx) => {
    if ((await deleteMaterial(tx, row.subject_id, materialId)) !== 1) throw new DomainError('conflict');
    await writeAccess(tx, ctx, actor, {
      action: 'attachment.remove',
      resourceKind: 'repairMaterial',
      resourceId: materialId,
      subjectId: row.subject_id,
      detail: { caseId },
    });
  });
}

export async function readMaterial(
  ctx: AppContext,
  actor: Actor,
  caseId: string,
  materialId: string,
): Promise<{ fileName: string; mediaType: string; stream: Readable }> {
  const { row } = await repairFor(ctx, actor, caseId);
  const material = (await materialsOf(ctx.db.app, caseId)).find((one) => one.material_id === materialId);
  if (!material) throw new DomainError('not-found');
  await withAccess(
    ctx,
    actor,
    { action: 'attachment.read', resourceKind: 'repairMaterial', resourceId: materialId, subjectId: row.subject_id },
    async () => undefined,
  );
  return {
    fileName: material.file_name,
    mediaType: material.media_type,
    stream: await ctx.files.read(materialId, material.file_key),
  };
}
