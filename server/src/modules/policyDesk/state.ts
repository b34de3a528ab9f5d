/** The way of a policy change: typed and pure. Who may do it and what must be there first is the operation's business. */
export type ChangeState = 'drafted' | 'circulated' | 'submitted' | 'scheduled' | 'active' | 'rolledBack' | 'discarded';
export type ChangeCommand =
  | 'circulate'
  | 'revise'
  | 'submit'
  | 'approve'
  | 'reject'
  | 'cancel'
  | 'activate'
  | 'rollBack'
  | 'discard';

const table: Readonly<Record<ChangeState, Readonly<Partial<Record<ChangeCommand, ChangeState>>>>> = {
  drafted: { circulate: 'circulated', discard: 'discarded' },
  circulated: { revise: 'drafted', submit: 'submitted', discard: 'discarded' },
  submitted: { approve: 'scheduled', reject: 'drafted', discard: 'discarded' },
  scheduled: { activate: 'active', cancel: 'discarded' },
  active: { rollBack: 'rolledBack' },
  rolledBack: {},
  discarded: {},
};

export const nextState = (state: ChangeState, command: ChangeCommand): ChangeState | null =>
  table[state][command] ?? null;
export const commandsOf = (state: ChangeState): ChangeCommand[] => Object.keys(table[state]) as ChangeCommand[];

/** A unit that never answers holds nobody up for ever: after the day it is shown as not confirmed. */
export function answerOf(
  unit: { readonly answer: 'confirmed' | 'objected' | null },
  replyDueOn: string | null,
  today: string,
): 'waiting' | 'confirmed' | 'objected' | 'notConfirmed' {
  if (unit.answer !== null) return unit.answer;
  return replyDueOn !== null && today > replyDueOn ? 'notConfirmed' : 'waiting';
}
