/** Batches as their body reads them: which there are, how far one is, what came of each row, and the result as a sheet. */
import type { BatchCheckList, BatchCheckView, BatchRowList, BatchRowsQuery, BatchRowView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess } from '../../platform/access-log/index.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId } from '../../platform/ids.ts';
import { authorize, may, scopeOf } from '../identity/index.ts';
import { type BatchRow, batchBy, batchesOf, batchResult, bodyNamesOf, type ResultRow } from './batch-queries.ts';
import { type RowOutcome, rowNotes } from './batch-rows.ts';

const defaultLimit = 50;

export const batchView = (ctx: Pick<AppContext, 'policy'>, row: BatchRow, body: string | null): BatchCheckView => ({
  id: row.batch_id,
  state: row.state,
  matter: row.matter,
  matterName: ctx.policy().matter(row.matter)?.name ?? { zh: row.matter, en: row.matter },
  document: row.document,
  listName: row.list_name,
  rows: row.row_count,
  persons: row.persons,
  repeated: row.repeated,
  done: row.done_to,
  hits: row.hits,
  unknown: row.unknown,
  ambiguous: row.ambiguous,
  by: row.account_name,
  body,
  receivedAt: row.received_at,
  doneAt: row.done_at,
});

/** Errors: not-found (none, or another body's). */
export async function ownBatch(ctx: AppContext, actor: Actor, batchId: string): Promise<BatchRow> {
  authorize(actor, 'check.read');
  const row = isId(batchId) ? await batchBy(ctx.db.app, batchId) : null;
  if (!row || !may(actor, 'check.read', { bodyId: row.body_id })) throw new DomainError('not-found');
  return row;
}

async function viewsOf(ctx: AppContext, rows: readonly BatchRow[]): Promise<BatchCheckView[]> {
  const names = await bodyNamesOf(ctx.db.app, [...new Set(rows.flatMap((row) => row.body_id ?? []))]);
  return rows.map((row) => batchView(ctx, row, row.body_id === null ? null : (names.get(row.body_id) ?? null)));
}

export async function readBatch(ctx: AppContext, actor: Actor, batchId: string): Promise<BatchCheckView> {
  const [view] = await viewsOf(ctx, [await ownBatch(ctx, actor, batchId)]);
  if (!view) throw new DomainError('not-found');
  return view;
}

