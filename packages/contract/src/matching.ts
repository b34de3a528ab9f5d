/** Matching of names, and the form of the Reconciliation Service API 0.2. */
import { type Static, Type } from 'typebox';

const Text = Type.String();
const NullableText = Type.Union([Type.String(), Type.Null()]);

export const MatchBodySchema = Type.Object(
  {
    names: Type.Array(Type.String({ minLength: 1, maxLength: 400 }), {
      minItems: 1,
      maxItems: 100,
      description: 'Names as somebody wrote them: misspelt, former, abbreviated, with or without the town',
    }),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10, default: 5 })),
  },
  { additionalProperties: false },
);

export const MatchFeatureSchema = Type.Object({
  id: Text,
  /** 0 to 1. */
  value: Type.Number(),
  /** What the feature adds to the candidate's weight: value times the policy's weight. */
  weight: Type.Number(),
});

export const MatchCandidateSchema = Type.Object({
  code: NullableText,
  subjectId: Text,
  name: Text,
  kind: Text,
  status: Text,
  provisional: Type.Boolean(),
  /** The former name that was found, where it was one. */
  formerName: NullableText,
  /** Probability, 0 to 1, that this subject is meant, given the others and that none may be. */
  score: Type.Number(),
  features: Type.Array(MatchFeatureSchema),
});

export const MatchResultSchema = Type.Object({
  query: Text,
  /** Code of the subject meant, where the score reaches the threshold and no other has the same name; else null. */
  automatic: NullableText,
  candidates: Type.Array(MatchCandidateSchema),
});
export type MatchResult = Static<typeof MatchResultSchema>;

export const MatchListSchema = Type.Object({
  results: Type.Array(MatchResultSchema),
  algorithm: Text,
  threshold: Type.Number(),
  dataAsOf: Text,
});
