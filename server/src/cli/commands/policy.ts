/** `./chengxin policy check [--json]`: needs no database. */
import type { Command } from 'commander';
import { checkPolicy, type PolicyCheck, problemLine } from '../../modules/policy/index.ts';
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
}
