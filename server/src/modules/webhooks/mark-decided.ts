/** The decision was taken: nobody needs to be told of later changes. Also for a check that told nothing to be fed back. */
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { authorize, may } from '../identity/index.ts';
import { insertDecided, receiptToDecide } from './queries.ts';

/** Said twice it answers the same. Errors: not-found (no such receipt, or another body's). */
export async function markDecided(
  ctx: AppContext,
  actor: Actor,
  given: string,
): Promise<{ receipt: string; decidedOn: string }> {
  authorize(actor, 'check.feedback');
  const number = given.trim().toUpperCase();
  return withTransaction(ctx.db.app, async (tx) => {
    const receipt = await receiptToDecide(tx, number);
    if (!receipt || !may(actor, 'check.feedback', { bodyId: receipt.body_id })) throw new HiddenError();
    if (receipt.decided_on !== null) return { receipt: number, decidedOn: receipt.decided_on };
    const on = ctx.clock.today();
    if ((await insertDecided(tx, { number, on, at: ctx.clock.now(), by: actor.accountId })) === 1)
      await writeAccess(tx, ctx, actor, {
        action: 'check.decided',
        resourceKind: 'check',
        resourceId: number,
        subjectId: receipt.subject_id,
        matter: receipt.matter,
        caseNumber: receipt.case_number,
      });
    return { receipt: number, decidedOn: on };
  });
}
