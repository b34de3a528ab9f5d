/** Leaving: on a day, with a successor for what is open; on that day everything ends at once and nothing is orphaned. */
import type { Actor, AppContext } from '../../context.ts';
import { addDays, toPlainDate } from '../../platform/clock.ts';
import type { Queryable, Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { endDeputiesOf } from './deputy-queries.ts';
import { lastHolder, successorOf, targetOf } from './guard.ts';
import { note } from './note.ts';
import { type AccountRow, endSessions, giveUpSeats, loadAccount, planDeparture, setDeparted } from './queries.ts';
import { deleteRoles, withdrawRequestsOf } from './role-queries.ts';
import type { TaskOwner } from './task-owners.ts';

export { giveUpSeats, lastHolder as lastHolderOf };

export interface TaskCount {
  readonly key: string;
  readonly name: { readonly zh: string; readonly en: string };
  readonly open: number;
  readonly handsOver: boolean;
}

/** The registry of work that waits for one person, asked together. */
export interface OpenTasks {
  count(client: Queryable, accountId: string, today: string): Promise<TaskCount[]>;
  handOver(
    client: Queryable,
    from: string,
    to: string,
    today: string,
  ): Promise<{ key: string; name: TaskOwner['name']; moved: number }[]>;
}

export function openTasks(owners: readonly TaskOwner[]): OpenTasks {
  return {
    async count(client, accountId, today) {
      const counts: TaskCount[] = [];
      for (const owner of owners) {
        const open = await owner.countOpen(client, accountId, today);
        counts.push({ key: owner.key, name: owner.name, open, handsOver: owner.handOver !== undefined });
      }
      return counts;
    },
    async handOver(client, from, to, today) {
      const moved: { key: string; name: TaskOwner['name']; moved: number }[] = [];
      for (const owner of owners) {
        if (owner.handOver)
          moved.push({ key: owner.key, name: owner.name, moved: await owner.handOver(client, from, to, today) });
      }
      return moved;
    },
  };
}

/** Who takes over; demanded where something is open that waits for this person only. */
export async function requireSuccessor(
  tx: Transaction,
  actor: Actor,
  tasks: OpenTasks,
  row: AccountRow,
  successorId: string | undefined,
  today: string,
): Promise<AccountRow | null> {
  if (successorId !== undefined) return successorOf(tx, actor, 'account.manage', successorId, row, today);
  const open = (await tasks.count(tx, row.account_id, today)).filter((task) => task.handsOver && task.open > 0);
  if (open.length === 0) return null;
  throw new DomainError('unprocessable', {
    zh: `该账号还有未办事项（${open.map((task) => `${task.name.zh} ${task.open}`).join('、')}），请指定接手人。`,
    en: `Something is open (${open.map((task) => `${task.name.en} ${task.open}`).join(', ')}). Name who takes over.`,
    details: [{ field: 'body/successorId', code: 'missing', zh: '请指定接手人', en: 'name a successor' }],
  });
}

export async function handOver(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  tasks: OpenTasks,
  accountId: string,
  input: { successorId: string; reason: string },
) {
  const today = ctx.clock.today();
  const { row } = await targetOf(tx, actor, 'account.manage', accountId, 'handOver', today);
  const successor = await successorOf(tx, actor, 'account.manage', input.successorId, row, today);
  const items = await tasks.handOver(tx, accountId, successor.account_id, today);
  await note(ctx, tx, actor, accountId, 'handOver', {
    to: successor.account_id,
    reason: input.reason,
    moved: items.reduce((sum, item) => sum + item.moved, 0),
  });
  return { items };
}

/** Ends all that an account is. Idempotent work of the day it leaves; the caller holds its lock. */
async function finish(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  tasks: OpenTasks,
  accountId: string,
  successorId: string | null,
): Promise<void> {
  const today = ctx.clock.today();
  if (successorId !== null) await tasks.handOver(tx, accountId, successorId, today);
  await giveUpSeats(tx, accountId);
  await withdrawRequestsOf(tx, accountId);
  const done = await setDeparted(tx, accountId, actor.accountId, ctx.clock.now()).catch(lastHolder);
  if (done === 0) throw new DomainError('conflict');
  // The person may later stand on another side: no role is left behind.
  await deleteRoles(tx, accountId).catch(lastHolder);
  await endDeputiesOf(tx, accountId, actor.accountId, ctx.clock.now());
  await endSessions(tx, accountId);
}

/** `on` is the first day without the account. Today or earlier: at once. */
export async function depart(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  tasks: OpenTasks,
  accountId: string,
  input: { on: string; successorId?: string | undefined; reason: string },
): Promise<{ departed: boolean }> {
  const today = ctx.clock.today();
  const { row } = await targetOf(tx, actor, 'account.manage', accountId, 'depart', today);
  const successor = await requireSuccessor(tx, actor, tasks, row, input.successorId, today);
  const successorId = successor?.account_id ?? null;
  const detail = { on: input.on, successor: successorId, reason: input.reason };
  if (input.on <= today) {
    await finish(ctx, tx, actor, tasks, accountId, successorId);
    await note(ctx, tx, actor, accountId, 'depart', detail);
    return { departed: true };
  }
  await giveUpSeats(tx, accountId);
  const lastDay = addDays(toPlainDate(input.on), -1);
  const done = await planDeparture(tx, accountId, input.on, lastDay, successorId).catch(lastHolder);
  if (done === 0) throw new DomainError('conflict');
  await note(ctx, tx, actor, accountId, 'planDeparture', detail);
  return { departed: false };
}

/** The day has come. False: somebody was quicker. */
export async function departOnDay(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  tasks: OpenTasks,
  accountId: string,
): Promise<boolean> {
  const row = await loadAccount(tx, accountId);
  if (!row || row.departed_at !== null || row.departs_on === null || row.departs_on > ctx.clock.today()) return false;
  await finish(ctx, tx, actor, tasks, accountId, row.successor_id);
  await note(ctx, tx, actor, accountId, 'depart', { on: row.departs_on, successor: row.successor_id });
  return true;
}
