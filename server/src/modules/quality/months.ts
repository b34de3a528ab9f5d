/** Months: open, ended, closed. A closed one is never counted again; its figures are what they were, with a hash. */
import type { MonthList, MonthView, PaperOfMonth } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess, writeAccess } from '../../platform/access-log/index.ts';
import { type Runner, type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize } from '../identity/index.ts';
import { type PaperRow, papersOfCase } from '../papers/index.ts';
import { learnDuties } from './duties.ts';
import { countMonth, hashFigures } from './figures.ts';
import { fileIdOf, insertMonth, letterCounts } from './letter-queries.ts';
import { chineseDayTime, chineseMonth, lastDay, type Month, monthOf, moveMonth, spanOf } from './month.ts';
import { type ClosedMonth, closedMonth, closedMonths, unfinishedOf } from './queries.ts';
import type { MonthFigures, QualityPorts } from './types.ts';

const shownMonths = 13;

export async function paperOfMonth(ctx: AppContext, row: PaperRow): Promise<PaperOfMonth> {
  const policy = row.policy_set_id === ctx.policy().setId ? ctx.policy() : await ctx.policySet(row.policy_set_id);
  return {
    id: row.paper_id,
    template: row.template,
    name: policy.paper(row.template).name,
    number: row.number,
    state: row.state,
    about: row.fields.given.addressee ?? row.fields.given.month ?? '',
  };
}

export async function papersOf(
  ctx: AppContext,
  client: Runner,
  kind: 'month' | 'year',
  period: string,
): Promise<PaperOfMonth[]> {
  const fileId = await fileIdOf(client, kind, period);
  if (fileId === null) return [];
  return Promise.all(
    (await papersOfCase(client, fileId)).filter(({ state }) => state !== 'voided').map((row) => paperOfMonth(ctx, row)),
  );
}

async function viewOf(
  ctx: AppContext,
  client: Runner,
  month: Month,
  closed: ClosedMonth | null,
  letters: number,
): Promise<MonthView> {
  return {
    month,
    state: closed ? 'closed' : ctx.clock.today() > lastDay(month) ? 'ended' : 'open',
    closedAt: closed?.closed_at ?? null,
    closedBy: closed?.closed_by_name ?? null,
    hash: closed?.hash ?? null,
    intact: closed && hashFigures(month, closed.figures as MonthFigures) === closed.hash,
    fileId: await fileIdOf(client, 'month', month),
    papers: await papersOf(ctx, client, 'month', month),
    letters,
  };
}

export async function listMonths(ctx: AppContext, actor: Actor): Promise<MonthList> {
  authorize(actor, 'quality.manage');
  const now = monthOf(ctx.clock.today());
  return withAccess(ctx, actor, { action: 'quality.months', resourceKind: 'quality' }, async (tx) => {
    const closed = new Map(
      (await closedMonths(tx, moveMonth(now, 1 - shownMonths), now)).map((row) => [row.month, row]),
    );
    const months = Array.from({ length: shownMonths }, (_, at) => moveMonth(now, -at));
    const letters = await letterCounts(tx, months);
    const items: MonthView[] = [];
    for (const month of months)
      items.push(await viewOf(ctx, tx, month, closed.get(month) ?? null, letters.get(month) ?? 0));
    return { items, nextCursor: null, dataAsOf: ctx.clock.now() };
  });
}

/** Closes the month inside the caller's transaction. Errors: `unprocessable` while it runs, `conflict` where it is closed. */
export async function closeInside(
  tx: Transaction,
  ctx: AppContext,
  ports: QualityPorts,
  actor: Actor,
  month: Month,
): Promise<ClosedMonth> {
  const words = chineseMonth(month);
  const known = await closedMonth(tx, month);
  if (known)
    throw new DomainError('conflict', {
      zh: `${words}已于 ${chineseDayTime(known.closed_at)} 由${known.closed_by_name ?? '他人'}结账，不能再次结账。数字已固定；后来的更正计入更正到达的月份。`,
      en: `${month} was closed at ${known.closed_at}. It cannot be closed again; later corrections count in the month in which they arrive.`,
    });
  if (ctx.clock.today() <= lastDay(month))
    throw new DomainError('unprocessable', {
      zh: `${words}还没有结束，请在月末后结账。`,
      en: `${month} is not over. Close it after its end.`,
    });
  const { from, before } = spanOf(month);
  const unfinished = await unfinishedOf(tx, from, before);
  if (unfinished > 0)
    throw new DomainError('conflict', {
      zh: `${words}还有 ${unfinished} 个文件在处理，请在处理完成后结账。`,
      en: `${unfinished} files of ${month} are still worked on. Close it when they are done.`,
    });
  await learnDuties(tx, month);
  const figures = await countMonth(ctx, tx, ports, month);
  const hash = hashFigures(month, figures);
  const row = { month, policySetId: ctx.policy().setId, figures, hash, by: actor.accountId ?? '', at: ctx.clock.now() };
  // Somebody else was faster by a moment: the same refusal, said the same way.
  if ((await insertMonth(tx, row)) !== 1)
    throw new DomainError('conflict', {
      zh: `${words}刚刚已由他人结账，请刷新。`,
      en: `${month} was closed by somebody else just now. Reload.`,
    });
  await writeAccess(tx, ctx, actor, { action: 'quality.close', resourceKind: 'quality', detail: { month, hash } });
  const closed = await closedMonth(tx, month);
  if (!closed) throw new DomainError('internal');
  return closed;
}

export async function closeMonth(ctx: AppContext, ports: QualityPorts, actor: Actor, month: Month): Promise<MonthView> {
  authorize(actor, 'quality.manage');
  return withTransaction(ctx.db.app, async (tx) => {
    const closed = await closeInside(tx, ctx, ports, actor, month);
    return viewOf(ctx, tx, month, closed, (await letterCounts(tx, [month])).get(month) ?? 0);
  });
}
