/**
 * The procedure of an objection (山东省社会信用条例 art. 39; 深圳经济特区社会信用条例 art. 48 to 52; 征信业管理条例 art. 25): taken
 * up, annotated at once, checked by the platform, by the source body where the copy agrees with it, decided, told.
 */
import type { Procedure } from '../casework/index.ts';

export type ObjectionState =
  | 'submitted'
  | 'refusedAcceptance'
  | 'withdrawn'
  | 'accepted'
  | 'forwarded'
  | 'expertReview'
  | 'answered'
  | 'upheld'
  | 'partlyUpheld'
  | 'dismissed'
  | 'undetermined'
  | 'closed';

export type ObjectionCommand =
  | 'accept'
  | 'refuseAcceptance'
  | 'withdraw'
  | 'forward'
  | 'answer'
  | 'proposeCorrection'
  | 'beginExpertReview'
  | 'endExpertReview'
  | 'uphold'
  | 'upholdPartly'
  | 'dismiss'
  | 'leaveUndetermined'
  | 'notify'
  | 'reopen';

/** `platform`: the credit office. `provider`: the body that reported the record. `subject`: whom it is about. */
export type ObjectionParty = 'subject' | 'platform' | 'provider';

const decided: readonly ObjectionState[] = ['upheld', 'partlyUpheld', 'dismissed', 'undetermined'];
const deciding: readonly ObjectionState[] = ['accepted', 'answered'];
const beingChecked: readonly ObjectionState[] = ['accepted', 'forwarded', 'answered'];

export const objectionProcedure: Procedure<ObjectionState, ObjectionCommand, ObjectionParty> = {
  key: 'objection',
  initial: 'submitted',
  states: [
    'submitted',
    'refusedAcceptance',
    'withdrawn',
    'accepted',
    'forwarded',
    'expertReview',
    'answered',
    ...decided,
    'closed',
  ],
  closed: ['refusedAcceptance', 'withdrawn', 'closed'],
  transitions: [
    { command: 'accept', from: ['submitted'], to: 'accepted', by: ['platform'] },
    {
      command: 'refuseAcceptance',
      from: ['submitted'],
      to: 'refusedAcceptance',
      by: ['platform'],
      reasons: 'refuseAcceptance',
    },
    { command: 'withdraw', from: ['submitted', ...beingChecked], to: 'withdrawn', by: ['subject'] },
    { command: 'forward', from: ['accepted'], to: 'forwarded', by: ['platform'] },
    { command: 'answer', from: ['forwarded'], to: 'answered', by: ['provider'] },
    // What the record should say, by the source or, after its own check, by the platform; applied when it is upheld.
    { command: 'proposeCorrection', from: ['accepted'], to: 'accepted', by: ['platform'] },
    { command: 'proposeCorrection', from: ['forwarded'], to: 'forwarded', by: ['provider'] },
    { command: 'proposeCorrection', from: ['answered'], to: 'answered', by: ['platform', 'provider'] },
    // Tests, inspections and expert opinions do not count (河南省社会信用条例 art. 41(3)).
    { command: 'beginExpertReview', from: beingChecked, to: 'expertReview', by: ['platform', 'provider'] },
    { command: 'endExpertReview', from: ['expertReview'], to: 'answered', by: ['platform', 'provider'] },
    { command: 'uphold', from: deciding, to: 'upheld', by: ['platform'], reasons: 'decide' },
    { command: 'upholdPartly', from: deciding, to: 'partlyUpheld', by: ['platform'], reasons: 'decide' },
    { command: 'dismiss', from: deciding, to: 'dismissed', by: ['platform'], reasons: 'dismiss' },
    { command: 'leaveUndetermined', from: deciding, to: 'undetermined', by: ['platform'], reasons: 'dismiss' },
    { command: 'notify', from: decided, to: 'closed', by: ['platform'] },
    // Another decision after a review, an action or new evidence.
    { command: 'reopen', from: ['closed', 'refusedAcceptance'], to: 'accepted', by: ['platform'], reasons: 'reopen' },
  ],
  clocks: [
    { key: 'accept', runsIn: ['submitted'] },
    { key: 'provider', runsIn: ['forwarded'], pausesIn: ['expertReview'] },
    { key: 'total', runsIn: [...beingChecked, ...decided], pausesIn: ['expertReview'] },
  ],
};

/** While the objection is in one of these, the record says so wherever it is seen. */
export const annotatedStates: readonly ObjectionState[] = [...beingChecked, 'expertReview', 'upheld', 'partlyUpheld'];
