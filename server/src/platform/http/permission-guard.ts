/** Deny by default: a route that does not say who may call it does not start. */
import type { RouteOptions } from 'fastify';

/** Throws when a route has no permission or an unknown one; called for every route as it is registered. */
export function guardRoute(route: RouteOptions, permissions: ReadonlySet<string>): void {
  const permission = route.config?.permission;
  const where = `${String(route.method)} ${route.url}`;
  if (permission === undefined) {
    throw new Error(`route ${where} declares no permission: add config: { permission: '…' } (or 'public')`);
  }
  if (permission !== 'public' && !permissions.has(permission)) {
    throw new Error(`route ${where} declares the unknown permission ${permission}`);
  }
}
