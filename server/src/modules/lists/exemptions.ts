/** Minor and accidental acts that lead to nothing (深圳 art. 67; 行政处罚法 art. 33). Pure. */
import { compileToFunction, expectExpression, type RecordRow } from '@chengxin/rules';
import { type Bilingual, EXEMPTION_FACTS, type ListExemption, type PolicyRuntime } from '../policy/index.ts';
import type { RecordFacts } from '../subjects/index.ts';

export interface Exemption {
  readonly key: string;
  readonly sector: Bilingual;
  readonly act: Bilingual;
  readonly conditions: readonly Bilingual[];
  /** The facts of the record show it; else an officer says whether the conditions hold. */
  readonly certain: boolean;
}

const MICRO = 1_000_000n;
const micro = (fen: bigint | null): bigint | null => (fen === null ? null : fen * MICRO);

function rowOf(facts: RecordFacts, conduct: string): RecordRow {
  return {
    categories: facts.categories,
    amountFen: micro(facts.amountFen),
    confiscatedFen: micro(facts.confiscatedFen),
    procedure: facts.procedure,
    subjectKind: facts.subjectKind,
    decidedOn: facts.decidedOn,
    domain: facts.decidingBodyDomain ?? null,
    conduct,
  };
}

const tests = new WeakMap<ListExemption, (row: RecordRow) => boolean>();
function testOf(row: ListExemption): (facts: RecordRow) => boolean {
  let found = tests.get(row);
  if (!found) {
    const run = compileToFunction(expectExpression(row.when, EXEMPTION_FACTS));
    found = (facts) => run(facts, { today: facts.decidedOn ?? null });
    tests.set(row, found);
  }
  return found;
}

/** What a record may be exempt by; those that its facts show first. */
export function exemptionsOf(policy: PolicyRuntime, facts: RecordFacts, conduct: string): Exemption[] {
  const row = rowOf(facts, conduct);
  return policy
    .listExemptions()
    .filter((one) => one.items.includes(facts.item))
    .filter((one) => one.when === undefined || testOf(one)(row))
    .map(({ key, sector, act, conditions, when }) => ({ key, sector, act, conditions, certain: when !== undefined }))
    .sort((a, b) => Number(b.certain) - Number(a.certain));
}
