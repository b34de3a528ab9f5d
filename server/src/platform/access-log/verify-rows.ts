/**
 * Rows against seals: both are read in the order of transactions, once, and laid beside each other, so that a row that no seal
 * covers is met on the way and the whole takes one scan whether a seal covers one row or five thousand.
 */
import type { Pool } from '../db.ts';
import { Findings } from './findings.ts';
import { type HashName, hashOf, leafHash, MerkleTree } from './merkle.ts';
import { type LogRow, logRows, type StoredSeal } from './seal-queries.ts';

const rowPage = 5000;

/** Seals that cover the same transactions, one a month. */
interface Span {
  readonly fromXid: bigint;
  readonly toXid: bigint;
  readonly seals: readonly StoredSeal[];
}

/** Seals of one epoch in a row, with everything from the end of those before them. */
export interface Task {
  readonly epoch: number;
  readonly fromXid: string;
  readonly toXid: string;
  readonly seals: readonly StoredSeal[];
}

export interface TaskResult {
  readonly rows: number;
  readonly findings: Findings;
}

function spansOf(seals: readonly StoredSeal[]): Span[] {
  const spans: { fromXid: bigint; toXid: bigint; seals: StoredSeal[] }[] = [];
  for (const seal of seals) {
    const last = spans.at(-1);
    const [fromXid, toXid] = [BigInt(seal.fromXid), BigInt(seal.toXid)];
    if (last && last.fromXid === fromXid && last.toXid === toXid) last.seals.push(seal);
    else spans.push({ fromXid, toXid, seals: [seal] });
  }
  return spans;
}

function checkRows(seal: StoredSeal, tree: MerkleTree, findings: Findings): void {
  const due = Number(seal.rowCount);
  const no = seal.sealNo;
  const place = { sealNo: no, month: seal.month };
  if (tree.count < due) {
    findings.add(
      'rowsMissing',
      place,
      `第 ${no} 号封存（${seal.month}）缺少 ${due - tree.count} 行。`,
      `${due - tree.count} rows of seal ${no} (${seal.month}) are missing.`,
    );
  } else if (tree.count > due) {
    findings.add(
      'rowsAdded',
      place,
      `第 ${no} 号封存（${seal.month}）多出 ${tree.count - due} 行。`,
      `${tree.count - due} rows were added to seal ${no} (${seal.month}).`,
    );
  } else if (tree.root() !== seal.merkleRoot) {
    findings.add(
      'rowsChanged',
      place,
      `第 ${no} 号封存（${seal.month}）的记录被改动或替换。`,
      `Rows of seal ${no} (${seal.month}) were changed or swapped.`,
    );
  }
}

/** Walks the spans as the rows come; rows arrive in ascending order of transactions. */
class Walk {
  readonly findings = new Findings();
  rows = 0;
  readonly #spans: readonly Span[];
  readonly #held: ReadonlySet<string>;
  readonly #outside = new Map<string, { count: number; before: string | null; xid: string }>();
  #at = 0;
  #trees = new Map<string, { tree: MerkleTree; hash: HashName }>();

  constructor(spans: readonly Span[], held: ReadonlySet<string>) {
    this.#spans = spans;
    this.#held = held;
    this.#open();
  }

  #open(): void {
    this.#trees = new Map(
      this.#spans[this.#at]?.seals.map((seal) => {
        const hash = hashOf(seal.algorithm) ?? 'sha256';
        return [seal.month, { tree: new MerkleTree(hash), hash }];
      }),
    );
  }

  #close(): void {
    for (const seal of this.#spans[this.#at]?.seals ?? []) {
      const open = this.#trees.get(seal.month);
      // A month that left the database is judged by its archive.
      if (open && this.#held.has(seal.month)) checkRows(seal, open.tree, this.findings);
    }
    this.#at += 1;
    this.#open();
  }

  take(row: LogRow): void {
    const xid = BigInt(row.xid);
    for (let span = this.#spans[this.#at]; span && span.toXid <= xid; span = this.#spans[this.#at]) this.#close();
    const span = this.#spans[this.#at];
    const open = span && span.fromXid <= xid ? this.#trees.get(row.month) : undefined;
    if (open) {
      open.tree.add(leafHash(row.columns, open.hash));
      this.rows += 1;
      return;
    }
    const seen = this.#outside.get(row.month);
    if (seen) seen.count += 1;
    else this.#outside.set(row.month, { count: 1, before: span?.seals[0]?.sealNo ?? null, xid: row.xid });
  }

  end(): void {
    while (this.#at < this.#spans.length) this.#close();
    for (const [month, { count, before, xid }] of this.#outside) {
      this.findings.add(
        'rowsOutsideSeals',
        { sealNo: before, month },
        `${month} 有 ${count} 行不属于任何封存（事务号 ${xid} 起${before ? `，第 ${before} 号封存附近` : ''}）。`,
        `${count} rows of ${month} belong to no seal (from transaction ${xid}${before ? `, near seal ${before}` : ''}).`,
      );
    }
  }
}

/** The next page is asked for while this one is hashed: the server and this process work at once. */
export async function verifyTask(pool: Pool, task: Task, held: ReadonlySet<string>): Promise<TaskResult> {
  const walk = new Walk(spansOf(task.seals), held);
  let next = logRows(pool, task, rowPage);
  for (;;) {
    const rows = await next;
    const last = rows.at(-1);
    const more = last !== undefined && rows.length === rowPage;
    if (more) {
      next = logRows(pool, task, rowPage, { xid: last.xid, logId: last.columns[0] ?? '' });
      // Awaited in the next round; a failure in between must not end the process.
      next.catch(() => undefined);
    }
    for (const row of rows) walk.take(row);
    if (!more) break;
  }
  walk.end();
  return { rows: walk.rows, findings: walk.findings };
}
