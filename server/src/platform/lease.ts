import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentError } from './errors.ts';

/** A process that holds something. The start time tells it from a later process with the same number. */
export interface Holder {
  readonly pid: number;
  /** Boot id and clock ticks since boot; empty where the system does not say. */
  readonly startTime: string;
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 8);
  } catch {
    return '';
  }
}

/** When a process started, or null when there is none with this number (a zombie counts as none). */
export function startTimeOf(pid: number): string | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    if (process.platform === 'linux') return null;
    try {
      process.kill(pid, 0);
      return '';
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'EPERM' ? '' : null;
    }
  }
  // The command name (field 2) may hold blanks and brackets: count from the last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  return `${bootId()}-${fields[19] ?? ''}`;
}

export function thisProcess(): Holder {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
}

export function isAlive(holder: Holder): boolean {
  const startTime = startTimeOf(holder.pid);
  return startTime !== null && startTime === holder.startTime;
}

export function randomToken(bytes = 9): string {
  return randomBytes(bytes).toString('base64url');
}

export interface LockOptions {
  /** Milliseconds to wait for the lock. */
  readonly timeoutMs?: number;
  /** Called once when the wait takes longer than three seconds; `holder` describes the process that has the lock. */
  readonly onWait?: (holder: string) => void;
}

/**
 * Runs `work` while this process alone holds the lock file. The lock is SQLite's (fcntl): the kernel frees it when the
 * process dies, whichever way, so that there are no stale locks to break.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const timeoutMs = options.timeoutMs ?? 300_000;
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    const started = performance.now();
    let told = false;
    while (!tryLock(lock)) {
      const waited = performance.now() - started;
      if (waited > timeoutMs) {
        const holder = lockHolder(path);
        throw new EnvironmentError(
          `等待其他命令（${holder}）释放 ${path} 超时，请稍后再试。`,
          `Another command (${holder}) has held ${path} for too long. Try again later.`,
        );
      }
      if (!told && waited > 3000) {
        told = true;
        options.onWait?.(lockHolder(path));
      }
      await sleep(40);
    }
    return await work();
  } finally {
    lock.close();
  }
}

/** `PID COMMAND` of the process that holds the lock, as far as the system tells. */
export function lockHolder(path: string): string {
  try {
    const { ino } = statSync(path);
    const line = readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .find((one) => one.includes(`:${ino} `) && one.includes('WRITE') && !one.includes('->'));
    const pid = line?.trim().split(/\s+/)[4] ?? '';
    return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim().slice(0, 200)}`.trim();
  } catch {
    return '?';
  }
}

function tryLock(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
    if (code === 5 || code === 6) return false; // busy, locked
    throw error;
  }
}
