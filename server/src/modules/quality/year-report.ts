/** The yearly operation report, from the months that are closed. */
import type { PaperOfMonth } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { authorize } from '../identity/index.ts';
import { issuePaper } from '../papers/index.ts';
import { boardRows } from './board.ts';
import { loadBodies } from './bodies.ts';
import { fileOf, lettersOfYear } from './letter-queries.ts';
import { chineseMonth } from './month.ts';
import { paperOfMonth } from './months.ts';
import { rankedBy, rankingNote, rankingTable, rateText, totalText } from './paper-words.ts';
import { issuerOf } from './press.ts';
import { closedMonths } from './queries.ts';
import { ratesOf } from './rates.ts';
import type { MonthFigures } from './types.ts';

/** Months laid together: counts add up; the code rate is that of the last one. */
export function joinFigures(months: readonly MonthFigures[]): MonthFigures {
  return {
    rows: months.flatMap(({ rows }) => rows),
    duties: months.flatMap(({ duties }) => duties),
    samples: months.flatMap(({ samples }) => samples),
    cases: months.flatMap(({ cases }) => cases),
    codes: months.at(-1)?.codes ?? null,
  };
}

export async function pressYear(ctx: AppContext, actor: Actor, year: number): Promise<PaperOfMonth> {
  authorize(actor, 'quality.manage');
  const issuer = issuerOf(actor);
  const bodies = await loadBodies(ctx.db.app, null, 'quality.read');
  return withTransaction(ctx.db.app, async (tx) => {
    const closed = await closedMonths(tx, `${year}-01`, `${year}-12`);
    if (closed.length === 0)
      throw new DomainError('unprocessable', {
        zh: `${year} 年还没有已结账的月份，请先结账。`,
        en: `No month of ${year} is closed. Close one first.`,
      });
    const policy = ctx.policy();
    const { indicators } = policy.quality();
    const figures = joinFigures(closed.map((row) => row.figures as MonthFigures));
    const { total, rows } = boardRows(ctx, { month: `${year}-12`, figures, closed: null, policy }, 'body', bodies);
    const shown = rankedBy(indicators);
    const letters = await lettersOfYear(tx, String(year));
    const paper = await issuePaper(tx, ctx, actor, {
      case: {
        caseId: await fileOf(tx, 'year', String(year), newId()),
        procedure: 'qualityYear',
        procedureName: '年度运行报告',
        subjectId: null,
        caseNumber: null,
        openedOn: ctx.clock.today(),
      },
      template: 'qualityYear',
      bodyId: issuer,
      // A further closed month makes another report; the same months the same one.
      key: `year ${closed.length}`,
      fields: {
        year: `${year}年`,
        summary: `${totalText(`${year}年已结账的 ${closed.length} 个月`, indicators, total, rows.length)}\n${rankingNote(indicators)}`,
        months: [
          ['序号', '月份', '报送行数', ...shown.map(({ name }) => name.zh)].join('|'),
          ...closed.map((row, at) => {
            const one = row.figures as MonthFigures;
            const rates = ratesOf(indicators, one);
            return [
              String(at + 1),
              chineseMonth(row.month),
              String(one.rows.reduce((sum, { reported }) => sum + reported, 0)),
              ...shown.map((indicator) =>
                rateText(
                  indicator,
                  rates.find(({ key }) => key === indicator.key),
                ),
              ),
            ].join('|');
          }),
        ].join('\n'),
        ranking: rankingTable(indicators, rows).slice(0, 19_000),
        letters: `全年发出督办单 ${letters.supervision} 份、风险提示函 ${letters.risk} 份，已回复 ${letters.replied} 份，已办结 ${letters.closed} 份。`,
      },
    });
    return paperOfMonth(ctx, paper);
  });
}
