/** What every step of a change needs: who may see it, who acts, what is in force, and how refusals are said. */
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import type { Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { scopeOf } from '../identity/index.ts';
import { filesInForce, type PolicyFile, policySource } from '../policy/index.ts';
import * as queries from './queries.ts';

export const conflict = (zh: string, en: string): DomainError => new DomainError('conflict', { zh, en });
export const wrong = (zh: string, en: string): DomainError => new DomainError('unprocessable', { zh, en });

export const accountOf = (actor: Actor): string => {
  if (actor.accountId === null) throw new DomainError('forbidden');
  return actor.accountId;
};

/** The change, for the office or a unit that was asked; from everybody else it is hidden. */
export async function seenChange(ctx: AppContext, actor: Actor, id: string): Promise<queries.ChangeRow> {
  const scope = scopeOf(actor, 'policyChange.read');
  const row = await queries.changeById(ctx.db.app, id);
  if (!row) throw new DomainError('not-found');
  if (scope.kind === 'all') return row;
  const units = await queries.unitsOf(ctx.db.app, id);
  if (!units.some((unit) => scope.bodyIds.includes(unit.body_id))) throw new HiddenError();
  return row;
}

export async function logged(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  id: string,
  kind: string,
  note: string | null,
): Promise<void> {
  const at = ctx.clock.now();
  await queries.insertEvent(tx, { eventId: newId(), id, at, kind, by: actor.accountId, note });
  await writeAccess(tx, ctx, actor, {
    action: `policyChange.${kind}`,
    resourceKind: 'policyChange',
    resourceId: id,
    detail: { note },
  });
}

/** What holds today, one file a kind and key. */
export const inForce = (ctx: AppContext): PolicyFile[] =>
  filesInForce(policySource(ctx.policy()).files, ctx.clock.today());
