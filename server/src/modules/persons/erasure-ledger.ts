/**
 * The ledger of erasures outside the database: DATA_DIR/erasures.jsonl, digests only. The table is in the backup and goes
 * back with it; this file does not, so that an erasure made after the backup is carried out again (DESIGN §4).
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { newId } from '../../platform/ids.ts';
import type { LedgerEntry } from './erase-queries.ts';

export const ledgerName = 'erasures.jsonl';

export interface FileRows {
  readonly submissionId: string;
  readonly rows: readonly number[];
}

/** Appends and waits for the disk. */
export function appendLedger(dataDir: string, entries: readonly LedgerEntry[]): void {
  if (entries.length === 0) return;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = openSync(join(dataDir, ledgerName), 'a', 0o600);
  try {
    writeSync(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A last line that a crash cut off is passed over. */
export function readLedger(dataDir: string): LedgerEntry[] {
  const path = join(dataDir, ledgerName);
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as LedgerEntry];
      } catch {
        return [];
      }
    });
}

const pendingFolder = (dataDir: string): string => join(dataDir, 'erasures-pending');

/** Rows of received files that still have to go, one note an erasure: written before the rows leave the database. */
export function notePending(dataDir: string, rows: readonly FileRows[]): void {
  if (rows.length === 0) return;
  const folder = pendingFolder(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, newId());
  writeFileSync(`${path}.tmp`, JSON.stringify(rows), { mode: 0o600, flush: true });
  renameSync(`${path}.tmp`, `${path}.json`);
}

export function readPending(dataDir: string): { name: string; rows: FileRows[] }[] {
  const folder = pendingFolder(dataDir);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({ name, rows: JSON.parse(readFileSync(join(folder, name), 'utf8')) as FileRows[] }));
}

export const donePending = (dataDir: string, name: string): void =>
  rmSync(join(pendingFolder(dataDir), name), { force: true });

export function byFile(rows: readonly { submission_id: string; row_no: number }[]): FileRows[] {
  const files = new Map<string, number[]>();
  for (const row of rows) files.set(row.submission_id, [...(files.get(row.submission_id) ?? []), row.row_no]);
  return [...files].map(([submissionId, own]) => ({ submissionId, rows: own.sort((left, right) => left - right) }));
}
