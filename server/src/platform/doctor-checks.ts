/** What `doctor` looks at. Modules add theirs with `registerCheck`; each check says in words what is wrong and what to do. */
import { existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { totalmem, userInfo } from 'node:os';
import { join } from 'node:path';
import { keyFingerprints, readKeyBackupRecord, sameKeys } from './backup/index.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { type Databases, one, query, sql } from './db.ts';
import { inspectCluster } from './embedded-postgres/cluster.ts';
import { DomainError, EnvironmentError } from './errors.ts';
import { appliedMigrations, readMigrations } from './migrate.ts';
import { openScanner } from './scanner.ts';

export type CheckStatus = 'ok' | 'warn' | 'fail';

export interface CheckResult {
  readonly id: string;
  readonly status: CheckStatus;
  readonly zh: string;
  readonly en: string;
}

export interface CheckInput {
  readonly config: Config;
  readonly clock: Clock;
  /** Null when there is none yet, or it cannot be opened: `databaseError` says why. */
  readonly db: Databases | null;
  readonly databaseError: unknown;
}

export type Check = (input: CheckInput) => Promise<CheckResult | readonly CheckResult[]>;

const registered: { id: string; check: Check }[] = [];

/** Adds a check; it runs after the ones of the house, in the order of registration. */
export function registerCheck(id: string, check: Check): void {
  if (!registered.some((one) => one.id === id)) registered.push({ id, check });
}

const result = (id: string, status: CheckStatus, zh: string, en: string): CheckResult => ({ id, status, zh, en });

const GIB = 1024 ** 3;

const nodeVersion: Check = async () => {
  const major = Number(process.versions.node.split('.')[0]);
  return major >= 26
    ? result('node', 'ok', `Node ${process.version}`, `Node ${process.version}`)
    : result(
        'node',
        'fail',
        `Node ${process.version} 过旧，需要 26 以上。`,
        `Node ${process.version} is too old; 26 or later is needed.`,
      );
};

const memory: Check = async () => {
  const gib = totalmem() / GIB;
  const text = `${gib.toFixed(1)} GiB`;
  return gib < 3.5
    ? result(
        'memory',
        'warn',
        `内存 ${text} 偏少，建议 4 GiB 以上。`,
        `Memory is scarce (${text}); 4 GiB or more is advised.`,
      )
    : result('memory', 'ok', `内存 ${text}`, `Memory ${text}`);
};

const installation: Check = async ({ config }) => {
  const stamp = join(config.root, 'node_modules', '.chengxin-stamp');
  return existsSync(stamp)
    ? result('packages', 'ok', '依赖已按锁文件安装', 'The packages are installed as the lock file says')
    : result(
        'packages',
        'warn',
        '依赖未经 npm start 或 ./chengxin 安装，可能与锁文件不符。',
        'The packages were not installed by npm start or ./chengxin and may differ from the lock file.',
      );
};

const dataFolder: Check = async ({ config }) => {
  const stat = statSync(config.dataDir, { throwIfNoEntry: false });
  if (!stat)
    return result(
      'data-folder',
      'ok',
      `数据目录 ${config.dataDir} 尚未建立`,
      `The data folder ${config.dataDir} is not made yet`,
    );
  if (stat.uid !== process.geteuid?.()) {
    return result(
      'data-folder',
      'fail',
      `数据目录 ${config.dataDir} 属于 uid ${stat.uid}，而当前用户是 ${userInfo().username}；请以其属主身份运行。`,
      `The data folder ${config.dataDir} belongs to uid ${stat.uid}, and you are ${userInfo().username}. Run as its owner.`,
    );
  }
  if (stat.mode & 0o066) {
    return result(
      'data-folder',
      'warn',
      `数据目录 ${config.dataDir} 对其他用户可读写，请执行 chmod go-rw。`,
      `Others can read or write the data folder ${config.dataDir}. Run chmod go-rw on it.`,
    );
  }
  return result('data-folder', 'ok', `数据目录 ${config.dataDir}`, `Data folder ${config.dataDir}`);
};

const diskSpace: Check = async ({ config }) => {
  const record = config.database.kind === 'embedded' ? inspectCluster(config.dataDir).record : null;
  const byDisk = new Map<number, string>();
  for (const path of [config.dataDir, record?.base ?? config.dataDir]) {
    const device = statSync(path, { throwIfNoEntry: false })?.dev;
    if (device !== undefined && !byDisk.has(device)) byDisk.set(device, path);
  }
  return [...byDisk.values()].map((path) => {
    const disk = statfsSync(path);
    const free = (disk.bsize * disk.bavail) / GIB;
    const share = disk.bavail / disk.blocks;
    const text = `${free.toFixed(1)} GiB (${(share * 100).toFixed(0)} %)`;
    if (free < 1)
      return result(
        'disk',
        'fail',
        `${path} 所在磁盘只剩 ${text}，请立即清理。`,
        `Only ${text} is free on the disk of ${path}. Make room now.`,
      );
    if (free < 10 || share < 0.1)
      return result(
        'disk',
        'warn',
        `${path} 所在磁盘剩余 ${text}，请尽快扩容或清理。`,
        `${text} is free on the disk of ${path}. Make room soon.`,
      );
    return result('disk', 'ok', `${path} 所在磁盘剩余 ${text}`, `${text} free on the disk of ${path}`);
  });
};

function describe(error: unknown): { zh: string; en: string } {
  if (error instanceof DomainError) return { zh: error.zh, en: error.en };
  if (error instanceof EnvironmentError) return { zh: error.zh, en: error.en };
  const message = error instanceof Error ? error.message : String(error);
  return { zh: message, en: message };
}

const database: Check = async ({ db, databaseError, config }) => {
  if (!db) {
    if (databaseError === null) {
      return result(
        'database',
        'ok',
        '数据库尚未建立，首次启动时建立',
        'The database is not made yet; the first start makes it',
      );
    }
    const why = describe(databaseError);
    return result('database', 'fail', `数据库打不开：${why.zh}`, `The database cannot be opened: ${why.en}`);
  }
  const row = await one<{ version: string; number: number; encoding: string }>(
    db.migrator,
    sql`select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
               current_setting('server_encoding') as encoding`,
  );
  const kind = config.database.kind === 'embedded' ? ['内置', 'embedded'] : ['自有', 'own'];
  if (row.number < 150_000)
    return result(
      'database',
      'fail',
      `PostgreSQL ${row.version} 过旧，需要 15 以上。`,
      `PostgreSQL ${row.version} is too old; 15 or later is needed.`,
    );
  if (row.encoding !== 'UTF8')
    return result(
      'database',
      'fail',
      `数据库编码是 ${row.encoding}，必须是 UTF8。`,
      `The encoding of the database is ${row.encoding}; it must be UTF8.`,
    );
  return result('database', 'ok', `PostgreSQL ${row.version}（${kind[0]}）`, `PostgreSQL ${row.version} (${kind[1]})`);
};

/** Under LC_CTYPE "C" pg_trgm takes no Chinese character for a letter, and no name would be found. */
const chinese: Check = async ({ db }) => {
  if (!db) return [];
  const schema = await query<{ schema: string }>(
    db.migrator,
    sql`select n.nspname as schema from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_trgm'`,
  );
  if (schema.length === 0)
    return result(
      'locale',
      'warn',
      '数据库缺少 pg_trgm 扩展，名称模糊匹配不可用。',
      'The extension pg_trgm is missing, so names cannot be matched by likeness.',
    );
  const row = await one<{ n: number }>(db.migrator, sql`select cardinality(show_trgm('信用')) as n`);
  return row.n > 0
    ? result('locale', 'ok', '数据库语言环境能识别汉字', "The database's locale sees Chinese")
    : result(
        'locale',
        'fail',
        '数据库的 LC_CTYPE 使 pg_trgm 看不见汉字，须以 C.UTF-8 或 ICU 语言环境重建数据库（见 ./chengxin roles）。',
        "The database's LC_CTYPE makes pg_trgm blind to Chinese. Create the database again with C.UTF-8 or ICU (see ./chengxin roles).",
      );
};

const migrations: Check = async ({ db, config }) => {
  if (!db) return [];
  const client = await db.migrator.connect();
  const applied = await appliedMigrations(client).finally(() => client.release());
  const known = readMigrations(join(config.root, 'migrations'));
  const pending = known.filter((file) => !applied.some((row) => row.number === file.number));
  const changed = applied.filter((row) => known.find((file) => file.number === row.number)?.sha256 !== row.sha256);
  if (changed.length > 0) {
    const names = changed.map((row) => `${row.number}-${row.name}`).join(', ');
    return result(
      'migrations',
      'fail',
      `数据库中的迁移 ${names} 与程序不符（程序较旧，或文件被改动）。`,
      `The migrations ${names} in the database are not those of the program (it is older, or a file was changed).`,
    );
  }
  return pending.length > 0
    ? result(
        'migrations',
        'warn',
        `有 ${pending.length} 个迁移未执行，请运行 ./chengxin migrate。`,
        `${pending.length} migrations are pending. Run ./chengxin migrate.`,
      )
    : result(
        'migrations',
        'ok',
        `数据库结构已是最新（${applied.length}）`,
        `The schema is up to date (${applied.length})`,
      );
};

const logins: Check = async ({ db, config }) => {
  if (!db) return [];
  if (config.database.kind === 'own' && config.database.sharedLogins.length > 0) {
    const names = config.database.sharedLogins.map((role) => `DATABASE_URL_${role.toUpperCase()}`).join(', ');
    return result(
      'logins',
      'warn',
      `${names} 未设置，这些角色共用建表账号，权限没有分开。请按 ./chengxin roles 的输出建立账号。`,
      `${names} not set: these roles share the owner's login, so their rights are not kept apart. Make the logins with ./chengxin roles.`,
    );
  }
  const row = await one<{ super: boolean; person: boolean | null }>(
    db.app,
    sql`select rolsuper as super, case when to_regnamespace('person') is null then null
               else has_schema_privilege('person', 'usage') end as person from pg_roles where rolname = current_user`,
  );
  if (row.super)
    return result(
      'logins',
      'fail',
      '应用账号是数据库超级用户，请改用普通账号。',
      'The app login is a superuser of the database. Use an ordinary login.',
    );
  if (row.person)
    return result(
      'logins',
      'fail',
      '应用账号能访问个人信息库（person），必须收回该权限。',
      'The app login can reach the person store. Revoke that right.',
    );
  return result(
    'logins',
    'ok',
    '各角色账号分开，应用账号接触不到个人信息库',
    'Each role has a login of its own; the app login cannot reach the person store',
  );
};

const clockSkew: Check = async ({ db, clock }) => {
  if (!db) return [];
  const before = Date.parse(clock.now());
  const row = await one<{ at: string }>(db.migrator, sql`select clock_timestamp() as at`);
  const seconds = Math.abs(Date.parse(row.at) - (before + Date.parse(clock.now())) / 2) / 1000;
  return seconds > 5
    ? result(
        'clock',
        'warn',
        `本机与数据库的时钟相差 ${seconds.toFixed(0)} 秒，请配置 NTP。`,
        `The clocks of this machine and of the database differ by ${seconds.toFixed(0)} s. Set up NTP.`,
      )
    : result('clock', 'ok', '时钟一致', 'The clocks agree');
};

function portTaken(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen(port, host, () => probe.close(() => resolve(null)));
  });
}

