/**
 * Accounts are invited: they exist with their body and name, have no password and no role, and sign in to nothing until an
 * administrator sets a one-time password and a security administrator grants the role. Where the former role is one of the words
 * of this platform it is asked for at once; others are counted, so that somebody decides what they mean. No password of a former
 * system is taken.
 */
import type { Actor, AppContext } from '../../context.ts';
import { withTransaction } from '../../platform/db.ts';
import { inviteAccount, loginBodyOf } from '../accounts/index.ts';
import { findBody } from '../identity/index.ts';
import { keepTaken, takenBefore } from './queries.ts';
import { type DumpRow, rowsOf } from './read-dump.ts';
import { type Fate, refuse, Tally, type TemplateResult } from './tally.ts';

/** What became of the accounts that had a role in the former system. */
export interface FormerRole {
  readonly former: string;
  readonly accounts: number;
  /** Asked for in this run, waiting for approval. */
  readonly asked: number;
}

class Roles {
  readonly #roles = new Map<string, { accounts: number; asked: number }>();

  count(former: string, asked: boolean): void {
    const known = this.#roles.get(former) ?? { accounts: 0, asked: 0 };
    this.#roles.set(former, { accounts: known.accounts + 1, asked: known.asked + (asked ? 1 : 0) });
  }

  list(): FormerRole[] {
    return [...this.#roles].map(([former, of]) => ({ former, ...of })).sort((a, b) => b.accounts - a.accounts);
  }
}

async function takeOne(ctx: AppContext, actor: Actor, row: DumpRow, system: string, roles: Roles): Promise<Fate> {
  const { login = '', name = '', body: code = '', role = '', grant = '' } = row.cells;
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
  const former = { role: grant || role, reason: `由${system}移交，原角色：${(role || '未填').slice(0, 60)}` };
  const asked = await withTransaction(ctx.db.app, async (tx) => {
    const invited = await inviteAccount(ctx, tx, actor, { login, name, bodyId: body.bodyId }, former);
    const kept = { template: 'accounts', key: login, resultId: invited.accountId, at: ctx.clock.now() } as const;
    await keepTaken(tx, kept);
    return invited.role !== null;
  });
  roles.count(role || '（未填）', asked);
  return 'taken';
}

export async function takeAccounts(
  ctx: AppContext,
  actor: Actor,
  path: string,
  system: string,
): Promise<{ result: TemplateResult; roles: readonly FormerRole[] }> {
  const tally = new Tally('accounts');
  const roles = new Roles();
  for await (const row of rowsOf(path, 'accounts'))
    await tally.one(row, row.cells.login ?? '', () => takeOne(ctx, actor, row, system, roles));
  return { result: tally.result(), roles: roles.list() };
}
