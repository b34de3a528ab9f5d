/** What an account is and what may be done with it, pure. The guarded writes in queries.ts follow this table. */
import type { AccountState } from '@chengxin/contract';

export type AccountAct =
  | 'disable'
  | 'enable'
  | 'resetPassword'
  | 'transfer'
  | 'rename'
  | 'requestRole'
  | 'revokeRole'
  | 'handOver'
  | 'depart';

export interface StateFacts {
  readonly disabled_at: string | null;
  readonly departed_at: string | null;
  readonly active_until: string | null;
}

/** A departure is for good; a switch goes before a time box. */
export function stateOf(facts: StateFacts, today: string): AccountState {
  if (facts.departed_at !== null) return 'departed';
  if (facts.disabled_at !== null) return 'disabled';
  return facts.active_until !== null && facts.active_until < today ? 'expired' : 'active';
}

/** From which states an act is possible, and where it leads (absent: the state stays). */
export const transitions: Readonly<
  Record<AccountAct, { readonly from: readonly AccountState[]; readonly to?: AccountState }>
> = {
  disable: { from: ['active', 'expired'], to: 'disabled' },
  enable: { from: ['disabled', 'expired'], to: 'active' },
  resetPassword: { from: ['active'] },
  transfer: { from: ['active', 'disabled'] },
  rename: { from: ['active', 'disabled', 'expired'] },
  requestRole: { from: ['active', 'disabled'] },
  revokeRole: { from: ['active', 'disabled', 'expired'] },
  handOver: { from: ['active', 'disabled', 'expired'] },
  depart: { from: ['active', 'disabled', 'expired'], to: 'departed' },
};

export const mayAct = (state: AccountState, act: AccountAct): boolean => transitions[act].from.includes(state);
