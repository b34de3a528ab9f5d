/**
 * The life of an official paper: drafted under its number, signed off, printed and sealed, served (党政机关公文处理工作条例
 * art. 24 to 26: 拟稿、审核、签发、用印). Pure. A number that was taken stays in the list, voided or not.
 */
export type PaperState = 'draft' | 'signedOff' | 'sealed' | 'served' | 'voided';
export type PaperCommand = 'revise' | 'signOff' | 'attachSealed' | 'serve' | 'void';

const from: Readonly<Record<PaperCommand, readonly PaperState[]>> = {
  revise: ['draft'],
  signOff: ['draft'],
  // A scan that cannot be read is replaced until the paper was served.
  attachSealed: ['signedOff', 'sealed'],
  serve: ['sealed'],
  void: ['draft', 'signedOff', 'sealed'],
};

export interface SignOffs {
  readonly state: PaperState;
  readonly issuedBy: string | null;
  readonly firstBy: string | null;
}

export type PaperRefusal = 'notInThisState' | 'samePerson' | 'ownDraft' | 'notServed';

export const refusalOf = (command: PaperCommand, state: PaperState): PaperRefusal | null =>
  from[command].includes(state) ? null : 'notInThisState';
export const statesFor = (command: PaperCommand): readonly PaperState[] => from[command];

/**
 * The next sign-off: whoever signs second is neither the first nor the one who drafted it (审核 and 签发 are two persons).
 * Where one suffices, the drafter may be the one.
 */
export function signOff(
  paper: SignOffs,
  needed: 1 | 2,
  by: string,
):
  | { readonly ok: true; readonly place: 'first' | 'second'; readonly next: PaperState }
  | { readonly ok: false; readonly refusal: PaperRefusal } {
  if (refusalOf('signOff', paper.state)) return { ok: false, refusal: 'notInThisState' };
  if (paper.firstBy === null) return { ok: true, place: 'first', next: needed === 1 ? 'signedOff' : 'draft' };
  if (paper.firstBy === by) return { ok: false, refusal: 'samePerson' };
  if (paper.issuedBy === by) return { ok: false, refusal: 'ownDraft' };
  return { ok: true, place: 'second', next: 'signedOff' };
}
