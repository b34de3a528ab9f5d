/** Units that are asked about a change: told at once, reminded before the day, and the office is told who kept silent. */
import type { AppContext } from '../../context.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { sendNotice } from '../notices/index.ts';
import * as queries from './queries.ts';

const chineseDay = (on: string): string => {
  const [year, month, day] = on.split('-').map(Number);
  return `${year}年${month}月${day}日`;
};
const due = (on: string) => ({ zh: chineseDay(on), en: on });
const atOnce = 200;

/** In the transaction of the circulation: a unit that is asked is told, or nobody is. */
export async function tellUnits(
  tx: Transaction,
  ctx: AppContext,
  change: { readonly id: string; readonly title: string; readonly replyDueOn: string; readonly by: string },
  bodyIds: readonly string[],
): Promise<void> {
  for (const bodyId of bodyIds) {
    if ((await queries.noteUnit(tx, { change_id: change.id, body_id: bodyId }, 'told', ctx.clock.now())) !== 1)
      continue;
    await sendNotice(tx, ctx, {
      to: { kind: 'body', bodyId, permission: 'policyChange.answer' },
      topic: 'policy.circulated',
      params: { title: change.title, due: due(change.replyDueOn) },
      by: change.by,
    });
  }
}

/** Safe to repeat: each unit is reminded once, and the office hears of each silence once. Gives how many were told. */
export async function remindUnits(ctx: AppContext): Promise<number> {
  const today = ctx.clock.today();
  const { remindWorkingDays } = ctx.policy().circulation();
  let told = 0;
  if (remindWorkingDays > 0) {
    const dueBy = ctx.policy().addWorkingDays(today, remindWorkingDays).on;
    const near = await queries.silentUnits(ctx.db.app, 'reminded', dueBy, atOnce);
    for (const unit of near.filter(({ reply_due_on: on }) => on >= today))
      told += await once(ctx, unit, 'reminded', {
        to: { kind: 'body', bodyId: unit.body_id, permission: 'policyChange.answer' },
        topic: 'policy.reminder',
        params: { title: unit.title, due: due(unit.reply_due_on) },
      });
  }
  const silent = await queries.silentUnits(ctx.db.app, 'overdue', today, atOnce);
  for (const unit of silent.filter(({ reply_due_on: on }) => on < today))
    told += await once(ctx, unit, 'overdue', {
      to: { kind: 'account', accountId: unit.created_by },
      topic: 'policy.silent',
      params: { title: unit.title, due: due(unit.reply_due_on), body: unit.name },
    });
  return told;
}

async function once(
  ctx: AppContext,
  unit: queries.SilentUnit,
  what: 'reminded' | 'overdue',
  notice: Parameters<typeof sendNotice>[2],
): Promise<number> {
  return withTransaction(ctx.db.app, async (tx) => {
    if ((await queries.noteUnit(tx, unit, what, ctx.clock.now())) !== 1) return 0;
    await sendNotice(tx, ctx, notice);
    return 1;
  });
}
