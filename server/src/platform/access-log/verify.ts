/** Recomputes the seals from the rows and says where they break. Reads only, through the audit login. */
import type { Databases, Pool } from '../db.ts';
import { checkArchives } from './archive-proof.ts';
import { type Checkpoint, judgeCheckpoint, makeCheckpoint } from './checkpoint.ts';
import { type Finding, Findings } from './findings.ts';
import { readPublicKeys, type SealKey } from './seal-key.ts';
import {
  archivedMonths,
  countRows,
  heldMonths,
  knownEpochs,
  nextXid,
  rowEpochs,
  type StoredSeal,
  sealsFrom,
} from './seal-queries.ts';
import { type Task, verifyTask } from './verify-rows.ts';
import { checkChain, checkSeal } from './verify-seals.ts';

export interface Verification {
  readonly ok: boolean;
  readonly seals: number;
  readonly rows: number;
  readonly unsealedRows: number;
  /** Months whose rows were written to an archive and removed; their seals are still in the chain. */
  readonly removedMonths: readonly string[];
  readonly firstBroken: Finding | null;
  /** At most a hundred; `findingsTotal` counts all. */
  readonly findings: readonly Finding[];
  readonly findingsTotal: number;
  readonly lastSeal: { readonly sealNo: string; readonly sealHash: string; readonly sealedAt: string } | null;
  /** Up to where a checkpoint from outside proves that nothing was cut; null without one, or when it does not fit. */
  readonly provenTo: { readonly sealNo: string; readonly sealedAt: string; readonly issuedAt: string } | null;
  /** Seals after it (all, without a checkpoint): whole in themselves, but that none was cut behind them is unproven. */
  readonly unprovenSeals: number;
  /** A checkpoint was given, fits, and nothing else was found. */
  readonly tailProven: boolean;
  readonly seconds: number;
}

export interface VerifyOptions {
  /** Kept outside of this machine. */
  readonly checkpoint?: Checkpoint | null;
  /** Of this machine's own folder: compared too, but it proves nothing against somebody who reaches both. */
  readonly ownCheckpoint?: Checkpoint | null;
  readonly onProgress?: (seals: number, rows: number) => void;
}

const sealPage = 500;
/** Rows of a task, about: enough that a task is worth its queries, few enough that two at a time are even. */
const taskRows = 20_000;
const tasksAtOnce = 2;
const endOfEpoch = '9223372036854775807';

/** What is learnt while the seals are read, in one pass. */
class Reading {
  readonly findings = new Findings();
  readonly removed = new Map<string, { first: string; last: string; rows: bigint }>();
  readonly epochs = new Set<number>();
  readonly named = new Map<string, StoredSeal>();
  seals = 0;
  rows = 0;
  previous: StoredSeal | null = null;
  readonly #pool: Pool;
  readonly #held: ReadonlySet<string>;
  #batch: StoredSeal[] = [];
  #batchRows = 0;
  #from = '0';
  readonly #running: Promise<void>[] = [];

  constructor(pool: Pool, held: ReadonlySet<string>) {
    this.#pool = pool;
    this.#held = held;
  }

  async take(seal: StoredSeal): Promise<void> {
    const { previous } = this;
    if (previous && previous.epoch !== seal.epoch) {
      await this.#flush(endOfEpoch);
      this.#from = '0';
    }
    // Whole spans only: the months of one span stand beside each other.
    const sameSpan = previous?.toXid === seal.toXid && previous.fromXid === seal.fromXid;
    if (this.#batchRows >= taskRows && !sameSpan) await this.#flush(previous?.toXid ?? '0');
    this.#batch.push(seal);
    this.#batchRows += Number(seal.rowCount);
    if (!this.#held.has(seal.month)) this.#noteRemoved(seal);
    this.epochs.add(seal.epoch);
    this.seals += 1;
    this.previous = seal;
  }

  #noteRemoved(seal: StoredSeal): void {
    const month = this.removed.get(seal.month);
    this.removed.set(seal.month, {
      first: month?.first ?? seal.sealNo,
      last: seal.sealNo,
      rows: (month?.rows ?? 0n) + BigInt(seal.rowCount),
    });
  }

  async #flush(toXid: string): Promise<void> {
    const [first] = this.#batch;
    if (!first) return;
    const task: Task = { epoch: first.epoch, fromXid: this.#from, toXid, seals: this.#batch };
    this.#batch = [];
    this.#batchRows = 0;
    this.#from = toXid;
    this.#running.push(
      verifyTask(this.#pool, task, this.#held).then((result) => {
        this.rows += result.rows;
        this.findings.append(result.findings);
      }),
    );
    if (this.#running.length >= tasksAtOnce) await this.#running.shift();
  }

