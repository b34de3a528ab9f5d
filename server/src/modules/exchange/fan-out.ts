/** Makes one message for each change and each receiver that it concerns, place by place, in the transaction that moves on. */
import type { AppContext } from '../../context.ts';
import { withTransaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import { insertDeliveries, type NewDelivery } from './delivery-queries.ts';
import { watchAgain } from './expiry-queries.ts';
import { feedHead, moveProgress, type Placed, placedChanges, progressOf, startProgress } from './feed-queries.ts';
import { reasonOf, toldKinds } from './kinds.ts';
import { receiversInForce } from './receiver-queries.ts';
import { loadFor, tell } from './tell-changes.ts';
import type { ReceiverRow } from './types.ts';

const task = 'fanOut';
/** Places of one transaction. */
const pageSize = 500;

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

function messagesOf(
  ctx: AppContext,
  loaded: Awaited<ReturnType<typeof loadFor>>,
  changes: readonly Placed[],
  receivers: readonly ReceiverRow[],
): NewDelivery[] {
  const at = ctx.clock.now();
  const policy = ctx.policy();
  const due = policy.addWorkingDays(ctx.clock.today(), policy.exchange().receipts.workingDays);
  return changes.flatMap((change) =>
    receivers.flatMap((receiver): NewDelivery[] => {
      if (BigInt(change.position) <= BigInt(receiver.from_position)) return [];
      const message = tell(ctx, loaded, change, receiver);
      if (message === null) return [];
      return [
        {
          deliveryId: newId(),
          receiverId: receiver.receiver_id,
          outboxId: change.outboxId,
          message,
          subjectId: message.subject.id,
          dueOn: due.on,
          provisional: due.provisional,
          at,
          policySetId: policy.setId,
        },
      ];
    }),
  );
}

/** The next page of the feed. Returns the places that were passed; 0 when there is nothing new. */
async function fanOutPage(ctx: AppContext): Promise<number> {
  const head = await feedHead(ctx.db.app);
  const known = await progressOf(ctx.db.app, task);
  if (known === null) {
    await startProgress(ctx.db.app, task, { position: '0' });
    return 1;
  }
  const from = BigInt(known.position);
  if (BigInt(head.position) <= from) return 0;
  const receivers = (await receiversInForce(ctx.db.app)).filter((row) => row.url !== null);
  const watching = await receiversInForce(ctx.db.app);
  // Nobody is pushed to, and nothing that is looked at can change its day: on to the end.
  const upTo = watching.length === 0 ? BigInt(head.position) : smaller(BigInt(head.position), from + BigInt(pageSize));
  const changes = watching.length === 0 ? [] : await placedChanges(ctx.db.app, String(from), String(upTo), toldKinds);
  const told = receivers.length === 0 ? [] : changes;
  const messages = told.length === 0 ? [] : messagesOf(ctx, await loadFor(ctx, told, receivers), told, receivers);
  return withTransaction(ctx.db.app, async (tx) => {
    if ((await moveProgress(tx, task, String(from), { position: String(upTo) })) === 0) return 0;
    await insertDeliveries(tx, messages);
    const reclassified = changes.filter((change) => reasonOf(change.kind) === 'reclassified');
    await watchAgain(tx, [...new Set(reclassified.map((change) => change.subjectId))], ctx.clock.today());
    return Number(upTo - from);
  });
}

/** Everything up to the head of the feed. */
export async function fanOut(ctx: AppContext, signal?: AbortSignal): Promise<number> {
  let passed = 0;
  for (;;) {
    if (signal?.aborted) return passed;
    const places = await fanOutPage(ctx);
    if (places === 0) return passed;
    passed += places;
  }
}
