/** All routes of this module. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { AppContext } from '../../context.ts';
import { factorResetRoutes, ownSessionRoutes, secondFactorRoutes } from './session-routes.ts';

export function credentialsRoutes(ctx: AppContext): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(secondFactorRoutes(ctx));
    await app.register(ownSessionRoutes(ctx));
    await app.register(factorResetRoutes(ctx));
  };
}
