/** A message signed by RFC 9421 with its Content-Digest (RFC 9530), as a receiver checks it. Pure but for the key. */
import { createHash } from 'node:crypto';
import { type BareItem, type InnerList, serializeInnerList } from 'structured-headers';
import type { SigningKey } from './signing-key.ts';

export interface Outgoing {
  readonly url: URL;
  readonly body: string;
  readonly idempotencyKey: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly nonce: string;
}

const covered = [
  '@method',
  '@authority',
  '@path',
  '@query',
  'content-type',
  'content-digest',
  'idempotency-key',
] as const;

export const contentDigest = (body: string): string =>
  `sha-256=:${createHash('sha256').update(body, 'utf8').digest('base64')}:`;

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };
/** RFC 9421 §2.2.3: lower case, without the scheme's own port. */
const authorityOf = (url: URL): string =>
  url.port && url.port !== defaultPorts[url.protocol] ? `${url.hostname}:${url.port}` : url.hostname;

export function signedHeaders(message: Outgoing, key: Pick<SigningKey, 'keyId' | 'sign'>): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'content-digest': contentDigest(message.body),
    'idempotency-key': message.idempotencyKey,
  };
  const values: Record<string, string> = {
    '@method': 'POST',
    '@authority': authorityOf(message.url).toLowerCase(),
    '@path': message.url.pathname,
    '@query': message.url.search === '' ? '?' : message.url.search,
    ...headers,
  };
  const parameters = new Map<string, BareItem>([
    ['created', message.created],
    ['keyid', key.keyId],
    ['nonce', message.nonce],
    ['alg', 'ed25519'],
  ]);
  const list: InnerList = [covered.map((name) => [name, new Map()]), parameters];
  const input = serializeInnerList(list);
  const base = [...covered.map((name) => `"${name}": ${values[name]}`), `"@signature-params": ${input}`].join('\n');
  return {
    ...headers,
    'signature-input': `chengxin=${input}`,
    signature: `chengxin=:${key.sign(Buffer.from(base, 'utf8')).toString('base64')}:`,
  };
}
