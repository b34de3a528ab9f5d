/** One attempt to deliver a message: signed, timed, and told apart from a stop of this program. */
import type { AppContext } from '../../context.ts';
import type { ExchangeRules } from '../policy/index.ts';
import type { Allowing } from './addresses.ts';
import { type Answer, type Connections, type Post, postMessage } from './post-message.ts';
import { signingKeys } from './signing-key.ts';

/** As the log of deliveries keeps it. `status`: of HTTP; null where nothing answered. */
export interface Attempt {
  readonly status: number | null;
  readonly milliseconds: number;
}

/** Null when there is no key to sign with, or the program stops: that is no failure of theirs, and it is sent again with its key. */
export async function attemptPost(
  ctx: AppContext,
  allowing: Allowing,
  message: Pick<Post, 'url' | 'body' | 'idempotencyKey'>,
  over: { readonly connections: Connections; readonly signal: AbortSignal },
): Promise<{ readonly answer: Answer; readonly attempt: Attempt } | null> {
  const [key] = signingKeys(ctx.config.keysDir);
  if (!key) return null;
  const began = performance.now();
  const answer = await postMessage(allowing, key, {
    ...message,
    ...over,
    created: Math.floor(Date.parse(ctx.clock.now()) / 1000),
    timeoutMs: ctx.policy().exchange().attempts.timeoutSeconds * 1000,
  });
  if (over.signal.aborted && answer.kind === 'failed') return null;
  const status = answer.kind === 'answered' ? answer.status : null;
  return { answer, attempt: { status, milliseconds: Math.round(performance.now() - began) } };
}

/** Milliseconds until the next attempt, by the failures before it. */
export const waitOf = (rules: ExchangeRules, failures: number): number => {
  const waits = rules.attempts.waitSeconds;
  return (waits[Math.min(failures, waits.length - 1)] ?? 60) * 1000;
};
