/** Numbers of reports that the former system issued: they still verify, as its own. */
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { isPlainDate } from '../../platform/clock.ts';
import { withTransaction } from '../../platform/db.ts';
import { cleanFormerNumber, type FormerReportRow, keepFormerReports } from '../reports/index.ts';
import { rowsOf } from './read-dump.ts';
import { refuse, Tally, type TemplateResult } from './tally.ts';

const atOnce = 1000;
const otherReport = () => refuse('编号已登记，但摘要或日期不同', 'the number is known with another hash or day');

export async function takeReports(
  ctx: AppContext,
  actor: Actor,
  path: string,
  system: string,
): Promise<TemplateResult> {
  const tally = new Tally('reports');
  const today = ctx.clock.today();
  let waiting: (FormerReportRow & { readonly row: number })[] = [];
  const flush = async (): Promise<void> => {
    const rows = waiting;
    waiting = [];
    if (rows.length === 0) return;
    const kept = await withTransaction(ctx.db.app, async (tx) => {
      const done = await keepFormerReports(tx, ctx, system, rows);
      await writeAccess(tx, ctx, actor, {
        action: 'report.former',
        resourceKind: 'report',
        detail: { rows: rows.length, taken: done.added.size },
      });
      return done;
    });
    for (const row of rows) {
      if (!kept.isHeld(row)) tally.refuse(row.row, row.number, otherReport());
      // A number stands for one report: the same row a second time in the dump is there already.
      else tally.count(kept.added.delete(row.number) ? 'taken' : 'alreadyThere');
    }
  };
  for await (const row of rowsOf(path, 'reports')) {
    const { number: given = '', issuedOn = '', hash = '' } = row.cells;
    const number = cleanFormerNumber(given);
    const digest = hash.toLowerCase();
    if (number === null)
      tally.refuse(
        row.row,
        given.slice(0, 60),
        refuse('编号为空、过长或含不能用于核验的字符', 'the number is empty, too long or cannot be verified'),
      );
    else if (!isPlainDate(issuedOn) || issuedOn > today)
      tally.refuse(
        row.row,
        number,
        refuse('出具日期应为今天或以前的 年-月-日', 'the day of issue is a date, today at the latest'),
      );
    else if (digest !== '' && !/^[0-9a-f]{16,128}$/.test(digest))
      tally.refuse(
        row.row,
        number,
        refuse('内容摘要应为 16 至 128 位十六进制数', 'the hash has 16 to 128 hexadecimal digits'),
      );
    else waiting.push({ row: row.row, number, issuedOn, contentHash: digest === '' ? null : digest });
    if (waiting.length >= atOnce) await flush();
  }
  await flush();
  return tally.result();
}
