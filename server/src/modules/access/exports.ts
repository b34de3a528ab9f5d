/**
 * Exports of non-public information beyond a body's own: asked for with a reason and a purpose, approved by somebody else,
 * taken once within its time, with a watermark and a digest of its rows (GB/T 22239-2019 8.1.4.11; objections.md §6).
 */
import type { ExportFilter, ExportRequestBody, ExportView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess, writeAccessAll } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId, newId } from '../../platform/ids.ts';
import { authorize, findBody, may, scopeOf } from '../identity/index.ts';
import type { PolicyRuntime } from '../policy/types.ts';
import {
  decideRequest,
  type ExportRequestRow,
  exportRequest,
  holdersOf,
  insertExportRequest,
  listExportRequests,
  markTaken,
  withdrawRequest,
} from './export-queries.ts';
import { afterExportAct, type ExportAct, type ExportState, exportStateAt } from './export-state.ts';
import { checkStated, openReading } from './open-reading.ts';
import { type Reading, readingEntry, readingScope, readsItem } from './reading.ts';
import { exportHeader, rowsDigest, watermarkOf } from './watermark.ts';

/** What an export asks of records; null = any. */
export interface ExportFilterFacts {
  readonly item: string | null;
  readonly bodyId: string | null;
  readonly from: string | null;
  readonly to: string | null;
}
export interface ExportRow {
  readonly subjectId: string;
  readonly cells: readonly string[];
}

/** Given at registration: the records are of a module that knows this one. */
export interface ExportPorts {
  count(client: Transaction, filter: ExportFilterFacts, limit: number): Promise<number>;
  rows(client: Transaction, reading: Reading, filter: ExportFilterFacts, limit: number): Promise<ExportRow[]>;
}

const day = 86_400_000;
const defaultLimit = 50;
const least = 5;

const later = (instant: string, days: number): string => new Date(Date.parse(instant) + days * day).toISOString();
const filterFacts = (filter: ExportFilter): ExportFilterFacts => ({
  item: filter.item ?? null,
  bodyId: filter.body ?? null,
  from: filter.from ?? null,
  to: filter.to ?? null,
});
const accountOf = (actor: Actor): string => {
  if (actor.accountId !== null) return actor.accountId;
  throw new DomainError('unauthenticated');
};
const refuse = (zh: string, en: string): never => {
  throw new DomainError('unprocessable', { zh, en });
};

async function checkFilter(ctx: AppContext, tx: Transaction, reading: Reading, filter: ExportFilter): Promise<void> {
  if (filter.item === undefined && filter.body === undefined)
    refuse('请至少限定一类信息或一个来源单位。', 'Narrow the export to one kind of information or one source body.');
  const policy = ctx.policy();
  const { item } = filter;
  if (item !== undefined && (policy.catalogueItem(item) === undefined || !readsItem(reading, policy, item)))
    refuse(
      '目录中没有这类信息，或这一用途不能导出。',
      'There is no such kind of information, or not for this purpose.',
    );
  if (filter.body !== undefined && (await findBody(tx, { bodyId: filter.body })) === null)
    refuse('没有这个来源单位。', 'There is no such source body.');
  if (filter.from !== undefined && filter.to !== undefined && filter.from > filter.to)
    refuse('起始日期晚于截止日期。', 'The first day is after the last.');
}

async function checkSize(tx: Transaction, ports: ExportPorts, filter: ExportFilterFacts, limit: number): Promise<void> {
  if ((await ports.count(tx, filter, limit)) > limit)
    refuse(
      `符合条件的记录超过 ${limit} 条，请缩小范围，分次申请。`,
      `More than ${limit} records meet the filter. Narrow it and ask in parts.`,
    );
}

/** Errors: invalid-request (purpose), unprocessable (reason, filter, size). */
export async function requestExport(
  ctx: AppContext,
  actor: Actor,
  ports: ExportPorts,
  body: ExportRequestBody,
): Promise<{ id: string; state: string }> {
  const reading = openReading(ctx, actor, 'export.request', 'export', body);
  const reason = body.reason.normalize('NFC').trim();
  if ([...reason].length < least)
    refuse('请写明导出的理由（至少 5 个字）。', 'Give the reason (five characters at least).');
  const limits = ctx.policy().accessLimits().export;
  const id = newId();
  const at = ctx.clock.now();
  await withTransaction(ctx.db.app, async (tx) => {
    await checkFilter(ctx, tx, reading, body.filter);
    await checkSize(tx, ports, filterFacts(body.filter), limits.rows);
    await insertExportRequest(tx, {
      id,
      bodyId: actor.bodyId,
      filter: body.filter,
      reason,
      purpose: body.purpose,
      matter: reading.matter,
      caseNumber: reading.caseNumber,
      rowLimit: limits.rows,
      by: accountOf(actor),
      at,
      lapsesAt: later(at, limits.decideDays),
    });
    await writeAccess(tx, ctx, actor, {
      action: 'export.request',
      resourceKind: 'export',
      resourceId: id,
      ...readingEntry(reading),
      detail: { filter: body.filter, reason },
    });
  });
  return { id, state: 'waiting' };
}

