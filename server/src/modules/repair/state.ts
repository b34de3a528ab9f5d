/**
 * The procedure of a repair (36号令, 国办发〔2025〕22号; market supervision: 国市监信规〔2021〕3号): applied for at the single
 * window or a window that relays, accepted and decided by the body that recognised the fact, passed back, ended everywhere.
 */
import type { Procedure } from '../casework/index.ts';

export const repairStates = [
  'draft',
  'submitted',
  'forwarded',
  'supplementRequested',
  'accepted',
  'notAccepted',
  'inReview',
  'expertReview',
  'approved',
  'rejected',
  'synced',
  'confirmed',
  'withdrawn',
  'moot',
  'revoked',
] as const;
export type RepairState = (typeof repairStates)[number];

export type RepairCommand =
  | 'submit'
  | 'forward'
  | 'accept'
  | 'refuseAcceptance'
  | 'requestSupplement'
  | 'supplement'
  | 'beginReview'
  | 'beginExpertReview'
  | 'endExpertReview'
  | 'approve'
  | 'reject'
  | 'sync'
  | 'confirm'
  | 'withdraw'
  | 'closeMoot'
  | 'revoke'
  | 'reopen';

/**
 * `subject`: the organisation, or whoever files for it. `recogniser`: the body that made the decision, or its successor.
 * `platform`: the credit office and the platform itself.
 */
export type RepairParty = 'subject' | 'recogniser' | 'platform';

/** Before the decision: it may be withdrawn, and it ends when the record stops being shown by itself. */
export const undecided: readonly RepairState[] = [
  'draft',
  'submitted',
  'forwarded',
  'supplementRequested',
  'accepted',
  'inReview',
  'expertReview',
];
export const repaired: readonly RepairState[] = ['approved', 'synced', 'confirmed'];
const beingHandled: readonly RepairState[] = ['submitted', 'forwarded', 'accepted', 'inReview'];

function procedureOf(key: string): Procedure<RepairState, RepairCommand, RepairParty> {
  return {
    key,
    initial: 'draft',
    states: repairStates,
    closed: ['notAccepted', 'rejected', 'confirmed', 'withdrawn', 'moot', 'revoked'],
    transitions: [
      { command: 'submit', from: ['draft'], to: 'submitted', by: ['subject'] },
      { command: 'forward', from: ['submitted'], to: 'forwarded', by: ['platform'] },
      { command: 'accept', from: ['forwarded'], to: 'accepted', by: ['recogniser'] },
      {
        command: 'refuseAcceptance',
        from: ['forwarded', 'supplementRequested'],
        to: 'notAccepted',
        by: ['recogniser'],
        reasons: 'refusal',
      },
      // Everything that is missing is named once (深圳 art. 81).
      { command: 'requestSupplement', from: ['forwarded'], to: 'supplementRequested', by: ['recogniser'] },
      { command: 'supplement', from: ['supplementRequested'], to: 'forwarded', by: ['subject'] },
      { command: 'beginReview', from: ['accepted'], to: 'inReview', by: ['recogniser'] },
      // Tests, inspections and expert opinions do not count (河南 art. 41(3), by analogy).
      { command: 'beginExpertReview', from: ['accepted', 'inReview'], to: 'expertReview', by: ['recogniser'] },
      { command: 'endExpertReview', from: ['expertReview'], to: 'inReview', by: ['recogniser'] },
      { command: 'approve', from: ['accepted', 'inReview'], to: 'approved', by: ['recogniser'] },
      { command: 'reject', from: ['accepted', 'inReview'], to: 'rejected', by: ['recogniser'], reasons: 'refusal' },
      { command: 'sync', from: ['approved'], to: 'synced', by: ['platform'] },
      { command: 'confirm', from: ['synced'], to: 'confirmed', by: ['platform'] },
      { command: 'withdraw', from: undecided, to: 'withdrawn', by: ['subject'] },
      { command: 'closeMoot', from: undecided, to: 'moot', by: ['platform'], reasons: 'moot' },
      { command: 'revoke', from: repaired, to: 'revoked', by: ['recogniser'], reasons: 'revoke' },
      // Another result after an objection (E9) or a review.
      { command: 'reopen', from: ['notAccepted', 'rejected'], to: 'inReview', by: ['platform'], reasons: 'reopen' },
    ],
    clocks: [
      { key: 'draft', runsIn: ['draft'] },
      { key: 'forward', runsIn: ['submitted'] },
      { key: 'accept', runsIn: ['forwarded'], pausesIn: ['supplementRequested'] },
      { key: 'supplement', runsIn: ['supplementRequested'] },
      { key: 'decide', runsIn: ['accepted', 'inReview'], pausesIn: ['expertReview'] },
      { key: 'total', runsIn: beingHandled, pausesIn: ['supplementRequested', 'expertReview'] },
      { key: 'sync', runsIn: ['approved'] },
      { key: 'confirm', runsIn: ['synced'] },
    ],
  };
}

export const repairProcedure = procedureOf('repair');
/** The same steps with the days of market supervision. */
export const marketRepairProcedure = procedureOf('repairMarket');
export const repairProcedures = [repairProcedure, marketRepairProcedure] as const;
export const repairKeys: readonly string[] = repairProcedures.map(({ key }) => key);
