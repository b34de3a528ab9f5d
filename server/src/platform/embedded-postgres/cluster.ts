import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { DatabaseUrls } from '../config.ts';
import { EnvironmentError } from '../errors.ts';
import { isAlive, randomToken, thisProcess, withFileLock } from '../lease.ts';
import { type Binaries, provideBinaries, systemFolder } from './binaries.ts';
import { chooseOsUser, findUser, type OsUser, userCan } from './os-user.ts';
import {
  choosePort,
  explainFailure,
  isAuthenticationError,
  livePostmaster,
  startPostmaster,
  stopPostmaster,
  wrongPassword,
} from './postmaster.ts';
import { databaseName, databaseStatements, newPassword, newPasswords, roleNames, roleStatements } from './roles.ts';
import { serverSettings } from './settings.ts';
import {
  type ClusterRecord,
  clusterFile,
  type Lease,
  type LeaseKind,
  lockFile,
  type RunState,
  readClusterRecord,
  readRunState,
  runFile,
  writePrivateJson,
} from './state.ts';

export type { LeaseKind } from './state.ts';

const MAJOR = '18';
const SUPERUSER = 'chengxin_superuser';
const STOP_TIMEOUT_MS = 60_000;

export interface AcquireOptions {
  readonly root: string;
  readonly dataDir: string;
  readonly kind: LeaseKind;
  /** A throw-away cluster: nothing waits for the disk, and a broken one is made anew. */
  readonly forTests?: boolean;
  readonly onNotice?: (zh: string, en: string) => void;
}

export interface ClusterLease {
  /** Addresses of the database `chengxin`, one per login; through the socket folder where there is one. */
  readonly urls: DatabaseUrls;
  /** The superuser's address of a database: for tests, checks and the lowest layer only. */
  superuserUrl(database: string): string;
  /** The logins' addresses of another database of this cluster. */
  urlsFor(database: string): DatabaseUrls;
  readonly port: number;
  readonly pid: number;
  readonly dataDirectory: string;
  /** How this lease found the server. */
  readonly found: 'created' | 'started' | 'adopted';
  /** Gives the lease back; the last one stops the server. */
  release(): Promise<void>;
}

type Notice = (zh: string, en: string) => void;

/** A cluster that does not start, and is not in use by anybody. */
class BrokenCluster extends EnvironmentError {}

/** Joins the embedded server of this folder, starting (or first creating) it when it does not run. */
export async function acquireCluster(options: AcquireOptions): Promise<ClusterLease> {
  const notice: Notice = options.onNotice ?? (() => undefined);
  prepareDataDir(options.dataDir);
  return withFileLock(
    lockFile(options.dataDir),
    async () => {
      const before = readRunState(options.dataDir);
      const leases = before.leases.filter(isAlive);
      const user = chooseOsUser(readClusterRecord(options.dataDir)?.osUser ?? null, notice);
      const binaries = provideBinaries(options.root, user);
      const { record, created } = provideCluster(options, binaries, user, notice);
      const running = await joinOrStart(options, record, binaries, user, notice).catch((error: unknown) => {
        if (!options.forTests || created || !(error instanceof BrokenCluster)) throw error;
        // A test cluster runs without fsync; one that a power cut has broken is made anew.
        rmSync(dataDirectoryOf(record), { recursive: true, force: true });
        writePrivateJson(clusterFile(options.dataDir), { ...record, provisioned: false });
        return joinOrStart(options, provideCluster(options, binaries, user, notice).record, binaries, user, notice);
      });
      const lease: Lease = {
        ...thisProcess(),
        id: randomToken(),
        kind: options.kind,
        since: new Date().toISOString(),
      };
      const dataDirectory = dataDirectoryOf(record);
      const state: RunState = {
        version: 1,
        postmaster: { pid: running.pid, port: running.record.port, dataDirectory },
        leases: [...leases, lease],
      };
      writePrivateJson(runFile(options.dataDir), state);
      return makeLease(options, running.record, lease.id, running.pid, created ? 'created' : running.found);
    },
    {
      timeoutMs: 600_000,
      onWait: (holder) =>
        notice(
          `正在等待另一条命令（${holder}）完成启动……`,
          `Waiting for another command (${holder}) to finish starting …`,
        ),
    },
  );
}

