/** What the organisation and the bank or agency read of authorisations: each its own side, everything else is not there. */
import type { AuthorisationTerms, AuthorisationUseView, AuthorisationView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import type { Queryable } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId } from '../../platform/ids.ts';
import { authorize, outsideBodyKinds } from '../identity/index.ts';
import type { PolicyRuntime } from '../policy/index.ts';
import {
  type AuthorisationRow,
  authorisationById,
  type GranteeRow,
  listAuthorisations,
  listGrantees,
  listUses,
  type Side,
} from './queries.ts';
import { authorisationView, sideOf, useView } from './views.ts';

const defaultLimit = 50;
const maxGrantees = 1000;

export interface PageRequest {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}
interface PageOf<T> {
  items: T[];
  nextCursor: string | null;
  dataAsOf: string;
}

const sideFor = (actor: Actor): Side =>
  actor.subjectId === null ? { bodyIds: actor.scopeBodyIds } : { subjectId: actor.subjectId };

export async function authorisationsPage(
  ctx: AppContext,
  actor: Actor,
  request: PageRequest,
): Promise<PageOf<AuthorisationView>> {
  authorize(actor, 'authorisation.read');
  const limit = request.limit ?? defaultLimit;
  const position = openPosition(ctx.keys, 'authorisations', request.cursor);
  const after = position ? { at: String(position[0]), id: String(position[1]) } : null;
  const rows = await listAuthorisations(ctx.db.app, sideFor(actor), after, limit);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    items: rows.map((row) => viewOf(ctx, actor, row)),
    nextCursor: last ? sealPosition(ctx.keys, 'authorisations', [last.created_at, last.authorisation_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

export const viewOf = (ctx: AppContext, actor: Actor, row: AuthorisationRow): AuthorisationView =>
  authorisationView(row, ctx.policy(), actor, ctx.clock.now(), ctx.clock.today());

/** The row, for one of its two sides. Anybody else's does not exist. */
export async function visibleAuthorisation(client: Queryable, actor: Actor, id: string): Promise<AuthorisationRow> {
  const row = isId(id) ? await authorisationById(client, id) : null;
  if (row === null) throw new DomainError('not-found');
  if (sideOf(actor, row) === null) throw new HiddenError();
  return row;
}

export async function readAuthorisation(ctx: AppContext, actor: Actor, id: string): Promise<AuthorisationView> {
  authorize(actor, 'authorisation.read');
  return viewOf(ctx, actor, await visibleAuthorisation(ctx.db.app, actor, id));
}

export async function usesPage(
  ctx: AppContext,
  actor: Actor,
  id: string,
  request: PageRequest,
): Promise<PageOf<AuthorisationUseView>> {
  authorize(actor, 'authorisation.read');
  await visibleAuthorisation(ctx.db.app, actor, id);
  const limit = request.limit ?? defaultLimit;
  const list = `authorisation-uses:${id}`;
  const position = openPosition(ctx.keys, list, request.cursor);
  const after = position ? { at: String(position[0]), id: String(position[1]) } : null;
  const rows = await listUses(ctx.db.app, id, after, limit);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    items: rows.map(useView),
    nextCursor: last ? sealPosition(ctx.keys, list, [last.used_at, last.use_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

/** Categories of the catalogue about organisations of which something may be read with an authorisation. */
export function sectionsOf(policy: PolicyRuntime): AuthorisationTerms['sections'] {
  const { categories, items } = policy.catalogue();
  const open = new Set(
    items
      .filter((item) => item.publicity === 'public' || item.publicity === 'authorised')
      .filter((item) => item.subjects.some((subject) => subject !== 'person'))
      .map((item) => item.category),
  );
  return categories.filter((category) => open.has(category.key)).map(({ key, name }) => ({ key, name }));
}

export function readTerms(ctx: Pick<AppContext, 'policy'>, actor: Actor): AuthorisationTerms {
  authorize(actor, 'authorisation.read');
  const policy = ctx.policy();
  const { days, uses, useMinutes } = policy.accessLimits().authorisation;
  return { sections: sectionsOf(policy), maxDays: days, maxUses: uses, useMinutes };
}

export async function grantees(ctx: AppContext, actor: Actor): Promise<GranteeRow[]> {
  authorize(actor, 'authorisation.read');
  return listGrantees(ctx.db.app, outsideBodyKinds, maxGrantees);
}
