/**
 * A list of organisations for one matter, one document, one named list. Kept row by row and worked through in the background,
 * so that it goes on where it stopped. No person is in it: such a row is refused, counted and kept nowhere.
 */
import type { BatchCheckRequest, BatchCheckView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId, newId } from '../../platform/ids.ts';
import { type Reading, readingEntry } from '../access/index.ts';
import { authorize, may } from '../identity/index.ts';
import { cleanCode } from '../subjects/index.ts';
import { openCheck, personNumberIn, personsElsewhere } from './ask.ts';
import { advanceBatch, type BatchRow, batchBy, batchResult, batchRows, insertBatch, writeOutcomes } from './queries.ts';
import { answerAll, type Question } from './run-check.ts';

export const batchTask = 'checks.batch';
const rowsATransaction = 1_000;

const viewOf = (row: BatchRow): BatchCheckView => ({
  id: row.batch_id,
  state: row.state,
  matter: row.matter,
  document: row.document,
  listName: row.list_name,
  rows: row.row_count,
  persons: row.persons,
  done: row.done_to,
  hits: row.hits,
  unknown: row.unknown,
  receivedAt: row.received_at,
  doneAt: row.done_at,
});

/** Errors as of a check; unprocessable where the matter takes no lists, or nothing but persons was sent. */
export async function startBatch(ctx: AppContext, actor: Actor, request: BatchCheckRequest): Promise<BatchCheckView> {
  const { matter, purpose, document, listName } = request;
  if (personNumberIn(`${document} ${listName}`)) throw personsElsewhere();
  // The document that asks is the case of every row.
  const asked = await openCheck(ctx, actor, { matter, purpose, caseNumber: document });
  if (!asked.matter.batch)
    throw new DomainError('unprocessable', {
      zh: `事项“${asked.matter.name.zh}”须逐件核查，不能批量。`,
      en: 'This matter is checked one by one, not as a list.',
    });
  const most = ctx.policy().checkRules().batchRows;
  if (request.organisations.length > most)
    throw new DomainError('too-large', {
      zh: `一批最多 ${most} 行，请分批提交。`,
      en: `A batch has ${most} rows at most. Send several.`,
    });
  const kept = request.organisations.filter((text) => !personNumberIn(text)).map((text) => cleanCode(text));
  if (kept.length === 0) throw personsElsewhere();
  const row: BatchRow = {
    batch_id: newId(),
    body_id: actor.bodyId,
    account_id: actor.accountId,
    account_name: actor.name,
    matter: asked.matter.code,
    purpose,
    document: asked.reading.caseNumber ?? document,
    list_name: listName.normalize('NFC').trim(),
    state: 'received',
    row_count: kept.length,
    persons: request.organisations.length - kept.length,
    done_to: 0,
    hits: 0,
    unknown: 0,
    received_at: ctx.clock.now() as BatchRow['received_at'],
    done_at: null,
  };
  await withTransaction(ctx.db.app, async (tx) => {
    await insertBatch(tx, row, kept);
    await writeAccess(tx, ctx, actor, {
      action: 'check.batch',
      resourceKind: 'checkBatch',
      resourceId: row.batch_id,
      ...readingEntry(asked.reading),
      detail: { rows: row.row_count, persons: row.persons },
    });
    await ctx.jobs.enqueue(tx, batchTask, { batchId: row.batch_id }, { key: `${batchTask} ${row.batch_id}` });
  });
  return viewOf(row);
}

/** Whoever started it was authorised then; the log of each row names them. */
const starterOf = (batch: BatchRow): Actor => ({
  kind: batch.account_id === null ? 'operator' : 'account',
  accountId: batch.account_id,
  name: batch.account_name,
  roles: [],
  bodyId: batch.body_id,
  scopeBodyIds: [],
  subjectId: null,
  client: null,
  osUser: null,
  address: null,
  requestId: batch.batch_id,
});

const readingOf = (batch: BatchRow): Reading => ({
  level: 'government',
  items: null,
  purpose: batch.purpose,
  matter: batch.matter,
  caseNumber: batch.document,
});