function makeLease(
  options: AcquireOptions,
  record: ClusterRecord,
  id: string,
  pid: number,
  found: ClusterLease['found'],
): ClusterLease {
  let released: Promise<void> | undefined;
  return {
    urls: urlsOf(record, databaseName),
    superuserUrl: (database) => addressOf(record, SUPERUSER, record.superuserPassword, database),
    urlsFor: (database) => urlsOf(record, database),
    port: record.port,
    pid,
    dataDirectory: dataDirectoryOf(record),
    found,
    release() {
      released ??= releaseLease(options.dataDir, id);
      return released;
    },
  };
}

async function releaseLease(dataDir: string, id: string): Promise<void> {
  if (!existsSync(dataDir)) return;
  await withFileLock(lockFile(dataDir), async () => {
    const state = readRunState(dataDir);
    const leases = state.leases.filter((lease) => lease.id !== id && isAlive(lease));
    const record = readClusterRecord(dataDir);
    if (leases.length > 0 || !record) {
      writePrivateJson(runFile(dataDir), { ...state, leases });
      return;
    }
    const dataDirectory = dataDirectoryOf(record);
    const live = livePostmaster(dataDirectory);
    const stopped = live ? await stopPostmaster(live.pid, dataDirectory, STOP_TIMEOUT_MS) : true;
    writePrivateJson(runFile(dataDir), { version: 1, postmaster: stopped ? null : state.postmaster, leases: [] });
  });
}

/** What is known about the embedded server without starting it; for `doctor` and the launcher. */
export function inspectCluster(dataDir: string): {
  record: ClusterRecord | null;
  state: RunState;
  livePid: number | null;
} {
  const record = readClusterRecord(dataDir);
  const state = readRunState(dataDir);
  const live = record ? livePostmaster(dataDirectoryOf(record)) : null;
  return { record, state: { ...state, leases: state.leases.filter(isAlive) }, livePid: live?.pid ?? null };
}

export const dataDirectoryOf = (record: ClusterRecord): string => join(record.base, `data-${record.major}`);
const logDirectoryOf = (record: ClusterRecord): string => join(record.base, 'log');

function ownerName(uid: number): string {
  try {
    const result = spawnSync('id', ['-nu', String(uid)], { encoding: 'utf8' });
    if (result.status === 0) return result.stdout.trim();
  } catch {
    // no `id`: the number says enough
  }
  return `uid ${uid}`;
}

/** Makes `.data` (0700; 0711 when another OS user runs the database inside it) and refuses another user's. */
export function prepareDataDir(dataDir: string): void {
  const me = process.geteuid?.() ?? 0;
  const stat = statSync(dataDir, { throwIfNoEntry: false });
  if (stat && stat.uid !== me) {
    const owner = ownerName(stat.uid);
    throw new EnvironmentError(
      `数据目录 ${dataDir} 属于系统用户 ${owner}，而当前用户是 ${userInfo().username}。请以 ${owner} 身份运行，或用 DATA_DIR 指定另一个目录。`,
      `The data folder ${dataDir} belongs to the OS user ${owner}, and you are ${userInfo().username}. Run this as ${owner}, or name another folder with DATA_DIR.`,
    );
  }
  try {
    mkdirSync(dataDir, { recursive: true, mode: me === 0 ? 0o711 : 0o700 });
    const probe = join(dataDir, `.probe-${process.pid}`);
    writeFileSync(probe, 'x');
    rmSync(probe);
  } catch (error) {
    throw dataDirError(dataDir, error);
  }
}

