/** States of a person's request and what leads from one to the next. Pure (PIPL art. 50: a mechanism; refusal with reasons). */
export const requestStates = [
  'received',
  'supplement',
  'accepted',
  'granted',
  'partlyGranted',
  'refused',
  'withdrawn',
] as const;
export type RequestState = (typeof requestStates)[number];
export const requestActs = [
  'accept',
  'askSupplement',
  'supply',
  'extend',
  'grant',
  'grantPartly',
  'refuse',
  'withdraw',
] as const;
export type RequestAct = (typeof requestActs)[number];

interface Transition {
  readonly from: readonly RequestState[];
  /** Null: the state stays. */
  readonly to: RequestState | null;
  readonly by: 'office' | 'person';
  /** A reason of the policy list is needed. */
  readonly reason: boolean;
}

export const transitions: Readonly<Record<RequestAct, Transition>> = {
  accept: { from: ['received'], to: 'accepted', by: 'office', reason: false },
  askSupplement: { from: ['received', 'accepted'], to: 'supplement', by: 'office', reason: false },
  supply: { from: ['supplement'], to: 'accepted', by: 'person', reason: false },
  extend: { from: ['received', 'accepted'], to: null, by: 'office', reason: false },
  grant: { from: ['accepted'], to: 'granted', by: 'office', reason: false },
  grantPartly: { from: ['accepted'], to: 'partlyGranted', by: 'office', reason: true },
  refuse: { from: ['received', 'accepted', 'supplement'], to: 'refused', by: 'office', reason: true },
  withdraw: { from: ['received', 'accepted', 'supplement'], to: 'withdrawn', by: 'person', reason: false },
};

export const closedStates: ReadonlySet<RequestState> = new Set<RequestState>([
  'granted',
  'partlyGranted',
  'refused',
  'withdrawn',
]);

/** The state after the act, or null when it is not open to this side or in this state. */
export function nextState(state: RequestState, act: RequestAct, by: 'office' | 'person'): RequestState | null {
  const transition = transitions[act];
  if (transition.by !== by || !transition.from.includes(state)) return null;
  return transition.to ?? state;
}

export const actsOpen = (state: RequestState, by: 'office' | 'person'): RequestAct[] =>
  requestActs.filter((act) => nextState(state, act, by) !== null);
