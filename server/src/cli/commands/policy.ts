/**
 * `./chengxin policy check [--json]` and `policy diff FILE --kind K --key KEY [--json]` need no database;
 * `policy simulate FOLDER|FILE [--json]` tries a folder or a sheet on what was reported.
 */
import { existsSync } from 'node:fs';
import type { PolicySimulationView } from '@chengxin/contract';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
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
  readGivenPolicy,
  readWorkbook,
  type SheetFile,
  sheetKinds,
  simulate,
} from '../../modules/policyDesk/index.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { systemClock } from '../../platform/clock.ts';
import { loadConfig } from '../../platform/config.ts';
import { withTransaction } from '../../platform/db.ts';
import type { CommandContext } from '../context.ts';

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

interface SimulateOptions extends CheckOptions {
  readonly kind?: string;
  readonly key?: string;
  readonly rows: number;
}

/** Rows that a trial from the shell reads at most. */
const maxSimulated = 1_000_000;

const rowsOption = new Option('--rows <n>', '最多试运行的行数 rows to try at most')
  .default(100_000)
  .argParser((text: string) => {
    const rows = Number(text);
    if (Number.isInteger(rows) && rows >= 1 && rows <= maxSimulated) return rows;
    throw new InvalidArgumentError(`应为 1 到 ${maxSimulated} 的整数 a whole number from 1 to ${maxSimulated}`);
  });

const existing = (path: string): string => {
  if (existsSync(path)) return path;
  throw new InvalidArgumentError('没有这个文件或文件夹 there is no such file or folder');
};

function simulationTable({ rows, submissions, unreadable, complete, rules }: PolicySimulationView): string {
  const lines = rules.map((one) => `${one.rule}  ${one.body}  +${one.appear}  -${one.vanish}`);
  const all = complete ? '全部数据 all that was received' : '最近的数据，未读完 the newest rows only';
  return [
    `试运行 ${rows} 行，${submissions} 批报送（${unreadable} 批读不了） / tried ${rows} rows of ${submissions} submissions (${unreadable} unreadable); ${all}`,
    ...(lines.length > 0
      ? ['规则 rule  单位 body  新报出 appear  不再报出 vanish', ...lines]
      : ['没有问题出现或消失 / no finding appears or vanishes']),
  ].join('\n');
}

/** Exit codes: 0 no finding appears or vanishes, 1 some do or the policy is refused, 2 usage, 3 environment. */
async function runSimulate(context: CommandContext, path: string, options: SimulateOptions): Promise<void> {
  await context.withContext(async (ctx, actor) => {
    const given = await readGivenPolicy(ctx, path, options);
    if (given.problems.length > 0) {
      context.print({ problems: given.problems }, given.problems.slice(0, MAX_LINES).join('\n'));
      context.exit(1);
      return;
    }
    const result = await simulate(ctx, given.files, options.rows, options.rows);
    await withTransaction(ctx.db.app, (tx) =>
      writeAccess(tx, ctx, actor, {
        action: 'policyChange.simulate',
        resourceKind: 'policyFile',
        resourceId: null,
        detail: { files: given.files.slice(0, 20).map((file) => `${file.kind}/${file.key}`), rows: result.rows },
      }),
    );
    const files = given.files.map(({ kind, key }) => ({ kind, key }));
    context.print({ files, ...result, problems: [] }, simulationTable(result));
    if (result.rules.length > 0) context.exit(1);
  });
}

/** Exit codes: 0 no problems, 1 problems, 3 the configuration cannot be read (thrown as EnvironmentError). */
export default function register(program: Command, context: PolicyCommandContext & Partial<CommandContext> = {}): void {
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
  policy
    .command('simulate')
    .argument('<path>', '政策文件夹，或者改好的表格 a folder of policy files, or a changed sheet', existing)
    .description('政策文件夹或表格在已报送数据上试运行 try a policy folder or a sheet on stored submissions')
    .option('--kind <kind>', `表格没有写明时：政策类型 where the sheet does not say: one of ${sheetKinds.join(', ')}`)
    .option('--key <key>', '表格没有写明时：政策名称 where the sheet does not say: key of the policy file')
    .addOption(rowsOption)
    .option('--json', '输出 JSON one JSON object on standard output')
    .action((path: string, options: SimulateOptions) => runSimulate(context as CommandContext, path, options));
}