function dataDirError(dataDir: string, error: unknown): EnvironmentError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new EnvironmentError(
      `磁盘已满或超出配额，无法写入 ${dataDir}，请清理后再试。`,
      `The disk is full (or the quota used up): ${dataDir} cannot be written. Free some space and try again.`,
      error,
    );
  }
  if (code === 'EROFS') {
    return new EnvironmentError(
      `${dataDir} 所在文件系统为只读，请用 DATA_DIR 指定可写的目录。`,
      `The file system of ${dataDir} is read-only. Name a writable folder with DATA_DIR.`,
      error,
    );
  }
  return new EnvironmentError(
    `无法写入数据目录 ${dataDir}（${code}），请检查权限，或用 DATA_DIR 指定另一个目录。`,
    `The data folder ${dataDir} cannot be written (${code}). Check its permissions, or name another folder with DATA_DIR.`,
    error,
  );
}

function giveTo(path: string, user: OsUser | null): void {
  if (user) chownSync(path, user.uid, user.gid);
}

const ownerFile = 'belongs-to';

/**
 * Removes clusters whose data folder was a temporary one and is gone (tests, trial runs). All others stay: the disk with
 * their folder may only not be mounted.
 */
function sweepTemporary(clusters: string): void {
  const temporary = `${realpathSync(tmpdir())}/`;
  for (const name of readdirSync(clusters)) {
    const base = join(clusters, name);
    const owner = join(base, ownerFile);
    if (!existsSync(owner)) continue;
    const dataDir = readFileSync(owner, 'utf8');
    if (!dataDir.startsWith(temporary) || existsSync(dataDir)) continue;
    if (livePostmaster(join(base, `data-${MAJOR}`)) === null) rmSync(base, { recursive: true, force: true });
  }
}

/** The base folder inside `.data` if the database's user reaches it, else below /var/lib/chengxin. */
function chooseBase(dataDir: string, id: string, user: OsUser | null): string {
  const inside = join(dataDir, 'postgres');
  mkdirSync(inside, { recursive: true, mode: 0o700 });
  if (!user) return inside;
  chmodSync(dataDir, 0o711);
  giveTo(inside, user);
  if (userCan(user, 'cd "$1" && test -w .', inside)) return inside;
  rmSync(inside, { recursive: true });
  const outside = join(systemFolder, 'clusters', id);
  mkdirSync(dirname(outside), { recursive: true, mode: 0o755 });
  sweepTemporary(dirname(outside));
  mkdirSync(outside, { recursive: true, mode: 0o700 });
  writeFileSync(join(outside, ownerFile), dataDir, { mode: 0o644 });
  giveTo(outside, user);
  if (!userCan(user, 'cd "$1" && test -w .', outside)) {
    throw new EnvironmentError(
      `系统用户 ${user.name} 无法使用 ${outside}，请检查 ${systemFolder} 的权限。`,
      `The OS user ${user.name} cannot use ${outside}. Check the permissions of ${systemFolder}.`,
    );
  }
  return outside;
}

