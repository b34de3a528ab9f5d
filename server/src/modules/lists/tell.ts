/** What is said when somebody comes on a list or leaves it: followers of the feed, and the organisation itself. */
import type { AppContext } from '../../context.ts';
import { publish } from '../../platform/access-log/index.ts';
import type { Transaction } from '../../platform/db.ts';
import { sendNotice } from '../notices/index.ts';
import type { EntryRow } from './queries.ts';

type Told = Pick<EntryRow, 'subject_id' | 'entry_id' | 'list' | 'kind' | 'record_id'>;

const nameOf = (ctx: AppContext, key: string): { zh: string; en: string } =>
  ctx.policy().list(key)?.name ?? { zh: key, en: key };

/** Watch lists are internal: their entries are in no feed that leaves the house. */
async function feed(tx: Transaction, ctx: AppContext, kind: string, entry: Told, more: object): Promise<void> {
  if (entry.kind === 'watch') return;
  await publish(tx, ctx, [
    {
      kind,
      subjectId: entry.subject_id,
      payload: { entryId: entry.entry_id, list: entry.list, recordId: entry.record_id, ...more },
    },
  ]);
}

export async function tellListed(tx: Transaction, ctx: AppContext, entry: EntryRow): Promise<void> {
  await feed(tx, ctx, 'list.listed', entry, { listedOn: entry.listed_on, endsOn: entry.ends_on });
  await sendNotice(tx, ctx, {
    to: { kind: 'organisation', subjectId: entry.subject_id },
    topic: 'list.listed',
    params: { list: nameOf(ctx, entry.list), document: entry.document_number ?? entry.case_number ?? '' },
    caseId: entry.case_id,
  });
}

export async function tellRemoved(
  tx: Transaction,
  ctx: AppContext,
  entry: Told,
  how: string,
  on: string,
): Promise<void> {
  await feed(tx, ctx, 'list.removed', entry, { how, removedOn: on });
  await sendNotice(tx, ctx, {
    to: { kind: 'organisation', subjectId: entry.subject_id },
    topic: 'list.removed',
    params: { list: nameOf(ctx, entry.list), on },
  });
}
