/** What the desk reads: pages of submissions, findings, doubtful rows and the office's own records, each through the caller's scope. */
import type {
  DeskSummary,
  DoubtfulRowView,
  FindingView,
  RecordDetail,
  RecordRow,
  StandardView,
  SubmissionView,
} from '@chengxin/contract';
import { maskPersonName, normaliseCode } from '@chengxin/identifiers';
import type { Static } from 'typebox';
import type { Actor, AppContext } from '../../context.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { one, sql } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize, type Permission, scopeOf } from '../identity/index.ts';
import type { PolicyRuntime } from '../policy/index.ts';
import { findByIdentifiers } from '../subjects/index.ts';
import type { CandidateView } from './match-rows.ts';
import {
  countByRule,
  deskSummary,
  type FateRow,
  listFates,
  listFindings,
  listSubmissions,
  loadSubmission,
  type SubmissionRow,
} from './queries.ts';
import type { OpenFacts } from './record-facts.ts';
import { listRecords, loadRecordDetail, type RecordListRow } from './record-queries.ts';
import { findingView, submissionView } from './views.ts';

const DEFAULT_LIMIT = 50;
export interface PageRequest {
  cursor?: string | undefined;
  limit?: number | undefined;
}
export interface PageOf<T> {
  items: T[];
  nextCursor: string | null;
  dataAsOf: string;
}

export const bodiesOf = (actor: Actor, permission: Permission): readonly string[] | 'all' => {
  const scope = scopeOf(actor, permission);
  return scope.kind === 'all' ? 'all' : scope.bodyIds;
};

export interface SubmissionQuery extends PageRequest {
  standard?: string | undefined;
  state?: string | undefined;
  q?: string | undefined;
}

