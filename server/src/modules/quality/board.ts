/** The board: rates of a month by body, item, district or channel, with the trend. */
import type { BoardQuery, BoardRow, FaultQuery, FaultRow, IndicatorView, QualityBoard } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess } from '../../platform/access-log/index.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import type { SheetSpec } from '../../platform/tabular/index.ts';
import { authorize } from '../identity/index.ts';
import { basisLine, type QualityIndicator } from '../policy/index.ts';
import { type Bodies, loadBodies } from './bodies.ts';
import { figuresOf, readMonth, rowsAsked, type SeenMonth } from './figures.ts';
import { chineseMonth, lastDay, type Month, monthOf, moveMonth } from './month.ts';
import { closedMonths, faultyRows, lastCodeCount } from './queries.ts';
import { ratesOf, scoreOf } from './rates.ts';
import type { MonthFigures, QualityPorts } from './types.ts';

const trendMonths = 12;

export const indicatorView = (indicator: QualityIndicator, confirmed: boolean): IndicatorView => ({
  key: indicator.key,
  code: indicator.code,
  name: indicator.name,
  numerator: indicator.numerator,
  denominator: indicator.denominator,
  unit: indicator.unit,
  better: indicator.better,
  target: indicator.target,
  yellow: indicator.yellow ?? null,
  red: indicator.red ?? null,
  basis: indicator.basis.map(basisLine).join('；'),
  confirmed: indicator.confirmed ?? confirmed,
});

type By = NonNullable<BoardQuery['by']>;

/** Parts of the figures by what is asked for. What has no such dimension (samples by channel …) stays out of the part. */
export function splitFigures(figures: MonthFigures, by: By, bodies: Bodies): Map<string, MonthFigures> {
  const parts = new Map<
    string,
    {
      rows: MonthFigures['rows'][number][];
      duties: MonthFigures['duties'][number][];
      samples: MonthFigures['samples'][number][];
      cases: MonthFigures['cases'][number][];
    }
  >();
  const part = (key: string) => {
    const known = parts.get(key) ?? { rows: [], duties: [], samples: [], cases: [] };
    parts.set(key, known);
    return known;
  };
  const place = (bodyId: string): string =>
    by === 'body' ? bodies.heir(bodyId) : bodies.district(bodies.heir(bodyId)).key;
  const placed = by === 'body' || by === 'district';
  for (const row of figures.rows)
    part(placed ? place(row.bodyId) : by === 'item' ? row.item : row.channel).rows.push(row);
  if (placed) {
    for (const duty of figures.duties) part(place(duty.bodyId)).duties.push(duty);
    for (const sample of figures.samples) part(place(sample.bodyId)).samples.push(sample);
    for (const one of figures.cases) part(place(one.bodyId)).cases.push(one);
  }
  return new Map([...parts].map(([key, value]) => [key, { ...value, codes: null }]));
}

const channels: Readonly<Record<string, { zh: string; en: string }>> = {
  desk: { zh: '网页上传', en: 'Upload' },
  cli: { zh: '命令行', en: 'Command line' },
  api: { zh: '系统接口', en: 'Interface' },
  form: { zh: '在线录入', en: 'Entry form' },
  demo: { zh: '示范数据', en: 'Demonstration' },
  folder: { zh: '共享文件夹', en: 'Drop folder' },
  pull: { zh: '数据库抽取', en: 'Database pull' },
};

const same = (text: string): { zh: string; en: string } => ({ zh: text, en: text });

function nameOf(ctx: AppContext, by: By, key: string, bodies: Bodies): { zh: string; en: string } {
  if (by === 'body') return same(bodies.name(key));
  if (by === 'district') return key === 'city' ? { zh: '市本级', en: 'City departments' } : same(bodies.name(key));
  if (by === 'channel') return channels[key] ?? same(key);
  return ctx.policy().catalogueItem(key)?.name ?? same(key);
}

