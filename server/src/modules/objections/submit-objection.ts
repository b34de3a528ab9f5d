/** An organisation, or an officer at a window on its behalf, objects to what is held about it. */
import type { SubmitObjectionRequest } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { type CaseRow, listCaseRows, openCase, withoutPersonNumbers } from '../casework/index.ts';
import { authorize, creditOfficeBody } from '../identity/index.ts';
import { type ArchiveKey, findArchiveSubject } from '../subjects/index.ts';
import { objectionKind } from './objection-kind.ts';
import { clusterOf, knowsDocument, recordOf } from './queries.ts';

/** Objections of one organisation that may be open at once. */
const maxOpen = 200;

export const notFound = (): DomainError =>
  new DomainError('not-found', {
    zh: '未找到该主体或该条信息，请核对统一社会信用代码和信息编号。',
    en: 'There is no such organisation, or no such record of it. Check the code and the record.',
  });

/** A representative speaks for its own organisation only; a window officer for whoever came. */
export const canObjectFor = (actor: Actor, subjectId: string): boolean =>
  !actor.roles.includes('companyRepresentative') || actor.subjectId === subjectId;

/** A representative need not name its organisation. */
export function subjectKey(actor: Actor, code: string | undefined): ArchiveKey {
  if (code !== undefined) return { code };
  if (actor.subjectId !== null) return { subjectId: actor.subjectId };
  throw new DomainError('invalid-request', {
    zh: '请填写申请单位的统一社会信用代码。',
    en: 'Give the unified social credit code of the organisation.',
    details: [{ field: 'code', zh: '必填', en: 'needed' }],
  });
}

/** The canonical subject of the code; hidden from a representative of another. */
export async function subjectFor(ctx: AppContext, actor: Actor, code: string | undefined): Promise<string> {
  authorize(actor, 'objection.submit');
  const subject = await findArchiveSubject(ctx.db.app, subjectKey(actor, code));
  if (!canObjectFor(actor, subject.subject_id)) throw notFound();
  return subject.subject_id;
}

export async function checkRecord(tx: Transaction, subjectId: string, recordId: string): Promise<string> {
  const record = await recordOf(tx, recordId);
  if (!record || record.canonical_id !== subjectId) throw notFound();
  if (record.superseded)
    throw new DomainError('conflict', {
      zh: '这条信息已被更正或撤回，请刷新后对现行信息提出异议。',
      en: 'The record was corrected or withdrawn in the meantime. Reload, and object to the one that holds now.',
    });
  return record.subject_id;
}

async function checkOpen(
  tx: Transaction,
  subjectId: string,
  recordId: string | undefined,
  kind: string,
): Promise<void> {
  const open = await listCaseRows(tx, { procedure: 'objection', open: true, subjects: [subjectId] }, null, maxOpen);
  if (open.length >= maxOpen)
    throw new DomainError('conflict', {
      zh: `已有 ${maxOpen} 件异议在办，请等待办结后再提出。`,
      en: `${maxOpen} objections are open. Wait until some are closed.`,
    });
  const twin = open.find((row) => row.record_id === (recordId ?? null) && row.facts.kind === kind);
  if (twin && recordId)
    throw new DomainError('conflict', {
      zh: '对这条信息的同类异议正在办理，请在原件中补充说明。',
      en: 'An objection of this kind to this record is open already. Add to that one.',
    });
}

/** Kinds are a closed set of the policy. */
export function checkKind(ctx: AppContext, procedure: string, kind: string): void {
  const kinds = ctx.policy().procedure(procedure).reasons.kind ?? [];
  if (kinds.some(({ key }) => key === kind)) return;
  throw new DomainError('unprocessable', {
    zh: '类型不在规定的范围内，请从列表中选择。',
    en: 'Choose the kind from the list.',
    details: [{ field: 'body/kind', zh: '不在列表中', en: 'not in the list' }],
  });
}

/** The credit office, which conducts these procedures. */
export async function officeOf(tx: Transaction): Promise<string> {
  const office = await creditOfficeBody(tx);
  if (office) return office;
  throw new DomainError('unavailable', {
    zh: '本平台尚未设置信用主管单位，请联系管理员。',
    en: 'This installation has no credit office yet. Ask the administrator.',
  });
}

/** 示市监罚决〔2026〕12号: a year in brackets and a number at the end, as GB/T 9704 has it; court cases begin with the year. */
const documentShape = /[〔（[(]\d{4}[〕）\])].*\d+号/;

function documentOf(given: string | undefined): string | null {
  if (given === undefined) return null;
  const number = given.normalize('NFC').trim();
  if (documentShape.test(number)) return number;
  throw new DomainError('unprocessable', {
    zh: '文号格式不对，应含发文机关代字、〔年份〕和序号，例如“示市监撤决〔2026〕3号”。',
    en: 'This is no document number: it has the body’s short name, the year in brackets and a number.',
    details: [{ field: 'body/documentNumber', zh: '格式不对', en: 'not a document number' }],
  });
}

export async function submitObjection(ctx: AppContext, actor: Actor, input: SubmitObjectionRequest): Promise<CaseRow> {
  withoutPersonNumbers(input.statement, input.wanted, input.documentNumber);
  const document = documentOf(input.documentNumber);
  const subjectId = await subjectFor(ctx, actor, input.code);
  checkKind(ctx, 'objection', input.kind);
  return withTransaction(ctx.db.app, async (tx) => {
    const owner = input.recordId ? await checkRecord(tx, subjectId, input.recordId) : subjectId;
    await checkOpen(tx, owner, input.recordId, input.kind);
    const office = await officeOf(tx);
    return openCase(tx, ctx, actor, objectionKind, {
      subjectId: owner,
      handlerBodyId: office,
      recordId: input.recordId ?? null,
      facts: {
        kind: input.kind,
        statement: input.statement,
        wanted: input.wanted,
        ...(document === null
          ? {}
          : {
              document,
              // A number that nobody recorded is no proof and no offence: the officer asks the body that is said to have issued it.
              documentKnown: await knowsDocument(tx, await clusterOf(tx, subjectId), document),
            }),
        onBehalf: !actor.roles.includes('companyRepresentative'),
      },
      party: 'subject',
    });
  });
}
