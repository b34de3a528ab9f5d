/** The key that signs seals: Ed25519 in DATA_DIR/keys, apart from the database that it vouches for. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HashName } from './merkle.ts';

const privateFile = 'log-seal.key';
const publicSuffix = '.log-seal.pub';

/**
 * What signs seals, checkpoints and archives. Another scheme (SM2 of a 密码机, a KMS) is another object of this shape whose
 * `algorithm` says so, with its verification added to `verifies`.
 */
export interface SealKey {
  /** Signature scheme and hash: `ed25519+sha256`, `ed25519+sm3`. */
  readonly algorithm: string;
  readonly hash: HashName;
  readonly keyId: string;
  readonly publicPem: string;
  sign(text: string): string;
}

const idOf = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);

function makeKey(path: string): void {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  try {
    writeFileSync(path, pem, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Opens the key under `folder`, and makes it on first use. The public part is kept beside it under its id. */
export function openSealKey(folder: string, hash: HashName = 'sha256'): SealKey {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, privateFile);
  if (!existsSync(path)) makeKey(path);
  const privateKey = createPrivateKey(readFileSync(path, 'utf8'));
  const publicKey = createPublicKey(privateKey);
  const keyId = idOf(publicKey);
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const publicPath = join(folder, `${keyId}${publicSuffix}`);
  if (!existsSync(publicPath)) writeFileSync(publicPath, publicPem, { mode: 0o644 });
  return {
    algorithm: `ed25519+${hash}`,
    hash,
    keyId,
    publicPem,
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64'),
  };
}

/** Public keys that this installation ever signed with, by id; those that the database offers are not trusted. */
export function readPublicKeys(folder: string): ReadonlyMap<string, KeyObject> {
  if (!existsSync(folder)) return new Map();
  const keys = readdirSync(folder)
    .filter((name) => name.endsWith(publicSuffix))
    .map((name) => createPublicKey(readFileSync(join(folder, name), 'utf8')));
  return new Map(keys.map((key) => [idOf(key), key]));
}

/** The id of a public key in PEM; null when it is none. */
export function keyIdOf(publicPem: string): string | null {
  try {
    return idOf(createPublicKey(publicPem));
  } catch {
    return null;
  }
}

export function verifies(key: KeyObject, text: string, signature: string): boolean {
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
}
