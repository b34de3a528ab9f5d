/**
 * Keys of this installation and what is done with them. Keys live in DATA_DIR/keys (0600), apart from the data and
 * from its backup. SM4-GCM and HMAC-SM3 are what 密评 (GB/T 39786-2021) asks for and node:crypto has both.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes, randomFillSync } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CIPHER = 'sm4-gcm';
const KEY_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface Sealed {
  readonly cipher: Buffer;
  readonly keyId: string;
}

export type KeyKind = 'data' | 'token';

export interface KeyRing {
  /** Where the keys lie, so that another thread of this process can open the same ring. */
  readonly folder: string;
  /**
   * Token of a person identifier: `pt_` and the keyed hash of kind and normalised number, under the oldest key in use. The
   * same number gives the same token until that key is retired.
   */
  token(kind: string, normalised: string): string;
  /** The same under every key in use, oldest first: while the key of the tokens is changed there are two. */
  tokens(kind: string, normalised: string): readonly KeyedToken[];
  /** Encrypts under the newest person key; only the person store calls it. */
  sealPerson(plain: string): Sealed;
  /** Errors: a key that this installation does not have (retired, or not restored yet). */
  openPerson(sealed: Sealed): string;
  /** Ids of the keys in use, oldest first: `person-1`, `token-2`. */
  keyIds(kind: KeyKind): readonly string[];
  /** Makes the next key. Every process uses it within a second. */
  addKey(kind: KeyKind): string;
  /** Destroys a key: what it alone opens is unreadable for ever, in backups too. Errors: it is the newest one. */
  destroyKey(kind: KeyKind, id: string): void;
  /** A fresh data key (for a file), wrapped by the file key-encryption key. */
  newDataKey(): { key: Buffer; wrapped: string };
  openDataKey(wrapped: string): Buffer;
  /** Signing secret for sealed cookies and the like. */
  secret(name: 'credentials' | 'cursor' | 'holder' | 'ownRecord' | 'receipt' | 'session'): Buffer;
}

export interface KeyedToken {
  readonly keyId: string;
  readonly token: string;
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

const versioned = {
  data: { file: 'person-data', id: 'person', bytes: KEY_BYTES },
  token: { file: 'person-token', id: 'token', bytes: 32 },
} as const satisfies Record<KeyKind, { file: string; id: string; bytes: number }>;

interface Version {
  readonly number: number;
  readonly id: string;
  readonly key: Buffer;
}

/** How long a process may go on without looking for a new key. Milliseconds. */
const LOOK_EVERY = 500;

/** All versions of a key: `person-data.key` is the first, `person-data.2.key` the next. Other processes add and destroy them. */
class VersionedKey {
  readonly #folder: string;
  readonly #kind: KeyKind;
  #versions: readonly Version[] = [];
  #lookedAt = Number.NEGATIVE_INFINITY;
  #seen = '';

