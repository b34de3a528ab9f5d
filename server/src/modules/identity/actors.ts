/** Who acts: made from a session or by the command line, never from a request's body. */
import { hostname } from 'node:os';
import type { FastifyRequest } from 'fastify';
import type { Actor, AppContext } from '../../context.ts';
import { sharedBy } from '../../platform/batcher.ts';
import type { ResolvedActor } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';
import { operatorAccountId } from './accounts.ts';
import { findAccountActors } from './queries.ts';
import { type LiveSession, secondFactorState } from './sessions.ts';

export function anonymousActor(request: FastifyRequest): Actor {
  return {
    kind: 'anonymous',
    accountId: null,
    name: 'anonymous',
    roles: [],
    bodyId: null,
    scopeBodyIds: [],
    subjectId: null,
    client: null,
    osUser: null,
    address: request.ip,
    requestId: request.id,
  };
}

export function sessionActor(
  ctx: Pick<AppContext, 'policy'>,
  request: FastifyRequest,
  session: LiveSession | null,
): ResolvedActor {
  if (!session) return { actor: anonymousActor(request), mustChangePassword: false };
  const state = secondFactorState(ctx, session);
  const actor: Actor = {
    kind: 'account',
    accountId: session.account_id,
    // Whoever acts for somebody absent stands in the log with both names (AB 角).
    name: session.absent_name === null ? session.name : `${session.name}（代 ${session.absent_name}）`,
    // The operator is the command line on the machine: no session is one, whatever the table says.
    roles: session.roles.filter((role) => role !== 'operator'),
    bodyId: session.body_id,
    scopeBodyIds: session.scope,
    subjectId: session.subject_id,
    client: null,
    factor: state === 'done' ? 'second' : 'password',
    osUser: null,
    address: request.ip,
    requestId: request.id,
  };
  const pending = state === 'needed' || state === 'missing' ? state : null;
  return { actor, mustChangePassword: session.must_change_password, pending };
}

/** Requests that arrive together share a look-up, which begins after each of them. */
const findAccountActor = sharedBy(async (ctx: Pick<AppContext, 'db' | 'clock'>, ids: readonly string[]) => {
  const found = await findAccountActors(ctx.db.app, [...new Set(ids)], ctx.clock.today());
  const byId = new Map(found.map((account) => [account.account_id, account]));
  return ids.map((id) => byId.get(id) ?? null);
});

/** A system acts through its account, which has its body, scope and roles. Null when it cannot act. */
export async function accountActor(
  ctx: Pick<AppContext, 'db' | 'clock'>,
  request: FastifyRequest,
  accountId: string,
): Promise<Actor | null> {
  const account = await findAccountActor(ctx, accountId);
  if (!account) return null;
  return {
    ...anonymousActor(request),
    kind: 'account',
    accountId,
    name: account.name,
    roles: account.roles.filter((role) => role !== 'operator'),
    bodyId: account.body_id,
    scopeBodyIds: account.scope,
  };
}

/** The actor of a request. On routes with `permission: 'public'` it is anonymous unless `optionalSession` is set. */
export function actorOf(request: FastifyRequest): Actor {
  return request.actor;
}

/** The actor of a command: account `operator`, with the user of the operating system beside it. */
export function operatorActor(_ctx: Pick<AppContext, 'clock'>, osUser: string): Actor {
  return {
    kind: 'operator',
    accountId: operatorAccountId,
    name: 'operator',
    roles: ['operator'],
    bodyId: null,
    scopeBodyIds: [],
    subjectId: null,
    client: null,
    osUser,
    address: hostname(),
    requestId: newId(),
  };
}

/**
 * The platform itself: a clock, or what follows from a decision. `name` says which part of it acts; `accountId` whose decision
 * it carries out, where there is one.
 */
export function platformActor(name: string, of: Partial<Pick<Actor, 'accountId' | 'roles' | 'requestId'>> = {}): Actor {
  return {
    kind: 'operator',
    accountId: null,
    name,
    roles: [],
    bodyId: null,
    scopeBodyIds: [],
    subjectId: null,
    client: null,
    osUser: null,
    address: null,
    requestId: newId(),
    ...of,
  };
}
