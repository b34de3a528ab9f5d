/** An export of non-public information: asked for, decided by somebody else, taken once. Pure. */
export const exportStates = ['waiting', 'approved', 'refused', 'withdrawn', 'lapsed', 'taken'] as const;
export type ExportState = (typeof exportStates)[number];
export type ExportAct = 'approve' | 'refuse' | 'withdraw' | 'lapse' | 'take';

export const exportTable: Readonly<Record<ExportState, Readonly<Partial<Record<ExportAct, ExportState>>>>> = {
  waiting: { approve: 'approved', refuse: 'refused', withdraw: 'withdrawn', lapse: 'lapsed' },
  approved: { take: 'taken', withdraw: 'withdrawn', lapse: 'lapsed' },
  refused: {},
  withdrawn: {},
  lapsed: {},
  taken: {},
};

/** The state after an act; null where the act is not open. */
export const afterExportAct = (state: ExportState, act: ExportAct): ExportState | null =>
  exportTable[state][act] ?? null;

/** What it is now: time ends it without anybody's doing. */
export const exportStateAt = (state: ExportState, lapsesAt: string, now: string): ExportState =>
  (state === 'waiting' || state === 'approved') && Date.parse(lapsesAt) <= Date.parse(now) ? 'lapsed' : state;
