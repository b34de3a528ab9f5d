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
