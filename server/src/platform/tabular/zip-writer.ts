import { Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';

interface WrittenPart {
  name: Buffer;
  offset: number;
  packed: number;
  size: number;
  sum: number;
}

/** Sizes follow the data (bit 3), names are UTF-8 (bit 11). */
const FLAGS = 0x0808;
const DEFLATE = 8;
const VERSION = 20;
/** 1980-01-01, so that the same rows always give the same bytes. */
const DOS_DATE = 0x0021;
const MAX_UINT32 = 0xffff_ffff;

/** Writes a zip part by part as it is generated; nothing is held but the directory. Parts below 4 GiB (no zip64). */
export class ZipWriter {
  private readonly parts: WrittenPart[] = [];
  private offset = 0;

  /** One deflated part. */
  async *part(name: string, text: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Buffer> {
    const written: WrittenPart = { name: Buffer.from(name), offset: this.offset, packed: 0, size: 0, sum: 0 };
    yield this.count(localHeader(written.name));
    const deflate = createDeflateRaw({ level: 6, chunkSize: 1 << 16 });
    const source = Readable.from(measured(text, written), { objectMode: true, highWaterMark: 2 });
    source.on('error', (error) => deflate.destroy(error));
    source.pipe(deflate);
    for await (const chunk of deflate as AsyncIterable<Buffer>) {
      written.packed += chunk.length;
      yield this.count(chunk);
    }
    if (written.size > MAX_UINT32 || this.offset > MAX_UINT32) throw new RangeError('zip part above 4 GiB');
    yield this.count(dataDescriptor(written));
    this.parts.push(written);
  }

  /** The directory. */
  end(): Buffer {
    const entries = Buffer.concat(this.parts.map(directoryEntry));
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(this.parts.length, 8);
    end.writeUInt16LE(this.parts.length, 10);
    end.writeUInt32LE(entries.length, 12);
    end.writeUInt32LE(this.offset, 16);
    return Buffer.concat([entries, end]);
  }

  private count(bytes: Buffer): Buffer {
    this.offset += bytes.length;
    return bytes;
  }
}

async function* measured(text: AsyncIterable<string> | Iterable<string>, part: WrittenPart): AsyncGenerator<Buffer> {
  for await (const piece of text) {
    const bytes = Buffer.from(piece);
    part.size += bytes.length;
    part.sum = crc32(bytes, part.sum);
    yield bytes;
  }
}

function localHeader(name: Buffer): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(VERSION, 4);
  header.writeUInt16LE(FLAGS, 6);
  header.writeUInt16LE(DEFLATE, 8);
  header.writeUInt16LE(DOS_DATE, 12);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name]);
}

function dataDescriptor(part: WrittenPart): Buffer {
  const descriptor = Buffer.alloc(16);
  descriptor.writeUInt32LE(0x08074b50, 0);
  descriptor.writeUInt32LE(part.sum, 4);
  descriptor.writeUInt32LE(part.packed, 8);
  descriptor.writeUInt32LE(part.size, 12);
  return descriptor;
}

function directoryEntry(part: WrittenPart): Buffer {
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(VERSION, 4);
  entry.writeUInt16LE(VERSION, 6);
  entry.writeUInt16LE(FLAGS, 8);
  entry.writeUInt16LE(DEFLATE, 10);
  entry.writeUInt16LE(DOS_DATE, 14);
  entry.writeUInt32LE(part.sum, 16);
  entry.writeUInt32LE(part.packed, 20);
  entry.writeUInt32LE(part.size, 24);
  entry.writeUInt16LE(part.name.length, 28);
  entry.writeUInt32LE(part.offset, 42);
  return Buffer.concat([entry, part.name]);
}
