/** 发起—响应—反馈: what an entry of a list asks of a body, what it did, and that it lifted it when the entry ended. */
import { type Static, Type } from 'typebox';
import { DaySchema, IdSchema, InstantSchema, orNull, PageQuery } from './common.ts';

const Words = Type.Object({ zh: Type.String(), en: Type.String() });
const State = Type.Enum(['sent', 'acknowledged', 'applied', 'notApplied', 'toLift', 'lifted', 'withdrawn'] as const, {
  description:
    'sent 待签收、acknowledged 已签收、applied 已实施、notApplied 未实施、toLift 待解除、lifted 已解除、withdrawn 签收前已终止',
});
const Action = Type.Enum(['limit', 'deny', 'supervise', 'none'] as const, {
  description: 'limit 限制、deny 不予办理、supervise 加强监管、none 未采取措施',
});
const text = (maxLength: number, description: string) => Type.String({ minLength: 1, maxLength, description });

export const ObligationFilter = Type.Object(
  {
    state: Type.Optional(State),
    overdue: Type.Optional(Type.Boolean({ description: '只看逾期未签收、逾期未解除的' })),
    list: Type.Optional(text(10, '名单编码')),
    measure: Type.Optional(text(10, '措施编码')),
    bodyId: Type.Optional(IdSchema),
  },
  { additionalProperties: false },
);
export const ObligationQuery = Type.Object(
  { ...ObligationFilter.properties, ...PageQuery.properties },
  { additionalProperties: false },
);
export type ObligationQuery = Static<typeof ObligationQuery>;

export const ObligationFeedbackView = Type.Object({
  action: Type.Enum(['limit', 'deny', 'supervise', 'applied', 'none'] as const),
  matter: orNull(Type.String()),
  caseNumber: orNull(Type.String()),
  actedOn: DaySchema,
  document: orNull(Type.String()),
  reason: orNull(Type.String()),
});

export const ObligationView = Type.Object({
  id: IdSchema,
  subject: Type.Object({ name: Type.String(), code: orNull(Type.String()) }),
  body: Type.String(),
  own: Type.Boolean({ description: '是否由本单位办理' }),
  list: Type.String(),
  listName: Words,
  measure: Type.String(),
  measureName: Words,
  content: Words,
  force: Type.Enum(['required', 'permitted'] as const),
  document: Type.String({ description: '列入决定或者案号' }),
  article: Type.String(),
  round: Type.Integer(),
  state: State,
  causeLive: Type.Boolean({ description: '列入原因此刻是否仍在' }),
  sentOn: DaySchema,
  dueOn: orNull(Type.String({ format: 'date', description: '当前应办事项的最后一日；没有应办事项的为空' })),
  overdue: Type.Boolean(),
  until: orNull(DaySchema),
  acknowledgedOn: orNull(DaySchema),
  toLiftOn: orNull(DaySchema),
  liftedOn: orNull(DaySchema),
  liftNote: orNull(Type.String()),
  feedback: Type.Array(ObligationFeedbackView),
});
export type ObligationView = Static<typeof ObligationView>;
export const ObligationList = Type.Object({
  items: Type.Array(ObligationView),
  nextCursor: orNull(Type.String()),
  dataAsOf: InstantSchema,
});
export type ObligationList = Static<typeof ObligationList>;

export const ObligationParams = Type.Object({ id: IdSchema });
export const ObligationAnswer = Type.Object({ id: IdSchema, state: State });
export type ObligationAnswer = Static<typeof ObligationAnswer>;

export const ObligationFeedbackRequest = Type.Object(
  {
    action: Action,
    matter: Type.Optional(text(40, '事项编码')),
    caseNumber: Type.Optional(text(100, '办件编号')),
    actedOn: Type.Optional(DaySchema),
    document: Type.Optional(text(200, '办理文书')),
    reason: Type.Optional(text(2000, '关联性和适当性说明；未采取应当实施的措施的原因')),
  },
  { additionalProperties: false },
);
export type ObligationFeedbackRequest = Static<typeof ObligationFeedbackRequest>;

export const ObligationLiftRequest = Type.Object(
  { note: Type.Optional(text(500, '解除情况，如解除通知文号')) },
  { additionalProperties: false },
);
export type ObligationLiftRequest = Static<typeof ObligationLiftRequest>;

const Ids = Type.Array(IdSchema, { minItems: 1, maxItems: 200 });
export const ObligationsAcknowledgeRequest = Type.Object({ ids: Ids }, { additionalProperties: false });
export const ObligationsLiftRequest = Type.Object(
  { ids: Ids, note: Type.Optional(text(500, '解除情况')) },
  { additionalProperties: false },
);
/** Each is judged by itself. */
export const ObligationsResult = Type.Object({
  results: Type.Array(Type.Object({ id: IdSchema, ok: Type.Boolean(), state: orNull(State), message: orNull(Words) })),
});
export type ObligationsResult = Static<typeof ObligationsResult>;

export const ObligationSpan = Type.Object({ from: DaySchema, to: DaySchema }, { additionalProperties: false });
const rate = (description: string) =>
  Type.Object(
    {
      done: Type.Integer({ description: '分子' }),
      of: orNull(Type.Integer({ description: '分母；平台不掌握的为空' })),
    },
    { description },
  );
export const ObligationRates = Type.Object({
  from: DaySchema,
  to: DaySchema,
  bodies: Type.Array(
    Type.Object({
      body: Type.String(),
      query: rate('查询率：作出决定前查询过的办件／平台已归集的办件。没有归集办件的事项不计'),
      feedback: rate('反馈率：已反馈的应当适用命中／应当适用的命中。可以适用而未适用的不计'),
      acknowledged: rate('签收及时率：期限内签收／应签收（期限未到、未签收的不计）'),
      lifted: rate('撤惩及时率：期限内解除／应解除（期限未到、未解除的不计）'),
    }),
  ),
  dataAsOf: InstantSchema,
});
export type ObligationRates = Static<typeof ObligationRates>;

/** Where the cycle stands, and what is stuck: oldest first. */
export const ObligationCycle = Type.Object({
  states: Type.Array(Type.Object({ state: State, count: Type.Integer() })),
  stuck: Type.Array(
    Type.Object({
      list: Type.String(),
      listName: Words,
      bodyId: IdSchema,
      body: Type.String(),
      toAcknowledge: Type.Integer(),
      toLift: Type.Integer(),
      oldestDueOn: DaySchema,
    }),
  ),
  dataAsOf: InstantSchema,
});
export type ObligationCycle = Static<typeof ObligationCycle>;
