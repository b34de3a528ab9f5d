/**
 * `./chengxin archive-log`: months of the access log that are older than the policy keeps in the database go to signed files;
 * with `--drop` they then leave the database. `restore-log` makes such a file readable again.
 */
import type { Command } from 'commander';
import { archiveMonth, monthsToArchive, removeMonth, restoreArchive } from '../../platform/access-log/index.ts';
import { EnvironmentError } from '../../platform/errors.ts';
import type { CommandContext } from '../context.ts';

interface ArchiveOptions {
  readonly drop?: boolean;
  readonly month?: string;
  readonly dryRun?: boolean;
}

interface Done {
  readonly month: string;
  readonly rows: string;
  readonly file: string;
  readonly dropped: boolean;
}

async function archive(options: ArchiveOptions, context: CommandContext): Promise<void> {
  const ctx = await context.openContext();
  const { hotMonths, keepYears } = ctx.policy().oversight().log;
  const due = await monthsToArchive(ctx, hotMonths);
  const asked = options.month;
  if (asked !== undefined && !due.includes(asked)) {
    throw new EnvironmentError(
      `${asked} 不能归档：不在库中，或未满政策规定的 ${hotMonths} 个月。`,
      `${asked} cannot be archived: it is not in the database, or younger than the ${hotMonths} months of the policy.`,
    );
  }
  const months = asked === undefined ? due : [asked];
  const done: Done[] = [];
  if (!options.dryRun) {
    for (const month of months) {
      context.note(`正在归档 ${month}`, `Archiving ${month}`);
      const row = await archiveMonth(ctx, month);
      if (options.drop) await removeMonth(ctx, month);
      done.push({ month, rows: row.rowCount, file: row.fileName, dropped: options.drop === true });
    }
  }
  const lines = done.map(
    (row) =>
      `${row.month}：${row.rows} 行 → ${row.file}${row.dropped ? '，已移出数据库' : ''}。 ${row.rows} rows → ${row.file}${row.dropped ? ', removed from the database' : ''}.`,
  );
  const head =
    months.length === 0
      ? `没有满 ${hotMonths} 个月的日志需要归档。 No month is older than ${hotMonths} months.`
      : `${options.dryRun ? '待归档' : '已归档'}：${months.join('、')}。归档文件须保存至少 ${keepYears} 年。 ${options.dryRun ? 'Due' : 'Archived'}: ${months.join(', ')}. Keep the files for at least ${keepYears} years.`;
  context.print(
    { hotMonths, keepYears, due: months, archived: done, folder: ctx.config.logArchiveDir },
    [head, ...lines].join('\n'),
  );
}

async function restore(file: string, options: { remove?: boolean }, context: CommandContext): Promise<void> {
  const ctx = await context.openContext();
  const restored = await restoreArchive(ctx, file, { remove: options.remove === true });
  context.print(
    restored,
    options.remove
      ? `已移除 ${restored.table}。 ${restored.table} was removed.`
      : `${restored.rows} 行已恢复到 ${restored.table}（只供审计登录读取，不属于在用日志）；用完请以 --remove 移除。 ${restored.rows} rows are in ${restored.table}, for the audit login to read; they are no part of the log. Remove it with --remove when done.`,
  );
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('archive-log')
    .description('将到期月份的查询日志写入签名归档文件 Write months of the access log that are due to signed files')
    .option('--drop', '核验归档后移出数据库（封存保留） remove them from the database afterwards; their seals stay')
    .option('--month <month>', '只归档一个月 YYYY-MM only this month')
    .option('--dry-run', '只列出 only list what is due')
    .action((options: ArchiveOptions) => archive(options, context));
  program
    .command('restore-log')
    .description('恢复一个归档月份供查阅 Make an archived month readable')
    .argument('<file>', '归档文件 the archive file')
    .option('--remove', '移除已恢复的表 remove what was restored')
    .action((file: string, options: { remove?: boolean }) => restore(file, options, context));
}
