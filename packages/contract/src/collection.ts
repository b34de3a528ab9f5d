/**
 * What the desk, departments' systems and the command line exchange with collection: submissions, findings, rows,
 * single records by form, drafts for a second reader. Lists are `{items, nextCursor, dataAsOf}`.
 */
import { type Static, type TSchema, Type } from 'typebox';

const Id = Type.String({ format: 'uuid' });
const Instant = Type.String({ description: 'ISO 8601, UTC' });
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const Words = Type.Object({ zh: Type.String(), en: Type.String() });

export const SubmissionState = Type.Union([
  Type.Literal('received'),
  Type.Literal('processing'),
  Type.Literal('done'),
  Type.Literal('failed'),
]);

export const SubmissionView = Type.Object({
  id: Id,
  state: SubmissionState,
  standard: Type.String(),
  standardName: Words,
  edition: Nullable(Type.String()),
  editionName: Nullable(Words),
  body: Type.Object({ id: Id, name: Type.String() }),
  channel: Type.String(),
  batchNo: Nullable(Type.String()),
  fileName: Type.String(),
  fileBytes: Type.Integer(),
  fileKind: Nullable(Type.String({ description: 'csv or xlsx' })),
  fileEncoding: Nullable(Type.String()),
  receivedAt: Instant,
  receivedBy: Nullable(Type.String()),
  startedAt: Nullable(Instant),
  finishedAt: Nullable(Instant),
  progress: Type.Object({
    rowsDone: Type.Integer(),
    rowsExpected: Nullable(Type.Integer()),
    ahead: Nullable(
      Type.Integer({ description: 'files received before that are not finished; null once this one is worked on' }),
    ),
  }),
  counts: Type.Object({
    rows: Type.Integer(),
    accepted: Type.Integer(),
    superseding: Type.Integer({ description: 'among accepted: replaced an earlier record of the same source' }),
    corrected: Type.Integer({ description: 'among accepted: something was normalised' }),
    doubtful: Type.Integer(),
    doubtfulOpen: Type.Integer({ description: 'doubtful rows that nobody has decided yet' }),
    refused: Type.Integer(),
    duplicate: Type.Integer(),
    personRows: Type.Integer({ description: 'rows about natural persons among accepted or refused; never shown' }),
    findings: Type.Integer(),
  }),
  /** Why the whole file was refused, or failed; what to do next. */
  failure: Nullable(Type.Object({ code: Type.String(), message: Words, fix: Words, row: Nullable(Type.Integer()) })),
  policySetId: Nullable(Type.Integer()),
});
export type SubmissionView = Static<typeof SubmissionView>;

export const FindingView = Type.Object({
  row: Type.Integer({ description: 'row number in the file as a spreadsheet shows it' }),
  field: Nullable(Type.String({ description: 'column code' })),
  fieldLabel: Nullable(Words),
  severity: Type.Union([Type.Literal('correct'), Type.Literal('warn'), Type.Literal('doubt'), Type.Literal('refuse')]),
  rule: Type.String(),
  ruleVersion: Type.String(),
  value: Nullable(Type.String()),
  newValue: Nullable(Type.String()),
  message: Words,
  fix: Words,
  basis: Nullable(Type.String()),
});
export type FindingView = Static<typeof FindingView>;

export const Candidate = Type.Object({
  subjectId: Id,
  code: Nullable(Type.String()),
  name: Type.String(),
  kind: Type.String(),
  why: Type.String({ description: 'byCode · byName · byRegistrationNumber …' }),
});
export const DoubtfulRowView = Type.Object({
  row: Type.Integer(),
  subjectName: Type.String(),
  values: Type.Array(Type.Object({ field: Type.String(), label: Words, value: Type.String() })),
  findings: Type.Array(FindingView),
  candidates: Type.Array(Candidate),
  resolution: Nullable(Type.String()),
  resolvedAt: Nullable(Instant),
});
export type DoubtfulRowView = Static<typeof DoubtfulRowView>;

export const ResolveRowsRequest = Type.Object({
  rows: Type.Array(
    Type.Object({
      row: Type.Integer({ minimum: 1 }),
      /** accept: record it (for the candidate named, where there are candidates); reject: leave it out. */
      action: Type.Union([Type.Literal('accept'), Type.Literal('reject')]),
      subjectId: Type.Optional(Id),
      note: Type.Optional(Type.String({ maxLength: 500 })),
    }),
    { minItems: 1, maxItems: 500 },
  ),
});
export const ResolveRowsResult = Type.Object({
  results: Type.Array(
    Type.Object({ row: Type.Integer(), ok: Type.Boolean(), recordId: Nullable(Id), message: Nullable(Words) }),
  ),
});

