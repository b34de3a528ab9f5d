/** Accounts and those who keep them: states, roles asked for and granted, deputies, yearly confirmation, duty roster. */
import { type Static, type TSchema, Type } from 'typebox';
import { BodyKindSchema } from './bodies.ts';
import { DaySchema, IdSchema, InstantSchema, orNull } from './common.ts';
import { RoleSchema } from './session.ts';

const strict = { additionalProperties: false } as const;
const listOf = <T extends TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), nextCursor: orNull(Type.String()), dataAsOf: InstantSchema });
const Person = Type.Object({ id: IdSchema, login: Type.String(), name: Type.String() });
const BodyRef = Type.Object({ id: IdSchema, name: Type.String() });
const Words = Type.Object({ zh: Type.String(), en: Type.String() });
const Reason = Type.String({ minLength: 2, maxLength: 300 });

export const AccountKindSchema = Type.Union([Type.Literal('staff'), Type.Literal('vendor'), Type.Literal('system')]);
export const AccountStateSchema = Type.Union(
  [Type.Literal('active'), Type.Literal('disabled'), Type.Literal('expired'), Type.Literal('departed')],
  { description: 'expired: its last day is over; departed: for good, the login is never given again' },
);
export type AccountState = Static<typeof AccountStateSchema>;

export const AccountView = Type.Object({
  id: IdSchema,
  login: Type.String(),
  name: Type.String(),
  kind: AccountKindSchema,
  body: orNull(BodyRef),
  state: AccountStateSchema,
  disabledReason: orNull(Type.String({ description: 'request, departure, unused, unconfirmed or vendorOff' })),
  roles: Type.Array(Type.Object({ role: RoleSchema, expiresOn: orNull(DaySchema) })),
  waitingRoles: Type.Array(RoleSchema, { description: 'asked for, not yet decided' }),
  activeUntil: orNull(DaySchema),
  departsOn: orNull(DaySchema),
  holderKnown: Type.Boolean({ description: 'the person behind it registered the personnel number' }),
  mustChangePassword: Type.Boolean(),
  unused: Type.Boolean({ description: 'not used for longer than the policy allows before it is asked about' }),
  lastUsedAt: orNull(InstantSchema),
  createdAt: InstantSchema,
});
export type AccountView = Static<typeof AccountView>;
export const AccountList = listOf(AccountView);

export const AccountQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  cursor: Type.Optional(Type.String({ maxLength: 500 })),
  q: Type.Optional(Type.String({ maxLength: 100, description: 'part of the login or the name' })),
  state: Type.Optional(AccountStateSchema),
  role: Type.Optional(RoleSchema),
  body: Type.Optional(IdSchema),
  kind: Type.Optional(AccountKindSchema),
  remark: Type.Optional(
    Type.Union([
      Type.Literal('unused'),
      Type.Literal('holderUnknown'),
      Type.Literal('neverUsed'),
      Type.Literal('leaving'),
    ]),
  ),
});
export type AccountQuery = Static<typeof AccountQuery>;

export const AccountCounts = Type.Object({
  active: Type.Integer(),
  disabled: Type.Integer(),
  unused: Type.Integer(),
  holderUnknown: Type.Integer(),
  leaving: Type.Integer(),
  waitingRequests: Type.Integer(),
  toConfirm: Type.Integer(),
  administrators: Type.Array(Type.Object({ role: RoleSchema, active: Type.Integer() })),
});
export type AccountCounts = Static<typeof AccountCounts>;

export const AccountDetail = Type.Object({
  account: AccountView,
  own: Type.Boolean({ description: 'the account of the caller: nobody keeps the own' }),
  /** What the caller may do with it now. */
  actions: Type.Array(Type.String()),
  sameHolder: Type.Array(Type.Object({ ...Person.properties, state: AccountStateSchema }), {
    description: 'other accounts of the same person',
  }),
  tasks: Type.Array(Type.Object({ key: Type.String(), name: Words, open: Type.Integer(), handsOver: Type.Boolean() })),
  successor: orNull(Person),
});
export type AccountDetail = Static<typeof AccountDetail>;

export const AccountEvent = Type.Object({
  id: IdSchema,
  at: InstantSchema,
  by: orNull(Type.String()),
  kind: Type.String(),
  detail: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
});
export type AccountEvent = Static<typeof AccountEvent>;
export const AccountEventList = listOf(AccountEvent);

