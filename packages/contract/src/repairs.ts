/** Repair: ending the display of an adverse record early, once its duties are fulfilled (36号令). */
import { type Static, Type } from 'typebox';
import { CaseCommandView, CaseItem, CaseMaterialView, CaseOption, CaseQuery, CaseView } from './cases.ts';
import { DaySchema, IdSchema, orNull } from './common.ts';

const Words = Type.Object({ zh: Type.String(), en: Type.String() });
const Lane = Type.Union([Type.Literal('creditPlatform'), Type.Literal('marketRegister')]);
const Code = Type.String({ minLength: 1, maxLength: 40, description: '统一社会信用代码' });

/** What a party may be asked to do; `forward` and `closeMoot` are the platform's own. */
export const repairCommands = [
  'submit',
  'accept',
  'refuseAcceptance',
  'requestSupplement',
  'supplement',
  'beginReview',
  'beginExpertReview',
  'endExpertReview',
  'approve',
  'reject',
  'sync',
  'confirm',
  'withdraw',
  'revoke',
  'reopen',
] as const;

export const StartRepairRequest = Type.Object(
  {
    code: Code,
    recordId: IdSchema,
    lane: Type.Optional(Lane),
    authorisation: Type.Optional(
      Type.String({ minLength: 2, maxLength: 300, description: '窗口代办：授权委托书编号或者说明' }),
    ),
  },
  { additionalProperties: false },
);
export type StartRepairRequest = Static<typeof StartRepairRequest>;

export const RepairApplication = Type.Object(
  {
    statement: Type.Optional(Type.String({ maxLength: 3000 })),
    commitment: Type.Optional(
      Type.Object(
        { version: Type.String({ minLength: 1, maxLength: 20 }), agreed: Type.Boolean() },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type RepairApplication = Static<typeof RepairApplication>;

const given = {
  reason: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
  note: Type.Optional(Type.String({ maxLength: 3000 })),
  /** Duties that the recognising body confirms. */
  duties: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 60 }), { maxItems: 40 })),
  /** All of them. */
  dutiesConfirmed: Type.Optional(Type.Literal('all')),
};
const Command = Type.Enum(repairCommands);
export const RepairCommandRequest = Type.Object(
  {
    command: Command,
    ...given,
    missing: Type.Optional(Type.Array(Type.String({ minLength: 2, maxLength: 300 }), { minItems: 1, maxItems: 20 })),
    expectedEvents: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
  },
  { additionalProperties: false },
);
export type RepairCommandRequest = Static<typeof RepairCommandRequest>;

export const RepairBulkRequest = Type.Object(
  { ids: Type.Array(IdSchema, { minItems: 1, maxItems: 200 }), command: Command, ...given },
  { additionalProperties: false },
);
export type RepairBulkRequest = Static<typeof RepairBulkRequest>;
export const UpstreamRepairRequest = Type.Object(
  {
    upstreamNumber: Type.String({ minLength: 4, maxLength: 80 }),
    code: Code,
    documentNumber: Type.String({ minLength: 2, maxLength: 128 }),
    decidedOn: Type.Optional(DaySchema),
    lane: Type.Optional(Lane),
    statement: Type.Optional(Type.String({ maxLength: 3000 })),
    commitmentSignedOn: Type.Optional(DaySchema),
  },
  { additionalProperties: false },
);
export type UpstreamRepairRequest = Static<typeof UpstreamRepairRequest>;

export const RepairObstacle = Type.Object({
  code: Type.String(),
  until: orNull(DaySchema),
  words: Words,
  basis: Type.String(),
});
const RecordBrief = Type.Object({
  recordId: IdSchema,
  title: Type.String(),
  documentNumber: orNull(Type.String()),
  decidedOn: orNull(DaySchema),
  decidingBody: Type.String(),
  itemName: Words,
  severity: orNull(Type.String()),
  severityConfirmed: Type.Boolean(),
  state: Type.String(),
  shownUntil: orNull(DaySchema),
  reason: Words,
});
const Duty = Type.Object({ key: Type.String(), name: Words, proof: Words });

export const RepairablePage = Type.Object({
  subject: Type.Object({ name: Type.String(), code: orNull(Type.String()) }),
  items: Type.Array(
    Type.Object({
      record: RecordBrief,
      lane: Lane,
      kind: Type.String(),
      kindName: Words,
      firstDay: orNull(DaySchema),
      possible: Type.Boolean(),
      obstacles: Type.Array(RepairObstacle),
      duties: Type.Array(Duty),
      openCase: orNull(IdSchema),
    }),
  ),
  truncated: Type.Boolean(),
  dataAsOf: Type.String(),
});
export type RepairablePage = Static<typeof RepairablePage>;

