/** The process is killed in the middle of a file; the next run finishes it: never twice, never lost. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { databaseRoles, repositoryRoot } from '../../server/src/platform/config.ts';
import { maybeOne, one, sql } from '../../server/src/platform/db.ts';
import { createTestDatabase, type TestDatabase } from '../../server/src/platform/testing.ts';
import { DEPARTMENT, penalty, penaltyCsv } from '../support/rows.ts';

const ROWS = 24_000;
let database: TestDatabase;
let folder: string;

before(async () => {
  database = await createTestDatabase({ migrated: true });
  folder = mkdtempSync(join(tmpdir(), 'chengxin-crash-'));
});
after(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

function command(...words: string[]): ChildProcess {
  const urls = Object.fromEntries(
    databaseRoles.map((role) => [
      role === 'migrator' ? 'DATABASE_URL' : `DATABASE_URL_${role.toUpperCase()}`,
      database.urls[role],
    ]),
  );
  return spawn(process.execPath, [join(repositoryRoot, 'server/src/cli/main.ts'), ...words], {
    env: { ...process.env, NODE_ENV: 'test', DATA_DIR: join(folder, 'data'), ...urls },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function finished(child: ChildProcess): Promise<{ code: number | null; out: string }> {
  let out = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out };
}

it('finishes a killed file exactly once', async () => {
  const file = join(folder, 'penalties.csv');
  writeFileSync(
    file,
    penaltyCsv(
      Array.from({ length: ROWS }, (_, at) => penalty(1 + (at % 4000), { CF_WSH: `示市监罚〔2026〕${at + 1}号` })),
    ),
  );
  const other = join(folder, 'other.csv');
  writeFileSync(other, penaltyCsv([penalty(5001)]));
  const child = command('collect', file, '--standard', 'penalty', '--org', DEPARTMENT.code, '--json');
  const ended = finished(child);
  let done = 0n;
  for (let wait = 0; wait < 600 && done === 0n && child.exitCode === null; wait += 1) {
    await sleep(50);
    done =
      (
        await maybeOne<{ rows_done: bigint }>(
          database.databases.app,
          sql`SELECT rows_done FROM core.submission LIMIT 1`,
        )
      )?.rows_done ?? 0n;
  }
  child.kill('SIGKILL');
  const first = await ended;
  assert.equal(first.code, null, `it was not killed in the middle: ${first.out}`);
  const half = await one<{ rows_done: bigint; state: string; records: bigint }>(
    database.databases.app,
    sql`SELECT rows_done, state, (SELECT count(*) FROM core.record) AS records FROM core.submission`,
  );
  assert.equal(half.state, 'processing');
  assert.ok(half.rows_done > 0n && half.rows_done < BigInt(ROWS), `killed at row ${half.rows_done}`);
  assert.equal(half.records, half.rows_done, 'a batch is whole or not there');

  const second = await finished(command('collect', other, '--standard', 'penalty', '--org', DEPARTMENT.code, '--json'));
  assert.equal(second.code, 0, second.out);
  const whole = await one<{ rows_done: bigint; accepted: bigint; state: string }>(
    database.databases.app,
    sql`SELECT rows_done, accepted, state FROM core.submission ORDER BY received_at LIMIT 1`,
  );
  assert.deepEqual(whole, { rows_done: BigInt(ROWS), accepted: BigInt(ROWS), state: 'done' });
  const rows = await one<{ records: bigint; rows: bigint; keys: bigint; live: bigint }>(
    database.databases.app,
    sql`SELECT count(*) AS records, count(DISTINCT (submission_id, row_no)) AS rows, (SELECT count(*) FROM core.record_key) AS keys, count(*) FILTER (WHERE superseded_at IS NULL) AS live FROM core.record`,
  );
  const expected = BigInt(ROWS + 1);
  assert.deepEqual(rows, { records: expected, rows: expected, keys: expected, live: expected });
});
