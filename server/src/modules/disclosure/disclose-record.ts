import type { Basis, DisclosureLane, PolicyRuntime } from '../policy/types.ts';
import { type CompiledItem, compileDisclosure, type Transition, transitionOf } from './compile-disclosure.ts';
import { rowOf } from './expressions.ts';
import { favourable, type Ruling, regimesFor, ruleBy } from './periods.ts';
import { reasonOf } from './reasons.ts';
import { type EventState, stateOfEvents } from './record-state.ts';
import type { Disclosure, DisclosureFacts, DisclosureState, RecordEventFacts } from './types.ts';

/** Where policy has no word about an item: nothing is shown without a basis. */
const noRegime = Object.freeze({ key: 'none', name: { zh: '未规定公示规则', en: 'no disclosure rule' }, hash: '' });

function unruled(article: Basis): Ruling {
  return {
    kind: 'never',
    regime: {
      ref: noRegime,
      basis: article,
      validFrom: '',
      validTo: '',
      classes: undefined,
      classification: [],
      never: [],
      whileEffective: undefined,
    },
    article,
    severity: null,
    severityConfirmed: false,
    minMonths: 0,
    maxMonths: 0,
    from: null,
    until: null,
    earliestRepairOn: null,
  };
}

const personRule: Ruling = {
  ...unruled({ document: '自然人信息不公开', article: 'natural-persons G15' }),
  neverName: { zh: '自然人信息', en: 'information about a natural person' },
};

function rulingOf(
  item: CompiledItem,
  facts: DisclosureFacts,
  events: EventState,
  on: string,
  transition: Transition,
): Ruling {
  // The type forbids it; data from outside the type system must not slip through either (natural-persons G15).
  if ((facts.counterpartyPerson as boolean) !== false || facts.subjectKind === 'person') return personRule;
  if (!item.public) return unruled(item.itemBasis ?? { document: '全国公共信用信息基础目录' });
  const input = { facts, row: rowOf(facts), confirmed: events.severity ?? facts.severity };
  const regimes = regimesFor(item, facts.decidedOn ?? facts.effectiveFrom ?? on, on, transition);
  const rulings = regimes.map((regime) => ruleBy(regime, input));
  return favourable(rulings) ?? unruled(item.itemBasis ?? { document: '全国公共信用信息基础目录' });
}

function stateOf(ruling: Ruling, facts: DisclosureFacts, events: EventState, on: string): DisclosureState {
  if (events.erased || events.withdrawn) return 'withdrawn';
  if (events.annulled) return 'annulled';
  if (events.repaired) return 'repaired';
  if (ruling.kind === 'never' || ruling.kind === 'class') return 'neverShown';
  if (ruling.from === null || on < ruling.from) return 'notYet';
  if ((ruling.until !== null && on > ruling.until) || facts.inForce === false) return 'expired';
  if (events.suspended) return 'suspended';
  if (events.masked) return 'masked';
  return 'shown';
}

/**
 * Whether the public may see a record on the day `on` (Asia/Shanghai), until when and why. Pure: computed from policy
 * and events at every read, so that an expired record is not shown even if no job ever ran.
 * @param lane the credit platform, or the register's own publicity system beside it
 * @param transition how records decided under an earlier regime are treated; by default as the city's policy says, else what favours the subject
 */
export function discloseRecord(
  facts: DisclosureFacts,
  events: readonly RecordEventFacts[],
  on: string,
  policy: PolicyRuntime,
  transition: Transition = transitionOf(policy),
  lane: DisclosureLane = 'creditPlatform',
): Disclosure {
  const happened = stateOfEvents(events, on);
  const ruling = rulingOf(compileDisclosure(policy).item(facts.item, lane), facts, happened, on, transition);
  const state = stateOf(ruling, facts, happened, on);
  const repairable = state === 'shown' || state === 'suspended' || state === 'masked' || ruling.kind === 'class';
  return {
    shown: state === 'shown',
    state,
    from: ruling.from,
    until: ruling.until,
    severity: ruling.severity,
    severityConfirmed: ruling.severityConfirmed,
    regime: ruling.regime.ref,
    article: ruling.article,
    reason: reasonOf(state, ruling, happened),
    earliestRepairOn: repairable ? ruling.earliestRepairOn : null,
    annotations: happened.annotations,
    notes: happened.notes,
  };
}
