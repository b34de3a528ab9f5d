/**
 * Work for later, kept in PostgreSQL by graphile-worker: a job is enqueued in the transaction that wants it, so that both
 * happen or neither. A handler may run more than once (a crash) and must stand it.
 */
import { EventEmitter } from 'node:events';
import { hostname } from 'node:os';
import { Logger, parseCronItems, run, runOnce, type TaskList, type Runner as WorkerRunner } from 'graphile-worker';
import pg from 'pg';
import type { AppContext } from '../context.ts';
import type { Instant } from './clock.ts';
import { execute, maybeOne, type Queryable, query, type Runner, sql } from './db.ts';
import { isAlive, thisProcess } from './lease.ts';
import type { Logger as PinoLogger } from './logging.ts';
import { safeError } from './safe-error.ts';
import { telemetryOf } from './telemetry.ts';

export interface EnqueueOptions {
  /** A waiting job with the same key is replaced instead of added. */
  readonly key?: string;
  readonly runAt?: Instant | string;
  /** Instead of `runAt`: so long from now, by the machine's clock. For what is about processes. */
  readonly delayMs?: number;
  /** Jobs of a queue run one after another. Few different names. */
  readonly queue?: string;
  /** Default 10: the last try comes about six hours after the first. */
  readonly maxAttempts?: number;
  /** Smaller runs first; default 0. */
  readonly priority?: number;
}

export interface JobRun {
  readonly id: string;
  readonly task: string;
  /** From 1. */
  readonly attempt: number;
  readonly lastAttempt: boolean;
  /** Aborted when the server stops: finish soon, or throw and be run again. */
  readonly signal: AbortSignal;
  readonly log: PinoLogger;
}

export type JobHandler = (ctx: AppContext, payload: Readonly<Record<string, unknown>>, job: JobRun) => Promise<void>;

export interface Jobs {
  /** Adds a job in the caller's transaction. The payload is JSON without person identifiers. */
  enqueue(
    client: Queryable,
    task: string,
    payload: Readonly<Record<string, unknown>>,
    options?: EnqueueOptions,
  ): Promise<void>;
  /** Names the handler of a task; before `start`. */
  register(task: string, handler: JobHandler): void;
  /** Runs a registered task by the clock: five fields of crontab, in UTC. */
  schedule(task: string, crontab: string): void;
  /** Runs jobs until `stop`. */
  start(ctx: AppContext): Promise<void>;
  /** Lets running jobs end (five seconds until their signal is aborted). */
  stop(): Promise<void>;
  /** Frees jobs that dead workers hold. Returns how many workers were found dead. Called at start and each minute. */
  releaseStale(ctx: AppContext): Promise<number>;
  /** When the job was due that waits longest; one that is not due yet is in the future. Null when none waits. */
  waitingSince(client: Queryable): Promise<Instant | null>;
  /** Runs everything that is due in this process and returns: for commands and tests. */
  drain(ctx: AppContext): Promise<void>;
}

const defaultMaxAttempts = 10;
const defaultConcurrency = 4;
const heartbeatMs = 60_000;
/** A worker that was not heard of for so long is dead, also when it ran on another host. */
const silentMs = 10 * 60_000;
/** Locks of a worker that died before it could record itself. */
const unrecordedSeconds = 60;
const schema = 'graphile_worker';

