/** What is due for a month: each body says how many decisions it made, or that there were none. */
import type { DeclareRequest, GapList, QualityDuty, QualityDutyChange, QualityDutyList } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess, writeAccess } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { type Runner, type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize, may } from '../identity/index.ts';
import { loadBodies } from './bodies.ts';
import { addDuties, documentNumbers, dutyCycle, keepDeclaration, setDuty } from './duty-queries.ts';
import { gapsOf } from './gaps.ts';
import {
  chineseMonth,
  dutyDays,
  endsWith,
  firstDay,
  lastDay,
  type Month,
  monthOf,
  moveMonth,
  spanOf,
} from './month.ts';
import { closedMonth, dutyFigures, seenDuties } from './queries.ts';

/** The day by which a month is confirmed: a working day of the month after. */
export const confirmBy = (ctx: Pick<AppContext, 'policy'>, month: Month): string =>
  ctx.policy().addWorkingDays(lastDay(month), ctx.policy().quality().confirmWorkingDays).on;

/** Bodies that sent rows of an item owe it from then on. */
export async function learnDuties(tx: Transaction, month: Month): Promise<void> {
  await addDuties(tx, await seenDuties(tx, spanOf(moveMonth(month, -11)).from, spanOf(month).before));
}

async function viewsOf(
  ctx: AppContext,
  client: Runner,
  actor: Actor,
  month: Month,
  closed: boolean,
): Promise<QualityDuty[]> {
  const policy = ctx.policy();
  const bodies = await loadBodies(ctx.db.app, actor, 'quality.read');
  const due = dutyDays(month);
  const figures = await dutyFigures(client, month, due.days, due.from, ctx.clock.now(), policy.quality().dueStandards);
  const dueOn = confirmBy(ctx, month);
  const today = ctx.clock.today();
  return figures
    .filter(({ bodyId }) => bodies.scope === null || bodies.scope.has(bodyId))
    .map((duty) => ({
      ...duty,
      body: bodies.name(duty.bodyId),
      standardName: policy.standard(duty.standard).name,
      dueOn: dueOn as QualityDuty['dueOn'],
      state:
        duty.declared === null ? (today > dueOn ? 'overdue' : 'waiting') : duty.declared === 0 ? 'zero' : 'confirmed',
      mayConfirm: !closed && today > lastDay(month) && may(actor, 'quality.confirm', { bodyId: duty.bodyId }),
    }));
}

export async function readDuties(ctx: AppContext, actor: Actor, asked: Month | undefined): Promise<QualityDutyList> {
  authorize(actor, 'quality.read');
  const month = asked ?? moveMonth(monthOf(ctx.clock.today()), -1);
  const entry = { action: 'quality.duties', resourceKind: 'quality', detail: { month } };
  return withAccess(ctx, actor, entry, async (tx) => {
    await learnDuties(tx, month);
    const closed = (await closedMonth(tx, month)) !== null;
    return { month, closed, items: await viewsOf(ctx, tx, actor, month, closed), dataAsOf: ctx.clock.now() };
  });
}

const refuse = (code: 'conflict' | 'unprocessable', zh: string, en: string): DomainError =>
  new DomainError(code, { zh, en });

