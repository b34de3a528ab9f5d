/** What changed, for followers: written with the change, placed in the feed by the sealer, read by position. */
import type { AppContext } from '../../context.ts';
import { execute, type Queryable, query, type Runner, sql } from '../db.ts';
import { newId } from '../ids.ts';

export interface Change {
  /** Such as `record.recorded`, `record.withdrawn`, `subject.merged`. */
  readonly kind: string;
  readonly subjectId?: string | null;
  /** Ids, codes and tokens; the reader loads the rest through its own rights. */
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface PlacedChange extends Change {
  /** Position in the feed, from 1, without gaps. */
  readonly position: string;
  readonly at: string;
}

/** Adds changes in the transaction that makes them. */
export async function publish(
  client: Queryable,
  ctx: { clock: Pick<AppContext['clock'], 'now'> },
  changes: readonly Change[],
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map((change) => ({
    id: newId(),
    kind: change.kind,
    subject: change.subjectId ?? null,
    payload: change.payload,
  }));
  await execute(
    client as Runner,
    sql`insert into core.outbox (outbox_id, kind, subject_id, payload, at)
        select (item->>'id')::uuid, item->>'kind', (item->>'subject')::uuid, item->'payload', ${ctx.clock.now()}::timestamptz
        from jsonb_array_elements(${JSON.stringify(rows)}::jsonb) as item`,
  );
}

/** The changes after a position, in order; at most 1,000. */
export async function readFeed(client: Queryable, after: string, limit = 200): Promise<PlacedChange[]> {
  return query<PlacedChange>(
    client as Runner,
    sql`select f.position::text as position, o.kind, o.subject_id as "subjectId", o.payload, o.at
        from log.feed f join core.outbox o on o.outbox_id = f.outbox_id
        where f.position > ${after}::bigint order by f.position limit ${Math.min(Math.max(limit, 1), 1000)}`,
  );
}