const port: Check = async ({ config }) => {
  const code = await portTaken(config.host, config.port);
  if (code === null)
    return result(
      'port',
      'ok',
      `端口 ${config.host}:${config.port} 空闲（服务未运行）`,
      `Port ${config.host}:${config.port} is free (the server does not run)`,
    );
  const serving =
    config.database.kind === 'embedded' &&
    inspectCluster(config.dataDir).state.leases.some((lease) => lease.kind === 'serve');
  if (code === 'EADDRINUSE' && serving)
    return result(
      'port',
      'ok',
      `服务正在 ${config.host}:${config.port} 运行`,
      `The server runs on ${config.host}:${config.port}`,
    );
  return result(
    'port',
    'warn',
    `不能在 ${config.host}:${config.port} 上监听（${code}）：被其他程序占用或没有权限，可换 PORT。`,
    `Cannot listen on ${config.host}:${config.port} (${code}): another program has it, or you may not. Use another PORT.`,
  );
};

const keys: Check = async ({ config }) => {
  const present = keyFingerprints(config.keysDir);
  if (Object.keys(present).length === 0) return result('keys', 'ok', '密钥尚未生成', 'The keys are not made yet');
  const open = readdirSync(config.keysDir).filter(
    (name) => !name.endsWith('.pub') && (statSync(join(config.keysDir, name)).mode & 0o077) !== 0,
  );
  if (open.length > 0)
    return result(
      'keys',
      'fail',
      `密钥 ${open.join('、')} 对其他用户开放，请执行 chmod 600。`,
      `Others may read the keys ${open.join(', ')}. Run chmod 600 on them.`,
    );
  const record = readKeyBackupRecord(config.dataDir);
  if (!record)
    return result(
      'keys',
      'warn',
      '密钥还没有备份：丢失后加密的文件和个人信息无法找回。请运行 ./chengxin backup 目录 --keys-only，并与数据分开保管。',
      'There is no backup of the keys: without them encrypted files and personal data are lost. Run ./chengxin backup DIR --keys-only and keep it apart from the data.',
    );
  return sameKeys(present, record.fingerprints)
    ? result('keys', 'ok', `密钥已备份（${record.at}）`, `The keys are backed up (${record.at})`)
    : result(
        'keys',
        'warn',
        `密钥在上次备份（${record.at}）之后有变化，请重新备份。`,
        `The keys have changed since their last backup (${record.at}). Back them up again.`,
      );
};

