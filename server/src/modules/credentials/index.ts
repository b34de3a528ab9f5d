/** What others may use of credentials: the ways to prove who one is. */
import type { AppContext } from '../../context.ts';
import { purgeNonces } from './client-queries.ts';

export { clientOfBody } from './client-queries.ts';
export type { CredentialPorts } from './provider-sign-in.ts';
export { loadPersonProofs } from './providers/settings.ts';
export type { SignInProvider } from './providers/types.ts';
export { resetByOperator } from './reset-factor.ts';
export { clientResolver } from './resolve-client.ts';
export { credentialsRoutes } from './routes.ts';

/** Removes used signatures and sign-ins that never came back, once their time is over; a job calls it hourly. */
export const purgeCredentials = (ctx: Pick<AppContext, 'db' | 'clock'>): Promise<void> =>
  purgeNonces(ctx.db.app, ctx.clock.now());
