/** `./chengxin verify-log`: recomputes the seals of the access log and says where it was touched. Changes nothing. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type Checkpoint, type Verification, verifyLog } from '../../platform/access-log/index.ts';
import { EnvironmentError } from '../../platform/errors.ts';
import type { CommandContext } from '../context.ts';

interface VerifyOptions {
  readonly checkpoint?: string;
  readonly writeCheckpoint?: string;
}

function isCheckpoint(value: unknown): value is Checkpoint {
  if (typeof value !== 'object' || value === null) return false;
  const { sealNo, sealHash } = value as Record<string, unknown>;
  return typeof sealNo === 'string' && /^\d{1,19}$/.test(sealNo) && typeof sealHash === 'string';
}

/** A checkpoint alone, or the `--json` result of an earlier run. */
function readCheckpoint(file: string): Checkpoint {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const inner = typeof value === 'object' && value !== null && 'checkpoint' in value ? value.checkpoint : value;
    if (isCheckpoint(inner)) return inner;
  } catch (error) {
    throw new EnvironmentError(
      `读不出检查点文件 ${file}：${error instanceof Error ? error.message : String(error)}`,
      `The checkpoint ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
  throw new EnvironmentError(
    `${file} 不是检查点文件，请用 --write-checkpoint 生成的文件。`,
    `${file} is not a checkpoint. Use a file made with --write-checkpoint.`,
  );
}

function tailWords(result: Verification): string {
  if (result.tailProven) {
    return '外部检查点相符，检查点以前的日志完整。 The checkpoint fits: the log up to it is whole.';
  }
  return '未提供外部检查点，不能证明日志尾部未被截去；请用 --write-checkpoint 定期导出并另处保存。 Without a checkpoint kept elsewhere the tail is unproven: export one regularly with --write-checkpoint.';
}

function textOf(result: Verification): string {
  const lines = [
    `封存 ${result.seals} 个，已验证 ${result.rows} 行，尚未封存 ${result.unsealedRows} 行。 ${result.seals} seals and ${result.rows} rows verified, ${result.unsealedRows} rows not sealed yet.`,
  ];
  if (result.removedMonths.length > 0) {
    lines.push(
      `已到期清除的月份（封存仍在）：${result.removedMonths.join('、')}。 Months removed (their seals remain): ${result.removedMonths.join(', ')}.`,
    );
  }
  if (result.ok) lines.push('未发现改动。 Nothing was touched.', tailWords(result));
  for (const finding of result.findings) lines.push(`✗ ${finding.zh} ${finding.en}`);
  return lines.join('\n');
}

async function run(options: VerifyOptions, context: CommandContext): Promise<void> {
  const checkpoint = options.checkpoint === undefined ? null : readCheckpoint(options.checkpoint);
  const db = await context.open();
  const result = await verifyLog(db, context.config.keysDir, { checkpoint });
  if (!result.ok) context.exit(1);
  if (result.ok && options.writeCheckpoint !== undefined && result.checkpoint) {
    writeFileSync(options.writeCheckpoint, `${JSON.stringify(result.checkpoint, null, 2)}\n`, { mode: 0o644 });
  }
  context.print(result, textOf(result));
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('verify-log')
    .description('核验查询日志是否被改动 Verify that nobody touched the access log')
    .option('--checkpoint <file>', '与保存在别处的检查点比对 compare with a checkpoint kept elsewhere')
    .option('--write-checkpoint <file>', '核验无误后导出检查点 export a checkpoint when all is well')
    .action((options: VerifyOptions) => run(options, context));
}
