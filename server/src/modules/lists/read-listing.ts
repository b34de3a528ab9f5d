/** Beside a case of recognition: the entry that it made, as it stands today. */
import type { ListEntryView } from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import { loadCaseRow } from '../casework/index.ts';
import { factsOf } from './case-facts.ts';
import { entryById, entryOfCase } from './queries.ts';
import { entryStanding, statusFieldsOf } from './read-entries.ts';
import { entryView } from './read-lists.ts';

/** The caller has made sure that the actor may see the case. */
export async function entryOfListing(
  ctx: AppContext,
  caseId: string,
): Promise<{ entry: ListEntryView | null; listKey: string }> {
  const row = await loadCaseRow(ctx.db.app, caseId);
  if (!row) return { entry: null, listKey: '' };
  const listKey = factsOf(row).list;
  const made = await entryOfCase(ctx.db.app, row);
  const found = made && (await entryById(ctx.db.app, made.entry_id, statusFieldsOf(ctx.policy())));
  if (!found) return { entry: null, listKey };
  return { entry: entryView(ctx.policy(), found, entryStanding(ctx.policy(), found, ctx.clock.today())), listKey };
}
