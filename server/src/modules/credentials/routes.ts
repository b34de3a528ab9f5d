/** All routes of this module. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { AppContext } from '../../context.ts';
import { clientRoutes, gatewayRoutes } from './client-routes.ts';
import { providerRoutes } from './provider-routes.ts';
import type { CredentialPorts } from './provider-sign-in.ts';
import { loadProviders } from './providers/settings.ts';
import { factorResetRoutes, ownSessionRoutes, secondFactorRoutes } from './session-routes.ts';

export function credentialsRoutes(ctx: AppContext, ports: CredentialPorts): FastifyPluginAsyncTypebox {
  const providers = loadProviders(ctx);
  return async (app) => {
    await app.register(secondFactorRoutes(ctx));
    await app.register(ownSessionRoutes(ctx));
    await app.register(factorResetRoutes(ctx));
    await app.register(clientRoutes(ctx));
    await app.register(gatewayRoutes(ctx));
    await app.register(providerRoutes(ctx, ports, providers));
  };
}