export async function submissionsPage(
  ctx: AppContext,
  actor: Actor,
  request: SubmissionQuery,
): Promise<PageOf<SubmissionView>> {
  const limit = request.limit ?? DEFAULT_LIMIT;
  const position = openPosition(ctx.keys, 'submissions', request.cursor);
  const after = position ? { at: String(position[0]), id: String(position[1]) } : null;
  const rows = await listSubmissions(
    ctx.db.app,
    { bodyIds: bodiesOf(actor, 'submission.read'), ...request },
    after,
    limit,
  );
  const last = rows.length === limit ? rows.at(-1) : undefined;
  const policy = ctx.policy();
  return {
    items: rows.map((row) => submissionView(row, policy)),
    nextCursor: last ? sealPosition(ctx.keys, 'submissions', [last.received_at, last.submission_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

/** The submission, if the caller may see it; hidden ones do not exist. */
export async function visibleSubmission(ctx: AppContext, actor: Actor, submissionId: string): Promise<SubmissionRow> {
  const row = await loadSubmission(ctx.db.app, submissionId);
  if (!row) throw new DomainError('not-found');
  authorize(actor, 'submission.read', { bodyId: row.body_id });
  return row;
}

export async function readSubmission(ctx: AppContext, actor: Actor, submissionId: string): Promise<SubmissionView> {
  return submissionView(await visibleSubmission(ctx, actor, submissionId), ctx.policy());
}

const policyOf = (ctx: AppContext, row: SubmissionRow): Promise<PolicyRuntime> =>
  row.policy_set_id === null ? Promise.resolve(ctx.policy()) : ctx.policySet(row.policy_set_id);

export async function findingsPage(
  ctx: AppContext,
  actor: Actor,
  submissionId: string,
  request: PageRequest & { severity?: string | undefined; rule?: string | undefined },
): Promise<PageOf<FindingView>> {
  const submission = await visibleSubmission(ctx, actor, submissionId);
  const policy = await policyOf(ctx, submission);
  const limit = request.limit ?? DEFAULT_LIMIT;
  const position = openPosition(ctx.keys, `findings:${submissionId}`, request.cursor);
  const after = position ? { row: Number(position[0]), seq: Number(position[1]) } : null;
  const rows = await listFindings(ctx.db.app, submissionId, request, after, limit);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    items: rows.map((row) => findingView(row, submission.standard, policy)),
    nextCursor: last ? sealPosition(ctx.keys, `findings:${submissionId}`, [last.row_no, last.seq]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

export async function rulesOf(ctx: AppContext, actor: Actor, submissionId: string) {
  const submission = await visibleSubmission(ctx, actor, submissionId);
  const policy = await policyOf(ctx, submission);
  const rows = await countByRule(ctx.db.app, submissionId);
  return rows.map((row) => ({
    rule: row.rule,
    severity: row.severity,
    count: Number(row.count),
    message: policy.rule(row.rule)?.message ?? { zh: row.rule, en: row.rule },
  }));
}

export async function doubtfulRows(
  ctx: AppContext,
  actor: Actor,
  submissionId: string,
  request: PageRequest,
): Promise<PageOf<DoubtfulRowView>> {
  const submission = await visibleSubmission(ctx, actor, submissionId);
  const policy = await policyOf(ctx, submission);
  const limit = Math.min(request.limit ?? DEFAULT_LIMIT, 100);
  const after = Number(openPosition(ctx.keys, `doubtful:${submissionId}`, request.cursor)?.[0] ?? 0);
  const fates = await listFates(ctx.db.app, submissionId, 'doubtful', after, limit);
  const findings =
    fates.length === 0
      ? []
      : await listFindings(
          ctx.db.app,
          submissionId,
          { rows: fates.map((fate) => fate.row_no) },
          null,
          fates.length * 60,
        );
  const byRow = new Map<number, FindingView[]>();
  for (const finding of findings)
    byRow.set(finding.row_no, [
      ...(byRow.get(finding.row_no) ?? []),
      findingView(finding, submission.standard, policy),
    ]);
  const last = fates.length === limit ? fates.at(-1) : undefined;
  return {
    items: fates.map((fate) => doubtfulView(fate, byRow.get(fate.row_no) ?? [], submission.standard, policy)),
    nextCursor: last ? sealPosition(ctx.keys, `doubtful:${submissionId}`, [last.row_no]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

function doubtfulView(
  fate: FateRow,
  findings: FindingView[],
  standardKey: string,
  policy: PolicyRuntime,
): DoubtfulRowView {
  const payload = (fate.payload as OpenFacts | null)?.payload ?? {};
  const { fields } = policy.standard(standardKey);
  const nameCode = fields.find((field) => field.role === 'subjectName')?.code ?? '';
  return {
    row: fate.row_no,
    subjectName: payload[nameCode] ?? '',
    values: fields.flatMap((field) => {
      const value = payload[field.code];
      if (value === undefined || field.person === 'document') return [];
      return [
        { field: field.code, label: field.label, value: field.person === 'name' ? maskPersonName(value) : value },
      ];
    }),
    findings,
    candidates: (fate.candidates as CandidateView[] | null) ?? [],
    resolution: fate.resolution,
    resolvedAt: fate.resolved_at,
  };
}

/** In the order of the catalogue, what most offices report first. */
export function standardViews(policy: PolicyRuntime): StandardView[] {
  const { categories, items } = policy.catalogue();
  const place = new Map(items.map((item, at) => [item.key, at]));
  const rank = (standard: { item: string }): number =>
    (policy.catalogueItem(standard.item)?.section === undefined ? 10_000 : 0) + (place.get(standard.item) ?? 9_999);
  const sorted = policy.standards().toSorted((a, b) => rank(a) - rank(b));
  return sorted.map((standard) => viewOf(standard, policy, categories));
}

function viewOf(
  standard: ReturnType<PolicyRuntime['standard']>,
  policy: PolicyRuntime,
  categories: ReturnType<PolicyRuntime['catalogue']>['categories'],
): StandardView {
  const item = policy.catalogueItem(standard.item);
  const category = categories.find((entry) => entry.key === item?.category);
  return {
    key: standard.standard,
    name: standard.name,
    category: { number: category?.number ?? 99, name: category?.name ?? { zh: '其他', en: 'Other' } },
    often: item?.section !== undefined,
    editions: standard.editions.map((edition) => ({
      key: edition.key,
      name: edition.name,
      columns: edition.columns.length,
    })),
    fields: standard.fields.map((field) => ({
      code: field.code,
      label: field.label,
      type: field.type,
      length: field.length ?? null,
      required: field.required,
      role: field.role ?? null,
      person: field.person ?? null,
      options:
        field.codeTable && field.type !== 'text'
          ? policy.codeTable(field.codeTable).values.map((value) => ({
              code: value.code,
              label: value.label,
              allowSuffix: value.allowSuffix ?? false,
            }))
          : null,
    })),
  };
}

export async function readDeskSummary(ctx: AppContext, actor: Actor): Promise<Static<typeof DeskSummary>> {
  const today = ctx.clock.today();
  // Months are Chinese months: they begin at 16:00 UTC of the day before.
  const monthStart = new Date(Date.parse(`${today.slice(0, 7)}-01T00:00:00+08:00`)).toISOString();
  const recent = new Date(Date.parse(ctx.clock.now()) - 30 * 86_400_000).toISOString();
  const row = await deskSummary(ctx.db.app, bodiesOf(actor, 'submission.read'), monthStart, recent);
  return {
    doubtfulRows: Number(row.doubtful),
    refusedRows: Number(row.refused),
    drafts: Number(row.drafts),
    submissionsThisMonth: Number(row.submissions),
    recordsThisMonth: Number(row.records),
  };
}

/** Fills a form from the code: register facts that the decision names too. */
export async function subjectLookup(ctx: AppContext, code: string) {
  const value = normaliseCode(code);
  const found = (await findByIdentifiers(ctx.db.app, [value])).get(value);
  if (!found) return { found: false, subjectId: null, name: null, code: null, kind: null, legalRepresentative: null };
  const register = await one<{ legal_representative: string | null }>(
    ctx.db.app,
    sql`SELECT register ->> 'legalRepresentative' AS legal_representative FROM core.subject WHERE subject_id = ${found.subjectId}`,
  );
  return {
    found: true,
    subjectId: found.subjectId,
    name: found.name,
    code: found.unifiedCode,
    kind: found.kind,
    legalRepresentative: register.legal_representative,
  };
}

export interface RecordQuery extends PageRequest {
  standard?: string | undefined;
  q?: string | undefined;
}

export function recordRow(row: RecordListRow, policy: PolicyRuntime): RecordRow {
  const standard = policy.standards().find((entry) => entry.standard === row.standard);
  const text = (role: string): string | undefined => {
    const code = standard?.fields.find((field) => field.role === role)?.code;
    return code ? row.payload[code] : undefined;
  };
  const title = text('documentTitle') ?? text('conduct') ?? standard?.name.zh ?? row.standard;
  return {
    recordId: row.record_id,
    subjectId: row.subject_id,
    subjectName: row.subject_name,
    code: row.unified_code,
    standard: row.standard,
    item: row.item,
    title: row.categories.length > 0 ? `${title} · ${row.categories.join('、')}` : title,
    documentNumber: row.document_number,
    decidedOn: row.decided_on,
    decidingBody: row.deciding_body,
    recordedAt: row.recorded_at,
    state: row.superseded_at === null ? 'live' : row.withdrawn ? 'withdrawn' : 'superseded',
  };
}

/** @param only instead of all that the caller reaches */
export async function recordsPage(
  ctx: AppContext,
  actor: Actor,
  request: RecordQuery,
  only?: readonly string[],
): Promise<PageOf<RecordRow>> {
  const limit = request.limit ?? DEFAULT_LIMIT;
  const position = openPosition(ctx.keys, 'records', request.cursor);
  const after = position ? { at: String(position[0]), id: String(position[1]) } : null;
  const filter = { ...request, bodyIds: only ?? bodiesOf(actor, 'record.enter'), ownBodyIds: actor.scopeBodyIds };
  const rows = await listRecords(ctx.db.app, filter, after, limit);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  const policy = ctx.policy();
  return {
    items: rows.map((row) => recordRow(row, policy)),
    nextCursor: last ? sealPosition(ctx.keys, 'records', [last.recorded_at, last.record_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

/** For correcting: the values as they stand; document numbers of persons are not given back, an empty cell keeps them. */
export async function readRecord(ctx: AppContext, actor: Actor, recordId: string): Promise<RecordDetail> {
  const detail = await loadRecordDetail(ctx.db.app, recordId);
  if (!detail) throw new DomainError('not-found');
  authorize(actor, 'record.enter', { bodyId: detail.record.source_body_id });
  // Earlier states, and what was repaired, are for the source body (natural-persons notes §3 end): nobody else goes back in time.
  const { record } = detail;
  if ((record.superseded_at !== null || record.ended) && !actor.scopeBodyIds.includes(record.source_body_id))
    throw new HiddenError();
  const policy = ctx.policy();
  const fields = policy.standards().find((entry) => entry.standard === detail.record.standard)?.fields ?? [];
  const secret = new Set(fields.filter((field) => field.person === 'document').map((field) => field.code));
  return {
    ...recordRow(detail.record, policy),
    values: Object.fromEntries(Object.entries(detail.record.payload).filter(([code]) => !secret.has(code))),
    attachments: detail.attachments.map((row) => ({
      id: row.attachment_id,
      fileName: row.file_name,
      mediaType: row.media_type,
      bytes: Number(row.bytes),
      addedAt: row.added_at,
    })),
  };
}
