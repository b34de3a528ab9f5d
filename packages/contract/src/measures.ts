/** Measures as policy has them: what may follow from which list, by which article, until when, and how to leave. */
import { type Static, Type } from 'typebox';
import { DaySchema, orNull } from './common.ts';

const Words = Type.Object({ zh: Type.String(), en: Type.String() });

export const MeasureView = Type.Object({
  id: Type.String(),
  class: Type.Enum(['duty', 'management', 'market'] as const),
  name: Words,
  content: Words,
  local: Type.Boolean(),
  basis: Type.String(),
  confirmed: Type.Boolean(),
  causes: Type.Array(
    Type.Object({
      list: Type.String(),
      listName: Words,
      force: Type.Enum(['required', 'permitted'] as const),
      article: Type.String(),
      relevance: Words,
      proportion: Words,
      matters: Type.Array(Words),
      leave: Words,
      confirmed: Type.Boolean(),
    }),
  ),
});
export type MeasureView = Static<typeof MeasureView>;
export const MeasureList = Type.Object({
  edition: orNull(Type.String()),
  since: orNull(DaySchema),
  items: Type.Array(MeasureView),
});
export type MeasureList = Static<typeof MeasureList>;
