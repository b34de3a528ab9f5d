import type { DisputeView } from '@chengxin/contract';
import type { Key } from '../../shared/i18n/index.tsx';
import type { Tone } from '../../shared/ui/page.tsx';

export type DisputeState = DisputeView['state'];

export const disputeStateKey: Readonly<Record<DisputeState, Key>> = {
  open: 'dispute.state.open',
  escalated: 'dispute.state.escalated',
  answered: 'dispute.state.answered',
  contested: 'dispute.state.contested',
  decided: 'dispute.state.decided',
  accepted: 'dispute.state.accepted',
  withdrawn: 'dispute.state.withdrawn',
};

export const disputeTone: Readonly<Record<DisputeState, Tone | undefined>> = {
  open: 'waiting',
  escalated: 'seal',
  answered: 'done',
  contested: 'waiting',
  decided: 'done',
  accepted: 'done',
  withdrawn: undefined,
};

export const actKey: Readonly<Record<string, Key>> = {
  raise: 'dispute.act.raise',
  answer: 'dispute.act.answer',
  escalate: 'dispute.act.escalate',
  contest: 'dispute.act.contest',
  decide: 'dispute.act.decide',
  accept: 'dispute.act.accept',
  withdraw: 'dispute.act.withdraw',
};
