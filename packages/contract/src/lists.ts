/** Lists: which there are, who is on them, and how a local entry is recognised. About organisations only. */
import { type Static, Type } from 'typebox';
import { DaySchema, IdSchema, InstantSchema, orNull } from './common.ts';

const WordsSchema = Type.Object({ zh: Type.String(), en: Type.String() });
const closed = { additionalProperties: false };

export const CreditListKindSchema = Type.Union([
  Type.Literal('serious'),
  Type.Literal('watch'),
  Type.Literal('honour'),
]);

export const CreditListView = Type.Object({
  key: Type.String(),
  kind: CreditListKindSchema,
  name: WordsSchema,
  /** Entries that hold today. */
  live: Type.Integer(),
  public: Type.Boolean(),
  recognisers: Type.Array(Type.String()),
  termMonths: orNull(Type.Integer()),
  maxMonths: orNull(Type.Integer()),
  earlyAfterMonths: orNull(Type.Integer()),
  earlyConditions: Type.Array(WordsSchema),
  criteria: Type.Array(Type.Object({ key: Type.String(), name: WordsSchema })),
  measures: WordsSchema,
  removal: WordsSchema,
  basis: Type.Array(Type.String()),
  /** Whether the reader's body may recognise it here. */
  mayPropose: Type.Boolean(),
  recognisedHere: Type.Boolean(),
  confirmed: Type.Boolean(),
});
export type CreditListView = Static<typeof CreditListView>;
export const CreditListList = Type.Object({ items: Type.Array(CreditListView), dataAsOf: InstantSchema });
export type CreditListList = Static<typeof CreditListList>;

export const EntryStateSchema = Type.Union([
  Type.Literal('live'),
  Type.Literal('notYet'),
  Type.Literal('suspended'),
  Type.Literal('barred'),
  Type.Literal('expired'),
  Type.Literal('early'),
  Type.Literal('annulled'),
  Type.Literal('leftAtSource'),
]);

export const ListEntryView = Type.Object({
  id: IdSchema,
  list: Type.String(),
  listName: WordsSchema,
  kind: CreditListKindSchema,
  subject: Type.Object({ name: Type.String(), code: orNull(Type.String()) }),
  recogniser: Type.String(),
  documentNumber: orNull(Type.String()),
  caseNumber: orNull(Type.String()),
  decidedOn: orNull(DaySchema),
  listedOn: DaySchema,
  endsOn: orNull(DaySchema),
  state: EntryStateSchema,
  stateLabel: WordsSchema,
  annotations: Type.Array(Type.String()),
  /** The recogniser answers for document and delivery; it was decided elsewhere. */
  attested: Type.Boolean(),
  recordId: orNull(IdSchema),
  caseId: orNull(IdSchema),
});
export type ListEntryView = Static<typeof ListEntryView>;

export const ListEntryList = Type.Object({
  items: Type.Array(ListEntryView),
  nextCursor: orNull(Type.String()),
  dataAsOf: InstantSchema,
  /** Instant up to which reported records have been made entries. */
  followedUntil: orNull(InstantSchema),
});
export type ListEntryList = Static<typeof ListEntryList>;

export const ListEntryQuery = Type.Object(
  {
    q: Type.Optional(Type.String({ minLength: 2, maxLength: 100 })),
    /** Ended entries as well. */
    all: Type.Optional(Type.Boolean()),
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  },
  closed,
);
export type ListEntryQuery = Static<typeof ListEntryQuery>;

/** Whom a body intends to honour, announced so that everybody may object. */
export const AnnouncedList = Type.Object({
  items: Type.Array(
    Type.Object({
      number: orNull(Type.String()),
      subject: Type.Object({ name: Type.String(), code: orNull(Type.String()) }),
      recogniser: Type.String(),
      announcedOn: DaySchema,
      /** Last day of the announcement. */
      untilOn: DaySchema,
    }),
  ),
  dataAsOf: InstantSchema,
});
export type AnnouncedList = Static<typeof AnnouncedList>;

export const ExemptionView = Type.Object({
  key: Type.String(),
  sector: WordsSchema,
  act: WordsSchema,
  conditions: Type.Array(WordsSchema),
  basis: Type.Array(Type.String()),
  confirmed: Type.Boolean(),
});
export const ExemptionList = Type.Object({ items: Type.Array(ExemptionView) });
export type ExemptionList = Static<typeof ExemptionList>;

