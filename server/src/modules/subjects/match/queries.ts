/** All SQL of matching. */
import type { Queryable } from '../../../platform/db.ts';
import { query, type Sql, sql } from '../../../platform/db.ts';
import { notPersonal } from '../search-subjects.ts';
import type { SubjectKind } from '../types.ts';
import type { Probe, TokenStatistics } from './probes.ts';

interface StatisticsRow {
  rows: number;
  elements: string[] | null;
  shares: number[] | null;
}

/** The statistics that ANALYZE keeps about the tokens; empty for a table that was never analysed. */
export async function tokenStatistics(client: Queryable): Promise<TokenStatistics> {
  const [row] = await query<StatisticsRow>(
    client,
    sql`SELECT GREATEST(c.reltuples, 0)::float8 AS rows, s.most_common_elems::text::text[] AS elements,
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

export interface CandidateRow {
  subject_id: string;
  normalised: string;
  former: boolean;
  unified_code: string | null;
  name: string;
  kind: SubjectKind;
  status: string;
  provisional: boolean;
  region: string | null;
  operator: string | null;
}

/** Names that any probe finds, with the canonical subject of each. At most `limit` names. */
export async function candidates(
  client: Queryable,
  spellings: readonly string[],
  probes: readonly Probe[],
  limit: number,
): Promise<CandidateRow[]> {
  const parts: Sql[] = [
    sql`(SELECT n.subject_id, n.normalised, n.former FROM core.subject_name n WHERE n.normalised = ANY(${spellings}::text[]) LIMIT 200)`,
    ...probes.map(
      (probe) => sql`(SELECT n.subject_id, n.normalised, n.former FROM core.subject_name n
                       WHERE n.tokens @> ${probe.tokens}::text[] LIMIT ${probe.limit})`,
    ),
  ];
  const all = parts.reduce((union, part) => sql`${union} UNION ALL ${part}`);
  return query<CandidateRow>(
    client,
    sql`WITH found AS (SELECT DISTINCT * FROM (${all}) p LIMIT ${limit})
        SELECT s.subject_id, f.normalised, f.former, s.unified_code, s.name, s.kind, s.status, s.provisional, s.region,
               s.register->>'legalRepresentative' AS operator
          FROM found f
          LEFT JOIN core.subject_alias a ON a.subject_id = f.subject_id AND a.to_at IS NULL
          JOIN core.subject s ON s.subject_id = COALESCE(a.canonical_id, f.subject_id)
         WHERE ${notPersonal}`,
  );
}
