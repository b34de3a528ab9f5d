/** The log as the audit administrator reads it: filtered, paged by place, exported with a watermark. Reading it is logged too. */
import type { LogIntegrity, LogList, LogQuery, LogRowView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { publishedCheckpoint, writeAccess } from '../../platform/access-log/index.ts';
import { addDays, type PlainDateString, toPlainDate } from '../../platform/clock.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId, newId } from '../../platform/ids.ts';
import { authorize } from '../identity/index.ts';
import { clusterOf, findArchiveSubject } from '../subjects/index.ts';
import { integrity, type LogFilter, type LogRow, logMonths, logPage } from './log-queries.ts';
import { lookName } from './look-names.ts';
import { accountBy, accountNames, bodyNames, subjectNames, waitingCounts } from './queries.ts';
import { purposeName } from './words.ts';

/** Days that are read when no range is given, and the most without naming an officer or an organisation. */
const usualDays = 7;
const widestDays = 92;
const pageSize = 500;

export type LogFilterInput = Omit<LogQuery, 'cursor' | 'limit'>;

interface Range {
  readonly from: PlainDateString;
  readonly to: PlainDateString;
}

function rangeOf(ctx: AppContext, input: LogFilterInput): Range {
  const to = input.to ? toPlainDate(input.to) : ctx.clock.today();
  const from = input.from ? toPlainDate(input.from) : addDays(to, 1 - usualDays);
  const narrow = input.account !== undefined || input.subject !== undefined;
  if (from > to || (!narrow && addDays(from, widestDays) <= to)) {
    throw new DomainError('unprocessable', {
      zh: `查询的日期范围不超过 ${widestDays} 天；按人员或主体查询时不限。请修改起止日期。`,
      en: `The range may be at most ${widestDays} days, unless an officer or an organisation is named. Change the days.`,
    });
  }
  return { from, to };
}

const midnight = (day: PlainDateString): string => new Date(`${day}T00:00:00+08:00`).toISOString();

/** An officer or organisation that does not exist has no rows: the same as one that nobody looked at. */
const nobody = '00000000-0000-0000-0000-000000000000';

async function filterOf(ctx: AppContext, input: LogFilterInput, range: Range): Promise<LogFilter> {
  return {
    from: midnight(range.from),
    before: midnight(addDays(range.to, 1)),
    accountId: input.account === undefined ? undefined : ((await accountBy(ctx.db.app, input.account)) ?? nobody),
    bodyId: input.body,
    subjectIds: input.subject === undefined ? undefined : await subjectIdsOf(ctx, input.subject),
    action: input.action,
    outcome: input.outcome,
  };
}

async function subjectIdsOf(ctx: AppContext, key: string): Promise<string[]> {
  try {
    const subject = await findArchiveSubject(ctx.db.app, isId(key) ? { subjectId: key } : { code: key });
    return await clusterOf(ctx.db.app, subject.subject_id);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'not-found') return [isId(key) ? key : nobody];
    throw error;
  }
}

async function views(ctx: AppContext, rows: readonly LogRow[]): Promise<LogRowView[]> {
  const ids = (pick: (row: LogRow) => string | null): string[] => [...new Set(rows.flatMap((row) => pick(row) ?? []))];
  const [accounts, bodies, subjects] = await Promise.all([
    accountNames(
      ctx.db.app,
      ids((row) => row.account_id),
    ),
    bodyNames(
      ctx.db.app,
      ids((row) => row.body_id),
    ),
    subjectNames(
      ctx.db.app,
      ids((row) => row.subject_id),
    ),
  ]);
  const rules = ctx.policy().oversight();
  return rows.map((row) => ({
    id: row.log_id,
    at: row.at,
    actorKind: row.actor_kind,
    account: row.account_id === null ? null : { id: row.account_id, name: accounts.get(row.account_id) ?? '' },
    actorName: row.actor_name,
    osUser: row.os_user,
    body: row.body_id === null ? null : (bodies.get(row.body_id) ?? null),
    action: row.action,
    what: lookName(rules, row.action).name,
    resourceKind: row.resource_kind,
    resourceId: row.resource_id,
    subject:
      row.subject_id === null
        ? null
        : {
            id: row.subject_id,
            name: subjects.get(row.subject_id)?.name ?? null,
            code: subjects.get(row.subject_id)?.code ?? null,
          },
    purpose: purposeName(ctx.policy(), row.purpose),
    matter: row.matter,
    caseNumber: row.case_number,
    outcome: row.outcome,
    address: row.address,
    requestId: row.request_id,
    detail: row.detail,
  }));
}

const listName = (input: LogFilterInput): string => `log ${JSON.stringify(Object.entries(input).sort())}`;

