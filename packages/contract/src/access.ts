/** Purposes, exports of non-public information, authorisations by the subject, emergency. */
import { type Static, Type } from 'typebox';
import { DaySchema, IdSchema, InstantSchema, orNull, PageQuery } from './common.ts';

const Bilingual = Type.Object({ zh: Type.String(), en: Type.String() });

/** What a reading of non-public information states; which purposes there are is policy (`GET /purposes`). */
export const StatedPurposeProperties = {
  purpose: Type.Optional(Type.String({ maxLength: 80, description: '用途，见 GET /purposes; needed' })),
  matter: Type.Optional(Type.String({ maxLength: 200, description: '事项; needed where the purpose says so' })),
  caseNumber: Type.Optional(Type.String({ maxLength: 200, description: '办件编号; needed where the purpose says so' })),
};

const Need = Type.Union([Type.Literal('none'), Type.Literal('optional'), Type.Literal('required')]);
export const PurposeView = Type.Object({
  key: Type.String(),
  name: Bilingual,
  matter: Need,
  caseNumber: Need,
  basis: Type.Array(Type.String()),
  confirmed: Type.Boolean(),
});
export type PurposeView = Static<typeof PurposeView>;

export const purposeActs = ['archive', 'report', 'export', 'authorisation', 'earlier'] as const;
export const PurposeQuery = Type.Object({ act: Type.Enum(purposeActs) }, { additionalProperties: false });
export const PurposeList = Type.Object({
  items: Type.Array(PurposeView),
  nextCursor: Type.Null(),
  dataAsOf: Type.String(),
});

const Text = Type.String();
const reason = Type.String({ minLength: 1, maxLength: 500, description: '原因 why; it goes into the log' });
const strict = { additionalProperties: false } as const;

// ── Emergency ───────────────────────────────────────────────────────────────────────────────────────────────────────

export const SwitchView = Type.Object({
  name: Type.Union([Type.Literal('outsideReading'), Type.Literal('writing')]),
  closed: Type.Boolean(),
  reason: orNull(Text),
  changedAt: InstantSchema,
  changedBy: orNull(Text),
});
export const SwitchRequestView = Type.Object({
  id: IdSchema,
  closed: Type.Boolean(),
  reason: Text,
  state: Type.Union([
    Type.Literal('waiting'),
    Type.Literal('confirmed'),
    Type.Literal('withdrawn'),
    Type.Literal('lapsed'),
  ]),
  requestedBy: Text,
  requestedAt: InstantSchema,
  lapsesAt: InstantSchema,
  confirmedBy: orNull(Text),
  endedAt: orNull(InstantSchema),
  /** Whether the caller may confirm it: somebody else asked, and it still waits. */
  mayConfirm: Type.Boolean(),
});
export const EmergencyView = Type.Object({
  switches: Type.Array(SwitchView),
  requests: Type.Array(SwitchRequestView),
});
export type EmergencyView = Static<typeof EmergencyView>;
export const SwitchRequestBody = Type.Object({ closed: Type.Boolean(), reason }, strict);
export const SwitchRequested = Type.Object({ id: IdSchema, lapsesAt: InstantSchema });
export const ReadOnlyBody = Type.Object({ readOnly: Type.Boolean(), reason }, strict);
export const PlatformState = Type.Object({
  readOnly: Type.Boolean(),
  since: orNull(InstantSchema),
});
export type PlatformState = Static<typeof PlatformState>;
export const AccessIdParams = Type.Object({ id: IdSchema }, strict);

// ── Exports of non-public information ───────────────────────────────────────────────────────────────────────────────

export const ExportFilter = Type.Object(
  {
    item: Type.Optional(Type.String({ maxLength: 80, description: '目录条目 catalogue item' })),
    body: Type.Optional(IdSchema),
    from: Type.Optional(DaySchema),
    to: Type.Optional(DaySchema),
  },
  strict,
);
export type ExportFilter = Static<typeof ExportFilter>;
export const ExportRequestBody = Type.Object(
  {
    filter: ExportFilter,
    reason,
    purpose: Type.String({ minLength: 1, maxLength: 80 }),
    matter: Type.Optional(Type.String({ maxLength: 200 })),
    caseNumber: Type.Optional(Type.String({ maxLength: 200 })),
  },
  strict,
);
export type ExportRequestBody = Static<typeof ExportRequestBody>;
export const ExportDecisionBody = Type.Object({ note: Type.Optional(Type.String({ maxLength: 500 })) }, strict);
export const exportStateNames = ['waiting', 'approved', 'refused', 'withdrawn', 'lapsed', 'taken'] as const;
export const ExportView = Type.Object({
  id: IdSchema,
  state: Type.Enum(exportStateNames),
  filter: ExportFilter,
  itemName: orNull(Bilingual),
  sourceBody: orNull(Text),
  reason: Text,
  purpose: Text,
  purposeName: Bilingual,
  matter: orNull(Text),
  caseNumber: orNull(Text),
  rowLimit: Type.Integer(),
  requestedBy: Text,
  body: orNull(Text),
  requestedAt: InstantSchema,
  lapsesAt: InstantSchema,
  decidedBy: orNull(Text),
  decidedAt: orNull(InstantSchema),
  decisionNote: orNull(Text),
  takenAt: orNull(InstantSchema),
  rows: orNull(Type.Integer()),
  rowsDigest: orNull(Text),
  own: Type.Boolean(),
  mayDecide: Type.Boolean(),
  mayTake: Type.Boolean(),
});
export type ExportView = Static<typeof ExportView>;
export const ExportQuery = Type.Object(
  { ...PageQuery.properties, state: Type.Optional(Type.Enum(exportStateNames)) },
  strict,
);
export const ExportList = Type.Object({
  items: Type.Array(ExportView),
  nextCursor: orNull(Text),
  dataAsOf: InstantSchema,
});
export const ExportAnswer = Type.Object({ id: IdSchema, state: Text });

