/**
 * Accounts are invited: they exist with their body and name, have no password and no role, and sign in to nothing until an
 * administrator sets a one-time password and the roles were asked for and approved. No password of a former system is taken.
 */
import type { Actor, AppContext } from '../../context.ts';
import { withTransaction } from '../../platform/db.ts';
import { inviteAccount, loginBodyOf } from '../accounts/index.ts';
import { findBody } from '../identity/index.ts';
import { keepTaken, takenBefore } from './queries.ts';
import { type DumpRow, rowsOf } from './read-dump.ts';
import { type Fate, refuse, Tally, type TemplateResult } from './tally.ts';

async function takeOne(ctx: AppContext, actor: Actor, row: DumpRow): Promise<Fate> {
  const { login = '', name = '', body: code = '' } = row.cells;
  if (login === '' || name === '') throw refuse('缺少登录名或姓名', 'the login or the name is missing');
  if (await takenBefore(ctx.db.app, 'accounts', login)) return 'alreadyThere';
  const body = await findBody(ctx.db.app, { code });
  if (!body || body.closedOn !== null)
    throw refuse('没有这个单位代码，或单位已撤销', 'no body has this code, or it was closed');
  const known = await loginBodyOf(ctx.db.app, login);
  if (known !== undefined) {
    if (known === body.bodyId) return 'alreadyThere';
    throw refuse('登录名已被其他单位的账号使用', 'the login belongs to an account of another body');
  }
  return withTransaction(ctx.db.app, async (tx): Promise<Fate> => {
    const accountId = await inviteAccount(ctx, tx, actor, { login, name, bodyId: body.bodyId });
    await keepTaken(tx, { template: 'accounts', key: login, resultId: accountId, at: ctx.clock.now() });
    return 'taken';
  });
}

export async function takeAccounts(ctx: AppContext, actor: Actor, path: string): Promise<TemplateResult> {
  const tally = new Tally('accounts');
  for await (const row of rowsOf(path, 'accounts'))
    await tally.one(row, row.cells.login ?? '', () => takeOne(ctx, actor, row));
  return tally.result();
}