const HolderNumber = Type.String({ minLength: 1, maxLength: 40, description: 'kept only as a keyed token' });
export const NewAccountRequest = Type.Object(
  {
    login: Type.String({ minLength: 2, maxLength: 64 }),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    bodyId: orNull(IdSchema),
    holderNumber: HolderNumber,
    kind: Type.Optional(Type.Union([Type.Literal('staff'), Type.Literal('vendor')])),
    activeUntil: Type.Optional(orNull(DaySchema)),
    roles: Type.Optional(Type.Array(RoleSchema, { maxItems: 4, description: 'asked for at once; another decides' })),
    reason: Type.Optional(Type.String({ maxLength: 300 })),
  },
  strict,
);
export type NewAccountRequest = Static<typeof NewAccountRequest>;

const OneTime = orNull(Type.String({ description: 'shown this once; null when the same request was answered before' }));
export const AccountWithPassword = Type.Object({ account: AccountView, password: OneTime });

export const ReasonRequest = Type.Object({ reason: Reason }, strict);
export const EnableRequest = Type.Object({ reason: Reason, activeUntil: Type.Optional(DaySchema) }, strict);
export const RenameRequest = Type.Object({ name: Type.String({ minLength: 1, maxLength: 100 }) }, strict);
export const TransferRequest = Type.Object(
  { bodyId: IdSchema, successorId: Type.Optional(IdSchema), reason: Reason },
  strict,
);
export const DepartureRequest = Type.Object(
  { on: DaySchema, successorId: Type.Optional(IdSchema), reason: Reason },
  strict,
);
export const HandOverRequest = Type.Object({ successorId: IdSchema, reason: Reason }, strict);
export const HandOverResult = Type.Object({
  items: Type.Array(Type.Object({ key: Type.String(), name: Words, moved: Type.Integer() })),
});
export const HolderRequest = Type.Object({ number: HolderNumber }, strict);
export const HolderResult = Type.Object({ known: Type.Boolean() });

const AccountIds = Type.Array(IdSchema, { minItems: 1, maxItems: 200, uniqueItems: true });
export const AccountBatchRequest = Type.Object(
  { accountIds: AccountIds, act: Type.Union([Type.Literal('disable'), Type.Literal('enable')]), reason: Reason },
  strict,
);
export const BatchResult = Type.Object({
  done: Type.Integer(),
  items: Type.Array(
    Type.Object({
      id: IdSchema,
      ok: Type.Boolean(),
      password: Type.Optional(OneTime),
      message: orNull(Words),
    }),
  ),
});
export type BatchResult = Static<typeof BatchResult>;

export const ImportRow = Type.Object({
  row: Type.Integer(),
  login: Type.String(),
  name: Type.String(),
  act: Type.String({ description: 'create, change, disable' }),
  ok: Type.Boolean(),
  password: OneTime,
  problems: Type.Array(Type.Object({ column: orNull(Type.String()), ...Words.properties })),
});
export type ImportRow = Static<typeof ImportRow>;
export const ImportResult = Type.Object({
  applied: Type.Boolean(),
  rows: Type.Integer(),
  good: Type.Integer(),
  bad: Type.Integer(),
  items: Type.Array(ImportRow),
});
export type ImportResult = Static<typeof ImportResult>;

export const RoleRequestView = Type.Object({
  id: IdSchema,
  account: Type.Object({ ...Person.properties, body: orNull(BodyRef), roles: Type.Array(RoleSchema) }),
  role: RoleSchema,
  expiresOn: orNull(DaySchema),
  reason: Type.String(),
  state: Type.Union([
    Type.Literal('waiting'),
    Type.Literal('approved'),
    Type.Literal('refused'),
    Type.Literal('withdrawn'),
  ]),
  requestedBy: Type.String(),
  requestedAt: InstantSchema,
  decidedBy: orNull(Type.String()),
  decidedAt: orNull(InstantSchema),
  note: orNull(Type.String()),
  /** Whether the caller may decide it, and if not, why. */
  mayDecide: Type.Boolean(),
  why: orNull(Words),
});
export type RoleRequestView = Static<typeof RoleRequestView>;
export const RoleRequestList = listOf(RoleRequestView);
export const RoleRequestQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  cursor: Type.Optional(Type.String({ maxLength: 500 })),
  state: Type.Optional(RoleRequestView.properties.state),
  account: Type.Optional(IdSchema),
});
export const NewRoleRequest = Type.Object(
  { accountId: IdSchema, role: RoleSchema, expiresOn: Type.Optional(orNull(DaySchema)), reason: Reason },
  strict,
);
export const RoleDecision = Type.Object(
  { approve: Type.Boolean(), note: Type.Optional(Type.String({ maxLength: 300 })) },
  strict,
);
export const RoleRevocation = Type.Object({ role: RoleSchema, reason: Reason }, strict);