export async function listBatches(
  ctx: AppContext,
  actor: Actor,
  request: { cursor?: string | undefined; limit?: number | undefined },
): Promise<BatchCheckList> {
  const scope = scopeOf(actor, 'check.read');
  const limit = request.limit ?? defaultLimit;
  const position = openPosition(ctx.keys, 'checkBatches', request.cursor);
  const before = position ? { at: String(position[0]), id: String(position[1]) } : null;
  const rows = await batchesOf(ctx.db.app, scope.kind === 'all' ? null : scope.bodyIds, before, limit);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    items: await viewsOf(ctx, rows),
    nextCursor: last ? sealPosition(ctx.keys, 'checkBatches', [last.received_at, last.batch_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

const rowView = (row: ResultRow): BatchRowView => ({
  row: row.sheet_row ?? row.row_no,
  asked: row.asked,
  name: row.name,
  outcome: row.outcome,
  note: row.note === null ? null : rowNotes[row.note],
  receipt: row.number,
  result: row.answer,
});

/** What came of each row; read as often as the page is looked at, and logged as a reading of the batch. */
export async function listBatchRows(
  ctx: AppContext,
  actor: Actor,
  batchId: string,
  request: BatchRowsQuery,
): Promise<BatchRowList> {
  const batch = await ownBatch(ctx, actor, batchId);
  const limit = request.limit ?? defaultLimit;
  const position = openPosition(ctx.keys, 'checkBatchRows', request.cursor);
  const after = position ? Number(position[0]) : 0;
  const rows = await withAccess(
    ctx,
    actor,
    { action: 'check.batchRows', resourceKind: 'checkBatch', resourceId: batch.batch_id, caseNumber: batch.document },
    (tx) => batchResult(tx, batch.batch_id, request.outcome ?? null, after, limit),
  );
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    items: rows.map(rowView),
    nextCursor: last ? sealPosition(ctx.keys, 'checkBatchRows', [last.row_no]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

export const outcomeWords: Readonly<Record<RowOutcome, string>> = {
  waiting: '核查中',
  clear: '无应当或者可以适用的措施',
  hit: '命中',
  unknown: '未找到主体',
  ambiguous: '不能确定主体',
};
const resultHeader = [
  '原表行号',
  '单位名称（所填）',
  '统一社会信用代码',
  '核查结果',
  '说明',
  '应当适用',
  '可以适用',
  '名单及文书',
  '依据',
  '激励',
  '标注',
  '回执编号',
];

const each = <T>(list: readonly T[] | undefined, word: (one: T) => string): string =>
  [...new Set((list ?? []).map(word))].join('；');

export const measuresText = (row: ResultRow, force: 'required' | 'permitted'): string =>
  each(
    row.answer?.measures.filter((one) => one.force === force),
    ({ name }) => name.zh,
  );
export const causesText = (row: ResultRow): string =>
  each(row.answer?.measures, ({ listName, document }) => `${listName.zh} ${document}`);

const sheetLine = (row: ResultRow): string[] => [
  String(row.sheet_row ?? row.row_no),
  row.name ?? '',
  row.answer?.code ?? row.asked,
  outcomeWords[row.outcome],
  [
    ...(row.note === null ? [] : [rowNotes[row.note].zh]),
    ...(row.asked !== '' && row.answer?.code && row.answer.code !== row.asked
      ? [`所填代码 ${row.asked} 现归并为该主体`]
      : []),
  ].join('；'),
  measuresText(row, 'required'),
  measuresText(row, 'permitted'),
  causesText(row),
  each(row.answer?.measures, ({ article }) => article),
  each(row.answer?.incentives, ({ name }) => name.zh),
  each(row.answer?.annotations, ({ document, kind }) => `${document} ${kind}`),
  row.number ?? '',
];

const pageSize = 1_000;

/** Every row of a batch, page by page. */
export async function* resultsOf(
  ctx: AppContext,
  batchId: string,
  outcome: RowOutcome | null = null,
): AsyncGenerator<ResultRow> {
  for (let after = 0; ; ) {
    const rows = await batchResult(ctx.db.app, batchId, outcome, after, pageSize);
    yield* rows;
    if (rows.length < pageSize) return;
    after = rows.at(-1)?.row_no ?? after;
  }
}

async function* sheetLines(ctx: AppContext, batchId: string): AsyncGenerator<string[]> {
  for await (const row of resultsOf(ctx, batchId)) yield sheetLine(row);
}

export const notDone = (): DomainError =>
  new DomainError('conflict', { zh: '核查尚未完成，请稍后再试。', en: 'It is not done yet. Come back later.' });

/** The result list of a batch that is done. Errors: not-found, conflict (not done yet). */
export async function batchSheet(ctx: AppContext, actor: Actor, batchId: string) {
  const batch = await ownBatch(ctx, actor, batchId);
  if (batch.state !== 'done') throw notDone();
  await withAccess(
    ctx,
    actor,
    { action: 'check.batchResult', resourceKind: 'checkBatch', resourceId: batchId, caseNumber: batch.document },
    async () => undefined,
  );
  return {
    name: `${batch.list_name}核查结果`,
    header: resultHeader,
    rows: sheetLines(ctx, batchId),
    note: `事项 ${batch.matter}；来文 ${batch.document}；共 ${batch.row_count} 行，命中 ${batch.hits} 行，未找到 ${batch.unknown} 行，不能确定 ${batch.ambiguous} 行`,
  };
}
