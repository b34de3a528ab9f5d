/** How the HTTP server learns who asks and what they may do. */
import type { AppContext } from '../../context.ts';
import { writeRefusal } from '../../platform/access-log/index.ts';
import { factorCovers } from '../../platform/authz/index.ts';
import { DomainError } from '../../platform/errors.ts';
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
    authorize(actor, permission, factor) {
      authorizer.authorize(actor, permission as Permission);
      // A session that does not say how it was opened is of an installation without second factors.
      if (actor.factor !== undefined && !factorCovers(actor.factor, factor)) {
        throw new DomainError('forbidden', {
          zh: '此事项须用动态口令或证书再次验证身份，请在“我的账号”中绑定后重新登录。',
          en: 'This needs a second factor. Enrol a code generator or a certificate under “My account”, then sign in with it.',
        });
      }
    },
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
