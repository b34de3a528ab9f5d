/** Figures → rates and their warnings, as policy/quality defines them. Pure; integers and one division at the end. */
import type { QualityIndicator } from '../policy/index.ts';
import type { MonthFigures } from './types.ts';

export interface Rate {
  readonly key: string;
  readonly numerator: number;
  readonly denominator: number;
  /** In the indicator's unit, hundredths rounded down (percent, days) or up against the body (permille); null: nothing to count. */
  readonly value: number | null;
  readonly level: 'red' | 'yellow' | 'met' | 'none';
}

type Counted = readonly [numerator: number, denominator: number];
const sum = <T>(rows: readonly T[], of: (row: T) => number): number => rows.reduce((total, row) => total + of(row), 0);

/** One row a rate: what is counted over what. */
const counts: Readonly<Record<string, (figures: MonthFigures) => Counted>> = {
  // What was not confirmed has no denominator; it shows as unconfirmed, and costs coverage and a letter.
  reporting: ({ duties }) => {
    const said = duties.filter(({ declared }) => declared !== null);
    // More arrived than was declared: the declaration was short, and the rate is not above 100 %.
    return [
      sum(said, (duty) => Math.min(duty.arrived, duty.declared ?? 0)),
      sum(said, ({ declared }) => declared ?? 0),
    ];
  },
  compliance: ({ rows }) => [sum(rows, ({ compliant }) => compliant), sum(rows, ({ reported }) => reported)],
  timeliness: ({ rows }) => [sum(rows, ({ timely }) => timely), sum(rows, ({ dated }) => dated)],
  lateness: ({ rows }) => [sum(rows, ({ dated, timely }) => dated - timely), sum(rows, ({ dated }) => dated)],
  qualified: ({ rows }) => [sum(rows, ({ qualified }) => qualified), sum(rows, ({ reported }) => reported)],
  concealed: ({ samples }) => [sum(samples, ({ concealed }) => concealed), sum(samples, ({ sampled }) => sampled)],
  sampledLate: ({ samples }) => [sum(samples, ({ late }) => late), sum(samples, ({ sampled }) => sampled)],
  wrong: ({ samples }) => [sum(samples, ({ wrong }) => wrong), sum(samples, ({ sampled }) => sampled)],
  upheld: ({ cases, rows }) => [sum(cases, ({ upheld }) => upheld), sum(rows, ({ reported }) => reported)],
  coverage: ({ duties }) => [duties.filter(({ fed, declared }) => fed || declared === 0).length, duties.length],
  codeErrors: ({ rows }) => [sum(rows, ({ codeErrors }) => codeErrors), sum(rows, ({ reported }) => reported)],
  codes: ({ codes }) => (codes === null ? [0, 0] : [codes.shared + codes.invalid + codes.mismatched, codes.subjects]),
  objectionDays: ({ cases }) => [
    sum(cases, ({ objectionDays }) => objectionDays),
    sum(cases, ({ objections }) => objections),
  ],
  repairOnTime: ({ cases }) => [sum(cases, ({ repairsOnTime }) => repairsOnTime), sum(cases, ({ repairs }) => repairs)],
};
export const countedKeys: readonly string[] = Object.keys(counts);

const scales: Readonly<Record<QualityIndicator['unit'], number>> = { percent: 100, permille: 1000, days: 1 };

/** Compared without rounding: a body at 94.999 % is below 95 %. */
function beyond(indicator: QualityIndicator, [numerator, denominator]: Counted, threshold: number): boolean {
  const value = numerator * scales[indicator.unit];
  const limit = threshold * denominator;
  return indicator.better === 'high' ? value < limit - 1e-9 : value > limit + 1e-9;
}

export function rateOf(indicator: QualityIndicator, figures: MonthFigures): Rate {
  const counted = counts[indicator.key]?.(figures) ?? [0, 0];
  const [numerator, denominator] = counted;
  if (denominator === 0) return { key: indicator.key, numerator, denominator, value: null, level: 'none' };
  const exact = (numerator * scales[indicator.unit] * 100) / denominator;
  // Never shown better than it is: 99.999 % is not 100 %.
  const value = (indicator.better === 'high' ? Math.floor(exact) : Math.ceil(exact - 1e-9)) / 100;
  const level =
    indicator.red !== undefined && beyond(indicator, counted, indicator.red)
      ? 'red'
      : indicator.yellow !== undefined && beyond(indicator, counted, indicator.yellow)
        ? 'yellow'
        : 'met';
  return { key: indicator.key, numerator, denominator, value, level };
}

export const ratesOf = (indicators: readonly QualityIndicator[], figures: MonthFigures): Rate[] =>
  indicators.map((indicator) => rateOf(indicator, figures));

/** Weighted mean of the rates that a body has, in hundredths of a point; null where it has none. For the order of the bulletin. */
export function scoreOf(indicators: readonly QualityIndicator[], rates: readonly Rate[]): number | null {
  let points = 0;
  let weights = 0;
  for (const indicator of indicators) {
    const rate = rates.find(({ key }) => key === indicator.key);
    if (indicator.weight === undefined || !rate || rate.value === null) continue;
    points += indicator.weight * rate.value;
    weights += indicator.weight;
  }
  return weights === 0 ? null : Math.floor((points * 100) / weights) / 100;
}
