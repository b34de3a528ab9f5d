/** What a case of recognition holds beside its state. Without person identifiers. */
import type { CaseRow } from '../casework/index.ts';

export interface ListingFacts {
  /** Key of the list. */
  readonly list: string;
  readonly facts: string;
  readonly legalBasis: string;
  readonly evidence: string;
  /** The judgment, penalty or other document that the listing rests on (深圳 art. 65). */
  readonly basisDocument: string;
  readonly criteria: readonly string[];
  readonly termMonths: number | null;
  readonly announcedOn: string | null;
  readonly reviewedBy: string | null;
  readonly decision: { readonly number: string; readonly on: string } | null;
  readonly approval: string | null;
  readonly delivery: { readonly on: string; readonly proof: string } | null;
  readonly entryId: string | null;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

export function factsOf(row: Pick<CaseRow, 'facts'>): ListingFacts {
  const { facts } = row;
  return {
    list: text(facts.list),
    facts: text(facts.facts),
    legalBasis: text(facts.legalBasis),
    evidence: text(facts.evidence),
    basisDocument: text(facts.basisDocument),
    criteria: Array.isArray(facts.criteria) ? facts.criteria.filter((one) => typeof one === 'string') : [],
    termMonths: typeof facts.termMonths === 'number' ? facts.termMonths : null,
    announcedOn: textOrNull(facts.announcedOn),
    reviewedBy: textOrNull(facts.reviewedBy),
    decision: (facts.decision as ListingFacts['decision'] | undefined) ?? null,
    approval: textOrNull(facts.approval),
    delivery: (facts.delivery as ListingFacts['delivery'] | undefined) ?? null,
    entryId: textOrNull(facts.entryId),
  };
}
