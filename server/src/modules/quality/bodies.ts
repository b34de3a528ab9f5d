/** Bodies as the figures are read by: whoever followed another owns its rates (DESIGN §4). */
import type { Actor } from '../../context.ts';
import type { Runner } from '../../platform/db.ts';
import { type ListedBody, listBodies, type Permission, scopeOf } from '../identity/index.ts';

export interface Bodies {
  /** The body that answers for it today. */
  heir(bodyId: string): string;
  name(bodyId: string): string;
  /** Its district, or the whole city. */
  district(bodyId: string): { readonly key: string; readonly name: string };
  /** Null: every body. */
  readonly scope: ReadonlySet<string> | null;
  readonly all: readonly ListedBody[];
}

const maxSteps = 20;

export async function loadBodies(
  client: Parameters<typeof listBodies>[0] & Runner,
  actor: Actor | null,
  permission: Permission,
): Promise<Bodies> {
  const all = await listBodies(client);
  const byId = new Map(all.map((body) => [body.bodyId, body]));
  const heir = (bodyId: string): string => {
    let at = bodyId;
    for (let step = 0; step < maxSteps; step += 1) {
      const next = byId.get(at)?.successorIds ?? [];
      // A body that was split answers through none of its parts alone.
      if (next.length !== 1 || next[0] === undefined) break;
      at = next[0];
    }
    return at;
  };
  const district = (bodyId: string): { key: string; name: string } => {
    for (let at = byId.get(bodyId), step = 0; at && step < maxSteps; step += 1) {
      if (at.kind === 'district' || at.kind === 'zone') return { key: at.bodyId, name: at.name };
      at = at.parentId === null ? undefined : byId.get(at.parentId);
    }
    return { key: 'city', name: '市本级' };
  };
  const scope = actor === null ? { kind: 'all' as const } : scopeOf(actor, permission);
  return {
    heir,
    name: (bodyId) => byId.get(bodyId)?.name ?? bodyId,
    district,
    scope: scope.kind === 'all' ? null : new Set(scope.bodyIds),
    all,
  };
}
