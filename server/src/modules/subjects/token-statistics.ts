/** How common the search tokens are, as the planner knows it: what search and matching decide their way by. */
import type { Queryable } from '../../platform/db.ts';
import { query, sql } from '../../platform/db.ts';

/** How common tokens are, from the planner's own statistics: nothing of ours to keep up to date. */
export interface TokenStatistics {
  readonly rows: number;
  /** Share of names with the token; a token that is not listed has at most `rest`. */
  readonly share: ReadonlyMap<string, number>;
  readonly rest: number;
}

interface StatisticsRow {
  rows: number;
  elements: string[] | null;
  shares: number[] | null;
}

/** The statistics that ANALYZE keeps about the tokens; empty for a table that was never analysed. */
export async function tokenStatistics(client: Queryable): Promise<TokenStatistics> {
  const [row] = await query<StatisticsRow>(
    client,
    sql`SELECT (SELECT count(*) FROM core.subject_name)::float8 AS rows, s.most_common_elems::text::text[] AS elements,
               s.most_common_elem_freqs::float8[] AS shares
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = 'tokens'
         WHERE n.nspname = 'core' AND c.relname = 'subject_name'`,
  );
  const elements = row?.elements ?? [];
  const shares = row?.shares ?? [];
  const share = new Map(elements.map((element, at) => [element, shares[at] ?? 0]));
  // The array of frequencies ends with the smallest, the largest and the share of NULLs (pg_stats).
  const rest = elements.length > 0 ? Math.min(...share.values()) : 0;
  return { rows: Math.max(1, row?.rows ?? 0), share, rest };
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
