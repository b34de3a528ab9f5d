/** Rates of reporting, what is due, samples, months and the letters that follow. */
import { type Static, Type } from 'typebox';
import { DaySchema, IdSchema, InstantSchema, orNull, PageQuery } from './common.ts';

const WordsSchema = Type.Object({ zh: Type.String(), en: Type.String() });
export const MonthSchema = Type.String({ pattern: '^20\\d{2}-(0[1-9]|1[0-2])$', description: 'YYYY-MM' });
const StandardKey = Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_-]{0,79}$' });
export const QualityLevel = Type.Enum(['red', 'yellow', 'met', 'none'] as const);
const strict = { additionalProperties: false };

export const QualityBy = Type.Enum(['body', 'item', 'district', 'channel'] as const);
export const BoardQuery = Type.Object({ month: Type.Optional(MonthSchema), by: Type.Optional(QualityBy) }, strict);
export type BoardQuery = Static<typeof BoardQuery>;
export const MonthQuery = Type.Object({ month: Type.Optional(MonthSchema) }, strict);
export const MonthParams = Type.Object({ month: MonthSchema }, strict);

export const RateView = Type.Object({
  key: Type.String(),
  numerator: Type.Integer(),
  denominator: Type.Integer(),
  /** In the unit of the indicator; null where there is nothing to count. */
  value: orNull(Type.Number()),
  level: QualityLevel,
});
export type RateView = Static<typeof RateView>;
export const IndicatorView = Type.Object({
  key: Type.String(),
  code: Type.String(),
  name: WordsSchema,
  numerator: WordsSchema,
  denominator: WordsSchema,
  unit: Type.Enum(['percent', 'permille', 'days'] as const),
  better: Type.Enum(['high', 'low'] as const),
  target: Type.Number(),
  yellow: orNull(Type.Number()),
  red: orNull(Type.Number()),
  basis: Type.String(),
  confirmed: Type.Boolean(),
});
export type IndicatorView = Static<typeof IndicatorView>;
export const BoardRow = Type.Object({
  key: Type.String(),
  name: WordsSchema,
  reported: Type.Integer(),
  unconfirmed: Type.Integer(),
  score: orNull(Type.Number()),
  rank: orNull(Type.Integer()),
  rates: Type.Array(RateView),
});
export type BoardRow = Static<typeof BoardRow>;
export const QualityBoard = Type.Object({
  month: MonthSchema,
  by: QualityBy,
  closed: orNull(Type.Object({ at: InstantSchema, by: orNull(Type.String()), hash: Type.String() })),
  total: BoardRow,
  rows: Type.Array(BoardRow),
  trend: Type.Array(Type.Object({ month: MonthSchema, rates: Type.Array(RateView) })),
  indicators: Type.Array(IndicatorView),
  codesCountedOn: orNull(DaySchema),
  asOf: InstantSchema,
});
export type QualityBoard = Static<typeof QualityBoard>;

export const FaultSchema = Type.Enum(['compliance', 'timeliness', 'qualified', 'codeErrors'] as const);
export const FaultQuery = Type.Object(
  {
    month: MonthSchema,
    fault: FaultSchema,
    bodyId: Type.Optional(IdSchema),
    standard: Type.Optional(StandardKey),
    ...PageQuery.properties,
  },
  strict,
);
export type FaultQuery = Static<typeof FaultQuery>;
export const FaultRow = Type.Object({
  submissionId: IdSchema,
  row: Type.Integer(),
  body: Type.String(),
  standard: Type.String(),
  standardName: WordsSchema,
  outcome: Type.String(),
  documentNumber: orNull(Type.String()),
  decidedOn: orNull(DaySchema),
  arrivedOn: DaySchema,
  /** Last day on which it would have been in time. */
  dueOn: orNull(DaySchema),
  findings: Type.Array(WordsSchema),
});
export type FaultRow = Static<typeof FaultRow>;

