/** What a repair asks of lists (repair-and-disclosure §7): when a serious list may be left, and that leaving it ends the entry. */
import type { AppContext } from '../../context.ts';
import type { Transaction } from '../../platform/db.ts';
import { actOnCase, loadCaseRow } from '../casework/index.ts';
import { addMonths } from '../disclosure/index.ts';
import { platformActor } from '../identity/index.ts';
import type { OneRecord } from '../subjects/index.ts';
import { listOfItem } from './follow-records.ts';
import { listingKind } from './listing-kind.ts';
import { entryOfKey } from './queries.ts';
import { tellRemoved } from './tell.ts';

/** The shape is that of repair, which stands further right. */
export const leaveSeriousList = {
  kind: 'leaveSeriousList',
  /** Null: nobody leaves this list before its term. */
  firstDay(ctx: AppContext, record: OneRecord): string | null {
    const early = listOfItem(ctx.policy(), record.row.item)?.early;
    const on = record.row.decided_on;
    return early && on !== null ? addMonths(on, early.afterMonths) : null;
  },
  obstacles: () => [],
  /** The event of the record ends entry and measures by itself; here it is said, and a case of this platform is closed. */
  async approved(tx: Transaction, ctx: AppContext, record: OneRecord): Promise<void> {
    const entry = await entryOfKey(tx, record.row.subject_id, record.row.key_hash);
    if (!entry) return;
    await tellRemoved(tx, ctx, entry, 'early', ctx.clock.today());
    const found = entry.case_id === null ? null : await loadCaseRow(tx, entry.case_id);
    if (found && (found.state === 'listed' || found.state === 'removalAsked'))
      await actOnCase(tx, ctx, platformActor('lists'), listingKind, found.case_id, {
        command: 'endByRepair',
        party: 'platform',
      });
  },
};
