/**
 * 复函: what came of a list, as a numbered letter to the body whose document asked. The result list is its annex; what fits is
 * printed in it. The text is composed here from what was told, and may be revised by the body while it is a draft.
 */
import type { ReplyLetterView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { dayOf } from '../../platform/clock.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize, may } from '../identity/index.ts';
import { issuePaper, type PaperCase, papersOfCase, type SeenCase } from '../papers/index.ts';
import { type BatchRow, batchBy } from './batch-queries.ts';
import { causesText, measuresText, notDone, outcomeWords, ownBatch, resultsOf } from './read-batches.ts';

const template = 'checkReply';
const procedure = 'checkBatch';

const caseOf = (batch: BatchRow): PaperCase => ({
  caseId: batch.batch_id,
  procedure,
  procedureName: '批量信用核查',
  subjectId: null,
  caseNumber: batch.document,
  openedOn: dayOf(batch.received_at),
});

/** A table of a paper has an end; `null` when the rows are more than it holds, and the annex has them. */
async function tableOf(
  head: readonly string[],
  lines: AsyncIterable<readonly string[]>,
  most: number,
): Promise<string | null> {
  const text = [head.join('|')];
  let length = [...head.join('|')].length;
  for await (const cells of lines) {
    const line = cells.map((cell) => cell.replaceAll('|', '｜').replaceAll('\n', ' ')).join('|');
    length += [...line].length + 1;
    if (length > most) return null;
    text.push(line);
  }
  return text.length > 1 ? text.join('\n') : '';
}

async function* hitLines(ctx: AppContext, batchId: string): AsyncGenerator<string[]> {
  let at = 0;
  for await (const row of resultsOf(ctx, batchId, 'hit'))
    yield [
      String(++at),
      row.name ?? '',
      row.answer?.code ?? row.asked,
      measuresText(row, 'required') || '—',
      measuresText(row, 'permitted') || '—',
      causesText(row),
    ];
}

async function* allLines(ctx: AppContext, batchId: string): AsyncGenerator<string[]> {
  let at = 0;
  for await (const row of resultsOf(ctx, batchId))
    yield [String(++at), row.name ?? '', row.answer?.code ?? row.asked, outcomeWords[row.outcome], row.number ?? '—'];
}

function summaryOf(batch: BatchRow): string {
  const clear = batch.row_count - batch.hits - batch.unknown - batch.ambiguous;
  return [
    `核查 ${batch.row_count} 家：命中 ${batch.hits} 家；无应当或者可以适用的措施 ${clear} 家；未找到主体 ${batch.unknown} 家；不能确定主体 ${batch.ambiguous} 家。`,
    ...(batch.repeated > 0 ? [`名单中重复的 ${batch.repeated} 行已合并。`] : []),
    ...(batch.persons > 0 ? [`名单中 ${batch.persons} 行涉及自然人，批量核查不受理，未核查、未保存。`] : []),
  ].join('\n');
}

async function fieldsOf(ctx: AppContext, batch: BatchRow, addressee: string): Promise<Record<string, string>> {
  const policy = ctx.policy();
  const fields = new Map(policy.paper(template).fields.map((field) => [field.key, field.maxLength]));
  const hits = await tableOf(
    ['序号', '单位', '统一社会信用代码', '应当适用', '可以适用', '名单及文书'],
    hitLines(ctx, batch.batch_id),
    fields.get('hits') ?? 0,
  );
  const annex = await tableOf(
    ['序号', '单位', '统一社会信用代码', '核查结果', '回执编号'],
    allLines(ctx, batch.batch_id),
    fields.get('annex') ?? 0,
  );
  const summary = summaryOf(batch);
  return {
    addressee,
    document: batch.document,
    listName: batch.list_name,
    matter: policy.matter(batch.matter)?.name.zh ?? batch.matter,
    checkedOn: dayOf(batch.done_at ?? batch.received_at),
    validHours: String(policy.checkRules().validHours),
    summary: hits === null ? `${summary}\n命中的单位较多，详见附件。` : summary,
    hits: hits ?? '',
    annexTitle: `核查结果表（${batch.row_count} 行${annex === null ? '，另附电子表格' : ''}）`,
    annex: annex ?? '',
  };
}

/**
 * One letter a batch: another only after the former was voided, whose number stays in the register. Errors: not-found,
 * forbidden, conflict (not done; there is a letter).
 */
export async function issueReply(
  ctx: AppContext,
  actor: Actor,
  batchId: string,
  addressee: string,
): Promise<ReplyLetterView> {
  const batch = await ownBatch(ctx, actor, batchId);
  if (batch.body_id === null)
    throw new DomainError('unprocessable', {
      zh: '这一批不属于任何单位，不能出具复函。',
      en: 'The batch belongs to no body that could issue a letter.',
    });
  authorize(actor, 'paper.write', { bodyId: batch.body_id });
  if (batch.state !== 'done') throw notDone();
  const former = (await papersOfCase(ctx.db.app, batchId)).filter((paper) => paper.template === template);
  const standing = former.find((paper) => paper.state !== 'voided');
  if (standing)
    throw new DomainError('conflict', {
      zh: `已有复函 ${standing.number}。需要重新出具的，请先作废。`,
      en: `There is a letter already, ${standing.number}. Void it before another is issued.`,
    });
  const fields = await fieldsOf(ctx, batch, addressee);
  const { body_id: bodyId } = batch;
  const paper = await withTransaction(ctx.db.app, (tx) =>
    issuePaper(tx, ctx, actor, { case: caseOf(batch), template, fields, bodyId, key: `${template} ${former.length}` }),
  );
  return { id: paper.paper_id, number: paper.number };
}

/** For papers: the batch that a letter belongs to, for the body that asked and whoever oversees it. */
export async function batchCaseFor(ctx: AppContext, actor: Actor, caseId: string): Promise<SeenCase | null> {
  const batch = await batchBy(ctx.db.app, caseId);
  if (!batch || !may(actor, 'check.read', { bodyId: batch.body_id })) return null;
  return { ...caseOf(batch), as: 'body' };
}
