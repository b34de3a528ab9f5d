/** An archived month made readable: a table of its own beside the log, which the audit login reads. It is no part of the log. */
import type { AppContext } from '../../context.ts';
import { withTransaction } from '../db.ts';
import { EnvironmentError } from '../errors.ts';
import { archivedRows, verifyArchive } from './archive.ts';
import { dropRestored, heldMonths, insertRestored, makeRestored } from './seal-queries.ts';

type Context = Pick<AppContext, 'db' | 'clock' | 'config'>;
const batch = 500;

/** Whole months that are older than the policy keeps hot, oldest first. */
export async function monthsToArchive(ctx: Context, hotMonths: number): Promise<string[]> {
  const now = new Date(ctx.clock.now());
  // The month that `hotMonths` months ago was running is still hot, and all after it.
  const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - hotMonths, 1)).toISOString().slice(0, 7);
  return (await heldMonths(ctx.db.audit)).filter((month) => month < first);
}

/** Verifies the file first; nothing that does not verify is shown to anybody. Errors: EnvironmentError. */
export async function restoreArchive(
  ctx: Context,
  file: string,
  options: { readonly remove: boolean },
): Promise<{ readonly table: string; readonly month: string; readonly rows: number }> {
  const proof = await verifyArchive(file, ctx.config.keysDir);
  const [problem] = proof.problems;
  if (problem) {
    throw new EnvironmentError(
      `归档文件没有通过核验，不予恢复：${problem.zh}`,
      `The archive does not verify and is not restored: ${problem.en}`,
    );
  }
  const table = `log.restored_${proof.month.replace('-', '_')}`;
  await withTransaction(ctx.db.migrator, async (tx) => {
    await dropRestored(tx, proof.month);
    if (options.remove) return;
    await makeRestored(tx, proof.month, ctx.db.roles.audit);
    let rows: (readonly (string | null)[])[] = [];
    for await (const row of archivedRows(file)) {
      rows.push(row);
      if (rows.length < batch) continue;
      await insertRestored(tx, proof.month, rows);
      rows = [];
    }
    await insertRestored(tx, proof.month, rows);
  });
  return { table, month: proof.month, rows: options.remove ? 0 : proof.rows };
}
