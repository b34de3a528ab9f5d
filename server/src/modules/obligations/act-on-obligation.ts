/** What a body does about its obligation: acknowledge, feed back, lift. Somebody else's is hidden. */
import type {
  ObligationAnswer,
  ObligationFeedbackRequest,
  ObligationLiftRequest,
  ObligationsResult,
} from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { publish, writeAccess } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { liftHits, personNumberIn, personsElsewhere, tellSubject } from '../checks/index.ts';
import { authorize, may } from '../identity/index.ts';
import { cityBodies, planSubjects } from './plan-obligations.ts';
import { insertFeedback, moveObligation, obligationBy, type SeenObligation } from './queries.ts';
import { afterObligationAct, type ObligationAct, obligationLack } from './state.ts';

const text = (value: string | undefined): string | null => value?.normalize('NFC').trim() || null;

/** The obligation as its entry stands at this moment. Errors: not-found (none, or another body's). */
async function openOwn(tx: Transaction, ctx: AppContext, actor: Actor, id: string): Promise<SeenObligation> {
  const found = await obligationBy(tx, id);
  if (!found) throw new DomainError('not-found');
  if (!may(actor, 'obligation.answer', { bodyId: found.body_id })) throw new HiddenError();
  await planSubjects(tx, ctx, await cityBodies(ctx), [found.canonical_id]);
  return (await obligationBy(tx, id)) ?? found;
}

const refusals: Readonly<Record<string, { zh: string; en: string }>> = {
  acknowledge: {
    zh: '这项义务已签收或者已终止，请刷新后查看。',
    en: 'It was acknowledged already, or it ended. Load the page again.',
  },
  feedback: {
    zh: '列入原因已不存在（移出、修复或者撤销），不得再实施该措施；已签收的请办理解除。',
    en: 'The cause is gone (removed, repaired or annulled): the measure may not be taken any more. Lift it.',
  },
  lift: {
    zh: '列入原因仍在，或者已经解除，不能办理解除。',
    en: 'The cause is still there, or it was lifted already: there is nothing to lift.',
  },
};

async function step(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  row: SeenObligation,
  act: ObligationAct,
  what: { readonly action: 'acknowledge' | 'feedback' | 'lift'; readonly note?: string | null },
): Promise<ObligationAnswer> {
  const to = afterObligationAct(row, act);
  if (!to) throw new DomainError('conflict', refusals[what.action]);
  const moved = await moveObligation(tx, row, {
    ...to,
    on: ctx.clock.today(),
    at: ctx.clock.now(),
    by: actor.accountId,
    liftDueOn: null,
    note: what.note ?? null,
  });
  if (moved === 0) throw new DomainError('conflict', refusals[what.action]);
  await publish(tx, ctx, [
    {
      kind: `obligation.${to.state}`,
      subjectId: row.subject_id,
      payload: { obligationId: row.obligation_id, list: row.list, measure: row.measure },
    },
  ]);
  return { id: row.obligation_id, state: to.state };
}

const logged = (
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  row: SeenObligation,
  action: string,
  more: { readonly matter?: string | null; readonly caseNumber?: string | null; readonly detail?: object } = {},
): Promise<void> =>
  writeAccess(tx, ctx, actor, {
    action: `obligation.${action}`,
    resourceKind: 'obligation',
    resourceId: row.obligation_id,
    subjectId: row.canonical_id,
    matter: more.matter ?? null,
    caseNumber: more.caseNumber ?? null,
    detail: { list: row.list, measure: row.measure, ...more.detail },
  });

/** Errors: not-found, conflict (acknowledged already, or ended). */
export async function acknowledge(ctx: AppContext, actor: Actor, id: string): Promise<ObligationAnswer> {
  authorize(actor, 'obligation.answer');
  return withTransaction(ctx.db.app, async (tx) => {
    const row = await openOwn(tx, ctx, actor, id);
    const answer = await step(tx, ctx, actor, row, 'acknowledge', { action: 'acknowledge' });
    await logged(tx, ctx, actor, row, 'acknowledge');
    return answer;
  });
}

const invalid = (field: string, zh: string, en: string): DomainError =>
  new DomainError('unprocessable', { zh, en, details: [{ field, code: 'invalid', zh, en }] });

