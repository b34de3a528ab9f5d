/** Beside objections: a statement of the subject, a doubt of an executing body, a complaint about conduct. */
import { type Static, Type } from 'typebox';
import { IdSchema } from './common.ts';

const code = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 40,
    description: '统一社会信用代码 of the organisation; a representative may leave it out',
  }),
);
const command = {
  command: Type.String({ minLength: 1, maxLength: 40 }),
  reason: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
  note: Type.Optional(Type.String({ maxLength: 3000 })),
  expectedEvents: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
};

/** A command of a procedure that has no choices of its own. */
export const CaseCommandRequest = Type.Object(command, { additionalProperties: false });
export type CaseCommandRequest = Static<typeof CaseCommandRequest>;

export const SubmitStatementRequest = Type.Object(
  {
    code,
    recordId: IdSchema,
    text: Type.String({ minLength: 5, maxLength: 2000, description: '说明; the policy has a shorter limit' }),
  },
  { additionalProperties: false },
);
export type SubmitStatementRequest = Static<typeof SubmitStatementRequest>;

export const RaiseDoubtRequest = Type.Object(
  {
    recordId: IdSchema,
    kind: Type.String({ minLength: 1, maxLength: 40, description: 'see kinds of GET /doubts/desk' }),
    statement: Type.String({ minLength: 5, maxLength: 3000 }),
    matter: Type.Optional(Type.String({ maxLength: 100, description: '在办事项 in which the doubt arose' })),
  },
  { additionalProperties: false },
);
export type RaiseDoubtRequest = Static<typeof RaiseDoubtRequest>;

export const DoubtCommandRequest = Type.Object(
  { ...command, remedy: Type.Optional(Type.Enum(['withdraw', 'willCorrect'] as const)) },
  { additionalProperties: false },
);
export type DoubtCommandRequest = Static<typeof DoubtCommandRequest>;

export const SubmitComplaintRequest = Type.Object(
  {
    code,
    kind: Type.String({ minLength: 1, maxLength: 40, description: 'see kinds of GET /complaints/desk' }),
    against: Type.Optional(
      Type.String({ maxLength: 40, description: 'code of the body; left out: the platform itself' }),
    ),
    statement: Type.String({ minLength: 10, maxLength: 3000 }),
    wanted: Type.String({ minLength: 2, maxLength: 1000 }),
  },
  { additionalProperties: false },
);
export type SubmitComplaintRequest = Static<typeof SubmitComplaintRequest>;
