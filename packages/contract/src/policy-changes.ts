/** Policy changes: drafted from a sheet, circulated, tried, approved by a second person, begun on a day, taken back. */
import { type Static, Type } from 'typebox';
import { DaySchema, IdSchema, InstantSchema, orNull } from './common.ts';

const closed = { additionalProperties: false };
const Words = Type.Object({ zh: Type.String(), en: Type.String() });
export const policySheetKinds = ['catalogue', 'dataStandard', 'codeTable', 'ruleSet', 'disclosure'] as const;
export const policyChangeStates = [
  ...['drafted', 'circulated', 'submitted'],
  ...['scheduled', 'active', 'rolledBack', 'discarded'],
] as const;
export const policyChangeCommands = [
  ...['circulate', 'revise', 'submit', 'approve', 'reject', 'cancel', 'rollBack', 'discard'],
] as const;
const Kind = Type.Enum([...policySheetKinds]);
const Key = Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,79}$' });

export const PolicyDifference = Type.Object({
  how: Type.Union([Type.Literal('added'), Type.Literal('removed'), Type.Literal('changed')]),
  key: Type.String(),
  name: Type.String(),
  departments: Type.Array(Type.String()),
  cells: Type.Array(Type.Object({ column: Type.String(), before: Type.String(), after: Type.String() })),
});
export type PolicyDifference = Static<typeof PolicyDifference>;

export const PolicyChangeSummary = Type.Object({
  id: IdSchema,
  title: Type.String(),
  state: Type.String(),
  stateLabel: Words,
  files: Type.Array(Type.Object({ kind: Type.String(), key: Type.String(), name: Words })),
  createdBy: orNull(Type.String()),
  createdAt: InstantSchema,
  effectiveOn: orNull(DaySchema),
});
export type PolicyChangeSummary = Static<typeof PolicyChangeSummary>;

export const PolicySimulationView = Type.Object({
  rows: Type.Integer(),
  submissions: Type.Integer(),
  unreadable: Type.Integer(),
  complete: Type.Boolean(),
  rules: Type.Array(
    Type.Object({ rule: Type.String(), body: Type.String(), appear: Type.Integer(), vanish: Type.Integer() }),
  ),
  samples: Type.Array(
    Type.Object({
      submissionId: IdSchema,
      row: Type.Integer(),
      body: Type.String(),
      rule: Type.String(),
      how: Type.Union([Type.Literal('appear'), Type.Literal('vanish')]),
    }),
  ),
  /** Of a catalogue or disclosure change: records that the public would see, or see no more; null of other changes. */
  records: Type.Optional(
    orNull(
      Type.Object({
        read: Type.Integer(),
        complete: Type.Boolean(),
        changes: Type.Array(
          Type.Object({
            item: Type.String(),
            body: Type.String(),
            show: Type.Integer(),
            hide: Type.Integer(),
            longer: Type.Integer(),
            shorter: Type.Integer(),
          }),
        ),
      }),
    ),
  ),
});
export type PolicySimulationView = Static<typeof PolicySimulationView>;

export const PolicyChangeView = Type.Object({
  ...PolicyChangeSummary.properties,
  reason: Type.String(),
  version: Type.Integer(),
  replyDueOn: orNull(DaySchema),
  answerNote: orNull(Type.String()),
  approvedBy: orNull(Type.String()),
  policySetId: orNull(Type.Integer()),
  endReason: orNull(Type.String()),
  differences: Type.Array(
    Type.Object({
      kind: Type.String(),
      key: Type.String(),
      total: Type.Integer(),
      rows: Type.Array(PolicyDifference),
      departments: Type.Array(Type.Object({ name: Type.String(), rows: Type.Integer() })),
    }),
  ),
  units: Type.Array(
    Type.Object({
      bodyId: IdSchema,
      name: Type.String(),
      answer: Type.Union([
        Type.Literal('waiting'),
        Type.Literal('confirmed'),
        Type.Literal('objected'),
        Type.Literal('notConfirmed'),
      ]),
      comment: orNull(Type.String()),
      toldAt: orNull(InstantSchema),
      remindedAt: orNull(InstantSchema),
    }),
  ),
  simulation: orNull(PolicySimulationView),
  /** The newest trial that runs by itself; null where there was none. */
  run: orNull(
    Type.Object({
      id: IdSchema,
      state: Type.Enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
      rowLimit: Type.Integer(),
      rowsDone: Type.Integer(),
      recordsDone: Type.Integer(),
      askedAt: InstantSchema,
      finishedAt: orNull(InstantSchema),
      problem: orNull(Words),
    }),
  ),
  events: Type.Array(
    Type.Object({ at: InstantSchema, kind: Type.String(), by: orNull(Type.String()), note: orNull(Type.String()) }),
  ),
  /** What the caller may do now. */
  commands: Type.Array(Type.String()),
});
export type PolicyChangeView = Static<typeof PolicyChangeView>;

export const PolicyChangeList = Type.Object({
  items: Type.Array(PolicyChangeSummary),
  nextCursor: orNull(Type.String()),
  dataAsOf: InstantSchema,
});
export type PolicyChangeList = Static<typeof PolicyChangeList>;

export const NewPolicyChange = Type.Object(
  {
    title: Type.String({ minLength: 2, maxLength: 200 }),
    reason: Type.String({ minLength: 2, maxLength: 2_000, description: '依据和理由' }),
  },
  closed,
);
export type NewPolicyChange = Static<typeof NewPolicyChange>;

export const PolicyFileParams = Type.Object({ id: IdSchema, kind: Kind, key: Key });
export const PolicyTemplateParams = Type.Object({ kind: Kind, key: Key });
export const PolicyTemplateList = Type.Object({
  items: Type.Array(Type.Object({ kind: Kind, key: Type.String(), name: Words, validFrom: orNull(DaySchema) })),
});
export type PolicyTemplateList = Static<typeof PolicyTemplateList>;

export const PolicyChangeCommandRequest = Type.Object(
  {
    command: Type.Enum([...policyChangeCommands]),
    /** Of the change as it was read: who decides, decides on what they saw. */
    version: Type.Integer({ minimum: 1 }),
    bodyIds: Type.Optional(Type.Array(IdSchema, { maxItems: 200 })),
    replyDueOn: Type.Optional(DaySchema),
    note: Type.Optional(Type.String({ maxLength: 2_000 })),
    effectiveOn: Type.Optional(DaySchema),
  },
  closed,
);
export type PolicyChangeCommandRequest = Static<typeof PolicyChangeCommandRequest>;

export const PolicySimulationQuery = Type.Object(
  {
    /** Rows at most; more than fit while somebody waits run by themselves. Absent = those that fit. */
    rows: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  },
  closed,
);
export type PolicySimulationQuery = Static<typeof PolicySimulationQuery>;

export const PolicyAnswerRequest = Type.Object(
  {
    answer: Type.Union([Type.Literal('confirmed'), Type.Literal('objected')]),
    comment: Type.Optional(Type.String({ maxLength: 2_000 })),
  },
  closed,
);
export type PolicyAnswerRequest = Static<typeof PolicyAnswerRequest>;
