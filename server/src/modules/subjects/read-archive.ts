/** What an officer reads: each look is for a stated purpose and is logged in the same transaction. */
import type { Actor, AppContext } from '../../context.ts';
import { withAccess } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import type { Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId } from '../../platform/ids.ts';
import {
  openReading,
  publicReading,
  type Reading,
  readingEntry,
  readingScope,
  readsItem,
  type StatedPurpose,
} from '../access/index.ts';
import { authorize } from '../identity/index.ts';
import {
  eventsOfCluster,
  factsOfCluster,
  findingsOf,
  type LineageRow,
  lineageOf,
  subjectBy,
} from './archive-queries.ts';
import {
  type Archive,
  type ArchiveKey,
  factsFrom,
  findArchiveSubject,
  isRegister,
  lineageByRecord,
  loadArchive,
  loadArchiveRecords,
  payloadFields,
  type RecordPage,
  type RecordsOptions,
  readsRecord,
} from './load-archive.ts';
import type { SubjectPorts } from './ports.ts';
import { endedStates, type SearchPage, searchSubjects } from './search-subjects.ts';

/** What the reading is for, as the caller states it. */
export type Look = StatedPurpose;

const entryFor = (subjectId: string, reading: Reading, detail: Record<string, unknown>) => ({
  action: 'subject.full',
  resourceKind: 'subject',
  resourceId: subjectId,
  subjectId,
  ...readingEntry(reading),
  detail: { ...readingScope(reading), ...detail },
});

/** Errors: not-found, invalid-request (purpose), log-unavailable. */
export async function readFullArchive(
  ctx: AppContext,
  actor: Actor,
  ports: SubjectPorts,
  key: ArchiveKey,
  look: Look,
): Promise<Archive> {
  const reading = openReading(ctx, actor, 'subject.full', 'archive', look);
  return withAccess(
    ctx,
    actor,
    (archive: Archive) => entryFor(archive.subjectId, reading, { part: 'head' }),
    (tx) => loadArchive(ctx, tx, ports, key, reading),
  );
}

export async function readFullRecords(
  ctx: AppContext,
  actor: Actor,
  ports: SubjectPorts,
  key: ArchiveKey,
  look: Look,
  options: RecordsOptions,
): Promise<RecordPage> {
  const reading = openReading(ctx, actor, 'subject.full', 'archive', look);
  const read = await withAccess(
    ctx,
    actor,
    (found: { subjectId: string; page: RecordPage }) =>
      entryFor(found.subjectId, reading, {
        part: 'records',
        item: options.item ?? null,
        records: found.page.items.length,
      }),
    async (tx) => ({
      subjectId: (await findArchiveSubject(tx, key)).subject_id,
      page: await loadArchiveRecords(ctx, tx, ports, key, reading, options),
    }),
  );
  return read.page;
}

/**
 * What the public sees, asked for by a command: masked alike, with where each fact came from, and logged.
 * Errors: not-found, log-unavailable.
 */
export async function readPublicArchive(
  ctx: AppContext,
  actor: Actor,
  ports: SubjectPorts,
  key: ArchiveKey,
): Promise<Archive> {
  authorize(actor, 'subject.search');
  return withAccess(
    ctx,
    actor,
    (archive: Archive) => ({
      action: 'subject.public',
      resourceKind: 'subject',
      resourceId: archive.subjectId,
      subjectId: archive.subjectId,
    }),
    (tx) => loadArchive(ctx, tx, ports, key, publicReading),
  );
}

/** One page of what is on display with its lineage; the look itself was logged with `readPublicArchive`. */
export async function readPublicRecords(
  ctx: AppContext,
  actor: Actor,
  ports: SubjectPorts,
  key: ArchiveKey,
  options: RecordsOptions,
): Promise<RecordPage> {
  authorize(actor, 'subject.search');
  const page = await loadArchiveRecords(ctx, ctx.db.app, ports, key, publicReading, options);
  const lineage = await lineageByRecord(
    ctx.db.app,
    page.items.map((item) => item.recordId),
  );
  return {
    ...page,
    items: page.items.map((item) => {
      const source = lineage.get(item.recordId);
      return source === undefined ? item : { ...item, lineage: source };
    }),
  };
}

export interface RecordLineage extends LineageRow {
  findings: { severity: string; rule: string; rule_version: string; field: string | null }[];
}

async function inUse(
  ctx: AppContext,
  tx: Transaction,
  ports: SubjectPorts,
  reading: Reading,
  row: LineageRow,
): Promise<boolean> {
  const policy = ctx.policy();
  const facts = await factsOfCluster(tx, [row.subject_id], payloadFields(policy));
  const own = facts.find((fact) => fact.record_id === row.record_id);
  const subject = await subjectBy(tx, { subjectId: row.subject_id });
  if (own === undefined || subject === null) return false;
  if (isRegister(policy, own.standard)) return readsItem(reading, policy, own.item);
  const events = (await eventsOfCluster(tx, [row.subject_id])).get(row.record_id) ?? [];
  if (events.some((event) => event.kind === 'erased')) return false;
  const disclosure = ports.disclose(factsFrom(policy, own, subject.kind), events, ctx.clock.today(), policy);
  return readsRecord(policy, reading, own.item, disclosure);
}

/** Where a live record came from. A superseded one is not found (natural-persons §3: only with a case). */
export async function readLineage(
  ctx: AppContext,
  actor: Actor,
  ports: SubjectPorts,
  recordId: string,
  look: Look,
): Promise<RecordLineage> {
  const reading = openReading(ctx, actor, 'subject.full', 'archive', look);
  if (!isId(recordId)) throw new DomainError('not-found');
  return withAccess(
    ctx,
    actor,
    (lineage: RecordLineage) => ({
      action: 'record.lineage',
      resourceKind: 'record',
      resourceId: recordId,
      subjectId: lineage.subject_id,
      ...readingEntry(reading),
    }),
    async (tx) => {
      const [row] = await lineageOf(tx, [recordId]);
      if (row === undefined) throw new DomainError('not-found');
      // What was repaired or annulled has an origin for its source only; the rest of government does not look back.
      if (!actor.scopeBodyIds.includes(row.source_body_id) && !(await inUse(ctx, tx, ports, reading, row)))
        throw new HiddenError();
      return { ...row, findings: await findingsOf(tx, row.submission_id, row.row_no) };
    },
  );
}

/** An officer's search: names as registered; the query is logged without numbers of persons. */
export async function searchAsOfficer(
  ctx: AppContext,
  actor: Actor,
  q: string,
  options: { limit: number; cursor?: string | undefined },
): Promise<SearchPage> {
  authorize(actor, 'subject.search');
  return withAccess(
    ctx,
    actor,
    (page: SearchPage) => ({
      action: 'subject.search',
      resourceKind: 'subject',
      detail: { q: q.slice(0, 200), found: page.total },
    }),
    (tx) =>
      searchSubjects(tx, q, { ...options, keys: ctx.keys, level: 'full', ended: endedStates(ctx), pool: ctx.db.app }),
  );
}
