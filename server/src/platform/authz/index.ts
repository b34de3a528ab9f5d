/**
 * Authorisation in one place, deny by default. This file knows no domain words: the table of roles and permissions is
 * data that identity gives.
 */
import type { Actor, Role } from '../../context.ts';
import { DomainError } from '../errors.ts';

export { type ActorLevel, type FieldPublicity, levelCovers, type MaskableField, maskForActor } from './masking.ts';

/**
 * How far a permission reaches. `all`: every body's rows. `own`: rows of the bodies in `actor.scopeBodyIds`. A client's
 * scopes narrow its role, they never widen it.
 */
export type Reach = 'all' | 'own';
/** What a role may do; what is not named is denied. */
export type RoleTable<P extends string> = Readonly<Record<Role, Readonly<Partial<Record<P, Reach>>>>>;

/** What a decision is about. `bodyId: null` means that it belongs to no body: only `all` reaches it. */
export interface Resource {
  readonly bodyId: string | null;
  /** Whom it is about: `own` reaches it for whoever speaks for this organisation. */
  readonly subjectId?: string | null;
}

export type Scope = { readonly kind: 'all' } | { readonly kind: 'bodies'; readonly bodyIds: readonly string[] };

/**
 * A resource that exists and that the actor may not know of. Answered exactly like one that does not exist, but logged
 * as refused.
 */
export class HiddenError extends DomainError {
  constructor() {
    super('not-found');
    this.name = 'HiddenError';
  }
}

/** How strongly somebody signed in. `second`: a password and something that is held (a code generator, a UKey). */
export type Factor = 'none' | 'password' | 'second';
const factorRanks: Readonly<Record<Factor, number>> = { none: 0, password: 1, second: 2 };
export const factorCovers = (given: Factor, needed: Factor): boolean => factorRanks[given] >= factorRanks[needed];

/** What a permission demands of its routes beside the role. */
export interface PermissionRule {
  /** `required`: the request states a purpose of the policy list. A route of it that takes none does not start. */
  readonly purpose: 'required' | 'none';
  readonly factor: Factor;
}

export interface Authorizer<P extends string> {
  readonly permissions: ReadonlyMap<string, PermissionRule>;
  /** The reach of a permission for this actor; null when it has none. */
  reachOf(actor: Actor, permission: P): Reach | null;
  /** Whether the actor may do this at all, or to this resource. */
  may(actor: Actor, permission: P, resource?: Resource): boolean;
  /**
   * Throws `unauthenticated` or `forbidden` when the actor lacks the permission, HiddenError (404) when it has it but
   * not for this resource.
   */
  authorize(actor: Actor, permission: P, resource?: Resource): void;
  /** The bodies whose rows a list may contain; load through this. Throws like `authorize` when there is no permission. */
  scopeOf(actor: Actor, permission: P): Scope;
  permissionsOf(actor: Actor): P[];
}

export function createAuthorizer<P extends string>(
  rules: Readonly<Record<P, PermissionRule>>,
  table: RoleTable<P>,
  everybody: readonly P[],
): Authorizer<P> {
  const names = Object.keys(rules) as P[];
  const reachOf = (actor: Actor, permission: P): Reach | null => {
    if (actor.client !== null && !actor.client.scopes.includes(permission) && !everybody.includes(permission))
      return null;
    let found: Reach | null = everybody.includes(permission) ? 'all' : null;
    for (const role of actor.roles) {
      const reach = Object.hasOwn(table, role) ? table[role][permission] : undefined;
      if (reach === 'all') return 'all';
      if (reach === 'own') found ??= 'own';
    }
    return found;
  };
  const covers = (actor: Actor, reach: Reach, resource: Resource): boolean =>
    reach === 'all' ||
    (resource.bodyId !== null && actor.scopeBodyIds.includes(resource.bodyId)) ||
    (actor.subjectId !== null && resource.subjectId === actor.subjectId);
  const demand = (actor: Actor, permission: P): Reach => {
    const reach = reachOf(actor, permission);
    if (reach) return reach;
    throw new DomainError(actor.kind === 'anonymous' ? 'unauthenticated' : 'forbidden');
  };
  return {
    permissions: new Map<string, PermissionRule>(names.map((name) => [name, rules[name]])),
    reachOf,
    may(actor, permission, resource) {
      const reach = reachOf(actor, permission);
      return reach !== null && (resource === undefined || covers(actor, reach, resource));
    },
    authorize(actor, permission, resource) {
      const reach = demand(actor, permission);
      if (resource !== undefined && !covers(actor, reach, resource)) throw new HiddenError();
    },
    scopeOf(actor, permission) {
      return demand(actor, permission) === 'all' ? { kind: 'all' } : { kind: 'bodies', bodyIds: actor.scopeBodyIds };
    },
    permissionsOf: (actor) => names.filter((name) => reachOf(actor, name) !== null),
  };
}
