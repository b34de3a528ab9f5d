/** `./chengxin restore DIR [--replace] [--keys-only]`, with the server running or not: it starts again by itself. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { feedEpochHook } from '../../modules/exchange/index.ts';
import { erasureHook } from '../../modules/persons/index.ts';
import { isKeyBackup, registerRestoreHook, restoreBackup, restoreKeys } from '../../platform/backup/index.ts';
import { systemClock } from '../../platform/clock.ts';
import { prepareDataDir } from '../../platform/embedded-postgres/cluster.ts';
import { EnvironmentError } from '../../platform/errors.ts';
import { migrate } from '../../platform/migrate.ts';
import type { CommandContext } from '../context.ts';
import { holdsNothing, logOperation } from '../installation.ts';

interface RestoreOptions {
  readonly replace?: boolean;
  readonly keysOnly?: boolean;
  readonly otherKeys?: boolean;
}

/** The keys of a folder made by `backup --keys-only`, or of a full backup made `--with-keys`. */
function putKeysBack(source: string, options: RestoreOptions, context: CommandContext): string[] {
  const { config } = context;
  const folder = isKeyBackup(source) ? source : join(source, 'keys');
  if (!isKeyBackup(folder)) {
    throw new EnvironmentError(`${source} 中没有密钥备份。`, `There is no key backup in ${source}.`);
  }
  prepareDataDir(config.dataDir);
  return restoreKeys({
    source: folder,
    keysDir: config.keysDir,
    replace: options.replace === true,
    at: systemClock.now(),
  });
}

async function run(folder: string, options: RestoreOptions, context: CommandContext): Promise<void> {
  const source = resolve(folder);
  if (!existsSync(source)) throw new EnvironmentError(`${source} 不存在。`, `${source} does not exist.`);
  if (options.keysOnly) {
    const keys = putKeysBack(source, options, context);
    context.print(
      { kind: 'keys', keys },
      `已恢复 ${keys.length} 个密钥。正在运行的服务须重新启动。 ${keys.length} keys were restored. A running server must be started again.`,
    );
    return;
  }
  if (isKeyBackup(source)) {
    throw new EnvironmentError(`${source} 只含密钥，请加 --keys-only。`, `${source} holds keys only. Add --keys-only.`);
  }
  const { config } = context;
  const started = performance.now();
  if (isKeyBackup(join(source, 'keys'))) putKeysBack(source, options, context);
  const db = await context.open({ migrate: false });
  registerRestoreHook(erasureHook(config.dataDir));
  registerRestoreHook(feedEpochHook(() => systemClock.now()));
  const migrationsDirectory = join(config.root, 'migrations');
  const result = await restoreBackup({
    source,
    url: db.urls.migrator,
    roles: db.roles,
    migrationsDirectory,
    filesDir: config.filesDir,
    keysDir: config.keysDir,
    replace: options.replace === true,
    otherKeys: options.otherKeys === true,
    isEmpty: holdsNothing,
    onProgress: context.note,
  });
  // A backup of an earlier version: the rest of the migrations come on top.
  const upgraded = await migrate({ url: db.urls.migrator, roles: db.roles, directory: migrationsDirectory });
  const seconds = (performance.now() - started) / 1000;
  await logOperation(db, context.osUser, 'installation.restore', { createdAt: result.manifest.createdAt });
  context.print(
    {
      folder: source,
      createdAt: result.manifest.createdAt,
      tables: result.tables,
      rows: result.rows,
      files: result.files,
      filesRemoved: result.filesRemoved,
      migrationsApplied: upgraded.applied.length,
      keysPresent: result.keysPresent,
      verified: true,
      seconds,
    },
    [
      `恢复完成并逐表核对一致：${result.tables} 张表，${result.rows} 行，文件 ${result.files} 个（备份时间 ${result.manifest.createdAt}，${seconds.toFixed(1)} 秒）`,
      `Restored and verified table by table: ${result.tables} tables, ${result.rows} rows, ${result.files} files`,
      ...(result.keysPresent
        ? []
        : [
            '密钥尚未恢复，加密的文件和个人信息还不能读取：./chengxin restore 密钥目录 --keys-only',
            'The keys are not in place yet, so encrypted files and personal data cannot be read: ./chengxin restore KEY_FOLDER --keys-only',
          ]),
    ].join('\n'),
  );
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('restore')
    .description('从备份恢复（服务可在运行） Restore a backup, with the server running or not')
    .argument('<dir>', '备份目录 the folder of the backup')
    .option('--replace', '替换现有数据 replace the data that are there')
    .option('--keys-only', '只恢复密钥 only the keys')
    .option('--other-keys', '密钥与备份不同也恢复 restore although other keys are in place')
    .action((dir: string, options: RestoreOptions) => run(dir, options, context));
}
