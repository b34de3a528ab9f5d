/** What follows from each answer to a hit, whoever gives it: the log, the word to the organisation, the change in the feed. */
import type { Actor, AppContext } from '../../context.ts';
import { publish, writeAccess } from '../../platform/access-log/index.ts';
import type { Transaction } from '../../platform/db.ts';
import { answerHit, type HitRow } from './queries.ts';
import type { HitAct, HitState } from './state.ts';
import { tellSubject } from './tell-subject.ts';

export interface Answer {
  readonly action: HitAct;
  readonly state: HitState;
  readonly reason: string | null;
  readonly document: string | null;
  /** Document of the entry, for the organisation. */
  readonly cause: string | null;
}

/** False when somebody else answered it meanwhile. The caller has seen that the act is open to the actor. */
export async function keepAnswer(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  hit: HitRow,
  answer: Answer,
): Promise<boolean> {
  const { action, state, reason, document, cause } = answer;
  const to = { state, reason, document, by: actor.accountId, on: ctx.clock.today(), at: ctx.clock.now() };
  if ((await answerHit(tx, hit, to)) === 0) return false;
  await writeAccess(tx, ctx, actor, {
    action: 'check.feedback',
    resourceKind: 'hit',
    resourceId: hit.hit_id,
    subjectId: hit.subject_id,
    matter: hit.matter,
    caseNumber: hit.case_number,
    detail: { action, measure: hit.measure, receipt: hit.number },
  });
  if (state === 'applied' || state === 'lifted')
    await tellSubject(tx, ctx, hit, { topic: `measure.${state}`, document: cause, reason });
  await publish(tx, ctx, [
    {
      kind: `measure.${state}`,
      subjectId: hit.subject_id,
      payload: { hitId: hit.hit_id, measure: hit.measure, list: hit.list },
    },
  ]);
  return true;
}
