/** Lists as Excel, exactly as filtered; read page by page, so that a long list takes no more memory than a page. */
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import {
  bodiesOf,
  findingsPage,
  type PageOf,
  type RecordQuery,
  recordsPage,
  type SubmissionQuery,
  submissionsPage,
  visibleSubmission,
} from './read.ts';

export interface Sheet {
  name: string;
  header: string[];
  rows: AsyncIterable<string[]>;
}

/** An export ends here; a longer list is narrowed by its filters. */
const MAX_ROWS = 100_000;
const PAGE = 200;

async function* every<T>(
  read: (cursor: string | undefined) => Promise<PageOf<T>>,
  line: (item: T) => string[],
): AsyncGenerator<string[]> {
  let cursor: string | undefined;
  for (let rows = 0; rows < MAX_ROWS; ) {
    const page = await read(cursor);
    for (const item of page.items) yield line(item);
    rows += page.items.length;
    if (!page.nextCursor) return;
    cursor = page.nextCursor;
  }
}

/** Own data is exported freely, and written down before the first row goes out. */
async function logExport(
  ctx: AppContext,
  actor: Actor,
  resourceKind: string,
  resourceId: string | null,
  query: Record<string, unknown>,
): Promise<void> {
  await writeAccess(ctx.db.app, ctx, actor, { action: 'export.own', resourceKind, resourceId, detail: query });
}

const STATES: Record<string, string> = { received: '已接收', processing: '处理中', done: '已完成', failed: '未受理' };
/** Instants are read in Beijing time. */
const beijing = (instant: string | null): string =>
  instant === null ? '' : new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');

export async function exportSubmissions(ctx: AppContext, actor: Actor, query: SubmissionQuery): Promise<Sheet> {
  bodiesOf(actor, 'submission.read');
  await logExport(ctx, actor, 'submission', null, { ...query });
  return {
    name: '报送批次',
    header: [
      '接收时间',
      '报送单位',
      '数据类型',
      '版本',
      '文件',
      '状态',
      '行数',
      '入库',
      '更正入库',
      '已规范',
      '存疑',
      '退回',
      '重复',
      '完成时间',
    ],
    rows: every(
      (cursor) => submissionsPage(ctx, actor, { ...query, cursor, limit: PAGE }),
      (item) => [
        beijing(item.receivedAt),
        item.body.name,
        item.standardName.zh,
        item.editionName?.zh ?? '',
        item.fileName,
        STATES[item.state] ?? item.state,
        String(item.counts.rows),
        String(item.counts.accepted),
        String(item.counts.superseding),
        String(item.counts.corrected),
        String(item.counts.doubtful),
        String(item.counts.refused),
        String(item.counts.duplicate),
        beijing(item.finishedAt),
      ],
    ),
  };
}

const SEVERITIES: Record<string, string> = { correct: '已规范', warn: '提示', doubt: '存疑', refuse: '退回' };

export async function exportFindings(
  ctx: AppContext,
  actor: Actor,
  submissionId: string,
  query: { severity?: string | undefined; rule?: string | undefined },
): Promise<Sheet> {
  await visibleSubmission(ctx, actor, submissionId);
  await logExport(ctx, actor, 'submission', submissionId, { ...query });
  return {
    name: '问题清单',
    header: ['行', '字段', '原值', '新值', '类别', '规则', '规则版本', '问题', '怎样改', '依据'],
    rows: every(
      (cursor) => findingsPage(ctx, actor, submissionId, { ...query, cursor, limit: PAGE }),
      (item) => [
        String(item.row),
        item.fieldLabel?.zh ?? item.field ?? '',
        item.value ?? '',
        item.newValue ?? '',
        SEVERITIES[item.severity] ?? item.severity,
        item.rule,
        item.ruleVersion,
        item.message.zh,
        item.fix.zh,
        item.basis ?? '',
      ],
    ),
  };
}

const RECORD_STATES: Record<string, string> = { live: '有效', superseded: '已被更正', withdrawn: '已撤回' };

/**
 * The caller's own records, freely. Whoever reaches every body's rows takes the own as well: what others reported goes by a
 * request that somebody else approves (module access), since it holds what is not public.
 */
export async function exportRecords(ctx: AppContext, actor: Actor, query: RecordQuery): Promise<Sheet> {
  bodiesOf(actor, 'record.enter');
  await logExport(ctx, actor, 'record', null, { ...query });
  return {
    name: '已报记录',
    header: ['入库时间', '主体名称', '统一社会信用代码', '数据类型', '内容', '文书号', '决定日期', '作出机关', '状态'],
    rows: every(
      (cursor) => recordsPage(ctx, actor, { ...query, cursor, limit: PAGE }, actor.scopeBodyIds),
      (item) => [
        beijing(item.recordedAt),
        item.subjectName,
        item.code ?? '',
        item.standard,
        item.title,
        item.documentNumber ?? '',
        item.decidedOn ?? '',
        item.decidingBody,
        RECORD_STATES[item.state] ?? '',
      ],
    ),
  };
}
