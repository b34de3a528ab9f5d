/** Signing in and out, and who is signed in. */
import { type Static, Type } from 'typebox';
import { IdSchema, InstantSchema, orNull } from './common.ts';

export const RoleSchema = Type.Union([
  Type.Literal('departmentOfficer'),
  Type.Literal('departmentSystem'),
  Type.Literal('creditOffice'),
  Type.Literal('companyRepresentative'),
  Type.Literal('authorisedReader'),
  Type.Literal('accountManager'),
  Type.Literal('systemAdmin'),
  Type.Literal('securityAdmin'),
  Type.Literal('auditAdmin'),
  Type.Literal('operator'),
]);

export const SignInRequest = Type.Object(
  {
    login: Type.String({ minLength: 1, maxLength: 64 }),
    password: Type.String({ minLength: 1, maxLength: 200 }),
  },
  { additionalProperties: false },
);
export type SignInRequest = Static<typeof SignInRequest>;

export const SessionView = Type.Object({
  account: Type.Object({
    id: IdSchema,
    login: Type.String(),
    name: Type.String(),
    roles: Type.Array(RoleSchema),
    body: orNull(Type.Object({ id: IdSchema, name: Type.String(), code: orNull(Type.String()) })),
  }),
  deputyFor: orNull(
    Type.Object({ id: IdSchema, deputyId: IdSchema, name: Type.String() }, { description: 'acts for somebody absent' }),
  ),
  permissions: Type.Array(Type.String(), { description: 'what the account may do; the desk shows only this' }),
  /** Until the password is changed nothing else is allowed. */
  mustChangePassword: Type.Boolean(),
  /** `needed`: show the enrolled second factor first. `missing`: the role must enrol one first. */
  secondFactor: Type.Union([
    Type.Literal('done'),
    Type.Literal('needed'),
    Type.Literal('missing'),
    Type.Literal('off'),
  ]),
  factors: Type.Array(Type.String(), { description: 'by what the session was opened' }),
  /** The session ends then whatever happens; without activity it ends after 30 minutes. */
  expiresAt: InstantSchema,
});
export type SessionView = Static<typeof SessionView>;

export const ChangePasswordRequest = Type.Object(
  {
    current: Type.String({ minLength: 1, maxLength: 200 }),
    next: Type.String({ minLength: 1, maxLength: 200 }),
  },
  { additionalProperties: false },
);
export type ChangePasswordRequest = Static<typeof ChangePasswordRequest>;
