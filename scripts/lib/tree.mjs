/** The tree made ready: packages installed as the lock file says, and the Node that runs everything. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';
import { EnvironmentProblem, say } from './say.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const platform = `${process.platform}-${process.arch}`;
const stampFile = join(root, 'node_modules', '.chengxin-stamp');

function wantedStamp() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${platform}\n`;
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/** Whether npm has already installed just what the lock file says (by hand, or in an image). */
function installedMatches() {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages;
  const present = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (!wanted || !present) return false;
  for (const [path, entry] of Object.entries(present)) {
    const want = wanted[path];
    if (!want || want.version !== entry.version || want.integrity !== entry.integrity) return false;
  }
  return Object.entries(wanted).every(
    ([path, entry]) =>
      !path.startsWith('node_modules/') || path in present || entry.optional || entry.devOptional || entry.peer,
  );
}

export function isInstalled() {
  try {
    return readFileSync(stampFile, 'utf8') === wantedStamp();
  } catch {
    return false;
  }
}

/** `./chengxin` takes its quick way while the stamp is newer than the lock file, whose date a checkout may change. */
function touchStamp() {
  try {
    utimesSync(stampFile, new Date(), new Date());
  } catch {
    // another user's tree: the slow way serves as well
  }
}

/** npm as it was called, or as it is found. */
export function npmCommand() {
  const script = process.env.npm_execpath;
  if (script && /npm-cli\.c?js$/.test(script) && existsSync(script)) return [process.execPath, [script]];
  return ['npm', []];
}

function runNpm() {
  return new Promise((done, fail) => {
    const [command, first] = npmCommand();
    const env = { ...process.env, npm_config_audit: 'false', npm_config_fund: 'false' };
    // `npm start` hands its own settings down; an installation must not inherit those that leave packages out.
    for (const name of ['npm_config_omit', 'npm_config_production', 'NODE_ENV']) delete env[name];
    const args = [...first, 'ci', '--include=dev', '--include=optional', '--no-progress'];
    const child = track(spawn(command, args, { cwd: root, env, stdio: ['ignore', 2, 2] }));
    child.once('error', (error) => fail(installProblem(error.message)));
    child.once('exit', (code) => (code === 0 ? done() : fail(installProblem(`npm ci: exit ${code}`))));
  });
}

function installProblem(detail) {
  return new EnvironmentProblem(
    '安装依赖失败。请检查网络（npm registry）、磁盘空间和目录权限，然后重新运行同一命令。',
    'Installing the packages failed. Check the network (npm registry), the disk space and the permissions, then run the same command again.',
    detail,
  );
}

/** Installs when the lock file or the platform has changed. Two commands at once install only once. */
export async function ensureInstalled() {
  if (isInstalled()) {
    touchStamp();
    return;
  }
  await withLock(
    join(root, '.install.lock'),
    async () => {
      if (isInstalled()) return;
      if (!installedMatches()) {
        say('正在安装依赖，首次约需一两分钟……', 'Installing packages; the first time takes a minute or two …');
        await runNpm();
      }
      writeFileSync(stampFile, wantedStamp());
    },
    () => say('另一条命令正在安装依赖，请稍候……', 'Another command is installing the packages, please wait …'),
  );
}

/** The Node of the lock file; on other platforms this one, if it is new enough. */
export function nodeBinary() {
  const pinned = join(root, 'node_modules', `node-${platform}`, 'bin', 'node');
  if (existsSync(pinned)) {
    const run = spawnSync(pinned, ['--version'], { encoding: 'utf8' });
    if (run.status === 0) return pinned;
  }
  if (Number(process.versions.node.split('.')[0]) >= 26) return process.execPath;
  throw new EnvironmentProblem(
    `本平台（${platform}）没有可用的预编译 Node 26，请自行安装 Node 26 或更高版本后再试（当前为 ${process.version}）。`,
    `There is no packaged Node 26 that runs on this platform (${platform}). Install Node 26 or later and try again (this is ${process.version}).`,
  );
}

/** Environment for children: the right Node comes first in PATH. */
export function childEnv(node, extra = {}) {
  return {
    // Node strips the types and compiles some 700 files at each start; kept, a process loads the server in half the time.
    NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled'),
    ...process.env,
    PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
    TZ: 'UTC',
    ...extra,
  };
}

const running = new Set();

/** Ends npm or vite when this process is told to stop: they must not work on without their lock. */
export function stopChildren(signal) {
  for (const child of running) child.kill(signal);
}

function track(child) {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** 128 + signal number, as a shell says it. */
export function exitCodeOf(code, signal) {
  if (signal) return 128 + (constants.signals[signal] ?? 0);
  return code ?? 1;
}

/** Runs a program to its end and returns its exit code. */
export function runToEnd(command, args, options = {}) {
  return new Promise((done) => {
    const child = track(spawn(command, args, { cwd: root, stdio: 'inherit', ...options }));
    child.once('error', (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      done(3);
    });
    child.once('exit', (code, signal) => done(exitCodeOf(code, signal)));
  });
}
