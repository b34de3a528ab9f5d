/** The change feed, registered receivers, their receipts, alarms, and who received a record. */
import { type Static, Type } from 'typebox';
import { Words } from './collection.ts';
import { DaySchema as Day, IdSchema as Id, InstantSchema as Instant, orNull as Nullable } from './common.ts';

const Position = Type.String({
  pattern: '^(0|[1-9][0-9]{0,18})$',
  description: 'place in the feed, from 1, without gaps',
});

export const Asked = Type.Enum(['remove', 'replace', 'update', 'annotate', 'restore']);
export const ReasonClass = Type.Enum([
  'repaired',
  'repairRevoked',
  'withdrawn',
  'corrected',
  'annulled',
  'erased',
  'expired',
  'suspended',
  'resumed',
  'masked',
  'unmasked',
  'reclassified',
  'annotated',
]);

export const FeedItem = Type.Object({
  position: Position,
  epoch: Type.Integer(),
  id: Type.String({ description: 'the same for the same change and receiver, however often it is sent' }),
  kind: Type.String(),
  reason: ReasonClass,
  asked: Asked,
  recordId: Id,
  replacedBy: Nullable(Id),
  item: Type.String(),
  subject: Type.Object({ id: Id, code: Nullable(Type.String()) }),
  effectiveOn: Day,
  changedAt: Instant,
});
export type FeedItem = Static<typeof FeedItem>;

export const FeedQuery = Type.Object(
  {
    after: Type.Optional(Position),
    epoch: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000_000_000 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })),
    wait: Type.Optional(Type.Integer({ minimum: 0, maximum: 25, default: 0, description: 'seconds' })),
  },
  { additionalProperties: false },
);
export type FeedQuery = Static<typeof FeedQuery>;

export const FeedPage = Type.Object({
  items: Type.Array(FeedItem),
  after: Position,
  position: Type.String({ description: 'give this as `after` next time; every place up to it was looked at' }),
  head: Type.String({ description: 'the last place there is' }),
  epoch: Type.Integer(),
  continuedFrom: Nullable(
    Type.String({ description: 'the platform was restored from a backup: places after this one were given anew' }),
  ),
  dataAsOf: Instant,
});
export type FeedPage = Static<typeof FeedPage>;

/** What the receiver signs; `signature` is Ed25519 over the canonical JSON (RFC 8785) of the rest, base64. */
export const Receipt = Type.Object(
  {
    message: Type.String({ minLength: 16, maxLength: 64, description: 'the Idempotency-Key of the message' }),
    digest: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the body as it was received' }),
    outcome: Type.Enum(['done', 'notHeld', 'kept']),
    reason: Type.Optional(Type.String({ maxLength: 500, description: 'why it is kept' })),
    at: Type.String({ maxLength: 40, description: 'ISO 8601' }),
    keyId: Type.String({ pattern: '^[0-9a-f]{16}$' }),
    signature: Type.String({ minLength: 80, maxLength: 100 }),
  },
  { additionalProperties: false },
);
export type Receipt = Static<typeof Receipt>;

export const ReceiptAnswer = Type.Object({ message: Type.String(), state: Type.String() });

export const ExchangeKey = Type.Object({
  keyId: Type.String(),
  algorithm: Type.Literal('ed25519'),
  publicKey: Type.String(),
  since: Instant,
});
export type ExchangeKey = Static<typeof ExchangeKey>;
export const ExchangeKeys = Type.Object({
  items: Type.Array(ExchangeKey),
  nextCursor: Type.Null(),
  dataAsOf: Instant,
});

const receiverFacts = {
  name: Type.String({ minLength: 2, maxLength: 100 }),
  contact: Type.String({ minLength: 2, maxLength: 200 }),
  url: Nullable(Type.String({ maxLength: 500, description: 'https address of messages; null: the feed only' })),
  clientId: Nullable(Id),
  level: Type.Enum(['public', 'authorised', 'government']),
  items: Type.Array(Type.String({ minLength: 1, maxLength: 80 }), { maxItems: 500 }),
  covers: Type.Enum(['received', 'all']),
};
export const NewReceiver = Type.Object(
  { bodyId: Id, publicKey: Type.Optional(Type.String({ maxLength: 2000 })), ...receiverFacts },
  { additionalProperties: false },
);
export type NewReceiver = Static<typeof NewReceiver>;
export const ReceiverChange = Type.Object(receiverFacts, { additionalProperties: false });
export type ReceiverChange = Static<typeof ReceiverChange>;
export const ReceiverKeyRequest = Type.Object(
  { publicKey: Type.String({ minLength: 40, maxLength: 2000 }) },
  { additionalProperties: false },
);
export const ReceiverStateRequest = Type.Object(
  { state: Type.Enum(['active', 'paused', 'ended']) },
  { additionalProperties: false },
);

