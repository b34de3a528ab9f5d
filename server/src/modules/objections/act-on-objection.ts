/** Commands of the parties: who may give which follows from the actor's role and, for the source, from the record's body. */
import type { ExtensionRequest, ObjectionCommandRequest } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { actOnCase, askForExtension, type CaseRow, decideExtension, loadCaseRow } from '../casework/index.ts';
import { may } from '../identity/index.ts';
import { objectionKind } from './objection-kind.ts';
import { clusterOf, recordOf } from './queries.ts';
import type { ObjectionParty } from './state.ts';

/** The case, and as which party the actor stands in it; hidden from everybody else. */
export async function objectionFor(
  ctx: AppContext,
  actor: Actor,
  caseId: string,
): Promise<{ row: CaseRow; party: ObjectionParty }> {
  const row = await loadCaseRow(ctx.db.app, caseId);
  if (!row || row.procedure !== 'objection') throw new DomainError('not-found');
  if (may(actor, 'objection.handle')) return { row, party: 'platform' };
  if (actor.roles.includes('companyRepresentative') && actor.subjectId !== null) {
    if ((await clusterOf(ctx.db.app, actor.subjectId)).includes(row.subject_id)) return { row, party: 'subject' };
  }
  // A window officer goes on for the organisation for which the objection was filed.
  if (row.facts.onBehalf === true && row.opened_by !== null && row.opened_by === actor.accountId)
    return { row, party: 'subject' };
  if (may(actor, 'objection.answer') && row.record_id !== null) {
    const record = await recordOf(ctx.db.app, row.record_id);
    if (record && may(actor, 'objection.answer', { bodyId: record.source_body_id })) return { row, party: 'provider' };
  }
  throw new HiddenError();
}

const remedyNeeded = (): DomainError =>
  new DomainError('unprocessable', {
    zh: '异议成立的，请选择处理方式：撤回该条信息，或者由提供单位更正。',
    en: 'Say what follows: the record is withdrawn, or the source corrects it.',
    details: [{ field: 'body/remedy', zh: '必填', en: 'needed' }],
  });

export async function actOnObjection(
  ctx: AppContext,
  actor: Actor,
  caseId: string,
  input: ObjectionCommandRequest,
  key: string | null,
): Promise<CaseRow> {
  const { row, party } = await objectionFor(ctx, actor, caseId);
  const upholds = input.command === 'uphold' || input.command === 'upholdPartly';
  if (upholds && row.record_id !== null && input.remedy === undefined) throw remedyNeeded();
  return withTransaction(ctx.db.app, (tx) =>
    actOnCase(tx, ctx, actor, objectionKind, caseId, {
      command: input.command,
      party,
      reason: input.reason ?? null,
      note: input.note ?? null,
      data: upholds && input.remedy ? { remedy: input.remedy } : null,
      key,
      ...(input.expectedEvents === undefined ? {} : { expectedEvents: input.expectedEvents }),
    }),
  );
}

/** The whole procedure's clock is extended once; another person of the credit office grants it. */
export async function extendObjection(
  ctx: AppContext,
  actor: Actor,
  caseId: string,
  input: ExtensionRequest,
): Promise<CaseRow> {
  const { party } = await objectionFor(ctx, actor, caseId);
  if (party !== 'platform') throw new DomainError('forbidden');
  return withTransaction(ctx.db.app, (tx) =>
    input.act === 'ask'
      ? askForExtension(tx, ctx, actor, objectionKind, caseId, { clock: 'total', reason: input.reason ?? '' })
      : decideExtension(tx, ctx, actor, objectionKind, caseId, { granted: input.act === 'grant' }),
  );
}
