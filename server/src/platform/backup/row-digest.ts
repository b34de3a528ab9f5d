import { createHash, hash } from 'node:crypto';

const NEWLINE = 10;

/**
 * Count and digest of rows in COPY text format, whatever their order: the sum of the rows' hashes, lane by lane. It finds
 * accidents (a row lost, doubled or changed); the chunks' own hashes guard the files.
 */
export class RowDigest {
  #rest: Buffer = Buffer.alloc(0);
  #rows = 0;
  readonly #lanes = new Uint32Array(4);

  update(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      const line = chunk.subarray(from, end);
      this.#add(this.#rest.length > 0 ? Buffer.concat([this.#rest, line]) : line);
      this.#rest = Buffer.alloc(0);
      from = end + 1;
    }
    if (from < chunk.length) this.#rest = Buffer.concat([this.#rest, chunk.subarray(from)]);
  }

  #add(line: Buffer): void {
    const digest = hash('sha256', line, 'buffer');
    this.#rows += 1;
    for (let lane = 0; lane < 4; lane += 1) {
      this.#lanes[lane] = ((this.#lanes[lane] ?? 0) + digest.readUInt32LE(lane * 4)) >>> 0;
    }
  }

  get rows(): number {
    return this.#rows;
  }

  digest(): string {
    if (this.#rest.length > 0) throw new Error('the last row is cut off');
    return createHash('sha256')
      .update(`${this.#rows} ${[...this.#lanes].join(' ')}`)
      .digest('hex');
  }
}