// ── Authorisations by the subject ───────────────────────────────────────────────────────────────────────────────────

export const authorisationStates = [
  'asked',
  'granted',
  'declined',
  'withdrawn',
  'revoked',
  'lapsed',
  'expired',
  'usedUp',
] as const;
export const AuthorisationView = Type.Object({
  id: IdSchema,
  state: Type.Enum(authorisationStates),
  subject: Type.Object({ name: Text, code: orNull(Text) }),
  grantee: Type.Object({ id: IdSchema, name: Text, code: orNull(Text) }),
  purpose: Text,
  purposeName: Bilingual,
  matter: orNull(Text),
  sections: Type.Array(Type.Object({ key: Text, name: Bilingual })),
  note: orNull(Text),
  askedAt: orNull(InstantSchema),
  answerBy: orNull(InstantSchema),
  grantedAt: orNull(InstantSchema),
  validFrom: orNull(DaySchema),
  validTo: orNull(DaySchema),
  usesAllowed: orNull(Type.Integer()),
  usesMade: Type.Integer(),
  endedAt: orNull(InstantSchema),
  endNote: orNull(Text),
  may: Type.Object({
    grant: Type.Boolean(),
    decline: Type.Boolean(),
    revoke: Type.Boolean(),
    withdraw: Type.Boolean(),
    use: Type.Boolean(),
  }),
});
export type AuthorisationView = Static<typeof AuthorisationView>;
export const AuthorisationQuery = Type.Object({ ...PageQuery.properties }, strict);
export const AuthorisationList = Type.Object({
  items: Type.Array(AuthorisationView),
  nextCursor: orNull(Text),
  dataAsOf: InstantSchema,
});
const sections = Type.Array(Type.String({ minLength: 1, maxLength: 80 }), { minItems: 1, maxItems: 60 });
const days = Type.Integer({ minimum: 1, maximum: 366, description: '天 days from today' });
const uses = Type.Integer({ minimum: 1, maximum: 10_000 });
export const AskAuthorisationBody = Type.Object(
  {
    code: Type.String({ minLength: 4, maxLength: 60, description: '统一社会信用代码 of the organisation' }),
    purpose: Type.String({ minLength: 1, maxLength: 80 }),
    matter: Type.Optional(Type.String({ maxLength: 200 })),
    caseNumber: Type.Optional(Type.String({ maxLength: 200 })),
    sections,
    days,
    uses,
    note: Type.Optional(Type.String({ maxLength: 500 })),
  },
  strict,
);
export type AskAuthorisationBody = Static<typeof AskAuthorisationBody>;
export const GiveAuthorisationBody = Type.Object(
  {
    body: IdSchema,
    purpose: Type.String({ minLength: 1, maxLength: 80 }),
    matter: Type.Optional(Type.String({ maxLength: 200 })),
    sections,
    days,
    uses,
    note: Type.Optional(Type.String({ maxLength: 500 })),
  },
  strict,
);
export type GiveAuthorisationBody = Static<typeof GiveAuthorisationBody>;
export const GrantAuthorisationBody = Type.Object({ sections, days, uses }, strict);
export type GrantAuthorisationBody = Static<typeof GrantAuthorisationBody>;
export const EndAuthorisationBody = Type.Object({ note: Type.Optional(Type.String({ maxLength: 500 })) }, strict);
export const AuthorisationAnswer = Type.Object({ id: IdSchema, state: Text });
export const AuthorisationUseView = Type.Object({
  id: IdSchema,
  kind: Type.Union([Type.Literal('archive'), Type.Literal('report')]),
  by: Text,
  matter: orNull(Text),
  caseNumber: orNull(Text),
  reportNumber: orNull(Text),
  usedAt: InstantSchema,
  endsAt: InstantSchema,
});
export type AuthorisationUseView = Static<typeof AuthorisationUseView>;
export const AuthorisationUseList = Type.Object({
  items: Type.Array(AuthorisationUseView),
  nextCursor: orNull(Text),
  dataAsOf: InstantSchema,
});
export const UseAuthorisationBody = Type.Object(
  {
    matter: Type.Optional(Type.String({ maxLength: 200 })),
    caseNumber: Type.Optional(Type.String({ maxLength: 200 })),
  },
  strict,
);
export const UseOpened = Type.Object({ id: IdSchema, endsAt: InstantSchema, usesLeft: Type.Integer() });
export type UseOpened = Static<typeof UseOpened>;
export const UseQuery = Type.Object(
  {
    use: IdSchema,
    item: Type.Optional(Type.String({ maxLength: 100 })),
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  },
  strict,
);
export const GranteeList = Type.Object({
  items: Type.Array(Type.Object({ id: IdSchema, name: Text, code: orNull(Text), kind: Text })),
  nextCursor: Type.Null(),
  dataAsOf: InstantSchema,
});
/** What an authorisation may be made of: the sections of the archive, and the limits. */
export const AuthorisationTerms = Type.Object({
  sections: Type.Array(Type.Object({ key: Text, name: Bilingual })),
  maxDays: Type.Integer(),
  maxUses: Type.Integer(),
  useMinutes: Type.Integer(),
});
export type AuthorisationTerms = Static<typeof AuthorisationTerms>;
