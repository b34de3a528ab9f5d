/** `./chengxin read-only on|off --reason TEXT`: the platform reads only, or takes writes again. */
import { Argument, type Command } from 'commander';
import { setReadOnly } from '../../modules/access/index.ts';
import type { CommandContext } from '../context.ts';

async function run(state: 'on' | 'off', options: { reason: string }, context: CommandContext): Promise<void> {
  const readOnly = state === 'on';
  await context.withContext((ctx, actor) => setReadOnly(ctx, actor, { readOnly, reason: options.reason }));
  context.print(
    { readOnly },
    readOnly
      ? '平台已进入只读状态，一秒内在所有进程生效。 The platform is read only, on every process within a second.'
      : '平台恢复写入。 The platform takes writes again.',
  );
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('read-only')
    .description('进入或退出只读状态 Make the platform read only, or take writes again')
    .addArgument(new Argument('<state>', 'on | off').choices(['on', 'off']))
    .requiredOption('--reason <text>', '原因，记入日志 why; it is logged')
    .action((state: 'on' | 'off', options: { reason: string }) => run(state, options, context));
}
