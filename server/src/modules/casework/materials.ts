/** Proof beside a case: known types only, by content; encrypted; given back as a download, never as a page. */
import type { Readable } from 'node:stream';
import type { CaseMaterialView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess, writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { cleanFileName, keepDocument } from '../collection/index.ts';
import { insertMaterial, type MaterialRow, materialById, materialsOfCase } from './material-queries.ts';
import { type CaseRow, lockCase } from './queries.ts';
import { type CaseWords, partyWords } from './views.ts';

/** Files of one case. A party that has more brings them as one document. */
export const maxMaterials = 40;

const tooMany = (): DomainError =>
  new DomainError('conflict', {
    zh: `一件事项最多附 ${maxMaterials} 份材料，请合并后上传。`,
    en: `A case takes ${maxMaterials} files. Put several into one document.`,
  });

/** The caller has authorised the actor as this party of the case. */
export async function addMaterial(
  ctx: AppContext,
  actor: Actor,
  of: { readonly row: CaseRow; readonly party: string },
  file: { readonly source: Readable; readonly fileName: string },
): Promise<MaterialRow> {
  const { row } = of;
  if (row.closed)
    throw new DomainError('conflict', {
      zh: '事项已经办结，不能再补充材料。',
      en: 'The case is closed: nothing can be added to it.',
    });
  const id = newId();
  const fileName = cleanFileName(file.fileName);
  const { stored, mediaType } = await keepDocument(ctx, id, file.source);
  return withTransaction(ctx.db.app, async (tx) => {
    // Locked, so that two who add at once are counted one after the other.
    const now = await lockCase(tx, row.case_id);
    if (!now || now.closed) throw new DomainError('conflict');
    if ((await materialsOfCase(tx, row)).length >= maxMaterials) throw tooMany();
    const material: MaterialRow = {
      material_id: id,
      party: of.party,
      file_name: fileName,
      media_type: mediaType,
      bytes: stored.bytes,
      sha256: stored.sha256,
      file_key: stored.fileKey,
      account_id: actor.accountId,
      added_at: ctx.clock.now(),
    };
    await insertMaterial(tx, row, material);
    await writeAccess(tx, ctx, actor, {
      action: 'case.material',
      resourceKind: 'case',
      resourceId: row.case_id,
      subjectId: row.subject_id,
      caseNumber: row.number,
      detail: { materialId: id, sha256: stored.sha256, party: of.party },
    });
    return material;
  });
}

/** Read by a party of the case, which the caller has made sure of; the look is logged. */
export async function readMaterial(
  ctx: AppContext,
  actor: Actor,
  row: CaseRow,
  materialId: string,
): Promise<{ fileName: string; mediaType: string; stream: Readable }> {
  const found = await materialById(ctx.db.app, row, materialId);
  if (!found) throw new DomainError('not-found');
  await withAccess(
    ctx,
    actor,
    {
      action: 'case.readMaterial',
      resourceKind: 'case',
      resourceId: row.case_id,
      subjectId: row.subject_id,
      caseNumber: row.number,
      detail: { materialId },
    },
    async () => undefined,
  );
  return {
    fileName: found.file_name,
    mediaType: found.media_type,
    stream: await ctx.files.read(materialId, found.file_key),
  };
}

export async function materialViews(ctx: AppContext, row: CaseRow, words: CaseWords): Promise<CaseMaterialView[]> {
  return (await materialsOfCase(ctx.db.app, row)).map((material) => ({
    id: material.material_id,
    fileName: material.file_name,
    mediaType: material.media_type,
    bytes: Number(material.bytes),
    party: partyWords(words, material.party),
    addedAt: material.added_at,
  }));
}
