/** Lists and entries as people read them: the desk, the organisation itself, the public. */
import type {
  AnnouncedList,
  CreditListList,
  CreditListView,
  ExemptionList,
  ListEntryList,
  ListEntryQuery,
  ListEntryView,
  SubjectListsView,
} from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess } from '../../platform/access-log/index.ts';
import { addDays } from '../../platform/clock.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { DomainError } from '../../platform/errors.ts';
import { discloseRecord } from '../disclosure/index.ts';
import { authorize, levelOf, may } from '../identity/index.ts';
import { basisLine, type CreditList, type PolicyRuntime } from '../policy/index.ts';
import { findArchiveSubject, loadOneRecord, publicSubjectName } from '../subjects/index.ts';
import type { EntryState } from './entry.ts';
import { exemptionsOf } from './exemptions.ts';
import {
  announcedHonours,
  bodyById,
  countsByList,
  entriesOfList,
  type ReadEntry,
  recordsOfSubject,
} from './queries.ts';
import { allEntriesOf, entryStanding, listsAsOf, type StandingEntry, statusFieldsOf } from './read-entries.ts';

export const stateWords: Readonly<Record<EntryState, { zh: string; en: string }>> = {
  live: { zh: '在列', en: 'Listed' },
  notYet: { zh: '尚未生效', en: 'Not yet in effect' },
  suspended: { zh: '暂停', en: 'Suspended' },
  barred: { zh: '因在严重失信名单上停止', en: 'Does not hold beside a serious entry' },
  expired: { zh: '期满移出', en: 'Ended by its term' },
  early: { zh: '提前移出', en: 'Removed early' },
  annulled: { zh: '已撤销', en: 'Annulled' },
  leftAtSource: { zh: '认定单位已移出', en: 'Removed at the source' },
};

/** Watch lists are the business of the bodies that keep them and of the credit office. */
const readsWatch = (actor: Actor, bodyId: string): boolean =>
  levelOf(actor) === 'internal' || actor.scopeBodyIds.includes(bodyId);

function listView(list: CreditList, live: number, mayPropose: boolean): CreditListView {
  return {
    key: list.key,
    kind: list.kind,
    name: list.name,
    live,
    public: list.public,
    recognisers: [...list.recognisers.names],
    termMonths: list.term?.months ?? null,
    maxMonths: list.term?.maxMonths ?? null,
    earlyAfterMonths: list.early?.afterMonths ?? null,
    earlyConditions: [...(list.early?.conditions ?? [])],
    criteria: [...list.criteria],
    measures: list.measures,
    removal: list.removal,
    basis: list.basis.map(basisLine),
    mayPropose,
    recognisedHere: list.recognisedHere,
    confirmed: list.confirmed ?? false,
  };
}

/** Counting a hundred thousand entries with their records takes a second: counted once in half a minute. */
const countedForMs = 30_000;
const counted = new WeakMap<
  AppContext['db'],
  { readonly at: number; readonly on: string; readonly counts: Promise<Map<string, number>> }
>();

function countsNow(ctx: AppContext): Promise<Map<string, number>> {
  const now = Date.parse(ctx.clock.now());
  const on = ctx.clock.today();
  const known = counted.get(ctx.db);
  if (known && known.on === on && now >= known.at && now - known.at < countedForMs) return known.counts;
  const counts = countsByList(ctx.db.app, on).then((rows) => new Map(rows.map((row) => [row.list, row.n])));
  counted.set(ctx.db, { at: now, on, counts });
  // One that failed is asked for again.
  counts.catch(() => counted.delete(ctx.db));
  return counts;
}

/** Every list. How many are on a watch list is told to whoever keeps it. */
export async function readLists(ctx: AppContext, actor: Actor): Promise<CreditListList> {
  authorize(actor, 'list.read');
  const counts = await countsNow(ctx);
  const own = actor.bodyId === null ? null : await bodyById(ctx.db.app, actor.bodyId);
  const proposes = may(actor, 'listing.propose', { bodyId: actor.bodyId ?? '' });
  return {
    items: ctx
      .policy()
      .lists()
      .map((list) =>
        listView(
          list,
          list.kind === 'watch' && levelOf(actor) !== 'internal' ? 0 : (counts.get(list.key) ?? 0),
          proposes && list.recognisedHere && list.recognisers.names.some((word) => own?.name.includes(word)),
        ),
      ),
    dataAsOf: ctx.clock.now(),
  };
}

