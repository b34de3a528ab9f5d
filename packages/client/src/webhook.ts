/**
 * A webhook is believed only when the platform signed it (RFC 9421 with Content-Digest, RFC 9530), a short while ago, for this
 * address, and it was not seen before. The platform sends a message again until it is taken: then its id is the same and its
 * nonce another, and it is answered with success and not acted on twice. The same bytes twice are a replay.
 */
import { createHash, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import type { WebhookMessage } from '@chengxin/contract';

export interface ReceivedWebhook {
  readonly method: string;
  /** Host with port as this server is reached from outside: what the platform was told to call. */
  readonly host: string;
  /** Path with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As it came, before any parsing. */
  readonly body: string;
}

/** Remembers for a while. In several processes or over a restart keep it in your database: `add` must be atomic. */
export interface SeenStore {
  /** False when it is there already. @param untilSeconds may be forgotten after this, in seconds since 1970 */
  add(key: string, untilSeconds: number): boolean | Promise<boolean>;
}

export interface VerifyOptions {
  /** Key id → PEM, from `client.platformKeys()`; called again with the id that was not among them. */
  readonly keys: (missingKeyId: string | null) => Promise<ReadonlyMap<string, string>> | ReadonlyMap<string, string>;
  readonly seen: SeenStore;
  /** How far the two clocks may differ, in seconds; 300 unless told. */
  readonly windowSeconds?: number;
  /** Seconds since 1970, for tests. */
  readonly nowSeconds?: () => number;
}

export type WebhookFault = 'unsigned' | 'coverage' | 'window' | 'key' | 'signature' | 'digest' | 'replayed' | 'shape';

const words: Readonly<Record<WebhookFault, { zh: string; en: string }>> = {
  unsigned: { zh: '通知没有签名，已拒绝。', en: 'The message is not signed and was refused.' },
  coverage: { zh: '签名没有覆盖全部必要内容，已拒绝。', en: 'Too little is signed; the message was refused.' },
  window: {
    zh: '通知的时间超出允许范围，已拒绝；请核对本机时钟。',
    en: 'The message is too old or from the future; check the clock of this machine.',
  },
  key: {
    zh: '签名所用的密钥不是平台公布的密钥，已拒绝。',
    en: 'The key is none of the platform; the message was refused.',
  },
  signature: { zh: '签名不成立，已拒绝。', en: 'The signature does not hold; the message was refused.' },
  digest: { zh: '正文与签名不符，已拒绝。', en: 'The body is not the one that was signed.' },
  replayed: { zh: '同一通知重复投递，已拒绝。', en: 'The same message was played again and was refused.' },
  shape: { zh: '通知内容无法识别，已拒绝。', en: 'The content is none that is known; the message was refused.' },
};

/** Answer with `status`, and do nothing. */
export class WebhookRefused extends Error {
  readonly fault: WebhookFault;
  readonly status: 400 | 401 | 409;
  readonly words: { readonly zh: string; readonly en: string };

  constructor(fault: WebhookFault) {
    super(words[fault].en);
    this.name = 'WebhookRefused';
    this.fault = fault;
    this.words = words[fault];
    this.status = fault === 'replayed' ? 409 : fault === 'shape' ? 400 : 401;
  }
}

export interface VerifiedWebhook {
  readonly message: WebhookMessage;
  /** The platform sent it again: answer with success, do nothing. */
  readonly repeated: boolean;
}

/** In memory, limited: what is oldest goes first. */
export function memoryStore(limit = 100_000): SeenStore {
  const kept = new Set<string>();
  return {
    add(key) {
      if (kept.has(key)) return false;
      if (kept.size >= limit) {
        const oldest = kept.values().next().value;
        if (oldest !== undefined) kept.delete(oldest);
      }
      kept.add(key);
      return true;
    },
  };
}

const defaultWindow = 300;
/** Messages are sent again for as long as a check is watched: a year at most. */
const rememberMessages = 366 * 86_400;
const maxBody = 65_536;
const needed = ['@method', '@authority', '@path', '@query', 'content-digest', 'idempotency-key'];

function headerOf({ headers }: ReceivedWebhook, name: string): string {
  const value = headers[name];
  if (typeof value !== 'string') throw new WebhookRefused(name.startsWith('signature') ? 'unsigned' : 'coverage');
  return value;
}

function componentOf(received: ReceivedWebhook, name: string): string {
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
      return headerOf(received, name).trim();
  }
}

