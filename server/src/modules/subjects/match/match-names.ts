/**
 * Matching names against all subjects: candidates by the index, features of each pair, rank and probability. Automatic
 * only above the policy's threshold, and never where two subjects have the very same name.
 */
import type { Queryable } from '../../../platform/db.ts';
import { maxNameLength } from '../names.ts';
import type { TokenStatistics } from '../token-statistics.ts';
import type { SubjectKind } from '../types.ts';
import { type Features, featuresOf } from './conditional-v1/features.ts';
import { probabilities, utility, type Weights } from './conditional-v1/rank.ts';
import { type ParsedName, parseName, parseNormalised } from './parse-name.ts';
import { probesOf, spellings } from './probes.ts';
import { type CandidateRow, candidates } from './queries.ts';
import { sharedPairs } from './similarity.ts';

export interface MatchingPolicy {
  readonly algorithm: 'conditional-v1';
  readonly weights: Weights;
  /** Least probability of an automatic match. */
  readonly threshold: number;
}

export interface Candidate {
  readonly subjectId: string;
  readonly code: string | null;
  readonly name: string;
  readonly kind: SubjectKind;
  readonly status: string;
  readonly provisional: boolean;
  readonly region: string | null;
  readonly operator: string | null;
  /** The name of the subject that was found, normalised: its present or a former one. */
  readonly matchedName: string;
  readonly former: boolean;
  readonly score: number;
  readonly features: Features;
}

export interface NameMatches {
  readonly query: string;
  /** The subject meant, where that is sure enough to act on. */
  readonly automatic: Candidate | null;
  readonly candidates: readonly Candidate[];
}

export interface MatchOptions {
  readonly limit: number;
  readonly policy: MatchingPolicy;
  readonly statistics: TokenStatistics;
}

/** Names that are compared in full; a cheap measure chooses them. */
const maxCompared = 220;
const maxFound = 3_000;

interface Pair {
  row: CandidateRow;
  name: ParsedName;
}

/** The best name of each subject by a cheap measure, so that the full comparison is bounded. */
function shortlist(asked: ParsedName, rows: readonly CandidateRow[]): Pair[] {
  const best = rows
    .map((row) => ({ row, name: parseNormalised(row.normalised) }))
    .map((pair) => ({
      pair,
      cheap:
        sharedPairs(asked.plain, pair.name.plain) +
        sharedPairs(asked.body, pair.name.body) +
        (asked.mark === pair.name.mark ? 0.5 : 0) +
        (asked.normalised === pair.name.normalised ? 3 : 0),
    }));
  best.sort((a, b) => b.cheap - a.cheap);
  return best.slice(0, maxCompared).map(({ pair }) => pair);
}

export interface ComparedName {
  readonly row: CandidateRow;
  readonly features: Features;
}

/** One comparison a subject: the name of it that is most like the one asked for. */
export function compareName(asked: ParsedName, rows: readonly CandidateRow[], weights: Weights): ComparedName[] {
  const pairs = shortlist(asked, rows);
  const holders = new Set(pairs.filter(({ name }) => name.mark === asked.mark).map(({ row }) => row.subject_id));
  const bySubject = new Map<string, ComparedName & { utility: number }>();
  for (const { row, name } of pairs) {
    const features = featuresOf(asked, name, { sameMark: holders.size, former: row.former });
    const worth = utility(features, weights);
    const known = bySubject.get(row.subject_id);
    if (!known || worth > known.utility) bySubject.set(row.subject_id, { row, features, utility: worth });
  }
  return [...bySubject.values()];
}

/** What is asked, read, and the names that are worth comparing with it. */
export async function findCandidates(
  client: Queryable,
  raw: string,
  statistics: TokenStatistics,
): Promise<{ asked: ParsedName; rows: CandidateRow[] }> {
  const asked = parseName(raw.slice(0, maxNameLength).replaceAll('\0', '').toWellFormed());
  if ([...asked.normalised].length < 2) return { asked, rows: [] };
  return { asked, rows: await candidates(client, spellings(asked), probesOf(asked, statistics), maxFound) };
}

export interface Ranked {
  readonly compared: ComparedName;
  readonly score: number;
  /** True for the first alone, and only where it is sure enough to act on. */
  readonly automatic: boolean;
}

/** Probabilities of all that were compared, most probable first. Pure. */
export function rankCompared(compared: readonly ComparedName[], policy: MatchingPolicy): Ranked[] {
  const chances = probabilities(
    compared.map((one) => utility(one.features, policy.weights)),
    policy.weights.none,
  );
  const ranked = compared
    .map((one, at) => ({ compared: one, score: Math.round((chances[at] ?? 0) * 1e4) / 1e4 }))
    .sort((a, b) => b.score - a.score || a.compared.row.subject_id.localeCompare(b.compared.row.subject_id));
  return ranked.map((one, at) => ({
    ...one,
    automatic:
      at === 0 &&
      isSure(
        ranked.map(({ compared: other }) => other),
        one.score,
        policy,
      ),
  }));
}

/** Two subjects under one name: a person decides. */
function isSure(ranked: readonly ComparedName[], score: number, policy: MatchingPolicy): boolean {
  const [first, ...others] = ranked;
  if (!first || first.row.unified_code === null || score < policy.threshold) return false;
  return !others.some((other) => other.row.normalised === first.row.normalised);
}

export async function matchName(client: Queryable, raw: string, options: MatchOptions): Promise<NameMatches> {
  const { asked, rows } = await findCandidates(client, raw, options.statistics);
  const ranked = rankCompared(compareName(asked, rows, options.policy.weights), options.policy);
  const sure = ranked.find((one) => one.automatic);
  return {
    query: raw,
    automatic: sure ? candidateFrom(sure) : null,
    candidates: ranked.slice(0, options.limit).map(candidateFrom),
  };
}

function candidateFrom({ compared: { row, features }, score }: Ranked): Candidate {
  return {
    subjectId: row.subject_id,
    code: row.unified_code,
    name: row.name,
    kind: row.kind,
    status: row.status,
    provisional: row.provisional,
    region: row.region,
    operator: row.operator,
    matchedName: row.normalised,
    former: row.former,
    score,
    features,
  };
}