export function entryView(
  policy: PolicyRuntime,
  row: Pick<ReadEntry, 'subject_name' | 'subject_code'>,
  entry: StandingEntry,
): ListEntryView {
  return {
    id: entry.entryId,
    list: entry.list,
    listName: policy.list(entry.list)?.name ?? { zh: entry.list, en: entry.list },
    kind: entry.kind,
    subject: { name: row.subject_name, code: row.subject_code },
    recogniser: entry.recogniser.name,
    documentNumber: entry.documentNumber,
    caseNumber: entry.caseNumber,
    decidedOn: entry.decidedOn as ListEntryView['decidedOn'],
    listedOn: entry.listedOn as ListEntryView['listedOn'],
    endsOn: entry.endsOn as ListEntryView['endsOn'],
    state: entry.state,
    stateLabel: stateWords[entry.state],
    annotations: [...entry.annotations],
    attested: entry.attested,
    recordId: entry.recordId,
    caseId: entry.caseId,
  };
}

const defaultLimit = 50;
/** Rows that one page may pass over because their records ended. */
const maxSkipped = 2_000;

interface Page {
  readonly rows: readonly { readonly row: ReadEntry; readonly entry: StandingEntry }[];
  readonly next: string | null;
}

/** A page of entries that `keeps` lets through; reads on while the record says that an entry ended. */
async function pageOf(
  ctx: AppContext,
  name: string,
  filter: Parameters<typeof entriesOfList>[1],
  query: ListEntryQuery,
  keeps: (row: ReadEntry, entry: StandingEntry) => boolean,
): Promise<Page> {
  const policy = ctx.policy();
  const today = ctx.clock.today();
  const limit = query.limit ?? defaultLimit;
  const opened = openPosition(ctx.keys, name, query.cursor);
  let after = opened && { on: String(opened[0]), id: String(opened[1]) };
  const found: { row: ReadEntry; entry: StandingEntry }[] = [];
  for (let passed = 0; passed < maxSkipped; ) {
    const rows = await entriesOfList(ctx.db.app, filter, after, limit + 1, statusFieldsOf(policy));
    for (const row of rows) {
      passed++;
      const entry = entryStanding(policy, row, today);
      if (keeps(row, entry)) found.push({ row, entry });
      if (found.length > limit) break;
      after = { on: row.listed_on, id: row.entry_id };
    }
    if (found.length > limit || rows.length <= limit) return sealed(ctx, name, found, limit);
  }
  return { rows: found, next: after && sealPosition(ctx.keys, name, [after.on, after.id]) };
}

function sealed(ctx: AppContext, name: string, found: Page['rows'], limit: number): Page {
  const rows = found.slice(0, limit);
  const last = rows.at(-1)?.row;
  const next = found.length > limit && last ? sealPosition(ctx.keys, name, [last.listed_on, last.entry_id]) : null;
  return { rows, next };
}

function listOf(ctx: AppContext, key: string): CreditList {
  const list = ctx.policy().list(key);
  if (!list) throw new DomainError('not-found');
  return list;
}

/** Who is on a list. A watch list shows a body its own entries only. */
export async function readEntries(
  ctx: AppContext,
  actor: Actor,
  key: string,
  query: ListEntryQuery,
): Promise<ListEntryList> {
  authorize(actor, 'list.read');
  const list = listOf(ctx, key);
  const ownOnly = list.kind === 'watch' && levelOf(actor) !== 'internal';
  const page = await pageOf(
    ctx,
    `lists:${key}`,
    {
      list: key,
      q: query.q,
      liveOn: query.all ? undefined : ctx.clock.today(),
      bodies: ownOnly ? actor.scopeBodyIds : undefined,
    },
    query,
    (_row, entry) => query.all === true || entry.state === 'live' || entry.state === 'suspended',
  );
  return withAccess(
    ctx,
    actor,
    { action: 'list.entries', resourceKind: 'list', resourceId: key, detail: { list: key, found: page.rows.length } },
    async () => ({
      items: page.rows.map(({ row, entry }) => entryView(ctx.policy(), row, entry)),
      nextCursor: page.next,
      dataAsOf: ctx.clock.now(),
      followedUntil: await listsAsOf(ctx.db.app),
    }),
  );
}

/** Shown to everybody: lists that policy makes public, entries whose record is on display today; organisations only. */
export async function readPublicEntries(ctx: AppContext, key: string, query: ListEntryQuery): Promise<ListEntryList> {
  const list = listOf(ctx, key);
  if (!list.public) throw new DomainError('not-found');
  const policy = ctx.policy();
  const today = ctx.clock.today();
  const shown = (row: ReadEntry, entry: StandingEntry): boolean => {
    if (entry.state !== 'live' || row.now_record_id === null || row.subject_kind === 'person') return false;
    return discloseRecord(factsFor(row), row.events, today, policy).shown;
  };
  const page = await pageOf(ctx, `public-lists:${key}`, { list: key, q: query.q, liveOn: today }, query, shown);
  return {
    items: page.rows.map(({ row, entry }) => ({
      ...entryView(policy, row, entry),
      subject: {
        name: publicSubjectName(row.subject_kind as never, row.subject_name, row.operator ?? undefined),
        code: row.subject_code,
      },
      caseId: null,
    })),
    nextCursor: page.next,
    dataAsOf: ctx.clock.now(),
    followedUntil: await listsAsOf(ctx.db.app),
  };
}

