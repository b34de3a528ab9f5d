/** Words of the bulletin, the reports and the letters, from figures. Pure. */
import type { BoardRow, RateView } from '@chengxin/contract';
import type { QualityIndicator } from '../policy/index.ts';

const units = { percent: '%', permille: '‰', days: '个工作日' } as const;

export const rateText = (indicator: QualityIndicator, rate: Pick<RateView, 'value'> | undefined): string =>
  !rate || rate.value === null ? '—' : `${rate.value}${units[indicator.unit]}`;

const rateOf = (row: BoardRow, key: string): RateView | undefined => row.rates.find((rate) => rate.key === key);

/** The rates by which departments are ranked; the table has room for these. */
export const rankedBy = (indicators: readonly QualityIndicator[]): QualityIndicator[] =>
  indicators.filter(({ weight }) => weight !== undefined);

export function rankingTable(indicators: readonly QualityIndicator[], rows: readonly BoardRow[]): string {
  const shown = rankedBy(indicators);
  return [
    ['名次', '单位', '报送行数', ...shown.map(({ name }) => name.zh), '得分'].join('|'),
    ...rows.map((row) =>
      [
        row.rank === null ? '—' : String(row.rank),
        row.name.zh.replaceAll('|', '｜'),
        String(row.reported),
        ...shown.map((indicator) => rateText(indicator, rateOf(row, indicator.key))),
        row.score === null ? '—' : row.score.toFixed(2),
      ].join('|'),
    ),
  ].join('\n');
}

export function ratesTable(indicators: readonly QualityIndicator[], row: BoardRow): string {
  return [
    '编号|指标|本月|分子|分母|目标|预警',
    ...indicators.map((indicator) => {
      const rate = rateOf(row, indicator.key);
      return [
        indicator.code,
        indicator.name.zh,
        rateText(indicator, rate),
        String(rate?.numerator ?? 0),
        String(rate?.denominator ?? 0),
        `${indicator.target}${units[indicator.unit]}`,
        rate?.level === 'red' ? '红色' : rate?.level === 'yellow' ? '黄色' : rate?.level === 'met' ? '达标' : '无数据',
      ].join('|');
    }),
  ].join('\n');
}

export function itemsTable(rows: readonly BoardRow[], indicators: readonly QualityIndicator[]): string {
  const shown = indicators.filter(({ key }) => ['compliance', 'timeliness', 'qualified'].includes(key));
  return [
    ['序号', '条目', '报送行数', ...shown.map(({ name }) => name.zh)].join('|'),
    ...rows.map((row, at) =>
      [
        String(at + 1),
        row.name.zh,
        String(row.reported),
        ...shown.map((indicator) => rateText(indicator, rateOf(row, indicator.key))),
      ].join('|'),
    ),
  ].join('\n');
}

export function totalText(
  month: string,
  indicators: readonly QualityIndicator[],
  total: BoardRow,
  bodies: number,
): string {
  if (bodies === 0) return `${month}没有单位报送，也没有应报事项。`;
  const said = indicators
    .map((indicator) => [indicator, rateOf(total, indicator.key)] as const)
    .filter(([, rate]) => rate !== undefined && rate.value !== null)
    .map(([indicator, rate]) => `${indicator.name.zh} ${rateText(indicator, rate)}`);
  return [
    `${month}，${bodies} 个单位共报送 ${total.reported} 行。${said.length > 0 ? `${said.join('，')}。` : '本月无可统计的指标。'}`,
    total.unconfirmed > 0
      ? `尚有 ${total.unconfirmed} 项未确认当月决定件数（含零报告）。`
      : '各单位均已确认当月决定件数。',
  ].join('\n');
}

/** How the places of the ranking come about, said in the paper that shows them. */
export function rankingNote(indicators: readonly QualityIndicator[]): string {
  const weights = rankedBy(indicators).map(({ name, weight }) => `${name.zh}（${weight}%）`);
  return `得分由${weights.join('、')}加权，没有数据的指标不计；得分相同的并列，有事项未确认的排在其后，当期没有报送的单位不排名次。`;
}

export interface Reason {
  readonly zh: string;
  readonly en: string;
}

/** What stands in a letter of each kind: overdue and red are supervised, yellow is pointed out. */
export function reasonsOf(
  indicators: readonly QualityIndicator[],
  row: BoardRow,
  overdue: readonly { readonly zh: string; readonly en: string }[],
): { readonly supervision: Reason[]; readonly risk: Reason[] } {
  const supervision: Reason[] = [];
  const risk: Reason[] = [];
  if (overdue.length > 0)
    supervision.push({
      zh: `未在期限内确认当月决定件数（没有的应作零报告）：${overdue.map(({ zh }) => zh).join('、')}`,
      en: `decisions of the month not confirmed in time (a zero is to be reported): ${overdue.map(({ en }) => en).join(', ')}`,
    });
  for (const indicator of indicators) {
    const rate = rateOf(row, indicator.key);
    // The shared code rate is the city's, and no body's own.
    if (!rate || indicator.key === 'codes' || rate.value === null) continue;
    // The late rate says again what timeliness says.
    if (indicator.key === 'lateness') continue;
    const limit = rate.level === 'red' ? indicator.red : indicator.yellow;
    const reason = {
      zh: `${indicator.name.zh}为 ${rateText(indicator, rate)}（${rate.numerator}/${rate.denominator}），${indicator.better === 'high' ? '低于' : '高于'}${rate.level === 'red' ? '红色' : '黄色'}预警线 ${limit}${units[indicator.unit]}`,
      en: `${indicator.name.en} is ${rateText(indicator, rate)} (${rate.numerator}/${rate.denominator}), ${indicator.better === 'high' ? 'below' : 'above'} the ${rate.level} threshold of ${limit}`,
    };
    if (rate.level === 'red') supervision.push(reason);
    else if (rate.level === 'yellow') risk.push(reason);
  }
  return { supervision, risk };
}

export const numberedLines = (reasons: readonly Reason[]): string =>
  reasons.map(({ zh }, at) => `${at + 1}. ${zh}。`).join('\n');
