/**
 * A month of the log as a file: gzipped lines of JSON (a head, each seal followed by its rows in the order of the tree, a foot
 * with the digest of all lines before it and a signature). It is verified offline, line by line, with the public key alone and
 * can be read with ordinary tools. A month leaves the database only after its file was verified as written.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { AppContext } from '../../context.ts';
import { type Pool, withTransaction } from '../db.ts';
import { EnvironmentError } from '../errors.ts';
import { archiveText } from './archive-proof.ts';
import { type HashName, hashOf, leafHash, MerkleTree, sealHash, sealText } from './merkle.ts';
import { openSealKey, readPublicKeys, verifies } from './seal-key.ts';
import {
  type ArchivedMonth,
  dropMonth,
  insertArchive,
  monthRows,
  type StoredSeal,
  sealsOfMonth,
} from './seal-queries.ts';

const format = 'chengxin-log-archive-1';
const rowPage = 5000;
const sealPage = 500;

type Line =
  | { readonly kind: 'head'; readonly format: string; readonly month: string }
  | { readonly kind: 'row'; readonly columns: readonly (string | null)[] }
  | { readonly kind: 'seal'; readonly seal: StoredSeal }
  | {
      readonly kind: 'foot';
      readonly rows: number;
      readonly seals: number;
      readonly digest: string;
      readonly algorithm: string;
      readonly keyId: string;
      readonly signature: string;
      readonly publicKey: string;
    };

const footText = (month: string, rows: number, seals: number, digest: string): string =>
  JSON.stringify([`${format}-foot`, month, rows, seals, digest]);

/** Positions in the canonical row: epoch and xid are its last two columns. */
const epochAt = 18;

async function* everyRow(pool: Pool, month: string): AsyncGenerator<readonly (string | null)[]> {
  let after: { epoch: number; xid: string; logId: string } | null = null;
  for (;;) {
    const rows = await monthRows(pool, month, after, rowPage);
    for (const row of rows) yield row.columns;
    const last = rows.at(-1);
    if (!last || rows.length < rowPage) return;
    after = { epoch: Number(last.columns[epochAt]), xid: last.xid, logId: last.columns[0] ?? '' };
  }
}

async function* everySeal(pool: Pool, month: string): AsyncGenerator<StoredSeal> {
  let after = '0';
  for (;;) {
    const seals = await sealsOfMonth(pool, month, after, sealPage);
    yield* seals;
    const last = seals.at(-1);
    if (!last || seals.length < sealPage) return;
    after = last.sealNo;
  }
}

interface Written {
  rows: number;
  seals: number;
  firstSeal: string | null;
  lastSeal: string | null;
}

const covers = (seal: StoredSeal, columns: readonly (string | null)[]): boolean => {
  const xid = BigInt(columns[epochAt + 1] ?? '0');
  return seal.epoch === Number(columns[epochAt]) && BigInt(seal.fromXid) <= xid && xid < BigInt(seal.toXid);
};

/** Seals and rows come in the same order: each seal is laid before the rows that it covers. */
async function* body(pool: Pool, month: string, counted: Written): AsyncGenerator<Line> {
  const rows = everyRow(pool, month);
  let row = await rows.next();
  for await (const seal of everySeal(pool, month)) {
    yield { kind: 'seal', seal };
    counted.seals += 1;
    counted.firstSeal ??= seal.sealNo;
    counted.lastSeal = seal.sealNo;
    for (; !row.done && covers(seal, row.value); row = await rows.next()) {
      counted.rows += 1;
      yield { kind: 'row', columns: row.value };
    }
  }
  if (!row.done) {
    throw new EnvironmentError(
      `${month} 有尚未封存或不属于任何封存的记录，请先运行 ./chengxin verify-log。`,
      `Rows of ${month} are not sealed yet or belong to no seal. Run ./chengxin verify-log first.`,
    );
  }
}

