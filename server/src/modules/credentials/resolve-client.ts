/**
 * Who a system is: by a bearer key, by a signature, or through a gateway that vouches for its line and an application token.
 * Everything that does not hold gets one and the same answer, and is counted by address before it is given.
 */
import { timingSafeEqual } from 'node:crypto';
import { Transform } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { Actor, AppContext } from '../../context.ts';
import { writeRefusal } from '../../platform/access-log/index.ts';
import { sharedBy } from '../../platform/batcher.ts';
import { DomainError } from '../../platform/errors.ts';
import type { ResolvedActor } from '../../platform/http/index.ts';
import { type ActorResolver, accountActor, anonymousActor } from '../identity/index.ts';
import { holdsAddress, readAddresses } from './addresses.ts';
import {
  type GatewayRow,
  gatewayByCertificate,
  gatewayById,
  insertNonce,
  type LiveKey,
  liveKeys,
  noteKeyUse,
} from './client-queries.ts';
import { hashSecret } from './secrets.ts';
import {
  type BodyDigest,
  digestOf,
  isTimely,
  parseSignature,
  SignatureShapeError,
  type SignedRequest,
  verifySignature,
} from './signature.ts';

/** `cxk_<key id>_<secret>`: the id finds the key, the secret is compared by its hash. */
const keyPattern = /^cx([kag])_([0-9a-f-]{36})_([A-Za-z0-9_-]{43})$/;
const maxToken = 200;
const noteEveryMs = 60_000;

export const tokenOf = (letter: 'k' | 'a' | 'g', id: string, secret: string): string => `cx${letter}_${id}_${secret}`;

interface Token {
  readonly letter: string;
  readonly id: string;
  readonly secret: string;
}
function readToken(text: string | undefined): Token | null {
  const match = text !== undefined && text.length <= maxToken ? keyPattern.exec(text) : null;
  return match ? { letter: match[1] ?? '', id: match[2] ?? '', secret: match[3] ?? '' } : null;
}

const equal = (a: Buffer | null, b: Buffer): boolean => a !== null && a.length === b.length && timingSafeEqual(a, b);

/** Told to whoever shows something that does not hold; the log knows which of these it was. */
class Refused extends Error {
  readonly reason: string;
  /** What a developer may read, since it says nothing about keys. */
  readonly hint: string | null;
  constructor(reason: string, hint: string | null = null) {
    super(reason);
    this.reason = reason;
    this.hint = hint;
  }
}

const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

function signedRequest(request: FastifyRequest): SignedRequest {
  return { method: request.method, url: request.raw.url ?? request.url, host: request.host, headers: request.headers };
}

/** Requests that arrive together are looked up together; each look-up begins after its request, so a revoked key never works. */
const liveKey = sharedBy(async (ctx: AppContext, keyIds: readonly string[]): Promise<(LiveKey | null)[]> => {
  const found = await liveKeys(ctx.db.app, [...new Set(keyIds)], ctx.clock.now());
  const byId = new Map(found.map((key) => [key.key_id, key]));
  return keyIds.map((id) => byId.get(id) ?? null);
});

async function byBearer(ctx: AppContext, header: string): Promise<LiveKey> {
  const token = readToken(header.slice('bearer '.length).trim());
  if (token?.letter !== 'k') throw new Refused('malformedKey');
  const key = await liveKey(ctx, token.id);
  const hash = hashSecret(ctx, 'key', token.secret);
  if (key?.kind !== 'bearer' || !equal(key.secret_hash, hash)) throw new Refused('unknownKey');
  if (key.signature_required) throw new Refused('signatureRequired', 'this client must sign its requests (RFC 9421)');
  return key;
}

const bodyDigests = new WeakMap<FastifyRequest, BodyDigest>();
const hasBody = (request: FastifyRequest): boolean =>
  Number(request.headers['content-length'] ?? 0) > 0 || request.headers['transfer-encoding'] !== undefined;

async function bySignature(ctx: AppContext, request: FastifyRequest): Promise<LiveKey> {
  const parsed = parseSignature(signedRequest(request));
  if (!parsed) throw new Refused('noSignature');
  const now = ctx.clock.now();
  const { skewSeconds } = ctx.policy().signIn().clients;
  if (!isTimely(parsed, Math.floor(Date.parse(now) / 1000), skewSeconds))
    throw new Refused('clock', `created must be within ${skewSeconds} seconds of now: ${now}`);
  const key = await liveKey(ctx, parsed.keyId);
  if (!key || (key.kind !== 'ed25519' && key.kind !== 'sm2') || key.public_key === null)
    throw new Refused('unknownKey');
  if (!verifySignature(parsed, key.kind, key.public_key)) throw new Refused('wrongSignature');
  const digest = request.headers['content-digest'];
  if (hasBody(request)) {
    if (!parsed.covered.includes('content-digest') || typeof digest !== 'string')
      throw new Refused('noDigest', 'a request with a body covers content-digest (RFC 9530)');
    bodyDigests.set(request, digestOf(digest));
  }
  // Only a signature that holds takes a place in the store; it stays until its window is over on both sides.
  const expiresAt = new Date((parsed.created + 2 * skewSeconds + 1) * 1000).toISOString();
  if ((await insertNonce(ctx.db.app, key.key_id, parsed.nonce, expiresAt)) === 0)
    throw new Refused('replayed', 'this nonce was used before');
  return key;
}