  constructor(folder: string, kind: KeyKind) {
    this.#folder = folder;
    this.#kind = kind;
    if (this.#files().length === 0) loadKey(folder, this.#name(1), versioned[kind].bytes);
  }

  #name(version: number): string {
    const { file } = versioned[this.#kind];
    return version === 1 ? `${file}.key` : `${file}.${version}.key`;
  }

  #files(): { name: string; number: number }[] {
    const pattern = new RegExp(`^${versioned[this.#kind].file}(?:\\.(\\d+))?\\.key$`);
    return readdirSync(this.#folder)
      .flatMap((name) => {
        const match = pattern.exec(name);
        return match ? [{ name, number: match[1] === undefined ? 1 : Number(match[1]) }] : [];
      })
      .sort((left, right) => left.number - right.number);
  }

  /** Oldest first, never empty. */
  all(fresh = false): readonly Version[] {
    const now = performance.now();
    if (!fresh && now - this.#lookedAt < LOOK_EVERY) return this.#versions;
    this.#lookedAt = now;
    const files = this.#files();
    const seen = files.map(({ name }) => name).join('/');
    if (seen === this.#seen && !fresh) return this.#versions;
    const { id, bytes } = versioned[this.#kind];
    this.#versions = files.map(({ name, number }) => ({
      number,
      id: `${id}-${number}`,
      key: loadKey(this.#folder, name, bytes),
    }));
    if (this.#versions.length === 0)
      throw new Error(`no ${versioned[this.#kind].file}.key in ${this.#folder}; restore it from the key backup`);
    this.#seen = seen;
    return this.#versions;
  }

  newest(): Version {
    return this.all().at(-1) as Version;
  }

  find(id: string): Version {
    const own = (fresh: boolean): Version | undefined => this.all(fresh).find((version) => version.id === id);
    const found = own(false) ?? own(true);
    if (!found) throw new Error(`key ${id} is not here: it was retired, or its backup is not restored`);
    return found;
  }

  add(): string {
    const next = (this.all(true).at(-1) as Version).number + 1;
    const path = join(this.#folder, this.#name(next));
    // Whole or not at all: another process reads the folder meanwhile.
    writeFileSync(`${path}.tmp`, randomBytes(versioned[this.#kind].bytes).toString('base64'), {
      mode: 0o600,
      flush: true,
    });
    linkSync(`${path}.tmp`, path);
    rmSync(`${path}.tmp`);
    this.all(true);
    return `${versioned[this.#kind].id}-${next}`;
  }

  destroy(id: string): void {
    const versions = this.all(true);
    const old = versions.find((version) => version.id === id);
    if (!old) return;
    if (old === versions.at(-1)) throw new Error(`key ${id} is the newest one and in use`);
    const path = join(this.#folder, this.#name(old.number));
    // Written over first: an unlinked file may be found on the disk.
    writeFileSync(path, randomBytes(old.key.length).toString('base64'), { flush: true });
    rmSync(path);
    this.all(true);
  }
}

const tokenUnder = (key: Buffer, kind: string, normalised: string): string =>
  `pt_${createHmac('sm3', key).update(kind).update('\0').update(normalised).digest().subarray(0, 18).toString('base64url')}`;

/** Opens (and on first use makes) the keys under `folder`. Errors: a key file of the wrong length. */
export function openKeyRing(folder: string): KeyRing {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const keys = { data: new VersionedKey(folder, 'data'), token: new VersionedKey(folder, 'token') };
  const fileKey = loadKey(folder, 'files.key', KEY_BYTES);
  const root = loadKey(folder, 'secrets.key', 32);
  keys.data.all();
  keys.token.all();
  // Derived once each: every request of a system and every receipt asks for one.
  const secrets = new Map<string, Buffer>();
  return {
    folder,
    token: (kind, normalised) => tokenUnder((keys.token.all()[0] as Version).key, kind, normalised),
    tokens: (kind, normalised) =>
      keys.token.all().map(({ id, key }) => ({ keyId: id, token: tokenUnder(key, kind, normalised) })),
    sealPerson: (plain) => {
      const { id, key } = keys.data.newest();
      return { cipher: encrypt(key, Buffer.from(plain, 'utf8')), keyId: id };
    },
    openPerson: (sealed) => decrypt(keys.data.find(sealed.keyId).key, sealed.cipher).toString('utf8'),
    keyIds: (kind) => keys[kind].all(true).map(({ id }) => id),
    addKey: (kind) => keys[kind].add(),
    destroyKey: (kind, id) => keys[kind].destroy(id),
    newDataKey: () => {
      const key = randomBytes(KEY_BYTES);
      return { key, wrapped: encrypt(fileKey, key).toString('base64') };
    },
    openDataKey: (wrapped) => decrypt(fileKey, Buffer.from(wrapped, 'base64')),
    secret: (name) => {
      const known = secrets.get(name) ?? createHmac('sha256', root).update(name).digest();
      secrets.set(name, known);
      return known;
    },
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
