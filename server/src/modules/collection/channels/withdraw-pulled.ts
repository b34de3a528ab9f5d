/** What a source deleted, or replaced under another document number, is withdrawn: its own assertions only. */
import type { Actor, AppContext } from '../../../context.ts';
import { withTransaction } from '../../../platform/db.ts';
import { withdrawAs } from '../../records/index.ts';
import * as queries from './queries.ts';
import type { ChannelRow } from './types.ts';

/** Keys a transaction. */
const CHUNK = 100;

/** Works the queue of deletes off; each chunk is one transaction that also takes it off the queue. */
export async function withdrawDeleted(ctx: AppContext, actor: Actor, channel: ChannelRow): Promise<number> {
  let withdrawn = 0;
  for (;;) {
    const next = await queries.nextDeletes(ctx.db.app, channel.channel_id, CHUNK);
    if (next.length === 0) return withdrawn;
    const keys = next.map((row) => row.source_key);
    const reasons = new Map(next.map((row) => [row.source_key, row.reason]));
    withdrawn += await withTransaction(ctx.db.app, async (tx) => {
      const live = await queries.livePulled(tx, channel.channel_id, keys);
      const count = await withdrawEach(
        ctx,
        actor,
        tx,
        channel,
        live.map((row) => ({ recordId: row.record_id, reason: reasons.get(row.source_key) ?? '' })),
      );
      await queries.forgetKeys(tx, channel.channel_id, keys);
      await queries.addWithdrawn(tx, channel.channel_id, count);
      return count;
    });
  }
}

/** A row that changed its key columns became a second record: of the live ones only the newest stays. */
export async function withdrawReplaced(
  ctx: AppContext,
  actor: Actor,
  channel: ChannelRow,
  sourceKeys: readonly string[],
): Promise<number> {
  let withdrawn = 0;
  for (let at = 0; at < sourceKeys.length; at += CHUNK) {
    const keys = sourceKeys.slice(at, at + CHUNK);
    withdrawn += await withTransaction(ctx.db.app, async (tx) => {
      const live = await queries.livePulled(tx, channel.channel_id, keys);
      const newest = new Map(live.map((row) => [row.source_key, row.record_id]));
      const kept = new Set(newest.values());
      const older = live.filter((row) => !kept.has(row.record_id));
      const count = await withdrawEach(
        ctx,
        actor,
        tx,
        channel,
        older.map((row) => ({ recordId: row.record_id, reason: '来源数据库中该行已改为另一决定' })),
      );
      await queries.addWithdrawn(tx, channel.channel_id, count);
      return count;
    });
  }
  return withdrawn;
}

async function withdrawEach(
  ctx: AppContext,
  actor: Actor,
  tx: Parameters<typeof withdrawAs>[2],
  channel: ChannelRow,
  records: readonly { recordId: string; reason: string }[],
): Promise<number> {
  let count = 0;
  for (const [recordId, reason] of new Map(records.map((row) => [row.recordId, row.reason]))) {
    const outcome = await withdrawAs(ctx, actor, tx, { recordId, sourceBodyId: channel.body_id, reason });
    if (outcome !== 'notFound') count += 1;
  }
  return count;
}
