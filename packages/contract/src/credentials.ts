/** Second factors, the own sessions, systems' keys, sign-in by other providers. */
import { type Static, Type } from 'typebox';
import { IdSchema, InstantSchema, orNull } from './common.ts';
import { SessionView } from './session.ts';

const closed = { additionalProperties: false } as const;
const CodeSchema = Type.String({ pattern: '^\\d{6}$', description: 'six digits of the code generator' });

export const SecondFactorView = Type.Object({
  enrolled: Type.Boolean(),
  since: orNull(InstantSchema),
  recoveryCodesLeft: Type.Integer(),
  required: Type.Boolean({ description: 'a role of the account must have one' }),
});
export type SecondFactorView = Static<typeof SecondFactorView>;

export const EnrolmentView = Type.Object({
  secret: Type.String({ description: 'Base32, for typing in' }),
  uri: Type.String({ description: 'otpauth: address' }),
  qrCode: Type.String({ description: 'the address as a picture (data: SVG)' }),
});
export type EnrolmentView = Static<typeof EnrolmentView>;

export const CodeRequest = Type.Object({ code: CodeSchema }, closed);
export const SecondFactorRequest = Type.Union([
  Type.Object({ code: CodeSchema }, closed),
  Type.Object({ recoveryCode: Type.String({ minLength: 15, maxLength: 40 }) }, closed),
]);
export const RecoveryCodes = Type.Object({
  recoveryCodes: Type.Array(Type.String(), { description: 'shown this once' }),
});
export const EnrolledView = Type.Object({ recoveryCodes: Type.Array(Type.String()), session: SessionView });
export type EnrolledView = Static<typeof EnrolledView>;

export const OwnSession = Type.Object({
  id: IdSchema,
  createdAt: InstantSchema,
  lastSeenAt: InstantSchema,
  expiresAt: InstantSchema,
  address: orNull(Type.String()),
  factors: Type.Array(Type.String()),
  current: Type.Boolean(),
});
export type OwnSession = Static<typeof OwnSession>;
const listOf = <T extends Parameters<typeof Type.Array>[0]>(item: T) =>
  Type.Object({ items: Type.Array(item), nextCursor: Type.Null(), dataAsOf: InstantSchema });
export const OwnSessionList = listOf(OwnSession);

export const FactorResetRequest = Type.Object(
  { login: Type.String({ minLength: 1, maxLength: 64 }), reason: Type.String({ minLength: 2, maxLength: 200 }) },
  closed,
);
export const FactorResetDecision = Type.Object(
  { decision: Type.Union([Type.Literal('done'), Type.Literal('refused')]) },
  closed,
);
export const FactorResetView = Type.Object({
  id: IdSchema,
  login: Type.String(),
  name: Type.String(),
  reason: Type.String(),
  requestedBy: Type.String(),
  requestedAt: InstantSchema,
  own: Type.Boolean({ description: 'asked for by the caller, who may not decide it' }),
});
export type FactorResetView = Static<typeof FactorResetView>;
export const FactorResetList = listOf(FactorResetView);

