import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { openReading, publicReading, type Reading, readingEntry, readingScope } from '../access/index.ts';
import type { PolicyRuntime } from '../policy/types.ts';
import { composeReport } from './compose-report.ts';
import { contentHash } from './content-hash.ts';
import { feedsOf, loadReport } from './load-report.ts';
import { maskOrganisationName } from './mask-organisation-name.ts';
import { bodyName, citySetting, insertReport, type NewReport, type SubjectKey } from './queries.ts';
import { rendererOf } from './renderer.ts';
import { newReportNumber } from './report-number.ts';
import type { ReportContent, ReportIssue, ReportKind } from './types.ts';
import { cleanText } from './values.ts';

export interface IssueReportInput {
  /** Any identifier of the subject. */
  readonly code: string;
  readonly kind: ReportKind;
  /** Needed for `full`: a purpose of the policy list, as the access log keeps it, with matter and case number. */
  readonly purpose?: string | null | undefined;
  readonly matter?: string | null | undefined;
  readonly caseNumber?: string | null | undefined;
}

/** A report with the subject's authorisation: the reading that it opened, and what counts its use in the report's transaction. */
export interface AuthorisedIssue {
  readonly authorisationId: string;
  readonly subjectId: string;
  readonly reading: Reading;
  /** Throws when the authorisation does not hold any more: revoked, over, used up. */
  use(tx: Transaction, report: { number: string; subjectId: string }): Promise<void>;
}

export interface ReportResult {
  readonly number: string;
  readonly kind: ReportKind;
  readonly cutoffAt: string;
  readonly contentHash: string;
  readonly issuedAt: string;
  readonly pages: number;
  readonly pdf: Buffer;
}

function readingFor(ctx: AppContext, actor: Actor, input: IssueReportInput): Reading {
  if (input.kind === 'special') {
    throw new DomainError('not-implemented', {
      zh: '专项信用报告（信用代证）尚未开通，请先下载公开版报告，或到原受理部门开具证明。',
      en: 'Special reports are not available yet. Take the public version, or ask the department that you asked before.',
    });
  }
  return input.kind === 'public' ? publicReading : openReading(ctx, actor, 'report.full', 'report', input);
}

/** 行政审批：施工许可（办件编号 A-1）, as the paper prints what it was issued for. */
function purposeWords(policy: PolicyRuntime, { purpose, matter, caseNumber }: Reading): string | null {
  if (purpose === null) return null;
  const name = policy.purposes().find((one) => one.key === purpose)?.name.zh ?? purpose;
  const words = `${name}${matter === null ? '' : `：${matter}`}`;
  return cleanText(caseNumber === null ? words : `${words}（办件编号 ${caseNumber}）`);
}

export interface Composed {
  readonly content: ReportContent;
  readonly subjectId: string;
  readonly recordIds: readonly string[];
  readonly site: string;
  readonly region: string;
  readonly requester: string;
}

const PUBLIC = '社会公众';

async function requesterOf(tx: Transaction, actor: Actor): Promise<string> {
  if (actor.kind === 'anonymous') return PUBLIC;
  // Kept with the report; printed on versions that are not for everybody.
  if (actor.kind === 'operator') return `系统操作员 ${actor.osUser ?? actor.name}`;
  const body = actor.bodyId === null ? null : await bodyName(tx, actor.bodyId);
  return cleanText([body, actor.name].filter((part) => part !== null).join(' '));
}

const text = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null;

/** Reads at one snapshot; the cut-off is the moment before it, so that all known by then is in. */
export async function loadAndCompose(
  ctx: AppContext,
  actor: Actor,
  input: Pick<IssueReportInput, 'kind'> & SubjectKey,
  reading: Reading = publicReading,
): Promise<Composed> {
  const policy = ctx.policy();
  const cutoffAt = ctx.clock.now();
  return withTransaction(
    ctx.db.app,
    async (tx) => {
      const { subject, records } = await loadReport(ctx, tx, policy, input);
      const feeds = await feedsOf(ctx, tx, policy);
      const city = await citySetting(tx);
      const name = text(city.name) ?? '示范市';
      return {
        content: composeReport({ subject, records, kind: input.kind, reading, cutoffAt, policy, feeds }),
        subjectId: subject.subjectId,
        recordIds: records.map(({ record }) => record.recordId),
        site: text(city.site) ?? `信用中国（${name}）`,
        region: text(city.region) ?? subject.region ?? '',
        requester: await requesterOf(tx, actor),
      };
    },
    { isolation: 'repeatable read', readOnly: true },
  );
}

