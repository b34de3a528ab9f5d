/** Objections: what is wrong with a record, asked and answered on the clock. */
import { type Static, Type } from 'typebox';
import { CaseCommandView, type CaseItem, CaseList, CaseOption, CaseQuery, CaseView } from './cases.ts';
import { DaySchema, IdSchema, orNull } from './common.ts';

const BilingualSchema = Type.Object({ zh: Type.String(), en: Type.String() });

export const objectionCommands = [
  'accept',
  'refuseAcceptance',
  'withdraw',
  'forward',
  'answer',
  'proposeCorrection',
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
    code: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 40,
        description: '统一社会信用代码 of the organisation that objects; a representative may leave it out',
      }),
    ),
    recordId: Type.Optional(IdSchema),
    kind: Type.String({ minLength: 1, maxLength: 40, description: 'see reasons.kind of GET /objections/rules' }),
    statement: Type.String({ minLength: 10, maxLength: 3000, description: '事实和理由' }),
    wanted: Type.String({ minLength: 2, maxLength: 1000, description: '请求' }),
    documentNumber: Type.Optional(
      Type.String({
        minLength: 2,
        maxLength: 100,
        description: '文号 of a document that the objection rests on (a revocation, a judgment)',
      }),
    ),
  },
  { additionalProperties: false },
);
export type SubmitObjectionRequest = Static<typeof SubmitObjectionRequest>;

export const ObjectionCommandRequest = Type.Object(
  {
    command: Type.Enum(objectionCommands),
    reason: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
    note: Type.Optional(Type.String({ maxLength: 3000 })),
    /** What follows when it is upheld. `correct` applies what was proposed with `proposeCorrection`. */
    remedy: Type.Optional(Type.Enum(['withdraw', 'correct', 'stopDisplay', 'reclassify'] as const)),
    severity: Type.Optional(Type.Enum(['minor', 'general', 'serious'] as const)),
    /** Fields of the record by their code, as they should read; for `proposeCorrection`. */
    correction: Type.Optional(
      Type.Record(Type.String({ minLength: 1, maxLength: 60 }), Type.String({ maxLength: 4000 }), {
        maxProperties: 40,
      }),
    ),
    expectedEvents: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
  },
  { additionalProperties: false },
);
export type ObjectionCommandRequest = Static<typeof ObjectionCommandRequest>;

/** Records among which who objects chooses. */
export const ObjectableQuery = Type.Object(
  {
    code: Type.Optional(
      Type.String({ minLength: 1, maxLength: 40, description: '统一社会信用代码; a representative may leave it out' }),
    ),
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  },
  { additionalProperties: false },
);
export const ObjectableRecords = Type.Object({
  subject: Type.Object({ name: Type.String(), code: orNull(Type.String()) }),
  items: Type.Array(
    Type.Object({
      recordId: IdSchema,
      itemName: BilingualSchema,
      title: Type.String(),
      documentNumber: orNull(Type.String()),
      decidedOn: orNull(DaySchema),
      decidingBody: Type.String(),
      sourceBody: Type.String(),
      shown: Type.Boolean(),
      shownUntil: orNull(DaySchema),
      annotations: Type.Array(Type.String()),
    }),
  ),
  nextCursor: orNull(Type.String()),
  dataAsOf: Type.String(),
});
export type ObjectableRecords = Static<typeof ObjectableRecords>;

export const ExtensionRequest = Type.Object(
  {
    act: Type.Union([Type.Literal('ask'), Type.Literal('grant'), Type.Literal('refuse')]),
    reason: Type.Optional(Type.String({ minLength: 2, maxLength: 1000 })),
  },
  { additionalProperties: false },
);
export type ExtensionRequest = Static<typeof ExtensionRequest>;

export const ObjectionView = Type.Intersect([
  CaseView,
  Type.Object({
    /** What the record says and what it should say; null where there is no record, or for who may not see it. */
    correction: orNull(
      Type.Object({
        may: Type.Boolean(),
        fields: Type.Array(
          Type.Object({
            code: Type.String(),
            label: BilingualSchema,
            now: Type.String(),
            proposed: orNull(Type.String()),
          }),
        ),
      }),
    ),
  }),
]);
export type ObjectionView = Static<typeof ObjectionView>;
export type ObjectionItem = CaseItem;

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
  states: Type.Array(CaseOption),
  /** Commands that may be given to many at once. */
  bulk: Type.Array(CaseCommandView),
});
export type ObjectionRules = Static<typeof ObjectionRules>;

export const ObjectionQuery = CaseQuery;
export const ObjectionList = CaseList;
export type ObjectionList = CaseList;
