/** Measures as policy has them: what may follow from which list, by which article, until when, and how to leave. */
import { type Static, Type } from 'typebox';
import { DaySchema, orNull } from './common.ts';

const Words = Type.Object({ zh: Type.String(), en: Type.String() });
const Term = orNull(
  Type.Object({ months: Type.Integer(), maxMonths: Type.Integer() }, { description: '在列期限；没有的至原因消除' }),
);
const Bodies = Type.Array(Type.String(), { description: '实施单位名称所含文字；* 为办理该事项的单位' });

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
      bodies: Bodies,
      term: Term,
      leave: Words,
      confirmed: Type.Boolean(),
    }),
  ),
});
export type MeasureView = Static<typeof MeasureView>;

export const IncentiveView = Type.Object({
  id: Type.String(),
  name: Words,
  condition: Words,
  basis: Type.String(),
  matters: Type.Array(Words),
  bodies: Bodies,
  lists: Type.Array(Type.Object({ list: Type.String(), listName: Words, term: Term, leave: Words })),
  confirmed: Type.Boolean(),
});
export type IncentiveView = Static<typeof IncentiveView>;

export const MeasureList = Type.Object({
  edition: orNull(Type.String()),
  since: orNull(DaySchema),
  editionBasis: orNull(Type.String()),
  items: Type.Array(MeasureView),
  incentives: Type.Array(IncentiveView),
});
export type MeasureList = Static<typeof MeasureList>;
