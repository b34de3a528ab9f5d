import { compileToFunction, expectExpression, type FieldType, type RecordRow } from '@chengxin/rules';
import type { DisclosureFacts } from './types.ts';

/** What the expressions of a disclosure regime may name; amounts are numbers of fen. */
export const disclosureFields: Readonly<Record<string, FieldType>> = {
  categories: 'textList',
  amountFen: 'number',
  confiscatedFen: 'number',
  procedure: 'text',
  subjectKind: 'text',
  decidedOn: 'date',
  domain: 'text',
};

const MICRO = 1_000_000n;

/** A record as the expressions see it. */
export function rowOf(facts: DisclosureFacts): RecordRow {
  return {
    categories: facts.categories,
    amountFen: facts.amountFen === null ? null : facts.amountFen * MICRO,
    confiscatedFen: facts.confiscatedFen === null ? null : facts.confiscatedFen * MICRO,
    procedure: facts.procedure,
    subjectKind: facts.subjectKind,
    decidedOn: facts.decidedOn,
    domain: facts.decidingBodyDomain ?? null,
  };
}

/** A class depends on the document alone: `today` is the day of the document, so that it never changes by waiting. */
export function compileCondition(when: unknown): (row: RecordRow) => boolean {
  const test = compileToFunction(expectExpression(when, disclosureFields));
  return (row) => test(row, { today: row.decidedOn ?? null });
}
