/** Files that the desk brings into force, beside those of the folders: the same versions, told apart by nothing but their source. */
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { Runner } from '../../platform/sql.ts';
import { checkPolicyFiles } from './check-files.ts';
import { filesInForce } from './compile-policy.ts';
import { hashOf } from './identity.ts';
import * as queries from './queries.ts';
import type { PolicyFile, PolicyProblem } from './types.ts';

/** The files of the folders and what the desk released up to a day. */
export async function withReleases(client: Runner, files: readonly PolicyFile[], on: string): Promise<PolicyFile[]> {
  const released = await queries.releasesUpTo(client, on);
  return [...files, ...released.map((row) => row.body)];
}

/** What is wrong with files together, without asking where they came from. */
export function problemsOf(files: readonly PolicyFile[]): PolicyProblem[] {
  return checkPolicyFiles(files.map((file) => ({ file, path: `${file.kind}/${file.key}`, folder: 0 })));
}

/**
 * Puts a file in the place of the one of its kind and key, as it will hold from a day on, and says what is wrong then.
 * Problems that were there before are not the file's.
 */
export function problemsWith(inForce: readonly PolicyFile[], files: readonly PolicyFile[]): PolicyProblem[] {
  const places = new Set(files.map((file) => `${file.kind} ${file.key}`));
  const rest = inForce.filter((file) => !places.has(`${file.kind} ${file.key}`));
  const before = new Set(problemsOf(inForce).map((problem) => `${problem.file} ${problem.path} ${problem.zh}`));
  return problemsOf([...rest, ...files]).filter(
    (problem) => !before.has(`${problem.file} ${problem.path} ${problem.zh}`),
  );
}

export interface Release {
  readonly changeId: string;
  readonly file: PolicyFile;
  readonly effectiveOn: string;
  readonly at: string;
}

/** The file as a version of its own: its first day, and a revision where that day had one before. */
export async function releaseFile(client: Runner, { changeId, file, effectiveOn, at }: Release): Promise<PolicyFile> {
  await queries.lockPolicy(client);
  const highest = await queries.highestRevision(client, file.kind, file.key, effectiveOn);
  const { revision: _, validFrom: __, validTo: ___, ...rest } = file;
  // A first release of a day has the number 1: the folder's own version of that day has none.
  const revision = (highest ?? 0) + 1;
  const body = { ...rest, validFrom: effectiveOn, revision } as PolicyFile;
  await queries.insertRelease(client, {
    release_id: newId(),
    change_id: changeId,
    kind: file.kind,
    key: file.key,
    hash: hashOf(body),
    body,
    effective_on: effectiveOn,
    revision,
    released_at: at,
  });
  return body;
}

export const withdrawReleases = queries.withdrawReleases;

/** The version of a file that holds on a day or, where the desk has scheduled a later one, that one. */
export async function headOf(
  client: Runner,
  inForce: readonly PolicyFile[],
  kind: string,
  key: string,
): Promise<PolicyFile | null> {
  const latest = await queries.latestRelease(client, kind, key);
  const files = inForce.filter((file) => file.kind === kind && file.key === key);
  const all = latest ? [...files, latest.body] : files;
  // Regimes of several days stand side by side: the last one is the head.
  const last = [...all].sort((a, b) => order(a, b)).at(-1);
  return last ?? null;
}

const order = (a: PolicyFile, b: PolicyFile): number => {
  const [x, y] = [a.validFrom ?? '', b.validFrom ?? ''];
  return x === y ? (a.revision ?? 0) - (b.revision ?? 0) : x < y ? -1 : 1;
};

/** The content of a version, whatever its day and number: what two clerks would call the same. */
export function contentHash(file: PolicyFile): string {
  const { revision: _, validFrom: __, validTo: ___, ...content } = file;
  return hashOf(content);
}

export { filesInForce };

export async function bodyOfVersion(client: Runner, hash: string): Promise<PolicyFile> {
  const [row] = await queries.bodiesOf(client, [{ kind: '', key: '', hash, validFrom: null }]);
  if (!row) throw new DomainError('not-found', { zh: '没有这个版本。', en: 'There is no such version.' });
  return row.body;
}
