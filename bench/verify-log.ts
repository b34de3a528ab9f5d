/**
 * `verify-log` on a million rows (`--size city`), beside only reading the same rows. In a database of its own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppContext } from '../server/src/context.ts';
import { prepareAccessLog, sealOnce, verifyLog } from '../server/src/platform/access-log/index.ts';
import { fixedClock } from '../server/src/platform/clock.ts';
import type { Config } from '../server/src/platform/config.ts';
import { type Databases, databasesFor, execute, query, sql } from '../server/src/platform/db.ts';
import { type BenchResult, type BenchSize, median, rounded } from './result.ts';
import { openScratch } from './scratch.ts';

interface Options {
  readonly size: BenchSize;
  readonly onNote: (text: string) => void;
  readonly onEnd: (work: () => Promise<void>) => void;
}

const sizes: Readonly<Record<BenchSize, number>> = { small: 100_000, city: 1_000_000 };
const rounds = 5;
const megabyte = 1024 ** 2;

/** An ended epoch: its transaction numbers can be given, and the sealer takes it whole. Two months, as in life. */
async function fill(db: Databases, rows: number): Promise<void> {
  await execute(
    db.migrator,
    sql`insert into log.epoch (epoch, cluster_id, began_at) values (1, 'bench', '2026-03-01')`,
  );
  await execute(
    db.migrator,
    sql`insert into log.access_log (log_id, at, actor_kind, account_id, actor_name, body_id, action, resource_kind, resource_id, subject_id,
          purpose, matter, case_number, outcome, address, request_id, detail, epoch, xid)
        select gen_random_uuid(), '2026-03-20 00:00:00+00'::timestamptz + n * interval '1 second', 'account', gen_random_uuid(), '张三',
          gen_random_uuid(), 'subject.full', 'subject', gen_random_uuid()::text, gen_random_uuid(), 'approval', '建设工程施工许可', '建许〔2026〕' || n || '号',
          'ok', '10.0.' || n % 250 || '.1', gen_random_uuid()::text, jsonb_build_object('part', 'records', 'records', n % 50), 1, (1000 + n)::text::xid8
        from generate_series(1, ${rows}::int) n`,
  );
}

/** The rows as they are stored, read as verification reads them and thrown away. */
async function readOnly(db: Databases): Promise<void> {
  let after = '0';
  for (;;) {
    const rows = await query<{ xid: string }>(
      db.audit,
      sql`select xid::text as xid, l::text as text from log.access_log l where epoch = 1 and l.xid > ${after}::xid8 order by l.xid limit 5000`,
    );
    const last = rows.at(-1);
    if (!last) return;
    after = last.xid;
  }
}

async function timed(work: () => Promise<unknown>): Promise<{ seconds: number; peak: number }> {
  const before = process.memoryUsage().rss;
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 20);
  const began = performance.now();
  await work();
  clearInterval(timer);
  return { seconds: (performance.now() - began) / 1000, peak: peak / megabyte };
}

async function sealed(ctx: AppContext): Promise<number> {
  await prepareAccessLog(ctx);
  return (await sealOnce(ctx))?.seals ?? 0;
}

export async function benchVerifyLog(config: Config, options: Options): Promise<readonly BenchResult[]> {
  const rows = sizes[options.size];
  const scratch = await openScratch(config, 1);
  const keysDir = mkdtempSync(join(tmpdir(), 'chengxin-bench-'));
  const [urls] = scratch.databases;
  if (!urls) throw new Error('no database');
  const db = databasesFor(urls, 'bench');
  options.onEnd(async () => {
    await db.close();
    await scratch.close();
    rmSync(keysDir, { recursive: true, force: true });
  });
  const ctx = {
    db,
    clock: fixedClock('2026-05-01T00:00:00Z'),
    config: { ...config, keysDir, logHash: 'sha256' },
  } as unknown as AppContext;
  await query(db.sealer, sql`select log.ensure_partitions('2026-03-01'::date, 3)`);
  options.onNote(`${rows} 行写入中 filling`);
  await fill(db, rows);
  const began = performance.now();
  const seals = await sealed(ctx);
  const sealSeconds = (performance.now() - began) / 1000;
  const verifying: number[] = [];
  const reading: number[] = [];
  let peak = 0;
  for (let round = 0; round < rounds; round += 1) {
    options.onNote(`第 ${round + 1}/${rounds} 轮 round`);
    reading.push((await timed(() => readOnly(db))).seconds);
    const run = await timed(async () => {
      const result = await verifyLog(db, keysDir);
      if (!result.ok || result.rows !== rows) throw new Error(JSON.stringify(result.findings));
    });
    verifying.push(run.seconds);
    peak = Math.max(peak, run.peak);
  }
  const seconds = median(verifying);
  const bare = median(reading);
  return [
    { what: '行 rows', value: rows, unit: '', limit: null, ratio: null },
    { what: '封存 sealing', value: rounded(sealSeconds), unit: `s (${seals} seals)`, limit: null, ratio: null },
    { what: '核验 verify-log', value: rounded(seconds), unit: 's', limit: null, ratio: rounded(seconds / bare) },
    { what: '核验 verify-log', value: Math.round(rows / seconds), unit: 'rows/s', limit: null, ratio: null },
    { what: '只读 only reading the same rows', value: rounded(bare), unit: 's', limit: null, ratio: null },
    { what: '内存峰值 peak memory', value: Math.round(peak), unit: 'MiB', limit: null, ratio: null },
  ];
}
