/** The duties towards natural persons (个人信息保护法): single look-ups, the own record, and the officer's registers. */
import { type Static, type TSchema, Type } from 'typebox';
import { DaySchema, IdSchema, InstantSchema, orNull } from './common.ts';

const closed = <P extends Record<string, TSchema>>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });
const oneOf = <const V extends readonly string[]>(...values: V) => Type.Unsafe<V[number]>(Type.Enum([...values]));
const Bilingual = Type.Object({ zh: Type.String(), en: Type.String() });
const Key = Type.String({ minLength: 1, maxLength: 80, pattern: '^[A-Za-z][A-Za-z0-9_-]*$' });
const Line = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const Text = Type.String({ minLength: 1, maxLength: 4000 });

export const documentTypes = [
  'citizenId',
  'passport',
  'hongKongMacaoPermit',
  'taiwanPermit',
  'permanentResidence',
] as const;
const DocumentType = oneOf(...documentTypes);
const DocumentNumber = Type.String({
  minLength: 5,
  maxLength: 64,
  description: 'the whole number as on the document; never part of it, never in an address',
});
const ActingAs = oneOf('self', 'guardian', 'survivor');
export const requestKinds = [
  'access',
  'copy',
  'transfer',
  'correct',
  'delete',
  'restrict',
  'refuse',
  'explain',
  'complain',
] as const;
const RequestKind = oneOf(...requestKinds);
const RequestState = oneOf('received', 'supplement', 'accepted', 'granted', 'partlyGranted', 'refused', 'withdrawn');
const RequestAct = oneOf('accept', 'askSupplement', 'supply', 'extend', 'grant', 'grantPartly', 'refuse', 'withdraw');

// ── single look-up ──
export const LookUpBodySchema = closed({
  documentType: DocumentType,
  number: DocumentNumber,
  purpose: Key,
  matter: Line(200),
  caseNumber: Line(100),
});
const FieldsSchema = Type.Array(Type.Object({ code: Type.String(), label: Bilingual, value: Type.String() }));
export const LookUpResultSchema = Type.Object({
  lookupId: IdSchema,
  at: InstantSchema,
  purpose: Type.String(),
  entries: Type.Array(
    Type.Object({
      item: Type.String(),
      decidedOn: orNull(DaySchema),
      decidingBody: Type.String(),
      fields: FieldsSchema,
    }),
  ),
});
export type LookUpResultBody = Static<typeof LookUpResultSchema>;
export const LookUpPurposesSchema = Type.Object({
  on: Type.Boolean({ description: 'an assessment is approved and the look-up is switched on' }),
  purposes: Type.Array(
    Type.Object({
      purpose: Type.String(),
      name: Bilingual,
      legalBasis: Type.Integer(),
      basis: Type.String(),
      held: Type.Boolean({ description: 'something for this purpose can be held at all' }),
    }),
  ),
  perOfficerHour: Type.Integer(),
  perOfficerDay: Type.Integer(),
});
export type LookUpPurposes = Static<typeof LookUpPurposesSchema>;

// ── the own record ──
export const NoticeSchema = Type.Object({
  purpose: Type.String(),
  version: Type.Integer(),
  text: Bilingual,
  hash: Type.String(),
  publishedAt: InstantSchema,
});
export const NoticeQuerySchema = closed({ purpose: Key });
export const OwnSessionBodySchema = closed({
  provider: Key,
  assertion: Type.String({ minLength: 10, maxLength: 8000 }),
  noticeHash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});