/** A Unix socket's path must fit into 107 bytes; commas and quotes would need escaping in the setting. */
function chooseSocketDirectory(base: string, id: string, user: OsUser | null): string {
  const inside = join(base, 'socket');
  if (Buffer.byteLength(`${inside}/.s.PGSQL.65535`) <= 100 && !/[,"']/.test(inside)) return inside;
  return user ? join(systemFolder, `s-${id}`) : join('/tmp', `chengxin-${id}`);
}

function makeSocketDirectory(path: string, user: OsUser | null): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const stat = lstatSync(path);
  const expected = user?.uid ?? process.geteuid?.() ?? 0;
  if (!stat.isDirectory() || (stat.uid !== expected && stat.uid !== process.geteuid?.())) {
    throw new EnvironmentError(
      `${path} 已被他人占用，请删除后再试。`,
      `${path} was made by somebody else. Remove it and try again.`,
    );
  }
  giveTo(path, user);
  chmodSync(path, 0o700);
}

function provideCluster(
  options: AcquireOptions,
  binaries: Binaries,
  user: OsUser | null,
  notice: Notice,
): { record: ClusterRecord; created: boolean } {
  let record = readClusterRecord(options.dataDir);
  if (!record) {
    const id = randomToken(6)
      .replaceAll(/[^A-Za-z0-9]/g, 'x')
      .toLowerCase();
    const base = chooseBase(options.dataDir, id, user);
    if (existsSync(join(base, `data-${MAJOR}`))) {
      throw new EnvironmentError(
        `${base} 中有数据库，但缺少保存其口令的 ${clusterFile(options.dataDir)}。请从备份恢复该文件；若不需要旧数据，请删除 ${base} 后再试。`,
        `There is a database in ${base}, but ${clusterFile(options.dataDir)} with its passwords is missing. Restore that file, or remove ${base} if the old data is not needed.`,
      );
    }
    record = {
      version: 1,
      id,
      major: MAJOR,
      osUser: user?.name ?? null,
      base,
      socketDirectory: chooseSocketDirectory(base, id, user),
      port: 0,
      superuserPassword: newPassword(),
      passwords: newPasswords(),
      provisioned: false,
    };
    writePrivateJson(clusterFile(options.dataDir), record);
  }
  checkOwner(record, user);
  makeFolders(record, user);
  const dataDirectory = dataDirectoryOf(record);
  if (existsSync(dataDirectory)) return { record, created: false };
  if (record.provisioned) {
    throw new EnvironmentError(
      `数据库目录 ${dataDirectory} 不见了。若已移走请放回原处；若要重新开始，请删除 ${clusterFile(options.dataDir)}。`,
      `The database folder ${dataDirectory} is gone. Put it back if it was moved; to start anew, remove ${clusterFile(options.dataDir)}.`,
    );
  }
  notice('首次启动，正在创建数据库……', 'First start: creating the database …');
  initialise(record, binaries, user, options.forTests === true);
  return { record, created: true };
}

function makeFolders(record: ClusterRecord, user: OsUser | null): void {
  for (const path of [record.base, logDirectoryOf(record)]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    giveTo(path, user);
  }
  makeSocketDirectory(record.socketDirectory, user);
}

function checkOwner(record: ClusterRecord, user: OsUser | null): void {
  const stat = statSync(dataDirectoryOf(record), { throwIfNoEntry: false });
  if (!stat) return;
  const expected = user?.uid ?? process.geteuid?.() ?? 0;
  if (stat.uid === expected) return;
  const owner = ownerName(stat.uid);
  throw new EnvironmentError(
    `数据库目录 ${dataDirectoryOf(record)} 属于系统用户 ${owner}，而应由 ${user?.name ?? userInfo().username} 运行。请改回属主，或以原来的用户运行。`,
    `The database folder ${dataDirectoryOf(record)} belongs to the OS user ${owner}, but would be run by ${user?.name ?? userInfo().username}. Give it back, or run this as the former user.`,
  );
}

/** pg_trgm asks the C library what a letter is: under LC_CTYPE "C" it sees no Chinese. Sorting is by code point. */
const localeChoices: readonly string[] = ['C.UTF-8', 'C.utf8', 'zh_CN.UTF-8', 'en_US.UTF-8'];

function initialise(record: ClusterRecord, binaries: Binaries, user: OsUser | null, forTests: boolean): void {
  const target = dataDirectoryOf(record);
  for (const entry of readdirSync(record.base)) {
    if (entry.startsWith('init-')) rmSync(join(record.base, entry), { recursive: true, force: true });
  }
  const work = join(record.base, `init-${randomToken(6)}`);
  mkdirSync(work, { mode: 0o700 });
  giveTo(work, user);
  const passwordFile = join(work, 'password');
  writeFileSync(passwordFile, `${record.superuserPassword}\n`, { mode: 0o600 });
  giveTo(passwordFile, user);
  let lastOutput = '';
  for (const locale of localeChoices) {
    const data = join(work, 'data');
    rmSync(data, { recursive: true, force: true });
    const run = spawnSync(
      binaries.initdb,
      [
        '-D',
        data,
        '-U',
        SUPERUSER,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        `--locale=${locale}`,
        '--lc-messages=C',
        '--lc-collate=C',
        '--text-search-config=simple',
        '--data-checksums',
        ...(forTests ? ['--no-sync'] : []),
      ],
      {
        cwd: work,
        encoding: 'utf8',
        env: { PATH: '/usr/local/bin:/usr/bin:/bin', TZ: 'UTC' },
        ...(user ? { uid: user.uid, gid: user.gid } : {}),
      },
    );
    if (run.status === 0) {
      renameSync(data, target);
      rmSync(work, { recursive: true, force: true });
      return;
    }
    lastOutput = `${run.error?.message ?? ''}\n${run.stdout ?? ''}\n${run.stderr ?? ''}`.trim();
    if (!/invalid locale/.test(lastOutput)) break;
  }
  rmSync(work, { recursive: true, force: true });
  if (/invalid locale/.test(lastOutput)) {
    throw new EnvironmentError(
      '本机没有 UTF-8 语言环境（C.UTF-8），请安装后再试（例如 apt-get install locales，或 glibc-langpack-en）。',
      'This machine has no UTF-8 locale (C.UTF-8). Install one and try again (for example the packages "locales" or "glibc-langpack-en").',
    );
  }
  throw explainFailure(lastOutput, target).error;
}

async function joinOrStart(
  options: AcquireOptions,
  record: ClusterRecord,
  binaries: Binaries,
  user: OsUser | null,
  notice: Notice,
): Promise<{ record: ClusterRecord; pid: number; found: 'started' | 'adopted' }> {
  const dataDirectory = dataDirectoryOf(record);
  const adopted = await adopt(options.dataDir, record);
  if (adopted) return { ...adopted, found: 'adopted' };

  let current = record;
  let waits = 0;
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = await choosePort(current.port);
    if (port !== current.port) {
      if (current.port > 0) {
        notice(
          `数据库端口 ${current.port} 已被占用，改用 ${port}。`,
          `The database's port ${current.port} is taken; using ${port} instead.`,
        );
      }
      current = { ...current, port };
      writePrivateJson(clusterFile(options.dataDir), current);
    }
    const probing = current;
    const result = await startPostmaster({
      postgres: binaries.postgres,
      dataDirectory,
      logDirectory: logDirectoryOf(record),
      user,
      settings: serverSettings({
        port,
        socketDirectory: record.socketDirectory,
        logDirectory: logDirectoryOf(record),
        forTests: options.forTests === true,
      }),
      probe: () => superuserQuery(probing, 'postgres', ['SELECT 1']),
      onSlow: () => notice('数据库正在恢复，请稍候……', 'The database is recovering, please wait …'),
    });
    if (result.kind === 'ready') {
      const ready = await provision(options.dataDir, current);
      return { record: ready, pid: result.pid, found: 'started' };
    }
    const failure = explainFailure(result.log, dataDirectory);
    if (failure.retry === 'wait' && waits < 60) {
      // Orphaned backends of a killed server notice its death and end within moments.
      waits += 1;
      await sleep(250);
      continue;
    }
    if (failure.retry === 'port' && attempt < 10) {
      current = { ...current, port: 0 };
      continue;
    }
    throw options.forTests ? new BrokenCluster(failure.error.zh, failure.error.en) : failure.error;
  }
  throw new EnvironmentError('数据库多次启动失败。', 'The database failed to start several times.');
}

