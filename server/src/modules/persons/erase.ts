/**
 * Erasure of one person's data (PIPL art. 47): ciphertext, number and tokens go, the rows go out of the files as received and
 * the keys of those files are destroyed, a digest stays, and a restored backup is treated the same way before it answers.
 */
import type { AppContext } from '../../context.ts';
import type { Transaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import { fileDigest, personDigest, proofOf, recordDigest } from './digests.ts';
import { deleteIdentity, deleteRecords, insertLedger, insertRun, type LedgerEntry } from './erase-queries.ts';
import { appendLedger, byFile, donePending, type FileRows, notePending, readPending } from './erasure-ledger.ts';
import type { PersonPorts } from './types.ts';

export interface Erasure {
  readonly runId: string;
  readonly entries: readonly LedgerEntry[];
  readonly digests: readonly string[];
  readonly files: readonly FileRows[];
}

export interface ErasePerson {
  readonly token: string;
  /** One record, or everything. */
  readonly recordId: string | null;
  readonly reason: LedgerEntry['reason'];
  readonly basis: string;
  readonly accountId: string | null;
}

/** In the caller's transaction; `finishErasure` follows its commit. */
export async function erasePerson(ctx: AppContext, tx: Transaction, input: ErasePerson): Promise<Erasure> {
  const at = ctx.clock.now();
  const runId = newId();
  const rows = await deleteRecords(tx, input.token, input.recordId);
  const entry = (scope: LedgerEntry['scope'], digest: string): LedgerEntry => ({
    ...{ erasureId: newId(), scope, digest, reason: input.reason, basis: input.basis, at },
  });
  const entries = rows.flatMap((row) => [
    entry('record', recordDigest(row.token, row.record_id)),
    entry('file', fileDigest(row.submission_id, row.row_no)),
  ]);
  if (input.recordId === null) {
    await deleteIdentity(tx, input.token);
    entries.push(entry('person', personDigest(input.token)));
  }
  const digests = entries.map((one) => one.digest);
  await insertLedger(tx, entries, { runId, accountId: input.accountId });
  await insertRun(tx, {
    ...{ runId, kind: 'request', at, finishedAt: ctx.clock.now(), proof: proofOf(digests) },
    removed: { records: rows.length, persons: input.recordId === null ? 1 : 0, fileRows: rows.length },
  });
  const files = byFile(rows);
  // Before the commit: should the process die after it, the next start finds what is left to do.
  notePending(ctx.config.dataDir, files);
  return { runId, entries, digests, files };
}

/** After the commit: the ledger outside the database, and the files. Safe to repeat. */
export async function finishErasure(ctx: AppContext, ports: PersonPorts, erasure: Erasure): Promise<void> {
  appendLedger(ctx.config.dataDir, erasure.entries);
  await forgetPending(ctx, ports);
}

/** Takes the rows that wait out of their files, one file after another. */
export async function forgetPending(ctx: Pick<AppContext, 'config'>, ports: PersonPorts): Promise<number> {
  let files = 0;
  for (const note of readPending(ctx.config.dataDir)) {
    // What cannot be read today (keys that are not restored yet) is tried again at the next start and the next run.
    const done = await Promise.allSettled(note.rows.map((file) => ports.forgetRows(file.submissionId, file.rows)));
    if (done.some((one) => one.status === 'rejected')) continue;
    donePending(ctx.config.dataDir, note.name);
    files += note.rows.length;
  }
  return files;
}
