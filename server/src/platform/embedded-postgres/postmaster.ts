import { spawn } from 'node:child_process';
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EnvironmentError } from '../errors.ts';
import { startTimeOf } from '../lease.ts';
import type { OsUser } from './os-user.ts';

export interface PidFile {
  readonly pid: number;
  readonly port: number;
  /** `starting`, `ready`, `stopping`, `standby`, or empty. */
  readonly status: string;
}

const pidFilePath = (dataDirectory: string): string => join(dataDirectory, 'postmaster.pid');

export function readPidFile(dataDirectory: string): PidFile | null {
  try {
    const lines = readFileSync(pidFilePath(dataDirectory), 'utf8').split('\n');
    const pid = Number(lines[0]);
    return pid > 0 ? { pid, port: Number(lines[3] ?? 0), status: (lines[7] ?? '').trim() } : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** The postmaster of this data directory, if it lives: the number alone may by now belong to another program. */
export function livePostmaster(dataDirectory: string): PidFile | null {
  const file = readPidFile(dataDirectory);
  if (!file || startTimeOf(file.pid) === null) return null;
  try {
    return readlinkSync(`/proc/${file.pid}/cwd`) === realpathSync(dataDirectory) ? file : null;
  } catch {
    return null; // another user's process: not ours
  }
}

/**
 * PostgreSQL refuses to start while the number in its pid file lives, whoever that is. The number is replaced by one
 * that cannot exist and the rest kept, so that its own check for left-over shared memory still works.
 */
function disarmStalePidFile(dataDirectory: string): void {
  const file = readPidFile(dataDirectory);
  if (!file || startTimeOf(file.pid) === null) return;
  const path = pidFilePath(dataDirectory);
  const lines = readFileSync(path, 'utf8').split('\n');
  writeFileSync(path, ['99999999', ...lines.slice(1)].join('\n'));
}

function portIsFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** The remembered port if it is free, else another below the range that outgoing connections use. */
export async function choosePort(preferred: number): Promise<number> {
  if (preferred > 0 && (await portIsFree(preferred))) return preferred;
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (port !== preferred && (await portIsFree(port))) return port;
  }
  throw new EnvironmentError(
    '在 20000–32000 之间找不到空闲端口供数据库使用。',
    'No free port for the database was found between 20000 and 32000.',
  );
}

export interface StartInput {
  readonly postgres: string;
  readonly dataDirectory: string;
  readonly logDirectory: string;
  readonly user: OsUser | null;
  readonly settings: Readonly<Record<string, string>>;
  /** Throws until the server takes connections. */
  readonly probe: () => Promise<void>;
  readonly onSlow: () => void;
}

export type StartResult =
  | { readonly kind: 'ready'; readonly pid: number }
  | { readonly kind: 'failed'; readonly log: string };

/** Starts the server in a session of its own, so that Ctrl-C at the terminal does not reach it before us. */
export async function startPostmaster(input: StartInput): Promise<StartResult> {
  disarmStalePidFile(input.dataDirectory);
  const since = Date.now() - 1000;
  const startLog = join(input.logDirectory, 'start.log');
  const output = openSync(startLog, 'w', 0o600);
  const args = ['-D', input.dataDirectory];
  for (const [name, value] of Object.entries(input.settings)) args.push('-c', `${name}=${value}`);
  const child = spawn(input.postgres, args, {
    cwd: input.dataDirectory,
    detached: true,
    stdio: ['ignore', output, output],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C.UTF-8' },
    ...(input.user ? { uid: input.user.uid, gid: input.user.gid } : {}),
  });
  closeSync(output);
  let ended = false;
  const exit = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      ended = true;
      resolve(error.message);
    });
    child.once('exit', () => {
      ended = true;
      resolve('');
    });
  });
  child.unref();

  const started = performance.now();
  let told = false;
  while (!ended) {
    try {
      await input.probe();
      if (!ended && child.pid !== undefined) return { kind: 'ready', pid: child.pid };
    } catch (error) {
      if (isAuthenticationError(error)) {
        await stopPostmaster(child.pid ?? 0, input.dataDirectory, 30_000);
        throw wrongPassword(error);
      }
    }
    if (!told && performance.now() - started > 8000) {
      told = true;
      input.onSlow();
    }
    await Promise.race([sleep(30), exit]);
  }
  const message = await exit;
  return { kind: 'failed', log: [message, tailOfLogs(input.logDirectory, since)].filter(Boolean).join('\n') };
}

