import { execute, maybeOne, one, query, type Runner, sql } from '../../platform/sql.ts';
import type { VersionRef } from './identity.ts';
import type { PolicyFile } from './types.ts';

/** One store at a time: two of them would number their sets alike. Held until the transaction ends. */
const STORE_LOCK = 4_201_001;

export async function lockPolicy(client: Runner): Promise<void> {
  await query(client, sql`SELECT pg_advisory_xact_lock(${STORE_LOCK})`);
}

export async function setByDigest(client: Runner, digest: string): Promise<number | null> {
  const row = await maybeOne<{ policy_set_id: number }>(
    client,
    sql`SELECT policy_set_id FROM core.policy_set WHERE digest = ${digest}`,
  );
  return row?.policy_set_id ?? null;
}

/** Sets under which something was submitted. */
export async function usedSets(client: Runner): Promise<VersionRef[][]> {
  const rows = await query<{ versions: VersionRef[] }>(
    client,
    sql`SELECT p.versions FROM core.policy_set p
        WHERE EXISTS (SELECT 1 FROM core.submission s WHERE s.policy_set_id = p.policy_set_id)`,
  );
  return rows.map((row) => row.versions);
}

export async function insertVersion(
  client: Runner,
  version: VersionRef,
  file: PolicyFile,
  loadedAt: string,
  source: string,
): Promise<void> {
  await execute(
    client,
    sql`INSERT INTO core.policy_version (kind, key, hash, body, valid_from, valid_to, loaded_at, source)
        VALUES (${version.kind}, ${version.key}, ${version.hash}, ${JSON.stringify(file)}::jsonb,
                ${file.validFrom ?? null}, ${file.validTo ?? null}, ${loadedAt}, ${source})
        ON CONFLICT (kind, key, hash) DO NOTHING`,
  );
}

/** Versions that the new set no longer has are superseded; the instant is set once. */
export async function supersedeOthers(client: Runner, versions: readonly VersionRef[], at: string): Promise<void> {
  const names = versions.map((version) => `${version.kind} ${version.key} ${version.hash}`);
  await execute(
    client,
    sql`UPDATE core.policy_version SET superseded_at = ${at}
        WHERE superseded_at IS NULL AND NOT ((kind || ' ' || key || ' ' || hash) = ANY (${names}::text[]))`,
  );
}

export async function insertSet(
  client: Runner,
  digest: string,
  versions: readonly VersionRef[],
  createdAt: string,
): Promise<number> {
  const row = await one<{ policy_set_id: number }>(
    client,
    sql`INSERT INTO core.policy_set (policy_set_id, digest, versions, created_at)
        SELECT coalesce(max(policy_set_id), 0) + 1, ${digest}, ${JSON.stringify(versions)}::jsonb, ${createdAt}
        FROM core.policy_set
        RETURNING policy_set_id`,
  );
  return row.policy_set_id;
}

export async function setById(
  client: Runner,
  setId: number,
): Promise<{ digest: string; versions: VersionRef[] } | null> {
  return maybeOne(client, sql`SELECT digest, versions FROM core.policy_set WHERE policy_set_id = ${setId}`);
}

export async function bodiesOf(
  client: Runner,
  versions: readonly VersionRef[],
): Promise<{ kind: string; key: string; hash: string; body: PolicyFile }[]> {
  const hashes = versions.map((version) => version.hash);
  return query(client, sql`SELECT kind, key, hash, body FROM core.policy_version WHERE hash = ANY (${hashes}::text[])`);
}

/** A file that the desk brought into force. */
export interface ReleaseRow {
  release_id: string;
  change_id: string;
  kind: string;
  key: string;
  hash: string;
  body: PolicyFile;
  effective_on: string;
  revision: number;
}

const MAX_RELEASES = 20_000;

export async function releasesUpTo(client: Runner, on: string): Promise<ReleaseRow[]> {
  return query(
    client,
    sql`SELECT release_id, change_id, kind, key, hash, body, effective_on, revision FROM policy.release
         WHERE withdrawn_at IS NULL AND effective_on <= ${on}
         ORDER BY effective_on, revision, release_id LIMIT ${MAX_RELEASES}`,
  );
}

/** The last version of a file that the desk released, whether it has begun or not. */
export async function latestRelease(client: Runner, kind: string, key: string): Promise<ReleaseRow | null> {
  return maybeOne(
    client,
    sql`SELECT release_id, change_id, kind, key, hash, body, effective_on, revision FROM policy.release
         WHERE kind = ${kind} AND key = ${key} AND withdrawn_at IS NULL
         ORDER BY effective_on DESC, revision DESC LIMIT 1`,
  );
}

export async function highestRevision(client: Runner, kind: string, key: string, on: string): Promise<number | null> {
  const row = await one<{ revision: number | null }>(
    client,
    sql`SELECT max(revision) AS revision FROM policy.release WHERE kind = ${kind} AND key = ${key} AND effective_on = ${on}`,
  );
  return row.revision;
}

export async function insertRelease(client: Runner, row: ReleaseRow & { released_at: string }): Promise<void> {
  await execute(
    client,
    sql`INSERT INTO policy.release (release_id, change_id, kind, key, hash, body, effective_on, revision, released_at)
        VALUES (${row.release_id}, ${row.change_id}, ${row.kind}, ${row.key}, ${row.hash}, ${JSON.stringify(row.body)}::jsonb,
                ${row.effective_on}, ${row.revision}, ${row.released_at})`,
  );
}

export async function withdrawReleases(client: Runner, changeId: string, at: string): Promise<number> {
  return execute(
    client,
    sql`UPDATE policy.release SET withdrawn_at = ${at} WHERE change_id = ${changeId} AND withdrawn_at IS NULL`,
  );
}

/** Which versions a set holds, and when it was first used. */
export interface SetRow {
  policy_set_id: number;
  digest: string;
  versions: VersionRef[];
  created_at: string;
}

export async function setsOf(client: Runner, before: number | null, limit: number): Promise<SetRow[]> {
  return query(
    client,
    sql`SELECT policy_set_id, digest, versions, created_at FROM core.policy_set
         WHERE ${before}::int IS NULL OR policy_set_id < ${before} ORDER BY policy_set_id DESC LIMIT ${limit}`,
  );
}

/** Every version of one file that was ever loaded, newest first. */
export async function versionsOfFile(
  client: Runner,
  kind: string,
  key: string,
): Promise<
  { hash: string; valid_from: string | null; loaded_at: string; superseded_at: string | null; source: string }[]
> {
  return query(
    client,
    sql`SELECT hash, valid_from, loaded_at, superseded_at, source FROM core.policy_version
         WHERE kind = ${kind} AND key = ${key} ORDER BY loaded_at DESC, hash LIMIT 500`,
  );
}
