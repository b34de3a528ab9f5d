/**
 * Seals the access log and places changes in the feed, every second or so, below the oldest transaction that still runs.
 * One holder by advisory lock; it inserts only, so that a lost or repeated round harms nothing.
 */
import type { PoolClient } from 'pg';
import type { AppContext } from '../../context.ts';
import { safeError } from '../safe-error.ts';
import { telemetryOf } from '../telemetry.ts';
import { genesis, type HashName, leafHash, MerkleTree, sealHash, sealText } from './merkle.ts';
import { openSealKey, type SealKey } from './seal-key.ts';
import {
  advisoryLock,
  insertSeal,
  insertSealKey,
  type LogRow,
  lastPosition,
  lastSeal,
  logRows,
  placeChanges,
  readHorizon,
  type StoredSeal,
} from './seal-queries.ts';
import { prepareAccessLog } from './write.ts';

export interface RoundResult {
  readonly sealedRows: number;
  readonly seals: number;
  readonly placed: number;
  /** False when a page was full: there is more to do at once. */
  readonly caughtUp: boolean;
}

const pageRows = 5000;
/** Changes get their places often, so that followers learn within a second; rows are sealed each second, so that seals stay few. */
const placePauseMs = 200;
const sealEveryMs = 1000;
const retryPauseMs = 5000;

/** Rows of whole transactions: the last one of a full page may be cut, so it waits for the next page. */
async function nextPage(
  client: PoolClient,
  epoch: number,
  fromXid: string,
  horizon: string,
): Promise<{ rows: LogRow[]; toXid: string; full: boolean }> {
  const rows = await logRows(client, { epoch, fromXid, toXid: horizon }, pageRows + 1);
  if (rows.length <= pageRows) return { rows, toXid: horizon, full: false };
  const lastXid = rows.at(-1)?.xid ?? horizon;
  const whole = rows.filter((row) => row.xid !== lastXid);
  if (whole.length > 0) return { rows: whole, toXid: lastXid, full: true };
  // One transaction larger than a page is sealed alone and whole.
  const toXid = (BigInt(lastXid) + 1n).toString();
  return {
    rows: await logRows(client, { epoch, fromXid: lastXid, toXid }, Number.MAX_SAFE_INTEGER),
    toXid,
    full: true,
  };
}

