import type { IncomingMessage, ServerResponse } from 'node:http';

export interface ProgressStep {
  readonly zh: string;
  readonly en: string;
  /** Set when the start has failed: the page says so and no longer reloads. */
  readonly failed?: boolean;
}

/** Answers requests while nothing else can: a page that reloads itself, `/readyz` and `/api` with 503. */
export function answerProgress(request: IncomingMessage, response: ServerResponse, step: ProgressStep): void;
