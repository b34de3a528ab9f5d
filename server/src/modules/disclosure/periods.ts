import type { RecordRow } from '@chengxin/rules';
import type { Basis, Bilingual, SeverityClass } from '../policy/types.ts';
import type { CompiledItem, CompiledRegime, Transition } from './compile-disclosure.ts';
import { addMonths } from './dates.ts';
import type { DisclosureFacts } from './types.ts';

/** What one regime says about a record, before its events. */
export interface Ruling {
  readonly kind: 'never' | 'class' | 'period' | 'effective';
  readonly regime: CompiledRegime;
  readonly article: Basis;
  readonly severity: SeverityClass | null;
  readonly severityConfirmed: boolean;
  readonly minMonths: number;
  readonly maxMonths: number;
  readonly from: string | null;
  readonly until: string | null;
  readonly earliestRepairOn: string | null;
  /** Name of the rule that keeps it from ever being shown. */
  readonly neverName?: Bilingual;
}

/** A record on its way through the regimes. */
export interface RulingInput {
  readonly facts: DisclosureFacts;
  readonly row: RecordRow;
  /** The class that the deciding body confirmed. */
  readonly confirmed: SeverityClass | null;
}

const nothing = {
  severity: null,
  severityConfirmed: false,
  minMonths: 0,
  maxMonths: 0,
  from: null,
  until: null,
  earliestRepairOn: null,
} as const;

/** Regimes that were in force at some time between the document and the day asked for. */
export function regimesFor(
  item: CompiledItem,
  decidedOn: string,
  on: string,
  transition: Transition,
): readonly CompiledRegime[] {
  const inForce = (regime: CompiledRegime, day: string): boolean => regime.validFrom <= day && day <= regime.validTo;
  if (transition === 'current') return item.regimes.filter((regime) => inForce(regime, on));
  const first = item.regimes.filter((regime) => inForce(regime, decidedOn));
  if (transition === 'ofDecision' && first.length > 0) return first;
  const since = decidedOn < on ? decidedOn : on;
  return item.regimes.filter((regime) => regime.validFrom <= on && since <= regime.validTo);
}

/**
 * The class of a record: as confirmed by the deciding body, else as proposed by the first matching row. What no row
 * matches counts as the lightest class until the body confirms one.
 */
function classOf(regime: CompiledRegime, row: RecordRow): SeverityClass {
  for (const rule of regime.classification) {
    if (rule.test(row)) return rule.severity;
  }
  return 'minor';
}

function ruleByClass(regime: CompiledRegime, input: RulingInput): Ruling {
  const { facts, confirmed } = input;
  const severity = confirmed ?? classOf(regime, input.row);
  const period = regime.classes?.[severity];
  const from = facts.decidedOn;
  if (!period || from === null) {
    return {
      ...nothing,
      kind: 'never',
      regime,
      article: regime.basis,
      severity,
      severityConfirmed: confirmed !== null,
    };
  }
  const until = addMonths(from, period.maxMonths);
  const repairOn = addMonths(from, period.minMonths);
  return {
    kind: period.shown ? 'period' : 'class',
    regime,
    article: period.basis,
    severity,
    severityConfirmed: confirmed !== null,
    minMonths: period.minMonths,
    maxMonths: period.maxMonths,
    from,
    until: period.shown ? until : null,
    earliestRepairOn: repairOn <= until ? repairOn : null,
  };
}

/** Reported for "long-term" (双公示 standard: 2099/12/31; seen as well: 2099-01-31, 9999-09-09). */
const OPEN_END = '2099';

function ruleWhileEffective(
  regime: CompiledRegime,
  facts: DisclosureFacts,
  rule: { basis: Basis; openEndedYears?: number },
): Ruling {
  const from = facts.effectiveFrom ?? facts.decidedOn;
  // A list whose entries name no end is shown for the term that its rules give it, and no longer.
  const term = rule.openEndedYears !== undefined && from !== null ? addMonths(from, rule.openEndedYears * 12) : null;
  const to = term !== null && (facts.effectiveTo === null || facts.effectiveTo > term) ? term : facts.effectiveTo;
  return {
    ...nothing,
    kind: 'effective',
    regime,
    article: rule.basis,
    from,
    until: to === null || to.slice(0, 4) >= OPEN_END ? null : to,
  };
}

/** What one regime says. Rows of "never" go first: no class or period can override them. */
export function ruleBy(regime: CompiledRegime, input: RulingInput): Ruling {
  for (const rule of regime.never) {
    if (rule.test(input.row)) return { ...nothing, kind: 'never', regime, article: rule.basis, neverName: rule.name };
  }
  if (regime.classes) return ruleByClass(regime, input);
  if (regime.whileEffective) return ruleWhileEffective(regime, input.facts, regime.whileEffective);
  return { ...nothing, kind: 'never', regime, article: regime.basis };
}

const rank = { never: 0, class: 1, period: 2, effective: 2 } as const;

/** The ruling that favours the subject: not shown before shown, then the one that ends first; the newer at a tie. */
export function favourable(rulings: readonly Ruling[]): Ruling | undefined {
  let best: Ruling | undefined;
  let repairOn: string | null = null;
  for (const ruling of rulings) {
    if (ruling.earliestRepairOn !== null && (repairOn === null || ruling.earliestRepairOn < repairOn)) {
      repairOn = ruling.earliestRepairOn;
    }
    if (best === undefined || isBetter(ruling, best)) best = ruling;
  }
  if (best === undefined || best.earliestRepairOn === repairOn || best.kind === 'effective') return best;
  const kept = repairOn !== null && best.until !== null && repairOn > best.until ? null : repairOn;
  return { ...best, earliestRepairOn: kept };
}

function isBetter(next: Ruling, best: Ruling): boolean {
  if (rank[next.kind] !== rank[best.kind]) return rank[next.kind] < rank[best.kind];
  // Shown while in effect: what holds now is the newest regime's.
  if (next.kind === 'effective') return true;
  return (next.until ?? '9999') <= (best.until ?? '9999');
}
