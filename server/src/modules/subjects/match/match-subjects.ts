/** `POST /match` and `./chengxin match`: names against all subjects. A look-up among what is public: names and codes. */
import type { Actor, AppContext } from '../../../context.ts';
import { withAccess } from '../../../platform/access-log/index.ts';
import type { Queryable } from '../../../platform/db.ts';
import { authorize } from '../../identity/index.ts';
import type { PolicyRuntime } from '../../policy/types.ts';
import { publicSubjectName } from '../masking.ts';
import { freshStatistics } from '../token-statistics.ts';
import { type FeatureName, featureNames } from './conditional-v1/features.ts';
import type { Weights } from './conditional-v1/rank.ts';
import { type Candidate, type MatchingPolicy, matchName, type NameMatches } from './match-names.ts';

/** Names a request; more go in several. */
export const maxMatchNames = 100;
export const maxMatchCandidates = 10;

export interface ShownFeature {
  readonly id: FeatureName;
  readonly value: number;
  /** What the feature adds to the candidate's utility: value times weight. */
  readonly weight: number;
}

export interface ShownCandidate {
  readonly code: string | null;
  readonly subjectId: string;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly provisional: boolean;
  /** The former name that was found, where it was one. */
  readonly formerName: string | null;
  readonly score: number;
  readonly features: readonly ShownFeature[];
}

export interface ShownMatches {
  readonly query: string;
  readonly automatic: string | null;
  readonly candidates: readonly ShownCandidate[];
}

export function matchingPolicy(policy: PolicyRuntime): MatchingPolicy {
  const { algorithm, weights, threshold } = policy.matching();
  const full = Object.fromEntries([...featureNames, 'none'].map((name) => [name, weights[name] ?? 0]));
  return { algorithm, weights: full as Weights, threshold };
}

/** The features that made the rank, weightiest first; those that are nought are left out. */
export function shownFeatures(candidate: Candidate, weights: Weights): ShownFeature[] {
  return featureNames
    .filter((id) => candidate.features[id] !== 0)
    .map((id) => ({
      id,
      value: Math.round(candidate.features[id] * 1e3) / 1e3,
      weight: Math.round(candidate.features[id] * weights[id] * 1e3) / 1e3,
    }))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
}

function shown(found: NameMatches, weights: Weights): ShownMatches {
  return {
    query: found.query,
    automatic: found.automatic?.code ?? null,
    candidates: found.candidates.map((candidate) => ({
      code: candidate.code,
      subjectId: candidate.subjectId,
      name: publicSubjectName(candidate.kind, candidate.name, candidate.operator),
      kind: candidate.kind,
      status: candidate.status,
      provisional: candidate.provisional,
      formerName: candidate.former ? candidate.matchedName : null,
      score: candidate.score,
      features: shownFeatures(candidate, weights),
    })),
  };
}

/** Names in the order asked, one after the other: a request holds one connection however many names it has. */
export async function matchNames(
  ctx: AppContext,
  client: Queryable,
  names: readonly string[],
  limit: number,
): Promise<NameMatches[]> {
  return matchNamesOf(client, ctx.policy(), names, limit, ctx.db.app);
}

/** The same for a caller with a transaction and a policy of its own. `pool`: what statistics are kept by. */
export async function matchNamesOf(
  client: Queryable,
  runtime: PolicyRuntime,
  names: readonly string[],
  limit: number,
  pool: Queryable = client,
): Promise<NameMatches[]> {
  const policy = matchingPolicy(runtime);
  const statistics = await freshStatistics(pool, performance.now());
  const out: NameMatches[] = [];
  for (const name of names) out.push(await matchName(client, name, { limit, policy, statistics }));
  return out;
}

/** Logged with counts alone: what was asked may be anybody's name. Errors: forbidden, log-unavailable. */
export async function matchSubjects(
  ctx: AppContext,
  actor: Actor,
  names: readonly string[],
  limit: number,
): Promise<ShownMatches[]> {
  authorize(actor, 'subject.search');
  const { weights } = matchingPolicy(ctx.policy());
  return withAccess(
    ctx,
    actor,
    (results: ShownMatches[]) => ({
      action: 'subject.match',
      resourceKind: 'subject',
      detail: { names: names.length, automatic: results.filter((result) => result.automatic !== null).length },
    }),
    async (tx) => (await matchNames(ctx, tx, names, limit)).map((found) => shown(found, weights)),
  );
}
