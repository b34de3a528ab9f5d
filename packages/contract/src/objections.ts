/** Objections: what is wrong with a record, asked and answered on the clock. */
import { type Static, Type } from 'typebox';
import { DaySchema, IdSchema, InstantSchema, orNull } from './common.ts';

const BilingualSchema = Type.Object({ zh: Type.String(), en: Type.String() });

export const objectionCommands = [
  'accept',
  'refuseAcceptance',
  'withdraw',
  'forward',
  'answer',
  'beginExpertReview',
  'endExpertReview',
  'uphold',
  'upholdPartly',
  'dismiss',
  'leaveUndetermined',
  'notify',
  'reopen',
] as const;

export const SubmitObjectionRequest = Type.Object(
  {
    code: Type.String({
      minLength: 1,
      maxLength: 40,
      description: '统一社会信用代码 of the organisation that objects',
    }),
    recordId: Type.Optional(IdSchema),
    kind: Type.String({ minLength: 1, maxLength: 40, description: 'see reasons.kind of GET /objections/rules' }),
    statement: Type.String({ minLength: 10, maxLength: 3000, description: '事实和理由' }),
    wanted: Type.String({ minLength: 2, maxLength: 1000, description: '请求' }),
  },
  { additionalProperties: false },
);
export type SubmitObjectionRequest = Static<typeof SubmitObjectionRequest>;

export const ObjectionCommandRequest = Type.Object(
  {
    command: Type.Union(objectionCommands.map((command) => Type.Literal(command))),
    reason: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
    note: Type.Optional(Type.String({ maxLength: 3000 })),
    remedy: Type.Optional(Type.Union([Type.Literal('withdraw'), Type.Literal('correct')])),
    expectedEvents: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
  },
  { additionalProperties: false },
);
export type ObjectionCommandRequest = Static<typeof ObjectionCommandRequest>;

export const ExtensionRequest = Type.Object(
  {
    act: Type.Union([Type.Literal('ask'), Type.Literal('grant'), Type.Literal('refuse')]),
    reason: Type.Optional(Type.String({ minLength: 2, maxLength: 1000 })),
  },
  { additionalProperties: false },
);
export type ExtensionRequest = Static<typeof ExtensionRequest>;

export const ObjectionItem = Type.Object({
  id: IdSchema,
  number: orNull(Type.String()),
  state: Type.String(),
  stateLabel: BilingualSchema,
  closed: Type.Boolean(),
  kind: Type.String(),
  kindLabel: BilingualSchema,
  subject: Type.Object({ name: Type.String(), code: orNull(Type.String()) }),
  recordId: orNull(IdSchema),
  handler: Type.String(),
  openedAt: InstantSchema,
  dueOn: orNull(DaySchema),
  overdue: Type.Boolean(),
  escalatedOn: orNull(DaySchema),
});
export type ObjectionItem = Static<typeof ObjectionItem>;

export const ObjectionView = Type.Intersect([
  ObjectionItem,
  Type.Object({
    statement: Type.String(),
    wanted: Type.String(),
    onBehalf: Type.Boolean(),
    events: Type.Integer(),
    extensionAsked: orNull(Type.String()),
    clocks: Type.Array(
      Type.Object({
        key: Type.String(),
        label: BilingualSchema,
        startedOn: DaySchema,
        dueOn: orNull(DaySchema),
        provisional: Type.Boolean(),
        paused: Type.Boolean(),
        ended: Type.Boolean(),
        extendedBy: Type.Integer(),
        basis: Type.String(),
      }),
    ),
    history: Type.Array(
      Type.Object({
        seq: Type.Integer(),
        label: BilingualSchema,
        party: BilingualSchema,
        reason: orNull(BilingualSchema),
        note: orNull(Type.String()),
        effectiveOn: DaySchema,
        recordedAt: InstantSchema,
      }),
    ),
    /** What the caller may do now. */
    commands: Type.Array(
      Type.Object({ command: Type.String(), label: BilingualSchema, reasons: orNull(Type.String()) }),
    ),
  }),
]);
export type ObjectionView = Static<typeof ObjectionView>;

const Reason = Type.Object({ key: Type.String(), name: BilingualSchema });
export const ObjectionRules = Type.Object({
  clocks: Type.Array(
    Type.Object({
      key: Type.String(),
      label: BilingualSchema,
      days: Type.Integer(),
      extendDays: Type.Integer(),
      basis: Type.String(),
    }),
  ),
  reasons: Type.Record(Type.String(), Type.Array(Reason)),
});
export type ObjectionRules = Static<typeof ObjectionRules>;

export const ObjectionQuery = Type.Object(
  {
    state: Type.Optional(Type.String({ maxLength: 40 })),
    open: Type.Optional(Type.Boolean()),
    overdue: Type.Optional(Type.Boolean()),
    recordId: Type.Optional(IdSchema),
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  },
  { additionalProperties: false },
);
export const ObjectionList = Type.Object({
  items: Type.Array(ObjectionItem),
  nextCursor: orNull(Type.String()),
  dataAsOf: Type.String(),
});
export type ObjectionList = Static<typeof ObjectionList>;
