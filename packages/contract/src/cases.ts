/** A case of any procedure (objection, repair, complaint …) as its parties read it: one shape, so that one page shows them all. */
import { type Static, Type } from 'typebox';
import { DaySchema, IdSchema, InstantSchema, orNull } from './common.ts';

const WordsSchema = Type.Object({ zh: Type.String(), en: Type.String() });
/** One of a closed set, with its words. */
export const CaseOption = Type.Object({ key: Type.String(), name: WordsSchema });
export type CaseOption = Static<typeof CaseOption>;

export const CaseItem = Type.Object({
  id: IdSchema,
  procedure: Type.String(),
  number: orNull(Type.String()),
  state: Type.String(),
  stateLabel: WordsSchema,
  closed: Type.Boolean(),
  kind: Type.String(),
  kindLabel: WordsSchema,
  subject: Type.Object({ name: Type.String(), code: orNull(Type.String()) }),
  recordId: orNull(IdSchema),
  /** The record that it is about, in a line: document number and deciding body. */
  about: orNull(Type.String()),
  handler: Type.String(),
  assignee: orNull(Type.String()),
  openedAt: InstantSchema,
  dueOn: orNull(DaySchema),
  /** A year without an official calendar lies before the due day: it may move. */
  provisional: Type.Boolean(),
  overdue: Type.Boolean(),
  escalatedOn: orNull(DaySchema),
});
export type CaseItem = Static<typeof CaseItem>;

export const CaseClockView = Type.Object({
  key: Type.String(),
  label: WordsSchema,
  startedOn: DaySchema,
  dueOn: orNull(DaySchema),
  provisional: Type.Boolean(),
  paused: Type.Boolean(),
  ended: Type.Boolean(),
  endedOn: orNull(DaySchema),
  overdue: Type.Boolean(),
  days: Type.Integer(),
  extendedBy: Type.Integer(),
  /** It may be extended once, and was not. */
  extendable: Type.Boolean(),
  basis: Type.String(),
});
export type CaseClockView = Static<typeof CaseClockView>;

export const CaseEventView = Type.Object({
  seq: Type.Integer(),
  kind: Type.String(),
  label: WordsSchema,
  party: WordsSchema,
  reason: orNull(WordsSchema),
  note: orNull(Type.String()),
  effectiveOn: DaySchema,
  recordedAt: InstantSchema,
});
export type CaseEventView = Static<typeof CaseEventView>;

/** What the caller may do now, and what has to be said with it. The page builds its form from this and knows no procedure. */
export const CaseCommandView = Type.Object({
  command: Type.String(),
  label: WordsSchema,
  /** A reason of this closed set is needed. */
  reasons: orNull(Type.Array(CaseOption)),
  note: Type.Union([Type.Literal('required'), Type.Literal('optional'), Type.Literal('none')]),
  noteLabel: orNull(WordsSchema),
  /** Further choices, sent under their key. */
  choices: Type.Array(
    Type.Object({
      key: Type.String(),
      label: WordsSchema,
      options: Type.Array(CaseOption),
      required: Type.Boolean(),
      /** Asked only where the choice of this key has one of these values. */
      when: Type.Optional(Type.Object({ key: Type.String(), values: Type.Array(Type.String()) })),
    }),
  ),
  /** Asked before it is sent; null where it can be undone. */
  confirm: orNull(WordsSchema),
  tone: Type.Union([Type.Literal('primary'), Type.Literal('plain'), Type.Literal('danger')]),
});
export type CaseCommandView = Static<typeof CaseCommandView>;

export const CaseMaterialView = Type.Object({
  id: IdSchema,
  fileName: Type.String(),
  mediaType: Type.String(),
  bytes: Type.Integer(),
  party: WordsSchema,
  addedAt: InstantSchema,
});
export type CaseMaterialView = Static<typeof CaseMaterialView>;

/** What else may be done about an outcome: review, litigation. From policy, with its basis. */
export const CaseRemedyView = Type.Object({
  key: Type.String(),
  name: WordsSchema,
  where: WordsSchema,
  within: WordsSchema,
  /** Last day, counted from the day of the decision; null where none is fixed. */
  until: orNull(DaySchema),
  basis: Type.String(),
  confirmed: Type.Boolean(),
});
export type CaseRemedyView = Static<typeof CaseRemedyView>;

export const CaseView = Type.Intersect([
  CaseItem,
  Type.Object({
    /** As which party the caller reads it. */
    party: Type.String(),
    parties: Type.Array(Type.Object({ role: WordsSchema, name: Type.String(), code: orNull(Type.String()) })),
    /** What was said when it was opened, in its order. */
    content: Type.Array(Type.Object({ key: Type.String(), label: WordsSchema, text: Type.String() })),
    onBehalf: Type.Boolean(),
    upstreamNumber: orNull(Type.String()),
    events: Type.Integer(),
    extensionAsked: orNull(Type.String()),
    /** What the caller may do about an extension. */
    extension: Type.Object({
      ask: Type.Boolean(),
      answer: Type.Boolean(),
    }),
    clocks: Type.Array(CaseClockView),
    history: Type.Array(CaseEventView),
    commands: Type.Array(CaseCommandView),
    materials: Type.Array(CaseMaterialView),
    mayAddMaterial: Type.Boolean(),
    remedies: Type.Array(CaseRemedyView),
  }),
]);
export type CaseView = Static<typeof CaseView>;

/** Filters of every queue. */
export const CaseQuery = Type.Object(
  {
    state: Type.Optional(Type.String({ maxLength: 40 })),
    kind: Type.Optional(Type.String({ maxLength: 40 })),
    open: Type.Optional(Type.Boolean()),
    overdue: Type.Optional(Type.Boolean()),
    /** Assigned to the caller. */
    mine: Type.Optional(Type.Boolean()),
    recordId: Type.Optional(IdSchema),
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  },
  { additionalProperties: false },
);
export type CaseQuery = Static<typeof CaseQuery>;

export const CaseList = Type.Object({
  items: Type.Array(CaseItem),
  nextCursor: orNull(Type.String()),
  dataAsOf: Type.String(),
});
export type CaseList = Static<typeof CaseList>;

/** What a reader of a procedure is offered: its states to filter by, its kinds to choose from, what may be given to many. */
export const CaseDeskView = Type.Object({
  states: Type.Array(CaseOption),
  kinds: Type.Array(CaseOption),
  bulk: Type.Array(CaseCommandView),
});
export type CaseDeskView = Static<typeof CaseDeskView>;

/** The same command for many cases: each is judged by itself. */
export const CaseBatchResult = Type.Object({
  results: Type.Array(
    Type.Object({
      id: IdSchema,
      number: orNull(Type.String()),
      ok: Type.Boolean(),
      message: orNull(WordsSchema),
    }),
  ),
});
export type CaseBatchResult = Static<typeof CaseBatchResult>;
