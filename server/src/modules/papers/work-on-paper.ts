/** What is done with a paper after it was drafted: revised, signed off, its sealed copy attached, served, voided. */
import type { Readable } from 'node:stream';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { inspectDocument } from '../../platform/documents/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { FileTooLarge, type StoredFile } from '../../platform/files.ts';
import { newId } from '../../platform/ids.ts';
import { sendNotice } from '../notices/index.ts';
import { checkFields } from './fields.ts';
import { lockPaper, type PaperRow, updatePaper } from './queries.ts';
import { type PaperCommand, refusalOf, signOff } from './state.ts';
import { chineseDay, paperRefusal } from './words.ts';

async function locked(tx: Transaction, paperId: string, command: PaperCommand): Promise<PaperRow> {
  const row = await lockPaper(tx, paperId);
  if (!row) throw new DomainError('not-found');
  const refusal = refusalOf(command, row.state);
  if (refusal) throw paperRefusal(refusal);
  return row;
}

async function keep(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  command: PaperCommand,
  before: PaperRow,
  change: Partial<PaperRow>,
): Promise<PaperRow> {
  const row = { ...before, ...change };
  if ((await updatePaper(tx, row, before.state)) !== 1) throw new DomainError('conflict');
  await writeAccess(tx, ctx, actor, {
    action: `paper.${command}`,
    resourceKind: 'paper',
    resourceId: row.paper_id,
    subjectId: row.subject_id,
    detail: { number: row.number, from: before.state, to: row.state, caseId: row.case_id },
  });
  return row;
}

const templateOf = async (ctx: AppContext, row: PaperRow) =>
  (row.policy_set_id === ctx.policy().setId ? ctx.policy() : await ctx.policySet(row.policy_set_id)).paper(
    row.template,
  );

const accountOf = (actor: Actor): string => {
  if (actor.accountId === null) throw new DomainError('forbidden');
  return actor.accountId;
};

/** What was signed is not what stands there now: the sign-off begins again. */
export async function revisePaper(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  paperId: string,
  fields: Readonly<Record<string, string>>,
): Promise<PaperRow> {
  const row = await locked(tx, paperId, 'revise');
  const given = checkFields(await templateOf(ctx, row), fields);
  return keep(tx, ctx, actor, 'revise', row, { fields: { ...row.fields, given }, first_by: null, first_at: null });
}

export async function signOffPaper(tx: Transaction, ctx: AppContext, actor: Actor, paperId: string): Promise<PaperRow> {
  const row = await locked(tx, paperId, 'signOff');
  const by = accountOf(actor);
  const { signOff: needed } = await templateOf(ctx, row);
  const signed = signOff({ state: row.state, issuedBy: row.issued_by, firstBy: row.first_by }, needed, by);
  if (!signed.ok) throw paperRefusal(signed.refusal);
  const at = ctx.clock.now();
  const place = signed.place === 'first' ? { first_by: by, first_at: at } : { second_by: by, second_at: at };
  return keep(tx, ctx, actor, 'signOff', row, { ...place, state: signed.next });
}

export const maxSealedBytes = 20 * 1024 ** 2;
/** A picture made anew may need more room than it came in. */
const maxKeptBytes = 4 * maxSealedBytes;

export interface SealedFile {
  readonly fileId: string;
  readonly stored: StoredFile;
  readonly mediaType: string;
  readonly name: string;
}

