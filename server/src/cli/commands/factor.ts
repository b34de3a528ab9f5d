/** `./chengxin factor reset LOGIN --reason WHY`: takes away a second factor whose device and recovery codes are lost. */
import type { Command } from 'commander';
import { resetByOperator } from '../../modules/credentials/index.ts';
import { operatorActor } from '../../modules/identity/index.ts';
import { DomainError } from '../../platform/errors.ts';
import type { CommandContext } from '../context.ts';

export default function register(program: Command, context: CommandContext): void {
  program
    .command('factor')
    .description('重置动态口令 Take away a lost second factor; the account enrols another at its next sign-in')
    .argument('<action>', 'reset')
    .argument('<login>', '登录名 login')
    .requiredOption('--reason <text>', '原因，记入日志 why; goes into the log')
    .action(async (action: string, login: string, options: { reason: string }) => {
      if (action !== 'reset') {
        context.note(`未知操作 ${action}，可用：reset。`, `Unknown action ${action}; there is reset.`);
        context.exit(2);
        return;
      }
      const ctx = await context.openContext();
      const done = await resetByOperator(
        ctx,
        operatorActor(ctx, context.osUser),
        login.toLowerCase(),
        options.reason.slice(0, 200),
      );
      if (!done) throw new DomainError('not-found', { zh: `没有账号 ${login}。`, en: `There is no account ${login}.` });
      context.print(
        { login, reset: true },
        `已重置 ${login} 的动态口令，其所有登录已退出。\nThe second factor of ${login} was taken away; all its sessions have ended.`,
      );
    });
}
