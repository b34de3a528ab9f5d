/** `./chengxin init --name 示例市 --region 370000`: a real, empty city with one-time passwords; never the demonstration. */
import type { Command } from 'commander';
import type { AppContext, Role } from '../../context.ts';
import { createAccount, createBody, newOneTimePassword } from '../../modules/identity/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import type { CommandContext } from '../context.ts';
import { claimMode, holdsNothing, logOperation, writeSetting } from '../installation.ts';

interface InitOptions {
  readonly name: string;
  readonly region: string;
  readonly office?: string;
}

interface FirstAccount {
  readonly login: string;
  readonly name: string;
  readonly role: Role;
  readonly password: string;
}

/** GB/T 22239-2019 8.1.5: three administrators, separate; the credit office's first account does the business. */
function firstAccounts(): FirstAccount[] {
  const make = (login: string, name: string, role: Role): FirstAccount => ({
    login,
    name,
    role,
    password: newOneTimePassword(),
  });
  return [
    make('sysadmin', '系统管理员', 'systemAdmin'),
    make('secadmin', '安全管理员', 'securityAdmin'),
    make('auditadmin', '审计管理员', 'auditAdmin'),
    make('office', '信用办管理人', 'creditOffice'),
  ];
}

function checkOptions(options: InitOptions): InitOptions {
  const name = options.name.normalize('NFC').trim();
  const fail = (zh: string, en: string): never => {
    throw new DomainError('unprocessable', { zh, en });
  };
  if (name === '' || name.length > 50)
    fail('城市名称应为 1 至 50 个字。', 'The name of the city has 1 to 50 characters.');
  if (!/^\d{6}$/.test(options.region)) {
    fail(
      '行政区划代码应为 6 位数字（GB/T 2260），如 370700。',
      'The region is the six-digit division code (GB/T 2260), such as 370700.',
    );
  }
  return { ...options, name };
}

async function found(ctx: AppContext, options: InitOptions, accounts: readonly FirstAccount[]): Promise<void> {
  const at = ctx.clock.now();
  const office = options.office?.trim() || `${options.name}信用办`;
  await withTransaction(ctx.db.app, async (tx) => {
    if (!(await holdsNothing(tx)) || !(await claimMode(tx, 'real', at))) {
      throw new DomainError('conflict', {
        zh: '这里已建立城市（或已载入演示城市），不能再次初始化。另建一座请用新的 DATA_DIR 或数据库。',
        en: 'There is a city here already (or the demonstration). For another one use a new DATA_DIR or database.',
      });
    }
    await writeSetting(tx, 'city', { name: options.name, region: options.region }, at);
    const city = await createBody(tx, ctx.clock, {
      kind: 'city',
      name: options.name,
      code: null,
      region: options.region,
    });
    const body = await createBody(tx, ctx.clock, {
      kind: 'creditOffice',
      name: office,
      code: null,
      parentId: city.bodyId,
      region: options.region,
    });
    for (const account of accounts) {
      await createAccount(tx, ctx.clock, {
        login: account.login,
        name: account.name,
        roles: [account.role],
        bodyId: account.role === 'creditOffice' ? body.bodyId : null,
        password: account.password,
        mustChangePassword: true,
      });
    }
  });
}

async function run(given: InitOptions, context: CommandContext): Promise<void> {
  const options = checkOptions(given);
  const ctx = await context.openContext();
  const { division } = ctx.policy();
  if (!division(options.region) && !division(`${options.region.slice(0, 2)}0000`)) {
    context.note(
      `注意：行政区划代码 ${options.region} 不在代码表中，请核对。`,
      `Note: the division code ${options.region} is not in the code table. Please check it.`,
    );
  }
  const accounts = firstAccounts();
  await found(ctx, options, accounts);
  await logOperation(ctx.db, context.osUser, 'installation.init', { region: options.region });
  const table = accounts.map(({ login, name, password }) => `  ${login.padEnd(12)}${password}   ${name}`);
  context.print(
    { name: options.name, region: options.region, accounts },
    [
      `已建立 ${options.name}（${options.region}）。以下口令只显示这一次，首次登录须修改：`,
      `${options.name} was founded. These passwords are shown only now and must be changed at the first sign-in:`,
      ...table,
      '下一步：npm start 启动服务；./chengxin backup 目录 --keys-only 备份密钥；./chengxin doctor 检查环境。',
      'Next: npm start; ./chengxin backup DIR --keys-only for the keys; ./chengxin doctor to check the machine.',
    ].join('\n'),
  );
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('init')
    .description('建立一座正式的空城市 Found a real, empty city with one-time passwords')
    .requiredOption('--name <name>', '城市名称 name of the city, e.g. 潍坊市')
    .requiredOption('--region <code>', '行政区划代码 six-digit division code, e.g. 370700')
    .option('--office <name>', '信用主管单位名称 name of the credit office')
    .action((options: InitOptions) => run(options, context));
}
