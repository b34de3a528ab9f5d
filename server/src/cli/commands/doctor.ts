/** `./chengxin doctor`: says in words what is wrong with the machine or the configuration. Changes nothing. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { clockFromEnv } from '../../platform/clock.ts';
import {
  type CheckResult,
  type CheckStatus,
  checkResult,
  registerCheck,
  runChecks,
} from '../../platform/doctor-checks.ts';
import { clusterFile } from '../../platform/embedded-postgres/state.ts';
import type { CommandContext } from '../context.ts';
import { lastBackup } from '../installation.ts';

const signs: Readonly<Record<CheckStatus, string>> = { ok: '✔', warn: '!', fail: '✖' };
const BACKUP_AGE_MS = 7 * 86_400_000;
const MAX_TOLD = 5;

/** Checks that need more than the platform: backups of this installation, and what the policy says of itself. */
function registerChecks(): void {
  registerCheck('backup', async ({ config, clock }) => {
    const last = lastBackup(config.dataDir);
    if (!last) {
      return checkResult(
        'backup',
        'warn',
        '还没有数据备份，请运行 ./chengxin backup 目录。',
        'There is no backup of the data yet. Run ./chengxin backup DIR.',
      );
    }
    const old = Date.parse(clock.now()) - Date.parse(last.at) > BACKUP_AGE_MS;
    return checkResult(
      'backup',
      old ? 'warn' : 'ok',
      `上次数据备份：${last.at}（${last.folder}）${old ? '，已超过七天' : ''}`,
      `Last backup of the data: ${last.at} (${last.folder})${old ? ', more than seven days ago' : ''}`,
    );
  });
  registerCheck('policy', async ({ config, clock }) => {
    const { compilePolicy, loadPolicyFiles } = await import('../../modules/policy/index.ts');
    const loaded = await loadPolicyFiles(config.policyDirs);
    if (loaded.problems.length > 0) {
      return checkResult(
        'policy',
        'fail',
        `政策文件有 ${loaded.problems.length} 处问题，系统不能启动，详见 ./chengxin policy check。`,
        `The policy files have ${loaded.problems.length} problems and nothing starts; see ./chengxin policy check.`,
      );
    }
    const today = clock.today();
    const policy = compilePolicy(loaded.files, 0, '', { on: today });
    const results: CheckResult[] = [];
    const open = policy.unconfirmed();
    const names = open.slice(0, MAX_TOLD).map((one) => one.name);
    results.push(
      open.length === 0
        ? checkResult('policy', 'ok', '政策均已对照正式文本确认', 'All policy is confirmed against the official texts')
        : checkResult(
            'policy',
            'warn',
            `有 ${open.length} 条规则尚未对照正式文本确认：${names.map((name) => name.zh).join('；')}${open.length > MAX_TOLD ? '……' : ''}`,
            `${open.length} rules are not confirmed against the official text: ${names.map((name) => name.en).join('; ')}${open.length > MAX_TOLD ? ' …' : ''}`,
          ),
    );
    const year = Number(today.slice(0, 4));
    const provisional = [year, year + 1].filter((each) => policy.isWorkingDay(`${each}-01-04`).provisional);
    results.push(
      provisional.length === 0
        ? checkResult(
            'calendar',
            'ok',
            '今明两年的节假日安排已录入',
            'The official holidays of this year and the next are known',
          )
        : checkResult(
            'calendar',
            provisional.includes(year) ? 'fail' : 'warn',
            `${provisional.join('、')} 年的工作日按周末推算（尚无国务院办公厅的节假日通知），据此计算的期限是暂定的。`,
            `Working days of ${provisional.join(', ')} are reckoned by weekends only (no official notice yet); deadlines that fall there are provisional.`,
          ),
    );
    return results;
  });
}

async function run(context: CommandContext): Promise<void> {
  registerChecks();
  const { config } = context;
  const absent = config.database.kind === 'embedded' && !existsSync(clusterFile(config.dataDir));
  const opening = absent ? Promise.resolve(null) : context.open({ migrate: false });
  const opened = await opening.then(
    (db) => ({ db, error: null }),
    (error: unknown) => ({ db: null, error }),
  );
  const results = await runChecks({
    config,
    clock: clockFromEnv(process.env),
    db: opened.db,
    databaseError: opened.error,
  });
  const failed = results.filter((one) => one.status === 'fail').length;
  const warned = results.filter((one) => one.status === 'warn').length;
  if (failed > 0) context.exit(1);
  const lines = results.map(({ status, zh, en }) => `${signs[status]} ${zh}${zh === en ? '' : `\n    ${en}`}`);
  lines.push(
    '',
    failed + warned === 0
      ? '一切正常。 All is well.'
      : `${failed} 项须处理，${warned} 项提醒。 ${failed} to mend, ${warned} to mind.`,
  );
  context.print({ ok: failed === 0, failed, warned, checks: results }, lines.join('\n'));
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description('检查机器和配置 Say what is wrong with the machine or the configuration')
    .action(() => run(context));
}