export const dutyCycles = ['month', 'quarter', 'year'] as const;
export const DutyCycle = Type.Enum([...dutyCycles]);
export type DutyCycle = (typeof dutyCycles)[number];
export const QualityDuty = Type.Object({
  bodyId: IdSchema,
  body: Type.String(),
  standard: Type.String(),
  standardName: WordsSchema,
  cycle: DutyCycle,
  declared: orNull(Type.Integer()),
  declaredAt: orNull(InstantSchema),
  arrived: Type.Integer(),
  fed: Type.Boolean(),
  dueOn: DaySchema,
  state: Type.Enum(['confirmed', 'zero', 'waiting', 'overdue'] as const),
  mayConfirm: Type.Boolean(),
});
export type QualityDuty = Static<typeof QualityDuty>;
export const QualityDutyList = Type.Object({
  month: MonthSchema,
  closed: Type.Boolean(),
  items: Type.Array(QualityDuty),
  dataAsOf: InstantSchema,
});
export type QualityDutyList = Static<typeof QualityDutyList>;
export const DeclareRequest = Type.Object(
  {
    month: MonthSchema,
    bodyId: Type.Optional(IdSchema),
    standard: StandardKey,
    decisions: Type.Integer({ minimum: 0, maximum: 10_000_000 }),
  },
  strict,
);
export type DeclareRequest = Static<typeof DeclareRequest>;
export const QualityDutyChange = Type.Object(
  {
    bodyId: IdSchema,
    standard: StandardKey,
    from: MonthSchema,
    to: orNull(MonthSchema),
    /** A quarter's decisions are confirmed after its last month, a year's after December. Default: month. */
    cycle: Type.Optional(DutyCycle),
  },
  strict,
);
export type QualityDutyChange = Static<typeof QualityDutyChange>;

/** What a body owes, as the office set it or as it was learnt from what came. */
export const SetDuty = Type.Object({
  bodyId: IdSchema,
  body: Type.String(),
  standard: Type.String(),
  standardName: WordsSchema,
  cycle: DutyCycle,
  from: MonthSchema,
  to: orNull(MonthSchema),
  source: Type.Enum(['office', 'reported'] as const),
});
export type SetDuty = Static<typeof SetDuty>;
export const SetDutyQuery = Type.Object(
  { bodyId: Type.Optional(IdSchema), standard: Type.Optional(StandardKey), ...PageQuery.properties },
  strict,
);
export type SetDutyQuery = Static<typeof SetDutyQuery>;
/** Standards of which something can be owed. */
export const DutyStandards = Type.Object({
  items: Type.Array(Type.Object({ standard: Type.String(), name: WordsSchema })),
  nextCursor: orNull(Type.String()),
  dataAsOf: InstantSchema,
});
export type DutyStandards = Static<typeof DutyStandards>;
export const DutyImport = Type.Object({ rows: Type.Integer(), set: Type.Integer(), unchanged: Type.Integer() });
export type DutyImport = Static<typeof DutyImport>;

/** Decisions behind a duty, or of one sequence of document numbers. */
export const DecisionQuery = Type.Object(
  {
    month: MonthSchema,
    bodyId: IdSchema,
    standard: StandardKey,
    /** 示市监罚〔2026〕{n}号: the year's decisions of this sequence; without it, those of the month. */
    series: Type.Optional(Type.String({ minLength: 3, maxLength: 200 })),
    ...PageQuery.properties,
  },
  strict,
);
export type DecisionQuery = Static<typeof DecisionQuery>;
export const DecisionRow = Type.Object({
  submissionId: IdSchema,
  row: Type.Integer(),
  documentNumber: orNull(Type.String()),
  decidedOn: orNull(DaySchema),
  arrivedOn: DaySchema,
});
export type DecisionRow = Static<typeof DecisionRow>;

