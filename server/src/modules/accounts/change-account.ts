/** Switching off and on, a new one-time password, another name, another body. Each is logged and ends the sessions at once. */
import type { Actor, AppContext } from '../../context.ts';
import type { Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { administratorRoles, authorize, findBody, hashPassword, newOneTimePassword } from '../identity/index.ts';
import { checkVendorEnd } from './create-account.ts';
import { giveUpSeats, lastHolderOf, type OpenTasks, requireSuccessor } from './departure.ts';
import { targetOf } from './guard.ts';
import { note } from './note.ts';
import { endSessions, setBody, setDisabled, setEnabled, setName, setPassword } from './queries.ts';
import { deleteRoles, insertRequest, withdrawRequestsOf } from './role-queries.ts';

const permission = 'account.manage';

export async function disableAccount(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  accountId: string,
  reason: string,
): Promise<void> {
  const { caller } = await targetOf(tx, actor, permission, accountId, 'disable', ctx.clock.today());
  await giveUpSeats(tx, accountId);
  const done = await setDisabled(tx, accountId, 'request', caller.accountId, ctx.clock.now()).catch(lastHolderOf);
  if (done === 0) throw new DomainError('conflict');
  await endSessions(tx, accountId);
  await note(ctx, tx, actor, accountId, 'disable', { reason });
}

/** With a new one-time password: what was known before the pause opens nothing after it. */
export async function enableAccount(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  accountId: string,
  input: { reason: string; activeUntil?: string | undefined },
): Promise<{ password: string }> {
  const { row } = await targetOf(tx, actor, permission, accountId, 'enable', ctx.clock.today());
  const end =
    row.kind === 'vendor' ? checkVendorEnd(ctx, input.activeUntil ?? row.active_until) : (input.activeUntil ?? null);
  if (end !== null && end < ctx.clock.today())
    throw new DomainError('unprocessable', { zh: '有效期不能早于今天。', en: 'The last day cannot be before today.' });
  const password = newOneTimePassword(ctx.policy().signIn().password);
  const done = await setEnabled(tx, accountId, {
    hash: await hashPassword(password),
    activeUntil: end,
    today: ctx.clock.today(),
    at: ctx.clock.now(),
  });
  if (done === 0) throw new DomainError('conflict');
  await endSessions(tx, accountId);
  await note(ctx, tx, actor, accountId, 'enable', { reason: input.reason, activeUntil: end });
  return { password };
}

/** Not an administrator's: whoever could set it could act as that administrator (GB/T 22239-2019 8.1.5). */
export async function resetPassword(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  accountId: string,
  reason: string,
): Promise<{ password: string }> {
  const { row } = await targetOf(tx, actor, permission, accountId, 'resetPassword', ctx.clock.today());
  if (row.roles.some(({ role }) => administratorRoles.includes(role)))
    throw new DomainError('forbidden', {
      zh: '管理员的密码不能由另一位管理员重置，请在服务器上用 ./chengxin account 命令办理。',
      en: "No administrator sets another administrator's password. It is done on the machine with ./chengxin account.",
    });
  const password = newOneTimePassword(ctx.policy().signIn().password);
  if ((await setPassword(tx, accountId, await hashPassword(password), ctx.clock.now())) === 0)
    throw new DomainError('conflict');
  await endSessions(tx, accountId);
  await note(ctx, tx, actor, accountId, 'resetPassword', { reason });
  return { password };
}

export async function renameAccount(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  accountId: string,
  name: string,
): Promise<void> {
  const { row } = await targetOf(tx, actor, permission, accountId, 'rename', ctx.clock.today());
  const clean = name.trim();
  if (clean === '') throw new DomainError('unprocessable', { zh: '请填写姓名。', en: 'Give a name.' });
  if ((await setName(tx, accountId, clean)) === 0) throw new DomainError('conflict');
  await note(ctx, tx, actor, accountId, 'rename', { from: row.name, to: clean });
}

/**
 * To another body. Rights were given for the old one: business roles end, and the same are asked for anew, so that somebody
 * else looks at them. What is open is handed over before.
 */
export async function transferAccount(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  tasks: OpenTasks,
  accountId: string,
  input: { bodyId: string; successorId?: string | undefined; reason: string },
): Promise<void> {
  const today = ctx.clock.today();
  const { row, caller } = await targetOf(tx, actor, permission, accountId, 'transfer', today);
  authorize(actor, permission, { bodyId: input.bodyId });
  const body = await findBody(tx, { bodyId: input.bodyId });
  if (!body) throw new DomainError('not-found');
  if (body.closedOn !== null || body.bodyId === row.body_id)
    throw new DomainError('unprocessable', {
      zh: '请选择另一个在用的单位。',
      en: 'Choose another body that is not closed.',
    });
  if (row.roles.some(({ role }) => administratorRoles.includes(role)))
    throw new DomainError('unprocessable', {
      zh: '管理员不随单位调动，请先收回其管理员角色。',
      en: 'An administrator is not moved between bodies. Take the role back first.',
    });
  const successor = await requireSuccessor(tx, actor, tasks, row, input.successorId, today);
  if (successor) await tasks.handOver(tx, accountId, successor.account_id, today);
  await deleteRoles(tx, accountId);
  await withdrawRequestsOf(tx, accountId);
  if ((await setBody(tx, accountId, row.body_id, input.bodyId)) === 0) throw new DomainError('conflict');
  for (const { role } of row.roles) {
    await insertRequest(tx, {
      requestId: newId(),
      accountId,
      role,
      expiresOn: null,
      reason: `调入 ${body.name}：${input.reason}`.slice(0, 300),
      requestedBy: caller.accountId,
      at: ctx.clock.now(),
    });
  }
  await endSessions(tx, accountId);
  await note(ctx, tx, actor, accountId, 'transfer', {
    from: row.body_id,
    to: input.bodyId,
    successor: successor?.account_id ?? null,
    reason: input.reason,
  });
}
