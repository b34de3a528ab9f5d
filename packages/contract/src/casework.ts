/** Work on many cases at once, given to people, handed over, and what is late. */
import { type Static, Type } from 'typebox';
import { DaySchema, IdSchema, InstantSchema, orNull } from './common.ts';

const WordsSchema = Type.Object({ zh: Type.String(), en: Type.String() });
const closed = { additionalProperties: false };
const Ids = Type.Array(IdSchema, { minItems: 1, maxItems: 500 });
const Note = Type.Optional(Type.String({ maxLength: 1000 }));

export const AssignCasesRequest = Type.Object(
  {
    ids: Ids,
    accountId: orNull(IdSchema),
    bodyId: Type.Optional(IdSchema),
    note: Note,
  },
  closed,
);
export type AssignCasesRequest = Static<typeof AssignCasesRequest>;
export const HandOverCasesRequest = Type.Object({ from: IdSchema, to: orNull(IdSchema), note: Note }, closed);
export type HandOverCasesRequest = Static<typeof HandOverCasesRequest>;

/** One command for cases of whatever procedure; each is judged by itself. */
export const CommandCasesRequest = Type.Object(
  {
    ids: Ids,
    command: Type.String({ minLength: 1, maxLength: 60 }),
    reason: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
    note: Type.Optional(Type.String({ maxLength: 3000 })),
  },
  closed,
);
export type CommandCasesRequest = Static<typeof CommandCasesRequest>;

export const WorkerList = Type.Object({
  items: Type.Array(
    Type.Object({ id: IdSchema, name: Type.String(), bodyId: IdSchema, body: Type.String(), open: Type.Integer() }),
  ),
  dataAsOf: InstantSchema,
});
export type WorkerList = Static<typeof WorkerList>;

export const OverdueQuery = Type.Object(
  {
    procedure: Type.Optional(Type.String({ maxLength: 80 })),
    bodyId: Type.Optional(IdSchema),
    cursor: Type.Optional(Type.String({ maxLength: 500 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  },
  closed,
);
export type OverdueQuery = Static<typeof OverdueQuery>;
export const OverdueItem = Type.Object({
  id: IdSchema,
  procedure: Type.String(),
  procedureName: WordsSchema,
  number: orNull(Type.String()),
  subject: Type.String(),
  body: Type.String(),
  assignee: orNull(Type.String()),
  dueOn: DaySchema,
  /** Working days. */
  lateDays: Type.Integer(),
  /** The superior's task about it, while it is open. */
  taskId: orNull(IdSchema),
  mayAnswer: Type.Boolean(),
});
export type OverdueItem = Static<typeof OverdueItem>;
export const OverdueList = Type.Object({
  items: Type.Array(OverdueItem),
  /** Open and overdue at each body of the caller's area. */
  bodies: Type.Array(Type.Object({ id: IdSchema, name: Type.String(), open: Type.Integer(), overdue: Type.Integer() })),
  nextCursor: orNull(Type.String()),
  dataAsOf: InstantSchema,
});
export type OverdueList = Static<typeof OverdueList>;
export const AnswerTaskRequest = Type.Object({ note: Type.String({ minLength: 2, maxLength: 1000 }) }, closed);
