/** `./chengxin display recompute`: a change of regime, judged now and not at the next hour. */
import type { Command } from 'commander';
import { demandWritable } from '../../modules/access/index.ts';
import { recomputeDisplay } from '../../modules/display/index.ts';
import type { CommandContext } from '../context.ts';

export default function register(program: Command, context: CommandContext): void {
  program
    .command('display')
    .description('公示规则 Rules of display')
    .command('recompute')
    .description(
      '规则变动后重新计算公示期，登记有变化的信息 Judge all live records after a change of regime and log what changed',
    )
    .action(async () => {
      const changed = await context.withContext(async (ctx) => {
        await demandWritable(ctx);
        return recomputeDisplay(ctx, context.signal);
      });
      context.print(
        { changed },
        `公示规则变动涉及的信息 ${changed} 条。 / ${changed} records whose display a change of regime moved.`,
      );
    });
}
