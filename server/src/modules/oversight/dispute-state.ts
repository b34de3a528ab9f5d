/**
 * A dispute about a look. Pure. Silence closes nothing: what is overdue goes up and stays visible; only the subject's own word
 * or a reasoned decision ends it (个人信息保护法 art. 50: a refusal gives its reasons).
 */
export type DisputeState = 'open' | 'escalated' | 'answered' | 'contested' | 'decided' | 'accepted' | 'withdrawn';
export type DisputeAct = 'answer' | 'escalate' | 'contest' | 'decide' | 'accept' | 'withdraw';
/** `body`: the body that looked. `audit`: the audit administrator. `subject`: who disputes. `clock`: a deadline that passed. */
export type DisputeParty = 'body' | 'audit' | 'subject' | 'clock';

interface Transition {
  readonly to: DisputeState;
  readonly by: readonly DisputeParty[];
}

export const disputeStates: readonly DisputeState[] = [
  'open',
  'escalated',
  'answered',
  'contested',
  'decided',
  'accepted',
  'withdrawn',
];

export const disputeTransitions: Readonly<Record<DisputeState, Readonly<Partial<Record<DisputeAct, Transition>>>>> = {
  /** With the body that looked, or with the audit administrator where there is no body. */
  open: {
    answer: { to: 'answered', by: ['body', 'audit'] },
    escalate: { to: 'escalated', by: ['clock'] },
    withdraw: { to: 'withdrawn', by: ['subject'] },
  },
  /** The body did not answer in time: the audit administrator answers or decides; the body may still answer. */
  escalated: {
    answer: { to: 'answered', by: ['body', 'audit'] },
    decide: { to: 'decided', by: ['audit'] },
    withdraw: { to: 'withdrawn', by: ['subject'] },
  },
  /** The subject has the answer; it may contest it, accept it, or leave it: then it stays answered. */
  answered: {
    contest: { to: 'contested', by: ['subject'] },
    accept: { to: 'accepted', by: ['subject'] },
    withdraw: { to: 'withdrawn', by: ['subject'] },
  },
  contested: {
    decide: { to: 'decided', by: ['audit'] },
    withdraw: { to: 'withdrawn', by: ['subject'] },
  },
  decided: {},
  accepted: {},
  withdrawn: {},
};

/** The next state, or null when nobody may do that now or this party may not. */
export function nextDispute(state: DisputeState, act: DisputeAct, party: DisputeParty): DisputeState | null {
  const transition = disputeTransitions[state][act];
  return transition?.by.includes(party) ? transition.to : null;
}

/** Acts that a party has now. */
export function disputeActs(state: DisputeState, party: DisputeParty): DisputeAct[] {
  return (Object.keys(disputeTransitions[state]) as DisputeAct[]).filter((act) => nextDispute(state, act, party));
}

export const isClosed = (state: DisputeState): boolean => Object.keys(disputeTransitions[state]).length === 0;
/** Somebody must do something by a day. */
export const isWaiting = (state: DisputeState): boolean =>
  state === 'open' || state === 'escalated' || state === 'contested';