function byMonth(rows: readonly LogRow[], hash: HashName): Map<string, MerkleTree> {
  const trees = new Map<string, MerkleTree>();
  for (const row of rows) {
    const tree = trees.get(row.month) ?? new MerkleTree(hash);
    trees.set(row.month, tree);
    tree.add(leafHash(row.columns, hash));
  }
  return new Map([...trees].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function signedSeal(facts: Omit<StoredSeal, 'sealHash' | 'signature'>, key: SealKey): StoredSeal {
  return { ...facts, sealHash: sealHash(facts), signature: key.sign(sealText(facts)) };
}

async function sealPage(
  client: PoolClient,
  ctx: AppContext,
  key: SealKey,
  epoch: number,
  horizon: string,
): Promise<{ rows: number; seals: number; full: boolean }> {
  const last = await lastSeal(client);
  const fromXid = last && last.epoch === epoch ? last.toXid : '0';
  if (BigInt(horizon) <= BigInt(fromXid)) return { rows: 0, seals: 0, full: false };
  const page = await nextPage(client, epoch, fromXid, horizon);
  let previous = last;
  for (const [month, tree] of byMonth(page.rows, key.hash)) {
    const seal = signedSeal(
      {
        sealNo: (BigInt(previous?.sealNo ?? '0') + 1n).toString(),
        epoch,
        month,
        fromXid,
        toXid: page.toXid,
        rowCount: String(tree.count),
        merkleRoot: tree.root(),
        prevHash: previous?.sealHash ?? genesis,
        algorithm: key.algorithm,
        keyId: key.keyId,
        sealedAt: ctx.clock.now(),
      },
      key,
    );
    await insertSeal(client, seal);
    previous = seal;
  }
  return {
    rows: page.rows.length,
    seals: Number(BigInt(previous?.sealNo ?? '0') - BigInt(last?.sealNo ?? '0')),
    full: page.full,
  };
}

async function placePage(client: PoolClient, ctx: AppContext, epoch: number, horizon: string): Promise<number> {
  const last = await lastPosition(client);
  const afterXid = last && last.epoch === epoch ? last.xid : '0';
  const fromPosition = last?.position ?? '0';
  return placeChanges(client, { epoch, afterXid, horizon, fromPosition, limit: pageRows, at: ctx.clock.now() });
}

/** Above every transaction number: nothing of an earlier cluster can still be running here. */
const endOfEpoch = '9223372036854775807';

/** The epochs with work: what an earlier cluster had not finished when its data were taken, then this one. */
function openEpochs(last: { readonly epoch: number } | null, epoch: number): { epoch: number; ended: boolean }[] {
  const first = Math.min(last?.epoch ?? 1, epoch);
  return Array.from({ length: epoch - first + 1 }, (_, at) => ({ epoch: first + at, ended: first + at < epoch }));
}

async function work(
  client: PoolClient,
  ctx: AppContext,
  key: SealKey,
  epoch: number,
  seals: boolean,
): Promise<RoundResult> {
  const horizon = await readHorizon(client);
  let total: RoundResult = { sealedRows: 0, seals: 0, placed: 0, caughtUp: true };
  for (const part of seals ? openEpochs(await lastSeal(client), epoch) : []) {
    const sealed = await sealPage(client, ctx, key, part.epoch, part.ended ? endOfEpoch : horizon);
    total = {
      ...total,
      sealedRows: total.sealedRows + sealed.rows,
      seals: total.seals + sealed.seals,
      caughtUp: !sealed.full,
    };
    if (sealed.full) break;
  }
  for (const part of openEpochs(await lastPosition(client), epoch)) {
    const placed = await placePage(client, ctx, part.epoch, part.ended ? endOfEpoch : horizon);
    total = { ...total, placed: total.placed + placed, caughtUp: total.caughtUp && placed < pageRows };
    if (placed >= pageRows) break;
  }
  return total;
}

/** One round in one transaction on a client that holds the lock. */
async function round(
  client: PoolClient,
  ctx: AppContext,
  key: SealKey,
  epoch: number,
  seals = true,
): Promise<RoundResult> {
  await client.query('BEGIN');
  try {
    const result = await work(client, ctx, key, epoch, seals);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/**
 * Seals everything that can be sealed now, if nobody else holds the sealer; null when somebody does. For commands at
 * their end and for tests.
 */
export async function sealOnce(ctx: AppContext): Promise<RoundResult | null> {
  const { epoch } = await prepareAccessLog(ctx);
  const key = openSealKey(ctx.config.keysDir, ctx.config.logHash);
  const client = await ctx.db.sealer.connect();
  try {
    if (!(await advisoryLock(client))) return null;
    await insertSealKey(client, {
      keyId: key.keyId,
      algorithm: key.algorithm,
      publicPem: key.publicPem,
      since: ctx.clock.now(),
    });
    let total: RoundResult = { sealedRows: 0, seals: 0, placed: 0, caughtUp: false };
    while (!total.caughtUp) {
      const result = await round(client, ctx, key, epoch);
      total = {
        sealedRows: total.sealedRows + result.sealedRows,
        seals: total.seals + result.seals,
        placed: total.placed + result.placed,
        caughtUp: result.caughtUp,
      };
    }
    return total;
  } finally {
    // Ends the session and with it the lock.
    client.release(true);
  }
}

export interface Sealer {
  /** Milliseconds of the process's own time since the last finished round; null before the first. */
  idleMs(): number | null;
  /** Ends after a last round, so that what was logged before is sealed. */
  stop(): Promise<void>;
}

class RunningSealer implements Sealer {
  readonly #ctx: AppContext;
  readonly #key: SealKey;
  #client: PoolClient | null = null;
  #epoch = 1;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  #finishedAt: number | null = null;
  #sealedAt = Number.NEGATIVE_INFINITY;
  #warned = false;

  constructor(ctx: AppContext) {
    this.#ctx = ctx;
    this.#key = openSealKey(ctx.config.keysDir, ctx.config.logHash);
    this.#schedule(0);
  }

  idleMs(): number | null {
    return this.#finishedAt === null ? null : performance.now() - this.#finishedAt;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#step().catch(() => undefined);
    this.#client?.release(true);
    this.#client = null;
  }

  #schedule(delay: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#tick();
    }, delay);
    this.#timer.unref();
  }

  async #tick(): Promise<void> {
    let pause = placePauseMs;
    try {
      if (!(await this.#step())) pause = 0;
      this.#warned = false;
    } catch (error) {
      pause = retryPauseMs;
      if (!this.#warned)
        this.#ctx.log.error({ err: safeError(error) }, 'the access log could not be sealed; trying again');
      this.#warned = true;
      this.#client?.release(true);
      this.#client = null;
    }
    this.#schedule(pause);
  }

  /** True when there is nothing more to do now. */
  async #step(): Promise<boolean> {
    const client = this.#client ?? (await this.#take());
    if (!client) return true;
    const seals = this.#stopped || performance.now() - this.#sealedAt >= sealEveryMs;
    const result = await round(client, this.#ctx, this.#key, this.#epoch, seals);
    this.#finishedAt = performance.now();
    if (!seals) return result.caughtUp;
    // A full page is gone on with at once.
    if (result.caughtUp) this.#sealedAt = this.#finishedAt;
    const telemetry = telemetryOf(this.#ctx);
    telemetry.sealedRows.inc(result.sealedRows);
    telemetry.lastSealAt.setToCurrentTime();
    return result.caughtUp;
  }

  /** Becomes the holder; null while another process is. */
  async #take(): Promise<PoolClient | null> {
    const { epoch } = await prepareAccessLog(this.#ctx);
    const client = await this.#ctx.db.sealer.connect();
    client.on('error', () => undefined);
    try {
      if (!(await advisoryLock(client))) {
        client.release();
        return null;
      }
      await insertSealKey(client, {
        keyId: this.#key.keyId,
        algorithm: this.#key.algorithm,
        publicPem: this.#key.publicPem,
        since: this.#ctx.clock.now(),
      });
    } catch (error) {
      client.release(true);
      throw error;
    }
    this.#epoch = epoch;
    this.#client = client;
    return client;
  }
}

/** Starts the sealer of the server. */
export function startSealer(ctx: AppContext): Sealer {
  return new RunningSealer(ctx);
}