  async finish(): Promise<void> {
    await this.#flush(this.previous?.toXid ?? '0');
    await Promise.all(this.#running);
  }
}

/** Rows of epochs that no seal and no cluster ever had, rows with numbers that no transaction has had yet. */
async function checkOutside(pool: Pool, reading: Reading, last: StoredSeal | null): Promise<number> {
  const { findings } = reading;
  const known = await knownEpochs(pool);
  const newest = known.at(-1) ?? 1;
  for (const epoch of reading.epochs) if (!known.includes(epoch)) sayUnknownEpoch(findings, epoch, last);
  let unsealed = 0;
  for (const epoch of await rowEpochs(pool)) {
    const fromXid = epoch === last?.epoch ? last.toXid : '0';
    const ended = last !== null && epoch < last.epoch;
    if (ended && reading.epochs.has(epoch)) continue;
    const found = await countRows(pool, { epoch, fromXid, toXid: endOfEpoch });
    const rows = Number(found.rows);
    if (rows === 0) continue;
    const months = found.months ?? [];
    if (ended || !known.includes(epoch)) {
      findings.add(
        'rowsOutsideSeals',
        { month: months[0] ?? null },
        `${months.join('、')} 有 ${rows} 行属于没有封存的纪元 ${epoch}（事务号 ${found.firstXid} 起）。`,
        `${rows} rows of ${months.join(', ')} belong to epoch ${epoch}, which has no seals (from transaction ${found.firstXid}).`,
      );
    } else {
      unsealed += rows;
      if (epoch === newest) await checkFuture(pool, epoch, last, findings);
    }
  }
  return unsealed;
}

function sayUnknownEpoch(findings: Findings, epoch: number, last: StoredSeal | null): void {
  findings.add(
    'epoch',
    { sealNo: last?.sealNo ?? null },
    `封存所属的纪元 ${epoch} 不存在。`,
    `Seals name epoch ${epoch}, which does not exist.`,
  );
}

/** In a copy of the data in another cluster numbers are small again; there it cannot be told. */
async function checkFuture(pool: Pool, epoch: number, last: StoredSeal | null, findings: Findings): Promise<void> {
  const next = await nextXid(pool);
  if (last && last.epoch === epoch && BigInt(last.toXid) > BigInt(next)) return;
  const found = await countRows(pool, { epoch, fromXid: next, toXid: endOfEpoch });
  if (found.rows === '0') return;
  const months = found.months ?? [];
  findings.add(
    'rowsFromTheFuture',
    { month: months[0] ?? null },
    `${months.join('、')} 有 ${found.rows} 行的事务号（${found.firstXid} 起）尚不存在。`,
    `${found.rows} rows of ${months.join(', ')} name transactions that have not begun yet (from ${found.firstXid}).`,
  );
}

interface Compared {
  readonly checkpoint: Checkpoint;
  readonly outside: boolean;
}

function checkCheckpoint(
  { checkpoint, outside }: Compared,
  reading: Reading,
  keys: ReturnType<typeof readPublicKeys>,
): boolean {
  const { findings, previous: last } = reading;
  const zh = outside ? '外部检查点' : '本机检查点';
  const en = outside ? 'checkpoint' : "checkpoint of this machine's own folder";
  const place = { sealNo: checkpoint.sealNo };
  const judged = judgeCheckpoint(checkpoint, keys);
  if (judged === 'forged') {
    findings.add('checkpointForged', place, `${zh}的签名无效，不能使用。`, `The signature of the ${en} is not valid.`);
    return false;
  }
  if (judged === 'unknownKey') {
    findings.add(
      'checkpointForged',
      place,
      `${zh}由密钥 ${checkpoint.keyId} 签名，本机没有该密钥：检查点属于另一部署，或本机的日志用新密钥重做过。`,
      `The ${en} was signed with key ${checkpoint.keyId}, which this installation does not have: it is another installation's, or the log was made again with a new key.`,
    );
    return false;
  }
  if (reading.named.get(checkpoint.sealNo)?.sealHash === checkpoint.sealHash) return true;
  const cut = last === null || BigInt(last.sealNo) < BigInt(checkpoint.sealNo);
  findings.add(
    'checkpoint',
    place,
    cut
      ? `${zh}为第 ${checkpoint.sealNo} 号封存，而日志只到第 ${last?.sealNo ?? 0} 号：尾部被截去或恢复了旧备份。`
      : `第 ${checkpoint.sealNo} 号封存与${zh}不一致：该范围被重新封存过。`,
    cut
      ? `The ${en} names seal ${checkpoint.sealNo}, but the log ends at ${last?.sealNo ?? 0}: the tail was cut or an old backup restored.`
      : `Seal ${checkpoint.sealNo} differs from the ${en}: that range was sealed again.`,
  );
  return false;
}

async function readSeals(pool: Pool, reading: Reading, keysFolder: string, options: VerifyOptions): Promise<void> {
  const keys = readPublicKeys(keysFolder);
  const named = new Set([options.checkpoint?.sealNo, options.ownCheckpoint?.sealNo]);
  let before: StoredSeal | null = null;
  for (;;) {
    const page: StoredSeal[] = await sealsFrom(pool, before?.sealNo ?? '0', sealPage);
    for (const seal of page) {
      checkChain(seal, before, reading.findings);
      checkSeal(seal, keys, reading.findings);
      if (named.has(seal.sealNo)) reading.named.set(seal.sealNo, seal);
      await reading.take(seal);
      before = seal;
    }
    options.onProgress?.(reading.seals, reading.rows);
    if (page.length < sealPage) break;
  }
  await reading.finish();
}

/**
 * Verifies the whole log. `keysFolder` holds the public keys that are trusted. Memory is flat; time grows with the rows.
 */
export async function verifyLog(
  db: Pick<Databases, 'audit'>,
  keysFolder: string,
  options: VerifyOptions = {},
): Promise<Verification> {
  const began = performance.now();
  const keys = readPublicKeys(keysFolder);
  const held = new Set(await heldMonths(db.audit));
  const reading = new Reading(db.audit, held);
  await readSeals(db.audit, reading, keysFolder, options);
  const { findings, previous: last } = reading;
  findings.sort();
  checkArchives(reading.removed, await archivedMonths(db.audit), keys, findings);
  const unsealedRows = await checkOutside(db.audit, reading, last);
  const { checkpoint, ownCheckpoint } = options;
  const proven = checkpoint ? checkCheckpoint({ checkpoint, outside: true }, reading, keys) : false;
  if (ownCheckpoint) checkCheckpoint({ checkpoint: ownCheckpoint, outside: false }, reading, keys);
  return {
    ok: findings.total === 0,
    seals: reading.seals,
    rows: reading.rows,
    unsealedRows,
    removedMonths: [...reading.removed.keys()].sort(),
    firstBroken: findings.list[0] ?? null,
    findings: findings.list,
    findingsTotal: findings.total,
    lastSeal: last && { sealNo: last.sealNo, sealHash: last.sealHash, sealedAt: last.sealedAt },
    provenTo:
      proven && checkpoint
        ? { sealNo: checkpoint.sealNo, sealedAt: checkpoint.sealedAt, issuedAt: checkpoint.issuedAt }
        : null,
    unprovenSeals: last ? Number(BigInt(last.sealNo) - BigInt(proven && checkpoint ? checkpoint.sealNo : '0')) : 0,
    tailProven: proven && findings.total === 0,
    seconds: Math.round(performance.now() - began) / 1000,
  };
}

/** A checkpoint of the last seal, as the database holds it now: for the end of a verification that found nothing. */
export async function checkpointOfLast(
  db: Pick<Databases, 'audit'>,
  result: Verification,
  key: SealKey,
  issuedAt: string,
): Promise<Checkpoint | null> {
  if (!result.lastSeal) return null;
  const before = (BigInt(result.lastSeal.sealNo) - 1n).toString();
  const [seal] = await sealsFrom(db.audit, before, 1);
  return seal ? makeCheckpoint(seal, key, issuedAt) : null;
}
