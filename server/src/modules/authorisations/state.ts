/**
 * The states of an authorisation by the subject. Asked and granted end by somebody's act; time and uses end them by
 * themselves, which is computed at reading and never stored, so that no job has to run for it. Pure.
 */
export const storedStates = ['asked', 'granted', 'declined', 'withdrawn', 'revoked'] as const;
export type StoredState = (typeof storedStates)[number];
export type AuthorisationState = StoredState | 'lapsed' | 'expired' | 'usedUp';
/** grant, decline, revoke: the organisation. withdraw: the body that asked. */
export type AuthorisationAct = 'grant' | 'decline' | 'revoke' | 'withdraw';

export const authorisationTable: Readonly<
  Record<StoredState, Readonly<Partial<Record<AuthorisationAct, StoredState>>>>
> = {
  asked: { grant: 'granted', decline: 'declined', withdraw: 'withdrawn' },
  granted: { revoke: 'revoked' },
  declined: {},
  withdrawn: {},
  revoked: {},
};

export interface Terms {
  readonly state: StoredState;
  readonly answerBy: string | null;
  readonly validFrom: string | null;
  readonly validTo: string | null;
  readonly usesAllowed: number | null;
  readonly usesMade: number;
}

/** What it is at an instant, on a day in Asia/Shanghai. Silence never grants: an unanswered request lapses. */
export function stateAt(terms: Terms, now: string, today: string): AuthorisationState {
  if (terms.state === 'asked') {
    return terms.answerBy !== null && Date.parse(terms.answerBy) <= Date.parse(now) ? 'lapsed' : 'asked';
  }
  if (terms.state !== 'granted') return terms.state;
  if (terms.validTo === null || today > terms.validTo) return 'expired';
  return terms.usesMade >= (terms.usesAllowed ?? 0) ? 'usedUp' : 'granted';
}

/** The state after an act; null where it is not open. What is used up or over can still be revoked: it ends open uses. */
export function afterAct(terms: Terms, act: AuthorisationAct, now: string, today: string): StoredState | null {
  const current = stateAt(terms, now, today);
  if (current === 'lapsed' || current === 'expired') return null;
  return authorisationTable[terms.state][act] ?? null;
}
