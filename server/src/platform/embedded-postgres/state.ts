import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '../errors.ts';
import type { Holder } from '../lease.ts';
import type { Passwords } from './roles.ts';

export type LeaseKind = 'serve' | 'command' | 'test';

export interface Lease extends Holder {
  readonly id: string;
  readonly kind: LeaseKind;
  readonly since: string;
}

/** `.data/run.json`: what runs now and who needs it. */
export interface RunState {
  readonly version: 1;
  readonly postmaster: { readonly pid: number; readonly port: number; readonly dataDirectory: string } | null;
  readonly leases: readonly Lease[];
}

/** `.data/cluster.json`: what stays: where the cluster is, who runs it, its passwords. */
export interface ClusterRecord {
  readonly version: 1;
  readonly id: string;
  readonly major: string;
  /** The OS user that runs PostgreSQL; null: the same one that runs this program. */
  readonly osUser: string | null;
  /** The folder with `data`, `socket` and `log`. */
  readonly base: string;
  readonly socketDirectory: string;
  readonly port: number;
  readonly superuserPassword: string;
  readonly passwords: Passwords;
  /** True once the logins and the database exist. */
  readonly provisioned: boolean;
}

export const runFile = (dataDir: string): string => join(dataDir, 'run.json');
export const lockFile = (dataDir: string): string => join(dataDir, 'run.lock');
export const clusterFile = (dataDir: string): string => join(dataDir, 'cluster.json');

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Replaces the file in one step, readable by its owner alone. */
export function writePrivateJson(path: string, value: unknown): void {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, `${JSON.stringify(value, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
}

/** A missing or broken run file means that nothing is known to run: the live server is found by its own pid file. */
export function readRunState(dataDir: string): RunState {
  const value = readJson(runFile(dataDir));
  if (typeof value === 'object' && value !== null && 'version' in value && value.version === 1)
    return value as RunState;
  return { version: 1, postmaster: null, leases: [] };
}

export function readClusterRecord(dataDir: string): ClusterRecord | null {
  const path = clusterFile(dataDir);
  const value = readJson(path);
  if (value === null) return null;
  if (typeof value === 'object' && value !== undefined && 'version' in value && value.version === 1) {
    return value as ClusterRecord;
  }
  throw new EnvironmentError(
    `${path} 无法识别：数据库口令在其中，请从备份恢复该文件，或用较新的程序版本打开。`,
    `${path} cannot be read: it holds the database's passwords. Restore that file, or use a newer version of the program.`,
  );
}
