/** Hashes of rows and the tree over them (as RFC 6962 §2.1: leaves and nodes have different prefixes). Pure. */
import { createHash } from 'node:crypto';

/** SM3 (GB/T 32905) where 密评 asks for it; a seal names its own, so that both live in one chain. */
export type HashName = 'sha256' | 'sm3';
export const hashNames: readonly HashName[] = ['sha256', 'sm3'];

const leafPrefix = Buffer.of(0);
const nodePrefix = Buffer.of(1);

/** Hash of a row in canonical form: JSON of its columns as text, in a fixed order. */
export function leafHash(columns: readonly (string | null)[], hash: HashName = 'sha256'): Buffer {
  return createHash(hash).update(leafPrefix).update(JSON.stringify(columns)).digest();
}

/**
 * Builds the root while leaves come one by one, with one hash a level in memory, so that verification of a large log is
 * flat. A level's odd node goes up as it is.
 */
export class MerkleTree {
  /** Complete subtrees, largest first. */
  readonly #peaks: { size: number; hash: Buffer }[] = [];
  readonly #hash: HashName;
  #count = 0;

  constructor(hash: HashName = 'sha256') {
    this.#hash = hash;
  }

  get count(): number {
    return this.#count;
  }

  add(leaf: Buffer): void {
    let node = { size: 1, hash: leaf };
    for (let last = this.#peaks.at(-1); last && last.size === node.size; last = this.#peaks.at(-1)) {
      this.#peaks.pop();
      node = { size: node.size * 2, hash: this.#pair(last.hash, node.hash) };
    }
    this.#peaks.push(node);
    this.#count += 1;
  }

  #pair(left: Buffer, right: Buffer): Buffer {
    return createHash(this.#hash).update(nodePrefix).update(left).update(right).digest();
  }

  /** Hex; the hash of nothing for an empty tree. */
  root(): string {
    const peaks = [...this.#peaks].reverse();
    const [smallest, ...rest] = peaks;
    if (!smallest) return createHash(this.#hash).digest('hex');
    return rest.reduce((right, left) => this.#pair(left.hash, right), smallest.hash).toString('hex');
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

/** `ed25519+sm3` → the hash behind the plus; null for one that this program does not know. */
export function hashOf(algorithm: string): HashName | null {
  const name = algorithm.slice(algorithm.indexOf('+') + 1);
  return hashNames.find((known) => known === name) ?? null;
}

export function sealHash(seal: SealFacts): string {
  return createHash(hashOf(seal.algorithm) ?? 'sha256')
    .update(sealText(seal))
    .digest('hex');
}

/** What the first seal points back to. */
export const genesis = '0'.repeat(64);
