/** A paper of a case is drafted and takes its number; both in the caller's transaction. */
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { dayOf, type Instant } from '../../platform/clock.ts';
import type { Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { PaperTemplate } from '../policy/index.ts';
import { checkFields } from './fields.ts';
import { bodyName, insertPaper, nextOrdinal, type PaperRow, paperOfKey, subjectNames } from './queries.ts';
import type { PaperCase } from './types.ts';
import { chineseDay, paperNumber } from './words.ts';

export interface IssuePaper {
  readonly case: PaperCase;
  /** Key of a template of the policy (policy/papers). */
  readonly template: string;
  /** By the keys of the template's fields; days as ISO days. */
  readonly fields: Readonly<Record<string, string>>;
  /** Whose paper it is. The caller has authorised the actor for it. */
  readonly bodyId: string;
  /** The same key again gives the paper that is there. */
  readonly key?: string | null;
}

export function templateFor(ctx: Pick<AppContext, 'policy'>, key: string, procedure: string): PaperTemplate {
  const template = ctx
    .policy()
    .papers()
    .find((one) => one.key === key);
  if (!template || (template.procedures && !template.procedures.includes(procedure)))
    throw new DomainError('unprocessable', {
      zh: '这类事项没有这种文书，请从列表中选择。',
      en: 'Cases of this kind have no such paper. Choose from the list.',
      details: [{ field: 'body/template', zh: '不在列表中', en: 'not in the list' }],
    });
  return template;
}

const noSubject = { subjectName: '', subjectCode: null };

async function factsOf(tx: Transaction, input: IssuePaper, at: Instant): Promise<Record<string, string>> {
  const subject = input.case.subjectId === null ? noSubject : await subjectNames(tx, input.case.subjectId);
  const body = await bodyName(tx, input.bodyId);
  if (!subject || body === null) throw new DomainError('not-found');
  return {
    caseNumber: input.case.caseNumber ?? '',
    procedureName: input.case.procedureName,
    subjectName: subject.subjectName,
    subjectCode: subject.subjectCode ?? '',
    bodyName: body,
    documentNumber: input.case.documentNumber ?? '',
    openedOn: chineseDay(input.case.openedOn),
    issuedOn: chineseDay(dayOf(at)),
  };
}

export async function issuePaper(
  tx: Transaction,
  ctx: Pick<AppContext, 'clock' | 'policy' | 'db'>,
  actor: Actor,
  input: IssuePaper,
): Promise<PaperRow> {
  const key = input.key ?? null;
  if (key !== null) {
    const known = await paperOfKey(tx, input.case.caseId, key);
    if (known) return known;
  }
  const template = templateFor(ctx, input.template, input.case.procedure);
  const given = checkFields(template, input.fields);
  const now = ctx.clock.now();
  const facts = await factsOf(tx, input, now);
  const issuedOn = dayOf(now);
  const year = Number(issuedOn.slice(0, 4));
  // Last, so that the sequence is locked for as short as possible.
  const ordinal = await nextOrdinal(tx, input.bodyId, template.series, year);
  const number = paperNumber(template.numberWord, year, ordinal);
  const row: PaperRow = {
    ...emptyPaper,
    paper_id: newId(),
    template: input.template,
    policy_set_id: ctx.policy().setId,
    procedure: input.case.procedure,
    case_id: input.case.caseId,
    subject_id: input.case.subjectId,
    body_id: input.bodyId,
    series: template.series,
    year,
    ordinal,
    number,
    fields: { facts: { ...facts, number }, given },
    issued_by: actor.accountId,
    issued_at: now,
    issued_on: issuedOn,
    command_key: key,
  };
  // The number goes back with the transaction.
  if ((await insertPaper(tx, row)) !== 1) throw new DomainError('conflict');
  await writeAccess(tx, ctx, actor, {
    action: 'paper.issue',
    resourceKind: 'paper',
    resourceId: row.paper_id,
    subjectId: row.subject_id,
    caseNumber: input.case.caseNumber,
    detail: { number, template: row.template, caseId: row.case_id },
  });
  return row;
}

const emptyPaper = {
  state: 'draft',
  first_by: null,
  first_at: null,
  second_by: null,
  second_at: null,
  sealed_name: null,
  sealed_type: null,
  sealed_bytes: null,
  sealed_sha256: null,
  sealed_key: null,
  sealed_by: null,
  sealed_at: null,
  served_on: null,
  served_manner: null,
  served_to: null,
  served_proof: null,
  served_by: null,
  served_at: null,
  voided_reason: null,
  voided_by: null,
  voided_at: null,
} as const;
