/** `./chengxin demo`: loads the demonstration city into an empty installation, or finishes a load that was cut off. */
import type { Command } from 'commander';
import { DEMO_PASSWORD, demoAccounts, demonstrationAccounts, demoStatus, loadDemoCity } from '../../demo/index.ts';
import type { CommandContext } from '../context.ts';

const TELL_EVERY_ROWS = 10_000;

async function demo(context: CommandContext): Promise<void> {
  await context.withContext(async (ctx) => {
    const before = await demoStatus(ctx);
    let told = -TELL_EVERY_ROWS;
    const report = await loadDemoCity(ctx, {
      signal: context.signal,
      onProgress: ({ zh, en, done, total }) => {
        if (total > 0 && done - told < TELL_EVERY_ROWS && done < total) return;
        told = done;
        context.note(zh, en);
      },
    });
    const accounts = demoAccounts().map(({ login, name, roles }) => ({ login, name, roles }));
    const lines = await demonstrationAccounts(ctx);
    const text =
      report.outcome === 'present'
        ? ['演示城市已在，无需再载入。The demonstration city is there already.', ...lines]
        : [
            `演示城市已载入：${report.rows} 行，${Math.round(report.seconds)} 秒${before === 'unfinished' ? '（续上次）' : ''}。Loaded.`,
            ...lines,
          ];
    context.print(
      {
        outcome: report.outcome,
        seconds: Math.round(report.seconds * 10) / 10,
        rows: report.rows,
        password: DEMO_PASSWORD,
        accounts,
      },
      text.join('\n'),
    );
  });
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description('载入演示城市（仅限空的安装）Load the demonstration city, into an empty installation only')
    .action(() => demo(context));
}
