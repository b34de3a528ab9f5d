/** What this module works with: hooks of systems, the checks that are watched for them, messages. */

export type HookState = 'active' | 'ended';
export type MessageState = 'waiting' | 'delivered' | 'dropped';

export interface HookRow {
  readonly hook_id: string;
  readonly client_id: string;
  readonly client_name: string;
  readonly account_id: string;
  readonly body_id: string;
  readonly body_name: string;
  readonly url: string;
  readonly state: HookState;
  readonly followed_to: string;
  readonly failures: number;
  readonly next_attempt_at: string | null;
  readonly last_success_at: string | null;
  readonly last_problem: string | null;
  readonly registered_at: string;
  readonly ended_at: string | null;
  readonly alarm_at: string | null;
  readonly waiting: number;
}

/** An undecided check: whom it was about, for which matter, and what was told last. */
export interface Watch {
  readonly subject_id: string;
  readonly number: string;
  readonly hook_id: string;
  readonly matter: string;
  readonly pointer: string;
}

export interface DueMessage {
  readonly message_id: string;
  readonly hook_id: string;
  readonly number: string;
  readonly pointer: string;
  readonly attempts: number;
  readonly created_at: string;
}
