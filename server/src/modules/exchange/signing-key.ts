/**
 * The keys that sign messages: Ed25519 in DATA_DIR/keys (`exchange.<n>.key`), the newest signs. Public keys stay published,
 * so that a receiver can check a message that was signed before a rotation.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SigningKey {
  readonly keyId: string;
  readonly publicPem: string;
  /** Since when it is there, by the machine's clock. */
  readonly since: string;
  sign(message: Uint8Array): Buffer;
}

const pattern = /^exchange\.(\d{1,6})\.key$/;
/** Keys before the newest whose public half is still published. */
const published = 3;

/** SHA-256 of the public key (SPKI, DER), the first 16 digits: the same for everybody who has the key. */
export const keyIdOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);

const numbersIn = (folder: string): number[] =>
  readdirSync(folder)
    .flatMap((name) => {
      const match = pattern.exec(name);
      return match ? [Number(match[1])] : [];
    })
    .sort((a, b) => b - a);

function makeKey(folder: string, number: number): void {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  try {
    writeFileSync(join(folder, `exchange.${number}.key`), pem, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function openKey(folder: string, number: number): SigningKey {
  const path = join(folder, `exchange.${number}.key`);
  const privateKey = createPrivateKey(readFileSync(path, 'utf8'));
  const publicKey = createPublicKey(privateKey);
  return {
    keyId: keyIdOf(publicKey),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    since: statSync(path).mtime.toISOString(),
    sign: (message) => sign(null, message, privateKey),
  };
}

/** Newest first; makes the first one. Read anew each time, so that a rotation is used at once. */
export function signingKeys(folder: string): readonly SigningKey[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (numbersIn(folder).length === 0) makeKey(folder, 1);
  return numbersIn(folder)
    .slice(0, published + 1)
    .map((number) => openKey(folder, number));
}

/** Makes the next key, which signs from now on. Returns its id. */
export function rotateSigningKey(folder: string): string {
  signingKeys(folder);
  makeKey(folder, (numbersIn(folder)[0] ?? 0) + 1);
  return signingKeys(folder)[0]?.keyId ?? '';
}
