/**
 * Keys of this installation and what is done with them. Keys live in DATA_DIR/keys (0600), apart from the data and
 * from its backup. SM4-GCM and HMAC-SM3 are what 密评 (GB/T 39786-2021) asks for and node:crypto has both.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes, randomFillSync } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CIPHER = 'sm4-gcm';
const KEY_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface Sealed {
  readonly cipher: Buffer;
  readonly keyId: string;
}

export interface KeyRing {
  /** Where the keys lie, so that another thread of this process can open the same ring. */
  readonly folder: string;
  /** Token of a person identifier: `pt_` and the keyed hash of kind and normalised number. The same number gives the same token. */
  token(kind: string, normalised: string): string;
  /** Encrypts under the person key; only the person store calls it. */
  sealPerson(plain: string): Sealed;
  openPerson(sealed: Sealed): string;
  /** A fresh data key (for a file), wrapped by the file key-encryption key. */
  newDataKey(): { key: Buffer; wrapped: string };
  openDataKey(wrapped: string): Buffer;
  /** Signing secret for sealed cookies and the like. */
  secret(name: 'session' | 'cursor' | 'credentials'): Buffer;
}

const nonces = Buffer.alloc(NONCE_BYTES * 512);
let nonceAt = nonces.length;

/** Random bytes are drawn for many nonces at once: one call each would cost more than the cipher. */
function newNonce(): Buffer {
  if (nonceAt >= nonces.length) {
    randomFillSync(nonces);
    nonceAt = 0;
  }
  const nonce = Buffer.from(nonces.subarray(nonceAt, nonceAt + NONCE_BYTES));
  nonceAt += NONCE_BYTES;
  return nonce;
}

function encrypt(key: Buffer, plain: Buffer): Buffer {
  const nonce = newNonce();
  const cipher = createCipheriv(CIPHER as 'aes-128-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer): Buffer {
  const decipher = createDecipheriv(CIPHER as 'aes-128-gcm', key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()]);
}

/** Reads a key or makes it once; creation is exclusive so that two processes starting together agree. */
function loadKey(folder: string, name: string, bytes: number): Buffer {
  const path = join(folder, name);
  if (!existsSync(path)) {
    try {
      writeFileSync(path, randomBytes(bytes).toString('base64'), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
  if (key.length !== bytes)
    throw new Error(`key file ${path} holds ${key.length} bytes instead of ${bytes}; restore it from the key backup`);
  return key;
}

/** Opens (and on first use makes) the keys under `folder`. Errors: a key file of the wrong length. */
export function openKeyRing(folder: string): KeyRing {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const tokenKey = loadKey(folder, 'person-token.key', 32);
  const personKey = loadKey(folder, 'person-data.key', KEY_BYTES);
  const fileKey = loadKey(folder, 'files.key', KEY_BYTES);
  const root = loadKey(folder, 'secrets.key', 32);
  return {
    folder,
    token: (kind, normalised) =>
      `pt_${createHmac('sm3', tokenKey).update(kind).update('\0').update(normalised).digest().subarray(0, 18).toString('base64url')}`,
    sealPerson: (plain) => ({ cipher: encrypt(personKey, Buffer.from(plain, 'utf8')), keyId: 'person-1' }),
    openPerson: (sealed) => decrypt(personKey, sealed.cipher).toString('utf8'),
    newDataKey: () => {
      const key = randomBytes(KEY_BYTES);
      return { key, wrapped: encrypt(fileKey, key).toString('base64') };
    },
    openDataKey: (wrapped) => decrypt(fileKey, Buffer.from(wrapped, 'base64')),
    secret: (name) => createHmac('sha256', root).update(name).digest(),
  };
}

/** A secret of somebody else (the login of a department's database), encrypted under a key of its own; what is stored. */
export function sealSecret(keys: Pick<KeyRing, 'newDataKey'>, plain: string): string {
  const { key, wrapped } = keys.newDataKey();
  return `${wrapped}.${encrypt(key, Buffer.from(plain, 'utf8')).toString('base64')}`;
}

export function openSecret(keys: Pick<KeyRing, 'openDataKey'>, sealed: string): string {
  const [wrapped = '', cipher = ''] = sealed.split('.');
  return decrypt(keys.openDataKey(wrapped), Buffer.from(cipher, 'base64')).toString('utf8');
}
