/** Recomputes the seals from the rows and says where the first one breaks. Reads only, through the audit login. */
import type { Databases, Pool } from '../db.ts';
import { genesis, leafHash, MerkleTree, sealHash, sealText } from './merkle.ts';
import { readPublicKeys, verifies } from './seal-key.ts';
import {
  countSealedMonths,
  countUnsealed,
  heldMonths,
  type StoredSeal,
  sealedRows,
  sealsFrom,
} from './seal-queries.ts';

/** The state of the log at a moment, to be kept outside of this machine. */
export interface Checkpoint {
  readonly sealNo: string;
  readonly sealHash: string;
  readonly keyId: string;
  readonly signature: string;
  readonly sealedAt: string;
}

export interface Finding {
  /** Number of the seal, or null when it is not about one. */
  readonly sealNo: string | null;
  readonly kind:
    | 'sealMissing'
    | 'sealChanged'
    | 'signature'
    | 'unknownKey'
    | 'chain'
    | 'range'
    | 'rowsMissing'
    | 'rowsAdded'
    | 'rowsChanged'
    | 'rowsOutsideSeals'
    | 'checkpoint';
  readonly zh: string;
  readonly en: string;
}

export interface Verification {
  readonly ok: boolean;
  readonly seals: number;
  readonly rows: number;
  readonly unsealedRows: number;
  /** Months whose rows were removed after their time; their seals are still in the chain. */
  readonly removedMonths: readonly string[];
  readonly firstBroken: Finding | null;
  readonly findings: readonly Finding[];
  /** Keep it elsewhere and give it back with --checkpoint: without one the tail is unproven. */
  readonly checkpoint: Checkpoint | null;
  readonly tailProven: boolean;
}

const sealPage = 500;
const rowPage = 5000;
const maxFindings = 100;

class Findings {
  readonly list: Finding[] = [];
  add(kind: Finding['kind'], sealNo: string | null, zh: string, en: string): void {
    if (this.list.length < maxFindings) this.list.push({ kind, sealNo, zh, en });
  }
}

async function recompute(pool: Pool, seal: StoredSeal): Promise<MerkleTree> {
  const tree = new MerkleTree();
  let after: { xid: string; logId: string } | null = null;
  for (;;) {
    const rows = await sealedRows(pool, seal, after, rowPage);
    for (const row of rows) tree.add(leafHash(row.columns));
    const last = rows.at(-1);
    if (!last || rows.length < rowPage) return tree;
    after = { xid: last.xid, logId: last.columns[0] ?? '' };
  }
}

function checkChain(seal: StoredSeal, previous: StoredSeal | null, findings: Findings): void {
  const due = BigInt(previous?.sealNo ?? '0') + 1n;
  const no = seal.sealNo;
  if (BigInt(no) !== due) {
    findings.add('sealMissing', String(due), `第 ${due} 号封存缺失。`, `Seal ${due} is missing.`);
  }
  if (seal.prevHash !== (previous?.sealHash ?? genesis)) {
    findings.add('chain', no, `第 ${no} 号封存与前一封存不相连。`, `Seal ${no} does not follow the one before it.`);
  }
  if (!previous || previous.epoch !== seal.epoch) return;
  const same = seal.fromXid === previous.fromXid && seal.toXid === previous.toXid;
  const next = BigInt(seal.fromXid) >= BigInt(previous.toXid);
  if (!same && !next)
    findings.add(
      'range',
      no,
      `第 ${no} 号封存的范围与前一封存重叠。`,
      `The range of seal ${no} overlaps the one before it.`,
    );
}

function checkSignature(seal: StoredSeal, keys: ReturnType<typeof readPublicKeys>, findings: Findings): void {
  const no = seal.sealNo;
  if (sealHash(seal) !== seal.sealHash) {
    findings.add('sealChanged', no, `第 ${no} 号封存本身被改动。`, `Seal ${no} itself was changed.`);
  }
  const key = keys.get(seal.keyId);
  if (!key) {
    findings.add(
      'unknownKey',
      no,
      `第 ${no} 号封存由未知密钥 ${seal.keyId} 签名。`,
      `Seal ${no} was signed with the unknown key ${seal.keyId}.`,
    );
  } else if (!verifies(key, sealText(seal), seal.signature)) {
    findings.add('signature', no, `第 ${no} 号封存签名无效。`, `The signature of seal ${no} is not valid.`);
  }
}

