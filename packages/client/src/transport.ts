/**
 * One request to the platform: a time limit, and another try only where it can do no harm. A check leaves a receipt, a log row
 * and hits that wait for feedback, so that it is never sent again when it may have arrived: only when the platform said that it
 * did not act (429, 503) or was not reached at all. Reading is tried again after any silence.
 */
import { ChengxinError, noAnswer, problemOf } from './problems.ts';

export interface Outgoing {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  readonly body: string | undefined;
}

export interface ClientOptions {
  /** Address of the platform, such as `https://credit.example.gov.cn`. */
  readonly base: string;
  /** The key of this system (`cxk_…`). It stays on the server: never in a page. */
  readonly key?: string;
  /** Instead of a key: headers that prove who asks, made for each request (`ed25519Signer` of `@chengxin/client/signer`). */
  readonly sign?: (request: Outgoing) => Readonly<Record<string, string>>;
  /** Longest wait for one answer, in milliseconds; 10 seconds unless told. */
  readonly timeoutMs?: number;
  /** Further tries at most; 2 unless told. */
  readonly retries?: number;
  /** Longest pause between two tries, in milliseconds; when the platform asks for a longer one, the call fails and says it. */
  readonly longestPauseMs?: number;
  /** Instead of the global one, for tests. */
  readonly fetch?: typeof fetch;
}

export interface CallOptions {
  /** Ends the call, also while it waits for another try. */
  readonly signal?: AbortSignal;
}

export interface Call extends CallOptions {
  readonly method: Outgoing['method'];
  /** Below `/api/v1`. */
  readonly path: string;
  readonly body?: unknown;
}

export interface Transport {
  send<T>(call: Call): Promise<T>;
}

const maxRetries = 10;
const firstPauseMs = 200;
/** Longest answer that is read: a check has some kilobytes. */
const maxAnswerBytes = 8 * 1024 * 1024;

/** Seconds of a Retry-After (RFC 9110 §10.2.3): a number, or a day of HTTP. */
export function retryAfterOf(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\d{1,6}$/.test(header.trim())) return Number(header.trim());
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - nowMs) / 1000));
}

/** Errors of a connection that was never made: nothing was sent. */
const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

function wasNeverSent(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && neverSent.has(String(at.code))) return true;
    if (at instanceof AggregateError && at.errors.some(wasNeverSent)) return true;
  }
  return false;
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    function stop(): void {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    signal?.addEventListener('abort', stop, { once: true });
  });
}

async function textOf(response: Response): Promise<string> {
  const text = await response.text();
  if (text.length <= maxAnswerBytes) return text;
  throw problemOf(response.status, '', null);
}

interface Tried<T> {
  readonly value?: T;
  readonly error?: ChengxinError;
  /** Whether the platform certainly did nothing. */
  readonly undone?: boolean;
}

class HttpTransport implements Transport {
  readonly #options: ClientOptions;
  readonly #base: string;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#base = `${options.base.replace(/\/+$/, '')}/api/v1`;
  }

  async send<T>(call: Call): Promise<T> {
    const { retries = 2, longestPauseMs = 5_000 } = this.#options;
    for (let tried = 0; ; tried++) {
      const { value, error, undone } = await this.#once<T>(call);
      if (error === undefined) return value as T;
      const again = error.withoutAnswer && error.status !== 500 && (call.method === 'GET' || undone === true);
      const asked = error.retryAfterSeconds === null ? null : error.retryAfterSeconds * 1000;
      if (!again || tried >= Math.min(retries, maxRetries) || (asked ?? 0) > longestPauseMs) throw error;
      await pause(asked ?? Math.min(longestPauseMs, firstPauseMs * 2 ** tried), call.signal);
    }
  }

  async #once<T>({ method, path, body, signal }: Call): Promise<Tried<T>> {
    const { timeoutMs = 10_000, key, sign, fetch: send = fetch } = this.#options;
    const url = `${this.#base}${path}`;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = {
      accept: 'application/json',
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...sign?.({ method, url, body: text }),
    };
    const limit = AbortSignal.timeout(timeoutMs);
    const stop = signal === undefined ? limit : AbortSignal.any([limit, signal]);
    try {
      // A redirect could carry the key to somebody else.
      const response = await send(url, { method, headers, body: text, signal: stop, redirect: 'error' });
      const answer = await textOf(response);
      if (!response.ok) {
        const error = problemOf(response.status, answer, retryAfterOf(response.headers.get('retry-after'), Date.now()));
        return { error, undone: response.status === 429 || response.status === 503 };
      }
      return { value: (answer === '' ? undefined : JSON.parse(answer)) as T };
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof ChengxinError) return { error };
      if (error instanceof SyntaxError) return { error: problemOf(200, '', null) };
      return { error: noAnswer(limit.aborted ? 'timeout' : 'unreachable', error), undone: wasNeverSent(error) };
    }
  }
}

/** @throws TypeError when the options cannot be meant */
export function createTransport(options: ClientOptions): Transport {
  if (!URL.canParse(options.base))
    throw new TypeError('base: the address of the platform, such as https://credit.example.gov.cn');
  if ((options.key === undefined) === (options.sign === undefined))
    throw new TypeError('give key or sign, and one of them');
  return new HttpTransport(options);
}
