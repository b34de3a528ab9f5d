import { pipeline, type Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { type Entry, fromFd, type ZipFile } from 'yauzl';
import { TabularError } from './errors.ts';
import type { TabularLimits } from './limits.ts';

const INFLATE_CHUNK = 1 << 18;

/** A zip archive on disk. Only its directory is read until a part is asked for. */
export class ZipArchive {
  private readonly file: ZipFile;
  private readonly parts: Map<string, Entry>;
  private readonly limits: TabularLimits;
  /** Bytes unpacked so far, each part counted once. */
  private readonly counted = new Map<string, number>();

  private constructor(file: ZipFile, parts: Map<string, Entry>, limits: TabularLimits) {
    this.file = file;
    this.parts = parts;
    this.limits = limits;
  }

  /** Reads the directory of the archive behind `fd`, which stays open and belongs to the caller. */
  static async open(fd: number, limits: TabularLimits): Promise<ZipArchive> {
    const file = await new Promise<ZipFile>((resolve, reject) => {
      fromFd(fd, { lazyEntries: true, autoClose: false }, (error, opened) => {
        if (error === null) resolve(opened);
        else reject(zipError(error));
      });
    });
    if (file.entryCount > limits.maxZipEntries) {
      throw new TabularError('zip_bomb', { found: `${file.entryCount} 个部分/parts`, limit: limits.maxZipEntries });
    }
    const parts = await readDirectory(file);
    return new ZipArchive(file, parts, limits);
  }

  /** Names of all parts, in lower case. */
  names(): string[] {
    return [...this.parts.keys()];
  }

  has(name: string): boolean {
    return this.parts.has(name.toLowerCase());
  }

  /** Declared unpacked size; the part is cut off with an error when it proves larger. */
  sizeOf(name: string): number {
    return this.parts.get(name.toLowerCase())?.uncompressedSize ?? 0;
  }

  /** The bytes of a part, unpacked within the limits, its length and checksum verified at the end. */
  async *read(name: string, progress?: (packedShare: number) => void): AsyncGenerator<Buffer> {
    const entry = this.parts.get(name.toLowerCase());
    if (entry === undefined) throw new TabularError('corrupt', { found: name });
    this.check(name, entry);
    const raw = await this.openRaw(entry);
    const bytes = entry.compressionMethod === 8 ? inflate(raw) : raw;
    let size = 0;
    let sum = 0;
    try {
      for await (const chunk of bytes as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > entry.uncompressedSize) throw new TabularError('corrupt', { found: name });
        sum = crc32(chunk, sum);
        progress?.(size / entry.uncompressedSize);
        yield chunk;
      }
    } catch (error) {
      throw zipError(error);
    } finally {
      raw.destroy();
      bytes.destroy();
    }
    if (size !== entry.uncompressedSize) throw new TabularError('truncated');
    if (sum !== entry.crc32) throw new TabularError('corrupt', { found: name });
  }

  /** A small part as text, refused when larger than `maxSmallPartBytes`. */
  async text(name: string): Promise<string> {
    const size = this.sizeOf(name);
    if (size > this.limits.maxSmallPartBytes) {
      throw new TabularError('zip_bomb', { found: `${name} ${size}`, limit: this.limits.maxSmallPartBytes });
    }
    const chunks: Buffer[] = [];
    for await (const chunk of this.read(name)) chunks.push(chunk);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
    } catch (error) {
      throw new TabularError('corrupt', { found: name }, { cause: error });
    }
  }

  private check(name: string, entry: Entry): void {
    if (entry.isEncrypted()) throw new TabularError('password_protected');
    if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
      throw new TabularError('corrupt', { found: `${name}: compression ${entry.compressionMethod}` });
    }
    const { uncompressedSize: size, compressedSize: packed } = entry;
    if (size > this.limits.ratioFloorBytes && size > packed * this.limits.maxCompressionRatio) {
      const ratio = packed === 0 ? size : Math.floor(size / packed);
      throw new TabularError('zip_bomb', { found: `${ratio}:1`, limit: `${this.limits.maxCompressionRatio}:1` });
    }
    this.counted.set(name, size);
    const total = this.counted.values().reduce((sum, bytes) => sum + bytes, 0);
    if (total > this.limits.maxUncompressedBytes) {
      throw new TabularError('zip_bomb', { found: `${total} B`, limit: `${this.limits.maxUncompressedBytes} B` });
    }
  }

  private openRaw(entry: Entry): Promise<Readable> {
    const decompress = entry.compressionMethod === 8 ? false : null;
    return new Promise((resolve, reject) => {
      this.file.openReadStream(entry, { decompress, decrypt: null, start: null, end: null }, (error, stream) => {
        if (error === null) resolve(stream);
        else reject(zipError(error));
      });
    });
  }
}

function inflate(raw: Readable): Readable {
  const unpacked = createInflateRaw({ chunkSize: INFLATE_CHUNK });
  pipeline(raw, unpacked, () => {});
  return unpacked;
}

function readDirectory(file: ZipFile): Promise<Map<string, Entry>> {
  return new Promise((resolve, reject) => {
    const parts = new Map<string, Entry>();
    file.on('entry', (entry: Entry) => {
      const name = entry.fileName.toLowerCase();
      // Two parts of one name: readers disagree about which counts, so neither is trusted.
      if (parts.has(name)) reject(new TabularError('corrupt', { found: entry.fileName }));
      parts.set(name, entry);
      file.readEntry();
    });
    file.on('end', () => resolve(parts));
    file.on('error', (error: unknown) => reject(zipError(error)));
    file.readEntry();
  });
}

/** Errors of yauzl and zlib as ours. */
export function zipError(error: unknown): TabularError {
  if (error instanceof TabularError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const cut =
    /end of central directory|truncated|unexpected EOF|end of file|overflows file bounds/i.test(text) ||
    code === 'Z_BUF_ERROR';
  if (cut) return new TabularError('truncated', {}, { cause: error });
  return new TabularError('corrupt', { found: text }, { cause: error });
}
