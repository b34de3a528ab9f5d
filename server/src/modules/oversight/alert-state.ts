/**
 * An alert about a way of looking. Pure. It accuses nobody: the officer is told and may reply, a person decides, and an alert
 * that nobody decided in the policy's time expires and is no longer held against anybody.
 */
export type AlertState = 'open' | 'replied' | 'cleared' | 'confirmed' | 'expired';
export type AlertAct = 'reply' | 'clear' | 'confirm' | 'expire';
export type AlertParty = 'officer' | 'audit' | 'clock';

interface Transition {
  readonly to: AlertState;
  readonly by: AlertParty;
}

export const alertStates: readonly AlertState[] = ['open', 'replied', 'cleared', 'confirmed', 'expired'];

const decided = {
  clear: { to: 'cleared', by: 'audit' },
  expire: { to: 'expired', by: 'clock' },
} as const;

export const alertTransitions: Readonly<Record<AlertState, Readonly<Partial<Record<AlertAct, Transition>>>>> = {
  open: { reply: { to: 'replied', by: 'officer' }, confirm: { to: 'confirmed', by: 'audit' }, ...decided },
  replied: { confirm: { to: 'confirmed', by: 'audit' }, ...decided },
  cleared: {},
  confirmed: {},
  expired: {},
};

export function nextAlert(state: AlertState, act: AlertAct, party: AlertParty): AlertState | null {
  const transition = alertTransitions[state][act];
  return transition?.by === party ? transition.to : null;
}

export function alertActs(state: AlertState, party: AlertParty): AlertAct[] {
  return (Object.keys(alertTransitions[state]) as AlertAct[]).filter((act) => nextAlert(state, act, party));
}
