/** `./chengxin …` as a process of its own on a test database. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { databaseRoles, repositoryRoot } from '../../server/src/platform/config.ts';
import type { TestDatabase } from '../../server/src/platform/testing.ts';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export function runCommand(database: TestDatabase, dataDir: string, ...words: string[]): Promise<Ended> {
  const urls = Object.fromEntries(
    databaseRoles.map((role) => [
      role === 'migrator' ? 'DATABASE_URL' : `DATABASE_URL_${role.toUpperCase()}`,
      database.urls[role],
    ]),
  );
  const child = spawn(process.execPath, [join(repositoryRoot, 'server/src/cli/main.ts'), ...words], {
    env: { ...process.env, NODE_ENV: 'test', DATA_DIR: dataDir, ...urls },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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
