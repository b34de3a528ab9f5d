/** Requests for the officer: numbers, kinds and clocks; nothing in the list says who asks (no list of persons, G14). */
import type { Actor, AppContext } from '../../context.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { authorize } from '../identity/index.ts';
import { requestPage } from './request-queries.ts';
import { requestSummary } from './requests.ts';

export async function listRequests(
  ctx: AppContext,
  actor: Actor,
  query: { open?: boolean | undefined; cursor?: string | undefined; limit?: number | undefined },
) {
  authorize(actor, 'privacy.manage');
  const limit = query.limit ?? 50;
  const open = query.open ?? true;
  const list = open ? 'privacy.requests.open' : 'privacy.requests.all';
  const position = openPosition(ctx.keys, list, query.cursor);
  const after = position ? { key: String(position[0]), id: String(position[1]) } : null;
  const rows = await requestPage(ctx.db.person, { open, after, limit: limit + 1 });
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return {
    items: items.map((row) => requestSummary(ctx, row)),
    nextCursor: more ? sealPosition(ctx.keys, list, [open ? last.due_on : last.received_at, last.request_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}
