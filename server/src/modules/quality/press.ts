/**
 * Pressed once: the month is closed where it is not, and its bulletin, the report of each department and the letters that its
 * figures ask for are there, all in one transaction. Pressed again it gives what is there and nothing more.
 */
import type { BoardRow, PressedPapers } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { authorize } from '../identity/index.ts';
import { issuePaper, type PaperCase } from '../papers/index.ts';
import { boardRows } from './board.ts';
import { type Bodies, loadBodies } from './bodies.ts';
import { confirmBy } from './duties.ts';
import { figuresOf, readMonth, type SeenMonth } from './figures.ts';
import { fileOf, insertLetter } from './letter-queries.ts';
import { chineseMonth, type Month } from './month.ts';
import { closeInside, paperOfMonth } from './months.ts';
import {
  itemsTable,
  numberedLines,
  rankingNote,
  rankingTable,
  ratesTable,
  reasonsOf,
  totalText,
} from './paper-words.ts';
import { closedMonth } from './queries.ts';
import type { QualityPorts } from './types.ts';

const caseOf = (fileId: string, procedure: string, name: string, openedOn: string): PaperCase => ({
  caseId: fileId,
  procedure,
  procedureName: name,
  subjectId: null,
  caseNumber: null,
  openedOn,
});

interface Pressing {
  readonly tx: Transaction;
  readonly ctx: AppContext;
  readonly actor: Actor;
  readonly seen: SeenMonth;
  readonly bodies: Bodies;
  readonly issuer: string;
  readonly fileId: string;
}

/** Fields of a paper have an end: what does not fit is in the annex. */
const cut = (text: string, most: number): string => {
  const lines = text.split('\n');
  while ([...lines.join('\n')].length > most) lines.pop();
  return lines.length === text.split('\n').length ? text : [...lines, '（其余见附件）'].join('\n');
};

async function bulletin(press: Pressing, total: BoardRow, rows: readonly BoardRow[], letters: readonly Letter[]) {
  const { tx, ctx, actor, seen, issuer, fileId } = press;
  const { indicators } = seen.policy.quality();
  const month = chineseMonth(seen.month);
  const problems = letters.map(({ row, reasons }) => ({
    zh: `${row.name.zh}：${reasons.map(({ zh }) => zh).join('；')}`,
    en: '',
  }));
  const supervised = letters.filter(({ kind }) => kind === 'supervision').length;
  return issuePaper(tx, ctx, actor, {
    case: caseOf(fileId, 'qualityMonth', '数据质量月报', ctx.clock.today()),
    template: 'qualityBulletin',
    bodyId: issuer,
    key: `bulletin ${seen.month}`,
    fields: {
      month,
      summary: `${totalText(month, indicators, total, rows.length)}\n${rankingNote(indicators)}`,
      ranking: cut(rankingTable(indicators, rows), 19_000),
      problems:
        rows.length === 0
          ? '本月没有可比较的数据，请核对应报事项是否已设定。'
          : problems.length === 0
            ? '本月各单位各项指标均达到要求。'
            : cut(numberedLines(problems), 11_000),
      demands: [
        '1. 各单位应自行政决定作出之日起 7 个工作日内报送，没有作出决定的按月作零报告。',
        '2. 被退回、存疑的数据应及时改正、认领，改正后的数据计入到达当月，本月数字不再变动。',
        supervised > 0
          ? `3. 本月发出督办单 ${supervised} 份、风险提示函 ${letters.length - supervised} 份，请有关单位按期回复。`
          : '3. 请继续保持，并对照各项指标自查。',
      ].join('\n'),
    },
  });
}

interface Letter {
  readonly row: BoardRow;
  readonly kind: 'supervision' | 'risk';
  readonly reasons: readonly { zh: string; en: string }[];
}

function lettersOf({ ctx, seen, bodies }: Pressing, rows: readonly BoardRow[]): Letter[] {
  const { indicators } = seen.policy.quality();
  // Only what was already due: a month may be closed before the day by which it is to be confirmed.
  const late = ctx.clock.today() > confirmBy(ctx, seen.month);
  return rows.flatMap((row): Letter[] => {
    const overdue = late
      ? seen.figures.duties
          .filter(({ bodyId, declared }) => declared === null && bodies.heir(bodyId) === row.key)
          .map(({ standard }) => seen.policy.standard(standard).name)
      : [];
    const { supervision, risk } = reasonsOf(indicators, row, overdue);
    if (supervision.length > 0) return [{ row, kind: 'supervision', reasons: [...supervision, ...risk] }];
    return risk.length > 0 ? [{ row, kind: 'risk', reasons: risk }] : [];
  });
}

