import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { EnvironmentError } from '../errors.ts';

/** The OS user that PostgreSQL runs as when we are root: the server refuses to run as root. */
export interface OsUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const SERVICE_USER = 'chengxin';

export function findUser(name: string): OsUser | null {
  const fromGetent = spawnSync('getent', ['passwd', name], { encoding: 'utf8' });
  const text = fromGetent.status === 0 ? fromGetent.stdout : readFileSync('/etc/passwd', 'utf8');
  for (const line of text.split('\n')) {
    const [user, , uid, gid] = line.split(':');
    if (user === name && uid && gid) return { name, uid: Number(uid), gid: Number(gid) };
  }
  return null;
}

function createServiceUser(): OsUser | null {
  const attempts: readonly (readonly [string, readonly string[]])[] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', SERVICE_USER]],
    ['adduser', ['-S', '-D', '-H', '-s', '/sbin/nologin', SERVICE_USER]], // BusyBox
  ];
  for (const [command, args] of attempts) {
    spawnSync(command, args, { stdio: 'ignore' });
    const user = findUser(SERVICE_USER);
    if (user) return user;
  }
  return null;
}

/** Whether a process can take this user on at all (a container may forbid it). */
function canBecome(user: OsUser): boolean {
  return spawnSync('/bin/true', [], { uid: user.uid, gid: user.gid, cwd: '/' }).status === 0;
}

/**
 * The user to run PostgreSQL as: null when we are not root (then it is ourselves). As root the remembered one, else
 * `chengxin` (created when missing), else `nobody`, which is said.
 */
export function chooseOsUser(remembered: string | null, notice: (zh: string, en: string) => void): OsUser | null {
  if (process.geteuid?.() !== 0) return null;
  if (remembered) {
    const user = findUser(remembered);
    if (user) return user;
    throw new EnvironmentError(
      `数据库原由系统用户 ${remembered} 运行，但该用户已不存在，请重新创建（useradd --system ${remembered}）后再试。`,
      `The database was run by the OS user ${remembered}, who no longer exists. Create it again (useradd --system ${remembered}).`,
    );
  }
  const own = findUser(SERVICE_USER) ?? createServiceUser();
  if (own && canBecome(own)) return own;
  const nobody = findUser('nobody');
  if (nobody && canBecome(nobody)) {
    notice(
      '无法创建系统用户 chengxin（没有 useradd），数据库将由 nobody 运行，因为 PostgreSQL 不允许以 root 运行。',
      'No user "chengxin" could be created (no useradd), so the database runs as "nobody": PostgreSQL refuses to run as root.',
    );
    return nobody;
  }
  throw new EnvironmentError(
    'PostgreSQL 不能以 root 运行，而这里无法切换到其他系统用户。请以普通用户运行本程序，或设置 DATABASE_URL 使用已有的数据库。',
    'PostgreSQL cannot run as root, and no other OS user can be used here. Run this program as a normal user, or set DATABASE_URL to a server of your own.',
  );
}

/** Runs a shell test as the user: the only reliable answer to "can it reach this?" (modes, ACLs, mounts). */
export function userCan(user: OsUser, test: string, path: string): boolean {
  const result = spawnSync('/bin/sh', ['-c', test, 'sh', path], {
    uid: user.uid,
    gid: user.gid,
    cwd: '/',
    stdio: 'ignore',
    env: { PATH: '/usr/bin:/bin' },
  });
  return result.status === 0;
}