/** A live server of our own folder, started by a command, by a killed process, or before an upgrade. */
async function adopt(dataDir: string, record: ClusterRecord): Promise<{ record: ClusterRecord; pid: number } | null> {
  const dataDirectory = dataDirectoryOf(record);
  const deadline = performance.now() + 300_000;
  for (;;) {
    const live = livePostmaster(dataDirectory);
    if (!live) return null;
    if (performance.now() > deadline) {
      throw new EnvironmentError(
        `数据库进程 ${live.pid} 五分钟内未能就绪，日志在 ${logDirectoryOf(record)}。`,
        `The database process ${live.pid} was not ready within five minutes. Its log is in ${logDirectoryOf(record)}.`,
      );
    }
    if (live.port > 0 && live.status === 'ready') {
      const current = live.port === record.port ? record : { ...record, port: live.port };
      try {
        await superuserQuery(current, 'postgres', ['SELECT 1']);
        if (current !== record) writePrivateJson(clusterFile(dataDir), current);
        return { record: await provision(dataDir, current), pid: live.pid };
      } catch (error) {
        if (isAuthenticationError(error)) throw wrongPassword(error);
      }
    }
    await sleep(100);
  }
}

async function provision(dataDir: string, record: ClusterRecord): Promise<ClusterRecord> {
  if (record.provisioned) return record;
  await superuserQuery(record, 'postgres', roleStatements(record.passwords));
  const [exists] = await superuserRows(
    record,
    'postgres',
    `SELECT 1 FROM pg_database WHERE datname = '${databaseName}'`,
  );
  if (!exists) {
    await superuserQuery(record, 'postgres', [`CREATE DATABASE ${databaseName} OWNER ${roleNames.migrator}`]);
  }
  await superuserQuery(record, 'postgres', databaseStatements(databaseName));
  await superuserQuery(record, databaseName, ['CREATE EXTENSION IF NOT EXISTS pg_trgm']);
  await checkChinese(record);
  const done = { ...record, provisioned: true };
  writePrivateJson(clusterFile(dataDir), done);
  return done;
}

