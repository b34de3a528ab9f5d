import { normaliseCode } from '@chengxin/identifiers';
import type { AppContext } from '../../context.ts';
import type { Runner } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { type DisclosureFacts, discloseRecord } from '../disclosure/index.ts';
import type { DataStandard, FieldRole, PolicyRuntime } from '../policy/types.ts';
import { maxReportRecords, recordsOf, type SubjectKey, standardsReceived, subjectByKey } from './queries.ts';
import type { DisclosedRecord, ReportRecord, ReportSubject } from './types.ts';

function payloadText(record: ReportRecord, standard: DataStandard, role: FieldRole): string | null {
  const field = standard.fields.find((candidate) => candidate.role === role);
  const value = field ? record.payload[field.code] : undefined;
  return typeof value === 'string' && value !== '' ? value : null;
}

/** What the source says of the state: the code table knows what its values mean, words decide where it does not. */
function inForce(policy: PolicyRuntime, record: ReportRecord, standard: DataStandard): boolean {
  const value = payloadText(record, standard, 'recordStatus');
  if (value === null) return true;
  const field = standard.fields.find((candidate) => candidate.role === 'recordStatus');
  const table = field?.codeTable === undefined ? undefined : policy.codeTable(field.codeTable);
  const entry = table?.values.find((candidate) => candidate.code === value);
  if (entry?.means !== undefined) return entry.means !== 'ineffective';
  return value !== '0' && !/撤销|注销|吊销|无效|失效|移出/.test(entry?.label.zh ?? value);
}

function factsOf(record: ReportRecord, subject: ReportSubject, policy: PolicyRuntime): DisclosureFacts {
  const standard = policy.standard(record.standard);
  return {
    item: record.item,
    standard: record.standard,
    decidedOn: record.decidedOn,
    effectiveFrom: record.effectiveFrom,
    effectiveTo: record.effectiveTo,
    categories: record.categories,
    severity: record.severity,
    amountFen: record.amountFen,
    confiscatedFen: record.confiscatedFen,
    procedure: payloadText(record, standard, 'procedure' as FieldRole),
    subjectKind: subject.kind,
    counterpartyPerson: false,
    decidingBodyDomain: record.domain,
    inForce: inForce(policy, record, standard),
  };
}

export interface LoadedReport {
  readonly subject: ReportSubject;
  readonly records: readonly DisclosedRecord[];
}

/**
 * The subject with its current records and their disclosure today. Give the client of one repeatable-read transaction.
 * @throws DomainError not-found, or unprocessable when there are more records than a report takes
 */
export async function loadReport(
  ctx: Pick<AppContext, 'clock'>,
  client: Runner,
  policy: PolicyRuntime,
  key: SubjectKey,
): Promise<LoadedReport> {
  const subject = await subjectByKey(client, 'code' in key ? { code: normaliseCode(key.code) } : key);
  if (!subject) {
    throw new DomainError('not-found', {
      zh: '没有找到这个代码对应的主体。请核对代码；自然人不提供公共信用报告查询。',
      en: 'No organisation has this code. Check it; there are no reports on natural persons here.',
    });
  }
  const records = await recordsOf(client, subject.subjectId);
  if (records.length > maxReportRecords) {
    throw new DomainError('unprocessable', {
      zh: `该主体的记录超过 ${maxReportRecords} 条，不能生成一份报告，请在档案页查询或导出。`,
      en: `The subject has more than ${maxReportRecords} records, too many for one report. Use the archive page or its export.`,
    });
  }
  const today = ctx.clock.today();
  return {
    subject,
    records: records.map((record) => ({
      record,
      disclosure: discloseRecord(factsOf(record, subject, policy), record.events, today, policy),
    })),
  };
}

/** A standard that was once reported stays so; the others are looked for again after a minute. */
const CHECK_AGAIN = 60_000;
const known = new WeakMap<object, { received: Set<string>; checkedAt: number }>();

/** Standards that some body has reported: only for these does a report say that there is nothing. */
export async function feedsOf(
  ctx: Pick<AppContext, 'clock' | 'db'>,
  client: Runner,
  policy: PolicyRuntime,
): Promise<string[]> {
  const standards = policy.standards().map((standard) => standard.standard);
  const state = known.get(ctx.db) ?? { received: new Set<string>(), checkedAt: Number.NEGATIVE_INFINITY };
  known.set(ctx.db, state);
  const missing = standards.filter((standard) => !state.received.has(standard));
  const now = Date.parse(ctx.clock.now());
  if (missing.length > 0 && Math.abs(now - state.checkedAt) >= CHECK_AGAIN) {
    for (const standard of await standardsReceived(client, missing)) state.received.add(standard);
    state.checkedAt = now;
  }
  return standards.filter((standard) => state.received.has(standard));
}