interface Signed {
  readonly covered: readonly string[];
  readonly params: string;
  readonly signature: Buffer;
  readonly created: number;
  readonly keyId: string;
  readonly nonce: string;
}

function readSignature(received: ReceivedWebhook): Signed {
  const input = /^chengxin=(\(([^)]{0,500})\)(;.{0,500}))$/.exec(headerOf(received, 'signature-input'));
  const signature = /^chengxin=:([A-Za-z0-9+/=]{80,100}):$/.exec(headerOf(received, 'signature'));
  if (!input?.[1] || !signature?.[1]) throw new WebhookRefused('unsigned');
  const params = input[3] ?? '';
  return {
    covered: (input[2] ?? '').split(' ').map((word) => word.replaceAll('"', '')),
    params: input[1],
    signature: Buffer.from(signature[1], 'base64'),
    created: Number(/;created=(\d{1,12})(;|$)/.exec(params)?.[1]),
    keyId: /;keyid="([0-9a-f]{16})"/.exec(params)?.[1] ?? '',
    nonce: /;nonce="([\w-]{8,100})"/.exec(params)?.[1] ?? '',
  };
}

async function keyOf(keyId: string, options: VerifyOptions): Promise<string> {
  const found = (await options.keys(null)).get(keyId) ?? (await options.keys(keyId)).get(keyId);
  if (found === undefined) throw new WebhookRefused('key');
  return found;
}

function checkDigest(received: ReceivedWebhook): void {
  const digest = createHash('sha256').update(received.body, 'utf8').digest('base64');
  const right = Buffer.from(`sha-256=:${digest}:`);
  const given = Buffer.from(headerOf(received, 'content-digest'));
  if (given.length !== right.length || !timingSafeEqual(given, right)) throw new WebhookRefused('digest');
}

function readMessage(received: ReceivedWebhook): WebhookMessage {
  try {
    const value = JSON.parse(received.body) as Partial<WebhookMessage>;
    const texts = [value.id, value.receipt, value.pointer, value.at];
    if (
      value.kind === 'check.changed' &&
      texts.every((text) => typeof text === 'string') &&
      value.id === received.headers['idempotency-key']
    )
      return value as WebhookMessage;
  } catch {
    // Told below.
  }
  throw new WebhookRefused('shape');
}

/** @throws WebhookRefused: answer with its status and do nothing */
export async function verifyWebhook(received: ReceivedWebhook, options: VerifyOptions): Promise<VerifiedWebhook> {
  if (received.method !== 'POST' || received.body.length > maxBody) throw new WebhookRefused('shape');
  const signed = readSignature(received);
  if (needed.some((name) => !signed.covered.includes(name)) || signed.nonce === '')
    throw new WebhookRefused('coverage');
  const now = (options.nowSeconds ?? (() => Math.floor(Date.now() / 1000)))();
  const window = options.windowSeconds ?? defaultWindow;
  if (!(Math.abs(now - signed.created) <= window)) throw new WebhookRefused('window');
  const pem = await keyOf(signed.keyId, options);
  const lines = signed.covered.map((name) => `"${name}": ${componentOf(received, name)}`);
  const base = [...lines, `"@signature-params": ${signed.params}`].join('\n');
  if (!verify(null, Buffer.from(base), createPublicKey(pem), signed.signature)) throw new WebhookRefused('signature');
  checkDigest(received);
  const message = readMessage(received);
  // Only what holds takes a place in the store.
  if (!(await options.seen.add(`nonce ${signed.nonce}`, signed.created + 2 * window + 1)))
    throw new WebhookRefused('replayed');
  const fresh = await options.seen.add(`message ${message.id}`, now + rememberMessages);
  return { message, repeated: !fresh };
}
