/** Subjects: search, archive, merge and split. */
import { type Static, Type } from 'typebox';
import { StatedPurposeProperties } from './access.ts';

const Text = Type.String();
const NullableText = Type.Union([Type.String(), Type.Null()]);
const BilingualSchema = Type.Object({ zh: Text, en: Text });

export const SearchQuerySchema = Type.Object(
  {
    q: Type.String({ description: 'Name, former name, pinyin initials, unified code or part of it, other identifier' }),
    cursor: Type.Optional(Type.String({ maxLength: 400 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 20 })),
  },
  { additionalProperties: false },
);

export const SubjectItemSchema = Type.Object({
  code: NullableText,
  /** Key of the archive: the code, or an id where the subject has none yet. */
  key: Text,
  name: Text,
  kind: Text,
  kindLabel: BilingualSchema,
  status: Text,
  provisional: Type.Boolean(),
  matched: Type.Union([
    Type.Literal('code'),
    Type.Literal('name'),
    Type.Literal('formerName'),
    Type.Literal('initials'),
  ]),
  formerName: NullableText,
});
export type SubjectItem = Static<typeof SubjectItemSchema>;

export const SubjectListSchema = Type.Object({
  items: Type.Array(SubjectItemSchema),
  nextCursor: NullableText,
  dataAsOf: Text,
  /** More subjects match than are ever listed: make the query narrower. */
  truncated: Type.Boolean(),
});

export const SuggestListSchema = Type.Object({
  items: Type.Array(Type.Object({ key: Text, code: NullableText, name: Text, formerName: NullableText })),
  dataAsOf: Text,
});

export const SubjectParamsSchema = Type.Object({
  code: Type.String({ minLength: 4, maxLength: 60, description: 'Unified code, another identifier, or the id' }),
});

export const ArchiveSchema = Type.Object({
  code: NullableText,
  key: Text,
  name: Text,
  formerNames: Type.Array(Type.Object({ name: Text, from: NullableText, to: NullableText })),
  kind: Text,
  kindLabel: BilingualSchema,
  status: Text,
  provisional: Type.Boolean(),
  region: NullableText,
  industry: NullableText,
  establishedOn: NullableText,
  address: NullableText,
  companyType: NullableText,
  registrationAuthority: NullableText,
  registeredCapital: NullableText,
  businessScope: NullableText,
  legalRepresentative: NullableText,
  identifiers: Type.Array(Type.Object({ scheme: Text, value: Text })),
  tabs: Type.Array(Type.Object({ item: Text, name: BilingualSchema, count: Type.Integer() })),
  dataAsOf: Text,
});

export const FullArchiveSchema = Type.Object({
  ...ArchiveSchema.properties,
  subjectId: Text,
  members: Type.Array(Text),
});

/** Purpose, matter and case number of a reading that is not public. */
export const FullArchiveQuerySchema = Type.Object({ ...StatedPurposeProperties });

export const MergeBodySchema = Type.Object(
  {
    from: Type.String({ format: 'uuid' }),
    into: Type.String({ format: 'uuid' }),
    reason: Type.String({ maxLength: 500 }),
  },
  { additionalProperties: false },
);
export const SplitBodySchema = Type.Object(
  { subjectId: Type.String({ format: 'uuid' }), reason: Type.String({ maxLength: 500 }) },
  { additionalProperties: false },
);
export const MergeResultSchema = Type.Object({
  canonicalId: Text,
  moved: Type.Array(Text),
  collisions: Type.Array(
    Type.Object({
      item: Text,
      documentNumber: NullableText,
      decidedOn: NullableText,
      recordIds: Type.Array(Text),
    }),
  ),
});
