/** SQL of the history of versions. */
import { maybeOne, query, type Runner, sql } from '../../platform/sql.ts';
import type { PolicyFile, VersionRef } from '../policy/index.ts';

export interface VersionRow {
  hash: string;
  body: PolicyFile;
  valid_from: string | null;
  valid_to: string | null;
  loaded_at: string;
  superseded_at: string | null;
  change_id: string | null;
  title: string | null;
  approved_name: string | null;
}

/** Oldest first. What the desk released is told by its hash. */
export const versionsOf = (client: Runner, kind: string, key: string, limit: number): Promise<VersionRow[]> =>
  query(
    client,
    sql`SELECT * FROM (
          SELECT v.hash, v.body, v.valid_from, v.valid_to, v.loaded_at, v.superseded_at, r.change_id, c.title,
              a.name AS approved_name
            FROM core.policy_version v
            LEFT JOIN LATERAL (SELECT change_id FROM policy.release
                 WHERE kind = v.kind AND key = v.key AND hash = v.hash ORDER BY released_at LIMIT 1) r ON true
            LEFT JOIN policy.change c ON c.change_id = r.change_id
            LEFT JOIN identity.account a ON a.account_id = c.approved_by
           WHERE v.kind = ${kind} AND v.key = ${key}
           ORDER BY v.loaded_at DESC, v.hash LIMIT ${limit}) newest
         ORDER BY loaded_at, coalesce(valid_from, '0001-01-01'::date), hash`,
  );

/** Sets that hold a version of the file, with its hash. */
export const setsWith = (
  client: Runner,
  kind: string,
  key: string,
): Promise<{ policy_set_id: number; hash: string }[]> =>
  query(
    client,
    sql`SELECT s.policy_set_id, v ->> 'hash' AS hash FROM core.policy_set s, jsonb_array_elements(s.versions) v
         WHERE v ->> 'kind' = ${kind} AND v ->> 'key' = ${key} ORDER BY s.policy_set_id LIMIT 20000`,
  );

export interface UseRow {
  policy_set_id: number;
  submissions: number;
  records: number;
  cases: number;
}

/** What was judged or decided under each set. Records are counted by their submissions, which are few. */
export const usesOf = (client: Runner, sets: readonly number[]): Promise<UseRow[]> =>
  query(
    client,
    sql`SELECT s.policy_set_id,
            (SELECT count(*)::int FROM core.submission b WHERE b.policy_set_id = s.policy_set_id) AS submissions,
            (SELECT coalesce(sum(b.accepted), 0)::int FROM core.submission b WHERE b.policy_set_id = s.policy_set_id) AS records,
            (SELECT count(*)::int FROM casework."case" k WHERE k.policy_set_id = s.policy_set_id) AS cases
          FROM core.policy_set s WHERE s.policy_set_id = ANY (${sets}::int[])`,
  );

export const versionCounts = (client: Runner): Promise<{ kind: string; key: string; versions: number }[]> =>
  query(
    client,
    sql`SELECT kind, key, count(*)::int AS versions FROM core.policy_version GROUP BY kind, key LIMIT 20000`,
  );

export const versionByHash = (
  client: Runner,
  kind: string,
  key: string,
  hash: string,
): Promise<{ body: PolicyFile } | null> =>
  maybeOne(client, sql`SELECT body FROM core.policy_version WHERE kind = ${kind} AND key = ${key} AND hash = ${hash}`);

/** The set that was in force at the end of a day: the last one made by then. */
export const setOnDay = (
  client: Runner,
  before: string,
): Promise<{ policy_set_id: number; versions: VersionRef[] } | null> =>
  maybeOne(
    client,
    sql`SELECT policy_set_id, versions FROM core.policy_set WHERE created_at < ${before}
         ORDER BY created_at DESC, policy_set_id DESC LIMIT 1`,
  );

export const setRow = (
  client: Runner,
  setId: number,
): Promise<{ policy_set_id: number; digest: string; created_at: string; versions: VersionRef[] } | null> =>
  maybeOne(
    client,
    sql`SELECT policy_set_id, digest, created_at, versions FROM core.policy_set WHERE policy_set_id = ${setId}`,
  );

export const namesOfVersions = (
  client: Runner,
  hashes: readonly string[],
): Promise<{ hash: string; name: { zh: string; en: string } }[]> =>
  query(
    client,
    sql`SELECT hash, body -> 'name' AS name FROM core.policy_version WHERE hash = ANY (${hashes}::text[]) LIMIT 5000`,
  );