export function rowOf(
  indicators: readonly QualityIndicator[],
  key: string,
  name: { zh: string; en: string },
  figures: MonthFigures,
): BoardRow {
  const rates = ratesOf(indicators, figures);
  return {
    key,
    name,
    reported: figures.rows.reduce((total, { reported }) => total + reported, 0),
    unconfirmed: figures.duties.filter(({ declared }) => declared === null).length,
    score: scoreOf(indicators, rates),
    rank: null,
    rates,
  };
}

/** Who reported nothing has nothing to be compared by, and stands below without a place, however little was owed. */
const isRanked = (row: BoardRow): boolean => row.score !== null && row.reported > 0;

/**
 * The better first; equal scores share a place. Of equal scores, whoever left a month unconfirmed comes after those who said
 * what they owed: silence is worth no place.
 */
export function ranked(rows: readonly BoardRow[]): BoardRow[] {
  const points = (row: BoardRow): number => (isRanked(row) ? (row.score ?? -1) : -1);
  const ordered = [...rows].sort(
    (a, b) =>
      points(b) - points(a) ||
      a.unconfirmed - b.unconfirmed ||
      b.reported - a.reported ||
      (a.name.zh < b.name.zh ? -1 : 1),
  );
  const place = (row: BoardRow): number =>
    ordered.findIndex((one) => points(one) === points(row) && one.unconfirmed === row.unconfirmed) + 1;
  return ordered.map((row) => ({ ...row, rank: isRanked(row) ? place(row) : null }));
}

export function boardRows(
  ctx: AppContext,
  seen: SeenMonth,
  by: By,
  bodies: Bodies,
): { total: BoardRow; rows: BoardRow[] } {
  const { indicators } = seen.policy.quality();
  const figures = bodies.scope === null ? seen.figures : figuresOf(seen.figures, bodies.scope);
  const rows = [...splitFigures(figures, by, bodies)].map(([key, part]) =>
    rowOf(indicators, key, nameOf(ctx, by, key, bodies), part),
  );
  return { total: rowOf(indicators, 'total', { zh: '合计', en: 'Total' }, figures), rows: ranked(rows) };
}

export async function readBoard(
  ctx: AppContext,
  ports: QualityPorts,
  actor: Actor,
  input: BoardQuery,
): Promise<QualityBoard> {
  authorize(actor, 'quality.read');
  const month: Month = input.month ?? monthOf(ctx.clock.today());
  const by = input.by ?? 'body';
  const bodies = await loadBodies(ctx.db.app, actor, 'quality.read');
  const entry = { action: 'quality.board', resourceKind: 'quality', detail: { month, by } };
  const seen = await withAccess(ctx, actor, entry, (tx) => readMonth(ctx, tx, ports, month));
  const { confirmed, indicators } = seen.policy.quality();
  const before = await closedMonths(ctx.db.app, moveMonth(month, 1 - trendMonths), moveMonth(month, -1));
  const own = (figures: MonthFigures) => (bodies.scope === null ? figures : figuresOf(figures, bodies.scope));
  const { total, rows } = boardRows(ctx, seen, by, bodies);
  return {
    month,
    by,
    closed: seen.closed && { at: seen.closed.closed_at, by: seen.closed.closed_by_name, hash: seen.closed.hash },
    total,
    rows,
    trend: [
      ...before.map((one) => ({ month: one.month, rates: ratesOf(indicators, own(one.figures as MonthFigures)) })),
      { month, rates: total.rates },
    ],
    indicators: indicators.map((one) => indicatorView(one, confirmed)),
    codesCountedOn: (await lastCodeCount(ctx.db.app, lastDay(month)))?.on ?? null,
    asOf: ctx.clock.now(),
  };
}

const units = { percent: '%', permille: '‰', days: '工作日' } as const;
export const levelWords = { red: '红色预警', yellow: '黄色预警', met: '达标', none: '无数据' } as const;