const words = (key: string) => ({ zh: key, en: key });

function viewOf(
  row: ExportRequestRow,
  policy: PolicyRuntime,
  actor: Actor,
  holder: string | null,
  now: string,
): ExportView {
  const state = exportStateAt(row.state, row.lapses_at, now);
  const item = row.filter.item;
  return {
    id: row.request_id,
    state,
    filter: row.filter,
    itemName: item === undefined ? null : (policy.catalogueItem(item)?.name ?? words(item)),
    sourceBody: row.source_body,
    reason: row.reason,
    purpose: row.purpose,
    purposeName: policy.purposes().find((purpose) => purpose.key === row.purpose)?.name ?? words(row.purpose),
    matter: row.matter,
    caseNumber: row.case_number,
    rowLimit: row.row_limit,
    requestedBy: row.requested_by_name,
    body: row.body_name,
    requestedAt: row.requested_at,
    lapsesAt: row.lapses_at,
    decidedBy: row.decided_by_name,
    decidedAt: row.decided_at,
    decisionNote: row.decision_note,
    takenAt: row.taken_at,
    rows: row.row_count,
    rowsDigest: row.rows_digest,
    own: row.requested_by === actor.accountId,
    mayDecide: state === 'waiting' && row.requested_holder !== holder && may(actor, 'export.decide'),
    mayTake: state === 'approved' && row.requested_by === actor.accountId && may(actor, 'export.take'),
  };
}

export interface ExportPage {
  items: ExportView[];
  nextCursor: string | null;
  dataAsOf: string;
}

/** Officers see their body's requests, the credit office and the audit administrator all. */
export async function exportsPage(
  ctx: AppContext,
  actor: Actor,
  request: { state?: ExportState | undefined; cursor?: string | undefined; limit?: number | undefined },
): Promise<ExportPage> {
  const scope = scopeOf(actor, 'export.read');
  const limit = request.limit ?? defaultLimit;
  const position = openPosition(ctx.keys, 'exports', request.cursor);
  const after = position ? { at: String(position[0]), id: String(position[1]) } : null;
  const now = ctx.clock.now();
  const bodies = scope.kind === 'all' ? null : scope.bodyIds;
  const rows = await listExportRequests(ctx.db.app, { bodies, state: request.state ?? null, now }, after, limit);
  const holder = actor.accountId === null ? null : await holdersOf(ctx.db.app, actor.accountId);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    items: rows.map((row) => viewOf(row, ctx.policy(), actor, holder, now)),
    nextCursor: last ? sealPosition(ctx.keys, 'exports', [last.requested_at, last.request_id]) : null,
    dataAsOf: now,
  };
}

/** The request through the caller's scope, where the act is open. Errors: not-found, conflict. */
async function openRequest(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  id: string,
  act: ExportAct,
): Promise<ExportRequestRow> {
  const row = isId(id) ? await exportRequest(tx, id) : null;
  if (row === null) throw new DomainError('not-found');
  if (!may(actor, 'export.read', { bodyId: row.body_id })) throw new HiddenError();
  if (afterExportAct(exportStateAt(row.state, row.lapses_at, ctx.clock.now()), act) === null)
    throw new DomainError('conflict');
  return row;
}