/** What disclosure needs of an entry's record: a listing has no amount and no procedure. */
const factsFor = (row: ReadEntry): Parameters<typeof discloseRecord>[0] => ({
  item: row.now_item ?? '',
  standard: row.now_standard ?? '',
  decidedOn: row.decided_on,
  effectiveFrom: row.listed_on,
  effectiveTo: row.now_until ?? row.ends_on,
  categories: [],
  severity: null,
  amountFen: null,
  confiscatedFen: null,
  procedure: null,
  subjectKind: row.subject_kind,
  counterpartyPerson: false,
});

export async function readPublicLists(ctx: AppContext): Promise<CreditListList> {
  const counts = await countsNow(ctx);
  return {
    items: ctx
      .policy()
      .lists()
      .filter((list) => list.public)
      .map((list) => listView(list, counts.get(list.key) ?? 0, false)),
    dataAsOf: ctx.clock.now(),
  };
}

/** Whom a body intends to honour: shown to everybody until the announcement is over. */
export async function readAnnounced(ctx: AppContext, key: string): Promise<AnnouncedList> {
  const list = listOf(ctx, key);
  if (list.kind !== 'honour' || !list.public) throw new DomainError('not-found');
  const rows = await announcedHonours(ctx.db.app, key);
  return {
    items: rows.map((row) => ({
      number: row.number,
      subject: { name: publicSubjectName(row.kind as never, row.name, row.operator ?? undefined), code: row.code },
      recogniser: row.recogniser,
      announcedOn: row.announced_on,
      untilOn: addDays(row.announced_on, list.announceDays ?? 7),
    })),
    dataAsOf: ctx.clock.now(),
  };
}

export function readExemptions(ctx: AppContext, actor: Actor): ExemptionList {
  authorize(actor, 'list.read');
  return {
    items: ctx
      .policy()
      .listExemptions()
      .map(({ key, sector, act, conditions, basis, confirmed }) => ({
        key,
        sector,
        act,
        conditions: [...conditions],
        basis: basis.map(basisLine),
        confirmed: confirmed ?? false,
      })),
  };
}

async function standingOfSubject(
  ctx: AppContext,
  subject: { readonly subject_id: string; readonly name: string; readonly unified_code: string | null },
  sees: (entry: StandingEntry) => boolean,
): Promise<SubjectListsView> {
  const policy = ctx.policy();
  const all = await allEntriesOf(ctx.db.app, policy, [subject.subject_id], ctx.clock.today());
  const names = { subject_name: subject.name, subject_code: subject.unified_code };
  const exempt: SubjectListsView['exempt'] = [];
  const items = [...new Set(policy.listExemptions().flatMap((one) => one.items))];
  for (const { record_id } of await recordsOfSubject(ctx.db.app, subject.subject_id, items)) {
    const record = await loadOneRecord(ctx.db.app, policy, record_id);
    const act = record && exemptionsOf(policy, record.facts, record.conduct).find(({ certain }) => certain)?.act;
    if (act) exempt.push({ recordId: record_id, documentNumber: record.row.document_number, act });
  }
  return {
    entries: (all.get(subject.subject_id) ?? []).filter(sees).map((entry) => entryView(policy, names, entry)),
    exempt,
    dataAsOf: ctx.clock.now(),
  };
}

/** How an organisation stands, for an officer; the look is logged, with the items whose records it carried. */
export async function readSubjectLists(ctx: AppContext, actor: Actor, code: string): Promise<SubjectListsView> {
  authorize(actor, 'list.read');
  const subject = await findArchiveSubject(ctx.db.app, { code });
  const id = subject.subject_id;
  const items = [
    ...new Set(
      ctx
        .policy()
        .lists()
        .flatMap((list) => list.items),
    ),
  ];
  return withAccess(
    ctx,
    actor,
    { action: 'list.subject', resourceKind: 'subject', resourceId: id, subjectId: id, detail: { items } },
    () =>
      standingOfSubject(ctx, subject, (entry) => entry.kind !== 'watch' || readsWatch(actor, entry.recogniser.bodyId)),
  );
}

/** The organisation itself sees every entry about it, watch lists too: it was told of each. */
export async function readOwnLists(ctx: AppContext, actor: Actor): Promise<SubjectListsView> {
  authorize(actor, 'list.own');
  if (actor.subjectId === null) throw new DomainError('not-found');
  const subject = await findArchiveSubject(ctx.db.app, { subjectId: actor.subjectId });
  return standingOfSubject(ctx, subject, () => true);
}
