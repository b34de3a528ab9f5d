/** Bodies of government: departments, districts and zones, with their codes, names and successors over time. */
import { type Static, Type } from 'typebox';
import { DaySchema, IdSchema, InstantSchema, orNull } from './common.ts';

export const BodyKindSchema = Type.Union([
  Type.Literal('city'),
  Type.Literal('district'),
  Type.Literal('zone'),
  Type.Literal('department'),
  Type.Literal('creditOffice'),
  Type.Literal('upper'),
  Type.Literal('bank'),
  Type.Literal('guarantee'),
  Type.Literal('creditAgency'),
]);

export const BodyView = Type.Object({
  id: IdSchema,
  parentId: orNull(IdSchema),
  kind: BodyKindSchema,
  name: Type.String(),
  shortName: orNull(Type.String()),
  code: orNull(Type.String({ description: 'the code in force' })),
  region: orNull(Type.String()),
  provisional: Type.Boolean({ description: 'made from a valid unknown code in a report; nobody has confirmed it yet' }),
  secondReader: Type.Boolean({ description: 'entries by form wait for a second reader' }),
  closedOn: orNull(DaySchema),
  successorIds: Type.Array(IdSchema),
});
export type BodyView = Static<typeof BodyView>;

export const BodyList = Type.Object({
  items: Type.Array(BodyView),
  nextCursor: orNull(Type.String()),
  dataAsOf: InstantSchema,
});
export type BodyList = Static<typeof BodyList>;