/** The second pair of eyes. Errors: not-found, forbidden (the own request), conflict. */
export async function decideExport(
  ctx: AppContext,
  actor: Actor,
  id: string,
  decision: 'approve' | 'refuse',
  note: string | undefined,
): Promise<{ id: string; state: string }> {
  authorize(actor, 'export.decide');
  const by = accountOf(actor);
  const at = ctx.clock.now();
  return withTransaction(ctx.db.app, async (tx) => {
    const row = await openRequest(ctx, tx, actor, id, decision);
    if ((await holdersOf(tx, by)) === row.requested_holder) {
      throw new DomainError('forbidden', {
        zh: '不能审批自己的申请，请由他人审批。',
        en: 'Nobody decides the own request. Somebody else has to.',
      });
    }
    const text = note?.normalize('NFC').trim() || null;
    if (decision === 'refuse' && text === null) refuse('不同意的，请写明理由。', 'Say why it is refused.');
    const approved = decision === 'approve';
    const lapsesAt = approved ? later(at, ctx.policy().accessLimits().export.downloadDays) : at;
    const state: ExportState = approved ? 'approved' : 'refused';
    if ((await decideRequest(tx, id, { state, by, at, note: text, lapsesAt })) === 0) throw new DomainError('conflict');
    await writeAccess(tx, ctx, actor, {
      action: `export.${decision}`,
      resourceKind: 'export',
      resourceId: id,
      purpose: row.purpose,
      matter: row.matter,
      caseNumber: row.case_number,
      detail: { requestedBy: row.requested_by, note: text },
    });
    return { id, state };
  });
}

export async function withdrawExport(
  ctx: AppContext,
  actor: Actor,
  id: string,
): Promise<{ id: string; state: string }> {
  authorize(actor, 'export.take');
  return withTransaction(ctx.db.app, async (tx) => {
    const row = await openRequest(ctx, tx, actor, id, 'withdraw');
    if (row.requested_by !== actor.accountId) throw new HiddenError();
    if ((await withdrawRequest(tx, id, ctx.clock.now())) === 0) throw new DomainError('conflict');
    await writeAccess(tx, ctx, actor, { action: 'export.withdraw', resourceKind: 'export', resourceId: id });
    return { id, state: 'withdrawn' };
  });
}

export interface TakenExport {
  readonly id: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly watermark: string;
  readonly digest: string;
}

/**
 * The one download, by whoever asked: the rows are read, marked, counted and logged in one transaction, with one log entry
 * that names the organisations. Errors: not-found (somebody else's), conflict (not approved, over, taken), unprocessable.
 */
export async function takeExport(ctx: AppContext, actor: Actor, ports: ExportPorts, id: string): Promise<TakenExport> {
  authorize(actor, 'export.take');
  const at = ctx.clock.now();
  return withTransaction(ctx.db.app, async (tx) => {
    const row = await openRequest(ctx, tx, actor, id, 'take');
    if (row.requested_by !== actor.accountId) throw new HiddenError();
    const stated = { purpose: row.purpose, matter: row.matter, caseNumber: row.case_number };
    // What role and policy allow now, not what they allowed when it was asked for.
    const reading = checkStated(ctx, actor, 'export', stated);
    const filter = filterFacts(row.filter);
    const found = await ports.rows(tx, reading, filter, row.row_limit);
    if (found.length > row.row_limit) await checkSize(tx, ports, filter, row.row_limit);
    const given = found.slice(0, row.row_limit);
    const digest = rowsDigest(given.map((one) => one.cells));
    const watermark = watermarkOf({
      id,
      body: row.body_name,
      name: actor.name,
      at,
      purpose: purposeName(ctx, row),
      digest,
    });
    const taken = { at, rows: given.length, digest, watermark };
    if ((await markTaken(tx, id, taken)) === 0) throw new DomainError('conflict');
    const subjects = [...new Set(given.map((one) => one.subjectId))];
    // Each organisation finds it among those who looked at it.
    await writeAccessFor(tx, ctx, actor, subjects, {
      action: 'export.take',
      resourceKind: 'export',
      resourceId: id,
      ...readingEntry(reading),
      detail: {
        ...readingScope(reading),
        ...(filter.item === null ? {} : { item: filter.item }),
        rows: given.length,
        subjects: subjects.length,
        digest,
      },
    });
    const mark = `${id.slice(-12)}`;
    return { id, header: exportHeader, rows: given.map((one) => [...one.cells, mark]), watermark, digest };
  });
}

const purposeName = (ctx: AppContext, row: ExportRequestRow): string =>
  ctx
    .policy()
    .purposes()
    .find((purpose) => purpose.key === row.purpose)?.name.zh ?? row.purpose;

async function writeAccessFor(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  subjects: readonly string[],
  entry: Parameters<typeof writeAccess>[3],
): Promise<void> {
  const entries = subjects.length === 0 ? [entry] : subjects.map((subjectId) => ({ ...entry, subjectId }));
  await writeAccessAll(tx, ctx, actor, entries);
}