function checkRows(seal: StoredSeal, tree: MerkleTree, findings: Findings): void {
  const due = Number(seal.rowCount);
  const no = seal.sealNo;
  if (tree.count < due) {
    findings.add(
      'rowsMissing',
      no,
      `第 ${no} 号封存（${seal.month}）缺少 ${due - tree.count} 行。`,
      `${due - tree.count} rows of seal ${no} (${seal.month}) are missing.`,
    );
  } else if (tree.count > due) {
    findings.add(
      'rowsAdded',
      no,
      `第 ${no} 号封存（${seal.month}）多出 ${tree.count - due} 行。`,
      `${tree.count - due} rows were added to seal ${no} (${seal.month}).`,
    );
  } else if (tree.root() !== seal.merkleRoot) {
    findings.add(
      'rowsChanged',
      no,
      `第 ${no} 号封存（${seal.month}）的记录被改动或替换。`,
      `Rows of seal ${no} (${seal.month}) were changed or swapped.`,
    );
  }
}

function checkCheckpoint(
  checkpoint: Checkpoint,
  found: StoredSeal | null,
  last: StoredSeal | null,
  findings: Findings,
): void {
  if (found?.sealHash === checkpoint.sealHash) return;
  const cut = last === null || BigInt(last.sealNo) < BigInt(checkpoint.sealNo);
  findings.add(
    'checkpoint',
    checkpoint.sealNo,
    cut
      ? `外部检查点为第 ${checkpoint.sealNo} 号封存，而日志只到第 ${last?.sealNo ?? 0} 号：尾部被截去或恢复了旧备份。`
      : `第 ${checkpoint.sealNo} 号封存与外部检查点不一致：该范围被重新封存过。`,
    cut
      ? `The checkpoint names seal ${checkpoint.sealNo}, but the log ends at ${last?.sealNo ?? 0}: the tail was cut or an old backup restored.`
      : `Seal ${checkpoint.sealNo} differs from the checkpoint: that range was sealed again.`,
  );
}

export interface VerifyOptions {
  readonly checkpoint?: Checkpoint | null;
  readonly onProgress?: (seals: number, rows: number) => void;
}

/**
 * Verifies the whole log. `keysFolder` holds the public keys that are trusted. Memory is flat; time grows with the rows.
 */
export async function verifyLog(
  db: Pick<Databases, 'audit'>,
  keysFolder: string,
  options: VerifyOptions = {},
): Promise<Verification> {
  const keys = readPublicKeys(keysFolder);
  const findings = new Findings();
  const held = new Set(await heldMonths(db.audit));
  const removed = new Set<string>();
  const sealedByMonth = new Map<string, number>();
  let previous: StoredSeal | null = null;
  let atCheckpoint: StoredSeal | null = null;
  let seals = 0;
  let rows = 0;
  for (;;) {
    const page: StoredSeal[] = await sealsFrom(db.audit, previous?.sealNo ?? '0', sealPage);
    for (const seal of page) {
      checkChain(seal, previous, findings);
      checkSignature(seal, keys, findings);
      if (held.has(seal.month)) {
        const tree = await recompute(db.audit, seal);
        checkRows(seal, tree, findings);
        rows += tree.count;
        sealedByMonth.set(seal.month, (sealedByMonth.get(seal.month) ?? 0) + Number(seal.rowCount));
      } else {
        removed.add(seal.month);
      }
      if (options.checkpoint?.sealNo === seal.sealNo) atCheckpoint = seal;
      previous = seal;
      seals += 1;
    }
    options.onProgress?.(seals, rows);
    if (page.length < sealPage) break;
  }
  if (options.checkpoint) checkCheckpoint(options.checkpoint, atCheckpoint, previous, findings);
  if (previous) await checkOutside(db.audit, previous, sealedByMonth, findings);
  return {
    ok: findings.list.length === 0,
    seals,
    rows,
    unsealedRows: Number(await countUnsealed(db.audit, previous)),
    removedMonths: [...removed].sort(),
    firstBroken: findings.list[0] ?? null,
    findings: findings.list,
    checkpoint: previous && {
      sealNo: previous.sealNo,
      sealHash: previous.sealHash,
      keyId: previous.keyId,
      signature: previous.signature,
      sealedAt: previous.sealedAt,
    },
    tailProven: options.checkpoint !== undefined && options.checkpoint !== null && findings.list.length === 0,
  };
}

/** Rows in sealed transactions that no seal counts: added behind the seals, in a month that had none or with an old number. */
async function checkOutside(
  pool: Pool,
  last: StoredSeal,
  sealed: ReadonlyMap<string, number>,
  findings: Findings,
): Promise<void> {
  for (const { month, rows } of await countSealedMonths(pool, last)) {
    const extra = Number(rows) - (sealed.get(month) ?? 0);
    if (extra > 0) {
      findings.add(
        'rowsOutsideSeals',
        null,
        `${month} 有 ${extra} 行不属于任何封存。`,
        `${extra} rows of ${month} belong to no seal.`,
      );
    }
  }
}
