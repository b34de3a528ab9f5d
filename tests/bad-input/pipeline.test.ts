/** What befalls the pipeline as a whole: the same year again, columns that changed places, a full disk, many files at once. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '../../server/src/context.ts';
import {
  collectionJobs,
  loadSubmission,
  processSubmission,
  receiveFile,
  type SubmissionRow,
} from '../../server/src/modules/collection/index.ts';
import { createBody } from '../../server/src/modules/identity/index.ts';
import { databaseRoles, repositoryRoot } from '../../server/src/platform/config.ts';
import { one, query, sql } from '../../server/src/platform/db.ts';
import { actorWith, type CityContext, createCityContext } from '../support/context.ts';
import { codeOf, DEPARTMENT, penalty, penaltyCsv } from '../support/rows.ts';

let city: CityContext;
let bodyId: string;
let officer: Actor;
before(async () => {
  city = await createCityContext({ env: { COLLECT_FILES: '2' } });
  collectionJobs(city.ctx);
  const body = { kind: 'department' as const, name: DEPARTMENT.name, code: DEPARTMENT.code };
  bodyId = (await createBody(city.ctx.db.app, city.clock, body)).bodyId;
  officer = actorWith(['departmentOfficer'], bodyId);
});
after(() => city.close());

async function receive(content: string, enqueue: boolean, body = bodyId): Promise<string> {
  const source = Readable.from([Buffer.from(content)]);
  const file = { source, fileName: 'rows.csv', standard: 'penalty', channel: 'desk' as const };
  return (await receiveFile(city.ctx, officer, { ...file, bodyId: body, enqueue })).submissionId;
}
async function stateOf(submissionId: string): Promise<SubmissionRow> {
  const row = await loadSubmission(city.ctx.db.app, submissionId);
  assert.ok(row);
  return row;
}
async function collect(content: string): Promise<SubmissionRow> {
  const submissionId = await receive(content, false);
  await processSubmission(city.ctx, submissionId);
  return stateOf(submissionId);
}
const rows = (count: number, from: number, over: (at: number) => Record<string, string> = () => ({})) =>
  Array.from({ length: count }, (_, at) => penalty(from + at, over(at)));
const recordCount = async (): Promise<number> =>
  Number((await one<{ count: bigint }>(city.ctx.db.app, sql`SELECT count(*) FROM core.record`)).count);

describe('a year is sent again', () => {
  it('adds nothing: every row is a duplicate, whatever batch it falls into', async () => {
    const content = penaltyCsv(rows(5_000, 10_000));
    const first = await collect(content);
    assert.equal(Number(first.accepted), 5_000);
    const before = await recordCount();
    const again = await collect(content);
    assert.deepEqual([again.state, Number(again.duplicate), Number(again.accepted)], ['done', 5_000, 0]);
    assert.equal(await recordCount(), before);
  });
});

describe('a correction', () => {
  it('supersedes and is told to followers, with the record that stands in its place', async () => {
    await collect(penaltyCsv(rows(1, 20_000)));
    const corrected = await collect(penaltyCsv(rows(1, 20_000, () => ({ CF_SY: '更正后的事实' }))));
    assert.equal(Number(corrected.superseding), 1);
    const events = await query<{ payload: { recordId: string; by: string }; superseded: boolean; live: boolean }>(
      city.ctx.db.app,
      sql`SELECT o.payload, old.superseded_at IS NOT NULL AS superseded, new.superseded_at IS NULL AS live
            FROM core.outbox o JOIN core.record old ON old.record_id = (o.payload ->> 'recordId')::uuid
            JOIN core.record new ON new.record_id = (o.payload ->> 'by')::uuid
           WHERE o.kind = 'record.superseded' AND new.submission_id = ${corrected.submission_id}`,
    );
    assert.equal(events.length, 1);
    assert.deepEqual([events[0]?.superseded, events[0]?.live], [true, true]);
  });
});

describe('two columns changed places', () => {
  it('under their headings: every row is refused with its reason, nothing is recorded', async () => {
    const before = await recordCount();
    const swapped = await collect(
      penaltyCsv(
        rows(20, 30_000, (at) => ({ CF_XDR_MC: codeOf(31_000 + at), CF_XDR_SHXYM: `示范市第${at}商贸有限公司` })),
      ),
    );
    assert.deepEqual([swapped.state, Number(swapped.refused), Number(swapped.accepted)], ['done', 20, 0]);
    assert.equal(await recordCount(), before);
    const right = await collect(penaltyCsv(rows(20, 30_000)));
    assert.equal(Number(right.accepted), 20, 'mended and sent again it is taken');
  });
});

describe('many files at once', () => {
  it('wait in the order in which they came and say how many are before them; none is lost', async () => {
    const other = { kind: 'department' as const, name: '示范市城市管理局', code: codeOf(2, '11') };
    const second = (await createBody(city.ctx.db.app, city.clock, other)).bodyId;
    const ids: string[] = [];
    for (let at = 0; at < 4; at += 1) {
      city.clock.set(new Date(Date.parse(city.clock.now()) + 1_000).toISOString());
      // The last one is a correction by the first body: it must not overtake.
      const body = at === 1 || at === 2 ? second : bodyId;
      ids.push(
        await receive(
          penaltyCsv(rows(10, 40_000, (): Record<string, string> => (at === 3 ? { CF_SY: '更正' } : {}))),
          true,
          body,
        ),
      );
    }
    const waiting = await Promise.all(ids.map(stateOf));
    assert.deepEqual(
      waiting.map((row) => Number(row.ahead)),
      [0, 1, 2, 3],
    );
    for (let wait = 0; wait < 30; wait += 1) {
      await city.ctx.jobs.drain(city.ctx);
      if ((await Promise.all(ids.map(stateOf))).every((row) => row.state === 'done')) break;
      await sleep(500);
    }
    const done = await Promise.all(ids.map(stateOf));
    assert.deepEqual(
      done.map((row) => [row.state, row.ahead]),
      Array(4).fill(['done', null]),
    );
    assert.deepEqual([Number(done[0]?.accepted), Number(done[3]?.superseding)], [10, 10]);
  });
});

describe('the disk is full', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chengxin-full-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The command on a file system of its own of this size, in a mount namespace of its own. */
  function onSmallDisk(kib: number, file: string): Promise<{ code: number | null; words: string }> {
    const disk = join(folder, `disk-${kib}`);
    mkdirSync(disk);
    const urls = Object.fromEntries(
      databaseRoles.map((role) => [
        role === 'migrator' ? 'DATABASE_URL' : `DATABASE_URL_${role.toUpperCase()}`,
        city.database.urls[role],
      ]),
    );
    const script = 'mount -t tmpfs -o size="$1"k none "$2" && shift 2 && exec "$@"';
    const command = [process.execPath, join(repositoryRoot, 'server/src/cli/main.ts'), 'collect', file];
    const child = spawn(
      'unshare',
      [
        process.geteuid?.() === 0 ? '-m' : '-rm',
        'sh',
        '-c',
        script,
        'sh',
        String(kib),
        disk,
        ...command,
        '--standard',
        'penalty',
        '--org',
        DEPARTMENT.code,
      ],
      { env: { ...process.env, NODE_ENV: 'test', DATA_DIR: disk, ...urls }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let words = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        words += chunk.toString();
      });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, words }));
    });
  }

  it('says so, keeps nothing of the file, and takes it whole once there is room', async () => {
    const file = join(folder, 'penalties.csv');
    writeFileSync(file, penaltyCsv(rows(2_000, 50_000)));
    const before = await recordCount();
    const full = await onSmallDisk(400, file);
    assert.notEqual(full.code, 0);
    assert.match(full.words, /磁盘已满[\s\S]*full/);
    assert.equal(await recordCount(), before);
    const roomy = await onSmallDisk(16_000, file);
    assert.equal(roomy.code, 0, roomy.words);
    assert.equal(await recordCount(), before + 2_000);
  });
});
