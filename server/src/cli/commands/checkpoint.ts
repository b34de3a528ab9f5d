/** `./chengxin checkpoint --out FILE`: signs where the access log stands, to be kept where nobody of this machine reaches. */
import type { Command } from 'commander';
import { issueCheckpoint, sealOnce, writeCheckpoint } from '../../platform/access-log/index.ts';
import { EnvironmentError } from '../../platform/errors.ts';
import type { CommandContext } from '../context.ts';

async function run(options: { out?: string }, context: CommandContext): Promise<void> {
  const ctx = await context.openContext();
  // Null while a running server holds the sealer: then its seals are a second old at most.
  await sealOnce(ctx);
  const checkpoint = await issueCheckpoint(ctx);
  if (!checkpoint) {
    throw new EnvironmentError(
      '查询日志尚无封存，还不能生成检查点。请在系统启用并产生日志后再试。',
      'The access log has no seal yet, so there is nothing to sign. Try again once the platform has been used.',
    );
  }
  if (options.out !== undefined) writeCheckpoint(options.out, checkpoint);
  context.print(
    checkpoint,
    `检查点：第 ${checkpoint.sealNo} 号封存（${checkpoint.sealedAt}），已写入 ${options.out ?? ctx.config.checkpointDir}。请保存到另一台机器。 Checkpoint of seal ${checkpoint.sealNo} (${checkpoint.sealedAt}), written to ${options.out ?? ctx.config.checkpointDir}. Keep it on another machine.`,
  );
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('checkpoint')
    .description('导出查询日志的签名检查点 Sign where the access log stands')
    .option('--out <file>', '写入的文件 the file to write')
    .action((options: { out?: string }) => run(options, context));
}
