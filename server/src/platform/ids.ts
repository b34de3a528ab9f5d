import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(10 * 256);
let poolAt = pool.length;
let lastMs = 0;
let counter = 0;

/**
 * A UUID version 7 (RFC 9562 §5.7, method 1): 48 bits of Unix milliseconds, a 12-bit counter, 62 random bits.
 * Within one process each id is greater than the one before, also when the machine's clock steps back.
 */
export function newId(): string {
  if (poolAt >= pool.length) {
    randomFillSync(pool);
    poolAt = 0;
  }
  const random = pool.subarray(poolAt, poolAt + 10);
  poolAt += 10;

  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    // Starts in the lower half, so that 2,048 ids and more fit into one millisecond.
    counter = random.readUInt16BE(8) & 0x7ff;
  } else {
    counter += 1;
    if (counter > 0xfff) {
      lastMs += 1;
      counter = 0;
    }
  }
  const time = lastMs.toString(16).padStart(12, '0');
  const tail = random.toString('hex', 0, 8);
  const variant = (0x8 | (Number.parseInt(tail.charAt(0), 16) & 0x3)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${variant}${tail.slice(1, 4)}-${tail.slice(4)}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** True for a UUID in its lower-case canonical form. */
export function isId(value: string): boolean {
  return UUID.test(value);
}