async function sendLetter(press: Pressing, letter: Letter): Promise<void> {
  const { tx, ctx, actor, seen, issuer } = press;
  const letterId = newId();
  const replyDue = ctx.policy().addWorkingDays(ctx.clock.today(), ctx.policy().quality().replyWorkingDays).on;
  const made = await insertLetter(tx, {
    id: letterId,
    kind: letter.kind,
    month: seen.month,
    bodyId: letter.row.key,
    reasons: letter.reasons,
    replyDue,
    by: actor.accountId ?? '',
    at: ctx.clock.now(),
  });
  if (!made) return;
  await issuePaper(tx, ctx, actor, {
    case: caseOf(letterId, 'qualityLetter', letter.kind === 'supervision' ? '督办' : '风险提示', ctx.clock.today()),
    template: letter.kind === 'supervision' ? 'supervisionLetter' : 'riskLetter',
    bodyId: issuer,
    key: 'letter',
    fields: {
      addressee: letter.row.name.zh,
      month: chineseMonth(seen.month),
      matters: numberedLines(letter.reasons),
      replyDue,
    },
  });
}

async function report(press: Pressing, row: BoardRow, reasons: readonly { zh: string; en: string }[]): Promise<void> {
  const { tx, ctx, actor, seen, bodies, issuer, fileId } = press;
  const { indicators } = seen.policy.quality();
  const own = new Set(bodies.all.map(({ bodyId }) => bodyId).filter((id) => bodies.heir(id) === row.key));
  const items = boardRows(ctx, { ...seen, figures: figuresOf(seen.figures, own) }, 'item', {
    ...bodies,
    scope: null,
  }).rows;
  const month = chineseMonth(seen.month);
  await issuePaper(tx, ctx, actor, {
    case: caseOf(fileId, 'qualityMonth', '数据质量月报', ctx.clock.today()),
    template: 'qualityReport',
    bodyId: issuer,
    key: `report ${row.key}`,
    fields: {
      addressee: row.name.zh,
      month,
      summary: `本月报送 ${row.reported} 行，综合得分 ${row.score ?? '—'}${row.rank === null ? '，本月不排名次' : `，全市第 ${row.rank} 名`}。${row.unconfirmed > 0 ? `有 ${row.unconfirmed} 项未确认当月决定件数。` : ''}`,
      rates: ratesTable(indicators, row),
      items: items.length === 0 ? '' : itemsTable(items, indicators),
      advice:
        reasons.length === 0
          ? '各项指标均达到要求。'
          : `${numberedLines(reasons)}\n请登录平台“数据质量”逐行查看原因并改正。`,
    },
  });
}

export function issuerOf(actor: Actor): string {
  if (actor.bodyId === null)
    throw new DomainError('unprocessable', {
      zh: '您的账号没有所属单位，不能出具文书。',
      en: 'Your account has no body, which could issue a paper.',
    });
  authorize(actor, 'paper.write', { bodyId: actor.bodyId });
  return actor.bodyId;
}

export async function pressMonth(
  ctx: AppContext,
  ports: QualityPorts,
  actor: Actor,
  month: Month,
): Promise<PressedPapers> {
  authorize(actor, 'quality.manage');
  const issuer = issuerOf(actor);
  const began = performance.now();
  const bodies = await loadBodies(ctx.db.app, null, 'quality.read');
  const result = await withTransaction(ctx.db.app, async (tx) => {
    const closedNow = (await closedMonth(tx, month)) === null;
    if (closedNow) await closeInside(tx, ctx, ports, actor, month);
    const seen = await readMonth(ctx, tx, ports, month);
    const fileId = await fileOf(tx, 'month', month, newId());
    const press: Pressing = { tx, ctx, actor, seen, bodies, issuer, fileId };
    const { total, rows } = boardRows(ctx, seen, 'body', bodies);
    const letters = lettersOf(press, rows);
    const main = await bulletin(press, total, rows, letters);
    for (const row of rows) await report(press, row, letters.find((one) => one.row.key === row.key)?.reasons ?? []);
    for (const letter of letters) await sendLetter(press, letter);
    await writeAccess(tx, ctx, actor, {
      action: 'quality.press',
      resourceKind: 'quality',
      resourceId: fileId,
      detail: { month, bulletin: main.number, reports: rows.length, letters: letters.length },
    });
    return { month, closedNow, bulletin: await paperOfMonth(ctx, main), reports: rows.length, letters: letters.length };
  });
  return { ...result, milliseconds: Math.round(performance.now() - began) };
}
