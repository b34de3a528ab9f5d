/** The rule editor: a rule in words, read back, tried on the rows beside it and on a sample of what was reported. */
import { type Static, Type } from 'typebox';
import { IdSchema, orNull } from './common.ts';

const closed = { additionalProperties: false };
const Words = Type.Object({ zh: Type.String(), en: Type.String() });
const Key = Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,79}$' });
const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' });
const text = (maxLength: number) => Type.String({ maxLength });

/** A rule as its row in Excel stands: the editor and a sheet make the same. */
export const PolicyRuleCells = Type.Object(
  {
    id: text(80),
    severity: text(20),
    field: text(120),
    when: text(8_000),
    require: text(8_000),
    messageZh: text(2_000),
    messageEn: text(2_000),
    fixZh: text(2_000),
    fixEn: text(2_000),
    caseFinding: text(8_000),
    caseNone: text(8_000),
    basis: text(4_000),
    confirmed: text(2),
  },
  closed,
);
export type PolicyRuleCells = Static<typeof PolicyRuleCells>;

const Standard = Type.Object({ key: Type.String(), name: Words });

export const PolicyRuleSetList = Type.Object({
  items: Type.Array(
    Type.Object({ key: Type.String(), name: Words, standards: Type.Array(Standard), rules: Type.Integer() }),
  ),
});
export type PolicyRuleSetList = Static<typeof PolicyRuleSetList>;

export const PolicyRuleSetView = Type.Object({
  key: Type.String(),
  name: Words,
  standards: Type.Array(Standard),
  /** Words that may stand under 处理. */
  severities: Type.Array(Type.String()),
  /** What a condition may name, as it is written, with the values of its code table. */
  names: Type.Array(
    Type.Object({
      written: Type.String(),
      label: Type.String(),
      /** As 指向字段 and the rows beside a rule name it. */
      code: Type.String(),
      kind: Type.Union([Type.Literal('field'), Type.Literal('role')]),
      type: Words,
      values: Type.Array(Type.String()),
    }),
  ),
  rules: Type.Array(
    Type.Object({
      /** Of the rule as it was read: whoever saves says which one they changed. */
      hash: Hash,
      builtin: Type.Boolean(),
      cells: PolicyRuleCells,
    }),
  ),
});
export type PolicyRuleSetView = Static<typeof PolicyRuleSetView>;

export const PolicyRuleQuery = Type.Object({ change: Type.Optional(IdSchema) }, closed);
export const PolicyRuleSetParams = Type.Object({ key: Key });
export const PolicyRuleTrialRequest = Type.Object(
  {
    rule: PolicyRuleCells,
    /** Whose stored rows are the sample; absent = the first standard of the set. */
    standard: Type.Optional(Key),
    change: Type.Optional(IdSchema),
    /** Without: only what is wrong and the rows beside the rule. */
    sample: Type.Boolean(),
  },
  closed,
);
export type PolicyRuleTrialRequest = Static<typeof PolicyRuleTrialRequest>;

const Sample = Type.Object({
  standard: Type.String(),
  columns: Type.Array(Type.Object({ key: Type.String(), name: Words })),
  /** Rows that were read, and of them those the condition applies to, those found and those kept. */
  rows: Type.Integer(),
  applies: Type.Integer(),
  found: Type.Integer(),
  kept: Type.Integer(),
  /** Rows on natural persons: counted, never shown. */
  personRows: Type.Integer(),
  submissions: Type.Integer(),
  complete: Type.Boolean(),
  shown: Type.Array(
    Type.Object({
      submissionId: IdSchema,
      row: Type.Integer(),
      body: Type.String(),
      outcome: Type.Union([Type.Literal('found'), Type.Literal('kept')]),
      values: Type.Array(Type.String()),
    }),
  ),
});

export const PolicyRuleTrial = Type.Object({
  problems: Type.Array(
    Type.Object({
      /** Which cell: a key of the rule. */
      column: Type.String(),
      heading: Type.String(),
      /** The first character, from 1, and the one behind the last; null = the whole cell. */
      at: orNull(Type.Integer()),
      to: orNull(Type.Integer()),
      zh: Type.String(),
      en: Type.String(),
      instead: Type.Array(Type.String()),
    }),
  ),
  /** The conditions as the platform understood them; null where they cannot be read. */
  said: orNull(Type.Object({ when: Type.String(), require: Type.String() })),
  cases: Type.Array(
    Type.Object({
      expects: Type.Union([Type.Literal('finding'), Type.Literal('none')]),
      words: Type.String(),
      /** What the rule says of it; null where it cannot be run. */
      found: orNull(Type.Boolean()),
      ok: Type.Boolean(),
    }),
  ),
  sample: orNull(Sample),
});
export type PolicyRuleTrial = Static<typeof PolicyRuleTrial>;

export const PolicyRuleParams = Type.Object({ id: IdSchema, key: Key });
export const PolicyRuleSave = Type.Object(
  {
    rule: PolicyRuleCells,
    /** The rule that it takes the place of, and its hash as it was read; null = a new one. */
    was: orNull(Type.Object({ id: text(80), hash: Hash }, closed)),
  },
  closed,
);
export type PolicyRuleSave = Static<typeof PolicyRuleSave>;
