/** One signed POST to a receiver: checked address, no redirect, limited time and answer. Knows nothing of the database. */
import { randomBytes } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { AddressRefused, type Allowing, checkedLookup, checkLiteral, checkUrl } from './addresses.ts';
import { signedHeaders } from './sign-request.ts';
import type { SigningKey } from './signing-key.ts';

/** Longest answer that is read, in bytes; a receipt has some hundred. */
const maxAnswer = 16_384;

export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | { readonly kind: 'failed'; readonly problem: Failure };
export type Failure = 'timeout' | 'connection' | 'name' | 'address' | 'tls' | 'tooLarge';

/** Connections of one receiver, kept open between messages; each new one is looked up and checked again. */
export type Connections = HttpAgent | HttpsAgent;
export function openConnections(url: URL, limit: number): Connections {
  const options = { keepAlive: true, maxSockets: limit, maxFreeSockets: limit, timeout: 30_000 };
  return url.protocol === 'http:' ? new HttpAgent(options) : new HttpsAgent(options);
}

function failureOf(error: unknown): Failure {
  if (error instanceof AddressRefused) return 'address';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) return 'timeout';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'name';
  if (/^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO|ERR_SSL)/.test(code)) return 'tls';
  return 'connection';
}

async function bodyOf(response: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxAnswer) {
      response.destroy();
      return null;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export interface Post {
  readonly url: string;
  readonly body: string;
  readonly idempotencyKey: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly timeoutMs: number;
  readonly connections: Connections;
  readonly signal: AbortSignal;
}

/** Never throws for what the other side does. */
export async function postMessage(config: Allowing, key: SigningKey, post: Post): Promise<Answer> {
  try {
    const url = checkUrl(config, post.url);
    checkLiteral(config, url);
    const headers = signedHeaders(
      {
        url,
        body: post.body,
        idempotencyKey: post.idempotencyKey,
        created: post.created,
        nonce: randomBytes(18).toString('base64url'),
      },
      key,
    );
    const signal = AbortSignal.any([AbortSignal.timeout(post.timeoutMs), post.signal]);
    const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = send(url, {
        method: 'POST',
        agent: post.connections,
        lookup: checkedLookup(config, url),
        signal,
        headers: { ...headers, 'content-length': Buffer.byteLength(post.body), 'user-agent': 'chengxin' },
      });
      request.once('response', resolve);
      request.once('error', reject);
      request.end(post.body);
    });
    const body = await bodyOf(response);
    if (body === null) return { kind: 'failed', problem: 'tooLarge' };
    return { kind: 'answered', status: response.statusCode ?? 0, body };
  } catch (error) {
    return { kind: 'failed', problem: failureOf(error) };
  }
}
