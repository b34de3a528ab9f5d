/** The one way to the server: JSON in and out, problems (RFC 9457) as errors, keys against doubled writes. */
import type { Problem } from './types.ts';

export const apiBase = '/api/v1';

/** Any failed call. `status` 0: the server was not reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem | null;

  constructor(status: number, problem: Problem | null) {
    super(problem?.detailEn ?? (status === 0 ? 'The server was not reached.' : `The server answered ${status}.`));
    this.name = 'ApiError';
    this.status = status;
    this.problem = problem;
  }
}

export type Query = Readonly<Record<string, string | number | undefined | null>>;

/** Path with its query; empty values are left out. */
export function apiPath(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') params.set(key, String(value));
  }
  const text = params.toString();
  return `${apiBase}${path}${text ? `?${text}` : ''}`;
}

/** A uuid also where the page is not a secure context (an intranet address without TLS). */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function problemFrom(text: string): Problem | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'detail' in value ? (value as Problem) : null;
  } catch {
    return null;
  }
}

let onSignedOut: () => void = () => {};
/** Called when the server says that the session has ended. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** Keys of writes whose answer never came: the same write sent again takes the same key. */
const unanswered = new Map<string, string>();

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly query?: Query | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** False for a POST that writes nothing. */
  readonly once?: boolean;
}

export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const { method = 'GET', body, query, signal, once = true } = options;
  const headers: Record<string, string> = { accept: 'application/json' };
  const json = body === undefined ? undefined : JSON.stringify(body);
  if (json !== undefined) headers['content-type'] = 'application/json';
  const write = `${method} ${path} ${json ?? ''}`;
  if (method === 'POST' && once) {
    const key = unanswered.get(write) ?? newKey();
    unanswered.set(write, key);
    headers['idempotency-key'] = key;
  }
  const response = await fetch(apiPath(path, query), { method, headers, body: json, signal: signal ?? null }).catch(
    (error: unknown) => {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      throw new ApiError(0, null);
    },
  );
  if (response.status < 500) unanswered.delete(write);
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  const problem = problemFrom(await response.text());
  if (response.status === 401 && !path.startsWith('/session')) onSignedOut();
  throw new ApiError(response.status, problem);
}
