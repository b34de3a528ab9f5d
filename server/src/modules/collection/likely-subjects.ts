/**
 * Rows whose name nobody has, and that no code or number identifies: organisations with a like name, for a person to
 * choose from. Never decided here: a wrong record about an organisation harms it. Bounded for each batch, since a search
 * by likeness costs as much as hundreds of look-ups; what is beyond the bound is refused with what to do, as before.
 */
import type { Queryable } from '../../platform/db.ts';
import type { PolicyRuntime } from '../policy/index.ts';
import { matchNamesOf, type NameMatches } from '../subjects/index.ts';

/** Names a batch that are searched by likeness. */
const maxNames = 40;
/** Below this a candidate is a guess: the department finds the code sooner than somebody finds the subject. */
const leastScore = 0.3;
const maxCandidates = 5;

export async function likelySubjects(
  client: Queryable,
  policy: PolicyRuntime,
  names: readonly string[],
): Promise<Map<string, NameMatches['candidates']>> {
  const asked = [...new Set(names)].slice(0, maxNames);
  if (asked.length === 0) return new Map();
  const found = await matchNamesOf(client, policy, asked, maxCandidates);
  return new Map(
    found
      .filter(({ candidates }) => (candidates[0]?.score ?? 0) >= leastScore)
      .map(({ query, candidates }) => [query, candidates]),
  );
}
