/**
 * A signed HTTP POST to the gateway that the configuration names (SMS, government IM). Nothing that a user or a record says
 * becomes an address, and redirects are not followed: no request to elsewhere can be provoked.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SignedGateway } from '../../../platform/config.ts';
import { type Outcome, TryAgain } from './outcome.ts';

/** HMAC-SHA-256 over `timestamp.text`, in hexadecimal. */
export const signatureOf = (secret: string, timestamp: string, text: string): string =>
  createHmac('sha256', secret).update(`${timestamp}.${text}`).digest('hex');

export function isSignedBy(secret: string, timestamp: string, text: string, given: string): boolean {
  const expected = Buffer.from(signatureOf(secret, timestamp, text), 'hex');
  const actual = Buffer.from(/^[0-9a-f]{64}$/.test(given) ? given : '', 'hex');
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

const maxAnswerBytes = 64 * 1024;

async function limitedText(response: Response): Promise<string> {
  if (!response.body) return '';
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body) {
    bytes += part.length;
    if (bytes > maxAnswerBytes) throw new TryAgain('badAnswer');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** What the gateway may answer: `{"id": "its number", "state": "sent" | "delivered"}`; an empty answer is `sent`. */
function outcomeOf(text: string): Outcome {
  if (text.trim() === '') return { state: 'sent' };
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return { state: 'sent' };
  }
  const { id, state } = (typeof answer === 'object' && answer !== null ? answer : {}) as Record<string, unknown>;
  return {
    state: state === 'delivered' ? 'delivered' : 'sent',
    ...(typeof id === 'string' && id !== '' && id.length <= 200 ? { providerId: id } : {}),
  };
}

const mayPass = (status: number): boolean => status >= 500 || status === 408 || status === 425 || status === 429;

export async function postSigned(
  gateway: SignedGateway,
  body: Readonly<Record<string, unknown>>,
  call: { readonly id: string; readonly at: string; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Outcome> {
  const text = JSON.stringify(body);
  try {
    const response = await fetch(gateway.url, {
      method: 'POST',
      redirect: 'error',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'idempotency-key': call.id,
        'x-chengxin-timestamp': call.at,
        'x-chengxin-signature': signatureOf(gateway.secret, call.at, text),
      },
      body: text,
      signal: AbortSignal.any([call.signal, AbortSignal.timeout(call.timeoutMs)]),
    });
    const answer = await limitedText(response);
    if (response.ok) return outcomeOf(answer);
    if (mayPass(response.status)) throw new TryAgain('busy');
    // 404 and 410 are the address's fault where a gateway says so for one number; a wrong URL fails all alike.
    return response.status === 410
      ? { state: 'bounced', problem: 'refusedAddress' }
      : { state: 'failed', problem: 'refused' };
  } catch (error) {
    if (error instanceof TryAgain) throw error;
    const timedOut = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
    throw new TryAgain(timedOut ? 'timeOut' : 'unreachable');
  }
}
