/** The check inside a decision: what bears on an organisation, by which article, and a receipt that proves the query. */
import { type Static, Type } from 'typebox';
import { DaySchema, IdSchema, InstantSchema, orNull, PageQuery } from './common.ts';

const Words = Type.Object({ zh: Type.String(), en: Type.String() });
const Code = Type.String({ minLength: 1, maxLength: 40, description: '统一社会信用代码' });
const Name = Type.String({ minLength: 2, maxLength: 200, description: '名称，须与登记的完全一致' });
const Matter = Type.String({ minLength: 1, maxLength: 40, description: '事项编码，见 /checks/matters' });
const Purpose = Type.String({ minLength: 1, maxLength: 80 });
const CaseNumber = Type.String({ minLength: 1, maxLength: 100, description: '办件编号' });

export const CheckRequest = Type.Object(
  {
    code: Type.Optional(Code),
    name: Type.Optional(Name),
    matter: Matter,
    purpose: Purpose,
    caseNumber: Type.Optional(CaseNumber),
    embedded: Type.Optional(Type.Boolean({ description: '由嵌入办理系统的组件发起' })),
  },
  { additionalProperties: false },
);
export type CheckRequest = Static<typeof CheckRequest>;

export const CheckedMeasure = Type.Object({
  id: Type.String(),
  name: Words,
  force: Type.Enum(['required', 'permitted'] as const),
  list: Type.String({ description: '名单编码' }),
  listName: Words,
  document: Type.String({ description: '列入决定或者案号' }),
  article: Type.String(),
  relevance: Words,
  proportion: Words,
  until: orNull(DaySchema),
});
export type CheckedMeasure = Static<typeof CheckedMeasure>;

const CheckedIncentive = Type.Object({
  id: Type.String(),
  name: Words,
  condition: Words,
  list: Type.String(),
  article: Type.String(),
  until: orNull(DaySchema),
});
const CheckAnnotation = Type.Object({ list: Type.String(), document: Type.String(), kind: Type.String() });

export const CheckResult = Type.Object({
  code: orNull(Type.String()),
  asOf: DaySchema,
  measures: Type.Array(CheckedMeasure),
  incentives: Type.Array(CheckedIncentive),
  annotations: Type.Array(CheckAnnotation),
});
export type CheckResult = Static<typeof CheckResult>;

export const CheckAnswer = Type.Object({
  receipt: Type.String({ description: '回执编号' }),
  signature: Type.String(),
  checkedAt: InstantSchema,
  validUntil: InstantSchema,
  feeds: Type.Object({
    listsAsOf: orNull(InstantSchema),
    jobsWaitingSince: orNull(
      Type.String({ format: 'date-time', description: '后台任务积压时，最早一件应办时间；没有积压的为空' }),
    ),
    stale: Type.Boolean({ description: '名单数据或者后台任务滞后，答复所依据的名单截至 listsAsOf' }),
  }),
  results: Type.Array(CheckResult),
});
export type CheckAnswer = Static<typeof CheckAnswer>;

export const CheckMatterView = Type.Object({
  code: Type.String(),
  name: Words,
  purposes: Type.Array(Type.String()),
  caseNumber: Type.Enum(['required', 'optional'] as const),
  batch: Type.Boolean(),
  basis: Type.String(),
});
export type CheckMatterView = Static<typeof CheckMatterView>;
export const CheckMatters = Type.Object({ items: Type.Array(CheckMatterView) });

export const ReceiptParams = Type.Object({ no: Type.String({ minLength: 10, maxLength: 40 }) });
export const ReceiptView = Type.Object({
  number: Type.String(),
  valid: Type.Boolean({ description: '内容与签名相符' }),
  current: Type.Boolean({ description: '仍在有效期内' }),
  code: orNull(Type.String()),
  matter: Type.String(),
  caseNumber: orNull(Type.String()),
  body: orNull(Type.String()),
  way: Type.String(),
  checkedAt: InstantSchema,
  validUntil: InstantSchema,
  hit: Type.Boolean(),
});
export type ReceiptView = Static<typeof ReceiptView>;

export const HitQuery = Type.Object(
  { ...PageQuery.properties, state: Type.Optional(Type.Enum(['open', 'applied', 'notApplied', 'lifted'] as const)) },
  { additionalProperties: false },
);
export const HitView = Type.Object({
  id: IdSchema,
  receipt: Type.String(),
  code: orNull(Type.String()),
  name: Type.String(),
  matter: Type.String(),
  matterName: Words,
  caseNumber: orNull(Type.String()),
  measure: Type.String(),
  measureName: Words,
  force: Type.Enum(['required', 'permitted'] as const),
  list: Type.String(),
  state: Type.Enum(['open', 'applied', 'notApplied', 'lifted'] as const),
  dueOn: DaySchema,
  overdue: Type.Boolean(),
  causeLive: Type.Boolean({ description: '列入原因是否仍在；已不在而措施仍在执行的，应当解除' }),
  reason: orNull(Type.String()),
  document: orNull(Type.String()),
  checkedAt: InstantSchema,
});
export type HitView = Static<typeof HitView>;
export const HitList = Type.Object({
  items: Type.Array(HitView),
  nextCursor: orNull(Type.String()),
  dataAsOf: InstantSchema,
});

export const FeedbackRequest = Type.Object(
  {
    measure: Type.Optional(Type.String({ minLength: 1, maxLength: 10, description: '以回执编号反馈时填写措施编码' })),
    list: Type.Optional(
      Type.String({ minLength: 1, maxLength: 10, description: '同一措施因多份名单命中时填写名单编码' }),
    ),
    action: Type.Enum(['applied', 'notApplied', 'lifted'] as const),
    document: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: '办理文书' })),
    reason: Type.Optional(Type.String({ minLength: 1, maxLength: 2000, description: '关联性和比例的说明' })),
  },
  { additionalProperties: false },
);
export type FeedbackRequest = Static<typeof FeedbackRequest>;
export const HitParams = Type.Object({
  id: Type.String({ minLength: 10, maxLength: 40, description: '命中编号；或者回执编号，并在内容中写明措施' }),
});

export const CheckCountsQuery = Type.Object({ from: DaySchema, to: DaySchema }, { additionalProperties: false });
export const CheckCounts = Type.Object({
  items: Type.Array(
    Type.Object({
      matter: Type.String(),
      matterName: Words,
      way: Type.String({ description: 'automatic, embedded, batch, website' }),
      checks: Type.Integer(),
      hits: Type.Integer(),
    }),
  ),
  feedback: Type.Array(
    Type.Object({
      body: Type.String(),
      hits: Type.Integer({ description: '应当适用的命中' }),
      answered: Type.Integer(),
      inTime: Type.Integer(),
      overdue: Type.Integer(),
    }),
  ),
});
