/** Set-based look-ups for matching: thousands of identifiers or names in two statements. */
import type { Queryable } from '../../platform/db.ts';
import { query, sql } from '../../platform/db.ts';
import {
  type ExistingSubject,
  type FoundSubject,
  type IdentifierMatch,
  type IdentifierScheme,
  identifierSchemes,
  type NameMatch,
  type RegisterFacts,
  type SubjectKind,
} from './types.ts';

/** Values a statement; larger sets go in several statements. */
const batchSize = 10_000;

interface SubjectColumns {
  canonical_id: string;
  kind: SubjectKind;
  name: string;
  unified_code: string | null;
  status: string;
  provisional: boolean;
}

/** Names of each cluster by canonical id. */
async function namesOf(client: Queryable, canonicalIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await query<{ canonical_id: string; normalised: string }>(
    client,
    sql`WITH asked AS (SELECT unnest(${canonicalIds}::uuid[]) AS canonical_id),
             member AS (SELECT canonical_id, canonical_id AS subject_id FROM asked
                        UNION ALL
                        SELECT a.canonical_id, a.subject_id FROM core.subject_alias a
                          JOIN asked USING (canonical_id) WHERE a.to_at IS NULL)
        SELECT DISTINCT m.canonical_id, n.normalised
          FROM member m JOIN core.subject_name n ON n.subject_id = m.subject_id`,
  );
  const out = new Map<string, string[]>(canonicalIds.map((id) => [id, []]));
  for (const row of rows) out.get(row.canonical_id)?.push(row.normalised);
  return out;
}

function foundFrom(row: SubjectColumns, names: ReadonlyMap<string, string[]>): FoundSubject {
  return {
    subjectId: row.canonical_id,
    kind: row.kind,
    name: row.name,
    unifiedCode: row.unified_code,
    status: row.status,
    provisional: row.provisional,
    names: names.get(row.canonical_id) ?? [],
  };
}

function* batches<T>(values: readonly T[]): Generator<T[]> {
  for (let at = 0; at < values.length; at += batchSize) yield values.slice(at, at + batchSize);
}

/**
 * Subjects by any identifier value (normalised by packages/identifiers). Values nobody holds are absent from the map.
 * A value held under several schemes by different subjects gives the most telling scheme and lists the others.
 */
export async function findByIdentifiers(
  client: Queryable,
  values: readonly string[],
): Promise<Map<string, IdentifierMatch>> {
  const out = new Map<string, IdentifierMatch>();
  for (const batch of batches([...new Set(values)])) {
    const rows = await query<SubjectColumns & { value: string; scheme: IdentifierScheme }>(
      client,
      sql`SELECT i.value, i.scheme, s.subject_id AS canonical_id, s.kind, s.name, s.unified_code, s.status, s.provisional
            FROM core.subject_identifier i
            LEFT JOIN core.subject_alias a ON a.subject_id = i.subject_id AND a.to_at IS NULL
            JOIN core.subject s ON s.subject_id = COALESCE(a.canonical_id, i.subject_id)
           WHERE i.value = ANY(${batch}::text[])`,
    );
    rows.sort((a, b) => identifierSchemes.indexOf(a.scheme) - identifierSchemes.indexOf(b.scheme));
    const names = await namesOf(client, [...new Set(rows.map((row) => row.canonical_id))]);
    for (const row of rows) {
      const first = out.get(row.value);
      if (first === undefined) {
        out.set(row.value, { ...foundFrom(row, names), scheme: row.scheme, value: row.value, others: [] });
      } else if (first.subjectId !== row.canonical_id) {
        first.others.push({ scheme: row.scheme, subjectId: row.canonical_id, name: row.name });
      }
    }
  }
  return out;
}

