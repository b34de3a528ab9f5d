/** Hashes of rows and the tree over them (as RFC 6962 §2.1: leaves and nodes have different prefixes). Pure. */
import { createHash } from 'node:crypto';

const leafPrefix = Buffer.of(0);
const nodePrefix = Buffer.of(1);

/** Hash of a row in canonical form: JSON of its columns as text, in a fixed order. */
export function leafHash(columns: readonly (string | null)[]): Buffer {
  return createHash('sha256').update(leafPrefix).update(JSON.stringify(columns)).digest();
}

const pair = (left: Buffer, right: Buffer): Buffer =>
  createHash('sha256').update(nodePrefix).update(left).update(right).digest();

/**
 * Builds the root while leaves come one by one, with one hash a level in memory, so that verification of a large log is
 * flat. A level's odd node goes up as it is.
 */
export class MerkleTree {
  /** Complete subtrees, largest first. */
  readonly #peaks: { size: number; hash: Buffer }[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(leaf: Buffer): void {
    let node = { size: 1, hash: leaf };
    for (let last = this.#peaks.at(-1); last && last.size === node.size; last = this.#peaks.at(-1)) {
      this.#peaks.pop();
      node = { size: node.size * 2, hash: pair(last.hash, node.hash) };
    }
    this.#peaks.push(node);
    this.#count += 1;
  }

  /** Hex; the hash of nothing for an empty tree. */
  root(): string {
    const peaks = [...this.#peaks].reverse();
    const [smallest, ...rest] = peaks;
    if (!smallest) return createHash('sha256').digest('hex');
    return rest.reduce((right, left) => pair(left.hash, right), smallest.hash).toString('hex');
  }
}

export interface SealFacts {
  readonly sealNo: string;
  readonly epoch: number;
  readonly month: string;
  readonly fromXid: string;
  readonly toXid: string;
  readonly rowCount: string;
  readonly merkleRoot: string;
  readonly prevHash: string;
  readonly algorithm: string;
  readonly keyId: string;
  readonly sealedAt: string;
}

/** The text that is hashed and signed. */
export function sealText(seal: SealFacts): string {
  return JSON.stringify([
    'chengxin-log-seal-1',
    seal.sealNo,
    seal.epoch,
    seal.month,
    seal.fromXid,
    seal.toXid,
    seal.rowCount,
    seal.merkleRoot,
    seal.prevHash,
    seal.algorithm,
    seal.keyId,
    seal.sealedAt,
  ]);
}

export function sealHash(seal: SealFacts): string {
  return createHash('sha256').update(sealText(seal)).digest('hex');
}

/** What the first seal points back to. */
export const genesis = '0'.repeat(64);