export const OwnSessionSchema = Type.Object({
  secret: Type.String({ description: 'send it as x-own-session' }),
  expiresAt: InstantSchema,
  actingAs: ActingAs,
});
const DocumentView = orNull(Type.Object({ kind: Type.String(), masked: Type.String() }));
export const OwnRecordSchema = Type.Object({
  document: DocumentView,
  actingAs: ActingAs,
  minor: Type.Boolean(),
  records: Type.Array(
    Type.Object({
      recordId: IdSchema,
      item: Type.String(),
      itemName: Bilingual,
      decidedOn: orNull(DaySchema),
      decidingBody: Type.String(),
      sourceBody: Type.String(),
      recordedAt: InstantSchema,
      retainUntil: DaySchema,
      purpose: Type.String(),
      fields: FieldsSchema,
    }),
  ),
  lookups: Type.Array(
    Type.Object({
      lookupId: IdSchema,
      at: InstantSchema,
      body: Type.String(),
      officer: Type.String({ description: 'masked' }),
      purpose: Type.String(),
      purposeName: Bilingual,
      matter: Type.String(),
      caseNumber: Type.String(),
      found: Type.Integer(),
    }),
  ),
  restrictions: Type.Array(Type.Object({ kind: Type.String(), recordId: orNull(IdSchema), from: InstantSchema })),
  consents: Type.Array(
    Type.Object({
      purpose: Type.String(),
      purposeName: Bilingual,
      status: Type.String(),
      decidedAt: InstantSchema,
      endedAt: orNull(InstantSchema),
      askAgainOn: orNull(DaySchema),
    }),
  ),
  requests: Type.Array(
    Type.Object({
      requestId: IdSchema,
      number: Type.String(),
      kind: RequestKind,
      state: RequestState,
      receivedAt: InstantSchema,
      dueOn: DaySchema,
      overdue: Type.Boolean(),
      closedAt: orNull(InstantSchema),
    }),
  ),
  asOf: InstantSchema,
});
export const OwnRequestBodySchema = closed({
  kind: RequestKind,
  statement: Text,
  contact: Type.Optional(Type.String({ maxLength: 200 })),
  recordId: Type.Optional(IdSchema),
  lookupId: Type.Optional(Type.String({ format: 'uuid', description: 'the own look-up that is disputed' })),
});
export const RequestActBodySchema = closed({
  act: RequestAct,
  version: Type.Integer({ minimum: 1 }),
  text: Type.Optional(Type.String({ maxLength: 4000 })),
  reasonCode: Type.Optional(Key),
});
const summary = {
  requestId: IdSchema,
  number: Type.String(),
  kind: RequestKind,
  actingAs: ActingAs,
  channel: oneOf('own', 'window'),
  state: RequestState,
  version: Type.Integer(),
  receivedAt: InstantSchema,
  dueOn: DaySchema,
  extended: Type.Boolean(),
  overdue: Type.Boolean(),
  closedAt: orNull(InstantSchema),
  reasonCode: orNull(Type.String()),
  reason: orNull(Type.Object({ zh: Type.String(), en: Type.String(), article: Type.String() })),
};
export const OwnRequestSchema = Type.Object({
  ...summary,
  statement: Type.String(),
  answer: Type.String(),
  recordId: orNull(IdSchema),
  acts: Type.Array(RequestAct),
});
export const ConsentBodySchema = closed({
  purpose: Key,
  noticeHash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  agree: Type.Boolean(),
});
export const WithdrawBodySchema = closed({ purpose: Key });
export const ConsentResultSchema = Type.Object({ consentId: IdSchema });
export const WithdrawResultSchema = Type.Object({ askAgainOn: DaySchema });
export const AskableSchema = Type.Object({
  purposes: Type.Array(Type.Object({ purpose: Type.String(), name: Bilingual })),
});
export const ProofProvidersSchema = Type.Object({
  items: Type.Array(
    Type.Object({
      key: Type.String(),
      name: Bilingual,
      startUrl: Type.String({ description: 'the browser goes there, with redirect_uri and nonce' }),
    }),
  ),
});

