import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, runMigrations } from 'graphile-worker';
import pg from 'pg';
import { createTestContext, type TestContext } from '../testing-context.ts';
import { query, sql, withTransaction } from './db.ts';
import { createJobs } from './jobs.ts';
import { createTestDatabase } from './testing.ts';

let world: TestContext;

before(async () => {
  world = await createTestContext();
});
after(async () => world?.close());

const waiting = async (task: string): Promise<{ attempts: number; max_attempts: number; locked_by: string | null }[]> =>
  query(
    world.ctx.db.app,
    sql`select j.attempts, j.max_attempts, j.locked_by from graphile_worker._private_jobs j
        join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = ${task}`,
  );

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  for (let n = 0; n < 600 && !(await done()); n += 1) await sleep(20);
  assert.ok(await done(), 'waited in vain');
}

test('a job is added with the act, once for each key, and runs with its payload', async () => {
  const jobs = createJobs();
  const { ctx } = world;
  const seen: unknown[] = [];
  jobs.register('t.collect', async (_ctx, payload, job) => {
    seen.push([payload.id, job.attempt, job.task]);
  });
  await assert.rejects(
    withTransaction(ctx.db.app, async (tx) => {
      await jobs.enqueue(tx, 't.collect', { id: 'rolled-back' });
      throw new Error('no');
    }),
  );
  await withTransaction(ctx.db.app, async (tx) => {
    await jobs.enqueue(tx, 't.collect', { id: 'first' }, { key: 'k' });
    await jobs.enqueue(tx, 't.collect', { id: 'second' }, { key: 'k' });
    await jobs.enqueue(tx, 't.collect', { id: 'later' }, { runAt: '2099-01-01T00:00:00Z' });
  });
  await jobs.drain(ctx);
  assert.deepEqual(seen, [['second', 1, 't.collect']]);
  assert.equal((await waiting('t.collect')).length, 1);
  assert.throws(() => jobs.register('t.collect', async () => undefined), /two handlers/);
});

test('a failing job is kept for another try, with a limit', async () => {
  const jobs = createJobs();
  const { ctx } = world;
  jobs.register('t.fail', async (_ctx, _payload, job) => {
    assert.equal(job.lastAttempt, false);
    throw new Error('not now');
  });
  await jobs.enqueue(ctx.db.app, 't.fail', {});
  await jobs.drain(ctx);
  assert.deepEqual(await waiting('t.fail'), [{ attempts: 1, max_attempts: 10, locked_by: null }]);
});

test('a running server takes jobs as they come and lets them end', async () => {
  const jobs = createJobs();
  const { ctx } = world;
  let ended = 0;
  jobs.register('t.run', async () => {
    await sleep(50);
    ended += 1;
  });
  await jobs.start(ctx);
  assert.throws(() => jobs.register('t.more', async () => undefined), /after the start/);
  await jobs.enqueue(ctx.db.app, 't.run', {});
  await until(() => ended === 1);
  const [worker] = await query<{ pid: number }>(ctx.db.app, sql`select pid from platform.worker`);
  assert.equal(worker?.pid, process.pid);
  await jobs.enqueue(ctx.db.app, 't.run', {});
  await until(async () => (await waiting('t.run')).some((job) => job.locked_by !== null) || ended === 2);
  await jobs.stop();
  assert.equal(ended, 2);
  assert.equal((await query(ctx.db.app, sql`select 1 from platform.worker`)).length, 0);
});

test('jobs of a process that died are free again at the next start; those of a living one are not', async () => {
  const { ctx } = world;
  const jobs = createJobs();
  const done: unknown[] = [];
  jobs.register('t.dead', async (_ctx, payload) => {
    done.push(payload.n);
  });
  for (const n of [1, 2, 3]) await jobs.enqueue(ctx.db.app, 't.dead', { n }, { key: `dead-${n}` });
  const lock = (key: string, by: string, at: string) =>
    query(
      ctx.db.app,
      sql`update graphile_worker._private_jobs set locked_by = ${by}, locked_at = ${at} where key = ${key}`,
    );
  const record = (id: string, pid: number, start: string) =>
    query(
      ctx.db.app,
      sql`insert into platform.worker (worker_id, host, pid, start_time, seen_at)
          values (${id}, 'here', ${pid}, ${start}, ${new Date().toISOString()})`,
    );
  const { hostname } = await import('node:os');
  const { thisProcess } = await import('./lease.ts');
  const now = new Date().toISOString();
  await record('pool-dead', 999_999, 'gone');
  await record('pool-live', process.pid, thisProcess().startTime);
  await query(ctx.db.app, sql`update platform.worker set host = ${hostname()}`);
  await lock('dead-1', 'pool-dead', now);
  await lock('dead-2', 'pool-live', now);
  await lock('dead-3', 'pool-unrecorded', new Date(Date.now() - 120_000).toISOString());
  assert.equal(await jobs.releaseStale(ctx), 2);
  await jobs.drain(ctx);
  assert.deepEqual(done.sort(), [1, 3]);
  await query(ctx.db.app, sql`update platform.worker set seen_at = '2020-01-01'`);
  assert.equal(await jobs.releaseStale(ctx), 1, 'nothing was heard of it for long');
});

test('the schema of migration 0005 is what the library makes', async () => {
  const fresh = await createTestDatabase();
  const pool = new pg.Pool({ connectionString: fresh.url });
  pool.on('connect', () => undefined);
  pool.on('error', () => undefined);
  const describe = async (client: pg.Pool): Promise<unknown[]> => {
    const ask = async (text: string): Promise<unknown[]> => (await client.query(text)).rows;
    return Promise.all([
      ask(`select c.relname, c.relkind, c.relrowsecurity, a.attname, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull, a.attidentity,
             a.attgenerated, pg_get_expr(d.adbin, d.adrelid) as value
           from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
           left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
           where c.relnamespace = 'graphile_worker'::regnamespace and c.relkind in ('r', 'v', 'c')
           order by c.relname, a.attname`),
      ask(`select indexdef from pg_indexes where schemaname = 'graphile_worker' order by 1`),
      ask(`select conname, pg_get_constraintdef(oid) as text from pg_constraint
           where connamespace = 'graphile_worker'::regnamespace and contype <> 'n' order by 1`),
      ask(`select replace(replace(pg_get_functiondef(oid), '"graphile_worker"', 'graphile_worker'), ' ', '') as text
           from pg_proc where pronamespace = 'graphile_worker'::regnamespace order by proname`),
      ask(`select pg_get_viewdef('graphile_worker.jobs'::regclass) as text`),
      ask('select id, breaking from graphile_worker.migrations order by id'),
      ask(`select count(*)::int as triggers from pg_trigger where not tgisinternal and tgrelid in
             (select oid from pg_class where relnamespace = 'graphile_worker'::regnamespace)`),
    ]);
  };
  try {
    await runMigrations({ pgPool: pool, logger: new Logger(() => () => undefined) });
    assert.deepEqual(await describe(world.ctx.db.migrator), await describe(pool));
  } finally {
    await pool.end();
    await fresh.close();
  }
});
