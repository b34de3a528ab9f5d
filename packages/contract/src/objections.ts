/** Objections: what is wrong with a record, asked and answered on the clock. */
import { type Static, Type } from 'typebox';
import { CaseItem, CaseList, CaseQuery, CaseView } from './cases.ts';
import { IdSchema } from './common.ts';

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

export const ObjectionView = CaseView;
export type ObjectionView = CaseView;
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
});
export type ObjectionRules = Static<typeof ObjectionRules>;

export const ObjectionQuery = CaseQuery;
export const ObjectionList = CaseList;
export type ObjectionList = CaseList;
