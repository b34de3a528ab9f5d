/** Notices: the inbox of an account, where it is reached beside it, and what was sent to whom. */
import { type Static, Type } from 'typebox';
import { IdSchema, InstantSchema, orNull } from './common.ts';

const WordsSchema = Type.Object({ zh: Type.String(), en: Type.String() });
const closed = { additionalProperties: false };

export const noticeChannels = ['inApp', 'email', 'sms', 'im'] as const;
export const deliveryStates = ['waiting', 'sent', 'delivered', 'read', 'failed', 'bounced'] as const;
const ChannelSchema = Type.Enum([...noticeChannels]);
const DeliveryStateSchema = Type.Enum([...deliveryStates]);

export const InboxItem = Type.Object({
  id: IdSchema,
  topic: Type.String(),
  title: WordsSchema,
  text: WordsSchema,
  /** Where the matter is: the page of a case is opened by its procedure and id. */
  procedure: orNull(Type.String()),
  caseId: orNull(IdSchema),
  recordId: orNull(IdSchema),
  at: InstantSchema,
  readAt: orNull(InstantSchema),
});
export type InboxItem = Static<typeof InboxItem>;
export const InboxList = Type.Object({
  items: Type.Array(InboxItem),
  nextCursor: orNull(Type.String()),
  dataAsOf: InstantSchema,
  unread: Type.Integer(),
});
export type InboxList = Static<typeof InboxList>;

export const InboxQuery = Type.Object(
  {
    unread: Type.Optional(Type.Boolean()),
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  },
  closed,
);
export const UnreadCount = Type.Object({
  unread: Type.Integer({ description: 'Counted up to 100; 100 means a hundred or more' }),
});
export type UnreadCount = Static<typeof UnreadCount>;
export const MarkReadRequest = Type.Object(
  {
    ids: Type.Optional(Type.Array(IdSchema, { minItems: 1, maxItems: 500, description: 'absent: all' })),
  },
  closed,
);
export type MarkReadRequest = Static<typeof MarkReadRequest>;

/** Null takes the address away; absent leaves it. */
export const ContactRequest = Type.Object(
  {
    email: Type.Optional(orNull(Type.String({ minLength: 3, maxLength: 254 }))),
    sms: Type.Optional(orNull(Type.String({ minLength: 11, maxLength: 11, description: 'mobile number' }))),
    im: Type.Optional(orNull(Type.String({ minLength: 1, maxLength: 64, description: 'name in the messenger' }))),
  },
  closed,
);
export type ContactRequest = Static<typeof ContactRequest>;
const ContactChannel = Type.Object({
  /** Masked; null where none is given. */
  shown: orNull(Type.String()),
  /** Whether this installation and the city use the way at all. */
  used: Type.Boolean(),
});
export const ContactView = Type.Object({ email: ContactChannel, sms: ContactChannel, im: ContactChannel });
export type ContactView = Static<typeof ContactView>;

export const SentQuery = Type.Object(
  {
    state: Type.Optional(DeliveryStateSchema),
    channel: Type.Optional(ChannelSchema),
    caseId: Type.Optional(IdSchema),
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  },
  closed,
);
export type SentQuery = Static<typeof SentQuery>;
export const SentItem = Type.Object({
  id: IdSchema,
  channel: ChannelSchema,
  state: DeliveryStateSchema,
  stateLabel: WordsSchema,
  problem: orNull(WordsSchema),
  attempts: Type.Integer(),
  topic: Type.String(),
  title: WordsSchema,
  /** Account, or the masked address. */
  recipient: orNull(Type.String()),
  /** The organisation or body that it was for. */
  for: orNull(Type.String()),
  procedure: orNull(Type.String()),
  caseId: orNull(IdSchema),
  at: InstantSchema,
  settledAt: orNull(InstantSchema),
  mayAgain: Type.Boolean(),
});
export type SentItem = Static<typeof SentItem>;
export const SentList = Type.Object({
  items: Type.Array(SentItem),
  nextCursor: orNull(Type.String()),
  dataAsOf: InstantSchema,
});
export type SentList = Static<typeof SentList>;
export const SendAgainRequest = Type.Object({ ids: Type.Array(IdSchema, { minItems: 1, maxItems: 500 }) }, closed);
export type SendAgainRequest = Static<typeof SendAgainRequest>;
/** One row for each that was asked for. */
export const SendAgainResult = Type.Object({
  results: Type.Array(Type.Object({ id: IdSchema, ok: Type.Boolean(), message: orNull(WordsSchema) })),
});
export type SendAgainResult = Static<typeof SendAgainResult>;

export const ReceiptRequest = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 200, description: 'the number that the gateway gave' }),
    state: Type.Union([
      Type.Literal('delivered'),
      Type.Literal('read'),
      Type.Literal('failed'),
      Type.Literal('bounced'),
    ]),
  },
  closed,
);
export type ReceiptRequest = Static<typeof ReceiptRequest>;