/** Certificates are believed from the declared proxy only; from anybody else the header is what somebody typed. */
function fromTrustedProxy(ctx: AppContext, request: FastifyRequest): boolean {
  const { trustProxy } = ctx.config;
  if (typeof trustProxy === 'boolean') return trustProxy;
  const networks = readAddresses(trustProxy);
  return networks !== null && networks.length > 0 && holdsAddress(networks, request.raw.socket.remoteAddress ?? '');
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

async function gatewayOf(ctx: AppContext, request: FastifyRequest): Promise<GatewayRow | null> {
  const token = readToken(one(request.headers['x-gateway-key']));
  if (token?.letter === 'g') {
    const gateway = await gatewayById(ctx.db.app, token.id);
    return gateway && equal(gateway.secret_hash, hashSecret(ctx, 'gateway', token.secret)) ? gateway : null;
  }
  const subject = one(request.headers['x-client-certificate-subject']);
  if (subject === undefined || subject.length > 2000 || !fromTrustedProxy(ctx, request)) return null;
  const name = decoded(subject);
  return name === null ? null : gatewayByCertificate(ctx.db.app, name);
}

async function byApplication(ctx: AppContext, request: FastifyRequest, header: string): Promise<LiveKey> {
  const token = readToken(header);
  if (token?.letter !== 'a') throw new Refused('malformedKey');
  const gateway = await gatewayOf(ctx, request);
  if (!gateway || !holdsAddress(gateway.addresses, request.ip)) throw new Refused('unknownGateway');
  const key = await liveKey(ctx, token.id);
  const hash = hashSecret(ctx, 'key', token.secret);
  if (key?.kind !== 'application' || !equal(key.secret_hash, hash)) throw new Refused('unknownKey');
  return key;
}

async function actorOfKey(ctx: AppContext, request: FastifyRequest, key: LiveKey): Promise<Actor> {
  if (!holdsAddress(key.addresses, request.ip)) throw new Refused('address');
  const account = await accountActor(ctx, request, key.account_id);
  if (!account) throw new Refused('disabled');
  const limits = ctx.policy().signIn().clients;
  const gateway = key.way === 'gateway';
  const scopes = gateway ? key.scopes.filter((scope) => limits.gatewayScopes.includes(scope)) : key.scopes;
  const way = gateway ? 'gateway' : key.kind === 'bearer' ? 'key' : 'signature';
  const now = ctx.clock.now();
  if (key.last_used_at === null || Date.parse(now) - Date.parse(key.last_used_at) >= noteEveryMs)
    await noteKeyUse(ctx.db.app, key.key_id, now, request.ip);
  return {
    ...account,
    kind: 'client',
    name: key.name,
    factor: way === 'signature' ? 'second' : 'password',
    client: { clientId: key.client_id, scopes, way, perMinute: gateway ? limits.gatewayPerMinute : limits.perMinute },
  };
}

function failureOf(error: Refused): DomainError {
  const hint = error.hint === null ? '' : `（${error.hint}）`;
  return new DomainError('unauthenticated', {
    zh: `系统身份验证未通过，请核对密钥、签名、来源地址和有效期${hint}。`,
    en: `The system could not be identified. Check key, signature, address and dates${error.hint === null ? '' : ` (${error.hint})`}.`,
  });
}

async function refuse(ctx: AppContext, request: FastifyRequest, error: unknown): Promise<ResolvedActor> {
  const refused =
    error instanceof Refused
      ? error
      : error instanceof SignatureShapeError
        ? new Refused('malformed', error.message)
        : null;
  if (!refused) throw error;
  const actor = anonymousActor(request);
  await writeRefusal(ctx, actor, {
    action: 'client.signIn',
    resourceKind: 'client',
    detail: { reason: refused.reason },
  });
  request.access.logged = true;
  return { actor, mustChangePassword: false, failure: failureOf(refused) };
}

function keyOf(ctx: AppContext, request: FastifyRequest): Promise<LiveKey> | null {
  const { authorization } = request.headers;
  const application = one(request.headers['x-application-token']);
  if (request.headers.signature !== undefined || request.headers['signature-input'] !== undefined)
    return bySignature(ctx, request);
  if (authorization !== undefined && /^bearer /i.test(authorization)) return byBearer(ctx, authorization);
  return application === undefined ? null : byApplication(ctx, request, application);
}

/** Fails the body when it is not the one that was signed: the route's transaction never sees its end. */
function digestCheck({ hash, expected }: BodyDigest): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      const found = hash.digest();
      done(
        equal(found, Buffer.from(expected))
          ? null
          : new DomainError('invalid-request', {
              zh: '请求体与签名的摘要（Content-Digest）不一致，已拒绝。',
              en: 'The body does not match the signed Content-Digest and was refused.',
            }),
      );
    },
  });
}

export function clientResolver(ctx: AppContext): ActorResolver {
  return {
    async resolve(request) {
      try {
        const found = keyOf(ctx, request);
        if (!found) return null;
        return { actor: await actorOfKey(ctx, request, await found), mustChangePassword: false };
      } catch (error) {
        return refuse(ctx, request, error);
      }
    },
    checkBody(request, payload) {
      const digest = bodyDigests.get(request);
      if (!digest) return payload;
      const check = digestCheck(digest);
      payload.on('error', (error: Error) => check.destroy(error));
      // Fastify compares the length that was received with Content-Length.
      Object.defineProperty(check, 'receivedEncodedLength', {
        get: () => Number(request.headers['content-length'] ?? 0),
      });
      return payload.pipe(check);
    },
  };
}
