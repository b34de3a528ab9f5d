/** `./chengxin policy check [--json]` and `policy diff FILE --kind K --key KEY [--json]`: need no database. */
import type { Command } from 'commander';
import {
  checkPolicy,
  compilePolicy,
  filesInForce,
  loadPolicyFiles,
  type PolicyCheck,
  problemLine,
} from '../../modules/policy/index.ts';
import {
  type Difference,
  differencesOf,
  fromRows,
  isSheetKind,
  readWorkbook,
  type SheetFile,
  sheetKinds,
} from '../../modules/policyDesk/index.ts';
import { systemClock } from '../../platform/clock.ts';
import { loadConfig } from '../../platform/config.ts';

interface CheckOptions {
  readonly json?: boolean;
}

/** What the command needs to know; the folders default to those of the configuration. */
export interface PolicyCommandContext {
  readonly policyDirs?: readonly string[];
}

const MAX_LINES = 200;

function print(result: PolicyCheck): void {
  if (!result.ok) {
    for (const problem of result.problems.slice(0, MAX_LINES)) console.log(problemLine(problem));
    if (result.problems.length > MAX_LINES) console.log(`… ${result.problems.length - MAX_LINES}`);
    console.log(
      `政策文件共${result.files}个，发现${result.problems.length}处问题，请修改后再检查。 / ${result.problems.length} problems in ${result.files} files; correct them and check again.`,
    );
    return;
  }
  for (const standard of result.standards) {
    console.log(
      `${standard.key}: ${standard.fields} 个字段 fields, ${standard.editions} 个版本 editions, ${standard.rules} 条规则 rules`,
    );
  }
  console.log(
    `政策文件共${result.files}个，没有问题；尚待对照官方文本核实的内容${result.unconfirmed}项。 / ${result.files} files without problems; ${result.unconfirmed} entries still to be confirmed against the official text.`,
  );
  console.log(result.digest);
}

export async function runPolicyCheck(folders: readonly string[], options: CheckOptions = {}): Promise<PolicyCheck> {
  const result = await checkPolicy(folders);
  if (options.json) console.log(JSON.stringify(result));
  else print(result);
  return result;
}

interface DiffOptions extends CheckOptions {
  readonly kind: string;
  readonly key: string;
}

/** A sheet against the files in force today. Problems of the sheet are returned as lines; both lists are never filled. */
export async function runPolicyDiff(
  folders: readonly string[],
  path: string,
  options: DiffOptions,
): Promise<{ differences: Difference[]; problems: string[] }> {
  const loaded = await loadPolicyFiles(folders);
  if (loaded.problems.length > 0) return { differences: [], problems: loaded.problems.map(problemLine) };
  const files = filesInForce(loaded.files, systemClock.today());
  const base = files.find(
    (file): file is SheetFile => isSheetKind(file.kind) && file.kind === options.kind && file.key === options.key,
  );
  if (!base) return { differences: [], problems: [`没有 ${options.kind}/${options.key} / there is no such policy`] };
  const policy = compilePolicy(files, 0, '');
  const sheet = await readWorkbook(path, base.kind);
  const read = fromRows(base, sheet.rows, policy);
  const problems = read.problems.map(({ row, column, zh, en }) => `${row ?? ''} ${column ?? ''}: ${zh} / ${en}`);
  return { differences: problems.length > 0 ? [] : differencesOf(base, read.file, policy), problems };
}

function printDifferences(differences: readonly Difference[]): void {
  for (const one of differences) {
    console.log(
      `${{ added: '+', removed: '-', changed: '~' }[one.how]} ${one.key} ${one.name} ${one.departments.join('、')}`,
    );
    for (const cell of one.cells) console.log(`    ${cell.column}: ${cell.before} → ${cell.after}`);
  }
  console.log(`${differences.length} 行不同 / ${differences.length} rows differ`);
}

/** Exit codes: 0 no problems, 1 problems, 3 the configuration cannot be read (thrown as EnvironmentError). */
export default function register(program: Command, context: PolicyCommandContext = {}): void {
  const policy = program.command('policy').description('政策文件 policy files');
  policy
    .command('check')
    .description('检查政策文件 check the policy files')
    .option('--json', '输出 JSON one JSON object on standard output')
    .action(async (options: CheckOptions) => {
      const result = await runPolicyCheck(context.policyDirs ?? loadConfig().policyDirs, options);
      if (!result.ok) process.exitCode = 1;
    });
  policy
    .command('diff <file>')
    .description('表格与现行政策的差异 how a sheet differs from the policy files in force')
    .requiredOption('--kind <kind>', `政策类型 one of ${sheetKinds.join(', ')}`)
    .requiredOption('--key <key>', '政策名称 key of the policy file')
    .option('--json', '输出 JSON one JSON object on standard output')
    .action(async (file: string, options: DiffOptions) => {
      const result = await runPolicyDiff(context.policyDirs ?? loadConfig().policyDirs, file, options);
      if (options.json) console.log(JSON.stringify(result));
      else if (result.problems.length > 0)
        for (const problem of result.problems.slice(0, MAX_LINES)) console.log(problem);
      else printDifferences(result.differences);
      if (result.problems.length > 0) process.exitCode = 1;
    });
}