function checkFeedback(ctx: AppContext, row: SeenObligation, given: ReturnType<typeof givenOf>): void {
  const lack = obligationLack({ force: row.force, ...given });
  if (lack)
    throw new DomainError('unprocessable', {
      zh: lack.zh,
      en: lack.en,
      details: [{ field: lack.field, code: 'required', zh: lack.zh, en: lack.en }],
    });
  if (given.actedOn > ctx.clock.today())
    throw invalid('actedOn', '实施日期不能晚于今天。', 'The day of the act is not in the future.');
  if (given.actedOn < row.sent_on && given.action !== 'none')
    throw invalid('actedOn', '实施日期不能早于义务送达之日。', 'The day of the act is not before it was sent.');
  if (given.matter === null) return;
  const matter = ctx.policy().matter(given.matter);
  if (!matter?.measures.includes(row.measure))
    throw invalid(
      'matter',
      '该事项不在清单中，或者不适用这项措施，请重新选择。',
      'There is no such matter, or it does not know this measure.',
    );
}

const givenOf = (ctx: AppContext, request: ObligationFeedbackRequest) => ({
  action: request.action,
  matter: text(request.matter),
  caseNumber: text(request.caseNumber),
  document: text(request.document),
  reason: text(request.reason),
  actedOn: request.actedOn ?? ctx.clock.today(),
});

/** Errors: not-found, conflict (the cause is gone), unprocessable (case, document, reason, matter, day; a person's number). */
export async function feedBack(
  ctx: AppContext,
  actor: Actor,
  id: string,
  request: ObligationFeedbackRequest,
): Promise<ObligationAnswer> {
  authorize(actor, 'obligation.answer');
  const given = givenOf(ctx, request);
  const { action, matter, caseNumber, document, reason } = given;
  if (personNumberIn(`${caseNumber ?? ''} ${document ?? ''} ${reason ?? ''}`)) throw personsElsewhere();
  return withTransaction(ctx.db.app, async (tx) => {
    const row = await openOwn(tx, ctx, actor, id);
    const act = action === 'none' ? 'notApply' : 'apply';
    if (!afterObligationAct(row, act)) throw new DomainError('conflict', refusals.feedback);
    checkFeedback(ctx, row, given);
    const answer = await step(tx, ctx, actor, row, act, { action: 'feedback' });
    await insertFeedback(tx, {
      subject_id: row.subject_id,
      feedback_id: newId(),
      obligation_id: row.obligation_id,
      action,
      matter,
      case_number: caseNumber,
      acted_on: given.actedOn as ReturnType<AppContext['clock']['today']>,
      document,
      reason,
      hit_id: null,
      account_id: actor.accountId,
      recorded_at: ctx.clock.now(),
    });
    // 深圳 art. 69: basis, reason and remedy, where the platform tells it for this matter.
    if (action !== 'none' && matter !== null)
      await tellSubject(
        tx,
        ctx,
        { subject_id: row.canonical_id, body_id: row.body_id, matter, list: row.list, measure: row.measure },
        { topic: 'measure.applied', document: row.document, reason },
      );
    await logged(tx, ctx, actor, row, 'feedback', { matter, caseNumber, detail: { action } });
    return answer;
  });
}

/** With it every use that the body fed back at a check. Errors: not-found, conflict (the cause is still there). */
export async function lift(
  ctx: AppContext,
  actor: Actor,
  id: string,
  request: ObligationLiftRequest,
): Promise<ObligationAnswer> {
  authorize(actor, 'obligation.answer');
  const note = text(request.note);
  if (personNumberIn(note ?? '')) throw personsElsewhere();
  return withTransaction(ctx.db.app, async (tx) => {
    const row = await openOwn(tx, ctx, actor, id);
    const answer = await step(tx, ctx, actor, row, 'lift', { action: 'lift', note });
    const hits = await liftHits(tx, ctx, actor, {
      subjectId: row.canonical_id,
      entryId: row.entry_id,
      measure: row.measure,
    });
    await logged(tx, ctx, actor, row, 'lift', { detail: { hits } });
    return answer;
  });
}

/** Many at once: each in a transaction of its own, so that one that cannot be done holds up none. */
async function each(
  ids: readonly string[],
  work: (id: string) => Promise<ObligationAnswer>,
): Promise<ObligationsResult> {
  const results: ObligationsResult['results'] = [];
  for (const id of new Set(ids)) {
    try {
      results.push({ id, ok: true, state: (await work(id)).state, message: null });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      results.push({ id, ok: false, state: null, message: { zh: error.zh, en: error.en } });
    }
  }
  return { results };
}

export function acknowledgeMany(ctx: AppContext, actor: Actor, ids: readonly string[]): Promise<ObligationsResult> {
  authorize(actor, 'obligation.answer');
  return each(ids, (id) => acknowledge(ctx, actor, id));
}

export function liftMany(
  ctx: AppContext,
  actor: Actor,
  ids: readonly string[],
  request: ObligationLiftRequest,
): Promise<ObligationsResult> {
  authorize(actor, 'obligation.answer');
  return each(ids, (id) => lift(ctx, actor, id, request));
}
