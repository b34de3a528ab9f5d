/** Whoever lifts what an entry asked of it lifts with it each use that it made: one act, not one for every case. */
import type { Actor, AppContext } from '../../context.ts';
import type { Transaction } from '../../platform/db.ts';
import { may } from '../identity/index.ts';
import { keepAnswer } from './keep-answer.ts';
import { appliedHits } from './queries.ts';
import { afterHitAct } from './state.ts';

/** Gives how many uses of the actor's own body were lifted. The caller has seen that the cause is gone. */
export async function liftHits(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  of: { readonly subjectId: string; readonly entryId: string; readonly measure: string },
): Promise<number> {
  let lifted = 0;
  for (const hit of await appliedHits(tx, of)) {
    const state = afterHitAct(hit.state, 'lifted');
    if (state === null || !may(actor, 'check.feedback', { bodyId: hit.body_id })) continue;
    // Reason and document of the use stay as they were given.
    const ended = { action: 'lifted', state, reason: null, document: null, cause: null } as const;
    if (await keepAnswer(tx, ctx, actor, hit, ended)) lifted++;
  }
  return lifted;
}
