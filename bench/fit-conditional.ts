/** Fitting of `conditional-v1`: conditional logit with an outside option, by gradient ascent with a ridge. Pure. */
import { type FeatureName, featureNames } from '../server/src/modules/subjects/index.ts';

/** One labelled question: features of its candidates, and which one is meant (−1 = none of them). */
export interface Labelled {
  readonly features: readonly Readonly<Record<FeatureName, number>>[];
  readonly truth: number;
  readonly weight: number;
}

export type FittedWeights = Record<FeatureName | 'none', number>;

/** Features that can only speak against a candidate; all others only for it, so that a weight never explains backwards. */
const against: ReadonlySet<string> = new Set(['placeContrary', 'formContrary', 'branchDiffers']);
const free: ReadonlySet<string> = new Set(['former', 'none']);

export interface FitOptions {
  readonly rounds?: number;
  readonly ridge?: number;
  readonly start?: FittedWeights;
}

interface Dense {
  /** Candidates one after the other, `width` numbers each. */
  readonly values: Float64Array;
  readonly count: number;
  readonly truth: number;
  readonly share: number;
}
const width = featureNames.length;

function dense(labelled: readonly Labelled[]): Dense[] {
  const total = labelled.reduce((sum, one) => sum + one.weight, 0);
  return labelled.map(({ features, truth, weight }) => ({
    values: Float64Array.from(features.flatMap((one) => featureNames.map((name) => one[name]))),
    count: features.length,
    truth,
    share: weight / total,
  }));
}

/** The weights under which the labels are most probable, less the ridge. Deterministic. */
export function fitConditional(labelled: readonly Labelled[], options: FitOptions = {}): FittedWeights {
  const { rounds = 250, ridge = 0.003 } = options;
  const names = [...featureNames, 'none'] as const;
  const data = dense(labelled);
  const weights = Float64Array.from(names.map((name) => options.start?.[name] ?? 0));
  const second = new Float64Array(names.length).fill(1e-8);
  const slope = new Float64Array(names.length);
  for (let round = 0; round < rounds; round++) {
    weights.forEach((weight, at) => {
      slope[at] = -ridge * weight;
    });
    for (const one of data) addSlope(one, weights, slope);
    const rate = 0.4 / Math.sqrt(1 + round / 40);
    names.forEach((name, at) => {
      const push = slope[at] ?? 0;
      second[at] = 0.9 * (second[at] ?? 0) + 0.1 * push ** 2;
      const next = (weights[at] ?? 0) + (rate * push) / Math.sqrt((second[at] ?? 0) + 1e-6);
      weights[at] = free.has(name) ? next : against.has(name) ? Math.min(0, next) : Math.max(0, next);
    });
  }
  return Object.fromEntries(names.map((name, at) => [name, weights[at] ?? 0])) as FittedWeights;
}

function addSlope(one: Dense, weights: Float64Array, slope: Float64Array): void {
  const none = weights[width] ?? 0;
  const raised = new Float64Array(one.count);
  let top = none;
  for (let at = 0; at < one.count; at++) {
    let sum = 0;
    for (let f = 0; f < width; f++) sum += (one.values[at * width + f] ?? 0) * (weights[f] ?? 0);
    raised[at] = sum;
    if (sum > top) top = sum;
  }
  let all = Math.exp(none - top);
  for (let at = 0; at < one.count; at++) {
    raised[at] = Math.exp((raised[at] ?? 0) - top);
    all += raised[at] ?? 0;
  }
  for (let at = 0; at < one.count; at++) {
    const push = one.share * ((one.truth === at ? 1 : 0) - (raised[at] ?? 0) / all);
    if (Math.abs(push) < 1e-12) continue;
    for (let f = 0; f < width; f++) slope[f] = (slope[f] ?? 0) + push * (one.values[at * width + f] ?? 0);
  }
  slope[width] = (slope[width] ?? 0) + one.share * ((one.truth < 0 ? 1 : 0) - Math.exp(none - top) / all);
}
