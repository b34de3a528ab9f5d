/** What happens by itself, each morning: departures of the day, roles that ended, unused accounts, the yearly confirmation. */
import type { Actor, AppContext } from '../../context.ts';
import { withTransaction } from '../../platform/db.ts';
import { administratorRoles, operatorActor } from '../identity/index.ts';
import { departOnDay, type OpenTasks, openTasks } from './departure.ts';
import { note } from './note.ts';
import { ownTasks } from './own-tasks.ts';
import { departuresDue, endSessions, loadAccount, lockAccount, setDisabled, unusedSinceIds } from './queries.ts';
import { advanceRecertification } from './recertification.ts';
import { deleteExpiredRoles } from './role-queries.ts';
import type { AccountPorts } from './task-owners.ts';
import { daysAgo } from './views.ts';

const task = 'accounts.daily';
const atOnce = 500;

/** Each account in a transaction of its own: one that fails does not hold up the others. Safe to repeat. */
export async function runDaily(ctx: AppContext, tasks: OpenTasks): Promise<void> {
  const actor = operatorActor(ctx, 'scheduler');
  const today = ctx.clock.today();
  for (const accountId of await departuresDue(ctx.db.app, today, atOnce)) {
    await alone(ctx, accountId, (tx) => departOnDay(ctx, tx, actor, tasks, accountId));
  }
  await withTransaction(ctx.db.app, async (tx) => {
    for (const { account_id: accountId, role } of await deleteExpiredRoles(tx, today))
      await note(ctx, tx, actor, accountId, 'expireRole', { role });
  });
  await disableUnused(ctx, actor);
  await withTransaction(ctx.db.app, (tx) => advanceRecertification(ctx, tx, actor));
}

async function alone(
  ctx: AppContext,
  accountId: string,
  work: (tx: Parameters<Parameters<typeof withTransaction>[1]>[0]) => Promise<unknown>,
): Promise<void> {
  try {
    await withTransaction(ctx.db.app, async (tx) => {
      await lockAccount(tx, accountId);
      await work(tx);
    });
  } catch (error) {
    // The last administrator of a kind stays until another is there; the page shows it.
    ctx.log.warn(
      { account: accountId, err: error instanceof Error ? error.message : '' },
      'an account was left as it is',
    );
  }
}

async function disableUnused(ctx: AppContext, actor: Actor): Promise<void> {
  const { disableAfterDays } = ctx.policy().accounts().unused;
  const since = daysAgo(ctx, disableAfterDays);
  for (const accountId of await unusedSinceIds(ctx.db.app, ctx.clock.today(), since, atOnce)) {
    await alone(ctx, accountId, async (tx) => {
      const row = await loadAccount(tx, accountId);
      // An administrator is never switched off by silence: it would leave a city without one.
      if (!row || row.roles.some(({ role }) => administratorRoles.includes(role))) return;
      if ((await setDisabled(tx, accountId, 'unused', null, ctx.clock.now())) === 0) return;
      await endSessions(tx, accountId);
      await note(ctx, tx, actor, accountId, 'disable', { reason: 'unused', days: disableAfterDays });
    });
  }
}

/** Registered by the server's list of jobs. 00:20 in China, when the day has begun. */
export function accountJobs(ctx: AppContext, ports: AccountPorts): void {
  const tasks = openTasks([...ownTasks, ...ports.taskOwners]);
  ctx.jobs.register(task, (context) => runDaily(context, tasks));
  ctx.jobs.schedule(task, '20 16 * * *');
}
