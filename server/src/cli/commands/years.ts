/** `./chengxin years` lists the years of records; `./chengxin years move YEAR --tablespace NAME` moves one that has ended. */
import type { Command } from 'commander';
import { listYears, moveYear, type YearView } from '../../modules/records/index.ts';
import { systemClock } from '../../platform/clock.ts';
import type { CommandContext } from '../context.ts';
import { logOperation } from '../installation.ts';

const megabytes = (bytes: bigint): string => `${(Number(bytes) / 1024 / 1024).toFixed(1)} MB`;
const shown = ({ year, tablespace, bytes }: YearView) => ({ year, tablespace, bytes: Number(bytes) });
const line = (entry: YearView): string => `${entry.year}  ${megabytes(entry.bytes)}  ${entry.tablespace ?? ''}`;

export default function register(program: Command, context: CommandContext): void {
  const years = program
    .command('years')
    .description('各年份记录占用的空间 Space that each year of records takes')
    .action(async () => {
      const db = await context.open();
      const list = await listYears(db.migrator);
      context.print({ years: list.map(shown) }, list.map(line).join('\n'));
    });
  years
    .command('move')
    .description('把已结束的年份迁移到另一表空间 Move a year that has ended to another tablespace')
    .argument('<year>', '年份 year, such as 2024')
    .requiredOption('--tablespace <name>', '服务器上已有的表空间 a tablespace of the server')
    .action(async (text: string, options: { tablespace: string }) => {
      if (!/^\d{4}$/.test(text)) {
        context.note('年份应为四位数字。', 'The year has four digits.');
        context.exit(2);
        return;
      }
      const db = await context.open();
      const moved = await moveYear(db.migrator, systemClock, Number(text), options.tablespace);
      await logOperation(db, context.osUser, 'records.moveYear', { year: moved.year, tablespace: options.tablespace });
      context.print({ year: shown(moved) }, line(moved));
    });
}
