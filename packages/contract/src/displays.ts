/** What the deciding body orders about the display of a record, the notice of repair rights, and why a record is shown. */
import { type Static, Type } from 'typebox';
import { DaySchema, IdSchema, InstantSchema, orNull } from './common.ts';

const Words = Type.Object({ zh: Type.String(), en: Type.String() });
const Severity = Type.Union([Type.Literal('minor'), Type.Literal('general'), Type.Literal('serious')]);

export const displayOrders = ['suspend', 'resume', 'mask', 'unmask', 'completeReorganisation', 'annul'] as const;
export const DisplayOrderRequest = Type.Object(
  {
    order: Type.Enum(displayOrders),
    /** The day of the ruling or decision. */
    on: DaySchema,
    document: Type.String({ minLength: 2, maxLength: 128, description: '裁定书、决定书文号' }),
    note: Type.Optional(Type.String({ maxLength: 1000 })),
  },
  { additionalProperties: false },
);
export type DisplayOrderRequest = Static<typeof DisplayOrderRequest>;

export const ConfirmSeverityRequest = Type.Object(
  {
    rows: Type.Array(Type.Object({ recordId: IdSchema, severity: Severity }, { additionalProperties: false }), {
      minItems: 1,
      maxItems: 500,
    }),
  },
  { additionalProperties: false },
);
export type ConfirmSeverityRequest = Static<typeof ConfirmSeverityRequest>;
export const ConfirmSeverityResult = Type.Object({
  results: Type.Array(
    Type.Object({
      recordId: IdSchema,
      outcome: Type.Union([Type.Literal('confirmed'), Type.Literal('unchanged'), Type.Literal('refused')]),
      shownUntil: orNull(DaySchema),
      problem: orNull(Words),
    }),
  ),
});
export type ConfirmSeverityResult = Static<typeof ConfirmSeverityResult>;

const Brief = {
  recordId: IdSchema,
  subject: Type.Object({ name: Type.String(), code: orNull(Type.String()) }),
  title: Type.String(),
  itemName: Words,
  documentNumber: orNull(Type.String()),
  decidedOn: orNull(DaySchema),
  decidingBody: Type.String(),
};
export const WhyView = Type.Object({
  ...Brief,
  shown: Type.Boolean(),
  state: Type.String(),
  from: orNull(DaySchema),
  until: orNull(DaySchema),
  severity: orNull(Severity),
  severityConfirmed: Type.Boolean(),
  regime: Words,
  article: Type.String(),
  reason: Words,
  annotations: Type.Array(Type.String()),
  /** The register's own publicity system, beside the credit platform; null where it has no rule for it. */
  marketRegister: orNull(Type.Object({ until: orNull(DaySchema), reason: Words, article: Type.String() })),
  events: Type.Array(
    Type.Object({ kind: Type.String(), words: Words, effectiveOn: DaySchema, document: orNull(Type.String()) }),
  ),
  /** What would end it earlier than `until`. */
  earlier: Type.Array(Type.Object({ key: Type.String(), from: orNull(DaySchema), words: Words, basis: Type.String() })),
  noticeServedOn: orNull(DaySchema),
});
export type WhyView = Static<typeof WhyView>;

export const DisplayOrderResult = Type.Object({
  changed: Type.Boolean(),
  /** Last day on which it is in time; null where no days are set for it. */
  dueOn: orNull(DaySchema),
  late: Type.Boolean(),
  why: WhyView,
});

export const SeverityWaiting = Type.Object({
  items: Type.Array(
    Type.Object({ ...Brief, proposed: orNull(Severity), basis: Type.String(), shownUntil: orNull(DaySchema) }),
  ),
  nextCursor: orNull(Type.String()),
  dataAsOf: Type.String(),
});
export type SeverityWaiting = Static<typeof SeverityWaiting>;

export const RepairNoticeTextRequest = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    code: Type.String({ minLength: 1, maxLength: 40 }),
    documentNumber: Type.String({ minLength: 2, maxLength: 128 }),
    decidedOn: DaySchema,
    categories: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: 20 }),
    amountFen: Type.Optional(Type.String({ pattern: '^[0-9]{1,18}$', description: '罚款金额（分）' })),
    procedure: Type.Optional(Type.String({ maxLength: 16 })),
  },
  { additionalProperties: false },
);
export type RepairNoticeTextRequest = Static<typeof RepairNoticeTextRequest>;
export const RepairNoticeText = Type.Object({
  title: Words,
  paragraphs: Type.Array(Words),
  /** What the QR code holds. */
  qrContent: Type.String(),
  qrSvg: Type.String(),
  templateHash: Type.String(),
  basis: Type.String(),
});
export type RepairNoticeText = Static<typeof RepairNoticeText>;

const served = {
  servedOn: DaySchema,
  channel: Type.Enum(['withDecision', 'post', 'electronic', 'onSite', 'other']),
  proof: Type.String({ minLength: 2, maxLength: 300, description: '送达回证编号等' }),
  templateHash: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
};
export const ServeNoticeRequest = Type.Object(
  {
    recordId: Type.Optional(IdSchema),
    /** Instead of the record's id: the decision, as an enforcement system knows it. */
    code: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
    documentNumber: Type.Optional(Type.String({ minLength: 2, maxLength: 128 })),
    ...served,
  },
  { additionalProperties: false },
);
export type ServeNoticeRequest = Static<typeof ServeNoticeRequest>;
export type ServedNotice = Static<typeof ServedNotice>;
export const ServedNotice = Type.Object({ recordId: IdSchema, noticeServedOn: DaySchema, created: Type.Boolean() });
export type NoticesMissing = Static<typeof NoticesMissing>;
export const NoticesMissing = Type.Object({
  items: Type.Array(Type.Object(Brief)),
  nextCursor: orNull(Type.String()),
  dataAsOf: Type.String(),
});

export const DisplayChanges = Type.Object({
  items: Type.Array(
    Type.Object({
      recordId: IdSchema,
      noticedAt: InstantSchema,
      before: Type.Object({ regime: Type.String(), until: orNull(DaySchema), shown: Type.Boolean() }),
      after: Type.Object({ regime: Type.String(), until: orNull(DaySchema), shown: Type.Boolean() }),
    }),
  ),
  nextCursor: orNull(Type.String()),
  dataAsOf: Type.String(),
});
export const DisplayPageQuery = Type.Object(
  {
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  },
  { additionalProperties: false },
);
export type DisplayPageQuery = Static<typeof DisplayPageQuery>;
