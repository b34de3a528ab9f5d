/** The server: context, application, jobs and sealer, started and stopped in order. */
import { type AppOptions, buildApp, registerPlatformJobs } from './build-app.ts';
import { buildContext, type ContextOptions, type OwnedContext } from './build-context.ts';
import { caseDesks } from './case-desks.ts';
import type { AppContext } from './context.ts';
import { accountPorts, personPorts, repairPorts } from './module-ports.ts';
import { accountJobs } from './modules/accounts/index.ts';
import { casesJob } from './modules/casework/index.ts';
import { checkJobs } from './modules/checks/index.ts';
import { collectionJobs, resumeSubmissions, sealedDrafts } from './modules/collection/index.ts';
import { displayJobs } from './modules/display/index.ts';
import { type Courier, exchangeJobs, startCourier } from './modules/exchange/index.ts';
import { listJobs } from './modules/lists/index.ts';
import { noticeJobs } from './modules/notices/index.ts';
import { obligationJobs } from './modules/obligations/index.ts';
import { oversightJobs } from './modules/oversight/index.ts';
import { beforeAnswering, personJobs } from './modules/persons/index.ts';
import { policyDeskJobs } from './modules/policyDesk/index.ts';
import { qualityJobs } from './modules/quality/index.ts';
import { repairJobs, repairKinds } from './modules/repair/index.ts';
import { createWebhookSender, webhookJobs } from './modules/webhooks/index.ts';
import { type Sealer, startSealer } from './platform/access-log/index.ts';
import type { Config } from './platform/config.ts';
import { EnvironmentError } from './platform/errors.ts';
import type { HttpInstance } from './platform/http/index.ts';
import { collectProcessMetrics, telemetryOf } from './platform/telemetry.ts';

export { type AppOptions, buildApp, type ModuleRoutes, modules, registerPlatformJobs } from './build-app.ts';
export { buildContext, type ContextOptions, contextOver, type OwnedContext } from './build-context.ts';

/** Registers the tasks of modules with `ctx.jobs`. A new module is one line here. */
export function registerJobs(ctx: AppContext): void {
  registerPlatformJobs(ctx);
  accountJobs(ctx, accountPorts);
  noticeJobs(ctx);
  collectionJobs(ctx);
  policyDeskJobs(ctx);
  personJobs(ctx, personPorts(ctx), [sealedDrafts]);
  qualityJobs(ctx);
  oversightJobs(ctx);
  exchangeJobs(ctx);
  webhookJobs(ctx);
  const repairs = repairKinds(repairPorts);
  displayJobs(ctx);
  checkJobs(ctx);
  listJobs(ctx);
  obligationJobs(ctx);
  repairJobs(ctx, repairs, repairPorts);
  casesJob(
    ctx,
    caseDesks.map(({ kind }) => kind),
  );
}

export interface ServerOptions extends AppOptions {
  /** A context that is open already; it is closed with the server. */
  readonly context?: OwnedContext;
  readonly contextOptions?: ContextOptions;
  /**
   * Runs when everything is ready and just before the port is taken: a progress page gives it up here. It may answer
   * with the number of a file descriptor that listens already (inherited from the launcher).
   */
  readonly beforeListen?: (ctx: AppContext) => Promise<number | undefined>;
}

export interface RunningServer {
  readonly ctx: AppContext;
  readonly app: HttpInstance;
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  readonly address: string;
  /** Answers what is open, ends jobs, seals the log, closes the databases. May be called more than once. */
  close(): Promise<void>;
}

/** The sealer may be held by another process, or wait for a long transaction; it may not stand still. */
const sealerSilenceMs = 60_000;
const closeGraceMs = 10_000;

async function listen(app: HttpInstance, config: Config, fd: number | undefined): Promise<string> {
  try {
    // Node takes the descriptor where there is one and ignores the rest.
    const inherited = fd === undefined ? {} : { fd, host: '127.0.0.1' };
    return await app.listen({ host: config.host, port: config.port, ...inherited });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EADDRINUSE') {
      throw new EnvironmentError(
        `端口 ${config.port} 已被占用。请停止占用它的程序，或以 PORT=其他端口 启动。`,
        `Port ${config.port} is taken. Stop the program that holds it, or start with another PORT.`,
        error,
      );
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
      throw new EnvironmentError(
        `不能在 ${config.host}:${config.port} 上监听，请检查 HOST 和 PORT（小于 1024 的端口需要授权）。`,
        `Cannot listen on ${config.host}:${config.port}. Check HOST and PORT (ports below 1024 need permission).`,
        error,
      );
    }
    throw error;
  }
}

async function closeAll(app: HttpInstance, ctx: OwnedContext, sealer: Sealer, courier: Courier): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), closeGraceMs);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
  await ctx.jobs.stop();
  await courier.stop();
  await sealer.stop();
  await ctx.close();
}

/** Starts everything that `serve` is. Throws EnvironmentError for what the operator can mend. */
export async function startServer(config: Config, options: ServerOptions = {}): Promise<RunningServer> {
  const ctx = options.context ?? (await buildContext(config, { kind: 'serve', ...options.contextOptions }));
  let sealer: Sealer | null = null;
  let courier: Courier | null = null;
  try {
    registerJobs(ctx);
    const running = startSealer(ctx);
    sealer = running;
    const silent = (): boolean => (running.idleMs() ?? 0) > sealerSilenceMs;
    const readiness = [
      ...(options.readiness ?? []),
      {
        name: 'sealer',
        run: async () => (silent() ? Promise.reject(new Error('the sealer stands still')) : undefined),
      },
    ];
    const app = await buildApp(ctx, { ...options, readiness });
    collectProcessMetrics(telemetryOf(ctx));
    await beforeAnswering(ctx, personPorts(ctx));
    await resumeSubmissions(ctx);
    await ctx.jobs.start(ctx);
    const sending = startCourier(ctx, [createWebhookSender(ctx)]);
    courier = sending;
    const fd = await options.beforeListen?.(ctx);
    const address = await listen(app, config, fd);
    let closed: Promise<void> | undefined;
    return {
      ctx,
      app,
      address,
      close() {
        closed ??= closeAll(app, ctx, running, sending);
        return closed;
      },
    };
  } catch (error) {
    await ctx.jobs.stop().catch(() => undefined);
    await courier?.stop().catch(() => undefined);
    await sealer?.stop().catch(() => undefined);
    await ctx.close().catch(() => undefined);
    throw error;
  }
}
