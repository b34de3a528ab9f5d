/**
 * HTTP Message Signatures (RFC 9421) with Content-Digest (RFC 9530), as systems of departments send them: method, path, query
 * and digest of the body are covered, `created`, `nonce` and `keyid` are needed. Pure but for the hash of the body.
 */
import { createHash, createPublicKey, type Hash, verify } from 'node:crypto';
import { sm2 } from 'sm-crypto-v2';
import { type InnerList, parseDictionary, serializeInnerList } from 'structured-headers';

export type SignatureKind = 'ed25519' | 'sm2';

export interface SignedRequest {
  readonly method: string;
  /** As sent: path and query. */
  readonly url: string;
  readonly host: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface ParsedSignature {
  readonly keyId: string;
  readonly nonce: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly expires: number | null;
  readonly algorithm: string | null;
  readonly covered: readonly string[];
  /** What was signed (RFC 9421 §2.5). */
  readonly base: string;
  readonly signature: Uint8Array;
}

/** Why a signature is not even looked at; the caller is told, since nothing of it is secret. */
export class SignatureShapeError extends Error {}

const maxHeader = 4096;
const maxComponents = 20;
const needed = ['@method', '@path', '@query'] as const;
const derived: ReadonlySet<string> = new Set(['@method', '@path', '@query', '@authority']);
const noncePattern = /^[\x21-\x7e]{16,128}$/;
const keyIdPattern = /^[0-9a-f-]{36}$/;

function headerOf(request: SignedRequest, name: string): string | null {
  const value = request.headers[name];
  if (value === undefined) return null;
  const lines = typeof value === 'string' ? [value] : value;
  return lines.map((line) => line.trim()).join(', ');
}

function componentOf(request: SignedRequest, name: string): string {
  const at = request.url.indexOf('?');
  switch (name) {
    case '@method':
      return request.method;
    case '@path':
      return at < 0 ? request.url : request.url.slice(0, at);
    case '@query':
      return at < 0 ? '?' : request.url.slice(at);
    case '@authority':
      return request.host.toLowerCase();
    default: {
      const value = headerOf(request, name);
      if (value === null) throw new SignatureShapeError(`the covered header ${name} is missing`);
      return value;
    }
  }
}

function innerListOf(input: string): [string, InnerList] {
  let entries: [string, unknown][];
  try {
    entries = [...parseDictionary(input)];
  } catch {
    throw new SignatureShapeError('Signature-Input cannot be read');
  }
  const [first, second] = entries;
  if (!first || second) throw new SignatureShapeError('exactly one signature is expected');
  const [label, item] = first;
  if (!Array.isArray(item) || !Array.isArray(item[0]))
    throw new SignatureShapeError('Signature-Input names no components');
  return [label, item as InnerList];
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const whole = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : null;

function bytesOf(header: string, label: string): Uint8Array {
  try {
    const item = parseDictionary(header).get(label);
    const value = Array.isArray(item) ? item[0] : null;
    if (value instanceof ArrayBuffer) return new Uint8Array(value);
    return Buffer.from((value as unknown as { base64Value: string }).base64Value, 'base64');
  } catch {
    // Told below.
  }
  throw new SignatureShapeError('Signature holds no bytes of that label');
}

/** Null when the request carries no signature. Throws SignatureShapeError. */
export function parseSignature(request: SignedRequest): ParsedSignature | null {
  const input = headerOf(request, 'signature-input');
  const header = headerOf(request, 'signature');
  if (input === null && header === null) return null;
  if (input === null || header === null) throw new SignatureShapeError('Signature and Signature-Input belong together');
  if (input.length > maxHeader || header.length > maxHeader) throw new SignatureShapeError('the signature is too long');
  const [label, list] = innerListOf(input);
  const [items, parameters] = list;
  if (items.length > maxComponents) throw new SignatureShapeError('too many components');
  const covered = items.map(([name, flags]) => {
    if (typeof name !== 'string' || flags.size > 0) throw new SignatureShapeError('components take no parameters here');
    if (name.startsWith('@') ? !derived.has(name) : name !== name.toLowerCase())
      throw new SignatureShapeError(`the component ${name} is not known`);
    return name;
  });
  if (new Set(covered).size !== covered.length) throw new SignatureShapeError('a component is named twice');
  for (const name of needed) if (!covered.includes(name)) throw new SignatureShapeError(`${name} must be covered`);
  const keyId = text(parameters.get('keyid'));
  const nonce = text(parameters.get('nonce'));
  const created = whole(parameters.get('created'));
  if (keyId === null || !keyIdPattern.test(keyId)) throw new SignatureShapeError('keyid is missing or malformed');
  if (nonce === null || !noncePattern.test(nonce))
    throw new SignatureShapeError('nonce of 16 to 128 characters is needed');
  if (created === null) throw new SignatureShapeError('created is needed');
  const lines = covered.map((name) => `"${name}": ${componentOf(request, name)}`);
  const base = [...lines, `"@signature-params": ${serializeInnerList(list)}`].join('\n');
  return {
    keyId,
    nonce,
    created,
    expires: whole(parameters.get('expires')),
    algorithm: text(parameters.get('alg')),
    covered,
    base,
    signature: bytesOf(header, label),
  };
}

/** Within the window on both sides, and not past its own end. Seconds. */
export function isTimely(signature: ParsedSignature, nowSeconds: number, skewSeconds: number): boolean {
  if (Math.abs(nowSeconds - signature.created) > skewSeconds) return false;
  return signature.expires === null || signature.expires >= nowSeconds;
}

const algorithmNames: Readonly<Record<SignatureKind, string>> = { ed25519: 'ed25519', sm2: 'sm2-sm3' };

/** The identity that GB/T 35276 gives where none is agreed; OpenSSL takes another unless `distid` says this one. */
export const sm2UserId = '1234567812345678';

/** SM2 with SM3 over `message`: r and s as 32 bytes each. `publicKey`: 04 and two coordinates, hexadecimal. */
export function verifySm2(message: Uint8Array, signature: Uint8Array, publicKey: string): boolean {
  if (signature.length !== 64) return false;
  try {
    return sm2.doVerifySignature(message, Buffer.from(signature).toString('hex'), publicKey, {
      hash: true,
      der: false,
      userId: sm2UserId,
    });
  } catch {
    return false;
  }
}

export function verifySignature(signature: ParsedSignature, kind: SignatureKind, publicKey: string): boolean {
  if (signature.algorithm !== null && signature.algorithm !== algorithmNames[kind]) return false;
  const message = Buffer.from(signature.base, 'utf8');
  if (kind === 'sm2') return verifySm2(message, signature.signature, publicKey);
  return verify(null, message, createPublicKey(publicKey), signature.signature);
}

const sm2Oid = Buffer.from('06082a811ccf5501822d', 'hex');

/** A public key as it is kept: PEM of Ed25519, or the uncompressed point of SM2. Null when it is neither. */
export function readPublicKey(kind: SignatureKind, given: string): string | null {
  const trimmed = given.trim();
  try {
    if (kind === 'ed25519') {
      const key = createPublicKey(trimmed);
      return key.asymmetricKeyType === 'ed25519' ? key.export({ type: 'spki', format: 'pem' }).toString() : null;
    }
    const hex = trimmed.startsWith('-----') ? pointOfPem(trimmed) : trimmed.toLowerCase();
    return hex !== null && /^04[0-9a-f]{128}$/.test(hex) && sm2.verifyPublicKey(hex) ? hex : null;
  } catch {
    return null;
  }
}

/** The point is the end of a SubjectPublicKeyInfo; the curve must be SM2's own. */
function pointOfPem(pem: string): string | null {
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  return der.includes(sm2Oid) && der.length > 65 ? der.subarray(-65).toString('hex') : null;
}

const digests: Readonly<Record<string, string>> = { 'sha-256': 'sha256', 'sha-512': 'sha512', sm3: 'sm3' };

export interface BodyDigest {
  readonly hash: Hash;
  readonly expected: Uint8Array;
}

/** The digest that the body must have, from a covered Content-Digest. Throws SignatureShapeError. */
export function digestOf(header: string): BodyDigest {
  let entries: [string, unknown][];
  try {
    entries = [...parseDictionary(header)];
  } catch {
    throw new SignatureShapeError('Content-Digest cannot be read');
  }
  for (const [name] of entries) {
    const algorithm = digests[name];
    if (algorithm) return { hash: createHash(algorithm), expected: bytesOf(header, name) };
  }
  throw new SignatureShapeError('Content-Digest takes sha-256, sha-512 or sm3');
}
