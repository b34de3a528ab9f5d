import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Rows to write: at hand or still arriving. */
export type RowSource = Iterable<readonly string[]> | AsyncIterable<readonly string[]>;

/** Sends generated pieces to a stream as fast as it takes them, and ends it. */
export async function sendAll(pieces: AsyncIterable<string | Uint8Array>, stream: Writable): Promise<void> {
  await pipeline(Readable.from(pieces, { objectMode: true, highWaterMark: 2 }), stream);
}
