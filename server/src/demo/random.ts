/**
 * Numbers that look random and are the same for the same seed on every machine: sfc32 (Chris Doty-Humphrey's PractRand),
 * one generator for each thing that is made, keyed by what it is. So a row depends on nothing but its own key, and files
 * can be written in any order, again, or in part.
 */

export interface Random {
  /** In [0, 1). */
  next(): number;
  /** An integer in [0, below). */
  int(below: number): number;
  /** An integer from..to, both inclusive. */
  between(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Digits, the first of which may be 0. */
  digits(count: number): string;
}

class Sfc32 implements Random {
  #a: number;
  #b: number;
  #c: number;
  #d = 1;

  constructor(a: number, b: number, c: number) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    for (let round = 0; round < 12; round += 1) this.#step();
  }

  #step(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + t) | 0;
    return t >>> 0;
  }

  next(): number {
    return this.#step() / 4_294_967_296;
  }

  int(below: number): number {
    return Math.floor(this.next() * below);
  }

  between(from: number, to: number): number {
    return from + this.int(to - from + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)] as T;
  }

  digits(count: number): string {
    let out = '';
    for (let at = 0; at < count; at += 1) out += String(this.int(10));
    return out;
  }
}

/** A seed of any text or number as 32 bits (FNV-1a with a final mix). */
export function seedNumber(seed: string | number): number {
  let hash = 0x811c9dc5;
  for (const character of String(seed)) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return mix(hash);
}

function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** The generator of one thing: `realm` tells kinds of things apart, `index` the thing (an integer below 2^53). */
export function randomOf(seed: number, realm: number, index: number): Random {
  const high = Math.floor(index / 0x1_0000_0000);
  return new Sfc32(
    mix(seed ^ Math.imul(realm + 1, 0x9e3779b1)),
    mix(index ^ 0x5bd1e995) ^ high,
    Math.imul(realm, 0x27d4eb2f) ^ seed,
  );
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** A permutation of 0…size−1: neighbours come to lie far apart, nothing twice. `size` up to 2^32, indices below it. */
export function permutation(seed: number, realm: number, size: number): (index: number) => number {
  const random = randomOf(seed, realm, size);
  const offset = random.int(size);
  // The product of index and step stays below 2^53.
  const most = Math.max(2, Math.min(size, Math.floor(Number.MAX_SAFE_INTEGER / (2 * size))));
  let step = Math.max(1, Math.floor(most * (0.38 + 0.2 * random.next())));
  while (gcd(step, size) !== 1) step += 1;
  return (index) => (index * step + offset) % size;
}
