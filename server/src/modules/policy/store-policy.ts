/** Policy versions in the database: immutable, named by their hash, gathered in numbered sets. */
import type { Clock } from '../../platform/clock.ts';
import { DomainError } from '../../platform/errors.ts';
import type { Runner } from '../../platform/sql.ts';
import { compilePolicy, filesInForce } from './compile-policy.ts';
import { hashOf, type VersionRef, versionsOf } from './identity.ts';
import * as queries from './queries.ts';
import type { PolicyFile, PolicyRuntime } from './types.ts';

export interface StoredPolicy {
  setId: number;
  digest: string;
}

/**
 * Stores the versions in force today and their set; the same versions give the same set again. Call it in a transaction,
 * at start and again when a day begins: a version that was loaded before its first day comes in then.
 * A file that submissions were judged by is not changed in place: it needs a first day of effect of its own.
 * @throws DomainError `conflict` with one detail for each file that was changed so
 */
export async function storePolicy(
  client: Runner,
  files: readonly PolicyFile[],
  clock: Clock,
  source: string,
): Promise<StoredPolicy> {
  const current = filesInForce(files, clock.today());
  const { versions, digest } = versionsOf(current);
  await queries.lockPolicy(client);
  // Before the look-up: an earlier set that was never used may not come back over a version that was.
  refuseChangeOfUsed(versions, await queries.usedSets(client));
  const known = await queries.setByDigest(client, digest);
  if (known !== null) return { setId: known, digest };
  const at = clock.now();
  const fileOf = new Map(current.map((file) => [hashOf(file), file]));
  for (const version of versions) {
    const file = fileOf.get(version.hash);
    if (file) await queries.insertVersion(client, version, file, at, source);
  }
  await queries.supersedeOthers(client, versions, at);
  return { setId: await queries.insertSet(client, digest, versions, at), digest };
}

const identity = (version: VersionRef): string =>
  `${version.kind} ${version.key} ${version.validFrom ?? ''} ${version.revision ?? 0}`;

/** What was used keeps its words: the same kind, key and first day with another content would rewrite the past. */
export function refuseChangeOfUsed(versions: readonly VersionRef[], used: readonly (readonly VersionRef[])[]): void {
  const hashes = new Map<string, Set<string>>();
  for (const version of used.flat()) {
    const known = hashes.get(identity(version)) ?? new Set<string>();
    hashes.set(identity(version), known.add(version.hash));
  }
  const changed = versions.filter((version) => hashes.get(identity(version))?.has(version.hash) === false);
  if (changed.length === 0) return;
  const names = changed.map((version) => `${version.kind}/${version.key}`);
  throw new DomainError('conflict', {
    zh: `以下政策文件已被报送使用，不能原地修改：${names.join('、')}。请给修改后的文件写明新的生效日期（validFrom），原版本保留。`,
    en: `These policy files have been used by submissions and cannot be changed in place: ${names.join(', ')}. Give the changed file a first day of effect of its own (validFrom); the earlier version is kept.`,
    details: changed.map((version) => ({
      field: `${version.kind}/${version.key}`,
      zh: '已被使用的版本内容有改动，需要新的生效日期。',
      en: 'A version in use was changed; it needs a new first day of effect.',
    })),
  });
}

/** The runtime of a stored set; the same set always compiles to the same runtime. */
export async function loadPolicySet(client: Runner, setId: number): Promise<PolicyRuntime> {
  const set = await queries.setById(client, setId);
  if (!set) {
    throw new DomainError('not-found', {
      zh: `没有编号为 ${setId} 的政策版本集。`,
      en: `There is no policy set with the number ${setId}.`,
    });
  }
  const rows = new Map((await queries.bodiesOf(client, set.versions)).map((row) => [row.hash, row.body]));
  const files = set.versions.map((version) => {
    const body = rows.get(version.hash);
    if (!body) throw new Error(`policy version ${version.kind}/${version.key} ${version.hash} is missing`);
    return body;
  });
  return compilePolicy(files, setId, set.digest);
}
