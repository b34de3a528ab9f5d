/** A paper as a file: Word to be edited, PDF to be printed, the sealed copy as it was scanned. */
import { Readable } from 'node:stream';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { type PaperPorts, seenPaper } from './access.ts';
import { paperModel } from './paper-model.ts';
import { paperPdf } from './render-pdf.ts';
import { paperWord } from './render-word.ts';

export type PaperForm = 'docx' | 'pdf' | 'sealed';

export interface PaperFile {
  readonly name: string;
  readonly mediaType: string;
  readonly stream: Readable;
}

const wordType = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

export async function downloadPaper(
  ctx: AppContext,
  ports: PaperPorts,
  actor: Actor,
  paperId: string,
  form: PaperForm,
): Promise<PaperFile> {
  const { row, as } = await seenPaper(ctx, ports, actor, paperId);
  // What binds is the sealed copy; the text that can be edited stays with the body.
  if (as === 'subject' && form !== 'sealed') throw new HiddenError();
  const policy = row.policy_set_id === ctx.policy().setId ? ctx.policy() : await ctx.policySet(row.policy_set_id);
  await withAccess(
    ctx,
    actor,
    {
      action: 'paper.download',
      resourceKind: 'paper',
      resourceId: paperId,
      subjectId: row.subject_id,
      detail: { form, number: row.number },
    },
    async () => undefined,
  );
  if (form === 'sealed') {
    const [fileId, key] = row.sealed_key?.split(' ') ?? [];
    if (!fileId || !key || row.sealed_type === null) throw new DomainError('not-found');
    return {
      name: row.sealed_name ?? row.number,
      mediaType: row.sealed_type,
      stream: await ctx.files.read(fileId, key),
    };
  }
  const model = paperModel(row, policy.paper(row.template));
  const name = `${model.title} ${row.number}`;
  return form === 'docx'
    ? { name: `${name}.docx`, mediaType: wordType, stream: Readable.from([await paperWord(model)]) }
    : {
        name: `${name}.pdf`,
        mediaType: 'application/pdf',
        stream: Readable.from([await paperPdf(model, row.issued_at)]),
      };
}
