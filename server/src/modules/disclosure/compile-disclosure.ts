import type { RecordRow } from '@chengxin/rules';
import type {
  Basis,
  Bilingual,
  DisclosureLane,
  DisclosureRegime,
  PolicyRuntime,
  SeverityClass,
} from '../policy/types.ts';
import { compileCondition } from './expressions.ts';

export type Condition = (row: RecordRow) => boolean;

export interface CompiledNever {
  readonly id: string;
  readonly name: Bilingual;
  readonly basis: Basis;
  readonly test: Condition;
}

export interface CompiledClass {
  readonly severity: SeverityClass;
  readonly basis: Basis;
  readonly test: Condition;
}

export interface CompiledRegime {
  readonly ref: { readonly key: string; readonly name: Bilingual; readonly hash: string };
  readonly basis: Basis;
  readonly validFrom: string;
  readonly validTo: string;
  readonly classes: DisclosureRegime['classes'];
  readonly classification: readonly CompiledClass[];
  readonly never: readonly CompiledNever[];
  readonly whileEffective: DisclosureRegime['whileEffective'];
}

/** How a regime that comes into force treats records decided before it (repair-and-disclosure §2, transition). */
export type Transition = 'shorter' | 'ofDecision' | 'current';

export interface CompiledItem {
  readonly public: boolean;
  readonly itemBasis: Basis | undefined;
  /** Oldest first. */
  readonly regimes: readonly CompiledRegime[];
}

export interface CompiledDisclosure {
  readonly policy: PolicyRuntime;
  item(key: string, lane?: DisclosureLane): CompiledItem;
}

function compileRegime(regime: ReturnType<PolicyRuntime['disclosureRegimes']>[number]): CompiledRegime {
  const basis = regime.basis[0] ?? { document: regime.name.zh };
  return {
    ref: Object.freeze({ key: regime.key, name: regime.name, hash: regime.hash }),
    basis,
    validFrom: regime.validFrom ?? '0000-00-00',
    validTo: regime.validTo ?? '9999-99-99',
    classes: regime.classes,
    classification: (regime.classification ?? []).map((row) => ({
      severity: row.severity,
      basis: row.basis,
      test: compileCondition(row.when),
    })),
    never: (regime.never ?? []).map((row) => ({
      id: row.id,
      name: row.name,
      basis: row.basis,
      test: compileCondition(row.when),
    })),
    whileEffective: regime.whileEffective,
  };
}

function compileItem(policy: PolicyRuntime, key: string, lane: DisclosureLane): CompiledItem {
  const item = policy.catalogueItem(key);
  const regimes = policy.disclosureRegimes(key, lane).map(compileRegime);
  regimes.sort((a, b) => (a.validFrom < b.validFrom ? -1 : a.validFrom > b.validFrom ? 1 : 0));
  return { public: item?.publicity === 'public', itemBasis: item?.basis[0], regimes };
}

/** As the city chose; a policy that says nothing favours the subject (repair-and-disclosure §2, transition). */
const transitions = new WeakMap<PolicyRuntime, Transition>();
export function transitionOf(policy: PolicyRuntime): Transition {
  let found = transitions.get(policy);
  if (found === undefined) {
    found = policy.place?.().disclosureTransition ?? 'shorter';
    transitions.set(policy, found);
  }
  return found;
}

const cache = new WeakMap<PolicyRuntime, CompiledDisclosure>();

/** The regimes of a policy runtime with their expressions compiled; made once for each runtime. */
export function compileDisclosure(policy: PolicyRuntime): CompiledDisclosure {
  const known = cache.get(policy);
  if (known) return known;
  const items = new Map<string, CompiledItem>();
  const compiled: CompiledDisclosure = {
    policy,
    item(key, lane = 'creditPlatform') {
      const place = `${lane} ${key}`;
      let found = items.get(place);
      if (!found) {
        found = compileItem(policy, key, lane);
        items.set(place, found);
      }
      return found;
    },
  };
  cache.set(policy, compiled);
  return compiled;
}
