/** Who looked, disputes about looks, looks shown later, patterns of looking, and the log itself. */
import { type Static, Type } from 'typebox';
import { DaySchema, IdSchema, InstantSchema, orNull } from './common.ts';

const Bilingual = Type.Object({ zh: Type.String(), en: Type.String() });
const listOf = <T extends Parameters<typeof Type.Array>[0]>(item: T) =>
  Type.Object({ items: Type.Array(item), nextCursor: orNull(Type.String()), dataAsOf: InstantSchema });
export const LookKindSchema = Type.Enum(['read', 'export', 'authorised', 'change']);
export const DisputeStateSchema = Type.Enum([
  'open',
  'escalated',
  'answered',
  'contested',
  'decided',
  'accepted',
  'withdrawn',
]);
export const DisputeActSchema = Type.Enum(['answer', 'contest', 'decide', 'accept', 'withdraw']);
export const AlertStateSchema = Type.Enum(['open', 'replied', 'cleared', 'confirmed', 'expired']);

/** One look, or several of the same officer for the same reason on one day. */
export const LookView = Type.Object({
  id: Type.String({ description: 'names the look in a dispute' }),
  day: DaySchema,
  firstAt: InstantSchema,
  lastAt: InstantSchema,
  times: Type.Integer(),
  kind: LookKindSchema,
  what: Bilingual,
  who: Type.Object({
    body: orNull(Type.String()),
    officer: Bilingual,
  }),
  sections: Type.Array(Bilingual),
  purpose: orNull(Bilingual),
  matter: orNull(Type.String()),
  caseNumber: orNull(Type.String()),
  why: Bilingual,
  delayed: orNull(Type.Object({ rule: Bilingual, basis: Type.String(), untilOn: DaySchema })),
  dispute: orNull(Type.Object({ id: IdSchema, state: DisputeStateSchema })),
});
export type LookView = Static<typeof LookView>;
export const LookList = Type.Object({
  ...listOf(LookView).properties,
  subject: Type.Object({ name: Type.String(), code: orNull(Type.String()) }),
});
export type LookList = Static<typeof LookList>;
export const LookQuery = Type.Object(
  { kind: Type.Optional(LookKindSchema), cursor: Type.Optional(Type.String({ maxLength: 500 })) },
  { additionalProperties: false },
);

const words = (maxLength = 2000) => Type.String({ minLength: 5, maxLength });
export const RaiseDisputeRequest = Type.Object(
  { look: Type.String({ minLength: 10, maxLength: 120 }), reason: words() },
  { additionalProperties: false },
);
export const AnswerDisputeRequest = Type.Object(
  { finding: Type.Enum(['justified', 'unjustified']), answer: words() },
  { additionalProperties: false },
);
export const DecideDisputeRequest = Type.Object(
  { outcome: Type.Enum(['upheld', 'unfounded']), decision: words() },
  { additionalProperties: false },
);
export const NoteRequest = Type.Object({ note: words() }, { additionalProperties: false });

export const DisputeView = Type.Object({
  id: IdSchema,
  state: DisputeStateSchema,
  subject: Type.Object({ name: Type.String(), code: orNull(Type.String()) }),
  body: orNull(Type.String()),
  look: Type.Object({
    lastAt: InstantSchema,
    times: Type.Integer(),
    what: Bilingual,
    officer: Bilingual,
    why: Bilingual,
  }),
  reason: Type.String(),
  raisedAt: InstantSchema,
  dueOn: orNull(DaySchema),
  overdue: Type.Boolean(),
  finding: orNull(Type.Enum(['justified', 'unjustified'])),
  answer: orNull(Type.String()),
  answeredAt: orNull(InstantSchema),
  contest: orNull(Type.String()),
  outcome: orNull(Type.Enum(['upheld', 'unfounded'])),
  decision: orNull(Type.String()),
  decidedAt: orNull(InstantSchema),
  acts: Type.Array(DisputeActSchema),
  events: Type.Array(
    Type.Object({ at: InstantSchema, act: Type.String(), state: DisputeStateSchema, note: orNull(Type.String()) }),
  ),
});
export type DisputeView = Static<typeof DisputeView>;
export const DisputeList = listOf(DisputeView);
export const DisputeQuery = Type.Object(
  {
    state: Type.Optional(Type.Union([DisputeStateSchema, Type.Literal('waiting')])),
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  },
  { additionalProperties: false },
);

export const DelayRequest = Type.Object(
  {
    code: Type.String({ minLength: 1, maxLength: 60, description: 'any identifier of the organisation' }),
    rule: Type.String({ minLength: 1, maxLength: 80 }),
    caseNumber: Type.String({ minLength: 1, maxLength: 100 }),
    reason: words(500),
    untilOn: DaySchema,
  },
  { additionalProperties: false },
);
export const DelayView = Type.Object({
  id: IdSchema,
  subject: Type.Object({ name: Type.String(), code: orNull(Type.String()) }),
  body: orNull(Type.String()),
  rule: Bilingual,
  reason: Type.String(),
  caseNumber: Type.String(),
  fromAt: InstantSchema,
  untilOn: DaySchema,
  active: Type.Boolean(),
  endedAt: orNull(InstantSchema),
});
export type DelayView = Static<typeof DelayView>;
export const DelayList = Type.Object({
  ...listOf(DelayView).properties,
  rules: Type.Array(
    Type.Object({ key: Type.String(), name: Bilingual, maxDays: Type.Integer(), basis: Type.String() }),
  ),
});

