/** Taking over from a former system is killed again and again, in different parts; the last run ends it: each record once. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { one, query, sql } from '../../server/src/platform/db.ts';
import { createTestDatabase, type TestDatabase } from '../../server/src/platform/testing.ts';
import { runCommand, startCommand } from '../support/command.ts';

let database: TestDatabase;
let folder: string;
let dataDir: string;
let dump: string;

before(async () => {
  database = await createTestDatabase({ migrated: true });
  folder = mkdtempSync(join(tmpdir(), 'chengxin-import-killed-'));
  dataDir = join(folder, 'data');
  dump = join(folder, 'dump');
  const made = await runCommand(database, dataDir, 'init', '--name', '示例市', '--region', '370000', '--json');
  assert.equal(made.code, 0, made.err);
  const words = ['--subjects', '120', '--records', '6000', '--seed', '9', '--as-of', '2026-10-31', '--out', dump];
  assert.equal((await runCommand(database, dataDir, 'generate', '--vendor-dump', ...words, '--json')).code, 0);
});
after(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Progress {
  readonly rows: number;
  readonly events: number;
  readonly cases: number;
}
const progress = (): Promise<Progress> =>
  one(
    database.databases.app,
    sql`SELECT coalesce(sum(rows_done), 0)::int AS rows, (SELECT count(*)::int FROM core.record_event) AS events,
               (SELECT count(*)::int FROM casework.case) AS cases FROM core.submission`,
  );

/** Starts a run and kills it with SIGKILL once `reached` holds. */
async function killedWhen(reached: (now: Progress) => boolean): Promise<void> {
  const run = startCommand(database, dataDir, 'import-vendor', '--from', dump, '--json');
  for (let wait = 0; wait < 2400 && run.child.exitCode === null; wait += 1) {
    if (reached(await progress())) break;
    await sleep(25);
  }
  run.child.kill('SIGKILL');
  const ended = await run.ended;
  assert.equal(ended.code, null, `it was not killed in the middle: ${ended.err}`);
}

it('takes each record, state and case once, however often it was killed', async () => {
  const begun = await progress();
  await killedWhen(({ rows }) => rows > begun.rows + 500);
  const half = await progress();
  await killedWhen(({ rows }) => rows > half.rows + 1500);
  await killedWhen(({ events }) => events > 20);

  const last = await runCommand(database, dataDir, 'import-vendor', '--from', dump, '--json');
  assert.equal(last.code, 1, last.err);
  const result = JSON.parse(last.out);
  assert.deepEqual(result.differences, []);
  for (const count of result.counts) assert.equal(count.difference, 0, `${count.item} ${count.body}`);
  const states = await query<{ state: string }>(
    database.databases.app,
    sql`SELECT DISTINCT state FROM core.submission`,
  );
  assert.deepEqual(states, [{ state: 'done' }], 'nothing is left half-way');
  const twice = await one<{ records: number; files: number; events: number; cases: number }>(
    database.databases.app,
    sql`SELECT
      (SELECT count(*)::int FROM (SELECT 1 FROM core.record WHERE superseded_at IS NULL GROUP BY key_hash HAVING count(*) > 1) d) AS records,
      (SELECT count(*)::int FROM (SELECT 1 FROM core.submission GROUP BY file_sha256, body_id HAVING count(*) > 1) d) AS files,
      (SELECT count(*)::int FROM (SELECT 1 FROM core.record_event WHERE kind = 'repaired' GROUP BY record_id HAVING count(*) > 1) d) AS events,
      (SELECT count(*)::int FROM (SELECT 1 FROM casework.case WHERE upstream_number IS NOT NULL GROUP BY upstream_number HAVING count(*) > 1) d) AS cases`,
  );
  assert.deepEqual(twice, { records: 0, files: 0, events: 0, cases: 0 });

  const again = JSON.parse((await runCommand(database, dataDir, 'import-vendor', '--from', dump, '--json')).out);
  assert.equal(again.totals.taken, 0);
  assert.deepEqual(again.differences, []);
});
