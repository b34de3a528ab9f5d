/**
 * Algorithm `conditional-v1`: conditional logit. Each candidate has a utility, the sum of its features times their
 * weights; "none of them" has one too. The score of a candidate is the probability that it is the one meant, given the
 * others and that none may be. Weights and threshold are policy (`policy/matching/`); fitted by `bench/fit-matching.ts`.
 */
import { type FeatureName, type Features, featureNames } from './features.ts';

export type Weights = Readonly<Record<FeatureName, number>> & { readonly none: number };

export function utility(features: Features, weights: Weights): number {
  let sum = 0;
  for (const name of featureNames) sum += features[name] * (weights[name] ?? 0);
  return sum;
}

/** Probabilities of the candidates; what is missing to 1 is that of "none". */
export function probabilities(utilities: readonly number[], none: number): number[] {
  const top = Math.max(none, ...utilities);
  const raised = utilities.map((one) => Math.exp(one - top));
  const total = raised.reduce((sum, one) => sum + one, Math.exp(none - top));
  return raised.map((one) => one / total);
}
