/** Deny by default: a route that does not say who may call it, for what and how strongly signed in, does not start. */
import type { RouteOptions } from 'fastify';
import { factorCovers, type PermissionRule } from '../authz/index.ts';

const open: PermissionRule = { purpose: 'none', factor: 'none' };

function takesPurpose(schema: unknown): boolean {
  const properties =
    typeof schema === 'object' && schema !== null && 'properties' in schema ? schema.properties : undefined;
  return typeof properties === 'object' && properties !== null && Object.hasOwn(properties, 'purpose');
}

/**
 * The demands of a route: its permission's, or the stricter ones of its own config. Throws when the permission is missing or
 * unknown, when the route demands less than its permission, or when it needs a purpose and takes none.
 */
export function guardRoute(route: RouteOptions, permissions: ReadonlyMap<string, PermissionRule>): PermissionRule {
  const { permission, purpose, factor } = route.config ?? {};
  const where = `${String(route.method)} ${route.url}`;
  if (permission === undefined) {
    throw new Error(`route ${where} declares no permission: add config: { permission: '…' } (or 'public')`);
  }
  const rule = permission === 'public' ? open : permissions.get(permission);
  if (rule === undefined) throw new Error(`route ${where} declares the unknown permission ${permission}`);
  const demands: PermissionRule = { purpose: purpose ?? rule.purpose, factor: factor ?? rule.factor };
  if (!factorCovers(demands.factor, rule.factor)) {
    throw new Error(`route ${where} demands a weaker factor (${demands.factor}) than ${permission} (${rule.factor})`);
  }
  if (rule.purpose === 'required' && demands.purpose === 'none') {
    throw new Error(`route ${where} asks for no purpose, which ${permission} requires`);
  }
  const { querystring, body } = route.schema ?? {};
  if (demands.purpose === 'required' && !takesPurpose(querystring) && !takesPurpose(body)) {
    throw new Error(`route ${where} needs a purpose, but neither its query nor its body takes one`);
  }
  return demands;
}
