import type { AppContext } from '../../context.ts';
import { findBody } from '../identity/index.ts';

/** Names of bodies, by id; a handful at a time. */
export async function bodyNames(
  ctx: Pick<AppContext, 'db'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const bodyId of new Set(ids)) names.set(bodyId, (await findBody(ctx.db.app, { bodyId }))?.name ?? '');
  return names;
}
