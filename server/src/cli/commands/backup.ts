/** `./chengxin backup DIR [--with-keys | --keys-only]`, with the server running or not. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { backUpKeys, writeBackup } from '../../platform/backup/index.ts';
import { systemClock } from '../../platform/clock.ts';
import { DomainError } from '../../platform/errors.ts';
import type { CommandContext } from '../context.ts';
import { logOperation, recordBackup } from '../installation.ts';

interface BackupOptions {
  readonly withKeys?: boolean;
  readonly keysOnly?: boolean;
}

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

export function programVersion(root: string): string {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

/** Keys only: no database is needed. */
function backUpKeysOnly(target: string, context: CommandContext): void {
  const { config } = context;
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new DomainError('conflict', {
      zh: `${target} 已存在且不为空，不会覆盖。请换一个目录名。`,
      en: `${target} exists and is not empty. It will not be overwritten; choose another name.`,
    });
  }
  const temporary = `${target}.tmp`;
  mkdirSync(dirname(target), { recursive: true });
  rmSync(temporary, { recursive: true, force: true });
  const keys = backUpKeys({
    keysDir: config.keysDir,
    dataDir: config.dataDir,
    target: temporary,
    at: systemClock.now(),
  });
  rmSync(target, { recursive: true, force: true });
  renameSync(temporary, target);
  context.print(
    { kind: 'keys', folder: target, keys },
    `已备份 ${keys.length} 个密钥到 ${target}。请与数据备份分开保管：两者合在一起才能读出加密内容。\n${keys.length} keys were copied to ${target}. Keep them apart from the data backup: both together open what is encrypted.`,
  );
}

async function run(folder: string, options: BackupOptions, context: CommandContext): Promise<void> {
  const target = resolve(folder);
  if (options.keysOnly) return backUpKeysOnly(target, context);
  const { config } = context;
  const started = performance.now();
  const db = await context.open();
  // Before the snapshot, so that the backup holds the entry of its own making.
  await logOperation(db, context.osUser, 'installation.backup', { withKeys: options.withKeys === true });
  const manifest = await writeBackup({
    target,
    url: db.urls.migrator,
    filesDir: config.filesDir,
    keysDir: config.keysDir,
    dataDir: config.dataDir,
    withKeys: options.withKeys === true,
    program: programVersion(config.root),
    at: systemClock.now(),
    onProgress: context.note,
  });
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  const bytes = manifest.tables.flatMap((table) => table.chunks).reduce((sum, chunk) => sum + chunk.bytes, 0);
  const seconds = (performance.now() - started) / 1000;
  recordBackup(config.dataDir, { at: manifest.createdAt, folder: target, rows });
  context.print(
    {
      kind: 'full',
      folder: target,
      tables: manifest.tables.length,
      rows,
      bytes: bytes + manifest.files.bytes,
      files: manifest.files.count,
      keysIncluded: manifest.keysIncluded,
      seconds,
    },
    [
      `备份完成：${target}（${manifest.tables.length} 张表，${rows} 行，${megabytes(bytes)}；文件 ${manifest.files.count} 个，${megabytes(manifest.files.bytes)}；${seconds.toFixed(1)} 秒）`,
      `Backup done: ${manifest.tables.length} tables, ${rows} rows, ${megabytes(bytes)}; ${manifest.files.count} files, ${megabytes(manifest.files.bytes)}; ${seconds.toFixed(1)} s`,
      manifest.keysIncluded
        ? '密钥包含在内：请像密钥一样保管此备份。 The keys are inside: guard this backup like the keys.'
        : '密钥不在其中，请另行备份：./chengxin backup 目录 --keys-only  The keys are not inside; back them up apart: ./chengxin backup DIR --keys-only',
    ].join('\n'),
  );
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('backup')
    .description('备份数据库和文件（服务可在运行） Back up database and files, with the server running or not')
    .argument('<dir>', '要建立的目录 the folder to make')
    .option('--with-keys', '连同密钥 include the keys')
    .option('--keys-only', '只备份密钥 only the keys')
    .action((dir: string, options: BackupOptions) => run(dir, options, context));
}