async function* lines(ctx: ArchiveContext, month: string, counted: Written): AsyncGenerator<string> {
  const key = openSealKey(ctx.config.keysDir, ctx.config.logHash);
  const digest = createHash(key.hash);
  const line = (value: Line): string => {
    const text = `${JSON.stringify(value)}\n`;
    digest.update(text);
    return text;
  };
  yield line({ kind: 'head', format, month });
  for await (const value of body(ctx.db.audit, month, counted)) yield line(value);
  const hex = digest.digest('hex');
  const foot: Line = {
    kind: 'foot',
    rows: counted.rows,
    seals: counted.seals,
    digest: hex,
    algorithm: key.algorithm,
    keyId: key.keyId,
    signature: key.sign(footText(month, counted.rows, counted.seals, hex)),
    publicKey: key.publicPem,
  };
  yield `${JSON.stringify(foot)}\n`;
}

async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest('hex');
}

type ArchiveContext = Pick<AppContext, 'db' | 'clock' | 'config'>;

/**
 * Writes a month to its file, verifies the file as it lies on the disk and records it. The partition stays.
 * Errors: EnvironmentError when rows are not sealed yet or the file does not verify.
 */
export async function archiveMonth(ctx: ArchiveContext, month: string): Promise<ArchivedMonth> {
  const folder = ctx.config.logArchiveDir;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = `access-log-${month}.jsonl.gz`;
  const part = join(folder, `${name}.part`);
  const counted: Written = { rows: 0, seals: 0, firstSeal: null, lastSeal: null };
  try {
    await pipeline(lines(ctx, month, counted), createGzip({ level: 6 }), createWriteStream(part, { mode: 0o600 }));
    const proof = await verifyArchive(part, ctx.config.keysDir);
    const [problem] = proof.problems;
    if (problem) {
      throw new EnvironmentError(
        `${month} 的归档没有通过核验，未作任何删除：${problem.zh}`,
        `The archive of ${month} did not verify, nothing was removed: ${problem.en}`,
      );
    }
    renameSync(part, join(folder, name));
  } finally {
    rmSync(part, { force: true });
  }
  return recordArchive(ctx, month, name, counted);
}

async function recordArchive(
  ctx: ArchiveContext,
  month: string,
  fileName: string,
  counted: Written,
): Promise<ArchivedMonth> {
  const key = openSealKey(ctx.config.keysDir, ctx.config.logHash);
  const facts = {
    month,
    fileName,
    fileDigest: await fileDigest(join(ctx.config.logArchiveDir, fileName)),
    rowCount: String(counted.rows),
    firstSeal: counted.firstSeal,
    lastSeal: counted.lastSeal,
    archivedAt: ctx.clock.now(),
    algorithm: key.algorithm,
    keyId: key.keyId,
  };
  const row: ArchivedMonth = { ...facts, signature: key.sign(archiveText(facts)) };
  await withTransaction(ctx.db.migrator, (tx) => insertArchive(tx, row));
  return row;
}

/**
 * Removes an archived month from the database; its seals stay. The database itself refuses a month that is younger than six
 * months or whose archive lacks a row.
 */
export async function removeMonth(ctx: ArchiveContext, month: string): Promise<void> {
  if (!existsSync(join(ctx.config.logArchiveDir, `access-log-${month}.jsonl.gz`))) {
    throw new EnvironmentError(
      `找不到 ${month} 的归档文件，未作删除。`,
      `The archive file of ${month} is not there; nothing was removed.`,
    );
  }
  await withTransaction(ctx.db.migrator, (tx) => dropMonth(tx, month));
}

export interface ArchiveProof {
  readonly ok: boolean;
  readonly month: string;
  readonly rows: number;
  readonly seals: number;
  readonly problems: readonly { readonly zh: string; readonly en: string }[];
}

/** The lines of an archive, as they lie in the file. */
async function* linesOf(file: string): AsyncGenerator<{ text: string; value: Line }> {
  const source = createReadStream(file);
  const unpacked = createGunzip();
  source.on('error', (error) => unpacked.destroy(error));
  const reader = createInterface({ input: source.pipe(unpacked), crlfDelay: Number.POSITIVE_INFINITY });
  let failure: Error | null = null;
  unpacked.on('error', (error) => {
    failure = error;
    reader.close();
  });
  for await (const text of reader) yield { text, value: JSON.parse(text) as Line };
  if (failure) throw failure;
}

/** The rows of an archive, for reading. */
export async function* archivedRows(file: string): AsyncGenerator<readonly (string | null)[]> {
  for await (const { value } of linesOf(file)) if (value.kind === 'row') yield value.columns;
}