export const GapView = Type.Object({
  bodyId: IdSchema,
  body: Type.String(),
  standard: Type.String(),
  /** 示市监罚〔2026〕{n}号. */
  series: Type.String(),
  from: Type.Integer(),
  to: Type.Integer(),
  missing: Type.Array(Type.Integer()),
  missingCount: Type.Integer(),
});
export type GapView = Static<typeof GapView>;
export const GapList = Type.Object({ month: MonthSchema, items: Type.Array(GapView), dataAsOf: InstantSchema });
export type GapList = Static<typeof GapList>;

export const FeedbackRow = Type.Object({
  bodyId: IdSchema,
  body: Type.String(),
  files: Type.Integer(),
  failed: Type.Integer(),
  rows: Type.Integer(),
  accepted: Type.Integer(),
  corrected: Type.Integer(),
  doubtful: Type.Integer(),
  doubtfulOpen: Type.Integer(),
  refused: Type.Integer(),
  /** Hours from the arrival to the decision about doubtful rows, on average. */
  hoursToMend: orNull(Type.Number()),
  rules: Type.Array(Type.Object({ rule: Type.String(), name: WordsSchema, rows: Type.Integer() })),
});
export type FeedbackRow = Static<typeof FeedbackRow>;
export const FeedbackList = Type.Object({
  month: MonthSchema,
  items: Type.Array(FeedbackRow),
  dataAsOf: InstantSchema,
});
export type FeedbackList = Static<typeof FeedbackList>;

const Signed = orNull(Type.Object({ by: Type.String(), at: InstantSchema }));
export const LetterView = Type.Object({
  id: IdSchema,
  kind: Type.Enum(['supervision', 'risk'] as const),
  month: MonthSchema,
  bodyId: IdSchema,
  body: Type.String(),
  paperId: orNull(IdSchema),
  number: orNull(Type.String()),
  paperState: orNull(Type.String()),
  /** 审核, 签发 and 用印 of the paper: who, and when. */
  signOffs: Type.Object({ checked: Signed, signed: Signed, sealedAt: orNull(InstantSchema) }),
  reasons: Type.Array(WordsSchema),
  replyDue: DaySchema,
  overdue: Type.Boolean(),
  state: Type.Enum(['open', 'replied', 'closed'] as const),
  reply: orNull(Type.String()),
  repliedAt: orNull(InstantSchema),
  closing: orNull(Type.String()),
  closedAt: orNull(InstantSchema),
  mayReply: Type.Boolean(),
  mayClose: Type.Boolean(),
});
export type LetterView = Static<typeof LetterView>;
export const LetterQuery = Type.Object(
  {
    state: Type.Optional(Type.Enum(['open', 'all'] as const)),
    month: Type.Optional(MonthSchema),
    ...PageQuery.properties,
  },
  strict,
);
export type LetterQuery = Static<typeof LetterQuery>;
const words = Type.String({ minLength: 2, maxLength: 4000 });
export const LetterReply = Type.Object({ reply: words }, strict);
export const LetterClose = Type.Object({ reason: words }, strict);

export const QualityTasks = Type.Object({
  month: MonthSchema,
  duties: Type.Array(QualityDuty),
  letters: Type.Array(LetterView),
  submissions: Type.Array(
    Type.Object({
      submissionId: IdSchema,
      body: Type.String(),
      fileName: Type.String(),
      receivedAt: InstantSchema,
      refused: Type.Integer(),
      doubtfulOpen: Type.Integer(),
    }),
  ),
  dataAsOf: InstantSchema,
});
export type QualityTasks = Static<typeof QualityTasks>;

