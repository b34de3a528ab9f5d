/** Terms that are over (PIPL art. 19, 47; G23): each day, page by page, with the proof of what went. */
import type { AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import { fileDigest, personDigest, proofOf, recordDigest, rowDigest } from './digests.ts';
import { forgetPending } from './erase.ts';
import {
  deleteExpiredConsents,
  deleteExpiredIdentifiers,
  deleteExpiredLookups,
  deleteExpiredRecords,
  deleteExpiredRequests,
  deleteExpiredSessions,
  insertLedger,
  insertRun,
  type LedgerEntry,
} from './erase-queries.ts';
import { appendLedger, byFile, notePending } from './erasure-ledger.ts';
import { systemActor } from './system-actor.ts';
import type { PersonPorts } from './types.ts';

const PAGE = 1000;

type Step = (tx: Transaction, today: string) => Promise<readonly { scope: LedgerEntry['scope']; digest: string }[]>;

function steps(ctx: AppContext): Readonly<Record<string, Step>> {
  const ids =
    (scope: LedgerEntry['scope'], remove: (tx: Transaction, today: string, limit: number) => Promise<string[]>): Step =>
    async (tx, today) =>
      (await remove(tx, today, PAGE)).map((id) => ({ scope, digest: rowDigest(scope, id) }));
  return {
    records: async (tx, today) => {
      const rows = await deleteExpiredRecords(tx, today, PAGE);
      notePending(ctx.config.dataDir, byFile(rows));
      return rows.flatMap((row) => [
        { scope: 'record' as const, digest: recordDigest(row.token, row.record_id) },
        { scope: 'file' as const, digest: fileDigest(row.submission_id, row.row_no) },
      ]);
    },
    lookups: ids('lookup', deleteExpiredLookups),
    consents: ids('consent', deleteExpiredConsents),
    requests: ids('request', deleteExpiredRequests),
    identifiers: async (tx, today) =>
      (await deleteExpiredIdentifiers(tx, today, PAGE)).map((token) => ({
        scope: 'person',
        digest: personDigest(token),
      })),
  };
}

/** Returns the counts by kind. Runs until nothing is over its term; may be stopped and run again. */
export async function applyRetention(ctx: AppContext, ports: PersonPorts): Promise<Readonly<Record<string, number>>> {
  const at = ctx.clock.now();
  const today = ctx.clock.today();
  const runId = newId();
  const removed: Record<string, number> = {};
  const digests: string[] = [];
  for (const [name, step] of Object.entries(steps(ctx))) {
    removed[name] = 0;
    for (;;) {
      const entries = await withTransaction(ctx.db.person, async (tx) => {
        const gone = await step(tx, today);
        const made = gone.map((one) => ({
          ...{
            erasureId: newId(),
            ...one,
            reason: 'retention' as const,
            basis: '个人信息保护法第十九条、第四十七条',
            at,
          },
        }));
        await insertLedger(tx, made, { runId, accountId: null });
        return made;
      });
      appendLedger(ctx.config.dataDir, entries);
      digests.push(...entries.map((one) => one.digest));
      removed[name] += entries.filter((one) => one.scope !== 'file').length;
      if (entries.length < PAGE) break;
    }
  }
  await withTransaction(ctx.db.person, (tx) => deleteExpiredSessions(tx, at));
  await forgetPending(ctx, ports);
  if (digests.length === 0) return removed;
  await insertRun(ctx.db.person, {
    runId,
    kind: 'retention',
    at,
    finishedAt: ctx.clock.now(),
    removed,
    proof: proofOf(digests),
  });
  await withTransaction(ctx.db.app, (log) =>
    writeAccess(log, ctx, systemActor(), {
      action: 'privacy.retention',
      detail: { runId, removed, proof: proofOf(digests) },
    }),
  );
  return removed;
}
