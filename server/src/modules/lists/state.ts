/**
 * Recognition of a local list entry (国办发〔2020〕49号 item 3; 中办国办 2025-03-21): proposed, told beforehand, heard, reviewed, cleared
 * by another person, decided, delivered, and only then listed; removed early, annulled, or ended by its term.
 */
import type { Procedure } from '../casework/index.ts';

export type ListingState =
  | 'proposed'
  | 'noticed'
  | 'announced'
  | 'defended'
  | 'reviewed'
  | 'cleared'
  | 'decided'
  | 'delivered'
  | 'listed'
  | 'removalAsked'
  | 'removed'
  | 'annulled'
  | 'expired'
  | 'dropped'
  | 'withdrawn';

export type ListingCommand =
  | 'serveNotice'
  | 'announce'
  | 'withdraw'
  | 'defend'
  | 'waive'
  | 'review'
  | 'clear'
  | 'decide'
  | 'deliver'
  | 'list'
  | 'drop'
  | 'askRemoval'
  | 'withdrawRemoval'
  | 'grantRemoval'
  | 'refuseRemoval'
  | 'removeEarly'
  | 'annul'
  | 'endByRepair'
  | 'expire';

/** `subject`: the organisation. `recogniser`: the body that proposes and decides. `platform`: the platform itself. */
export type ListingParty = 'subject' | 'recogniser' | 'platform';

/** Before the notice was served it is the body's own business. */
export const hiddenFromSubject: readonly ListingState[] = ['proposed', 'withdrawn'];
const beforeDecision: readonly ListingState[] = ['noticed', 'announced', 'defended', 'reviewed', 'cleared'];

export const listingProcedure: Procedure<ListingState, ListingCommand, ListingParty> = {
  key: 'listing',
  initial: 'proposed',
  states: [
    'proposed',
    ...beforeDecision,
    'decided',
    'delivered',
    'listed',
    'removalAsked',
    'removed',
    'annulled',
    'expired',
    'dropped',
    'withdrawn',
  ],
  // On the list no clock runs: the term is computed whenever the entry is read.
  closed: ['listed', 'removed', 'annulled', 'expired', 'dropped', 'withdrawn'],
  transitions: [
    { command: 'serveNotice', from: ['proposed'], to: 'noticed', by: ['recogniser'] },
    // An honour harms nobody: it is announced to everybody instead.
    { command: 'announce', from: ['proposed'], to: 'announced', by: ['recogniser'] },
    { command: 'withdraw', from: ['proposed'], to: 'withdrawn', by: ['recogniser'] },
    { command: 'defend', from: ['noticed', 'defended'], to: 'defended', by: ['subject'] },
    { command: 'waive', from: ['noticed'], to: 'defended', by: ['subject'] },
    { command: 'review', from: ['noticed', 'announced', 'defended'], to: 'reviewed', by: ['recogniser'] },
    // 合法性审核 or 集体讨论, by another person than the one who proposed and the one who reviewed.
    { command: 'clear', from: ['reviewed'], to: 'cleared', by: ['recogniser'] },
    { command: 'decide', from: ['cleared'], to: 'decided', by: ['recogniser'] },
    { command: 'deliver', from: ['decided'], to: 'delivered', by: ['recogniser'] },
    { command: 'list', from: ['delivered'], to: 'listed', by: ['recogniser'] },
    { command: 'drop', from: beforeDecision, to: 'dropped', by: ['recogniser'], reasons: 'drop' },
    { command: 'askRemoval', from: ['listed'], to: 'removalAsked', by: ['subject'] },
    { command: 'withdrawRemoval', from: ['removalAsked'], to: 'listed', by: ['subject'] },
    { command: 'grantRemoval', from: ['removalAsked'], to: 'removed', by: ['recogniser'] },
    {
      command: 'refuseRemoval',
      from: ['removalAsked'],
      to: 'listed',
      by: ['recogniser'],
      reasons: 'refuseRemoval',
    },
    { command: 'removeEarly', from: ['listed'], to: 'removed', by: ['recogniser'], reasons: 'removeEarly' },
    {
      command: 'annul',
      from: ['listed', 'removalAsked', 'removed', 'expired'],
      to: 'annulled',
      by: ['recogniser'],
      reasons: 'annul',
    },
    { command: 'endByRepair', from: ['listed', 'removalAsked'], to: 'removed', by: ['platform'] },
    { command: 'expire', from: ['listed', 'removalAsked'], to: 'expired', by: ['platform'] },
  ],
  clocks: [
    { key: 'propose', runsIn: ['proposed'] },
    { key: 'defence', runsIn: ['noticed'] },
    { key: 'announce', runsIn: ['announced'] },
    { key: 'decide', runsIn: ['defended', 'reviewed', 'cleared'] },
    { key: 'deliver', runsIn: ['decided', 'delivered'] },
    { key: 'removal', runsIn: ['removalAsked'] },
  ],
};
