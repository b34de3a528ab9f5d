/**
 * What a receiver does with a take-down message, without any library: check that the platform signed it (RFC 9421 with
 * Content-Digest, RFC 9530), and sign a receipt. Copy this file, or write the same in your own language.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';

export interface Change {
  readonly id: string;
  readonly position: string;
  readonly epoch: number;
  readonly kind: string;
  readonly reason: string;
  readonly asked: 'remove' | 'replace' | 'update' | 'annotate' | 'restore';
  readonly recordId: string;
  readonly replacedBy: string | null;
  readonly item: string;
  readonly subject: { readonly id: string; readonly code: string | null };
  readonly effectiveOn: string;
  readonly changedAt: string;
}

export interface Received {
  readonly method: string;
  /** Host with port, path and query, as this server is reached from outside. */
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export class NotFromThePlatform extends Error {}

/** How far the platform's clock may be from ours, in seconds. */
const skew = 300;

const header = (received: Received, name: string): string => {
  const value = received.headers[name];
  if (typeof value !== 'string') throw new NotFromThePlatform(`the header ${name} is missing`);
  return value;
};

function componentOf(received: Received, name: string): string {
  const at = received.path.indexOf('?');
  switch (name) {
    case '@method':
      return received.method;
    case '@authority':
      return received.host.toLowerCase().replace(/:443$/, '');
    case '@path':
      return at < 0 ? received.path : received.path.slice(0, at);
    case '@query':
      return at < 0 ? '?' : received.path.slice(at);
    default:
      return header(received, name).trim();
  }
}

/** The components that must be signed: with fewer of them a message could be changed on its way. */
const needed = ['@method', '@authority', '@path', '@query', 'content-digest', 'idempotency-key'];

/**
 * The change that was sent, when everything holds. `keys`: key id → public key in PEM, from
 * `GET /api/v1/public/exchange/keys` of the platform.
 */
export function readMessage(received: Received, keys: ReadonlyMap<string, string>, nowSeconds: number): Change {
  const input = /^chengxin=(\(([^)]*)\)(;.*))$/.exec(header(received, 'signature-input'));
  const signature = /^chengxin=:([A-Za-z0-9+/=]+):$/.exec(header(received, 'signature'));
  if (!input?.[1] || !signature?.[1]) throw new NotFromThePlatform('the signature cannot be read');
  const covered = (input[2] ?? '').split(' ').map((word) => word.replaceAll('"', ''));
  if (needed.some((name) => !covered.includes(name))) throw new NotFromThePlatform('too little is signed');
  const created = Number(/;created=(\d+)/.exec(input[3] ?? '')?.[1]);
  if (!(Math.abs(nowSeconds - created) <= skew)) throw new NotFromThePlatform('it is too old, or a clock is wrong');
  const pem = keys.get(/;keyid="([0-9a-f]+)"/.exec(input[3] ?? '')?.[1] ?? '');
  if (pem === undefined) throw new NotFromThePlatform('its key is not known; fetch the keys again');
  const lines = covered.map((name) => `"${name}": ${componentOf(received, name)}`);
  const base = [...lines, `"@signature-params": ${input[1]}`].join('\n');
  if (!verify(null, Buffer.from(base), createPublicKey(pem), Buffer.from(signature[1], 'base64')))
    throw new NotFromThePlatform('the signature does not hold');
  const digest = createHash('sha256').update(received.body, 'utf8').digest('base64');
  const expected = Buffer.from(`sha-256=:${digest}:`);
  const given = Buffer.from(header(received, 'content-digest'));
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new NotFromThePlatform('the body is not the one that was signed');
  return JSON.parse(received.body) as Change;
}

export interface Receipt {
  /** The Idempotency-Key of the message. */
  readonly message: string;
  /** SHA-256 of the body as it was received, hexadecimal. */
  readonly digest: string;
  /** done: acted on it. notHeld: the record is not here. kept: it stays, and why. */
  readonly outcome: 'done' | 'notHeld' | 'kept';
  readonly reason?: string;
  readonly at: string;
  readonly keyId: string;
  readonly signature: string;
}

/** Canonical JSON (RFC 8785) of an object whose values are texts: keys in order, no spaces. */
const canonical = (value: Readonly<Record<string, string>>): string =>
  `{${Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${JSON.stringify(value[key])}`)
    .join(',')}}`;

/** The same id that the platform computes: the first 16 digits of SHA-256 of the public key (SPKI, DER). */
export const keyIdOf = (publicKey: KeyObject): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);

export function signReceipt(
  about: { readonly id: string; readonly body: string },
  outcome: Receipt['outcome'],
  privatePem: string,
  at: string,
  reason?: string,
): Receipt {
  const key = createPrivateKey(privatePem);
  const unsigned = {
    message: about.id,
    digest: createHash('sha256').update(about.body, 'utf8').digest('hex'),
    outcome,
    ...(reason === undefined ? {} : { reason }),
    at,
    keyId: keyIdOf(createPublicKey(key)),
  };
  const signature = sign(null, Buffer.from(canonical(unsigned), 'utf8'), key).toString('base64');
  return { ...unsigned, signature };
}