/** How an organisation stands: its entries, and what about it leads to nothing. */
export const SubjectListsView = Type.Object({
  entries: Type.Array(ListEntryView),
  exempt: Type.Array(Type.Object({ recordId: IdSchema, documentNumber: orNull(Type.String()), act: WordsSchema })),
  dataAsOf: InstantSchema,
});
export type SubjectListsView = Static<typeof SubjectListsView>;

const Words = (most: number) => Type.String({ minLength: 2, maxLength: most });
export const ProposeListingRequest = Type.Object(
  {
    code: Type.String({ minLength: 8, maxLength: 20 }),
    list: Type.String({ minLength: 2, maxLength: 10 }),
    facts: Words(5000),
    legalBasis: Words(2000),
    evidence: Words(4000),
    /** Number of the judgment, penalty or other document that it rests on. */
    basisDocument: Words(200),
    recordId: Type.Optional(IdSchema),
    criteria: Type.Array(Type.String({ minLength: 1, maxLength: 60 }), { maxItems: 20 }),
    termMonths: Type.Optional(Type.Integer({ minimum: 1, maximum: 600 })),
    bodyId: Type.Optional(IdSchema),
  },
  closed,
);
export type ProposeListingRequest = Static<typeof ProposeListingRequest>;

export const ListingCommandRequest = Type.Object(
  {
    command: Type.String({ minLength: 1, maxLength: 40 }),
    reason: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
    note: Type.Optional(Type.String({ maxLength: 5000 })),
    expectedEvents: Type.Optional(Type.Integer({ minimum: 0 })),
    how: Type.Optional(Type.Union([Type.Literal('legalityReview'), Type.Literal('collectiveDiscussion')])),
  },
  closed,
);
export type ListingCommandRequest = Static<typeof ListingCommandRequest>;

export const ReconcileListRequest = Type.Object(
  {
    /** The recogniser whose list it is; absent: the caller's own body. */
    bodyId: Type.Optional(IdSchema),
    asOf: DaySchema,
    /** Everybody who is on the list that day. */
    entries: Type.Array(
      Type.Object(
        {
          code: Type.String({ minLength: 8, maxLength: 20 }),
          documentNumber: Type.String({ minLength: 1, maxLength: 200 }),
        },
        closed,
      ),
      { maxItems: 20_000 },
    ),
    /** More than half of the entries end, and that is meant. */
    confirm: Type.Optional(Type.Boolean()),
  },
  closed,
);
export type ReconcileListRequest = Static<typeof ReconcileListRequest>;
export const ReconcileListResult = Type.Object({
  stated: Type.Integer(),
  matched: Type.Integer(),
  ended: Type.Integer(),
  unknown: Type.Integer(),
  /** Named by the recogniser and not known here: to be reported with document and particulars. */
  unknownEntries: Type.Array(Type.Object({ code: Type.String(), documentNumber: Type.String() })),
});
export type ReconcileListResult = Static<typeof ReconcileListResult>;

export const CompareListQuery = Type.Object({ bodyId: Type.Optional(IdSchema), asOf: DaySchema }, closed);
const StatedEntry = Type.Object({ code: Type.String(), documentNumber: Type.String() });
/** The extract of a recogniser beside what is listed here; nothing is changed by it. */
export const ListDifferences = Type.Object({
  asOf: DaySchema,
  body: Type.String(),
  stated: Type.Integer(),
  /** Rows of persons: passed over, not kept. */
  persons: Type.Integer(),
  matched: Type.Integer(),
  addedTotal: Type.Integer(),
  missingTotal: Type.Integer(),
  changedTotal: Type.Integer(),
  /** Named in the extract and not here: to be reported with document and particulars. */
  added: Type.Array(StatedEntry),
  /** Here and not in the extract: they end when the extract is accepted. */
  missing: Type.Array(
    Type.Object({
      code: orNull(Type.String()),
      name: Type.String(),
      documentNumber: orNull(Type.String()),
      listedOn: DaySchema,
    }),
  ),
  /** In both, by another document: the one here ends, the other is to be reported. */
  changed: Type.Array(
    Type.Object({ code: Type.String(), name: Type.String(), here: orNull(Type.String()), there: Type.String() }),
  ),
  /** More than half would end: accepting it needs `confirm`. */
  needsConfirm: Type.Boolean(),
  /** What was read, to be sent as it is when the differences are accepted. */
  entries: Type.Array(StatedEntry),
});
export type ListDifferences = Static<typeof ListDifferences>;
