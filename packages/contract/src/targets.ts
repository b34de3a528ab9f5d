/** What the city has set itself for cases, live. */
import { type Static, Type } from 'typebox';
import { InstantSchema, orNull } from './common.ts';

const WordsSchema = Type.Object({ zh: Type.String(), en: Type.String() });

export const TargetView = Type.Object({
  key: Type.String(),
  name: WordsSchema,
  definition: WordsSchema,
  measure: Type.String(),
  unit: WordsSchema,
  /** Null where nothing was decided in the window: there is no figure, not a zero. */
  value: orNull(Type.Number()),
  limit: Type.Number(),
  met: orNull(Type.Boolean()),
  /** Cases that the figure rests on, and those that are open and overdue now. */
  decided: Type.Integer(),
  open: Type.Integer(),
  overdue: Type.Integer(),
  basis: Type.String(),
});
export type TargetView = Static<typeof TargetView>;

export const TargetList = Type.Object({
  items: Type.Array(TargetView),
  windowDays: Type.Integer(),
  confirmed: Type.Boolean(),
  asOf: InstantSchema,
});
export type TargetList = Static<typeof TargetList>;
