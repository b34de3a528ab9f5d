/**
 * Reading with the subject's authorisation. Each use is counted in the transaction that reads, on a row that is held until
 * the answer is made: a revocation that was confirmed has no reading after it, also within a use that is open.
 */
import type { UseOpened } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess, writeAccess } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId, newId } from '../../platform/ids.ts';
import {
  checkStated,
  outsideClosed,
  type Reading,
  readingEntry,
  readingScope,
  type StatedPurpose,
  switchState,
} from '../access/index.ts';
import { authorize } from '../identity/index.ts';
import type { PolicyRuntime } from '../policy/index.ts';
import {
  type Archive,
  loadArchive,
  loadArchiveRecords,
  type RecordPage,
  type SubjectPorts,
} from '../subjects/index.ts';
import { type AuthorisationRow, holdAuthorisation, insertUse, openUse, takeUse } from './queries.ts';
import { visibleAuthorisation } from './read-authorisations.ts';
import { stateAt } from './state.ts';
import { sideOf, termsOf } from './views.ts';

const minute = 60_000;

/** Items of the authorised sections; the level already leaves out what is for government only. */
function itemsOf(policy: PolicyRuntime, sections: readonly string[]): Set<string> {
  return new Set(
    policy
      .catalogue()
      .items.filter((item) => sections.includes(item.category))
      .map((item) => item.key),
  );
}

/** What the authorisation lets read, with matter and case of this use. Errors: invalid-request where the purpose needs more. */
function readingOf(ctx: AppContext, actor: Actor, row: AuthorisationRow, stated: StatedPurpose): Reading {
  const reading = checkStated(
    ctx,
    actor,
    'authorisation',
    { purpose: row.purpose, matter: stated.matter || row.matter, caseNumber: stated.caseNumber },
    { level: 'authorised' },
  );
  return { ...reading, items: itemsOf(ctx.policy(), row.sections) };
}

/** The row of the caller's own body. Whatever else there is, and whatever is not granted now, does not exist here. */
async function granted(tx: Transaction, actor: Actor, id: string): Promise<AuthorisationRow> {
  const row = isId(id) ? await holdAuthorisation(tx, id) : null;
  if (row === null) throw new DomainError('not-found');
  if (sideOf(actor, row) !== 'grantee' || row.state !== 'granted') throw new HiddenError();
  if ((await switchState(tx)).outsideClosed) throw outsideClosed();
  return row;
}

const accountOf = (actor: Actor): string => {
  if (actor.accountId !== null) return actor.accountId;
  throw new DomainError('unauthenticated');
};

interface CountedUse {
  readonly useId: string;
  readonly left: number;
  readonly endsAt: string;
}

async function count(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  id: string,
  use: { kind: 'archive' | 'report'; reading: Reading; reportNumber: string | null },
): Promise<CountedUse> {
  const taken = await takeUse(tx, id, actor.scopeBodyIds, ctx.clock.today());
  if (taken === null) throw new HiddenError();
  const at = ctx.clock.now();
  const minutes = use.kind === 'archive' ? ctx.policy().accessLimits().authorisation.useMinutes : 0;
  const endsAt = new Date(Date.parse(at) + minutes * minute).toISOString();
  const useId = newId();
  await insertUse(tx, {
    useId,
    authorisationId: id,
    accountId: accountOf(actor),
    accountName: actor.name,
    kind: use.kind,
    matter: use.reading.matter,
    caseNumber: use.reading.caseNumber,
    reportNumber: use.reportNumber,
    at,
    endsAt,
  });
  return { useId, left: taken.left, endsAt };
}

/** Takes one use, within whose time the archive may be paged through. Errors: not-found, invalid-request, unavailable. */
export async function openArchiveUse(
  ctx: AppContext,
  actor: Actor,
  id: string,
  stated: StatedPurpose,
): Promise<UseOpened> {
  authorize(actor, 'authorisation.use');
  return withTransaction(ctx.db.app, async (tx) => {
    const row = await visibleAuthorisation(tx, actor, id);
    if (sideOf(actor, row) !== 'grantee') throw new HiddenError();
    if ((await switchState(tx)).outsideClosed) throw outsideClosed();
    const reading = readingOf(ctx, actor, row, stated);
    const { useId, left, endsAt } = await count(ctx, tx, actor, id, { kind: 'archive', reading, reportNumber: null });
    await writeAccess(tx, ctx, actor, {
      action: 'authorisation.use',
      resourceKind: 'authorisation',
      resourceId: id,
      subjectId: row.subject_id,
      ...readingEntry(reading),
      detail: { use: useId, kind: 'archive', left },
    });
    return { id: useId, endsAt, usesLeft: left };
  });
}