export const RepairItem = Type.Intersect([
  CaseItem,
  Type.Object({ lane: Lane, upstreamNumber: orNull(Type.String()) }),
]);
export type RepairItem = Static<typeof RepairItem>;

export const RepairMaterial = Type.Intersect([CaseMaterialView, Type.Object({ duty: Type.String() })]);
export type RepairMaterial = Static<typeof RepairMaterial>;

export const RepairView = Type.Intersect([
  CaseView,
  Type.Object({
    lane: Lane,
    channel: Type.String(),
    commitment: Type.Object({
      version: Type.String(),
      title: Words,
      text: Type.Array(Words),
      signedOn: orNull(DaySchema),
    }),
    record: orNull(RecordBrief),
    duties: Type.Array(Type.Intersect([Duty, Type.Object({ shown: Type.Boolean(), confirmed: Type.Boolean() })])),
    /** The same files, each with the duty that it proves. */
    proofs: Type.Array(RepairMaterial),
    missing: Type.Array(Type.String()),
    /** What stands in the way now. */
    obstacles: Type.Array(RepairObstacle),
    /** The caller may fill in and add files. */
    editable: Type.Boolean(),
    /** Against this result: an objection of this kind (objections.md E9). */
    appeal: orNull(Type.String()),
  }),
]);
export type RepairView = Static<typeof RepairView>;

export const RepairQuery = CaseQuery;
export type RepairQuery = CaseQuery;
export const RepairList = Type.Object({
  items: Type.Array(RepairItem),
  nextCursor: orNull(Type.String()),
  dataAsOf: Type.String(),
});
export type RepairList = Static<typeof RepairList>;

export const RepairRulesView = Type.Object({
  lanes: Type.Array(
    Type.Object({
      lane: Lane,
      name: Words,
      basis: Type.Array(Type.String()),
      kinds: Type.Array(Type.Object({ key: Type.String(), name: Words })),
      duties: Type.Array(Duty),
      commitment: Type.Object({ version: Type.String(), title: Words, text: Type.Array(Words), basis: Type.String() }),
      banYears: Type.Integer(),
      targetWorkingDays: Type.Integer(),
      clocks: Type.Array(
        Type.Object({
          key: Type.String(),
          label: Words,
          days: Type.Integer(),
          extendDays: Type.Integer(),
          basis: Type.String(),
        }),
      ),
      reasons: Type.Record(Type.String(), Type.Array(Type.Object({ key: Type.String(), name: Words }))),
    }),
  ),
  states: Type.Array(CaseOption),
  /** Commands that may be given to many at once. */
  bulk: Type.Array(CaseCommandView),
  free: Words,
});
export type RepairRulesView = Static<typeof RepairRulesView>;

const DutyOutcome = Type.Union([Type.Literal('fulfilled'), Type.Literal('unfulfilled'), Type.Literal('enforcement')], {
  description: 'fulfilled; not fulfilled; not fulfilled, and enforcement was asked for',
});

export const OpenDutyQuery = Type.Object(
  {
    state: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('answered')])),
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  },
  { additionalProperties: false },
);
export type OpenDutyQuery = Static<typeof OpenDutyQuery>;

/** A record whose longest period of display is over and whose duties nobody showed to be fulfilled. */
export const OpenDutyItem = Type.Object({
  recordId: Type.String({ format: 'uuid' }),
  subject: Type.Object({ name: Type.String(), code: Type.Union([Type.String(), Type.Null()]) }),
  itemName: Type.Object({ zh: Type.String(), en: Type.String() }),
  documentNumber: Type.Union([Type.String(), Type.Null()]),
  decidedOn: Type.Union([Type.String(), Type.Null()]),
  body: Type.String(),
  shownUntil: Type.String({ format: 'date' }),
  openedAt: Type.Union([Type.String(), Type.Null()]),
  outcome: Type.Union([DutyOutcome, Type.Null()]),
  note: Type.Union([Type.String(), Type.Null()]),
  answeredAt: Type.Union([Type.String(), Type.Null()]),
});
export type OpenDutyItem = Static<typeof OpenDutyItem>;

export const OpenDutyList = Type.Object({
  items: Type.Array(OpenDutyItem),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
  dataAsOf: Type.String(),
});
export type OpenDutyList = Static<typeof OpenDutyList>;

export const AnswerDutyRequest = Type.Object(
  { outcome: DutyOutcome, note: Type.String({ minLength: 2, maxLength: 1000 }) },
  { additionalProperties: false },
);
export type AnswerDutyRequest = Static<typeof AnswerDutyRequest>;
