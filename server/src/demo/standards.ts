/** The data standards that the generator writes files for, as the policy folders hold them. */
import type { DataStandard, PolicyFile, PolicyRuntime } from '../modules/policy/index.ts';
import { loadPolicyFiles } from '../modules/policy/index.ts';
import { EnvironmentError } from '../platform/errors.ts';

export function standardsOf(files: readonly PolicyFile[]): Map<string, DataStandard> {
  return new Map(
    files.flatMap((file) => (file.kind === 'dataStandard' ? [[file.body.standard, file.body] as const] : [])),
  );
}

export function standardsOfRuntime(policy: PolicyRuntime): Map<string, DataStandard> {
  return new Map(policy.standards().map((standard) => [standard.standard, standard]));
}

/** Without a database, for the command line. */
export async function loadStandards(folders: readonly string[]): Promise<Map<string, DataStandard>> {
  const { files, problems } = await loadPolicyFiles(folders);
  const [first] = problems;
  if (first)
    throw new EnvironmentError(
      `政策文件有误：${first.file} ${first.path} ${first.zh}`,
      `The policy files are wrong: ${first.file} ${first.path} ${first.en}`,
    );
  return standardsOf(files);
}
