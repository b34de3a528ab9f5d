/** Purposes, exports of non-public information, authorisations by the subject, emergency. */
import { type Static, Type } from 'typebox';

const Bilingual = Type.Object({ zh: Type.String(), en: Type.String() });

/** What a reading of non-public information states; which purposes there are is policy (`GET /purposes`). */
export const StatedPurposeProperties = {
  purpose: Type.Optional(Type.String({ maxLength: 80, description: '用途，见 GET /purposes; needed' })),
  matter: Type.Optional(Type.String({ maxLength: 200, description: '事项; needed where the purpose says so' })),
  caseNumber: Type.Optional(Type.String({ maxLength: 200, description: '办件编号; needed where the purpose says so' })),
};

const Need = Type.Union([Type.Literal('none'), Type.Literal('optional'), Type.Literal('required')]);
export const PurposeView = Type.Object({
  key: Type.String(),
  name: Bilingual,
  matter: Need,
  caseNumber: Need,
  basis: Type.Array(Type.String()),
  confirmed: Type.Boolean(),
});
export type PurposeView = Static<typeof PurposeView>;

export const purposeActs = ['archive', 'report', 'export', 'authorisation'] as const;
export const PurposeQuery = Type.Object(
  { act: Type.Union(purposeActs.map((act) => Type.Literal(act))) },
  { additionalProperties: false },
);
export const PurposeList = Type.Object({
  items: Type.Array(PurposeView),
  nextCursor: Type.Null(),
  dataAsOf: Type.String(),
});