const scanner: Check = async ({ config }) => {
  if (config.scanner === null)
    return result(
      'scanner',
      'warn',
      '没有设置病毒扫描（SCANNER）：收到的文件不经扫描即保存。正式运行请接入 clamd。',
      'No virus scanner is named (SCANNER): files are kept unscanned. For real use connect clamd.',
    );
  await openScanner(config.scanner)?.ping();
  return result('scanner', 'ok', `病毒扫描 ${config.scanner} 应答正常`, `The scanner ${config.scanner} answers`);
};

const house: readonly { id: string; check: Check }[] = Object.entries({
  node: nodeVersion,
  packages: installation,
  memory,
  'data-folder': dataFolder,
  disk: diskSpace,
  port,
  database,
  locale: chinese,
  migrations,
  logins,
  clock: clockSkew,
  keys,
  scanner,
}).map(([id, check]) => ({ id, check }));

/** Runs all checks; one that throws is a finding itself. */
export async function runChecks(input: CheckInput): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { id, check } of [...house, ...registered]) {
    try {
      results.push(...[await check(input)].flat());
    } catch (error) {
      const why = describe(error);
      results.push(result(id, 'fail', `检查未能完成：${why.zh}`, `The check could not be made: ${why.en}`));
    }
  }
  return results;
}

/** For checks of modules. */
export { result as checkResult };

/** The last lines of the embedded server's log, for an operator who asks why. */
export function databaseLogHint(config: Config): string | null {
  if (config.database.kind !== 'embedded') return null;
  const record = inspectCluster(config.dataDir).record;
  const file = record ? join(record.base, 'log', 'start.log') : null;
  return file && existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-5).join('\n') : null;
}
