/** Webhooks of checks: a system that asked is told to ask again, and nothing else. */
import { type Static, Type } from 'typebox';
import { DaySchema, IdSchema, InstantSchema, orNull, PageQuery } from './common.ts';

/** What is sent, signed as messages of the exchange are. It says nothing about the organisation but “ask again”. */
export const WebhookMessage = Type.Object(
  {
    id: Type.String({ description: 'the Idempotency-Key: the same however often it is sent' }),
    kind: Type.Literal('check.changed'),
    receipt: Type.String({ description: '回执编号 of the check that is no longer what it was' }),
    pointer: Type.String({ description: 'opaque: another one whenever the answer would be another one' }),
    at: InstantSchema,
  },
  { additionalProperties: false },
);
export type WebhookMessage = Static<typeof WebhookMessage>;

export const NewWebhook = Type.Object(
  { url: Type.String({ minLength: 10, maxLength: 500, description: 'https address that messages go to' }) },
  { additionalProperties: false },
);
export type NewWebhook = Static<typeof NewWebhook>;

export const WebhookView = Type.Object({
  id: IdSchema,
  url: Type.String(),
  state: Type.Enum(['active', 'ended'] as const),
  client: Type.Object({ id: IdSchema, name: Type.String() }),
  body: Type.Object({ id: IdSchema, name: Type.String() }),
  registeredAt: InstantSchema,
  endedAt: orNull(InstantSchema),
  lastSuccessAt: orNull(InstantSchema),
  lastProblem: orNull(Type.String({ description: 'timeout, connection, name, address, tls, redirect, status 500' })),
  problem: orNull(Type.Object({ zh: Type.String(), en: Type.String() })),
  failures: Type.Integer({ description: '连续失败次数' }),
  alarmAt: orNull(InstantSchema),
  waiting: Type.Integer({ description: '待送达的通知' }),
});
export type WebhookView = Static<typeof WebhookView>;

export const WebhookQuery = Type.Object(
  { ...PageQuery.properties, state: Type.Optional(Type.Enum(['active', 'ended', 'alarm'] as const)) },
  { additionalProperties: false },
);
export const WebhookParams = Type.Object({ id: IdSchema });

export const WebhookDelivery = Type.Object({
  id: IdSchema,
  receipt: Type.String(),
  /** waiting: to be sent. delivered: taken. dropped: decided, no longer watched, or the webhook was ended. */
  state: Type.Enum(['waiting', 'delivered', 'dropped'] as const),
  createdAt: InstantSchema,
  finishedAt: orNull(InstantSchema),
  nextAttemptAt: orNull(InstantSchema),
  attempts: Type.Array(
    Type.Object({
      at: InstantSchema,
      outcome: Type.String({ description: 'taken, timeout, connection, name, address, tls, redirect, status 500' }),
      status: orNull(Type.Integer()),
      milliseconds: Type.Integer(),
    }),
    { description: 'the latest 20' },
  ),
});
export type WebhookDelivery = Static<typeof WebhookDelivery>;
export const WebhookDeliveryQuery = Type.Object(PageQuery.properties, { additionalProperties: false });

export const DecidedAnswer = Type.Object({ receipt: Type.String(), decidedOn: DaySchema });