const cleanName = (name: string): string =>
  (name.split(/[\\/]/).at(-1) ?? '')
    .replace(/[\p{Cc}\p{Cf}<>:"|?*]/gu, '')
    .slice(-120)
    .trim() || '盖章件';

/** Looked into before it is kept: a scan (PDF, OFD or picture), nothing that can be changed any more. */
export async function receiveSealed(
  ctx: AppContext,
  paperId: string,
  input: { readonly source: Readable; readonly fileName: string },
): Promise<SealedFile> {
  try {
    return await ctx.files.withPlain(input.source, maxSealedBytes, async (path) => {
      const document = await inspectDocument(path);
      try {
        if (document.kind === 'docx')
          throw new DomainError('unsupported-media-type', {
            zh: '盖章件应为扫描的 PDF、OFD 或图片。',
            en: 'The sealed copy is a scan: PDF, OFD or a picture.',
          });
        const fileId = newId();
        const stored = await ctx.files.put(fileId, document.open(), maxKeptBytes);
        return { fileId, stored, mediaType: document.mediaType, name: cleanName(input.fileName) };
      } finally {
        await document.discard();
      }
    });
  } catch (error) {
    if (error instanceof FileTooLarge)
      throw new DomainError('too-large', { zh: '盖章件不能超过 20 MB。', en: 'A sealed copy may have 20 MB at most.' });
    ctx.log.debug({ paperId }, 'a sealed copy was refused');
    throw error;
  }
}

/** The organisation is told, since from now on it can read the paper. */
export async function attachSealed(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  paperId: string,
  file: SealedFile,
): Promise<PaperRow> {
  const row = await locked(tx, paperId, 'attachSealed');
  const after = await keep(tx, ctx, actor, 'attachSealed', row, {
    state: 'sealed',
    sealed_name: file.name,
    sealed_type: file.mediaType,
    sealed_bytes: BigInt(file.stored.bytes),
    sealed_sha256: file.stored.sha256,
    sealed_key: `${file.fileId} ${file.stored.fileKey}`,
    sealed_by: accountOf(actor),
    sealed_at: ctx.clock.now(),
  });
  const template = await templateOf(ctx, after);
  if (row.state === 'signedOff' && template.served && row.subject_id !== null)
    await sendNotice(tx, ctx, {
      to: { kind: 'organisation', subjectId: row.subject_id },
      topic: 'paper.sealed',
      params: {
        number: row.number,
        title: template.title,
        body: row.fields.facts.bodyName ?? '',
        on: chineseDay(ctx.clock.today()),
      },
      procedure: row.procedure,
      caseId: row.case_id,
      by: actor.accountId,
    });
  return after;
}

export interface Service {
  /** ISO day; not before the paper's, not after today. */
  readonly on: string;
  /** A code of the table `service-manners`. */
  readonly manner: string;
  readonly to: string;
  /** Number of the certificate, the postal receipt, the address. */
  readonly proof: string;
}

function checkService(ctx: AppContext, row: PaperRow, service: Service): void {
  const wrong = (field: string, zh: string, en: string): DomainError =>
    new DomainError('unprocessable', { zh, en, details: [{ field: `body/${field}`, zh, en }] });
  if (service.on < row.issued_on || service.on > ctx.clock.today())
    throw wrong('on', '送达日期应在文书日期与今天之间。', 'The day lies between that of the paper and today.');
  if (
    !ctx
      .policy()
      .codeTable('service-manners')
      .values.some(({ code }) => code === service.manner)
  )
    throw wrong('manner', '请从列表中选择送达方式。', 'Choose the manner of service from the list.');
}

export async function servePaper(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  paperId: string,
  service: Service,
): Promise<PaperRow> {
  const row = await locked(tx, paperId, 'serve');
  if (!(await templateOf(ctx, row)).served) throw paperRefusal('notServed');
  checkService(ctx, row, service);
  return keep(tx, ctx, actor, 'serve', row, {
    state: 'served',
    served_on: service.on as PaperRow['served_on'],
    served_manner: service.manner,
    served_to: service.to,
    served_proof: service.proof,
    served_by: accountOf(actor),
    served_at: ctx.clock.now(),
  });
}

export async function voidPaper(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  paperId: string,
  reason: string,
): Promise<PaperRow> {
  const row = await locked(tx, paperId, 'void');
  return keep(tx, ctx, actor, 'void', row, {
    state: 'voided',
    voided_reason: reason,
    voided_by: accountOf(actor),
    voided_at: ctx.clock.now(),
  });
}

/** One paper's act in a transaction of its own, as the routes call it. */
export const inTransaction = <T>(ctx: AppContext, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  withTransaction(ctx.db.app, work);
