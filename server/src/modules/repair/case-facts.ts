/** What a case of repair holds beside its state. Without person identifiers. */
import type { CaseRow } from '../casework/index.ts';

export interface RepairFacts {
  readonly lane: string;
  readonly kind: string;
  /** Where it came in: the organisation's own page, a window, or the national site. */
  readonly channel: 'city' | 'window' | 'upstream';
  readonly statement: string;
  /** How the window officer knows that the organisation wants it. */
  readonly authorisation: string | null;
  readonly commitment: { readonly version: string; readonly signedOn: string; readonly signer: string } | null;
  /** What was named as missing, once. */
  readonly missing: readonly string[] | null;
  /** Duties that the recognising body confirmed. */
  readonly confirmed: readonly string[] | null;
  readonly result: string | null;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): string[] | null =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : null;

export function factsOf(row: Pick<CaseRow, 'facts'>): RepairFacts {
  const { facts } = row;
  const commitment = facts.commitment as RepairFacts['commitment'] | null | undefined;
  return {
    lane: text(facts.lane),
    kind: text(facts.kind),
    channel: facts.channel === 'upstream' || facts.channel === 'window' ? facts.channel : 'city',
    statement: text(facts.statement),
    authorisation: typeof facts.authorisation === 'string' ? facts.authorisation : null,
    commitment: commitment ?? null,
    missing: list(facts.missing),
    confirmed: list(facts.confirmed),
    result: typeof facts.result === 'string' ? facts.result : null,
  };
}