const ScopesSchema = Type.Array(Type.String({ maxLength: 80 }), {
  minItems: 1,
  maxItems: 50,
  description: 'permissions',
});
const AddressesSchema = Type.Array(Type.String({ maxLength: 50 }), {
  maxItems: 50,
  description: 'IP or CIDR; empty: any',
});
const clientProperties = {
  name: Type.String({ minLength: 1, maxLength: 100 }),
  scopes: ScopesSchema,
  addresses: AddressesSchema,
  signatureRequired: Type.Boolean(),
  contact: Type.String({ minLength: 1, maxLength: 100, description: 'technical contact: office and telephone' }),
};
const WaySchema = Type.Union([Type.Literal('direct'), Type.Literal('gateway')]);
const KeyKindSchema = Type.Union([
  Type.Literal('bearer'),
  Type.Literal('ed25519'),
  Type.Literal('sm2'),
  Type.Literal('application'),
]);
export const ClientRequest = Type.Object(clientProperties, closed);
export const NewClientRequest = Type.Object({ ...clientProperties, bodyId: IdSchema, way: WaySchema }, closed);
export const ClientCreated = Type.Object({ id: IdSchema });
export const ClientKeyView = Type.Object({
  id: IdSchema,
  kind: KeyKindSchema,
  createdAt: InstantSchema,
  expiresAt: InstantSchema,
  revokedAt: orNull(InstantSchema),
  lastUsedAt: orNull(InstantSchema),
  lastAddress: orNull(Type.String()),
});
export const ClientView = Type.Object({
  id: IdSchema,
  ...clientProperties,
  body: Type.Object({ id: IdSchema, name: Type.String() }),
  way: WaySchema,
  createdAt: InstantSchema,
  approvedAt: orNull(InstantSchema),
  revokedAt: orNull(InstantSchema),
  askedByCaller: Type.Boolean({ description: 'the caller asked for it and may not approve it' }),
  keys: Type.Array(ClientKeyView),
});
export type ClientView = Static<typeof ClientView>;
export const ClientChoices = Type.Object({
  direct: Type.Array(Type.String(), { description: 'scopes that a system which comes by itself may be given' }),
  gateway: Type.Array(Type.String(), { description: 'scopes of an application behind a gateway' }),
  keyDays: Type.Integer({ description: 'longest life of a key' }),
  overlapDays: Type.Integer({ description: 'how long the old keys live on when one is rotated' }),
});
export type ClientChoices = Static<typeof ClientChoices>;
export const ClientList = Type.Object({
  items: Type.Array(ClientView),
  choices: ClientChoices,
  nextCursor: orNull(Type.String()),
  dataAsOf: InstantSchema,
});
export const KeyRequest = Type.Object(
  {
    kind: KeyKindSchema,
    publicKey: Type.Optional(Type.String({ maxLength: 2000, description: 'PEM; SM2 also as 04… hexadecimal' })),
    days: Type.Optional(Type.Integer({ minimum: 1, maximum: 731 })),
    rotate: Type.Optional(Type.Boolean({ description: 'the other keys end after the overlap of the policy' })),
  },
  closed,
);
export type KeyKind = Static<typeof KeyKindSchema>;
export type KeyRequest = Static<typeof KeyRequest>;
export const KeyIssued = Type.Object({
  id: IdSchema,
  expiresAt: InstantSchema,
  secret: orNull(Type.String({ description: 'shown this once' })),
});
export type KeyIssued = Static<typeof KeyIssued>;
export const GatewayRequest = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    addresses: Type.Array(Type.String({ maxLength: 50 }), { minItems: 1, maxItems: 50 }),
    certificate: Type.Optional(
      Type.String({ minLength: 3, maxLength: 500, description: 'subject, as the trusted proxy passes it on' }),
    ),
  },
  closed,
);
export const GatewayCreated = Type.Object({ id: IdSchema, secret: orNull(Type.String()) });
export const GatewayView = Type.Object({
  id: IdSchema,
  name: Type.String(),
  by: Type.Union([Type.Literal('key'), Type.Literal('certificate')]),
  certificate: orNull(Type.String()),
  addresses: Type.Array(Type.String()),
  createdAt: InstantSchema,
  revokedAt: orNull(InstantSchema),
});
export type GatewayView = Static<typeof GatewayView>;
export const GatewayList = listOf(GatewayView);

export const ProviderView = Type.Object({
  key: Type.String(),
  kind: Type.Union([Type.Literal('oidc'), Type.Literal('certificate'), Type.Literal('licence')]),
  name: Type.Object({ zh: Type.String(), en: Type.String() }),
});
export type ProviderView = Static<typeof ProviderView>;
export const ProviderList = listOf(ProviderView);
export const ProviderRequest = Type.Object(
  { next: Type.Optional(Type.String({ maxLength: 500, description: 'a path of the desk' })) },
  closed,
);
export const ProviderBegun = Type.Object({
  state: Type.String(),
  redirectTo: orNull(Type.String({ description: 'the browser goes there' })),
  challenge: orNull(Type.String({ description: 'to be signed, or to stand in the assertion as nonce' })),
});
export type ProviderBegun = Static<typeof ProviderBegun>;
export const ProviderFinishRequest = Type.Object(
  {
    state: Type.String({ maxLength: 200 }),
    certificate: Type.Optional(Type.String({ maxLength: 10_000, description: 'PEM' })),
    signature: Type.Optional(Type.String({ maxLength: 2000, description: 'Base64, over the challenge' })),
    assertion: Type.Optional(Type.String({ maxLength: 10_000, description: 'JWS of the licence authority' })),
  },
  closed,
);
export const OwnLinkView = Type.Object({ id: IdSchema, provider: Type.String(), linkedAt: InstantSchema });
export type OwnLinkView = Static<typeof OwnLinkView>;
export const OwnLinkList = listOf(OwnLinkView);
export const RepresentationView = Type.Object({
  id: IdSchema,
  provider: Type.String(),
  proofDigest: Type.String(),
  provedAt: InstantSchema,
  endedAt: orNull(InstantSchema),
  endedReason: orNull(Type.String()),
  own: Type.Boolean(),
});
export type RepresentationView = Static<typeof RepresentationView>;
export const RepresentationList = listOf(RepresentationView);