export const PaperOfMonth = Type.Object({
  id: IdSchema,
  template: Type.String(),
  name: WordsSchema,
  number: Type.String(),
  state: Type.String(),
  about: Type.String(),
});
export type PaperOfMonth = Static<typeof PaperOfMonth>;
export const MonthView = Type.Object({
  month: MonthSchema,
  state: Type.Enum(['open', 'ended', 'closed'] as const),
  closedAt: orNull(InstantSchema),
  closedBy: orNull(Type.String()),
  hash: orNull(Type.String()),
  /** The frozen figures still give the hash. */
  intact: orNull(Type.Boolean()),
  /** What its papers belong to (`/cases/{id}/papers`); null before the first. */
  fileId: orNull(IdSchema),
  papers: Type.Array(PaperOfMonth),
  letters: Type.Integer(),
});
export type MonthView = Static<typeof MonthView>;
export const MonthList = Type.Object({
  items: Type.Array(MonthView),
  nextCursor: Type.Null(),
  dataAsOf: InstantSchema,
});
export type MonthList = Static<typeof MonthList>;
export const PressedPapers = Type.Object({
  month: MonthSchema,
  closedNow: Type.Boolean(),
  bulletin: PaperOfMonth,
  reports: Type.Integer(),
  letters: Type.Integer(),
  milliseconds: Type.Integer(),
});
export type PressedPapers = Static<typeof PressedPapers>;
export const YearParams = Type.Object({ year: Type.Integer({ minimum: 2000, maximum: 2999 }) }, strict);

export const SampleRowView = Type.Object({
  row: Type.Integer(),
  body: Type.String(),
  standardName: WordsSchema,
  documentNumber: Type.String(),
  decidedOn: orNull(DaySchema),
  arrivedOn: orNull(DaySchema),
  recordId: orNull(IdSchema),
  verdict: orNull(Type.Enum(['same', 'late', 'wrong', 'concealed'] as const)),
  note: orNull(Type.String()),
});
export type SampleRowView = Static<typeof SampleRowView>;
export const SampleView = Type.Object({
  id: IdSchema,
  kind: Type.Enum(['website', 'assessor'] as const),
  month: MonthSchema,
  body: orNull(Type.String()),
  seed: orNull(Type.String()),
  rows: Type.Integer(),
  state: Type.Enum(['drawn', 'judged'] as const),
  same: Type.Integer(),
  late: Type.Integer(),
  wrong: Type.Integer(),
  concealed: Type.Integer(),
  createdAt: InstantSchema,
});
export type SampleView = Static<typeof SampleView>;
export const SampleList = Type.Object({
  items: Type.Array(SampleView),
  nextCursor: orNull(Type.String()),
  dataAsOf: InstantSchema,
});
export type SampleList = Static<typeof SampleList>;
export const SampleDetail = Type.Object({
  sample: SampleView,
  items: Type.Array(SampleRowView),
  nextCursor: orNull(Type.String()),
  dataAsOf: InstantSchema,
});
export type SampleDetail = Static<typeof SampleDetail>;
export const DrawSample = Type.Object(
  {
    month: MonthSchema,
    bodyId: Type.Optional(IdSchema),
    rows: Type.Integer({ minimum: 1, maximum: 500 }),
    seed: Type.Optional(Type.String({ minLength: 1, maxLength: 40, pattern: '^[A-Za-z0-9_-]+$' })),
  },
  strict,
);
export type DrawSample = Static<typeof DrawSample>;
export const SampleQuery = Type.Object({ month: Type.Optional(MonthSchema), ...PageQuery.properties }, strict);
export type SampleQuery = Static<typeof SampleQuery>;

export const CodeProblems = Type.Object({
  countedOn: orNull(DaySchema),
  subjects: Type.Integer(),
  shared: Type.Integer(),
  invalid: Type.Integer(),
  mismatched: Type.Integer(),
  items: Type.Array(
    Type.Object({
      kind: Type.Enum(['shared', 'invalid', 'mismatched'] as const),
      code: Type.String(),
      name: Type.String(),
      subjectId: IdSchema,
    }),
  ),
  nextCursor: orNull(Type.String()),
  dataAsOf: InstantSchema,
});
export type CodeProblems = Static<typeof CodeProblems>;