// ── the officer for personal information ──
export const PrivacyRequestQuerySchema = closed({
  open: Type.Optional(Type.Boolean()),
  cursor: Type.Optional(Type.String({ maxLength: 500 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
});
export const PrivacyRequestListSchema = Type.Object({
  items: Type.Array(Type.Object(summary)),
  nextCursor: orNull(Type.String()),
  dataAsOf: InstantSchema,
});
export type PrivacyRequestItem = Static<typeof PrivacyRequestListSchema>['items'][number];
export const PrivacyRequestSchema = Type.Object({
  ...summary,
  statement: Type.String(),
  contact: Type.String(),
  answer: Type.String(),
  recordId: orNull(IdSchema),
  document: DocumentView,
  /** The look-up that is disputed: whom the office asks. */
  lookup: orNull(
    Type.Object({
      at: InstantSchema,
      body: Type.String(),
      officer: Type.String({ description: 'masked' }),
      matter: Type.String(),
      caseNumber: Type.String(),
    }),
  ),
  events: Type.Array(
    Type.Object({ act: Type.String(), from: orNull(Type.String()), to: Type.String(), at: InstantSchema }),
  ),
  acts: Type.Array(RequestAct),
  /** What a refusal may rest on. */
  reasons: Type.Array(
    Type.Object({ code: Type.String(), zh: Type.String(), en: Type.String(), article: Type.String() }),
  ),
});
export type PrivacyRequest = Static<typeof PrivacyRequestSchema>;
export const WindowRequestBodySchema = closed({
  kind: RequestKind,
  statement: Text,
  contact: Type.Optional(Type.String({ maxLength: 200 })),
  recordId: Type.Optional(IdSchema),
  documentType: DocumentType,
  number: DocumentNumber,
  actingAs: ActingAs,
  documentSeen: Type.Literal(true),
});
export const PrivacyPurposesSchema = Type.Object({
  items: Type.Array(
    Type.Object({
      purpose: Type.String(),
      version: Type.Integer(),
      kind: Type.String(),
      name: Bilingual,
      legalBasis: Type.Integer(),
      basis: Type.Array(
        Type.Object({
          document: Type.String(),
          number: orNull(Type.String()),
          article: orNull(Type.String()),
        }),
      ),
      dataKinds: Bilingual,
      retainYears: Type.Integer(),
      validFrom: InstantSchema,
      endedAt: orNull(InstantSchema),
      endedReason: orNull(Type.String()),
    }),
  ),
});
export type PrivacyPurposes = Static<typeof PrivacyPurposesSchema>;
export const PurposeParamsSchema = closed({ purpose: Key });
export const ReasonBodySchema = closed({ reason: Line(500) });
export const NoticeBodySchema = closed({ purpose: Key, text: closed({ zh: Text, en: Text }) });
export const NoticeResultSchema = Type.Object({ hash: Type.String() });
export const NoticesSchema = Type.Object({ items: Type.Array(NoticeSchema) });
export const ConsentCountsSchema = Type.Object({
  minimum: Type.Integer(),
  items: Type.Array(
    Type.Object({
      purpose: Type.String(),
      status: Type.String(),
      count: orNull(Type.Integer({ description: 'null: fewer than the minimum' })),
    }),
  ),
});
export const AssessmentBodySchema = closed({
  feature: Key,
  title: Line(200),
  content: closed({ lawfulness: Text, impact: Text, measures: Text }),
});
export const AssessmentResultSchema = Type.Object({ assessmentId: IdSchema });
export const AssessmentDecisionSchema = closed({
  approve: Type.Boolean(),
  note: Type.Optional(Type.String({ maxLength: 2000 })),
});
export const AssessmentsSchema = Type.Object({
  features: Type.Array(Type.Object({ feature: Type.String(), on: Type.Boolean(), since: orNull(InstantSchema) })),
  assessments: Type.Array(
    Type.Object({
      assessmentId: IdSchema,
      feature: Type.String(),
      title: Type.String(),
      content: Type.Object({ lawfulness: Type.String(), impact: Type.String(), measures: Type.String() }),
      contentHash: Type.String(),
      state: oneOf('draft', 'approved', 'returned'),
      own: Type.Boolean(),
      writtenAt: InstantSchema,
      decidedAt: orNull(InstantSchema),
      note: orNull(Type.String()),
      validUntil: orNull(DaySchema),
      keepUntil: DaySchema,
    }),
  ),
});
export type Assessments = Static<typeof AssessmentsSchema>;
export const ActivateBodySchema = closed({ feature: Key, assessmentId: IdSchema });
export const DeactivateBodySchema = closed({ feature: Key, reason: Line(500) });
export const IncidentBodySchema = closed({
  kind: oneOf('leak', 'tampering', 'loss'),
  occurredAt: Type.Optional(InstantSchema),
  discoveredAt: InstantSchema,
  dataKinds: Type.Array(Line(100), { minItems: 1, maxItems: 30 }),
  persons: Type.Integer({ minimum: 0, maximum: 100_000_000 }),
  cause: Text,
  harm: Text,
  measures: Text,
  contact: Line(200),
});
export const IncidentResultSchema = Type.Object({ incidentId: IdSchema });
export const IncidentActBodySchema = closed({
  act: oneOf('contain', 'tellAuthority', 'tellPersons', 'waivePersons', 'close'),
  version: Type.Integer({ minimum: 1 }),
  text: Type.Optional(Type.String({ maxLength: 4000 })),
});
export const IncidentsSchema = Type.Object({
  items: Type.Array(
    Type.Object({
      incidentId: IdSchema,
      number: Type.String(),
      kind: oneOf('leak', 'tampering', 'loss'),
      state: oneOf('open', 'contained', 'closed'),
      version: Type.Integer(),
      occurredAt: orNull(InstantSchema),
      discoveredAt: InstantSchema,
      dataKinds: Type.Array(Type.String()),
      persons: Type.Integer(),
      cause: Type.String(),
      harm: Type.String(),
      measures: Type.String(),
      contact: Type.String(),
      waiver: Type.String(),
      authorityDueAt: InstantSchema,
      authorityToldAt: orNull(InstantSchema),
      authorityOverdue: Type.Boolean(),
      personsDueOn: DaySchema,
      personsToldAt: orNull(InstantSchema),
      personsWaived: Type.Boolean(),
      personsOverdue: Type.Boolean(),
      closedAt: orNull(InstantSchema),
    }),
  ),
});
export type Incidents = Static<typeof IncidentsSchema>;
export const YearParamsSchema = closed({ year: Type.Integer({ minimum: 2021, maximum: 2100 }) });
export const YearReportSchema = Type.Object({
  year: Type.Integer(),
  minimum: Type.Integer(),
  figures: Type.Array(Type.Object({ what: Type.String(), part: Type.String(), count: orNull(Type.Integer()) })),
});
export const RunsSchema = Type.Object({
  items: Type.Array(
    Type.Object({
      runId: IdSchema,
      kind: Type.String(),
      startedAt: InstantSchema,
      removed: Type.Record(Type.String(), Type.Integer()),
      proof: Type.String(),
    }),
  ),
});
export const PrivacyIdParamsSchema = closed({ id: IdSchema });
