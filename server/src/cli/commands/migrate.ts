/** `./chengxin migrate`: brings the schema up to date; `--check` only says what would be done. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { appliedMigrations, migrate, readMigrations } from '../../platform/migrate.ts';
import type { CommandContext } from '../context.ts';

const label = (one: { number: number; name: string }): string => `${String(one.number).padStart(4, '0')}-${one.name}`;

async function run(options: { check?: boolean }, context: CommandContext): Promise<void> {
  const db = await context.open({ migrate: false });
  const directory = join(context.config.root, 'migrations');
  if (options.check) {
    const client = await db.migrator.connect();
    const done = await appliedMigrations(client).finally(() => client.release());
    const numbers = new Set(done.map((one) => one.number));
    const pending = readMigrations(directory).filter((one) => !numbers.has(one.number));
    if (pending.length > 0) context.exit(1);
    context.print(
      { pending: pending.map(label), applied: done.map(label) },
      pending.length === 0
        ? '数据库结构已是最新。 The schema is up to date.'
        : `待执行 Pending:\n${pending.map(label).join('\n')}`,
    );
    return;
  }
  const result = await migrate({
    url: db.urls.migrator,
    roles: db.roles,
    directory,
    onApply: (one) => context.note(`执行迁移 ${label(one)}`, `applying ${label(one)}`),
  });
  context.print(
    { applied: result.applied.map(label), total: result.all.length },
    result.applied.length === 0
      ? '数据库结构已是最新。 The schema is up to date.'
      : `已执行 ${result.applied.length} 个迁移。 ${result.applied.length} migrations were applied.`,
  );
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('migrate')
    .description('升级数据库结构 Bring the schema up to date')
    .option('--check', '只检查，不执行 only say what is pending (exit code 1 if anything is)')
    .action((options: { check?: boolean }) => run(options, context));
}
