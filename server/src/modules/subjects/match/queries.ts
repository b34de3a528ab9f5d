/** All SQL of matching. */
import type { Queryable } from '../../../platform/db.ts';
import { query, type Sql, sql } from '../../../platform/db.ts';
import { notPersonal } from '../search-subjects.ts';
import type { SubjectKind } from '../types.ts';
import type { Probe } from './probes.ts';

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
