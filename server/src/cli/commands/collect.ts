/** `./chengxin collect FILE --standard licence|penalty|registration|… --org CODE [--json]` */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { demandWritable } from '../../modules/access/index.ts';
import { type CollectResult, runCollect, writeFindingsFile } from '../../modules/collection/index.ts';
import type { CommandContext } from '../context.ts';

interface Options {
  readonly standard: string;
  readonly org: string;
}

const SHOWN = 20;

function forPeople(result: CollectResult): string {
  if (result.failure) {
    const { message, fix } = result.failure;
    return `整个文件未受理：${message.zh}${fix.zh}\nThe file was refused: ${message.en} ${fix.en}\n`;
  }
  const lines = [
    `批次 submission ${result.submission} · ${result.standard} · ${result.edition ?? ''}`,
    `行 rows ${result.rows} = 入库 accepted ${result.accepted}（更正 superseding ${result.superseding}，已规范 corrected ${result.corrected}）+ 存疑 doubtful ${result.doubtful} + 退回 refused ${result.refused} + 重复 duplicate ${result.duplicate}`,
  ];
  const telling = result.findings.filter((finding) => finding.severity === 'refuse' || finding.severity === 'doubt');
  for (const finding of telling.slice(0, SHOWN))
    lines.push(`  第 ${finding.row} 行 ${finding.field ?? ''} [${finding.severity}] ${finding.message} ${finding.fix}`);
  if (result.findingsFile) lines.push(`全部问题 all findings: ${result.findingsFile}`);
  return lines.join('\n');
}

async function collect(context: CommandContext, file: string, options: Options): Promise<void> {
  const result = await context.withContext(async (ctx, actor) => {
    await demandWritable(ctx);
    let told = 0;
    const collected = await runCollect(ctx, actor, {
      file,
      standard: options.standard,
      org: options.org,
      onProgress: (done, expected) => {
        // A line every hundred thousand rows: enough to see that it goes on.
        if (done - told < 100_000) return;
        told = done;
        context.note(`已处理 ${done} / ${expected} 行`, `${done} of ${expected} rows done`);
      },
    });
    if (collected.findingsTotal === 0) return collected;
    const folder = join(ctx.config.dataDir, 'exports');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const findingsFile = join(folder, `${collected.submission}-findings.csv`);
    await writeFindingsFile(ctx, collected.submission, findingsFile);
    return { ...collected, findingsFile };
  });
  context.print(result, forPeople(result));
  if (result.state === 'failed' || result.refused > 0 || result.doubtful > 0) context.exit(1);
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('collect')
    .description('报送一个文件 Collect a file of licences, penalties, registrations …')
    .argument('<file>', 'CSV 或 XLSX 文件 a CSV or XLSX file')
    .option('--standard <key>', '数据标准，或 auto 自动识别 data standard, or auto', 'auto')
    .requiredOption('--org <code>', '报送单位统一社会信用代码 unified code of the reporting body')
    .action((file: string, options: Options) => collect(context, file, options));
}