async function checkChinese(record: ClusterRecord): Promise<void> {
  const rows = await superuserRows(record, databaseName, "SELECT cardinality(show_trgm('信用')) AS n");
  if (Number(rows[0]?.n) > 0) return;
  throw new EnvironmentError(
    '数据库的语言环境使 pg_trgm 看不见汉字，无法按名称检索。请删除该数据目录后重新创建。',
    "The database's locale makes pg_trgm blind to Chinese, so names could not be searched. Remove this data folder and create it again.",
  );
}

/** These run while the lock is held: none may hang, whatever state the server is in. */
async function asSuperuser<T>(
  record: ClusterRecord,
  database: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: addressOf(record, SUPERUSER, record.superuserPassword, database),
    connectionTimeoutMillis: 10_000,
    query_timeout: 60_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await Promise.race([client.end().catch(() => undefined), sleep(2000, undefined, { ref: false })]);
  }
}

function superuserRows(record: ClusterRecord, database: string, text: string): Promise<Record<string, unknown>[]> {
  return asSuperuser(record, database, async (client) => (await client.query<Record<string, unknown>>(text)).rows);
}

async function superuserQuery(record: ClusterRecord, database: string, statements: readonly string[]): Promise<void> {
  await asSuperuser(record, database, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}

function addressOf(record: ClusterRecord, login: string, password: string, database: string): string {
  const base = `postgresql://${login}:${encodeURIComponent(password)}@127.0.0.1:${record.port}/${database}`;
  // A socket is quicker than loopback TCP; a cleaner of /tmp may have removed it.
  const socket = join(record.socketDirectory, `.s.PGSQL.${record.port}`);
  return existsSync(socket) ? `${base}?host=${encodeURIComponent(record.socketDirectory)}` : base;
}

function urlsOf(record: ClusterRecord, database: string): DatabaseUrls {
  const of = (role: keyof typeof roleNames): string =>
    addressOf(record, roleNames[role], record.passwords[role], database);
  return {
    migrator: of('migrator'),
    app: of('app'),
    person: of('person'),
    log: of('log'),
    sealer: of('sealer'),
    audit: of('audit'),
  };
}

/** Tells whether `name` exists as an OS user; used by doctor. */
export function osUserExists(name: string): boolean {
  return findUser(name) !== null;
}
