/**
 * A restored backup holds what was erased after it was made. It is erased again twice over: inside the restore's own
 * transaction, and at every start before the port is taken (a database that somebody copied back by hand).
 */
import type { AppContext } from '../../context.ts';
import type { RestoreHook } from '../../platform/backup/index.ts';
import { type Queryable, withTransaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import { proofOf } from './digests.ts';
import { forgetPending } from './erase.ts';
import {
  deleteAliases,
  deleteRestored,
  erasedButThere,
  insertLedger,
  insertRun,
  type LedgerEntry,
  ledgerPage,
} from './erase-queries.ts';
import { appendLedger, byFile, notePending, readLedger } from './erasure-ledger.ts';
import type { PersonPorts } from './types.ts';

const PAGE = 5000;
const FIRST = '00000000-0000-0000-0000-000000000000';

async function tableLedger(client: Queryable): Promise<LedgerEntry[]> {
  const all: LedgerEntry[] = [];
  for (let after = FIRST; ; ) {
    const page = await ledgerPage(client, after, PAGE);
    all.push(...page);
    if (page.length < PAGE) return all;
    after = (page.at(-1) as LedgerEntry).erasureId;
  }
}

const erasing = (entries: readonly LedgerEntry[]): string[] =>
  entries.filter((one) => one.scope === 'record' || one.scope === 'person').map((one) => one.digest);

/** For `restore`: the ledger of the installation that is replaced, from the file and from the tables that are still there. */
export function erasureHook(dataDir: string): RestoreHook {
  return async ({ client, schemaBefore }) => {
    const present = await client.query("SELECT to_regclass('person.record') AS store");
    if (present.rows[0]?.store === null) return;
    const before = schemaBefore('person');
    const known = readLedger(dataDir);
    if (before) {
      const seen = new Set(known.map((one) => one.erasureId));
      const rows = await ledgerBefore(client, before);
      const missing = rows.filter((one) => !seen.has(one.erasureId));
      // Kept outside at once: the tables are dropped with the restore.
      appendLedger(dataDir, missing);
      known.push(...missing);
    }
    const found = await erasedButThere(client, erasing(known));
    await deleteRestored(client, found);
    notePending(dataDir, byFile(found.records));
  };
}

/** The ledger table under the name that the restore gave its schema. */
async function ledgerBefore(client: Parameters<RestoreHook>[0]['client'], schema: string): Promise<LedgerEntry[]> {
  if (!/^[a-z_]+$/.test(schema)) return [];
  const there = await client.query('SELECT to_regclass($1) AS ledger', [`${schema}.erasure`]);
  if (there.rows[0]?.ledger === null) return [];
  await client.query("SELECT set_config('search_path', $1, true)", [schema]);
  try {
    const rows = await client.query(
      'SELECT erasure_id AS "erasureId", scope, digest, reason, basis, erased_at AS at FROM erasure ORDER BY erasure_id',
    );
    return rows.rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() })) as LedgerEntry[];
  } finally {
    await client.query("SELECT set_config('search_path', 'public', true)");
  }
}

/** At every start, before anything answers. Returns how many rows were there that should not have been. */
export async function reapplyErasures(ctx: AppContext, ports: PersonPorts): Promise<number> {
  const { dataDir } = ctx.config;
  const [outside, inside] = [readLedger(dataDir), await tableLedger(ctx.db.person)];
  const known = {
    outside: new Set(outside.map((one) => one.erasureId)),
    inside: new Set(inside.map((one) => one.erasureId)),
  };
  appendLedger(
    dataDir,
    inside.filter((one) => !known.outside.has(one.erasureId)),
  );
  const missing = outside.filter((one) => !known.inside.has(one.erasureId));
  // A database that knows every entry has carried it out: only one that was put back is searched.
  const digests = erasing(missing);
  const removed = await withTransaction(ctx.db.person, async (tx) => {
    await insertLedger(tx, missing, { runId: null, accountId: null });
    if (digests.length === 0) return 0;
    const found = await erasedButThere(tx, digests);
    const count = found.records.length + found.persons.length;
    if (count === 0) return 0;
    await deleteRestored(tx, found);
    await deleteAliases(tx, found.persons);
    notePending(dataDir, byFile(found.records));
    const at = ctx.clock.now();
    await insertRun(tx, {
      ...{ runId: newId(), kind: 'restore', at, finishedAt: at, proof: proofOf([]) },
      removed: { records: found.records.length, persons: found.persons.length },
    });
    return count;
  });
  await forgetPending(ctx, ports);
  return removed;
}
