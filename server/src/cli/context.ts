/** What a command is given by the frame of the command line. */
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Actor, AppContext } from '../context.ts';
import { type Config, loadConfig } from '../platform/config.ts';
import { type Databases, openDatabases } from '../platform/db.ts';
import { createLogger, type Logger } from '../platform/logging.ts';
import { migrate } from '../platform/migrate.ts';

/** 0 done, 1 findings or refusals, 2 usage, 3 environment. */
export type ExitCode = 0 | 1 | 2 | 3;

export interface CommandContext {
  /** True with `--json`: one object on standard output and nothing else there. */
  readonly json: boolean;
  /** Read at first use; throws EnvironmentError (exit code 3). */
  readonly config: Config;
  readonly log: Logger;
  /** The user of the operating system, for the access log. */
  readonly osUser: string;
  /**
   * Databases only, without policy and keys: for commands that look after the installation. Starts (or joins) the
   * embedded server, migrates unless told not to. Closed by the frame.
   */
  open(options?: { migrate?: boolean }): Promise<Databases>;
  /** The whole application context, opened at first use and closed by the frame. */
  openContext(): Promise<AppContext>;
  /** `openContext` with the actor of commands: account `operator`. */
  withContext<T>(work: (ctx: AppContext, actor: Actor) => Promise<T>): Promise<T>;
  /** The result: with --json the object, else the text for people. */
  print(value: object, text: string): void;
  /** A remark for people, on standard error. */
  note(zh: string, en: string): void;
  /** Ends the command with this code once it returns (the highest one given counts). */
  exit(code: ExitCode): void;
  /** Runs when the command ends or is interrupted, last first. */
  onEnd(work: () => Promise<void>): void;
  /** Aborted at Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** The command watches `signal` itself and returns when it has stopped in good order. */
  handleInterrupt(): void;
}

/** Adds commands. Modules put one file each into `commands/`, default-exporting this (or naming it `register…`). */
export type CommandRegistrar = (program: Command, context: CommandContext) => void;

export interface OwnedCommandContext extends CommandContext {
  readonly exitCode: ExitCode;
  readonly handlesInterrupt: boolean;
  interrupt(): void;
  /** Ends everything that was opened. May be called more than once. */
  end(): Promise<void>;
}

export function createCommandContext(json: boolean): OwnedCommandContext {
  const ends: (() => Promise<void>)[] = [];
  const abort = new AbortController();
  let config: Config | undefined;
  let log: Logger | undefined;
  let databases: Promise<Databases> | undefined;
  let application: Promise<AppContext> | undefined;
  let exitCode: ExitCode = 0;
  let ended: Promise<void> | undefined;
  let handlesInterrupt = false;

  const note = (zh: string, en: string): void => {
    process.stderr.write(`${zh}  ${en}\n`);
  };
  const context: OwnedCommandContext = {
    json,
    get config() {
      config ??= loadConfig();
      return config;
    },
    get log() {
      // A command's own words matter; the log speaks only of what goes wrong.
      log ??= createLogger(process.env.LOG_LEVEL ? context.config.logLevel : 'warn');
      return log;
    },
    osUser: osUserName(),
    signal: abort.signal,
    handleInterrupt() {
      handlesInterrupt = true;
    },
    get handlesInterrupt() {
      return handlesInterrupt;
    },
    open(options = {}) {
      databases ??= openOwn(context, options.migrate ?? true);
      return databases;
    },
    openContext() {
      application ??= openApplication(context);
      return application;
    },
    async withContext(work) {
      const { operatorActor } = await import('../modules/identity/index.ts');
      const ctx = await context.openContext();
      return work(ctx, operatorActor(ctx, context.osUser));
    },
    print(value, text) {
      process.stdout.write(json ? `${JSON.stringify(value, plain)}\n` : `${text.trimEnd()}\n`);
    },
    note,
    exit(code) {
      if (code > exitCode) exitCode = code;
    },
    onEnd(work) {
      ends.push(work);
    },
    get exitCode() {
      return exitCode;
    },
    interrupt() {
      abort.abort();
    },
    end() {
      ended ??= (async () => {
        for (const work of ends.reverse()) await work().catch((error: unknown) => note('收尾时出错', String(error)));
      })();
      return ended;
    },
  };
  return context;
}

const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);

function osUserName(): string {
  const self = userInfo().username;
  return process.env.SUDO_USER && self === 'root' ? `${process.env.SUDO_USER} (sudo)` : self;
}

async function openOwn(context: CommandContext, withMigrations: boolean): Promise<Databases> {
  const { config } = context;
  const opening = openDatabases(config, { kind: 'command', onNotice: context.note });
  context.onEnd(() => closeOpened(opening));
  const db = await opening;
  if (withMigrations) {
    await migrate({ url: db.urls.migrator, roles: db.roles, directory: join(config.root, 'migrations') });
  }
  return db;
}

async function openApplication(context: CommandContext): Promise<AppContext> {
  const { buildContext } = await import('../build-context.ts');
  const opening = buildContext(context.config, { kind: 'command', log: context.log, onNotice: context.note });
  context.onEnd(() => closeOpened(opening));
  return opening;
}

/** Also when Ctrl-C comes while it opens: what was started meanwhile must be stopped as well. */
export async function closeOpened(opening: Promise<{ close(): Promise<void> }>): Promise<void> {
  const opened = await opening.catch(() => null);
  await opened?.close();
}