export const AlertView = Type.Object({
  id: IdSchema,
  state: AlertStateSchema,
  detector: Bilingual,
  officer: Type.Object({ accountId: IdSchema, name: Type.String() }),
  body: orNull(Type.String()),
  windowFrom: InstantSchema,
  windowTo: InstantSchema,
  facts: Type.Array(Type.Object({ label: Bilingual, value: Type.String() })),
  raisedAt: InstantSchema,
  replyDueOn: DaySchema,
  expiresOn: DaySchema,
  reply: orNull(Type.String()),
  repliedAt: orNull(InstantSchema),
  decision: orNull(Type.String()),
  decidedAt: orNull(InstantSchema),
  own: Type.Boolean({ description: 'it is about the caller' }),
  acts: Type.Array(Type.Enum(['reply', 'clear', 'confirm'])),
});
export type AlertView = Static<typeof AlertView>;
export const AlertList = listOf(AlertView);
export const AlertQuery = Type.Object(
  {
    state: Type.Optional(Type.Union([AlertStateSchema, Type.Literal('waiting')])),
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  },
  { additionalProperties: false },
);
export const DecideAlertRequest = Type.Object(
  { outcome: Type.Enum(['cleared', 'confirmed']), decision: words() },
  { additionalProperties: false },
);

export const LogOutcomeSchema = Type.Enum(['ok', 'refused', 'failed']);
const logFilter = {
  from: Type.Optional(DaySchema),
  to: Type.Optional(DaySchema),
  account: Type.Optional(Type.String({ maxLength: 100, description: 'login or id' })),
  body: Type.Optional(IdSchema),
  subject: Type.Optional(Type.String({ maxLength: 60, description: 'any identifier of the organisation' })),
  action: Type.Optional(Type.String({ maxLength: 80, pattern: '^[A-Za-z.:-]+\\*?$' })),
  outcome: Type.Optional(LogOutcomeSchema),
};
export const LogQuery = Type.Object(
  {
    ...logFilter,
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  },
  { additionalProperties: false },
);
export type LogQuery = Static<typeof LogQuery>;
export const LogExportQuery = Type.Object(
  { ...logFilter, reason: Type.String({ minLength: 2, maxLength: 200 }) },
  { additionalProperties: false },
);
export const LogRowView = Type.Object({
  id: IdSchema,
  at: InstantSchema,
  actorKind: Type.String(),
  account: orNull(Type.Object({ id: IdSchema, name: Type.String() })),
  actorName: Type.String(),
  osUser: orNull(Type.String()),
  body: orNull(Type.String()),
  action: Type.String(),
  what: Bilingual,
  resourceKind: orNull(Type.String()),
  resourceId: orNull(Type.String()),
  subject: orNull(Type.Object({ id: IdSchema, name: orNull(Type.String()), code: orNull(Type.String()) })),
  purpose: orNull(Bilingual),
  matter: orNull(Type.String()),
  caseNumber: orNull(Type.String()),
  outcome: LogOutcomeSchema,
  address: orNull(Type.String()),
  requestId: orNull(Type.String()),
  detail: orNull(Type.String({ description: 'JSON' })),
});
export type LogRowView = Static<typeof LogRowView>;
export const LogList = Type.Object({
  ...listOf(LogRowView).properties,
  from: DaySchema,
  to: DaySchema,
});
export type LogList = Static<typeof LogList>;

export const CheckpointView = Type.Object({
  format: Type.Literal('chengxin-log-checkpoint-1'),
  sealNo: Type.String(),
  sealHash: Type.String(),
  epoch: Type.Integer(),
  sealedAt: InstantSchema,
  issuedAt: InstantSchema,
  algorithm: Type.String(),
  keyId: Type.String(),
  signature: Type.String(),
  publicKey: Type.String(),
});
export const LogIntegrity = Type.Object({
  lastSeal: orNull(
    Type.Object({ sealNo: Type.String(), sealedAt: InstantSchema, algorithm: Type.String(), keyId: Type.String() }),
  ),
  unsealedRows: Type.Integer(),
  checkpoint: orNull(Type.Object({ sealNo: Type.String(), issuedAt: InstantSchema })),
  archivedMonths: Type.Array(Type.Object({ month: Type.String(), rows: Type.String(), archivedAt: InstantSchema })),
  heldMonths: Type.Array(Type.String()),
  waiting: Type.Object({ alerts: Type.Integer(), disputes: Type.Integer(), delays: Type.Integer() }),
});
export type LogIntegrity = Static<typeof LogIntegrity>;
