/** What a channel says of one try. */
export interface Outcome {
  readonly state: 'sent' | 'delivered' | 'failed' | 'bounced';
  /** A closed word, never the other side's text: that may hold addresses. */
  readonly problem?: Problem;
  /** The gateway's number of the message. */
  readonly providerId?: string;
}

export type Problem =
  | 'noAddress'
  | 'noRecipient'
  | 'notConfigured'
  | 'refusedAddress'
  | 'refused'
  | 'unreachable'
  | 'timeOut'
  | 'busy'
  | 'badAnswer';

/** Nothing is decided: the same may succeed later. */
export class TryAgain extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`a notice could not be handed over: ${problem}`);
    this.name = 'TryAgain';
    this.problem = problem;
  }
}
