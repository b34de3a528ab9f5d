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

const privateFile = 'log-seal.key';
const publicSuffix = '.log-seal.pub';

export const sealAlgorithm = 'ed25519+sha256';

export interface SealKey {
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
export function openSealKey(folder: string): SealKey {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, privateFile);
  if (!existsSync(path)) makeKey(path);
  const privateKey = createPrivateKey(readFileSync(path, 'utf8'));
  const publicKey = createPublicKey(privateKey);
  const keyId = idOf(publicKey);
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const publicPath = join(folder, `${keyId}${publicSuffix}`);
  if (!existsSync(publicPath)) writeFileSync(publicPath, publicPem, { mode: 0o644 });
  return { keyId, publicPem, sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64') };
}

/** Public keys that this installation ever signed with, by id; those that the database offers are not trusted. */
export function readPublicKeys(folder: string): ReadonlyMap<string, KeyObject> {
  if (!existsSync(folder)) return new Map();
  const keys = readdirSync(folder)
    .filter((name) => name.endsWith(publicSuffix))
    .map((name) => createPublicKey(readFileSync(join(folder, name), 'utf8')));
  return new Map(keys.map((key) => [idOf(key), key]));
}

export function verifies(key: KeyObject, text: string, signature: string): boolean {
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
}