/** The address that the QR code holds: the number and the first sixteen digits of the hash. */
export function verifyUrl(publicUrl: string, number: string, hash: string): string {
  return `${publicUrl}/verify/${number}?h=${hash.slice(0, 16)}`;
}

/**
 * Issues a report: loads, composes, sets it and keeps its number, hash and access entry in one transaction. Nothing is
 * returned before that is durable.
 * @throws DomainError not-found, forbidden, invalid-request, not-implemented, log-unavailable, unavailable
 */
export async function issueReport(ctx: AppContext, actor: Actor, input: IssueReportInput): Promise<ReportResult> {
  return issue(ctx, actor, input, readingFor(ctx, actor, input), null);
}

/** The same with the subject's authorisation: kind `full`, and nothing beyond what was authorised. */
export async function issueAuthorisedReport(
  ctx: AppContext,
  actor: Actor,
  authorised: AuthorisedIssue,
): Promise<ReportResult> {
  const { subjectId, reading } = authorised;
  return issue(ctx, actor, { subjectId, kind: 'full' }, reading, authorised);
}

async function issue(
  ctx: AppContext,
  actor: Actor,
  input: Pick<IssueReportInput, 'kind'> & SubjectKey,
  reading: Reading,
  authorised: AuthorisedIssue | null,
): Promise<ReportResult> {
  const composed = await loadAndCompose(ctx, actor, input, reading);
  const hash = contentHash(composed.content);
  const issuedAt = ctx.clock.now();
  const number = newReportNumber(composed.region, ctx.clock.today());
  const onPaper: ReportIssue = {
    number,
    issuedAt,
    contentHash: hash,
    // The public version names nobody: it is the same paper for everybody who asks.
    requester: input.kind === 'public' ? PUBLIC : composed.requester,
    purpose: purposeWords(ctx.policy(), reading),
    verifyUrl: verifyUrl(ctx.config.publicUrl, number, hash),
    site: composed.site,
  };
  const rendering = rendererOf(ctx.db).render(composed.content, onPaper);
  // The rows are written while the paper is set; a failure of either undoes both.
  rendering.catch(() => undefined);
  const report = reportRow(ctx, actor, composed, onPaper, reading, authorised?.authorisationId ?? null);
  const rendered = await withTransaction(ctx.db.app, async (tx) => {
    await authorised?.use(tx, { number, subjectId: composed.subjectId });
    if (!(await insertReport(tx, report))) throw new DomainError('unavailable');
    await writeAccess(tx, ctx, actor, {
      action: `report.${input.kind}`,
      resourceKind: 'report',
      resourceId: number,
      subjectId: composed.subjectId,
      ...readingEntry(reading),
      detail: {
        records: composed.recordIds.length,
        contentHash: hash,
        ...readingScope(reading),
        authorisation: authorised?.authorisationId ?? null,
      },
    });
    return rendering;
  });
  return { number, kind: input.kind, cutoffAt: composed.content.cutoffAt, contentHash: hash, issuedAt, ...rendered };
}

function reportRow(
  ctx: AppContext,
  actor: Actor,
  composed: Composed,
  issue: ReportIssue,
  reading: Reading,
  authorisationId: string | null,
): NewReport {
  const { content } = composed;
  const counts: Record<string, number> = {};
  for (const section of content.sections) if (section.records) counts[section.key] = section.records.length;
  return {
    reportId: newId(),
    subjectId: composed.subjectId,
    number: issue.number,
    kind: content.kind,
    cutoffAt: content.cutoffAt,
    policySetId: ctx.policy().setId,
    contentHash: issue.contentHash,
    extract: {
      format: content.format,
      maskedName: maskOrganisationName(content.subject.name),
      feeds: content.feeds,
      policy: content.policy,
      counts,
      recordIds: composed.recordIds,
      ...(reading.level === 'public'
        ? {}
        : { reading: { level: reading.level, items: reading.items === null ? null : [...reading.items].sort() } }),
    },
    requester: composed.requester,
    accountId: actor.accountId,
    purpose: reading.purpose,
    matter: reading.matter,
    caseNumber: reading.caseNumber,
    authorisationId,
    issuedAt: issue.issuedAt,
  };
}
