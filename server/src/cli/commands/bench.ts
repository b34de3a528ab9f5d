/** `./chengxin bench NAME [--size small|city] [--json]`: figures with what they are compared with, of the same run. */
import type { Command } from 'commander';
import { type BenchFiles, type BenchResult, type BenchSize, benchmarks, machine } from '../../../../bench/index.ts';
import type { CommandContext } from '../context.ts';

const isSize = (text: string): text is BenchSize => text === 'small' || text === 'city';

function line({ what, value, unit, limit }: BenchResult): string {
  return `  ${what}: ${value} ${unit}${limit === null ? '' : `（限值 limit ${limit}）`}`;
}

async function bench(context: CommandContext, name: string, size: string, files: BenchFiles): Promise<void> {
  const load = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
  if (!load || !isSize(size)) {
    context.note(`可用的测试 benchmarks: ${Object.keys(benchmarks).join('、')}；--size small|city`, '');
    context.exit(2);
    return;
  }
  const run = await load();
  const results = await run(
    {
      config: context.config,
      openContext: () => context.openContext(),
      onNote: (text) => context.note(text, ''),
      onEnd: context.onEnd,
    },
    size,
    files,
  );
  context.print(
    { name, size, machine: machine(), results },
    [`${name} · ${size} · ${machine()}`, ...results.map(line)].join('\n'),
  );
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('bench')
    .description(`测试性能 Measure: ${Object.keys(benchmarks).join(', ')}`)
    .argument('<name>', '测试名称 name of the benchmark')
    .option('--size <size>', 'small | city', 'small')
    .option('--names <file>', '登记库导出（match、search 用） export of a register, for match and search')
    .option(
      '--pairs <file>',
      '书写名称与代码 query_name,uscc（match 用） names as written with the code meant, for match',
    )
    .action((name: string, { size, ...files }: { size: string } & BenchFiles) => bench(context, name, size, files));
}
