/** `./chengxin policy check`: reads the folders and says everything that is wrong, or what they hold. */
import { compilePolicy } from './compile-policy.ts';
import { versionsOf } from './identity.ts';
import { loadPolicyFiles } from './load-policy-files.ts';
import type { PolicyFile, PolicyProblem } from './types.ts';

export interface PolicyCheck {
  ok: boolean;
  files: number;
  digest: string | null;
  /** How many files of each kind. */
  kinds: Partial<Record<PolicyFile['kind'], number>>;
  standards: { key: string; fields: number; editions: number; rules: number }[];
  /** Entries that still say confirmed: false. */
  unconfirmed: number;
  problems: PolicyProblem[];
}

export async function checkPolicy(folders: readonly string[]): Promise<PolicyCheck> {
  const { files, problems } = await loadPolicyFiles(folders);
  const kinds: PolicyCheck['kinds'] = {};
  for (const file of files) kinds[file.kind] = (kinds[file.kind] ?? 0) + 1;
  if (problems.length > 0) {
    return { ok: false, files: files.length, digest: null, kinds, standards: [], unconfirmed: 0, problems };
  }
  const { digest } = versionsOf(files);
  const runtime = compilePolicy(files, 0, digest);
  return {
    ok: true,
    files: files.length,
    digest,
    kinds,
    standards: runtime.standards().map((standard) => ({
      key: standard.standard,
      fields: standard.fields.length,
      editions: standard.editions.length,
      rules: runtime.rules(standard.standard).length,
    })),
    unconfirmed: runtime.unconfirmed().length,
    problems,
  };
}

/** One line a problem, both languages. */
export function problemLine(problem: PolicyProblem): string {
  const place = problem.path === '' ? problem.file : `${problem.file} ${problem.path}`;
  return `${place}: ${problem.zh} / ${problem.en}`;
}
