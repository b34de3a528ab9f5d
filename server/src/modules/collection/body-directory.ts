/** Bodies named in rows, resolved once each: a file names the same few hundred times over. */
import { parseUnifiedCode } from '@chengxin/identifiers';
import type { Clock } from '../../platform/clock.ts';
import { type Pool, type Queryable, withTransaction } from '../../platform/db.ts';
import { bodyClusterOf, ensureProvisionalBody, resolveBodyByCode } from '../identity/index.ts';

export interface BodyDirectory {
  /** Body of a valid unified code; made provisional when nobody knows it. Null when the code is not valid. */
  byCode(code: string, name: string | null): Promise<{ bodyId: string; provisional: boolean } | null>;
  /** The same, when it was asked for before; undefined otherwise. */
  known(code: string): { bodyId: string; provisional: boolean } | null | undefined;
  /** Whether two bodies count as one source: the same, or one followed the other. */
  sameSource(known: string, reporting: string): boolean;
  loadClusters(client: Queryable, bodyIds: readonly string[]): Promise<void>;
}

export function createBodyDirectory(app: Pool, clock: Clock): BodyDirectory {
  const known = new Map<string, { bodyId: string; provisional: boolean } | null>();
  const clusters = new Map<string, ReadonlySet<string>>();
  return {
    known: (code) => known.get(code),
    async byCode(code, name) {
      const hit = known.get(code);
      if (hit !== undefined) return hit;
      const parsed = parseUnifiedCode(code);
      if (!parsed.ok) {
        known.set(code, null);
        return null;
      }
      const found = await resolveBodyByCode(app, parsed.code);
      // In a transaction of its own: a batch that is repeated must find the body that its first try made.
      const body =
        found ??
        (await withTransaction(app, (tx) => ensureProvisionalBody(tx, { code: parsed.code, name }, clock))).body;
      known.set(code, body);
      return body;
    },
    sameSource: (first, second) =>
      first === second || (clusters.get(second)?.has(first) ?? false) || (clusters.get(first)?.has(second) ?? false),
    async loadClusters(client, bodyIds) {
      for (const bodyId of bodyIds) {
        if (clusters.has(bodyId)) continue;
        clusters.set(bodyId, new Set(await bodyClusterOf(client, bodyId)));
      }
    },
  };
}
