/** `./chengxin account`: what no administrator may do for another one, done on the machine with the OS user in the log. */
import type { Command } from 'commander';
import { findLogin, newOneTimePassword, normaliseLogin, resetPassword } from '../../modules/identity/index.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import type { CommandContext } from '../context.ts';

async function setPassword(context: CommandContext, given: string): Promise<void> {
  const login = normaliseLogin(given);
  const password = await context.withContext(async (ctx, actor) => {
    const made = newOneTimePassword(ctx.policy().signIn().password);
    await withTransaction(ctx.db.app, async (tx) => {
      const accountId = await findLogin(tx, login);
      if (accountId === null || !(await resetPassword(tx, ctx.clock, accountId, made)))
        throw new DomainError('not-found', {
          zh: `没有在用的登录名 ${login}。`,
          en: `There is no account in use with the login ${login}.`,
        });
      await writeAccess(tx, ctx, actor, {
        action: 'account.resetPassword',
        resourceKind: 'account',
        resourceId: accountId,
      });
    });
    return made;
  });
  context.print(
    { login, password },
    `${login} 的一次性密码（只显示这一次，首次登录须修改）：${password}\nOne-time password of ${login}, shown only now: ${password}`,
  );
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('account')
    .description(
      '在服务器上重置密码（管理员之间不能互相重置） Set a one-time password on the machine, an administrator’s too',
    )
    .argument('<login>', '登录名 login')
    .requiredOption('--reset-password', '生成一次性密码 make a one-time password')
    .action((login: string) => setPassword(context, login));
}
