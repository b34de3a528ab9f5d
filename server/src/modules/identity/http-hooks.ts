/** How the HTTP server learns who asks and what they may do. */
import type { FastifyRequest } from 'fastify';
import type { AppContext } from '../../context.ts';
import { writeRefusal } from '../../platform/access-log/index.ts';
import { factorCovers } from '../../platform/authz/index.ts';
import { DomainError } from '../../platform/errors.ts';
import type { HttpHooks, ResolvedActor } from '../../platform/http/index.ts';
import { sessionActor } from './actors.ts';
import { authorizer, type Permission } from './permissions.ts';
import { readSession, sessionCookieName } from './sessions.ts';

/** Another way to say who asks than a session's cookie; credentials gives these, so that identity need not know them. */
export interface ActorResolver {
  /** Null when the request carries nothing of this kind. Never throws for what is wrong with it: that is `failure`. */
  resolve(request: FastifyRequest): Promise<ResolvedActor | null>;
  /** Holds the body against what was signed, as it arrives. */
  checkBody?(request: FastifyRequest, payload: NodeJS.ReadableStream): NodeJS.ReadableStream;
}

export function httpHooks(ctx: AppContext, resolvers: readonly ActorResolver[] = []): HttpHooks {
  const sessionCookie = sessionCookieName(ctx);
  return {
    permissions: authorizer.permissions,
    sessionCookie,
    async resolveActor(request) {
      for (const resolver of resolvers) {
        const found = await resolver.resolve(request);
        if (found) return found;
      }
      return sessionActor(ctx, request, await readSession(ctx, request.cookies[sessionCookie]));
    },
    checkBody: (request, payload) =>
      resolvers.reduce((stream, resolver) => resolver.checkBody?.(request, stream) ?? stream, payload),
    // The guard at start-up made sure that the name is one of the table.
    authorize(actor, permission, factor) {
      authorizer.authorize(actor, permission as Permission);
      // Commands and the like do not say how they signed in: they are not asked over HTTP.
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