/** Errors: forbidden, unprocessable (range), invalid-request (cursor), log-unavailable. */
export async function readLog(
  ctx: AppContext,
  actor: Actor,
  input: LogFilterInput,
  page: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<LogList> {
  authorize(actor, 'log.read');
  const range = rangeOf(ctx, input);
  const filter = await filterOf(ctx, input, range);
  const [at, logId] = openPosition(ctx.keys, listName(input), page.cursor) ?? [];
  const after = typeof at === 'string' && typeof logId === 'string' ? { at, logId } : null;
  const rows = await logPage(ctx.db.audit, filter, after, page.limit + 1);
  const shown = rows.slice(0, page.limit);
  const items = await views(ctx, shown);
  await writeAccess(ctx.db.app, ctx, actor, {
    action: 'log.read',
    resourceKind: 'log',
    detail: { filter: input, rows: items.length },
  });
  const last = shown.at(-1);
  return {
    items,
    nextCursor:
      rows.length > page.limit && last ? sealPosition(ctx.keys, listName(input), [last.at_text, last.log_id]) : null,
    dataAsOf: ctx.clock.now(),
    ...range,
  };
}

const beijing = (instant: string): string =>
  new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');

export const logHeader = [
  '时间',
  '类型',
  '人员',
  '操作系统用户',
  '单位',
  '动作',
  '动作名称',
  '对象类型',
  '对象',
  '主体',
  '统一社会信用代码',
  '用途',
  '事项',
  '案号',
  '结果',
  '地址',
  '请求编号',
  '细节',
];

const outcomes = { ok: '完成', refused: '拒绝', failed: '失败' } as const;

const line = (row: LogRowView): string[] => [
  beijing(row.at),
  row.actorKind,
  row.account?.name || row.actorName,
  row.osUser ?? '',
  row.body ?? '',
  row.action,
  row.what.zh,
  row.resourceKind ?? '',
  row.resourceId ?? '',
  row.subject?.name ?? '',
  row.subject?.code ?? '',
  row.purpose?.zh ?? '',
  row.matter ?? '',
  row.caseNumber ?? '',
  outcomes[row.outcome],
  row.address ?? '',
  row.requestId ?? '',
  row.detail ?? '',
];

export interface LogExport {
  readonly number: string;
  /** Who took it, when and for what: printed on the sheet. */
  readonly watermark: string;
  readonly rows: AsyncGenerator<string[]>;
}

/** As filtered, up to the policy's rows; with a reason, a number and a watermark, logged before the first row. */
export async function exportLog(
  ctx: AppContext,
  actor: Actor,
  input: LogFilterInput,
  reason: string,
): Promise<LogExport> {
  authorize(actor, 'log.read');
  const range = rangeOf(ctx, input);
  const filter = await filterOf(ctx, input, range);
  const { exportRows } = ctx.policy().oversight().log;
  const number = newId();
  await writeAccess(ctx.db.app, ctx, actor, {
    action: 'log.export',
    resourceKind: 'log',
    resourceId: number,
    purpose: reason,
    detail: { filter: input, limit: exportRows },
  });
  async function* rows(): AsyncGenerator<string[]> {
    let after: { at: string; logId: string } | null = null;
    for (let left = exportRows; left > 0; ) {
      const page = await logPage(ctx.db.audit, filter, after, Math.min(pageSize, left));
      for (const row of await views(ctx, page)) yield line(row);
      left -= page.length;
      const last = page.at(-1);
      if (!last || page.length < pageSize) return;
      after = { at: last.at_text, logId: last.log_id };
    }
  }
  const watermark = `查询日志导出 ${number}；导出人 ${actor.name}；时间 ${beijing(ctx.clock.now())}；用途：${reason}；范围 ${range.from} 至 ${range.to}，最多 ${exportRows} 行。仅供审计使用，不得转发。`;
  return { number, watermark, rows: rows() };
}

/** How the log stands: last seal, what waits for it, the published checkpoint, months. Counts only, no content. */
export async function readIntegrity(ctx: AppContext, actor: Actor): Promise<LogIntegrity> {
  authorize(actor, 'log.read');
  const [state, months, checkpoint, waiting] = await Promise.all([
    integrity(ctx.db.audit),
    logMonths(ctx.db.audit),
    publishedCheckpoint(ctx),
    waitingCounts(ctx.db.app, ctx.clock.today()),
  ]);
  return {
    lastSeal:
      state.seal_no !== null && state.sealed_at !== null
        ? {
            sealNo: state.seal_no,
            sealedAt: state.sealed_at,
            algorithm: state.algorithm ?? '',
            keyId: state.key_id ?? '',
          }
        : null,
    unsealedRows: state.unsealed,
    checkpoint: checkpoint && { sealNo: checkpoint.sealNo, issuedAt: checkpoint.issuedAt },
    archivedMonths: months.archived,
    heldMonths: months.held,
    waiting,
  };
}