/** Subjects by normalised name, current or former; current holders first, then by id. */
export async function findByNames(
  client: Queryable,
  normalisedNames: readonly string[],
): Promise<Map<string, NameMatch[]>> {
  const out = new Map<string, NameMatch[]>();
  for (const batch of batches([...new Set(normalisedNames)])) {
    const rows = await query<SubjectColumns & { normalised: string; former: boolean }>(
      client,
      sql`SELECT n.normalised, bool_and(n.former) AS former, s.subject_id AS canonical_id, s.kind, s.name, s.unified_code,
                 s.status, s.provisional
            FROM core.subject_name n
            LEFT JOIN core.subject_alias a ON a.subject_id = n.subject_id AND a.to_at IS NULL
            JOIN core.subject s ON s.subject_id = COALESCE(a.canonical_id, n.subject_id)
           WHERE n.normalised = ANY(${batch}::text[])
           GROUP BY n.normalised, s.subject_id
           ORDER BY n.normalised, 2, s.subject_id`,
    );
    const names = await namesOf(client, [...new Set(rows.map((row) => row.canonical_id))]);
    for (const row of rows) {
      const match: NameMatch = { ...foundFrom(row, names), former: row.former };
      const list = out.get(row.normalised);
      if (list) list.push(match);
      else out.set(row.normalised, [match]);
    }
  }
  return out;
}

interface ExistingRow extends SubjectColumns {
  region: string | null;
  industry: string | null;
  zone: string | null;
  established_on: string | null;
  address: string | null;
  register: RegisterFacts;
  names: { normalised: string; name: string; former: boolean; valid_from: string | null; valid_to: string | null }[];
  identifiers: { scheme: IdentifierScheme; value: string }[];
}

/**
 * Subjects with names and identifiers, locked against a second registration (FOR UPDATE, in order of id so that two
 * pipelines cannot wait for each other). Identifiers are those of the whole cluster. Call inside a transaction.
 */
export async function loadForRegistration(
  client: Queryable,
  subjectIds: readonly string[],
): Promise<Map<string, ExistingSubject>> {
  const out = new Map<string, ExistingSubject>();
  for (const batch of batches([...new Set(subjectIds)].sort())) {
    const rows = await query<ExistingRow>(
      client,
      sql`SELECT s.subject_id AS canonical_id, s.kind, s.name, s.unified_code, s.status, s.region, s.industry, s.zone,
                 s.established_on, s.address, s.provisional, s.register,
                 COALESCE((SELECT jsonb_agg(jsonb_build_object('normalised', n.normalised, 'name', n.name, 'former', n.former,
                             'valid_from', n.valid_from, 'valid_to', n.valid_to))
                             FROM core.subject_name n WHERE n.subject_id = s.subject_id), '[]') AS names,
                 COALESCE((SELECT jsonb_agg(jsonb_build_object('scheme', i.scheme, 'value', i.value))
                             FROM core.subject_identifier i
                            WHERE i.subject_id = s.subject_id
                               OR i.subject_id IN (SELECT a.subject_id FROM core.subject_alias a
                                                    WHERE a.canonical_id = s.subject_id AND a.to_at IS NULL)), '[]') AS identifiers
            FROM core.subject s WHERE s.subject_id = ANY(${batch}::uuid[])
           ORDER BY s.subject_id FOR UPDATE OF s`,
    );
    for (const row of rows) out.set(row.canonical_id, existingFrom(row));
  }
  return out;
}

function existingFrom(row: ExistingRow): ExistingSubject {
  return {
    subjectId: row.canonical_id,
    kind: row.kind,
    name: row.name,
    unifiedCode: row.unified_code,
    status: row.status,
    region: row.region,
    industry: row.industry,
    zone: row.zone,
    establishedOn: row.established_on,
    address: row.address,
    provisional: row.provisional,
    register: row.register,
    names: row.names.map((name) => ({
      normalised: name.normalised,
      name: name.name,
      former: name.former,
      validFrom: name.valid_from,
      validTo: name.valid_to,
    })),
    identifiers: row.identifiers,
  };
}
