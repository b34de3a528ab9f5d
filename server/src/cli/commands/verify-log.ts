/** `./chengxin verify-log`: recomputes the seals of the access log and says where it was touched. Changes nothing. */
import type { Command } from 'commander';
import {
  type Checkpoint,
  checkpointOfLast,
  openSealKey,
  ownCheckpoint,
  readCheckpoint,
  type Verification,
  verifyArchive,
  verifyLog,
  writeCheckpoint,
} from '../../platform/access-log/index.ts';
import { systemClock } from '../../platform/clock.ts';
import { EnvironmentError } from '../../platform/errors.ts';
import type { CommandContext } from '../context.ts';

interface VerifyOptions {
  readonly checkpoint?: string;
  readonly writeCheckpoint?: string;
  readonly archive?: string;
}

/** A checkpoint file, the newest of a folder of them, or the `--json` result of an earlier run. */
function openCheckpoint(path: string): Checkpoint {
  let found: Checkpoint | null;
  try {
    found = readCheckpoint(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EnvironmentError(`读不出检查点 ${path}：${why}`, `The checkpoint ${path} cannot be read: ${why}`, error);
  }
  if (found) return found;
  throw new EnvironmentError(
    `${path} 不是检查点。请用 ./chengxin checkpoint --out 文件 生成，或从公示地址下载。`,
    `${path} is no checkpoint. Make one with ./chengxin checkpoint --out FILE, or take the published one.`,
  );
}

function tailWords(result: Verification): string {
  const { provenTo: proven } = result;
  if (!proven) {
    return '未提供外部检查点，不能证明日志尾部未被截去；请定期用 ./chengxin checkpoint --out 文件 导出并另处保存。 Without a checkpoint kept elsewhere the tail is unproven: export one regularly with ./chengxin checkpoint --out FILE and keep it elsewhere.';
  }
  const whole = `外部检查点相符：第 ${proven.sealNo} 号封存（${proven.sealedAt}）以前的日志完整。 The checkpoint fits: the log up to seal ${proven.sealNo} (${proven.sealedAt}) is whole.`;
  if (result.unprovenSeals === 0) return whole;
  return `${whole}\n其后 ${result.unprovenSeals} 个封存自身完整，但其尾部未经证明；请用更新的检查点再核验。 The ${result.unprovenSeals} seals after it are whole in themselves, but their tail is unproven: verify again with a newer checkpoint.`;
}

function textOf(result: Verification): string {
  const rate = result.seconds > 0 ? Math.round(result.rows / result.seconds) : result.rows;
  const lines = [
    `封存 ${result.seals} 个，已验证 ${result.rows} 行，尚未封存 ${result.unsealedRows} 行，用时 ${result.seconds} 秒。 ${result.seals} seals and ${result.rows} rows verified in ${result.seconds} s (${rate} a second), ${result.unsealedRows} rows not sealed yet.`,
  ];
  if (result.removedMonths.length > 0) {
    lines.push(
      `不在库中的月份（封存仍在）：${result.removedMonths.join('、')}。 Months no longer in the database (their seals remain): ${result.removedMonths.join(', ')}.`,
    );
  }
  if (result.ok) lines.push('未发现改动。 Nothing was touched.', tailWords(result));
  for (const finding of result.findings) lines.push(`✗ ${finding.zh} ${finding.en}`);
  const untold = result.findingsTotal - result.findings.length;
  if (untold > 0) lines.push(`……另有 ${untold} 处。 … and ${untold} more.`);
  return lines.join('\n');
}

async function runArchive(file: string, context: CommandContext): Promise<void> {
  const result = await verifyArchive(file, context.config.keysDir);
  if (!result.ok) context.exit(1);
  const head = `${result.month}：${result.rows} 行、${result.seals} 个封存。 ${result.month}: ${result.rows} rows, ${result.seals} seals.`;
  const lines = result.problems.map(({ zh, en }) => `✗ ${zh} ${en}`);
  context.print(result, [head, ...(result.ok ? ['归档文件完整。 The archive is whole.'] : lines)].join('\n'));
}

async function run(options: VerifyOptions, context: CommandContext): Promise<void> {
  if (options.archive !== undefined) return runArchive(options.archive, context);
  const checkpoint = options.checkpoint === undefined ? null : openCheckpoint(options.checkpoint);
  const { config } = context;
  const db = await context.open();
  const result = await verifyLog(db, config.keysDir, {
    checkpoint,
    ownCheckpoint: ownCheckpoint(config.checkpointDir),
  });
  if (!result.ok) context.exit(1);
  const key = result.ok && result.lastSeal ? openSealKey(config.keysDir, config.logHash) : null;
  const made = key ? await checkpointOfLast(db, result, key, systemClock.now()) : null;
  if (made && options.writeCheckpoint !== undefined) writeCheckpoint(options.writeCheckpoint, made);
  context.print({ ...result, checkpoint: made }, textOf(result));
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('verify-log')
    .description('核验查询日志是否被改动 Verify that nobody touched the access log')
    .option(
      '--checkpoint <file>',
      '与保存在别处的检查点（或其文件夹）比对 compare with a checkpoint (or a folder of them) kept elsewhere',
    )
    .option('--write-checkpoint <file>', '核验无误后导出检查点 export a checkpoint when all is well')
    .option('--archive <file>', '核验一个归档文件，不连接数据库 verify an archive file instead, without the database')
    .action((options: VerifyOptions) => run(options, context));
}
