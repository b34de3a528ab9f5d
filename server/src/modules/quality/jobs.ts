/** What runs by the clock: reminders before a deadline and after it, replies that are overdue, codes counted by night. */
import type { AppContext } from '../../context.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { sendNotice } from '../notices/index.ts';
import { chineseDay } from '../papers/index.ts';
import { confirmBy, learnDuties } from './duties.ts';
import { noteReminder } from './duty-queries.ts';
import { recountCodes } from './feedback.ts';
import { listLetterRows, noteReminded, unansweredLetters } from './letter-queries.ts';
import { chineseMonth, dutyDays, monthOf, moveMonth } from './month.ts';
import { closedMonth, dutyFigures } from './queries.ts';

export const REMIND_TASK = 'quality.remind';
export const CODES_TASK = 'quality.codes';
const pageSize = 200;

async function remindMonth(tx: Transaction, ctx: AppContext): Promise<number> {
  const policy = ctx.policy();
  const today = ctx.clock.today();
  const month = moveMonth(monthOf(today), -1);
  if (await closedMonth(tx, month)) return 0;
  const due = confirmBy(ctx, month);
  const overdue = today > due;
  if (!overdue && policy.workingDaysBetween(today, due).days > policy.quality().remindWorkingDays) return 0;
  await learnDuties(tx, month);
  const open = new Map<string, number>();
  const { days, from } = dutyDays(month);
  for (const duty of await dutyFigures(tx, month, days, from, ctx.clock.now(), policy.quality().dueStandards))
    if (duty.declared === null) open.set(duty.bodyId, (open.get(duty.bodyId) ?? 0) + 1);
  let told = 0;
  for (const [bodyId, items] of open) {
    const topic = overdue ? 'quality.overdue' : 'quality.confirm';
    if (!(await noteReminder(tx, { bodyId, month, topic, on: today }))) continue;
    await sendNotice(tx, ctx, {
      to: { kind: 'body', bodyId, permission: 'quality.confirm' },
      topic,
      params: {
        month: { zh: chineseMonth(month), en: month },
        due: { zh: chineseDay(due), en: due },
        items: String(items),
      },
    });
    told += 1;
  }
  return told;
}

/** Returns how many bodies were told. Safe to repeat: each is told once before and once after the day. */
export async function remind(ctx: AppContext): Promise<number> {
  return withTransaction(ctx.db.app, async (tx) => {
    let told = await remindMonth(tx, ctx);
    const today = ctx.clock.today();
    for (const letter of await unansweredLetters(tx, today, pageSize)) {
      if (letter.paper_state === null || letter.paper_state === 'draft') continue;
      if ((await noteReminded(tx, letter.letter_id, today)) !== 1) continue;
      await sendNotice(tx, ctx, {
        to: { kind: 'body', bodyId: letter.body_id, permission: 'quality.confirm' },
        topic: 'quality.replyOverdue',
        params: { number: letter.number, due: { zh: chineseDay(letter.reply_due), en: letter.reply_due } },
      });
      told += 1;
    }
    return told + (await tellSent(tx, ctx));
  });
}

/** A letter is told of once it is signed off. */
async function tellSent(tx: Transaction, ctx: AppContext): Promise<number> {
  let told = 0;
  for (const letter of await listLetterRows(tx, { bodies: null, month: null, open: true }, null, pageSize)) {
    if (letter.paper_state === null || letter.paper_state === 'draft') continue;
    const { body_id: bodyId, month, kind } = letter;
    if (!(await noteReminder(tx, { bodyId, month, topic: `quality.letter ${kind}`, on: ctx.clock.today() }))) continue;
    await sendNotice(tx, ctx, {
      to: { kind: 'body', bodyId, permission: 'quality.confirm' },
      topic: 'quality.letter',
      params: {
        name: kind === 'supervision' ? '督办单' : '风险提示函',
        number: letter.number,
        due: { zh: chineseDay(letter.reply_due), en: letter.reply_due },
      },
    });
    told += 1;
  }
  return told;
}

export function qualityJobs(ctx: AppContext): void {
  ctx.jobs.register(REMIND_TASK, async (context) => {
    await remind(context);
  });
  ctx.jobs.schedule(REMIND_TASK, '25 * * * *');
  ctx.jobs.register(CODES_TASK, async (context) => {
    await recountCodes(context);
  });
  // 02:45 in Beijing.
  ctx.jobs.schedule(CODES_TASK, '45 18 * * *');
}
