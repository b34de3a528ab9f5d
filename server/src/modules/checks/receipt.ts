/** The receipt of a check: a number nobody guesses, and a keyed digest of what was asked and told. */
import { createHmac, randomFillSync, timingSafeEqual } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { AppContext } from '../../context.ts';

/** Digits and capitals without I, L, O and U: read aloud or from paper it comes out right. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const tailLength = 14;
/** Random bytes are fetched for many receipts at once; none is used twice. */
const pool = Buffer.alloc(tailLength * 256);
let poolAt = pool.length;

/** `HC-<yyyymmdd>-<14 random base32>`: 70 random bits. */
export function newReceiptNumber(on: string): string {
  if (poolAt >= pool.length) {
    randomFillSync(pool);
    poolAt = 0;
  }
  let tail = '';
  for (const byte of pool.subarray(poolAt, poolAt + tailLength)) tail += alphabet.charAt(byte & 31);
  poolAt += tailLength;
  return `HC-${on.replaceAll('-', '')}-${tail}`;
}

export interface ReceiptFacts {
  readonly number: string;
  readonly subjectId: string;
  readonly code: string | null;
  readonly bodyId: string | null;
  readonly matter: string;
  readonly purpose: string;
  readonly caseNumber: string | null;
  readonly checkedAt: string;
  readonly validUntil: string;
  readonly answer: unknown;
}

export const signReceipt = (ctx: Pick<AppContext, 'keys'>, facts: ReceiptFacts): string =>
  createHmac('sha256', ctx.keys.secret('receipt'))
    .update(canonicalize(facts) ?? '')
    .digest('base64url');

export function isReceipt(ctx: Pick<AppContext, 'keys'>, facts: ReceiptFacts, signature: string): boolean {
  const right = Buffer.from(signReceipt(ctx, facts));
  const given = Buffer.from(signature);
  return right.length === given.length && timingSafeEqual(right, given);
}
