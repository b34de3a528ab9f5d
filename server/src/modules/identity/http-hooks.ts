/** How the HTTP server learns who asks and what they may do. */
import type { AppContext } from '../../context.ts';
import { writeRefusal } from '../../platform/access-log/index.ts';
import type { HttpHooks } from '../../platform/http/index.ts';
import { sessionActor } from './actors.ts';
import { authorizer, type Permission } from './permissions.ts';
import { readSession, sessionCookieName } from './sessions.ts';

export function httpHooks(ctx: AppContext): HttpHooks {
  const sessionCookie = sessionCookieName(ctx);
  return {
    permissions: authorizer.permissions,
    sessionCookie,
    resolveActor: async (request) => sessionActor(request, await readSession(ctx, request.cookies[sessionCookie])),
    // The guard at start-up made sure that the name is one of the table.
    authorize: (actor, permission) => authorizer.authorize(actor, permission as Permission),
    recordRefusal: (request, permission, outcome, code) =>
      writeRefusal(ctx, request.actor, {
        action: permission,
        outcome,
        resourceKind: request.access.resourceKind ?? null,
        resourceId: request.access.resourceId ?? null,
        subjectId: request.access.subjectId ?? null,
        purpose: request.access.purpose ?? null,
        matter: request.access.matter ?? null,
        caseNumber: request.access.caseNumber ?? null,
        detail: { code, method: request.method, route: request.routeOptions.url ?? '' },
      }),
  };
}
