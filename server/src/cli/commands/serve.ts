/** `./chengxin serve`: the server. `npm start` runs it with `--demo`, which loads the demonstration city on the first run. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import type { RunningServer } from '../../app.ts';
import type { OwnedContext } from '../../build-context.ts';
import type { AppContext } from '../../context.ts';
import type { Config } from '../../platform/config.ts';
import { one, sql } from '../../platform/db.ts';
import { EnvironmentError } from '../../platform/errors.ts';
import { type FrontServer, openFrontServer } from '../../platform/front-server.ts';
import { createLogger } from '../../platform/logging.ts';
import type { CommandContext } from '../context.ts';
import { type InstallationMode, readMode } from '../installation.ts';

interface ServeOptions {
  readonly demo?: boolean;
}

/** What `server/src/demo/index.ts` exports for the first start. Lines for the terminal: addresses and accounts. */
export interface Demonstration {
  loadDemonstration(ctx: AppContext, onStep: (zh: string, en: string) => void): Promise<void>;
  demonstrationAccounts(ctx: AppContext): Promise<readonly string[]>;
}

async function demonstration(root: string): Promise<Demonstration | null> {
  const file = join(root, 'server', 'src', 'demo', 'index.ts');
  if (!existsSync(file)) return null;
  const module: Partial<Demonstration> = await import(pathToFileURL(file).href);
  return module.loadDemonstration && module.demonstrationAccounts ? (module as Demonstration) : null;
}

async function hasData(ctx: AppContext): Promise<boolean> {
  const row = await one<{ yes: boolean }>(
    ctx.db.app,
    sql`select exists (select from core.submission) or exists (select from core.subject) as yes`,
  );
  return row.yes;
}

/** The demonstration's accounts have known passwords: they are for this machine only. */
function refuseOtherHosts(config: Config): void {
  if (['127.0.0.1', '::1', 'localhost'].includes(config.host)) return;
  throw new EnvironmentError(
    `这里装有演示城市，其账号口令是公开的，因此只能在本机（127.0.0.1）上提供服务，不能使用 HOST=${config.host}。正式使用请另设 DATA_DIR 并运行 ./chengxin init。`,
    `The demonstration city is loaded here. Its passwords are public, so it is served on this machine only (127.0.0.1), not with HOST=${config.host}. For real use choose another DATA_DIR and run ./chengxin init.`,
  );
}

async function loadDemonstrationOnce(
  ctx: AppContext,
  mode: InstallationMode | null,
  front: FrontServer,
  context: CommandContext,
): Promise<void> {
  if (mode !== null || (await hasData(ctx))) return;
  const demo = await demonstration(ctx.config.root);
  if (!demo) return;
  refuseOtherHosts(ctx.config);
  const step = (zh: string, en: string): void => {
    front.show({ zh, en });
    context.note(zh, en);
  };
  step(
    '正在生成并载入演示城市，约需一两分钟……',
    'Making and loading the demonstration city; this takes a minute or two …',
  );
  await demo.loadDemonstration(ctx, step);
}

async function announce(server: RunningServer, context: CommandContext): Promise<void> {
  const { config } = server.ctx;
  const mode = await readMode(server.ctx.db.app);
  const lines = [
    '',
    `城信已就绪 Chengxin is ready: ${config.publicUrl}/`,
    `  门户 portal        ${config.publicUrl}/`,
    `  工作台 desk        ${config.publicUrl}/desk/`,
    `  接口文档 API docs  ${config.publicUrl}/api/v1/docs`,
  ];
  if (mode === 'demonstration') {
    const demo = await demonstration(config.root);
    lines.push(...((await demo?.demonstrationAccounts(server.ctx)) ?? []));
  } else if (mode === null) {
    lines.push(
      '  这是一座空城市，请运行 ./chengxin init 建立管理员。 This city is empty: run ./chengxin init to make the administrators.',
    );
  }
  lines.push('按 Ctrl-C 停止。 Press Ctrl-C to stop.', '');
  if (context.json) context.print({ address: server.address, publicUrl: config.publicUrl, mode }, '');
  else process.stderr.write(`${lines.join('\n')}\n`);
}

async function startAll(front: FrontServer, context: CommandContext, options: ServeOptions): Promise<RunningServer> {
  const { config } = context;
  const { buildContext, startServer } = await import('../../app.ts');
  const step = (zh: string, en: string): void => front.show({ zh, en });
  step('正在启动数据库……', 'Starting the database …');
  const log = createLogger(process.env.LOG_LEVEL ? config.logLevel : 'warn');
  const ctx: OwnedContext = await buildContext(config, {
    kind: 'serve',
    log,
    onNotice: (zh, en) => {
      step(zh, en);
      context.note(zh, en);
    },
  });
  context.onEnd(() => ctx.close());
  const mode = await readMode(ctx.db.app);
  if (mode === 'demonstration') refuseOtherHosts(config);
  if (options.demo) await loadDemonstrationOnce(ctx, mode, front, context);
  step('即将就绪……', 'Almost ready …');
  return startServer(config, { context: ctx, beforeListen: () => front.release() });
}

function untilStopped(context: CommandContext): Promise<void> {
  return new Promise((resolve) => {
    if (context.signal.aborted) return resolve();
    context.signal.addEventListener('abort', () => resolve(), { once: true });
    // The launcher was killed: without it nobody could stop this process by Ctrl-C, and it would hold the port.
    if (process.env.CHENGXIN_LAUNCHED && process.connected) process.once('disconnect', () => resolve());
  });
}

async function serve(options: ServeOptions, context: CommandContext): Promise<void> {
  const front = await openFrontServer(context.config);
  context.onEnd(async () => {
    await front.release();
  });
  const server = await startAll(front, context, options);
  context.handleInterrupt();
  context.onEnd(() => server.close());
  if (!context.signal.aborted) await announce(server, context);
  await untilStopped(context);
  context.note('正在停止……', 'Stopping …');
  await server.close();
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('serve')
    .description('启动服务 Start the server (PORT, HOST, DATA_DIR, DATABASE_URL …)')
    .option('--demo', '首次启动时载入演示城市 load the demonstration city into an empty installation')
    .action((options: ServeOptions) => serve(options, context));
}