export const RecertificationView = Type.Object({
  id: IdSchema,
  name: Type.String(),
  openedOn: DaySchema,
  deadlineOn: DaySchema,
  disableAfterOn: DaySchema,
  state: Type.Union([Type.Literal('open'), Type.Literal('escalated'), Type.Literal('closed')]),
  counts: Type.Object({
    waiting: Type.Integer(),
    escalated: Type.Integer(),
    confirmed: Type.Integer(),
    notNeeded: Type.Integer(),
    disabled: Type.Integer(),
    kept: Type.Integer(),
  }),
});
export type RecertificationView = Static<typeof RecertificationView>;
export const RecertificationList = listOf(RecertificationView);
export const RecertificationItem = Type.Object({
  account: Type.Object({ ...Person.properties, roles: Type.Array(RoleSchema), lastUsedAt: orNull(InstantSchema) }),
  body: orNull(BodyRef),
  state: Type.Union([
    Type.Literal('waiting'),
    Type.Literal('escalated'),
    Type.Literal('confirmed'),
    Type.Literal('notNeeded'),
    Type.Literal('disabled'),
    Type.Literal('kept'),
  ]),
  decidedBy: orNull(Type.String()),
  decidedAt: orNull(InstantSchema),
  note: orNull(Type.String()),
});
export type RecertificationItem = Static<typeof RecertificationItem>;
export const RecertificationItemList = listOf(RecertificationItem);
export const RecertificationItemQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  cursor: Type.Optional(Type.String({ maxLength: 500 })),
  state: Type.Optional(RecertificationItem.properties.state),
  body: Type.Optional(IdSchema),
});
export const NewRecertification = Type.Object(
  { name: Type.String({ minLength: 2, maxLength: 100 }), deadlineOn: Type.Optional(DaySchema) },
  strict,
);
export const RecertificationDecision = Type.Object(
  {
    accountIds: AccountIds,
    needed: Type.Boolean({ description: 'false: no longer needed, the account is disabled' }),
    note: Type.Optional(Type.String({ maxLength: 300 })),
  },
  strict,
);

export const DeputyView = Type.Object({
  id: IdSchema,
  absent: Person,
  deputy: Person,
  fromOn: DaySchema,
  toOn: DaySchema,
  reason: Type.String(),
  state: Type.Union([Type.Literal('coming'), Type.Literal('running'), Type.Literal('over'), Type.Literal('ended')]),
  mine: Type.Union([Type.Literal('absent'), Type.Literal('deputy'), Type.Literal('other')]),
});
export type DeputyView = Static<typeof DeputyView>;
export const DeputyList = listOf(DeputyView);
export const NewDeputy = Type.Object(
  {
    absentId: Type.Optional(IdSchema),
    deputyId: IdSchema,
    fromOn: DaySchema,
    toOn: DaySchema,
    reason: Reason,
  },
  strict,
);
export const ActAsRequest = Type.Object({ deputyId: orNull(IdSchema) }, strict);
export const ColleagueList = listOf(Type.Object({ ...Person.properties, body: orNull(BodyRef) }));

export const ShiftSchema = Type.Union([Type.Literal('day'), Type.Literal('night')]);
export const DutyView = Type.Object({
  id: IdSchema,
  body: BodyRef,
  onDate: DaySchema,
  shift: ShiftSchema,
  officer: Person,
  phone: orNull(Type.String()),
});
export type DutyView = Static<typeof DutyView>;
export const DutyList = listOf(DutyView);
export const DutyQuery = Type.Object({
  from: Type.Optional(DaySchema),
  to: Type.Optional(DaySchema),
  body: Type.Optional(IdSchema),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 100 })),
  cursor: Type.Optional(Type.String({ maxLength: 500 })),
});
export const NewDuty = Type.Object(
  {
    bodyId: Type.Optional(IdSchema),
    onDate: DaySchema,
    shift: ShiftSchema,
    accountId: IdSchema,
    phone: Type.Optional(orNull(Type.String({ maxLength: 40, pattern: '^[0-9+() -]*$' }))),
  },
  strict,
);

export const NewBodyRequest = Type.Object(
  {
    kind: BodyKindSchema,
    name: Type.String({ minLength: 1, maxLength: 200 }),
    shortName: Type.Optional(orNull(Type.String({ maxLength: 60 }))),
    code: Type.Optional(orNull(Type.String({ maxLength: 30 }))),
    parentId: orNull(IdSchema),
    region: Type.Optional(orNull(Type.String({ pattern: '^\\d{6}$' }))),
  },
  strict,
);
export const OrganisationNode = Type.Object({
  id: IdSchema,
  parentId: orNull(IdSchema),
  kind: BodyKindSchema,
  name: Type.String(),
  shortName: orNull(Type.String()),
  code: orNull(Type.String()),
  provisional: Type.Boolean(),
  closedOn: orNull(DaySchema),
  accounts: Type.Integer(),
  managers: Type.Integer(),
});
export type OrganisationNode = Static<typeof OrganisationNode>;
export const OrganisationList = listOf(OrganisationNode);