export function isAuthenticationError(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === '28P01' || error.code === '28000');
}

export function wrongPassword(cause: unknown): EnvironmentError {
  return new EnvironmentError(
    '数据库拒绝了 .data/cluster.json 中的口令：该文件与数据目录不是同一套，请从备份恢复配套的文件。',
    'The database refused the password in .data/cluster.json: that file does not belong to this data directory. Restore the one that does.',
    cause,
  );
}

function tailOfLogs(logDirectory: string, since: number): string {
  const parts: string[] = [];
  for (const name of readdirSync(logDirectory).sort()) {
    const path = join(logDirectory, name);
    if (statSync(path).mtimeMs < since) continue;
    parts.push(...readFileSync(path, 'utf8').trimEnd().split('\n').slice(-15));
  }
  return parts.join('\n');
}

/** Fast shutdown: open transactions are rolled back, everything is written. True when it has ended in time. */
export async function stopPostmaster(pid: number, dataDirectory: string, timeoutMs: number): Promise<boolean> {
  const signal = (): void => {
    try {
      process.kill(pid, 'SIGINT');
    } catch {
      // gone already
    }
  };
  if (pid > 0) signal();
  const started = performance.now();
  while (performance.now() - started < timeoutMs) {
    if (startTimeOf(pid) === null && livePostmaster(dataDirectory) === null) return true;
    await sleep(20);
  }
  return false;
}

/** What a failed start means, in words. `retry` names a way out that the caller can try by itself. */
export function explainFailure(
  log: string,
  dataDirectory: string,
): { retry: 'port' | 'wait' | null; error: EnvironmentError } {
  const telling = log.split('\n').filter((line) => /FATAL|PANIC|ERROR|could not|error:/.test(line));
  const detail = (telling.length > 0 ? telling : log.split('\n')).slice(-5).join('\n');
  const say = (zh: string, en: string, retry: 'port' | 'wait' | null = null) => ({
    retry,
    error: new EnvironmentError(zh, `${en}\n${detail}`),
  });
  if (/No space left on device/.test(log)) {
    return say(
      `磁盘已满，数据库无法启动（${dataDirectory}）。请清理磁盘后再试，数据未丢失。`,
      `The disk is full, so the database cannot start (${dataDirectory}). Free some space and try again; nothing is lost.`,
    );
  }
  if (/could not bind|Address already in use|could not create any TCP\/IP sockets/.test(log)) {
    return say('数据库端口被占用。', "The database's port is taken.", 'port');
  }
  if (/pre-existing shared memory block|lock file "postmaster\.pid" already exists/.test(log)) {
    return say(
      '上一个数据库进程尚未完全退出，请稍候再试；如仍如此，请结束残留的 postgres 进程。',
      'A former database process has not ended completely. Try again shortly; if it persists, end the left-over postgres processes.',
      'wait',
    );
  }
  if (/Read-only file system/.test(log)) {
    return say(`${dataDirectory} 所在文件系统为只读。`, `The file system of ${dataDirectory} is read-only.`);
  }
  if (/Permission denied|has wrong ownership|has invalid permissions/.test(log)) {
    return say(
      `数据库目录 ${dataDirectory} 的属主或权限不对，请恢复为原来的用户所有（权限 0700）。`,
      `The database folder ${dataDirectory} has the wrong owner or permissions. Give it back to its user (mode 0700).`,
    );
  }
  if (/database files are incompatible|initialized by PostgreSQL version/.test(log)) {
    return say(
      '数据目录由另一版本的 PostgreSQL 建立，请用原版本的程序备份后在新版本中恢复（backup / restore）。',
      'The data directory was made by another version of PostgreSQL. Back up with the former version of the program and restore into this one.',
    );
  }
  if (/could not (map|resize|allocate).*memory|Cannot allocate memory/.test(log)) {
    return say('内存不足，数据库无法启动。', 'There is not enough memory for the database to start.');
  }
  return say('数据库无法启动，日志如下。', 'The database did not start. Its log says:');
}
