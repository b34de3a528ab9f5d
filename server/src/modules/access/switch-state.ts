/** A request to throw the switch: asked by one administrator, confirmed by another. Pure. */
export const switchRequestStates = ['waiting', 'confirmed', 'withdrawn', 'lapsed'] as const;
export type SwitchRequestState = (typeof switchRequestStates)[number];
export type SwitchRequestAct = 'confirm' | 'withdraw' | 'lapse';

export const switchRequestTable: Readonly<
  Record<SwitchRequestState, Readonly<Partial<Record<SwitchRequestAct, SwitchRequestState>>>>
> = {
  waiting: { confirm: 'confirmed', withdraw: 'withdrawn', lapse: 'lapsed' },
  confirmed: {},
  withdrawn: {},
  lapsed: {},
};

/** The state after an act; null where the act is not open. */
export const afterSwitchAct = (state: SwitchRequestState, act: SwitchRequestAct): SwitchRequestState | null =>
  switchRequestTable[state][act] ?? null;