function quietPool(url: string, max: number): pg.Pool {
  // graphile-worker needs the driver's own types: ids as text, instants as Date.
  const pool = new pg.Pool({ connectionString: url, max, application_name: 'chengxin:jobs' });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

function workerLogger(log: PinoLogger): Logger {
  const levels = { error: 'error', warning: 'warn', info: 'debug', debug: 'trace' } as const;
  // Only the message: its meta holds the job with its payload.
  return new Logger(() => (level, message) => log[levels[level]]({ part: 'jobs' }, message));
}

class GraphileJobs implements Jobs {
  readonly #handlers = new Map<string, JobHandler>();
  readonly #crons: { task: string; match: string }[] = [];
  #runner: WorkerRunner | null = null;
  #pool: pg.Pool | null = null;
  #heartbeat: NodeJS.Timeout | undefined;
  #workerIds: string[] = [];
  #ctx: AppContext | null = null;

  async enqueue(
    client: Queryable,
    task: string,
    payload: Readonly<Record<string, unknown>>,
    options: EnqueueOptions = {},
  ): Promise<void> {
    const runAt = options.delayMs === undefined ? options.runAt : new Date(Date.now() + options.delayMs).toISOString();
    await execute(
      client as Runner,
      sql`select graphile_worker.add_job(${task}, payload => ${JSON.stringify(payload)}::json, queue_name => ${options.queue ?? null},
            run_at => ${runAt ?? null}::timestamptz, max_attempts => ${options.maxAttempts ?? defaultMaxAttempts}::integer,
            job_key => ${options.key ?? null}, priority => ${options.priority ?? 0}::integer)`,
    );
  }

  register(task: string, handler: JobHandler): void {
    if (this.#runner) throw new Error(`task ${task} was registered after the start of the jobs`);
    if (this.#handlers.has(task)) throw new Error(`task ${task} has two handlers`);
    this.#handlers.set(task, handler);
  }

  schedule(task: string, crontab: string): void {
    this.#crons.push({ task, match: crontab });
  }

  #tasks(ctx: AppContext, ready: Promise<void>): TaskList {
    const { jobs } = telemetryOf(ctx);
    const entries = [...this.#handlers].map(([task, handler]) => [
      task,
      async (payload: unknown, helpers: Parameters<NonNullable<TaskList[string]>>[1]): Promise<void> => {
        await ready;
        const { id, attempts, max_attempts: limit } = helpers.job;
        const log = ctx.log.child({ task, job: id, attempt: attempts });
        try {
          await handler(ctx, (payload ?? {}) as Record<string, unknown>, {
            id: String(id),
            task,
            attempt: attempts,
            lastAttempt: attempts >= limit,
            signal: helpers.abortSignal,
            log,
          });
          jobs.inc({ task, outcome: 'done' });
        } catch (error) {
          jobs.inc({ task, outcome: attempts >= limit ? 'given-up' : 'failed' });
          log.error(
            { err: safeError(error) },
            attempts >= limit ? 'job given up' : 'job failed; it will be tried again',
          );
          throw error;
        }
      },
    ]);
    return Object.fromEntries(entries) as TaskList;
  }

  async start(ctx: AppContext): Promise<void> {
    if (this.#runner) throw new Error('the jobs run already');
    this.#ctx = ctx;
    await this.releaseStale(ctx);
    const pool = quietPool(ctx.db.urls.app, defaultConcurrency + 3);
    this.#pool = pool;
    const events = new EventEmitter();
    // No handler begins before its worker is on record, so that a crash can always be told.
    const ready = new Promise<void>((resolve, reject) => {
      events.once('pool:create', ({ workerPool }: { workerPool: { id: string } }) => {
        this.#workerIds.push(workerPool.id);
        this.#beat(ctx).then(resolve, reject);
      });
    });
    ready.catch(() => undefined);
    this.#runner = await run({
      pgPool: pool,
      schema,
      concurrency: defaultConcurrency,
      noHandleSignals: true,
      pollInterval: 2000,
      taskList: this.#tasks(ctx, ready),
      parsedCronItems: parseCronItems(
        this.#crons.map((cron) => ({ ...cron, options: { backfillPeriod: 0, maxAttempts: 3 } })),
      ),
      logger: workerLogger(ctx.log),
      events,
    });
    this.#runner.promise.catch((error: unknown) =>
      ctx.log.error({ err: safeError(error) }, 'the jobs stopped by themselves'),
    );
    this.#heartbeat = setInterval(() => {
      this.#beat(ctx)
        .then(() => this.releaseStale(ctx))
        .catch((error: unknown) => ctx.log.warn({ err: safeError(error) }, 'the heartbeat of the jobs failed'));
    }, heartbeatMs);
    this.#heartbeat.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#heartbeat);
    const runner = this.#runner;
    const pool = this.#pool;
    this.#runner = null;
    this.#pool = null;
    await runner?.stop().catch(() => undefined);
    await pool?.end().catch(() => undefined);
    const ids = this.#workerIds;
    this.#workerIds = [];
    if (this.#ctx && ids.length > 0) {
      await execute(this.#ctx.db.app, sql`delete from platform.worker where worker_id = any(${ids})`).catch(
        () => undefined,
      );
    }
  }

  /** Real time, not the clock of the domain: this is about processes. */
  async #beat(ctx: AppContext): Promise<void> {
    const { pid, startTime } = thisProcess();
    const at = new Date().toISOString();
    for (const id of this.#workerIds) {
      await execute(
        ctx.db.app,
        sql`insert into platform.worker (worker_id, host, pid, start_time, seen_at)
            values (${id}, ${hostname()}, ${pid}, ${startTime}, ${at})
            on conflict (worker_id) do update set seen_at = excluded.seen_at`,
      );
    }
  }

  async releaseStale(ctx: AppContext): Promise<number> {
    const rows = await query<{ worker_id: string; host: string; pid: number; start_time: string; seen_at: string }>(
      ctx.db.app,
      sql`select worker_id, host, pid, start_time, seen_at from platform.worker`,
    );
    const own = hostname();
    const dead = rows
      .filter((row) => {
        if (this.#workerIds.includes(row.worker_id)) return false;
        if (Date.now() - Date.parse(row.seen_at) > silentMs) return true;
        return row.host === own && !isAlive({ pid: row.pid, startTime: row.start_time });
      })
      .map((row) => row.worker_id);
    const before = new Date(Date.now() - unrecordedSeconds * 1000).toISOString();
    const unknown = await query<{ locked_by: string }>(
      ctx.db.app,
      sql`select distinct j.locked_by from graphile_worker._private_jobs j
          where j.locked_at < ${before} and not exists (select from platform.worker w where w.worker_id = j.locked_by)`,
    );
    const ids = [...dead, ...unknown.map((row) => row.locked_by)];
    if (ids.length === 0) return 0;
    await execute(ctx.db.app, sql`select graphile_worker.force_unlock_workers(${ids}::text[])`);
    await execute(ctx.db.app, sql`delete from platform.worker where worker_id = any(${dead})`);
    ctx.log.info({ workers: ids.length }, 'jobs of dead workers were freed');
    return ids.length;
  }

  async waitingSince(client: Queryable): Promise<Instant | null> {
    const row = await maybeOne<{ since: Instant | null }>(
      client as Runner,
      sql`select min(j.run_at) as since from graphile_worker._private_jobs j where j.locked_at is null and j.attempts < j.max_attempts`,
    );
    return row?.since ?? null;
  }

  async drain(ctx: AppContext): Promise<void> {
    const pool = quietPool(ctx.db.urls.app, 3);
    const events = new EventEmitter();
    let id: string | null = null;
    const ready = new Promise<void>((resolve, reject) => {
      events.once('pool:create', ({ workerPool }: { workerPool: { id: string } }) => {
        id = workerPool.id;
        this.#workerIds.push(id);
        this.#beat(ctx).then(resolve, reject);
      });
    });
    ready.catch(() => undefined);
    try {
      await runOnce({
        pgPool: pool,
        schema,
        noHandleSignals: true,
        taskList: this.#tasks(ctx, ready),
        logger: workerLogger(ctx.log),
        events,
      });
    } finally {
      await ready.catch(() => undefined);
      this.#workerIds = this.#workerIds.filter((other) => other !== id);
      await execute(ctx.db.app, sql`delete from platform.worker where worker_id = ${id}`).catch(() => undefined);
      await pool.end();
    }
  }
}

export function createJobs(): Jobs {
  return new GraphileJobs();
}