export const StandardView = Type.Object({
  key: Type.String(),
  name: Words,
  /** Category of the catalogue that its item stands in. */
  category: Type.Object({ number: Type.Integer(), name: Words }),
  /** What most offices report (it has a section of its own in the report): offered first. */
  often: Type.Boolean(),
  editions: Type.Array(Type.Object({ key: Type.String(), name: Words, columns: Type.Integer() })),
  fields: Type.Array(
    Type.Object({
      code: Type.String(),
      label: Words,
      type: Type.String(),
      length: Nullable(Type.Integer()),
      required: Type.String(),
      role: Nullable(Type.String()),
      person: Nullable(Type.String()),
      options: Nullable(Type.Array(Type.Object({ code: Type.String(), label: Words, allowSuffix: Type.Boolean() }))),
    }),
  ),
});
export type StandardView = Static<typeof StandardView>;

/** A single record by form: values by column code, as somebody types them. */
export const RecordFormRequest = Type.Object({
  standard: Type.String({ maxLength: 40 }),
  values: Type.Record(Type.String({ maxLength: 60 }), Type.String({ maxLength: 6000 })),
  /** dryRun: only check. */
  dryRun: Type.Optional(Type.Boolean()),
  subjectId: Type.Optional(Id),
  attachmentIds: Type.Optional(Type.Array(Id, { maxItems: 10 })),
  reason: Type.Optional(Type.String({ maxLength: 500 })),
});
export const RecordFormResult = Type.Object({
  outcome: Type.Union([
    Type.Literal('accepted'),
    Type.Literal('doubtful'),
    Type.Literal('refused'),
    Type.Literal('duplicate'),
    Type.Literal('waiting'),
    Type.Literal('checked'),
  ]),
  findings: Type.Array(FindingView),
  candidates: Type.Array(Candidate),
  recordId: Nullable(Id),
  submissionId: Nullable(Id),
  draftId: Nullable(Id),
});
export type RecordFormResult = Static<typeof RecordFormResult>;

export const WithdrawRequest = Type.Object({ reason: Type.String({ minLength: 2, maxLength: 500 }) });

export const RecordRow = Type.Object({
  recordId: Id,
  subjectId: Id,
  subjectName: Type.String(),
  code: Nullable(Type.String()),
  standard: Type.String(),
  item: Type.String(),
  title: Type.String({ description: 'one line: what was decided' }),
  documentNumber: Nullable(Type.String()),
  decidedOn: Nullable(Type.String()),
  decidingBody: Type.String(),
  recordedAt: Instant,
  state: Type.Union([Type.Literal('live'), Type.Literal('superseded'), Type.Literal('withdrawn')]),
});
export type RecordRow = Static<typeof RecordRow>;

export const RecordDetail = Type.Intersect([
  RecordRow,
  Type.Object({
    values: Type.Record(Type.String(), Type.String()),
    attachments: Type.Array(
      Type.Object({
        id: Id,
        fileName: Type.String(),
        mediaType: Type.String(),
        bytes: Type.Integer(),
        addedAt: Instant,
      }),
    ),
  }),
]);
export type RecordDetail = Static<typeof RecordDetail>;

export const DraftView = Type.Object({
  id: Id,
  kind: Type.Union([Type.Literal('create'), Type.Literal('correct'), Type.Literal('withdraw')]),
  standard: Type.String(),
  values: Type.Record(Type.String(), Type.String()),
  subjectName: Type.String(),
  reason: Nullable(Type.String()),
  state: Type.Union([Type.Literal('waiting'), Type.Literal('approved'), Type.Literal('returned')]),
  createdBy: Type.String(),
  createdAt: Instant,
  decidedBy: Nullable(Type.String()),
  decidedAt: Nullable(Instant),
  decisionNote: Nullable(Type.String()),
  /** The caller wrote it and so cannot decide it. */
  own: Type.Boolean(),
});
export type DraftView = Static<typeof DraftView>;

/** Figures on top of the desk: what waits for the caller's body. */
export const DeskSummary = Type.Object({
  doubtfulRows: Type.Integer(),
  refusedRows: Type.Integer({ description: 'in submissions of the last 30 days' }),
  drafts: Type.Integer(),
  submissionsThisMonth: Type.Integer(),
  recordsThisMonth: Type.Integer(),
});
export type DeskSummary = Static<typeof DeskSummary>;

export const listOf = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), nextCursor: Nullable(Type.String()), dataAsOf: Instant });