export async function declare(ctx: AppContext, actor: Actor, input: DeclareRequest): Promise<QualityDuty> {
  const bodyId = input.bodyId ?? actor.bodyId ?? '';
  authorize(actor, 'quality.confirm', { bodyId });
  const { month, standard, decisions } = input;
  const words = chineseMonth(month);
  return withTransaction(ctx.db.app, async (tx) => {
    if (ctx.clock.today() <= lastDay(month))
      throw refuse(
        'unprocessable',
        `${words}还没有结束，月末后再确认。`,
        `${month} is not over yet. Confirm it after its end.`,
      );
    await learnDuties(tx, month);
    const cycle = await dutyCycle(tx, bodyId, standard, month);
    if (cycle === null) throw new HiddenError();
    if (!endsWith(cycle, month))
      throw refuse(
        'unprocessable',
        `该事项按${cycle === 'year' ? '年' : '季'}确认，请在${cycle === 'year' ? '12 月' : '季末月份'}结束后确认。`,
        `This item is confirmed by the ${cycle}, after its last month.`,
      );
    if (await closedMonth(tx, month))
      throw refuse(
        'conflict',
        `${words}已结账，数字不再变动。如有遗漏，请补报数据并联系信用办。`,
        `${month} is closed and its figures stand. Report what is missing and tell the credit office.`,
      );
    await keepDeclaration(tx, { bodyId, standard, month, decisions, by: actor.accountId ?? '', at: ctx.clock.now() });
    await writeAccess(tx, ctx, actor, {
      action: decisions === 0 ? 'quality.zeroReport' : 'quality.confirm',
      resourceKind: 'quality',
      detail: { month, standard, decisions, bodyId },
    });
    const view = (await viewsOf(ctx, tx, actor, month, false)).find(
      (one) => one.bodyId === bodyId && one.standard === standard,
    );
    if (!view) throw new DomainError('not-found');
    return view;
  });
}

export async function changeDuty(ctx: AppContext, actor: Actor, input: QualityDutyChange): Promise<void> {
  authorize(actor, 'quality.manage');
  if (!ctx.policy().quality().dueStandards.includes(input.standard))
    throw refuse(
      'unprocessable',
      '这类数据没有应报要求，请从列表中选择。',
      'Nothing is due of this standard. Choose from the list.',
    );
  const bodies = await loadBodies(ctx.db.app, actor, 'quality.read');
  if (!bodies.all.some(({ bodyId }) => bodyId === input.bodyId)) throw new HiddenError();
  if (input.to !== null && input.to < input.from)
    throw refuse('unprocessable', '结束月份不能早于开始月份。', 'It cannot end before it begins.');
  await withAccess(
    ctx,
    actor,
    { action: 'quality.duty', resourceKind: 'body', resourceId: input.bodyId, detail: { ...input } },
    (tx) => setDuty(tx, { ...input, cycle: input.cycle ?? 'month' }),
  );
}

const maxNumbers = 300_000;

export async function readGaps(ctx: AppContext, actor: Actor, asked: Month | undefined): Promise<GapList> {
  authorize(actor, 'quality.read');
  const month = asked ?? moveMonth(monthOf(ctx.clock.today()), -1);
  const bodies = await loadBodies(ctx.db.app, actor, 'quality.read');
  const first = firstDay(`${month.slice(0, 4)}-01`);
  const entry = { action: 'quality.gaps', resourceKind: 'quality', detail: { month } };
  const rows = await withAccess(ctx, actor, entry, (tx) =>
    documentNumbers(
      tx,
      {
        from: spanOf(monthOf(first)).from,
        first,
        last: lastDay(month),
        bodies: bodies.scope === null ? null : [...bodies.scope],
        standards: ctx.policy().quality().dueStandards,
      },
      maxNumbers,
    ),
  );
  const groups = new Map<string, { bodyId: string; standard: string; numbers: string[] }>();
  for (const row of rows) {
    const bodyId = bodies.heir(row.body_id);
    const key = `${bodyId} ${row.standard}`;
    const group = groups.get(key) ?? { bodyId, standard: row.standard, numbers: [] };
    group.numbers.push(row.document_number);
    groups.set(key, group);
  }
  const items = [...groups.values()].flatMap(({ bodyId, standard, numbers }) =>
    gapsOf(numbers).map((gap) => ({ bodyId, body: bodies.name(bodyId), standard, ...gap, missing: [...gap.missing] })),
  );
  return {
    month,
    items: items.sort((a, b) => b.missingCount - a.missingCount).slice(0, 500),
    dataAsOf: ctx.clock.now(),
  };
}
