/**
 * Lists decided elsewhere: each accepted record of a list's item is an entry. Looked at in the order in which they were
 * recorded, with an overlap for transactions that were longer; done twice, nothing changes. An entry may come a minute late;
 * its end never does, since that is read from the record itself.
 */
import type { AppContext } from '../../context.ts';
import { addDays, type Instant, type PlainDateString } from '../../platform/clock.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import type { CreditList, FieldRole, PolicyRuntime } from '../policy/index.ts';
import { reportedTerm } from './entry.ts';
import {
  type EntryRow,
  followedUntil,
  insertEntry,
  insertRemoval,
  keepFollowed,
  type ListedRecord,
  listedRecords,
  supersedeEntry,
} from './queries.ts';
import { followKey } from './read-entries.ts';
import { tellListed } from './tell.ts';

const pageSize = 200;
const maxPages = 5_000;
const overlapMs = 3_600_000;
const firstId = '00000000-0000-0000-0000-000000000000';
const begin = '2000-01-01T00:00:00.000Z';

/** The list that an item leads to. */
export function listOfItem(policy: PolicyRuntime, item: string): CreditList | undefined {
  return policy.lists().find((list) => list.items.includes(item));
}

const textOfRole = (policy: PolicyRuntime, record: ListedRecord, role: FieldRole): string => {
  const code = policy.standard(record.standard).fields.find((field) => field.role === role)?.code;
  const value = code === undefined ? undefined : record.payload[code];
  return typeof value === 'string' ? value : '';
};

/** Null: nothing says by which document, so that it is no entry (lists-and-measures §2). */
export function entryOfRecord(ctx: Pick<AppContext, 'policy' | 'clock'>, record: ListedRecord): EntryRow | null {
  const policy = ctx.policy();
  const list = listOfItem(policy, record.item);
  const number = record.document_number;
  const certificate = textOfRole(policy, record, 'certificateNumber') || null;
  const listedOn = record.effective_from ?? record.decided_on;
  if (!list || listedOn === null || (number === null && certificate === null)) return null;
  const term = reportedTerm(list, record.decided_on ?? listedOn, record.effective_to);
  // It ended before it began: reported only to say that it is over.
  if (term.endsOn !== null && term.endsOn < listedOn) return null;
  return {
    subject_id: record.subject_id,
    entry_id: record.entry_id ?? newId(),
    list: list.key,
    kind: list.kind,
    origin: 'record',
    case_id: null,
    record_id: record.record_id,
    key_hash: record.key_hash,
    recogniser_body_id: record.deciding_body_id,
    document_number: number,
    case_number: list.particulars.number === 'case' ? certificate : null,
    decided_on: record.decided_on,
    delivered_on: null,
    delivery_proof: null,
    attested: true,
    listed_on: record.decided_on ?? listedOn,
    ends_on: term.endsOn as EntryRow['ends_on'],
    term_months: term.months,
    term_limit_months: term.limit,
    particulars: {
      facts: textOfRole(policy, record, 'facts') || textOfRole(policy, record, 'conduct'),
      legalBasis: textOfRole(policy, record, 'legalGround'),
      ...(term.cut ? { reportedUntil: record.effective_to ?? '' } : {}),
    },
    policy_set_id: record.policy_set_id,
    account_id: null,
    recorded_at: ctx.clock.now(),
  };
}

/** It was over when it was reported: known as ended, and nobody is told of it now. */
async function endQuietly(tx: Transaction, ctx: AppContext, entry: EntryRow, endsOn: PlainDateString): Promise<void> {
  await insertRemoval(tx, {
    subjectId: entry.subject_id,
    removalId: newId(),
    entryId: entry.entry_id,
    kind: 'expired',
    removedOn: addDays(endsOn, 1),
    documentNumber: null,
    reason: '归集时已期满 over when it was reported',
    caseId: null,
    accountId: null,
    at: ctx.clock.now(),
  });
}

/** @param quiet the first look at a city that has records already: what was listed long ago is told to nobody */
async function keep(tx: Transaction, ctx: AppContext, record: ListedRecord, quiet: boolean): Promise<boolean> {
  if (record.entry_record_id === record.record_id) return false;
  const entry = entryOfRecord(ctx, record);
  if (!entry) return false;
  if (record.entry_id !== null) {
    if ((await supersedeEntry(tx, entry, ctx.clock.now())) !== 1) return false;
    await insertEntry(tx, entry);
    return true;
  }
  await insertEntry(tx, entry);
  if (entry.ends_on !== null && entry.ends_on < ctx.clock.today()) await endQuietly(tx, ctx, entry, entry.ends_on);
  else if (!quiet) await tellListed(tx, ctx, entry);
  return true;
}

/** Gives how many entries were made or corrected. */
export async function followRecords(ctx: AppContext): Promise<number> {
  const items = ctx
    .policy()
    .lists()
    .flatMap((list) => list.items);
  const began = ctx.clock.now();
  const known = await followedUntil(ctx.db.app, followKey);
  let after = {
    at: known === null ? begin : new Date(Date.parse(known) - overlapMs).toISOString(),
    id: firstId,
  };
  let kept = 0;
  for (let page = 0; page < maxPages; page++) {
    const rows = await listedRecords(ctx.db.app, items, after, pageSize);
    const last = rows.at(-1);
    if (!last) break;
    kept += await withTransaction(ctx.db.app, async (tx) => {
      let made = 0;
      for (const record of rows) if (await keep(tx, ctx, record, known === null)) made++;
      return made;
    });
    after = { at: last.recorded_at, id: last.record_id };
    if (rows.length < pageSize) break;
  }
  await keepFollowed(ctx.db.app, followKey, began as Instant, ctx.clock.now());
  return kept;
}