interface OpenReading {
  readonly row: AuthorisationRow;
  readonly reading: Reading;
}

async function withinUse(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  id: string,
  useId: string,
): Promise<OpenReading> {
  const row = await granted(tx, actor, id);
  const state = stateAt(termsOf(row), ctx.clock.now(), ctx.clock.today());
  // The last use counts as used up from its first moment; it may be read to its end.
  if (state !== 'granted' && state !== 'usedUp') throw new HiddenError();
  const use = await openUse(tx, useId, id, accountOf(actor), ctx.clock.now());
  if (use === null) throw new HiddenError();
  return { row, reading: readingOf(ctx, actor, row, { matter: use.matter, caseNumber: use.case_number }) };
}

const entryOf = ({ row, reading }: OpenReading, useId: string, detail: Record<string, unknown>) => ({
  action: 'authorisation.archive',
  resourceKind: 'authorisation',
  resourceId: row.authorisation_id,
  subjectId: row.subject_id,
  ...readingEntry(reading),
  detail: { use: useId, ...readingScope(reading), ...detail },
});

/** Errors: not-found (everything that is not granted now, and every use that is over), unavailable. */
export async function readAuthorisedArchive(
  ctx: AppContext,
  actor: Actor,
  ports: SubjectPorts,
  id: string,
  useId: string,
): Promise<Archive> {
  authorize(actor, 'authorisation.use');
  const read = await withAccess(
    ctx,
    actor,
    (found: OpenReading & { archive: Archive }) => entryOf(found, useId, { part: 'head' }),
    async (tx) => {
      const open = await withinUse(ctx, tx, actor, id, useId);
      const archive = await loadArchive(ctx, tx, ports, { subjectId: open.row.subject_id }, open.reading);
      const { items } = open.reading;
      // A section that was not authorised is not even counted.
      return { ...open, archive: { ...archive, tabs: archive.tabs.filter((tab) => items?.has(tab.item)) } };
    },
  );
  return read.archive;
}

export async function readAuthorisedRecords(
  ctx: AppContext,
  actor: Actor,
  ports: SubjectPorts,
  id: string,
  useId: string,
  options: { item?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<RecordPage> {
  authorize(actor, 'authorisation.use');
  const read = await withAccess(
    ctx,
    actor,
    (found: OpenReading & { page: RecordPage }) =>
      entryOf(found, useId, { part: 'records', item: options.item ?? null, records: found.page.items.length }),
    async (tx) => {
      const open = await withinUse(ctx, tx, actor, id, useId);
      const key = { subjectId: open.row.subject_id };
      return { ...open, page: await loadArchiveRecords(ctx, tx, ports, key, open.reading, options) };
    },
  );
  return read.page;
}

/** What a report with authorisation is made through (module reports); the use is counted with the report itself. */
export interface ReportUse {
  readonly authorisationId: string;
  readonly subjectId: string;
  readonly reading: Reading;
  use(tx: Transaction, report: { number: string; subjectId: string }): Promise<void>;
}

export async function prepareReportUse(
  ctx: AppContext,
  actor: Actor,
  id: string,
  stated: StatedPurpose,
): Promise<ReportUse> {
  authorize(actor, 'authorisation.use');
  return withTransaction(ctx.db.app, async (tx) => {
    const row = await granted(tx, actor, id);
    if (stateAt(termsOf(row), ctx.clock.now(), ctx.clock.today()) !== 'granted') throw new HiddenError();
    const reading = readingOf(ctx, actor, row, stated);
    return {
      authorisationId: id,
      subjectId: row.subject_id,
      reading,
      async use(reportTx, report) {
        if ((await switchState(reportTx)).outsideClosed) throw outsideClosed();
        await count(ctx, reportTx, actor, id, { kind: 'report', reading, reportNumber: report.number });
      },
    };
  });
}