export const ReceiverView = Type.Object({
  id: Id,
  body: Type.Object({ id: Id, name: Type.String() }),
  ...receiverFacts,
  state: Type.Enum(['active', 'paused', 'ended']),
  registeredAt: Instant,
  endedAt: Nullable(Instant),
  lastSuccessAt: Nullable(Instant),
  nextAttemptAt: Nullable(Instant),
  failures: Type.Integer(),
  problem: Nullable(Words),
  waiting: Type.Integer(),
  overdue: Type.Integer(),
  openAlarms: Type.Integer(),
  keys: Type.Array(Type.Object({ keyId: Type.String(), addedAt: Instant, revokedAt: Nullable(Instant) })),
});
export type ReceiverView = Static<typeof ReceiverView>;

export const DeliveryView = Type.Object({
  id: Id,
  receiver: Type.Object({ id: Id, name: Type.String() }),
  state: Type.Enum(['waiting', 'sent', 'receipted', 'declined', 'closed']),
  position: Type.String(),
  kind: Type.String(),
  reason: ReasonClass,
  asked: Asked,
  recordId: Nullable(Id),
  subject: Type.Object({ id: Id, name: Type.String(), code: Nullable(Type.String()) }),
  effectiveOn: Day,
  createdAt: Instant,
  sentAt: Nullable(Instant),
  finishedAt: Nullable(Instant),
  dueOn: Day,
  provisional: Type.Boolean(),
  overdue: Type.Boolean(),
  sameDay: Nullable(Type.Boolean()),
  attempts: Type.Integer(),
  nextAttemptAt: Nullable(Instant),
  lastOutcome: Nullable(Words),
  receipt: Nullable(Type.Object({ outcome: Type.String(), reason: Nullable(Type.String()), at: Type.String() })),
});
export type DeliveryView = Static<typeof DeliveryView>;

export const DeliveryQuery = Type.Object({
  state: Type.Optional(Type.Enum(['waiting', 'sent', 'receipted', 'declined', 'closed', 'open', 'overdue'])),
  receiverId: Type.Optional(Id),
  cursor: Type.Optional(Type.String({ maxLength: 500 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
});
export type DeliveryQuery = Static<typeof DeliveryQuery>;

export const ExchangeAlarmView = Type.Object({
  id: Id,
  kind: Type.Enum(['unreachable', 'overdue', 'wrongReceipt', 'declined']),
  state: Type.Enum(['open', 'replied', 'closed']),
  receiver: Type.Object({ id: Id, name: Type.String(), body: Type.String(), contact: Type.String() }),
  what: Words,
  deliveryId: Nullable(Id),
  subject: Nullable(Type.String()),
  raisedAt: Instant,
  reply: Nullable(Type.String()),
  repliedAt: Nullable(Instant),
  closedAt: Nullable(Instant),
  closing: Nullable(Words),
  mayReply: Type.Boolean(),
  mayClose: Type.Boolean(),
});
export type ExchangeAlarmView = Static<typeof ExchangeAlarmView>;

export const AlarmQuery = Type.Object({
  state: Type.Optional(Type.Enum(['open', 'replied', 'closed', 'unclosed'])),
  cursor: Type.Optional(Type.String({ maxLength: 500 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
});
export type AlarmQuery = Static<typeof AlarmQuery>;
export const AlarmReplyRequest = Type.Object(
  { reply: Type.String({ minLength: 4, maxLength: 1000 }) },
  { additionalProperties: false },
);
export const AlarmCloseRequest = Type.Object(
  { reason: Type.String({ minLength: 4, maxLength: 1000 }) },
  { additionalProperties: false },
);

export const RecordReceiversView = Type.Object({
  recordId: Id,
  items: Type.Array(
    Type.Object({
      body: Nullable(Type.String()),
      firstAt: Instant,
      lastAt: Instant,
      times: Type.Integer(),
      versions: Type.Array(Type.Object({ recordId: Id, recordedAt: Instant, current: Type.Boolean() })),
      registered: Type.Boolean(),
      told: Nullable(Words),
      words: Words,
    }),
  ),
  publicly: Words,
  nextCursor: Type.Null(),
  dataAsOf: Instant,
});
export type RecordReceiversView = Static<typeof RecordReceiversView>;

export const Laggards = Type.Object({
  items: Type.Array(Type.Object({ body: Type.String(), overdue: Type.Integer(), since: Day })),
  basis: Nullable(Type.String({ description: 'the rule that names them; null: none does, and the list is empty' })),
  nextCursor: Type.Null(),
  dataAsOf: Instant,
});
