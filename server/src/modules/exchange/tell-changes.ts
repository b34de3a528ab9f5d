/** What a change says to a receiver: whether it concerns it at all, and what it is asked to do. Used by feed and messages alike. */
import { createHash } from 'node:crypto';
import type { AppContext } from '../../context.ts';
import { dayOf, type Instant } from '../../platform/clock.ts';
import { publicReading, type Reading, readsItem } from '../access/index.ts';
import { Receivers, readingMs, type Wanted } from './derive-receivers.ts';
import type { Placed } from './feed-queries.ts';
import { askedOf, reasonOf } from './kinds.ts';
import type { ChangeMessage, ReceiverRow } from './types.ts';

/** The same for the same receiver and change, also after a restore: a resent message is known by it. */
export const idempotencyKey = (receiverId: string, outboxId: string): string =>
  createHash('sha256').update(`${receiverId}\0${outboxId}`).digest('base64url').slice(0, 32);

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const readingOf = (receiver: Pick<ReceiverRow, 'level' | 'items'>): Pick<Reading, 'level' | 'items'> => ({
  level: receiver.level,
  items: receiver.items.length === 0 ? null : new Set(receiver.items),
});

/** The records that changes are about, with those that replace them. */
export function recordsOf(changes: readonly Placed[]): Wanted[] {
  return changes.flatMap(({ subjectId, payload }) =>
    [text(payload.recordId), text(payload.by)].flatMap((recordId) =>
      recordId === null ? [] : [{ subjectId, recordId }],
    ),
  );
}

export async function loadFor(
  ctx: Pick<AppContext, 'db' | 'policy'>,
  changes: readonly Placed[],
  receivers: readonly Pick<ReceiverRow, 'body_id' | 'covers'>[],
): Promise<Receivers> {
  const bodies = [...new Set(receivers.filter((row) => row.covers === 'received').map((row) => row.body_id))];
  const last =
    changes
      .map((change) => change.placedAt)
      .sort()
      .at(-1) ?? '';
  const before = last === '' ? '' : new Date(Date.parse(last) + readingMs).toISOString();
  return Receivers.load(ctx, recordsOf(changes), bodies, before);
}

/** Null when the receiver neither received the record nor follows the item at its level. */
export function tell(
  ctx: Pick<AppContext, 'policy' | 'clock'>,
  loaded: Receivers,
  change: Placed,
  receiver: ReceiverRow,
): ChangeMessage | null {
  const reason = reasonOf(change.kind);
  const recordId = text(change.payload.recordId);
  const version = recordId === null ? undefined : loaded.versions.get(recordId);
  if (reason === null || recordId === null || !version) return null;
  const reading = readingOf(receiver);
  // What its rights never covered it is not told of, whatever somebody of its body saw.
  if (!readsItem({ ...publicReading, ...reading }, ctx.policy(), version.item)) return null;
  const until = new Date(Date.parse(change.placedAt) + readingMs).toISOString();
  if (receiver.covers === 'received' && !loaded.bodiesOf(recordId, until).has(receiver.body_id)) return null;
  const now = ctx.clock.now();
  const by = text(change.payload.by);
  const replaced = by !== null && loaded.readableNow(by, reading, now);
  return {
    position: change.position,
    epoch: change.epoch,
    id: idempotencyKey(receiver.receiver_id, change.outboxId),
    kind: change.kind,
    reason,
    asked: askedOf(reason, loaded.readableNow(recordId, reading, now), replaced),
    recordId,
    replacedBy: replaced ? by : null,
    item: version.item,
    subject: { id: version.canonical_id, code: version.subject_code },
    effectiveOn: text(change.payload.effectiveOn) ?? dayOfChange(change),
    changedAt: change.at,
  };
}

const dayOfChange = (change: Placed): string => dayOf(change.at as Instant);
