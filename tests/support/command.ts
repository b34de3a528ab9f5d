/** `./chengxin …` as a process of its own on a test database. */
import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { databaseRoles, repositoryRoot } from '../../server/src/platform/config.ts';
import type { TestDatabase } from '../../server/src/platform/testing.ts';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(database: TestDatabase, dataDir: string, words: readonly string[], env: Record<string, string> = {}) {
  const urls = Object.fromEntries(
    databaseRoles.map((role) => [
      role === 'migrator' ? 'DATABASE_URL' : `DATABASE_URL_${role.toUpperCase()}`,
      database.urls[role],
    ]),
  );
  return spawn(process.execPath, [join(repositoryRoot, 'server/src/cli/main.ts'), ...words], {
    env: { ...process.env, NODE_ENV: 'test', DATA_DIR: dataDir, ...urls, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export interface Served {
  readonly base: string;
  /** SIGTERM, and its exit code. */
  stop(): Promise<number | null>;
}

/** `./chengxin serve` on a free port, ready to answer. */
export async function serve(database: TestDatabase, dataDir: string): Promise<Served> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const child = start(database, dataDir, ['serve'], { PORT: String(port), PUBLIC_URL: base });
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  for (;;) {
    const ready = await fetch(`${base}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) break;
    if (child.exitCode !== null) throw new Error(`serve ended with ${child.exitCode}: ${err}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    base,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** A command that is to be killed; `ended` is what it had said by then. */
export function startCommand(
  database: TestDatabase,
  dataDir: string,
  ...words: string[]
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = start(database, dataDir, words);
  return { child, ended: endOf(child) };
}

export const runCommand = (database: TestDatabase, dataDir: string, ...words: string[]): Promise<Ended> =>
  runWith(database, dataDir, {}, ...words);

export function runWith(
  database: TestDatabase,
  dataDir: string,
  env: Record<string, string>,
  ...words: string[]
): Promise<Ended> {
  return endOf(start(database, dataDir, words, env));
}

function endOf(child: ReturnType<typeof start>): Promise<Ended> {
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}
