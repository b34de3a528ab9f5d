/** The row that says a month went to an archive file, and whether it may be believed. Pure. */
import type { Findings } from './findings.ts';
import { type readPublicKeys, verifies } from './seal-key.ts';
import type { ArchivedMonth } from './seal-queries.ts';

export function archiveText(row: Omit<ArchivedMonth, 'signature'>): string {
  return JSON.stringify([
    'chengxin-log-archive-1',
    row.month,
    row.fileName,
    row.fileDigest,
    row.rowCount,
    row.firstSeal,
    row.lastSeal,
    row.archivedAt,
    row.algorithm,
    row.keyId,
  ]);
}

/** A month with seals and without a partition: archived with as many rows as were sealed, or somebody dropped it. */
export function checkArchives(
  removed: ReadonlyMap<string, { first: string; last: string; rows: bigint }>,
  archived: readonly ArchivedMonth[],
  keys: ReturnType<typeof readPublicKeys>,
  findings: Findings,
): void {
  const byMonth = new Map(archived.map((row) => [row.month, row]));
  for (const [month, seals] of removed) {
    const place = { sealNo: seals.first, month };
    const row = byMonth.get(month);
    const key = row && keys.get(row.keyId);
    if (!row) {
      findings.add(
        'monthDropped',
        place,
        `${month} 的日志（第 ${seals.first} 至 ${seals.last} 号封存，共 ${seals.rows} 行）不在库中，也没有归档记录。`,
        `The log of ${month} (seals ${seals.first} to ${seals.last}, ${seals.rows} rows) is neither in the database nor archived.`,
      );
    } else if (!key || !verifies(key, archiveText(row), row.signature)) {
      findings.add(
        'archive',
        place,
        `${month} 的归档记录签名无效。`,
        `The archive record of ${month} is not validly signed.`,
      );
    } else if (BigInt(row.rowCount) !== seals.rows) {
      findings.add(
        'archive',
        place,
        `${month} 归档了 ${row.rowCount} 行，而封存有 ${seals.rows} 行。`,
        `${row.rowCount} rows of ${month} were archived, but ${seals.rows} were sealed.`,
      );
    }
  }
}