class Proof {
  readonly problems: { zh: string; en: string }[] = [];
  month = '';
  rows = 0;
  seals = 0;
  readonly #keys: ReturnType<typeof readPublicKeys>;
  readonly #digests = { sha256: createHash('sha256'), sm3: createHash('sm3') };
  #open: { seal: StoredSeal; tree: MerkleTree; hash: HashName } | null = null;
  #foot: Extract<Line, { kind: 'foot' }> | null = null;

  constructor(keys: ReturnType<typeof readPublicKeys>) {
    this.#keys = keys;
  }

  say(zh: string, en: string): void {
    if (this.problems.length < 20) this.problems.push({ zh, en });
  }

  take(text: string, line: Line): void {
    if (this.#foot) this.say('文件尾之后还有内容。', 'There are lines after the foot.');
    if (line.kind === 'foot') {
      this.#foot = line;
      return;
    }
    for (const digest of Object.values(this.#digests)) digest.update(`${text}\n`);
    if (line.kind === 'head') this.#head(line);
    else if (line.kind === 'row') this.#row(line.columns);
    else this.#seal(line.seal);
  }

  #head(line: Extract<Line, { kind: 'head' }>): void {
    if (line.format !== format) this.say(`格式 ${line.format} 不认识。`, `The format ${line.format} is unknown.`);
    this.month = line.month;
  }

  #row(columns: readonly (string | null)[]): void {
    this.rows += 1;
    const open = this.#open;
    if (open && covers(open.seal, columns)) open.tree.add(leafHash(columns, open.hash));
    else this.say(`第 ${this.rows} 行不属于任何封存。`, `Row ${this.rows} belongs to no seal.`);
  }

  #seal(seal: StoredSeal): void {
    this.#close();
    this.seals += 1;
    const hash = hashOf(seal.algorithm) ?? 'sha256';
    this.#open = { seal, hash, tree: new MerkleTree(hash) };
    const key = this.#keys.get(seal.keyId);
    if (!key || sealHash(seal) !== seal.sealHash || !verifies(key, sealText(seal), seal.signature))
      this.say(`第 ${seal.sealNo} 号封存的签名无效。`, `Seal ${seal.sealNo} is not validly signed.`);
  }

  #close(): void {
    if (!this.#open) return;
    const { seal, tree } = this.#open;
    this.#open = null;
    if (seal.month !== this.month || String(tree.count) !== seal.rowCount || tree.root() !== seal.merkleRoot)
      this.say(`第 ${seal.sealNo} 号封存与记录不符。`, `The rows do not fit seal ${seal.sealNo}.`);
  }

  end(): void {
    this.#close();
    const foot = this.#foot;
    if (!foot) {
      this.say('文件不完整，缺少文件尾。', 'The file is not complete: it has no foot.');
      return;
    }
    const digest = this.#digests[hashOf(foot.algorithm) ?? 'sha256'].digest('hex');
    const key = this.#keys.get(foot.keyId);
    if (!key) this.say(`由未知密钥 ${foot.keyId} 签名。`, `It is signed with the unknown key ${foot.keyId}.`);
    else if (!verifies(key, footText(this.month, this.rows, this.seals, digest), foot.signature))
      this.say('文件签名无效，内容被改动。', 'The signature of the file does not fit: it was changed.');
  }
}

/** Verifies a file with the public keys of `keysFolder`, without the database. Never throws for what is in the file. */
export async function verifyArchive(file: string, keysFolder: string): Promise<ArchiveProof> {
  if (!existsSync(file)) {
    throw new EnvironmentError(`没有文件 ${file}。`, `There is no file ${file}.`);
  }
  const proof = new Proof(readPublicKeys(keysFolder));
  try {
    for await (const { text, value } of linesOf(file)) proof.take(text, value);
    proof.end();
  } catch {
    proof.say('文件读不出（损坏或不是归档文件）。', 'The file cannot be read: it is damaged or no archive.');
  }
  const { month, rows, seals, problems } = proof;
  return { ok: problems.length === 0, month, rows, seals, problems };
}

/** The name of the file that a month is in. */
export const archiveFile = (config: Pick<AppContext['config'], 'logArchiveDir'>, row: ArchivedMonth): string =>
  join(config.logArchiveDir, basename(row.fileName));
