/**
 * Files as received, encrypted with a key each: DATA_DIR/files/<yy>/<id>. The wrapped key is kept in the database row
 * that owns the file; destroying it destroys the file, in backups too.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough, type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { KeyRing } from './crypto.ts';
import type { Scan, Scanner } from './scanner.ts';

// CTR lets a file of any size stream out before its end was seen; integrity is the SHA-256 of the plain bytes in the owner's row.
const CIPHER = 'sm4-ctr';
const NONCE_BYTES = 16;

export interface StoredFile {
  bytes: number;
  sha256: string;
  /** Wrapped data key, to be stored with the owner. */
  fileKey: string;
}

export interface FileStore {
  /**
   * Encrypts while hashing and, where there is a scanner, scanning. Atomic: the name appears only when all bytes are on disk
   * and nothing was found. Throws FileTooLarge, FileInfected, ScannerUnavailable.
   * `readNext`: the caller reads the file at once, so the plain bytes are put where `readToTemporary` would put them.
   */
  put(id: string, source: Readable, maxBytes: number, options?: { readNext?: boolean }): Promise<StoredFile>;
  /** Plain bytes. */
  read(id: string, fileKey: string): Promise<Readable>;
  /** Writes the plain bytes to a private temporary file (0600) for parsers that need to seek; the caller removes it. */
  readToTemporary(id: string, fileKey: string): Promise<string>;
  remove(id: string): Promise<void>;
  /**
   * Gives `work` the plain bytes as a private file (0600), removed afterwards: for what must be looked into before it is
   * kept. Throws FileTooLarge.
   */
  withPlain<T>(source: Readable, maxBytes: number, work: (path: string) => Promise<T>): Promise<T>;
}

export class FileTooLarge extends Error {
  readonly maxBytes: number;
  constructor(maxBytes: number) {
    super(`file is larger than ${maxBytes} bytes`);
    this.maxBytes = maxBytes;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process answers with EPERM: it runs.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Plain files of processes that were killed: their names hold the process that made them. */
function sweepTemporary(temporary: string): void {
  if (!existsSync(temporary)) return;
  for (const name of readdirSync(temporary)) {
    const pid = Number(/\.(\d+)\.[0-9a-f]+$/.exec(name)?.[1]);
    if (pid && pid !== process.pid && !isRunning(pid)) rmSync(join(temporary, name), { force: true });
  }
}

function limited(maxBytes: number, take: (chunk: Buffer) => Promise<void> | void): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) return done(new FileTooLarge(maxBytes));
      Promise.resolve(take(chunk)).then(() => done(null, chunk), done);
    },
  });
}

/** Opens the store under `folder`; temporary plain files go to `temporary`, where those of dead processes are removed. */
export function openFileStore(
  folder: string,
  temporary: string,
  keys: KeyRing,
  scanner: Scanner | null = null,
): FileStore {
  sweepTemporary(temporary);
  const pathOf = (id: string): string => {
    if (!/^[0-9a-f-]{36}$/.test(id)) throw new Error('file id must be a uuid');
    return join(folder, id.slice(0, 6), id);
  };
  const read = async (id: string, fileKey: string): Promise<Readable> => {
    const path = pathOf(id);
    const handle = await open(path, 'r');
    const nonce = Buffer.alloc(NONCE_BYTES);
    await handle.read(nonce, 0, NONCE_BYTES, 0);
    await handle.close();
    const decipher = createDecipheriv(CIPHER, keys.openDataKey(fileKey), nonce);
    const out = new PassThrough();
    pipeline(createReadStream(path, { start: NONCE_BYTES, highWaterMark: 1 << 18 }), decipher, out).catch(
      (error: unknown) => out.destroy(error instanceof Error ? error : new Error(String(error))),
    );
    return out;
  };
  /** Plain copies that wait for their `readToTemporary`, by id. */
  const waiting = new Map<string, string>();
  const temporaryPath = async (id: string): Promise<string> => {
    await mkdir(temporary, { recursive: true, mode: 0o700 });
    return join(temporary, `${id}.${process.pid}.${randomBytes(6).toString('hex')}`);
  };
  const dropWaiting = async (id: string): Promise<void> => {
    const plain = waiting.get(id);
    waiting.delete(id);
    if (plain) await rm(plain, { force: true });
  };
  return {
    read,
    async put(id, source, maxBytes, options = {}) {
      const path = pathOf(id);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const part = `${path}.part`;
      const { key, wrapped } = keys.newDataKey();
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce);
      const hash = createHash('sha256');
      let bytes = 0;
      const scan: Scan | null = scanner?.begin() ?? null;
      const plainPath = options.readNext ? await temporaryPath(id) : null;
      const plain = plainPath === null ? null : await open(plainPath, 'wx', 0o600);
      const meter = limited(maxBytes, async (chunk) => {
        bytes += chunk.length;
        hash.update(chunk);
        await scan?.write(chunk);
        await plain?.appendFile(chunk);
      });
      const sink = createWriteStream(part, { mode: 0o600, flush: true });
      sink.write(nonce);
      try {
        await pipeline(source, meter, cipher, sink);
        await scan?.end();
        await rename(part, path);
        if (plainPath !== null) waiting.set(id, plainPath);
      } catch (error) {
        scan?.cancel();
        await rm(part, { force: true });
        // A full disk must not leave half a file in plain.
        if (plainPath !== null) await rm(plainPath, { force: true });
        throw error;
      } finally {
        await plain?.close();
      }
      return { bytes, sha256: hash.digest('hex'), fileKey: wrapped };
    },
    async withPlain(source, maxBytes, work) {
      await mkdir(temporary, { recursive: true, mode: 0o700 });
      const path = join(temporary, `incoming.${process.pid}.${randomBytes(6).toString('hex')}`);
      try {
        await pipeline(
          source,
          limited(maxBytes, () => undefined),
          createWriteStream(path, { mode: 0o600 }),
        );
        return await work(path);
      } finally {
        await rm(path, { force: true });
      }
    },
    async readToTemporary(id, fileKey) {
      const known = waiting.get(id);
      waiting.delete(id);
      if (known !== undefined) return known;
      const path = await temporaryPath(id);
      try {
        await pipeline(await read(id, fileKey), createWriteStream(path, { mode: 0o600 }));
      } catch (error) {
        // A full disk must not leave half a file in plain.
        await rm(path, { force: true });
        throw error;
      }
      return path;
    },
    async remove(id) {
      await dropWaiting(id);
      const path = pathOf(id);
      if (await stat(path).catch(() => null)) await rm(path);
    },
  };
}
