/** How an authorisation ends by somebody's act: declined, withdrawn, revoked. A revocation takes effect with its commit. */
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize, type Permission } from '../identity/index.ts';
import { endAuthorisation as end } from './queries.ts';
import { visibleAuthorisation } from './read-authorisations.ts';
import { type AuthorisationAct, afterAct } from './state.ts';
import { sideOf, termsOf } from './views.ts';

type EndingAct = Exclude<AuthorisationAct, 'grant'>;

const sides: Readonly<Record<EndingAct, { side: 'grantor' | 'grantee'; permission: Permission }>> = {
  decline: { side: 'grantor', permission: 'authorisation.grant' },
  revoke: { side: 'grantor', permission: 'authorisation.grant' },
  withdraw: { side: 'grantee', permission: 'authorisation.use' },
};

/** Errors: not-found, forbidden (the other side's act), conflict (it is not open any more). */
export async function endAuthorisation(
  ctx: AppContext,
  actor: Actor,
  id: string,
  act: EndingAct,
  note: string | undefined,
): Promise<{ id: string; state: string }> {
  authorize(actor, sides[act].permission);
  const by = actor.accountId;
  if (by === null) throw new DomainError('unauthenticated');
  const at = ctx.clock.now();
  return withTransaction(ctx.db.app, async (tx) => {
    const row = await visibleAuthorisation(tx, actor, id);
    if (sideOf(actor, row) !== sides[act].side) throw new DomainError('forbidden');
    const next = afterAct(termsOf(row), act, at, ctx.clock.today());
    if (next === null) throw new DomainError('conflict');
    const text = note?.normalize('NFC').trim() || null;
    if ((await end(tx, id, row.state, next, { by, at, note: text })) === 0) throw new DomainError('conflict');
    await writeAccess(tx, ctx, actor, {
      action: `authorisation.${act}`,
      resourceKind: 'authorisation',
      resourceId: id,
      subjectId: row.subject_id,
      purpose: row.purpose,
      matter: row.matter,
      detail: { grantee: row.body_id, usesMade: row.uses_made },
    });
    return { id, state: next };
  });
}
