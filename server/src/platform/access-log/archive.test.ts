/** Months that leave the database: signed, verified offline, never too early, with their seals left behind. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import pg from 'pg';
import type { Actor, AppContext } from '../../context.ts';
import { createTestContext, type TestContext } from '../../testing-context.ts';
import { query, sql, withTransaction } from '../db.ts';
import { newId } from '../ids.ts';
import {
  archiveMonth,
  monthsToArchive,
  openSealKey,
  removeMonth,
  restoreArchive,
  sealOnce,
  verifyArchive,
  verifyLog,
  writeAccess,
} from './index.ts';

let world: TestContext;
let ctx: AppContext;
let root: pg.Client;
const subjectId = newId();
const actor: Actor = {
  kind: 'account',
  accountId: newId(),
  name: '张三',
  roles: ['creditOffice'],
  bodyId: null,
  scopeBodyIds: [],
  subjectId: null,
  client: null,
  osUser: null,
  address: '10.0.0.1',
  requestId: 'request-1',
};

async function month(day: string, rows: number): Promise<void> {
  world.ctx.clock.set(`${day}T02:00:00Z`);
  for (let n = 0; n < rows; n += 1) {
    await withTransaction(ctx.db.app, (tx) =>
      writeAccess(tx, ctx, actor, { action: 'subject.full', subjectId, purpose: 'approval', detail: { n } }),
    );
    if (n % 3 === 2) await sealAll();
  }
  await sealAll();
}
async function sealAll(): Promise<void> {
  // Other databases of the server may hold the horizon for a moment; then half of the rows would make a seal of their own.
  for (;;) {
    const open = await root.query(
      `select 1 from log.access_log where epoch = 1 and xid >= pg_snapshot_xmin(pg_current_snapshot()) and xid < '800000000000'::xid8 limit 1`,
    );
    if (open.rowCount === 0) break;
    await sleep(20);
  }
  await sealOnce(ctx);
}
const fileOf = (name: string): string => join(ctx.config.logArchiveDir, `access-log-${name}.jsonl.gz`);

before(async () => {
  world = await createTestContext({ now: '2026-01-05T02:00:00Z' });
  ctx = world.ctx;
  root = new pg.Client({ connectionString: world.database.superuserUrl });
  await root.connect();
  await month('2026-01-05', 8);
  await month('2026-02-05', 5);
  await month('2026-09-05', 4);
});
after(async () => {
  await root?.end();
  await world?.close();
});

describe('months that leave the database', () => {
  it('are those that the policy no longer keeps hot', async () => {
    assert.deepEqual(await monthsToArchive(ctx, 6), ['2026-01', '2026-02']);
    assert.deepEqual(await monthsToArchive(ctx, 8), []);
  });
  it('are not dropped without an archive, nor younger than six months, whoever asks', async () => {
    const refused = { code: '23514' };
    await assert.rejects(ctx.db.migrator.query(`select log.drop_month('2026-01')`), refused);
    await assert.rejects(ctx.db.migrator.query(`select log.drop_month('2026-09')`), refused);
    for (const pool of [ctx.db.app, ctx.db.log, ctx.db.sealer, ctx.db.audit])
      await assert.rejects(pool.query(`select log.drop_month('2026-01')`), { code: '42501' });
    await archiveMonth(ctx, '2026-09');
    await assert.rejects(removeMonth(ctx, '2026-09'), refused);
    await root.query(`delete from log.archive`);
  });
  it('are written to a file that verifies offline, and leave their seals', async () => {
    const row = await archiveMonth(ctx, '2026-01');
    assert.equal(row.rowCount, '8');
    const proof = await verifyArchive(fileOf('2026-01'), ctx.config.keysDir);
    assert.deepEqual([proof.ok, proof.month, proof.rows], [true, '2026-01', 8], JSON.stringify(proof.problems));
    assert.ok(proof.seals >= 3);
    await removeMonth(ctx, '2026-01');
    const left = await query<{ rows: number }>(
      ctx.db.audit,
      sql`select count(*)::integer as rows from log.access_log where at < '2026-02-01'`,
    );
    assert.equal(left[0]?.rows, 0);
    const whole = await verifyLog(ctx.db, ctx.config.keysDir);
    assert.deepEqual(whole.findings, []);
    assert.deepEqual(whole.removedMonths, ['2026-01']);
  });
  it('are not dropped when the archive lacks a row', async () => {
    await archiveMonth(ctx, '2026-02');
    await root.query(
      `insert into log.access_log (log_id, at, actor_kind, actor_name, action, outcome, epoch, xid) select gen_random_uuid(), '2026-02-06', 'system', 'x', 'x', 'ok', 1, '900000000000'`,
    );
    await assert.rejects(removeMonth(ctx, '2026-02'), { code: '23514' });
    await assert.rejects(archiveMonth(ctx, '2026-02'), /not sealed yet or belong to no seal/);
    await root.query(`delete from log.access_log where action = 'x'`);
    await archiveMonth(ctx, '2026-02');
    await removeMonth(ctx, '2026-02');
  });
  it('can be read again, for the audit login only', async () => {
    const restored = await restoreArchive(ctx, fileOf('2026-01'), { remove: false });
    assert.equal(restored.rows, 8);
    const rows = await query<{ subject_id: string }>(
      ctx.db.audit,
      sql`select subject_id from log.restored_2026_01 where subject_id = ${subjectId}`,
    );
    assert.equal(rows.length, 8);
    await assert.rejects(ctx.db.app.query('select 1 from log.restored_2026_01'), { code: '42501' });
    assert.deepEqual((await verifyLog(ctx.db, ctx.config.keysDir)).findings, [], 'it is no part of the log');
    await restoreArchive(ctx, fileOf('2026-01'), { remove: true });
    await assert.rejects(ctx.db.audit.query('select 1 from log.restored_2026_01'), { code: '42P01' });
  });
});

describe('an archive file that was touched', () => {
  const changed = (change: (lines: string[]) => string[]): string => {
    const lines = gunzipSync(readFileSync(fileOf('2026-01')))
      .toString('utf8')
      .trimEnd()
      .split('\n');
    const path = join(ctx.config.dataDir, 'touched.jsonl.gz');
    writeFileSync(path, gzipSync(`${change(lines).join('\n')}\n`));
    return path;
  };
  const rowAt = (lines: readonly string[]): number => lines.findIndex((line) => line.startsWith('{"kind":"row"'));
  const kinds: readonly [string, (lines: string[]) => string[]][] = [
    [
      'a row is changed',
      (lines) => lines.map((line, at) => (at === rowAt(lines) ? line.replace('approval', 'other') : line)),
    ],
    ['a row is left out', (lines) => lines.toSpliced(rowAt(lines), 1)],
    ['a row is doubled', (lines) => lines.toSpliced(rowAt(lines), 0, lines[rowAt(lines)] ?? '')],
    [
      'a seal is left out',
      (lines) => lines.filter((line, at) => at === 0 || at > 2 || !line.startsWith('{"kind":"seal"')),
    ],
    ['the end is cut', (lines) => lines.slice(0, -1)],
    [
      'the last seal and its rows are cut',
      (lines) => {
        const last = lines.findLastIndex((line) => line.startsWith('{"kind":"seal"'));
        return [...lines.slice(0, last), lines.at(-1) ?? ''];
      },
    ],
    ['the month is changed', (lines) => lines.map((line) => line.replace('"month":"2026-01"', '"month":"2026-03"'))],
    ['something follows the end', (lines) => [...lines, lines[rowAt(lines)] ?? '']],
    ['it is no JSON', (lines) => [...lines.slice(0, 3), 'x', ...lines.slice(3)]],
  ];
  for (const [name, change] of kinds) {
    it(`is found: ${name}`, async () => {
      const proof = await verifyArchive(changed(change), ctx.config.keysDir);
      assert.equal(proof.ok, false);
      assert.ok(proof.problems.length > 0);
      await assert.rejects(restoreArchive(ctx, join(ctx.config.dataDir, 'touched.jsonl.gz'), { remove: false }));
    });
  }
  it('is found when it was signed by somebody else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chengxin-stranger-'));
    openSealKey(folder);
    const proof = await verifyArchive(fileOf('2026-01'), folder);
    rmSync(folder, { recursive: true });
    assert.equal(proof.ok, false);
  });
  it('a damaged file is said to be damaged', async () => {
    const path = join(ctx.config.dataDir, 'damaged.jsonl.gz');
    writeFileSync(path, readFileSync(fileOf('2026-01')).subarray(0, 300));
    const proof = await verifyArchive(path, ctx.config.keysDir);
    assert.equal(proof.ok, false);
  });
});
