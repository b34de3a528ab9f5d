/**
 * Matching names against all subjects: candidates by the index, features of each pair, rank and probability. Automatic
 * only above the policy's threshold, and never where two subjects have the very same name.
 */
import type { Queryable } from '../../../platform/db.ts';
import { maxNameLength, normaliseName } from '../names.ts';
import type { SubjectKind } from '../types.ts';
import { type Features, featuresOf } from './conditional-v1/features.ts';
import { probabilities, utility, type Weights } from './conditional-v1/rank.ts';
import { type ParsedName, parseName, parseNormalised } from './parse-name.ts';
import { probesOf, spellings, type TokenStatistics } from './probes.ts';
import { type CandidateRow, candidates, tokenStatistics } from './queries.ts';
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
  /** As if this subject were not there: leave one out. */
  readonly without?: string | undefined;
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

export interface Compared {
  readonly row: CandidateRow;
  readonly features: Features;
}

/** One comparison a subject: the name of it that is most like the one asked for. */
export function compare(asked: ParsedName, rows: readonly CandidateRow[], weights: Weights): Compared[] {
  const pairs = shortlist(asked, rows);
  const holders = new Set(pairs.filter(({ name }) => name.mark === asked.mark).map(({ row }) => row.subject_id));
  const bySubject = new Map<string, Compared & { utility: number }>();
  for (const { row, name } of pairs) {
    const features = featuresOf(asked, name, { sameMark: holders.size, former: row.former });
    const worth = utility(features, weights);
    const known = bySubject.get(row.subject_id);
    if (!known || worth > known.utility) bySubject.set(row.subject_id, { row, features, utility: worth });
  }
  return [...bySubject.values()];
}

export async function matchName(client: Queryable, raw: string, options: MatchOptions): Promise<NameMatches> {
  const query = raw.slice(0, maxNameLength);
  const asked = parseName(query.replaceAll('\0', '').toWellFormed());
  if ([...asked.normalised].length < 2) return { query: raw, automatic: null, candidates: [] };
  const found = await candidates(client, spellings(asked), probesOf(asked, options.statistics), maxFound);
  const rows = options.without === undefined ? found : found.filter((row) => row.subject_id !== options.without);
  const { weights } = options.policy;
  const compared = compare(asked, rows, weights);
  const chances = probabilities(
    compared.map((one) => utility(one.features, weights)),
    weights.none,
  );
  const ranked = compared
    .map((one, at) => candidateFrom(one, chances[at] ?? 0))
    .sort(
      (a, b) =>
        b.score - a.score ||
        Number(b.status === 'active') - Number(a.status === 'active') ||
        a.subjectId.localeCompare(b.subjectId),
    );
  return { query: raw, automatic: automaticOf(ranked, options.policy), candidates: ranked.slice(0, options.limit) };
}

function candidateFrom({ row, features }: Compared, chance: number): Candidate {
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
    score: Math.round(chance * 1e4) / 1e4,
    features,
  };
}

function automaticOf(ranked: readonly Candidate[], policy: MatchingPolicy): Candidate | null {
  const [first, ...others] = ranked;
  if (!first || first.code === null || first.score < policy.threshold) return null;
  // Two subjects under one name: a person decides.
  if (others.some((other) => other.matchedName === first.matchedName)) return null;
  return first;
}

/** Statistics are read anew after this long; ANALYZE runs by itself when enough rows changed. */
const freshFor = 10 * 60_000;
const known = new WeakMap<object, { at: number; statistics: Promise<TokenStatistics> }>();

/** Of this pool's database, kept for ten minutes. `now`: milliseconds of a steady clock. */
export function freshStatistics(client: Queryable, now: number): Promise<TokenStatistics> {
  const entry = known.get(client);
  if (entry && now - entry.at < freshFor) return entry.statistics;
  const statistics = tokenStatistics(client);
  known.set(client, { at: now, statistics });
  statistics.catch(() => known.delete(client));
  return statistics;
}

export { normaliseName };
