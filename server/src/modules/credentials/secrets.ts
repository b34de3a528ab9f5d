/** What this module keeps secret: sealed where it must be read again, a keyed hash where comparing is enough. */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { AppContext } from '../../context.ts';

type Keys = Pick<AppContext, 'keys'>;

const nonceBytes = 12;
const tagBytes = 16;

/** SM4-GCM under a key of the installation, bound to what it is for (密评, GB/T 39786-2021). */
const keyOf = (ctx: Keys, purpose: string): Buffer =>
  createHmac('sha256', ctx.keys.secret('credentials')).update(`seal\0${purpose}`).digest().subarray(0, 16);

export function seal(ctx: Keys, purpose: string, plain: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('sm4-gcm' as 'aes-128-gcm', keyOf(ctx, purpose), nonce);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Throws when it was sealed for something else or was changed. */
export function unseal(ctx: Keys, purpose: string, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('sm4-gcm' as 'aes-128-gcm', keyOf(ctx, purpose), sealed.subarray(0, nonceBytes));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes)), decipher.final()]);
}

/** Keyed hash of a secret of 128 random bits or more, or of a claim: a dump lets nobody in and tells no claim. */
export function hashSecret(ctx: Keys, purpose: string, secret: string): Buffer {
  return createHmac('sha256', ctx.keys.secret('credentials')).update(`hash\0${purpose}\0`).update(secret).digest();
}

export const newSecret = (bytes = 32): string => randomBytes(bytes).toString('base64url');
