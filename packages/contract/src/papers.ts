/** Official papers of a case: drafted under a number, signed off, sealed, served. */
import { type Static, Type } from 'typebox';
import { DaySchema, IdSchema, InstantSchema, orNull } from './common.ts';

const WordsSchema = Type.Object({ zh: Type.String(), en: Type.String() });
const closed = { additionalProperties: false };

export const paperStates = ['draft', 'signedOff', 'sealed', 'served', 'voided'] as const;
export const paperCommands = ['revise', 'signOff', 'attachSealed', 'serve', 'void'] as const;
const PaperStateSchema = Type.Enum([...paperStates]);

export const PaperTemplateView = Type.Object({
  key: Type.String(),
  name: WordsSchema,
  title: Type.String(),
  fields: Type.Array(
    Type.Object({
      key: Type.String(),
      label: WordsSchema,
      kind: Type.Union([Type.Literal('line'), Type.Literal('text'), Type.Literal('date'), Type.Literal('table')]),
      required: Type.Boolean(),
      maxLength: Type.Integer(),
    }),
  ),
  /** Persons who sign it off. */
  signOff: Type.Integer(),
  served: Type.Boolean(),
  basis: Type.String(),
});
export type PaperTemplateView = Static<typeof PaperTemplateView>;

const Signed = orNull(Type.Object({ by: Type.String(), at: InstantSchema }));
export const PaperView = Type.Object({
  id: IdSchema,
  caseId: IdSchema,
  template: Type.String(),
  name: WordsSchema,
  title: Type.String(),
  number: Type.String(),
  body: Type.String(),
  subject: Type.String(),
  state: PaperStateSchema,
  stateLabel: WordsSchema,
  /** What was filled in; empty for whoever may only read it. */
  fields: Type.Record(Type.String(), Type.String()),
  issuedOn: DaySchema,
  issuedBy: orNull(Type.String()),
  signOffs: Type.Object({ needed: Type.Integer(), first: Signed, second: Signed }),
  sealed: orNull(
    Type.Object({ fileName: Type.String(), mediaType: Type.String(), bytes: Type.Integer(), at: InstantSchema }),
  ),
  service: orNull(
    Type.Object({ on: DaySchema, manner: WordsSchema, to: Type.String(), proof: Type.String(), at: InstantSchema }),
  ),
  voided: orNull(Type.Object({ reason: Type.String(), at: InstantSchema })),
  /** What the caller may do now. */
  commands: Type.Array(Type.Enum([...paperCommands])),
});
export type PaperView = Static<typeof PaperView>;

export const PaperList = Type.Object({
  items: Type.Array(PaperView),
  /** Papers that the caller may issue for the case. */
  templates: Type.Array(PaperTemplateView),
  manners: Type.Array(Type.Object({ key: Type.String(), name: WordsSchema })),
  dataAsOf: InstantSchema,
});
export type PaperList = Static<typeof PaperList>;

export const PaperRegisterQuery = Type.Object(
  {
    year: Type.Optional(Type.Integer({ minimum: 2000, maximum: 2100 })),
    series: Type.Optional(Type.String({ maxLength: 40 })),
    state: Type.Optional(PaperStateSchema),
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  },
  closed,
);
export type PaperRegisterQuery = Static<typeof PaperRegisterQuery>;
export const PaperRegister = Type.Object({
  items: Type.Array(PaperView),
  nextCursor: orNull(Type.String()),
  dataAsOf: InstantSchema,
});
export type PaperRegister = Static<typeof PaperRegister>;

const FieldsSchema = Type.Record(
  Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_-]{0,79}$' }),
  Type.String({ maxLength: 20_000 }),
  { maxProperties: 40 },
);
export const IssuePaperRequest = Type.Object(
  {
    template: Type.String({ minLength: 1, maxLength: 80 }),
    fields: FieldsSchema,
    bodyId: Type.Optional(orNull(IdSchema)),
  },
  closed,
);
export type IssuePaperRequest = Static<typeof IssuePaperRequest>;
export const RevisePaperRequest = Type.Object({ fields: FieldsSchema }, closed);
export const ServePaperRequest = Type.Object(
  {
    on: DaySchema,
    manner: Type.String({ minLength: 1, maxLength: 40, description: 'a code of the table service-manners' }),
    to: Type.String({ minLength: 1, maxLength: 200, description: '收件人' }),
    proof: Type.String({ minLength: 1, maxLength: 400, description: '送达回证编号、邮件单号、电子送达记录' }),
  },
  closed,
);
export type ServePaperRequest = Static<typeof ServePaperRequest>;
export const VoidPaperRequest = Type.Object({ reason: Type.String({ minLength: 2, maxLength: 400 }) }, closed);

/** Many at once: each is judged by itself. */
export const PaperBatchRequest = Type.Union([
  Type.Object(
    {
      act: Type.Literal('issue'),
      caseIds: Type.Array(IdSchema, { minItems: 1, maxItems: 500 }),
      template: Type.String({ minLength: 1, maxLength: 80 }),
      fields: FieldsSchema,
    },
    closed,
  ),
  Type.Object(
    {
      act: Type.Union([Type.Literal('signOff'), Type.Literal('serve')]),
      ids: Type.Array(IdSchema, { minItems: 1, maxItems: 500 }),
      service: Type.Optional(ServePaperRequest),
    },
    closed,
  ),
]);
export type PaperBatchRequest = Static<typeof PaperBatchRequest>;
export const PaperBatchResult = Type.Object({
  results: Type.Array(
    Type.Object({
      /** Of the case for `issue`, else of the paper. */
      id: IdSchema,
      paperId: orNull(IdSchema),
      number: orNull(Type.String()),
      ok: Type.Boolean(),
      message: orNull(WordsSchema),
    }),
  ),
});
export type PaperBatchResult = Static<typeof PaperBatchResult>;
