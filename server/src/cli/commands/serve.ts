/** `./chengxin serve`: the server. `npm start` runs it with `--demo`, which loads the demonstration city on the first run. */
import type { Command } from 'commander';
import type { RunningServer } from '../../app.ts';
import type { OwnedContext } from '../../build-context.ts';
import type { AppContext } from '../../context.ts';
import type { Config } from '../../platform/config.ts';
import { EnvironmentError } from '../../platform/errors.ts';
import { type FrontServer, openFrontServer } from '../../platform/front-server.ts';
import { createLogger } from '../../platform/logging.ts';
import { type CommandContext, closeOpened } from '../context.ts';
import { readMode } from '../installation.ts';
import { watchRestores } from '../watch-restores.ts';

interface ServeOptions {
  readonly demo?: boolean;
}

const isLoopback = (host: string): boolean => ['127.0.0.1', '::1', 'localhost'].includes(host);

/** The demonstration's accounts have a published password: they are for this machine only. */
function demonstrationStaysHere(config: Config): EnvironmentError {
  return new EnvironmentError(
    `这里装有演示城市，其账号口令是公开的，因此只能在本机（127.0.0.1）上提供服务，不能使用 HOST=${config.host}。正式使用请另设 DATA_DIR 并运行 ./chengxin init。`,
    `The demonstration city is (or would be) loaded here. Its password is public, so it is served on this machine only (127.0.0.1), not with HOST=${config.host}. For real use choose another DATA_DIR and run ./chengxin init.`,
  );
}

async function prepareCity(
  ctx: AppContext,
  front: FrontServer,
  context: CommandContext,
  options: ServeOptions,
): Promise<void> {
  const demo = await import('../../demo/index.ts');
  const mode = await readMode(ctx.db.app);
  const here = isLoopback(ctx.config.host);
  if (!here && (await demo.hasDemoAccounts(ctx))) throw demonstrationStaysHere(ctx.config);
  if (!options.demo || mode === 'real') return;
  const status = await demo.demoStatus(ctx);
  if (status !== 'absent' && status !== 'unfinished') return;
  if (!here) throw demonstrationStaysHere(ctx.config);
  await demo.loadDemonstration(ctx, (zh, en) => {
    front.show({ zh, en });
    context.note(zh, en);
  });
}

async function announce(server: RunningServer, context: CommandContext): Promise<void> {
  const { config, db } = server.ctx;
  const mode = await readMode(db.app);
  if (context.json) {
    context.print({ address: server.address, publicUrl: config.publicUrl, mode }, '');
    return;
  }
  const lines = [
    '',
    `城信已就绪 Chengxin is ready: ${config.publicUrl}/`,
    `  门户 portal        ${config.publicUrl}/`,
    `  工作台 desk        ${config.publicUrl}/desk/`,
    `  接口文档 API docs  ${config.publicUrl}/api/v1/docs`,
  ];
  if (mode === 'demonstration') {
    const demo = await import('../../demo/index.ts');
    lines.push(...(await demo.demonstrationAccounts(server.ctx)));
  } else if (mode === null) {
    lines.push(
      '  这是一座空城市，请运行 ./chengxin init 建立管理员。 This city is empty: run ./chengxin init to make the administrators.',
    );
  }
  lines.push('按 Ctrl-C 停止。 Press Ctrl-C to stop.', '');
  process.stderr.write(`${lines.join('\n')}\n`);
}

async function startAll(context: CommandContext, options: ServeOptions, front: FrontServer): Promise<RunningServer> {
  const { config } = context;
  const { buildContext, startServer } = await import('../../app.ts');
  const step = (zh: string, en: string): void => front.show({ zh, en });
  step('正在启动数据库……', 'Starting the database …');
  const opening: Promise<OwnedContext> = buildContext(config, {
    kind: 'serve',
    log: createLogger(process.env.LOG_LEVEL ? config.logLevel : 'warn'),
    onNotice: (zh, en) => {
      step(zh, en);
      context.note(zh, en);
    },
  });
  context.onEnd(() => closeOpened(opening));
  const ctx = await opening;
  try {
    context.signal.throwIfAborted();
    await prepareCity(ctx, front, context, options);
    step('即将就绪……', 'Almost ready …');
    return await startServer(config, { context: ctx, beforeListen: () => front.release() });
  } catch (error) {
    await ctx.close().catch(() => undefined);
    throw error;
  }
}

/** Why the server is to stop: for good, or to start again on restored data. */
type End = 'stop' | 'restored';

async function untilEnd(server: RunningServer, context: CommandContext): Promise<End> {
  const watch = new AbortController();
  const stopped = new Promise<End>((resolve) => {
    if (context.signal.aborted) resolve('stop');
    context.signal.addEventListener('abort', () => resolve('stop'), { once: true });
    // The launcher was killed: without it nobody could stop this process by Ctrl-C, and it would hold the port.
    // It may have been killed already, between the first answer and this line: that disconnect is not told again.
    if (process.env.CHENGXIN_LAUNCHED) {
      if (!process.connected) resolve('stop');
      process.once('disconnect', () => resolve('stop'));
    }
  });
  const restored = watchRestores(server.ctx.db.urls.app, watch.signal).then((): End => 'restored');
  const end = await Promise.race([stopped, restored]);
  watch.abort();
  return end;
}

async function serve(options: ServeOptions, context: CommandContext): Promise<void> {
  for (;;) {
    const front = await openFrontServer(context.config);
    context.onEnd(async () => {
      await front.release();
    });
    const server = await startAll(context, options, front);
    context.handleInterrupt();
    context.onEnd(() => server.close());
    if (!context.signal.aborted) await announce(server, context);
    const end = await untilEnd(server, context);
    if (end === 'restored')
      context.note('数据已从备份恢复，正在重新启动……', 'The data were restored from a backup; starting again …');
    else context.note('正在停止……', 'Stopping …');
    await server.close();
    if (end === 'stop') return;
  }
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('serve')
    .description('启动服务 Start the server (PORT, HOST, DATA_DIR, DATABASE_URL …)')
    .option('--demo', '首次启动时载入演示城市 load the demonstration city into an empty installation')
    .action((options: ServeOptions) => serve(options, context));
}
