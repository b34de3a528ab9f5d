/** Whoever lifts what an entry asked of it lifts with it each use that it made: one act, not one for every case. */
import type { Actor, AppContext } from '../../context.ts';
import { publish, writeAccess } from '../../platform/access-log/index.ts';
import type { Transaction } from '../../platform/db.ts';
import { may } from '../identity/index.ts';
import { answerHit, appliedHits } from './queries.ts';
import { afterHitAct } from './state.ts';
import { tellSubject } from './tell-subject.ts';

/** Gives how many uses of the actor's own body were lifted. The caller has seen that the cause is gone. */
export async function liftHits(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  of: { readonly subjectId: string; readonly entryId: string; readonly measure: string },
): Promise<number> {
  const [on, at] = [ctx.clock.today(), ctx.clock.now()];
  let lifted = 0;
  for (const hit of await appliedHits(tx, of)) {
    const state = afterHitAct(hit.state, 'lifted');
    if (state === null || !may(actor, 'check.feedback', { bodyId: hit.body_id })) continue;
    const { reason, document } = hit;
    if ((await answerHit(tx, hit, { state, reason, document, by: actor.accountId, on, at })) === 0) continue;
    await writeAccess(tx, ctx, actor, {
      action: 'check.feedback',
      resourceKind: 'hit',
      resourceId: hit.hit_id,
      subjectId: hit.subject_id,
      matter: hit.matter,
      caseNumber: hit.case_number,
      detail: { action: 'lifted', measure: hit.measure, receipt: hit.number },
    });
    await tellSubject(tx, ctx, hit, { topic: 'measure.lifted', document: null, reason: null });
    await publish(tx, ctx, [
      {
        kind: 'measure.lifted',
        subjectId: hit.subject_id,
        payload: { hitId: hit.hit_id, measure: hit.measure, list: hit.list },
      },
    ]);
    lifted++;
  }
  return lifted;
}