/** The next thousand rows, in one transaction. False when there are none any more, or another worker is at them. */
async function workOn(ctx: AppContext, batch: BatchRow): Promise<boolean> {
  const matter = ctx.policy().matter(batch.matter);
  if (!matter) throw new DomainError('unprocessable', { zh: '事项已停用', en: 'the matter is no more' });
  const [actor, reading] = [starterOf(batch), readingOf(batch)];
  return withTransaction(ctx.db.app, async (tx) => {
    const rows = await batchRows(tx, batch.batch_id, batch.done_to, rowsATransaction);
    const questions = rows.map(
      ({ asked }): Question => ({ matter, reading, actor, code: asked, way: 'batch', batchId: batch.batch_id }),
    );
    const told = await answerAll(ctx, tx, questions);
    const outcomes = rows.map(({ row_no }, at) => {
      const one = told[at];
      if (!one || one instanceof DomainError) return { row_no, outcome: 'unknown', number: null };
      return { row_no, outcome: one.receipt.hit ? 'hit' : 'clear', number: one.receipt.number };
    });
    await writeOutcomes(tx, batch.batch_id, outcomes);
    const doneTo = batch.done_to + rows.length;
    const count = (outcome: string): number => outcomes.filter((one) => one.outcome === outcome).length;
    const moved = await advanceBatch(tx, batch, {
      doneTo,
      hits: count('hit'),
      unknown: count('unknown'),
      doneAt: doneTo >= batch.row_count ? (ctx.clock.now() as BatchRow['received_at']) : null,
    });
    if (moved === 0) throw new DomainError('conflict');
    return doneTo < batch.row_count;
  });
}

/** Goes on where the batch stands. */
export async function workBatch(ctx: AppContext, batchId: string, signal?: AbortSignal): Promise<void> {
  for (;;) {
    const batch = await batchBy(ctx.db.app, batchId);
    if (!batch || batch.state === 'done') return;
    if (signal?.aborted) throw new Error('stopped; it goes on from here');
    if (!(await workOn(ctx, batch))) return;
  }
}

export function checkJobs(ctx: Pick<AppContext, 'jobs'>): void {
  ctx.jobs.register(batchTask, async (context, payload, job) => {
    await workBatch(context, String(payload.batchId), job.signal);
  });
}

/** Errors: not-found (none, or another body's). */
async function ownBatch(ctx: AppContext, actor: Actor, batchId: string): Promise<BatchRow> {
  authorize(actor, 'check.read');
  const row = isId(batchId) ? await batchBy(ctx.db.app, batchId) : null;
  if (!row || !may(actor, 'check.read', { bodyId: row.body_id })) throw new DomainError('not-found');
  return row;
}

export async function readBatch(ctx: AppContext, actor: Actor, batchId: string): Promise<BatchCheckView> {
  return viewOf(await ownBatch(ctx, actor, batchId));
}

const outcomeWords: Readonly<Record<string, string>> = {
  waiting: '核查中',
  clear: '无应当或者可以适用的措施',
  hit: '命中',
  unknown: '平台无此主体，请核对代码',
  ambiguous: '不能确定主体',
};
const resultHeader = [
  '序号',
  '统一社会信用代码',
  '核查结果',
  '应当适用',
  '可以适用',
  '名单及文书',
  '依据',
  '激励',
  '标注',
  '回执编号',
];

async function* resultRows(ctx: AppContext, batchId: string): AsyncGenerator<string[]> {
  for (let after = 0; ; ) {
    const rows = await batchResult(ctx.db.app, batchId, after, rowsATransaction);
    for (const { row_no, asked, outcome, number, answer } of rows) {
      const of = (force: string): string =>
        (answer?.measures ?? [])
          .filter((one) => one.force === force)
          .map(({ name }) => name.zh)
          .join('；');
      const each = <T>(list: readonly T[] | undefined, word: (one: T) => string): string =>
        [...new Set((list ?? []).map(word))].join('；');
      yield [
        String(row_no),
        answer?.code ?? asked,
        outcomeWords[outcome] ?? outcome,
        of('required'),
        of('permitted'),
        each(answer?.measures, ({ listName, document }) => `${listName.zh} ${document}`),
        each(answer?.measures, ({ article }) => article),
        each(answer?.incentives, ({ name }) => name.zh),
        each(answer?.annotations, ({ document, kind }) => `${document} ${kind}`),
        number ?? '',
      ];
    }
    if (rows.length < rowsATransaction) return;
    after = rows.at(-1)?.row_no ?? after;
  }
}

/** The result list of a batch that is done. Errors: not-found, conflict (not done yet). */
export async function batchSheet(ctx: AppContext, actor: Actor, batchId: string) {
  const batch = await ownBatch(ctx, actor, batchId);
  if (batch.state !== 'done')
    throw new DomainError('conflict', { zh: '核查尚未完成，请稍后下载。', en: 'It is not done yet. Come back later.' });
  return {
    name: `${batch.list_name}核查结果`,
    header: resultHeader,
    rows: resultRows(ctx, batchId),
    note: `事项 ${batch.matter}；来文 ${batch.document}；共 ${batch.row_count} 行，命中 ${batch.hits} 行，未找到 ${batch.unknown} 行`,
  };
}
