/**
 * A receipt: the receiver says, signed with its registered key, what it did with which message. It stands by itself, so that
 * it can be shown and checked years later: Ed25519 over the canonical JSON (RFC 8785) of everything but the signature.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { Receipt } from '@chengxin/contract';
import canonicalize from 'canonicalize';
import { Value } from 'typebox/value';
import { keyIdOf } from './signing-key.ts';

/** How far a receiver's clock may go before ours. Milliseconds. */
const clockSkew = 10 * 60_000;

export type ReceiptProblem = 'shape' | 'otherMessage' | 'unknownKey' | 'signature' | 'time';
export type ReceiptFinding =
  | { readonly ok: true; readonly receipt: Receipt }
  | { readonly ok: false; readonly problem: ReceiptProblem };

export interface ReceiptKey {
  readonly key_id: string;
  readonly public_key: string;
  readonly revoked_at: string | null;
}

const wrong = (problem: ReceiptProblem): ReceiptFinding => ({ ok: false, problem });

/** What the receiver signs: UTF-8 of the canonical JSON without `signature`. */
export function signedPart(receipt: Omit<Receipt, 'signature'> & { readonly signature?: string }): Buffer {
  const { signature: _, ...rest } = receipt;
  return Buffer.from(canonicalize(rest) ?? '', 'utf8');
}

/** SHA-256 of the message as it was sent, hexadecimal. */
export const messageDigest = (body: string): string => createHash('sha256').update(body, 'utf8').digest('hex');

/** Null for what is no Ed25519 key in PEM. */
export function readReceiptKey(pem: string): { keyId: string; publicKey: string } | null {
  try {
    const key = createPublicKey(pem.trim());
    if (key.asymmetricKeyType !== 'ed25519') return null;
    return { keyId: keyIdOf(key), publicKey: key.export({ type: 'spki', format: 'pem' }).toString() };
  } catch {
    return null;
  }
}

/** Whether it is a receipt of this message by a key of this receiver. Keys that were revoked before it count for nothing. */
export function checkReceipt(
  given: unknown,
  about: { readonly idempotencyKey: string; readonly digest: string; readonly now: string },
  keys: readonly ReceiptKey[],
): ReceiptFinding {
  if (!Value.Check(Receipt, given)) return wrong('shape');
  const receipt: Receipt = given;
  if (receipt.message !== about.idempotencyKey || receipt.digest !== about.digest) return wrong('otherMessage');
  const key = keys.find((row) => row.key_id === receipt.keyId);
  if (!key || (key.revoked_at !== null && key.revoked_at <= about.now)) return wrong('unknownKey');
  const signature = Buffer.from(receipt.signature, 'base64');
  if (!verify(null, signedPart(receipt), createPublicKey(key.public_key), signature)) return wrong('signature');
  const at = Date.parse(receipt.at);
  if (Number.isNaN(at) || at > Date.parse(about.now) + clockSkew) return wrong('time');
  return { ok: true, receipt };
}
