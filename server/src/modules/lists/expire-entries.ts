/** Terms that are over are announced and the case is closed. The end itself does not wait for this: it is computed when read. */
import type { AppContext } from '../../context.ts';
import { addDays } from '../../platform/clock.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { actOnCase, loadCaseRow } from '../casework/index.ts';
import { platformActor } from '../identity/index.ts';
import { listingKind } from './listing-kind.ts';
import { insertRemoval, pastTerm, type ReadEntry } from './queries.ts';
import { entryStanding, statusFieldsOf } from './read-entries.ts';
import { tellRemoved } from './tell.ts';

const pageSize = 200;
const maxPages = 1_000;

async function announce(ctx: AppContext, row: ReadEntry, endsOn: string): Promise<boolean> {
  const removedOn = addDays(endsOn as never, 1);
  return withTransaction(ctx.db.app, async (tx) => {
    const kept = await insertRemoval(tx, {
      subjectId: row.subject_id,
      removalId: newId(),
      entryId: row.entry_id,
      kind: 'expired',
      removedOn,
      documentNumber: null,
      reason: '期满 the term is over',
      caseId: row.case_id,
      accountId: null,
      at: ctx.clock.now(),
    });
    if (kept !== 1) return false;
    await tellRemoved(tx, ctx, row, 'expired', removedOn);
    const found = row.case_id === null ? null : await loadCaseRow(tx, row.case_id);
    if (found && (found.state === 'listed' || found.state === 'removalAsked'))
      await actOnCase(tx, ctx, platformActor('lists'), listingKind, found.case_id, {
        command: 'expire',
        party: 'platform',
      });
    return true;
  });
}

/** Gives how many were announced. */
export async function announceExpired(ctx: AppContext): Promise<number> {
  const today = ctx.clock.today();
  let told = 0;
  let after: { on: string; id: string } | null = null;
  for (let page = 0; page < maxPages; page++) {
    const rows: ReadEntry[] = await pastTerm(ctx.db.app, today, after, pageSize, statusFieldsOf(ctx.policy()));
    for (const row of rows) {
      const { state, endsOn } = entryStanding(ctx.policy(), row, today);
      if (state !== 'expired' || endsOn === null) continue;
      try {
        if (await announce(ctx, row, endsOn)) told++;
      } catch (error) {
        // Decided meanwhile by somebody else: looked at again tomorrow.
        if (!(error instanceof DomainError)) throw error;
      }
    }
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) break;
    after = { on: last.ends_on ?? '', id: last.entry_id };
  }
  return told;
}