/** The same table in Excel: numerator and denominator beside each rate, so that it can be recomputed. */
export function boardSheet(board: QualityBoard): SheetSpec {
  return {
    name: `指标 ${board.month}`,
    header: [
      '名次',
      '名称',
      '综合得分',
      '报送行数',
      '未确认事项',
      ...board.indicators.flatMap(({ name, unit }) => [
        `${name.zh}（${units[unit]}）`,
        `${name.zh}分子`,
        `${name.zh}分母`,
        `${name.zh}预警`,
      ]),
    ],
    rows: [...board.rows, board.total].map((row) => [
      row.rank === null ? '' : String(row.rank),
      row.name.zh,
      row.score === null ? '' : String(row.score),
      String(row.reported),
      String(row.unconfirmed),
      ...row.rates.flatMap(({ value, numerator, denominator, level }) => [
        value === null ? '' : String(value),
        String(numerator),
        String(denominator),
        levelWords[level],
      ]),
    ]),
    note: `${chineseMonth(board.month)}；${board.closed ? `已结账，校验值 ${board.closed.hash}` : '未结账，随数据变化'}`,
  };
}

const defaultLimit = 50;

/** How a rule's fault is mended, said of no row in particular: clauses that name a value are left out. */
export function ruleWords(fix: { zh: string; en: string } | undefined, rule: string): { zh: string; en: string } {
  if (!fix) return same(rule);
  const plain = (text: string, end: RegExp): string =>
    text
      .split(end)
      .filter((part) => !part.includes('{'))
      .join('')
      .trim()
      .replace(/[；;]$/u, '');
  return { zh: plain(fix.zh, /(?<=[。；])/u) || rule, en: plain(fix.en, /(?<=[.;]) /u) || rule };
}

/** The rows behind a figure. A body sees its own. */
export async function readFaults(
  ctx: AppContext,
  actor: Actor,
  input: FaultQuery,
): Promise<{ items: FaultRow[]; nextCursor: string | null; dataAsOf: string }> {
  authorize(actor, 'quality.read', input.bodyId === undefined ? undefined : { bodyId: input.bodyId });
  const policy = ctx.policy();
  const bodies = await loadBodies(ctx.db.app, actor, 'quality.read');
  const asked =
    input.bodyId === undefined
      ? bodies.scope
      : new Set(
          bodies.all
            .map(({ bodyId }) => bodyId)
            .filter((id) => bodies.heir(id) === input.bodyId || id === input.bodyId),
        );
  const limit = input.limit ?? defaultLimit;
  const position = openPosition(ctx.keys, 'qualityFaults', input.cursor);
  const entry = { action: 'quality.rows', resourceKind: 'quality', detail: { month: input.month, fault: input.fault } };
  const rows = await withAccess(ctx, actor, entry, (tx) =>
    faultyRows(
      tx,
      rowsAsked(policy, input.month),
      { bodies: asked === null ? null : [...asked], standard: input.standard ?? null, fault: input.fault },
      position && { submissionId: String(position[0]), row: Number(position[1]) },
      limit + 1,
    ),
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const { dueWorkingDays, dueStandards } = policy.quality();
  const standards = new Map(policy.standards().map(({ standard, name }) => [standard, name]));
  return {
    items: page.map((row) => ({
      submissionId: row.submission_id,
      row: row.row_no,
      body: bodies.name(row.body_id),
      standard: row.standard,
      standardName: standards.get(row.standard) ?? same(row.standard),
      outcome: row.outcome,
      documentNumber: row.document,
      decidedOn: row.decided,
      arrivedOn: row.arrived,
      dueOn:
        row.decided !== null && dueStandards.includes(row.standard)
          ? policy.addWorkingDays(row.decided, dueWorkingDays).on
          : null,
      findings: [...new Set(row.rules ?? [])].map((rule) => ruleWords(policy.rule(rule)?.fix, rule)),
    })),
    nextCursor:
      rows.length > limit && last ? sealPosition(ctx.keys, 'qualityFaults', [last.submission_id, last.row_no]) : null,
    dataAsOf: ctx.clock.now(),
  };
}
